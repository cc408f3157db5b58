//! The browsers that people signed in with before: a cookie of its own, which outlives sessions.
//!
//! For each account that was signed in to here it holds one random token, new at every sign-in. The token gives the
//! browser its own count of wrong passwords, so that strangers cannot shut the owner out, and where the person wished it,
//! a row in `trusted_devices` excuses it from the second step. Sealed, so only we write it; it signs nobody in.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    cookie::{Cookie, CookieJar, Key, SameSite, time::Duration},
    dev::Payload,
    web::Data,
};
use std::future::{Ready, ready};

use super::error::PageError;
use crate::{app::App, config::BaseUrl, crypto::token::Token, domain::ids::UserId};

/// Accounts that one browser remembers, the latest first. Phones are shared, but not by so many.
const MOST_ACCOUNTS: usize = 5;
/// Browsers keep a cookie no longer than 400 days.
const LIFETIME: Duration = Duration::days(400);

/// The cookie's name. `__Host-` ties it to this very host (SES-12); browsers take it over TLS only.
pub(super) fn name(base_url: &BaseUrl) -> &'static str {
    if base_url.is_https() { "__Host-latchkey-device" } else { "latchkey-device" }
}

/// What the cookie of a request says.
pub struct Devices {
    known: Vec<(UserId, Token)>,
    key: Key,
    name: &'static str,
    secure: bool,
}

impl Devices {
    fn of(request: &HttpRequest) -> Result<Self, PageError> {
        let app = request.app_data::<Data<App>>().ok_or_else(|| PageError::fault("the app data is missing"))?;
        let (name, secure) = (name(&app.config.base_url), app.config.base_url.is_https());
        let key = Key::from(app.keys.device_cookie.current.expose());
        let mut jar = CookieJar::new();
        if let Some(cookie) = request.cookie(name) {
            jar.add_original(cookie);
        }
        let known = jar.private(&key).get(name).map(|cookie| read(cookie.value())).unwrap_or_default();
        Ok(Self { known, key, name, secure })
    }

    /// The accounts that were signed in to here, with the hashes of their tokens.
    pub fn known(&self) -> Vec<(UserId, Vec<u8>)> {
        self.known.iter().map(|(user, token)| (*user, token.hash())).collect()
    }

    /// Gives the browser its new token for an account that was just signed in to. The one before is worth nothing, so a
    /// planted one is not either (DEV-02, P-8).
    ///
    /// # Errors
    /// A cookie that cannot be written; a fault of ours.
    pub fn remember(&self, answer: &mut HttpResponse, user: UserId, token: &Token) -> Result<(), PageError> {
        answer.add_cookie(&self.sealed(user, token)).map_err(PageError::fault)
    }

    fn sealed(&self, user: UserId, token: &Token) -> Cookie<'static> {
        let first = format!("{user}.{}", token.to_cookie().as_str());
        let others = self.known.iter().filter(|(known, _)| *known != user);
        let others = others.map(|(user, token)| format!("{user}.{}", token.to_cookie().as_str()));
        let value: Vec<String> = std::iter::once(first).chain(others).take(MOST_ACCOUNTS).collect();
        let cookie = Cookie::build(self.name, value.join("|"))
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(LIFETIME)
            .finish();
        let mut jar = CookieJar::new();
        jar.private_mut(&self.key).add(cookie);
        let sealed = jar.delta().next().cloned();
        sealed.unwrap_or_else(|| Cookie::new(self.name, ""))
    }
}

fn read(value: &str) -> Vec<(UserId, Token)> {
    let entries = value.split('|').filter_map(|entry| {
        let (user, token) = entry.split_once('.')?;
        Some((UserId(user.parse().ok()?), Token::from_cookie(token)?))
    });
    entries.take(MOST_ACCOUNTS).collect()
}

impl FromRequest for Devices {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
