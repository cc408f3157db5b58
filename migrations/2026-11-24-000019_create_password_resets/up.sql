-- Somebody on the way to a new password. Bound to the browser whose cookie holds the id. It names no account before a code
-- has shown who holds the phone, so that a number without one makes the same row.
CREATE TABLE password_resets (
    id uuid PRIMARY KEY,
    phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    verification_id uuid NOT NULL REFERENCES phone_verifications (id) ON DELETE CASCADE,
    -- Set once the number is proven, with the account's epoch of that moment.
    user_id uuid REFERENCES users (id) ON DELETE CASCADE,
    auth_epoch integer,
    proven_at timestamptz,
    -- What the account asks for besides the text is proven too, or nothing is asked for: a password can be set for 10
    -- minutes from here on, once.
    granted_at timestamptz,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '1 hour',
    CONSTRAINT password_resets_proven CHECK ((user_id IS NULL) = (proven_at IS NULL)),
    CONSTRAINT password_resets_granted CHECK (granted_at IS NULL OR proven_at IS NOT NULL)
);

CREATE INDEX password_resets_verification ON password_resets (verification_id);
CREATE INDEX password_resets_user ON password_resets (user_id);
CREATE INDEX password_resets_expiry ON password_resets (expires_at);

-- A number alone sets no password yet: the owner has 72 hours to object, and any proof of being the owner is an objection.
CREATE TABLE password_reset_waits (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    auth_epoch integer NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    -- Whether it began because the owner had ended one before.
    disputed boolean NOT NULL DEFAULT false
);

ALTER TABLE phone_verifications
    DROP CONSTRAINT phone_verifications_purpose_check,
    ADD CONSTRAINT phone_verifications_purpose_check
        CHECK (purpose IN ('registration', 'sign_in', 'step_up', 'password_reset', 'phone_change'));
