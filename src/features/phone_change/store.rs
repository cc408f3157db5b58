//! SQL for `phone_changes`.

use diesel::{PgConnection, dsl::exists, dsl::not, prelude::*, select, upsert::excluded};

use super::Pending;
use crate::{
    db::{self, DbError, batch_of},
    domain::{
        country::Country,
        ids::{ChallengeId, SessionId},
        phone_number::PhoneNumber,
    },
    features::users::UserEpoch,
    schema::phone_changes as c,
};

/// Inserts the change of a session, in the place of one that another tab has inserted at the same moment.
pub fn insert(conn: &mut PgConnection, session: SessionId, user: UserEpoch, pending: &Pending) -> Result<(), DbError> {
    diesel::insert_into(c::table)
        .values((
            c::session_id.eq(session),
            c::user_id.eq(user.id),
            c::auth_epoch.eq(user.auth_epoch),
            c::country.eq(pending.country.code()),
            c::phone_number.eq(pending.phone.e164()),
            c::verification_id.eq(pending.challenge),
        ))
        .on_conflict(c::session_id)
        .do_update()
        .set((
            c::auth_epoch.eq(excluded(c::auth_epoch)),
            c::country.eq(excluded(c::country)),
            c::phone_number.eq(excluded(c::phone_number)),
            c::verification_id.eq(excluded(c::verification_id)),
            c::expires_at.eq(excluded(c::expires_at)),
        ))
        .execute(conn)?;
    Ok(())
}

type Row = (String, String, ChallengeId);

/// Finds the change of a session while its hour lasts and the account is as it was at its beginning.
pub fn find_live(conn: &mut PgConnection, session: SessionId, user: UserEpoch) -> Result<Option<Pending>, DbError> {
    let row: Option<Row> = c::table
        .filter(c::session_id.eq(session).and(c::user_id.eq(user.id)))
        .filter(c::auth_epoch.eq(user.auth_epoch).and(c::expires_at.gt(db::now())))
        .select((c::country, c::phone_number, c::verification_id))
        .first(conn)
        .optional()?;
    row.map(|row| read(session, row)).transpose()
}

/// As [`find_live`], held until the transaction ends.
pub fn lock(conn: &mut PgConnection, session: SessionId, user: UserEpoch) -> Result<Option<Pending>, DbError> {
    let held: Option<SessionId> =
        c::table.filter(c::session_id.eq(session)).select(c::session_id).for_update().first(conn).optional()?;
    match held {
        Some(session) => find_live(conn, session, user),
        None => Ok(None),
    }
}

/// Whether the session has begun a change that came to nothing: its hour is over, or the account has changed otherwise.
pub fn is_over(conn: &mut PgConnection, session: SessionId, user: UserEpoch) -> Result<bool, DbError> {
    let live = c::auth_epoch.eq(user.auth_epoch).and(c::expires_at.gt(db::now()));
    Ok(select(exists(c::table.filter(c::session_id.eq(session)).filter(not(live)))).get_result(conn)?)
}

/// Removes the change of a session. Answers which challenge it waited for.
pub fn remove(conn: &mut PgConnection, session: SessionId) -> Result<Option<ChallengeId>, DbError> {
    let own = c::table.filter(c::session_id.eq(session));
    Ok(diesel::delete(own).returning(c::verification_id).get_result(conn).optional()?)
}

/// Removes the change that waits for a challenge whose text could not be sent.
pub fn remove_unsent(conn: &mut PgConnection, challenge: ChallengeId) -> Result<(), DbError> {
    diesel::delete(c::table.filter(c::verification_id.eq(challenge))).execute(conn)?;
    Ok(())
}

/// Removes those whose hour is over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(batch_of!("phone_changes", "expires_at < now()").execute(conn)?)
}

fn read(session: SessionId, (country, phone, challenge): Row) -> Result<Pending, DbError> {
    let malformed = |_| DbError::Fault(format!("phone_changes {session}: a stored value is malformed"));
    let country = Country::parse(&country).map_err(malformed)?;
    Ok(Pending { country, phone: PhoneNumber::from_stored(phone), challenge })
}
