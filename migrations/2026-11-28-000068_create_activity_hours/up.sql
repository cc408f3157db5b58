-- How often each event happened in an hour (of UTC), in all accounts. Written by housekeeping once the hour is over, so that
-- a month of them can be told without reading what happened to whom.
CREATE TABLE activity_hours (
    hour timestamptz NOT NULL,
    event text NOT NULL,
    times integer NOT NULL CHECK (times > 0),
    PRIMARY KEY (hour, event)
);

-- Up to where they are written.
CREATE TABLE activity_hours_written (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    until timestamptz NOT NULL
);

INSERT INTO activity_hours_written (until)
SELECT date_trunc('hour', coalesce(min(happened_at), now()), 'UTC') FROM activity;
