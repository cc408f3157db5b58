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

use std::time::Duration;

use diesel::PgConnection;

use crate::{
    db::DbError,
    domain::{country::Country, ids::MessageId},
    features::countries::Class,
};

pub mod store;

/// The part of each cap that texts to numbers nobody has proven may use, in percent.
pub const UNPROVEN_PERCENT: i64 = 70;

/// What all countries together may cost, in millionths of a US dollar; none where nothing caps it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caps {
    /// In an hour.
    pub hour: Option<i64>,
    /// In a day.
    pub day: Option<i64>,
    /// In a month.
    pub month: Option<i64>,
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
