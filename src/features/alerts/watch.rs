//! Looking for what shows only over time. Every instance looks at the same rows, so all of them come to the same, and
//! whoever is first raises it.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use diesel::PgConnection;

use super::{Alert, Kind, raise, store};
use crate::{
    app::App,
    db::DbError,
    domain::country::Country,
    features::{
        activity,
        budget::{self, store::Fill},
        messages::{self, store::Streak},
        passwords::guesses,
    },
};

/// How often.
const INTERVAL: Duration = Duration::from_secs(5);
/// So many calls in a row to which a provider gave no answer within five minutes: it is down.
pub const FAILURES_IN_A_ROW: i64 = 5;
/// So many unsigned reports of delivery within [`TEN_MINUTES`].
const UNSIGNED: usize = 20;
/// So many wrong passwords and codes within ten minutes are worth a look, where they are more than the sign-ins: a large
/// household of users mistypes a great deal too.
const WRONG: i64 = 100;
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);

/// The moments of the last unsigned reports, in this instance's memory: they are the one thing that anybody at all can
/// cause, and each would cost a write else.
#[derive(Debug, Default)]
pub struct UnsignedReports(Mutex<VecDeque<Instant>>);

impl UnsignedReports {
    /// One more.
    pub fn note(&self) {
        let mut moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        moments.push_back(Instant::now());
        if moments.len() > UNSIGNED {
            moments.pop_front();
        }
    }

    fn are_many(&self) -> bool {
        let moments = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        moments.len() == UNSIGNED && moments.front().is_some_and(|first| first.elapsed() <= TEN_MINUTES)
    }
}

/// Runs until the program stops.
pub async fn run(app: App) {
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        ticks.tick().await;
        if app.outcomes.is_stopping() {
            return;
        }
        let unsigned = app.unsigned_reports.are_many();
        if let Err(error) = app.db.run(move |conn| look(conn, unsigned)).await {
            log::error!("event=watch_failed error={:?}", error.to_string());
        }
    }
}

fn look(conn: &mut PgConnection, unsigned: bool) -> Result<(), DbError> {
    if unsigned {
        raise(
            conn,
            &Alert::new(Kind::SignaturesRefused).fact("at_least", i64::try_from(UNSIGNED).unwrap_or(i64::MAX)),
        )?;
    }
    for streak in messages::store::list_streaks(conn)? {
        judge_provider(conn, &streak)?;
    }
    for fill in budget::store::list_fills(conn)? {
        judge_budget(conn, &fill)?;
    }
    judge_sign_ins(conn)
}

/// A provider is up again once it has answered after it was told of as down.
fn judge_provider(conn: &mut PgConnection, streak: &Streak) -> Result<(), DbError> {
    let Some(provider) = ["messaging", "verify"].into_iter().find(|name| *name == streak.provider) else {
        return Ok(());
    };
    if streak.failures >= FAILURES_IN_A_ROW {
        raise(conn, &Alert::new(Kind::ProviderDown).of_provider(provider).fact("calls_in_vain", streak.failures))?;
        return Ok(());
    }
    let Some(answered_at) = streak.answered_at else { return Ok(()) };
    if store::find_told_down(conn, provider)?.is_some_and(|since| since < answered_at) {
        raise(conn, &Alert::new(Kind::ProviderUp).of_provider(provider))?;
    }
    Ok(())
}

fn judge_budget(conn: &mut PgConnection, fill: &Fill) -> Result<(), DbError> {
    let kind = match fill.percent {
        _ if fill.is_full => Kind::Budget100,
        80.. => Kind::Budget80,
        50.. => Kind::Budget50,
        _ => return Ok(()),
    };
    let Some((period, hours)) =
        [("hour", 1), ("day", 24), ("month", 31 * 24)].into_iter().find(|(name, _)| *name == fill.period)
    else {
        return Ok(());
    };
    let alert = match Country::parse(&fill.scope) {
        Ok(country) => Alert::new(kind).of_country(country),
        Err(_) => Alert::new(kind),
    };
    let alert = alert.of_period(period, fill.ends_at).fact("hours_at_most", hours).fact("cap_micros", fill.cap);
    let alert = alert.fact("spent_micros", fill.spent).fact("unproven_micros", fill.unproven);
    raise(conn, &alert).map(drop)
}

fn judge_sign_ins(conn: &mut PgConnection) -> Result<(), DbError> {
    let passwords = guesses::count_recent(conn, TEN_MINUTES)?;
    let (codes, sign_ins) = activity::store::count_recent(conn, TEN_MINUTES)?;
    let wrong = passwords + codes;
    if wrong < WRONG || wrong <= sign_ins {
        return Ok(());
    }
    let alert = Alert::new(Kind::SignInsRefused);
    let alert = alert.fact("wrong_passwords", passwords).fact("wrong_codes", codes).fact("sign_ins", sign_ins);
    raise(conn, &alert).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_unsigned_reports_are_many_and_nineteen_are_not() {
        let reports = UnsignedReports::default();
        for number in 1..=100 {
            reports.note();
            assert_eq!(reports.are_many(), number >= UNSIGNED, "{number}");
        }
    }
}
