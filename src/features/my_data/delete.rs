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
/// The database's. An account that cannot be deleted stays as it was, but for what happened to it.
pub fn delete_due(conn: &mut PgConnection, pseudonym: &KeyRing) -> Result<usize, DbError> {
    let mut deleted = 0;
    for (user, own) in users::store::seal_due(conn, MOST_IN_A_ROUND)? {
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
            // The next ones go all the same; this one is tried again in the next round.
            Err(NotDeleted::Db(error)) => {
                log::error!("event=account_not_deleted user={user} error={:?}", error.to_string());
            }
        }
    }
    Ok(deleted)
}

/// Whether there may be more of what happened.
enum Part {
    Full,
    Last,
}

/// What happened in a year may be much. It goes before the account does, in parts: nobody comes back to a sealed account.
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

/// All of it, or nothing. What is held is held in the order in which others hold it: texts as the worker takes them, what is
/// under way, then the account. Only another instance that removes old codes at this moment takes two of them the other way
/// round; should the two ever meet, the one that PostgreSQL stops comes back in the next round.
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
