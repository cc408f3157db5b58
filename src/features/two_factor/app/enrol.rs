//! Setting up an authenticator app: the secret is shown to one session, and counts once a code of it has come back.

use diesel::PgConnection;

use super::{
    check::CheckFailed,
    code::{TotpStep, matching_step},
    secret::TotpSecret,
    store,
};
use crate::{
    crypto::{keys::KeyRing, token::Token},
    db::{self, DbError},
    domain::{
        ids::{SessionId, TotpSecretId, UserId},
        one_time_code::OneTimeCode,
    },
    features::{
        activity::{Event, Origin},
        two_factor::{
            Method,
            attempts::{self, Charged, Count, Kind},
            backup_codes::NewSet,
            change::{self, Change, NotChanged},
        },
        users::Account,
    },
};

/// Begins an enrolment; one that this session had begun before is forgotten. Nothing is switched on yet.
///
/// # Errors
/// [`CheckFailed`].
pub fn begin(conn: &mut PgConnection, keys: &KeyRing, user: UserId, session: SessionId) -> Result<(), CheckFailed> {
    let sealed = TotpSecret::generate()?.seal(keys, user)?;
    db::transaction(conn, |conn| Ok(store::insert_pending(conn, user, session, &sealed)?))
}

/// The secret that this session is enrolling, while it may.
///
/// # Errors
/// [`CheckFailed`].
pub fn find_pending(
    conn: &mut PgConnection,
    keys: &KeyRing,
    user: UserId,
    session: SessionId,
) -> Result<Option<(TotpSecretId, TotpSecret)>, CheckFailed> {
    let Some((id, sealed)) = store::find_pending(conn, user, session)? else { return Ok(None) };
    Ok(Some((id, TotpSecret::open(&sealed, keys, user)?.secret)))
}

/// A first code that was right.
pub struct Enrolled {
    secret: TotpSecretId,
    step: TotpStep,
}

/// Why an enrolment was not finished.
#[derive(Debug, thiserror::Error)]
pub enum NotEnrolled {
    /// Nothing is being enrolled, or no longer.
    #[error("the enrolment is over")]
    Over,
    /// Wrong, and paid for on the account's count like any second factor.
    #[error("wrong code")]
    Wrong(Charged),
    /// The count lets nothing through.
    #[error(transparent)]
    NotCharged(#[from] attempts::NotCharged),
    /// A fault of ours.
    #[error(transparent)]
    Check(#[from] CheckFailed),
}

impl From<DbError> for NotEnrolled {
    fn from(error: DbError) -> Self {
        Self::NotCharged(error.into())
    }
}

/// Pays for the first code and compares it with the pending secret.
///
/// # Errors
/// [`NotEnrolled`].
pub fn compare(
    conn: &mut PgConnection,
    keys: &KeyRing,
    in_a_row: u16,
    account: &Account,
    session: SessionId,
    code: &OneTimeCode,
    origin: &Origin,
) -> Result<Enrolled, NotEnrolled> {
    let Some((id, secret)) = find_pending(conn, keys, account.id, session)? else { return Err(NotEnrolled::Over) };
    let charged = attempts::charge(conn, in_a_row, account.epoch(), Kind::Code, Count::SignIn)?;
    match matching_step(&secret, code, charged.now) {
        Some(step) => Ok(Enrolled { secret: id, step }),
        None => {
            db::transaction(conn, |conn| {
                attempts::note_wrong(conn, account.id, &charged, origin, account.owner().as_ref())
            })?;
            Err(NotEnrolled::Wrong(charged))
        }
    }
}

/// Makes the app the account's second factor. The code that proved it is spent (TOT-05).
///
/// # Errors
/// [`NotChanged`].
pub fn confirm(
    conn: &mut PgConnection,
    account: &Account,
    session: SessionId,
    enrolled: &Enrolled,
    set: Option<&NewSet>,
    origin: &Origin,
) -> Result<Token, NotChanged> {
    let change = Change { method: Some(Method::App), event: Event::TwoFactorByApp, set, origin };
    change::apply(conn, account, session, &change, |conn| {
        if store::confirm(conn, enrolled.secret, account.id, enrolled.step)? {
            Ok(())
        } else {
            Err(NotChanged::Overtaken)
        }
    })
}
