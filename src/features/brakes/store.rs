//! SQL for `brakes` and `sms_hours`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*, sql_types as t};

use super::{
    ALERT_ONLY, BEST_OF_DAYS, Brake, STILL_TYPING,
    decide::{Decision, Facts, Texts},
};
use crate::{
    db::{self, DbError, statement},
    domain::{
        brake_reference::BrakeReference,
        client_address::ClientAddress,
        country::Country,
        ids::{BrakeId, MessageId},
    },
    features::{countries::Class, messages::Kind},
    schema::brakes as b,
};

/// Texts that count: to numbers that nobody has proven, and not surely unsent. `$1` names what
/// they are for.
macro_rules! counted {
    () => {
        "NOT m.notice AND NOT m.withheld AND m.country IS NOT NULL AND m.kind = ANY ($1)
         AND m.state IN ('queued', 'sending', 'sent', 'unknown')"
    };
}

/// Whether a text's code was entered: that one or another of its challenge. A subselect, which is looked up by its index
/// for each text; joined, all challenges of the day would be read.
macro_rules! entered {
    () => {
        "coalesce((SELECT pv.used_at IS NOT NULL FROM phone_verifications AS pv WHERE pv.id = m.verification_id), false)"
    };
}

fn kinds() -> Vec<String> {
    let proving = Kind::all().filter(|kind| kind.class() == Class::Unproven);
    proving.map(|kind| kind.as_str().to_owned()).collect()
}

/// Reads what the decision needs: the hours that are written, and since then the messages themselves.
///
/// Hours are written once they are more than an hour old, so the last 60 minutes are all in the messages. Of the written
/// hour at the edge of the last 24 counts the part that is inside. A challenge whose code was entered has none of its
/// texts open, however many it took.
///
/// What was sent before an administrator let texts through again is open for nobody; of the hour of that moment nothing
/// written counts.
///
/// Clocks stand in subselects: those are asked once, ahead, and what they answer can be looked for in an index.
pub fn facts(conn: &mut PgConnection, country: Country, range: &str) -> Result<Facts, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(embed)]
        country: CountryRow,
        #[diesel(embed)]
        range: RangeRow,
        #[diesel(sql_type = t::Double)]
        best_day: f64,
        #[diesel(sql_type = t::Bool)]
        is_new: bool,
    }
    #[derive(QueryableByName)]
    struct CountryRow {
        #[diesel(sql_type = t::Double)]
        open_hour: f64,
        #[diesel(sql_type = t::Double)]
        open_day: f64,
        #[diesel(sql_type = t::Double)]
        entered_hour: f64,
        #[diesel(sql_type = t::Double)]
        entered_day: f64,
    }
    #[derive(QueryableByName)]
    struct RangeRow {
        #[diesel(sql_type = t::Double)]
        range_open_hour: f64,
        #[diesel(sql_type = t::Double)]
        range_open_day: f64,
        #[diesel(sql_type = t::Double)]
        range_entered_hour: f64,
        #[diesel(sql_type = t::Double)]
        range_entered_day: f64,
    }
    let row: Row = statement(FACTS)
        .bind::<t::Array<t::Text>, _>(kinds())
        .bind::<t::Text, _>(country.code())
        .bind::<t::Text, _>(range.to_owned())
        .bind::<t::Integer, _>(BEST_OF_DAYS)
        .bind::<t::Double, _>(ALERT_ONLY.as_seconds_f64())
        .bind::<t::Double, _>(STILL_TYPING.as_seconds_f64())
        .get_result(conn)?;
    let CountryRow { open_hour, open_day, entered_hour, entered_day } = row.country;
    let range = row.range;
    Ok(Facts {
        country: Texts { open_hour, open_day, entered_hour, entered_day },
        range: Texts {
            open_hour: range.range_open_hour,
            open_day: range.range_open_day,
            entered_hour: range.range_entered_hour,
            entered_day: range.range_entered_day,
        },
        best_day: row.best_day,
        is_new: row.is_new && Country::HOME.contains(&country),
    })
}

const FACTS: &str = concat!(
    "WITH opened AS (
         SELECT coalesce(max(opened_at) FILTER (WHERE number_range = ''), '-infinity') AS country_at,
             coalesce(max(opened_at) FILTER (WHERE number_range = $3), '-infinity') AS range_at
         FROM brakes WHERE country = $2 AND number_range IN ('', $3)
             AND opened_at > (SELECT clock_timestamp() - interval '25 hours')
     ), live AS (
         SELECT left(m.phone_number, -4) = $3 AS in_range, ",
    entered!(),
    " AS entered,
             m.created_at > (SELECT country_at FROM opened) AS counts_for_country,
             m.created_at > (SELECT range_at FROM opened) AS counts_for_range,
             m.created_at > (SELECT clock_timestamp() - interval '1 hour') AS in_hour,
             m.created_at <= (SELECT clock_timestamp() - make_interval(secs => $6)) AS is_settled
         FROM sms_messages AS m
         WHERE m.country = $2 AND m.created_at >= (SELECT until FROM sms_hours_written WHERE only_row)
             AND m.created_at > (SELECT clock_timestamp() - interval '1 day') AND ",
    counted!(),
    "),
     past AS (
         SELECT number_range = '' AS whole, entered,
             CASE WHEN hour >= CASE number_range WHEN '' THEN country_at ELSE range_at END THEN sent - entered ELSE 0 END
                 AS open,
             least(1, extract(epoch FROM hour + interval '25 hours' - clock_timestamp()) / 3600)::float8 AS part
         FROM sms_hours, opened WHERE country = $2 AND number_range IN ('', $3)
             AND hour < (SELECT until FROM sms_hours_written WHERE only_row)
             AND hour > (SELECT clock_timestamp() - interval '25 hours')
     )
     SELECT l.open_hour, l.open_day + p.open AS open_day,
         l.entered_hour, l.entered_day + p.entered AS entered_day,
         l.range_open_hour, l.range_open_day + p.range_open AS range_open_day,
         l.range_entered_hour, l.range_entered_day + p.range_entered AS range_entered_day,
         coalesce((SELECT max(entered) FROM (
             SELECT sum(entered)::float8 AS entered FROM sms_hours
             WHERE country = $2 AND number_range = '' AND hour > (SELECT clock_timestamp() - make_interval(days => $4))
             GROUP BY date_trunc('day', hour, 'UTC')) AS days), 0) AS best_day,
         coalesce((SELECT min(hour) FROM sms_hours WHERE country = $2 AND number_range = '')
                      > clock_timestamp() - make_interval(secs => $5), true) AS is_new
     FROM (
         SELECT count(*) FILTER (WHERE NOT entered AND in_hour AND counts_for_country)::float8 AS open_hour,
             count(*) FILTER (WHERE NOT entered AND is_settled AND counts_for_country)::float8 AS open_day,
             count(*) FILTER (WHERE entered AND in_hour)::float8 AS entered_hour,
             count(*) FILTER (WHERE entered)::float8 AS entered_day,
             count(*) FILTER (WHERE NOT entered AND in_hour AND in_range AND counts_for_range)::float8 AS range_open_hour,
             count(*) FILTER (WHERE NOT entered AND is_settled AND in_range AND counts_for_range)::float8 AS range_open_day,
             count(*) FILTER (WHERE entered AND in_hour AND in_range)::float8 AS range_entered_hour,
             count(*) FILTER (WHERE entered AND in_range)::float8 AS range_entered_day
         FROM live
     ) AS l, (
         SELECT coalesce(sum(open * part) FILTER (WHERE whole), 0)::float8 AS open,
             coalesce(sum(entered * part) FILTER (WHERE whole), 0)::float8 AS entered,
             coalesce(sum(open * part) FILTER (WHERE NOT whole), 0)::float8 AS range_open,
             coalesce(sum(entered * part) FILTER (WHERE NOT whole), 0)::float8 AS range_entered
         FROM past
     ) AS p"
);

/// Counts the texts of the last day that were asked for from an address.
pub fn texts_from(conn: &mut PgConnection, address: &ClientAddress) -> Result<Texts, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Double)]
        open: f64,
        #[diesel(sql_type = t::Double)]
        entered: f64,
    }
    let row: Row = statement(concat!(
        "SELECT count(*) FILTER (WHERE NOT entered)::float8 AS open, count(*) FILTER (WHERE entered)::float8 AS entered
         FROM (SELECT ",
        entered!(),
        " AS entered FROM sms_messages AS m
         WHERE m.address = $2 AND m.created_at > (SELECT clock_timestamp() - interval '1 day') AND ",
        counted!(),
        ") AS texts"
    ))
    .bind::<t::Array<t::Text>, _>(kinds())
    .bind::<t::Text, _>(address.keys().address)
    .get_result(conn)?;
    Ok(Texts { open_day: row.open, entered_day: row.entered, ..Texts::default() })
}

/// Finds the decision that holds.
pub fn find_live(
    conn: &mut PgConnection,
    country: Country,
    range: &str,
    alert_only: bool,
) -> Result<Option<Brake>, DbError> {
    let row: Option<(BrakeId, String)> = b::table
        .filter(b::country.eq(country.code()).and(b::number_range.eq(range)).and(b::ended_at.is_null()))
        .filter(b::alert_only.eq(alert_only))
        .select((b::id, b::reference))
        .first(conn)
        .optional()?;
    row.map(|(id, reference)| Ok(Brake { id, reference: stored(&reference)?, alert_only })).transpose()
}

fn stored(reference: &str) -> Result<BrakeReference, DbError> {
    BrakeReference::parse(reference).ok_or_else(|| DbError::Fault("brakes: a reference is malformed".to_owned()))
}

/// Lists where decisions hold, the oldest first and not more than are looked at in one go.
pub fn list_live(conn: &mut PgConnection) -> Result<Vec<(Country, String)>, DbError> {
    let rows: Vec<(String, String)> = b::table
        .filter(b::ended_at.is_null())
        .order(b::began_at)
        .limit(100)
        .select((b::country, b::number_range))
        .get_results(conn)?;
    let known = rows.into_iter().filter_map(|(country, range)| Some((Country::parse(&country).ok()?, range)));
    Ok(known.collect())
}

/// Writes a decision down, under a reference that no other has.
pub fn insert(conn: &mut PgConnection, country: Country, range: &str, decision: Decision) -> Result<Brake, DbError> {
    let Decision { rule, alert_only } = decision;
    for _ in 0..20 {
        let (id, reference) = (BrakeId::generate(), BrakeReference::generate());
        let inserted = statement(
            "INSERT INTO brakes (id, reference, country, number_range, rule, why, alert_only)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (reference) DO NOTHING",
        )
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(reference.to_string())
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
    #[derive(QueryableByName)]
    struct Ended {
        #[diesel(sql_type = t::Uuid)]
        id: BrakeId,
        #[diesel(sql_type = t::Text)]
        reference: String,
        #[diesel(sql_type = t::Bool)]
        alert_only: bool,
    }
    let ended: Option<Ended> = statement(
        "UPDATE brakes SET ended_at = clock_timestamp() WHERE country = $1 AND number_range = $2 AND ended_at IS NULL
         RETURNING id, reference, alert_only",
    )
    .bind::<t::Text, _>(country.code())
    .bind::<t::Text, _>(range.to_owned())
    .get_result(conn)
    .optional()?;
    ended
        .map(|Ended { id, reference, alert_only }| Ok(Brake { id, reference: stored(&reference)?, alert_only }))
        .transpose()
}

/// A decision, for whoever runs the service.
#[derive(Debug, Clone)]
pub struct Noted {
    /// What people call it by.
    pub reference: String,
    /// Where.
    pub country: Option<Country>,
    /// The range without its last four digits, or nothing for the whole country.
    pub number_range: String,
    /// The rule and its figures, in words.
    pub why: String,
    /// Whether it holds nothing back.
    pub alert_only: bool,
    /// Since when.
    pub began_at: DateTime<Utc>,
    /// Until when.
    pub ended_at: Option<DateTime<Utc>>,
    /// When an administrator opened it.
    pub opened_at: Option<DateTime<Utc>>,
}

type NotedRow = (String, String, String, String, bool, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

impl From<NotedRow> for Noted {
    fn from((reference, country, number_range, why, alert_only, began_at, ended_at, opened_at): NotedRow) -> Self {
        let country = Country::parse(&country).ok();
        Self { reference, country, number_range, why, alert_only, began_at, ended_at, opened_at }
    }
}

const NOTED: (
    b::reference,
    b::country,
    b::number_range,
    b::why,
    b::alert_only,
    b::began_at,
    b::ended_at,
    b::opened_at,
) = (b::reference, b::country, b::number_range, b::why, b::alert_only, b::began_at, b::ended_at, b::opened_at);

/// Lists the decisions that hold, the newest first.
pub fn list_on(conn: &mut PgConnection, most: i64) -> Result<Vec<Noted>, DbError> {
    let rows: Vec<NotedRow> =
        b::table.filter(b::ended_at.is_null()).order(b::began_at.desc()).limit(most).select(NOTED).get_results(conn)?;
    Ok(rows.into_iter().map(Noted::from).collect())
}

/// Lists the decisions of the last 30 days that hold no more, those that began last first.
pub fn list_recent(conn: &mut PgConnection, most: i64) -> Result<Vec<Noted>, DbError> {
    let rows: Vec<NotedRow> = b::table
        .filter(b::ended_at.is_not_null().and(b::began_at.gt(db::now() - 30.days())))
        .order(b::began_at.desc())
        .limit(most)
        .select(NOTED)
        .get_results(conn)?;
    Ok(rows.into_iter().map(Noted::from).collect())
}

/// Lets texts through again that a decision holds back. Answers the decision; none when nothing is held back by it any
/// more, or ever was. Of those who do it at once one does.
pub fn open(conn: &mut PgConnection, reference: BrakeReference) -> Result<Option<Noted>, DbError> {
    let opened = statement(
        "UPDATE brakes SET ended_at = moment, opened_at = moment FROM clock_timestamp() AS moment
         WHERE reference = $1 AND ended_at IS NULL AND NOT alert_only",
    )
    .bind::<t::Text, _>(reference.to_string())
    .execute(conn)?;
    if opened == 1 { find(conn, reference) } else { Ok(None) }
}

/// Finds a decision by its reference.
pub fn find(conn: &mut PgConnection, reference: BrakeReference) -> Result<Option<Noted>, DbError> {
    let row: Option<NotedRow> =
        b::table.filter(b::reference.eq(reference.to_string())).select(NOTED).first(conn).optional()?;
    Ok(row.map(Noted::from))
}

/// The reference of the decision that refused a message.
pub fn find_reference(conn: &mut PgConnection, message: MessageId) -> Result<Option<BrakeReference>, DbError> {
    use crate::schema::sms_messages as sms;
    let found: Option<String> =
        sms::table.inner_join(b::table).filter(sms::id.eq(message)).select(b::reference).first(conn).optional()?;
    found.map(|reference| stored(&reference)).transpose()
}

/// Writes the hours down that are so far back that no code of theirs can still be entered, for housekeeping. Of those who
/// do it at once one does.
pub fn write_hours(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(statement(concat!(
        "WITH due AS (
             UPDATE sms_hours_written AS w SET until = date_trunc('hour', now(), 'UTC') - interval '1 hour'
             FROM (SELECT until FROM sms_hours_written WHERE only_row FOR UPDATE) AS before
             WHERE w.only_row AND w.until = before.until AND before.until < date_trunc('hour', now(), 'UTC') - interval '1 hour'
             RETURNING before.until AS since, w.until
         )
         INSERT INTO sms_hours (country, number_range, hour, sent, entered)
         SELECT m.country, number_range, date_trunc('hour', m.created_at, 'UTC'), count(*), count(*) FILTER (WHERE ",
        entered!(),
        ")
         FROM due JOIN sms_messages AS m ON m.created_at >= due.since AND m.created_at < due.until,
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
    let hours = statement("DELETE FROM sms_hours WHERE hour < now() - interval '13 months'").execute(conn)?;
    let ranges = statement("DELETE FROM sms_hours WHERE hour < now() - interval '15 days' AND number_range <> ''");
    let hours = hours + ranges.execute(conn)?;
    let brakes = statement("DELETE FROM brakes WHERE began_at < now() - interval '13 months' AND ended_at IS NOT NULL")
        .execute(conn)?;
    Ok(hours + brakes)
}
