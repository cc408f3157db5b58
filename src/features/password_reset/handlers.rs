//! One function for each GET and POST of a reset.

use actix_web::http::{StatusCode, header::RETRY_AFTER};

use super::{
    Begun, Owner, Stage,
    choose_password::{self, Choosing, NotSet},
    forms::{PasswordForm, SecondStepForm},
    guard::{self, Resetting},
    needs::Needs,
    pages::{CodePage, HelpPage, NumberEcho, PasswordPage, RequestPage, SecondStepPage, WaitPage},
    prove_phone, request_code,
    second_step::{self, Refused, Step},
    store,
};
use crate::{
    db::DbError,
    domain::{phone_number::PhoneNumber, role::Role},
    features::{
        messages::reserve::{NotReserved, Reserved},
        phone_verifications::{
            self, CodeRefused, NotRenewed,
            pages::{TextState, code_state, explain, resend_state},
        },
        registration::forms::{CodeForm, NumberForm, easy_problem},
        sessions::principals::Visitor,
        sign_in::text_code::NotTexted,
        two_factor::{attempts, prove::NotProven},
    },
    sms::Fault,
    web::{
        body::{Form, NoFields},
        clock::Clock,
        error::{Answer, PageError},
        error_page::Back,
        form::{FormErrors, Problem},
        page::{self, Notice, see_other},
    },
};

/// `GET /password-reset`
pub async fn show_form(visitor: Visitor) -> Answer {
    page::ok(request_page(&visitor, NumberEcho::default(), FormErrors::new()))
}

fn request_page(visitor: &Visitor, form: NumberEcho, errors: FormErrors) -> RequestPage {
    RequestPage { chrome: visitor.chrome(), form, errors, notice: visitor.cookies.take_notice() }
}

/// `POST /password-reset`. Waits for no provider, and answers every number alike.
pub async fn submit_form(visitor: Visitor, form: Form<NumberForm>) -> Answer {
    let Form(form) = form;
    let echo = NumberEcho::of(&form);
    let (country, phone) = match form.parse(&visitor.words) {
        Ok(number) => number,
        Err(errors) => return page::refused(request_page(&visitor, echo, errors)),
    };
    if is_under_way(&visitor, &phone).await? {
        return Ok(see_other("/password-reset/verify"));
    }
    let (limits, asker, locale) = (visitor.app.limits(), visitor.as_stranger(), visitor.words.lang().to_owned());
    let begun = visitor.app.db.run(move |conn| request_code::request_code(conn, &limits, &asker, phone, locale)).await;
    let (id, Reserved { message, refused }) = begun.map_err(|refusal| match refusal {
        NotReserved::TooMany { wait } => PageError::too_many(wait, Back::PasswordReset),
        NotReserved::Db(error) => error.into(),
    })?;
    log::info!(
        "event=reset_begun reset={id} message={message} request={} address={}",
        visitor.reference,
        visitor.address.coarse()
    );
    if let Some(Fault::Country) = refused {
        let errors = FormErrors::on("phone", Problem::CountryClosedForNow(country).in_words(&visitor.words));
        return page::refused(request_page(&visitor, echo, errors));
    }
    visitor.cookies.begin_reset(id);
    Ok(see_other("/password-reset/verify"))
}

/// Whether this browser waits for a code to that number already: whoever comes back with the same number finds the page
/// that asks for it, and no second text goes out. Once that page can send no more, it says to start again.
async fn is_under_way(visitor: &Visitor, phone: &PhoneNumber) -> Result<bool, PageError> {
    let Some(id) = visitor.cookies.reset_begun() else { return Ok(false) };
    let phone = phone.clone();
    let found = visitor.app.db.run(move |conn| {
        let begun = store::find_live(conn, id)?;
        let Some(begun) = begun.filter(|begun| matches!(begun.stage, Stage::Code) && begun.phone == phone) else {
            return Ok::<_, DbError>(false);
        };
        let standing = phone_verifications::store::find_standing(conn, begun.challenge)?;
        Ok(standing.is_some_and(|standing| standing.resend_at.is_some()))
    });
    Ok(found.await?)
}

/// `GET /password-reset/verify`
pub async fn show_code(visit: Resetting) -> Answer {
    code_page(&visit, StatusCode::OK, FormErrors::new(), None).await
}

async fn code_page(visit: &Resetting, status: StatusCode, errors: FormErrors, notice: Option<Notice>) -> Answer {
    let Resetting { visitor, begun } = visit;
    let challenge = begun.challenge;
    let found = visitor.app.db.run(move |conn| phone_verifications::store::find_standing(conn, challenge)).await?;
    let standing = found.ok_or_else(|| guard::over(visitor))?;
    let page = CodePage {
        chrome: visitor.chrome(),
        phone: begun.phone.clone(),
        // How the text fared is not shown: for a number without an account there is none.
        text: TextState { code: code_state(&standing, None), resend: resend_state(&standing) },
        now: standing.now,
        clock: clock(begun),
        errors,
        notice: notice.or_else(|| visitor.cookies.take_notice()),
    };
    page::with_status(status, page)
}

fn clock(begun: &Begun) -> Clock {
    begun.phone.country().map_or(Clock::UTC, Clock::of)
}

/// `POST /password-reset/verify`
pub async fn submit_code(visit: Resetting, form: Form<CodeForm>) -> Answer {
    let Resetting { visitor, begun } = &visit;
    let code = match form.0.parse(&visitor.words) {
        Ok(code) => code,
        Err(errors) => return code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await,
    };
    let proven = match phone_verifications::check(&visitor.app, begun.challenge, code).await {
        Ok(compared) => {
            let (id, from, origin) = (begun.id, visitor.address, visitor.origin());
            visitor.app.db.run(move |conn| prove_phone::prove_phone(conn, id, compared, from, &origin)).await
        }
        Err(refused) => Err(refused),
    };
    match proven {
        Ok(None) => {
            log::warn!("event=reset_without_owner reset={} request={}", begun.id, visitor.reference);
            // Begun again, it finds whoever has the number now.
            Err(guard::over(visitor))
        }
        Ok(Some(needs)) => {
            log::info!("event=reset_proven reset={} needs={needs:?} request={}", begun.id, visitor.reference);
            Ok(see_other(needs.path()))
        }
        Err(refused) => {
            log::warn!(
                "event=code_refused reset={} challenge={} why={:?} request={}",
                begun.id,
                begun.challenge,
                refused.to_string(),
                visitor.reference
            );
            // A double click whose first half has used the code: the next page shows how things stand.
            if matches!(refused, CodeRefused::Expired) && is_beyond_the_code(visitor, begun).await? {
                return reload(visitor, begun).await;
            }
            let errors = explain(refused, &visitor.words)?;
            code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await
        }
    }
}

async fn is_beyond_the_code(visitor: &Visitor, begun: &Begun) -> Result<bool, PageError> {
    let id = begun.id;
    let found = visitor.app.db.run(move |conn| store::find_live(conn, id)).await?;
    Ok(found.is_some_and(|begun| !matches!(begun.stage, Stage::Code)))
}

/// On to where the reset stands now.
async fn reload(visitor: &Visitor, begun: &Begun) -> Answer {
    let id = begun.id;
    match visitor.app.db.run(move |conn| store::find_live(conn, id)).await? {
        Some(Begun { stage: Stage::Used, .. }) => Err(guard::done(visitor)),
        Some(begun) => Ok(see_other(begun.stage.path())),
        None => Err(guard::over(visitor)),
    }
}

/// `POST /password-reset/resend`
pub async fn resend(visit: Resetting, _: Form<NoFields>) -> Answer {
    let Resetting { visitor, begun } = &visit;
    let (limits, asker, id) = (visitor.app.limits(), visitor.as_stranger(), begun.id);
    let locale = visitor.words.lang().to_owned();
    let sent = visitor.app.db.run(move |conn| request_code::resend(conn, &limits, &asker, id, locale)).await;
    match sent {
        Ok(Reserved { refused: Some(Fault::Country), .. }) => {
            let mut errors = FormErrors::new();
            if let Some(country) = begun.phone.country() {
                errors = FormErrors::on("code", Problem::CountryClosedForNow(country).in_words(&visitor.words));
            }
            code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None).await
        }
        Ok(Reserved { message, .. }) => {
            log::info!("event=code_requested reset={id} message={message} request={}", visitor.reference);
            visitor.cookies.say_next(Notice::CodeSent);
            Ok(see_other("/password-reset/verify"))
        }
        Err(NotTexted::NotRenewed(NotRenewed::TooSoon { wait })) => {
            too_early(&visit, Some(Notice::TooEarly), wait.as_secs() + 1).await
        }
        Err(NotTexted::NotRenewed(NotRenewed::NoSendsLeft)) => too_early(&visit, None, HOUR).await,
        Err(NotTexted::NotRenewed(NotRenewed::Closed) | NotTexted::Over) => reload(visitor, begun).await,
        Err(NotTexted::NotReserved(NotReserved::TooMany { wait })) => Err(PageError::too_many(wait, Back::ResetCode)),
        Err(NotTexted::NotReserved(NotReserved::Db(error))) => Err(error.into()),
    }
}

/// After an hour the reset is gone and a new one begins, with a new challenge.
const HOUR: u64 = 3600;

/// The button always works: pressed early, the page comes back and says when.
async fn too_early(visit: &Resetting, notice: Option<Notice>, seconds: u64) -> Answer {
    let mut answer = code_page(visit, StatusCode::TOO_MANY_REQUESTS, FormErrors::new(), notice).await?;
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(answer)
}

/// `GET /password-reset/second-step`
pub async fn show_second_step(visit: Resetting) -> Answer {
    page::ok(second_step_page(&visit, FormErrors::new())?)
}

fn second_step_page(visit: &Resetting, errors: FormErrors) -> Result<SecondStepPage, PageError> {
    let Stage::Proven(_, Needs::SecondFactor { app, backup_code }) = visit.begun.stage else {
        return Err(PageError::Elsewhere(visit.begun.stage.path().into()));
    };
    let notice = visit.visitor.cookies.take_notice();
    Ok(SecondStepPage { chrome: visit.visitor.chrome(), app, backup_code, errors, notice })
}

/// `POST /password-reset/second-step`
pub async fn submit_second_step(visit: Resetting, form: Form<SecondStepForm>) -> Answer {
    let Resetting { visitor, begun } = &visit;
    let factor = match form.0.parse(&visitor.words) {
        Ok(factor) => factor,
        Err(errors) => return page::refused(second_step_page(&visit, errors)?),
    };
    let step = Step {
        id: begun.id,
        owner: owner(begun)?.clone(),
        phone: begun.phone.clone(),
        origin: visitor.origin(),
        address: visitor.address,
    };
    match second_step::prove(&visitor.app, step, factor).await {
        Ok(()) => {
            log::info!("event=reset_granted reset={} request={}", begun.id, visitor.reference);
            Ok(see_other("/password-reset/password"))
        }
        Err(refused) => {
            let errors = explain_factor(&visit, refused).await?;
            page::refused(second_step_page(&visit, errors)?)
        }
    }
}

fn owner(begun: &Begun) -> Result<&Owner, PageError> {
    match &begun.stage {
        Stage::Proven(owner, _) | Stage::Granted(owner) => Ok(owner),
        Stage::Code | Stage::Used => Err(PageError::Elsewhere(begun.stage.path().into())),
    }
}

/// A refused factor in words, or where else to go.
async fn explain_factor(visit: &Resetting, refused: Refused) -> Result<FormErrors, PageError> {
    let Resetting { visitor, begun } = visit;
    log::warn!(
        "event=second_factor_refused reset={} why={:?} request={}",
        begun.id,
        refused.to_string(),
        visitor.reference
    );
    let problem = match refused {
        Refused::NotProven(NotProven::Wrong(charged)) => Problem::CodeWrong { left: charged.left() },
        Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::Rests { wait })) => {
            return Err(PageError::too_many(wait, Back::ResetSecondStep));
        }
        Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::OnlyBackupCode)) => Problem::OnlyBackupCode,
        // Another tab was faster, or the account has changed: where it stands now is the answer.
        Refused::Over | Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::Changed)) => {
            let id = begun.id;
            return match visitor.app.db.run(move |conn| store::find_live(conn, id)).await? {
                Some(Begun { stage: Stage::Used, .. }) => Err(guard::done(visitor)),
                Some(begun) => Err(PageError::Elsewhere(begun.stage.path().into())),
                None => Err(guard::over(visitor)),
            };
        }
        Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::Db(error))) => return Err(error.into()),
        Refused::NotProven(NotProven::Busy(busy)) => return Err(busy.into()),
        Refused::NotProven(error) => return Err(PageError::fault(error)),
    };
    Ok(FormErrors::on("code", problem.in_words(&visitor.words)))
}

/// `GET /password-reset/wait`: the phone is not enough, now or at all.
pub async fn show_wait(visit: Resetting) -> Answer {
    let Resetting { visitor, begun } = &visit;
    match &begun.stage {
        Stage::Proven(owner, Needs::Wait { until, .. }) => {
            page::ok(WaitPage { chrome: visitor.chrome(), until: *until, now: owner.now, clock: clock(begun) })
        }
        _ => page::ok(HelpPage { chrome: visitor.chrome() }),
    }
}

/// `GET /password-reset/password`
pub async fn show_password(visit: Resetting) -> Answer {
    page::ok(password_page(&visit, FormErrors::new())?)
}

fn password_page(visit: &Resetting, errors: FormErrors) -> Result<PasswordPage, PageError> {
    let owner = owner(&visit.begun)?;
    Ok(PasswordPage {
        chrome: visit.visitor.chrome(),
        username: visit.begun.phone.e164().to_owned(),
        least_password: least_password(&visit.visitor, owner),
        errors,
    })
}

fn least_password(visitor: &Visitor, owner: &Owner) -> usize {
    let role = if owner.facts.administrator { Role::Administrator } else { Role::Maid };
    visitor.app.settings.current().least_password(role)
}

/// `POST /password-reset/password`
pub async fn submit_password(visit: Resetting, form: Form<PasswordForm>) -> Answer {
    let Resetting { visitor, begun } = &visit;
    let owner = owner(begun)?;
    let password = match form.0.parse(least_password(visitor, owner), &visitor.words) {
        Ok(password) => password,
        Err(errors) => return page::refused(password_page(&visit, errors)?),
    };
    let choosing =
        Choosing { id: begun.id, owner: owner.clone(), phone: begun.phone.clone(), origin: visitor.origin() };
    match choose_password::choose_password(&visitor.app, choosing, password).await {
        Ok(()) => {
            log::info!("event=password_set user={} reset={} request={}", owner.user.id, begun.id, visitor.reference);
            Err(guard::done(visitor))
        }
        Err(NotSet::TooEasy(verdict)) => {
            let errors = FormErrors::on("password", easy_problem(verdict).in_words(&visitor.words));
            page::refused(password_page(&visit, errors)?)
        }
        Err(NotSet::Over) => reload(visitor, begun).await,
        Err(NotSet::Busy(busy)) => Err(busy.into()),
        Err(NotSet::Hash(error)) => Err(PageError::fault(error)),
        Err(NotSet::Db(error)) => Err(error.into()),
    }
}
