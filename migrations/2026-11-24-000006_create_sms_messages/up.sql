-- Queue and ledger of text messages in one: a row is reserved by the request and settled by the worker.
-- The limits are a sliding log over these rows.
CREATE TABLE sms_messages (
    id uuid PRIMARY KEY,
    verification_id uuid REFERENCES phone_verifications (id) ON DELETE SET NULL,
    -- Which send of the challenge this is; a newer one makes it worthless.
    send_number smallint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('verification', 'verification_taken')),
    phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    locale text NOT NULL,
    -- Who asked for it. A stranger is anybody who is not signed in to the account that has the number.
    user_id uuid REFERENCES users (id) ON DELETE SET NULL,
    browser_id uuid NOT NULL,
    address text,
    address_block text,
    stranger boolean NOT NULL,
    -- Treated like any other in every way that can be seen, but not sent: strangers have used up their part of what
    -- the number's owner may receive.
    withheld boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown', 'superseded', 'withheld')),
    -- False once it is sure that nothing was sent and that the fault was not the asker's.
    charged boolean NOT NULL DEFAULT true,
    attempts smallint NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    provider text,
    provider_sid text,
    error_code integer,
    fault text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    claimed_at timestamptz,
    settled_at timestamptz
);

CREATE INDEX sms_messages_number ON sms_messages (phone_number, created_at);
CREATE INDEX sms_messages_address ON sms_messages (address, created_at);
CREATE INDEX sms_messages_address_block ON sms_messages (address_block, created_at);
CREATE INDEX sms_messages_browser ON sms_messages (browser_id, created_at);
CREATE INDEX sms_messages_user ON sms_messages (user_id, created_at);
CREATE INDEX sms_messages_created ON sms_messages (created_at);
CREATE INDEX sms_messages_verification ON sms_messages (verification_id, send_number);
CREATE INDEX sms_messages_queued ON sms_messages (next_attempt_at) WHERE state = 'queued';
CREATE INDEX sms_messages_sending ON sms_messages (claimed_at) WHERE state = 'sending';

-- The workers of all instances listen for new rows, and requests that wait for an outcome listen for settled ones.
-- A trigger, so that no statement can forget it; Postgres delivers at commit.
CREATE FUNCTION notify_sms_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'queued' THEN
        PERFORM pg_notify('sms_queued', '');
    ELSIF NEW.state <> 'sending' THEN
        PERFORM pg_notify('sms_settled', NEW.id::text);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER sms_messages_notify AFTER INSERT OR UPDATE OF state ON sms_messages
    FOR EACH ROW EXECUTE FUNCTION notify_sms_message();
