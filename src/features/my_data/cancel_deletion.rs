//! Keeping the account after all.

use diesel::PgConnection;

use crate::{
    db::{self, DbError},
    domain::ids::UserId,
    features::{
        activity::{self, Event, Origin},
        users,
    },
};

/// Keeps it, if it was to be deleted and its day has not come. Answers whether there was anything to cancel.
///
/// # Errors
/// The database's.
pub fn cancel_deletion(conn: &mut PgConnection, user: UserId, origin: &Origin) -> Result<bool, DbError> {
    db::transaction(conn, |conn| {
        let kept = users::store::keep(conn, user)?;
        if kept {
            activity::record(conn, user, Event::DeletionCancelled, Some(origin))?;
        }
        Ok(kept)
    })
}
