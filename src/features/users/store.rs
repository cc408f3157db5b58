//! SQL for `users` and the profiles.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection,
    dsl::{self, AsExprOf, IntervalDsl as _, exists},
    prelude::*,
    select,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid},
};

use super::{NewUser, Taken, UserEpoch};
use crate::{
    crypto::hasher::PasswordHash,
    db::{self, DbError, statement},
    domain::{email_address::EmailAddress, full_name::FullName, ids::UserId, phone_number::PhoneNumber, role::Role},
    features::{phone_verifications::VerifiedPhone, two_factor::Method},
    schema::{maid_profiles, sponsor_profiles, users},
};

/// That the day on which an account is to be deleted has not come. From then on it is nobody's, even while housekeeping has
/// not removed its row: it is not signed in to, and its number and email address are free. Statements written by hand say
/// `coalesce(deletion_due_at, 'infinity') > now()`.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn is_kept() -> _ {
    let now: AsExprOf<dsl::now, Nullable<Timestamptz>> = dsl::now.into_sql::<Nullable<Timestamptz>>();
    users::deletion_due_at.is_null().or(users::deletion_due_at.gt(now))
}

/// Whether the number is proven for an account.
pub fn owns_number(conn: &mut PgConnection, phone: &PhoneNumber) -> Result<bool, DbError> {
    let owner =
        users::table.filter(users::phone_number.eq(phone.e164())).filter(users::phone_verified_at.is_not_null());
    Ok(select(exists(owner.filter(is_kept()))).get_result(conn)?)
}

/// Inserts user and profile, or answers what is taken. Of those who race for one number or address one wins.
pub fn insert(conn: &mut PgConnection, new: &NewUser) -> Result<Result<UserEpoch, Taken>, DbError> {
    let id = UserId::generate();
    let mut inserted = insert_row(conn, id, new)?;
    if inserted.is_none() {
        release(conn, Some(new.phone.number()), new.email.as_ref())?;
        inserted = insert_row(conn, id, new)?;
    }
    let Some(auth_epoch) = inserted else {
        let taken = if owns_number(conn, new.phone.number())? { Taken::Number } else { Taken::Email };
        return Ok(Err(taken));
    };
    insert_profile(conn, id, new.role, &new.full_name)?;
    Ok(Ok(UserEpoch { id, auth_epoch }))
}

/// Inserts the row unless its number or its email address is another's. Answers the epoch.
fn insert_row(conn: &mut PgConnection, id: UserId, new: &NewUser) -> Result<Option<i32>, DbError> {
    Ok(diesel::insert_into(users::table)
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
        .optional()?)
}

/// Lets number and email address go from accounts whose day has come, for whoever takes them next: such an account is still
/// in the way of the indexes that know one owner only.
pub fn release(
    conn: &mut PgConnection,
    phone: Option<&PhoneNumber>,
    email: Option<&EmailAddress>,
) -> Result<(), DbError> {
    statement(
        "UPDATE users SET phone_verified_at = NULL, phone_contested_at = coalesce(phone_contested_at, now()), email = NULL
         WHERE deletion_due_at <= now() AND (phone_number = $1 AND phone_verified_at IS NOT NULL OR email = $2)",
    )
    .bind::<Nullable<Text>, _>(phone.map(|phone| phone.e164().to_owned()))
    .bind::<Nullable<Text>, _>(email.map(|email| email.as_str().to_owned()))
    .execute(conn)?;
    Ok(())
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
    let Some(raised) = raise_epoch(conn, user)? else { return Ok(None) };
    diesel::update(users::table.filter(users::id.eq(user.id)))
        .set(users::password_hash.eq(hash.as_stored()))
        .execute(conn)?;
    Ok(Some(raised))
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

/// Has the account deleted in so many days and raises its epoch, if it is still the one given and nobody has asked before.
/// Not for administrators.
pub fn request_deletion(conn: &mut PgConnection, user: UserEpoch, days: i32) -> Result<bool, DbError> {
    let unchanged = users::table.filter(users::id.eq(user.id)).filter(users::auth_epoch.eq(user.auth_epoch));
    let possible = users::deletion_due_at.is_null().and(users::role.ne(Role::Administrator.as_str()));
    let requested = diesel::update(unchanged.filter(possible))
        .set((
            users::auth_epoch.eq(users::auth_epoch + 1),
            users::deletion_due_at.eq((db::now() + days.days()).nullable()),
        ))
        .execute(conn)?;
    Ok(requested == 1)
}

/// Keeps an account that was to be deleted, if its day has not come. The condition is the opposite of [`seal_due`]'s, on the
/// same row: of the two one wins.
pub fn keep(conn: &mut PgConnection, id: UserId) -> Result<bool, DbError> {
    let in_time = users::table.filter(users::id.eq(id)).filter(users::deletion_due_at.gt(db::now().nullable()));
    let kept = diesel::update(in_time).set(users::deletion_due_at.eq(None::<DateTime<Utc>>)).execute(conn)?;
    Ok(kept == 1)
}

/// Takes accounts whose day has come past the point of no return: from here on [`keep`] finds them gone. Answers them with
/// the number while it is proven for them. Those that somebody has in hand wait for the next time.
pub fn seal_due(conn: &mut PgConnection, most: i64) -> Result<Vec<(UserId, Option<PhoneNumber>)>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uuid)]
        id: UserId,
        #[diesel(sql_type = Nullable<Text>)]
        own: Option<String>,
    }
    let rows: Vec<Row> = statement(
        "UPDATE users SET deletion_due_at = '-infinity' WHERE id = ANY (ARRAY(
             SELECT id FROM users WHERE deletion_due_at <= now() ORDER BY deletion_due_at LIMIT $1 FOR UPDATE SKIP LOCKED))
         RETURNING id, CASE WHEN phone_verified_at IS NOT NULL THEN phone_number END AS own",
    )
    .bind::<BigInt, _>(most)
    .get_results(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.own.map(PhoneNumber::from_stored))).collect())
}

/// Waits for nobody: answers whether this transaction is the one that deletes the account.
pub fn claim_deletion(conn: &mut PgConnection, id: UserId) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Claimed {
        #[diesel(sql_type = Bool)]
        claimed: bool,
    }
    let Claimed { claimed } =
        statement("SELECT pg_try_advisory_xact_lock(hashtextextended('deletion of ' || $1::text, 0)) AS claimed")
            .bind::<Uuid, _>(id)
            .get_result(conn)?;
    Ok(claimed)
}

/// Holds the row of an account whose day has come, until the transaction ends.
pub fn lock_due(conn: &mut PgConnection, id: UserId) -> Result<bool, DbError> {
    let due = users::table.filter(users::id.eq(id)).filter(users::deletion_due_at.le(db::now().nullable()));
    let held: Option<UserId> = due.select(users::id).for_update().first(conn).optional()?;
    Ok(held.is_some())
}

/// Removes the account if its day has come, with all that hangs on it.
pub fn remove_due(conn: &mut PgConnection, id: UserId) -> Result<bool, DbError> {
    let due = users::table.filter(users::id.eq(id)).filter(users::deletion_due_at.le(db::now().nullable()));
    Ok(diesel::delete(due).execute(conn)? == 1)
}
