//! Sending a new code to the same number.

use diesel::PgConnection;

use super::{NotSent, Pending, Sending, start, store};
use crate::{
    db,
    features::{
        messages::reserve::{self, Asker, Limits, Text},
        phone_verifications::{self, NotRenewed, store::Renewed},
    },
};

/// Replaces the code by a new one once the wait is over.
///
/// # Errors
/// [`NotSent`]; then the code before still works.
pub fn resend(conn: &mut PgConnection, limits: &Limits, asker: &Asker, pending: &Pending) -> Result<Sending, NotSent> {
    db::transaction(conn, |conn| {
        // As it stands now: another tab may have corrected the number, or entered the code.
        let pending = store::lock(conn, pending.id)?.ok_or(NotSent::NotRenewed(NotRenewed::Closed))?;
        let Renewed { send, before } = phone_verifications::store::renew(conn, &limits.lifetimes, pending.challenge)?
            .map_err(NotSent::NotRenewed)?;
        let text = Text {
            kind: start::kind_for(conn, &pending.details)?,
            to: pending.details.phone,
            locale: pending.details.locale,
            challenge: pending.challenge,
            send,
            decoy: false,
        };
        let message = reserve::reserve_next(conn, limits, asker, &text, &before)?.message;
        Ok(Sending { registration: pending.id, message })
    })
}
