//! Removing what is over. Any instance may do it; none relies on it, because every query looks at the time itself.
//!
//! - Each kind of row goes in parts of a few thousand, each in a transaction of its own: a backlog locks nothing for long.
//! - Several instances at once pass over what another has in hand and never wait for each other.
//! - How long things are kept is a promise: `README.md` has it in a table, and `/account/data` and `/privacy` say it too.

use std::time::Duration;

use diesel::PgConnection;

use crate::{
    app::App,
    crypto::keys::KeyRing,
    db::{BATCH, DbError},
    features::{
        action_codes, activity, alerts, brakes, budget, circuits, message_hours, messages, my_data, password_reset,
        passwords::guesses, phone_change, phone_verifications, recovery, registration, sessions, sign_in, throttles,
        trusted_devices, two_factor,
    },
    metrics,
};

/// How often.
const INTERVAL: Duration = Duration::from_secs(30);

/// Runs until the program stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        // What is more than a part goes at once, part by part.
        while !app.outcomes.is_stopping() && round(&app).await {}
        if app.outcomes.is_stopping() {
            return;
        }
    }
}

/// One round. Answers whether there is more to do at once.
async fn round(app: &App) -> bool {
    let keys = app.keys.clone();
    let tidied = app.db.run(move |conn| tidy(conn, &keys.pseudonym)).await;
    metrics::housekeeping(tidied.is_ok());
    match tidied {
        Ok(removed) => {
            if removed != Removed::default() {
                log::info!("event=housekeeping {removed}");
            }
            removed.is_only_a_part()
        }
        Err(error) => {
            log::error!("event=housekeeping_failed error={:?}", error.to_string());
            false
        }
    }
}

/// How many rows of each kind went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Removed(Vec<(&'static str, usize)>);

impl Removed {
    fn note(&mut self, kind: &'static str, rows: usize) {
        if rows > 0 {
            self.0.push((kind, rows));
        }
    }

    /// Whether some kind of row filled a part, so that there may be more.
    fn is_only_a_part(&self) -> bool {
        let most = |kind| if kind == ACCOUNTS { my_data::delete::MOST_IN_A_ROUND } else { BATCH };
        self.0.iter().any(|(kind, rows)| i64::try_from(*rows).unwrap_or(i64::MAX) >= most(*kind))
    }
}

impl std::fmt::Display for Removed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told: Vec<String> = self.0.iter().map(|(kind, rows)| format!("{kind}={rows}")).collect();
        f.write_str(&told.join(" "))
    }
}

const ACCOUNTS: &str = "accounts";

/// One round: a part of each kind. DAT-03.
///
/// # Errors
/// The database's; what went before stays gone.
pub fn tidy(conn: &mut PgConnection, pseudonym: &KeyRing) -> Result<Removed, DbError> {
    brakes::store::write_hours(conn)?;
    brakes::end_what_is_over(conn)?;
    while activity::hours::is_behind(conn)? {
        activity::hours::write(conn)?;
    }
    let mut removed = Removed::default();
    removed.note(ACCOUNTS, my_data::delete::delete_due(conn, pseudonym)?);
    removed.note("registrations", registration::store::remove_expired(conn)?);
    removed.note("resets", password_reset::store::remove_expired(conn)?);
    removed.note("phone_changes", phone_change::store::remove_expired(conn)?);
    removed.note("sign_ins", sign_in::store::remove_expired(conn)?);
    removed.note("challenges", phone_verifications::store::remove_expired(conn)?);
    removed.note("recoveries", recovery::store::remove_expired(conn)?);
    removed.note("action_codes", action_codes::store::remove_expired(conn)?);
    removed.note("sessions", sessions::store::remove_expired(conn)?);
    removed.note("trusted_devices", trusted_devices::store::remove_expired(conn)?);
    removed.note("enrolments", two_factor::app::store::remove_expired(conn)?);
    removed.note("guesses", guesses::remove_expired(conn)?);
    removed.note("throttles", throttles::remove_expired(conn)?);
    removed.note("messages", messages::store::remove_expired(conn)?);
    removed.note("forgotten_numbers", messages::forget::forget_outlived(conn, pseudonym)?);
    removed.note("activity", activity::store::remove_expired(conn)?);
    removed.note("activity_hours", activity::hours::remove_expired(conn)?);
    removed.note("alerts", alerts::store::remove_expired(conn)?);
    removed.note("spending", budget::store::remove_expired(conn)?);
    removed.note("hours", brakes::store::remove_expired(conn)?);
    removed.note("figures", message_hours::store::remove_expired(conn)?);
    removed.note("calls", circuits::store::remove_expired(conn)?);
    removed.note("abandoned_messages", messages::store::settle_abandoned(conn)?);
    Ok(removed)
}
