DROP TABLE password_reset_waits;
DROP TABLE password_resets;
DELETE FROM phone_verifications WHERE purpose IN ('password_reset', 'phone_change');
ALTER TABLE phone_verifications
    DROP CONSTRAINT phone_verifications_purpose_check,
    ADD CONSTRAINT phone_verifications_purpose_check CHECK (purpose IN ('registration', 'sign_in', 'step_up'));
