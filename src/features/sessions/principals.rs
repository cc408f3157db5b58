//! Who is asking, as types that a handler's arguments name.

use actix_session::SessionExt as _;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use futures_util::future::{LocalBoxFuture, Ready, ready};

use super::store;
use crate::{
    app::App,
    db::DbError,
    domain::{
        client_address::ClientAddress,
        ids::{SessionId, UserId},
    },
    features::messages::reserve::Asker,
    web::{
        client_address::client_address, cookies::Cookies, error::PageError, page::Chrome, request::Reference,
        words::Words,
    },
};

/// Where people who are not signed in are sent. Signing in has no page yet.
pub const ENTRANCE: &str = "/";

/// Anybody. Costs no query.
#[derive(Clone)]
pub struct Visitor {
    /// The program's parts.
    pub app: Data<App>,
    /// What the browser carries.
    pub cookies: Cookies,
    /// Where the request comes from.
    pub address: ClientAddress,
    /// The page's words.
    pub words: Words,
    /// The request's reference, for the log.
    pub reference: Reference,
}

impl Visitor {
    fn of(request: &HttpRequest) -> Result<Self, PageError> {
        let app = request.app_data::<Data<App>>().ok_or_else(|| PageError::fault("the app data is missing"))?.clone();
        Ok(Self {
            cookies: Cookies::new(request.get_session()),
            address: client_address(request, &app.config.trusted_proxies),
            words: Words::for_request(request),
            reference: Reference::of(request),
            app,
        })
    }

    /// What every page needs around its content.
    pub fn chrome(&self) -> Chrome {
        Chrome::new(self.words.clone(), self.app.config.is_demo())
    }

    /// The visitor as the limits on texts see somebody who is not signed in.
    pub fn as_stranger(&self) -> Asker {
        Asker::Stranger { address: self.address, browser: self.cookies.browser() }
    }

    /// The session behind the browser's token, if it still holds.
    ///
    /// # Errors
    /// The database's. A browser without a token costs no query.
    pub async fn live_session(&self) -> Result<Option<store::Live>, PageError> {
        let Some(token) = self.cookies.session_token() else { return Ok(None) };
        let live = self.app.db.run(move |conn| {
            let live = store::find_live(conn, &token.hash())?;
            if let Some(live) = live.as_ref().filter(|live| live.seen_long_ago) {
                store::touch(conn, live.session)?;
            }
            Ok::<_, DbError>(live)
        });
        Ok(live.await?)
    }
}

impl FromRequest for Visitor {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// Somebody whose session row holds: times, epoch and status.
pub struct SignedIn {
    /// The rest of what a handler may ask for.
    pub visitor: Visitor,
    /// The account.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = Visitor::of(request);
        Box::pin(async move {
            let visitor = visitor?;
            match visitor.live_session().await? {
                Some(live) => Ok(Self { visitor, user: live.user, session: live.session }),
                None => Err(PageError::Elsewhere(ENTRANCE)),
            }
        })
    }
}
