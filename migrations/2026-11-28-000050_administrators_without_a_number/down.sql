DELETE FROM users WHERE phone_number IS NULL;
ALTER TABLE users
    DROP CONSTRAINT users_only_administrators_without_number,
    DROP CONSTRAINT users_number_proven_or_contested,
    ADD CONSTRAINT users_number_proven_or_contested CHECK ((phone_verified_at IS NULL) <> (phone_contested_at IS NULL)),
    ALTER COLUMN phone_number SET NOT NULL;
