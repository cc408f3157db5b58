//! Reading all that the page shows, in one transaction: all of it is of one moment.

use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};
use diesel::PgConnection;

use crate::{
    db::{self, DbError},
    features::{
        activity::hours::{self, Every, Happened},
        alerts::{self, Kind, store::Undelivered, watch::FAILURES_IN_A_ROW},
        brakes::{self, store::Noted},
        budget::{self, Caps, store::Fill},
        circuits::{self, store::Open},
        message_hours::{self, Figures, Span},
        messages::{self, store::Streak},
        recovery::{self, Listed, Sent},
    },
};

/// Of each kind so many are shown at most.
const MOST: i64 = 20;
/// From this percentage on a budget is worth a look.
const BUDGET_PERCENT: i64 = 50;
/// Texts leave within seconds. One that has waited so long is worth a look.
const LONG_IN_QUEUE: Duration = Duration::from_secs(60);
/// So many texts of the last two hours that failed are worth a look, if they are a tenth of them or more.
const FAILED_TEXTS: i64 = 10;
/// For so many days an alert about the audit trail is repeated here.
const AUDIT_DAYS: i32 = 30;

/// Which time is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// 24 hours.
    Day,
    /// 30 days.
    Month,
}

/// An hour or a day.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// When it began.
    pub start: DateTime<Utc>,
    /// What happened to accounts.
    pub happened: Happened,
    /// What became of texts.
    pub texts: Figures,
}

/// What needs attention.
#[derive(Debug, Clone, Default)]
pub struct Attention {
    /// Since when the audit trail is known not to fit together.
    pub audit_failed_at: Option<DateTime<Utc>>,
    /// Decisions to send no texts somewhere.
    pub brakes: Vec<Noted>,
    /// Budgets that are half used up, or more.
    pub budgets: Vec<Fill>,
    /// Providers that do not answer, by name, with their calls in vain.
    pub down: Vec<Streak>,
    /// Providers that are left alone for a while, and where.
    pub circuits: Vec<Open>,
    /// Texts of the last two hours that failed, of all that were tried, if these are many.
    pub failed: Option<(i64, i64)>,
    /// Texts that should have left long ago: how many wait, and how long the oldest has.
    pub late: Option<(i64, Duration)>,
    /// Recoveries whose wait is not over.
    pub recoveries: Vec<Listed>,
    /// Recoveries whose text was refused.
    pub stuck_recoveries: Vec<Listed>,
    /// Alerts that nobody has got.
    pub alerts: Undelivered,
}

/// All that the page shows.
#[derive(Debug, Clone)]
pub struct Look {
    /// When it was read.
    pub now: DateTime<Utc>,
    /// The period that is told.
    pub period: Period,
    /// What needs attention.
    pub attention: Attention,
    /// The period's hours or days, the oldest first.
    pub slices: Vec<Slice>,
    /// What happened to accounts in the period before.
    pub happened_before: Happened,
    /// What became of the period's texts.
    pub texts: Figures,
    /// What became of those of the period before.
    pub texts_before: Figures,
    /// Texts that may leave and have not.
    pub waiting: i64,
    /// What may be spent.
    pub caps: Caps,
}

/// Reads it.
///
/// # Errors
/// The database's.
pub fn look(conn: &mut PgConnection, period: Period) -> Result<Look, DbError> {
    db::transaction(conn, |conn| {
        let now = db::moment(conn)?;
        let (every, bars, span, before) = match period {
            Period::Day => (Every::Hour, 24, Span::Day, Span::DayBefore),
            Period::Month => (Every::Day, 30, Span::Month, Span::MonthBefore),
        };
        let hours = message_hours::by_hour(conn)?;
        let (waiting, oldest) = messages::store::count_queued(conn)?;
        let texts: Vec<(DateTime<Utc>, Figures)> = match period {
            Period::Day => hours.clone(),
            Period::Month => {
                let days = message_hours::by_day(conn)?;
                days.into_iter().map(|(day, texts)| (day.and_time(NaiveTime::MIN).and_utc(), texts)).collect()
            }
        };
        let happened = hours::list(conn, every, bars * 2)?;
        let (earlier, these) = happened.split_at(happened.len() / 2);
        let of = |start| texts.iter().find(|(begun, _)| *begun == start).map(|(_, texts)| *texts).unwrap_or_default();
        Ok(Look {
            now,
            period,
            attention: what_needs_it(conn, &hours, waiting, oldest)?,
            slices: these
                .iter()
                .map(|(start, happened)| Slice { start: *start, happened: *happened, texts: of(*start) })
                .collect(),
            happened_before: earlier.iter().map(|(_, happened)| *happened).sum(),
            texts: message_hours::totals(conn, span)?,
            texts_before: message_hours::totals(conn, before)?,
            waiting,
            caps: budget::store::find_caps(conn, budget::Scope::InAll)?,
        })
    })
}

fn what_needs_it(
    conn: &mut PgConnection,
    hours: &[(DateTime<Utc>, Figures)],
    waiting: i64,
    oldest: f64,
) -> Result<Attention, DbError> {
    let mut budgets = budget::store::list_fills(conn)?;
    budgets.retain(|fill| fill.percent >= BUDGET_PERCENT || fill.is_full);
    budgets.sort_by_key(|fill| std::cmp::Reverse((fill.is_full, fill.percent)));
    let mut down = messages::store::list_streaks(conn)?;
    down.retain(|streak| streak.failures >= FAILURES_IN_A_ROW);
    let (stuck_recoveries, mut recoveries): (Vec<_>, Vec<_>) =
        recovery::store::list_open(conn)?.into_iter().partition(|recovery| recovery.sent == Sent::Refused);
    recoveries.retain(|recovery| recovery.sent == Sent::NotYet);
    let oldest = Duration::from_secs_f64(oldest.max(0.0));
    Ok(Attention {
        audit_failed_at: alerts::store::find_newest(conn, Kind::AuditFailure, AUDIT_DAYS)?,
        brakes: brakes::store::list_on(conn, MOST)?,
        budgets,
        down,
        circuits: circuits::store::list_open(conn, MOST)?,
        failed: many_failed(hours),
        late: Some((waiting, oldest)).filter(|(waiting, oldest)| *waiting > 0 && *oldest >= LONG_IN_QUEUE),
        recoveries,
        stuck_recoveries,
        alerts: alerts::store::count_undelivered(conn)?,
    })
}

/// The texts of the last two hours that failed, of all that were to be sent.
fn many_failed(hours: &[(DateTime<Utc>, Figures)]) -> Option<(i64, i64)> {
    let last = hours.iter().rev().take(2);
    let (failed, texts) =
        last.fold((0, 0), |(failed, texts), (_, of)| (failed + of.failed, texts + of.texts - of.held));
    (failed >= FAILED_TEXTS && failed.saturating_mul(10) >= texts).then_some((failed, texts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(figures: &[(i64, i64)]) -> Vec<(DateTime<Utc>, Figures)> {
        let of = |(texts, failed): &(i64, i64)| Figures { texts: *texts, failed: *failed, ..Figures::default() };
        figures.iter().map(|figures| (DateTime::<Utc>::default(), of(figures))).collect()
    }

    #[test]
    fn failed_texts_are_told_when_they_are_many_and_of_late() {
        assert_eq!(many_failed(&[]), None);
        assert_eq!(many_failed(&hours(&[(20, 9), (0, 0)])), None, "a handful");
        assert_eq!(many_failed(&hours(&[(500, 10), (500, 10)])), None, "two in a hundred");
        assert_eq!(many_failed(&hours(&[(50, 5), (50, 5)])), Some((10, 100)));
        assert_eq!(many_failed(&hours(&[(50, 50), (5, 0), (5, 0)])), None, "long ago");
        assert_eq!(many_failed(&hours(&[(12, 12)])), Some((12, 12)), "none has left");
    }
}
