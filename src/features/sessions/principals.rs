//! Who is asking, as types that a handler's arguments name.
//!
//! A handler's first argument is a [`Principal`]: a route cannot be registered otherwise, and its entry in the table of
//! routes says which.

use std::future::{Ready, ready};

use actix_session::SessionExt as _;
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::USER_AGENT,
    middleware,
    web::Data,
};
use futures_util::future::LocalBoxFuture;

use super::{
    Glance,
    store::{self, Live},
};
use crate::{
    app::App,
    db::DbError,
    domain::{browser_name::BrowserName, client_address::ClientAddress, ids::SessionId, role::Role},
    features::{
        activity::Origin,
        messages::reserve::Asker,
        settings::Settings,
        sign_in::{self, Pending},
        two_factor::Method,
        users::Account,
    },
    web::{
        client_address::client_address,
        clock::Clock,
        cookies::Cookies,
        error::{self, PageError},
        next::Next,
        page::Chrome,
        principal::{Principal, Who},
        request::Reference,
        words::Words,
    },
};

/// Where people who are not signed in are sent.
pub const ENTRANCE: &str = "/login";

/// Where a second factor is switched on.
const SECOND_FACTOR: &str = "/account/two-factor";
/// The pages that it takes to get there, and the one that ends what somebody else may have begun.
const WITHOUT_SECOND_FACTOR: [&str; 3] = [SECOND_FACTOR, "/confirm", "/account/devices"];

/// Whether the account has to have a second factor that it has not: administrators need the app (AUT-05), others any
/// that there is, where the settings ask for it.
fn owes_a_second_factor(account: &Account, settings: &Settings) -> bool {
    match account.role {
        Role::Administrator => account.two_factor != Some(Method::App),
        role => account.two_factor.is_none() && settings.requires_two_factor(role),
    }
}

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
    user_agent: String,
}

impl Visitor {
    fn of(request: &HttpRequest) -> Result<Self, PageError> {
        let app = request.app_data::<Data<App>>().ok_or_else(|| PageError::fault("the app data is missing"))?.clone();
        let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Self {
            cookies: Cookies::new(request.get_session()),
            address: client_address(request, &app.config.trusted_proxies),
            words: Words::for_request(request),
            reference: Reference::of(request),
            user_agent: user_agent.to_owned(),
            app,
        })
    }

    /// What every page needs around its content.
    pub fn chrome(&self) -> Chrome {
        Chrome::new(self.words.clone(), self.app.config.is_demo())
    }

    /// Where somebody with that role is at home: whoever runs the service, and may do so from here, among its pages.
    pub fn home_of(&self, role: Role) -> Next {
        if self.may_administer(role) { Next::ADMINISTRATION } else { Next::ACCOUNT }
    }

    fn may_administer(&self, role: Role) -> bool {
        role == Role::Administrator && self.app.config.administers_from(self.address)
    }

    /// The visitor as the limits on texts see somebody who is not signed in.
    pub fn as_stranger(&self) -> Asker {
        Asker::Stranger { address: self.address, browser: self.cookies.browser() }
    }

    /// The visitor as the owner of an account will recognise them.
    pub fn origin(&self) -> Origin {
        Origin { browser: BrowserName::read(&self.user_agent), address: self.address.coarse() }
    }

    /// The session behind the browser's token, if it still holds.
    ///
    /// # Errors
    /// The database's. A browser without a token costs no query.
    pub async fn live_session(&self) -> Result<Option<Live>, PageError> {
        let Some(token) = self.cookies.session_token() else { return Ok(None) };
        let live = self.app.db.run(move |conn| {
            let live = store::find_live(conn, token.hash())?;
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

impl Principal for Visitor {
    const WHO: Who = Who::Visitor;
}

/// A browser whose password was accepted and that owes a second factor. Opens the pages of the second step, no others.
pub struct PendingSignIn {
    /// The rest of what a handler may ask for.
    pub visitor: Visitor,
    /// The sign-in.
    pub pending: Pending,
}

impl FromRequest for PendingSignIn {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = Visitor::of(request);
        Box::pin(async move {
            let visitor = visitor?;
            let Some(id) = visitor.cookies.sign_in_begun() else { return Err(PageError::elsewhere(ENTRANCE)) };
            let found = visitor.app.db.run(move |conn| sign_in::store::find_live(conn, id)).await?;
            match found {
                Some(pending) => Ok(Self { visitor, pending }),
                None => Err(sign_in::over(&visitor)),
            }
        })
    }
}

impl Principal for PendingSignIn {
    const WHO: Who = Who::PendingSignIn;
}

/// Somebody whose session row holds: times, epoch and status.
pub struct SignedIn {
    /// The rest of what a handler may ask for.
    pub visitor: Visitor,
    /// The account.
    pub account: Account,
    /// The session.
    pub session: SessionId,
    /// What else the overview shows.
    pub glance: Glance,
    fresh: bool,
}

impl SignedIn {
    /// What every page of the account needs around its content.
    pub fn chrome(&self) -> Chrome {
        let role = self.account.role;
        Chrome {
            has_profile: role != Role::Administrator,
            administers: self.visitor.may_administer(role),
            ..Chrome::signed_in(self.visitor.words.clone(), self.visitor.app.config.is_demo())
        }
    }

    /// Lets a session's holder in. Whoever has to have a second factor and has none gets to where it is switched on, and
    /// nowhere else.
    fn admit(visitor: Visitor, live: Live, path: &str) -> Result<Self, PageError> {
        let Live { account, session, glance, fresh, .. } = live;
        if owes_a_second_factor(&account, &visitor.app.settings.current())
            && !WITHOUT_SECOND_FACTOR.iter().any(|page| path.starts_with(page))
        {
            return Err(PageError::elsewhere(SECOND_FACTOR));
        }
        Ok(Self { visitor, account, session, glance, fresh })
    }

    /// Whether nothing but the way to a second factor opens.
    pub fn owes_a_second_factor(&self) -> bool {
        owes_a_second_factor(&self.account, &self.visitor.app.settings.current())
    }

    /// Whether the browser has proven within the last minutes to be the owner's: then a page shows a form that asks for
    /// that, and else the way to the proof.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The clock of the country of the account's number.
    pub fn clock(&self) -> Clock {
        self.account.number.as_ref().and_then(|number| number.phone.country()).map_or(Clock::UTC, Clock::of)
    }

    /// The owner as the limits on texts see somebody who asks about a number that is not the account's.
    pub fn as_member(&self) -> Asker {
        let visitor = &self.visitor;
        Asker::Member { user: self.account.id, address: visitor.address, browser: visitor.cookies.browser() }
    }

    /// The owner as the limits on texts see them.
    pub fn as_owner(&self) -> Asker {
        Asker::Owner { user: self.account.id, browser: self.visitor.cookies.browser() }
    }
}

impl FromRequest for SignedIn {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = Visitor::of(request);
        let (path, page) = (request.path().to_owned(), Next::of_request(request.path()));
        Box::pin(async move {
            let visitor = visitor?;
            match visitor.live_session().await? {
                Some(live) => Self::admit(visitor, live, &path),
                None => Err(page.after_sign_in()),
            }
        })
    }
}

impl Principal for SignedIn {
    const WHO: Who = Who::SignedIn;
}

/// Somebody who has proven to be the owner within 5 minutes, with the second factor where there is one.
pub struct Fresh(pub SignedIn);

impl FromRequest for Fresh {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        let page = Next::of_request(request.path());
        Box::pin(async move {
            let signed_in = signed_in.await?;
            if signed_in.fresh { Ok(Self(signed_in)) } else { Err(page.after_confirmation()) }
        })
    }
}

impl Principal for Fresh {
    const WHO: Who = Who::Fresh;
}

/// Somebody who runs the service, and whose account asks for an authenticator app. To everybody else its pages are not
/// there, and neither are they from an address outside `LATCHKEY_ADMIN_ADDRESSES` (AUZ-07).
pub struct Administrator(pub SignedIn);

impl Administrator {
    async fn of(visitor: Result<Visitor, PageError>, path: &str) -> Result<Self, PageError> {
        let visitor = visitor?;
        if !visitor.app.config.administers_from(visitor.address) {
            return Err(PageError::NotFound);
        }
        match visitor.live_session().await? {
            Some(live) if live.account.role == Role::Administrator => SignedIn::admit(visitor, live, path).map(Self),
            _ => Err(PageError::NotFound),
        }
    }

    /// What every page of the administration needs around its content.
    pub fn chrome(&self) -> Chrome {
        self.0.chrome()
    }
}

/// Before the routes of the administration: to everybody else they are not there, whatever the method and the form. Whom it
/// lets in the handler finds with the request.
///
/// # Errors
/// None of its own.
pub async fn hide_from_others<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: middleware::Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let (visitor, path) = (Visitor::of(request.request()), request.path().to_owned());
    match Administrator::of(visitor, &path).await {
        Ok(administrator) => {
            request.extensions_mut().insert(administrator);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(error) => Ok(error::respond(request, &error).map_into_right_body()),
    }
}

impl FromRequest for Administrator {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let let_in = request.extensions_mut().remove::<Self>();
        ready(let_in.ok_or_else(|| PageError::fault("a route of the administration that is not hidden from others")))
    }
}

impl Principal for Administrator {
    const WHO: Who = Who::Administrator;
}

/// An [`Administrator`] who has proven to be the owner within 5 minutes: what every act takes.
pub struct FreshAdministrator(pub SignedIn);

impl FromRequest for FreshAdministrator {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let page = Next::of_request(request.path());
        let fresh = |Administrator(signed_in): Administrator| {
            if signed_in.fresh { Ok(Self(signed_in)) } else { Err(page.after_confirmation()) }
        };
        ready(Administrator::from_request(request, payload).into_inner().and_then(fresh))
    }
}

impl Principal for FreshAdministrator {
    const WHO: Who = Who::FreshAdministrator;
}
