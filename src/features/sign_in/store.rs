//! SQL for `sign_ins`.

use diesel::{PgConnection, prelude::*, sql_types as t};

use super::Pending;
use crate::{
    db::{self, DbError, batch_of, statement},
    domain::{
        ids::{ChallengeId, SignInId, UserId},
        phone_number::PhoneNumber,
        role::Role,
    },
    features::{two_factor::Method, users::UserEpoch},
    schema::sign_ins,
    web::next::Next,
};

/// Inserts a pending sign-in that carries the account's epoch.
pub fn insert(conn: &mut PgConnection, id: SignInId, user: UserEpoch, next: Next) -> Result<(), DbError> {
    diesel::insert_into(sign_ins::table)
        .values((
            sign_ins::id.eq(id),
            sign_ins::user_id.eq(user.id),
            sign_ins::auth_epoch.eq(user.auth_epoch),
            sign_ins::next_page.eq(next.path()),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Uuid)]
    id: SignInId,
    #[diesel(sql_type = t::Uuid)]
    user_id: UserId,
    #[diesel(sql_type = t::Integer)]
    auth_epoch: i32,
    #[diesel(sql_type = t::Text)]
    two_factor_method: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    proven_phone: Option<String>,
    #[diesel(sql_type = t::Text)]
    role: String,
    #[diesel(sql_type = t::Text)]
    locale: String,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    verification_id: Option<ChallengeId>,
    #[diesel(sql_type = t::Text)]
    next_page: String,
}

/// Finds one that still holds: time, epoch, and the account's status.
pub fn find_live(conn: &mut PgConnection, id: SignInId) -> Result<Option<Pending>, DbError> {
    let row: Option<Row> = statement(
        "SELECT s.id, s.user_id, s.auth_epoch, u.two_factor_method,
             CASE WHEN u.phone_verified_at IS NOT NULL THEN u.phone_number END AS proven_phone, u.role, u.locale, s.verification_id, s.next_page
         FROM sign_ins AS s JOIN users AS u ON u.id = s.user_id
         WHERE s.id = $1 AND s.expires_at > now() AND s.auth_epoch = u.auth_epoch AND u.status = 'active'
             AND coalesce(u.deletion_due_at, 'infinity') > now()",
    )
    .bind::<t::Uuid, _>(id)
    .get_result(conn)
    .optional()?;
    row.map(Pending::try_from).transpose()
}

/// As [`find_live`], held until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: SignInId) -> Result<Option<Pending>, DbError> {
    let held: Option<SignInId> =
        sign_ins::table.filter(sign_ins::id.eq(id)).select(sign_ins::id).for_update().first(conn).optional()?;
    match held {
        Some(id) => find_live(conn, id),
        None => Ok(None),
    }
}

/// Gives it the challenge whose code counts from now on.
pub fn set_challenge(conn: &mut PgConnection, id: SignInId, challenge: ChallengeId) -> Result<(), DbError> {
    diesel::update(sign_ins::table.filter(sign_ins::id.eq(id)))
        .set(sign_ins::verification_id.eq(challenge))
        .execute(conn)?;
    Ok(())
}

/// Uses it up, once. Answers whether it was still there.
pub fn consume(conn: &mut PgConnection, id: SignInId) -> Result<bool, DbError> {
    let live = sign_ins::table.filter(sign_ins::id.eq(id)).filter(sign_ins::expires_at.gt(db::now()));
    Ok(diesel::delete(live).execute(conn)? == 1)
}

/// Removes those whose time is over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(batch_of!("sign_ins", "expires_at < now()").execute(conn)?)
}

impl TryFrom<Row> for Pending {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let malformed = || DbError::Fault(format!("sign_ins {}: a stored value is malformed", row.id));
        Ok(Self {
            id: row.id,
            user: UserEpoch { id: row.user_id, auth_epoch: row.auth_epoch },
            method: Method::from_stored(&row.two_factor_method).ok_or_else(malformed)?,
            phone: row.proven_phone.map(PhoneNumber::from_stored),
            role: Role::from_stored(&row.role).ok_or_else(malformed)?,
            locale: row.locale,
            challenge: row.verification_id,
            next: Next::parse_or_account(&row.next_page),
        })
    }
}
