-- Who did what to the service or to an account from the administration or the command line. Each row's MAC covers the row
-- and the MAC before it, so that none can be changed, removed or slipped in between without the key that is not in here.
CREATE TABLE audit (
    -- 1, 2, 3 and so on, without a gap.
    number bigint PRIMARY KEY CHECK (number > 0),
    happened_at timestamptz NOT NULL,
    -- `administrator:<id of the account>` or `operator:<name>`.
    actor text NOT NULL,
    act text NOT NULL,
    -- `account:<id>`, `country:<code>`, `setting:<name>` and the like.
    subject text,
    reason text,
    -- JSON, as it was written: a jsonb column would put it in another order.
    before text,
    after text,
    mac text NOT NULL
);

CREATE INDEX audit_actor ON audit (actor, number DESC);
CREATE INDEX audit_act ON audit (act, number DESC);
CREATE INDEX audit_subject ON audit (subject, number DESC);
CREATE INDEX audit_happened_at ON audit (happened_at);
