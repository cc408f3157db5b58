//! The one cookie. Sealed and private, and still replayable: a browser can put an old one back (D-10). So it holds
//! ids, the session token and notices, and the database decides what they are worth.

use actix_session::{
    Session, SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession},
    storage::CookieSessionStore,
};
use actix_web::{
    body::MessageBody,
    cookie::{Key, SameSite, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    http::header::COOKIE,
    middleware::Next,
    web::Data,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    app::App,
    config::{BaseUrl, Config},
    crypto::{
        keys::{KeyRing, KeyUse},
        token::Token,
    },
    domain::ids::{BrowserId, PasswordResetId, RecoveryId, RegistrationId, SignInId},
    web::{devices, page::Notice},
};

/// The longest that any row behind the cookie lives.
const LIFETIME: Duration = Duration::days(30);

/// The middleware that opens and seals the cookie.
pub fn middleware(config: &Config) -> SessionMiddleware<CookieSessionStore> {
    let key = KeyRing::derive(&config.secret_key, KeyUse::SessionCookie);
    SessionMiddleware::builder(CookieSessionStore::default(), Key::from(key.current.expose()))
        .cookie_name(name(&config.base_url).to_owned())
        .cookie_secure(config.base_url.is_https())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(PersistentSession::default().session_ttl(LIFETIME))
        .build()
}

/// `__Host-` ties the cookie to this very host (SES-12); browsers take it over TLS only.
fn name(base_url: &BaseUrl) -> &'static str {
    if base_url.is_https() { "__Host-latchkey" } else { "latchkey" }
}

/// A browser sends our cookie once. One that is there twice was tossed in by somebody, and nobody can say which is whose:
/// then there is none (C-8).
///
/// # Errors
/// None of its own.
pub async fn drop_doubled<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let is_doubled = request.app_data::<Data<App>>().is_some_and(|app| {
        let lines = request.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
        let names = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split('=').next()).map(str::trim);
        let names: Vec<&str> = names.collect();
        let ours = [name(&app.config.base_url), devices::name(&app.config.base_url)];
        ours.iter().any(|own| names.iter().filter(|it| *it == own).nth(1).is_some())
    });
    if is_doubled {
        request.headers_mut().remove(COOKIE);
    }
    next.call(request).await
}

/// What the browser carries.
#[derive(Clone)]
pub struct Cookies(Session);

const SESSION: &str = "session";
const BROWSER: &str = "browser";
const REGISTRATION: &str = "registration";
const SIGN_IN: &str = "sign-in";
const RESET: &str = "password-reset";
const RECOVERY: &str = "recovery";
const NOTICE: &str = "notice";

impl Cookies {
    /// Those of a request.
    pub fn new(session: Session) -> Self {
        Self(session)
    }

    /// The session token, if there is one that can be read.
    pub fn session_token(&self) -> Option<Token> {
        Token::from_cookie(&self.get::<String>(SESSION)?)
    }

    /// Signs the browser in: everything but its own id goes, and the token comes.
    pub fn sign_in(&self, token: &Token) {
        self.sign_out();
        self.put(SESSION, token.to_cookie().as_str());
    }

    /// Signs the browser out: everything but its own id goes, which the limits on texts go by.
    pub fn sign_out(&self) {
        let browser = self.get::<BrowserId>(BROWSER);
        self.0.clear();
        if let Some(browser) = browser {
            self.put(BROWSER, browser);
        }
    }

    /// This browser's id, new if it has none yet.
    pub fn browser(&self) -> BrowserId {
        self.get(BROWSER).unwrap_or_else(|| {
            let id = BrowserId::generate();
            self.put(BROWSER, id);
            id
        })
    }

    /// The registration that was begun here.
    pub fn registration(&self) -> Option<RegistrationId> {
        self.get(REGISTRATION)
    }

    /// Remembers the registration that was begun here.
    pub fn begin_registration(&self, id: RegistrationId) {
        self.put(REGISTRATION, id);
    }

    /// Forgets it.
    pub fn end_registration(&self) {
        self.0.remove(REGISTRATION);
    }

    /// The sign-in whose second step is owed here.
    pub fn sign_in_begun(&self) -> Option<SignInId> {
        self.get(SIGN_IN)
    }

    /// Remembers it.
    pub fn begin_sign_in(&self, id: SignInId) {
        self.put(SIGN_IN, id);
    }

    /// Forgets it.
    pub fn end_sign_in(&self) {
        self.0.remove(SIGN_IN);
    }

    /// The setting of a new password that was begun here.
    pub fn reset_begun(&self) -> Option<PasswordResetId> {
        self.get(RESET)
    }

    /// Remembers it.
    pub fn begin_reset(&self, id: PasswordResetId) {
        self.put(RESET, id);
    }

    /// Forgets it.
    pub fn end_reset(&self) {
        self.0.remove(RESET);
    }

    /// The recovery whose code was entered here.
    pub fn recovery_opened(&self) -> Option<RecoveryId> {
        self.get(RECOVERY)
    }

    /// Remembers it.
    pub fn begin_recovery(&self, id: RecoveryId) {
        self.put(RECOVERY, id);
    }

    /// Forgets it.
    pub fn end_recovery(&self) {
        self.0.remove(RECOVERY);
    }

    /// Puts a session's new token in the place of the one before; all else stays.
    pub fn renew_session(&self, token: &Token) {
        self.put(SESSION, token.to_cookie().as_str());
    }

    /// Leaves a notice for the next page.
    pub fn say_next(&self, notice: Notice) {
        self.put(NOTICE, notice.key());
    }

    /// Takes the notice that was left for this page.
    pub fn take_notice(&self) -> Option<Notice> {
        let key: String = self.get(NOTICE)?;
        self.0.remove(NOTICE);
        Notice::from_key(&key)
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.0.get(name).ok().flatten()
    }

    fn put<T: Serialize>(&self, name: &str, value: T) {
        if let Err(error) = self.0.insert(name, value) {
            log::error!("event=cookie_not_written name={name} error={error}");
        }
    }
}
