-- Administrators are made on the host, by their email address: nobody has shown a code for a number of theirs.
ALTER TABLE users
    ALTER COLUMN phone_number DROP NOT NULL,
    DROP CONSTRAINT users_number_proven_or_contested,
    ADD CONSTRAINT users_number_proven_or_contested CHECK (
        CASE WHEN phone_number IS NULL
            THEN phone_verified_at IS NULL AND phone_contested_at IS NULL AND two_factor_method <> 'sms'
            ELSE (phone_verified_at IS NULL) <> (phone_contested_at IS NULL) END),
    ADD CONSTRAINT users_only_administrators_without_number
        CHECK (role = 'administrator' OR phone_number IS NOT NULL);
