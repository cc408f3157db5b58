-- Assisted recovery of an account whose owner has lost every factor. Whoever runs the service starts it after checking the
-- person; every number hears of it, and 72 hours pass. Any proof of being the owner ends it.
CREATE TABLE recoveries (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The code that finishes it, texted to the number that the person has now.
    action_code_id uuid NOT NULL REFERENCES action_codes (id) ON DELETE CASCADE,
    -- Who checked the person, and how.
    started_by text NOT NULL,
    reason text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    cancelled_at timestamptz,
    used_at timestamptz
);

CREATE INDEX recoveries_user ON recoveries (user_id, started_at);
CREATE INDEX recoveries_action_code ON recoveries (action_code_id);
