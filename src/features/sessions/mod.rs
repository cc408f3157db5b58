//! Signed-in browsers.
//!
//! - The cookie carries a token, the row decides; the row holds only the token's hash.
//! - [`start`] is the one function that makes a session, always with a new token. [`renew`] gives a session a new token
//!   when its holder confirms, and a new epoch when the account changes how it is opened.
//! - A session ends after 14 idle days and after 30 days in any case (an administrator's after 15 idle minutes and after 8
//!   hours), with the account's epoch, when it is signed out, and when it is the oldest of more than 20.
//!   Source: NIST SP 800-63B-4 section 5.2; SES-01.
//! - Sensitive changes ask for a proof within 5 minutes; the row knows when that was.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use crate::{
    crypto::token::{NoRandomness, Token},
    db::DbError,
    domain::ids::SessionId,
    features::{
        activity::{Event, Origin},
        users::UserEpoch,
    },
};

pub mod principals;
pub mod store;

/// Days without a visit after which a session is over.
pub const IDLE_DAYS: i32 = 14;
/// Days after which it is over in any case.
pub const OVERALL_DAYS: i32 = 30;
/// Minutes without a visit after which an administrator's session is over.
pub const ADMINISTRATOR_IDLE_MINUTES: i32 = 15;
/// Hours after which it is over in any case.
pub const ADMINISTRATOR_OVERALL_HOURS: i32 = 8;
/// Minutes for which a proof is fresh.
pub const FRESH_MINUTES: i32 = 5;
/// Sessions of one account at the same time; one more ends the oldest.
pub const MOST_SESSIONS: i64 = 20;

/// What the overview shows besides the account itself. Loaded with the session, in the same query.
#[derive(Debug, Clone)]
pub struct Glance {
    /// Browsers that are signed in.
    pub signed_in: i64,
    /// Browsers that are trusted.
    pub trusted: i64,
    /// What happened last, and when.
    pub last: Option<(Event, DateTime<Utc>)>,
    /// What opens the account one day if its owner says nothing.
    pub waiting: Option<Waiting>,
}

/// A way into the account that waits for an objection. Any proof of being the owner is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Somebody has proven the number and wants to set a password.
    Reset,
    /// Whoever runs the service was asked to recover the account.
    Recovery,
}

/// Why a session could not be started. A fault of ours, but for [`StartFailed::Changed`].
#[derive(Debug, thiserror::Error)]
pub enum StartFailed {
    /// The account has changed since its owner proved to be it: another epoch, or disabled.
    #[error("the account has changed")]
    Changed,
    /// The operating system gave no token.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// How somebody proved to be the owner.
pub struct Proof<'a> {
    /// What happened, for the owner to read.
    pub event: Event,
    /// Whether everything was proven that the account asks for. A trusted device stands in for the second factor and
    /// proves nothing (DEV-01).
    pub complete: bool,
    /// Who it was.
    pub origin: &'a Origin,
    /// The session token that the browser had before. That session ends.
    pub replaces: Option<&'a Token>,
}

/// Starts a session for somebody who has just proven to be the account's owner. Stands in the transaction of the proof.
///
/// # Errors
/// [`StartFailed`]; the transaction must not be committed then.
pub fn start(conn: &mut PgConnection, user: UserEpoch, proof: Proof<'_>) -> Result<Token, StartFailed> {
    let token = Token::generate()?;
    let new = store::NewSession {
        id: SessionId::generate(),
        user,
        token_hash: token.hash(),
        confirmed: proof.complete,
        origin: proof.origin,
        event: proof.event,
        replaces: proof.replaces.map(Token::hash),
    };
    if store::insert(conn, new)? { Ok(token) } else { Err(StartFailed::Changed) }
}

/// Gives the acting browser's session a new token after the account's epoch was raised: the one session that goes on.
///
/// # Errors
/// [`StartFailed`]; the transaction must not be committed then.
pub fn renew(conn: &mut PgConnection, session: SessionId, user: UserEpoch) -> Result<Token, StartFailed> {
    renewed(conn, session, user, false)
}

/// The same for a session whose holder has just proven to be the owner once more.
///
/// # Errors
/// [`StartFailed`]; the transaction must not be committed then.
pub fn confirm(conn: &mut PgConnection, session: SessionId, user: UserEpoch) -> Result<Token, StartFailed> {
    renewed(conn, session, user, true)
}

fn renewed(
    conn: &mut PgConnection,
    session: SessionId,
    user: UserEpoch,
    confirmed: bool,
) -> Result<Token, StartFailed> {
    let token = Token::generate()?;
    if store::renew(conn, session, user, &token, confirmed)? { Ok(token) } else { Err(StartFailed::Changed) }
}
