-- A new number that a session wants for its account, until a code has proven it.
CREATE TABLE phone_changes (
    session_id uuid PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    auth_epoch integer NOT NULL,
    country text NOT NULL,
    phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    verification_id uuid NOT NULL REFERENCES phone_verifications (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour'
);

CREATE INDEX phone_changes_user ON phone_changes (user_id);
CREATE INDEX phone_changes_verification ON phone_changes (verification_id);
CREATE INDEX phone_changes_expiry ON phone_changes (expires_at);
