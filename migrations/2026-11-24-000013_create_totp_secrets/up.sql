-- Authenticator apps. A secret without `confirmed_at` is being enrolled by one session and counts for nothing yet.
CREATE TABLE totp_secrets (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id uuid REFERENCES sessions (id) ON DELETE CASCADE,
    -- XChaCha20-Poly1305 with algorithm, key id and nonce; bound to the account.
    sealed_secret text NOT NULL,
    -- The 30-second step of the last code that was accepted: no code of it or before it works again.
    last_step bigint NOT NULL DEFAULT 0,
    confirmed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT totp_secrets_enrolled_by_a_session CHECK (confirmed_at IS NOT NULL OR session_id IS NOT NULL)
);

CREATE UNIQUE INDEX totp_secrets_confirmed ON totp_secrets (user_id) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX totp_secrets_pending ON totp_secrets (session_id) WHERE confirmed_at IS NULL;
CREATE INDEX totp_secrets_user ON totp_secrets (user_id);
CREATE INDEX totp_secrets_pending_since ON totp_secrets (created_at) WHERE confirmed_at IS NULL;
