-- Wrong passwords, counted before they are compared. A key is an identifier as typed (a keyed hash), an account, a browser
-- that signed in before, or an account's confirmations.
CREATE TABLE password_guesses (
    key text PRIMARY KEY,
    wrong integer NOT NULL,
    -- No further guess before this moment; the delay doubles with each wrong one.
    rests_until timestamptz NOT NULL
);

CREATE INDEX password_guesses_rests_until ON password_guesses (rests_until);

-- The same by address, which many people share: an exact sliding window of the moments.
CREATE TABLE address_guesses (
    address text PRIMARY KEY,
    guessed_at timestamptz[] NOT NULL,
    last_at timestamptz NOT NULL
);

CREATE INDEX address_guesses_last ON address_guesses (last_at);
