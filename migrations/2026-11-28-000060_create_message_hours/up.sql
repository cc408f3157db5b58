-- What became of the texts that were asked for in an hour (of UTC). Counted from `sms_messages` once a minute by one
-- instance, and again when a report or a price comes late; nobody who sends writes here.
CREATE TABLE message_hours (
    hour timestamptz NOT NULL,
    -- '' where a number belongs to none.
    country text NOT NULL,
    -- '' for texts that no provider was to carry.
    provider text NOT NULL,
    -- '' for the deployment's own.
    sender text NOT NULL,
    purpose text NOT NULL,
    -- All that were asked for, and those that left, or may have.
    texts integer NOT NULL,
    sent integer NOT NULL,
    delivered integer NOT NULL,
    -- Refused by the provider, or not delivered.
    failed integer NOT NULL,
    unknown integer NOT NULL,
    -- Not sent because of a brake or a closed country.
    held integer NOT NULL,
    -- Codes that were entered, each counted with the last text that brought it.
    entered integer NOT NULL,
    spent_micros bigint NOT NULL,
    -- How many took how long to arrive; `message_hours::BOUNDS` has the bounds.
    arrivals integer[] NOT NULL,
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (hour, country, provider, sender, purpose)
);

-- The same by days, put together from the hours each time one of them is counted: thirty of them are read in a moment.
CREATE TABLE message_days (
    day timestamptz NOT NULL,
    country text NOT NULL,
    provider text NOT NULL,
    sender text NOT NULL,
    purpose text NOT NULL,
    texts integer NOT NULL,
    sent integer NOT NULL,
    delivered integer NOT NULL,
    failed integer NOT NULL,
    unknown integer NOT NULL,
    held integer NOT NULL,
    entered integer NOT NULL,
    spent_micros bigint NOT NULL,
    arrivals integer[] NOT NULL,
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (day, country, provider, sender, purpose)
);

-- Why texts failed or were held: the provider's code, or our own word where it gave none.
CREATE TABLE message_hour_errors (
    hour timestamptz NOT NULL,
    country text NOT NULL,
    provider text NOT NULL,
    sender text NOT NULL,
    error text NOT NULL,
    texts integer NOT NULL,
    counted_at timestamptz NOT NULL,
    PRIMARY KEY (hour, country, provider, sender, error)
);

-- Hours before it were counted when all in them was still young.
CREATE TABLE message_hours_counted (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    until timestamptz NOT NULL
);

INSERT INTO message_hours_counted (until)
SELECT date_trunc('hour', coalesce(min(created_at), now()), 'UTC') FROM sms_messages;

-- Hours to count again. A row for each late change: whoever adds one waits for nobody.
CREATE TABLE message_hours_changed (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hour timestamptz NOT NULL
);

CREATE INDEX message_hours_changed_hour ON message_hours_changed (hour);

CREATE FUNCTION note_late_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO message_hours_changed (hour) VALUES (date_trunc('hour', NEW.created_at, 'UTC'));
    RETURN NULL;
END
$$;

-- Younger texts are counted again in any case.
CREATE TRIGGER sms_messages_late AFTER UPDATE OF state, arrival, error_code, spent_micros ON sms_messages
    FOR EACH ROW
    WHEN (NEW.created_at < now() - interval '1 hour'
          AND (OLD.state, OLD.arrival, OLD.error_code, OLD.spent_micros)
              IS DISTINCT FROM (NEW.state, NEW.arrival, NEW.error_code, NEW.spent_micros))
    EXECUTE FUNCTION note_late_change();
