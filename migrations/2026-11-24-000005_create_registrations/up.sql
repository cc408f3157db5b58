-- Somebody on the way to an account. Reserves neither number nor email, and is gone after an hour.
CREATE TABLE registrations (
    id uuid PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('sponsor', 'maid')),
    full_name text NOT NULL,
    email text,
    country text NOT NULL,
    phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    password_hash text NOT NULL,
    locale text NOT NULL,
    terms_accepted_at timestamptz NOT NULL DEFAULT now(),
    verification_id uuid NOT NULL REFERENCES phone_verifications (id) ON DELETE CASCADE,
    -- The code was right, but the number or the email belongs to an account: what happens next is being asked.
    phone_proven_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour'
);

CREATE INDEX registrations_verification ON registrations (verification_id);
CREATE INDEX registrations_expiry ON registrations (expires_at);
