-- Which providers are to be left alone for a while, and where. What has never opened has no row.
CREATE TABLE provider_circuits (
    provider text NOT NULL CHECK (provider IN ('messaging', 'verify')),
    -- '' for all countries.
    country text NOT NULL CHECK (country = '' OR country ~ '^[A-Z]{2}$'),
    state text NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    -- What opened it: calls that failed, or texts that were accepted and did not arrive; and the figures in words.
    cause text NOT NULL CHECK (cause IN ('calls', 'arrivals')),
    reason text NOT NULL,
    -- How often it has opened, or a probe has failed, in a row.
    openings smallint NOT NULL CHECK (openings > 0),
    opened_at timestamptz NOT NULL DEFAULT now(),
    -- When one text may try it, and how long after that text the next one may.
    probe_at timestamptz NOT NULL,
    rest_seconds integer NOT NULL CHECK (rest_seconds > 0),
    closed_at timestamptz,
    PRIMARY KEY (provider, country),
    CONSTRAINT provider_circuits_closed_at CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);

-- How the calls of the last hour ended, as far as that says anything about the provider.
CREATE TABLE provider_calls (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL CHECK (provider IN ('messaging', 'verify')),
    -- '' where the number belongs to none.
    country text NOT NULL CHECK (country = '' OR country ~ '^[A-Z]{2}$'),
    failed boolean NOT NULL,
    -- Whether it failed for a reason that has nothing to do with the country.
    everywhere boolean NOT NULL,
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX provider_calls_country ON provider_calls (provider, country, ended_at);
CREATE INDEX provider_calls_provider ON provider_calls (provider, ended_at);
CREATE INDEX provider_calls_age ON provider_calls (ended_at);
