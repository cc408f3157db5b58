//! SQL for `recoveries`.

use diesel::{PgConnection, prelude::*};

use crate::{
    db::{self, DbError},
    domain::ids::UserId,
    schema::recoveries as r,
};

/// Ends all that wait for an account.
pub fn cancel_all(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    let waiting = r::cancelled_at.is_null().and(r::used_at.is_null());
    diesel::update(r::table.filter(r::user_id.eq(user)).filter(waiting))
        .set(r::cancelled_at.eq(db::now().nullable()))
        .execute(conn)?;
    Ok(())
}
