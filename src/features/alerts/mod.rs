//! Alerts: what whoever runs the service has to hear of at once.
//!
//! - An alert is raised in the transaction of what it tells of, so that both happen or neither ([`raise`]). The same
//!   kind about the same subject is raised once an hour at most, and a provider that stays down is told again each
//!   hour; of each hour, day and month of a budget each step is told once.
//! - It holds a kind, a country or a provider, numbers and a reference. There is no place in it for a person.
//! - It is posted to `LATCHKEY_ALERT_URL`, signed with `LATCHKEY_ALERT_SECRET` ([`signature`]), and again with growing
//!   waits for a day until the receiver answers with 2xx ([`deliver`]). Each is delivered by one instance; after a
//!   crash it may arrive twice, under the same id.
//! - Each is in the log as `event=alert` too, and without an address that is where it ends.
//! - What shows only over time is looked for ([`watch`]): a provider that does not answer, reports of delivery that are
//!   not Twilio's, passwords that are tried in great number, a budget that runs out.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use crate::{
    db::DbError,
    domain::country::Country,
    metrics::{self, AlertEnd},
    web::request::Reference,
};

pub mod deliver;
pub mod signature;
pub mod store;
pub mod watch;
mod words;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Half of a budget is spent, or of the part of it that numbers nobody has proven may use.
    Budget50,
    /// Four fifths of it are.
    Budget80,
    /// There is no room in it for one more text.
    Budget100,
    /// Texts to unproven numbers of a country are held back.
    BrakeOn,
    /// They would be, were it not the country's first days.
    BrakeWouldHold,
    /// They are not any more.
    BrakeOff,
    /// A provider of texts does not answer.
    ProviderDown,
    /// It does again.
    ProviderUp,
    /// Many reports of delivery came that were not signed by Twilio.
    SignaturesRefused,
    /// Many wrong passwords and codes were tried.
    SignInsRefused,
    /// The chain of audit entries does not hold.
    AuditFailure,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Budget50,
        Self::Budget80,
        Self::Budget100,
        Self::BrakeOn,
        Self::BrakeWouldHold,
        Self::BrakeOff,
        Self::ProviderDown,
        Self::ProviderUp,
        Self::SignaturesRefused,
        Self::SignInsRefused,
        Self::AuditFailure,
    ];

    /// The name in the database, the log and what is posted.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Budget50 => "budget_50",
            Self::Budget80 => "budget_80",
            Self::Budget100 => "budget_100",
            Self::BrakeOn => "brake_on",
            Self::BrakeWouldHold => "brake_would_hold",
            Self::BrakeOff => "brake_off",
            Self::ProviderDown => "provider_down",
            Self::ProviderUp => "provider_up",
            Self::SignaturesRefused => "signatures_refused",
            Self::SignInsRefused => "sign_ins_refused",
            Self::AuditFailure => "audit_failure",
        }
    }

    /// The kind with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether it says that something is well again.
    fn is_good_news(self) -> bool {
        matches!(self, Self::BrakeOff | Self::ProviderUp)
    }
}

/// Something to be told.
#[derive(Debug, Clone)]
pub struct Alert {
    kind: Kind,
    subject: &'static str,
    period: Option<(&'static str, DateTime<Utc>)>,
    facts: Vec<(&'static str, i64)>,
    reference: Option<String>,
}

impl Alert {
    /// About everything, until [`Alert::of_country`] or [`Alert::of_provider`] says otherwise.
    pub fn new(kind: Kind) -> Self {
        Self { kind, subject: "", period: None, facts: Vec::new(), reference: None }
    }

    /// It is about a country.
    pub fn of_country(self, country: Country) -> Self {
        Self { subject: country.code(), ..self }
    }

    /// It is about a provider of texts, by the name that the configuration has for it.
    pub fn of_provider(self, name: &'static str) -> Self {
        Self { subject: name, ..self }
    }

    /// It is about a period of a budget, which has a turn of its own: once until it ends, and once an hour at most.
    pub fn of_period(self, name: &'static str, ends_at: DateTime<Utc>) -> Self {
        Self { period: Some((name, ends_at)), ..self }
    }

    /// Adds a number that helps to judge it, in the unit that `name` says.
    pub fn fact(mut self, name: &'static str, number: i64) -> Self {
        self.facts.push((name, number));
        self
    }

    /// Gives it a reference that people know already, in place of one of its own.
    pub fn referring_to(self, reference: impl Into<String>) -> Self {
        Self { reference: Some(reference.into()), ..self }
    }
}

/// Raises an alert in the caller's transaction, unless the same was raised within the hour. Answers whether it was.
///
/// # Errors
/// The database's.
pub fn raise(conn: &mut PgConnection, alert: &Alert) -> Result<bool, DbError> {
    let reference = alert.reference.clone().unwrap_or_else(|| Reference::generate().to_string());
    let detail = alert.facts.iter().map(|(name, number)| ((*name).to_owned(), (*number).into())).collect();
    let detail = serde_json::Value::Object(detail).to_string();
    let raised = store::insert(conn, alert, detail, reference)?;
    if raised {
        metrics::alert(alert.kind.as_str(), AlertEnd::Raised);
    }
    Ok(raised)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = include_str!("../../../migrations/2026-11-28-000040_create_alerts/up.sql");

    #[test]
    fn every_kind_is_known_to_the_table_and_found_by_its_name() {
        let (_, after) = MIGRATION.split_once("CHECK (kind IN (").expect("the list of kinds");
        let (list, _) = after.split_once("))").expect("its end");
        let listed: Vec<_> = list.split(',').map(|name| name.trim().trim_matches('\'')).collect();
        assert_eq!(listed, Kind::ALL.map(Kind::as_str));
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("ProviderDown"), None);
    }
}
