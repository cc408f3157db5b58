DROP TRIGGER sms_messages_late ON sms_messages;
DROP FUNCTION note_late_change;
DROP TABLE message_hours, message_days, message_hour_errors, message_hours_counted, message_hours_changed;
