//! The texted code of the second step: its challenge, and a newer one when the first does not come.

use diesel::PgConnection;

use super::{Pending, store};
use crate::{
    db::{self, DbError},
    domain::ids::{ChallengeId, MessageId},
    features::{
        messages::reserve::{self, Asker, Limits, NotReserved, Text},
        phone_verifications::{self, NotRenewed, Purpose, store::Renewed},
    },
    sms::TextKind,
};

/// Why no code was texted.
#[derive(Debug, thiserror::Error)]
pub enum NotTexted {
    /// The wait is not over, or the sends are used up.
    #[error("not renewed: {0:?}")]
    NotRenewed(NotRenewed),
    /// The sign-in is over.
    #[error("the sign-in is over")]
    Over,
    /// A limit, or the database.
    #[error(transparent)]
    NotReserved(#[from] NotReserved),
}

impl From<DbError> for NotTexted {
    fn from(error: DbError) -> Self {
        Self::NotReserved(error.into())
    }
}

/// Texts a code for the second step; if one was texted before, a new one in its place once the wait is over.
///
/// # Errors
/// [`NotTexted`]; then the code before still works.
pub fn text_code(
    conn: &mut PgConnection,
    limits: &Limits,
    asker: &Asker,
    pending: &Pending,
) -> Result<MessageId, NotTexted> {
    db::transaction(conn, |conn| {
        // As it stands now: another tab may have asked too, or entered the code.
        let pending = store::lock(conn, pending.id)?.ok_or(NotTexted::Over)?;
        let to = pending.phone.ok_or(NotTexted::Over)?;
        let (challenge, send, before) = match pending.challenge {
            Some(challenge) => {
                let renewed = phone_verifications::store::renew(conn, &limits.lifetimes, challenge)?;
                let Renewed { send, before } = renewed.map_err(NotTexted::NotRenewed)?;
                (challenge, send, Some(before))
            }
            None => {
                let challenge = ChallengeId::generate();
                phone_verifications::store::insert(conn, &limits.lifetimes, challenge, Purpose::SignIn, &to, None)?;
                store::set_challenge(conn, pending.id, challenge)?;
                (challenge, 1, None)
            }
        };
        let locale = pending.locale;
        let text = Text { kind: TextKind::SignIn, to, locale, challenge, send, decoy: false };
        let reserved = match before {
            Some(before) => reserve::reserve_next(conn, limits, asker, &text, &before)?,
            None => reserve::reserve(conn, limits, asker, &text)?,
        };
        Ok(reserved.message)
    })
}
