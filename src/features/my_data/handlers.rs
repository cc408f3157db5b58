//! One function for each GET and POST.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
};

use super::{
    cancel_deletion,
    download::{self, NotRead},
    forms::{DeleteForm, DownloadForm},
    pages::{DataPage, DeletePage, DeleteState, Due},
    request_deletion::{self, NotRequested},
};
use crate::{
    domain::role::Role,
    features::{
        account::handlers::to_the_entrance,
        passwords::guesses::NotCharged,
        sessions::principals::{Fresh, SignedIn},
        throttles::Rule,
    },
    web::{
        body::{Form, NoFields},
        error::{Answer, PageError},
        error_page::Back,
        form::{FormErrors, Problem},
        page::{self, Notice, see_other},
    },
};

const DELETION: &str = "/account/delete";
const ACCOUNT: &str = "/account";

/// `GET /account/data`
pub async fn show_data(signed_in: SignedIn) -> Answer {
    page::ok(DataPage {
        chrome: signed_in.chrome(),
        fresh: signed_in.is_fresh(),
        due: due(&signed_in),
        notice: signed_in.visitor.cookies.take_notice(),
    })
}

/// The day that the account's owner has asked for.
fn due(signed_in: &SignedIn) -> Option<Due> {
    signed_in.account.deletion_due_at.map(|at| Due { at, clock: signed_in.clock() })
}

/// `POST /account/data/download`: the file, in this answer.
pub async fn download(fresh: Fresh, form: Form<DownloadForm>) -> Answer {
    let Fresh(signed_in) = fresh;
    let (visitor, user, format) = (&signed_in.visitor, signed_in.account.id, form.0.format);
    let (keys, origin) = (visitor.app.keys.clone(), visitor.origin());
    let read = visitor.app.db.run(move |conn| download::read(conn, &keys.throttle_key, user, &origin)).await;
    let record = read.map_err(|refused| match refused {
        NotRead::TooMany => PageError::too_many(Rule::DataDownloaded.window(), Back::Data),
        NotRead::Db(error) => error.into(),
    })?;
    log::info!("event=data_downloaded user={user} request={}", visitor.reference);
    let name = format.file_name(record.at);
    let (words, clock) = (visitor.words.clone(), signed_in.clock());
    let written = actix_web::web::block(move || format.write(record, words, clock)).await.map_err(PageError::fault)?;
    let answer = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, format.media_type()))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(written?);
    Ok(answer)
}

/// `GET /account/delete`
pub async fn show_deletion(signed_in: SignedIn) -> Answer {
    delete_page(&signed_in, StatusCode::OK, FormErrors::new())
}

fn delete_page(signed_in: &SignedIn, status: StatusCode, errors: FormErrors) -> Answer {
    let page = DeletePage {
        chrome: signed_in.chrome(),
        state: match due(signed_in) {
            _ if signed_in.account.role == Role::Administrator => DeleteState::Administrator,
            Some(due) => DeleteState::Due(due),
            None if signed_in.is_fresh() => DeleteState::Possible,
            None => DeleteState::NotProven,
        },
        username: signed_in.account.identifier(),
        errors,
        notice: signed_in.visitor.cookies.take_notice(),
    };
    page::with_status(status, page)
}

/// `POST /account/delete`
pub async fn submit_deletion(fresh: Fresh, form: Form<DeleteForm>) -> Answer {
    let Fresh(signed_in) = fresh;
    let (visitor, account) = (&signed_in.visitor, &signed_in.account);
    // Who asks twice, or may not ask at all, sees how things stand.
    if account.role == Role::Administrator || account.deletion_due_at.is_some() {
        return Ok(see_other(DELETION));
    }
    let password = match form.0.parse(&visitor.words) {
        Ok(password) => password,
        Err(errors) => return delete_page(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, errors),
    };
    let requested = request_deletion::request_deletion(&visitor.app, account.clone(), password, visitor.origin()).await;
    match requested {
        Ok(()) => {
            log::info!("event=deletion_requested user={} request={}", account.id, visitor.reference);
            visitor.cookies.sign_out();
            visitor.cookies.say_next(Notice::DeletionRequested);
            Ok(to_the_entrance())
        }
        Err(NotRequested::Password) => {
            log::warn!(
                "event=deletion_refused user={} why=\"wrong password\" request={}",
                account.id,
                visitor.reference
            );
            let errors = FormErrors::on("password", Problem::PasswordWrong.in_words(&visitor.words));
            delete_page(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Err(NotRequested::NotCharged(NotCharged::TooMany { wait })) => Err(PageError::too_many(wait, Back::Delete)),
        Err(NotRequested::NotCharged(NotCharged::Db(error))) => Err(error.into()),
        Err(NotRequested::Overtaken) => Ok(see_other(DELETION)),
        Err(NotRequested::Busy(busy)) => Err(busy.into()),
        Err(NotRequested::Hash(error)) => Err(PageError::fault(error)),
    }
}

/// `POST /account/delete/cancel`. Asks for no fresh proof: all that was signed in before the request is out, so whoever is
/// here has proven to be the owner since; and keeping the account is the harmless way.
pub async fn cancel_deletion(signed_in: SignedIn, _: Form<NoFields>) -> Answer {
    let (visitor, user, origin) = (&signed_in.visitor, signed_in.account.id, signed_in.visitor.origin());
    if visitor.app.db.run(move |conn| cancel_deletion::cancel_deletion(conn, user, &origin)).await? {
        log::info!("event=deletion_cancelled user={user} request={}", visitor.reference);
        visitor.cookies.say_next(Notice::DeletionCancelled);
    }
    Ok(see_other(ACCOUNT))
}
