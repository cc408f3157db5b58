ALTER TABLE activity DROP COLUMN browser;
