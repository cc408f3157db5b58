//! Using a challenge up: the last of charge, compare, consume.

use diesel::PgConnection;

use super::{CodeRefused, Compared, VerifiedPhone, store};
use crate::metrics;

/// Turns a right code into a proven number, once. Stands in the transaction of what the proof is for, so that both
/// happen or neither.
///
/// # Errors
/// [`CodeRefused::Expired`] when somebody else was faster, a newer code was sent or the time ran out in between.
pub fn consume(conn: &mut PgConnection, compared: Compared, from: &str) -> Result<VerifiedPhone, CodeRefused> {
    let Compared { challenge, send, purpose } = compared;
    let number = store::consume(conn, challenge, send, from)?.ok_or(CodeRefused::Expired)?;
    metrics::code_entered(&number, purpose);
    Ok(VerifiedPhone(number))
}
