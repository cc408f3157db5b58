//! One function for each GET and POST of a change of password.

use super::{
    change_password::{self, Changing, NotChanged},
    forms::PasswordForm,
    pages::PasswordPage,
};
use crate::{
    features::{passwords::guesses::NotCharged, registration::forms::easy_problem, sessions::principals::SignedIn},
    web::{
        body::Form,
        error::{Answer, PageError},
        error_page::Back,
        form::{FormErrors, Problem},
        next::Next,
        page::{self, Notice, see_other},
        principal::Anyone,
    },
};

const PAGE: &str = "/account/password";

/// `GET /.well-known/change-password`. Source: W3C, A Well-Known URL for Changing Passwords.
pub async fn lead_here(_: Anyone) -> Answer {
    Ok(see_other(PAGE))
}

/// `GET /account/password`
pub async fn show(signed_in: SignedIn) -> Answer {
    page::ok(password_page(&signed_in, FormErrors::new()))
}

fn password_page(signed_in: &SignedIn, errors: FormErrors) -> PasswordPage {
    PasswordPage {
        chrome: signed_in.chrome(),
        username: signed_in.account.identifier(),
        least_password: least_password(signed_in),
        must_confirm: must_confirm(signed_in),
        errors,
        notice: signed_in.visitor.cookies.take_notice(),
    }
}

fn least_password(signed_in: &SignedIn) -> usize {
    signed_in.visitor.app.settings.current().least_password(signed_in.account.role)
}

/// With two-factor on, the password alone proves too little.
fn must_confirm(signed_in: &SignedIn) -> bool {
    signed_in.account.two_factor.is_some() && !signed_in.is_fresh()
}

/// `POST /account/password`
pub async fn submit(signed_in: SignedIn, form: Form<PasswordForm>) -> Answer {
    if must_confirm(&signed_in) {
        return Err(Next::of_request(PAGE).after_confirmation());
    }
    let (visitor, account) = (&signed_in.visitor, &signed_in.account);
    let (current, new) = match form.0.parse(least_password(&signed_in), &visitor.words) {
        Ok(passwords) => passwords,
        Err(errors) => return page::refused(password_page(&signed_in, errors)),
    };
    let changing =
        Changing { account: account.clone(), session: signed_in.session, current, new, origin: visitor.origin() };
    match change_password::change_password(&visitor.app, changing).await {
        Ok(token) => {
            log::info!("event=password_changed user={} request={}", account.id, visitor.reference);
            visitor.cookies.renew_session(&token);
            visitor.cookies.say_next(Notice::PasswordChanged);
            // To a page without a password, by which programs that keep passwords see that the new one is right.
            Ok(see_other("/account"))
        }
        Err(refusal) => {
            log::warn!(
                "event=password_not_changed user={} why={:?} request={}",
                account.id,
                refusal.to_string(),
                visitor.reference
            );
            let (field, problem) = explain(refusal)?;
            page::refused(password_page(&signed_in, FormErrors::on(field, problem.in_words(&visitor.words))))
        }
    }
}

fn explain(refusal: NotChanged) -> Result<(&'static str, Problem), PageError> {
    match refusal {
        NotChanged::Wrong => Ok(("current_password", Problem::PasswordWrong)),
        NotChanged::TooEasy(verdict) => Ok(("password", easy_problem(verdict))),
        // Without a word in the cookie, which may hold the new token of the faster tab by now.
        NotChanged::Overtaken => Err(Next::of_request(PAGE).after_sign_in()),
        NotChanged::NotCharged(NotCharged::TooMany { wait }) => Err(PageError::too_many(wait, Back::Password)),
        NotChanged::NotCharged(NotCharged::Db(error)) => Err(error.into()),
        NotChanged::Busy(busy) => Err(busy.into()),
        error @ (NotChanged::Hash(_) | NotChanged::NoRandomness(_)) => Err(PageError::fault(error)),
    }
}
