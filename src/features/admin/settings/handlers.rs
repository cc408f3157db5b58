//! One function for each GET and POST of the settings.

use std::sync::Arc;

use actix_web::http::StatusCode;

use super::{
    forms::{Rules, SettingsForm},
    pages::{Fields, NotSent, SettingsPage},
};
use crate::{
    app::App,
    features::{
        countries,
        health::findings::{self, Finding},
        messages::{self, OUTCOME_WAIT, Outcome, notices},
        sessions::principals::{Administrator, FreshAdministrator, SignedIn},
        settings::save::{self, NotSaved, Standing},
    },
    web::{
        body::{Form, MOST_BYTES_OF_PROSE, NoFields},
        error::{Answer, PageError},
        form::FormErrors,
        page::{self, AdminArea, Notice, see_other},
    },
};

/// `GET /admin/settings`
pub async fn show(who: Administrator) -> Answer {
    answer(&who.0, StatusCode::OK, Shown::default()).await
}

/// `POST /admin/settings`
pub async fn submit(who: FreshAdministrator, form: Form<SettingsForm, MOST_BYTES_OF_PROSE>) -> Answer {
    let FreshAdministrator(signed_in) = who;
    let (visitor, Form(form)) = (&signed_in.visitor, form);
    let standing = Found::read(&visitor.app).await?;
    let parsed = form.parse(&standing.rules(&visitor.app), &visitor.words);
    let errors = parsed.as_ref().err().cloned().unwrap_or_default();
    if form.version() != Some(standing.standing.version) {
        let shown = Shown { found: Some(standing), form: Some(form), errors, is_stale: true, ..Shown::default() };
        return answer(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    }
    let Ok(wanted) = parsed else {
        let shown = Shown { found: Some(standing), form: Some(form), errors, ..Shown::default() };
        return answer(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    let (by, keys, settings) = (signed_in.account.id, Arc::clone(&visitor.app.keys), visitor.app.settings.clone());
    let saved = visitor.app.db.run(move |conn| {
        let saved = save::save(conn, &keys.audit, settings.defaults(), by, &wanted)?;
        // Whoever saved finds at once what they did. It is done, whatever becomes of this reading: all instances hear of it.
        if let Err(error) = settings.reload(conn) {
            log::warn!("event=settings_unread error={:?}", error.to_string());
        }
        Ok::<_, NotSaved>(saved)
    });
    match saved.await {
        Ok(0) => visitor.cookies.say_next(Notice::SettingsUnchanged),
        Ok(changes) => {
            log::info!("event=settings_saved by={by} changes={changes} request={}", visitor.reference);
            visitor.cookies.say_next(Notice::SettingsSaved);
        }
        // Somebody was faster between the look and the save.
        Err(NotSaved::Stale) => {
            let shown = Shown { form: Some(form), is_stale: true, ..Shown::default() };
            return answer(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
        }
        Err(NotSaved::Db(error)) => return Err(error.into()),
    }
    Ok(see_other(AdminArea::Settings.path()))
}

/// `POST /admin/settings/test-message`: to the administrator's own number, and how it went.
pub async fn send_test(who: FreshAdministrator, _: Form<NoFields>) -> Answer {
    let FreshAdministrator(signed_in) = who;
    let visitor = &signed_in.visitor;
    match try_to_send(&signed_in).await? {
        Ok(notice) => {
            visitor.cookies.say_next(notice);
            Ok(see_other(AdminArea::Settings.path()))
        }
        Err(not_sent) => {
            let shown = Shown { test: Some(not_sent), ..Shown::default() };
            answer(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, shown).await
        }
    }
}

async fn try_to_send(signed_in: &SignedIn) -> Result<Result<Notice, NotSent>, PageError> {
    let app = &signed_in.visitor.app;
    let Some(owner) = signed_in.account.owner() else { return Ok(Err(NotSent::NoNumber)) };
    if app.sms.for_notices().is_none() {
        return Ok(Err(NotSent::NoCarrier));
    }
    let listening = app.outcomes.subscribe();
    let Some(message) = app.db.run(move |conn| notices::send_test(conn, &owner)).await? else {
        return Ok(Err(NotSent::NotQueued));
    };
    log::info!(
        "event=test_message by={} message={message} request={}",
        signed_in.account.id,
        signed_in.visitor.reference
    );
    listening.settled(message, OUTCOME_WAIT).await;
    Ok(match app.db.run(move |conn| messages::store::find_outcome(conn, message)).await? {
        Some(Outcome::Sent) => Ok(Notice::TestMessageSent),
        Some(Outcome::Refused(fault)) => Err(NotSent::Refused(fault)),
        Some(Outcome::Underway | Outcome::Unknown) | None => Ok(Notice::TestMessageUnderway),
    })
}

/// `POST /admin/settings/check-connection`: what `latchkey check` looks at, from this instance.
pub async fn check_connection(who: FreshAdministrator, _: Form<NoFields>) -> Answer {
    let FreshAdministrator(signed_in) = who;
    let app = &signed_in.visitor.app;
    let looked = app.db.run(|conn| Ok::<_, crate::db::DbError>(findings::of_database(conn))).await;
    let mut findings = looked.unwrap_or_else(|error| vec![Finding::unreachable(&error)]);
    findings.extend(findings::of_providers(&app.sms).await);
    answer(&signed_in, StatusCode::OK, Shown { findings, ..Shown::default() }).await
}

/// What stands in the database, read once for a request.
struct Found {
    standing: Standing,
    least_segments: u16,
}

impl Found {
    async fn read(app: &App) -> Result<Self, PageError> {
        let defaults = Arc::clone(app.settings.defaults());
        let found = app.db.run(move |conn| {
            let standing = save::find_standing(conn, &defaults)?;
            Ok::<_, crate::db::DbError>(Self { standing, least_segments: countries::store::least_segments(conn)? })
        });
        Ok(found.await?)
    }

    fn rules<'a>(&'a self, app: &'a App) -> Rules<'a> {
        Rules {
            standing: &self.standing,
            defaults: app.settings.defaults(),
            least_segments: self.least_segments,
            can_sign_alerts: app.config.alert_secret.is_some(),
        }
    }
}

/// What the page shows besides the settings themselves.
#[derive(Default)]
struct Shown {
    found: Option<Found>,
    form: Option<SettingsForm>,
    errors: FormErrors,
    is_stale: bool,
    test: Option<NotSent>,
    findings: Vec<Finding>,
}

async fn answer(signed_in: &SignedIn, status: StatusCode, shown: Shown) -> Answer {
    let (visitor, Shown { found, form, errors, is_stale, test, findings }) = (&signed_in.visitor, shown);
    let app = &visitor.app;
    let found = match found {
        Some(found) => found,
        None => Found::read(app).await?,
    };
    let rules = found.rules(app);
    let page = SettingsPage {
        chrome: signed_in.chrome(),
        version: found.standing.version,
        is_fresh: signed_in.is_fresh(),
        fields: Fields::new(&rules, form.as_ref(), is_stale, &visitor.words),
        errors,
        is_stale,
        notice: visitor.cookies.take_notice(),
        test,
        findings,
        credentials: app.config.credentials.to_vec(),
        number: signed_in.account.proven_phone().cloned(),
    };
    page::with_status(status, page)
}
