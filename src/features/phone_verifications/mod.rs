//! Codes that prove who holds a phone.
//!
//! - A challenge is bound to its purpose, its number and the browser that holds its id; it is never found by number.
//! - A code lives 10 minutes, or 5 where it opens or confirms an account that there is, if administrators have set no
//!   less ([`Lifetimes`]), and allows 3 guesses. A resend
//!   makes a new code and kills the older one; it is possible after 60, 120 and 300 seconds, so a challenge sends at
//!   most 4.
//! - Charge first, compare second, consume by condition: [`check`] pays for a guess in its own committed statement and
//!   compares in constant time, [`consume`] uses the challenge up in the caller's transaction, once. Who has to charge
//!   something of its own too calls [`store::charge_guess`] and [`compare`] one by one.
//! - A code is ours (we keep its MAC) or Twilio Verify's (we keep its SID); the challenge remembers which. A resend may
//!   change it: the code before is dead whoever made it, and the newest is compared by its own maker.

use std::time::Duration;

use crate::{
    crypto::{keys::KeyRing, mac::StoredMac},
    db::DbError,
    domain::{ids::ChallengeId, one_time_code::OneTimeCode, phone_number::PhoneNumber},
    metrics::{self, CodeCheck},
    sms::TextKind,
};

mod check;
mod consume;
pub mod pages;
pub mod store;

pub use check::{Compared, check, compare};
pub use consume::consume;

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
    /// The second step of signing in.
    SignIn,
    /// Proving it again before a sensitive change, in the session that is to be confirmed.
    StepUp,
    /// Setting a new password.
    PasswordReset,
    /// Giving an account another number.
    PhoneChange,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [Self::Registration, Self::SignIn, Self::StepUp, Self::PasswordReset, Self::PhoneChange];

    /// Those that only the owner of an account can ask for, behind the password.
    pub const OF_OWNERS: [Self; 2] = [Self::SignIn, Self::StepUp];

    /// What the code of a text is for.
    pub fn of_text(kind: TextKind) -> Self {
        match kind {
            TextKind::Verification | TextKind::VerificationOfTakenNumber => Self::Registration,
            TextKind::SignIn => Self::SignIn,
            TextKind::StepUp => Self::StepUp,
            TextKind::PasswordReset => Self::PasswordReset,
            TextKind::PhoneChange | TextKind::PhoneChangeOfTakenNumber => Self::PhoneChange,
        }
    }

    /// The name in the database and in the MAC.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
            Self::PasswordReset => "password_reset",
            Self::PhoneChange => "phone_change",
        }
    }

    /// The purpose with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// How long codes work. NIST SP 800-63B-4, "Out-of-Band Verifiers": at most 10 minutes. SMS-04.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Where a code proves a number.
    pub proof: Duration,
    /// Where a right code opens or confirms an account that there is.
    pub second_step: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self { proof: Duration::from_secs(10 * 60), second_step: Duration::from_secs(5 * 60) }
    }
}

impl Lifetimes {
    /// How long a code for a purpose works.
    pub fn of(&self, purpose: Purpose) -> Duration {
        match purpose {
            Purpose::Registration | Purpose::PasswordReset | Purpose::PhoneChange => self.proof,
            Purpose::SignIn | Purpose::StepUp => self.second_step,
        }
    }

    /// The same in the minutes that a text names.
    pub fn minutes_of(&self, purpose: Purpose) -> u16 {
        u16::try_from(self.of(purpose).as_secs() / 60).unwrap_or(u16::MAX)
    }
}

/// A number whose holder has shown us a code sent to it, of six digits or a long one. Only [`consume`] and a stored proof
/// make one.
#[derive(Debug, Clone)]
pub struct VerifiedPhone(PhoneNumber);

impl VerifiedPhone {
    /// The number.
    pub fn number(&self) -> &PhoneNumber {
        &self.0
    }

    /// A number that a row says was proven earlier in the same flow: by a code, or by the long code of a text that went
    /// nowhere else.
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

impl CodeRefused {
    /// Counts it for the listing of metrics.
    fn count(&self, purpose: &'static str) {
        let check = match self {
            Self::Wrong { .. } => CodeCheck::Wrong,
            Self::OutOfGuesses => CodeCheck::OutOfGuesses,
            Self::Expired => CodeCheck::Expired,
            Self::Unchecked => CodeCheck::Unchecked,
            Self::Db(_) => return,
        };
        metrics::code_checked(purpose, check);
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{KeyUse, SecretKey};

    #[test]
    fn sms_04_a_code_works_10_minutes_and_in_the_second_step_5() {
        let minutes = Purpose::ALL.map(|purpose| (purpose.as_str(), Lifetimes::default().minutes_of(purpose)));
        assert_eq!(
            minutes,
            [("registration", 10), ("sign_in", 5), ("step_up", 5), ("password_reset", 10), ("phone_change", 10)]
        );
    }

    #[test]
    fn a_purpose_is_found_by_its_name() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.as_str()), Some(purpose));
        }
        assert_eq!(Purpose::parse("SignIn"), None);
    }

    #[test]
    fn sms_05_a_codes_mac_fits_one_challenge_purpose_and_number_only() {
        let secret = SecretKey::for_development();
        let ring = KeyRing::derive(&secret, KeyUse::OneTimeCode);
        let challenge = ChallengeId::generate();
        let code = OneTimeCode::parse("012345").expect("a code");
        let made = code_mac(&ring, challenge, Purpose::SignIn.as_str(), "+251911234567", &code);
        let fits = |challenge: ChallengeId, purpose: Purpose, number: &str| {
            made.matches(
                &ring,
                &[challenge.0.as_bytes(), purpose.as_str().as_bytes(), number.as_bytes(), code.expose().as_bytes()],
            )
        };
        assert!(fits(challenge, Purpose::SignIn, "+251911234567"));
        assert!(!fits(challenge, Purpose::StepUp, "+251911234567"));
        assert!(!fits(challenge, Purpose::Registration, "+251911234567"));
        assert!(!fits(challenge, Purpose::SignIn, "+251911234568"));
        assert!(!fits(ChallengeId::generate(), Purpose::SignIn, "+251911234567"));
    }
}
