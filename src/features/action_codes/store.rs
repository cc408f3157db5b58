//! SQL for `action_codes`.

use diesel::{
    PgConnection,
    dsl::{exists, not},
    prelude::*,
    sql_types as t,
};

use super::{Act, Found, NewCode};
use crate::{
    db::{self, DbError, batch_of, statement},
    domain::{
        ids::{ActionCodeId, UserId},
        phone_number::PhoneNumber,
    },
    schema::{action_codes as a, users as u},
};

/// Whether the owner of account `u` has had nothing to say against code `a`, and the account is as it was when it was made.
macro_rules! nobody_objected {
    () => {
        "u.status = 'active' AND coalesce(u.deletion_due_at, 'infinity') > now() AND u.auth_epoch = a.auth_epoch
         AND u.owner_seen_at < a.created_at AND coalesce(u.objected_at < a.created_at, true)"
    };
}
pub(in crate::features) use nobody_objected;

/// Inserts a row whose code is made when its text leaves.
pub fn insert(conn: &mut PgConnection, new: &NewCode<'_>) -> Result<ActionCodeId, DbError> {
    let id = ActionCodeId::generate();
    statement(
        "INSERT INTO action_codes (id, user_id, act, phone_number, auth_epoch, opens_at, expires_at)
         SELECT $1, id, $3, $4, CASE WHEN $5 > 0 THEN auth_epoch END,
             now() + make_interval(secs => $5), now() + make_interval(secs => $5 + $6)
         FROM users WHERE id = $2",
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
    let put = statement(concat!(
        "UPDATE action_codes AS a SET code_hash = $2 FROM users AS u
         WHERE a.id = $1 AND u.id = a.user_id AND a.used_at IS NULL AND a.expires_at > now()
             AND (a.auth_epoch IS NULL OR ",
        nobody_objected!(),
        ")"
    ))
    .bind::<t::Uuid, _>(id)
    .bind::<t::Binary, _>(hash.to_vec())
    .execute(conn)?;
    Ok(put == 1)
}

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = t::Uuid)]
    id: ActionCodeId,
    #[diesel(sql_type = t::Uuid)]
    user_id: UserId,
    #[diesel(sql_type = t::Text)]
    act: String,
    #[diesel(sql_type = t::Text)]
    phone_number: String,
}

/// Finds the code of one of the hashes if it may be used now.
pub fn find_live(conn: &mut PgConnection, hashes: Vec<Vec<u8>>) -> Result<Option<Found>, DbError> {
    let row: Option<FoundRow> = statement(concat!(
        "SELECT a.id, a.user_id, a.act, a.phone_number FROM action_codes AS a JOIN users AS u ON u.id = a.user_id
         WHERE a.code_hash = ANY ($1) AND a.used_at IS NULL AND a.opens_at <= now() AND a.expires_at > now()
             AND coalesce(u.deletion_due_at, 'infinity') > now() AND (a.auth_epoch IS NULL OR ",
        nobody_objected!(),
        ")"
    ))
    .bind::<t::Array<t::Binary>, _>(hashes)
    .get_result(conn)
    .optional()?;
    let Some(FoundRow { id, user_id, act, phone_number }) = row else { return Ok(None) };
    let act = Act::from_stored(&act)
        .ok_or_else(|| DbError::Fault(format!("action_codes {id}: a stored value is malformed")))?;
    Ok(Some(Found { id, user: user_id, act, phone: PhoneNumber::from_stored(phone_number) }))
}

/// Uses it up, once. Answers whether it could still be used.
pub fn consume(conn: &mut PgConnection, id: ActionCodeId) -> Result<bool, DbError> {
    let live = a::used_at.is_null().and(a::opens_at.le(db::now())).and(a::expires_at.gt(db::now()));
    Ok(diesel::update(a::table.filter(a::id.eq(id).and(live)))
        .set(a::used_at.eq(db::now().nullable()))
        .execute(conn)?
        == 1)
}

/// Where the codes of an act that could still be used were sent. Not where somebody else holds the phone by now: a number
/// that another account has proven.
pub fn list_phones(conn: &mut PgConnection, user: UserId, act: Act) -> Result<Vec<PhoneNumber>, DbError> {
    let live = a::used_at.is_null().and(a::expires_at.gt(db::now()));
    let others =
        u::phone_number.eq(a::phone_number.nullable()).and(u::phone_verified_at.is_not_null()).and(u::id.ne(user));
    let phones: Vec<String> = a::table
        .filter(a::user_id.eq(user).and(a::act.eq(act.as_str())).and(live))
        .filter(not(exists(u::table.filter(others))))
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

/// Makes all codes for an account worthless: whoever it belongs to has just been settled.
pub fn revoke_all(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    let unused = a::table.filter(a::user_id.eq(user)).filter(a::used_at.is_null());
    diesel::update(unused).set(a::used_at.eq(db::now().nullable())).execute(conn)?;
    Ok(())
}

/// Makes the codes of an act worthless that were made with a code or after it.
pub fn revoke_since(conn: &mut PgConnection, user: UserId, act: Act, code: ActionCodeId) -> Result<(), DbError> {
    statement(
        "UPDATE action_codes SET used_at = now() WHERE user_id = $1 AND act = $2 AND used_at IS NULL
             AND created_at >= (SELECT created_at FROM action_codes WHERE id = $3)",
    )
    .bind::<t::Uuid, _>(user)
    .bind::<t::Text, _>(act.as_str())
    .bind::<t::Uuid, _>(code)
    .execute(conn)?;
    Ok(())
}

/// Removes those whose time is over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(batch_of!(
        "action_codes",
        "expires_at < now() AND NOT EXISTS (SELECT FROM recoveries AS r WHERE r.action_code_id = action_codes.id)"
    )
    .execute(conn)?)
}
