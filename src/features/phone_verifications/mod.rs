//! Codes that prove who holds a phone.
//!
//! - A challenge is bound to its purpose, its number and the browser that holds its id; it is never found by number.
//! - A code lives 10 minutes and allows 3 guesses. A resend makes a new code and kills the older one; it is possible
//!   after 60, 120 and 300 seconds, so a challenge sends at most 4.
//! - Charge first, compare second, consume by condition: [`check`] pays for a guess in its own committed statement and
//!   compares in constant time, [`consume`] uses the challenge up in the caller's transaction, once.
//! - A code is ours (we keep its MAC) or Twilio Verify's (we keep its SID); the challenge remembers which.

use std::time::Duration;

use crate::{
    crypto::{keys::KeyRing, mac::StoredMac},
    db::DbError,
    domain::{ids::ChallengeId, one_time_code::OneTimeCode, phone_number::PhoneNumber},
};

mod check;
mod consume;
pub mod store;

pub use check::{Compared, check};
pub use consume::consume;

/// How long a verification code works. NIST SP 800-63B-4, "Out-of-Band Verifiers": at most 10 minutes. SMS-04.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Guesses for one code.
pub const GUESSES: i16 = 3;
/// How long after each send the next one is possible. Their number bounds the sends of a challenge.
pub const RESEND_WAITS: [Duration; 3] = [Duration::from_secs(60), Duration::from_secs(120), Duration::from_secs(300)];
/// Sends of one challenge, the first included.
pub const MOST_SENDS: i16 = RESEND_WAITS.len() as i16 + 1;

/// What a code is for. A code made for one purpose fits no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Opening an account.
    Registration,
}

impl Purpose {
    /// The name in the database and in the MAC.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
        }
    }
}

/// A number whose holder has shown us a code sent to it. Only [`consume`] and a stored proof make one.
#[derive(Debug, Clone)]
pub struct VerifiedPhone(PhoneNumber);

impl VerifiedPhone {
    /// The number.
    pub fn number(&self) -> &PhoneNumber {
        &self.0
    }

    /// A number that a row says was proven earlier in the same flow.
    pub(crate) fn proven_earlier(number: PhoneNumber) -> Self {
        Self(number)
    }
}

/// Why a code was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CodeRefused {
    /// Wrong, and one guess was paid.
    #[error("wrong code")]
    Wrong {
        /// At least 1.
        guesses_left: i16,
    },
    /// Every guess has been used; a new code is needed.
    #[error("out of guesses")]
    OutOfGuesses,
    /// Too old, used, replaced or never there; a new code is needed.
    #[error("expired")]
    Expired,
    /// Twilio could not be asked. Not proven; the guess is paid.
    #[error("the code could not be checked")]
    Unchecked,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Why no new code was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRenewed {
    /// The wait is not over.
    TooSoon {
        /// What is left of it.
        wait: Duration,
    },
    /// All sends of the challenge are used.
    NoSendsLeft,
    /// Used or replaced.
    Closed,
}

/// The MAC of a code: bound to challenge, purpose and number, so it fits nowhere else (SMS-05).
pub(in crate::features) fn code_mac(
    ring: &KeyRing,
    challenge: ChallengeId,
    purpose: &str,
    number: &str,
    code: &OneTimeCode,
) -> StoredMac {
    StoredMac::make(ring, &[challenge.0.as_bytes(), purpose.as_bytes(), number.as_bytes(), code.expose().as_bytes()])
}
