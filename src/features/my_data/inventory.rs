//! What the database keeps, column by column: one table, from which the owner's file is made and to which tests hold the
//! live schema (DAT-01). A table or a column that is not here stops the tests.
//!
//! | class | stored | in the log | shown | in the owner's file |
//! |---|---|---|---|---|
//! | identity | as it is | never | to the owner | yes |
//! | contact | as it is | masked, `*****4567` | to the owner, mostly masked | yes; numbers that are not the account's masked |
//! | origin | browser and coarse address; whole, where a limit counts it | coarse | to the owner, by its beginning | yes |
//! | event | as it is | yes, with ids | to the owner | yes |
//! | state | as it is | yes, with ids | to the owner | yes |
//! | wiring | as it is | yes | to nobody | yes, in the one for programs |
//! | secret | hash, MAC or sealed | never, and no type prints it | to nobody | that there is one |
//! | pseudonym | keyed hash | never | to nobody | no |
//! | confidential | as it is | never | to nobody | no: it would tell of somebody else's account |
//!
//! How long a row is kept goes with its table: see [`Kept`].

use super::kept::Kept;

/// What kind of datum a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Who somebody is: name, email address, role, what they write about themselves.
    Identity,
    /// Where somebody can be reached: a number.
    Contact,
    /// Where somebody came from: browser and address.
    Origin,
    /// What happened, and when.
    Event,
    /// How an account or something under way stands: settings, counts, deadlines.
    State,
    /// Ids and what only the program needs.
    Wiring,
    /// What proves somebody to be the owner.
    Secret,
    /// What stands for a person or a number that is forgotten.
    Pseudonym,
    /// What would tell whether somebody else has an account.
    Confidential,
}

/// A column and its class.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its class.
    pub class: Class,
    /// What its owner is given in its place, as SQL over `t`.
    altered: Option<&'static str>,
}

impl Column {
    const fn new(name: &'static str, class: Class) -> Self {
        Self { name, class, altered: None }
    }

    const fn altered(name: &'static str, class: Class, sql: &'static str) -> Self {
        Self { name, class, altered: Some(sql) }
    }

    /// The column of a query that answers what its owner sees.
    pub fn as_sql(&self) -> String {
        let name = self.name;
        self.altered.map_or_else(|| format!("t.{name}"), |sql| format!("{sql} AS {name}"))
    }
}

/// A table and what it holds.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Which of its rows `t` belong to the account `$1`, and their order, as SQL. None where no row can be said to belong to
    /// an account; why not stands beside it.
    pub own: Option<&'static str>,
    /// How long a row is kept.
    pub kept: Kept,
    /// Its columns.
    pub columns: &'static [Column],
}

impl Table {
    /// The columns that are in the owner's file.
    pub fn seen(&self) -> impl Iterator<Item = &'static Column> {
        let hidden = |class| matches!(class, Class::Secret | Class::Pseudonym | Class::Confidential);
        self.columns.iter().filter(move |column| !hidden(column.class))
    }

    /// The columns that the owner is told of and not shown.
    pub fn secrets(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|column| column.class == Class::Secret)
    }
}

const fn of(name: &'static str, class: Class) -> Column {
    Column::new(name, class)
}

/// Numbers that are not the account's own are somebody's, or were typed by mistake.
const MASKED: Column = Column::altered(
    "phone_number",
    Class::Contact,
    "CASE WHEN t.phone_number = (SELECT u.phone_number FROM users AS u WHERE u.id = $1) THEN t.phone_number
          ELSE '*****' || right(t.phone_number, 4) END",
);

use Class::{Confidential, Contact, Event, Identity, Origin, Pseudonym, Secret, State, Wiring};

/// Every table, those of an account in the order in which its owner reads them.
pub const TABLES: &[Table] = &[
    Table {
        name: "users",
        own: Some("t.id = $1"),
        kept: Kept::Account,
        columns: &[
            of("id", Wiring),
            of("role", Identity),
            of("email", Identity),
            of("phone_number", Contact),
            of("phone_verified_at", State),
            of("phone_contested_at", State),
            of("phone_changed_at", State),
            of("password_hash", Secret),
            of("two_factor_method", State),
            of("locale", State),
            of("status", State),
            of("created_at", Event),
            of("terms_accepted_at", Event),
            of("owner_seen_at", Event),
            of("objected_at", Event),
            of("deletion_due_at", State),
            of("wrong_second_factors", State),
            of("second_factor_rests_until", State),
            of("wrong_reset_factors", State),
            of("reset_factors_rest_until", State),
            of("password_reset_required_at", State),
            of("auth_epoch", Wiring),
        ],
    },
    Table {
        name: "sponsor_profiles",
        own: Some("t.user_id = $1"),
        kept: Kept::Account,
        columns: &[
            of("user_id", Wiring),
            of("full_name", Identity),
            of("city", Identity),
            of("about", Identity),
            of("household_size", Identity),
        ],
    },
    Table {
        name: "maid_profiles",
        own: Some("t.user_id = $1"),
        kept: Kept::Account,
        columns: &[
            of("user_id", Wiring),
            of("full_name", Identity),
            of("city", Identity),
            of("about", Identity),
            of("skills", Identity),
            of("experience_years", Identity),
        ],
    },
    Table {
        name: "totp_secrets",
        own: Some("t.user_id = $1 ORDER BY t.created_at"),
        kept: Kept::Account,
        columns: &[
            of("id", Wiring),
            of("user_id", Wiring),
            of("session_id", Wiring),
            of("sealed_secret", Secret),
            of("last_step", Wiring),
            of("created_at", Event),
            of("confirmed_at", Event),
        ],
    },
    Table {
        name: "two_factor_backup_codes",
        own: Some("t.user_id = $1 ORDER BY t.created_at, t.used_at"),
        kept: Kept::Account,
        columns: &[
            of("user_id", Wiring),
            of("salt", Secret),
            of("code_hash", Secret),
            of("created_at", Event),
            of("used_at", Event),
        ],
    },
    Table {
        name: "sessions",
        own: Some("t.user_id = $1 ORDER BY t.created_at"),
        kept: Kept::Session,
        columns: &[
            of("id", Wiring),
            of("user_id", Wiring),
            of("token_hash", Secret),
            of("auth_epoch", Wiring),
            of("browser", Origin),
            of("address", Origin),
            of("created_at", Event),
            of("last_seen_at", Event),
            of("confirmed_at", Event),
        ],
    },
    Table {
        name: "trusted_devices",
        own: Some("t.user_id = $1 ORDER BY t.created_at"),
        kept: Kept::TrustedDevice,
        columns: &[
            of("id", Wiring),
            of("user_id", Wiring),
            of("token_hash", Secret),
            of("auth_epoch", Wiring),
            of("browser", Origin),
            of("address", Origin),
            of("created_at", Event),
            of("expires_at", State),
        ],
    },
    Table {
        name: "activity",
        own: Some("t.user_id = $1 ORDER BY t.id"),
        kept: Kept::Activity,
        columns: &[
            of("id", Wiring),
            of("user_id", Wiring),
            of("user_hash", Pseudonym),
            of("happened_at", Event),
            of("event", Event),
            of("browser", Origin),
            of("address", Origin),
        ],
    },
    Table {
        name: "sms_messages",
        own: Some("t.user_id = $1 ORDER BY t.created_at, t.id"),
        kept: Kept::Message,
        columns: &[
            of("id", Wiring),
            of("verification_id", Wiring),
            of("action_code_id", Wiring),
            of("send_number", Wiring),
            of("created_at", Event),
            // Whether the number had an account is for whoever reads the text to know.
            Column::altered(
                "kind",
                Event,
                "CASE t.kind WHEN 'verification_taken' THEN 'verification' WHEN 'phone_change_taken' THEN 'phone_change'
                      ELSE t.kind END",
            ),
            MASKED,
            of("phone_hash", Pseudonym),
            of("locale", State),
            of("user_id", Wiring),
            of("browser_id", Wiring),
            of("address", Origin),
            of("address_block", Origin),
            of("stranger", Wiring),
            // Nor whether a text was sent at all: see `messages::reserve`.
            of("withheld", Confidential),
            Column::altered("state", Event, "CASE t.state WHEN 'withheld' THEN 'sent' ELSE t.state END"),
            of("provider_sid", Confidential),
            of("charged", Wiring),
            of("attempts", Wiring),
            of("next_attempt_at", Wiring),
            of("provider", Wiring),
            // What was withheld never has one of a carrier's.
            Column::altered("error_code", Wiring, "CASE t.state WHEN 'failed' THEN t.error_code END"),
            of("fault", Wiring),
            // To the second: finer, what was only to look as if it were sent could be told by how long that took.
            Column::altered("claimed_at", Wiring, "date_trunc('second', t.claimed_at)"),
            Column::altered("settled_at", Event, "date_trunc('second', t.settled_at)"),
            of("notice", Wiring),
            of("country", Contact),
            // Nothing for one that was withheld.
            of("spent_micros", Confidential),
            // Held by a brake, a text to somebody else's number would not have been sent whoever has it.
            of("brake_id", Wiring),
            of("sender", Wiring),
            // Nor does it arrive.
            of("arrival", Confidential),
            of("arrived_ms", Confidential),
            // What others have done at the same address.
            of("vouched", Confidential),
        ],
    },
    Table {
        name: "deliveries",
        // To somebody else's number a text may have been withheld, and then there is none: that would tell.
        own: Some(
            "EXISTS (SELECT FROM sms_messages AS m WHERE m.id = t.message_id AND m.user_id = $1 AND NOT m.stranger)
             ORDER BY t.heard_at, t.message_id",
        ),
        kept: Kept::Message,
        columns: &[
            of("message_id", Wiring),
            of("provider_sid", Wiring),
            of("status", Event),
            of("heard_at", Event),
            of("error_code", Wiring),
            of("segments", Wiring),
            of("price_micros", Wiring),
            of("price_unit", Wiring),
            of("next_look_at", Wiring),
            of("looks", Wiring),
            of("statuses", Wiring),
            of("heard_ats", Wiring),
        ],
    },
    Table {
        name: "message_attempts",
        // As with deliveries.
        own: Some(
            "EXISTS (SELECT FROM sms_messages AS m WHERE m.id = t.message_id AND m.user_id = $1 AND NOT m.stranger)
             ORDER BY t.ended_at, t.message_id",
        ),
        kept: Kept::Message,
        columns: &[
            of("message_id", Wiring),
            of("attempt", Wiring),
            of("provider", Wiring),
            of("ended_at", Wiring),
            of("error_code", Wiring),
            of("fault", Wiring),
        ],
    },
    Table {
        name: "phone_verifications",
        own: Some(
            "t.id IN (SELECT id FROM phone_verifications WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)
                      UNION SELECT verification_id FROM sign_ins WHERE user_id = $1
                      UNION SELECT verification_id FROM password_resets WHERE user_id = $1
                      UNION SELECT verification_id FROM phone_changes WHERE user_id = $1
                      UNION SELECT verification_id FROM sms_messages WHERE user_id = $1)
             ORDER BY t.created_at",
        ),
        kept: Kept::Code,
        columns: &[
            of("id", Wiring),
            of("purpose", Event),
            MASKED,
            of("created_at", Event),
            of("sends", State),
            of("last_send_at", Event),
            of("guesses_left", State),
            of("code_mac", Secret),
            // Twilio has none for a text that was withheld.
            of("provider_sid", Confidential),
            of("replaced_sid", Confidential),
            of("expires_at", State),
            of("used_at", Event),
            of("used_from", Origin),
            of("closed_at", Event),
            of("session_id", Wiring),
        ],
    },
    Table {
        name: "sign_ins",
        own: Some("t.user_id = $1 ORDER BY t.created_at"),
        kept: Kept::UnderWay,
        columns: &[
            of("id", Wiring),
            of("user_id", Wiring),
            of("auth_epoch", Wiring),
            of("verification_id", Wiring),
            of("next_page", Wiring),
            of("created_at", Event),
            of("expires_at", State),
        ],
    },
    Table {
        name: "password_resets",
        own: Some("t.user_id = $1 ORDER BY t.created_at"),
        kept: Kept::UnderWay,
        columns: &[
            of("id", Wiring),
            MASKED,
            of("verification_id", Wiring),
            of("user_id", Wiring),
            of("auth_epoch", Wiring),
            of("created_at", Event),
            of("proven_at", Event),
            of("granted_at", Event),
            of("used_at", Event),
            of("expires_at", State),
        ],
    },
    Table {
        name: "password_reset_waits",
        own: Some("t.user_id = $1"),
        kept: Kept::Wait,
        columns: &[of("user_id", Wiring), of("auth_epoch", Wiring), of("began_at", Event), of("disputed", Wiring)],
    },
    Table {
        name: "phone_changes",
        own: Some("t.user_id = $1"),
        kept: Kept::UnderWay,
        columns: &[
            of("session_id", Wiring),
            of("user_id", Wiring),
            of("auth_epoch", Wiring),
            of("country", Contact),
            MASKED,
            of("verification_id", Wiring),
            of("expires_at", State),
        ],
    },
    Table {
        name: "action_codes",
        own: Some("t.user_id = $1 ORDER BY t.created_at"),
        kept: Kept::ActionCode,
        columns: &[
            of("id", Wiring),
            of("user_id", Wiring),
            of("act", Event),
            MASKED,
            of("code_hash", Secret),
            of("created_at", Event),
            of("opens_at", State),
            of("expires_at", State),
            of("used_at", Event),
            of("auth_epoch", Wiring),
        ],
    },
    Table {
        name: "recoveries",
        own: Some("t.user_id = $1 ORDER BY t.started_at"),
        kept: Kept::Activity,
        columns: &[
            of("id", Wiring),
            of("user_id", Wiring),
            of("action_code_id", Wiring),
            of("started_at", Event),
            of("started_by", Event),
            of("reason", Event),
            of("opened_at", Event),
            of("cancelled_at", Event),
            of("cancelled_by", Event),
            of("cancel_reason", Event),
            of("used_at", Event),
        ],
    },
    Table {
        name: "password_guesses",
        // What is counted by identifier or browser is counted under a keyed hash.
        own: Some("t.key IN ('account:' || $1::text, 'confirmation:' || $1::text) ORDER BY t.key"),
        kept: Kept::Count,
        columns: &[of("key", Wiring), of("wrong", State), of("rests_until", State)],
    },
    Table {
        name: "address_guesses",
        // An address is shared by many, and no row says by whom.
        own: None,
        kept: Kept::Count,
        columns: &[of("address", Origin), of("guessed_at", Event), of("last_at", Event)],
    },
    Table {
        name: "throttles",
        // Keyed hashes alone.
        own: None,
        kept: Kept::Throttle,
        columns: &[of("id", Wiring), of("rule", Wiring), of("key_hash", Pseudonym), of("happened_at", Event)],
    },
    Table {
        name: "audit",
        // Who acted is an account of somebody else.
        own: Some("t.subject = 'account:' || $1::text ORDER BY t.number"),
        kept: Kept::Audit,
        columns: &[
            of("number", Wiring),
            of("happened_at", Event),
            of("actor", Confidential),
            of("act", Wiring),
            of("subject", Wiring),
            of("reason", Event),
            of("before", Wiring),
            of("after", Wiring),
            of("mac", Confidential),
        ],
    },
    Table {
        name: "country_policies",
        // Of this table and those below no row is about a person.
        own: None,
        kept: Kept::Service,
        columns: &[
            of("country", Wiring),
            of("unproven", Wiring),
            of("proven", Wiring),
            of("sender", Wiring),
            of("providers", Wiring),
            of("origin_line", Wiring),
            of("most_segments", Wiring),
            of("price_micros", Wiring),
            of("version", Wiring),
            of("changed_at", Wiring),
            of("stopped_at", Wiring),
        ],
    },
    Table {
        name: "budgets",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("scope", Wiring),
            of("hour_micros", Wiring),
            of("day_micros", Wiring),
            of("month_micros", Wiring),
        ],
    },
    Table {
        name: "spending",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("scope", Wiring),
            of("period", Wiring),
            of("starts_at", Wiring),
            of("micros", Wiring),
            of("unproven_micros", Wiring),
        ],
    },
    Table {
        name: "settings",
        own: None,
        kept: Kept::Service,
        columns: &[of("only_row", Wiring), of("version", Wiring), of("changed", Wiring), of("saved_at", Wiring)],
    },
    Table {
        name: "activity_hours",
        own: None,
        kept: Kept::Service,
        columns: &[of("hour", Wiring), of("event", Wiring), of("times", Wiring)],
    },
    Table {
        name: "activity_hours_written",
        own: None,
        kept: Kept::Service,
        columns: &[of("only_row", Wiring), of("until", Wiring)],
    },
    Table {
        name: "sms_hours",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("country", Wiring),
            of("number_range", Wiring),
            of("hour", Wiring),
            of("sent", Wiring),
            of("entered", Wiring),
        ],
    },
    Table {
        name: "sms_hours_written",
        own: None,
        kept: Kept::Service,
        columns: &[of("only_row", Wiring), of("until", Wiring)],
    },
    Table {
        name: "message_hours",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("hour", Wiring),
            of("country", Wiring),
            of("provider", Wiring),
            of("sender", Wiring),
            of("purpose", Wiring),
            of("texts", Wiring),
            of("sent", Wiring),
            of("delivered", Wiring),
            of("failed", Wiring),
            of("unknown", Wiring),
            of("held", Wiring),
            of("entered", Wiring),
            of("spent_micros", Wiring),
            of("arrivals", Wiring),
            of("counted_at", Wiring),
        ],
    },
    Table {
        name: "message_days",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("day", Wiring),
            of("country", Wiring),
            of("provider", Wiring),
            of("sender", Wiring),
            of("purpose", Wiring),
            of("texts", Wiring),
            of("sent", Wiring),
            of("delivered", Wiring),
            of("failed", Wiring),
            of("unknown", Wiring),
            of("held", Wiring),
            of("entered", Wiring),
            of("spent_micros", Wiring),
            of("arrivals", Wiring),
            of("counted_at", Wiring),
        ],
    },
    Table {
        name: "message_hour_errors",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("hour", Wiring),
            of("country", Wiring),
            of("provider", Wiring),
            of("sender", Wiring),
            of("error", Wiring),
            of("texts", Wiring),
            of("counted_at", Wiring),
        ],
    },
    Table {
        name: "message_hours_counted",
        own: None,
        kept: Kept::Service,
        columns: &[of("only_row", Wiring), of("until", Wiring)],
    },
    Table {
        name: "message_hours_changed",
        own: None,
        kept: Kept::Service,
        columns: &[of("id", Wiring), of("hour", Wiring)],
    },
    Table {
        name: "brakes",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("id", Wiring),
            of("reference", Wiring),
            of("country", Wiring),
            of("number_range", Wiring),
            of("rule", Wiring),
            of("why", Wiring),
            of("alert_only", Wiring),
            of("began_at", Wiring),
            of("ended_at", Wiring),
            of("opened_at", Wiring),
        ],
    },
    Table {
        name: "provider_circuits",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("provider", Wiring),
            of("country", Wiring),
            of("state", Wiring),
            of("cause", Wiring),
            of("reason", Wiring),
            of("openings", Wiring),
            of("opened_at", Wiring),
            of("probe_at", Wiring),
            of("rest_seconds", Wiring),
            of("closed_at", Wiring),
        ],
    },
    Table {
        name: "provider_calls",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("id", Wiring),
            of("provider", Wiring),
            of("country", Wiring),
            of("failed", Wiring),
            of("everywhere", Wiring),
            of("ended_at", Wiring),
        ],
    },
    Table {
        name: "alerts",
        own: None,
        kept: Kept::Service,
        columns: &[
            of("id", Wiring),
            of("kind", Wiring),
            of("subject", Wiring),
            of("detail", Wiring),
            of("reference", Wiring),
            of("created_at", Wiring),
            of("attempts", Wiring),
            of("next_attempt_at", Wiring),
            of("delivered_at", Wiring),
            of("given_up_at", Wiring),
        ],
    },
    Table {
        name: "alert_pauses",
        own: None,
        kept: Kept::Service,
        columns: &[of("kind", Wiring), of("about", Wiring), of("ends_at", Wiring)],
    },
    Table {
        name: "registrations",
        // Not an account yet: the row goes in the moment in which the account comes, and until then its number and its email
        // address are what somebody has typed.
        own: None,
        kept: Kept::UnderWay,
        columns: &[
            of("id", Wiring),
            of("role", Identity),
            of("full_name", Identity),
            of("email", Identity),
            of("country", Contact),
            of("phone_number", Contact),
            of("password_hash", Secret),
            of("locale", State),
            of("terms_accepted_at", Event),
            of("verification_id", Wiring),
            of("phone_proven_at", Event),
            of("created_at", Event),
            of("expires_at", State),
        ],
    },
];
