//! SQL for `sessions`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*, sql_types as t};

use super::{
    ADMINISTRATOR_IDLE_MINUTES, ADMINISTRATOR_OVERALL_HOURS, FRESH_MINUTES, Glance, IDLE_DAYS, MOST_SESSIONS,
    OVERALL_DAYS, Waiting,
};
use crate::{
    crypto::token::Token,
    db::{self, DbError, batch_of, statement},
    domain::{
        browser_name::BrowserName,
        email_address::EmailAddress,
        full_name::FullName,
        ids::{SessionId, UserId},
        phone_number::PhoneNumber,
        role::Role,
    },
    features::{
        activity::{Event, Origin},
        two_factor::Method,
        users::{Account, Number, UserEpoch},
    },
    schema::sessions,
};

/// A session that holds, as found by its token.
pub struct Live {
    /// The row.
    pub session: SessionId,
    /// Whose it is.
    pub account: Account,
    /// What else the overview shows.
    pub glance: Glance,
    /// Whether its holder has proven to be the owner within the last minutes.
    pub fresh: bool,
    /// Whether `last_seen_at` is more than a minute old.
    pub seen_long_ago: bool,
}

#[derive(QueryableByName)]
struct LiveRow {
    #[diesel(sql_type = t::Uuid)]
    session: SessionId,
    #[diesel(sql_type = t::Uuid)]
    id: UserId,
    #[diesel(sql_type = t::Integer)]
    auth_epoch: i32,
    #[diesel(sql_type = t::Text)]
    role: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    full_name: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    email: Option<String>,
    #[diesel(sql_type = t::Text)]
    locale: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    phone_number: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    phone_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Bool)]
    phone_contested: bool,
    #[diesel(sql_type = t::Text)]
    two_factor_method: String,
    #[diesel(sql_type = t::BigInt)]
    backup_codes_left: i64,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    deletion_due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Bool)]
    fresh: bool,
    #[diesel(sql_type = t::Bool)]
    seen_long_ago: bool,
    #[diesel(sql_type = t::BigInt)]
    signed_in: i64,
    #[diesel(sql_type = t::BigInt)]
    trusted: i64,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    last_event: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    last_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Bool)]
    reset_waits: bool,
    #[diesel(sql_type = t::Bool)]
    recovery_waits: bool,
}

/// Finds the session of a token if everything about it still holds: times, epoch, and the account's status. With it comes
/// all that the owner's pages show of the account, so that a page costs one query.
pub fn find_live(conn: &mut PgConnection, token_hash: Vec<u8>) -> Result<Option<Live>, DbError> {
    let row: Option<LiveRow> = statement(
        "SELECT s.id AS session, u.id, u.auth_epoch, u.role, coalesce(sp.full_name, mp.full_name) AS full_name, u.email,
             u.locale, u.phone_number, coalesce(u.phone_verified_at, u.phone_contested_at) AS phone_since,
             u.phone_verified_at IS NULL AS phone_contested, u.two_factor_method,
             (SELECT count(*) FROM two_factor_backup_codes AS b WHERE b.user_id = u.id AND b.used_at IS NULL)
                 AS backup_codes_left,
             u.deletion_due_at,
             coalesce(s.confirmed_at > now() - make_interval(mins => $6), false) AS fresh,
             s.last_seen_at < now() - interval '1 minute' AS seen_long_ago,
             (SELECT count(*) FROM sessions AS o WHERE o.user_id = u.id AND o.auth_epoch = u.auth_epoch
                  AND o.last_seen_at > now() - make_interval(days => $2)
                  AND o.created_at > now() - make_interval(days => $3)) AS signed_in,
             (SELECT count(*) FROM trusted_devices AS d WHERE d.user_id = u.id AND d.auth_epoch = u.auth_epoch
                  AND d.expires_at > now()) AS trusted,
             a.event AS last_event, a.happened_at AS last_at,
             EXISTS (SELECT FROM password_reset_waits AS w WHERE w.user_id = u.id AND w.auth_epoch = u.auth_epoch
                 AND w.began_at > greatest(u.owner_seen_at, u.objected_at, now() - interval '10 days')) AS reset_waits,
             EXISTS (SELECT FROM recoveries AS r JOIN action_codes AS c ON c.id = r.action_code_id
                 WHERE r.user_id = u.id AND r.cancelled_at IS NULL AND r.used_at IS NULL AND c.used_at IS NULL
                     AND c.expires_at > now() AND c.auth_epoch = u.auth_epoch
                     AND r.started_at > greatest(u.owner_seen_at, u.objected_at)) AS recovery_waits
         FROM sessions AS s JOIN users AS u ON u.id = s.user_id
             LEFT JOIN sponsor_profiles AS sp ON sp.user_id = u.id LEFT JOIN maid_profiles AS mp ON mp.user_id = u.id
             LEFT JOIN LATERAL (SELECT event, happened_at FROM activity WHERE user_id = u.id
                 ORDER BY happened_at DESC, id DESC LIMIT 1) AS a ON true
         WHERE s.token_hash = $1 AND s.auth_epoch = u.auth_epoch AND u.status = 'active'
             AND coalesce(u.deletion_due_at, 'infinity') > now()
             AND s.last_seen_at > now() - make_interval(days => $2)
             AND s.created_at > now() - make_interval(days => $3)
             AND (u.role <> 'administrator' OR s.last_seen_at > now() - make_interval(mins => $4)
                  AND s.created_at > now() - make_interval(hours => $5))",
    )
    .bind::<t::Binary, _>(token_hash)
    .bind::<t::Integer, _>(IDLE_DAYS)
    .bind::<t::Integer, _>(OVERALL_DAYS)
    .bind::<t::Integer, _>(ADMINISTRATOR_IDLE_MINUTES)
    .bind::<t::Integer, _>(ADMINISTRATOR_OVERALL_HOURS)
    .bind::<t::Integer, _>(FRESH_MINUTES)
    .get_result(conn)
    .optional()?;
    row.map(Live::try_from).transpose()
}

impl TryFrom<LiveRow> for Live {
    type Error = DbError;

    fn try_from(row: LiveRow) -> Result<Self, DbError> {
        let malformed = || DbError::Fault(format!("users {}: a stored value is malformed", row.id));
        let account = Account {
            id: row.id,
            auth_epoch: row.auth_epoch,
            role: Role::from_stored(&row.role).ok_or_else(malformed)?,
            full_name: row.full_name.map(|name| FullName::parse(&name)).transpose().map_err(|_| malformed())?,
            email: row.email.map(|email| EmailAddress::parse(&email)).transpose().map_err(|_| malformed())?,
            locale: row.locale,
            number: row.phone_number.zip(row.phone_since).map(|(phone, since)| Number {
                phone: PhoneNumber::from_stored(phone),
                since,
                contested: row.phone_contested,
            }),
            two_factor: Method::from_stored(&row.two_factor_method),
            backup_codes_left: row.backup_codes_left,
            deletion_due_at: row.deletion_due_at,
        };
        let event = row.last_event.map(|event| Event::from_stored(&event).ok_or_else(malformed)).transpose()?;
        let waiting = match (row.recovery_waits, row.reset_waits) {
            (true, _) => Some(Waiting::Recovery),
            (false, true) => Some(Waiting::Reset),
            (false, false) => None,
        };
        let glance = Glance { signed_in: row.signed_in, trusted: row.trusted, last: event.zip(row.last_at), waiting };
        Ok(Self { session: row.session, account, glance, fresh: row.fresh, seen_long_ago: row.seen_long_ago })
    }
}

/// What a new session is made of.
pub struct NewSession<'a> {
    /// The row.
    pub id: SessionId,
    /// Whose it is. It starts only while the account still has this epoch.
    pub user: UserEpoch,
    /// The hash of its token.
    pub token_hash: Vec<u8>,
    /// Whether its holder has proven everything the account asks for.
    pub confirmed: bool,
    /// Who holds it.
    pub origin: &'a Origin,
    /// What happened, for the owner.
    pub event: Event,
    /// The hash of the token that this browser had before.
    pub replaces: Option<Vec<u8>>,
}

/// Inserts a session if the account is still as it was when its owner proved to be it, ends the browser's session of
/// before and the oldest of too many, and writes down what happened: one statement. Whatever waits for the owner's
/// objection ends with it. Answers whether it started.
pub fn insert(conn: &mut PgConnection, new: NewSession<'_>) -> Result<bool, DbError> {
    let started = statement(
        "WITH account AS (
             UPDATE users SET owner_seen_at = now()
             WHERE id = $1 AND auth_epoch = $2 AND status = 'active' AND coalesce(deletion_due_at, 'infinity') > now()
             RETURNING id, auth_epoch
         ), noted AS (
             INSERT INTO activity (user_id, event, address, browser) SELECT id, $3, $4, $5 FROM account
         ), over AS (
             DELETE FROM sessions WHERE token_hash = $6 OR id IN (
                 SELECT s.id FROM sessions AS s JOIN account ON s.user_id = account.id
                 WHERE s.token_hash IS DISTINCT FROM $6
                 ORDER BY s.created_at DESC, s.id DESC OFFSET $7 - 1)
         )
         INSERT INTO sessions (id, user_id, auth_epoch, token_hash, confirmed_at, address, browser)
         SELECT $8, id, auth_epoch, $9, CASE WHEN $10 THEN now() END, $4, $5 FROM account",
    )
    .bind::<t::Uuid, _>(new.user.id)
    .bind::<t::Integer, _>(new.user.auth_epoch)
    .bind::<t::Text, _>(new.event.as_str())
    .bind::<t::Text, _>(new.origin.address.clone())
    .bind::<t::Text, _>(new.origin.browser.as_stored())
    .bind::<t::Nullable<t::Binary>, _>(new.replaces)
    .bind::<t::BigInt, _>(MOST_SESSIONS)
    .bind::<t::Uuid, _>(new.id)
    .bind::<t::Binary, _>(new.token_hash)
    .bind::<t::Bool, _>(new.confirmed)
    .execute(conn)?;
    Ok(started == 1)
}

/// Gives a session a new token and the account's present epoch; the token of before is dead. `confirmed` notes that its
/// holder has just proven to be the owner. The account's row is held before the session's, as by whoever changes the
/// account. Answers whether the session was still there.
pub fn renew(
    conn: &mut PgConnection,
    id: SessionId,
    user: UserEpoch,
    token: &Token,
    confirmed: bool,
) -> Result<bool, DbError> {
    let renewed = statement(
        "WITH account AS (
             UPDATE users SET owner_seen_at = CASE WHEN $2 THEN now() ELSE owner_seen_at END
             WHERE id = $4 AND auth_epoch = $5 AND status = 'active'
                 AND coalesce(deletion_due_at, 'infinity') > now()
             RETURNING id, auth_epoch
         )
         UPDATE sessions AS s SET token_hash = $1, auth_epoch = account.auth_epoch, last_seen_at = now(),
             confirmed_at = CASE WHEN $2 THEN now() ELSE confirmed_at END
         FROM account WHERE s.id = $3 AND s.user_id = account.id",
    )
    .bind::<t::Binary, _>(token.hash())
    .bind::<t::Bool, _>(confirmed)
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(user.id)
    .bind::<t::Integer, _>(user.auth_epoch)
    .execute(conn)?;
    Ok(renewed == 1)
}

/// The account of a session that has just raised its epoch, by one from the given: what the second press of a double click
/// finds.
pub fn find_renewed(conn: &mut PgConnection, id: SessionId, before: UserEpoch) -> Result<Option<UserEpoch>, DbError> {
    use crate::schema::users;
    let renewed = sessions::auth_epoch
        .eq(users::auth_epoch)
        .and(users::auth_epoch.eq(before.auth_epoch + 1))
        .and(sessions::confirmed_at.gt((db::now() - 1.minutes()).nullable()));
    let epoch: Option<i32> = sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(id).and(users::id.eq(before.id)).and(users::status.eq("active")).and(renewed))
        .select(users::auth_epoch)
        .first(conn)
        .optional()?;
    Ok(epoch.map(|auth_epoch| UserEpoch { id: before.id, auth_epoch }))
}

/// Notes a visit, at most once a minute.
pub fn touch(conn: &mut PgConnection, id: SessionId) -> Result<(), DbError> {
    let stale = sessions::table.filter(sessions::id.eq(id)).filter(sessions::last_seen_at.lt(db::now() - 1.minutes()));
    diesel::update(stale).set(sessions::last_seen_at.eq(db::now())).execute(conn)?;
    Ok(())
}

/// A session as its owner's list shows it.
pub struct Listed {
    /// The row.
    pub id: SessionId,
    /// Browser and system.
    pub browser: BrowserName,
    /// The address without its end.
    pub address: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
}

/// The sessions of an account that hold, the last used first.
pub fn list(conn: &mut PgConnection, user: UserEpoch) -> Result<Vec<Listed>, DbError> {
    let live = sessions::user_id
        .eq(user.id)
        .and(sessions::auth_epoch.eq(user.auth_epoch))
        .and(sessions::last_seen_at.gt(db::now() - IDLE_DAYS.days()))
        .and(sessions::created_at.gt(db::now() - OVERALL_DAYS.days()));
    type Row = (SessionId, String, String, DateTime<Utc>, DateTime<Utc>);
    let rows: Vec<Row> = sessions::table
        .filter(live)
        .order((sessions::last_seen_at.desc(), sessions::id.desc()))
        .select((sessions::id, sessions::browser, sessions::address, sessions::created_at, sessions::last_seen_at))
        .get_results(conn)?;
    let listed = |(id, browser, address, created_at, last_seen_at): Row| Listed {
        id,
        browser: BrowserName::from_stored(&browser),
        address,
        created_at,
        last_seen_at,
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Ends one session of an account. Answers whether it had it: others' sessions are as unknown as no session.
pub fn end(conn: &mut PgConnection, user: UserId, id: SessionId) -> Result<bool, DbError> {
    let own = sessions::table.filter(sessions::id.eq(id)).filter(sessions::user_id.eq(user));
    Ok(diesel::delete(own).execute(conn)? == 1)
}

/// Ends all sessions of an account.
pub fn end_all(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(conn)?;
    Ok(())
}

/// Removes sessions that are over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let idle = batch_of!("sessions", "last_seen_at < now() - make_interval(days => $2)");
    let old = batch_of!("sessions", "created_at < now() - make_interval(days => $2)");
    let idle = idle.bind::<t::Integer, _>(IDLE_DAYS).execute(conn)?;
    Ok(idle + old.bind::<t::Integer, _>(OVERALL_DAYS).execute(conn)?)
}
