-- Every code that is sent to a phone, whatever for. One row is one challenge; a resend puts a new code into it.
CREATE TABLE phone_verifications (
    id uuid PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('registration')),
    phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    sends smallint NOT NULL DEFAULT 1 CHECK (sends BETWEEN 1 AND 4),
    last_send_at timestamptz NOT NULL DEFAULT now(),
    guesses_left smallint NOT NULL DEFAULT 3 CHECK (guesses_left BETWEEN 0 AND 3),
    -- One of the two is set once the code has been made: ours (with algorithm and key id), or Twilio Verify's.
    code_mac text,
    provider_sid text,
    -- Twilio's verification of the send before, to be cancelled when the next one starts.
    replaced_sid text,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    -- The address that entered the right code; what an address has finished widens what it may send.
    used_from text,
    -- Set when another challenge has taken this one's place.
    closed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT phone_verifications_one_owner_of_the_code CHECK (code_mac IS NULL OR provider_sid IS NULL)
);

CREATE INDEX phone_verifications_used_from ON phone_verifications (used_from, used_at) WHERE used_at IS NOT NULL;
CREATE INDEX phone_verifications_at_twilio ON phone_verifications (phone_number)
    WHERE provider_sid IS NOT NULL AND used_at IS NULL;
CREATE INDEX phone_verifications_expiry ON phone_verifications (expires_at);
