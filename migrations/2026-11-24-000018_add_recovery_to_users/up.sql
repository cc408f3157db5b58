ALTER TABLE users
    -- When the number last took another's place; none while it is the one that the account was opened with. A number that
    -- is new to the account sets no password by itself for 72 hours.
    ADD COLUMN phone_changed_at timestamptz,
    -- When somebody last proved to be the owner, by a sign-in or a confirmation. What waits for an objection ends with it.
    ADD COLUMN owner_seen_at timestamptz NOT NULL DEFAULT now(),
    -- When somebody last objected with the code of a notice, which proves nothing but ends what waits all the same.
    ADD COLUMN objected_at timestamptz,
    -- The owner has asked for the account to be deleted; it is kept until then.
    ADD COLUMN deletion_due_at timestamptz,
    -- Wrong second factors during resets, in a row. Apart from those at sign-in, so that whoever reads the owner's texts
    -- cannot shut the owner out.
    ADD COLUMN wrong_reset_factors integer NOT NULL DEFAULT 0 CHECK (wrong_reset_factors >= 0),
    ADD COLUMN reset_factors_rest_until timestamptz;

CREATE INDEX users_deletion ON users (deletion_due_at) WHERE deletion_due_at IS NOT NULL;
