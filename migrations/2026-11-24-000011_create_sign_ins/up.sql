-- The password was right and a second factor is owed. No session: it opens the pages of the second step and no others.
CREATE TABLE sign_ins (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    auth_epoch integer NOT NULL,
    -- The code that was texted, when the second factor is a text.
    verification_id uuid REFERENCES phone_verifications (id) ON DELETE SET NULL,
    -- The page of ours that the person wanted. Checked again when it is used.
    next_page text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '10 minutes'
);

CREATE INDEX sign_ins_user ON sign_ins (user_id);
CREATE INDEX sign_ins_verification ON sign_ins (verification_id);
CREATE INDEX sign_ins_expiry ON sign_ins (expires_at);
