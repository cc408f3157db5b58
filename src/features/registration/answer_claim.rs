//! The proven number belongs to another account: sign in to that one, or move the number here.

use diesel::PgConnection;

use super::{
    Pending,
    prove_phone::{self, NotProven, Proven},
    store,
};
use crate::{
    crypto::{keys::KeyRing, token::Token},
    db::{self, DbError},
    domain::ids::{RegistrationId, UserId},
    features::{
        activity::Origin,
        phone_verifications::VerifiedPhone,
        users::{self, Taken},
    },
};

/// Moves the number to the new account. The old one keeps everything else, and hears of it.
///
/// # Errors
/// [`NotProven::Gone`] when no number has been proven by this registration.
pub fn move_number(
    conn: &mut PgConnection,
    throttle_key: &KeyRing,
    registration: RegistrationId,
    origin: &Origin,
) -> Result<Proven, NotProven> {
    db::transaction(conn, |conn| {
        let pending = store::lock(conn, registration)?.ok_or(NotProven::Gone)?;
        if pending.phone_proven_at.is_none() {
            return Err(NotProven::Gone);
        }
        if !prove_phone::may_try_email(conn, throttle_key, &pending)? {
            return Ok(Proven::NotToday);
        }
        // In a savepoint: with an email in the way the number must stay where it was, and the charge must stay too.
        match db::transaction(conn, |conn| move_to_new_account(conn, pending, origin)) {
            Ok((user, token)) => Ok(Proven::Opened(user, token)),
            Err(NotMoved::Taken(taken)) => Ok(Proven::from(taken)),
            Err(NotMoved::Failed(error)) => Err(error),
        }
    })
}

fn move_to_new_account(
    conn: &mut PgConnection,
    pending: Pending,
    origin: &Origin,
) -> Result<(UserId, Token), NotMoved> {
    let phone = VerifiedPhone::proven_earlier(pending.details.phone.clone());
    if let Some(owner) = users::contest(conn, &phone)? {
        log::warn!("event=number_contested user={owner} registration={}", pending.id);
    }
    prove_phone::insert_account(conn, pending, phone, origin)?.map_err(NotMoved::Taken)
}

/// Why a number stays where it is.
enum NotMoved {
    Taken(Taken),
    Failed(NotProven),
}

impl From<DbError> for NotMoved {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NotProven> for NotMoved {
    fn from(error: NotProven) -> Self {
        Self::Failed(error)
    }
}

/// The other account is theirs: the registration ends, and nothing new is made.
///
/// # Errors
/// The database's.
pub fn keep_old_account(conn: &mut PgConnection, registration: RegistrationId) -> Result<(), DbError> {
    store::remove(conn, registration)
}
