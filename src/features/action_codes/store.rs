//! SQL for `action_codes`.

use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{Act, Found, NewCode};
use crate::{
    db::{self, DbError, batch_of, statement},
    domain::{
        ids::{ActionCodeId, UserId},
        phone_number::PhoneNumber,
    },
    features::users::store::is_kept,
    schema::{action_codes as a, users},
};

/// Inserts a row whose code is made when its text leaves.
pub fn insert(conn: &mut PgConnection, new: &NewCode<'_>) -> Result<ActionCodeId, DbError> {
    let id = ActionCodeId::generate();
    statement(
        "INSERT INTO action_codes (id, user_id, act, phone_number, opens_at, expires_at)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), now() + make_interval(secs => $5 + $6))",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(new.user)
    .bind::<t::Text, _>(new.act.as_str())
    .bind::<t::Text, _>(new.phone.e164().to_owned())
    .bind::<t::Double, _>(new.opens_in.as_secs_f64())
    .bind::<t::Double, _>(new.lifetime.as_secs_f64())
    .execute(conn)?;
    Ok(id)
}

/// Stores the hash of the code that a text is about to carry. Answers whether the code can still be of use.
pub fn put_code(conn: &mut PgConnection, id: ActionCodeId, hash: &[u8]) -> Result<bool, DbError> {
    let live = a::id.eq(id).and(a::used_at.is_null()).and(a::expires_at.gt(db::now()));
    Ok(diesel::update(a::table.filter(live)).set(a::code_hash.eq(hash)).execute(conn)? == 1)
}

/// Finds the code of one of the hashes if it may be used now, held until the transaction ends.
pub fn lock_live(conn: &mut PgConnection, hashes: Vec<Vec<u8>>) -> Result<Option<Found>, DbError> {
    let live = a::used_at.is_null().and(a::opens_at.le(db::now())).and(a::expires_at.gt(db::now()));
    let kept = users::table.filter(is_kept()).select(users::id);
    let row: Option<(ActionCodeId, UserId, String, String)> = a::table
        .filter(a::code_hash.eq_any(hashes).and(live))
        .filter(a::user_id.eq_any(kept))
        .select((a::id, a::user_id, a::act, a::phone_number))
        .for_update()
        .first(conn)
        .optional()?;
    let Some((id, user, act, phone)) = row else { return Ok(None) };
    let act = Act::from_stored(&act)
        .ok_or_else(|| DbError::Fault(format!("action_codes {id}: a stored value is malformed")))?;
    Ok(Some(Found { id, user, act, phone: PhoneNumber::from_stored(phone) }))
}

/// Uses it up, once.
pub fn consume(conn: &mut PgConnection, id: ActionCodeId) -> Result<bool, DbError> {
    let unused = a::table.filter(a::id.eq(id)).filter(a::used_at.is_null());
    Ok(diesel::update(unused).set(a::used_at.eq(db::now().nullable())).execute(conn)? == 1)
}

/// Where the codes of an act that could still be used were sent.
pub fn list_phones(conn: &mut PgConnection, user: UserId, act: Act) -> Result<Vec<PhoneNumber>, DbError> {
    let live = a::used_at.is_null().and(a::expires_at.gt(db::now()));
    let phones: Vec<String> = a::table
        .filter(a::user_id.eq(user).and(a::act.eq(act.as_str())).and(live))
        .select(a::phone_number)
        .distinct()
        .order(a::phone_number)
        .get_results(conn)?;
    Ok(phones.into_iter().map(PhoneNumber::from_stored).collect())
}

/// Makes all codes of an act worthless for an account.
pub fn revoke(conn: &mut PgConnection, user: UserId, act: Act) -> Result<(), DbError> {
    let unused = a::table.filter(a::user_id.eq(user)).filter(a::act.eq(act.as_str())).filter(a::used_at.is_null());
    diesel::update(unused).set(a::used_at.eq(db::now().nullable())).execute(conn)?;
    Ok(())
}

/// Removes those whose time is over, for housekeeping. The code of a recovery stays as long as the recovery's record, which
/// goes with it.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(batch_of!(
        "action_codes",
        "expires_at < now() AND NOT EXISTS (SELECT FROM recoveries AS r WHERE r.action_code_id = action_codes.id)"
    )
    .execute(conn)?)
}
