//! How often things happened, hour by hour, in all accounts.
//!
//! - An hour that is over is written down once, by housekeeping. What happened since then is counted where it stands.
//! - Nothing in these figures is about a person.
//! - Hours and days are those of UTC.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{Event, KEPT_MONTHS};
use crate::db::{DbError, batch_of, statement};

/// The events that the figures are made of.
const COUNTED: [Event; 8] = [
    Event::Registered,
    Event::SignedIn,
    Event::SignedInBySms,
    Event::SignedInByApp,
    Event::SignedInByBackupCode,
    Event::SignedInFromTrustedDevice,
    Event::PasswordWrong,
    Event::CodeWrong,
];

/// What happened in some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Happened {
    /// Accounts that were opened.
    pub registrations: i64,
    /// Browsers that were signed in.
    pub sign_ins: i64,
    /// Wrong passwords and codes, of accounts that there are.
    pub refused: i64,
}

impl Happened {
    fn add(&mut self, event: Event, times: i64) {
        match event {
            Event::Registered => self.registrations += times,
            Event::PasswordWrong | Event::CodeWrong => self.refused += times,
            _ => self.sign_ins += times,
        }
    }
}

impl std::iter::Sum for Happened {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |sum, part| Self {
            registrations: sum.registrations + part.registrations,
            sign_ins: sum.sign_ins + part.sign_ins,
            refused: sum.refused + part.refused,
        })
    }
}

/// How time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Into hours.
    Hour,
    /// Into days.
    Day,
}

impl Every {
    fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    fn hours(self) -> i32 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
        }
    }
}

/// What happened in each of the last hours or days, the one that runs included, the oldest first; also where nothing did.
pub fn list(conn: &mut PgConnection, every: Every, most: i32) -> Result<Vec<(DateTime<Utc>, Happened)>, DbError> {
    let Bounds { since, until } = find_bounds(conn, every, most)?;
    let mut counts = count_written(conn, every, since, until)?;
    counts.extend(count_since(conn, every, since.max(until))?);
    let step = TimeDelta::hours(every.hours().into());
    let mut list: Vec<_> = (0..most).map(|index| (since + step * index, Happened::default())).collect();
    for Count { start, event, times } in counts {
        let slice = list.iter_mut().find(|(begun, _)| *begun == start);
        if let (Some((_, happened)), Some(event)) = (slice, Event::from_stored(&event)) {
            happened.add(event, times);
        }
    }
    Ok(list)
}

/// Where the first hour or day begins that is told, and up to where hours are written. Asked ahead: a query that is given
/// them as values is planned for the few rows there are.
#[derive(QueryableByName)]
struct Bounds {
    #[diesel(sql_type = t::Timestamptz)]
    since: DateTime<Utc>,
    #[diesel(sql_type = t::Timestamptz)]
    until: DateTime<Utc>,
}

fn find_bounds(conn: &mut PgConnection, every: Every, most: i32) -> Result<Bounds, DbError> {
    Ok(statement(
        "SELECT date_trunc($1, now(), 'UTC') - make_interval(hours => ($2 - 1) * $3) AS since, until
         FROM activity_hours_written WHERE only_row",
    )
    .bind::<t::Text, _>(every.as_str())
    .bind::<t::Integer, _>(most)
    .bind::<t::Integer, _>(every.hours())
    .get_result(conn)?)
}

/// How often an event happened in an hour or day.
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = t::Timestamptz)]
    start: DateTime<Utc>,
    #[diesel(sql_type = t::Text)]
    event: String,
    #[diesel(sql_type = t::BigInt)]
    times: i64,
}

fn counted() -> Vec<String> {
    COUNTED.map(|event| event.as_str().to_owned()).to_vec()
}

fn count_written(
    conn: &mut PgConnection,
    every: Every,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Count>, DbError> {
    Ok(statement(
        "SELECT date_trunc($1, hour, 'UTC') AS start, event, sum(times)::bigint AS times FROM activity_hours
         WHERE hour >= $2 AND hour < $3 AND event = ANY ($4) GROUP BY 1, 2",
    )
    .bind::<t::Text, _>(every.as_str())
    .bind::<t::Timestamptz, _>(since)
    .bind::<t::Timestamptz, _>(until)
    .bind::<t::Array<t::Text>, _>(counted())
    .get_results(conn)?)
}

fn count_since(conn: &mut PgConnection, every: Every, since: DateTime<Utc>) -> Result<Vec<Count>, DbError> {
    Ok(statement(
        "SELECT date_trunc($1, happened_at, 'UTC') AS start, event, count(*) AS times FROM activity
         WHERE happened_at >= $2 AND event = ANY ($3) GROUP BY 1, 2",
    )
    .bind::<t::Text, _>(every.as_str())
    .bind::<t::Timestamptz, _>(since)
    .bind::<t::Array<t::Text>, _>(counted())
    .get_results(conn)?)
}

/// Writes down the next hours that are over, a day of them at most, for housekeeping; answers how many rows that were. Of
/// those who do it at once one does. An act is written with the time at which its transaction began: five minutes later
/// all of them are over.
pub fn write(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(statement(
        "WITH due AS (
             UPDATE activity_hours_written AS w
             SET until = least(date_trunc('hour', now() - interval '5 minutes', 'UTC'), before.until + interval '24 hours')
             FROM (SELECT until FROM activity_hours_written WHERE only_row FOR UPDATE) AS before
             WHERE w.only_row AND w.until = before.until
                 AND before.until < date_trunc('hour', now() - interval '5 minutes', 'UTC')
             RETURNING before.until AS since, w.until
         )
         INSERT INTO activity_hours (hour, event, times)
         SELECT date_trunc('hour', happened_at, 'UTC'), event, count(*)
         FROM due JOIN activity ON happened_at >= due.since AND happened_at < due.until
         GROUP BY 1, 2
         ON CONFLICT (hour, event) DO UPDATE SET times = excluded.times",
    )
    .execute(conn)?)
}

/// Whether there is more to be written: after an upgrade or a long rest there are many days.
pub fn is_behind(conn: &mut PgConnection) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Bool)]
        is_behind: bool,
    }
    let row: Row = statement(
        "SELECT until < date_trunc('hour', now() - interval '5 minutes', 'UTC') AS is_behind
         FROM activity_hours_written WHERE only_row",
    )
    .get_result(conn)?;
    Ok(row.is_behind)
}

/// Removes old figures, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = batch_of!("activity_hours", "hour < now() - make_interval(months => $2)");
    Ok(old.bind::<t::Integer, _>(KEPT_MONTHS).execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_sign_in_is_counted() {
        for event in Event::ALL {
            let is_sign_in = event.as_str().starts_with("signed_in");
            assert!(!is_sign_in || COUNTED.contains(&event), "{event:?}");
        }
        let mut happened = Happened::default();
        for event in COUNTED {
            happened.add(event, 10);
        }
        assert_eq!(happened, Happened { registrations: 10, sign_ins: 50, refused: 20 });
    }
}
