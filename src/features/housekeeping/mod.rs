//! Removing what is over. Any instance may do it; none relies on it, because every query looks at the time itself.

use std::time::Duration;

use diesel::PgConnection;

use crate::{
    app::App,
    db::DbError,
    features::{
        activity, brakes, budget, messages, passwords::guesses, phone_verifications, registration, sessions, sign_in,
        throttles, trusted_devices, two_factor,
    },
};

/// How often.
const INTERVAL: Duration = Duration::from_secs(30);

/// Runs until the program stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        if app.outcomes.is_stopping() {
            return;
        }
        match app.db.run(tidy).await {
            Ok(removed) if removed == Removed::default() => {}
            Ok(removed) => log::info!("event=housekeeping {removed}"),
            Err(error) => log::error!("event=housekeeping_failed error={:?}", error.to_string()),
        }
    }
}

/// How many rows of each kind went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Removed {
    registrations: usize,
    challenges: usize,
    sessions: usize,
    sign_ins: usize,
    trusted_devices: usize,
    guesses: usize,
    enrolments: usize,
    throttles: usize,
    messages: usize,
    activity: usize,
    spending: usize,
    hours: usize,
    abandoned_messages: usize,
}

impl std::fmt::Display for Removed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "registrations={} challenges={} sessions={} sign_ins={} trusted_devices={} guesses={} enrolments={} throttles={} messages={} activity={} spending={} hours={} abandoned_messages={}",
            self.registrations,
            self.challenges,
            self.sessions,
            self.sign_ins,
            self.trusted_devices,
            self.guesses,
            self.enrolments,
            self.throttles,
            self.messages,
            self.activity,
            self.spending,
            self.hours,
            self.abandoned_messages
        )
    }
}

/// One round. DAT-03.
///
/// # Errors
/// The database's; what went before stays gone.
pub fn tidy(conn: &mut PgConnection) -> Result<Removed, DbError> {
    brakes::store::write_hours(conn)?;
    brakes::end_what_is_over(conn)?;
    Ok(Removed {
        registrations: registration::store::remove_expired(conn)?,
        challenges: phone_verifications::store::remove_expired(conn)?,
        sessions: sessions::store::remove_expired(conn)?,
        sign_ins: sign_in::store::remove_expired(conn)?,
        trusted_devices: trusted_devices::store::remove_expired(conn)?,
        guesses: guesses::remove_expired(conn)?,
        enrolments: two_factor::app::store::remove_expired(conn)?,
        throttles: throttles::remove_expired(conn)?,
        messages: messages::store::remove_expired(conn)?,
        activity: activity::store::remove_expired(conn)?,
        spending: budget::store::remove_expired(conn)?,
        hours: brakes::store::remove_expired(conn)?,
        abandoned_messages: messages::store::settle_abandoned(conn)?,
    })
}
