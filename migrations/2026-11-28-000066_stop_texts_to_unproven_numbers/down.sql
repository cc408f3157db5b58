ALTER TABLE country_policies DROP COLUMN stopped_at;
