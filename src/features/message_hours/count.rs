//! Counting hours. Any instance may; none waits for another.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::store;
use crate::{
    app::App,
    db::{self, DbError},
};

/// How often.
const INTERVAL: Duration = Duration::from_secs(60);

/// Runs until the program stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        if app.outcomes.is_stopping() {
            return;
        }
        if let Err(error) = count_all_due(&app).await {
            log::error!("event=hours_not_counted error={:?}", error.to_string());
        }
    }
}

/// An hour at a time, each with a connection of its own choosing: after a long rest there may be many.
async fn count_all_due(app: &App) -> Result<(), DbError> {
    for hour in app.db.run(store::list_due).await? {
        if app.outcomes.is_stopping() || !app.db.run(move |conn| count_hour(conn, hour)).await? {
            break;
        }
    }
    Ok(())
}

/// Counts every hour that is due, and answers how many there were.
///
/// # Errors
/// The database's; hours that went before stay counted.
pub fn count_due(conn: &mut PgConnection) -> Result<usize, DbError> {
    let mut counted = 0;
    for hour in store::list_due(conn)? {
        if !count_hour(conn, hour)? {
            break;
        }
        counted += 1;
    }
    Ok(counted)
}

/// Counts one hour, unless another instance is counting.
fn count_hour(conn: &mut PgConnection, hour: DateTime<Utc>) -> Result<bool, DbError> {
    db::transaction(conn, |conn| {
        if !store::try_lock(conn)? {
            return Ok(false);
        }
        // The notes first: what is changed from here on leaves a new one.
        store::take_notes(conn, hour)?;
        store::count(conn, hour)?;
        store::count_errors(conn, hour)?;
        store::remove_stale(conn, hour)?;
        store::count_day_of(conn, hour)?;
        store::note_counted(conn, hour)?;
        Ok(true)
    })
}
