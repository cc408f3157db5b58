//! The right code: the account comes into being.

use diesel::PgConnection;

use super::{Pending, store};
use crate::{
    crypto::{keys::KeyRing, mac, token::Token},
    db::{self, DbError},
    domain::{
        client_address::ClientAddress,
        ids::{RegistrationId, UserId},
    },
    features::{
        activity::{Event, Origin},
        phone_verifications::{self, CodeRefused, Compared, VerifiedPhone},
        sessions::{self, Proof, StartFailed},
        throttles::{self, Rule},
        users::{self, NewUser, Taken},
    },
};

/// What a right code leads to.
#[derive(Debug)]
pub enum Proven {
    /// The account is open and this browser is signed in to it.
    Opened(UserId, Token),
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
    from: ClientAddress,
    origin: &Origin,
) -> Result<Proven, NotProven> {
    db::transaction(conn, |conn| {
        // The registration before its challenge, as everywhere: two that lock them in different order deadlock.
        let pending = store::lock(conn, registration)?.ok_or(NotProven::Gone)?;
        let phone = phone_verifications::consume(conn, compared, &from.keys().address)?;
        if pending.details.phone != *phone.number() {
            return Err(NotProven::Gone);
        }
        open_account(conn, throttle_key, pending, phone, origin)
    })
}

/// Opens the account of a registration whose number is proven, or notes what is in the way.
fn open_account(
    conn: &mut PgConnection,
    throttle_key: &KeyRing,
    pending: Pending,
    phone: VerifiedPhone,
    origin: &Origin,
) -> Result<Proven, NotProven> {
    let id = pending.id;
    if users::store::owns_number(conn, phone.number())? {
        store::mark_proven(conn, id)?;
        return Ok(Proven::NumberTaken);
    }
    if !may_try_email(conn, throttle_key, &pending)? {
        store::mark_proven(conn, id)?;
        // Others with the same number were counted while this one waited for its turn; one of them may have it now.
        let taken = users::store::owns_number(conn, phone.number())?;
        return Ok(if taken { Proven::NumberTaken } else { Proven::NotToday });
    }
    match insert_account(conn, pending, phone, origin)? {
        Ok((user, token)) => Ok(Proven::Opened(user, token)),
        Err(taken) => {
            store::mark_proven(conn, id)?;
            Ok(Proven::from(taken))
        }
    }
}

/// Whether this number may still learn today whether an email address has an account. Counted before the address is
/// looked up, whatever comes of it: else the account that opens would be the answer.
pub(super) fn may_try_email(
    conn: &mut PgConnection,
    throttle_key: &KeyRing,
    pending: &Pending,
) -> Result<bool, DbError> {
    if pending.details.email.is_none() {
        return Ok(true);
    }
    let key = mac::lookup_key(throttle_key, &[pending.details.phone.e164().as_bytes()]);
    throttles::charge(conn, Rule::EmailDisclosed, &key)
}

/// User, profile, session, and the end of the registration; or what is taken.
pub(super) fn insert_account(
    conn: &mut PgConnection,
    pending: Pending,
    phone: VerifiedPhone,
    origin: &Origin,
) -> Result<Result<(UserId, Token), Taken>, NotProven> {
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
    let user = match users::store::insert(conn, &new)? {
        Ok(user) => user,
        Err(taken) => return Ok(Err(taken)),
    };
    store::remove(conn, id)?;
    let proof = Proof { event: Event::Registered, complete: true, origin, replaces: None };
    let token = sessions::start(conn, user, proof)?;
    log::info!("event=account_opened user={} registration={id} role={}", user.id, new.role.as_str());
    Ok(Ok((user.id, token)))
}

impl From<Taken> for Proven {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Number => Self::NumberTaken,
            Taken::Email => Self::EmailTaken,
        }
    }
}
