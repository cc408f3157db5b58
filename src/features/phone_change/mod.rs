//! Giving an account another number, and taking that back.
//!
//! - Whoever changes the number has proven to be the owner within 5 minutes, and proves the new number with a code that was
//!   sent to it (PHN-01). Until then the number before keeps working.
//! - A change belongs to the session that began it, to its account and to the account's epoch; a session has one, for an
//!   hour. The same number again leads to the page that asks for its code.
//! - A number of another account looks like any other to the asker; its text says that it has an account. Whoever enters
//!   that code holds the phone: the number moves, and is contested where it was (PHN-03).
//! - One transaction swaps the number and raises the epoch: all other sessions, half-finished sign-ins, resets and trusted
//!   devices are over, and so is every code that went to the number before. The browser that did it goes on.
//! - A number that is new to the account sets no password for 72 hours; [`super::password_reset::needs`] sees to that.
//! - Both numbers get a text. The one before gets a code that undoes the change for 7 days, unless it was contested:
//!   somebody else holds that phone.
//!
//! Undoing:
//!
//! - The number comes back unless another account has proven it meanwhile. It counts as new once more, so that whoever has
//!   only a stolen card cannot undo a change and set a password in one go (REC-08). Nobody is signed in by it.
//! - The number that was left first counts most. From A to B to C: the code sent to A restores A, and from then on the one
//!   sent to B is worthless. The code sent to B restores B, and the one sent to A still works. So a thief who changes the
//!   number twice gains nothing by it.
//! - What is undone cannot be undone.

use crate::domain::{country::Country, ids::ChallengeId, phone_number::PhoneNumber};

pub mod change_number;
pub mod guard;
pub mod handlers;
pub mod pages;
pub mod request_code;
pub mod store;
pub mod undo_change;

/// A number that a session wants for its account.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The country that was chosen for it.
    pub country: Country,
    /// Not proven yet.
    pub phone: PhoneNumber,
    /// The challenge whose code counts.
    pub challenge: ChallengeId,
}
