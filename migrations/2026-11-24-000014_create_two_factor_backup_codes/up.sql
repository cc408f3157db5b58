-- Ten codes a set. All codes of a set share salt and parameters, so that one hash finds the row.
CREATE TABLE two_factor_backup_codes (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Argon2id's parameters, key id and salt, in PHC string form without the hash.
    salt text NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, code_hash)
);
