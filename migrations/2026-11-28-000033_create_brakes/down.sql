DROP INDEX sms_messages_country;
ALTER TABLE sms_messages DROP COLUMN brake_id;
DROP TABLE brakes;
DROP TABLE sms_hours_written;
DROP TABLE sms_hours;
