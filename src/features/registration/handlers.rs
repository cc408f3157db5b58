//! One function for each GET and POST of a registration.

use actix_web::http::{StatusCode, header::RETRY_AFTER};

use super::{
    Details, NotSent, Pending, Sending, answer_claim, correct_number,
    forms::{self, Choice, ClaimForm, CodeForm, Filled, NumberForm, RegisterForm},
    guard::Registering,
    pages::{self, CannotOpenPage, ChangeEcho, ClaimPage, EmailTakenPage, RegisterEcho, RegisterPage, VerifyPage},
    prove_phone::{self, NotProven, Proven},
    resend, start, store,
};
use crate::{
    crypto::{
        hasher::{HashFailed, PasswordHash},
        token::Token,
    },
    db::DbError,
    domain::role::Role,
    features::{
        messages::{self, outcomes::Listening, reserve::NotReserved},
        passwords::{self, PersonalWords, TooEasy},
        phone_verifications::{
            self, CodeRefused, NotRenewed,
            pages::{await_refusal, code_state, explain, resend_state},
        },
        sessions::principals::{ENTRANCE, Visitor},
        users,
    },
    web::{
        body::{Form, NoFields},
        devices::Devices,
        error::{Answer, PageError},
        error_page::Back,
        form::FormErrors,
        page::{self, Notice, see_other},
    },
};

/// `GET /register`
pub async fn show_form(visitor: Visitor) -> Answer {
    if visitor.live_session().await?.is_some() {
        return Ok(see_other("/account"));
    }
    let Some(id) = visitor.cookies.registration() else {
        return page::ok(register_page(&visitor, RegisterEcho::default(), FormErrors::new()));
    };
    let begun = visitor.app.db.run(move |conn| store::find_live(conn, id)).await;
    let page = match begun? {
        // Whoever comes back finds what they had typed.
        Some(pending) => register_page(&visitor, echo_of(&pending), FormErrors::new()),
        None => {
            let page = register_page(&visitor, RegisterEcho::default(), FormErrors::new());
            RegisterPage { notice: page.notice.or(Some(Notice::RegistrationOver)), ..page }
        }
    };
    page::ok(page)
}

fn echo_of(pending: &Pending) -> RegisterEcho {
    let Details { role, full_name, email, country, phone, .. } = &pending.details;
    RegisterEcho {
        role: Some(*role),
        full_name: full_name.as_str().to_owned(),
        email: email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        country: *country,
        phone: phone.international(),
        accept_terms: true,
    }
}

fn register_page(visitor: &Visitor, form: RegisterEcho, errors: FormErrors) -> RegisterPage {
    let notice = visitor.cookies.take_notice();
    RegisterPage { chrome: visitor.chrome(), form, errors, least_password: least_password(visitor), notice }
}

/// The same for both roles that can register.
fn least_password(visitor: &Visitor) -> usize {
    visitor.app.settings.current().least_password(Role::Maid)
}

/// `POST /register`
pub async fn submit_form(visitor: Visitor, form: Form<RegisterForm>) -> Answer {
    // A second account in the same browser would take the place of the first without a word.
    if visitor.live_session().await?.is_some() {
        return Ok(see_other("/account"));
    }
    let Form(form) = form;
    let filled = match form.parse(least_password(&visitor), &visitor.words) {
        Ok(filled) => filled,
        Err(errors) => return page::refused(register_page(&visitor, form.echo(), errors)),
    };
    let Filled { role, full_name, email, country, phone, password } = filled;
    let about = PersonalWords::new(&full_name, email.as_ref(), &phone);
    let hashed = visitor.app.hasher.run(move |slot| -> Result<PasswordHash, NotHashed> {
        passwords::rate(&password, &about)?;
        Ok(slot.hash(&password)?)
    });
    let password_hash = match hashed.await? {
        Ok(hash) => hash,
        Err(NotHashed::TooEasy(verdict)) => {
            let errors = FormErrors::on("password", forms::easy_problem(verdict).in_words(&visitor.words));
            return page::refused(register_page(&visitor, form.echo(), errors));
        }
        Err(NotHashed::Failed(error)) => return Err(PageError::fault(error)),
    };
    let locale = visitor.words.lang().to_owned();
    let details = Details { role, full_name, email, country, phone, password_hash, locale };

    let listening = visitor.app.outcomes.subscribe();
    let (limits, asker) = (visitor.app.limits(), visitor.as_stranger());
    let started = visitor.app.db.run(move |conn| start::start(conn, &limits, &asker, &details)).await;
    let sending = started.map_err(|refusal| too_many(refusal, Back::Register))?;
    log::info!(
        "event=registration_begun registration={} message={} request={} address={}",
        sending.registration,
        sending.message,
        visitor.reference,
        visitor.address.coarse()
    );
    if let Some(problem) = await_refusal(&visitor.app, listening, sending.message, country).await? {
        let id = sending.registration;
        visitor.app.db.run(move |conn| store::remove(conn, id)).await?;
        let errors = FormErrors::on("phone", problem.in_words(&visitor.words));
        return page::refused(register_page(&visitor, form.echo(), errors));
    }
    visitor.cookies.begin_registration(sending.registration);
    Ok(see_other("/register/verify"))
}

/// Why there is no hash of a password.
enum NotHashed {
    TooEasy(TooEasy),
    Failed(HashFailed),
}

impl From<TooEasy> for NotHashed {
    fn from(verdict: TooEasy) -> Self {
        Self::TooEasy(verdict)
    }
}

impl From<HashFailed> for NotHashed {
    fn from(error: HashFailed) -> Self {
        Self::Failed(error)
    }
}

fn too_many(refusal: NotReserved, back: Back) -> PageError {
    match refusal {
        NotReserved::TooMany { wait } => PageError::too_many(wait, back),
        NotReserved::Db(error) => error.into(),
    }
}

/// `GET /register/verify`
pub async fn show_code(visit: Registering) -> Answer {
    if visit.pending.phone_proven_at.is_some() {
        return Ok(see_other("/register/claim"));
    }
    code_page(&visit, StatusCode::OK, FormErrors::new(), None, None).await
}

/// The page that asks for the code, as the challenge stands now.
async fn code_page(
    visit: &Registering,
    status: StatusCode,
    errors: FormErrors,
    change: Option<ChangeEcho>,
    notice: Option<Notice>,
) -> Answer {
    let challenge = visit.pending.challenge;
    let found = visit.visitor.app.db.run(move |conn| {
        let standing = phone_verifications::store::find_standing(conn, challenge)?;
        let outcome = messages::store::find_newest_outcome(conn, challenge)?;
        Ok::<_, DbError>((standing, outcome))
    });
    let (Some(standing), outcome) = found.await? else { return Ok(see_other("/register")) };
    let Details { country, phone, .. } = &visit.pending.details;
    let change = change.unwrap_or_else(|| ChangeEcho { country: *country, phone: String::new() });
    let page = VerifyPage {
        chrome: visit.visitor.chrome(),
        phone: phone.clone(),
        code: code_state(&standing, outcome),
        resend: resend_state(&standing),
        now: standing.now,
        clock: crate::web::clock::Clock::of(*country),
        errors,
        change,
        notice: notice.or_else(|| visit.visitor.cookies.take_notice()),
    };
    page::with_status(status, page)
}

/// `POST /register/verify`
pub async fn submit_code(visit: Registering, devices: Devices, form: Form<CodeForm>) -> Answer {
    let app = &visit.visitor.app;
    if visit.pending.phone_proven_at.is_some() {
        return Ok(see_other("/register/claim"));
    }
    let code = match form.0.parse(&visit.visitor.words) {
        Ok(code) => code,
        Err(errors) => return code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None, None).await,
    };
    let compared = match phone_verifications::check(app, visit.pending.challenge, code).await {
        Ok(compared) => compared,
        Err(refusal) => return code_refused(&visit, refusal).await,
    };
    let (keys, registration) = (app.keys.clone(), visit.pending.id);
    let (from, origin) = (visit.visitor.address, visit.visitor.origin());
    let proven = app
        .db
        .run(move |conn| prove_phone::prove_phone(conn, &keys.throttle_key, registration, compared, from, &origin));
    after_proof(&visit.visitor, &devices, proven.await)
}

async fn code_refused(visit: &Registering, refusal: CodeRefused) -> Answer {
    log::warn!(
        "event=code_refused registration={} challenge={} why={:?} request={}",
        visit.pending.id,
        visit.pending.challenge,
        refusal.to_string(),
        visit.visitor.reference
    );
    // A double click whose first half has used the code: "expired" would be wrong, the next page shows how things stand.
    if matches!(refusal, CodeRefused::Expired) && reload(visit).await?.phone_proven_at.is_some() {
        return Ok(see_other("/register/verify"));
    }
    let errors = explain(refusal, &visit.visitor.words)?;
    code_page(visit, StatusCode::UNPROCESSABLE_ENTITY, errors, None, None).await
}

fn after_proof(visitor: &Visitor, devices: &Devices, proven: Result<Proven, NotProven>) -> Answer {
    match proven {
        Ok(Proven::Opened(user, token)) => {
            visitor.cookies.sign_in(&token);
            visitor.cookies.say_next(Notice::AccountOpened);
            // From here on the account knows this browser.
            let mut answer = see_other("/account");
            devices.remember(&mut answer, user, &Token::generate().map_err(PageError::fault)?)?;
            Ok(answer)
        }
        Ok(Proven::NumberTaken) => Ok(see_other("/register/claim")),
        Ok(Proven::EmailTaken) => page::refused(EmailTakenPage { chrome: visitor.chrome() }),
        Ok(Proven::NotToday) => page::refused(CannotOpenPage { chrome: visitor.chrome() }),
        // A double click, or another tab: the next page shows how things stand, and the cookie stays as it is.
        Err(NotProven::Gone | NotProven::Code(CodeRefused::Expired)) => Ok(see_other("/register/verify")),
        Err(NotProven::Code(CodeRefused::Db(error))) => Err(error.into()),
        Err(error) => Err(PageError::fault(error)),
    }
}

/// `POST /register/resend`
pub async fn resend(visit: Registering, _: Form<NoFields>) -> Answer {
    if visit.pending.phone_proven_at.is_some() {
        return Ok(see_other("/register/claim"));
    }
    let app = &visit.visitor.app;
    let listening = app.outcomes.subscribe();
    let (limits, asker, pending) = (app.limits(), visit.visitor.as_stranger(), visit.pending.clone());
    let sent = app.db.run(move |conn| resend::resend(conn, &limits, &asker, &pending)).await;
    after_send(&visit, listening, sent, None, Notice::CodeSent).await
}

/// `POST /register/phone`
pub async fn correct_number(visit: Registering, form: Form<NumberForm>) -> Answer {
    let Form(form) = form;
    let echo = form.echo(visit.pending.details.country);
    let (country, phone) = match form.parse(&visit.visitor.words) {
        Ok(number) => number,
        Err(errors) => {
            return code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, Some(echo), None).await;
        }
    };
    let app = &visit.visitor.app;
    let listening = app.outcomes.subscribe();
    let (limits, asker, pending) = (app.limits(), visit.visitor.as_stranger(), visit.pending.clone());
    let sent = app.db.run(move |conn| correct_number::correct_number(conn, &limits, &asker, &pending, country, phone));
    after_send(&visit, listening, sent.await, Some(echo), Notice::NumberChanged).await
}

async fn after_send(
    visit: &Registering,
    listening: Listening,
    sent: Result<Sending, NotSent>,
    echo: Option<ChangeEcho>,
    notice: Notice,
) -> Answer {
    let sending = match sent {
        Ok(sending) => sending,
        Err(NotSent::NotReserved(refusal)) => return Err(too_many(refusal, Back::Verify)),
        Err(NotSent::NotRenewed(NotRenewed::Closed)) => return Ok(see_other("/register/verify")),
        Err(NotSent::NotRenewed(NotRenewed::NoSendsLeft)) => return too_early(visit, None).await,
        Err(NotSent::NotRenewed(NotRenewed::TooSoon { wait })) => return too_early(visit, Some(wait)).await,
    };
    log::info!(
        "event=code_requested registration={} message={} request={}",
        sending.registration,
        sending.message,
        visit.visitor.reference
    );
    let country = echo.as_ref().map_or(visit.pending.details.country, |echo| echo.country);
    let app = &visit.visitor.app;
    if let Some(problem) = await_refusal(app, listening, sending.message, country).await? {
        let changed = Registering { visitor: visit.visitor.clone(), pending: reload(visit).await? };
        let errors = FormErrors::on("phone", problem.in_words(&visit.visitor.words));
        return code_page(&changed, StatusCode::UNPROCESSABLE_ENTITY, errors, echo, None).await;
    }
    visit.visitor.cookies.say_next(notice);
    Ok(see_other("/register/verify"))
}

async fn reload(visit: &Registering) -> Result<Pending, PageError> {
    let id = visit.pending.id;
    let found = visit.visitor.app.db.run(move |conn| store::find_live(conn, id)).await;
    found?.ok_or(PageError::elsewhere("/register"))
}

/// The button always works: pressed early, the page comes back and says when. `Retry-After` says it to programs;
/// without a wait the challenge has no sends left, and the page says how to start again.
async fn too_early(visit: &Registering, wait: Option<std::time::Duration>) -> Answer {
    let notice = wait.map(|_| Notice::TooEarly);
    let mut answer = code_page(visit, StatusCode::TOO_MANY_REQUESTS, FormErrors::new(), None, notice).await?;
    let seconds = wait.map_or(HOUR, |wait| wait.as_secs() + 1);
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(answer)
}

/// After an hour the registration is gone and the numbers' limits are new.
const HOUR: u64 = 3600;

/// `GET /register/claim`
pub async fn show_claim(visit: Registering) -> Answer {
    claim_page(&visit, StatusCode::OK, FormErrors::new()).await
}

async fn claim_page(visit: &Registering, status: StatusCode, errors: FormErrors) -> Answer {
    if visit.pending.phone_proven_at.is_none() {
        return Ok(see_other("/register/verify"));
    }
    let phone = visit.pending.details.phone.clone();
    let asked = visit.visitor.app.db.run(move |conn| users::store::owns_number(conn, &phone)).await;
    if asked? {
        let phone = visit.pending.details.phone.clone();
        page::with_status(status, ClaimPage { chrome: visit.visitor.chrome(), phone, errors })
    } else {
        page::ok(CannotOpenPage { chrome: visit.visitor.chrome() })
    }
}

/// `POST /register/claim`
pub async fn submit_claim(visit: Registering, devices: Devices, form: Form<ClaimForm>) -> Answer {
    let app = &visit.visitor.app;
    let registration = visit.pending.id;
    match form.0.parse() {
        None => {
            let errors = FormErrors::on("choice", pages::choice_missing(&visit.visitor.words));
            claim_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
        Some(_) if visit.pending.phone_proven_at.is_none() => Ok(see_other("/register/verify")),
        Some(Choice::SignIn) => {
            let kept = app.db.run(move |conn| answer_claim::keep_old_account(conn, registration)).await;
            kept?;
            visit.visitor.cookies.end_registration();
            visit.visitor.cookies.say_next(Notice::AccountKept);
            Ok(see_other(ENTRANCE))
        }
        Some(Choice::Move) => {
            let (keys, origin) = (app.keys.clone(), visit.visitor.origin());
            let moved =
                app.db.run(move |conn| answer_claim::move_number(conn, &keys.throttle_key, registration, &origin));
            after_proof(&visit.visitor, &devices, moved.await)
        }
    }
}
