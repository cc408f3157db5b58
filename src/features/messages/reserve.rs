//! Reserving a text: the limits that are exact.
//!
//! A sliding log over `sms_messages`. The installation's cap is a key of every send, so its lock alone puts all
//! reservations in one order and no two see the same gap; finer locks below it would never be contended. It is held
//! for one indexed query and one insert, which allows some hundred reservations a second where the cap allows a
//! thousand an hour.

use std::time::Duration;

use diesel::PgConnection;

use super::{
    Kind,
    store::{self, Full},
};
use crate::{
    db::DbError,
    domain::{
        client_address::ClientAddress,
        country::Country,
        ids::{BrakeId, BrowserId, ChallengeId, MessageId, UserId},
        phone_number::PhoneNumber,
    },
    features::{
        brakes::{self, Brake},
        budget::{self, Expense},
        countries::{self, Class},
        phone_verifications::{
            Lifetimes,
            store::{self as challenges, CodeBefore},
        },
    },
    metrics::{self, Limit},
    sms::{Fault, TextKind},
};

/// The longest wait that a person is told of: a cap of the month is no reason to send somebody away for weeks.
const LONGEST_WAIT_TOLD: Duration = Duration::from_secs(60 * 60);

/// How many texts may be sent, and how long their codes work. Sources: design, "Limits that are exact"; SMS-08, SMS-09, SMS-13.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// To one number in an hour.
    pub number_per_hour: u16,
    /// To one number in a day.
    pub number_per_day: u16,
    /// From one address in an hour to numbers that are not the asker's proven one, or as many as codes were entered
    /// from there in the last 24 hours, whichever is more. A /48 may send four times as many.
    pub address_per_hour: u16,
    /// For one account in an hour.
    pub account_per_hour: u16,
    /// From one browser in a minute.
    pub browser_per_minute: u16,
    /// Of the whole installation in an hour.
    pub installation_per_hour: u16,
    /// How long their codes work.
    pub lifetimes: Lifetimes,
}

impl Limits {
    /// The design's limits, with the two that a deployment chooses.
    pub fn new(number_per_hour: u16, number_per_day: u16) -> Self {
        Self {
            number_per_hour,
            number_per_day,
            address_per_hour: 5,
            account_per_hour: 6,
            browser_per_minute: 3,
            installation_per_hour: 1000,
            lifetimes: Lifetimes::default(),
        }
    }

    /// The part of an owner's limit that strangers may use up: three fifths, so 3 of 5 an hour.
    pub(super) fn strangers_part(limit: u16) -> u16 {
        (limit * 3 / 5).max(1)
    }
}

/// Who asks for a text.
#[derive(Debug, Clone)]
pub enum Asker {
    /// Somebody who is not signed in to the account that has the number, if there is one.
    Stranger {
        /// Where they come from.
        address: ClientAddress,
        /// The browser.
        browser: BrowserId,
    },
    /// Somebody who is signed in, about a number that is not their account's.
    Member {
        /// The account.
        user: UserId,
        /// Where they come from.
        address: ClientAddress,
        /// The browser.
        browser: BrowserId,
    },
    /// The account's owner, about the account's number.
    Owner {
        /// The account.
        user: UserId,
        /// The browser.
        browser: BrowserId,
    },
}

/// A text to reserve.
#[derive(Debug, Clone)]
pub struct Text {
    /// What it says.
    pub kind: TextKind,
    /// Where to.
    pub to: PhoneNumber,
    /// Language, BCP 47.
    pub locale: String,
    /// The challenge whose code it carries.
    pub challenge: ChallengeId,
    /// Which send of that challenge it is, from 1.
    pub send: i16,
    /// Whether it only has to look as if it were sent: nobody is to see that there is nothing to send it for.
    pub decoy: bool,
}

/// A text that is noted and counts for its asker.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Reserved {
    /// Its number.
    pub message: MessageId,
    /// Why it will never leave, where that is known already: a fault of the country or of the moment, never of the
    /// account. Who waits for no outcome may tell it at once.
    pub refused: Option<Fault>,
}

/// Why a text was not reserved.
#[derive(Debug, thiserror::Error)]
pub enum NotReserved {
    /// A limit is reached. Which one is nobody's business (ERR-02).
    #[error("a limit is reached")]
    TooMany {
        /// Until there is room again.
        wait: Duration,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Reserves a text under all limits at once and queues it. Stands last in the transaction of what it is for: a refusal
/// must roll that back, and then costs nothing.
///
/// To a number that has an owner strangers get at most their part sent. What goes beyond is withheld: queued, counted,
/// given a code and settled as late as any other, so that nobody can tell whether the number has an account. A decoy
/// is withheld in any case.
///
/// To a closed country nothing is sent, nor while a brake is on: the text is noted and refused at once, as the provider
/// might refuse it later. It counts for the asker, so that nobody asks without end, and costs nothing.
///
/// # Errors
/// [`NotReserved`].
pub fn reserve(conn: &mut PgConnection, limits: &Limits, asker: &Asker, text: &Text) -> Result<Reserved, NotReserved> {
    store::lock_reservations(conn)?;
    if let Some(Full { limit, wait }) = store::find_full(conn, limits, asker, &text.to)? {
        note(limit, text);
        return Err(NotReserved::TooMany { wait });
    }
    let class = Kind::Code(text.kind).class();
    let policy = countries::policy_for(conn, &text.to)?;
    let expense = Expense { country: country_of(&text.to), class, micros: policy.most_micros() };
    if !policy.allows(class) {
        note(Limit::Country, text);
        return Ok(refuse(conn, asker, text, Fault::Country, None)?);
    }
    // Asked for every number, also where the text would be withheld: the answer must not tell whether it has an account.
    if let Some(brake) = brake_on(conn, &expense, asker, text)? {
        note(Limit::Brake, text);
        return Ok(refuse(conn, asker, text, Fault::Paused, Some(brake.id))?);
    }
    if let Some(wait) = budget::wait_for_room(conn, &expense)? {
        note(Limit::Budget, text);
        log::error!("event=budget_reached country={} class={class:?}", expense.country.map_or("none", Country::code));
        return Err(NotReserved::TooMany { wait: wait.min(LONGEST_WAIT_TOLD) });
    }
    let is_stranger = !matches!(asker, Asker::Owner { .. });
    // Asked for a decoy too, which takes as long then.
    let beyond = is_stranger && store::strangers_part_is_used(conn, limits, &text.to)?;
    let withheld = beyond || text.decoy;
    let message = MessageId::generate();
    store::insert(conn, message, asker, text, withheld)?;
    // Also what will not be sent, until it is settled: not counting it would take less time, which tells.
    budget::count(conn, message, expense.micros)?;
    Ok(Reserved { message, refused: None })
}

/// The same for a code that takes the place of one `before`, which works on if the text is refused.
///
/// # Errors
/// [`NotReserved`].
pub fn reserve_next(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    text: &Text,
    before: &CodeBefore,
) -> Result<Reserved, NotReserved> {
    let reserved = reserve(conn, limits, asker, text)?;
    if reserved.refused.is_some() {
        challenges::put_back(conn, text.challenge, before)?;
    }
    Ok(reserved)
}

/// Notes a text that will never leave.
fn refuse(
    conn: &mut PgConnection,
    asker: &Asker,
    text: &Text,
    fault: Fault,
    brake: Option<BrakeId>,
) -> Result<Reserved, DbError> {
    let message = MessageId::generate();
    store::insert_refused(conn, message, asker, text, fault, brake)?;
    Ok(Reserved { message, refused: Some(fault) })
}

/// Which limit it was, for counter and log alone (ERR-02).
fn note(limit: Limit, text: &Text) {
    log::info!("event=limit_reached rule={} kind={}", limit.as_str(), Kind::Code(text.kind).as_str());
    metrics::limit_reached(limit);
}

/// The decision by which the number gets no text now. Owners ask about numbers of their own, which are proven.
fn brake_on(conn: &mut PgConnection, expense: &Expense, asker: &Asker, text: &Text) -> Result<Option<Brake>, DbError> {
    let (Class::Unproven, Some(country)) = (expense.class, expense.country) else { return Ok(None) };
    match asker {
        Asker::Stranger { address, .. } | Asker::Member { address, .. } => {
            brakes::check(conn, country, &text.to, *address)
        }
        Asker::Owner { .. } => Ok(None),
    }
}

fn country_of(number: &PhoneNumber) -> Option<Country> {
    number.country().filter(|_| !number.is_twilios_test_number())
}
