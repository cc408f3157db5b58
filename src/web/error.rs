//! Whatever does not end in a page of a feature: one error page for every status, under a reference that is also in
//! the log.

use std::{borrow::Cow, panic::AssertUnwindSafe, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        StatusCode,
        header::{LOCATION, RETRY_AFTER},
    },
    middleware::Next,
    web::Data,
};
use askama::Template as _;
use futures_util::FutureExt as _;

use super::{
    clock::{self, Clock},
    error_page::{Back, ErrorPage, TooManyPage, Trouble},
    page::Chrome,
    request::Reference,
    words::Words,
};
use crate::{app::App, crypto::hasher::Busy, db::DbError};

/// What a handler answers: a page, or what kept it from one.
pub type Answer = Result<HttpResponse, PageError>;

/// What kept a handler from its page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// Nothing is wrong; the right step is elsewhere. 303.
    #[error("elsewhere: {0}")]
    Elsewhere(Cow<'static, str>),
    /// 400.
    #[error("malformed")]
    Malformed,
    /// The request may come from another site. 403.
    #[error("cross-site")]
    CrossSite,
    /// The page would be loaded inside another one. 403.
    #[error("embedded")]
    Embedded,
    /// Not signed by whom it should come from. 403.
    #[error("not signed")]
    Unsigned,
    /// 404.
    #[error("not found")]
    NotFound,
    /// 405.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The body did not come in time. 408.
    #[error("too slow")]
    TooSlow,
    /// 413.
    #[error("too large")]
    TooLarge,
    /// Another content type, or a compressed body. 415.
    #[error("not a form")]
    NotAForm,
    /// Another host. 421.
    #[error("misdirected")]
    Misdirected,
    /// A limit is reached; which one is not said. 429.
    #[error("too many")]
    TooMany {
        /// When there is room again.
        wait: Duration,
        /// Where the page leads back to.
        back: Back,
    },
    /// Overload, or the database is away. 503.
    #[error("unavailable: {why}")]
    Unavailable {
        /// For the log.
        why: String,
        /// When trying again makes sense.
        wait: Duration,
    },
    /// A fault of ours. 500.
    #[error("fault: {0}")]
    Fault(String),
}

impl PageError {
    /// The right step is at `path`.
    pub fn elsewhere(path: &'static str) -> Self {
        Self::Elsewhere(Cow::Borrowed(path))
    }

    /// A fault of ours, with its cause for the log.
    pub fn fault(why: impl std::fmt::Display) -> Self {
        Self::Fault(why.to_string())
    }

    /// A limit is reached. The wait is rounded up to half a minute: the exact one would tell which limit (ERR-02).
    pub fn too_many(wait: Duration, back: Back) -> Self {
        Self::TooMany { wait: Duration::from_secs(wait.as_secs().div_euclid(30) * 30 + 30), back }
    }

    fn trouble(&self) -> Trouble {
        match self {
            Self::Malformed => Trouble::BadRequest,
            Self::CrossSite => Trouble::CrossSite,
            Self::Embedded => Trouble::Embedded,
            Self::Unsigned => Trouble::NotAllowed,
            Self::NotFound => Trouble::NotFound,
            Self::MethodNotAllowed => Trouble::WrongWay,
            Self::TooSlow => Trouble::TooSlow,
            Self::TooLarge => Trouble::TooLarge,
            Self::NotAForm => Trouble::NotAForm,
            Self::Misdirected => Trouble::WrongHost,
            Self::TooMany { .. } => Trouble::TooMany,
            Self::Unavailable { .. } => Trouble::Busy,
            Self::Elsewhere(_) | Self::Fault(_) => Trouble::Ours,
        }
    }

    /// The answer to a request, logged once under the request's reference.
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let reference = Reference::of(request);
        match request.app_data::<Data<App>>() {
            Some(app) => self.page(app, Words::for_request(request), &reference),
            None => HttpResponse::new(self.status_code()),
        }
    }

    /// As [`PageError::answer`], where the request is not at hand.
    pub fn page(&self, app: &App, words: Words, reference: &Reference) -> HttpResponse {
        let status = self.status_code();
        if let Self::Elsewhere(path) = self {
            return HttpResponse::build(status).insert_header((LOCATION, path.as_ref())).finish();
        }
        let level = if status.is_server_error() { log::Level::Error } else { log::Level::Warn };
        log::log!(level, "event=refused status={} request={reference} why={:?}", status.as_u16(), self.to_string());
        let chrome = Chrome::new(words, app.config.is_demo());
        let at = clock::now();
        let html = match self {
            Self::TooMany { wait, back } => {
                TooManyPage { chrome, wait: *wait, at: at + *wait, clock: Clock::UTC, back: *back }.render()
            }
            _ => {
                let reference = reference.to_string();
                ErrorPage { chrome, trouble: self.trouble(), reference, at, clock: Clock::UTC }.render()
            }
        };
        let mut answer = HttpResponse::build(status);
        if let Self::TooMany { wait, .. } | Self::Unavailable { wait, .. } = self {
            answer.insert_header((RETRY_AFTER, wait.as_secs()));
        }
        match html {
            Ok(html) => answer.content_type("text/html; charset=utf-8").body(html),
            Err(error) => {
                log::error!("event=error_page_not_rendered request={reference} error={error}");
                answer.finish()
            }
        }
    }
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Elsewhere(_) => StatusCode::SEE_OTHER,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::CrossSite | Self::Embedded | Self::Unsigned => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Bare: [`catch`] turns it into a page.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

impl From<DbError> for PageError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(_) | DbError::TimedOut(_) => {
                Self::Unavailable { why: error.to_string(), wait: Duration::from_secs(5) }
            }
            DbError::Fault(_) => Self::fault(error),
        }
    }
}

impl From<Busy> for PageError {
    fn from(busy: Busy) -> Self {
        Self::Unavailable { why: busy.to_string(), wait: Busy::RETRY_AFTER }
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        Self::fault(format!("template: {error}"))
    }
}

/// Around every route: turns what handlers and extractors refuse into pages, and a panic into a 500 that hurts one
/// request. The framework alone would drop the connection (ARC-06).
///
/// # Errors
/// None of its own.
pub async fn catch<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    // Routing is over, so holding the request is allowed here.
    let http_request = request.request().clone();
    let outcome = AssertUnwindSafe(next.call(request)).catch_unwind().await;
    let error = match outcome {
        Ok(Ok(response)) => match response.response().error().map(|error| error.as_error::<PageError>()) {
            None => return Ok(response.map_into_left_body()),
            Some(Some(error)) => error.answer(response.request()),
            Some(None) => PageError::Malformed.answer(response.request()),
        },
        Ok(Err(error)) => PageError::fault(error).answer(&http_request),
        Err(panic) => PageError::Fault(format!("panic: {}", message_of(&*panic))).answer(&http_request),
    };
    Ok(ServiceResponse::new(http_request, error).map_into_right_body())
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// A refusal by a middleware, before any route.
pub fn respond(request: ServiceRequest, error: &PageError) -> ServiceResponse<BoxBody> {
    let answer = error.answer(request.request());
    request.into_response(answer)
}

/// Whatever is not in the routes.
///
/// # Errors
/// None.
pub async fn show_not_found(request: HttpRequest) -> HttpResponse {
    PageError::NotFound.answer(&request)
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App as ActixApp,
        dev::{Service, ServiceResponse},
        http::header::CONTENT_TYPE,
        middleware::from_fn,
        test, web,
    };

    use super::*;
    use crate::{config::Config, db::DbError};

    /// The program's parts around a database that is not there; nothing below needs one.
    fn app() -> App {
        let database = ("DATABASE_URL".to_owned(), "postgres://latchkey@127.0.0.1:1/latchkey".to_owned());
        App::new(Config::from_variables([database]).expect("the defaults are enough")).expect("the demo needs nothing")
    }

    async fn at_once() -> HttpResponse {
        panic!("a handler's own fault")
    }

    async fn on_a_hash_slot(app: Data<App>) -> Answer {
        app.hasher.run(|_| panic!("a fault under a permit")).await?;
        Ok(HttpResponse::Ok().finish())
    }

    async fn well(app: Data<App>) -> Answer {
        let done = app.hasher.run(|_| "served").await?;
        Ok(HttpResponse::Ok().body(done))
    }

    /// Status, content type and body of an answer.
    async fn asked<R>(
        service: &impl Service<R, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error>,
        request: R,
    ) -> (u16, String, String) {
        let response = test::call_service(service, request).await;
        let content_type = response.headers().get(CONTENT_TYPE).map(|value| format!("{value:?}")).unwrap_or_default();
        let status = response.status().as_u16();
        (status, content_type, String::from_utf8_lossy(&test::read_body(response).await).into_owned())
    }

    #[actix_web::test]
    async fn arc_06_x_5_a_panic_ends_in_a_page_with_a_reference_and_hurts_nobody_else() {
        let app = app();
        let get = |path: &str| test::TestRequest::get().uri(path).to_request();
        let route = |path: &str| web::resource(path).wrap(from_fn(catch));
        let service = test::init_service(
            ActixApp::new()
                .app_data(Data::new(app.clone()))
                .service(route("/at-once").to(at_once))
                .service(route("/on-a-slot").to(on_a_hash_slot))
                .service(route("/well").to(well)),
        )
        .await;
        // More often than there are permits: one that a panic kept would be missed.
        for _ in 0..100 {
            for path in ["/at-once", "/on-a-slot"] {
                let (status, content_type, body) = asked(&service, get(path)).await;
                assert_eq!(status, 500, "{path}");
                assert!(content_type.contains("text/html") && body.contains("Sorry, this did not work"), "{body}");
                assert!(body.contains("LK-") && !body.contains("fault under") && !body.contains("own fault"));
            }
            assert_eq!(asked(&service, get("/well")).await, (200, String::new(), "served".to_owned()));
        }
        app.outcomes.stop();
    }

    #[actix_web::test]
    async fn arc_08_what_is_not_there_is_a_503_with_a_wait_and_what_is_wrong_a_500() {
        for (error, status) in [
            (DbError::Unavailable(String::new()), 503),
            (DbError::TimedOut(String::new()), 503),
            (DbError::Fault(String::new()), 500),
        ] {
            let app = app();
            let answer = PageError::from(error).page(&app, Words::english(), &Reference::generate());
            assert_eq!(answer.status().as_u16(), status);
            assert_eq!(answer.headers().contains_key(RETRY_AFTER), status == 503);
            app.outcomes.stop();
        }
    }
}
