DROP INDEX users_deletion;
ALTER TABLE users
    DROP COLUMN phone_changed_at,
    DROP COLUMN owner_seen_at,
    DROP COLUMN objected_at,
    DROP COLUMN deletion_due_at,
    DROP COLUMN wrong_reset_factors,
    DROP COLUMN reset_factors_rest_until;
