ALTER TABLE brakes DROP COLUMN opened_at;
