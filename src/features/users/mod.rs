//! The row for both roles.
//!
//! - One proven number belongs to one account, whatever its role; so does one email address.
//! - Whoever proves a number that has an account gets no right over that account. The number can be moved away from
//!   it: then it is *contested* there, and the account keeps everything but the use of the number.

use chrono::{DateTime, Utc};

use crate::domain::{
    email_address::EmailAddress, full_name::FullName, ids::UserId, phone_number::PhoneNumber, role::Role,
};
use crate::{crypto::hasher::PasswordHash, features::phone_verifications::VerifiedPhone};

pub mod store;

/// What a new account is made of. The number is a proven one by type.
pub struct NewUser {
    /// Sponsor or maid; cannot be changed.
    pub role: Role,
    /// As the person writes it; goes to the profile of the role.
    pub full_name: FullName,
    /// Optional for maids.
    pub email: Option<EmailAddress>,
    /// Proven.
    pub phone: VerifiedPhone,
    /// Argon2id.
    pub password_hash: PasswordHash,
    /// Language of pages and texts, BCP 47.
    pub locale: String,
    /// When the terms were accepted.
    pub terms_accepted_at: DateTime<Utc>,
}

/// Why an account could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The number is proven for another account.
    Number,
    /// The email address belongs to another account.
    Email,
}

/// The account as its own overview shows it.
pub struct Overview {
    /// Sponsor or maid.
    pub role: Role,
    /// As the person writes it.
    pub full_name: FullName,
    /// The account's number.
    pub phone: PhoneNumber,
    /// When the number was proven, or when it was contested.
    pub phone_since: DateTime<Utc>,
    /// Whether somebody else has proven it since.
    pub phone_contested: bool,
}

/// An account and the epoch that everything granted to it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserEpoch {
    /// The account.
    pub id: UserId,
    /// Raised by every change that must end what was granted before.
    pub auth_epoch: i32,
}
