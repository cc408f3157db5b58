//! Forgetting whom texts went to: a keyed hash takes the number's place, so that it can still be told whether a number that
//! somebody asks about was texted, and nobody can read which numbers were.

use diesel::PgConnection;

use super::store::{self, Named};
use crate::{
    crypto::{keys::KeyRing, mac},
    db::{self, DbError},
    domain::{
        ids::{MessageId, UserId},
        phone_number::PhoneNumber,
    },
};

/// Forgets the numbers of old messages, for housekeeping (DAT-03).
///
/// # Errors
/// The database's.
pub fn forget_outlived(conn: &mut PgConnection, pseudonym: &KeyRing) -> Result<usize, DbError> {
    db::transaction(conn, |conn| {
        let mut outlived = store::lock_outlived(conn)?;
        outlived.extend(store::lock_orphaned(conn)?);
        store::forget_numbers(conn, hashed(pseudonym, outlived))
    })
}

/// Forgets the numbers of an account that is being deleted, `own` being the one that is still its own, and whose messages
/// they were. What is younger than the longest limit keeps its number until then: deleting an account gives no texts back.
///
/// # Errors
/// The database's.
pub fn forget_account(
    conn: &mut PgConnection,
    pseudonym: &KeyRing,
    user: UserId,
    own: Option<&PhoneNumber>,
) -> Result<(), DbError> {
    let theirs = store::lock_of_account(conn, user, own)?;
    store::forget_numbers(conn, hashed(pseudonym, theirs))?;
    store::disown(conn, user)
}

fn hashed(pseudonym: &KeyRing, named: Vec<Named>) -> Vec<(MessageId, Vec<u8>)> {
    let hash = |number: &str| mac::lookup_key(pseudonym, &[b"number", number.as_bytes()]).to_vec();
    named.into_iter().map(|message| (message.id, hash(&message.phone_number))).collect()
}
