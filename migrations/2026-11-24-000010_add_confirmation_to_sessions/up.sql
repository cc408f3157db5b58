ALTER TABLE sessions
    -- When whoever holds the session last proved to be the owner, with the second factor where there is one. A sign-in
    -- from a trusted device leaves it empty.
    ADD COLUMN confirmed_at timestamptz,
    -- What the owner recognises it by: browser and system, and the address without its end.
    ADD COLUMN browser text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '';
