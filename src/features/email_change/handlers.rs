//! One function for each GET and POST of the email address.

use serde::Deserialize;

use super::{
    change_email::{self, Changing},
    pages::{self, EmailPage},
};
use crate::{
    domain::{
        email_address::{EmailAddress, NotAnEmailAddress},
        role::Role,
    },
    features::{
        registration::forms::email_problem,
        sessions::principals::{Fresh, SignedIn},
    },
    web::{
        body::Form,
        error::Answer,
        form::FormErrors,
        page::{self, Notice, see_other},
        words::Words,
    },
};

const PAGE: &str = "/account/email";

/// `GET /account/email`
pub async fn show(signed_in: SignedIn) -> Answer {
    let address = signed_in.account.email.as_ref().map(|email| email.as_str().to_owned());
    let form = signed_in.is_fresh().then(|| address.unwrap_or_default());
    page::ok(email_page(&signed_in, form, FormErrors::new()))
}

fn email_page(signed_in: &SignedIn, form: Option<String>, errors: FormErrors) -> EmailPage {
    EmailPage {
        chrome: signed_in.chrome(),
        address: signed_in.account.email.as_ref().map(|email| email.as_str().to_owned()),
        optional: signed_in.account.role == Role::Maid,
        form,
        errors,
        notice: signed_in.visitor.cookies.take_notice(),
    }
}

/// `POST /account/email`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct EmailForm {
    email: String,
}

impl EmailForm {
    /// Reads the address. An empty one takes a maid's away.
    ///
    /// # Errors
    /// What is wrong with it.
    fn parse(&self, role: Role, words: &Words) -> Result<Option<EmailAddress>, FormErrors> {
        match EmailAddress::parse(&self.email) {
            Ok(email) => Ok(Some(email)),
            Err(NotAnEmailAddress::Empty) if role == Role::Maid => Ok(None),
            Err(problem) => Err(FormErrors::on("email", email_problem(problem).in_words(words))),
        }
    }
}

/// `POST /account/email`
pub async fn submit(fresh: Fresh, form: Form<EmailForm>) -> Answer {
    let (Fresh(signed_in), Form(form)) = (fresh, form);
    let (visitor, account) = (&signed_in.visitor, &signed_in.account);
    let email = match form.parse(account.role, &visitor.words) {
        Ok(email) => email,
        Err(errors) => return page::refused(email_page(&signed_in, Some(form.email), errors)),
    };
    if email == account.email {
        return Ok(see_other(PAGE));
    }
    let notice = if email.is_some() { Notice::EmailChanged } else { Notice::EmailRemoved };
    let changing = Changing { account: account.clone(), session: signed_in.session, email, origin: visitor.origin() };
    let keys = visitor.app.keys.clone();
    let changed = visitor.app.db.run(move |conn| change_email::change_email(conn, &keys.throttle_key, &changing));
    match changed.await {
        Ok(token) => {
            log::info!("event=email_changed user={} request={}", account.id, visitor.reference);
            visitor.cookies.renew_session(&token);
            visitor.cookies.say_next(notice);
            Ok(see_other(PAGE))
        }
        Err(refusal) => {
            log::warn!(
                "event=email_not_changed user={} why={:?} request={}",
                account.id,
                refusal.to_string(),
                visitor.reference
            );
            let errors = pages::explain(refusal, &visitor.words)?;
            page::refused(email_page(&signed_in, Some(form.email), errors))
        }
    }
}
