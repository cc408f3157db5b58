//! SQL for `users` and the profiles.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::exists, prelude::*, select, sql_types::Bool};

use super::{NewUser, Taken, UserEpoch};
use crate::{
    crypto::hasher::PasswordHash,
    db::{self, DbError},
    domain::{full_name::FullName, ids::UserId, phone_number::PhoneNumber, role::Role},
    features::{phone_verifications::VerifiedPhone, two_factor::Method},
    schema::{maid_profiles, sponsor_profiles, users},
};

/// Whether the number is proven for an account.
pub fn owns_number(conn: &mut PgConnection, phone: &PhoneNumber) -> Result<bool, DbError> {
    let owner =
        users::table.filter(users::phone_number.eq(phone.e164())).filter(users::phone_verified_at.is_not_null());
    Ok(select(exists(owner)).get_result(conn)?)
}

/// Inserts user and profile, or answers what is taken. Of those who race for one number or address one wins.
pub fn insert(conn: &mut PgConnection, new: &NewUser) -> Result<Result<UserEpoch, Taken>, DbError> {
    let id = UserId::generate();
    let inserted = diesel::insert_into(users::table)
        .values((
            users::id.eq(id),
            users::role.eq(new.role.as_str()),
            users::email.eq(new.email.as_ref().map(|email| email.as_str())),
            users::password_hash.eq(new.password_hash.as_stored()),
            users::locale.eq(&new.locale),
            users::phone_number.eq(new.phone.number().e164()),
            users::phone_verified_at.eq(db::now().nullable()),
            users::terms_accepted_at.eq(new.terms_accepted_at),
        ))
        .on_conflict_do_nothing()
        .returning(users::auth_epoch)
        .get_result(conn)
        .optional()?;
    let Some(auth_epoch) = inserted else {
        let taken = if owns_number(conn, new.phone.number())? { Taken::Number } else { Taken::Email };
        return Ok(Err(taken));
    };
    insert_profile(conn, id, new.role, &new.full_name)?;
    Ok(Ok(UserEpoch { id, auth_epoch }))
}

fn insert_profile(conn: &mut PgConnection, id: UserId, role: Role, name: &FullName) -> Result<(), DbError> {
    match role {
        Role::Sponsor => diesel::insert_into(sponsor_profiles::table)
            .values((sponsor_profiles::user_id.eq(id), sponsor_profiles::full_name.eq(name.as_str())))
            .execute(conn)?,
        Role::Maid => diesel::insert_into(maid_profiles::table)
            .values((maid_profiles::user_id.eq(id), maid_profiles::full_name.eq(name.as_str())))
            .execute(conn)?,
        Role::Administrator => 0,
    };
    Ok(())
}

/// Takes a number away from the account that has it, which stays as it is otherwise. Answers whose it was.
pub fn contest_number(conn: &mut PgConnection, phone: &PhoneNumber) -> Result<Option<UserId>, DbError> {
    let owner =
        users::table.filter(users::phone_number.eq(phone.e164())).filter(users::phone_verified_at.is_not_null());
    let contested = diesel::update(owner)
        .set((users::phone_verified_at.eq(None::<DateTime<Utc>>), users::phone_contested_at.eq(db::now().nullable())))
        .returning(users::id)
        .get_result(conn)
        .optional()?;
    Ok(contested)
}

/// Puts a stronger hash of the same password in the place of an older one, unless the password has changed meanwhile.
pub fn replace_hash(
    conn: &mut PgConnection,
    user: UserId,
    before: &PasswordHash,
    after: &PasswordHash,
) -> Result<(), DbError> {
    let unchanged = users::table.filter(users::id.eq(user)).filter(users::password_hash.eq(before.as_stored()));
    diesel::update(unchanged).set(users::password_hash.eq(after.as_stored())).execute(conn)?;
    Ok(())
}

/// Raises the account's epoch if it is still the one given: of those who change the account at once one wins. Everything
/// that was granted under an earlier epoch is worth nothing from here on (D-2).
pub fn raise_epoch(conn: &mut PgConnection, user: UserEpoch) -> Result<Option<UserEpoch>, DbError> {
    let unchanged = users::table.filter(users::id.eq(user.id)).filter(users::auth_epoch.eq(user.auth_epoch));
    let raised = diesel::update(unchanged)
        .set(users::auth_epoch.eq(users::auth_epoch + 1))
        .returning(users::auth_epoch)
        .get_result(conn)
        .optional()?;
    Ok(raised.map(|auth_epoch| UserEpoch { id: user.id, auth_epoch }))
}

/// The same together with how the account asks for its second factor, whose wrong tries are forgotten. None also when that
/// is to be texts and the number is not the account's any more, for being contested raises no epoch; the transaction must
/// not be committed then.
pub fn change_two_factor(
    conn: &mut PgConnection,
    user: UserEpoch,
    method: Option<Method>,
) -> Result<Option<UserEpoch>, DbError> {
    let Some(raised) = raise_epoch(conn, user)? else { return Ok(None) };
    let needs_no_number = (method != Some(Method::Sms)).into_sql::<Bool>();
    let possible = users::id.eq(user.id).and(users::phone_verified_at.is_not_null().or(needs_no_number));
    let changed = diesel::update(users::table.filter(possible))
        .set((
            users::two_factor_method.eq(method.map_or("none", Method::as_str)),
            users::wrong_second_factors.eq(0),
            users::second_factor_rests_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)?;
    Ok((changed == 1).then_some(raised))
}

/// Gives the account a new password and raises its epoch, if it is still the one given.
pub fn set_password(
    conn: &mut PgConnection,
    user: UserEpoch,
    hash: &PasswordHash,
) -> Result<Option<UserEpoch>, DbError> {
    let unchanged = users::table.filter(users::id.eq(user.id)).filter(users::auth_epoch.eq(user.auth_epoch));
    let raised = diesel::update(unchanged)
        .set((users::password_hash.eq(hash.as_stored()), users::auth_epoch.eq(users::auth_epoch + 1)))
        .returning(users::auth_epoch)
        .get_result(conn)
        .optional()?;
    Ok(raised.map(|auth_epoch| UserEpoch { id: user.id, auth_epoch }))
}

/// Gives the account a number that has just been proven and raises its epoch, if it is still the one given. Whoever had the
/// number before has to be without it by now ([`contest_number`]).
pub fn change_number(
    conn: &mut PgConnection,
    user: UserEpoch,
    phone: &VerifiedPhone,
) -> Result<Option<UserEpoch>, DbError> {
    let Some(raised) = raise_epoch(conn, user)? else { return Ok(None) };
    diesel::update(users::table.filter(users::id.eq(user.id)))
        .set((
            users::phone_number.eq(phone.number().e164()),
            users::phone_verified_at.eq(db::now().nullable()),
            users::phone_contested_at.eq(None::<DateTime<Utc>>),
            users::phone_changed_at.eq(db::now().nullable()),
        ))
        .execute(conn)?;
    Ok(Some(raised))
}

/// Ends what waits for an objection: resets and recoveries that began before this moment.
pub fn object(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    diesel::update(users::table.filter(users::id.eq(user)))
        .set(users::objected_at.eq(db::now().nullable()))
        .execute(conn)?;
    Ok(())
}

/// Holds the account's row until the transaction ends, if its epoch is still the one given.
pub fn lock_epoch(conn: &mut PgConnection, user: UserEpoch) -> Result<bool, DbError> {
    let unchanged = users::table.filter(users::id.eq(user.id)).filter(users::auth_epoch.eq(user.auth_epoch));
    let held: Option<UserId> = unchanged.select(users::id).for_no_key_update().first(conn).optional()?;
    Ok(held.is_some())
}
