ALTER TABLE sessions DROP COLUMN confirmed_at, DROP COLUMN browser, DROP COLUMN address;
