DROP TABLE sms_messages;
DROP FUNCTION notify_sms_message;
