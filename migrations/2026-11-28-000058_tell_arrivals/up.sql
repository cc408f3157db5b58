-- What became of a text, on its own row: lists and figures of millions of texts need not look for each in `deliveries`.
ALTER TABLE sms_messages
    -- Whom the provider was to name as the sender; none for the deployment's own.
    ADD COLUMN sender text,
    -- The carrier's last word, once there is one. Not every text gets one.
    ADD COLUMN arrival text CHECK (arrival IN ('delivered', 'undelivered')),
    -- How long it took to arrive, where the provider has told it by itself: of a code since it was asked for, of a
    -- notice, which may have waited on purpose, since it left.
    ADD COLUMN arrived_ms integer CHECK (arrived_ms >= 0);

UPDATE sms_messages AS m
SET arrival = CASE d.status WHEN 'delivered' THEN 'delivered' ELSE 'undelivered' END,
    error_code = coalesce(d.error_code, m.error_code)
FROM deliveries AS d
WHERE d.message_id = m.id AND d.status IN ('delivered', 'undelivered', 'failed', 'canceled');

-- Every word of the provider that was news, and when it was heard.
ALTER TABLE deliveries
    ADD COLUMN statuses text[] NOT NULL DEFAULT '{}',
    ADD COLUMN heard_ats timestamptz[] NOT NULL DEFAULT '{}';

-- Attempts to send a text that came to nothing and were followed by another. How the last one ended is on the text.
CREATE TABLE message_attempts (
    message_id uuid NOT NULL REFERENCES sms_messages (id) ON DELETE CASCADE,
    attempt smallint NOT NULL,
    provider text NOT NULL,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    error_code integer,
    -- Our word for what the provider answered; none when it was not reached.
    fault text,
    PRIMARY KEY (message_id, attempt)
);
