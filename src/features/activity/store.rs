//! SQL for `activity`.

use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*};

use super::{Event, Origin};
use crate::{
    db::{self, DbError},
    domain::ids::UserId,
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

/// Removes what happened more than a year ago, for housekeeping (DAT-03).
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = activity::happened_at.lt(db::now() - 1.year());
    Ok(diesel::delete(activity::table.filter(old)).execute(conn)?)
}
