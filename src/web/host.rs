//! Only our own host is served: no link, cookie or text can come from a forged `Host` (D-6).

use actix_web::{
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::HOST,
    middleware::Next,
    web::Data,
};

use super::error::{PageError, respond};
use crate::app::App;

/// What a load balancer or a supervisor asks, by whatever address it knows.
const FOR_MACHINES: [&str; 2] = ["/healthz", "/readyz"];

/// Answers 421 to any other host.
///
/// # Errors
/// None of its own.
pub async fn refuse_foreign<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let ours = request.app_data::<Data<App>>().is_some_and(|app| is_ours(&request, &app.config.base_url.authority()));
    if ours || FOR_MACHINES.contains(&request.path()) {
        Ok(next.call(request).await?.map_into_left_body())
    } else {
        Ok(respond(request, &PageError::Misdirected).map_into_right_body())
    }
}

/// HTTP/2 has the host in `:authority`, HTTP/1 in `Host`, and an absolute target in both: all that is there must be ours.
fn is_ours(request: &ServiceRequest, authority: &str) -> bool {
    let named = request.uri().authority().map(|named| named.as_str());
    let mut hosts = request.headers().get_all(HOST).map(|host| host.to_str().ok());
    let (first, second) = (hosts.next(), hosts.next());
    let ours = |host: &str| host.eq_ignore_ascii_case(authority);
    second.is_none()
        && (named.is_some() || first.is_some())
        && named.is_none_or(ours)
        && first.is_none_or(|host| host.is_some_and(ours))
}
