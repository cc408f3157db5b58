//! Comparing a code of the account's app.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::{
    code::{TotpStep, matching_step},
    secret::{OpenedSecret, TotpSecret},
    store,
};
use crate::{
    crypto::{keys::KeyRing, sealed::Unsealable, token::NoRandomness},
    db::DbError,
    domain::{ids::UserId, one_time_code::OneTimeCode},
};

/// Why a code could not be compared. A fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum CheckFailed {
    /// The stored secret was sealed for another account, is damaged, or its key is gone (TOT-04).
    #[error("the secret of an authenticator app cannot be opened")]
    Unsealable,
    /// There is no randomness to seal it again.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Unsealable> for CheckFailed {
    fn from(_: Unsealable) -> Self {
        Self::Unsealable
    }
}

/// The step of a code, if it is one of this moment's. Whether it was used before shows when it is spent
/// ([`store::consume`]). A secret that was sealed with the previous key is sealed again.
///
/// # Errors
/// [`CheckFailed`].
pub fn check(
    conn: &mut PgConnection,
    keys: &KeyRing,
    user: UserId,
    code: &OneTimeCode,
    now: DateTime<Utc>,
) -> Result<Option<TotpStep>, CheckFailed> {
    let Some(sealed) = store::find_confirmed(conn, user)? else { return Ok(None) };
    let OpenedSecret { secret, outdated } = TotpSecret::open(&sealed, keys, user)?;
    if outdated {
        store::replace_sealed(conn, &sealed, &secret.seal(keys, user)?)?;
    }
    Ok(matching_step(&secret, code, now))
}
