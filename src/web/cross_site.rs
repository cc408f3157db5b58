//! Requests must come from our own pages. No tokens: browsers say where a request comes from (WEB-01).

use actix_web::{
    HttpRequest,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderMap, HeaderName, ORIGIN, REFERER},
    middleware::Next,
    web::Data,
};

use super::error::{PageError, respond};
use crate::app::App;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// Refuses unsafe methods that another site may have caused, and pages that are not loaded as documents.
///
/// # Errors
/// None of its own.
pub async fn refuse<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let refusal =
        request.app_data::<Data<App>>().and_then(|app| refusal(request.request(), &app.config.base_url.origin()));
    match refusal {
        Some(error) => Ok(respond(request, &error).map_into_right_body()),
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

fn refusal(request: &HttpRequest, origin: &str) -> Option<PageError> {
    // What comes here comes from no page. Every route below is signed, which says what no header could.
    let is_signed = request.path().starts_with("/webhooks/");
    if !request.method().is_safe() && !is_signed && !comes_from(request.headers(), origin) {
        return Some(PageError::CrossSite);
    }
    let embedded = request.headers().get(SEC_FETCH_DEST).is_some_and(|dest| dest != "document" && dest != "empty");
    (embedded && !request.path().starts_with("/static/")).then_some(PageError::Embedded)
}

/// The first header that is present decides, also when it is wrong: never fall through to the next.
fn comes_from(headers: &HeaderMap, origin: &str) -> bool {
    if headers.contains_key(SEC_FETCH_SITE) {
        return only(headers, SEC_FETCH_SITE) == Some("same-origin");
    }
    if headers.contains_key(ORIGIN) {
        return only(headers, ORIGIN) == Some(origin);
    }
    // Opera Mini sends neither of the two.
    only(headers, REFERER)
        .and_then(|referer| referer.strip_prefix(origin))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The value of a header that is there exactly once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    const OURS: &str = "https://id.example.com";

    fn accepted(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value"));
        }
        comes_from(&headers, OURS)
    }

    #[test]
    fn web_01_the_first_header_that_is_present_decides() {
        let sites = [None, Some("same-origin"), Some("same-site"), Some("cross-site"), Some("none"), Some("x")];
        let origins =
            [None, Some(OURS), Some("null"), Some("http://id.example.com"), Some("https://id.example.com.evil")];
        let referers = [
            None,
            Some("https://id.example.com/register"),
            Some("https://id.example.com.evil/"),
            Some("https://id.example.com@evil/"),
            Some(""),
        ];
        for site in sites {
            for origin in origins {
                for referer in referers {
                    let given = [("sec-fetch-site", site), ("origin", origin), ("referer", referer)];
                    let pairs: Vec<_> = given.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
                    let expected = match (site, origin, referer) {
                        (Some(site), ..) => site == "same-origin",
                        (None, Some(origin), _) => origin == OURS,
                        (None, None, referer) => referer == Some("https://id.example.com/register"),
                    };
                    assert_eq!(accepted(&pairs), expected, "{pairs:?}");
                }
            }
        }
    }

    #[test]
    fn web_01_a_header_that_is_there_twice_is_refused() {
        assert!(!accepted(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
        assert!(!accepted(&[("origin", OURS), ("origin", OURS)]));
    }
}
