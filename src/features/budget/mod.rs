//! The budget: what texts may cost in an hour, a day and a month, in all and to single countries.
//!
//! - A text counts with its country's assumed price from the moment it is reserved, in the same transaction, behind the
//!   lock of all reservations: however many ask at once, what is reserved never exceeds a cap (SMS-09).
//! - It counts with the bill's price once Twilio has told it, and with nothing once it is sure that it was not sent.
//!   What nobody knows of counts as sent.
//! - Texts to numbers that nobody has proven may use seven tenths of each cap. The rest is for people who have an
//!   account, so that they can sign in while somebody else has us text strangers.
//! - Notices are counted, and never held back: they have a quota of their own that is a cap as well.
//! - Periods are the hours, days and months of UTC.
//! - The caps of all countries together are changed with the settings, under their version and within bounds ([`Period`]).

use std::{ops::RangeInclusive, time::Duration};

use diesel::PgConnection;

use crate::{
    db::DbError,
    domain::{country::Country, ids::MessageId},
    features::countries::Class,
};

pub mod store;

/// The part of each cap that texts to numbers nobody has proven may use, in percent.
pub const UNPROVEN_PERCENT: i64 = 70;

/// Millionths of a US dollar in a dollar.
const MICROS: i64 = 1_000_000;

/// A period with a cap of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month.
    Month,
}

impl Period {
    /// Every period.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Month];

    /// The name of its cap in the form of the settings and in the audit trail.
    pub fn key(self) -> &'static str {
        match self {
            Self::Hour => "cap_hour",
            Self::Day => "cap_day",
            Self::Month => "cap_month",
        }
    }

    /// Between what its cap can be set, in whole US dollars.
    pub fn bounds(self) -> RangeInclusive<u16> {
        match self {
            Self::Hour => 1..=500,
            Self::Day => 1..=2000,
            Self::Month => 10..=20_000,
        }
    }
}

/// What a cap is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Texts to all countries together.
    InAll,
    /// Texts to one.
    Country(Country),
}

impl Scope {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InAll => "ALL",
            Self::Country(country) => country.code(),
        }
    }
}

/// What may be spent, in all countries together or in one, in millionths of a US dollar; none where nothing caps it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// In an hour.
    pub hour: Option<i64>,
    /// In a day.
    pub day: Option<i64>,
    /// In a month.
    pub month: Option<i64>,
}

impl Caps {
    /// The cap of a period.
    pub fn of(&self, period: Period) -> Option<i64> {
        match period {
            Period::Hour => self.hour,
            Period::Day => self.day,
            Period::Month => self.month,
        }
    }

    /// Caps a period, in whole US dollars.
    pub fn set(&mut self, period: Period, dollars: u16) {
        let cap = Some(i64::from(dollars) * MICROS);
        match period {
            Period::Hour => self.hour = cap,
            Period::Day => self.day = cap,
            Period::Month => self.month = cap,
        }
    }
}

/// An amount in US dollars, as exact as it is: `50` or `0.35`.
pub fn in_dollars(micros: i64) -> String {
    let (dollars, rest) = (micros / MICROS, (micros % MICROS).abs());
    if rest == 0 { dollars.to_string() } else { format!("{dollars}.{rest:06}").trim_end_matches('0').to_owned() }
}

/// Reads an amount in US dollars: digits, and after a point six more at most.
pub fn read_dollars(typed: &str) -> Option<i64> {
    let (dollars, rest) = typed.split_once('.').unwrap_or((typed, "0"));
    let are_digits =
        |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(dollars, 9) || !are_digits(rest, 6) {
        return None;
    }
    let (dollars, rest): (i64, i64) = (dollars.parse().ok()?, format!("{rest:0<6}").parse().ok()?);
    Some(dollars * MICROS + rest)
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Expense {
    /// Where the text goes; none for Twilio's test numbers.
    pub country: Option<Country>,
    /// Which part of the caps it may use.
    pub class: Class,
    /// What it is assumed to cost, in millionths of a US dollar.
    pub micros: i64,
}

/// How long until there is room for an expense; none when there is room now. Stands behind the lock of all reservations.
///
/// # Errors
/// The database's.
pub fn wait_for_room(conn: &mut PgConnection, expense: &Expense) -> Result<Option<Duration>, DbError> {
    store::wait_for_room(conn, expense)
}

/// Counts a message with its price, or with another than before: what it is assumed to cost, what it did cost, or
/// nothing.
///
/// # Errors
/// The database's.
pub fn count(conn: &mut PgConnection, message: MessageId, micros: i64) -> Result<(), DbError> {
    store::count(conn, message, micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_shown_as_exactly_as_it_is() {
        let shown = [0, 50_000_000, 350_000, 1_000_001, 12_500_000].map(in_dollars);
        assert_eq!(shown, ["0", "50", "0.35", "1.000001", "12.5"]);
    }

    #[test]
    fn a_4_an_amount_is_read_as_it_is_shown_and_nothing_else_is() {
        for micros in [0, 50_000_000, 350_000, 1_000_001, 12_500_000, 999_999_999_999_999] {
            assert_eq!(read_dollars(&in_dollars(micros)), Some(micros));
        }
        for wrong in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e9",
            "NaN",
            "inf",
            "0,35",
            "1 000",
            "$1",
            "1.0000001",
            "9999999999",
            "0x10",
            "٣",
        ] {
            assert_eq!(read_dollars(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_cap_is_set_in_whole_dollars() {
        let mut caps = Caps::default();
        for period in Period::ALL {
            assert_eq!(caps.of(period), None);
            caps.set(period, *period.bounds().end());
        }
        assert_eq!(caps, Caps { hour: Some(500_000_000), day: Some(2_000_000_000), month: Some(20_000_000_000) });
    }
}
