//! SQL for `deliveries`.

use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{count::Learnt, look_up::LOOKS};
use crate::{
    db::{DbError, statement},
    domain::ids::MessageId,
    features::messages,
    sms::Report,
};

/// Moves a delivery forward, or begins it. Answers whether the report was news. Whoever calls holds the message.
pub fn advance(conn: &mut PgConnection, message: MessageId, report: &Report, learnt: Learnt) -> Result<bool, DbError> {
    let earlier: Vec<String> = report.status.may_follow().map(|status| status.as_str().to_owned()).collect();
    let moved = statement(
        "INSERT INTO deliveries (message_id, provider_sid, status, error_code, next_look_at, statuses, heard_ats)
         VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5), ARRAY[$3], ARRAY[now()])
         ON CONFLICT (message_id) DO UPDATE
             SET status = excluded.status, error_code = excluded.error_code, heard_at = now(),
                 statuses = deliveries.statuses || excluded.status, heard_ats = deliveries.heard_ats || now()
             WHERE deliveries.provider_sid = excluded.provider_sid AND deliveries.status = ANY ($6)",
    )
    .bind::<t::Uuid, _>(message)
    .bind::<t::Text, _>(report.sid.clone())
    .bind::<t::Text, _>(report.status.as_str())
    .bind::<t::Nullable<t::Integer>, _>(report.error_code.and_then(|code| i32::try_from(code).ok()))
    .bind::<t::Double, _>(LOOKS[0].as_secs_f64())
    .bind::<t::Array<t::Text>, _>(earlier)
    .execute(conn)?;
    if moved == 1 && report.status.is_final() {
        messages::store::note_arrival(conn, message, report, learnt == Learnt::Told)?;
    }
    Ok(moved == 1)
}

/// A delivery of which something is not known yet.
#[derive(QueryableByName)]
pub struct Due {
    /// The message.
    #[diesel(sql_type = t::Uuid)]
    pub message_id: MessageId,
    /// Twilio's name for it.
    #[diesel(sql_type = t::Text)]
    pub provider_sid: String,
}

/// Takes the delivery that has been due longest, past those that others hold, and notes when it is due again.
pub fn claim_due(conn: &mut PgConnection) -> Result<Option<Due>, DbError> {
    let [_, second, third, fourth] = LOOKS.map(|wait| wait.as_secs_f64());
    Ok(statement(
        "UPDATE deliveries SET looks = looks + 1, next_look_at = now() + make_interval(secs => CASE looks
             WHEN 0 THEN $1 WHEN 1 THEN $2 WHEN 2 THEN $3 END)
         WHERE message_id = (SELECT message_id FROM deliveries WHERE next_look_at <= now()
                             ORDER BY next_look_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING message_id, provider_sid",
    )
    .bind::<t::Double, _>(second)
    .bind::<t::Double, _>(third)
    .bind::<t::Double, _>(fourth)
    .get_result(conn)
    .optional()?)
}

/// Adds what a look has told, and answers whether its status was news. With a last word and a price nothing is left to
/// ask for.
pub fn learn(conn: &mut PgConnection, message: MessageId, report: &Report) -> Result<bool, DbError> {
    let price = report.price.as_ref();
    let is_news = advance(conn, message, report, Learnt::ByAsking)?;
    statement(
        "UPDATE deliveries SET segments = coalesce($3, segments), price_micros = coalesce($4, price_micros),
             price_unit = coalesce($5, price_unit),
             next_look_at = CASE WHEN $6 AND $4 IS NOT NULL THEN NULL ELSE next_look_at END
         WHERE message_id = $1 AND provider_sid = $2",
    )
    .bind::<t::Uuid, _>(message)
    .bind::<t::Text, _>(report.sid.clone())
    .bind::<t::Nullable<t::SmallInt>, _>(report.segments.and_then(|number| i16::try_from(number).ok()))
    .bind::<t::Nullable<t::BigInt>, _>(price.and_then(|price| i64::try_from(price.micros).ok()))
    .bind::<t::Nullable<t::Text>, _>(price.map(|price| price.unit.clone()))
    .bind::<t::Bool, _>(report.status.is_final())
    .execute(conn)?;
    Ok(is_news)
}
