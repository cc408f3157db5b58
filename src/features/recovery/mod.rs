//! Getting back in for somebody who has lost everything: phone, password and backup codes.
//!
//! - Whoever runs the service checks who the person is, and starts it with the number that the person has now. Nobody else
//!   can, and nobody ever sees or sets a secret: the person gets a code and chooses the password (REC-03, REC-04).
//! - Every number of the account is told at once, also one that it left within 7 days, and so is the new one: a person who
//!   gets no text then was started with a wrong number. Each text has a code that stops it.
//! - After 72 hours the code that finishes it leaves for the new number, and works for 7 days. Until then there is none.
//! - Any sign-in or confirmation after the start ends it, any objection, and whatever raises the account's epoch: a new
//!   password by text, a change of number or one that is undone. Each of these took something that only an owner has; of
//!   a code that has not left yet nothing is sent any more. Wrong passwords, a moved number and reading a page end nothing.
//! - One at a time: another start takes the place of the one before.
//! - The code is entered (`/recovery`) before the password is chosen (`/recovery/password`), within 10 minutes and as
//!   often as it takes: it is used up with the new password only, so that a lost connection costs nobody 72 hours.
//! - Then, in one transaction, password and number are new, all second factors are off, and every session, pending sign-in,
//!   trusted device and other code is over. It signs nobody in. If the number belonged to another account it is contested
//!   there, as wherever a number moves.
//! - A number that is new to the account sets no password by text for 72 hours more, as after any change: it has shown who
//!   reads its texts, not yet that nobody misses them.
//! - An account that is to be deleted is kept until the code is over, and stays if it is used. A disabled one cannot be
//!   recovered.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        email_address::EmailAddress,
        full_name::FullName,
        ids::{ActionCodeId, RecoveryId, UserId},
        phone_number::PhoneNumber,
        remark::Remark,
        role::Role,
    },
    features::{audit::Actor, messages::notices::Recipient, users::UserEpoch},
};

pub mod cancel;
pub mod forms;
pub mod guard;
pub mod handlers;
pub mod open;
pub mod pages;
pub mod recover;
pub mod start;
pub mod store;

/// How long the owner has to object.
pub const WAIT: Duration = Duration::from_secs(72 * 3600);
/// How long the code works from then on.
pub const LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// Who does something to a recovery, and why: what has to be known of it afterwards.
#[derive(Debug, Clone)]
pub struct Grounds {
    /// Whoever runs the service.
    pub by: Remark,
    /// How they know the person, or what is wrong.
    pub reason: Remark,
}

impl Grounds {
    /// Those of somebody signed in to the administration.
    pub fn of_administrator(user: UserId, reason: Remark) -> Self {
        Self { by: Remark::ours(Actor::Administrator(user).to_string()), reason }
    }

    /// Those of whoever enters the code of the text that told of the recovery.
    fn of_objection() -> Self {
        Self {
            by: Remark::ours("somebody with a phone of the account"),
            reason: Remark::ours("objected with the code of the text"),
        }
    }
}

/// An account that is recovered.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The account, with its epoch.
    pub user: UserEpoch,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// For the rating of the new password.
    pub full_name: Option<FullName>,
    /// The same.
    pub email: Option<EmailAddress>,
    /// Language of texts.
    pub locale: String,
    /// The number so far, if there is one.
    pub phone: Option<PhoneNumber>,
    /// Whether it is proven for the account, and not contested.
    pub phone_proven: bool,
    /// Whether the account is to be deleted.
    pub to_be_deleted: bool,
}

impl Owner {
    /// Who is told what happens to the account, at one of its numbers.
    fn at(&self, phone: PhoneNumber) -> Recipient {
        Recipient { user: self.user.id, phone, locale: self.locale.clone() }
    }

    /// Whether a number is the account's already.
    fn has(&self, phone: &PhoneNumber) -> bool {
        self.phone_proven && self.phone.as_ref() == Some(phone)
    }
}

/// A recovery whose code was entered a moment ago.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The row.
    pub id: RecoveryId,
    /// Its code, used up with the new password.
    pub code: ActionCodeId,
    /// Where the code came, which becomes the account's number.
    pub phone: PhoneNumber,
    /// The account.
    pub owner: Owner,
    /// Whether the password is set already.
    pub used: bool,
}

/// A recovery that is under way, for those who run the service.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The row.
    pub id: RecoveryId,
    /// Whose account it is.
    pub user: UserId,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// Where the code goes.
    pub phone: PhoneNumber,
    /// Who started it, and why.
    pub grounds: Grounds,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When the code leaves.
    pub opens_at: DateTime<Utc>,
    /// When it is over.
    pub expires_at: DateTime<Utc>,
    /// Whether it has left.
    pub sent: Sent,
}

/// How the text with the code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It leaves when the wait is over.
    NotYet,
    /// The provider took it, or may have.
    Left,
    /// The provider did not take it: the recovery has to be started anew.
    Refused,
}
