-- What may be spent on texts, in millionths of a US dollar; in all ('ALL') and for single countries.
CREATE TABLE budgets (
    scope text PRIMARY KEY CHECK (scope = 'ALL' OR scope ~ '^[A-Z]{2}$'),
    hour_micros bigint CHECK (hour_micros >= 0),
    day_micros bigint CHECK (day_micros >= 0),
    month_micros bigint CHECK (month_micros >= 0)
);

INSERT INTO budgets VALUES ('ALL', 50000000, 200000000, 3000000000);

-- What was spent in each hour, day and month (of UTC): the assumed price from the moment a text is reserved, the bill's
-- once it is known.
CREATE TABLE spending (
    scope text NOT NULL,
    period text NOT NULL CHECK (period IN ('hour', 'day', 'month')),
    starts_at timestamptz NOT NULL,
    micros bigint NOT NULL,
    -- The part of it that went to numbers that nobody has proven.
    unproven_micros bigint NOT NULL,
    PRIMARY KEY (scope, period, starts_at)
);

CREATE INDEX spending_age ON spending (starts_at);

ALTER TABLE sms_messages
    ADD COLUMN country text CHECK (country ~ '^[A-Z]{2}$'),
    -- What it counts for in `spending`.
    ADD COLUMN spent_micros bigint NOT NULL DEFAULT 0 CHECK (spent_micros >= 0);
