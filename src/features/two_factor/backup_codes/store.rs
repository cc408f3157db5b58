//! SQL for `two_factor_backup_codes`.

use diesel::{PgConnection, prelude::*};

use super::NewSet;
use crate::{
    crypto::code_hash::CodeSalt,
    db::{self, DbError},
    domain::ids::UserId,
    schema::two_factor_backup_codes as b,
};

/// Keeps a new set; every code of before is gone.
pub fn replace(conn: &mut PgConnection, user: UserId, set: &NewSet) -> Result<(), DbError> {
    remove_all(conn, user)?;
    let rows: Vec<_> = set
        .hashes
        .iter()
        .map(|hash| (b::user_id.eq(user), b::salt.eq(set.salt.as_stored()), b::code_hash.eq(hash)))
        .collect();
    diesel::insert_into(b::table).values(rows).execute(conn)?;
    Ok(())
}

/// The salt of the account's set.
pub fn find_salt(conn: &mut PgConnection, user: UserId) -> Result<Option<CodeSalt>, DbError> {
    let salt: Option<String> = b::table.filter(b::user_id.eq(user)).select(b::salt).first(conn).optional()?;
    Ok(salt.map(CodeSalt::from_stored))
}

/// Uses up the code of a hash, once. Answers how many are left.
pub fn consume(conn: &mut PgConnection, user: UserId, hash: &[u8]) -> Result<Option<i64>, DbError> {
    let unused = b::table.filter(b::user_id.eq(user)).filter(b::code_hash.eq(hash)).filter(b::used_at.is_null());
    if diesel::update(unused).set(b::used_at.eq(db::now().nullable())).execute(conn)? == 0 {
        return Ok(None);
    }
    let left = b::table.filter(b::user_id.eq(user)).filter(b::used_at.is_null()).count().get_result(conn)?;
    Ok(Some(left))
}

/// Removes all of them.
pub fn remove_all(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    diesel::delete(b::table.filter(b::user_id.eq(user))).execute(conn)?;
    Ok(())
}
