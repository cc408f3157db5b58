-- How the account asks for a second factor at sign-in, and how often in a row a wrong one was given: over all methods and
-- all sign-ins, cleared only by a right one.
ALTER TABLE users
    ADD COLUMN two_factor_method text NOT NULL DEFAULT 'none' CHECK (two_factor_method IN ('none', 'sms', 'app')),
    ADD COLUMN wrong_second_factors integer NOT NULL DEFAULT 0 CHECK (wrong_second_factors >= 0),
    ADD COLUMN second_factor_rests_until timestamptz,
    DROP CONSTRAINT users_role_check,
    ADD CONSTRAINT users_role_check CHECK (role IN ('sponsor', 'maid', 'administrator'));
