//! SQL for `brakes` and `sms_hours`.

use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{ALERT_ONLY, BEST_OF_DAYS, Brake, Reference, Rule, decide::Facts};
use crate::{
    db::{self, DbError, statement},
    domain::{
        country::Country,
        ids::{BrakeId, MessageId},
    },
    features::{countries::Class, messages::Kind},
    schema::brakes as b,
};

/// Texts that count: to numbers that nobody has proven, and not surely unsent. `$kinds` names what they are for.
macro_rules! counted {
    () => {
        "NOT m.notice AND NOT m.withheld AND m.country IS NOT NULL AND m.kind = ANY ($1)
         AND m.state IN ('queued', 'sending', 'sent', 'unknown')"
    };
}

fn kinds() -> Vec<String> {
    let proving = Kind::all().filter(|kind| kind.class() == Class::Unproven);
    proving.map(|kind| kind.as_str().to_owned()).collect()
}

/// Reads what the decision needs: the hours that are written, and since then the messages themselves.
pub fn facts(conn: &mut PgConnection, country: Country, range: &str) -> Result<Facts, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Double)]
        open_hour: f64,
        #[diesel(sql_type = t::Double)]
        open_day: f64,
        #[diesel(sql_type = t::Double)]
        entered_hour: f64,
        #[diesel(sql_type = t::Double)]
        entered_day: f64,
        #[diesel(sql_type = t::Double)]
        best_day: f64,
        #[diesel(sql_type = t::Double)]
        range_open_hour: f64,
        #[diesel(sql_type = t::Double)]
        range_open_day: f64,
        #[diesel(sql_type = t::Bool)]
        is_new: bool,
    }
    let row: Row = statement(concat!(
        "WITH written AS (SELECT until FROM sms_hours_written),
         live AS (
             SELECT m.created_at, left(m.phone_number, -4) = $3 AS in_range, pv.used_at IS NOT NULL AS entered
             FROM sms_messages AS m LEFT JOIN phone_verifications AS pv ON pv.id = m.verification_id
             WHERE m.country = $2 AND m.created_at >= (SELECT until FROM written)
                 AND m.created_at > clock_timestamp() - interval '1 day' AND ",
        counted!(),
        "),
         -- A written hour counts in full until it touches the edge of the window, and then by the part that is inside.
         past AS (
             SELECT number_range = '' AS whole, sent - entered AS open, entered,
                 greatest(0, least(1, extract(epoch FROM hour + interval '2 hours' - clock_timestamp()) / 3600))
                     ::float8 AS in_hour,
                 greatest(0, least(1, extract(epoch FROM hour + interval '25 hours' - clock_timestamp()) / 3600))
                     ::float8 AS in_day
             FROM sms_hours WHERE country = $2 AND number_range IN ('', $3) AND hour < (SELECT until FROM written)
                 AND hour > clock_timestamp() - interval '25 hours'
         ),
         summed AS (
             SELECT count(*) FILTER (WHERE NOT entered AND created_at > clock_timestamp() - interval '1 hour') AS open_hour,
                 count(*) FILTER (WHERE NOT entered) AS open_day,
                 count(*) FILTER (WHERE entered AND created_at > clock_timestamp() - interval '1 hour') AS entered_hour,
                 count(*) FILTER (WHERE entered) AS entered_day,
                 count(*) FILTER (WHERE NOT entered AND in_range
                                      AND created_at > clock_timestamp() - interval '1 hour') AS range_open_hour,
                 count(*) FILTER (WHERE NOT entered AND in_range) AS range_open_day
             FROM live
         )
         SELECT s.open_hour + p.open_hour AS open_hour, s.open_day + p.open_day AS open_day,
             s.entered_hour + p.entered_hour AS entered_hour, s.entered_day + p.entered_day AS entered_day,
             s.range_open_hour + p.range_open_hour AS range_open_hour,
             s.range_open_day + p.range_open_day AS range_open_day,
             coalesce((SELECT max(entered) FROM (
                 SELECT sum(entered)::float8 AS entered FROM sms_hours
                 WHERE country = $2 AND number_range = '' AND hour > clock_timestamp() - make_interval(days => $4)
                 GROUP BY date_trunc('day', hour, 'UTC')) AS days), 0) AS best_day,
             NOT EXISTS (SELECT FROM sms_hours WHERE country = $2 AND number_range = ''
                             AND hour <= clock_timestamp() - make_interval(secs => $5)) AS is_new
         FROM summed AS s, (
             SELECT coalesce(sum(open * in_hour) FILTER (WHERE whole), 0)::float8 AS open_hour,
                 coalesce(sum(open * in_day) FILTER (WHERE whole), 0)::float8 AS open_day,
                 coalesce(sum(entered * in_hour) FILTER (WHERE whole), 0)::float8 AS entered_hour,
                 coalesce(sum(entered * in_day) FILTER (WHERE whole), 0)::float8 AS entered_day,
                 coalesce(sum(open * in_hour) FILTER (WHERE NOT whole), 0)::float8 AS range_open_hour,
                 coalesce(sum(open * in_day) FILTER (WHERE NOT whole), 0)::float8 AS range_open_day
             FROM past
         ) AS p"
    ))
    .bind::<t::Array<t::Text>, _>(kinds())
    .bind::<t::Text, _>(country.code())
    .bind::<t::Text, _>(range.to_owned())
    .bind::<t::Integer, _>(BEST_OF_DAYS)
    .bind::<t::Double, _>(ALERT_ONLY.as_seconds_f64())
    .get_result(conn)?;
    Ok(Facts {
        open_hour: row.open_hour,
        open_day: row.open_day,
        entered_hour: row.entered_hour,
        entered_day: row.entered_day,
        best_day: row.best_day,
        range_open_hour: row.range_open_hour,
        range_open_day: row.range_open_day,
        is_alert_only: row.is_new && Country::HOME.contains(&country),
    })
}

/// Finds the decision that holds.
pub fn find_live(
    conn: &mut PgConnection,
    country: Country,
    range: &str,
    alert_only: bool,
) -> Result<Option<Brake>, DbError> {
    let row: Option<(BrakeId, String, bool)> = b::table
        .filter(b::country.eq(country.code()).and(b::number_range.eq(range)).and(b::ended_at.is_null()))
        .filter(b::alert_only.eq(alert_only))
        .select((b::id, b::reference, b::alert_only))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, reference, alert_only)| Brake { id, reference: Reference::from_stored(reference), alert_only }))
}

/// Writes a decision down, under a reference that no other has.
pub fn insert(
    conn: &mut PgConnection,
    country: Country,
    range: &str,
    rule: &Rule,
    alert_only: bool,
) -> Result<Brake, DbError> {
    for _ in 0..20 {
        let (id, reference) = (BrakeId::generate(), Reference::generate());
        let inserted = statement(
            "INSERT INTO brakes (id, reference, country, number_range, rule, why, alert_only)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (reference) DO NOTHING",
        )
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(reference.as_str().to_owned())
        .bind::<t::Text, _>(country.code())
        .bind::<t::Text, _>(range.to_owned())
        .bind::<t::Text, _>(rule.name())
        .bind::<t::Text, _>(rule.in_words(country))
        .bind::<t::Bool, _>(alert_only)
        .execute(conn)?;
        if inserted == 1 {
            return Ok(Brake { id, reference, alert_only });
        }
    }
    Err(DbError::Fault("no reference is left for a brake".to_owned()))
}

/// Ends the decision about a country or range that holds, if there is one, and answers it.
pub fn end(conn: &mut PgConnection, country: Country, range: &str) -> Result<Option<Brake>, DbError> {
    let ended: Option<(BrakeId, String, bool)> = diesel::update(
        b::table.filter(b::country.eq(country.code()).and(b::number_range.eq(range)).and(b::ended_at.is_null())),
    )
    .set(b::ended_at.eq(db::now().nullable()))
    .returning((b::id, b::reference, b::alert_only))
    .get_result(conn)
    .optional()?;
    Ok(ended.map(|(id, reference, alert_only)| Brake { id, reference: Reference::from_stored(reference), alert_only }))
}

/// The reference of the decision that refused a message.
pub fn find_reference(conn: &mut PgConnection, message: MessageId) -> Result<Option<Reference>, DbError> {
    use crate::schema::sms_messages as sms;
    let found: Option<String> =
        sms::table.inner_join(b::table).filter(sms::id.eq(message)).select(b::reference).first(conn).optional()?;
    Ok(found.map(Reference::from_stored))
}

/// Writes the hours down that are so far back that no code of theirs can still be entered, for housekeeping. Of those who
/// do it at once one does.
pub fn write_hours(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(statement(concat!(
        "WITH due AS (
             UPDATE sms_hours_written AS w SET until = date_trunc('hour', now(), 'UTC') - interval '1 hour'
             FROM (SELECT until FROM sms_hours_written FOR UPDATE) AS before
             WHERE w.until = before.until AND before.until < date_trunc('hour', now(), 'UTC') - interval '1 hour'
             RETURNING before.until AS since, w.until
         )
         INSERT INTO sms_hours (country, number_range, hour, sent, entered)
         SELECT m.country, number_range, date_trunc('hour', m.created_at, 'UTC'), count(*),
             count(*) FILTER (WHERE pv.used_at IS NOT NULL)
         FROM due JOIN sms_messages AS m ON m.created_at >= due.since AND m.created_at < due.until
             LEFT JOIN phone_verifications AS pv ON pv.id = m.verification_id,
             unnest(ARRAY['', left(m.phone_number, -4)]) AS number_range
         WHERE number_range IS NOT NULL AND ",
        counted!(),
        " GROUP BY 1, 2, 3 ON CONFLICT DO NOTHING"
    ))
    .bind::<t::Array<t::Text>, _>(kinds())
    .execute(conn)?)
}

/// Removes what no decision looks at any more, for housekeeping: ranges after 15 days, countries and decisions after 13
/// months.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let hours = statement(
        "DELETE FROM sms_hours WHERE hour < now() - interval '13 months'
             OR hour < now() - interval '15 days' AND number_range <> ''",
    )
    .execute(conn)?;
    let brakes = statement("DELETE FROM brakes WHERE began_at < now() - interval '13 months' AND ended_at IS NOT NULL")
        .execute(conn)?;
    Ok(hours + brakes)
}
