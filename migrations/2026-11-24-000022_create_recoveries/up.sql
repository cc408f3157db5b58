-- Assisted recovery of an account whose owner has lost every factor. Whoever runs the service starts it after checking the
-- person; every number hears of it, and 72 hours pass. Any proof of being the owner ends it.
CREATE TABLE recoveries (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The code that finishes it, texted to the number that the person has now. The code's row goes long before this one,
    -- which says who did what, and why.
    action_code_id uuid REFERENCES action_codes (id) ON DELETE SET NULL,
    -- Who checked the person, and how.
    started_by text NOT NULL CHECK (btrim(started_by) <> ''),
    reason text NOT NULL CHECK (btrim(reason) <> ''),
    started_at timestamptz NOT NULL DEFAULT now(),
    -- When the code was last entered: a password can be set for 10 minutes from here on.
    opened_at timestamptz,
    used_at timestamptz,
    cancelled_at timestamptz,
    cancelled_by text CHECK (btrim(cancelled_by) <> ''),
    cancel_reason text CHECK (btrim(cancel_reason) <> ''),
    CONSTRAINT recoveries_cancelled CHECK (
        (cancelled_at IS NULL) = (cancelled_by IS NULL) AND (cancelled_at IS NULL) = (cancel_reason IS NULL)),
    CONSTRAINT recoveries_used_or_cancelled CHECK (used_at IS NULL OR cancelled_at IS NULL)
);

CREATE INDEX recoveries_user ON recoveries (user_id, started_at);
CREATE INDEX recoveries_action_code ON recoveries (action_code_id);
CREATE INDEX recoveries_age ON recoveries (started_at);
-- One at a time. One that the owner has ended by a sign-in stays in its place until another takes it.
CREATE UNIQUE INDEX recoveries_open ON recoveries (user_id) WHERE used_at IS NULL AND cancelled_at IS NULL;

-- Somebody whose number was moved away can be found by it nevertheless.
CREATE INDEX users_contested_phone ON users (phone_number) WHERE phone_contested_at IS NOT NULL;
