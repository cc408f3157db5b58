//! Who runs the service: making their accounts and taking them away, at the host's command line.
//!
//! - No page makes an administrator, whatever the state of the database. Whoever has the host makes the first one.
//! - An account is made by its email address and has no number. The app is set up at the first sign-in, before any page
//!   of the administration opens.
//! - Its password has 15 characters at least and is rated like everybody's (PWD-01, PWD-03).
//! - Removing one disables the account: what it did stays in the audit trail, under the email address that people know.
//!   The last active administrator stays, however many are removed at once.
//! - Both are in the audit trail.

use crate::domain::{email_address::EmailAddress, ids::UserId, role::Role};

pub mod make;
pub mod remove;

/// An administrator's account.
#[derive(Debug, Clone)]
pub struct Administrator {
    /// The account.
    pub id: UserId,
    /// What they sign in with.
    pub email: EmailAddress,
    /// Whether it can be signed in to.
    pub is_active: bool,
    /// Whether the app is set up.
    pub has_app: bool,
    /// When it was made.
    pub made_at: chrono::DateTime<chrono::Utc>,
}

/// Whose an email address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// Whether the account can be signed in to.
    pub is_active: bool,
}
