//! Signed-in browsers.
//!
//! - The cookie carries a token, the row decides; the row holds only the token's hash.
//! - [`start`] is the one function that makes a session, always with a new token.
//! - A session ends after 14 idle days and after 30 days in any case, with the account's epoch, when it is signed out,
//!   and when it is the oldest of more than 20. Source: NIST SP 800-63B-4 section 5.2; SES-01.

use diesel::PgConnection;

use crate::{
    crypto::token::{NoRandomness, Token},
    db::DbError,
    domain::ids::SessionId,
    features::users::UserEpoch,
};

pub mod principals;
pub mod store;

/// Days without a visit after which a session is over.
pub const IDLE_DAYS: i32 = 14;
/// Days after which it is over in any case.
pub const OVERALL_DAYS: i32 = 30;
/// Sessions of one account at the same time; one more ends the oldest.
pub const MOST_SESSIONS: i64 = 20;

/// Why a session could not be started. A fault of ours either way.
#[derive(Debug, thiserror::Error)]
pub enum StartFailed {
    /// The operating system gave no token.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Starts a session for somebody who has just proven to be the account's owner. Stands in the transaction of the proof.
///
/// # Errors
/// [`StartFailed`]; the transaction must not be committed then.
pub fn start(conn: &mut PgConnection, user: UserEpoch) -> Result<Token, StartFailed> {
    let token = Token::generate()?;
    store::insert(conn, SessionId::generate(), user, &token.hash())?;
    store::end_oldest(conn, user.id, MOST_SESSIONS)?;
    Ok(token)
}
