//! Long codes that a text carries to a number, each good for one act.
//!
//! - 80 random bits, made when the text leaves; only a keyed hash is kept. The account is found by the code.
//! - A code is used once, within its time, and its act decides what that does. It never signs anybody in.
//! - A code that opens later than it is made gives the owner that time to object. It ends with the account's epoch, with
//!   any proof of being the owner and with any objection; then it does not even leave.
//! - Typing them is counted by address over all pages that take one, 20 times an hour, so that nobody tries many.

use std::time::Duration;

use diesel::PgConnection;

use crate::{
    app::Keys,
    crypto::{keys::KeyRing, mac},
    db::{self, DbError},
    domain::{
        action_code::ActionCode,
        client_address::ClientAddress,
        ids::{ActionCodeId, UserId},
        phone_number::PhoneNumber,
    },
    features::throttles::{self, Rule},
};

pub mod store;

/// What a code does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Puts the number back that the code was sent to.
    UndoPhoneChange,
    /// Stops a reset that waits.
    StopReset,
    /// Stops a recovery that waits.
    StopRecovery,
    /// Finishes a recovery: the number that the code was sent to becomes the account's.
    Recover,
}

impl Act {
    const ALL: [Self; 4] = [Self::UndoPhoneChange, Self::StopReset, Self::StopRecovery, Self::Recover];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UndoPhoneChange => "undo_phone_change",
            Self::StopReset => "stop_reset",
            Self::StopRecovery => "stop_recovery",
            Self::Recover => "recover",
        }
    }

    /// The act of that name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == name)
    }
}

/// A code to be sent.
pub struct NewCode<'a> {
    /// Whose account it acts on.
    pub user: UserId,
    /// What it does.
    pub act: Act,
    /// Where it goes.
    pub phone: &'a PhoneNumber,
    /// From when on it works.
    pub opens_in: Duration,
    /// For how long from then on.
    pub lifetime: Duration,
}

/// A code that was typed in and may be used.
#[derive(Debug, Clone)]
pub struct Found {
    /// The row.
    pub id: ActionCodeId,
    /// Whose account it acts on.
    pub user: UserId,
    /// What it does.
    pub act: Act,
    /// Where it was sent.
    pub phone: PhoneNumber,
}

/// Why a code was not even looked for.
#[derive(Debug, thiserror::Error)]
pub enum NotCharged {
    /// Too many came from the address.
    #[error("too many codes from one address")]
    TooMany {
        /// Until there is room again.
        wait: Duration,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Pays for one look at a code that somebody typed. Committed by itself: nothing further down gives it back.
///
/// # Errors
/// [`NotCharged::TooMany`] costs nothing.
pub fn charge_try(conn: &mut PgConnection, throttle_key: &KeyRing, address: ClientAddress) -> Result<(), NotCharged> {
    let key = mac::lookup_key(throttle_key, &[address.keys().address.as_bytes()]);
    db::transaction(conn, |conn| {
        if throttles::charge(conn, Rule::ActionCodeTried, &key)? {
            return Ok(());
        }
        Err(NotCharged::TooMany { wait: throttles::wait(conn, Rule::ActionCodeTried, &key)? })
    })
}

/// The hash of a new code.
pub fn hash(ring: &KeyRing, code: &ActionCode) -> Vec<u8> {
    mac::lookup_key(ring, &[code.expose().as_bytes()]).to_vec()
}

/// The hashes by which a code that was typed in is found.
pub fn hashes(ring: &KeyRing, code: &ActionCode) -> Vec<Vec<u8>> {
    mac::lookup_keys(ring, &[code.expose().as_bytes()])
}

/// Pays for a try from this address and finds the code, if it may be used now.
///
/// Stands outside any transaction: the payment must stay. What is found is not held; whoever acts on it holds the account
/// first and then uses the code up by condition ([`store::consume`]). Held the other way round, two codes of one account
/// would wait for each other.
///
/// # Errors
/// [`NotCharged`].
pub fn try_code(
    conn: &mut PgConnection,
    keys: &Keys,
    from: ClientAddress,
    code: &ActionCode,
) -> Result<Option<Found>, NotCharged> {
    charge_try(conn, &keys.throttle_key, from)?;
    Ok(store::find_live(conn, hashes(&keys.action_code, code))?)
}
