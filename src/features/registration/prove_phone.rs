//! The right code: the account comes into being.

use diesel::PgConnection;

use super::{Pending, store};
use crate::{
    crypto::{keys::KeyRing, mac, token::Token},
    db::{self, DbError},
    domain::{ids::RegistrationId, phone_number::PhoneNumber},
    features::{
        activity::{self, Event},
        phone_verifications::{self, CodeRefused, Compared, VerifiedPhone},
        sessions::{self, StartFailed},
        throttles::{self, Rule},
        users::{self, NewUser, Taken},
    },
};

/// What a right code leads to.
#[derive(Debug)]
pub enum Proven {
    /// The account is open and this browser is signed in to it.
    Opened(Token),
    /// The number belongs to an account: whose is it now?
    NumberTaken,
    /// The email address belongs to an account.
    EmailTaken,
    /// The same, but this number has been told so often enough today.
    NotToday,
}

/// Why a right code led nowhere.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// Somebody was faster, or the time ran out.
    #[error(transparent)]
    Code(#[from] CodeRefused),
    /// The registration is gone.
    #[error("the registration is gone")]
    Gone,
    /// No session could be started.
    #[error(transparent)]
    Start(#[from] StartFailed),
}

impl From<DbError> for NotProven {
    fn from(error: DbError) -> Self {
        Self::Code(error.into())
    }
}

/// Uses the code up and opens the account: challenge, user, profile and session in one transaction.
///
/// # Errors
/// [`NotProven`]; then there is no account and no session.
pub fn prove_phone(
    conn: &mut PgConnection,
    throttle_key: &KeyRing,
    registration: RegistrationId,
    compared: Compared,
    from: &Visit,
) -> Result<Proven, NotProven> {
    db::transaction(conn, |conn| {
        // The registration before its challenge, as everywhere: two that lock them in different order deadlock.
        let pending = store::lock(conn, registration)?.ok_or(NotProven::Gone)?;
        let phone = phone_verifications::consume(conn, compared, &from.address)?;
        if pending.details.phone != *phone.number() {
            return Err(NotProven::Gone);
        }
        open_account(conn, throttle_key, pending, phone, from)
    })
}

/// Where the code was entered, as far as it is kept.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The address as limits count it.
    pub address: String,
    /// The address as activity shows it.
    pub coarse: String,
}

/// Opens the account of a registration whose number is proven, or notes what is in the way.
pub(super) fn open_account(
    conn: &mut PgConnection,
    throttle_key: &KeyRing,
    pending: Pending,
    phone: VerifiedPhone,
    from: &Visit,
) -> Result<Proven, NotProven> {
    let number = phone.number().clone();
    let Pending { id, details, terms_accepted_at, .. } = pending;
    let new = NewUser {
        role: details.role,
        full_name: details.full_name,
        email: details.email,
        phone,
        password_hash: details.password_hash,
        locale: details.locale,
        terms_accepted_at,
    };
    match users::store::insert(conn, &new)? {
        Ok(user) => {
            store::remove(conn, id)?;
            activity::record(conn, user.id, Event::Registered, Some(&from.coarse))?;
            let token = sessions::start(conn, user)?;
            log::info!("event=account_opened user={} registration={id} role={}", user.id, new.role.as_str());
            Ok(Proven::Opened(token))
        }
        Err(Taken::Number) => {
            store::mark_proven(conn, id)?;
            Ok(Proven::NumberTaken)
        }
        Err(Taken::Email) => {
            store::mark_proven(conn, id)?;
            Ok(tell_email_taken(conn, throttle_key, &number)?)
        }
    }
}

/// Tells whoever proved `number` that the email address has an account, as often in a day as that is allowed.
pub(super) fn tell_email_taken(
    conn: &mut PgConnection,
    throttle_key: &KeyRing,
    number: &PhoneNumber,
) -> Result<Proven, DbError> {
    let key = mac::lookup_key(throttle_key, &[number.e164().as_bytes()]);
    let may_tell = throttles::charge(conn, Rule::EmailDisclosed, &key)?;
    Ok(if may_tell { Proven::EmailTaken } else { Proven::NotToday })
}
