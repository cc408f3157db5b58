//! Verifying all the time. Each instance remembers by itself how far it has come: what is in the database could be
//! altered with the rows.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

use super::verify::{self, Mark, NotWhole, Walk};
use crate::{
    app::App,
    db::{self, DbError},
    features::alerts::{self, Alert, Kind},
};

/// How often the rows that are new are looked at.
const INTERVAL: Duration = Duration::from_secs(5);
/// How often all of them are.
const WHOLE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long it rests where they did not fit: as long as nobody is told once more. Then all of them are looked at.
const AGAIN: Duration = Duration::from_secs(60 * 60);

/// Acts of this process that could not be written down, until somebody was told.
static UNWRITTEN: AtomicI64 = AtomicI64::new(0);

/// One more.
pub(super) fn note_unwritten() {
    UNWRITTEN.fetch_add(1, Ordering::Relaxed);
}

/// Runs until the program stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    let mut seen = Mark::start();
    let mut whole_due = Instant::now();
    let mut rests_until = None;
    loop {
        ticks.tick().await;
        if app.outcomes.is_stopping() {
            return;
        }
        if let Err(error) = tell_of_unwritten(&app).await {
            log::error!("event=audit_watch_failed error={:?}", error.to_string());
        }
        let now = Instant::now();
        if rests_until.is_some_and(|until| now < until) {
            continue;
        }
        let whole = now >= whole_due;
        let from = if whole { Walk::whole() } else { Walk::from(seen.clone()) };
        match walk(&app, from, &seen).await {
            Ok(walked) => {
                if whole {
                    whole_due = now + WHOLE;
                    log_whole(&walked);
                }
                seen = walked.at;
            }
            Err(NotWhole::Db(error)) => log::error!("event=audit_watch_failed error={:?}", error.to_string()),
            Err(not_whole) => {
                (whole_due, rests_until) = (now, Some(now + AGAIN));
                if let Err(error) = tell_of(&app, &not_whole).await {
                    log::error!("event=audit_watch_failed error={:?}", error.to_string());
                }
            }
        }
    }
}

/// Goes on to the end, each part with a connection of its own.
async fn walk(app: &App, mut walk: Walk, seen: &Mark) -> Result<Walk, NotWhole> {
    loop {
        let (keys, seen) = (app.keys.clone(), seen.clone());
        let stepped = app.db.run(move |conn| {
            // First: what was put in the place of a row that is gone fits the rows before.
            verify::look_for(conn, &seen)?;
            let more = walk.step(conn, &keys.audit)?;
            Ok::<_, NotWhole>((walk, more))
        });
        let (walked, more) = stepped.await?;
        if !more {
            return Ok(walked);
        }
        walk = walked;
    }
}

fn log_whole(walk: &Walk) {
    if walk.at.number > 0 {
        log::info!("event=audit_whole rows={} mac={}", walk.at.number, walk.at.mac);
    }
    if walk.unknown_up_to > 0 {
        log::warn!("event=audit_not_checked rows={} why=\"written under a key that is gone\"", walk.unknown_up_to);
    }
}

async fn tell_of(app: &App, not_whole: &NotWhole) -> Result<(), DbError> {
    log::error!("event=audit_not_whole why={:?}", not_whole.to_string());
    let alert = Alert::new(Kind::AuditFailure).fact("row", not_whole.row().unwrap_or_default());
    app.db.run(move |conn| db::transaction(conn, |conn| alerts::raise(conn, &alert).map(drop))).await
}

async fn tell_of_unwritten(app: &App) -> Result<(), DbError> {
    let unwritten = UNWRITTEN.swap(0, Ordering::Relaxed);
    if unwritten == 0 {
        return Ok(());
    }
    let alert = Alert::new(Kind::AuditFailure).fact("acts_not_written", unwritten);
    let told = app.db.run(move |conn| db::transaction(conn, |conn| alerts::raise(conn, &alert).map(drop))).await;
    if told.is_err() {
        UNWRITTEN.fetch_add(unwritten, Ordering::Relaxed);
    }
    told
}
