-- Texts to numbers that nobody has proven, hour by hour, and how many of them led to a code that was entered. A row for
-- each country (number_range = '') and one for each of its ranges, which is a number without its last four digits.
-- Written by housekeeping once an hour is so far back that no code of it can still be entered.
CREATE TABLE sms_hours (
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    number_range text NOT NULL,
    hour timestamptz NOT NULL,
    sent integer NOT NULL CHECK (sent > 0),
    entered integer NOT NULL CHECK (entered BETWEEN 0 AND sent),
    PRIMARY KEY (country, number_range, hour)
);

CREATE INDEX sms_hours_age ON sms_hours (hour);
-- Ranges are kept for days, countries for months.
CREATE INDEX sms_hours_range_age ON sms_hours (hour) WHERE number_range <> '';

-- Up to where they are written.
CREATE TABLE sms_hours_written (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    until timestamptz NOT NULL
);

INSERT INTO sms_hours_written (until) VALUES (date_trunc('hour', now(), 'UTC'));

-- Decisions to send no more texts to numbers of a country or range for a while, because too few of the codes sent there
-- are entered.
CREATE TABLE brakes (
    id uuid PRIMARY KEY,
    -- What a person sees and support looks for, KT-4821.
    reference text NOT NULL UNIQUE,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    number_range text NOT NULL,
    -- The rule, and its figures of that moment in words.
    rule text NOT NULL CHECK (rule IN ('country_hour', 'country_day', 'range_hour', 'range_day')),
    why text NOT NULL,
    -- In a home country's first days a decision is written down and nothing is held back.
    alert_only boolean NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When texts were let through again.
    ended_at timestamptz
);

-- One that holds for each country and range.
CREATE UNIQUE INDEX brakes_live ON brakes (country, number_range) WHERE ended_at IS NULL;
CREATE INDEX brakes_age ON brakes (began_at);

ALTER TABLE sms_messages ADD COLUMN brake_id uuid REFERENCES brakes (id) ON DELETE SET NULL;

CREATE INDEX sms_messages_brake ON sms_messages (brake_id) WHERE brake_id IS NOT NULL;
CREATE INDEX sms_messages_country ON sms_messages (country, created_at) WHERE NOT notice AND NOT withheld;
