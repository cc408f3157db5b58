//! Text messages: `sms_messages` is queue and ledger in one.
//!
//! - A request reserves a row in its own transaction ([`reserve::reserve`]); the limits are exact, also in parallel and
//!   across instances.
//! - A worker in the same binary makes the code, marks the row `sending` and calls the provider ([`worker`]). What may
//!   have been sent is never sent again by itself.
//! - A code goes by the first provider of its country's order that works (`circuits`), a notice always by Messaging.
//! - What surely was not sent and was not the asker's fault is given back to the limits, but for texts that may be decoys.
//! - A record forgets number and address after 30 days ([`forget`]) and is gone after 90; no limit looks back further than
//!   one day.
//! - Notices, which have no code, go the same way under a quota of their own ([`notices::notify`]).

use std::time::Duration;

use crate::{
    features::countries::Class,
    sms::{Fault, NoticeKind, TextKind},
};

pub mod forget;
pub mod notices;
pub mod outcomes;
pub mod reserve;
pub mod search;
pub mod store;
pub mod story;
pub mod worker;

/// How long a request waits for a text's outcome where people typed their own number.
pub const OUTCOME_WAIT: Duration = Duration::from_secs(3);

/// Days for which the record of a message is kept.
pub const KEPT_DAYS: i32 = 90;
/// Days after which it no longer names the number or the address; a keyed hash of the number stays.
pub const NAMED_DAYS: i32 = 30;
/// No limit and no quota looks back further than so many hours.
pub const LONGEST_WINDOW_HOURS: i32 = 24;

/// How a message ended, as far as its page needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Queued or being sent.
    Underway,
    /// The provider took it.
    Sent,
    /// Nobody knows whether it left.
    Unknown,
    /// The provider refused it.
    Refused(Fault),
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It brings a code.
    Code(TextKind),
    /// It tells an owner what happened.
    Notice(NoticeKind),
}

impl Kind {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Code(TextKind::Verification) => "verification",
            Self::Code(TextKind::VerificationOfTakenNumber) => "verification_taken",
            Self::Code(TextKind::SignIn) => "sign_in",
            Self::Code(TextKind::StepUp) => "step_up",
            Self::Code(TextKind::PasswordReset) => "password_reset",
            Self::Code(TextKind::PhoneChange) => "phone_change",
            Self::Code(TextKind::PhoneChangeOfTakenNumber) => "phone_change_taken",
            Self::Notice(NoticeKind::TwoFactorOn) => "two_factor_on",
            Self::Notice(NoticeKind::TwoFactorChanged) => "two_factor_changed",
            Self::Notice(NoticeKind::TwoFactorOff) => "two_factor_off",
            Self::Notice(NoticeKind::BackupCodesMade) => "backup_codes_made",
            Self::Notice(NoticeKind::BackupCodeUsed) => "backup_code_used",
            Self::Notice(NoticeKind::WrongCodes) => "wrong_codes",
            Self::Notice(NoticeKind::SecondFactorRests) => "second_factor_rests",
            Self::Notice(NoticeKind::UnusualSignIn) => "unusual_sign_in",
            Self::Notice(NoticeKind::PasswordChanged) => "password_changed",
            Self::Notice(NoticeKind::PasswordSet) => "password_set",
            Self::Notice(NoticeKind::ResetWaits) => "reset_waits",
            Self::Notice(NoticeKind::PhoneChanged) => "phone_changed",
            Self::Notice(NoticeKind::PhoneLeft) => "phone_left",
            Self::Notice(NoticeKind::PhoneRestored) => "phone_restored",
            Self::Notice(NoticeKind::NumberContested) => "number_contested",
            Self::Notice(NoticeKind::EmailChanged) => "email_changed",
            Self::Notice(NoticeKind::RecoveryStarted) => "recovery_started",
            Self::Notice(NoticeKind::RecoveryCode) => "recovery_code",
            Self::Notice(NoticeKind::Recovered) => "recovered",
            Self::Notice(NoticeKind::DeletionRequested) => "deletion_requested",
            Self::Notice(NoticeKind::Test) => "test",
            Self::Notice(NoticeKind::AccountDisabled) => "account_disabled",
            Self::Notice(NoticeKind::AccountEnabled) => "account_enabled",
            Self::Notice(NoticeKind::DevicesSignedOut) => "devices_signed_out",
            Self::Notice(NoticeKind::ResetRequired) => "reset_required",
            Self::Notice(NoticeKind::FactorRemoved) => "factor_removed",
            Self::Notice(NoticeKind::RecoveryCancelled) => "recovery_cancelled",
        }
    }

    /// The kind with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().find(|kind| kind.as_str() == name)
    }

    /// Which numbers it goes to, whoever has them: those it proves, or those it takes to be an account's.
    pub fn class(self) -> Class {
        use TextKind::{PhoneChange, PhoneChangeOfTakenNumber, Verification, VerificationOfTakenNumber};
        match self {
            Self::Code(Verification | VerificationOfTakenNumber | PhoneChange | PhoneChangeOfTakenNumber) => {
                Class::Unproven
            }
            Self::Code(_) | Self::Notice(_) => Class::Proven,
        }
    }

    /// Every kind.
    pub fn all() -> impl Iterator<Item = Self> {
        TextKind::ALL.into_iter().map(Self::Code).chain(NoticeKind::ALL.into_iter().map(Self::Notice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = include_str!("../../../migrations/2026-11-28-000062_tell_of_acts_of_administrators/up.sql");

    #[test]
    fn every_kind_is_known_to_the_table_and_found_by_its_name() {
        let (_, after) = MIGRATION.split_once("CHECK (kind IN (").expect("the list of kinds");
        let (list, _) = after.split_once("))").expect("its end");
        let listed: Vec<_> = list.split(',').map(|name| name.trim().trim_matches('\'')).collect();
        assert_eq!(listed, Kind::all().map(Kind::as_str).collect::<Vec<_>>());
        for kind in Kind::all() {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(Kind::parse("SignIn"), None);
    }
}
