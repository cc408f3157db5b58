//! Who may come to the later steps of a registration: the browser that began it, while it lasts.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::{Pending, store};
use crate::{
    features::sessions::principals::Visitor,
    web::{
        error::PageError,
        principal::{Principal, Who},
    },
};

/// A browser with a live registration. Without one the visit goes to the first page.
pub struct Registering {
    /// The rest of what a handler may ask for.
    pub visitor: Visitor,
    /// The registration.
    pub pending: Pending,
}

impl Principal for Registering {
    const WHO: Who = Who::Registering;
}

impl FromRequest for Registering {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload);
        Box::pin(async move {
            let visitor = visitor.await?;
            let Some(id) = visitor.cookies.registration() else { return Err(PageError::elsewhere("/register")) };
            let found = visitor.app.db.run(move |conn| store::find_live(conn, id)).await;
            match found? {
                Some(pending) => Ok(Self { visitor, pending }),
                None => Err(PageError::elsewhere("/register")),
            }
        })
    }
}
