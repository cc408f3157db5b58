//! SQL for `audit`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::max, prelude::*, sql_types as t};

use super::{Entry, watch};
use crate::{
    crypto::{keys::KeyRing, mac::StoredMac},
    db::{BATCH, DbError, statement},
    schema::audit,
};

/// A row, as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
pub struct Row {
    /// 1, 2, 3 and so on, without a gap.
    pub number: i64,
    /// When.
    pub happened_at: DateTime<Utc>,
    /// Who, as [`super::Actor`] prints.
    pub actor: String,
    /// What, as [`super::Act::as_str`] says.
    pub act: String,
    /// To what, as [`super::Subject`] prints.
    pub subject: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// How it was, in JSON.
    pub before: Option<String>,
    /// How it is since, in JSON.
    pub after: Option<String>,
    /// Over all of this and the MAC of the row before.
    pub mac: String,
}

impl Row {
    /// The row's MAC, given that of the row before; nothing, for the first.
    pub fn chained(&self, ring: &KeyRing, before: &str) -> StoredMac {
        self.with_fields(before, |fields| StoredMac::make(ring, fields))
    }

    /// Whether its key is one that there still is.
    pub fn has_known_key(&self, ring: &KeyRing) -> bool {
        StoredMac::from_stored(self.mac.clone()).has_key_of(ring)
    }

    /// Whether the row is as it was written, behind a row with that MAC.
    pub fn is_whole(&self, ring: &KeyRing, before: &str) -> bool {
        self.with_fields(before, |fields| StoredMac::from_stored(self.mac.clone()).matches(ring, fields))
    }

    fn with_fields<A>(&self, before: &str, then: impl FnOnce(&[&[u8]]) -> A) -> A {
        let (number, moment) = (self.number.to_be_bytes(), self.happened_at.timestamp_micros().to_be_bytes());
        let mut fields: Vec<&[u8]> =
            vec![before.as_bytes(), &number, &moment, self.actor.as_bytes(), self.act.as_bytes()];
        for field in [&self.subject, &self.reason, &self.before, &self.after] {
            // Nothing and an empty text are not the same.
            fields.push(if field.is_some() { b"1" } else { b"0" });
            fields.push(field.as_deref().unwrap_or_default().as_bytes());
        }
        then(&fields)
    }
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = t::BigInt)]
    number: i64,
    #[diesel(sql_type = t::Text)]
    mac: String,
    #[diesel(sql_type = t::Timestamptz)]
    moment: DateTime<Utc>,
}

/// Writes an act down, in its transaction and at its end: whoever writes down another one waits until that is over. What
/// cannot be written down does not happen, and whoever runs the service hears of it.
pub fn record(conn: &mut PgConnection, ring: &KeyRing, entry: &Entry<'_>) -> Result<(), DbError> {
    let written = write(conn, ring, entry);
    if let Err(error) = &written {
        log::error!("event=audit_not_written act={} error={:?}", entry.act.as_str(), error.to_string());
        watch::note_unwritten();
    }
    written
}

fn write(conn: &mut PgConnection, ring: &KeyRing, entry: &Entry<'_>) -> Result<(), DbError> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('latchkey audit', 0))").execute(conn)?;
    // A statement of its own: one that waited for the lock would not see what was written meanwhile.
    let last: Last = statement(
        "SELECT coalesce(max(number), 0) AS number, clock_timestamp() AS moment,
             coalesce((SELECT mac FROM audit ORDER BY number DESC LIMIT 1), '') AS mac FROM audit",
    )
    .get_result(conn)?;
    let mut row = Row {
        number: last.number + 1,
        happened_at: last.moment,
        actor: entry.by.to_string(),
        act: entry.act.as_str().to_owned(),
        subject: entry.subject.as_ref().map(ToString::to_string),
        reason: entry.reason.map(|reason| reason.as_str().to_owned()),
        before: entry.before.as_ref().map(ToString::to_string),
        after: entry.after.as_ref().map(ToString::to_string),
        mac: String::new(),
    };
    row.mac = row.chained(ring, &last.mac).as_stored().to_owned();
    diesel::insert_into(audit::table).values(&row).execute(conn)?;
    log::info!("event=audited number={} actor={} act={} mac={}", row.number, row.actor, row.act, row.mac);
    Ok(())
}

/// The rows behind one of them, a part at a time.
pub fn list_after(conn: &mut PgConnection, number: i64) -> Result<Vec<Row>, DbError> {
    let behind = audit::table.filter(audit::number.gt(number)).order(audit::number).limit(BATCH);
    Ok(behind.select(Row::as_select()).load(conn)?)
}

/// The MAC of a row.
pub fn find_mac(conn: &mut PgConnection, number: i64) -> Result<Option<String>, DbError> {
    Ok(audit::table.filter(audit::number.eq(number)).select(audit::mac).first(conn).optional()?)
}

/// The number of the last row; 0 where there is none.
pub fn last_number(conn: &mut PgConnection) -> Result<i64, DbError> {
    Ok(audit::table.select(max(audit::number)).first::<Option<i64>>(conn)?.unwrap_or(0))
}

/// Which rows of the trail are asked for. What is none does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Who did it.
    pub actor: Option<String>,
    /// The act.
    pub act: Option<String>,
    /// Done to one of these.
    pub subject: Option<Vec<String>>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// Before the row of that number.
    pub before: Option<i64>,
}

/// The rows that fit, the newest first.
pub fn list(conn: &mut PgConnection, filter: &Filter, most: i64) -> Result<Vec<Row>, DbError> {
    // Numbers and moments rise together: days become numbers, and the rows are found by these alone.
    let first = filter.from.map(|from| first_since(conn, from)).transpose()?;
    let end = filter.until.map(|until| first_since(conn, until)).transpose()?;
    let end = end.unwrap_or(i64::MAX).min(filter.before.unwrap_or(i64::MAX));
    let mut rows = audit::table.filter(audit::number.ge(first.unwrap_or(0)).and(audit::number.lt(end))).into_boxed();
    if let Some(actor) = &filter.actor {
        rows = rows.filter(audit::actor.eq(actor));
    }
    if let Some(act) = &filter.act {
        rows = rows.filter(audit::act.eq(act));
    }
    if let Some(subject) = &filter.subject {
        rows = rows.filter(audit::subject.eq_any(subject));
    }
    Ok(rows.order(audit::number.desc()).limit(most).select(Row::as_select()).load(conn)?)
}

/// The number of the first row that was written at a moment or after it; a number behind all of them where there is none.
fn first_since(conn: &mut PgConnection, moment: DateTime<Utc>) -> Result<i64, DbError> {
    let first = audit::table.filter(audit::happened_at.ge(moment)).order(audit::happened_at).select(audit::number);
    Ok(first.first(conn).optional()?.unwrap_or(i64::MAX))
}
