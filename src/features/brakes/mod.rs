//! The brake against SMS pumping: people who earn on every text register numbers that they never prove.
//!
//! - What is watched is the *open* texts to numbers that nobody has proven: those whose code nobody has entered. Where
//!   people really come, most codes are entered within minutes, and the more are, the more may be open.
//! - An address *vouches* for a text where somebody has entered a code in the last day: it may have one open and a fifth
//!   of the codes that were entered there. Such a text counts for its range alone, and only its range's brake holds it back.
//!   Carriers let many people share one address, and an attacker's addresses are those where nobody finishes.
//! - All countries together may have 25 of the other texts open in an hour and a quarter of the codes that an hour brings,
//!   which is this one or a sixth of the last day, and 10 in a day and a fifth of its codes: an attacker who is held back in
//!   one country would go on in the next. This holds from the first day.
//! - A country may have 12 of them open in an hour and a quarter of the codes that an hour brings, and 10 in a day and a
//!   fifth of the codes that a day brings: this hour or a sixth of the best day of 14, this day or that best one, whichever
//!   is more.
//! - A range, which is a number without its last four digits, may have 5 in an hour and a quarter of its codes, and 8 in a
//!   day and a fifth. Here all texts count.
//! - The day's rules leave out the last five minutes, in which people are still typing; the hour's count them.
//! - Beyond that texts are refused until enough of the open ones have grown old or were entered. It opens again by itself.
//! - Each time one begins a decision is written down, with the rule and its figures in words and a short reference, which
//!   the person sees and support can find.
//! - An administrator may open it before that. Then what was sent until then is counted as open no more, so that the rule
//!   does not shut it again at the next request; what follows is judged as ever.
//! - In the first 14 days of a home country's texts decisions are written down and nothing is held back but a flood, which
//!   is eight times what a country may have and fifteen times what a range may: there is nothing to compare with, and a launch
//!   looks like an attack, but not like that.
//! - Texts to numbers that belong to an account always pass; what says so is what a text is for, never whether the number
//!   has an account.
//!
//! How the figures were found: `examples/pumping`.

use chrono::TimeDelta;
use diesel::PgConnection;

use crate::{
    db::DbError,
    domain::{
        brake_reference::BrakeReference, client_address::ClientAddress, country::Country, ids::BrakeId,
        phone_number::PhoneNumber,
    },
    features::alerts::{self, Alert, Kind},
};

pub mod decide;
pub mod store;

use decide::Decision;
pub use store::Noted;

/// The first days of a home country's texts.
pub const ALERT_ONLY: TimeDelta = TimeDelta::days(14);
/// Days in which the best day is looked for.
pub const BEST_OF_DAYS: i32 = 14;

/// Younger texts are left to the hour's rules: people are still typing.
pub const STILL_TYPING: TimeDelta = TimeDelta::minutes(5);

/// A decision that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brake {
    /// The row.
    pub id: BrakeId,
    /// What the person sees.
    pub reference: BrakeReference,
    /// Whether it is only written down.
    pub alert_only: bool,
}

/// What a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// All countries together.
    Everywhere,
    /// A country.
    Country(Country),
    /// A range of its numbers.
    Range(Country, String),
}

impl Place {
    /// How wide it is.
    fn kind(&self) -> &'static str {
        match self {
            Self::Everywhere => "everywhere",
            Self::Country(_) => "country",
            Self::Range(..) => "range",
        }
    }

    /// The country in the database, or what stands for all.
    fn country(&self) -> &'static str {
        match self {
            Self::Everywhere => "ALL",
            Self::Country(country) | Self::Range(country, _) => country.code(),
        }
    }

    /// The range, if it is one.
    fn range(&self) -> &str {
        match self {
            Self::Everywhere | Self::Country(_) => "",
            Self::Range(_, range) => range,
        }
    }

    /// An alert about it.
    fn alert(&self, kind: Kind) -> Alert {
        match self {
            Self::Everywhere => Alert::new(kind),
            Self::Country(country) | Self::Range(country, _) => Alert::new(kind).of_country(*country),
        }
    }
}

/// What was found about one more text.
#[derive(Debug, Clone, Copy)]
pub struct Checked {
    /// The decision by which it is refused, if one holds.
    pub brake: Option<Brake>,
    /// Whether the address vouches for it.
    pub vouched: bool,
}

/// Whether one more text may go to a number that nobody has proven, asked for from an address; if not, by which decision.
/// Stands behind the lock of all reservations. Also notes when a decision holds no more.
///
/// # Errors
/// The database's.
pub fn check(
    conn: &mut PgConnection,
    country: Country,
    number: &PhoneNumber,
    address: ClientAddress,
) -> Result<Checked, DbError> {
    let range = number.range();
    let decided = decide::decide(&store::facts(conn, country, range)?);
    let on_country = note(conn, &Place::Country(country), decided.country)?;
    let on_range = note(conn, &Place::Range(country, range.to_owned()), decided.range)?;
    if decide::vouches(&store::texts_from(conn, &address)?) {
        return Ok(Checked { brake: on_range, vouched: true });
    }
    let everywhere = decide::decide_everywhere(&store::texts_everywhere(conn)?);
    let on_all = note(conn, &Place::Everywhere, everywhere)?;
    Ok(Checked { brake: on_country.or(on_all).or(on_range), vouched: false })
}

/// Keeps the row about a place in step with what was decided. Answers what holds texts back.
fn note(conn: &mut PgConnection, place: &Place, decision: Option<Decision>) -> Result<Option<Brake>, DbError> {
    let Some(decision) = decision else {
        end(conn, place)?;
        return Ok(None);
    };
    let brake = begin(conn, place, decision)?;
    Ok(Some(brake).filter(|brake| !brake.alert_only))
}

/// Ends the decisions that hold no more, for housekeeping: where nobody asks, nobody would notice.
///
/// # Errors
/// The database's.
pub fn end_what_is_over(conn: &mut PgConnection) -> Result<(), DbError> {
    for place in store::list_live(conn)? {
        let decision = match &place {
            Place::Everywhere => decide::decide_everywhere(&store::texts_everywhere(conn)?),
            Place::Country(country) => decide::decide(&store::facts(conn, *country, "")?).country,
            Place::Range(country, range) => decide::decide(&store::facts(conn, *country, range)?).range,
        };
        if decision.is_none() {
            end(conn, &place)?;
        }
    }
    Ok(())
}

/// Lets texts through again that a decision holds back, at an administrator's word. From then on the rule counts anew.
/// Answers the decision; none when it holds nothing back any more.
///
/// # Errors
/// The database's.
pub fn open(conn: &mut PgConnection, reference: BrakeReference) -> Result<Option<Noted>, DbError> {
    let Some(opened) = store::open(conn, reference)? else { return Ok(None) };
    log::warn!("event=brake_opened reference={reference}");
    if let Some(country) = opened.country {
        alerts::raise(conn, &Alert::new(Kind::BrakeOff).of_country(country).referring_to(reference.to_string()))?;
    }
    Ok(Some(opened))
}

/// The decision that holds, or a new one.
fn begin(conn: &mut PgConnection, place: &Place, decision: Decision) -> Result<Brake, DbError> {
    let Decision { rule, alert_only } = decision;
    if let Some(brake) = store::find_live(conn, place, alert_only)? {
        return Ok(brake);
    }
    // A warning gives way to what holds texts back, and the other way round.
    end(conn, place)?;
    let brake = store::insert(conn, place, decision)?;
    log::warn!(
        "event=brake_on reference={} country={} scope={} rule={} alert_only={alert_only} why={:?}",
        brake.reference,
        place.country(),
        place.kind(),
        rule.name(),
        rule.in_words(place)
    );
    let alert = place.alert(if alert_only { Kind::BrakeWouldHold } else { Kind::BrakeOn });
    alerts::raise(conn, &alert.referring_to(brake.reference.to_string()))?;
    Ok(brake)
}

/// Ends the decision that holds, if there is one. Of one that held nothing back nobody hears that it is over.
fn end(conn: &mut PgConnection, place: &Place) -> Result<(), DbError> {
    let Some(Brake { reference, alert_only, .. }) = store::end(conn, place)? else { return Ok(()) };
    log::info!("event=brake_off reference={reference} country={}", place.country());
    if !alert_only {
        alerts::raise(conn, &place.alert(Kind::BrakeOff).referring_to(reference.to_string()))?;
    }
    Ok(())
}
