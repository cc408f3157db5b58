//! Reading a form: urlencoded, small, soon, with the fields the page has and no others.

use std::time::Duration;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use serde::de::DeserializeOwned;

use super::error::PageError;

/// The largest body of most forms. The longest of these, all fields full, stays below half of it.
pub const MOST_BYTES: usize = 8 * 1024;
/// The largest body of a form in which people write texts: nearly 1700 characters, each of which a form sends as three to
/// twelve bytes where it is not ASCII.
pub const MOST_BYTES_OF_PROSE: usize = 24 * 1024;
/// How long a body may take. Actix's own timeout covers the head only (ARC-07).
pub const DEADLINE: Duration = Duration::from_secs(10);

/// A form's fields as they were sent, not yet checked. A key that is unknown, doubled or in the query is a 400, and a body
/// of more than `MOST` bytes a 413.
pub struct Form<T, const MOST: usize = MOST_BYTES>(pub T);

/// A form without fields, like a button. Anything sent along is refused.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFields {}

impl<T: DeserializeOwned + 'static, const MOST: usize> FromRequest for Form<T, MOST> {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let acceptable = check_head(request);
        let payload = payload.take();
        Box::pin(async move {
            acceptable?;
            let body = tokio::time::timeout(DEADLINE, read(payload, MOST)).await.map_err(|_| PageError::TooSlow)??;
            // Bytes that are no UTF-8 become U+FFFD here, and every type of ours refuses that.
            serde_urlencoded::from_bytes(&body).map(Self).map_err(|_| PageError::Malformed)
        })
    }
}

fn check_head(request: &HttpRequest) -> Result<(), PageError> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        || request.headers().contains_key(CONTENT_ENCODING)
    {
        return Err(PageError::NotAForm);
    }
    if !request.query_string().is_empty() {
        return Err(PageError::Malformed);
    }
    Ok(())
}

async fn read(mut payload: Payload, most: usize) -> Result<Vec<u8>, PageError> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| PageError::Malformed)?;
        if body.len() + chunk.len() > most {
            return Err(PageError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
