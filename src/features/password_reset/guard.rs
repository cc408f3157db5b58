//! Who may come to the later steps: the browser that began, while it lasts.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::{Begun, Stage, store};
use crate::{
    features::sessions::principals::{ENTRANCE, Visitor},
    web::{
        error::PageError,
        page::Notice,
        principal::{Principal, Who},
    },
};

/// A browser with a live reset. Without one the visit goes to the first page, and after it to the sign-in.
pub struct Resetting {
    /// The rest of what a handler may ask for.
    pub visitor: Visitor,
    /// The reset.
    pub begun: Begun,
}

impl Principal for Resetting {
    const WHO: Who = Who::Resetting;
}

impl FromRequest for Resetting {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload);
        let path = request.path().to_owned();
        Box::pin(async move {
            let visitor = visitor.await?;
            let Some(id) = visitor.cookies.reset_begun() else { return Err(PageError::elsewhere("/password-reset")) };
            let found = visitor.app.db.run(move |conn| store::find_live(conn, id)).await?;
            let Some(begun) = found else { return Err(over(&visitor)) };
            if matches!(begun.stage, Stage::Used) {
                return Err(done(&visitor));
            }
            // A step out of order leads to the right one; a resend belongs to the code's page.
            let step = if path == "/password-reset/resend" { "/password-reset/verify" } else { path.as_str() };
            if begun.stage.path() == step { Ok(Self { visitor, begun }) } else { Err(elsewhere(&begun)) }
        })
    }
}

fn elsewhere(begun: &Begun) -> PageError {
    PageError::Elsewhere(begun.stage.path().into())
}

/// The reset is over, used or overtaken: the person starts again, and hears why.
pub fn over(visitor: &Visitor) -> PageError {
    visitor.cookies.end_reset();
    visitor.cookies.say_next(Notice::ResetOver);
    PageError::elsewhere("/password-reset")
}

/// The password is set, here or in another tab.
pub fn done(visitor: &Visitor) -> PageError {
    visitor.cookies.say_next(Notice::PasswordSet);
    PageError::elsewhere(ENTRANCE)
}
