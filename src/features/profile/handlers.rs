//! One function for each GET and POST of a profile.

use actix_web::http::StatusCode;

use super::{
    forms::ProfileForm,
    pages::{ProfileEcho, ProfilePage},
    save::{self, NotSaved},
    store,
};
use crate::{
    domain::role::Role,
    features::sessions::principals::SignedIn,
    web::{
        body::{Form, MOST_BYTES_OF_PROSE},
        error::{Answer, PageError},
        form::FormErrors,
        page::{self, Notice, see_other},
    },
};

const PAGE: &str = "/account/profile";

/// `GET /account/profile`
pub async fn show(signed_in: SignedIn) -> Answer {
    refuse_administrators(&signed_in)?;
    let (user, role) = (signed_in.account.id, signed_in.account.role);
    let found = signed_in.visitor.app.db.run(move |conn| store::find(conn, user, role)).await?;
    let profile = found.ok_or_else(|| PageError::fault(format!("user {user} has no profile")))?;
    profile_page(&signed_in, StatusCode::OK, ProfileEcho::of(&profile), FormErrors::new())
}

fn refuse_administrators(signed_in: &SignedIn) -> Result<(), PageError> {
    if signed_in.account.role == Role::Administrator { Err(PageError::elsewhere("/account")) } else { Ok(()) }
}

fn profile_page(signed_in: &SignedIn, status: StatusCode, form: ProfileEcho, errors: FormErrors) -> Answer {
    let page = ProfilePage {
        chrome: signed_in.chrome(),
        role: signed_in.account.role,
        form,
        email: signed_in.account.email.as_ref().map(|email| email.as_str().to_owned()),
        errors,
        notice: signed_in.visitor.cookies.take_notice(),
    };
    page::with_status(status, page)
}

/// `POST /account/profile`
pub async fn submit(signed_in: SignedIn, form: Form<ProfileForm, MOST_BYTES_OF_PROSE>) -> Answer {
    refuse_administrators(&signed_in)?;
    let Form(form) = form;
    let (visitor, account) = (&signed_in.visitor, &signed_in.account);
    if !form.is_of(account.role) {
        return Err(PageError::Malformed);
    }
    let profile = match form.parse(account.role, &visitor.words) {
        Ok(profile) => profile,
        Err(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return profile_page(&signed_in, status, ProfileEcho::typed(form), errors);
        }
    };
    let (user, origin) = (account.epoch(), visitor.origin());
    match visitor.app.db.run(move |conn| save::save(conn, user, &profile, &origin)).await {
        Ok(changed) => {
            log::info!("event=profile_saved user={} changed={changed} request={}", user.id, visitor.reference);
            visitor.cookies.say_next(Notice::ProfileSaved);
            Ok(see_other(PAGE))
        }
        // The page asks for a sign-in if this browser may not see it any more.
        Err(NotSaved::Overtaken) => Ok(see_other(PAGE)),
        Err(NotSaved::Db(error)) => Err(error.into()),
    }
}
