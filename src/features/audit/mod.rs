//! Who did what to the service or to an account, from the administration or the command line.
//!
//! - An act is written down in its own transaction: no act without its row, no row without its act.
//! - The rows are numbered without a gap and chained: the MAC of each covers the one before (LOG-06). Whoever changes,
//!   removes or slips in a row has to have the key, which is not in the database.
//!   [`verify`] walks through them and names the first that does not fit; [`watch`] does so all the time.
//! - The program's own role may add rows and read them, no more (CFG-02). Nothing removes them.
//! - They name accounts by their ids, never people, numbers or email addresses, so that they can outlive both.

use std::fmt;

use serde_json::Value;
use uuid::Uuid;

use crate::domain::{
    country::Country,
    ids::{MessageId, UserId},
    remark::Remark,
};

pub mod store;
pub mod verify;
pub mod watch;
mod words;

pub use store::record;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Somebody signed in to the administration.
    Administrator(UserId),
    /// Somebody at the host's command line, as they call themselves.
    Operator(String),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Administrator(user) => write!(f, "administrator:{user}"),
            Self::Operator(name) => write!(f, "operator:{name}"),
        }
    }
}

impl Actor {
    /// The actor that prints so.
    pub fn from_stored(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("administrator", id) => Uuid::try_parse(id).ok().map(|id| Self::Administrator(UserId(id))),
            ("operator", name) => Some(Self::Operator(name.to_owned())),
            _ => None,
        }
    }
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// An administrator's account was made.
    AdministratorMade,
    /// An administrator's account was disabled from the command line.
    AdministratorRemoved,
    /// How texts to a country are treated was changed.
    CountryChanged,
    /// A country got its first policy.
    CountryAdded,
    /// All texts to unproven numbers were stopped.
    UnprovenStopped,
    /// They go again where they went before.
    UnprovenResumed,
    /// A setting was changed.
    SettingChanged,
    /// Nobody can sign in to an account.
    AccountDisabled,
    /// Its owner can sign in again.
    AccountEnabled,
    /// Every browser of an account was signed out.
    DevicesSignedOut,
    /// An account's password opens nothing until another is set.
    ResetRequired,
    /// An account's two-factor was switched off.
    FactorRemoved,
    /// An account is to be given back to somebody who has lost everything.
    RecoveryStarted,
    /// It is not, after all.
    RecoveryCancelled,
    /// Texts were let through again that a brake held back.
    BrakeOpened,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::AdministratorMade,
        Self::AdministratorRemoved,
        Self::CountryChanged,
        Self::CountryAdded,
        Self::UnprovenStopped,
        Self::UnprovenResumed,
        Self::SettingChanged,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::DevicesSignedOut,
        Self::ResetRequired,
        Self::FactorRemoved,
        Self::RecoveryStarted,
        Self::RecoveryCancelled,
        Self::BrakeOpened,
    ];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AdministratorMade => "administrator_made",
            Self::AdministratorRemoved => "administrator_removed",
            Self::CountryChanged => "country_changed",
            Self::CountryAdded => "country_added",
            Self::UnprovenStopped => "unproven_stopped",
            Self::UnprovenResumed => "unproven_resumed",
            Self::SettingChanged => "setting_changed",
            Self::AccountDisabled => "account_disabled",
            Self::AccountEnabled => "account_enabled",
            Self::DevicesSignedOut => "devices_signed_out",
            Self::ResetRequired => "reset_required",
            Self::FactorRemoved => "factor_removed",
            Self::RecoveryStarted => "recovery_started",
            Self::RecoveryCancelled => "recovery_cancelled",
            Self::BrakeOpened => "brake_opened",
        }
    }

    /// The act of that name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == name)
    }
}

/// What it is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Somebody's account.
    Account(UserId),
    /// How texts to a country are treated.
    Country(Country),
    /// A decision to send no texts somewhere for a while, by its reference.
    Brake(String),
    /// A text.
    Message(MessageId),
    /// Something that can be changed while the service runs, by its name.
    Setting(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(user) => write!(f, "account:{user}"),
            Self::Country(country) => write!(f, "country:{}", country.code()),
            Self::Brake(reference) => write!(f, "brake:{reference}"),
            Self::Message(message) => write!(f, "message:{message}"),
            Self::Setting(name) => write!(f, "setting:{name}"),
        }
    }
}

impl Subject {
    /// The subject that prints so.
    pub fn from_stored(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("account", id) => Uuid::try_parse(id).ok().map(|id| Self::Account(UserId(id))),
            ("country", code) => Country::parse(code).ok().map(Self::Country),
            ("brake", reference) => Some(Self::Brake(reference.to_owned())),
            ("message", id) => Uuid::try_parse(id).ok().map(|id| Self::Message(MessageId(id))),
            ("setting", name) => Some(Self::Setting(name.to_owned())),
            _ => None,
        }
    }
}

/// An act, to be written down.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Who acts.
    pub by: Actor,
    /// What is done.
    pub act: Act,
    /// To what.
    pub subject: Option<Subject>,
    /// Why, where the actor has to say so.
    pub reason: Option<&'a Remark>,
    /// How it was. Nothing that is secret.
    pub before: Option<Value>,
    /// How it is now. Nothing that is secret.
    pub after: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for act in Act::ALL {
            assert_eq!(Act::from_stored(act.as_str()), Some(act));
        }
        for actor in [Actor::Administrator(UserId::generate()), Actor::Operator("sara: the first".to_owned())] {
            assert_eq!(Actor::from_stored(&actor.to_string()), Some(actor));
        }
        for subject in [
            Subject::Account(UserId::generate()),
            Subject::Country(Country::HOME[0]),
            Subject::Brake("KT-4821".to_owned()),
            Subject::Message(MessageId::generate()),
            Subject::Setting("cap_hour".to_owned()),
        ] {
            assert_eq!(Subject::from_stored(&subject.to_string()), Some(subject));
        }
        for unknown in ["", "account", "account:7", "country:XX", "planet:Mars"] {
            assert_eq!(Subject::from_stored(unknown), None, "{unknown}");
        }
    }
}
