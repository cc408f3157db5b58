-- The cookie carries a token, this row decides. Only the token's hash is kept.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    auth_epoch integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX sessions_user ON sessions (user_id, created_at);
-- For housekeeping, which removes what has been idle too long.
CREATE INDEX sessions_last_seen ON sessions (last_seen_at);
