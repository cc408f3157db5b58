DROP INDEX sms_hours_countries;
ALTER TABLE sms_messages DROP COLUMN vouched;
