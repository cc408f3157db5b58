//! One text's whole story, from the decision that allowed it to the last that was heard of it.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{
    Kind,
    search::{End, Found},
};
use crate::{
    db::{DbError, statement},
    domain::{
        brake_reference::BrakeReference,
        ids::{MessageId, UserId},
    },
    features::{countries::Class, message_hours::Why},
    sms::{DeliveryStatus, Fault, ProviderChoice, Refusal},
};

/// What there is to tell.
#[derive(Debug, Clone)]
pub struct Story {
    /// What a list shows of it.
    pub text: Found,
    /// Which text it is.
    pub kind: Option<Kind>,
    /// The account it was asked for, if it was for one that there still is.
    pub account: Option<UserId>,
    /// Whether who asked was not signed in to the account that has the number.
    pub by_stranger: bool,
    /// Whether it counts for the limits.
    pub charged: bool,
    /// Which send of its challenge it was.
    pub send: i16,
    /// Whether the challenge's code was entered, and when; nothing once the challenge is gone, and for a notice.
    pub entered_at: Option<DateTime<Utc>>,
    /// Whether the challenge is still there.
    pub challenge_is_kept: bool,
    /// A decision that was only written down when the text was asked for: it would have held it.
    pub would_hold: Option<BrakeReference>,
    /// Why it was held, in the rule's words.
    pub held_because: Option<String>,
    /// How often it was tried.
    pub attempts: i16,
    /// Attempts that were followed by another, the first first.
    pub in_vain: Vec<Attempt>,
    /// When it was last taken from the queue.
    pub claimed_at: Option<DateTime<Utc>>,
    /// When it may be tried next, while it waits.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When its end was known.
    pub settled_at: Option<DateTime<Utc>>,
    /// Who was to be named as the sender; none for the deployment's own.
    pub sender: Option<String>,
    /// The provider's name for it.
    pub provider_sid: Option<String>,
    /// What the provider has told, each word when it was heard.
    pub reports: Vec<(DeliveryStatus, DateTime<Utc>)>,
    /// In how many segments it was billed.
    pub segments: Option<i16>,
    /// The bill, in millionths of its currency's unit.
    pub price: Option<(i64, String)>,
}

/// An attempt that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which.
    pub number: i16,
    /// Who was to carry it.
    pub provider: Option<ProviderChoice>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// Why; [`Why::NotTold`] when nobody was reached.
    pub why: Why,
}

/// Notes an attempt that is followed by another: the provider's no, or that it was not reached.
pub fn note_attempt(
    conn: &mut PgConnection,
    id: MessageId,
    attempt: i16,
    provider: ProviderChoice,
    refusal: Option<Refusal>,
) -> Result<(), DbError> {
    statement(
        "INSERT INTO message_attempts (message_id, attempt, provider, error_code, fault) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::SmallInt, _>(attempt)
    .bind::<t::Text, _>(provider.as_str())
    .bind::<t::Nullable<t::Integer>, _>(refusal.and_then(|refusal| i32::try_from(refusal.code?).ok()))
    .bind::<t::Nullable<t::Text>, _>(refusal.map(|refusal| refusal.fault.as_str()))
    .execute(conn)?;
    Ok(())
}

/// Finds a text's story.
pub fn find(conn: &mut PgConnection, id: MessageId) -> Result<Option<Story>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        kind: String,
        #[diesel(sql_type = t::Nullable<t::Uuid>)]
        user_id: Option<UserId>,
        #[diesel(sql_type = t::Bool)]
        stranger: bool,
        #[diesel(sql_type = t::Bool)]
        charged: bool,
        #[diesel(sql_type = t::SmallInt)]
        send_number: i16,
        #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
        used_at: Option<DateTime<Utc>>,
        #[diesel(sql_type = t::Bool)]
        challenge_is_kept: bool,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        would_hold: Option<String>,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        held_because: Option<String>,
        #[diesel(sql_type = t::SmallInt)]
        attempts: i16,
        #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
        claimed_at: Option<DateTime<Utc>>,
        #[diesel(sql_type = t::Timestamptz)]
        next_attempt_at: DateTime<Utc>,
        #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
        settled_at: Option<DateTime<Utc>>,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        sender: Option<String>,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        provider_sid: Option<String>,
        #[diesel(sql_type = t::Array<t::Text>)]
        statuses: Vec<String>,
        #[diesel(sql_type = t::Array<t::Timestamptz>)]
        heard_ats: Vec<DateTime<Utc>>,
        #[diesel(sql_type = t::Nullable<t::SmallInt>)]
        segments: Option<i16>,
        #[diesel(sql_type = t::Nullable<t::BigInt>)]
        price_micros: Option<i64>,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        price_unit: Option<String>,
    }
    let Some(text) = super::search::find(conn, id)? else { return Ok(None) };
    let row: Option<Row> = statement(
        "SELECT m.kind, m.user_id, m.stranger, m.charged, m.send_number, pv.used_at, pv.id IS NOT NULL AS challenge_is_kept,
             w.reference AS would_hold, b.why AS held_because, m.attempts, m.claimed_at, m.next_attempt_at, m.settled_at,
             m.sender, m.provider_sid, coalesce(d.statuses, '{}') AS statuses, coalesce(d.heard_ats, '{}') AS heard_ats,
             d.segments, d.price_micros, d.price_unit
         FROM sms_messages AS m
         LEFT JOIN phone_verifications AS pv ON pv.id = m.verification_id
         LEFT JOIN brakes AS b ON b.id = m.brake_id
         LEFT JOIN deliveries AS d ON d.message_id = m.id
         LEFT JOIN LATERAL (
             SELECT reference FROM brakes AS w
             WHERE w.alert_only AND w.country = m.country AND w.number_range IN ('', left(m.phone_number, -4))
                 AND w.began_at <= m.created_at AND coalesce(w.ended_at, 'infinity') > m.created_at
             ORDER BY w.began_at DESC LIMIT 1) AS w ON m.brake_id IS NULL
         WHERE m.id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .get_result(conn)
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let kind = Kind::parse(&row.kind);
    let is_watched = kind.is_some_and(|kind| kind.class() == Class::Unproven);
    let reports = row.statuses.iter().zip(row.heard_ats);
    Ok(Some(Story {
        kind,
        account: row.user_id,
        by_stranger: row.stranger,
        charged: row.charged,
        send: row.send_number,
        entered_at: row.used_at,
        challenge_is_kept: row.challenge_is_kept,
        would_hold: row.would_hold.filter(|_| is_watched).as_deref().and_then(BrakeReference::parse),
        held_because: row.held_because,
        attempts: row.attempts,
        in_vain: if row.attempts > 0 { list_in_vain(conn, id)? } else { Vec::new() },
        claimed_at: row.claimed_at,
        next_attempt_at: Some(row.next_attempt_at).filter(|_| text.end == End::Underway),
        settled_at: row.settled_at,
        sender: row.sender,
        provider_sid: row.provider_sid,
        reports: reports.filter_map(|(status, at)| Some((DeliveryStatus::parse(status)?, at))).collect(),
        segments: row.segments,
        price: row.price_micros.zip(row.price_unit),
        text,
    }))
}

fn list_in_vain(conn: &mut PgConnection, id: MessageId) -> Result<Vec<Attempt>, DbError> {
    use crate::schema::message_attempts as a;
    type Row = (i16, String, DateTime<Utc>, Option<i32>, Option<String>);
    let rows: Vec<Row> = a::table
        .filter(a::message_id.eq(id))
        .order(a::attempt)
        .select((a::attempt, a::provider, a::ended_at, a::error_code, a::fault))
        .get_results(conn)?;
    let attempt = |(number, provider, ended_at, code, fault): Row| Attempt {
        number,
        provider: ProviderChoice::parse(&provider),
        ended_at,
        why: Why::of(code, fault.as_deref().and_then(Fault::parse)),
    };
    Ok(rows.into_iter().map(attempt).collect())
}
