DELETE FROM activity WHERE user_id IS NULL;
ALTER TABLE activity DROP COLUMN user_hash, ALTER COLUMN user_id SET NOT NULL;
DELETE FROM sms_messages WHERE phone_number IS NULL;
ALTER TABLE sms_messages DROP COLUMN phone_hash, ALTER COLUMN phone_number SET NOT NULL;
