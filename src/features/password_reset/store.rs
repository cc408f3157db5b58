//! SQL for `password_resets` and `password_reset_waits`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*, sql_types as t};

use super::{
    Begun, Owner, Stage,
    needs::{self, Facts, Needs},
};
use crate::{
    db::{self, DbError, batch_of, statement},
    domain::{
        email_address::EmailAddress,
        full_name::FullName,
        ids::{ChallengeId, PasswordResetId, UserId},
        phone_number::PhoneNumber,
        role::Role,
    },
    features::{
        two_factor::Method,
        users::{self, UserEpoch},
    },
    schema::{password_reset_waits as w, password_resets as r},
};

/// Minutes for which the right to set a password, or to show another factor, lasts.
const GRANT_MINUTES: i32 = 10;

/// Inserts one with its challenge. It names nobody.
pub fn insert(
    conn: &mut PgConnection,
    id: PasswordResetId,
    challenge: ChallengeId,
    phone: &PhoneNumber,
) -> Result<(), DbError> {
    diesel::insert_into(r::table)
        .values((r::id.eq(id), r::verification_id.eq(challenge), r::phone_number.eq(phone.e164())))
        .execute(conn)?;
    Ok(())
}

/// Whether a text to the number has somebody to go to: the owner of an account that is not disabled.
pub fn has_owner(conn: &mut PgConnection, phone: &PhoneNumber) -> Result<bool, DbError> {
    use crate::schema::users as u;
    let owner = u::phone_number.eq(phone.e164()).and(u::phone_verified_at.is_not_null()).and(u::status.eq("active"));
    let owner = u::table.filter(owner).filter(users::store::is_kept());
    Ok(diesel::select(diesel::dsl::exists(owner)).get_result(conn)?)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Text)]
    phone_number: String,
    #[diesel(sql_type = t::Uuid)]
    verification_id: ChallengeId,
    #[diesel(sql_type = t::Bool)]
    proven: bool,
    #[diesel(sql_type = t::Bool)]
    granted: bool,
    #[diesel(sql_type = t::Bool)]
    used: bool,
    #[diesel(embed)]
    owner: OwnerRow,
}

#[derive(QueryableByName)]
struct OwnerRow {
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    user_id: Option<UserId>,
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    auth_epoch: Option<i32>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    role: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    full_name: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    email: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    locale: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    two_factor_method: Option<String>,
    #[diesel(sql_type = t::Bool)]
    has_backup_codes: bool,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    owner_seen_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    phone_changed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    wait_began_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    disputed_wait_began_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Timestamptz)]
    now: DateTime<Utc>,
}

/// What is asked of an account `u` that a number was proven for.
macro_rules! owner_columns {
    () => {
        "u.id AS user_id, u.auth_epoch, u.role, u.email, u.locale, u.two_factor_method, u.owner_seen_at, u.phone_changed_at,
             coalesce((SELECT full_name FROM sponsor_profiles WHERE user_id = u.id),
                      (SELECT full_name FROM maid_profiles WHERE user_id = u.id)) AS full_name,
             EXISTS (SELECT FROM two_factor_backup_codes AS b WHERE b.user_id = u.id AND b.used_at IS NULL)
                 AS has_backup_codes,
             (SELECT began_at FROM password_reset_waits AS w
              WHERE w.user_id = u.id AND w.auth_epoch = u.auth_epoch AND w.began_at > u.owner_seen_at
                  AND w.began_at > coalesce(u.objected_at, '-infinity')) AS wait_began_at,
             (SELECT began_at FROM password_reset_waits AS w
              WHERE w.user_id = u.id AND (w.disputed OR w.began_at <= greatest(u.owner_seen_at, u.objected_at))
                  AND w.began_at > coalesce(u.phone_changed_at, '-infinity')) AS disputed_wait_began_at,
             now() AS now"
    };
}

/// Finds one that still holds. Once its number is proven it holds only while the account is as it was at the proof, has
/// had the number since before the reset began, and nobody has objected.
pub fn find_live(conn: &mut PgConnection, id: PasswordResetId) -> Result<Option<Begun>, DbError> {
    let row: Option<Row> = statement(concat!(
        "SELECT r.phone_number, r.verification_id, r.proven_at IS NOT NULL AS proven, r.granted_at IS NOT NULL AS granted,
             r.used_at IS NOT NULL AS used, ",
        owner_columns!(),
        " FROM password_resets AS r LEFT JOIN users AS u ON u.id = r.user_id AND u.auth_epoch = r.auth_epoch
             AND u.status = 'active' AND u.phone_number = r.phone_number AND u.phone_verified_at <= r.created_at
             AND coalesce(u.deletion_due_at, 'infinity') > now()
             AND r.proven_at > coalesce(u.objected_at, '-infinity')
         WHERE r.id = $1 AND r.expires_at > now()"
    ))
    .bind::<t::Uuid, _>(id)
    .get_result(conn)
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let owner = row.owner.read()?;
    let stage = match (row.used, row.proven, row.granted, owner) {
        (true, ..) => Stage::Used,
        (false, false, ..) => Stage::Code,
        (false, true, _, None) => return Ok(None),
        (false, true, true, Some(owner)) => Stage::Granted(owner),
        (false, true, false, Some(owner)) => match needs::decide(&owner.facts, owner.now) {
            // It asked for more at the proof, and no right was given then, or what it waited for has been ended: a new code
            // shows what is needed now.
            Needs::Nothing | Needs::Wait { begins: true, .. } => return Ok(None),
            needs => Stage::Proven(owner, needs),
        },
    };
    let phone = PhoneNumber::from_stored(row.phone_number);
    Ok(Some(Begun { id, phone, challenge: row.verification_id, stage }))
}

/// As [`find_live`], held until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: PasswordResetId) -> Result<Option<Begun>, DbError> {
    if hold(conn, id)? { find_live(conn, id) } else { Ok(None) }
}

/// As [`find_live`], held together with its account until the transaction ends: nothing that is asked of either changes
/// before that.
pub fn lock_with_account(
    conn: &mut PgConnection,
    id: PasswordResetId,
    user: UserEpoch,
) -> Result<Option<Begun>, DbError> {
    if hold(conn, id)? && users::store::lock_epoch(conn, user)? { find_live(conn, id) } else { Ok(None) }
}

fn hold(conn: &mut PgConnection, id: PasswordResetId) -> Result<bool, DbError> {
    let held: Option<PasswordResetId> =
        r::table.filter(r::id.eq(id)).select(r::id).for_update().first(conn).optional()?;
    Ok(held.is_some())
}

/// From the reset to the account that has had its number since before it began.
macro_rules! from_owner {
    () => {
        " FROM password_resets AS r JOIN users AS u ON u.status = 'active' AND u.phone_number = r.phone_number
             AND u.phone_verified_at <= r.created_at AND coalesce(u.deletion_due_at, 'infinity') > now()
         WHERE r.id = $1"
    };
}

/// The account that has had the number since before the reset began, held until the transaction ends.
pub fn lock_owner(conn: &mut PgConnection, id: PasswordResetId) -> Result<Option<Owner>, DbError> {
    // Held first and read afterwards: what whoever held it before has written, such as a wait that began, is seen only by
    // a statement that begins later.
    let held = statement(concat!("SELECT", from_owner!(), " FOR NO KEY UPDATE OF u"));
    if held.bind::<t::Uuid, _>(id).execute(conn)? == 0 {
        return Ok(None);
    }
    let row: Option<OwnerRow> = statement(concat!("SELECT ", owner_columns!(), from_owner!()))
        .bind::<t::Uuid, _>(id)
        .get_result(conn)
        .optional()?;
    Ok(row.map(OwnerRow::read).transpose()?.flatten())
}

/// Notes whose number was proven; `granted` when nothing more is needed. What is left to do has to be done soon.
pub fn mark_proven(
    conn: &mut PgConnection,
    id: PasswordResetId,
    user: UserEpoch,
    granted: bool,
) -> Result<(), DbError> {
    statement(
        "UPDATE password_resets SET user_id = $2, auth_epoch = $3, proven_at = now(),
             granted_at = CASE WHEN $4 THEN now() END, expires_at = now() + make_interval(mins => $5)
         WHERE id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(user.id)
    .bind::<t::Integer, _>(user.auth_epoch)
    .bind::<t::Bool, _>(granted)
    .bind::<t::Integer, _>(GRANT_MINUTES)
    .execute(conn)?;
    Ok(())
}

/// Gives the right to set a password. Answers whether it was still to be given.
pub fn grant(conn: &mut PgConnection, id: PasswordResetId) -> Result<bool, DbError> {
    let waiting = r::proven_at.is_not_null().and(r::granted_at.is_null()).and(r::expires_at.gt(db::now()));
    let granted = diesel::update(r::table.filter(r::id.eq(id)).filter(waiting))
        .set((r::granted_at.eq(db::now().nullable()), r::expires_at.eq(db::now() + GRANT_MINUTES.minutes())))
        .execute(conn)?;
    Ok(granted == 1)
}

/// Uses the right up, once. Answers whether it was there.
pub fn consume(conn: &mut PgConnection, id: PasswordResetId) -> Result<bool, DbError> {
    let usable = r::granted_at.is_not_null().and(r::used_at.is_null()).and(r::expires_at.gt(db::now()));
    let used = diesel::update(r::table.filter(r::id.eq(id)).filter(usable))
        .set(r::used_at.eq(db::now().nullable()))
        .execute(conn)?;
    Ok(used == 1)
}

/// Ends what is on the way to a new password for an account: somebody has objected.
pub fn end_all(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    let live = r::used_at.is_null().and(r::expires_at.gt(db::now()));
    diesel::update(r::table.filter(r::user_id.eq(user)).filter(live)).set(r::expires_at.eq(db::now())).execute(conn)?;
    Ok(())
}

/// Ends one before its time.
pub fn end(conn: &mut PgConnection, id: PasswordResetId) -> Result<(), DbError> {
    diesel::update(r::table.filter(r::id.eq(id))).set(r::expires_at.eq(db::now())).execute(conn)?;
    Ok(())
}

/// Begins the time in which the owner can object; `disputed` when they have ended one before.
pub fn begin_wait(conn: &mut PgConnection, user: UserEpoch, disputed: bool) -> Result<(), DbError> {
    let begun = (w::auth_epoch.eq(user.auth_epoch), w::began_at.eq(db::now()), w::disputed.eq(disputed));
    diesel::insert_into(w::table)
        .values((w::user_id.eq(user.id), begun))
        .on_conflict(w::user_id)
        .do_update()
        .set(begun)
        .execute(conn)?;
    Ok(())
}

/// Forgets a wait that has led to a new password: nobody disputed it.
pub fn end_wait(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    diesel::delete(w::table.filter(w::user_id.eq(user))).execute(conn)?;
    Ok(())
}

/// Removes those whose time is over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let waits = batch_of!("password_reset_waits", "began_at < now() - make_interval(secs => $2)");
    let waits = waits.bind::<t::Double, _>(needs::DISPUTED.as_seconds_f64()).execute(conn)?;
    Ok(waits + batch_of!("password_resets", "expires_at < now()").execute(conn)?)
}

impl OwnerRow {
    fn read(self) -> Result<Option<Owner>, DbError> {
        let Some(id) = self.user_id else { return Ok(None) };
        let malformed = || DbError::Fault(format!("users {id}: a stored value is malformed"));
        let role = self.role.as_deref().and_then(Role::from_stored).ok_or_else(malformed)?;
        Ok(Some(Owner {
            user: UserEpoch { id, auth_epoch: self.auth_epoch.ok_or_else(malformed)? },
            role,
            full_name: self.full_name.map(|name| FullName::parse(&name)).transpose().map_err(|_| malformed())?,
            email: self.email.map(|email| EmailAddress::parse(&email)).transpose().map_err(|_| malformed())?,
            locale: self.locale.ok_or_else(malformed)?,
            facts: Facts {
                administrator: role == Role::Administrator,
                two_factor: self.two_factor_method.as_deref().and_then(Method::from_stored),
                has_backup_codes: self.has_backup_codes,
                owner_seen_at: self.owner_seen_at.ok_or_else(malformed)?,
                phone_changed_at: self.phone_changed_at,
                wait_began_at: self.wait_began_at,
                disputed_wait_began_at: self.disputed_wait_began_at,
            },
            now: self.now,
        }))
    }
}
