ALTER TABLE sponsor_profiles DROP COLUMN city, DROP COLUMN about, DROP COLUMN household_size;
ALTER TABLE maid_profiles DROP COLUMN city, DROP COLUMN about, DROP COLUMN skills, DROP COLUMN experience_years;
