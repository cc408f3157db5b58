//! Cancelling a recovery by those who run the service. Its owner ends it by signing in.

use diesel::PgConnection;

use super::{Grounds, store};
use crate::{
    db::{self, DbError},
    domain::ids::UserId,
    features::{
        action_codes::{self, Act},
        activity::{self, Event},
    },
};

/// Cancels the one that is under way. Answers whether there was one; one that the owner has ended is none.
///
/// # Errors
/// The database's.
pub fn cancel(conn: &mut PgConnection, user: UserId, grounds: &Grounds) -> Result<bool, DbError> {
    db::transaction(conn, |conn| end(conn, user, grounds))
}

/// The same in a transaction of the caller's.
pub(super) fn end(conn: &mut PgConnection, user: UserId, grounds: &Grounds) -> Result<bool, DbError> {
    let was_open = store::is_open(conn, user)?;
    // The code before the recovery, as whoever uses it does. Its text does not leave any more.
    action_codes::store::revoke(conn, user, Act::Recover)?;
    let ended = store::cancel(conn, user, grounds)? && was_open;
    if ended {
        activity::record(conn, user, Event::RecoveryStopped, None)?;
    }
    Ok(ended)
}
