//! SQL for `message_hours` and what belongs to it.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{Arrivals, BOUNDS, Figures, KEPT_MONTHS, Span, Why, arrivals::STEPS};
use crate::{
    db::{DbError, Statement, batch_of, statement},
    domain::country::Country,
    sms::ProviderChoice,
};

/// Waits for nobody: answers whether this is the one that counts now. Held until the transaction ends.
pub fn try_lock(conn: &mut PgConnection) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Bool)]
        is_ours: bool,
    }
    let row: Row =
        statement("SELECT pg_try_advisory_xact_lock(hashtext('message hours')) AS is_ours").get_result(conn)?;
    Ok(row.is_ours)
}

/// The hours that are to be counted, the oldest first: those since the last count, the last ones in any case, and those of
/// which something has changed late.
pub fn list_due(conn: &mut PgConnection) -> Result<Vec<DateTime<Utc>>, DbError> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = t::Timestamptz)]
        hour: DateTime<Utc>,
    }
    let due: Vec<Due> = statement(
        "SELECT hour FROM message_hours_counted, generate_series(
             least(until, date_trunc('hour', now(), 'UTC')) - interval '2 hours',
             date_trunc('hour', now(), 'UTC'), interval '1 hour') AS hour
         UNION SELECT hour FROM message_hours_changed
         ORDER BY hour",
    )
    .get_results(conn)?;
    Ok(due.into_iter().map(|due| due.hour).collect())
}

/// Removes the notes that an hour has changed.
pub fn take_notes(conn: &mut PgConnection, hour: DateTime<Utc>) -> Result<(), DbError> {
    statement("DELETE FROM message_hours_changed WHERE hour = $1").bind::<t::Timestamptz, _>(hour).execute(conn)?;
    Ok(())
}

/// Notes that all is counted up to an hour.
pub fn note_counted(conn: &mut PgConnection, hour: DateTime<Utc>) -> Result<(), DbError> {
    statement("UPDATE message_hours_counted SET until = $1 WHERE until < $1")
        .bind::<t::Timestamptz, _>(hour)
        .execute(conn)?;
    Ok(())
}

/// A step of arrivals each, made with `one` for the step's number.
fn for_each_step(one: impl Fn(usize) -> String) -> String {
    format!("ARRAY[{}]", (0..STEPS).map(one).collect::<Vec<_>>().join(", "))
}

/// An entered code is looked up by the challenge of each text; joined, all challenges of the day would be read. Challenges
/// are gone after a day, and what was counted as entered stays.
static COUNT: LazyLock<String> = LazyLock::new(|| {
    let arrivals = for_each_step(|step| format!("count(*) FILTER (WHERE step = {step})"));
    format!(
        "INSERT INTO message_hours AS h (hour, country, provider, sender, purpose, texts, sent, delivered, failed, unknown,
             held, entered, spent_micros, arrivals, counted_at)
         SELECT $1, country, provider, sender, purpose, count(*), count(*) FILTER (WHERE state IN ('sent', 'unknown')),
             count(*) FILTER (WHERE outcome = 'delivered'), count(*) FILTER (WHERE outcome IN ('refused', 'undelivered')),
             count(*) FILTER (WHERE outcome = 'unknown'), count(*) FILTER (WHERE outcome = 'held'),
             count(*) FILTER (WHERE entered), sum(spent_micros), {arrivals}, now()
         FROM (
             SELECT coalesce(country, '') AS country, coalesce(provider, '') AS provider, coalesce(sender, '') AS sender,
                 sms_purpose(kind, notice) AS purpose, state, spent_micros,
                 sms_outcome(state, arrival, fault, error_code) AS outcome, width_bucket(arrived_ms, $2) AS step,
                 (SELECT pv.used_at IS NOT NULL AND pv.sends = m.send_number FROM phone_verifications AS pv
                  WHERE pv.id = m.verification_id) AS entered
             FROM sms_messages AS m WHERE created_at >= $1 AND created_at < $1 + interval '1 hour'
         ) AS texts
         GROUP BY country, provider, sender, purpose
         ON CONFLICT (hour, country, provider, sender, purpose) DO UPDATE
             SET texts = excluded.texts, sent = excluded.sent, delivered = excluded.delivered, failed = excluded.failed,
                 unknown = excluded.unknown, held = excluded.held, entered = greatest(h.entered, excluded.entered),
                 spent_micros = excluded.spent_micros, arrivals = excluded.arrivals, counted_at = excluded.counted_at"
    )
});

/// Counts what became of an hour's texts.
pub fn count(conn: &mut PgConnection, hour: DateTime<Utc>) -> Result<(), DbError> {
    statement(&COUNT).bind::<t::Timestamptz, _>(hour).bind::<t::Array<t::Integer>, _>(BOUNDS.to_vec()).execute(conn)?;
    Ok(())
}

/// Counts why texts of an hour failed or were held.
pub fn count_errors(conn: &mut PgConnection, hour: DateTime<Utc>) -> Result<(), DbError> {
    statement(
        "INSERT INTO message_hour_errors (hour, country, provider, sender, error, texts, counted_at)
         SELECT $1, coalesce(country, ''), coalesce(provider, ''), coalesce(sender, ''),
             coalesce(error_code::text, fault, ''), count(*), now()
         FROM sms_messages WHERE created_at >= $1 AND created_at < $1 + interval '1 hour'
             AND sms_outcome(state, arrival, fault, error_code) IN ('refused', 'undelivered', 'held')
         GROUP BY 2, 3, 4, 5
         ON CONFLICT (hour, country, provider, sender, error) DO UPDATE
             SET texts = excluded.texts, counted_at = excluded.counted_at",
    )
    .bind::<t::Timestamptz, _>(hour)
    .execute(conn)?;
    Ok(())
}

/// Removes the figures of an hour that this count has not found again: a text has another provider now, or another error.
pub fn remove_stale(conn: &mut PgConnection, hour: DateTime<Utc>) -> Result<(), DbError> {
    for table in [
        "DELETE FROM message_hours WHERE hour = $1 AND counted_at <> now()",
        "DELETE FROM message_hour_errors WHERE hour = $1 AND counted_at <> now()",
    ] {
        statement(table).bind::<t::Timestamptz, _>(hour).execute(conn)?;
    }
    Ok(())
}

/// A day is put together from its hours.
static COUNT_DAY: LazyLock<String> = LazyLock::new(|| {
    let arrivals = for_each_step(|step| format!("sum(arrivals[{}])", step + 1));
    format!(
        "INSERT INTO message_days (day, country, provider, sender, purpose, texts, sent, delivered, failed, unknown, held,
             entered, spent_micros, arrivals, counted_at)
         SELECT date_trunc('day', $1, 'UTC'), country, provider, sender, purpose, sum(texts), sum(sent), sum(delivered),
             sum(failed), sum(unknown), sum(held), sum(entered), sum(spent_micros), {arrivals}, now()
         FROM message_hours
         WHERE hour >= date_trunc('day', $1, 'UTC') AND hour < date_trunc('day', $1, 'UTC') + interval '24 hours'
         GROUP BY country, provider, sender, purpose
         ON CONFLICT (day, country, provider, sender, purpose) DO UPDATE
             SET texts = excluded.texts, sent = excluded.sent, delivered = excluded.delivered, failed = excluded.failed,
                 unknown = excluded.unknown, held = excluded.held, entered = excluded.entered,
                 spent_micros = excluded.spent_micros, arrivals = excluded.arrivals, counted_at = excluded.counted_at"
    )
});

/// Puts the day of an hour together.
pub fn count_day_of(conn: &mut PgConnection, hour: DateTime<Utc>) -> Result<(), DbError> {
    statement(&COUNT_DAY).bind::<t::Timestamptz, _>(hour).execute(conn)?;
    statement("DELETE FROM message_days WHERE day = date_trunc('day', $1, 'UTC') AND counted_at <> now()")
        .bind::<t::Timestamptz, _>(hour)
        .execute(conn)?;
    Ok(())
}

/// The figures of a row, for each group that the rest of a query makes of it.
static SUMS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "coalesce(sum(texts), 0) AS texts, coalesce(sum(sent), 0) AS sent,
         coalesce(sum(sent) FILTER (WHERE purpose <> 'notice'), 0) AS codes, coalesce(sum(delivered), 0) AS delivered,
         coalesce(sum(failed), 0) AS failed, coalesce(sum(unknown), 0) AS unknown, coalesce(sum(held), 0) AS held,
         coalesce(sum(entered), 0) AS entered, coalesce(sum(spent_micros), 0)::bigint AS spent_micros, {} AS arrivals",
        // Arrays begin with 1.
        for_each_step(|step| format!("sum(arrivals[{}])", step + 1))
    )
});

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = t::BigInt)]
    texts: i64,
    #[diesel(sql_type = t::BigInt)]
    sent: i64,
    #[diesel(sql_type = t::BigInt)]
    codes: i64,
    #[diesel(sql_type = t::BigInt)]
    delivered: i64,
    #[diesel(sql_type = t::BigInt)]
    failed: i64,
    #[diesel(sql_type = t::BigInt)]
    unknown: i64,
    #[diesel(sql_type = t::BigInt)]
    held: i64,
    #[diesel(sql_type = t::BigInt)]
    entered: i64,
    #[diesel(sql_type = t::BigInt)]
    spent_micros: i64,
    #[diesel(sql_type = t::Array<t::Nullable<t::BigInt>>)]
    arrivals: Vec<Option<i64>>,
}

impl From<Sums> for Figures {
    fn from(sums: Sums) -> Self {
        Self {
            texts: sums.texts,
            sent: sums.sent,
            codes: sums.codes,
            delivered: sums.delivered,
            failed: sums.failed,
            unknown: sums.unknown,
            held: sums.held,
            entered: sums.entered,
            spent_micros: sums.spent_micros,
            arrivals: Arrivals::from_sums(&sums.arrivals),
        }
    }
}

/// Hours inside a span that is one of hours. Its two numbers are the first parameters: so many hours before this one it
/// begins, and so many before this one it ends.
macro_rules! hours {
    () => {
        "hour >= date_trunc('hour', now(), 'UTC') - make_interval(hours => $1)
         AND hour < date_trunc('hour', now(), 'UTC') - make_interval(hours => $2)"
    };
}

/// Days inside a span that is one of days, likewise.
macro_rules! days {
    () => {
        "day >= date_trunc('day', now(), 'UTC') - make_interval(days => $1)
         AND day < date_trunc('day', now(), 'UTC') - make_interval(days => $2)"
    };
}

impl Span {
    /// The query of hours or of days, with where the span begins and ends before this hour or this day.
    fn query(self, of_hours: &'static str, of_days: &'static str) -> Statement {
        let (query, from, until) = match self {
            Self::Day => (of_hours, 23, -1),
            Self::DayBefore => (of_hours, 47, 23),
            Self::Month => (of_days, 29, -1),
            Self::MonthBefore => (of_days, 59, 29),
        };
        statement(query).bind::<t::Integer, _>(from).bind::<t::Integer, _>(until)
    }
}

/// What became of all texts of a span.
pub fn totals(conn: &mut PgConnection, span: Span) -> Result<Figures, DbError> {
    static HOURS: LazyLock<String> =
        LazyLock::new(|| format!("SELECT {} FROM message_hours WHERE {}", *SUMS, hours!()));
    static DAYS: LazyLock<String> = LazyLock::new(|| format!("SELECT {} FROM message_days WHERE {}", *SUMS, days!()));
    Ok(span.query(&HOURS, &DAYS).get_result::<Sums>(conn)?.into())
}

/// What became of the texts of each hour of [`Span::Day`], the oldest first; hours without a text too.
pub fn by_hour(conn: &mut PgConnection) -> Result<Vec<(DateTime<Utc>, Figures)>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Timestamptz)]
        hour: DateTime<Utc>,
        #[diesel(embed)]
        sums: Sums,
    }
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT hour, {} FROM generate_series(date_trunc('hour', now(), 'UTC') - interval '23 hours',
                 date_trunc('hour', now(), 'UTC'), interval '1 hour') AS hour
             LEFT JOIN (SELECT * FROM message_hours WHERE hour >= date_trunc('hour', now(), 'UTC') - interval '23 hours') AS h
                 USING (hour)
             GROUP BY hour ORDER BY hour",
            *SUMS
        )
    });
    let rows: Vec<Row> = statement(&SQL).get_results(conn)?;
    Ok(rows.into_iter().map(|row| (row.hour, row.sums.into())).collect())
}

/// What became of the texts of each day of [`Span::Month`], the oldest first; days without a text too.
pub fn by_day(conn: &mut PgConnection) -> Result<Vec<(NaiveDate, Figures)>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Date)]
        day: NaiveDate,
        #[diesel(embed)]
        sums: Sums,
    }
    static SQL: LazyLock<String> = LazyLock::new(|| {
        format!(
            "SELECT (day AT TIME ZONE 'UTC')::date AS day, {}
             FROM generate_series(date_trunc('day', now(), 'UTC') - interval '29 days', date_trunc('day', now(), 'UTC'),
                 interval '24 hours') AS day
             LEFT JOIN (SELECT * FROM message_days WHERE day >= date_trunc('day', now(), 'UTC') - interval '29 days') AS d
                 USING (day)
             GROUP BY day ORDER BY day",
            *SUMS
        )
    });
    let rows: Vec<Row> = statement(&SQL).get_results(conn)?;
    Ok(rows.into_iter().map(|row| (row.day, row.sums.into())).collect())
}

/// Texts to a country by a provider, from a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// None for numbers that belong to no country.
    pub country: Option<Country>,
    /// None for what no provider was to carry.
    pub provider: Option<ProviderChoice>,
    /// None for the deployment's own.
    pub sender: Option<String>,
}

#[derive(QueryableByName)]
struct StoredWay {
    #[diesel(sql_type = t::Text)]
    country: String,
    #[diesel(sql_type = t::Text)]
    provider: String,
    #[diesel(sql_type = t::Text)]
    sender: String,
}

impl From<StoredWay> for Way {
    fn from(stored: StoredWay) -> Self {
        Self {
            country: Country::parse(&stored.country).ok(),
            provider: ProviderChoice::parse(&stored.provider),
            sender: Some(stored.sender).filter(|sender| !sender.is_empty()),
        }
    }
}

/// What became of the texts of a span to each country from each sender, where most went first.
pub fn by_country(conn: &mut PgConnection, span: Span) -> Result<Vec<(Way, Figures)>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(embed)]
        way: StoredWay,
        #[diesel(embed)]
        sums: Sums,
    }
    const REST: &str =
        "GROUP BY country, provider, sender ORDER BY sum(h.texts) DESC, country, provider, sender LIMIT 300";
    static HOURS: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT country, provider, sender, {} FROM message_hours AS h WHERE {} {REST}", *SUMS, hours!())
    });
    static DAYS: LazyLock<String> = LazyLock::new(|| {
        format!("SELECT country, provider, sender, {} FROM message_days AS h WHERE {} {REST}", *SUMS, days!())
    });
    let rows: Vec<Row> = span.query(&HOURS, &DAYS).get_results(conn)?;
    Ok(rows.into_iter().map(|row| (row.way.into(), row.sums.into())).collect())
}

/// Why texts of a span failed or were held, and how many to which country: the provider's code, or our own name of the
/// fault where it gave none. Most first.
pub fn errors(conn: &mut PgConnection, span: Span) -> Result<Vec<(Why, Option<Country>, i64)>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        error: String,
        #[diesel(sql_type = t::Text)]
        country: String,
        #[diesel(sql_type = t::BigInt)]
        texts: i64,
    }
    macro_rules! rest {
        () => {
            " GROUP BY error, country ORDER BY sum(texts) DESC, error, country LIMIT 300"
        };
    }
    const HOURS: &str =
        concat!("SELECT error, country, sum(texts) AS texts FROM message_hour_errors WHERE ", hours!(), rest!());
    const DAYS: &str = concat!(
        "SELECT error, country, sum(texts) AS texts FROM message_hour_errors
         WHERE hour >= date_trunc('day', now(), 'UTC') - make_interval(days => $1)
             AND hour < date_trunc('day', now(), 'UTC') - make_interval(days => $2)",
        rest!()
    );
    let rows: Vec<Row> = span.query(HOURS, DAYS).get_results(conn)?;
    let known = |row: Row| (Why::stored(&row.error), Country::parse(&row.country).ok(), row.texts);
    Ok(rows.into_iter().map(known).collect())
}

/// Removes old figures, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let mut removed = 0;
    for table in [
        batch_of!("message_hours", "hour < now() - make_interval(months => $2)"),
        batch_of!("message_days", "day < now() - make_interval(months => $2)"),
        batch_of!("message_hour_errors", "hour < now() - make_interval(months => $2)"),
    ] {
        removed += table.bind::<t::Integer, _>(KEPT_MONTHS).execute(conn)?;
    }
    Ok(removed)
}
