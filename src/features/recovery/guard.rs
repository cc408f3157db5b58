//! Who may choose the password: the browser in which the code was entered, for ten minutes.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::{Opened, store};
use crate::{
    features::sessions::principals::{ENTRANCE, Visitor},
    web::{
        error::PageError,
        page::Notice,
        principal::{Principal, Who},
    },
};

/// A browser with an open recovery. Without one the visit goes to the first page, and after it to the sign-in.
pub struct Recovering {
    /// The rest of what a handler may ask for.
    pub visitor: Visitor,
    /// The recovery.
    pub opened: Opened,
}

impl Principal for Recovering {
    const WHO: Who = Who::Recovering;
}

impl FromRequest for Recovering {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload);
        Box::pin(async move {
            let visitor = visitor.await?;
            let Some(id) = visitor.cookies.recovery_opened() else { return Err(PageError::elsewhere("/recovery")) };
            match visitor.app.db.run(move |conn| store::find_opened(conn, id)).await? {
                Some(Opened { used: true, .. }) => Err(done(&visitor)),
                Some(opened) => Ok(Self { visitor, opened }),
                None => Err(over(&visitor)),
            }
        })
    }
}

/// Too late, cancelled, or the owner has been seen: the code says which, entered once more.
pub fn over(visitor: &Visitor) -> PageError {
    visitor.cookies.end_recovery();
    visitor.cookies.say_next(Notice::ResetOver);
    PageError::elsewhere("/recovery")
}

/// The account is the person's again, here or in another tab.
pub fn done(visitor: &Visitor) -> PageError {
    visitor.cookies.say_next(Notice::Recovered);
    PageError::elsewhere(ENTRANCE)
}
