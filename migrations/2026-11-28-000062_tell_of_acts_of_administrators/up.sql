-- Owners hear by text what whoever runs the service does to their accounts.
ALTER TABLE sms_messages
    DROP CONSTRAINT sms_messages_kind_check,
    ADD CONSTRAINT sms_messages_kind_check CHECK (kind IN (
        'verification', 'verification_taken', 'sign_in', 'step_up', 'password_reset', 'phone_change', 'phone_change_taken',
        'two_factor_on', 'two_factor_changed', 'two_factor_off', 'backup_codes_made', 'backup_code_used',
        'wrong_codes', 'second_factor_rests', 'unusual_sign_in',
        'password_changed', 'password_set', 'reset_waits', 'phone_changed', 'phone_left', 'phone_restored',
        'number_contested', 'email_changed', 'recovery_started', 'recovery_code', 'recovered', 'deletion_requested',
        'test', 'account_disabled', 'account_enabled', 'devices_signed_out', 'reset_required', 'factor_removed',
        'recovery_cancelled'));
