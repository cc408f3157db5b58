//! Beginning a registration: the row, its challenge and the text, or nothing.

use diesel::PgConnection;

use super::{Details, Sending, store};
use crate::{
    db,
    domain::ids::{ChallengeId, RegistrationId},
    features::{
        messages::reserve::{self, Asker, Limits, NotReserved, Text},
        phone_verifications::{self, Purpose},
        users,
    },
    sms::TextKind,
};

/// Begins a registration and reserves its first text.
///
/// # Errors
/// [`NotReserved::TooMany`] leaves nothing behind.
pub fn start(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    details: &Details,
) -> Result<Sending, NotReserved> {
    db::transaction(conn, |conn| {
        let registration = RegistrationId::generate();
        let challenge = ChallengeId::generate();
        phone_verifications::store::insert(
            conn,
            &limits.lifetimes,
            challenge,
            Purpose::Registration,
            &details.phone,
            None,
        )?;
        store::insert(conn, registration, challenge, details)?;
        let text = first_text(conn, details, challenge)?;
        let message = reserve::reserve(conn, limits, asker, &text)?.message;
        Ok(Sending { registration, message })
    })
}

/// The text of a new challenge. To a taken number it tells the owner so.
pub(super) fn first_text(
    conn: &mut PgConnection,
    details: &Details,
    challenge: ChallengeId,
) -> Result<Text, db::DbError> {
    Ok(Text {
        kind: kind_for(conn, details)?,
        to: details.phone.clone(),
        locale: details.locale.clone(),
        challenge,
        send: 1,
        decoy: false,
    })
}

pub(super) fn kind_for(conn: &mut PgConnection, details: &Details) -> Result<TextKind, db::DbError> {
    let taken = users::store::owns_number(conn, &details.phone)?;
    Ok(if taken { TextKind::VerificationOfTakenNumber } else { TextKind::Verification })
}
