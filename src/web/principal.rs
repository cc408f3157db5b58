//! What every handler has to say first: who may come.
//!
//! A handler's first argument is a [`Principal`]; without one its route cannot be registered (AUZ-01, AUZ-02).

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::error::PageError;

/// The kinds of principal, for the table of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// Anybody, also a machine.
    Visitor,
    /// A browser that has begun to register.
    Registering,
    /// A browser that has begun to set a new password.
    Resetting,
    /// A browser in which the code of a recovery was entered.
    Recovering,
    /// A browser whose password was accepted and that owes a second factor.
    PendingSignIn,
    /// A signed-in browser.
    SignedIn,
    /// A signed-in browser that has proven to be the owner's within 5 minutes.
    Fresh,
    /// A signed-in administrator.
    Administrator,
    /// The same who has proven to be the owner within 5 minutes.
    FreshAdministrator,
    /// Twilio, by its signature.
    Twilio,
}

impl Who {
    /// Whether only administrators may come.
    pub fn administers(self) -> bool {
        matches!(self, Self::Administrator | Self::FreshAdministrator)
    }
}

/// A type that says who is asking. Only these can be a handler's first argument.
pub trait Principal: FromRequest {
    /// Which.
    const WHO: Who;
}

/// The arguments of a handler, which begin with a [`Principal`].
pub trait Asked {
    /// Who may come.
    const WHO: Who;
}

impl<P: Principal> Asked for (P,) {
    const WHO: Who = P::WHO;
}

impl<P: Principal, A> Asked for (P, A) {
    const WHO: Who = P::WHO;
}

impl<P: Principal, A, B> Asked for (P, A, B) {
    const WHO: Who = P::WHO;
}

/// A machine, or whoever asks for what is the same for all. Costs nothing.
pub struct Anyone;

impl FromRequest for Anyone {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl Principal for Anyone {
    const WHO: Who = Who::Visitor;
}
