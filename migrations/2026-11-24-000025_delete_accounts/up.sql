-- An account whose day has come is nobody's, even while its row is still there: its number and its email address are let go
-- to whoever proves them first.
ALTER TABLE users
    DROP CONSTRAINT users_only_maids_without_email,
    ADD CONSTRAINT users_only_maids_without_email
        CHECK (role = 'maid' OR email IS NOT NULL OR deletion_due_at IS NOT NULL);

-- What is over is found by an index, and so is what hangs on it.
CREATE INDEX sessions_created ON sessions (created_at);
CREATE INDEX totp_secrets_session ON totp_secrets (session_id);
CREATE INDEX password_reset_waits_began ON password_reset_waits (began_at);
CREATE INDEX recoveries_started ON recoveries (started_at);

-- Records of texts that still name a number, and among them those whose account is gone.
CREATE INDEX sms_messages_named ON sms_messages (created_at) WHERE phone_number IS NOT NULL;
CREATE INDEX sms_messages_orphaned ON sms_messages (created_at)
    WHERE phone_number IS NOT NULL AND user_id IS NULL AND NOT stranger;
