//! SQL for `activity`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{Event, KEPT_MONTHS, Origin};
use crate::{
    db::{BATCH, DbError, batch_of, statement},
    domain::{browser_name::BrowserName, ids::UserId},
    schema::activity,
};

/// Writes down what happened and who did it; nobody, when it was done to the account from outside.
pub fn record(conn: &mut PgConnection, user: UserId, event: Event, origin: Option<&Origin>) -> Result<(), DbError> {
    diesel::insert_into(activity::table)
        .values((
            activity::user_id.eq(user),
            activity::event.eq(event.as_str()),
            activity::address.eq(origin.map(|origin| &origin.address)),
            activity::browser.eq(origin.map(|origin| origin.browser.as_stored())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Something that happened, as its owner's list shows it.
pub struct Entry {
    /// The row; the next page begins before it.
    pub id: i64,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; nobody, when it was done to the account from outside.
    pub origin: Option<Origin>,
}

/// The newest entries of an account, or the newest before one of them.
pub fn list(conn: &mut PgConnection, user: UserId, before: Option<i64>, most: i64) -> Result<Vec<Entry>, DbError> {
    type Row = (i64, String, DateTime<Utc>, Option<String>, Option<String>);
    let rows: Vec<Row> = activity::table
        .filter(activity::user_id.eq(user))
        .filter(activity::id.lt(before.unwrap_or(i64::MAX)))
        .order(activity::id.desc())
        .limit(most)
        .select((activity::id, activity::event, activity::happened_at, activity::browser, activity::address))
        .get_results(conn)?;
    let entry = |(id, event, at, browser, address): Row| {
        let event = Event::from_stored(&event).ok_or_else(|| DbError::Fault(format!("activity {id}: {event:?}")))?;
        let origin = browser.zip(address);
        let origin = origin.map(|(name, address)| Origin { browser: BrowserName::from_stored(&name), address });
        Ok(Entry { id, event, at, origin })
    };
    rows.into_iter().map(entry).collect()
}

/// How many wrong codes and how many sign-ins there were of late, in all accounts.
pub fn count_recent(conn: &mut PgConnection, within: Duration) -> Result<(i64, i64), DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::BigInt)]
        wrong_codes: i64,
        #[diesel(sql_type = t::BigInt)]
        sign_ins: i64,
    }
    let Row { wrong_codes, sign_ins } = statement(
        "SELECT count(*) FILTER (WHERE event IN ('code_wrong', 'reset_code_wrong')) AS wrong_codes,
             count(*) FILTER (WHERE event LIKE 'signed\\_in%') AS sign_ins
         FROM activity WHERE happened_at > now() - make_interval(secs => $1)",
    )
    .bind::<t::Double, _>(within.as_secs_f64())
    .get_result(conn)?;
    Ok((wrong_codes, sign_ins))
}

/// Forgets of a part of what happened to an account whose day has come whose it was, and who did it. Answers how much that
/// was.
pub fn forget_part(conn: &mut PgConnection, user: UserId, user_hash: &[u8]) -> Result<usize, DbError> {
    Ok(statement(
        "UPDATE activity SET user_id = NULL, user_hash = $2, address = NULL, browser = NULL WHERE id = ANY (ARRAY(
             SELECT a.id FROM activity AS a JOIN users AS u ON u.id = a.user_id
             WHERE u.id = $1 AND u.deletion_due_at <= now() LIMIT $3))",
    )
    .bind::<t::Uuid, _>(user)
    .bind::<t::Binary, _>(user_hash.to_vec())
    .bind::<t::BigInt, _>(BATCH)
    .execute(conn)?)
}

/// Writes down that an account was deleted, which is all that is still said of it.
pub fn record_deleted(conn: &mut PgConnection, user_hash: &[u8]) -> Result<(), DbError> {
    diesel::insert_into(activity::table)
        .values((activity::user_hash.eq(user_hash), activity::event.eq(Event::Deleted.as_str())))
        .execute(conn)?;
    Ok(())
}

/// Removes what happened long ago, for housekeeping (DAT-03).
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = batch_of!("activity", "happened_at < now() - make_interval(months => $2)");
    Ok(old.bind::<t::Integer, _>(KEPT_MONTHS).execute(conn)?)
}
