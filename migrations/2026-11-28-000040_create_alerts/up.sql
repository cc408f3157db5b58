-- What whoever runs the service is told, until it is delivered. Nothing here is about a person.
CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN (
        'budget_50', 'budget_80', 'budget_100', 'brake_on', 'brake_would_hold', 'brake_off',
        'provider_down', 'provider_up', 'signatures_refused', 'sign_ins_refused', 'audit_failure')),
    -- A country, a provider, or nothing where it is about everything.
    subject text NOT NULL CHECK (subject ~ '^([A-Z]{2}|[a-z]{1,20})?$'),
    -- Numbers by name.
    detail jsonb NOT NULL CHECK (jsonb_typeof(detail) = 'object'),
    -- What people call it by, and what is in the log.
    reference text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    -- None when there is nothing left to do.
    next_attempt_at timestamptz DEFAULT now(),
    delivered_at timestamptz,
    given_up_at timestamptz,
    CHECK ((next_attempt_at IS NULL) = (delivered_at IS NOT NULL OR given_up_at IS NOT NULL))
);

CREATE INDEX alerts_due ON alerts (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX alerts_subject ON alerts (subject, created_at);
CREATE INDEX alerts_created ON alerts (created_at);

-- Until when a kind of alert about a subject, or a budget's period of it, is not raised again. A row of its own, so that
-- one statement can take the turn and whoever comes at the same time waits for it.
CREATE TABLE alert_pauses (
    kind text NOT NULL,
    about text NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (kind, about)
);
