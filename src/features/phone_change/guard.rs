//! Who may enter the code for a new number: the session that asked for it, while that lasts.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::{Pending, store};
use crate::{
    db::DbError,
    features::sessions::principals::{Fresh, SignedIn},
    web::{
        error::PageError,
        page::Notice,
        principal::{Principal, Who},
    },
};

/// A fresh session with a change under way. Without one the visit goes to the page of the number, which shows how things
/// stand.
pub struct ChangingNumber {
    /// Who asks.
    pub signed_in: SignedIn,
    /// What is wanted.
    pub pending: Pending,
}

impl Principal for ChangingNumber {
    const WHO: Who = Who::Fresh;
}

impl FromRequest for ChangingNumber {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let fresh = Fresh::from_request(request, payload);
        Box::pin(async move {
            let Fresh(signed_in) = fresh.await?;
            let (session, user) = (signed_in.session, signed_in.account.epoch());
            let found = signed_in.visitor.app.db.run(move |conn| {
                let pending = store::find_live(conn, session, user)?;
                let is_over = pending.is_none() && store::is_over(conn, session, user)?;
                Ok::<_, DbError>((pending, is_over))
            });
            let (pending, is_over) = found.await?;
            if is_over {
                signed_in.visitor.cookies.say_next(Notice::PhoneChangeOver);
            }
            match pending {
                Some(pending) => Ok(Self { signed_in, pending }),
                None => Err(PageError::elsewhere("/account/phone")),
            }
        })
    }
}
