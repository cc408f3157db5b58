DROP INDEX sms_messages_brake;
CREATE INDEX sms_messages_brake ON sms_messages (brake_id) WHERE brake_id IS NOT NULL;
DROP INDEX sms_messages_found;
DROP FUNCTION sms_outcome;
DROP FUNCTION sms_purpose;
