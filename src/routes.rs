//! Every URL and its handler, on one screen.

use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, guard,
    http::{Method, header},
    middleware::{Condition, from_fn},
    web::{self, ServiceConfig},
};

use crate::{
    features::{
        account, activity, admin, admin::accounts, deliveries, demo_inbox, devices, email_change, health, home,
        information, my_data, password_change, password_reset, phone_change, profile, recovery, registration,
        sessions::principals, sign_in, step_up, stopping, two_factor,
    },
    web::{
        assets, error,
        principal::{Asked, Who},
    },
};

/// Registers them all.
pub fn configure(config: &mut ServiceConfig) {
    for page in pages() {
        page.add(config);
    }
    config.default_service(web::route().to(error::show_not_found));
}

/// A URL, a method, and who may come: what the tests of access walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The URL, `{id}` standing for any.
    pub path: &'static str,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The handler's principal.
    pub who: Who,
}

/// Every route, as it is registered.
pub fn table() -> Vec<Entry> {
    pages().into_iter().flat_map(|page| page.entries).collect()
}

#[rustfmt::skip]
fn pages() -> Vec<Page> {
    vec![
        page("/").get(home::handlers::show),

        page("/register").get(registration::handlers::show_form).post(registration::handlers::submit_form),
        page("/register/verify").get(registration::handlers::show_code).post(registration::handlers::submit_code),
        page("/register/resend").post(registration::handlers::resend),
        page("/register/phone").post(registration::handlers::correct_number),
        page("/register/claim").get(registration::handlers::show_claim).post(registration::handlers::submit_claim),

        page("/login").get(sign_in::handlers::show_form).post(sign_in::handlers::submit_form),
        page("/login/verify").get(sign_in::handlers::show_code).post(sign_in::handlers::submit_code),
        page("/login/resend").post(sign_in::handlers::resend),
        page("/login/backup-code").get(sign_in::handlers::show_backup_code).post(sign_in::handlers::submit_backup_code),
        page("/logout").post(account::handlers::sign_out),

        page("/password-reset").get(password_reset::handlers::show_form).post(password_reset::handlers::submit_form),
        page("/password-reset/verify").get(password_reset::handlers::show_code).post(password_reset::handlers::submit_code),
        page("/password-reset/resend").post(password_reset::handlers::resend),
        page("/password-reset/second-step").get(password_reset::handlers::show_second_step).post(password_reset::handlers::submit_second_step),
        page("/password-reset/wait").get(password_reset::handlers::show_wait),
        page("/password-reset/password").get(password_reset::handlers::show_password).post(password_reset::handlers::submit_password),

        page("/recovery").get(recovery::handlers::show_code).post(recovery::handlers::submit_code),
        page("/recovery/password").get(recovery::handlers::show_password).post(recovery::handlers::submit_password),
        page("/stop").get(stopping::handlers::show_form).post(stopping::handlers::submit_form),

        page("/confirm").get(step_up::handlers::show).post(step_up::handlers::submit),
        page("/confirm/resend").post(step_up::handlers::resend),

        page("/account").get(account::handlers::show),
        page("/account/profile").get(profile::handlers::show).post(profile::handlers::submit),
        page("/account/email").get(email_change::handlers::show).post(email_change::handlers::submit),
        page("/account/password").get(password_change::handlers::show).post(password_change::handlers::submit),
        page("/account/phone").get(phone_change::handlers::show).post(phone_change::handlers::submit_form),
        page("/account/phone/verify").get(phone_change::handlers::show_code).post(phone_change::handlers::submit_code),
        page("/account/phone/resend").post(phone_change::handlers::resend),
        page("/account/two-factor").get(two_factor::handlers::show),
        page("/account/two-factor/app").get(two_factor::handlers::show_app).post(two_factor::handlers::submit_app),
        page("/account/two-factor/sms").post(two_factor::handlers::submit_sms),
        page("/account/two-factor/off").post(two_factor::handlers::submit_off),
        page("/account/two-factor/backup-codes").get(two_factor::handlers::show_backup_codes).post(two_factor::handlers::submit_backup_codes),

        page("/account/devices").get(devices::handlers::show),
        page("/account/devices/sessions/{id}/end").post(devices::handlers::end_session),
        page("/account/devices/trusted/{id}/forget").post(devices::handlers::forget_device),
        page("/account/devices/end-others").post(devices::handlers::end_others),
        page("/account/activity").get(activity::handlers::show),
        page("/account/data").get(my_data::handlers::show_data),
        page("/account/data/download").post(my_data::handlers::download),
        page("/account/delete").get(my_data::handlers::show_deletion).post(my_data::handlers::submit_deletion),
        page("/account/delete/cancel").post(my_data::handlers::cancel_deletion),

        page("/admin/countries").get(admin::countries::handlers::show_all),
        page("/admin/countries/stop-unproven").post(admin::countries::handlers::stop_unproven),
        page("/admin/countries/resume-unproven").post(admin::countries::handlers::resume_unproven),
        page("/admin/countries/{code}").get(admin::countries::handlers::show_one).post(admin::countries::handlers::submit),
        page("/admin/activity").get(admin::activity::handlers::show),
        page("/admin/activity/download").get(admin::activity::handlers::download),
        page("/admin").get(admin::overview::handlers::show),
        page("/admin/accounts").get(accounts::handlers::show_list),
        page("/admin/accounts/{id}").get(accounts::handlers::show_person),
        page("/admin/accounts/{id}/disable").get(accounts::handlers::show_deed).post(accounts::handlers::submit_deed),
        page("/admin/accounts/{id}/enable").get(accounts::handlers::show_deed).post(accounts::handlers::submit_deed),
        page("/admin/accounts/{id}/end-sessions").get(accounts::handlers::show_deed).post(accounts::handlers::submit_deed),
        page("/admin/accounts/{id}/require-reset").get(accounts::handlers::show_deed).post(accounts::handlers::submit_deed),
        page("/admin/accounts/{id}/remove-factor").get(accounts::handlers::show_deed).post(accounts::handlers::submit_deed),
        page("/admin/accounts/{id}/recovery/start").get(accounts::handlers::show_recovery).post(accounts::handlers::submit_recovery),
        page("/admin/accounts/{id}/recovery/cancel").get(accounts::handlers::show_deed).post(accounts::handlers::submit_deed),
        page("/admin/messages").get(admin::messages::handlers::show),
        page("/admin/messages/{id}").get(admin::messages::handlers::show_message),
        page("/admin/messages/brakes/{id}/open").post(admin::messages::handlers::open_brake),

        page("/help").get(information::handlers::show_help),
        page("/privacy").get(information::handlers::show_privacy),
        page("/terms").get(information::handlers::show_terms),

        page("/admin/settings").get(admin::settings::handlers::show).post(admin::settings::handlers::submit),
        page("/admin/settings/test-message").post(admin::settings::handlers::send_test),
        page("/admin/settings/check-connection").post(admin::settings::handlers::check_connection),

        page("/demo/inbox").get(demo_inbox::handlers::show),

        page("/.well-known/change-password").get(password_change::handlers::lead_here),
        page(deliveries::PATH).post(deliveries::handlers::report_status),
        page("/healthz").get(health::alive),
        page("/readyz").get(health::ready),
        page("/static/{name}").get(assets::show),
    ]
}

/// A URL with its methods. HEAD is GET without the body; any other method is a 405 that says what is allowed.
struct Page {
    path: &'static str,
    resource: Resource,
    allowed: Vec<&'static str>,
    entries: Vec<Entry>,
}

fn page(path: &'static str) -> Page {
    Page { path, resource: web::resource(path), allowed: Vec::new(), entries: Vec::new() }
}

impl Page {
    fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: Asked + FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let read = guard::Any(guard::Get()).or(guard::Head());
        self.resource = self.resource.route(web::route().guard(read).to(handler));
        self.allowed.extend(["GET", "HEAD"]);
        self.entries.push(Entry { path: self.path, method: "GET", who: Args::WHO });
        self
    }

    fn post<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: Asked + FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::method(Method::POST).to(handler));
        self.allowed.push("POST");
        self.entries.push(Entry { path: self.path, method: "POST", who: Args::WHO });
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
        let is_hidden = self.entries.iter().any(|entry| entry.who.administers());
        let resource = self.resource.default_service(web::route().to(refuse));
        // What is registered last sees the request first.
        let resource = resource.wrap(Condition::new(is_hidden, from_fn(principals::hide_from_others)));
        config.service(resource.wrap(from_fn(error::catch)));
    }
}
