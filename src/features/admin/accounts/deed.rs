//! What can be done to an account, apart from starting a recovery, which takes a number.

use super::store::Person;
use crate::{
    features::{activity::Event, audit::Act},
    sms::NoticeKind,
    web::page::Notice,
};

/// Something that whoever runs the service does to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Nobody can sign in any more.
    Disable,
    /// The owner can again.
    Enable,
    /// All browsers are signed out.
    EndSessions,
    /// The password opens nothing until another is set.
    RequireReset,
    /// Two-factor is off.
    RemoveFactor,
    /// A recovery is over.
    CancelRecovery,
}

impl Deed {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 6] =
        [Self::EndSessions, Self::RequireReset, Self::RemoveFactor, Self::CancelRecovery, Self::Disable, Self::Enable];

    /// The end of its path, after the account's.
    pub fn path(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::EndSessions => "end-sessions",
            Self::RequireReset => "require-reset",
            Self::RemoveFactor => "remove-factor",
            Self::CancelRecovery => "recovery/cancel",
        }
    }

    /// The one that a route is for.
    pub fn of_route(pattern: &str) -> Option<Self> {
        let (_, end) = pattern.split_once("{id}/")?;
        Self::ALL.into_iter().find(|deed| deed.path() == end)
    }

    /// Whether there is anything to do.
    pub fn is_possible(self, person: &Person) -> bool {
        match self {
            Self::Disable => person.active,
            Self::Enable => !person.active,
            Self::EndSessions => person.active && !(person.sessions.is_empty() && person.trusted.is_empty()),
            Self::RequireReset => person.active && person.owes_a_password_since.is_none() && person.can_reset(),
            Self::RemoveFactor => person.active && person.two_factor.is_some(),
            Self::CancelRecovery => person.recovery.is_some(),
        }
    }

    /// What its owner reads on the account's pages. A recovery that ends writes its own.
    pub fn event(self) -> Option<Event> {
        match self {
            Self::Disable => Some(Event::AccountDisabled),
            Self::Enable => Some(Event::AccountEnabled),
            Self::EndSessions => Some(Event::DevicesSignedOut),
            Self::RequireReset => Some(Event::ResetRequired),
            Self::RemoveFactor => Some(Event::FactorRemoved),
            Self::CancelRecovery => None,
        }
    }

    /// The text that tells the owner.
    pub fn told(self) -> NoticeKind {
        match self {
            Self::Disable => NoticeKind::AccountDisabled,
            Self::Enable => NoticeKind::AccountEnabled,
            Self::EndSessions => NoticeKind::DevicesSignedOut,
            Self::RequireReset => NoticeKind::ResetRequired,
            Self::RemoveFactor => NoticeKind::FactorRemoved,
            Self::CancelRecovery => NoticeKind::RecoveryCancelled,
        }
    }

    /// As the audit trail calls it.
    pub fn audited(self) -> Act {
        match self {
            Self::Disable => Act::AccountDisabled,
            Self::Enable => Act::AccountEnabled,
            Self::EndSessions => Act::DevicesSignedOut,
            Self::RequireReset => Act::ResetRequired,
            Self::RemoveFactor => Act::FactorRemoved,
            Self::CancelRecovery => Act::RecoveryCancelled,
        }
    }

    /// What the page says when it is done.
    pub fn done(self) -> Notice {
        match self {
            Self::Disable => Notice::AccountDisabled,
            Self::Enable => Notice::AccountEnabled,
            Self::EndSessions => Notice::DevicesSignedOut,
            Self::RequireReset => Notice::ResetRequired,
            Self::RemoveFactor => Notice::FactorRemoved,
            Self::CancelRecovery => Notice::RecoveryCancelled,
        }
    }
}
