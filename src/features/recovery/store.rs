//! SQL for `recoveries`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*, sql_types as t};

use super::{Grounds, LIFETIME, Listed, Opened, Owner, Sent};
use crate::{
    db::{self, DbError, batch_of, statement},
    domain::{
        email_address::EmailAddress,
        full_name::FullName,
        ids::{ActionCodeId, RecoveryId, UserId},
        phone_number::PhoneNumber,
        remark::Remark,
        role::Role,
    },
    features::{
        action_codes::{Act, store::nobody_objected},
        activity,
        users::UserEpoch,
    },
    schema::recoveries as r,
};

/// Minutes from the code to the password.
const OPENED_MINUTES: i32 = 10;

#[derive(QueryableByName)]
struct OwnerRow {
    #[diesel(sql_type = t::Uuid)]
    user_id: UserId,
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
    #[diesel(sql_type = t::Bool)]
    phone_proven: bool,
    #[diesel(sql_type = t::Bool)]
    to_be_deleted: bool,
    #[diesel(sql_type = t::Bool)]
    active: bool,
}

/// What is asked of an account `u`.
macro_rules! owner_columns {
    () => {
        "u.id AS user_id, u.auth_epoch, u.role, u.email, u.locale, u.phone_number,
             coalesce((SELECT full_name FROM sponsor_profiles WHERE user_id = u.id),
                      (SELECT full_name FROM maid_profiles WHERE user_id = u.id)) AS full_name,
             u.phone_verified_at IS NOT NULL AS phone_proven, u.deletion_due_at IS NOT NULL AS to_be_deleted,
             u.status = 'active' AND coalesce(u.deletion_due_at, 'infinity') > now() AS active"
    };
}

/// The account, held until the transaction ends, and whether it is active.
pub fn lock_account(conn: &mut PgConnection, user: UserId) -> Result<Option<(Owner, bool)>, DbError> {
    let row: Option<OwnerRow> =
        statement(concat!("SELECT ", owner_columns!(), " FROM users AS u WHERE u.id = $1 FOR NO KEY UPDATE OF u"))
            .bind::<t::Uuid, _>(user)
            .get_result(conn)
            .optional()?;
    row.map(|row| Ok((row.active, row.read()?))).transpose().map(|found| found.map(|(active, owner)| (owner, active)))
}

/// The account of a recovery's code, held until the transaction ends, if nothing has ended the recovery since its start.
pub fn lock_owner(conn: &mut PgConnection, code: ActionCodeId) -> Result<Option<Owner>, DbError> {
    let row: Option<OwnerRow> = statement(concat!(
        "SELECT ",
        owner_columns!(),
        " FROM action_codes AS a JOIN users AS u ON u.id = a.user_id WHERE a.id = $1 AND ",
        nobody_objected!(),
        " FOR NO KEY UPDATE OF u"
    ))
    .bind::<t::Uuid, _>(code)
    .get_result(conn)
    .optional()?;
    row.map(OwnerRow::read).transpose()
}

/// Waits for its turn among all who start or cancel the recovery of an account; held until the transaction ends.
pub fn lock_turn(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('recovery of ' || $1::text, 0))")
        .bind::<t::Uuid, _>(user)
        .execute(conn)?;
    Ok(())
}

/// A recovery that was inserted, and the times of its code.
#[derive(QueryableByName)]
pub struct Inserted {
    /// The row.
    #[diesel(sql_type = t::Uuid)]
    pub id: RecoveryId,
    /// When the code opens.
    #[diesel(sql_type = t::Timestamptz)]
    pub opens_at: DateTime<Utc>,
    /// When it is over.
    #[diesel(sql_type = t::Timestamptz)]
    pub expires_at: DateTime<Utc>,
}

/// Inserts one with its code.
pub fn insert(
    conn: &mut PgConnection,
    user: UserId,
    code: ActionCodeId,
    grounds: &Grounds,
) -> Result<Inserted, DbError> {
    let inserted = statement(
        "WITH inserted AS (
             INSERT INTO recoveries (id, user_id, action_code_id, started_by, reason) VALUES ($1, $2, $3, $4, $5)
             RETURNING id, action_code_id
         )
         SELECT i.id, a.opens_at, a.expires_at FROM inserted AS i JOIN action_codes AS a ON a.id = i.action_code_id",
    )
    .bind::<t::Uuid, _>(RecoveryId::generate())
    .bind::<t::Uuid, _>(user)
    .bind::<t::Uuid, _>(code)
    .bind::<t::Text, _>(grounds.by.as_str().to_owned())
    .bind::<t::Text, _>(grounds.reason.as_str().to_owned())
    .get_result(conn)?;
    Ok(inserted)
}

/// Whether an account has one that can still be finished.
pub fn is_open(conn: &mut PgConnection, user: UserId) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Bool)]
        open: bool,
    }
    let Row { open } = statement(concat!(
        "SELECT EXISTS (
             SELECT FROM recoveries AS r JOIN action_codes AS a ON a.id = r.action_code_id JOIN users AS u ON u.id = r.user_id
             WHERE r.user_id = $1 AND r.used_at IS NULL AND r.cancelled_at IS NULL
                 AND a.used_at IS NULL AND a.expires_at > now() AND ",
        nobody_objected!(),
        ") AS open"
    ))
    .bind::<t::Uuid, _>(user)
    .get_result(conn)?;
    Ok(open)
}

/// Cancels whatever is neither used nor cancelled. Answers whether there was any.
pub fn cancel(conn: &mut PgConnection, user: UserId, grounds: &Grounds) -> Result<bool, DbError> {
    let open = r::table.filter(r::user_id.eq(user)).filter(r::used_at.is_null()).filter(r::cancelled_at.is_null());
    let cancelled = diesel::update(open)
        .set((
            r::cancelled_at.eq(db::now().nullable()),
            r::cancelled_by.eq(grounds.by.as_str()),
            r::cancel_reason.eq(grounds.reason.as_str()),
        ))
        .execute(conn)?;
    Ok(cancelled > 0)
}

/// Notes that the code of one of the hashes was entered, if it finishes a recovery now. The code itself stays as it is.
pub fn mark_opened(conn: &mut PgConnection, hashes: Vec<Vec<u8>>) -> Result<Option<RecoveryId>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        id: RecoveryId,
    }
    let row: Option<Row> = statement(concat!(
        "UPDATE recoveries AS r SET opened_at = now() FROM action_codes AS a JOIN users AS u ON u.id = a.user_id
         WHERE a.code_hash = ANY ($1) AND a.act = $2 AND a.used_at IS NULL AND a.opens_at <= now() AND a.expires_at > now()
             AND r.action_code_id = a.id AND r.used_at IS NULL AND r.cancelled_at IS NULL AND ",
        nobody_objected!(),
        " RETURNING r.id"
    ))
    .bind::<t::Array<t::Binary>, _>(hashes)
    .bind::<t::Text, _>(Act::Recover.as_str())
    .get_result(conn)
    .optional()?;
    Ok(row.map(|Row { id }| id))
}

#[derive(QueryableByName)]
struct OpenedRow {
    #[diesel(sql_type = t::Uuid)]
    code: ActionCodeId,
    #[diesel(sql_type = t::Text)]
    number: String,
    #[diesel(sql_type = t::Bool)]
    used: bool,
    #[diesel(embed)]
    owner: OwnerRow,
}

/// Finds one whose code was entered a moment ago, while nothing has ended it, or which has been used.
pub fn find_opened(conn: &mut PgConnection, id: RecoveryId) -> Result<Option<Opened>, DbError> {
    let row: Option<OpenedRow> = statement(concat!(
        "SELECT a.id AS code, a.phone_number AS number, r.used_at IS NOT NULL AS used, ",
        owner_columns!(),
        " FROM recoveries AS r JOIN action_codes AS a ON a.id = r.action_code_id JOIN users AS u ON u.id = r.user_id
         WHERE r.id = $1 AND r.cancelled_at IS NULL AND r.opened_at > now() - make_interval(mins => $2)
             AND (r.used_at IS NOT NULL OR ",
        nobody_objected!(),
        ")"
    ))
    .bind::<t::Uuid, _>(id)
    .bind::<t::Integer, _>(OPENED_MINUTES)
    .get_result(conn)
    .optional()?;
    row.map(|OpenedRow { code, number, used, owner }| {
        Ok(Opened { id, code, phone: PhoneNumber::from_stored(number), owner: owner.read()?, used })
    })
    .transpose()
}

/// Uses it up, once, while it is open. Answers whether it was.
pub fn consume(conn: &mut PgConnection, id: RecoveryId) -> Result<bool, DbError> {
    let open = r::used_at
        .is_null()
        .and(r::cancelled_at.is_null())
        .and(r::opened_at.gt((db::now() - OPENED_MINUTES.minutes()).nullable()));
    let used = diesel::update(r::table.filter(r::id.eq(id)).filter(open))
        .set(r::used_at.eq(db::now().nullable()))
        .execute(conn)?;
    Ok(used == 1)
}

#[derive(QueryableByName)]
struct ListedRow {
    #[diesel(sql_type = t::Uuid)]
    id: RecoveryId,
    #[diesel(sql_type = t::Uuid)]
    user_id: UserId,
    #[diesel(sql_type = t::Text)]
    role: String,
    #[diesel(sql_type = t::Text)]
    phone_number: String,
    #[diesel(sql_type = t::Text)]
    started_by: String,
    #[diesel(sql_type = t::Text)]
    reason: String,
    #[diesel(sql_type = t::Timestamptz)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = t::Timestamptz)]
    opens_at: DateTime<Utc>,
    #[diesel(sql_type = t::Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    state: Option<String>,
}

/// What is asked of recoveries that can still be finished.
macro_rules! open_recoveries {
    () => {
        concat!(
            "SELECT r.id, r.user_id, u.role, a.phone_number, r.started_by, r.reason, r.started_at, a.opens_at, a.expires_at,
                 (SELECT m.state FROM sms_messages AS m WHERE m.action_code_id = a.id) AS state
             FROM recoveries AS r JOIN action_codes AS a ON a.id = r.action_code_id JOIN users AS u ON u.id = r.user_id
             WHERE r.used_at IS NULL AND r.cancelled_at IS NULL AND a.used_at IS NULL AND a.expires_at > now() AND ",
            nobody_objected!()
        )
    };
}

/// The one of an account that can still be finished.
pub fn find_open(conn: &mut PgConnection, user: UserId) -> Result<Option<Listed>, DbError> {
    let row: Option<ListedRow> = statement(concat!(open_recoveries!(), " AND r.user_id = $1"))
        .bind::<t::Uuid, _>(user)
        .get_result(conn)
        .optional()?;
    row.map(ListedRow::read).transpose()
}

/// Those that can still be finished, the first to open first.
pub fn list_open(conn: &mut PgConnection) -> Result<Vec<Listed>, DbError> {
    let rows: Vec<ListedRow> = statement(concat!(
        open_recoveries!(),
        " AND r.started_at > now() - make_interval(secs => $1) ORDER BY a.opens_at, r.id"
    ))
    // Older ones are over; the bound lets the index on the age find the rest.
    .bind::<t::Double, _>((super::WAIT + LIFETIME).as_secs_f64())
    .get_results(conn)?;
    rows.into_iter().map(ListedRow::read).collect()
}

/// Removes those that nobody will ask about any more, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = batch_of!("recoveries", "started_at < now() - make_interval(months => $2)");
    Ok(old.bind::<t::Integer, _>(activity::KEPT_MONTHS).execute(conn)?)
}

impl OwnerRow {
    fn read(self) -> Result<Owner, DbError> {
        let id = self.user_id;
        let malformed = || DbError::Fault(format!("users {id}: a stored value is malformed"));
        Ok(Owner {
            user: UserEpoch { id, auth_epoch: self.auth_epoch },
            role: Role::from_stored(&self.role).ok_or_else(malformed)?,
            full_name: self.full_name.map(FullName::from_stored),
            email: self.email.map(EmailAddress::from_stored),
            locale: self.locale,
            phone: self.phone_number.map(PhoneNumber::from_stored),
            phone_proven: self.phone_proven,
            to_be_deleted: self.to_be_deleted,
        })
    }
}

impl ListedRow {
    fn read(self) -> Result<Listed, DbError> {
        let id = self.id;
        let malformed = || DbError::Fault(format!("recoveries {id}: a stored value is malformed"));
        let remark = |text: &str| Remark::parse(text).map_err(|_| malformed());
        Ok(Listed {
            id,
            user: self.user_id,
            role: Role::from_stored(&self.role).ok_or_else(malformed)?,
            phone: PhoneNumber::from_stored(self.phone_number),
            grounds: Grounds { by: remark(&self.started_by)?, reason: remark(&self.reason)? },
            started_at: self.started_at,
            opens_at: self.opens_at,
            expires_at: self.expires_at,
            sent: match self.state.as_deref() {
                Some("sent" | "unknown") => Sent::Left,
                Some("queued" | "sending") => Sent::NotYet,
                _ => Sent::Refused,
            },
        })
    }
}
