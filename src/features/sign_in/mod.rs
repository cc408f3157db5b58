//! Signing in with email or phone number, and with a second factor where the account asks for one.
//!
//! - One answer for an unknown identifier, a wrong password and a disabled account, and one hash for each (AUT-09).
//! - Where two-factor is on, a right password begins a *pending sign-in*: a row that lives 10 minutes, is used once, dies
//!   with the account's epoch and opens the second step only. A trusted device is excused from it.
//! - The second step takes a texted code (5 minutes), a code of the app, or a backup code, whose use ends all trusted
//!   devices. Every try is paid on the account's one counter before it is compared.
//! - Every sign-in makes a new session and gives the browser a new token as a known one.

use crate::{
    domain::{
        ids::{ChallengeId, SignInId},
        phone_number::PhoneNumber,
        role::Role,
    },
    features::{
        messages::notices::Recipient,
        sessions::principals::{ENTRANCE, Visitor},
        two_factor::Method,
        users::UserEpoch,
    },
    web::{error::PageError, next::Next, page::Notice},
};

pub mod enter;
pub mod forms;
pub mod handlers;
pub mod pages;
pub mod second_step;
pub mod store;
pub mod text_code;

/// A sign-in whose password was accepted and whose second factor is owed.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The row.
    pub id: SignInId,
    /// The account, with the epoch under which the password was accepted.
    pub user: UserEpoch,
    /// What is owed.
    pub method: Method,
    /// The account's number, while it is proven for it. Without one texts cannot be the second factor.
    pub phone: Option<PhoneNumber>,
    /// Administrators have no trusted devices.
    pub role: Role,
    /// Language of texts, BCP 47.
    pub locale: String,
    /// The texted code, if one was asked for.
    pub challenge: Option<ChallengeId>,
    /// The page that the person wanted.
    pub next: Next,
}

impl Pending {
    /// Who is told what happens to the account.
    pub fn owner(&self) -> Option<Recipient> {
        let phone = self.phone.clone()?;
        Some(Recipient { user: self.user.id, phone, locale: self.locale.clone() })
    }

    /// Whether the browser can be trusted with this account.
    pub fn may_trust(&self) -> bool {
        self.role != Role::Administrator
    }
}

/// The pending sign-in is over, used or overtaken: the person starts again, and hears why.
pub fn over(visitor: &Visitor) -> PageError {
    visitor.cookies.end_sign_in();
    visitor.cookies.say_next(Notice::SignInOver);
    PageError::elsewhere(ENTRANCE)
}
