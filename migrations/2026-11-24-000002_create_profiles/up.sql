-- What only one role has stands in a table of that role.
CREATE TABLE sponsor_profiles (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    full_name text NOT NULL
);

CREATE TABLE maid_profiles (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    full_name text NOT NULL
);
