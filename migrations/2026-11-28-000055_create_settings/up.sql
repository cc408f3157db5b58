-- What administrators have set otherwise than the program does by itself. One row: its version rises with each save, so
-- that of two who save at once one is told. `changed` holds only what differs from the defaults, which are the program's
-- and the environment's; the bounds are the program's too.
CREATE TABLE settings (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version integer NOT NULL DEFAULT 1,
    changed jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(changed) = 'object'),
    saved_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO settings DEFAULT VALUES;
