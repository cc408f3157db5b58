//! All rows about an account, read at one moment.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::{
    inventory::{TABLES, Table},
    store,
};
use crate::{
    crypto::{keys::KeyRing, mac},
    db::{self, DbError},
    domain::ids::UserId,
    features::{
        activity::{self, Event, Origin},
        throttles::{self, Rule},
    },
    web::clock,
};

/// What there is about an account.
pub struct Record {
    /// When it was read.
    pub at: DateTime<Utc>,
    /// Every table that can hold something about an account, with its rows as JSON objects.
    pub tables: Vec<(&'static Table, Vec<String>)>,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    /// Often enough for now.
    #[error("too many downloads")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Reads all of it. Written down before anything is handed out, so that the owner sees it whatever becomes of the file.
///
/// # Errors
/// [`NotRead`].
pub fn read(conn: &mut PgConnection, throttle_key: &KeyRing, user: UserId, origin: &Origin) -> Result<Record, NotRead> {
    let key = mac::lookup_key(throttle_key, &[user.0.as_bytes()]);
    db::transaction(conn, |conn| {
        if !throttles::charge(conn, Rule::DataDownloaded, &key)? {
            return Err(NotRead::TooMany);
        }
        Ok(activity::record(conn, user, Event::DataDownloaded, Some(origin))?)
    })?;
    db::transaction(conn, |conn| {
        store::see_one_moment(conn)?;
        let of_accounts = TABLES.iter().filter(|table| table.own.is_some());
        let tables = of_accounts.map(|table| Ok((table, store::list_rows(conn, table, user)?)));
        let tables = tables.collect::<Result<_, DbError>>()?;
        Ok(Record { at: clock::now(), tables })
    })
}
