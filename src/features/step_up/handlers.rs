//! One function for each GET and POST of a confirmation.

use actix_web::{
    HttpRequest,
    http::{StatusCode, header::RETRY_AFTER},
};

use super::{
    confirm::{self, Confirming, NotConfirmed},
    forms::{ConfirmForm, ResendForm},
    pages::ConfirmPage,
    text_code,
};
use crate::{
    db::DbError,
    features::{
        messages::{self, reserve::NotReserved},
        passwords::guesses::NotCharged,
        phone_verifications::{
            self, NotRenewed,
            pages::{code_state, resend_state},
        },
        sessions::{StartFailed, principals::SignedIn},
        sign_in::{pages::TextState, text_code::NotTexted},
        two_factor::{Method, attempts, prove::NotProven},
    },
    web::{
        body::Form,
        clock,
        error::{Answer, PageError},
        error_page::Back,
        form::{FormErrors, Problem},
        next::Next,
        page::{self, Notice, see_other},
    },
};

/// `GET /confirm`
pub async fn show(signed_in: SignedIn, request: HttpRequest) -> Answer {
    let next = Next::of_query(request.query_string()).unwrap_or(Next::ACCOUNT);
    confirm_page(&signed_in, StatusCode::OK, next, FormErrors::new(), None).await
}

async fn confirm_page(
    signed_in: &SignedIn,
    status: StatusCode,
    next: Next,
    errors: FormErrors,
    notice: Option<Notice>,
) -> Answer {
    let (account, visitor, session) = (&signed_in.account, &signed_in.visitor, signed_in.session);
    let text = if account.two_factor == Some(Method::Sms) {
        let found = visitor.app.db.run(move |conn| {
            let Some(challenge) = phone_verifications::store::find_newest_of_session(conn, session)? else {
                return Ok(None);
            };
            let standing = phone_verifications::store::find_standing(conn, challenge)?;
            let outcome = messages::store::find_newest_outcome(conn, challenge)?;
            Ok::<_, DbError>(standing.map(|standing| (standing, outcome)))
        });
        found.await?
    } else {
        None
    };
    let now = text.as_ref().map_or_else(clock::now, |(standing, _)| standing.now);
    let page = ConfirmPage {
        chrome: signed_in.chrome(),
        username: account.identifier(),
        method: account.two_factor,
        phone: account.number.as_ref().map(|number| number.phone.clone()),
        contested: account.is_contested(),
        text: text.map(|(standing, outcome)| TextState {
            code: code_state(&standing, outcome),
            resend: resend_state(&standing),
        }),
        next,
        now,
        clock: signed_in.clock(),
        errors,
        notice: notice.or_else(|| visitor.cookies.take_notice()),
    };
    page::with_status(status, page)
}

/// `POST /confirm`
pub async fn submit(signed_in: SignedIn, form: Form<ConfirmForm>) -> Answer {
    let Form(form) = form;
    let (visitor, next) = (&signed_in.visitor, form.next());
    let (password, factor) = match form.parse(signed_in.account.two_factor.is_some(), &visitor.words) {
        Ok(read) => read,
        Err(errors) => return confirm_page(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, next, errors, None).await,
    };
    let confirming = Confirming {
        account: signed_in.account.clone(),
        session: signed_in.session,
        password,
        factor,
        origin: visitor.origin(),
        address: visitor.address,
    };
    match confirm::confirm(&visitor.app, confirming).await {
        Ok(token) => {
            log::info!("event=confirmed user={} session={}", signed_in.account.id, signed_in.session);
            visitor.cookies.renew_session(&token);
            visitor.cookies.say_next(Notice::Confirmed);
            Ok(see_other(&next.path()))
        }
        Err(refused) => {
            let errors = explain(&signed_in, refused)?;
            confirm_page(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, next, errors, None).await
        }
    }
}

fn explain(signed_in: &SignedIn, refused: NotConfirmed) -> Result<FormErrors, PageError> {
    let visitor = &signed_in.visitor;
    log::warn!(
        "event=confirmation_refused user={} session={} why={:?} request={}",
        signed_in.account.id,
        signed_in.session,
        refused.to_string(),
        visitor.reference
    );
    let (field, problem) = match refused {
        NotConfirmed::Password => ("password", Problem::PasswordWrong),
        NotConfirmed::Factor(NotProven::Wrong(charged)) => ("code", Problem::CodeWrong { left: charged.left() }),
        NotConfirmed::Factor(NotProven::Code(refused) | NotProven::WrongText(refused, _)) => {
            return phone_verifications::pages::explain(refused, &visitor.words);
        }
        NotConfirmed::Factor(NotProven::NotCharged(attempts::NotCharged::Rests { wait }))
        | NotConfirmed::NotCharged(NotCharged::TooMany { wait }) => {
            return Err(PageError::too_many(wait, Back::Account));
        }
        NotConfirmed::Factor(NotProven::NotCharged(attempts::NotCharged::OnlyBackupCode)) => {
            ("code", Problem::OnlyBackupCode)
        }
        NotConfirmed::Factor(NotProven::NotCharged(attempts::NotCharged::Changed))
        | NotConfirmed::Start(StartFailed::Changed) => {
            visitor.cookies.say_next(Notice::SignInAgain);
            return Err(Next::ACCOUNT.after_sign_in());
        }
        NotConfirmed::Factor(NotProven::NotCharged(attempts::NotCharged::Db(error)))
        | NotConfirmed::NotCharged(NotCharged::Db(error))
        | NotConfirmed::Start(StartFailed::Db(error)) => return Err(error.into()),
        NotConfirmed::Factor(NotProven::Busy(busy)) | NotConfirmed::Busy(busy) => return Err(busy.into()),
        error @ (NotConfirmed::Factor(NotProven::Fault(_)) | NotConfirmed::Hash(_) | NotConfirmed::Start(_)) => {
            return Err(PageError::fault(error));
        }
    };
    Ok(FormErrors::on(field, problem.in_words(&visitor.words)))
}

/// `POST /confirm/resend`
pub async fn resend(signed_in: SignedIn, form: Form<ResendForm>) -> Answer {
    let next = form.0.next();
    let account = signed_in.account.clone();
    if account.two_factor != Some(Method::Sms) || account.proven_phone().is_none() {
        return Err(next.after_confirmation());
    }
    let (visitor, session) = (&signed_in.visitor, signed_in.session);
    let (limits, asker) = (visitor.app.limits(), signed_in.as_owner());
    let sent = visitor.app.db.run(move |conn| text_code::text_code(conn, &limits, &asker, &account, session));
    match sent.await {
        Ok(message) => {
            log::info!("event=code_requested session={session} message={message} request={}", visitor.reference);
            visitor.cookies.say_next(Notice::CodeSent);
            Err(next.after_confirmation())
        }
        Err(NotTexted::NotRenewed(NotRenewed::TooSoon { wait })) => {
            let seconds = wait.as_secs() + 1;
            too_early(&signed_in, next, Some(Notice::TooEarly), seconds).await
        }
        Err(NotTexted::NotRenewed(NotRenewed::NoSendsLeft)) => too_early(&signed_in, next, None, HOUR).await,
        Err(NotTexted::NotRenewed(NotRenewed::Closed) | NotTexted::Over) => Err(next.after_confirmation()),
        Err(NotTexted::NotReserved(NotReserved::TooMany { wait })) => Err(PageError::too_many(wait, Back::Account)),
        Err(NotTexted::NotReserved(NotReserved::Db(error))) => Err(error.into()),
    }
}

/// After an hour a challenge is forgotten, and the next one begins with a send at once.
const HOUR: u64 = 3600;

/// The button always works: pressed early, the page comes back and says when.
async fn too_early(signed_in: &SignedIn, next: Next, notice: Option<Notice>, seconds: u64) -> Answer {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let mut answer = confirm_page(signed_in, status, next, FormErrors::new(), notice).await?;
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(answer)
}
