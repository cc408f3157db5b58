//! The right code: the new number takes the place of the one before.

use std::time::Duration;

use diesel::PgConnection;

use super::store;
use crate::{
    crypto::token::{NoRandomness, Token},
    db::{self, DbError},
    domain::{client_address::ClientAddress, ids::SessionId},
    features::{
        action_codes::{self, Act, NewCode},
        activity::{self, Event, Origin},
        messages::notices,
        phone_verifications::{self, CodeRefused, Compared, VerifiedPhone},
        sessions::{self, StartFailed},
        users::{self, Held, UserEpoch},
    },
    sms::NoticeKind,
};

/// How long a change can be undone from the number before.
pub const UNDO_LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Somebody who has entered the code.
pub struct Changing {
    /// The account.
    pub user: UserEpoch,
    /// The session that goes on.
    pub session: SessionId,
    /// Who it is, for the owner to read.
    pub origin: Origin,
    /// Where they come from.
    pub address: ClientAddress,
}

/// Why the number is as before.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// Somebody was faster with the code, or its time ran out.
    #[error(transparent)]
    Code(#[from] CodeRefused),
    /// Another tab was faster, or the account has changed meanwhile.
    #[error("the change is over")]
    Over,
    /// The operating system gave no token.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<DbError> for NotChanged {
    fn from(error: DbError) -> Self {
        Self::Code(error.into())
    }
}

impl From<StartFailed> for NotChanged {
    fn from(error: StartFailed) -> Self {
        match error {
            StartFailed::Changed => Self::Over,
            StartFailed::NoRandomness(error) => error.into(),
            StartFailed::Db(error) => error.into(),
        }
    }
}

/// Uses the code up and swaps the number. Answers the session's new token.
///
/// # Errors
/// [`NotChanged`]; then everything is as before, also at the account that has the number.
pub fn change_number(conn: &mut PgConnection, changing: &Changing, compared: Compared) -> Result<Token, NotChanged> {
    let Changing { user, session, origin, address } = changing;
    db::transaction(conn, |conn| {
        // The change, then the accounts, then what hangs on them, as everywhere.
        let pending = store::lock(conn, *session, *user)?.ok_or(NotChanged::Over)?;
        let held = users::store::lock_with_holder(conn, user.id, &pending.phone)?;
        let before = held.filter(|held| held.user == *user).ok_or(NotChanged::Over)?;
        let phone = phone_verifications::consume(conn, compared, &address.keys().address)?;
        if *phone.number() != pending.phone {
            return Err(NotChanged::Over);
        }
        let raised = take(conn, *user, &phone)?;
        store::remove(conn, *session)?;
        // What was granted to others ends with the epoch. This session goes on, and a code that went to the number before
        // must not confirm it.
        phone_verifications::store::close_of_session(conn, *session)?;
        activity::record(conn, user.id, Event::PhoneChanged, Some(origin))?;
        let token = sessions::renew(conn, *session, raised)?;
        tell(conn, &before, &phone)?;
        Ok(token)
    })
}

/// Contests the number where it is and gives it to the account. Whoever opens an account with it at this very moment, too
/// late to be seen at first, is contested in the next round.
fn take(conn: &mut PgConnection, user: UserEpoch, phone: &VerifiedPhone) -> Result<UserEpoch, NotChanged> {
    for _ in 0..3 {
        if let Some(owner) = users::contest(conn, phone)? {
            log::warn!("event=number_contested user={owner} by={}", user.id);
        }
        if let Some(raised) = users::store::change_number(conn, user, phone)? {
            return Ok(raised);
        }
    }
    Err(NotChanged::Over)
}

/// Tells both numbers, the one before with the code that undoes it. A contested one is in other hands.
fn tell(conn: &mut PgConnection, before: &Held, phone: &VerifiedPhone) -> Result<(), DbError> {
    notices::notify(conn, &before.at(phone.number().clone()), NoticeKind::PhoneChanged)?;
    let Some(left) = before.owner() else { return Ok(()) };
    let new = NewCode {
        user: left.user,
        act: Act::UndoPhoneChange,
        phone: &left.phone,
        opens_in: Duration::ZERO,
        lifetime: UNDO_LIFETIME,
    };
    let code = action_codes::store::insert(conn, &new)?;
    notices::notify_with_code(conn, &left, NoticeKind::PhoneLeft, code, Duration::ZERO).map(drop)
}
