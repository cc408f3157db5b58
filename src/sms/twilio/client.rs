//! One HTTP call to Twilio, and the reading of its end: done, refused, surely not acted on, or unknown.

use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, redirect, retry};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::errors;
use crate::crypto::tls;
use crate::metrics::{self, CallEnd};
use crate::sms::config::{Credentials, TwilioConfig};
use crate::sms::outcome::{Refusal, SendFailure};

/// The longest answer we read. Twilio's are a few kilobytes; what stands between us and Twilio may send anything.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Why Twilio was not reached when it was, and had no time.
const NOT_NOW: &str = "too many requests";

/// Why no client could be made of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum NoClient {
    /// Credentials and codes would cross the network readable to all.
    #[error("{0} is not https: only a loopback host may be called without TLS")]
    NotEncrypted(Url),
    /// The HTTP library refused its settings.
    #[error("the HTTP client for Twilio could not be built: {0}")]
    Http(#[from] reqwest::Error),
    /// No version of TLS is left in common with the cryptography we use.
    #[error("TLS for Twilio could not be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// Calls Twilio. One per process: it keeps connections open.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    credentials: Credentials,
}

/// What every error answer of Twilio holds. Its `message` is not even read: it tends to contain the phone number.
#[derive(Deserialize)]
struct ErrorAnswer {
    code: Option<u32>,
}

impl Client {
    /// Makes a client that sends `extra` headers with every call; tests tell a mock server this way what to answer.
    pub fn new(twilio: &TwilioConfig, extra: HeaderMap) -> Result<Self, NoClient> {
        for base in [&twilio.api_base, &twilio.verify_base, &twilio.lookups_base] {
            if !is_safe(base) {
                return Err(NoClient::NotEncrypted(base.clone()));
            }
        }
        let mut headers = extra;
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let http = reqwest::Client::builder()
            .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(twilio.connect_timeout)
            .timeout(twilio.timeout)
            .tls_backend_preconfigured(tls::for_calls()?)
            // One call on a connection at a time: when a connection breaks, one outcome is unknown and not many.
            .http1_only()
            // A redirect would carry the number, the code and the credentials wherever an answer says (INP-07).
            .redirect(redirect::Policy::none())
            // A call whose end we did not see is not repeated (see `SendFailure::Unknown`).
            .retry(retry::never())
            // Only the configuration decides who is called, not an HTTPS_PROXY that happens to be set.
            .no_proxy()
            .build()?;
        Ok(Self { http, credentials: twilio.credentials.clone() })
    }

    /// Posts a form. `operation` names the call in the log.
    pub async fn post<T: DeserializeOwned>(
        &self,
        operation: &'static str,
        url: Url,
        form: &[(&str, &str)],
    ) -> Result<T, SendFailure> {
        let request = self.http.request(Method::POST, url).form(form);
        let started = Instant::now();
        told(operation, self.call(request).await, started)
    }

    /// Fetches something; never has an effect.
    pub async fn get<T: DeserializeOwned>(&self, operation: &'static str, url: Url) -> Result<T, SendFailure> {
        let request = self.http.request(Method::GET, url);
        let started = Instant::now();
        told(operation, self.call(request).await, started)
    }

    async fn call<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, SendFailure> {
        let request = request.basic_auth(&self.credentials.user, Some(self.credentials.password.expose_secret()));
        let response = request.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        if status.is_success() {
            let body = read(response).await.map_err(|why| SendFailure::Unknown { why })?;
            return serde_json::from_slice(&body).map_err(|_| SendFailure::Unknown { why: "unreadable answer" });
        }
        if status.is_redirection() {
            return Err(SendFailure::Unknown { why: "redirected" });
        }
        if !status.is_client_error() {
            return Err(SendFailure::Unknown { why: "server error" });
        }
        let retry_after = retry_after(response.headers());
        // The status alone says that nothing was done; a body that is cut off or no JSON only hides the reason.
        let code = match read(response).await {
            Ok(body) => serde_json::from_slice::<ErrorAnswer>(&body).ok().and_then(|answer| answer.code),
            Err(_) => None,
        };
        if errors::was_not_processed(code, status.as_u16()) {
            return Err(SendFailure::NotReached { retry_after, why: NOT_NOW });
        }
        let fault = errors::of_answer(code, status.as_u16());
        Err(SendFailure::Refused(Refusal { code, http_status: status.as_u16(), fault }))
    }
}

/// The address of a resource; each segment is encoded, so that none can change the path.
pub fn url(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    // Refused only by addresses without a host, which `Client::new` does not let through.
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

fn is_safe(base: &Url) -> bool {
    match (base.scheme(), base.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

/// Reads the body up to the limit, whatever length it claims.
async fn read(mut response: Response) -> Result<Vec<u8>, &'static str> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LONGEST_ANSWER => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err("answer too long"),
            Ok(None) => return Ok(body),
            Err(error) if error.is_timeout() => return Err("timeout"),
            Err(_) => return Err("answer cut off"),
        }
    }
}

/// Tells a connection that never stood from one that broke: behind the first nobody can have read the request.
fn broken(error: &reqwest::Error) -> SendFailure {
    if error.is_connect() {
        let why = if error.is_dns() {
            "name not found"
        } else if is_tls(error) {
            "TLS refused"
        } else if error.is_timeout() {
            "connect timeout"
        } else {
            "no connection"
        };
        return SendFailure::NotReached { retry_after: None, why };
    }
    if error.is_builder() {
        return SendFailure::NotReached { retry_after: None, why: "request could not be made" };
    }
    SendFailure::Unknown { why: if error.is_timeout() { "timeout" } else { "connection broken" } }
}

/// An `io::Error` names as its source the source of what it wraps, so what it wraps has to be asked for.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match wrapped {
        Some(wrapped) => is_tls(wrapped),
        None => error.is::<rustls::Error>() || error.source().is_some_and(is_tls),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// One line for each call that went wrong: operation, code and status, never a word of Twilio's or a number (LOG-03).
fn told<T>(operation: &'static str, outcome: Result<T, SendFailure>, started: Instant) -> Result<T, SendFailure> {
    let end = match &outcome {
        Ok(_) => CallEnd::Done,
        Err(SendFailure::Refused(refusal)) => CallEnd::Refused(errors::counted(refusal.code)),
        Err(SendFailure::NotReached { why: NOT_NOW, .. }) => CallEnd::NotNow,
        Err(SendFailure::NotReached { .. }) => CallEnd::NotReached,
        Err(SendFailure::Unknown { .. }) => CallEnd::Unknown,
    };
    let provider = if operation.starts_with("messages.") { "messaging" } else { "verify" };
    metrics::provider_called(provider, operation, end, started.elapsed());
    match &outcome {
        Ok(_) => log::debug!("event=twilio_called operation={operation}"),
        Err(SendFailure::Refused(refusal)) if !refusal.fault.needs_operator() => {
            log::warn!("event=twilio_refused operation={operation} why={:?}", refusal.to_string());
        }
        Err(failure) => log::error!("event=twilio_failed operation={operation} why={:?}", failure.to_string()),
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Url {
        Url::parse(url).expect("a test's own address")
    }

    #[test]
    fn only_loopback_is_called_without_tls() {
        for safe in ["https://api.twilio.com", "http://127.0.0.1:4010", "http://[::1]:4010", "http://localhost:4010/x"]
        {
            assert!(is_safe(&parse(safe)), "{safe}");
        }
        for unsafe_base in ["http://api.twilio.com", "http://10.0.0.1", "ftp://localhost", "data:text/plain,x"] {
            assert!(!is_safe(&parse(unsafe_base)), "{unsafe_base}");
        }
    }

    #[test]
    fn no_segment_changes_the_path() {
        let base = parse("https://api.example.com/base/");
        assert_eq!(url(&base, &["v2", "VE/../x?y#z"]).as_str(), "https://api.example.com/base/v2/VE%2F..%2Fx%3Fy%23z");
    }
}
