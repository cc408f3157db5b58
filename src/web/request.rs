//! One line in the log for every request, and a reference that the error page shows too.

use std::time::Instant;

use actix_web::{
    HttpMessage as _, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web::Data,
};
use rand::RngExt as _;

use super::client_address::client_address;
use crate::{app::App, metrics};

/// A request's reference, `LK-7F3K-92QM`: short enough to read out over the phone, without letters that look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

/// Crockford's base 32.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Reference {
    /// A new one.
    pub fn generate() -> Self {
        let mut random = rand::rng();
        let mut four = || -> String { (0..4).map(|_| char::from(LETTERS[random.random_range(0..32)])).collect() };
        Self(format!("LK-{}-{}", four(), four()))
    }

    /// The request's own, or a new one where there is none.
    pub fn of(request: &HttpRequest) -> Self {
        request.extensions().get::<Self>().cloned().unwrap_or_else(Self::generate)
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives the request its reference and logs how it ended. The route is logged, never the path: people paste things.
///
/// # Errors
/// None of its own.
pub async fn log<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let reference = Reference::generate();
    request.extensions_mut().insert(reference.clone());
    let trusted = request.app_data::<Data<App>>().map(|app| app.config.trusted_proxies.clone()).unwrap_or_default();
    let address = client_address(request.request(), &trusted).coarse();
    let method = request.method().clone();
    let response = next.call(request).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let status = response.status().as_u16();
    let took = started.elapsed();
    metrics::request(&route, method.as_str(), status, took);
    let ms = took.as_millis();
    let level = if is_quiet(&route) { log::Level::Debug } else { log::Level::Info };
    log::log!(
        level,
        "event=request method={method} route={route} status={status} ms={ms} request={reference} address={address}"
    );
    Ok(response)
}

fn is_quiet(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/static/{name}")
}
