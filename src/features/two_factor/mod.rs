//! The second factor.
//!
//! - Off, a text to the proven number, or an authenticator app. Nothing half-enrolled asks for a code at sign-in or
//!   satisfies one.
//! - Ten backup codes come with the first method that is switched on, and open the door when the phone is gone.
//! - Wrong second factors are counted once per account over all methods and all sign-ins: ten in a row and codes rest for
//!   15 minutes, a hundred and only a backup code works. A right one clears the count.
//! - Every change of the method raises the account's epoch: other sessions, pending sign-ins and trusted devices end.

pub mod app;
pub mod attempts;
pub mod backup_codes;
pub mod change;
pub mod handlers;
pub mod pages;
pub mod prove;

/// How an account proves itself a second time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A code in a text to the proven number.
    Sms,
    /// A code of an authenticator app (TOTP, RFC 6238).
    App,
}

impl Method {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::App => "app",
        }
    }

    /// The method of that name; none for `none`.
    pub fn from_stored(name: &str) -> Option<Self> {
        [Self::Sms, Self::App].into_iter().find(|method| method.as_str() == name)
    }
}
