//! Asking for a text to the new number, and for another.

use diesel::PgConnection;

use super::{Pending, store};
use crate::{
    db::{self, DbError},
    domain::{
        country::Country,
        ids::{ChallengeId, MessageId, SessionId},
        phone_number::PhoneNumber,
    },
    features::{
        messages::reserve::{self, Asker, Limits, NotReserved, Text},
        phone_verifications::{self, Purpose, store::Renewed},
        sign_in::text_code::NotTexted,
        users::{self, UserEpoch},
    },
    sms::TextKind,
};

/// Somebody who wants another number.
#[derive(Debug, Clone)]
pub struct Wanting {
    /// The account.
    pub user: UserEpoch,
    /// The session that asks.
    pub session: SessionId,
    /// Language of the text.
    pub locale: String,
}

/// A text on its way to the new number.
#[derive(Debug, Clone, Copy)]
pub struct Sending {
    /// The challenge whose code it carries.
    pub challenge: ChallengeId,
    /// The text.
    pub message: MessageId,
}

/// Begins a change, in the place of one that this session has begun before, and reserves its first text.
///
/// # Errors
/// [`NotReserved::TooMany`] leaves everything as it was.
pub fn request_code(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    wanting: &Wanting,
    country: Country,
    phone: PhoneNumber,
) -> Result<Sending, NotReserved> {
    db::transaction(conn, |conn| {
        if let Some(before) = store::remove(conn, wanting.session)? {
            phone_verifications::store::close(conn, before)?;
        }
        let pending = Pending { country, phone, challenge: ChallengeId::generate() };
        let challenge = pending.challenge;
        phone_verifications::store::insert(
            conn,
            &limits.lifetimes,
            challenge,
            Purpose::PhoneChange,
            &pending.phone,
            None,
        )?;
        store::insert(conn, wanting.session, wanting.user, &pending)?;
        let text = text(conn, wanting, pending, 1)?;
        let message = reserve::reserve(conn, limits, asker, &text)?.message;
        Ok(Sending { challenge, message })
    })
}

/// Replaces the code by a new one once the wait is over.
///
/// # Errors
/// [`NotTexted`]; then the code before still works.
pub fn resend(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    wanting: &Wanting,
) -> Result<MessageId, NotTexted> {
    db::transaction(conn, |conn| {
        // As it stands now: another tab may have asked too, or entered the code.
        let pending = store::lock(conn, wanting.session, wanting.user)?.ok_or(NotTexted::Over)?;
        let Renewed { send, before } = phone_verifications::store::renew(conn, &limits.lifetimes, pending.challenge)?
            .map_err(NotTexted::NotRenewed)?;
        let text = text(conn, wanting, pending, send)?;
        Ok(reserve::reserve_next(conn, limits, asker, &text, &before)?.message)
    })
}

/// The text of a send. To a number of another account it says so.
fn text(conn: &mut PgConnection, wanting: &Wanting, pending: Pending, send: i16) -> Result<Text, DbError> {
    let taken = users::store::owns_number(conn, &pending.phone)?;
    Ok(Text {
        kind: if taken { TextKind::PhoneChangeOfTakenNumber } else { TextKind::PhoneChange },
        to: pending.phone,
        locale: wanting.locale.clone(),
        challenge: pending.challenge,
        send,
        decoy: false,
    })
}
