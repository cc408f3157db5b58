//! The pages of whoever runs the service, one folder an area.
//!
//! - To everybody but an administrator whose account asks for an authenticator app they are not there: 404.
//! - Whoever acts has proven to be the owner within 5 minutes, and what they did is in the audit trail, written in the
//!   transaction of the act.
//! - No page shows or sets a password, a code, a secret or a whole number.

pub mod accounts;
pub mod activity;
pub mod countries;
pub mod messages;
pub mod overview;
pub mod settings;
