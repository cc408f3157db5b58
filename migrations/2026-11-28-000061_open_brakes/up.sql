-- When an administrator let texts through again. The rule counts what has been sent since: else it would shut again at
-- the next request.
ALTER TABLE brakes ADD COLUMN opened_at timestamptz CHECK (opened_at <= ended_at);

CREATE INDEX brakes_opened ON brakes (country, number_range, opened_at) WHERE opened_at IS NOT NULL;
