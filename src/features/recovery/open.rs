//! Entering the code. It is not used up yet: what it gives is ten minutes to choose a password.

use diesel::PgConnection;

use super::store;
use crate::{
    crypto::keys::KeyRing,
    db::DbError,
    domain::{action_code::ActionCode, client_address::ClientAddress, ids::RecoveryId},
    features::action_codes::{self, NotCharged},
};

/// Why a code opened nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// Unknown, for another act, too early, too late, used, or ended: one answer for all.
    #[error("no recovery that the code opens")]
    NoneOpens,
    /// Not looked for.
    #[error(transparent)]
    NotCharged(#[from] NotCharged),
}

impl From<DbError> for NotOpened {
    fn from(error: DbError) -> Self {
        Self::NotCharged(error.into())
    }
}

/// Pays for the try, and opens the recovery of a code that works now.
///
/// # Errors
/// [`NotOpened`].
pub fn open(
    conn: &mut PgConnection,
    throttle_key: &KeyRing,
    action_code_key: &KeyRing,
    from: ClientAddress,
    code: &ActionCode,
) -> Result<RecoveryId, NotOpened> {
    action_codes::charge_try(conn, throttle_key, from)?;
    store::mark_opened(conn, action_codes::hashes(action_code_key, code))?.ok_or(NotOpened::NoneOpens)
}
