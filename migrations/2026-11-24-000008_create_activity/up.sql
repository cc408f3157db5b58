-- What happened to an account, written in the transaction of the act.
CREATE TABLE activity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    event text NOT NULL,
    address text,
    happened_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX activity_user ON activity (user_id, happened_at);
-- For housekeeping, which removes what is older than a year.
CREATE INDEX activity_happened ON activity (happened_at);
