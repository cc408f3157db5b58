-- What outlives an account or a month keeps a keyed hash in the place of who it was.
ALTER TABLE sms_messages
    ALTER COLUMN phone_number DROP NOT NULL,
    ADD COLUMN phone_hash bytea,
    ADD CONSTRAINT sms_messages_number_or_hash CHECK ((phone_number IS NULL) <> (phone_hash IS NULL));

ALTER TABLE activity
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN user_hash bytea,
    ADD CONSTRAINT activity_user_or_hash CHECK ((user_id IS NULL) <> (user_hash IS NULL));
