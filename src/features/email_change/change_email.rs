//! Changing the address: all of it, or nothing.

use std::time::Duration;

use diesel::PgConnection;

use crate::{
    crypto::{
        keys::KeyRing,
        mac,
        token::{NoRandomness, Token},
    },
    db::{self, DbError},
    domain::{
        email_address::EmailAddress,
        ids::{SessionId, UserId},
    },
    features::{
        activity::{self, Event, Origin},
        messages::notices,
        sessions::{self, StartFailed},
        throttles::{self, Rule},
        users::{self, Account, store::EmailRefused},
    },
    sms::NoticeKind,
};

/// Somebody who has just proven to be the owner.
pub struct Changing {
    /// The account.
    pub account: Account,
    /// The session that goes on.
    pub session: SessionId,
    /// Another address than the account has; none takes it away.
    pub email: Option<EmailAddress>,
    /// Who it is, for the owner to read.
    pub origin: Origin,
}

/// Why the address is as before.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// It belongs to another account.
    #[error("taken")]
    Taken,
    /// Without it nothing opens the account.
    #[error("the only way in")]
    OnlyWayIn,
    /// Asked too often today.
    #[error("too many")]
    TooMany {
        /// Until there is an answer again.
        wait: Duration,
    },
    /// Another tab or browser was faster: the account is not as this one saw it.
    #[error("overtaken")]
    Overtaken,
    /// The operating system gave no token.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<EmailRefused> for NotChanged {
    fn from(refused: EmailRefused) -> Self {
        match refused {
            EmailRefused::Overtaken => Self::Overtaken,
            EmailRefused::Taken => Self::Taken,
            EmailRefused::OnlyWayIn => Self::OnlyWayIn,
        }
    }
}

impl From<StartFailed> for NotChanged {
    fn from(error: StartFailed) -> Self {
        match error {
            StartFailed::Changed => Self::Overtaken,
            StartFailed::NoRandomness(error) => error.into(),
            StartFailed::Db(error) => error.into(),
        }
    }
}

/// Changes the address, raises the epoch, gives the acting session a new token, and tells the owner.
///
/// # Errors
/// [`NotChanged`]. What was asked about another address is paid for.
pub fn change_email(conn: &mut PgConnection, throttle_key: &KeyRing, changing: &Changing) -> Result<Token, NotChanged> {
    let Changing { account, session, email, origin } = changing;
    if email.is_some() {
        charge(conn, throttle_key, account.id)?;
    }
    db::transaction(conn, |conn| {
        users::store::release(conn, None, email.as_ref())?;
        let user = users::store::change_email(conn, account.epoch(), email.as_ref())??;
        activity::record(conn, user.id, Event::EmailChanged, Some(origin))?;
        let token = sessions::renew(conn, *session, user)?;
        for owner in account.owner_everywhere(conn)? {
            notices::notify(conn, &owner, NoticeKind::EmailChanged)?;
        }
        Ok(token)
    })
}

/// Pays for the answer whether the address is free, in a transaction of its own, so that a refusal gives nothing back.
fn charge(conn: &mut PgConnection, throttle_key: &KeyRing, user: UserId) -> Result<(), NotChanged> {
    let key = mac::lookup_key(throttle_key, &[b"account", user.0.as_bytes()]);
    db::transaction(conn, |conn| {
        if throttles::charge(conn, Rule::EmailDisclosed, &key)? {
            return Ok(());
        }
        Err(NotChanged::TooMany { wait: throttles::wait(conn, Rule::EmailDisclosed, &key)? })
    })
}
