//! Setting a new password with a text to the account's number.
//!
//! - A number without an account makes the same rows, the same waits and the same answers: its text only looks as if it
//!   were sent, and no code is ever right (AUT-11). A row names no account before a code has shown who holds the phone.
//! - With two-factor on, the text is the first half: a code of the app or a backup code is the other. Never a second text
//!   to the same phone (REC-02). Wrong ones are counted apart from those at sign-in.
//! - Without two-factor the number alone sets a password, unless it may be in other hands: nobody has proven to be the
//!   owner for 180 days, or the account has had the number for less than 72 hours. Then the owner is told on every number
//!   there is and has the time to object (REC-08). Any sign-in or confirmation is an objection, and for 30 days after a wait
//!   that somebody objected to a text alone has to wait again.
//! - [`needs::decide`] is all there is to decide.
//! - The right to set a password lives 10 minutes, works once, belongs to the browser, and ends with the account's epoch,
//!   with the account's hold of the number, and with an objection.
//! - Whoever runs the service can ask for a new one: then the present password opens nothing until one is set here, or by a
//!   recovery.
//! - A new password ends all sessions, pending sign-ins and trusted devices, touches no factor, and signs nobody in.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        email_address::EmailAddress,
        full_name::FullName,
        ids::{ChallengeId, PasswordResetId},
        phone_number::PhoneNumber,
        role::Role,
    },
    features::{messages::notices::Recipient, users::UserEpoch},
};

pub mod choose_password;
pub mod forms;
pub mod guard;
pub mod handlers;
pub mod needs;
pub mod pages;
pub mod prove_phone;
pub mod request_code;
pub mod second_step;
pub mod store;

use needs::{Facts, Needs};

/// A reset that is under way in a browser.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The row.
    pub id: PasswordResetId,
    /// Where the text went, if it went.
    pub phone: PhoneNumber,
    /// The challenge whose code counts.
    pub challenge: ChallengeId,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a reset has come.
#[derive(Debug, Clone)]
pub enum Stage {
    /// The code is to be entered.
    Code,
    /// The number is proven, and more is needed: never [`Needs::Nothing`].
    Proven(Owner, Needs),
    /// The password can be set.
    Granted(Owner),
    /// It was set.
    Used,
}

impl Stage {
    /// The page of the stage.
    pub fn path(&self) -> &'static str {
        match self {
            Self::Code => "/password-reset/verify",
            Self::Proven(_, needs) => needs.path(),
            Self::Granted(_) => Needs::Nothing.path(),
            Self::Used => "/login",
        }
    }
}

/// The account of a proven number.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The account, with its epoch at the proof.
    pub user: UserEpoch,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// For the rating of the new password.
    pub full_name: Option<FullName>,
    /// The same.
    pub email: Option<EmailAddress>,
    /// Language of texts.
    pub locale: String,
    /// What decides.
    pub facts: Facts,
    /// The database's clock.
    pub now: DateTime<Utc>,
}

impl Owner {
    /// Who is told what happens to the account, at a number of theirs.
    pub fn at(&self, phone: PhoneNumber) -> Recipient {
        Recipient { user: self.user.id, phone, locale: self.locale.clone() }
    }
}
