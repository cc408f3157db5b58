-- What the owner writes about a household, or about work; all of it optional.
ALTER TABLE sponsor_profiles
    ADD COLUMN city text,
    ADD COLUMN about text,
    ADD COLUMN household_size smallint CHECK (household_size BETWEEN 1 AND 50);

ALTER TABLE maid_profiles
    ADD COLUMN city text,
    ADD COLUMN about text,
    ADD COLUMN skills text,
    ADD COLUMN experience_years smallint CHECK (experience_years BETWEEN 0 AND 60);
