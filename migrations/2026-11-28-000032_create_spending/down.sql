ALTER TABLE sms_messages DROP COLUMN country, DROP COLUMN spent_micros;
DROP TABLE spending;
DROP TABLE budgets;
