//! One function for each GET and POST.

use actix_web::http::StatusCode;

use super::{
    forms::StopForm,
    pages::{self, Hindrance, StopPage},
    stop::{self, NotStopped},
};
use crate::{
    features::{
        action_codes::Act,
        sessions::principals::{ENTRANCE, Visitor},
    },
    web::{
        body::Form,
        error::{Answer, PageError},
        error_page::Back,
        form::FormErrors,
        page::{self, Notice, see_other},
    },
};

/// `GET /stop`
pub async fn show_form(visitor: Visitor) -> Answer {
    stop_page(&visitor, StatusCode::OK, None, FormErrors::new())
}

fn stop_page(visitor: &Visitor, status: StatusCode, hindrance: Option<Hindrance>, errors: FormErrors) -> Answer {
    page::with_status(status, StopPage { chrome: visitor.chrome(), hindrance, errors })
}

/// `POST /stop`
pub async fn submit_form(visitor: Visitor, form: Form<StopForm>) -> Answer {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let code = match form.0.parse(&visitor.words) {
        Ok(code) => code,
        Err(errors) => return stop_page(&visitor, refused, None, errors),
    };
    let (keys, from, origin) = (visitor.app.keys.clone(), visitor.address, visitor.origin());
    let stopped = visitor.app.db.run(move |conn| stop::stop(conn, &keys, from, &code, &origin)).await;
    if let Err(why) = &stopped {
        log::warn!(
            "event=stop_refused why={:?} request={} address={}",
            why.to_string(),
            visitor.reference,
            visitor.address.coarse()
        );
    }
    match stopped {
        Ok(found) => {
            log::info!("event=stopped act={} user={} request={}", found.act.as_str(), found.user, visitor.reference);
            visitor.cookies.say_next(match found.act {
                Act::UndoPhoneChange => Notice::PhoneRestored,
                Act::StopReset | Act::StopRecovery | Act::Recover => Notice::ChangeStopped,
            });
            Ok(see_other(ENTRANCE))
        }
        Err(NotStopped::Unknown) => {
            let errors = FormErrors::on("code", pages::code_unknown(&visitor.words));
            stop_page(&visitor, refused, None, errors)
        }
        Err(NotStopped::NumberTaken) => stop_page(&visitor, refused, Some(Hindrance::NumberTaken), FormErrors::new()),
        Err(NotStopped::ForRecovery) => stop_page(&visitor, refused, Some(Hindrance::ForRecovery), FormErrors::new()),
        Err(NotStopped::TooMany { wait }) => Err(PageError::too_many(wait, Back::Stop)),
        Err(NotStopped::Db(error)) => Err(error.into()),
    }
}
