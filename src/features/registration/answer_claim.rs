//! The proven number belongs to another account: sign in to that one, or move the number here.

use diesel::PgConnection;

use super::{
    prove_phone::{self, NotProven, Proven, Visit},
    store,
};
use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::ids::RegistrationId,
    features::{
        activity::{self, Event},
        phone_verifications::VerifiedPhone,
        users,
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
    from: &Visit,
) -> Result<Proven, NotProven> {
    db::transaction(conn, |conn| {
        let pending = store::lock(conn, registration)?.ok_or(NotProven::Gone)?;
        if pending.phone_proven_at.is_none() {
            return Err(NotProven::Gone);
        }
        let number = pending.details.phone.clone();
        // An email in the way must be found before the number moves, or the number would have been lost for nothing.
        // It is told first: asked about the number again and again, nobody would learn why it does not move.
        if let Some(email) = &pending.details.email
            && users::store::has_email(conn, email)?
        {
            return Ok(prove_phone::tell_email_taken(conn, throttle_key, &number)?);
        }
        if let Some(owner) = users::store::contest_number(conn, &number)? {
            activity::record(conn, owner, Event::NumberContested, None)?;
            log::warn!("event=number_contested user={owner} registration={registration}");
        }
        let phone = VerifiedPhone::proven_earlier(number);
        match prove_phone::open_account(conn, throttle_key, pending, phone, from)? {
            opened @ Proven::Opened(_) => Ok(opened),
            // Somebody took the email in this very moment: roll back, so that the number stays where it was.
            _ => Err(NotProven::Gone),
        }
    })
}

/// The other account is theirs: the registration ends, and nothing new is made.
///
/// # Errors
/// The database's.
pub fn keep_old_account(conn: &mut PgConnection, registration: RegistrationId) -> Result<(), DbError> {
    store::remove(conn, registration)
}
