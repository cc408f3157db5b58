//! Every URL and its handler, on one screen.

use actix_web::{
    Handler, HttpRequest, HttpResponse, Resource, Responder, guard,
    http::{Method, header},
    web::{self, ServiceConfig},
};

use crate::{
    features::{account, demo_inbox, health, home, information, registration},
    web::{assets, error},
};

/// Registers them all.
#[rustfmt::skip]
pub fn configure(config: &mut ServiceConfig) {
    page("/").get(home::handlers::show).add(config);

    page("/register").get(registration::handlers::show_form).post(registration::handlers::submit_form).add(config);
    page("/register/verify").get(registration::handlers::show_code).post(registration::handlers::submit_code).add(config);
    page("/register/resend").post(registration::handlers::resend).add(config);
    page("/register/phone").post(registration::handlers::correct_number).add(config);
    page("/register/claim").get(registration::handlers::show_claim).post(registration::handlers::submit_claim).add(config);

    page("/account").get(account::handlers::show).add(config);
    page("/logout").post(account::handlers::sign_out).add(config);

    page("/help").get(information::handlers::show_help).add(config);
    page("/privacy").get(information::handlers::show_privacy).add(config);
    page("/terms").get(information::handlers::show_terms).add(config);

    page("/demo/inbox").get(demo_inbox::handlers::show).add(config);

    page("/healthz").get(health::alive).add(config);
    page("/readyz").get(health::ready).add(config);
    page("/static/{name}").get(assets::show).add(config);

    config.default_service(web::route().to(error::show_not_found));
}

/// A URL with its methods. HEAD is GET without the body; any other method is a 405 that says what is allowed.
struct Page {
    resource: Resource,
    allowed: Vec<&'static str>,
}

fn page(path: &'static str) -> Page {
    Page { resource: web::resource(path), allowed: Vec::new() }
}

impl Page {
    fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let read = guard::Any(guard::Get()).or(guard::Head());
        self.resource = self.resource.route(web::route().guard(read).to(handler));
        self.allowed.extend(["GET", "HEAD"]);
        self
    }

    fn post<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::method(Method::POST).to(handler));
        self.allowed.push("POST");
        self
    }

    fn add(self, config: &mut ServiceConfig) {
        let allowed = self.allowed.join(", ");
        let refuse = move |request: HttpRequest| {
            let mut refusal = error::PageError::MethodNotAllowed.answer(&request);
            if let Ok(allowed) = header::HeaderValue::from_str(&allowed) {
                refusal.headers_mut().insert(header::ALLOW, allowed);
            }
            std::future::ready(refusal) as std::future::Ready<HttpResponse>
        };
        config.service(
            self.resource.default_service(web::route().to(refuse)).wrap(actix_web::middleware::from_fn(error::catch)),
        );
    }
}
