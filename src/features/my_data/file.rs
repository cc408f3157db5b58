//! The owner's file: all data in one piece, to read or for programs. It stands alone: nothing in it is loaded from anywhere.

use askama::Template;
use chrono::{DateTime, SecondsFormat, Utc};
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    download::Record,
    inventory::{Class, Column, Table},
};
use crate::{
    domain::{browser_name::BrowserName, country::Country, role::Role},
    features::{
        action_codes::Act, activity::Event, demo_inbox::pages::MessageKind, messages::Kind,
        phone_verifications::Purpose, two_factor::Method,
    },
    sms::TextKind,
    web::{clock::Clock, words::Words},
};

/// What the file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people: a page that any browser shows, also without a network.
    #[default]
    Html,
    /// For programs: every column under its own name.
    Json,
}

impl Format {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// What the file is called, with the day on which it was made.
    pub fn file_name(self, at: DateTime<Utc>) -> String {
        let extension = match self {
            Self::Html => "html",
            Self::Json => "json",
        };
        format!("latchkey-data-{}.{extension}", at.format("%Y-%m-%d"))
    }

    /// Writes the file. A year of an account may take a moment: for a thread that may block.
    ///
    /// # Errors
    /// A row that is not as the database writes them; a fault of ours.
    pub fn write(self, record: Record, words: Words, clock: Clock) -> Result<String, askama::Error> {
        match self {
            Self::Html => FilePage { record, words, clock }.render(),
            Self::Json => json(&record, &words).map_err(|error| askama::Error::Custom(error.into())),
        }
    }
}

/// Rows come from the database as JSON objects and stand in the file as they came, one in a line.
fn json(record: &Record, words: &Words) -> Result<String, serde_json::Error> {
    let made_at = record.at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let mut file = format!("{{\n\"made_at\": \"{made_at}\",\n\"tables\": {{");
    for (number, (table, rows)) in record.tables.iter().enumerate() {
        let kept = serde_json::to_string(&table.kept.in_words(words))?;
        let secrets: Vec<&str> = table.secrets().map(|column| column.name).collect();
        let secrets = serde_json::to_string(&secrets)?;
        file.push_str(if number == 0 { "\n" } else { ",\n" });
        file.push_str(&format!(
            "\"{}\": {{\"kept\": {kept}, \"kept_but_not_shown\": {secrets}, \"rows\": [",
            table.name
        ));
        for (number, row) in rows.iter().enumerate() {
            file.push_str(if number == 0 { "\n" } else { ",\n" });
            file.push_str(row);
        }
        file.push_str("]}");
    }
    file.push_str("\n}\n}\n");
    Ok(file)
}

/// The file to read.
#[derive(Template)]
#[template(path = "my_data/file.html")]
struct FilePage {
    record: Record,
    words: Words,
    clock: Clock,
}

/// One thing about a row: what it is, and how it is.
struct Fact {
    label: String,
    value: String,
}

impl FilePage {
    fn made(&self) -> String {
        let (date, time) = (self.clock.date(self.record.at, &self.words), self.clock.time(self.record.at));
        fl!(self.words.0, "data-file-made", date = date, time = time)
    }

    /// What there could be and is not. A sponsor has no profile of a maid, nor a maid one of a sponsor.
    fn empty(&self) -> Vec<String> {
        let title = |(table, _): &(&Table, Vec<String>)| table.title(&self.words);
        let (full, empty): (Vec<_>, Vec<_>) = self.record.tables.iter().partition(|(_, rows)| !rows.is_empty());
        let full: Vec<String> = full.into_iter().map(title).collect();
        empty.into_iter().map(title).filter(|title| !full.contains(title)).collect()
    }

    fn secrets(&self, table: &Table) -> Vec<String> {
        table.secrets().filter_map(|column| secret(column, &self.words)).collect()
    }

    /// What a reader can make something of: neither ids nor what is empty.
    fn facts(&self, table: &Table, row: &str) -> Result<Vec<Fact>, askama::Error> {
        let row: Map<String, Value> = serde_json::from_str(row).map_err(|error| askama::Error::Custom(error.into()))?;
        let readable = table.seen().filter(|column| column.class != Class::Wiring);
        let fact = |column: &Column| {
            let value = match row.get(column.name)? {
                Value::Null => return None,
                Value::String(text) => self.value(column.name, text),
                other => other.to_string(),
            };
            Some(Fact { label: label(column.name, &self.words)?, value })
        };
        Ok(readable.filter_map(fact).collect())
    }

    /// What stands in a column, in words where the column has words of the program's.
    fn value(&self, column: &str, text: &str) -> String {
        let words = &self.words;
        let known = match column {
            "role" => Role::from_stored(text).map(|role| role_in_words(role, words)),
            "status" => Some(if text == "active" {
                fl!(words.0, "data-status-active")
            } else {
                fl!(words.0, "data-status-disabled")
            }),
            "two_factor_method" => Some(method_in_words(Method::from_stored(text), words)),
            "browser" => Some(words.browser(&BrowserName::from_stored(text))),
            "event" => Event::from_stored(text).map(|event| event.in_words(words)),
            "kind" => Kind::parse(text).map(|kind| kind_in_words(kind).in_words(words)),
            "state" => Some(state_in_words(text, words)),
            "purpose" => Purpose::parse(text).map(|purpose| purpose_in_words(purpose).in_words(words)),
            "act" => Act::from_stored(text).map(|act| act_in_words(act, words)),
            "country" => Country::parse(text).ok().map(|country| words.country(country)),
            _ => self.moment(column, text),
        };
        known.unwrap_or_else(|| text.to_owned())
    }

    fn moment(&self, column: &str, text: &str) -> Option<String> {
        if !column.ends_with("_at") && !column.ends_with("_until") {
            return None;
        }
        let at: DateTime<Utc> = text.parse().ok()?;
        let (date, time) = (self.clock.date(at, &self.words), self.clock.time(at));
        Some(fl!(self.words.0, "activity-when", date = date, time = time))
    }
}

fn role_in_words(role: Role, words: &Words) -> String {
    match role {
        Role::Sponsor => fl!(words.0, "register-sponsor"),
        Role::Maid => fl!(words.0, "register-maid"),
        Role::Administrator => fl!(words.0, "data-administrator"),
    }
}

fn method_in_words(method: Option<Method>, words: &Words) -> String {
    match method {
        None => fl!(words.0, "account-two-factor-off"),
        Some(Method::App) => fl!(words.0, "account-two-factor-app"),
        Some(Method::Sms) => fl!(words.0, "account-two-factor-sms"),
    }
}

fn kind_in_words(kind: Kind) -> MessageKind {
    match kind {
        Kind::Code(kind) => MessageKind::of(kind),
        Kind::Notice(_) => MessageKind::Notice,
    }
}

fn purpose_in_words(purpose: Purpose) -> MessageKind {
    MessageKind::of(match purpose {
        Purpose::Registration => TextKind::Verification,
        Purpose::SignIn => TextKind::SignIn,
        Purpose::StepUp => TextKind::StepUp,
        Purpose::PasswordReset => TextKind::PasswordReset,
        Purpose::PhoneChange => TextKind::PhoneChange,
    })
}

fn state_in_words(state: &str, words: &Words) -> String {
    match state {
        "queued" | "sending" => fl!(words.0, "data-text-under-way"),
        "sent" => fl!(words.0, "data-text-sent"),
        "superseded" => fl!(words.0, "data-text-superseded"),
        "failed" => fl!(words.0, "data-text-failed"),
        _ => fl!(words.0, "data-text-unknown"),
    }
}

fn act_in_words(act: Act, words: &Words) -> String {
    match act {
        Act::UndoPhoneChange => fl!(words.0, "data-act-undo-phone-change"),
        Act::StopReset => fl!(words.0, "data-act-stop-reset"),
        Act::StopRecovery => fl!(words.0, "data-act-stop-recovery"),
        Act::Recover => fl!(words.0, "data-act-recover"),
    }
}

impl Table {
    /// What its rows are, for their owner.
    fn title(&self, words: &Words) -> String {
        match self.name {
            "users" => fl!(words.0, "account-title"),
            "sponsor_profiles" | "maid_profiles" => fl!(words.0, "area-profile"),
            "totp_secrets" => fl!(words.0, "data-of-app"),
            "two_factor_backup_codes" => fl!(words.0, "backup-codes-title"),
            "sessions" => fl!(words.0, "account-devices"),
            "trusted_devices" => fl!(words.0, "data-of-trusted-devices"),
            "activity" => fl!(words.0, "account-activity"),
            "sms_messages" => fl!(words.0, "data-of-texts"),
            "deliveries" => fl!(words.0, "data-of-deliveries"),
            "message_attempts" => fl!(words.0, "data-of-message-attempts"),
            "phone_verifications" => fl!(words.0, "data-of-codes"),
            "sign_ins" => fl!(words.0, "data-of-sign-ins"),
            "password_resets" => fl!(words.0, "data-of-resets"),
            "password_reset_waits" => fl!(words.0, "data-of-waits"),
            "phone_changes" => fl!(words.0, "data-of-phone-changes"),
            "action_codes" => fl!(words.0, "data-of-long-codes"),
            "audit" => fl!(words.0, "data-of-audit"),
            "recoveries" => fl!(words.0, "data-of-recoveries"),
            "password_guesses" => fl!(words.0, "data-of-guesses"),
            other => other.to_owned(),
        }
    }
}

/// What a secret is, for the owner to know that it is there.
fn secret(column: &Column, words: &Words) -> Option<String> {
    Some(match column.name {
        "password_hash" => fl!(words.0, "data-secret-password"),
        "sealed_secret" => fl!(words.0, "data-secret-app"),
        "code_hash" | "code_mac" => fl!(words.0, "data-secret-code"),
        "token_hash" => fl!(words.0, "data-secret-token"),
        // Goes with the hash.
        _ => return None,
    })
}

/// What a column is, for people; none for what only programs need.
fn label(column: &str, words: &Words) -> Option<String> {
    Some(match column {
        "role" => fl!(words.0, "data-label-role"),
        "email" => fl!(words.0, "email-label"),
        "phone_number" => fl!(words.0, "phone-label"),
        "phone_verified_at" | "proven_at" => fl!(words.0, "data-label-phone-proven"),
        "phone_contested_at" => fl!(words.0, "data-label-phone-contested"),
        "phone_changed_at" => fl!(words.0, "data-label-phone-changed"),
        "two_factor_method" => fl!(words.0, "two-factor-title"),
        "locale" => fl!(words.0, "language-label"),
        "status" => fl!(words.0, "data-label-status"),
        "heard_at" => fl!(words.0, "data-label-heard"),
        "created_at" | "started_at" | "began_at" => fl!(words.0, "data-label-begun"),
        "terms_accepted_at" => fl!(words.0, "data-label-terms"),
        "owner_seen_at" => fl!(words.0, "data-label-owner-seen"),
        "objected_at" => fl!(words.0, "data-label-objected"),
        "deletion_due_at" => fl!(words.0, "data-label-deletion"),
        "wrong_second_factors" => fl!(words.0, "data-label-wrong-codes"),
        "wrong_reset_factors" => fl!(words.0, "data-label-wrong-reset-codes"),
        "second_factor_rests_until" | "reset_factors_rest_until" | "rests_until" => fl!(words.0, "data-label-rests"),
        "password_reset_required_at" => fl!(words.0, "data-label-reset-required"),
        "full_name" => fl!(words.0, "register-name"),
        "city" => fl!(words.0, "data-label-city"),
        "about" => fl!(words.0, "data-label-about"),
        "household_size" => fl!(words.0, "data-label-household"),
        "skills" => fl!(words.0, "data-label-skills"),
        "experience_years" => fl!(words.0, "data-label-experience"),
        "confirmed_at" => fl!(words.0, "data-label-confirmed"),
        "used_at" => fl!(words.0, "data-label-used"),
        "last_seen_at" => fl!(words.0, "data-label-last-seen"),
        "expires_at" => fl!(words.0, "data-label-expires"),
        "browser" => fl!(words.0, "data-label-browser"),
        "address" | "address_block" => fl!(words.0, "data-label-address"),
        "used_from" => fl!(words.0, "data-label-used-from"),
        "happened_at" => fl!(words.0, "data-label-when"),
        "event" => fl!(words.0, "data-label-event"),
        "kind" | "purpose" => fl!(words.0, "data-label-purpose"),
        "state" => fl!(words.0, "data-label-state"),
        "settled_at" => fl!(words.0, "data-label-settled"),
        "sends" => fl!(words.0, "data-label-sends"),
        "last_send_at" => fl!(words.0, "data-label-last-send"),
        "guesses_left" => fl!(words.0, "data-label-guesses-left"),
        "closed_at" => fl!(words.0, "data-label-closed"),
        "granted_at" => fl!(words.0, "data-label-granted"),
        "country" => fl!(words.0, "country-label"),
        "act" => fl!(words.0, "data-label-act"),
        "opens_at" => fl!(words.0, "data-label-opens"),
        "opened_at" => fl!(words.0, "data-label-opened"),
        "cancelled_by" => fl!(words.0, "data-label-cancelled-by"),
        "cancel_reason" => fl!(words.0, "data-label-cancel-reason"),
        "started_by" => fl!(words.0, "data-label-started-by"),
        "reason" => fl!(words.0, "data-label-reason"),
        "cancelled_at" => fl!(words.0, "data-label-cancelled"),
        "wrong" => fl!(words.0, "data-label-wrong"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::my_data::inventory::TABLES;

    /// A column without a label would be missing from the file without a word.
    #[test]
    fn dat_01_whatever_people_can_read_has_a_label_and_every_table_a_title() {
        let words = Words::english();
        for table in TABLES.iter().filter(|table| table.own.is_some()) {
            assert_ne!(table.title(&words), table.name);
            for column in table.seen().filter(|column| column.class != Class::Wiring) {
                assert!(label(column.name, &words).is_some(), "{}.{}", table.name, column.name);
            }
            for column in table.secrets().filter(|column| column.name != "salt") {
                assert!(secret(column, &words).is_some(), "{}.{}", table.name, column.name);
            }
        }
    }

    #[test]
    fn a_file_says_on_which_day_it_was_made() {
        let at: DateTime<Utc> = "2025-11-22T11:31:08Z".parse().expect("a moment");
        assert_eq!(Format::Html.file_name(at), "latchkey-data-2025-11-22.html");
        assert_eq!(Format::Json.file_name(at), "latchkey-data-2025-11-22.json");
    }
}
