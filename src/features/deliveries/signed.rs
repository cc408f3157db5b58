//! Who may report: Twilio, by its signature.

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::CONTENT_TYPE, web::Data};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use url::form_urlencoded;

use crate::{
    app::App,
    metrics,
    sms::twilio::signature::{self, Body},
    web::{
        error::PageError,
        principal::{Principal, Who},
    },
};

/// Twilio's reports stay far below it.
const MOST_BYTES: usize = 16 * 1024;
const SIGNATURE: &str = "x-twilio-signature";

/// A request that Twilio has signed, for the address that it was sent to.
pub struct SignedByTwilio {
    /// The program's parts.
    pub app: Data<App>,
    /// The fields of its form, in the order in which they came. JSON has none for us.
    pub fields: Vec<(String, String)>,
    /// The query of the address, which the signature covers.
    pub query: Vec<(String, String)>,
}

impl SignedByTwilio {
    /// The value of a field that is there.
    pub fn field(&self, name: &str) -> Option<&str> {
        value(&self.fields, name)
    }

    /// The value of a part of the query that is there.
    pub fn of_query(&self, name: &str) -> Option<&str> {
        value(&self.query, name)
    }
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

impl Principal for SignedByTwilio {
    const WHO: Who = Who::Twilio;
}

impl FromRequest for SignedByTwilio {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let app =
                request.app_data::<Data<App>>().ok_or_else(|| PageError::fault("the app data is missing"))?.clone();
            let signed = Self::check(app.clone(), &request, payload).await;
            if matches!(signed, Err(PageError::Unsigned)) {
                metrics::unsigned_report();
                app.unsigned_reports.note();
            }
            signed
        })
    }
}

impl SignedByTwilio {
    async fn check(app: Data<App>, request: &HttpRequest, payload: Payload) -> Result<Self, PageError> {
        let body = read(payload).await?;
        let fields = if is_json(request) { Vec::new() } else { pairs(&body) };
        let signed = if is_json(request) { Body::Json(&body) } else { Body::Form(&fields) };
        let tokens = app.config.sms.twilio.as_ref().map(|twilio| twilio.auth_tokens.as_slice()).unwrap_or_default();
        // Our own address as it is configured: no header says what was signed.
        let target = request.uri().path_and_query().map(|target| target.as_str()).unwrap_or_default();
        let url = format!("{}{target}", app.config.base_url.origin());
        if !signature::is_genuine(tokens, &url, signed, only_signature(request).ok_or(PageError::Unsigned)?) {
            return Err(PageError::Unsigned);
        }
        let query = pairs(request.query_string().as_bytes());
        Ok(Self { app, fields, query })
    }
}

fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

fn is_json(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn only_signature(request: &HttpRequest) -> Option<&str> {
    let mut all = request.headers().get_all(SIGNATURE);
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

async fn read(mut payload: Payload) -> Result<Vec<u8>, PageError> {
    let read = async {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| PageError::Unsigned)?;
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(PageError::Unsigned);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::time::timeout(crate::web::body::DEADLINE, read).await.map_err(|_| PageError::Unsigned)?
}
