//! SQL for `sessions`.

use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*};

use super::{IDLE_DAYS, OVERALL_DAYS};
use crate::{
    db::{self, DbError},
    domain::ids::{SessionId, UserId},
    features::users::UserEpoch,
    schema::{sessions, users},
};

/// A session that holds, as found by its token.
pub struct Live {
    /// The row.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Whether `last_seen_at` is more than a minute old.
    pub seen_long_ago: bool,
}

/// Inserts a session that carries the account's epoch.
pub fn insert(conn: &mut PgConnection, id: SessionId, user: UserEpoch, token_hash: &[u8]) -> Result<(), DbError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::user_id.eq(user.id),
            sessions::token_hash.eq(token_hash),
            sessions::auth_epoch.eq(user.auth_epoch),
        ))
        .execute(conn)?;
    Ok(())
}

/// Finds the session of a token if everything about it still holds: times, epoch, and the account's status.
pub fn find_live(conn: &mut PgConnection, token_hash: &[u8]) -> Result<Option<Live>, DbError> {
    let row: Option<(SessionId, UserId, bool)> = sessions::table
        .inner_join(users::table)
        .filter(sessions::token_hash.eq(token_hash))
        .filter(sessions::auth_epoch.eq(users::auth_epoch))
        .filter(users::status.eq("active"))
        .filter(sessions::last_seen_at.gt(db::now() - IDLE_DAYS.days()))
        .filter(sessions::created_at.gt(db::now() - OVERALL_DAYS.days()))
        .select((sessions::id, sessions::user_id, sessions::last_seen_at.lt(db::now() - 1.minutes())))
        .first(conn)
        .optional()?;
    Ok(row.map(|(session, user, seen_long_ago)| Live { session, user, seen_long_ago }))
}

/// Notes a visit, at most once a minute.
pub fn touch(conn: &mut PgConnection, id: SessionId) -> Result<(), DbError> {
    let stale = sessions::table.filter(sessions::id.eq(id)).filter(sessions::last_seen_at.lt(db::now() - 1.minutes()));
    diesel::update(stale).set(sessions::last_seen_at.eq(db::now())).execute(conn)?;
    Ok(())
}

/// Ends one session. Answers whose it was, once.
pub fn end(conn: &mut PgConnection, id: SessionId) -> Result<Option<UserId>, DbError> {
    let ended = diesel::delete(sessions::table.filter(sessions::id.eq(id))).returning(sessions::user_id);
    Ok(ended.get_result(conn).optional()?)
}

/// Ends all but an account's `most` newest sessions.
pub fn end_oldest(conn: &mut PgConnection, user: UserId, most: i64) -> Result<usize, DbError> {
    let older = diesel::alias!(sessions as older);
    let surplus = older
        .filter(older.field(sessions::user_id).eq(user))
        .order(older.field(sessions::created_at).desc())
        .offset(most)
        .select(older.field(sessions::id));
    Ok(diesel::delete(sessions::table.filter(sessions::id.eq_any(surplus))).execute(conn)?)
}

/// Removes sessions that are over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let idle = sessions::last_seen_at.lt(db::now() - IDLE_DAYS.days());
    let old = sessions::created_at.lt(db::now() - OVERALL_DAYS.days());
    Ok(diesel::delete(sessions::table.filter(idle.or(old))).execute(conn)?)
}
