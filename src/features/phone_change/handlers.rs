//! One function for each GET and POST of a change of number.

use actix_web::http::{StatusCode, header::RETRY_AFTER};

use super::{
    change_number::{self, Changing, NotChanged},
    guard::ChangingNumber,
    pages::{self, CodePage, PhonePage},
    request_code::{self, Sending, Wanting},
    store,
};
use crate::{
    db::DbError,
    domain::{country::Country, phone_number::PhoneNumber},
    features::{
        messages::{self, reserve::NotReserved},
        phone_verifications::{
            self, CodeRefused, NotRenewed,
            pages::{Resend, TextState, await_refusal, code_state, explain, resend_state},
        },
        registration::{
            forms::{CodeForm, NumberForm},
            pages::ChangeEcho,
        },
        sessions::principals::{Fresh, SignedIn},
        sign_in::text_code::NotTexted,
    },
    web::{
        body::{Form, NoFields},
        clock::Clock,
        error::{Answer, PageError},
        error_page::Back,
        form::FormErrors,
        page::{self, Notice, see_other},
    },
};

const OVERVIEW: &str = "/account/phone";
const CODE: &str = "/account/phone/verify";

/// `GET /account/phone`
pub async fn show(signed_in: SignedIn) -> Answer {
    let form = signed_in.is_fresh().then(|| blank(&signed_in));
    phone_page(&signed_in, StatusCode::OK, form, FormErrors::new()).await
}

/// The form begins with the country of the number there is.
fn blank(signed_in: &SignedIn) -> ChangeEcho {
    let [home, ..] = Country::HOME;
    let country = signed_in.account.number.as_ref().and_then(|number| number.phone.country());
    ChangeEcho { country: country.unwrap_or(home), phone: String::new() }
}

async fn phone_page(signed_in: &SignedIn, status: StatusCode, form: Option<ChangeEcho>, errors: FormErrors) -> Answer {
    let (account, visitor) = (&signed_in.account, &signed_in.visitor);
    let (session, user) = (signed_in.session, account.epoch());
    let pending = visitor.app.db.run(move |conn| store::find_live(conn, session, user)).await?;
    let page = PhonePage {
        chrome: signed_in.chrome(),
        number: account.number.clone(),
        form,
        pending: pending.map(|pending| pending.phone),
        clock: signed_in.clock(),
        errors,
        notice: visitor.cookies.take_notice(),
    };
    page::with_status(status, page)
}

/// `POST /account/phone`
pub async fn submit_form(fresh: Fresh, form: Form<NumberForm>) -> Answer {
    let (Fresh(signed_in), Form(form)) = (fresh, form);
    let visitor = &signed_in.visitor;
    let echo = form.echo(blank(&signed_in).country);
    let (country, phone) = match form.parse(&visitor.words) {
        Ok(number) => number,
        Err(errors) => return refused(&signed_in, echo, errors).await,
    };
    if signed_in.account.proven_phone() == Some(&phone) {
        let errors = FormErrors::on("phone", pages::same_number(&visitor.words));
        return refused(&signed_in, echo, errors).await;
    }
    if is_under_way(&signed_in, &phone).await? {
        return Ok(see_other(CODE));
    }
    let listening = visitor.app.outcomes.subscribe();
    let (limits, asker, wanting) = (visitor.app.limits(), signed_in.as_member(), wanting(&signed_in));
    let begun = visitor
        .app
        .db
        .run(move |conn| request_code::request_code(conn, &limits, &asker, &wanting, country, phone))
        .await;
    let Sending { challenge, message } = begun.map_err(|refusal| too_many(refusal, Back::Phone))?;
    log::info!(
        "event=phone_change_begun user={} session={} message={message} request={}",
        signed_in.account.id,
        signed_in.session,
        visitor.reference
    );
    if let Some(problem) = await_refusal(&visitor.app, listening, message, country).await? {
        visitor.app.db.run(move |conn| store::remove_unsent(conn, challenge)).await?;
        let errors = FormErrors::on("phone", problem.in_words(&visitor.words));
        return refused(&signed_in, echo, errors).await;
    }
    Ok(see_other(CODE))
}

async fn refused(signed_in: &SignedIn, echo: ChangeEcho, errors: FormErrors) -> Answer {
    phone_page(signed_in, StatusCode::UNPROCESSABLE_ENTITY, Some(echo), errors).await
}

fn too_many(refusal: NotReserved, back: Back) -> PageError {
    match refusal {
        NotReserved::TooMany { wait } => PageError::too_many(wait, back),
        NotReserved::Db(error) => error.into(),
    }
}

fn wanting(signed_in: &SignedIn) -> Wanting {
    let account = &signed_in.account;
    Wanting { user: account.epoch(), session: signed_in.session, locale: account.locale.clone() }
}

/// Whether this session waits for a code to that number already, and can still get one: whoever comes back with the same
/// number finds the page that asks for it, and no second text goes out.
async fn is_under_way(signed_in: &SignedIn, phone: &PhoneNumber) -> Result<bool, PageError> {
    let (session, user, phone) = (signed_in.session, signed_in.account.epoch(), phone.clone());
    let under_way = signed_in.visitor.app.db.run(move |conn| {
        let pending = store::find_live(conn, session, user)?.filter(|pending| pending.phone == phone);
        let Some(pending) = pending else { return Ok(false) };
        let standing = phone_verifications::store::find_standing(conn, pending.challenge)?;
        Ok::<_, DbError>(standing.is_some_and(|standing| {
            code_state(&standing, None).is_live() || !matches!(resend_state(&standing), Resend::Over { .. })
        }))
    });
    Ok(under_way.await?)
}

/// `GET /account/phone/verify`
pub async fn show_code(visit: ChangingNumber) -> Answer {
    code_page(&visit, StatusCode::OK, FormErrors::new(), None).await
}

async fn code_page(visit: &ChangingNumber, status: StatusCode, errors: FormErrors, notice: Option<Notice>) -> Answer {
    let ChangingNumber { signed_in, pending } = visit;
    let challenge = pending.challenge;
    let found = signed_in.visitor.app.db.run(move |conn| {
        let standing = phone_verifications::store::find_standing(conn, challenge)?;
        let outcome = messages::store::find_newest_outcome(conn, challenge)?;
        Ok::<_, DbError>((standing, outcome))
    });
    let (Some(standing), outcome) = found.await? else { return Ok(see_other(OVERVIEW)) };
    let page = CodePage {
        chrome: signed_in.chrome(),
        phone: pending.phone.clone(),
        text: TextState { code: code_state(&standing, outcome), resend: resend_state(&standing) },
        now: standing.now,
        clock: Clock::of(pending.country),
        errors,
        notice: notice.or_else(|| signed_in.visitor.cookies.take_notice()),
    };
    page::with_status(status, page)
}

/// `POST /account/phone/verify`
pub async fn submit_code(visit: ChangingNumber, form: Form<CodeForm>) -> Answer {
    let ChangingNumber { signed_in, pending } = &visit;
    let visitor = &signed_in.visitor;
    let code = match form.0.parse(&visitor.words) {
        Ok(code) => code,
        Err(errors) => return code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await,
    };
    let changed = match phone_verifications::check(&visitor.app, pending.challenge, code).await {
        Ok(compared) => {
            let changing = Changing {
                user: signed_in.account.epoch(),
                session: signed_in.session,
                origin: visitor.origin(),
                address: visitor.address,
            };
            visitor.app.db.run(move |conn| change_number::change_number(conn, &changing, compared)).await
        }
        Err(refused) => Err(refused.into()),
    };
    match changed {
        Ok(token) => {
            log::info!("event=phone_changed user={} request={}", signed_in.account.id, visitor.reference);
            visitor.cookies.renew_session(&token);
            visitor.cookies.say_next(Notice::PhoneChanged);
            Ok(see_other(OVERVIEW))
        }
        Err(NotChanged::Code(refused)) => code_refused(&visit, refused).await,
        // A double click, or another tab: the page of the number shows how things stand. The cookie stays as it is, for it
        // may carry the token of before.
        Err(NotChanged::Over) => Ok(see_other(OVERVIEW)),
        Err(error @ NotChanged::NoRandomness(_)) => Err(PageError::fault(error)),
    }
}

async fn code_refused(visit: &ChangingNumber, refused: CodeRefused) -> Answer {
    let ChangingNumber { signed_in, pending } = visit;
    log::warn!(
        "event=code_refused user={} challenge={} why={:?} request={}",
        signed_in.account.id,
        pending.challenge,
        refused.to_string(),
        signed_in.visitor.reference
    );
    // A double click whose first half has used the code: "expired" would be wrong.
    if matches!(refused, CodeRefused::Expired) && !is_still_wanted(signed_in).await? {
        return Ok(see_other(OVERVIEW));
    }
    let errors = explain(refused, &signed_in.visitor.words)?;
    code_page(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await
}

async fn is_still_wanted(signed_in: &SignedIn) -> Result<bool, PageError> {
    let (session, user) = (signed_in.session, signed_in.account.epoch());
    let found = signed_in.visitor.app.db.run(move |conn| store::find_live(conn, session, user)).await?;
    Ok(found.is_some())
}

/// `POST /account/phone/resend`
pub async fn resend(visit: ChangingNumber, _: Form<NoFields>) -> Answer {
    let ChangingNumber { signed_in, pending } = &visit;
    let visitor = &signed_in.visitor;
    let listening = visitor.app.outcomes.subscribe();
    let (limits, asker, wanting) = (visitor.app.limits(), signed_in.as_member(), wanting(signed_in));
    let sent = visitor.app.db.run(move |conn| request_code::resend(conn, &limits, &asker, &wanting)).await;
    match sent {
        Ok(message) => {
            log::info!(
                "event=code_requested session={} message={message} request={}",
                signed_in.session,
                visitor.reference
            );
            // What the provider refuses stands on the page by itself.
            if await_refusal(&visitor.app, listening, message, pending.country).await?.is_none() {
                visitor.cookies.say_next(Notice::CodeSent);
            }
            Ok(see_other(CODE))
        }
        Err(NotTexted::NotRenewed(NotRenewed::TooSoon { wait })) => {
            too_early(&visit, Some(Notice::TooEarly), wait.as_secs() + 1).await
        }
        Err(NotTexted::NotRenewed(NotRenewed::NoSendsLeft)) => too_early(&visit, None, HOUR).await,
        Err(NotTexted::NotRenewed(NotRenewed::Closed) | NotTexted::Over) => Ok(see_other(CODE)),
        Err(NotTexted::NotReserved(refusal)) => Err(too_many(refusal, Back::PhoneCode)),
    }
}

/// After an hour the change is gone and the numbers' limits are new.
const HOUR: u64 = 3600;

/// The button always works: pressed early, the page comes back and says when.
async fn too_early(visit: &ChangingNumber, notice: Option<Notice>, seconds: u64) -> Answer {
    let mut answer = code_page(visit, StatusCode::TOO_MANY_REQUESTS, FormErrors::new(), notice).await?;
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(answer)
}
