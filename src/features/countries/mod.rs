//! Country policies: which countries get texts, from whom, and what one is assumed to cost.
//!
//! - A country without a policy is closed. A closed country's number never reaches a provider, whatever the text is for
//!   (SMS-09): it is refused when the text is asked for, and once more when it is its turn to leave.
//! - Numbers that nobody has proven are one question, numbers that belong to an account another: registration can be
//!   shut while people still sign in.
//! - What a text is for says which of the two it is, never whether the number has an account: whoever asks would learn
//!   it (AUT-11).
//! - Twilio's test numbers belong to no country, cost nothing and reach nobody: they are open.

use chrono::{DateTime, Utc};

use crate::{
    domain::{country::Country, phone_number::PhoneNumber},
    sms::{ProviderChoice, Sender},
};

pub mod change;
pub mod stop;
pub mod store;

/// The least that a segment can be assumed to cost, in millionths of a US dollar: what costs nothing is no budget's.
pub const LEAST_PRICE_MICROS: i64 = 1_000;
/// The most, some ten times what the dearest country costs.
pub const MOST_PRICE_MICROS: i64 = 5_000_000;

/// The most that a country's caps of an hour, a day and a month can be, in millionths of a US dollar.
pub fn most_cap_micros() -> [i64; 3] {
    [500_000_000, 2_000_000_000, 20_000_000_000]
}

/// Every order of providers that a policy can have, by the name that a form gives it.
pub fn orders() -> impl Iterator<Item = (&'static str, Vec<ProviderChoice>)> {
    use ProviderChoice::{Messaging, Verify};
    [
        ("", vec![]),
        ("messaging", vec![Messaging]),
        ("verify", vec![Verify]),
        ("messaging,verify", vec![Messaging, Verify]),
        ("verify,messaging", vec![Verify, Messaging]),
    ]
    .into_iter()
}

/// Which numbers a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It proves a number: nobody is known to hold it.
    Unproven,
    /// It goes to a number that belongs to an account, or looks as if it did.
    Proven,
}

/// How texts to a country are treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Whether numbers that nobody has proven get any.
    pub unproven: bool,
    /// Whether numbers that belong to an account get any.
    pub proven: bool,
    /// Whom they come from; none for the deployment's sender.
    pub sender: Option<Sender>,
    /// Who carries codes, the first that works; none for the deployment's provider.
    pub providers: Vec<ProviderChoice>,
    /// Whether the last line may name our host.
    pub origin_line: bool,
    /// In how many segments one may be billed.
    pub most_segments: u16,
    /// What a segment is assumed to cost, in millionths of a US dollar.
    pub price_micros: i64,
}

/// A country's policy as it stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which country.
    pub country: Country,
    /// What holds.
    pub policy: Policy,
    /// Raised by every change.
    pub version: i32,
    /// When it was changed last.
    pub changed_at: DateTime<Utc>,
    /// Since when texts to unproven numbers are stopped by the button that stops all of them.
    pub stopped_at: Option<DateTime<Utc>>,
}

impl Policy {
    /// The name of its order of providers.
    pub fn order(&self) -> String {
        self.providers.iter().map(|provider| provider.as_str()).collect::<Vec<_>>().join(",")
    }

    /// Of a country that has none.
    pub fn closed() -> Self {
        Self {
            unproven: false,
            proven: false,
            sender: None,
            providers: Vec::new(),
            origin_line: false,
            most_segments: 1,
            price_micros: 0,
        }
    }

    /// Of the numbers that Twilio answers for without sending.
    pub fn of_test_numbers() -> Self {
        Self { unproven: true, proven: true, ..Self::closed() }
    }

    /// What one text may cost, in millionths of a US dollar.
    pub fn most_micros(&self) -> i64 {
        self.micros_for(self.most_segments)
    }

    /// What a text of so many segments is assumed to cost.
    pub fn micros_for(&self, segments: u16) -> i64 {
        self.price_micros.saturating_mul(i64::from(segments))
    }

    /// Whether a number of the class gets texts.
    pub fn allows(&self, class: Class) -> bool {
        match class {
            Class::Unproven => self.unproven,
            Class::Proven => self.proven,
        }
    }
}

/// The policy for a number.
///
/// # Errors
/// The database's.
pub fn policy_for(conn: &mut diesel::PgConnection, number: &PhoneNumber) -> Result<Policy, crate::db::DbError> {
    if number.is_twilios_test_number() {
        return Ok(Policy::of_test_numbers());
    }
    let Some(country) = number.country() else { return Ok(Policy::closed()) };
    Ok(store::find(conn, country)?.unwrap_or_else(Policy::closed))
}
