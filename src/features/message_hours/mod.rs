//! Figures about texts: what became of those that were asked for in each hour.
//!
//! - Counted from the texts themselves, hour by hour, once a minute ([`count`]): of all instances one does it, and counting
//!   an hour again changes nothing. Whoever sends a text writes nothing here and waits for nobody.
//! - The last hours are counted again each time. Reports and prices come late, up to a day: each leaves a note that its
//!   hour is to be counted again.
//! - A code that was entered counts with the last text that brought it, and stays counted when the code is gone.
//! - How long texts took is kept in steps ([`BOUNDS`]), from which medians of any stretch can be told well enough.
//! - Hours and days are those of UTC.

use std::time::Duration;

pub mod arrivals;
pub mod count;
pub mod store;

pub use arrivals::{Arrivals, BOUNDS, LAST_BOUND};
pub use store::{Way, by_country, by_day, by_hour, errors, totals};

use crate::sms::Fault;

/// Months for which the figures are kept: a year, and the time to look at the same days of the year before.
pub const KEPT_MONTHS: i32 = 13;

/// A stretch of time that ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The hour that runs and the 23 before it.
    Day,
    /// The 24 hours before those.
    DayBefore,
    /// Today and the 29 days before it.
    Month,
    /// The same, 30 days earlier.
    MonthBefore,
}

/// Why a text failed or was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The provider's code, which `sms::twilio::errors` knows.
    Code(u32),
    /// Our own word, where the provider gave no code or was not asked.
    Fault(Fault),
    /// Nobody has said.
    NotTold,
}

impl Why {
    /// What is known: the provider's code says more than our word for it.
    pub fn of(code: Option<i32>, fault: Option<Fault>) -> Self {
        let code = code.and_then(|code| u32::try_from(code).ok());
        code.map(Self::Code).or(fault.map(Self::Fault)).unwrap_or(Self::NotTold)
    }

    /// As it is kept.
    fn stored(error: &str) -> Self {
        match (error.parse(), Fault::parse(error)) {
            (Ok(code), _) => Self::Code(code),
            (_, Some(fault)) => Self::Fault(fault),
            _ => Self::NotTold,
        }
    }
}

/// What became of texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// All that were asked for.
    pub texts: i64,
    /// Those that left, or may have.
    pub sent: i64,
    /// Those of them that brought a code.
    pub codes: i64,
    /// Those that arrived, as carriers say.
    pub delivered: i64,
    /// Those that the provider refused or a carrier did not deliver.
    pub failed: i64,
    /// Those of which nobody knows whether they left.
    pub unknown: i64,
    /// Those not sent because of a brake or a closed country.
    pub held: i64,
    /// Codes that were entered.
    pub entered: i64,
    /// What it all cost, in millionths of a US dollar: the bill where it is known, else what was assumed.
    pub spent_micros: i64,
    /// How long they took to arrive.
    pub arrivals: Arrivals,
}

impl std::ops::Add for Figures {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            texts: self.texts + other.texts,
            sent: self.sent + other.sent,
            codes: self.codes + other.codes,
            delivered: self.delivered + other.delivered,
            failed: self.failed + other.failed,
            unknown: self.unknown + other.unknown,
            held: self.held + other.held,
            entered: self.entered + other.entered,
            spent_micros: self.spent_micros + other.spent_micros,
            arrivals: self.arrivals + other.arrivals,
        }
    }
}

impl Figures {
    /// How many of a hundred codes were entered; none when none was sent.
    pub fn conversion(&self) -> Option<f64> {
        share(self.entered, self.codes)
    }

    /// How many of a hundred texts that left arrived; none when none left.
    pub fn delivery(&self) -> Option<f64> {
        share(self.delivered, self.sent)
    }

    /// The time within which half of them arrived.
    pub fn median(&self) -> Option<Duration> {
        self.arrivals.within(0.5)
    }

    /// The time within which 95 of a hundred arrived.
    pub fn slow(&self) -> Option<Duration> {
        self.arrivals.within(0.95)
    }
}

fn share(part: i64, of: i64) -> Option<f64> {
    (of > 0).then(|| part as f64 * 100.0 / of as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_only_of_something() {
        assert_eq!(Figures::default().conversion(), None);
        assert_eq!(Figures::default().delivery(), None);
        let figures = Figures { sent: 8, codes: 4, entered: 3, delivered: 6, ..Figures::default() };
        assert_eq!((figures.conversion(), figures.delivery()), (Some(75.0), Some(75.0)));
    }
}
