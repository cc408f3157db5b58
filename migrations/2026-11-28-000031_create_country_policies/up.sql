-- Which countries get texts, from whom, and what one is assumed to cost. A country without a row gets none.
CREATE TABLE country_policies (
    country text PRIMARY KEY CHECK (country ~ '^[A-Z]{2}$'),
    -- Whether texts go to numbers that nobody has proven yet, and to numbers that belong to an account.
    unproven boolean NOT NULL DEFAULT false,
    proven boolean NOT NULL DEFAULT false,
    -- Whom texts come from there: a number, a registered name, or a messaging service. None: the deployment's sender.
    sender text,
    -- Who carries codes, the first that works. Empty: the deployment's provider.
    providers text[] NOT NULL DEFAULT '{}' CHECK (providers <@ ARRAY['messaging', 'verify']),
    -- Whether the last line of a text may name our host.
    origin_line boolean NOT NULL DEFAULT true,
    -- In how many segments a text may be billed.
    most_segments smallint NOT NULL DEFAULT 1 CHECK (most_segments BETWEEN 1 AND 3),
    -- What a segment is assumed to cost until the bill says it, in millionths of a US dollar.
    price_micros bigint NOT NULL CHECK (price_micros > 0),
    -- Raised by every change, so that of two who change a policy at once the second sees it.
    version integer NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- The home countries are open. Their prices are guesses on the high side: a budget that counts too much stops early.
INSERT INTO country_policies (country, unproven, proven, origin_line, price_micros) VALUES
    ('ET', true, true, true, 350000),
    ('SA', true, true, false, 150000),
    ('AE', true, true, false, 150000),
    ('KW', true, true, true, 250000),
    ('QA', true, true, true, 200000),
    ('BH', true, true, true, 150000),
    ('OM', true, true, true, 200000),
    ('LB', true, true, true, 200000),
    ('JO', true, true, true, 350000);
