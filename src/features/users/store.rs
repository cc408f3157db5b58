//! SQL for `users` and the profiles.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, alias,
    dsl::{self, AsExprOf, IntervalDsl as _, exists, not},
    prelude::*,
    result::{DatabaseErrorKind, Error as DieselError},
    select, sql_types as t,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid},
};

use super::{Held, Holder, NewUser, Standing, Taken, UserEpoch};
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

/// The account with an email address.
pub fn find_by_email(conn: &mut PgConnection, email: &EmailAddress) -> Result<Option<UserId>, DbError> {
    Ok(users::table.filter(users::email.eq(email.as_str())).select(users::id).first(conn).optional()?)
}

/// Every account with a number: the one that has proven it, and those that it was moved away from.
pub fn list_holders(conn: &mut PgConnection, phone: &PhoneNumber) -> Result<Vec<Holder>, DbError> {
    type Row = (UserId, String, DateTime<Utc>, Option<DateTime<Utc>>);
    // Two halves, each with an index of its own.
    let proven = users::phone_verified_at.is_not_null().or(users::phone_contested_at.is_not_null());
    let rows: Vec<Row> = users::table
        .filter(users::phone_number.eq(phone.e164()).and(proven))
        .order(users::created_at)
        .select((users::id, users::role, users::created_at, users::phone_contested_at))
        .get_results(conn)?;
    let holder = |(id, role, opened_at, contested_at): Row| {
        let role = Role::from_stored(&role).ok_or_else(|| DbError::Fault(format!("users {id}: role {role:?}")))?;
        Ok(Holder { id, role, opened_at, contested_at })
    };
    rows.into_iter().map(holder).collect()
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

/// Takes a number away from the account that has it, which stays as it is otherwise. Answers whose it was, and the language
/// of their texts.
pub fn contest_number(conn: &mut PgConnection, phone: &PhoneNumber) -> Result<Option<(UserId, String)>, DbError> {
    let owner =
        users::table.filter(users::phone_number.eq(phone.e164())).filter(users::phone_verified_at.is_not_null());
    let contested = diesel::update(owner)
        .set((users::phone_verified_at.eq(None::<DateTime<Utc>>), users::phone_contested_at.eq(db::now().nullable())))
        .returning((users::id, users::locale))
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
        .set((
            users::password_hash.eq(hash.as_stored()),
            users::password_reset_required_at.eq(None::<DateTime<Utc>>),
            users::auth_epoch.eq(users::auth_epoch + 1),
        ))
        .returning(users::auth_epoch)
        .get_result(conn)
        .optional()?;
    Ok(raised.map(|auth_epoch| UserEpoch { id: user.id, auth_epoch }))
}

/// Why an account did not get another email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailRefused {
    /// The account's epoch is another by now.
    Overtaken,
    /// The address belongs to another account.
    Taken,
    /// The number opens the account no more: without an address nothing would.
    OnlyWayIn,
}

/// Gives the account another email address, or takes it away, and raises its epoch, if it is still the one given. The
/// transaction must not be committed when it is refused.
pub fn change_email(
    conn: &mut PgConnection,
    user: UserEpoch,
    email: Option<&EmailAddress>,
) -> Result<Result<UserEpoch, EmailRefused>, DbError> {
    let Some(raised) = raise_epoch(conn, user)? else { return Ok(Err(EmailRefused::Overtaken)) };
    let other = alias!(users as other);
    let is_free = not(exists(other.filter(other.field(users::email).eq(email.map(EmailAddress::as_str)))));
    let may_go = email.is_some().into_sql::<Bool>().or(users::phone_verified_at.is_not_null());
    let changed = diesel::update(users::table.filter(users::id.eq(user.id)).filter(is_free).filter(may_go))
        .set(users::email.eq(email.map(EmailAddress::as_str)))
        .execute(conn);
    Ok(match (changed, email) {
        (Ok(1), _) => Ok(raised),
        // Looked for above so that two who want each other's address do not wait for one another; of two who want one
        // that is free, the index knows the second.
        (Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) | Ok(_), Some(_)) => {
            Err(EmailRefused::Taken)
        }
        (Ok(_), None) => Err(EmailRefused::OnlyWayIn),
        (Err(error), _) => return Err(error.into()),
    })
}

/// Gives the account a number that has been proven and raises its epoch, if it is still the one given. Whoever had the
/// number before has to be without it by now ([`super::contest`]); none also when another account has proven it at this
/// very moment, and then nothing has changed.
pub fn change_number(
    conn: &mut PgConnection,
    user: UserEpoch,
    phone: &VerifiedPhone,
) -> Result<Option<UserEpoch>, DbError> {
    let unchanged = users::table.filter(users::id.eq(user.id)).filter(users::auth_epoch.eq(user.auth_epoch));
    // In a savepoint: only the unique index sees a proof that is not committed yet.
    let changed: QueryResult<Option<i32>> = conn.transaction(|conn| {
        diesel::update(unchanged)
            .set((
                users::auth_epoch.eq(users::auth_epoch + 1),
                users::phone_number.eq(phone.number().e164()),
                users::phone_verified_at.eq(db::now().nullable()),
                users::phone_contested_at.eq(None::<DateTime<Utc>>),
                users::phone_changed_at.eq(db::now().nullable()),
            ))
            .returning(users::auth_epoch)
            .get_result(conn)
            .optional()
    });
    match changed {
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        changed => Ok(changed?.map(|auth_epoch| UserEpoch { id: user.id, auth_epoch })),
    }
}

/// Gives the account to somebody who has been recovered: a number that has just been proven and a new password, no second
/// factor and no wrong tries, and no deletion. Raises its epoch, if it is still the one given. Whoever had the number before
/// has to be without it by now ([`contest_number`]).
pub fn recover(
    conn: &mut PgConnection,
    user: UserEpoch,
    phone: &VerifiedPhone,
    hash: &PasswordHash,
) -> Result<Option<UserEpoch>, DbError> {
    #[derive(QueryableByName)]
    struct Raised {
        #[diesel(sql_type = t::Integer)]
        auth_epoch: i32,
    }
    let raised: Option<Raised> = statement(
        "UPDATE users SET auth_epoch = auth_epoch + 1, password_hash = $3, phone_number = $4, phone_verified_at = now(),
             phone_contested_at = NULL,
             phone_changed_at = CASE WHEN phone_number = $4 AND phone_verified_at IS NOT NULL THEN phone_changed_at
                 ELSE now() END,
             two_factor_method = 'none', wrong_second_factors = 0, second_factor_rests_until = NULL,
             wrong_reset_factors = 0, reset_factors_rest_until = NULL, deletion_due_at = NULL,
             password_reset_required_at = NULL
         WHERE id = $1 AND auth_epoch = $2 RETURNING auth_epoch",
    )
    .bind::<t::Uuid, _>(user.id)
    .bind::<t::Integer, _>(user.auth_epoch)
    .bind::<t::Text, _>(hash.as_stored().to_owned())
    .bind::<t::Text, _>(phone.number().e164().to_owned())
    .get_result(conn)
    .optional()?;
    Ok(raised.map(|Raised { auth_epoch }| UserEpoch { id: user.id, auth_epoch }))
}

/// Keeps an account that is to be deleted for so many days from now on at least.
pub fn put_off_deletion(conn: &mut PgConnection, user: UserId, days: i32) -> Result<(), DbError> {
    let until = (db::now() + days.days()).nullable();
    let sooner = users::table.filter(users::id.eq(user)).filter(users::deletion_due_at.lt(until));
    diesel::update(sooner).set(users::deletion_due_at.eq(until)).execute(conn)?;
    Ok(())
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

/// Holds an account that is not disabled until the transaction ends.
pub fn lock_active(conn: &mut PgConnection, id: UserId) -> Result<Option<Held>, DbError> {
    type Row = (i32, Option<String>, Option<DateTime<Utc>>, String);
    let row: Option<Row> = users::table
        .filter(users::id.eq(id).and(users::status.eq("active")))
        .filter(is_kept())
        .select((users::auth_epoch, users::phone_number, users::phone_verified_at, users::locale))
        .for_no_key_update()
        .first(conn)
        .optional()?;
    Ok(row.map(|(auth_epoch, phone, verified_at, locale)| Held {
        user: UserEpoch { id, auth_epoch },
        phone: phone.filter(|_| verified_at.is_some()).map(PhoneNumber::from_stored),
        locale,
    }))
}

/// The same, and with it the account that has the number which this one is to have. In one order for all: two that take
/// each other's number would wait for each other otherwise.
pub fn lock_with_holder(conn: &mut PgConnection, id: UserId, phone: &PhoneNumber) -> Result<Option<Held>, DbError> {
    statement(
        "SELECT FROM users
         WHERE id IN ($1, (SELECT id FROM users WHERE phone_number = $2 AND phone_verified_at IS NOT NULL))
         ORDER BY id FOR NO KEY UPDATE",
    )
    .bind::<Uuid, _>(id)
    .bind::<Text, _>(phone.e164().to_owned())
    .execute(conn)?;
    lock_active(conn, id)
}

#[derive(QueryableByName)]
struct StandingRow {
    #[diesel(sql_type = Uuid)]
    id: UserId,
    #[diesel(sql_type = t::Integer)]
    auth_epoch: i32,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    active: bool,
    #[diesel(sql_type = Bool)]
    owes_a_password: bool,
    #[diesel(sql_type = Text)]
    two_factor_method: String,
    #[diesel(sql_type = BigInt)]
    backup_codes_left: i64,
    #[diesel(sql_type = Nullable<Text>)]
    own_number: Option<String>,
    #[diesel(sql_type = Text)]
    locale: String,
}

/// Holds two accounts until the transaction ends, in one order for all, and answers how they stand: those of the two that
/// there are.
pub fn lock_pair(conn: &mut PgConnection, one: UserId, other: UserId) -> Result<Vec<Standing>, DbError> {
    let rows: Vec<StandingRow> = statement(
        "SELECT u.id, u.auth_epoch, u.role, u.status = 'active' AS active,
             u.password_reset_required_at IS NOT NULL AS owes_a_password, u.two_factor_method,
             (SELECT count(*) FROM two_factor_backup_codes AS b WHERE b.user_id = u.id AND b.used_at IS NULL)
                 AS backup_codes_left,
             CASE WHEN u.phone_verified_at IS NOT NULL THEN u.phone_number END AS own_number, u.locale
         FROM users AS u WHERE u.id IN ($1, $2) AND coalesce(u.deletion_due_at, 'infinity') > now()
         ORDER BY u.id FOR NO KEY UPDATE OF u",
    )
    .bind::<Uuid, _>(one)
    .bind::<Uuid, _>(other)
    .get_results(conn)?;
    let standing = |row: StandingRow| {
        let malformed = || DbError::Fault(format!("users {}: a stored value is malformed", row.id));
        Ok(Standing {
            user: UserEpoch { id: row.id, auth_epoch: row.auth_epoch },
            role: Role::from_stored(&row.role).ok_or_else(malformed)?,
            active: row.active,
            owes_a_password: row.owes_a_password,
            two_factor: Method::from_stored(&row.two_factor_method),
            backup_codes_left: row.backup_codes_left,
            phone: row.own_number.map(PhoneNumber::from_stored),
            locale: row.locale,
        })
    };
    rows.into_iter().map(standing).collect()
}

/// Closes an account for everybody, or opens it again, and raises its epoch, if it is not so already.
pub fn set_active(conn: &mut PgConnection, id: UserId, active: bool) -> Result<bool, DbError> {
    let (before, after) = if active { ("disabled", "active") } else { ("active", "disabled") };
    let other = users::table.filter(users::id.eq(id)).filter(users::status.eq(before));
    let changed = diesel::update(other)
        .set((users::status.eq(after), users::auth_epoch.eq(users::auth_epoch + 1)))
        .execute(conn)?;
    Ok(changed == 1)
}

/// Makes the account's password worthless until another is set, and raises its epoch, if it is not so already.
pub fn require_reset(conn: &mut PgConnection, id: UserId) -> Result<bool, DbError> {
    let free = users::table.filter(users::id.eq(id)).filter(users::password_reset_required_at.is_null());
    let changed = diesel::update(free)
        .set((users::password_reset_required_at.eq(db::now().nullable()), users::auth_epoch.eq(users::auth_epoch + 1)))
        .execute(conn)?;
    Ok(changed == 1)
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
