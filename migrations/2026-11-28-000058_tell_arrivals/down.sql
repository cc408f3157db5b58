DROP TABLE message_attempts;
ALTER TABLE deliveries DROP COLUMN statuses, DROP COLUMN heard_ats;
ALTER TABLE sms_messages DROP COLUMN sender, DROP COLUMN arrival, DROP COLUMN arrived_ms;
