//! Circuits: which provider is left alone for a while, and where.
//!
//! - There is a circuit for each provider and country, and one for each provider as a whole. While it is open, codes go by
//!   the next provider of the country's order. Circuits choose and never refuse: where all are open, codes go by whoever
//!   worked last, so that nobody can shut a country by making calls fail.
//! - It opens when half of the last 20 calls of ten minutes failed, four at least: no connection, no answer, a server
//!   error, "not now", or a refusal for our account, our sender or the country. A provider as a whole opens by what has
//!   nothing to do with a country. Refusals for the number count for nothing, nor do those of Twilio's guard against
//!   pumping. Of checks by Verify only the failures count.
//! - It also opens, for the country, when texts are accepted and do not arrive: when half of those failed of which the
//!   carriers tell, four at least; or when of ten numbers or more that had five minutes' time fewer than a quarter of the
//!   usual part have entered their code, and no carrier says that it has brought the text.
//! - After a rest one text tries it, never one that somebody waits for in vain already. The rest is a minute, or five for texts that did not arrive, and doubles up to fifteen
//!   with each opening in a row. If the text is accepted, or arrives where that was the matter, the circuit closes. So it
//!   does by any other text that went that way since: a notice, which only Messaging carries, or a code that had no other
//!   way.
//! - All of it is rows, decided under one lock for each provider: all instances agree.
//! - What it says is never older than the calls it counts, and nothing about codes or accounts hangs on it.

use diesel::PgConnection;

use crate::{
    db::DbError,
    domain::{country::Country, ids::MessageId, phone_number::PhoneNumber},
    sms::ProviderChoice,
};

pub mod choose;
pub mod decide;
pub mod judge;
pub mod store;
pub mod watch;

pub use choose::{Chosen, Sending, choose, take_probe};
use decide::{Change, Heard};
pub use judge::{Said, judge, judge_failure};

/// What a circuit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The provider.
    pub provider: ProviderChoice,
    /// The country; none for all.
    country: Option<Country>,
}

impl Scope {
    /// As the tables name them.
    pub fn stored(provider: ProviderChoice, country: &str) -> Option<Self> {
        let country = if country.is_empty() { None } else { Some(Country::parse(country).ok()?) };
        Some(Self { provider, country })
    }

    /// The country's code, or nothing for all countries.
    pub fn country(self) -> &'static str {
        name_of(self.country)
    }

    /// Where; none for everywhere.
    pub fn of_country(self) -> Option<Country> {
        self.country
    }

    /// Whether it is the circuit of the provider as a whole.
    pub fn is_of_all(self) -> bool {
        self.country.is_none()
    }
}

/// Takes in how a call ended that was about a message, or about none. Stands last in the transaction that records the
/// end: what it locks is locked last.
///
/// # Errors
/// The database's.
pub fn note_call(
    conn: &mut PgConnection,
    provider: ProviderChoice,
    to: &PhoneNumber,
    message: Option<MessageId>,
    said: Said,
) -> Result<(), DbError> {
    let country = to.country();
    match said {
        _ if provider == ProviderChoice::Demo => Ok(()),
        Said::Nothing => Ok(()),
        Said::Well => {
            store::insert_call(conn, provider, name_of(country), false, false)?;
            let Some(message) = message else { return Ok(()) };
            // None, as a rule, and then there is nothing to lock.
            let opened = store::list_opened_before(conn, provider, name_of(country), message)?;
            for scope in opened.iter().filter_map(|country| Scope::stored(provider, country)) {
                store::lock(conn, provider)?;
                hear(conn, scope, &Heard::Accepted)?;
            }
            Ok(())
        }
        Said::Badly { everywhere } => {
            store::lock(conn, provider)?;
            store::insert_call(conn, provider, name_of(country), true, everywhere)?;
            let of_all = everywhere.then_some(Scope { provider, country: None });
            let of_country = country.map(|country| Scope { provider, country: Some(country) });
            for scope in of_all.into_iter().chain(of_country) {
                let calls = store::count_calls(conn, scope)?;
                hear(conn, scope, &Heard::Failed(calls))?;
            }
            Ok(())
        }
    }
}

/// Decides after something was heard, behind the provider's lock.
fn hear(conn: &mut PgConnection, scope: Scope, heard: &Heard) -> Result<(), DbError> {
    let circuit = store::find(conn, scope)?;
    let Some(change) = decide::decide(&circuit, heard) else { return Ok(()) };
    match &change {
        Change::Open { cause, reason, openings, rest } => {
            store::open(conn, scope, *cause, reason, *openings, *rest)?;
        }
        Change::Close => store::close(conn, scope)?,
    }
    note_change(scope, &change);
    Ok(())
}

/// Tells whoever runs the service that a circuit has changed.
fn note_change(scope: Scope, change: &Change) {
    let provider = scope.provider.as_str();
    let country = if scope.is_of_all() { "all" } else { scope.country() };
    match change {
        Change::Open { reason, rest, openings, .. } => log::error!(
            "event=provider_circuit_open provider={provider} country={country} why={reason:?} openings={openings} \
             rest_seconds={}",
            rest.as_secs()
        ),
        Change::Close => log::info!("event=provider_circuit_closed provider={provider} country={country}"),
    }
}

/// A country as the tables name it.
fn name_of(country: Option<Country>) -> &'static str {
    country.map_or("", Country::code)
}
