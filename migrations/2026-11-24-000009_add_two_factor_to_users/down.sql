ALTER TABLE users
    DROP CONSTRAINT users_role_check,
    ADD CONSTRAINT users_role_check CHECK (role IN ('sponsor', 'maid')),
    DROP COLUMN second_factor_rests_until,
    DROP COLUMN wrong_second_factors,
    DROP COLUMN two_factor_method;
