-- A sliding log of things that may happen only so often. Keys are keyed hashes, never what they stand for.
CREATE TABLE throttles (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule text NOT NULL,
    key_hash bytea NOT NULL,
    happened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX throttles_key ON throttles (rule, key_hash, happened_at);
CREATE INDEX throttles_happened ON throttles (happened_at);
