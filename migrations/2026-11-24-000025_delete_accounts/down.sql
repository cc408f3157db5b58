DROP INDEX sms_messages_orphaned, sms_messages_named, recoveries_started, password_reset_waits_began, totp_secrets_session,
    sessions_created;
DELETE FROM users WHERE email IS NULL AND role <> 'maid';
ALTER TABLE users
    DROP CONSTRAINT users_only_maids_without_email,
    ADD CONSTRAINT users_only_maids_without_email CHECK (role = 'maid' OR email IS NOT NULL);
