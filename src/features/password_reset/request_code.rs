//! Asking for a text, and for another.

use diesel::PgConnection;

use super::{Begun, Stage, store};
use crate::{
    db::{self, DbError},
    domain::{
        ids::{ChallengeId, PasswordResetId},
        phone_number::PhoneNumber,
    },
    features::{
        messages::reserve::{self, Asker, Limits, NotReserved, Reserved, Text},
        phone_verifications::{self, Purpose, store::Renewed},
        sign_in::text_code::NotTexted,
    },
    sms::TextKind,
};

/// Begins a reset and reserves its first text, which may be refused already. For a number without an account the text is a decoy.
///
/// # Errors
/// [`NotReserved::TooMany`] leaves nothing behind.
pub fn request_code(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    phone: PhoneNumber,
    locale: String,
) -> Result<(PasswordResetId, Reserved), NotReserved> {
    db::transaction(conn, |conn| {
        let (id, challenge) = (PasswordResetId::generate(), ChallengeId::generate());
        phone_verifications::store::insert(conn, &limits.lifetimes, challenge, Purpose::PasswordReset, &phone, None)?;
        store::insert(conn, id, challenge, &phone)?;
        let text = text(conn, phone, locale, challenge, 1)?;
        Ok((id, reserve::reserve(conn, limits, asker, &text)?))
    })
}

/// Replaces the code by a new one once the wait is over. If its text is refused, the code before still works.
///
/// # Errors
/// [`NotTexted`]; then the code before still works.
pub fn resend(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    id: PasswordResetId,
    locale: String,
) -> Result<Reserved, NotTexted> {
    db::transaction(conn, |conn| {
        // As it stands now: another tab may have asked too, or entered the code.
        let Some(Begun { phone, challenge, stage: Stage::Code, .. }) = store::lock(conn, id)? else {
            return Err(NotTexted::Over);
        };
        let Renewed { send, before } =
            phone_verifications::store::renew(conn, &limits.lifetimes, challenge)?.map_err(NotTexted::NotRenewed)?;
        let text = text(conn, phone, locale, challenge, send)?;
        Ok(reserve::reserve_next(conn, limits, asker, &text, &before)?)
    })
}

fn text(
    conn: &mut PgConnection,
    to: PhoneNumber,
    locale: String,
    challenge: ChallengeId,
    send: i16,
) -> Result<Text, DbError> {
    let decoy = !store::has_owner(conn, &to)?;
    Ok(Text { kind: TextKind::PasswordReset, to, locale, challenge, send, decoy })
}
