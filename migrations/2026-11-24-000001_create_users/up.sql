-- Identity and security state, once for both roles.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('sponsor', 'maid')),
    -- Canonical: ASCII local part in lower case, domain as A-label, so that equal addresses are equal texts.
    email text UNIQUE CHECK (email = lower(email)),
    password_hash text NOT NULL,
    locale text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    phone_number text NOT NULL CHECK (phone_number ~ '^\+[1-9][0-9]{6,14}$'),
    phone_verified_at timestamptz,
    -- Somebody else has shown a code sent to this number: the account keeps everything but the use of the number.
    phone_contested_at timestamptz,
    -- Copied into everything that grants something and compared on use; raising it ends them all.
    auth_epoch integer NOT NULL DEFAULT 1,
    terms_accepted_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_number_proven_or_contested CHECK ((phone_verified_at IS NULL) <> (phone_contested_at IS NULL)),
    CONSTRAINT users_only_maids_without_email CHECK (role = 'maid' OR email IS NOT NULL)
);

-- One proven number belongs to one account, whatever its role. Numbers that nobody has proven reserve nothing.
CREATE UNIQUE INDEX users_verified_phone ON users (phone_number) WHERE phone_verified_at IS NOT NULL;
