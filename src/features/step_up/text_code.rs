//! The texted code of a confirmation, sent when the person asks for it.

use diesel::PgConnection;

use crate::{
    db,
    domain::ids::{ChallengeId, MessageId, SessionId},
    features::{
        messages::reserve::{self, Asker, Limits, Text},
        phone_verifications::{self, Purpose, store::Renewed},
        sign_in::text_code::NotTexted,
        users::Account,
    },
    sms::TextKind,
};

/// Texts a code, or a new one in its place once the wait is over. Bound to the session that asks.
///
/// # Errors
/// [`NotTexted`]; then the code before still works.
pub fn text_code(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    account: &Account,
    session: SessionId,
) -> Result<MessageId, NotTexted> {
    let to = account.proven_phone().ok_or(NotTexted::Over)?.clone();
    db::transaction(conn, |conn| {
        phone_verifications::store::lock_session(conn, session)?;
        let (challenge, send, before) = match phone_verifications::store::find_newest_of_session(conn, session)? {
            Some(challenge) => {
                let renewed = phone_verifications::store::renew(conn, &limits.lifetimes, challenge)?;
                let Renewed { send, before } = renewed.map_err(NotTexted::NotRenewed)?;
                (challenge, send, Some(before))
            }
            None => {
                let challenge = ChallengeId::generate();
                phone_verifications::store::insert(
                    conn,
                    &limits.lifetimes,
                    challenge,
                    Purpose::StepUp,
                    &to,
                    Some(session),
                )?;
                (challenge, 1, None)
            }
        };
        let locale = account.locale.clone();
        let text = Text { kind: TextKind::StepUp, to, locale, challenge, send, decoy: false };
        let reserved = match before {
            Some(before) => reserve::reserve_next(conn, limits, asker, &text, &before)?,
            None => reserve::reserve(conn, limits, asker, &text)?,
        };
        Ok(reserved.message)
    })
}
