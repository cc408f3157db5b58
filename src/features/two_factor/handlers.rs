//! One function for each GET and POST of two-factor.

use actix_web::http::StatusCode;
use serde::Deserialize;

use super::{
    Method,
    app::{
        CheckFailed, Qr, TotpSecret,
        enrol::{self, NotEnrolled},
    },
    attempts,
    backup_codes::{self, NewSet, NotHashed},
    change::{self, NotChanged},
    pages::{AppPage, BackupCodesPage, NewBackupCodesPage, TwoFactorPage},
};
use crate::{
    app::App,
    crypto::token::Token,
    domain::{one_time_code::OneTimeCode, role::Role},
    features::{
        sessions::principals::{Fresh, SignedIn},
        users::Account,
    },
    web::{
        body::{Form, NoFields},
        clock,
        error::{Answer, PageError},
        error_page::Back,
        form::{FormErrors, Problem},
        page::{self, Notice, see_other},
        words::Words,
    },
};

const OVERVIEW: &str = "/account/two-factor";
const ENROLMENT: &str = "/account/two-factor/app";

/// `GET /account/two-factor`
pub async fn show(signed_in: SignedIn) -> Answer {
    let account = &signed_in.account;
    page::ok(TwoFactorPage {
        chrome: signed_in.chrome(),
        method: account.two_factor,
        required: signed_in.owes_a_second_factor(),
        number: account.number.clone(),
        codes_left: account.backup_codes_left,
        notice: signed_in.visitor.cookies.take_notice(),
    })
}

/// `POST /account/two-factor/app`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct AppForm {
    code: Option<String>,
}

impl AppForm {
    /// Reads the code; none was asked for where the field is not there.
    fn parse(&self, words: &Words) -> Option<Result<OneTimeCode, FormErrors>> {
        let code = self.code.as_ref()?;
        let problem = if code.trim().is_empty() { Problem::CodeMissing } else { Problem::CodeUnreadable };
        Some(OneTimeCode::parse(code).map_err(|_| FormErrors::on("code", problem.in_words(words))))
    }
}

/// `POST /account/two-factor/app`: without a code it begins an enrolment, with one it finishes it.
pub async fn submit_app(fresh: Fresh, form: Form<AppForm>) -> Answer {
    let Fresh(signed_in) = fresh;
    match form.0.parse(&signed_in.visitor.words) {
        None => begin_enrolment(&signed_in).await,
        Some(Ok(code)) => finish_enrolment(&signed_in, code).await,
        Some(Err(errors)) => app_page(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, errors).await,
    }
}

async fn begin_enrolment(signed_in: &SignedIn) -> Answer {
    let app = &signed_in.visitor.app;
    let (keys, user, session) = (app.keys.clone(), signed_in.account.id, signed_in.session);
    let begun = app.db.run(move |conn| enrol::begin(conn, &keys.totp_secret, user, session)).await;
    begun.map_err(not_checked)?;
    Ok(see_other(ENROLMENT))
}

/// `GET /account/two-factor/app`: shows the secret while it is being enrolled by this session, and never again.
pub async fn show_app(fresh: Fresh) -> Answer {
    app_page(&fresh.0, StatusCode::OK, FormErrors::new()).await
}

async fn app_page(signed_in: &SignedIn, status: StatusCode, errors: FormErrors) -> Answer {
    let visitor = &signed_in.visitor;
    let (keys, user, session) = (visitor.app.keys.clone(), signed_in.account.id, signed_in.session);
    let pending = visitor.app.db.run(move |conn| enrol::find_pending(conn, &keys.totp_secret, user, session)).await;
    let Some((_, secret)) = pending.map_err(not_checked)? else {
        return Ok(see_other(OVERVIEW));
    };
    let uri = secret.uri(&account_name(&signed_in.account));
    let page = AppPage {
        chrome: signed_in.chrome(),
        qr: Qr::of(&uri).map_err(PageError::fault)?,
        secret: TotpSecret::groups(&secret),
        uri,
        replaces: signed_in.account.two_factor == Some(Method::App),
        errors,
    };
    page::with_status(status, page)
}

/// A database that is away is no fault of the secret.
fn not_checked(error: CheckFailed) -> PageError {
    match error {
        CheckFailed::Db(error) => error.into(),
        CheckFailed::Unsealable | CheckFailed::NoRandomness(_) => PageError::fault(error),
    }
}

/// What the app and the list of backup codes call the account.
fn account_name(account: &Account) -> String {
    let number = account.number.as_ref().map(|number| number.phone.to_string());
    account.email.as_ref().map(|email| email.as_str().to_owned()).or(number).unwrap_or_default()
}

async fn finish_enrolment(signed_in: &SignedIn, code: OneTimeCode) -> Answer {
    let visitor = &signed_in.visitor;
    let (keys, account, session) = (visitor.app.keys.clone(), signed_in.account.clone(), signed_in.session);
    let (origin, in_a_row) = (visitor.origin(), visitor.app.settings.current().wrong_codes);
    let compared = visitor
        .app
        .db
        .run(move |conn| enrol::compare(conn, &keys.totp_secret, in_a_row, &account, session, &code, &origin))
        .await;
    let enrolled = match compared {
        Ok(enrolled) => enrolled,
        Err(NotEnrolled::Wrong(charged)) => {
            let errors = FormErrors::on("code", Problem::CodeWrong { left: charged.left() }.in_words(&visitor.words));
            return app_page(signed_in, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
        }
        Err(NotEnrolled::Over) => {
            visitor.cookies.say_next(Notice::EnrolmentOver);
            return Ok(see_other(OVERVIEW));
        }
        Err(NotEnrolled::NotCharged(attempts::NotCharged::Rests { wait })) => {
            return Err(PageError::too_many(wait, Back::TwoFactor));
        }
        Err(NotEnrolled::NotCharged(attempts::NotCharged::Db(error))) => return Err(error.into()),
        Err(NotEnrolled::NotCharged(_)) => return Ok(see_other(OVERVIEW)),
        Err(NotEnrolled::Check(error)) => return Err(not_checked(error)),
    };
    let set = first_set(&visitor.app, &signed_in.account).await?;
    let (account, origin) = (signed_in.account.clone(), visitor.origin());
    let changed = visitor.app.db.run(move |conn| {
        let token = enrol::confirm(conn, &account, session, &enrolled, set.as_ref(), &origin)?;
        Ok::<_, NotChanged>((token, set))
    });
    after_change(signed_in, changed.await, Notice::TwoFactorByApp)
}

/// Backup codes come with the first method that is switched on; changing it keeps those there are.
async fn first_set(app: &App, account: &Account) -> Result<Option<NewSet>, PageError> {
    if account.two_factor.is_some() && account.backup_codes_left > 0 {
        return Ok(None);
    }
    new_set(app).await.map(Some)
}

async fn new_set(app: &App) -> Result<NewSet, PageError> {
    backup_codes::generate(app).await.map_err(|error| match error {
        NotHashed::Busy(busy) => busy.into(),
        NotHashed::Hash(error) => PageError::fault(error),
        NotHashed::Db(error) => error.into(),
    })
}

/// The browser goes on with its new token. New backup codes are shown at once, in this answer and never again.
fn after_change(signed_in: &SignedIn, changed: Result<(Token, Option<NewSet>), NotChanged>, notice: Notice) -> Answer {
    let visitor = &signed_in.visitor;
    match changed {
        Ok((token, set)) => {
            log::info!("event=two_factor_changed user={} request={}", signed_in.account.id, visitor.reference);
            visitor.cookies.renew_session(&token);
            match set {
                Some(set) => show_new_set(signed_in, &set, Some(notice)),
                None => {
                    visitor.cookies.say_next(notice);
                    Ok(see_other(OVERVIEW))
                }
            }
        }
        Err(error) => not_changed(error),
    }
}

fn show_new_set(signed_in: &SignedIn, set: &NewSet, notice: Option<Notice>) -> Answer {
    page::ok(NewBackupCodesPage {
        chrome: signed_in.chrome(),
        codes: set.codes.iter().map(|code| code.grouped()).collect(),
        account: account_name(&signed_in.account),
        made_at: clock::now(),
        clock: signed_in.clock(),
        notice,
    })
}

/// Whoever was overtaken sees how things stand now.
fn not_changed(error: NotChanged) -> Answer {
    match error {
        NotChanged::Overtaken => Ok(see_other(OVERVIEW)),
        NotChanged::Db(error) => Err(error.into()),
        NotChanged::NoRandomness(error) => Err(PageError::fault(error)),
    }
}

/// `POST /account/two-factor/sms`
pub async fn submit_sms(fresh: Fresh, _: Form<NoFields>) -> Answer {
    let Fresh(signed_in) = fresh;
    let (visitor, session) = (&signed_in.visitor, signed_in.session);
    if signed_in.account.proven_phone().is_none() || signed_in.account.role == Role::Administrator {
        visitor.cookies.say_next(Notice::CodeNotPossible);
        return Ok(see_other(OVERVIEW));
    }
    if signed_in.account.two_factor == Some(Method::Sms) {
        return Ok(see_other(OVERVIEW));
    }
    let set = first_set(&visitor.app, &signed_in.account).await?;
    let (account, origin) = (signed_in.account.clone(), visitor.origin());
    let changed = visitor.app.db.run(move |conn| {
        let token = change::switch_to_sms(conn, &account, session, set.as_ref(), &origin)?;
        Ok::<_, NotChanged>((token, set))
    });
    after_change(&signed_in, changed.await, Notice::TwoFactorBySms)
}

/// `POST /account/two-factor/off`
pub async fn submit_off(fresh: Fresh, _: Form<NoFields>) -> Answer {
    let Fresh(signed_in) = fresh;
    let (visitor, session) = (&signed_in.visitor, signed_in.session);
    // Administrators must have the app (AUT-05).
    if signed_in.account.two_factor.is_none() || signed_in.account.role == Role::Administrator {
        return Ok(see_other(OVERVIEW));
    }
    let (account, origin) = (signed_in.account.clone(), visitor.origin());
    let changed = visitor.app.db.run(move |conn| {
        let token = change::switch_off(conn, &account, session, &origin)?;
        Ok::<_, NotChanged>((token, None))
    });
    after_change(&signed_in, changed.await, Notice::TwoFactorOff)
}

/// `GET /account/two-factor/backup-codes`
pub async fn show_backup_codes(signed_in: SignedIn) -> Answer {
    page::ok(BackupCodesPage {
        chrome: signed_in.chrome(),
        method: signed_in.account.two_factor,
        codes_left: signed_in.account.backup_codes_left,
        notice: signed_in.visitor.cookies.take_notice(),
    })
}

/// `POST /account/two-factor/backup-codes`
pub async fn submit_backup_codes(fresh: Fresh, _: Form<NoFields>) -> Answer {
    let Fresh(signed_in) = fresh;
    let visitor = &signed_in.visitor;
    if signed_in.account.two_factor.is_none() {
        return Ok(see_other(OVERVIEW));
    }
    let set = new_set(&visitor.app).await?;
    let (account, origin) = (signed_in.account.clone(), visitor.origin());
    let renewed = visitor.app.db.run(move |conn| {
        change::renew_backup_codes(conn, &account, &set, &origin)?;
        Ok::<_, NotChanged>(set)
    });
    match renewed.await {
        Ok(set) => {
            log::info!("event=backup_codes_made user={} request={}", signed_in.account.id, visitor.reference);
            show_new_set(&signed_in, &set, None)
        }
        Err(error) => not_changed(error),
    }
}
