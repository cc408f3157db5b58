ALTER TABLE sms_messages DROP COLUMN sender, DROP COLUMN arrival, DROP COLUMN arrived_ms;
