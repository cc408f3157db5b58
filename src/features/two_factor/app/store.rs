//! SQL for `totp_secrets`.

use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*, sql_types::Integer};

use super::code::TotpStep;
use crate::{
    crypto::sealed::Sealed,
    db::{self, DbError, batch_of},
    domain::ids::{SessionId, TotpSecretId, UserId},
    schema::totp_secrets as s,
};

/// How long an enrolment waits for its first code. TOT-05.
pub const ENROLMENT_MINUTES: i32 = 10;

/// Keeps a secret that one session is enrolling; what it was enrolling before is forgotten.
pub fn insert_pending(
    conn: &mut PgConnection,
    user: UserId,
    session: SessionId,
    sealed: &Sealed,
) -> Result<(), DbError> {
    let of_session = s::table.filter(s::session_id.eq(session)).filter(s::confirmed_at.is_null());
    diesel::delete(of_session).execute(conn)?;
    diesel::insert_into(s::table)
        .values((
            s::id.eq(TotpSecretId::generate()),
            s::user_id.eq(user),
            s::session_id.eq(session),
            s::sealed_secret.eq(sealed.as_stored()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// The secret that a session is enrolling, while it may.
pub fn find_pending(
    conn: &mut PgConnection,
    user: UserId,
    session: SessionId,
) -> Result<Option<(TotpSecretId, Sealed)>, DbError> {
    let row: Option<(TotpSecretId, String)> = s::table
        .filter(s::user_id.eq(user).and(s::session_id.eq(session)).and(s::confirmed_at.is_null()))
        .filter(s::created_at.gt(db::now() - ENROLMENT_MINUTES.minutes()))
        .select((s::id, s::sealed_secret))
        .first(conn)
        .optional()?;
    Ok(row.map(|(id, sealed)| (id, Sealed::from_stored(sealed))))
}

/// Makes a pending secret the account's one, its first code spent. Answers whether it was still pending.
pub fn confirm(conn: &mut PgConnection, id: TotpSecretId, user: UserId, step: TotpStep) -> Result<bool, DbError> {
    remove_confirmed(conn, user)?;
    let pending = s::table.filter(s::id.eq(id)).filter(s::user_id.eq(user)).filter(s::confirmed_at.is_null());
    let confirmed = diesel::update(pending)
        .set((s::confirmed_at.eq(db::now().nullable()), s::session_id.eq(None::<SessionId>), s::last_step.eq(step.0)))
        .execute(conn)?;
    Ok(confirmed == 1)
}

/// The account's secret.
pub fn find_confirmed(conn: &mut PgConnection, user: UserId) -> Result<Option<Sealed>, DbError> {
    let sealed: Option<String> = s::table
        .filter(s::user_id.eq(user).and(s::confirmed_at.is_not_null()))
        .select(s::sealed_secret)
        .first(conn)
        .optional()?;
    Ok(sealed.map(Sealed::from_stored))
}

/// Puts the same secret, sealed with the newest key, in the place of what was read.
pub fn replace_sealed(conn: &mut PgConnection, before: &Sealed, after: &Sealed) -> Result<(), DbError> {
    let unchanged = s::table.filter(s::sealed_secret.eq(before.as_stored()));
    diesel::update(unchanged).set(s::sealed_secret.eq(after.as_stored())).execute(conn)?;
    Ok(())
}

/// Spends a step: no code of it or of one before it works again. Answers whether it was still to be spent.
pub fn consume(conn: &mut PgConnection, user: UserId, step: TotpStep) -> Result<bool, DbError> {
    let unspent = s::table.filter(s::user_id.eq(user).and(s::confirmed_at.is_not_null()).and(s::last_step.lt(step.0)));
    Ok(diesel::update(unspent).set(s::last_step.eq(step.0)).execute(conn)? == 1)
}

/// Forgets the account's secret.
pub fn remove_confirmed(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    diesel::delete(s::table.filter(s::user_id.eq(user).and(s::confirmed_at.is_not_null()))).execute(conn)?;
    Ok(())
}

/// Removes enrolments that nobody finished, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let over = batch_of!("totp_secrets", "confirmed_at IS NULL AND created_at < now() - make_interval(mins => $2)");
    Ok(over.bind::<Integer, _>(ENROLMENT_MINUTES).execute(conn)?)
}
