-- Codes for the second step and for confirming, and texts without a code that tell owners what happened to their account.
ALTER TABLE phone_verifications
    DROP CONSTRAINT phone_verifications_purpose_check,
    ADD CONSTRAINT phone_verifications_purpose_check CHECK (purpose IN ('registration', 'sign_in', 'step_up')),
    -- The session that is to be confirmed with the code.
    ADD COLUMN session_id uuid REFERENCES sessions (id) ON DELETE CASCADE;

CREATE INDEX phone_verifications_session ON phone_verifications (session_id, created_at) WHERE session_id IS NOT NULL;

ALTER TABLE sms_messages
    DROP CONSTRAINT sms_messages_kind_check,
    ADD CONSTRAINT sms_messages_kind_check CHECK (kind IN (
        'verification', 'verification_taken', 'sign_in', 'step_up',
        'two_factor_on', 'two_factor_changed', 'two_factor_off', 'backup_codes_made', 'backup_code_used',
        'wrong_codes', 'second_factor_rests', 'unusual_sign_in')),
    -- A notice has no code, no challenge, no browser, and a quota of its own.
    ADD COLUMN notice boolean NOT NULL DEFAULT false,
    ALTER COLUMN browser_id DROP NOT NULL;
