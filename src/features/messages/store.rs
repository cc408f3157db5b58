//! SQL for `sms_messages`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection,
    dsl::IntervalDsl as _,
    prelude::*,
    sql_query,
    sql_types::{
        Array, BigInt, Binary, Bool, Double, Integer, Nullable, SmallInt, Text as SqlText, Timestamptz, Uuid as SqlUuid,
    },
};

use super::{
    KEPT_DAYS, Kind, LONGEST_WINDOW_HOURS, NAMED_DAYS, Outcome,
    notices::Recipient,
    reserve::{Asker, Limits, Text},
};
use crate::{
    db::{self, BATCH, DbError, batch_of, statement},
    domain::{
        client_address::AddressKeys,
        country::Country,
        ids::{ActionCodeId, BrakeId, BrowserId, ChallengeId, MessageId, UserId},
        phone_number::PhoneNumber,
    },
    metrics::Limit,
    schema::sms_messages as sms,
    sms::{DeliveryStatus, Fault, Report, Sender, TextKind},
};

/// Waits for its turn among all reservations; held until the transaction ends.
pub fn lock_reservations(conn: &mut PgConnection) -> Result<(), DbError> {
    sql_query("SELECT pg_advisory_xact_lock(hashtext('sms reservation'))").execute(conn)?;
    Ok(())
}

/// The limits as one query: each part finds the row that has to grow old before there is room under one key, and the
/// last of them decides and gives its name. A key that the asker does not have is NULL and finds nothing.
///
/// Notices are never charged, so none of the parts sees them. What no provider was to hear of is not seen by the
/// installation's part: else whoever asks for texts to closed countries would use it up.
///
/// Clocks stand in subselects: those are asked once, ahead, and what they answer can be looked for in an index. A clock in
/// the condition itself would be asked for each row, of all that a key has.
///
/// What one number gets is counted apart for strangers, who see all their own texts, the withheld ones too, and
/// nothing of the owner's. The owner sees what reached the phone, or may have: what was withheld from strangers or failed
/// for them takes nothing away.
const FULL: &str = "
SELECT rule, extract(epoch FROM created_at + window_length - clock_timestamp())::float8 AS wait FROM (
    (SELECT 'number' AS rule, created_at, interval '1 hour' AS window_length FROM sms_messages
     WHERE phone_number = $1 AND charged AND CASE WHEN $2 THEN stranger ELSE NOT (withheld OR stranger AND state = 'failed') END
       AND created_at > (SELECT clock_timestamp() - interval '1 hour')
     ORDER BY created_at DESC OFFSET $3 - 1 LIMIT 1)
    UNION ALL
    (SELECT 'number', created_at, interval '1 day' FROM sms_messages
     WHERE phone_number = $1 AND charged AND CASE WHEN $2 THEN stranger ELSE NOT (withheld OR stranger AND state = 'failed') END
       AND created_at > (SELECT clock_timestamp() - interval '1 day')
     ORDER BY created_at DESC OFFSET $4 - 1 LIMIT 1)
    UNION ALL
    (SELECT 'address', created_at, interval '1 hour' FROM sms_messages
     WHERE address = $5 AND charged AND created_at > (SELECT clock_timestamp() - interval '1 hour')
     ORDER BY created_at DESC
     OFFSET greatest($7, (SELECT count(*) FROM phone_verifications
                          WHERE used_from = $5 AND used_at > now() - interval '1 day')) - 1 LIMIT 1)
    UNION ALL
    (SELECT 'address', created_at, interval '1 hour' FROM sms_messages
     WHERE address_block = $6 AND charged AND created_at > (SELECT clock_timestamp() - interval '1 hour')
     ORDER BY created_at DESC
     OFFSET 4 * greatest($7, (SELECT count(*) FROM phone_verifications
                              WHERE used_from = $5 AND used_at > now() - interval '1 day')) - 1 LIMIT 1)
    UNION ALL
    (SELECT 'browser', created_at, interval '1 minute' FROM sms_messages
     WHERE browser_id = $8 AND charged AND created_at > (SELECT clock_timestamp() - interval '1 minute')
     ORDER BY created_at DESC OFFSET $9 - 1 LIMIT 1)
    UNION ALL
    (SELECT 'account', created_at, interval '1 hour' FROM sms_messages
     WHERE user_id = $10 AND charged AND created_at > (SELECT clock_timestamp() - interval '1 hour')
     ORDER BY created_at DESC OFFSET $11 - 1 LIMIT 1)
    UNION ALL
    (SELECT 'installation', created_at, interval '1 hour' FROM sms_messages
     WHERE charged AND NOT (state = 'failed' AND provider IS NULL) AND created_at > (SELECT clock_timestamp() - interval '1 hour')
     ORDER BY created_at DESC OFFSET $12 - 1 LIMIT 1)
) AS full_keys ORDER BY wait DESC LIMIT 1";

/// A limit that is reached.
pub struct Full {
    /// Which one; not for people to see.
    pub limit: Limit,
    /// Until there is room under it, and with it under every other.
    pub wait: Duration,
}

/// The limit under which there is room last; none when there is room under all.
pub fn find_full(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    to: &PhoneNumber,
) -> Result<Option<Full>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlText)]
        rule: String,
        #[diesel(sql_type = Double)]
        wait: f64,
    }
    let keys = Keys::of(asker);
    let row: Option<Row> = sql_query(FULL)
        .bind::<SqlText, _>(to.e164())
        .bind::<Bool, _>(keys.stranger)
        .bind::<BigInt, _>(i64::from(limits.number_per_hour))
        .bind::<BigInt, _>(i64::from(limits.number_per_day))
        .bind::<Nullable<SqlText>, _>(keys.address)
        .bind::<Nullable<SqlText>, _>(keys.block)
        .bind::<BigInt, _>(i64::from(limits.address_per_hour))
        .bind::<SqlUuid, _>(keys.browser)
        .bind::<BigInt, _>(i64::from(limits.browser_per_minute))
        .bind::<Nullable<SqlUuid>, _>(keys.user)
        .bind::<BigInt, _>(i64::from(limits.account_per_hour))
        .bind::<BigInt, _>(i64::from(limits.installation_per_hour))
        .get_result(conn)
        .optional()?;
    let full = |Row { rule, wait }| {
        let limit = match rule.as_str() {
            "number" => Limit::Number,
            "address" => Limit::Address,
            "browser" => Limit::Browser,
            "account" => Limit::Account,
            _ => Limit::Installation,
        };
        Full { limit, wait: Duration::from_secs_f64(wait.max(0.0)) }
    };
    Ok(row.map(full))
}

/// Whether the number has an owner and strangers have had their part of what it may receive, or all of it is used.
pub fn strangers_part_is_used(conn: &mut PgConnection, limits: &Limits, to: &PhoneNumber) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Used {
        #[diesel(sql_type = Bool)]
        used: bool,
    }
    let Used { used } = sql_query(
        "SELECT EXISTS (SELECT FROM users WHERE phone_number = $1 AND phone_verified_at IS NOT NULL
             AND coalesce(deletion_due_at, 'infinity') > now()) AND (
             SELECT count(*) FILTER (WHERE stranger AND hourly) >= $2 OR count(*) FILTER (WHERE stranger) >= $3
                 OR count(*) FILTER (WHERE hourly) >= $4 OR count(*) >= $5
             FROM (SELECT stranger, created_at > clock_timestamp() - interval '1 hour' AS hourly FROM sms_messages
                   WHERE phone_number = $1 AND charged AND NOT withheld AND state <> 'failed'
                     AND created_at > (SELECT clock_timestamp() - interval '1 day')) AS sent
         ) AS used",
    )
    .bind::<SqlText, _>(to.e164())
    .bind::<BigInt, _>(i64::from(Limits::strangers_part(limits.number_per_hour)))
    .bind::<BigInt, _>(i64::from(Limits::strangers_part(limits.number_per_day)))
    .bind::<BigInt, _>(i64::from(limits.number_per_hour))
    .bind::<BigInt, _>(i64::from(limits.number_per_day))
    .get_result(conn)?;
    Ok(used)
}

struct Keys {
    stranger: bool,
    address: Option<String>,
    block: Option<String>,
    browser: BrowserId,
    user: Option<UserId>,
}

impl Keys {
    fn of(asker: &Asker) -> Self {
        match *asker {
            Asker::Stranger { address, browser } => {
                let AddressKeys { address, block } = address.keys();
                Self { stranger: true, address: Some(address), block, browser, user: None }
            }
            Asker::Member { user, address, browser } => {
                let AddressKeys { address, block } = address.keys();
                Self { stranger: true, address: Some(address), block, browser, user: Some(user) }
            }
            Asker::Owner { user, browser } => {
                Self { stranger: false, address: None, block: None, browser, user: Some(user) }
            }
        }
    }
}

/// Queues a text, or one that goes all the way but the last.
pub fn insert(
    conn: &mut PgConnection,
    id: MessageId,
    asker: &Asker,
    text: &Text,
    withheld: bool,
) -> Result<(), DbError> {
    let keys = Keys::of(asker);
    diesel::insert_into(sms::table)
        .values((
            sms::id.eq(id),
            sms::verification_id.eq(text.challenge),
            sms::send_number.eq(text.send),
            sms::kind.eq(Kind::Code(text.kind).as_str()),
            sms::phone_number.eq(text.to.e164()),
            sms::locale.eq(&text.locale),
            sms::user_id.eq(keys.user),
            sms::browser_id.eq(keys.browser),
            sms::address.eq(keys.address),
            sms::address_block.eq(keys.block),
            sms::stranger.eq(keys.stranger),
            sms::withheld.eq(withheld),
            sms::country.eq(text.to.country().map(Country::code)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes a text that is refused before any provider hears of it.
pub fn insert_refused(
    conn: &mut PgConnection,
    id: MessageId,
    asker: &Asker,
    text: &Text,
    fault: Fault,
    brake: Option<BrakeId>,
) -> Result<(), DbError> {
    insert(conn, id, asker, text, false)?;
    settle_refused(conn, id, None, fault)?;
    diesel::update(sms::table.filter(sms::id.eq(id)))
        .set((sms::charged.eq(true), sms::brake_id.eq(brake)))
        .execute(conn)?;
    Ok(())
}

/// Waits for its turn among all notices to a number; held until the transaction ends. A space of its own: codes and
/// notices do not wait for each other.
pub fn lock_notices(conn: &mut PgConnection, to: &PhoneNumber) -> Result<(), DbError> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('notices to ' || $1, 0))")
        .bind::<SqlText, _>(to.e164())
        .execute(conn)?;
    Ok(())
}

/// Whether a number has had `per_day` notices with a code in a day, or without one, or one of the kind `once` if that is
/// named.
pub fn notices_are_full(
    conn: &mut PgConnection,
    to: &PhoneNumber,
    per_day: u16,
    with_code: bool,
    once: Option<&str>,
) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Full {
        #[diesel(sql_type = Bool)]
        is_full: bool,
    }
    let Full { is_full } = sql_query(
        "SELECT count(*) FILTER (WHERE (action_code_id IS NOT NULL) = $4) >= $2
             OR count(*) FILTER (WHERE kind = $3) > 0 AS is_full
         FROM sms_messages
         WHERE phone_number = $1 AND notice AND state <> 'failed'
           AND created_at > (SELECT clock_timestamp() - interval '1 day')",
    )
    .bind::<SqlText, _>(to.e164())
    .bind::<BigInt, _>(i64::from(per_day))
    .bind::<Nullable<SqlText>, _>(once)
    .bind::<Bool, _>(with_code)
    .get_result(conn)?;
    Ok(is_full)
}

/// A notice to be queued.
pub struct NewNotice<'a> {
    /// Who is told.
    pub to: &'a Recipient,
    /// What is told.
    pub kind: &'a str,
    /// The long code that it carries.
    pub code: Option<ActionCodeId>,
    /// How long it waits before it leaves.
    pub after: Duration,
}

/// Queues a notice. It is charged to no limit of codes, now or later.
pub fn insert_notice(conn: &mut PgConnection, id: MessageId, notice: &NewNotice<'_>) -> Result<(), DbError> {
    let (to, wait) = (notice.to, i32::try_from(notice.after.as_secs()).unwrap_or(i32::MAX).seconds());
    diesel::insert_into(sms::table)
        .values((
            sms::id.eq(id),
            sms::notice.eq(true),
            sms::charged.eq(false),
            sms::stranger.eq(false),
            sms::send_number.eq(1),
            sms::kind.eq(notice.kind),
            sms::phone_number.eq(to.phone.e164()),
            sms::locale.eq(&to.locale),
            sms::user_id.eq(to.user),
            sms::action_code_id.eq(notice.code),
            sms::country.eq(to.phone.country().map(Country::code)),
            sms::next_attempt_at.eq(db::now() + wait),
        ))
        .execute(conn)?;
    Ok(())
}

/// A message that one worker has taken.
#[derive(Debug, QueryableByName)]
pub struct Claimed {
    /// The message.
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    /// Its challenge; none for a notice, and when housekeeping has removed it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub verification_id: Option<ChallengeId>,
    /// The long code that a notice carries.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub action_code_id: Option<ActionCodeId>,
    /// What the challenge is for.
    #[diesel(sql_type = Nullable<SqlText>)]
    pub purpose: Option<String>,
    /// Which send of the challenge.
    #[diesel(sql_type = SmallInt)]
    pub send_number: i16,
    /// Which text.
    #[diesel(sql_type = SqlText)]
    pub kind: String,
    /// Where to.
    #[diesel(sql_type = SqlText)]
    pub phone_number: String,
    /// In which language.
    #[diesel(sql_type = SqlText)]
    pub locale: String,
    /// This attempt included.
    #[diesel(sql_type = SmallInt)]
    pub attempts: i16,
    /// Whether the provider is to be spared.
    #[diesel(sql_type = Bool)]
    pub withheld: bool,
    /// For how many seconds it might have left already.
    #[diesel(sql_type = Double)]
    pub waited: f64,
    /// Who had it the time before.
    #[diesel(sql_type = Nullable<SqlText>)]
    pub had_by: Option<String>,
}

/// Takes the message that has been due longest, past those that other workers hold, for whoever carries notices or, until
/// [`give_to`] says otherwise, codes.
pub fn claim_next(conn: &mut PgConnection, codes: &str, notices: Option<&str>) -> Result<Option<Claimed>, DbError> {
    Ok(sql_query(
        "UPDATE sms_messages AS m SET state = 'sending', claimed_at = now(), attempts = attempts + 1,
             provider = CASE WHEN notice THEN $2 ELSE $1 END
         FROM (SELECT id, provider, next_attempt_at FROM sms_messages
               WHERE state = 'queued' AND next_attempt_at <= now() AND phone_number IS NOT NULL
               ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED) AS due
         WHERE m.id = due.id
         RETURNING m.id, verification_id, action_code_id, send_number, kind, phone_number, locale, attempts, withheld,
             extract(epoch FROM clock_timestamp() - due.next_attempt_at)::float8 AS waited,
             (SELECT purpose FROM phone_verifications AS pv WHERE pv.id = verification_id) AS purpose,
             due.provider AS had_by",
    )
    .bind::<SqlText, _>(codes)
    .bind::<Nullable<SqlText>, _>(notices)
    .get_result(conn)
    .optional()?)
}

/// Notes that another provider has a message than it was taken for, or that it comes from another sender than usual.
pub fn give_to(conn: &mut PgConnection, id: MessageId, provider: &str, sender: Option<&Sender>) -> Result<(), DbError> {
    diesel::update(sms::table.filter(sms::id.eq(id)))
        .set((sms::provider.eq(provider), sms::sender.eq(sender.map(Sender::as_str))))
        .execute(conn)?;
    Ok(())
}

/// Waits for its turn with a message; held until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: MessageId) -> Result<(), DbError> {
    statement("SELECT FROM sms_messages WHERE id = $1 FOR NO KEY UPDATE").bind::<SqlUuid, _>(id).execute(conn)?;
    Ok(())
}

/// Notes the carrier's last word on a message, and how long it took where the provider `told` it by itself: when we ask,
/// the answer says nothing about when it happened.
pub fn note_arrival(conn: &mut PgConnection, id: MessageId, report: &Report, told: bool) -> Result<(), DbError> {
    statement(
        "UPDATE sms_messages SET arrival = CASE WHEN $2 THEN 'delivered' ELSE 'undelivered' END,
             error_code = coalesce($3, error_code),
             arrived_ms = CASE WHEN $2 AND $4 THEN
                 extract(epoch FROM clock_timestamp() - CASE WHEN notice THEN claimed_at ELSE created_at END) * 1000 END
         WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Bool, _>(report.status == DeliveryStatus::Delivered)
    .bind::<Nullable<Integer>, _>(report.error_code.and_then(|code| i32::try_from(code).ok()))
    .bind::<Bool, _>(told)
    .execute(conn)?;
    Ok(())
}

/// Waits for its turn among all texts to a number; held until the transaction ends.
pub fn lock_number(conn: &mut PgConnection, number: &str) -> Result<(), DbError> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('sms to ' || $1, 0))")
        .bind::<SqlText, _>(number)
        .execute(conn)?;
    Ok(())
}

/// Whether another code to the number is with the provider at this moment.
pub fn another_is_under_way(conn: &mut PgConnection, id: MessageId, number: &str) -> Result<bool, DbError> {
    let others = sms::table
        .filter(sms::phone_number.eq(number))
        .filter(sms::id.ne(id).and(sms::notice.eq(false)))
        .filter(sms::state.eq("sending"))
        .filter(sms::claimed_at.gt((db::now() - 1.minute()).nullable()));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(conn)?)
}

/// The sends to a number within a code's life that are not under way any more, whatever became of them.
pub fn list_settled_sends(conn: &mut PgConnection, to: &PhoneNumber) -> Result<Vec<(ChallengeId, i16)>, DbError> {
    let over = sms::settled_at.is_not_null().and(sms::created_at.gt(db::now() - 15.minutes()));
    Ok(sms::table
        .filter(sms::phone_number.eq(to.e164()).and(over))
        .filter(sms::verification_id.is_not_null())
        .select((sms::verification_id.assume_not_null(), sms::send_number))
        .get_results(conn)?)
}

/// Puts a message back that was taken too early, as if it had not been.
pub fn put_back(conn: &mut PgConnection, id: MessageId) -> Result<(), DbError> {
    sql_query(
        "UPDATE sms_messages SET state = 'queued', attempts = attempts - 1,
             next_attempt_at = now() + interval '200 milliseconds'
         WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .execute(conn)?;
    Ok(())
}

/// Settles a message whose code was replaced, used or has expired before it left.
pub fn settle_superseded(conn: &mut PgConnection, id: MessageId) -> Result<(), DbError> {
    diesel::update(sms::table.filter(sms::id.eq(id)))
        .set((sms::state.eq("superseded"), sms::settled_at.eq(db::now().nullable())))
        .execute(conn)?;
    Ok(())
}

/// Settles a message that was withheld.
pub fn settle_withheld(conn: &mut PgConnection, id: MessageId) -> Result<(), DbError> {
    diesel::update(sms::table.filter(sms::id.eq(id)))
        .set((sms::state.eq("withheld"), sms::settled_at.eq(db::now().nullable())))
        .execute(conn)?;
    Ok(())
}

/// Settles a message that the provider has taken.
pub fn settle_sent(conn: &mut PgConnection, id: MessageId, sid: Option<&str>) -> Result<(), DbError> {
    diesel::update(sms::table.filter(sms::id.eq(id)))
        .set((sms::state.eq("sent"), sms::provider_sid.eq(sid), sms::settled_at.eq(db::now().nullable())))
        .execute(conn)?;
    Ok(())
}

/// Settles a message that may or may not have been sent. It is not sent again by itself. Was the provider heard speaking
/// of it, then it was sent.
pub fn settle_unknown(conn: &mut PgConnection, id: MessageId) -> Result<(), DbError> {
    statement(
        "UPDATE sms_messages SET settled_at = now(),
             state = CASE WHEN provider_sid IS NULL THEN 'unknown' ELSE 'sent' END
         WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .execute(conn)?;
    Ok(())
}

/// Notes the provider's name for a message that it has, and that it was sent if nobody knew. Held until the transaction
/// ends. Answers whether there is such a message: a message keeps the first name it gets.
pub fn name(conn: &mut PgConnection, id: MessageId, sid: &str) -> Result<bool, DbError> {
    let named = statement(
        "UPDATE sms_messages SET provider_sid = $2, state = CASE state WHEN 'unknown' THEN 'sent' ELSE state END
         WHERE id = $1 AND provider = 'messaging' AND state IN ('sending', 'sent', 'unknown')
           AND coalesce(provider_sid, $2) = $2",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlText, _>(sid.to_owned())
    .execute(conn)?;
    Ok(named == 1)
}

/// Settles a message that surely was not sent, and gives it back to the limits unless it was the asker's to know. What
/// was not charged in the first place, a notice, is not charged now. A text that sets a password is not given back either:
/// a decoy in its place never fails, and whoever can ask more often than for a decoy has learned that there is an account.
pub fn settle_refused(
    conn: &mut PgConnection,
    id: MessageId,
    error_code: Option<u32>,
    fault: Fault,
) -> Result<(), DbError> {
    let may_be_a_decoy = sms::kind.eq(Kind::Code(TextKind::PasswordReset).as_str());
    let keeps_its_charge = may_be_a_decoy.or(fault.is_persons().into_sql::<Bool>());
    diesel::update(sms::table.filter(sms::id.eq(id)))
        .set((
            sms::state.eq("failed"),
            sms::error_code.eq(error_code.and_then(|code| i32::try_from(code).ok())),
            sms::fault.eq(fault.as_str()),
            sms::charged.eq(sms::charged.and(keeps_its_charge)),
            sms::settled_at.eq(db::now().nullable()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Puts a message back that surely was not sent, to be tried again after `wait`.
pub fn retry_later(conn: &mut PgConnection, id: MessageId, wait: Duration) -> Result<(), DbError> {
    let milliseconds = i32::try_from(wait.as_millis()).unwrap_or(i32::MAX);
    sql_query(
        "UPDATE sms_messages SET state = 'queued', next_attempt_at = now() + make_interval(secs => $2 / 1000.0)
         WHERE id = $1 AND state = 'sending'",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(milliseconds)
    .execute(conn)?;
    Ok(())
}

/// Settles as unknown what a crash has left in the middle of a call. No call lasts as long as a minute.
pub fn settle_abandoned(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(statement(
        "UPDATE sms_messages SET settled_at = now(),
             state = CASE WHEN provider_sid IS NULL THEN 'unknown' ELSE 'sent' END
         WHERE state = 'sending' AND claimed_at < now() - interval '1 minute'",
    )
    .execute(conn)?)
}

/// Removes old messages, for housekeeping (DAT-03).
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = batch_of!("sms_messages", "created_at < now() - make_interval(days => $2)");
    Ok(old.bind::<Integer, _>(KEPT_DAYS).execute(conn)?)
}

/// Messages that are too old to name a number, held until the transaction ends.
pub fn lock_outlived(conn: &mut PgConnection) -> Result<Vec<Named>, DbError> {
    Ok(statement(
        "SELECT id, phone_number FROM sms_messages
         WHERE phone_number IS NOT NULL AND created_at < now() - make_interval(days => $1)
         LIMIT $2 FOR UPDATE SKIP LOCKED",
    )
    .bind::<Integer, _>(NAMED_DAYS)
    .bind::<BigInt, _>(BATCH)
    .get_results(conn)?)
}

/// Messages to the owner of an account that is gone, once no limit counts them any more; held until the transaction ends.
pub fn lock_orphaned(conn: &mut PgConnection) -> Result<Vec<Named>, DbError> {
    Ok(statement(
        "SELECT id, phone_number FROM sms_messages
         WHERE phone_number IS NOT NULL AND user_id IS NULL AND NOT stranger
             AND created_at < now() - make_interval(hours => $1)
         LIMIT $2 FOR UPDATE SKIP LOCKED",
    )
    .bind::<Integer, _>(LONGEST_WINDOW_HOURS)
    .bind::<BigInt, _>(BATCH)
    .get_results(conn)?)
}

/// Messages of an account, and those to its number, that no limit counts any more, held until the transaction ends.
pub fn lock_of_account(
    conn: &mut PgConnection,
    user: UserId,
    own: Option<&PhoneNumber>,
) -> Result<Vec<Named>, DbError> {
    Ok(statement(
        "SELECT id, phone_number FROM sms_messages
         WHERE (user_id = $1 OR phone_number = $2) AND phone_number IS NOT NULL
             AND created_at < now() - make_interval(hours => $3)
         FOR UPDATE",
    )
    .bind::<SqlUuid, _>(user)
    .bind::<Nullable<SqlText>, _>(own.map(|number| number.e164().to_owned()))
    .bind::<Integer, _>(LONGEST_WINDOW_HOURS)
    .get_results(conn)?)
}

/// Puts a keyed hash in the place of each number, and forgets where the texts were asked for.
pub fn forget_numbers(conn: &mut PgConnection, hashed: Vec<(MessageId, Vec<u8>)>) -> Result<usize, DbError> {
    let (ids, hashes): (Vec<MessageId>, Vec<Vec<u8>>) = hashed.into_iter().unzip();
    Ok(statement(
        "UPDATE sms_messages AS m
         SET phone_number = NULL, phone_hash = h.hash, address = NULL, address_block = NULL, browser_id = NULL
         FROM unnest($1, $2) AS h (id, hash) WHERE m.id = h.id AND m.phone_number IS NOT NULL",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Binary>, _>(hashes)
    .execute(conn)?)
}

/// Cuts the ties between an account and its messages.
pub fn disown(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    diesel::update(sms::table.filter(sms::user_id.eq(user)))
        .set((sms::user_id.eq(None::<UserId>), sms::action_code_id.eq(None::<ActionCodeId>)))
        .execute(conn)?;
    Ok(())
}

/// A message that names a number.
#[derive(QueryableByName)]
pub struct Named {
    /// The message.
    #[diesel(sql_type = SqlUuid)]
    pub id: MessageId,
    /// The number.
    #[diesel(sql_type = SqlText)]
    pub phone_number: String,
}

/// How a message stands.
pub fn find_outcome(conn: &mut PgConnection, id: MessageId) -> Result<Option<Outcome>, DbError> {
    let row: Option<(String, Option<String>)> =
        sms::table.filter(sms::id.eq(id)).select((sms::state, sms::fault)).first(conn).optional()?;
    Ok(row.map(outcome))
}

/// How the newest message of a challenge stands.
pub fn find_newest_outcome(conn: &mut PgConnection, challenge: ChallengeId) -> Result<Option<Outcome>, DbError> {
    let row: Option<(String, Option<String>)> = sms::table
        .filter(sms::verification_id.eq(challenge))
        .order(sms::send_number.desc())
        .select((sms::state, sms::fault))
        .first(conn)
        .optional()?;
    Ok(row.map(outcome))
}

fn outcome((state, fault): (String, Option<String>)) -> Outcome {
    match (state.as_str(), fault) {
        ("failed", fault) => Outcome::Refused(fault.and_then(|name| Fault::parse(&name)).unwrap_or(Fault::Ours)),
        ("queued" | "sending", _) => Outcome::Underway,
        ("unknown", _) => Outcome::Unknown,
        _ => Outcome::Sent,
    }
}

/// A text of which something was heard: to whom it went, and for a code how long ago it was asked for.
pub struct HeardOf {
    /// The number.
    pub to: Option<PhoneNumber>,
    /// Nothing for a notice, which may have waited on purpose.
    pub asked_for: Option<Duration>,
}

/// The text that a report is about, for counting.
pub fn find_heard_of(conn: &mut PgConnection, id: MessageId) -> Result<Option<HeardOf>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<SqlText>)]
        phone_number: Option<String>,
        #[diesel(sql_type = Nullable<Double>)]
        seconds: Option<f64>,
    }
    let row: Option<Row> = statement(
        "SELECT phone_number, CASE WHEN notice THEN NULL ELSE extract(epoch FROM now() - created_at)::float8 END AS seconds
         FROM sms_messages WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .get_result(conn)
    .optional()?;
    Ok(row.map(|Row { phone_number, seconds }| HeardOf {
        to: phone_number.map(PhoneNumber::from_stored),
        asked_for: seconds.map(|seconds| Duration::from_secs_f64(seconds.max(0.0))),
    }))
}

/// How many texts may leave and have not, and for how many seconds the oldest of them might have.
pub fn count_queued(conn: &mut PgConnection) -> Result<(i64, f64), DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        depth: i64,
        #[diesel(sql_type = Double)]
        oldest: f64,
    }
    let Row { depth, oldest } = statement(
        "SELECT count(*) AS depth, coalesce(extract(epoch FROM now() - min(next_attempt_at)), 0)::float8 AS oldest
         FROM sms_messages WHERE state = 'queued' AND next_attempt_at <= now()",
    )
    .get_result(conn)?;
    Ok((depth, oldest))
}

/// How calls through one provider have gone lately.
#[derive(Debug, Clone, QueryableByName)]
pub struct Streak {
    /// The provider.
    #[diesel(sql_type = SqlText)]
    pub provider: String,
    /// Calls in a row up to now to which it gave no answer, or none but that it does not know our account.
    #[diesel(sql_type = BigInt)]
    pub failures: i64,
    /// When it last answered otherwise.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub answered_at: Option<DateTime<Utc>>,
}

/// How the providers have answered in the last five minutes, as all instances have seen it. A text that was tried in
/// vain five times counts five times, and one that waits for its next try as often as it was tried.
pub fn list_streaks(conn: &mut PgConnection) -> Result<Vec<Streak>, DbError> {
    Ok(statement(
        "WITH called AS (
             SELECT provider, attempts, coalesce(settled_at, claimed_at) AS at,
                 state IN ('queued', 'unknown') OR state = 'failed' AND CASE WHEN error_code IS NULL
                     THEN fault IN ('try_later', 'ours') ELSE error_code = ANY ($1) END AS in_vain
             FROM sms_messages
             WHERE created_at > now() - interval '1 hour' AND provider IS NOT NULL
               AND state IN ('queued', 'sent', 'failed', 'unknown')
               AND coalesce(settled_at, claimed_at) > now() - interval '5 minutes'
         ), answered AS (
             SELECT *, max(at) FILTER (WHERE NOT in_vain) OVER (PARTITION BY provider) AS answered_at FROM called
         )
         SELECT provider, max(answered_at) AS answered_at,
             coalesce(sum(attempts) FILTER (WHERE in_vain AND at > coalesce(answered_at, '-infinity')), 0) AS failures
         FROM answered GROUP BY provider",
    )
    .bind::<Array<Integer>, _>(ACCOUNT_REFUSED.to_vec())
    .get_results(conn)?)
}

/// Error codes by which Twilio refuses our account and not a text. Source: Twilio's error and warning dictionary.
const ACCOUNT_REFUSED: [i32; 4] = [10001, 20003, 20403, 70051];
