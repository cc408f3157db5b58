//! SQL for `budgets` and `spending`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{Caps, Expense, Scope, UNPROVEN_PERCENT};
use crate::{
    db::{DbError, statement},
    domain::{country::Country, ids::MessageId},
    features::{countries::Class, messages::Kind},
    schema::budgets,
};

/// How long until the last of the periods ends whose cap has no room; none when all have.
pub fn wait_for_room(conn: &mut PgConnection, expense: &Expense) -> Result<Option<Duration>, DbError> {
    #[derive(QueryableByName)]
    struct Wait {
        #[diesel(sql_type = t::Nullable<t::Double>)]
        seconds: Option<f64>,
    }
    let Wait { seconds } = statement(
        "SELECT max(extract(epoch FROM starts_at + length - clock_timestamp()))::float8 AS seconds FROM (
             SELECT cap, length, starts_at,
                    coalesce((SELECT micros FROM spending AS s WHERE s.scope = b.scope AND s.period = p.period
                                  AND s.starts_at = p.starts_at), 0) AS spent,
                    coalesce((SELECT unproven_micros FROM spending AS s WHERE s.scope = b.scope
                                  AND s.period = p.period AND s.starts_at = p.starts_at), 0) AS unproven
             FROM budgets AS b
             CROSS JOIN LATERAL (VALUES ('hour', interval '1 hour', hour_micros), ('day', interval '1 day', day_micros),
                                        ('month', interval '1 month', month_micros)) AS c (period, length, cap)
             CROSS JOIN LATERAL (SELECT c.period,
                                        date_trunc(c.period, clock_timestamp(), 'UTC') AS starts_at) AS p
             WHERE b.scope IN ('ALL', $1) AND cap IS NOT NULL
         ) AS caps
         WHERE spent + $2 > cap OR $3 AND unproven + $2 > cap * $4 / 100",
    )
    .bind::<t::Nullable<t::Text>, _>(expense.country.map(Country::code))
    .bind::<t::BigInt, _>(expense.micros)
    .bind::<t::Bool, _>(expense.class == Class::Unproven)
    .bind::<t::BigInt, _>(UNPROVEN_PERCENT)
    .get_result(conn)?;
    Ok(seconds.map(|seconds| Duration::from_secs_f64(seconds.max(0.0))))
}

/// Counts a message with `micros` in the place of what it was counted with before, in each period it was reserved in.
/// Periods are taken in one order, so that two who count wait for each other and never in a circle.
pub fn count(conn: &mut PgConnection, message: MessageId, micros: i64) -> Result<(), DbError> {
    let unproven: Vec<String> =
        Kind::all().filter(|kind| kind.class() == Class::Unproven).map(|kind| kind.as_str().to_owned()).collect();
    statement(
        "WITH before AS (
             SELECT id, spent_micros, country, created_at, kind FROM sms_messages
             WHERE id = $1 AND spent_micros <> $2 FOR UPDATE
         ), after AS (
             UPDATE sms_messages AS m SET spent_micros = $2 FROM before WHERE m.id = before.id
             RETURNING m.country, m.created_at, m.kind, $2 - before.spent_micros AS more
         )
         INSERT INTO spending AS s (scope, period, starts_at, micros, unproven_micros)
         SELECT scope, period, date_trunc(period, created_at, 'UTC'), more,
                CASE WHEN kind = ANY ($3) THEN more ELSE 0 END
         FROM after CROSS JOIN unnest(ARRAY['ALL', country]) AS scope CROSS JOIN unnest(ARRAY['hour', 'day', 'month']) AS period
         WHERE scope IS NOT NULL
         ORDER BY scope, period
         ON CONFLICT (scope, period, starts_at) DO UPDATE
             SET micros = s.micros + excluded.micros, unproven_micros = s.unproven_micros + excluded.unproven_micros",
    )
    .bind::<t::Uuid, _>(message)
    .bind::<t::BigInt, _>(micros)
    .bind::<t::Array<t::Text>, _>(unproven)
    .execute(conn)?;
    Ok(())
}

/// How full a cap is in the period that runs.
#[derive(Debug, Clone, QueryableByName)]
pub struct Fill {
    /// A country, or `ALL`.
    #[diesel(sql_type = t::Text)]
    pub scope: String,
    /// `hour`, `day` or `month`.
    #[diesel(sql_type = t::Text)]
    pub period: String,
    /// When it began.
    #[diesel(sql_type = t::Timestamptz)]
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    #[diesel(sql_type = t::Timestamptz)]
    pub ends_at: DateTime<Utc>,
    /// The cap.
    #[diesel(sql_type = t::BigInt)]
    pub cap: i64,
    /// What counts against it.
    #[diesel(sql_type = t::BigInt)]
    pub spent: i64,
    /// The part of that for numbers that nobody has proven.
    #[diesel(sql_type = t::BigInt)]
    pub unproven: i64,
    /// Of the whole, or of the part that numbers which nobody has proven may use, whichever is fuller.
    #[diesel(sql_type = t::BigInt)]
    pub percent: i64,
    /// Whether one of the two has no room for one more text, the dearest that may go there.
    #[diesel(sql_type = t::Bool)]
    pub is_full: bool,
}

/// All caps against which something counts. A cap of nothing is somebody's wish, and not told of.
pub fn list_fills(conn: &mut PgConnection) -> Result<Vec<Fill>, DbError> {
    Ok(statement(
        "SELECT scope, s.period, s.starts_at, s.starts_at + length AS ends_at, cap, micros AS spent, unproven_micros AS unproven,
             greatest(micros * 100 / cap, unproven_micros * 10000 / (cap * $1)) AS percent,
             micros + dearest > cap OR unproven_micros + dearest > cap * $1 / 100 AS is_full
         FROM budgets AS b
         CROSS JOIN LATERAL (VALUES ('hour', interval '1 hour', hour_micros), ('day', interval '1 day', day_micros),
                                    ('month', interval '1 month', month_micros)) AS c (period, length, cap)
         JOIN spending AS s USING (scope)
         CROSS JOIN LATERAL (SELECT coalesce(max(price_micros * most_segments), 0) AS dearest FROM country_policies
                             WHERE b.scope IN ('ALL', country) AND (unproven OR proven)) AS d
         WHERE cap > 0 AND s.period = c.period AND s.starts_at = date_trunc(c.period, clock_timestamp(), 'UTC')",
    )
    .bind::<t::BigInt, _>(UNPROVEN_PERCENT)
    .get_results(conn)?)
}

/// What texts may cost.
pub fn find_caps(conn: &mut PgConnection, scope: Scope) -> Result<Caps, DbError> {
    let columns = (budgets::hour_micros, budgets::day_micros, budgets::month_micros);
    let row = budgets::table.find(scope.as_str()).select(columns).first(conn).optional()?;
    Ok(row.map_or_else(Caps::default, |(hour, day, month)| Caps { hour, day, month }))
}

/// Sets it. What has no cap at all needs no row.
pub fn set_caps(conn: &mut PgConnection, scope: Scope, caps: Caps) -> Result<(), DbError> {
    if caps == Caps::default() {
        diesel::delete(budgets::table.find(scope.as_str())).execute(conn)?;
        return Ok(());
    }
    let Caps { hour, day, month } = caps;
    let columns = (budgets::hour_micros.eq(hour), budgets::day_micros.eq(day), budgets::month_micros.eq(month));
    diesel::insert_into(budgets::table)
        .values((budgets::scope.eq(scope.as_str()), columns))
        .on_conflict(budgets::scope)
        .do_update()
        .set(columns)
        .execute(conn)?;
    Ok(())
}

/// Removes what no cap looks at any more, for housekeeping: the months stay for 13 months.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(statement(
        "DELETE FROM spending WHERE starts_at < now() - interval '40 days'
             AND (period <> 'month' OR starts_at < now() - interval '13 months')",
    )
    .execute(conn)?)
}
