//! Cancelling a recovery, by those who run the service or with the code of the text. Its owner also ends it by signing in.

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
    db::transaction(conn, |conn| {
        store::lock_turn(conn, user)?;
        end(conn, user, grounds)
    })
}

/// Ends whatever waits, because whoever reads an account's texts objects. Stands in the transaction of the objection, which
/// is also what the owner reads of.
///
/// # Errors
/// The database's.
pub fn object(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    store::cancel(conn, user, &Grounds::of_objection()).map(drop)
}

/// As [`cancel`], in a transaction of the caller's, whose turn it is.
///
/// # Errors
/// The database's.
pub fn end(conn: &mut PgConnection, user: UserId, grounds: &Grounds) -> Result<bool, DbError> {
    let was_open = store::is_open(conn, user)?;
    let cancelled = store::cancel(conn, user, grounds)?;
    // Its text does not leave any more.
    action_codes::store::revoke(conn, user, Act::Recover)?;
    if cancelled && was_open {
        activity::record(conn, user, Event::RecoveryStopped, None)?;
    }
    Ok(cancelled && was_open)
}
