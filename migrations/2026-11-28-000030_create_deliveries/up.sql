-- What becomes of a text after Twilio has taken it, as Twilio tells. Nothing about codes or accounts hangs on it.
CREATE TABLE deliveries (
    message_id uuid PRIMARY KEY REFERENCES sms_messages (id) ON DELETE CASCADE,
    -- Twilio's name for the message; one of ours is one of Twilio's.
    provider_sid text NOT NULL UNIQUE,
    -- The last word, which only ever moves forward, and when we heard it.
    status text NOT NULL CHECK (status IN (
        'accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'canceled')),
    heard_at timestamptz NOT NULL DEFAULT now(),
    -- Why the text did not arrive, as Twilio's error code.
    error_code integer,
    -- What Twilio bills: segments, and millionths of the currency's unit for all of them together.
    segments smallint CHECK (segments > 0),
    price_micros bigint CHECK (price_micros >= 0),
    price_unit text CHECK (price_unit ~ '^[A-Z]{3}$'),
    -- When to ask by ourselves; none when there is nothing left to learn, or no hope.
    next_look_at timestamptz,
    looks smallint NOT NULL DEFAULT 0
);

CREATE INDEX deliveries_next_look ON deliveries (next_look_at) WHERE next_look_at IS NOT NULL;
