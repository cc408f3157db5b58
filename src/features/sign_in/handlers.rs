//! One function for each GET and POST of a sign-in.

use actix_web::{
    HttpRequest,
    http::{StatusCode, header::RETRY_AFTER},
};
use chrono::TimeDelta;

use super::{
    Pending,
    enter::{self, Entered, Entering, NotEntered},
    forms::{BackupCodeForm, LoginForm, SecondStepForm},
    over,
    pages::{BackupCodePage, LoginEcho, LoginPage, SecondStepPage, TextState},
    second_step::{self, Done, Refused, Step},
    text_code::{self, NotTexted},
};
use crate::{
    crypto::mac,
    db::DbError,
    domain::phone_number::PhoneNumber,
    features::{
        messages::{
            self,
            reserve::{Asker, NotReserved},
        },
        passwords::guesses::{NotCharged, Try},
        phone_verifications::{
            self, NotRenewed,
            pages::{code_state, resend_state},
        },
        sessions::{
            StartFailed,
            principals::{PendingSignIn, Visitor},
        },
        trusted_devices,
        two_factor::{Method, attempts, prove::NotProven},
    },
    web::{
        body::{Form, NoFields},
        clock::{self, Clock},
        devices::Devices,
        error::{Answer, PageError},
        error_page::Back,
        form::{FormErrors, Problem},
        next::Next,
        page::{self, Notice, see_other},
    },
};

/// `GET /login`
pub async fn show_form(visitor: Visitor, request: HttpRequest) -> Answer {
    let next = Next::of_query(request.query_string());
    if let Some(live) = visitor.live_session().await? {
        return Ok(see_other(&next.unwrap_or(visitor.home_of(live.account.role)).path()));
    }
    let form = LoginEcho { next: next.map(|next| next.path().into_owned()), ..LoginEcho::default() };
    page::ok(login_page(&visitor, form, FormErrors::new()))
}

fn login_page(visitor: &Visitor, form: LoginEcho, errors: FormErrors) -> LoginPage {
    LoginPage { chrome: visitor.chrome(), form, errors, notice: visitor.cookies.take_notice() }
}

/// `POST /login`
pub async fn submit_form(visitor: Visitor, devices: Devices, form: Form<LoginForm>) -> Answer {
    let Form(form) = form;
    let (identifier, password) = match form.parse(&visitor.words) {
        Ok(read) => read,
        Err(errors) => return page::refused(login_page(&visitor, form.echo(), errors)),
    };
    let identifier_key = mac::lookup_key(&visitor.app.keys.throttle_key, &[identifier.canonical().as_bytes()]);
    let entering = Entering {
        attempt: Try { identifier, identifier_key, address: visitor.address, known: devices.known() },
        password,
        origin: visitor.origin(),
        replaces: visitor.cookies.session_token(),
        next: form.next(),
    };
    match enter::enter(&visitor.app, entering).await {
        Ok(Entered::SignedIn { user, session, device }) => {
            log::info!("event=signed_in user={user} request={}", visitor.reference);
            visitor.cookies.sign_in(&session);
            let mut answer = see_other(&form.next().path());
            devices.remember(&mut answer, user, &device)?;
            Ok(answer)
        }
        Ok(Entered::Pending(id)) => {
            log::info!("event=password_accepted sign_in={id} request={}", visitor.reference);
            visitor.cookies.begin_sign_in(id);
            let pending = visitor.app.db.run(move |conn| super::store::find_live(conn, id)).await?;
            begin_second_step(&visitor, pending.ok_or_else(|| over(&visitor))?).await
        }
        Err(NotEntered::Wrong) => {
            log::warn!("event=sign_in_refused request={} address={}", visitor.reference, visitor.address.coarse());
            let errors = FormErrors::on("password", Problem::SignInWrong.in_words(&visitor.words));
            page::refused(login_page(&visitor, form.echo(), errors))
        }
        Err(NotEntered::NotCharged(NotCharged::TooMany { wait })) => Err(PageError::too_many(wait, Back::SignIn)),
        Err(NotEntered::NotCharged(NotCharged::Db(error))) => Err(error.into()),
        Err(NotEntered::Busy(busy)) => Err(busy.into()),
        Err(NotEntered::Start(StartFailed::Changed)) => Err(over(&visitor)),
        Err(NotEntered::Start(StartFailed::Db(error))) => Err(error.into()),
        Err(error) => Err(PageError::fault(error)),
    }
}

/// Texts the first code where the second factor is a text. The password was right, so this tells strangers nothing; and
/// the page does not wait for the provider.
async fn begin_second_step(visitor: &Visitor, pending: Pending) -> Answer {
    if pending.method == Method::Sms {
        if pending.phone.is_none() {
            visitor.cookies.say_next(Notice::CodeNotPossible);
            return Ok(see_other("/login/backup-code"));
        }
        match text(visitor, &pending).await {
            Ok(()) => {}
            // The sign-in stays, and a backup code still opens it.
            Err(NotTexted::NotReserved(NotReserved::TooMany { wait })) => {
                return Err(PageError::too_many(wait, Back::BackupCode));
            }
            Err(error) => return Err(not_texted(visitor, error)),
        }
    }
    Ok(see_other("/login/verify"))
}

async fn text(visitor: &Visitor, pending: &Pending) -> Result<(), NotTexted> {
    let asker = Asker::Owner { user: pending.user.id, browser: visitor.cookies.browser() };
    let (limits, pending, id) = (visitor.app.limits(), pending.clone(), pending.id);
    let sent = visitor.app.db.run(move |conn| text_code::text_code(conn, &limits, &asker, &pending)).await?;
    log::info!("event=code_requested sign_in={id} message={sent} request={}", visitor.reference);
    Ok(())
}

fn not_texted(visitor: &Visitor, error: NotTexted) -> PageError {
    match error {
        NotTexted::NotReserved(NotReserved::TooMany { wait }) => PageError::too_many(wait, Back::SecondStep),
        NotTexted::NotReserved(NotReserved::Db(error)) => error.into(),
        NotTexted::Over => over(visitor),
        NotTexted::NotRenewed(_) => PageError::elsewhere("/login/verify"),
    }
}

/// `GET /login/verify`
pub async fn show_code(visit: PendingSignIn) -> Answer {
    code_page(&visit, StatusCode::OK, FormErrors::new(), false, None).await
}

async fn code_page(
    visit: &PendingSignIn,
    status: StatusCode,
    errors: FormErrors,
    remember: bool,
    notice: Option<Notice>,
) -> Answer {
    let PendingSignIn { visitor, pending } = visit;
    if pending.method == Method::Sms && pending.phone.is_none() {
        visitor.cookies.say_next(Notice::CodeNotPossible);
        return Ok(see_other("/login/backup-code"));
    }
    let text = match pending.challenge.filter(|_| pending.method == Method::Sms) {
        None => None,
        Some(challenge) => {
            let found = visitor.app.db.run(move |conn| {
                let standing = phone_verifications::store::find_standing(conn, challenge)?;
                Ok::<_, DbError>((standing, messages::store::find_newest_outcome(conn, challenge)?))
            });
            let (standing, outcome) = found.await?;
            standing.map(|standing| {
                let state = TextState { code: code_state(&standing, outcome), resend: resend_state(&standing) };
                (state, standing.now)
            })
        }
    };
    let now = text.as_ref().map_or_else(clock::now, |(_, now)| *now);
    let page = SecondStepPage {
        chrome: visitor.chrome(),
        method: pending.method,
        phone: pending.phone.clone(),
        text: text.map(|(state, _)| state),
        remember,
        may_trust: pending.may_trust(),
        trust_until: now + TimeDelta::days(trusted_devices::LIFETIME_DAYS.into()),
        now,
        clock: pending.phone.as_ref().and_then(PhoneNumber::country).map_or(Clock::UTC, Clock::of),
        errors,
        notice: notice.or_else(|| visitor.cookies.take_notice()),
    };
    page::with_status(status, page)
}

/// `POST /login/verify`
pub async fn submit_code(visit: PendingSignIn, devices: Devices, form: Form<SecondStepForm>) -> Answer {
    let Form(form) = form;
    let remember = form.remember();
    let code = match form.parse(&visit.visitor.words) {
        Ok(code) => code,
        Err(errors) => return code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, remember, None).await,
    };
    match second_step::enter_code(&visit.visitor.app, step(&visit, remember), code).await {
        Ok(done) => signed_in(&visit, &devices, &done),
        Err(refused) => {
            let errors = explain(&visit, refused, Back::SecondStep)?;
            code_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, remember, None).await
        }
    }
}

fn step(visit: &PendingSignIn, remember: bool) -> Step {
    Step {
        pending: visit.pending.clone(),
        origin: visit.visitor.origin(),
        address: visit.visitor.address,
        remember,
        replaces: visit.visitor.cookies.session_token(),
    }
}

fn signed_in(visit: &PendingSignIn, devices: &Devices, done: &Done) -> Answer {
    let (visitor, pending) = (&visit.visitor, &visit.pending);
    log::info!("event=signed_in user={} sign_in={} request={}", pending.user.id, pending.id, visitor.reference);
    visitor.cookies.sign_in(&done.session);
    if done.backup_codes_left.is_some() {
        visitor.cookies.say_next(Notice::SignedInByBackupCode);
    }
    let mut answer = see_other(&pending.next.or_home(visitor.home_of(pending.role)).path());
    devices.remember(&mut answer, pending.user.id, &done.device)?;
    Ok(answer)
}

/// A refused second factor in words, or where else to go.
fn explain(visit: &PendingSignIn, refused: Refused, back: Back) -> Result<FormErrors, PageError> {
    let (visitor, pending) = (&visit.visitor, &visit.pending);
    log::warn!(
        "event=second_factor_refused sign_in={} user={} why={:?} request={}",
        pending.id,
        pending.user.id,
        refused.to_string(),
        visitor.reference
    );
    let problem = match refused {
        Refused::Over | Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::Changed)) => {
            return Err(over(visitor));
        }
        Refused::NotProven(NotProven::Wrong(charged)) => match back {
            Back::BackupCode => Problem::BackupCodeWrong { left: charged.left() },
            _ => Problem::CodeWrong { left: charged.left() },
        },
        Refused::NotProven(NotProven::Code(refused) | NotProven::WrongText(refused, _)) => {
            return phone_verifications::pages::explain(refused, &visitor.words);
        }
        Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::Rests { wait })) => {
            return Err(PageError::too_many(wait, back));
        }
        Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::OnlyBackupCode)) => {
            visitor.cookies.say_next(Notice::OnlyBackupCode);
            return Err(PageError::elsewhere("/login/backup-code"));
        }
        Refused::NotProven(NotProven::NotCharged(attempts::NotCharged::Db(error))) => return Err(error.into()),
        Refused::NotProven(NotProven::Busy(busy)) => return Err(busy.into()),
        Refused::NotProven(NotProven::Fault(why)) | Refused::Fault(why) => return Err(PageError::fault(why)),
    };
    Ok(FormErrors::on("code", problem.in_words(&visitor.words)))
}

/// `POST /login/resend`
pub async fn resend(visit: PendingSignIn, _: Form<NoFields>) -> Answer {
    let PendingSignIn { visitor, pending } = &visit;
    if pending.method != Method::Sms || pending.phone.is_none() {
        return Ok(see_other("/login/verify"));
    }
    match text(visitor, pending).await {
        Ok(()) => {
            visitor.cookies.say_next(Notice::CodeSent);
            Ok(see_other("/login/verify"))
        }
        Err(NotTexted::NotRenewed(NotRenewed::TooSoon { wait })) => {
            let (early, seconds) = (Some(Notice::TooEarly), wait.as_secs() + 1);
            too_early(&visit, early, seconds).await
        }
        Err(NotTexted::NotRenewed(NotRenewed::NoSendsLeft)) => too_early(&visit, None, PENDING_SECONDS).await,
        Err(error) => Err(not_texted(visitor, error)),
    }
}

/// A sign-in lasts so long; after that a new one begins, with a new challenge.
const PENDING_SECONDS: u64 = 600;

/// The button always works: pressed early, the page comes back and says when.
async fn too_early(visit: &PendingSignIn, notice: Option<Notice>, seconds: u64) -> Answer {
    let mut answer = code_page(visit, StatusCode::TOO_MANY_REQUESTS, FormErrors::new(), false, notice).await?;
    answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    Ok(answer)
}

/// `GET /login/backup-code`
pub async fn show_backup_code(visit: PendingSignIn) -> Answer {
    page::ok(backup_code_page(&visit, FormErrors::new()))
}

fn backup_code_page(visit: &PendingSignIn, errors: FormErrors) -> BackupCodePage {
    let notice = visit.visitor.cookies.take_notice();
    BackupCodePage { chrome: visit.visitor.chrome(), method: visit.pending.method, errors, notice }
}

/// `POST /login/backup-code`
pub async fn submit_backup_code(visit: PendingSignIn, devices: Devices, form: Form<BackupCodeForm>) -> Answer {
    let code = match form.0.parse(&visit.visitor.words) {
        Ok(code) => code,
        Err(errors) => return page::refused(backup_code_page(&visit, errors)),
    };
    match second_step::enter_backup_code(&visit.visitor.app, step(&visit, false), code).await {
        Ok(done) => signed_in(&visit, &devices, &done),
        Err(refused) => {
            let errors = explain(&visit, refused, Back::BackupCode)?;
            page::refused(backup_code_page(&visit, errors))
        }
    }
}
