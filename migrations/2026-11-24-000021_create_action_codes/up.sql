-- Long codes that a text carries to a number, each good for one act: undoing a change of number, stopping a reset or a
-- recovery, or finishing a recovery. The code is made when the text leaves; only its hash is kept.
CREATE TABLE action_codes (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    act text NOT NULL CHECK (act IN ('undo_phone_change', 'stop_reset', 'stop_recovery', 'recover')),
    -- Where the code goes. For an undo the number that is put back, for a recovery the one that becomes the account's.
    phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    code_hash bytea UNIQUE,
    -- Set where the code opens later than it is made: the owner has that time to object, and the code ends with the
    -- account's epoch, with any proof of being the owner and with any objection.
    auth_epoch integer,
    opens_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX action_codes_user ON action_codes (user_id, act, created_at);
CREATE INDEX action_codes_expiry ON action_codes (expires_at);

ALTER TABLE sms_messages
    ADD COLUMN action_code_id uuid REFERENCES action_codes (id) ON DELETE SET NULL,
    DROP CONSTRAINT sms_messages_kind_check,
    ADD CONSTRAINT sms_messages_kind_check CHECK (kind IN (
        'verification', 'verification_taken', 'sign_in', 'step_up', 'password_reset', 'phone_change', 'phone_change_taken',
        'two_factor_on', 'two_factor_changed', 'two_factor_off', 'backup_codes_made', 'backup_code_used',
        'wrong_codes', 'second_factor_rests', 'unusual_sign_in',
        'password_changed', 'password_set', 'reset_waits', 'phone_changed', 'phone_left', 'phone_restored',
        'number_contested', 'email_changed', 'recovery_started', 'recovery_code', 'recovered', 'deletion_requested'));

CREATE INDEX sms_messages_action_code ON sms_messages (action_code_id) WHERE action_code_id IS NOT NULL;
