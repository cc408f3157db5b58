//! The brake against SMS pumping: people who earn on every text register numbers that they never prove.
//!
//! - What is watched is the *open* texts to numbers that nobody has proven: those whose code nobody has entered. Where
//!   people really come, most codes are entered within minutes, and the more are, the more may be open.
//! - A country may have as many open in an hour as the most of 3, a fifth of a sixth of the codes entered on its best day
//!   of 14, and a fifth of the codes entered in the last hour; in a day as many as the most of 20, three tenths of the best
//!   day, and three tenths of the last day. A range, which is a number without its last four digits, may have 5 in an
//!   hour and 15 in a day.
//! - Beyond that texts are refused until enough of the open ones have grown old or were entered. It opens again by itself.
//! - Each time one begins a decision is written down, with the rule and its figures in words and a short reference, which
//!   the person sees and support can find.
//! - In the first 14 days of a home country's texts decisions are written down and nothing is held back: there is nothing
//!   to compare with, and a launch looks like an attack.
//! - Texts to numbers that belong to an account always pass; what says so is what a text is for, never whether the number
//!   has an account.

use chrono::TimeDelta;
use diesel::PgConnection;

use crate::{
    db::DbError,
    domain::{country::Country, ids::BrakeId, phone_number::PhoneNumber},
    features::alerts::{self, Alert, Kind},
};

pub mod decide;
pub mod reference;
pub mod store;

use decide::Rule;
use reference::Reference;

/// In the first days of a home country's texts nothing is held back.
pub const ALERT_ONLY: TimeDelta = TimeDelta::days(14);
/// Days in which the best day is looked for.
pub const BEST_OF_DAYS: i32 = 14;

/// A decision that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brake {
    /// The row.
    pub id: BrakeId,
    /// What the person sees.
    pub reference: Reference,
    /// Whether it is only written down.
    pub alert_only: bool,
}

/// Whether one more text may go to a number that nobody has proven; if not, by which decision. Stands behind the lock of
/// all reservations. Also notes when a decision holds no more.
///
/// # Errors
/// The database's.
pub fn check(conn: &mut PgConnection, country: Country, number: &PhoneNumber) -> Result<Option<Brake>, DbError> {
    let range = number.range();
    let facts = store::facts(conn, country, range)?;
    let decided = decide::decide(&facts);
    for (scope, rule) in [("", decided.country), (range, decided.range)] {
        match rule {
            None => end(conn, country, scope)?,
            Some(rule) => {
                let brake = begin(conn, country, scope, &rule, facts.is_alert_only)?;
                if !brake.alert_only {
                    return Ok(Some(brake));
                }
            }
        }
    }
    Ok(None)
}

/// The decision that holds, or a new one.
fn begin(
    conn: &mut PgConnection,
    country: Country,
    range: &str,
    rule: &Rule,
    alert_only: bool,
) -> Result<Brake, DbError> {
    if let Some(brake) = store::find_live(conn, country, range, alert_only)? {
        return Ok(brake);
    }
    // What held only as a warning is over when the country's first days are.
    end(conn, country, range)?;
    let brake = store::insert(conn, country, range, rule, alert_only)?;
    log::warn!(
        "event=brake_on reference={} country={country} scope={} rule={} alert_only={alert_only} why={:?}",
        brake.reference,
        if range.is_empty() { "country" } else { "range" },
        rule.name(),
        rule.in_words(country)
    );
    let alert = Alert::new(if alert_only { Kind::BrakeWouldHold } else { Kind::BrakeOn }).of_country(country);
    alerts::raise(conn, &alert.referring_to(brake.reference.as_str()))?;
    Ok(brake)
}

/// Ends the decision that holds, if there is one. Of one that held nothing back nobody hears that it is over.
fn end(conn: &mut PgConnection, country: Country, range: &str) -> Result<(), DbError> {
    let Some(Brake { reference, alert_only, .. }) = store::end(conn, country, range)? else { return Ok(()) };
    log::info!("event=brake_off reference={reference} country={country}");
    if !alert_only {
        let alert = Alert::new(Kind::BrakeOff).of_country(country);
        alerts::raise(conn, &alert.referring_to(reference.as_str()))?;
    }
    Ok(())
}
