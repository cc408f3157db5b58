//! One function for each GET and POST of a recovery.

use std::sync::Arc;

use super::{
    Opened,
    forms::CodeForm,
    guard::{self, Recovering},
    open::{self, NotOpened},
    pages::{CodePage, PasswordPage, code_wrong},
    recover::{self, NotRecovered},
    store,
};
use crate::{
    domain::role::Role,
    features::{
        action_codes::NotCharged, password_reset::forms::PasswordForm, registration::forms::easy_problem,
        sessions::principals::Visitor,
    },
    web::{
        body::Form,
        error::{Answer, PageError},
        error_page::Back,
        form::FormErrors,
        page::{self, see_other},
    },
};

/// `GET /recovery`
pub async fn show_code(visitor: Visitor) -> Answer {
    page::ok(code_page(&visitor, FormErrors::new()))
}

fn code_page(visitor: &Visitor, errors: FormErrors) -> CodePage {
    CodePage { chrome: visitor.chrome(), errors, notice: visitor.cookies.take_notice() }
}

/// `POST /recovery`
pub async fn submit_code(visitor: Visitor, form: Form<CodeForm>) -> Answer {
    let code = match form.0.parse(&visitor.words) {
        Ok(code) => code,
        Err(errors) => return page::refused(code_page(&visitor, errors)),
    };
    let (keys, from) = (Arc::clone(&visitor.app.keys), visitor.address);
    let opened = visitor.app.db.run(move |conn| open::open(conn, &keys.throttle_key, &keys.action_code, from, &code));
    match opened.await {
        Ok(id) => {
            log::info!("event=recovery_opened recovery={id} request={}", visitor.reference);
            visitor.cookies.begin_recovery(id);
            Ok(see_other("/recovery/password"))
        }
        Err(NotOpened::NoneOpens) => {
            log::warn!("event=recovery_code_refused request={} address={}", visitor.reference, from.coarse());
            let errors = FormErrors::on("code", code_wrong(&visitor.words));
            page::refused(code_page(&visitor, errors))
        }
        Err(NotOpened::NotCharged(NotCharged::TooMany { wait })) => Err(PageError::too_many(wait, Back::Recovery)),
        Err(NotOpened::NotCharged(NotCharged::Db(error))) => Err(error.into()),
    }
}

/// `GET /recovery/password`
pub async fn show_password(visit: Recovering) -> Answer {
    page::ok(password_page(&visit, FormErrors::new()))
}

fn password_page(visit: &Recovering, errors: FormErrors) -> PasswordPage {
    let Opened { phone, owner, .. } = &visit.opened;
    PasswordPage {
        chrome: visit.visitor.chrome(),
        username: phone.e164().to_owned(),
        phone: phone.clone(),
        least_password: least_password(&visit.visitor, owner.role),
        errors,
    }
}

fn least_password(visitor: &Visitor, role: Role) -> usize {
    visitor.app.settings.current().least_password(role)
}

/// `POST /recovery/password`
pub async fn submit_password(visit: Recovering, form: Form<PasswordForm>) -> Answer {
    let Recovering { visitor, opened } = &visit;
    let password = match form.0.parse(least_password(visitor, opened.owner.role), &visitor.words) {
        Ok(password) => password,
        Err(errors) => return page::refused(password_page(&visit, errors)),
    };
    match recover::recover(&visitor.app, opened.clone(), visitor.origin(), password).await {
        Ok(()) => {
            let user = opened.owner.user.id;
            log::info!("event=recovered user={user} recovery={} request={}", opened.id, visitor.reference);
            Err(guard::done(visitor))
        }
        Err(NotRecovered::TooEasy(verdict)) => {
            let errors = FormErrors::on("password", easy_problem(verdict).in_words(&visitor.words));
            page::refused(password_page(&visit, errors))
        }
        Err(NotRecovered::Over) => reload(visitor, opened).await,
        Err(NotRecovered::Busy(busy)) => Err(busy.into()),
        Err(NotRecovered::Hash(error)) => Err(PageError::fault(error)),
        Err(NotRecovered::Db(error)) => Err(error.into()),
    }
}

/// Another tab was faster, or it is over: where it stands now is the answer.
async fn reload(visitor: &Visitor, opened: &Opened) -> Answer {
    let id = opened.id;
    match visitor.app.db.run(move |conn| store::find_opened(conn, id)).await? {
        Some(Opened { used: true, .. }) => Err(guard::done(visitor)),
        Some(_) => Ok(see_other("/recovery/password")),
        None => Err(guard::over(visitor)),
    }
}
