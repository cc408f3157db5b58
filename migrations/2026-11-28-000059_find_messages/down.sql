DROP INDEX sms_messages_found;
DROP FUNCTION sms_outcome;
DROP FUNCTION sms_purpose;
