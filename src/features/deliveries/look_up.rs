//! Asking Twilio for what its reports have not told.

use std::time::Duration;

use diesel::PgConnection;

use super::{
    count::{self, Learnt},
    store::{self, Due},
};
use crate::{
    app::App,
    db::{self, DbError},
    domain::ids::MessageId,
    features::{budget, messages},
    sms::Report,
};

/// The currency of the budget. What an account is billed in another stays with the assumed price.
const BUDGET_UNIT: &str = "USD";

/// How often to look for messages that are due.
const INTERVAL: Duration = Duration::from_secs(5);
/// When a message is asked for, counted from the look before: reports are late by minutes, prices by up to a day.
pub const LOOKS: [Duration; 4] = [
    Duration::from_secs(5 * 60),
    Duration::from_secs(60 * 60),
    Duration::from_secs(6 * 60 * 60),
    Duration::from_secs(20 * 60 * 60),
];

/// Runs until the program stops. Any number of instances share the work.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        if app.outcomes.is_stopping() {
            return;
        }
        if let Err(error) = look_up_all_due(&app).await {
            log::error!("event=look_up_failed error={:?}", error.to_string());
        }
    }
}

async fn look_up_all_due(app: &App) -> Result<(), DbError> {
    while let Some(due) = app.db.run(store::claim_due).await? {
        look_up(app, due).await?;
        if app.outcomes.is_stopping() {
            break;
        }
    }
    Ok(())
}

/// Keeps what a look has told, and counts what the text cost in the place of what it was assumed to.
fn learn(conn: &mut PgConnection, message: MessageId, report: &Report) -> Result<(), DbError> {
    let is_news = db::transaction(conn, |conn| {
        // The message before its delivery, as everywhere.
        messages::store::lock(conn, message)?;
        let price = report.price.as_ref().filter(|price| price.unit == BUDGET_UNIT);
        if let Some(micros) = price.and_then(|price| i64::try_from(price.micros).ok()) {
            budget::count(conn, message, micros)?;
        }
        store::learn(conn, message, report)
    })?;
    if is_news {
        count::news(conn, message, report, Learnt::ByAsking);
    }
    Ok(())
}

/// Asks for one message. What Twilio does not answer is asked again at the next look.
async fn look_up(app: &App, due: Due) -> Result<(), DbError> {
    let message = due.message_id;
    match app.sms.fetch_report(&due.provider_sid).await {
        Ok(Some(report)) => {
            log::debug!("event=looked_up message={message} status={}", report.status.as_str());
            app.db.run(move |conn| learn(conn, message, &report)).await
        }
        Ok(None) => Ok(()),
        Err(failure) => {
            log::warn!("event=not_looked_up message={message} why={:?}", failure.to_string());
            Ok(())
        }
    }
}
