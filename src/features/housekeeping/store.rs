//! SQL for what ends without a flow of its own to end it.

use diesel::{PgConnection, RunQueryDsl as _, sql_types::Integer};

use crate::{
    db::{DbError, batch_of},
    features::activity,
};

/// Removes changes of number that nobody finished within their hour.
pub fn remove_phone_changes(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(batch_of!("phone_changes", "expires_at < now()").execute(conn)?)
}

/// Removes recoveries of long ago. They are kept as long as what happened to the account.
pub fn remove_recoveries(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = batch_of!("recoveries", "started_at < now() - make_interval(months => $2)");
    Ok(old.bind::<Integer, _>(activity::KEPT_MONTHS).execute(conn)?)
}
