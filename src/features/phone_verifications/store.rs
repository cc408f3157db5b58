//! SQL for `phone_verifications`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection,
    dsl::IntervalDsl as _,
    pg::{Pg, data_types::PgInterval},
    prelude::*,
    sql_query, sql_types,
};

use super::{CodeRefused, GUESSES, Lifetimes, MOST_SENDS, NotRenewed, Purpose, RESEND_WAITS};
use crate::{
    crypto::mac::StoredMac,
    db::{self, DbError, batch_of},
    domain::{
        ids::{ChallengeId, SessionId},
        phone_number::PhoneNumber,
    },
    schema::phone_verifications as pv,
};

/// Hours for which a challenge is kept once its code has expired: what an address has finished widens its limit for so long.
pub const KEPT_HOURS: i32 = 24;

/// A guess that has been paid for, and what to compare it with.
pub struct Charged {
    /// Our code's MAC.
    pub code_mac: Option<StoredMac>,
    /// Twilio's SID, when the code is Twilio's.
    pub provider_sid: Option<String>,
    /// Which send of the challenge the code belongs to.
    pub send: i16,
    /// After this one.
    pub guesses_left: i16,
    /// Bound into the MAC.
    pub purpose: String,
    /// Bound into the MAC.
    pub phone_number: String,
}

/// What the page about a challenge shows.
pub struct Standing {
    /// Guesses that remain for the newest code.
    pub guesses_left: i16,
    /// When the code stops working.
    pub expires_at: DateTime<Utc>,
    /// When a new code can be asked for; none when all sends are used.
    pub resend_at: Option<DateTime<Utc>>,
    /// The database's clock.
    pub now: DateTime<Utc>,
}

/// A code that may still be sent.
pub struct Sendable {
    /// What is left of its life.
    pub valid_for: Duration,
    /// The verifications at Twilio that it takes the place of. Before Twilio makes another code they have to be cancelled;
    /// beside a code of ours they are dead in any case, because nothing here is compared with them any more.
    pub replaces: Vec<String>,
}

/// Opens a challenge, for [`Purpose::StepUp`] with the session that is to be confirmed. Its code is made when it is
/// sent.
pub fn insert(
    conn: &mut PgConnection,
    lifetimes: &Lifetimes,
    id: ChallengeId,
    purpose: Purpose,
    phone: &PhoneNumber,
    session: Option<SessionId>,
) -> Result<(), DbError> {
    let lifetime = i32::try_from(lifetimes.of(purpose).as_secs()).unwrap_or(i32::MAX).seconds();
    diesel::insert_into(pv::table)
        .values((
            pv::id.eq(id),
            pv::purpose.eq(purpose.as_str()),
            pv::phone_number.eq(phone.e164()),
            pv::guesses_left.eq(GUESSES),
            pv::expires_at.eq(db::now() + lifetime),
            pv::session_id.eq(session),
        ))
        .execute(conn)?;
    Ok(())
}

/// Pays for one guess if the challenge is still open. Stands outside any transaction: the payment must stay.
pub fn charge_guess(conn: &mut PgConnection, id: ChallengeId) -> Result<Option<Charged>, DbError> {
    let open = pv::used_at
        .is_null()
        .and(pv::closed_at.is_null())
        .and(pv::guesses_left.gt(0))
        .and(pv::expires_at.gt(db::now()));
    type Row = (Option<String>, Option<String>, i16, i16, String, String);
    let row: Option<Row> = diesel::update(pv::table.filter(pv::id.eq(id)).filter(open))
        .set(pv::guesses_left.eq(pv::guesses_left - 1))
        .returning((pv::code_mac, pv::provider_sid, pv::sends, pv::guesses_left, pv::purpose, pv::phone_number))
        .get_result(conn)
        .optional()?;
    Ok(row.map(|(code_mac, provider_sid, send, guesses_left, purpose, phone_number)| Charged {
        code_mac: code_mac.map(StoredMac::from_stored),
        provider_sid,
        send,
        guesses_left,
        purpose,
        phone_number,
    }))
}

/// Why a challenge takes no more guesses: that is what somebody is told who has just tried one, and so it is counted.
pub fn why_closed(conn: &mut PgConnection, id: ChallengeId) -> Result<CodeRefused, DbError> {
    let open = pv::used_at.is_null().and(pv::closed_at.is_null()).and(pv::expires_at.gt(db::now()));
    let row: Option<(bool, i16, String)> =
        pv::table.filter(pv::id.eq(id)).select((open, pv::guesses_left, pv::purpose)).first(conn).optional()?;
    let refused = match row {
        Some((true, 0, _)) => CodeRefused::OutOfGuesses,
        _ => CodeRefused::Expired,
    };
    let purpose = row.and_then(|(_, _, purpose)| Purpose::parse(&purpose));
    refused.count(purpose.map_or("none", Purpose::as_str));
    Ok(refused)
}

/// Waits for its turn among all codes that are asked for to confirm a session; held until the transaction ends.
pub fn lock_session(conn: &mut PgConnection, session: SessionId) -> Result<(), DbError> {
    db::statement("SELECT pg_advisory_xact_lock(hashtextextended('confirmation of ' || $1::text, 0))")
        .bind::<sql_types::Uuid, _>(session)
        .execute(conn)?;
    Ok(())
}

/// The newest challenge that is to confirm a session, while its page may still ask for another code: for an hour from
/// its beginning, also when the code itself has expired.
pub fn find_newest_of_session(conn: &mut PgConnection, session: SessionId) -> Result<Option<ChallengeId>, DbError> {
    Ok(pv::table
        .filter(pv::session_id.eq(session).and(pv::purpose.eq(Purpose::StepUp.as_str())))
        .filter(pv::used_at.is_null().and(pv::closed_at.is_null()))
        .filter(pv::created_at.gt(db::now() - 1.hour()))
        .order(pv::created_at.desc())
        .select(pv::id)
        .first(conn)
        .optional()?)
}

/// Uses the challenge up and answers the number it proves, once, and only while the code of send number `send` is its
/// newest.
pub fn consume(
    conn: &mut PgConnection,
    id: ChallengeId,
    send: i16,
    from: &str,
) -> Result<Option<PhoneNumber>, DbError> {
    let open = awaits(send);
    let number: Option<String> = diesel::update(pv::table.filter(pv::id.eq(id)).filter(open))
        .set((pv::used_at.eq(db::now().nullable()), pv::used_from.eq(from)))
        .returning(pv::phone_number)
        .get_result(conn)
        .optional()?;
    Ok(number.map(PhoneNumber::from_stored))
}

/// How the challenge stands.
pub fn find_standing(conn: &mut PgConnection, id: ChallengeId) -> Result<Option<Standing>, DbError> {
    type Row = (i16, i16, DateTime<Utc>, DateTime<Utc>, DateTime<Utc>);
    let row: Option<Row> = pv::table
        .filter(pv::id.eq(id))
        .select((pv::sends, pv::guesses_left, pv::last_send_at, pv::expires_at, db::now()))
        .first(conn)
        .optional()?;
    Ok(row.map(|(sends, guesses_left, last_send_at, expires_at, clock)| Standing {
        guesses_left,
        expires_at,
        resend_at: wait_after(sends).map(|wait| last_send_at + wait),
        now: clock,
    }))
}

/// How long after send number `sends` (from 1) the next one is possible.
fn wait_after(sends: i16) -> Option<Duration> {
    usize::try_from(sends - 1).ok().and_then(|index| RESEND_WAITS.get(index)).copied()
}

/// A challenge that has made room for a new code.
#[derive(Debug)]
pub struct Renewed {
    /// Which send that is.
    pub send: i16,
    /// What it had.
    pub before: CodeBefore,
}

/// The code that a challenge had before it made room.
#[derive(Debug, QueryableByName)]
pub struct CodeBefore {
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    code_mac: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    provider_sid: Option<String>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    replaced_sid: Option<String>,
    #[diesel(sql_type = sql_types::SmallInt)]
    guesses_left: i16,
    #[diesel(sql_type = sql_types::Timestamptz)]
    expires_at: DateTime<Utc>,
}

/// Makes room for a new code if the wait is over: the older code is dead from here on, guesses start again.
pub fn renew(
    conn: &mut PgConnection,
    lifetimes: &Lifetimes,
    id: ChallengeId,
) -> Result<Result<Renewed, NotRenewed>, DbError> {
    // What a challenge is for never changes, so it may be read ahead of the one statement that decides.
    let purpose: Option<String> = pv::table.filter(pv::id.eq(id)).select(pv::purpose).first(conn).optional()?;
    let Some(purpose) = purpose.as_deref().and_then(Purpose::parse) else { return Ok(Err(NotRenewed::Closed)) };
    let waits: Vec<i32> = RESEND_WAITS.iter().map(|wait| i32::try_from(wait.as_secs()).unwrap_or(i32::MAX)).collect();
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = sql_types::SmallInt)]
        sends: i16,
        #[diesel(embed)]
        before: CodeBefore,
    }
    let renewed: Option<Row> = sql_query(
        "UPDATE phone_verifications AS p
         SET sends = p.sends + 1, last_send_at = now(), guesses_left = $2, code_mac = NULL,
             replaced_sid = coalesce(p.provider_sid, p.replaced_sid), provider_sid = NULL,
             expires_at = now() + make_interval(secs => $3)
         FROM (SELECT * FROM phone_verifications WHERE id = $1 FOR UPDATE) AS b
         WHERE p.id = b.id AND p.used_at IS NULL AND p.closed_at IS NULL AND p.sends < $4
           AND p.last_send_at + make_interval(secs => ($5::int[])[p.sends]) <= now()
         RETURNING p.sends, b.code_mac, b.provider_sid, b.replaced_sid, b.guesses_left, b.expires_at",
    )
    .bind::<sql_types::Uuid, _>(id)
    .bind::<sql_types::SmallInt, _>(GUESSES)
    .bind::<sql_types::Double, _>(lifetimes.of(purpose).as_secs_f64())
    .bind::<sql_types::SmallInt, _>(MOST_SENDS)
    .bind::<sql_types::Array<sql_types::Integer>, _>(&waits)
    .get_result(conn)
    .optional()?;
    match renewed {
        Some(Row { sends, before }) => Ok(Ok(Renewed { send: sends, before })),
        None => why_not_renewed(conn, id).map(Err),
    }
}

/// Gives a challenge its code back, with the guesses and the time that it had: no text will bring the new one. Stands in
/// the transaction that made room, whose lock keeps guesses away. The send stays counted.
pub fn put_back(conn: &mut PgConnection, id: ChallengeId, before: &CodeBefore) -> Result<(), DbError> {
    diesel::update(pv::table.filter(pv::id.eq(id)))
        .set((
            pv::code_mac.eq(&before.code_mac),
            pv::provider_sid.eq(&before.provider_sid),
            pv::replaced_sid.eq(&before.replaced_sid),
            pv::guesses_left.eq(before.guesses_left),
            pv::expires_at.eq(before.expires_at),
        ))
        .execute(conn)?;
    Ok(())
}

fn why_not_renewed(conn: &mut PgConnection, id: ChallengeId) -> Result<NotRenewed, DbError> {
    let usable = pv::used_at.is_null().and(pv::closed_at.is_null());
    let row: Option<(i16, DateTime<Utc>, DateTime<Utc>)> = pv::table
        .filter(pv::id.eq(id).and(usable))
        .select((pv::sends, pv::last_send_at, db::now()))
        .first(conn)
        .optional()?;
    let Some((sends, last_send_at, clock)) = row else { return Ok(NotRenewed::Closed) };
    Ok(match wait_after(sends) {
        None => NotRenewed::NoSendsLeft,
        Some(wait) => NotRenewed::TooSoon { wait: (last_send_at + wait - clock).to_std().unwrap_or_default() },
    })
}

/// Ends a challenge whose place another has taken.
pub fn close(conn: &mut PgConnection, id: ChallengeId) -> Result<(), DbError> {
    let open = pv::table.filter(pv::id.eq(id)).filter(pv::used_at.is_null()).filter(pv::closed_at.is_null());
    diesel::update(open).set(pv::closed_at.eq(db::now().nullable())).execute(conn)?;
    Ok(())
}

/// Ends all challenges that are to confirm a session: the account has another number.
pub fn close_of_session(conn: &mut PgConnection, session: SessionId) -> Result<(), DbError> {
    let open =
        pv::table.filter(pv::session_id.eq(session)).filter(pv::used_at.is_null()).filter(pv::closed_at.is_null());
    diesel::update(open).set(pv::closed_at.eq(db::now().nullable())).execute(conn)?;
    Ok(())
}

/// Stores the MAC of our code for send number `send`, unless a newer send has taken its place or the challenge is over.
pub fn put_code(
    conn: &mut PgConnection,
    id: ChallengeId,
    send: i16,
    mac: &StoredMac,
) -> Result<Option<Sendable>, DbError> {
    let changes = (pv::code_mac.eq(mac.as_stored()), pv::provider_sid.eq(None::<String>));
    let row: Option<(PgInterval, Option<String>)> =
        diesel::update(pv::table.filter(pv::id.eq(id)).filter(awaits(send)))
            .set(changes)
            .returning((diesel::dsl::sql::<sql_types::Interval>("expires_at - now()"), pv::replaced_sid))
            .get_result(conn)
            .optional()?;
    Ok(row.map(|(left, older)| Sendable { valid_for: seconds(left), replaces: older.into_iter().collect() }))
}

/// Makes room for Twilio's code. Verify repeats one code for a number whatever it is for, so every other live challenge
/// for the number ends here, and whatever may be alive at Twilio is named, to be cancelled (SMS-14). The others end as
/// if their time were over: their holders are told so and can ask for a new code. Repeated, it names the same again.
///
/// `settled` are sends of the number that have left, or never will: one that is still to leave makes way for itself. A text
/// that is `withheld` ends what strangers can see, as it would had it been sent, and leaves the owner's own codes and
/// Twilio alone.
pub fn make_way(
    conn: &mut PgConnection,
    id: ChallengeId,
    send: i16,
    number: &str,
    settled: &[(ChallengeId, i16)],
    withheld: bool,
) -> Result<Option<Sendable>, DbError> {
    let left: Option<PgInterval> = pv::table
        .filter(pv::id.eq(id))
        .filter(awaits(send))
        .select(diesel::dsl::sql::<sql_types::Interval>("expires_at - now()"))
        .for_update()
        .first(conn)
        .optional()?;
    let Some(left) = left else { return Ok(None) };
    let (ids, sends): (Vec<ChallengeId>, Vec<i16>) = settled.iter().copied().unzip();
    db::statement(
        "UPDATE phone_verifications SET expires_at = now()
         WHERE phone_number = $1 AND id <> $2 AND used_at IS NULL AND expires_at > now()
             AND (provider_sid IS NOT NULL OR (id, sends) IN (SELECT * FROM unnest($3, $4)))
             AND NOT ($5 AND purpose = ANY ($6))",
    )
    .bind::<sql_types::Text, _>(number.to_owned())
    .bind::<sql_types::Uuid, _>(id)
    .bind::<sql_types::Array<sql_types::Uuid>, _>(ids)
    .bind::<sql_types::Array<sql_types::SmallInt>, _>(sends)
    .bind::<sql_types::Bool, _>(withheld)
    .bind::<sql_types::Array<sql_types::Text>, _>(Purpose::OF_OWNERS.map(Purpose::as_str).to_vec())
    .execute(conn)?;
    let valid_for = seconds(left);
    if withheld {
        return Ok(Some(Sendable { valid_for, replaces: Vec::new() }));
    }
    let unused = pv::phone_number.eq(number).and(pv::used_at.is_null());
    let sids: Vec<(Option<String>, Option<String>)> = pv::table
        .filter(unused)
        .filter(pv::last_send_at.gt(db::now() - TWILIO_FORGETS_AFTER_MINUTES.minutes()))
        .select((pv::provider_sid, pv::replaced_sid))
        .get_results(conn)?;
    // The older one counts only while the newer has not left: it was cancelled before the newer was started.
    let mut replaces: Vec<String> = sids.into_iter().filter_map(|(newer, older)| newer.or(older)).collect();
    replaces.sort();
    replaces.dedup();
    diesel::update(pv::table.filter(pv::id.eq(id))).set(pv::code_mac.eq(None::<String>)).execute(conn)?;
    Ok(Some(Sendable { valid_for, replaces }))
}

/// Twilio keeps a verification for ten minutes from its start, which may be a little later than ours.
const TWILIO_FORGETS_AFTER_MINUTES: i32 = 15;

/// Remembers that Twilio owns the code of send number `send`. Answers whether it does: when a newer send has taken its
/// place in the meantime, the verification is only remembered as one that has to make way.
pub fn put_provider_sid(conn: &mut PgConnection, id: ChallengeId, send: i16, sid: &str) -> Result<bool, DbError> {
    let newest = pv::table.filter(pv::id.eq(id)).filter(awaits(send));
    if diesel::update(newest).set(pv::provider_sid.eq(sid)).execute(conn)? == 1 {
        return Ok(true);
    }
    let newer = pv::table.filter(pv::id.eq(id).and(pv::sends.gt(send)));
    diesel::update(newer).set(pv::replaced_sid.eq(sid)).execute(conn)?;
    Ok(false)
}

/// Removes challenges that ended long enough ago, for housekeeping (DAT-03).
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = batch_of!("phone_verifications", "expires_at < now() - make_interval(hours => $2)");
    Ok(old.bind::<sql_types::Integer, _>(KEPT_HOURS).execute(conn)?)
}

/// That the challenge is live and waits for the code of send number `send`.
fn awaits(send: i16) -> Box<dyn BoxableExpression<pv::table, Pg, SqlType = sql_types::Bool>> {
    let live = pv::used_at.is_null().and(pv::closed_at.is_null()).and(pv::expires_at.gt(db::now()));
    Box::new(pv::sends.eq(send).and(live))
}

fn seconds(interval: PgInterval) -> Duration {
    let days = i64::from(interval.days) + 30 * i64::from(interval.months);
    Duration::from_micros(u64::try_from(interval.microseconds + days * 86_400_000_000).unwrap_or(0))
}
