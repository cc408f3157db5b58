//! Putting a mistyped number right, without filling in the rest again.

use diesel::PgConnection;

use super::{Details, NotSent, Pending, Sending, resend, start, store};
use crate::{
    db,
    domain::{country::Country, ids::ChallengeId, phone_number::PhoneNumber},
    features::{
        messages::reserve::{self, Asker, Limits},
        phone_verifications::{self, NotRenewed, Purpose},
    },
};

/// Sends a code to another number; the challenge for the number before is over. The same number again is a resend,
/// with its waits.
///
/// # Errors
/// [`NotSent`]; then the number before still stands.
pub fn correct_number(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    pending: &Pending,
    country: Country,
    phone: PhoneNumber,
) -> Result<Sending, NotSent> {
    db::transaction(conn, |conn| {
        // As it stands now: another tab may have corrected the number too, or entered the code.
        let pending = store::lock(conn, pending.id)?.ok_or(NotSent::NotRenewed(NotRenewed::Closed))?;
        if phone == pending.details.phone && pending.phone_proven_at.is_none() {
            return resend::resend(conn, limits, asker, &pending);
        }
        let details = Details { country, phone, ..pending.details };
        let challenge = ChallengeId::generate();
        phone_verifications::store::insert(
            conn,
            &limits.lifetimes,
            challenge,
            Purpose::Registration,
            &details.phone,
            None,
        )?;
        store::change_number(conn, pending.id, challenge, &details)?;
        phone_verifications::store::close(conn, pending.challenge)?;
        let text = start::first_text(conn, &details, challenge)?;
        let message = reserve::reserve(conn, limits, asker, &text)?.message;
        Ok(Sending { registration: pending.id, message })
    })
}
