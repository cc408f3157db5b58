//! Things that may happen only so often, in a sliding log that all instances share.

use std::time::Duration;

use diesel::{PgConnection, prelude::*, sql_query, sql_types};

use crate::{
    db::{DbError, batch_of},
    schema::throttles,
};

/// A rule with its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Telling whoever proved a number that an email address has an account: 3 times a day for a number (AUT-10), or
    /// one SIM could test a whole address book. So often too for an account whose owner gives another address.
    EmailDisclosed,
    /// Typing one of the long codes that texts carry: 20 times an hour from an address, over all pages that take one.
    ActionCodeTried,
    /// Downloading all data of an account: 10 times an hour for each. It may be much.
    DataDownloaded,
}

impl Rule {
    fn name(self) -> &'static str {
        match self {
            Self::EmailDisclosed => "email_disclosed",
            Self::ActionCodeTried => "action_code_tried",
            Self::DataDownloaded => "data_downloaded",
        }
    }

    fn limit(self) -> i64 {
        match self {
            Self::EmailDisclosed => 3,
            Self::ActionCodeTried => 20,
            Self::DataDownloaded => 10,
        }
    }

    /// How far back it looks.
    pub fn window(self) -> Duration {
        match self {
            Self::EmailDisclosed => Duration::from_secs(24 * 3600),
            Self::ActionCodeTried => Duration::from_secs(3600),
            Self::DataDownloaded => Duration::from_secs(3600),
        }
    }
}

/// The longest window of any rule; older rows decide nothing.
pub const LONGEST_WINDOW_HOURS: i32 = 24;

/// Counts one more time under `rule` for `key` and answers whether it was still allowed. Stands in a transaction:
/// whoever comes with the same key waits for its end.
pub fn charge(conn: &mut PgConnection, rule: Rule, key: &[u8; 32]) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = sql_types::BigInt)]
        used: i64,
    }
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))")
        .bind::<sql_types::Binary, _>(key.as_slice())
        .execute(conn)?;
    let Used { used } = sql_query(
        "SELECT count(*) AS used FROM throttles
         WHERE rule = $1 AND key_hash = $2 AND happened_at > clock_timestamp() - make_interval(secs => $3)",
    )
    .bind::<sql_types::Text, _>(rule.name())
    .bind::<sql_types::Binary, _>(key.as_slice())
    .bind::<sql_types::Double, _>(rule.window().as_secs_f64())
    .get_result(conn)?;
    if used >= rule.limit() {
        return Ok(false);
    }
    diesel::insert_into(throttles::table)
        .values((throttles::rule.eq(rule.name()), throttles::key_hash.eq(key.as_slice())))
        .execute(conn)?;
    Ok(true)
}

/// Until when `rule` lets `key` through again.
pub fn wait(conn: &mut PgConnection, rule: Rule, key: &[u8; 32]) -> Result<Duration, DbError> {
    #[derive(QueryableByName)]
    struct Wait {
        #[diesel(sql_type = sql_types::Double)]
        wait: f64,
    }
    let Wait { wait } = sql_query(
        "SELECT coalesce((SELECT extract(epoch FROM happened_at - clock_timestamp()) + $3 FROM throttles
             WHERE rule = $1 AND key_hash = $2 ORDER BY happened_at DESC OFFSET $4 - 1 LIMIT 1), 0)::float8 AS wait",
    )
    .bind::<sql_types::Text, _>(rule.name())
    .bind::<sql_types::Binary, _>(key.as_slice())
    .bind::<sql_types::Double, _>(rule.window().as_secs_f64())
    .bind::<sql_types::BigInt, _>(rule.limit())
    .get_result(conn)?;
    Ok(Duration::from_secs_f64(wait.max(1.0)))
}

/// Removes what no rule looks at any more, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = batch_of!("throttles", "happened_at < now() - make_interval(hours => $2)");
    Ok(old.bind::<sql_types::Integer, _>(LONGEST_WINDOW_HOURS).execute(conn)?)
}
