//! SQL for `alerts` and `alert_pauses`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*, sql_types as t};
use uuid::Uuid;

use super::{Alert, Kind};
use crate::{
    db::{self, DbError, statement},
    schema::alerts,
};

/// Writes an alert down if its turn has come: one of its kind and subject in an hour, or until the end of the period that
/// it is about. Two that come at once wait for each other, and the second is too many.
pub fn insert(conn: &mut PgConnection, alert: &Alert, detail: String, reference: String) -> Result<bool, DbError> {
    let (period, ends_at) = alert.period.map_or(("", None), |(name, ends_at)| (name, Some(ends_at)));
    let inserted = statement(
        "WITH turn AS (
             INSERT INTO alert_pauses AS p (kind, about, ends_at)
             VALUES ($1, concat_ws(' ', $2, nullif($6, '')), greatest($7, clock_timestamp() + interval '1 hour'))
             ON CONFLICT (kind, about) DO UPDATE SET ends_at = excluded.ends_at WHERE p.ends_at <= clock_timestamp()
             RETURNING p.kind
         )
         INSERT INTO alerts (id, kind, subject, detail, reference) SELECT $3, $1, $2, $4::jsonb, $5 FROM turn",
    )
    .bind::<t::Text, _>(alert.kind.as_str())
    .bind::<t::Text, _>(alert.subject)
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Text, _>(detail)
    .bind::<t::Text, _>(reference)
    .bind::<t::Text, _>(period)
    .bind::<t::Nullable<t::Timestamptz>, _>(ends_at)
    .execute(conn)?;
    Ok(inserted == 1)
}

/// An alert that one instance has taken to deliver it.
#[derive(Debug, QueryableByName)]
pub struct Claimed {
    /// The same at every try.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// What it is about.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// A country, a provider, or nothing.
    #[diesel(sql_type = t::Text)]
    pub subject: String,
    /// Numbers by name, as JSON.
    #[diesel(sql_type = t::Text)]
    pub detail: String,
    /// What people call it by.
    #[diesel(sql_type = t::Text)]
    pub reference: String,
    /// When it was raised.
    #[diesel(sql_type = t::Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// This try included.
    #[diesel(sql_type = t::Integer)]
    pub attempts: i32,
    /// The database's clock.
    #[diesel(sql_type = t::Timestamptz)]
    pub now: DateTime<Utc>,
}

/// Takes the alert that has been due longest, past those that others hold, and notes when it is due again should this
/// try fail or never end. That is after `first` for the first try, doubling to `longest`, each a random quarter more or
/// less.
pub fn claim_due(conn: &mut PgConnection, first: Duration, longest: Duration) -> Result<Option<Claimed>, DbError> {
    Ok(statement(
        "UPDATE alerts SET attempts = attempts + 1, next_attempt_at = now() + make_interval(
             secs => least($1 * 2 ^ least(attempts, 20), $2) * (0.75 + random() / 2))
         WHERE id = (SELECT id FROM alerts WHERE next_attempt_at <= now()
                     ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, subject, detail::text AS detail, reference, created_at, attempts, now() AS now",
    )
    .bind::<t::Double, _>(first.as_secs_f64())
    .bind::<t::Double, _>(longest.as_secs_f64())
    .get_result(conn)
    .optional()?)
}

/// Notes that the receiver has it.
pub fn settle_delivered(conn: &mut PgConnection, id: Uuid) -> Result<(), DbError> {
    diesel::update(alerts::table.filter(alerts::id.eq(id)))
        .set((alerts::delivered_at.eq(db::now().nullable()), alerts::next_attempt_at.eq(None::<DateTime<Utc>>)))
        .execute(conn)?;
    Ok(())
}

/// Gives up what could not be delivered for a day. Answers whether it was.
pub fn give_up_if_old(conn: &mut PgConnection, id: Uuid) -> Result<bool, DbError> {
    let old =
        alerts::id.eq(id).and(alerts::created_at.le(db::now() - 1.day())).and(alerts::next_attempt_at.is_not_null());
    let given_up = diesel::update(alerts::table.filter(old))
        .set((alerts::given_up_at.eq(db::now().nullable()), alerts::next_attempt_at.eq(None::<DateTime<Utc>>)))
        .execute(conn)?;
    Ok(given_up == 1)
}

/// Since when a provider has been told of as down, and not as up again.
pub fn find_told_down(conn: &mut PgConnection, provider: &str) -> Result<Option<DateTime<Utc>>, DbError> {
    let both = [Kind::ProviderDown.as_str(), Kind::ProviderUp.as_str()];
    let newest: Option<(String, DateTime<Utc>)> = alerts::table
        .filter(alerts::subject.eq(provider).and(alerts::kind.eq_any(both)))
        .order(alerts::created_at.desc())
        .select((alerts::kind, alerts::created_at))
        .first(conn)
        .optional()?;
    Ok(newest.filter(|(kind, _)| kind == Kind::ProviderDown.as_str()).map(|(_, since)| since))
}

/// How many are not delivered yet.
pub fn count_waiting(conn: &mut PgConnection) -> Result<i64, DbError> {
    Ok(alerts::table.filter(alerts::next_attempt_at.is_not_null()).count().get_result(conn)?)
}

/// Alerts that their receiver has not got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, QueryableByName)]
pub struct Undelivered {
    /// So many were tried in vain and will be tried again.
    #[diesel(sql_type = t::BigInt)]
    pub waiting: i64,
    /// So many were given up within the last week.
    #[diesel(sql_type = t::BigInt)]
    pub given_up: i64,
}

/// Counts the alerts that could not be delivered. One that is being tried for the first time is none of them.
pub fn count_undelivered(conn: &mut PgConnection) -> Result<Undelivered, DbError> {
    Ok(statement(
        "SELECT count(*) FILTER (WHERE given_up_at IS NULL AND attempts > 0) AS waiting,
             count(*) FILTER (WHERE given_up_at > now() - interval '7 days') AS given_up
         FROM alerts WHERE created_at > (SELECT now() - interval '9 days') AND delivered_at IS NULL
             AND created_at < (SELECT now() - interval '10 seconds')",
    )
    .get_result(conn)?)
}

/// When an alert about nothing in particular was raised last, if that was not so many days ago.
pub fn find_newest(conn: &mut PgConnection, kind: Kind, within_days: i32) -> Result<Option<DateTime<Utc>>, DbError> {
    Ok(alerts::table
        .filter(alerts::subject.eq("").and(alerts::kind.eq(kind.as_str())))
        .filter(alerts::created_at.gt(db::now() - within_days.days()))
        .order(alerts::created_at.desc())
        .select(alerts::created_at)
        .first(conn)
        .optional()?)
}

/// Removes alerts that were dealt with 90 days ago, for housekeeping (DAT-03).
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = alerts::created_at.lt(db::now() - 90.days()).and(alerts::next_attempt_at.is_null());
    Ok(diesel::delete(alerts::table.filter(old)).execute(conn)?)
}
