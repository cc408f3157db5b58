//! Looking at what becomes of texts after they were accepted.

use std::time::Duration;

use diesel::PgConnection;

use super::{decide::Heard, hear, store};
use crate::{
    app::App,
    db::{self, DbError},
};

/// How often.
const INTERVAL: Duration = Duration::from_secs(5);

/// Runs until the program stops. Any instance may look; what it finds changes a circuit once.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        if app.outcomes.is_stopping() {
            return;
        }
        if let Err(error) = app.db.run(look).await {
            log::error!("event=arrivals_unreadable error={:?}", error.to_string());
        }
    }
}

/// One look at all providers and countries.
///
/// # Errors
/// The database's.
pub fn look(conn: &mut PgConnection) -> Result<(), DbError> {
    for (scope, arrivals) in store::list_arrivals(conn)? {
        db::transaction(conn, |conn| {
            store::lock(conn, scope.provider)?;
            hear(conn, scope, &Heard::Arrivals(arrivals))
        })?;
    }
    Ok(())
}
