//! The worker that posts alerts. It has a task of its own, so a receiver that hangs holds up nothing but alerts.

use std::time::Duration;

use reqwest::{header::CONTENT_TYPE, redirect, retry};
use secrecy::SecretString;
use serde::Serialize;
use url::Url;

use super::{
    Kind, signature,
    store::{self, Claimed},
    words::summary,
};
use crate::{
    app::App,
    crypto::tls,
    db::DbError,
    metrics::{self, AlertEnd},
    web::words::Words,
};

/// How often to look for alerts that are due.
const SWEEP: Duration = Duration::from_secs(1);
/// How long a receiver has for its answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The wait after the first try, longer than any try lasts.
const FIRST_WAIT: Duration = Duration::from_secs(10);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// What is posted.
#[derive(Serialize)]
struct Posted<'a> {
    /// The same at every try: a receiver that has seen it already can say so with a 200.
    id: String,
    kind: &'a str,
    /// A country, a provider of texts, or nothing.
    subject: &'a str,
    reference: &'a str,
    raised_at: String,
    /// Whose alert it is.
    installation: String,
    /// What happened, for people.
    summary: String,
    facts: serde_json::Value,
}

/// Who is told.
struct Receiver<'a> {
    url: &'a Url,
    secret: &'a SecretString,
}

/// Why nobody can be called.
#[derive(Debug, thiserror::Error)]
enum NoCaller {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Runs until the program stops. Any number of instances share the work.
pub async fn run(app: App) {
    let http = match caller() {
        Ok(http) => http,
        Err(error) => return log::error!("event=alerts_cannot_be_sent error={:?}", error.to_string()),
    };
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        if app.outcomes.is_stopping() {
            return;
        }
        if let Err(error) = deliver_all_due(&app, &http).await {
            log::error!("event=alerts_unreadable error={:?}", error.to_string());
        }
    }
}

fn caller() -> Result<reqwest::Client, NoCaller> {
    Ok(reqwest::Client::builder()
        .user_agent(concat!("latchkey/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(TIMEOUT)
        .timeout(TIMEOUT)
        .tls_backend_preconfigured(tls::for_calls()?)
        // Only the configuration decides who is told (INP-07).
        .redirect(redirect::Policy::none())
        .no_proxy()
        // The table knows how often it was tried.
        .retry(retry::never())
        .build()?)
}

async fn deliver_all_due(app: &App, http: &reqwest::Client) -> Result<(), DbError> {
    while let Some(alert) = app.db.run(|conn| store::claim_due(conn, FIRST_WAIT, LONGEST_WAIT)).await? {
        deliver(app, http, alert).await?;
        if app.outcomes.is_stopping() {
            break;
        }
    }
    Ok(())
}

async fn deliver(app: &App, http: &reqwest::Client, alert: Claimed) -> Result<(), DbError> {
    let Claimed { id, attempts, .. } = alert;
    // Raised by a newer release than this one, it has no words here and waits for an instance that has them.
    let Some(kind) = Kind::parse(&alert.kind) else { return Ok(()) };
    if attempts == 1 {
        log_alert(kind, &alert);
    }
    let settings = app.settings.current();
    let posted = match (settings.alert_url.as_ref().or(app.config.alert_url.as_ref()), &app.config.alert_secret) {
        (Some(url), Some(secret)) => post(app, http, &Receiver { url, secret }, kind, &alert).await,
        (Some(_), None) => Err("LATCHKEY_ALERT_SECRET is missing".to_owned()),
        (None, _) => Ok(()),
    };
    let Err(why) = posted else {
        metrics::alert(kind.as_str(), AlertEnd::Delivered);
        return app.db.run(move |conn| store::settle_delivered(conn, id)).await;
    };
    metrics::alert(kind.as_str(), AlertEnd::Failed);
    let reference = alert.reference;
    if app.db.run(move |conn| store::give_up_if_old(conn, id)).await? {
        metrics::alert(kind.as_str(), AlertEnd::GivenUp);
        log::error!("event=alert_given_up alert={id} reference={reference} attempts={attempts} why={why:?}");
    } else {
        log::warn!("event=alert_not_delivered alert={id} reference={reference} attempt={attempts} why={why:?}");
    }
    Ok(())
}

fn log_alert(kind: Kind, alert: &Claimed) {
    let level = if kind.is_good_news() { log::Level::Info } else { log::Level::Warn };
    let Claimed { id, subject, reference, detail, .. } = alert;
    log::log!(
        level,
        "event=alert kind={} subject={subject:?} reference={reference} alert={id} facts={detail}",
        kind.as_str()
    );
}

async fn post(
    app: &App,
    http: &reqwest::Client,
    receiver: &Receiver<'_>,
    kind: Kind,
    alert: &Claimed,
) -> Result<(), String> {
    let body = body(app, kind, alert).map_err(|error| error.to_string())?;
    let signed = signature::sign(receiver.secret, alert.now.timestamp(), &body);
    let request = http.post(receiver.url.clone()).header(CONTENT_TYPE, "application/json");
    let answer = request.header(signature::HEADER, signed).body(body).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!("status {}", answer.status().as_u16())),
        // Never the error's own words: they have the address in them, and with it whatever secret is in its path.
        Err(error) if error.is_timeout() => Err("timeout".to_owned()),
        Err(error) if error.is_connect() => Err("no connection".to_owned()),
        Err(_) => Err("connection broken".to_owned()),
    }
}

fn body(app: &App, kind: Kind, alert: &Claimed) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Posted {
        id: alert.id.to_string(),
        kind: kind.as_str(),
        subject: &alert.subject,
        reference: &alert.reference,
        raised_at: alert.created_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        installation: app.config.base_url.origin(),
        summary: summary(kind, &alert.subject, &Words::english()),
        facts: serde_json::from_str(&alert.detail)?,
    })
}
