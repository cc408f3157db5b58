DELETE FROM sms_messages WHERE notice OR kind IN ('sign_in', 'step_up');
ALTER TABLE sms_messages
    ALTER COLUMN browser_id SET NOT NULL,
    DROP COLUMN notice,
    DROP CONSTRAINT sms_messages_kind_check,
    ADD CONSTRAINT sms_messages_kind_check CHECK (kind IN ('verification', 'verification_taken'));
DELETE FROM phone_verifications WHERE purpose <> 'registration';
ALTER TABLE phone_verifications
    DROP COLUMN session_id,
    DROP CONSTRAINT phone_verifications_purpose_check,
    ADD CONSTRAINT phone_verifications_purpose_check CHECK (purpose IN ('registration'));
