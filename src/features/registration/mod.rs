//! Opening an account with a proven phone number.
//!
//! - Nothing exists before the code is right: then user, profile and session come in one transaction.
//! - A pending registration reserves neither number nor email and is gone after an hour.
//! - A taken number or email answers like a free one. The text to a taken number says that it has an account; whoever
//!   enters its code has proven the number and is asked whether to sign in or to move the number to the new account.
//!   Moving passes no rights: the old account keeps everything but the number.
//! - Of two who race for one number or email one wins; the other is told, once the number is proven.

use chrono::{DateTime, Utc};

use crate::{
    crypto::hasher::PasswordHash,
    domain::{
        country::Country,
        email_address::EmailAddress,
        full_name::FullName,
        ids::{ChallengeId, MessageId, RegistrationId},
        phone_number::PhoneNumber,
        role::Role,
    },
    features::{messages::reserve::NotReserved, phone_verifications::NotRenewed},
};

pub mod answer_claim;
pub mod correct_number;
pub mod forms;
pub mod guard;
pub mod handlers;
pub mod pages;
pub mod prove_phone;
pub mod resend;
pub mod start;
pub mod store;

/// What somebody fills in, read and hashed.
#[derive(Debug, Clone)]
pub struct Details {
    /// Sponsor or maid.
    pub role: Role,
    /// As the person writes it.
    pub full_name: FullName,
    /// Optional for maids.
    pub email: Option<EmailAddress>,
    /// The country that was chosen for the number.
    pub country: Country,
    /// Not proven yet.
    pub phone: PhoneNumber,
    /// Argon2id.
    pub password_hash: PasswordHash,
    /// Language, BCP 47.
    pub locale: String,
}

/// A registration under way.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The row.
    pub id: RegistrationId,
    /// What was filled in.
    pub details: Details,
    /// When the terms were accepted.
    pub terms_accepted_at: DateTime<Utc>,
    /// The challenge whose code counts.
    pub challenge: ChallengeId,
    /// Set once the number is proven and a question is open.
    pub phone_proven_at: Option<DateTime<Utc>>,
}

/// A text on its way for a registration.
#[derive(Debug, Clone, Copy)]
pub struct Sending {
    /// The registration.
    pub registration: RegistrationId,
    /// The text.
    pub message: MessageId,
}

/// Why no text was sent again.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// The wait is not over, the sends are used up, or the challenge is over.
    #[error("not renewed: {0:?}")]
    NotRenewed(NotRenewed),
    /// A limit, or the database.
    #[error(transparent)]
    NotReserved(#[from] NotReserved),
}

impl From<crate::db::DbError> for NotSent {
    fn from(error: crate::db::DbError) -> Self {
        Self::NotReserved(error.into())
    }
}
