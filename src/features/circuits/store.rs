//! SQL for `provider_circuits` and `provider_calls`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*, sql_types as t};

use super::{
    Scope,
    choose::InTheWay,
    decide::{Arrivals, Calls, Cause, Circuit, State},
};
use crate::{
    db::{self, DbError, statement},
    domain::ids::MessageId,
    schema::provider_calls as calls,
    sms::{ProviderChoice, twilio::errors},
};

/// How far back calls are looked at, and how many of them.
const WINDOW: Duration = Duration::from_secs(10 * 60);
const MOST_CALLS: i64 = 20;
/// After so long without opening the next rest is the shortest again.
const FORGIVEN_AFTER: Duration = Duration::from_secs(15 * 60);
/// How far back texts are looked at, and how long one has to arrive and its code to be entered.
const TEXTS_WINDOW: Duration = Duration::from_secs(30 * 60);
const TIME_TO_ARRIVE: Duration = Duration::from_secs(5 * 60);
/// What usually arrives is learnt from so many days, and from no fewer texts than that; till then it is a guess.
const USUAL_DAYS: i32 = 14;
const USUAL_TEXTS: i64 = 50;
const USUAL_GUESS: f64 = 0.4;

/// Waits for its turn among all who decide about a provider; held until the transaction ends, and the last lock of it.
pub fn lock(conn: &mut PgConnection, provider: ProviderChoice) -> Result<(), DbError> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('circuits of ' || $1, 0))")
        .bind::<t::Text, _>(provider.as_str())
        .execute(conn)?;
    Ok(())
}

/// Notes how a call ended. Of one that went well nothing is everywhere.
pub fn insert_call(
    conn: &mut PgConnection,
    provider: ProviderChoice,
    country: &str,
    failed: bool,
    everywhere: bool,
) -> Result<(), DbError> {
    statement("INSERT INTO provider_calls (provider, country, failed, everywhere) VALUES ($1, $2, $3, $4)")
        .bind::<t::Text, _>(provider.as_str())
        .bind::<t::Text, _>(country.to_owned())
        .bind::<t::Bool, _>(failed)
        .bind::<t::Bool, _>(everywhere)
        .execute(conn)?;
    Ok(())
}

/// Counts the last calls since the circuit was closed; for all countries only those failures that are everywhere.
pub fn count_calls(conn: &mut PgConnection, scope: Scope) -> Result<Calls, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::BigInt)]
        ended: i64,
        #[diesel(sql_type = t::BigInt)]
        failed: i64,
    }
    let of_a_country = statement(
        "SELECT count(*) AS ended, count(*) FILTER (WHERE failed) AS failed FROM (
             SELECT failed FROM provider_calls WHERE provider = $1 AND country = $2
                 AND ended_at > clock_timestamp() - make_interval(secs => $3)
                 AND ended_at > coalesce((SELECT closed_at FROM provider_circuits
                                          WHERE provider = $1 AND country = $2), '-infinity')
             ORDER BY ended_at DESC LIMIT $4) AS last",
    );
    let of_all = statement(
        "SELECT count(*) AS ended, count(*) FILTER (WHERE failed AND everywhere) AS failed FROM (
             SELECT failed, everywhere FROM provider_calls WHERE provider = $1
                 AND ended_at > clock_timestamp() - make_interval(secs => $3)
                 AND ended_at > coalesce((SELECT closed_at FROM provider_circuits
                                          WHERE provider = $1 AND country = $2), '-infinity')
             ORDER BY ended_at DESC LIMIT $4) AS last",
    );
    let count = if scope.is_of_all() { of_all } else { of_a_country };
    let Row { ended, failed } = count
        .bind::<t::Text, _>(scope.provider.as_str())
        .bind::<t::Text, _>(scope.country())
        .bind::<t::Double, _>(WINDOW.as_secs_f64())
        .bind::<t::BigInt, _>(MOST_CALLS)
        .get_result(conn)?;
    Ok(Calls { ended: number(ended), failed: number(failed) })
}

/// Finds a circuit; one that has never opened is closed.
pub fn find(conn: &mut PgConnection, scope: Scope) -> Result<Circuit, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        state: String,
        #[diesel(sql_type = t::Text)]
        cause: String,
        #[diesel(sql_type = t::SmallInt)]
        openings: i16,
    }
    let row: Option<Row> = statement(
        "SELECT state, cause, CASE WHEN closed_at < clock_timestamp() - make_interval(secs => $3) THEN 0::smallint
                                   ELSE openings END AS openings
         FROM provider_circuits WHERE provider = $1 AND country = $2",
    )
    .bind::<t::Text, _>(scope.provider.as_str())
    .bind::<t::Text, _>(scope.country())
    .bind::<t::Double, _>(FORGIVEN_AFTER.as_secs_f64())
    .get_result(conn)
    .optional()?;
    let Some(Row { state, cause, openings }) = row else { return Ok(Circuit::NEW) };
    let malformed = || DbError::Fault("provider_circuits: a stored value is malformed".to_owned());
    Ok(Circuit {
        state: State::parse(&state).ok_or_else(malformed)?,
        cause: Cause::parse(&cause).ok_or_else(malformed)?,
        openings: openings.unsigned_abs(),
    })
}

/// Opens a circuit, or lets it rest for longer.
pub fn open(
    conn: &mut PgConnection,
    scope: Scope,
    cause: Cause,
    reason: &str,
    openings: u16,
    rest: Duration,
) -> Result<(), DbError> {
    statement(
        "INSERT INTO provider_circuits AS c (provider, country, state, cause, reason, openings, probe_at, rest_seconds)
         VALUES ($1, $2, 'open', $3, $4, $5, now() + make_interval(secs => $6), $6)
         ON CONFLICT (provider, country) DO UPDATE
             SET state = 'open', cause = excluded.cause, reason = excluded.reason, openings = excluded.openings,
                 probe_at = excluded.probe_at, rest_seconds = excluded.rest_seconds, closed_at = NULL,
                 opened_at = CASE c.state WHEN 'closed' THEN now() ELSE c.opened_at END",
    )
    .bind::<t::Text, _>(scope.provider.as_str())
    .bind::<t::Text, _>(scope.country())
    .bind::<t::Text, _>(cause.as_str())
    .bind::<t::Text, _>(reason.to_owned())
    .bind::<t::SmallInt, _>(i16::try_from(openings).unwrap_or(i16::MAX))
    .bind::<t::Integer, _>(i32::try_from(rest.as_secs()).unwrap_or(i32::MAX))
    .execute(conn)?;
    Ok(())
}

/// Closes a circuit.
pub fn close(conn: &mut PgConnection, scope: Scope) -> Result<(), DbError> {
    statement(
        "UPDATE provider_circuits SET state = 'closed', closed_at = clock_timestamp()
         WHERE provider = $1 AND country = $2 AND state <> 'closed'",
    )
    .bind::<t::Text, _>(scope.provider.as_str())
    .bind::<t::Text, _>(scope.country())
    .execute(conn)?;
    Ok(())
}

/// The circuits that are not closed, of those who could carry a code to a country.
pub fn list_in_the_way(
    conn: &mut PgConnection,
    order: &[ProviderChoice],
    country: &'static str,
) -> Result<Vec<InTheWay>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        provider: String,
        #[diesel(sql_type = t::Bool)]
        is_due: bool,
        #[diesel(sql_type = t::Timestamptz)]
        opened_at: DateTime<Utc>,
    }
    let names: Vec<String> = order.iter().map(|provider| provider.as_str().to_owned()).collect();
    let rows: Vec<Row> = statement(
        "SELECT provider, probe_at <= now() AS is_due, opened_at FROM provider_circuits
         WHERE provider = ANY ($1) AND country IN ('', $2) AND state <> 'closed'",
    )
    .bind::<t::Array<t::Text>, _>(names)
    .bind::<t::Text, _>(country)
    .get_results(conn)?;
    let known = rows.into_iter().filter_map(|Row { provider, is_due, opened_at }| {
        Some(InTheWay { provider: ProviderChoice::parse(&provider)?, is_due, opened_at })
    });
    Ok(known.collect())
}

/// A circuit that is not closed, for those who run the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The provider, and where.
    pub scope: Scope,
    /// What opened it, with the figures of that moment.
    pub reason: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// When a text may try it.
    pub probe_at: DateTime<Utc>,
}

/// Lists the circuits that are not closed, the newest first: so many at most.
pub fn list_open(conn: &mut PgConnection, most: i64) -> Result<Vec<Open>, DbError> {
    use crate::schema::provider_circuits as c;
    type Row = (String, String, String, DateTime<Utc>, DateTime<Utc>);
    let rows: Vec<Row> = c::table
        .filter(c::state.ne("closed"))
        .order((c::opened_at.desc(), c::provider, c::country))
        .limit(most)
        .select((c::provider, c::country, c::reason, c::opened_at, c::probe_at))
        .get_results(conn)?;
    let known = rows.into_iter().filter_map(|(provider, country, reason, opened_at, probe_at)| {
        let scope = Scope::stored(ProviderChoice::parse(&provider)?, &country)?;
        Some(Open { scope, reason, opened_at, probe_at })
    });
    Ok(known.collect())
}

/// Takes the right to try `expected` circuits, all of them or none. The next has it after the same rest again, should
/// nothing be heard of this one.
pub fn take_probe(
    conn: &mut PgConnection,
    provider: ProviderChoice,
    country: &'static str,
    expected: u16,
) -> Result<bool, DbError> {
    let taken = statement(
        "UPDATE provider_circuits SET state = 'half_open', probe_at = now() + make_interval(secs => rest_seconds)
         WHERE provider = $1 AND country IN ('', $2) AND state <> 'closed'
             AND $3 = (SELECT count(*) FROM provider_circuits WHERE provider = $1 AND country IN ('', $2)
                           AND state <> 'closed' AND probe_at <= now())",
    )
    .bind::<t::Text, _>(provider.as_str())
    .bind::<t::Text, _>(country)
    .bind::<t::BigInt, _>(i64::from(expected))
    .execute(conn)?;
    Ok(taken == usize::from(expected))
}

/// Which circuits of a provider opened before the call of a message began, for all countries and for its own.
pub fn list_opened_before(
    conn: &mut PgConnection,
    provider: ProviderChoice,
    country: &str,
    message: MessageId,
) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        country: String,
    }
    let rows: Vec<Row> = statement(
        "SELECT c.country FROM provider_circuits AS c
         WHERE provider = $1 AND c.country IN ('', $2) AND c.state <> 'closed'
             AND opened_at <= (SELECT claimed_at FROM sms_messages WHERE id = $3)",
    )
    .bind::<t::Text, _>(provider.as_str())
    .bind::<t::Text, _>(country.to_owned())
    .bind::<t::Uuid, _>(message)
    .get_results(conn)?;
    Ok(rows.into_iter().map(|row| row.country).collect())
}

/// What became of the codes of the last half hour, of those sent since the circuit of their provider and country changed.
pub fn list_arrivals(conn: &mut PgConnection) -> Result<Vec<(Scope, Arrivals)>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        provider: String,
        #[diesel(sql_type = t::Text)]
        country: String,
        #[diesel(sql_type = t::BigInt)]
        numbers: i64,
        #[diesel(sql_type = t::BigInt)]
        arrived: i64,
        #[diesel(sql_type = t::BigInt)]
        failed: i64,
        #[diesel(sql_type = t::Double)]
        usual: f64,
    }
    let guard: Vec<i32> = errors::GUARD.iter().filter_map(|code| i32::try_from(*code).ok()).collect();
    let rows: Vec<Row> = statement(
        "WITH texts AS (
             SELECT m.provider, m.country,
                 coalesce(bool_or(d.status = 'delivered' OR pv.used_at IS NOT NULL AND pv.sends = m.send_number), false)
                     AS arrived,
                 coalesce(bool_or(d.status IN ('undelivered', 'failed') AND coalesce(d.error_code <> ALL ($1), true)),
                          false) AS failed,
                 min(m.claimed_at) <= clock_timestamp() - make_interval(secs => $2) AS had_time
             FROM sms_messages AS m
                 LEFT JOIN provider_circuits AS c ON c.provider = m.provider AND c.country = m.country
                 LEFT JOIN deliveries AS d ON d.message_id = m.id
                 LEFT JOIN phone_verifications AS pv ON pv.id = m.verification_id
             WHERE m.created_at > clock_timestamp() - make_interval(secs => $3) AND m.state = 'sent' AND NOT m.notice
                 AND m.provider IN ('messaging', 'verify') AND m.country IS NOT NULL
                 AND m.claimed_at > coalesce(c.closed_at, c.opened_at, '-infinity')
             GROUP BY m.provider, m.country, m.phone_number
         )
         SELECT provider, country, count(*) AS numbers, count(*) FILTER (WHERE arrived) AS arrived,
             count(*) FILTER (WHERE failed AND NOT arrived) AS failed,
             coalesce((SELECT CASE WHEN sum(sent) >= $4 THEN sum(entered)::float8 / sum(sent) END FROM sms_hours AS h
                       WHERE h.country = texts.country AND number_range = ''
                           AND hour > clock_timestamp() - make_interval(days => $5)), $6) AS usual
         FROM texts WHERE had_time OR arrived OR failed
         GROUP BY provider, country",
    )
    .bind::<t::Array<t::Integer>, _>(guard)
    .bind::<t::Double, _>(TIME_TO_ARRIVE.as_secs_f64())
    .bind::<t::Double, _>(TEXTS_WINDOW.as_secs_f64())
    .bind::<t::BigInt, _>(USUAL_TEXTS)
    .bind::<t::Integer, _>(USUAL_DAYS)
    .bind::<t::Double, _>(USUAL_GUESS)
    .get_results(conn)?;
    let known = rows.into_iter().filter_map(|row| {
        let scope = Scope::stored(ProviderChoice::parse(&row.provider)?, &row.country)?;
        let (numbers, arrived, failed) = (number(row.numbers), number(row.arrived), number(row.failed));
        Some((scope, Arrivals { numbers, arrived, failed, usual: row.usual }))
    });
    Ok(known.collect())
}

/// Removes calls that no decision looks at any more, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(diesel::delete(calls::table.filter(calls::ended_at.lt(db::now() - 1.hour()))).execute(conn)?)
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
