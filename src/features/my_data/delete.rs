//! Deleting the accounts whose day has come.

use diesel::PgConnection;

use super::store;
use crate::{
    crypto::keys::KeyRing,
    db::{self, BATCH, DbError},
    domain::{ids::UserId, phone_number::PhoneNumber},
    features::{activity, messages, passwords::guesses, users},
};

/// Accounts in one round of housekeeping.
pub const MOST_IN_A_ROUND: i64 = 20;

/// Deletes them, each in a transaction of its own, and answers how many they were. One that another instance has in hand is
/// left to it.
///
/// # Errors
/// The database's; the accounts before stay deleted, the one in hand stays as it was.
pub fn delete_due(conn: &mut PgConnection, pseudonym: &KeyRing) -> Result<usize, DbError> {
    let mut deleted = 0;
    for (user, own) in users::store::list_due(conn, MOST_IN_A_ROUND)? {
        let hash = activity::user_hash(pseudonym, user);
        let done = loop {
            match db::transaction(conn, |conn| forget_part(conn, user, &hash)) {
                Ok(Part::Full) => {}
                Ok(Part::Last) => break db::transaction(conn, |conn| delete(conn, pseudonym, user, own.as_ref())),
                Err(error) => break Err(error),
            }
        };
        match done {
            Ok(()) => {
                log::info!("event=account_deleted user={user}");
                deleted += 1;
            }
            Err(NotDeleted::SomebodyElse) => {}
            Err(NotDeleted::Db(error)) => return Err(error),
        }
    }
    Ok(deleted)
}

/// Whether there may be more of what happened.
enum Part {
    Full,
    Last,
}

/// What happened in a year may be much. It goes before the account does, in parts: nobody comes back to it now.
fn forget_part(conn: &mut PgConnection, user: UserId, hash: &[u8]) -> Result<Part, NotDeleted> {
    if !users::store::claim_deletion(conn, user)? {
        return Err(NotDeleted::SomebodyElse);
    }
    let forgotten = i64::try_from(activity::store::forget_part(conn, user, hash)?).unwrap_or(i64::MAX);
    Ok(if forgotten < BATCH { Part::Last } else { Part::Full })
}

/// Why an account is still there, or gone without our doing.
enum NotDeleted {
    /// Another instance has it in hand.
    SomebodyElse,
    /// The database.
    Db(DbError),
}

impl From<DbError> for NotDeleted {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// All of it, or nothing. What is held first is held in the order in which people's requests hold it: texts as the worker
/// takes them, what is under way, then the account. One condition on the account's row decides, as for whoever keeps it.
fn delete(
    conn: &mut PgConnection,
    pseudonym: &KeyRing,
    user: UserId,
    own: Option<&PhoneNumber>,
) -> Result<(), NotDeleted> {
    if !users::store::claim_deletion(conn, user)? {
        return Err(NotDeleted::SomebodyElse);
    }
    messages::forget::forget_account(conn, pseudonym, user, own)?;
    store::remove_under_way(conn, user)?;
    if !users::store::lock_due(conn, user)? {
        return Err(NotDeleted::SomebodyElse);
    }
    let hash = activity::user_hash(pseudonym, user);
    activity::store::forget_part(conn, user, &hash)?;
    activity::store::record_deleted(conn, &hash)?;
    guesses::forget(conn, user, &[])?;
    if users::store::remove_due(conn, user)? { Ok(()) } else { Err(NotDeleted::SomebodyElse) }
}
