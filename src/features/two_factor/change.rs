//! Changing how an account asks for its second factor: all of it, or nothing.

use diesel::PgConnection;

use super::{
    Method, app,
    backup_codes::{self, NewSet},
};
use crate::{
    crypto::token::{NoRandomness, Token},
    db::{self, DbError},
    domain::ids::SessionId,
    features::{
        activity::{self, Event, Origin},
        messages::notices,
        sessions::{self, StartFailed},
        users::{self, Account},
    },
    sms::NoticeKind,
};

/// What is to change.
pub struct Change<'a> {
    /// How the account asks from now on.
    pub method: Option<Method>,
    /// What happened, for the owner to read.
    pub event: Event,
    /// Backup codes that come with it.
    pub set: Option<&'a NewSet>,
    /// Who it was.
    pub origin: &'a Origin,
}

/// Why nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
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

impl From<StartFailed> for NotChanged {
    fn from(error: StartFailed) -> Self {
        match error {
            StartFailed::Changed => Self::Overtaken,
            StartFailed::NoRandomness(error) => error.into(),
            StartFailed::Db(error) => error.into(),
        }
    }
}

/// Raises the epoch, which ends all other sessions, pending sign-ins and trusted devices; changes the method and what
/// `also` changes; gives the acting session a new token, and tells the owner.
///
/// # Errors
/// [`NotChanged`]; then everything is as before.
pub fn apply(
    conn: &mut PgConnection,
    account: &Account,
    session: SessionId,
    change: &Change<'_>,
    also: impl FnOnce(&mut PgConnection) -> Result<(), NotChanged>,
) -> Result<Token, NotChanged> {
    db::transaction(conn, |conn| {
        // First, so that of two that change the account at once one waits here, sees the new epoch and gives way.
        let raised = users::store::change_two_factor(conn, account.epoch(), change.method)?;
        let user = raised.ok_or(NotChanged::Overtaken)?;
        also(conn)?;
        match (change.method, change.set) {
            (None, _) => backup_codes::store::remove_all(conn, user.id)?,
            (Some(_), Some(set)) => backup_codes::store::replace(conn, user.id, set)?,
            (Some(_), None) => {}
        }
        if change.method != Some(Method::App) {
            app::store::remove_confirmed(conn, user.id)?;
        }
        activity::record(conn, user.id, change.event, Some(change.origin))?;
        let token = sessions::renew(conn, session, user)?;
        if let Some(owner) = account.owner() {
            notices::notify(conn, &owner, notice(account.two_factor, change.method))?;
        }
        Ok(token)
    })
}

fn notice(before: Option<Method>, after: Option<Method>) -> NoticeKind {
    match (before, after) {
        (_, None) => NoticeKind::TwoFactorOff,
        (None, Some(_)) => NoticeKind::TwoFactorOn,
        (Some(_), Some(_)) => NoticeKind::TwoFactorChanged,
    }
}

/// Makes texts the account's second factor.
///
/// # Errors
/// [`NotChanged`].
pub fn switch_to_sms(
    conn: &mut PgConnection,
    account: &Account,
    session: SessionId,
    set: Option<&NewSet>,
    origin: &Origin,
) -> Result<Token, NotChanged> {
    let change = Change { method: Some(Method::Sms), event: Event::TwoFactorBySms, set, origin };
    apply(conn, account, session, &change, |_| Ok(()))
}

/// Switches two-factor off; secret and backup codes are gone.
///
/// # Errors
/// [`NotChanged`].
pub fn switch_off(
    conn: &mut PgConnection,
    account: &Account,
    session: SessionId,
    origin: &Origin,
) -> Result<Token, NotChanged> {
    let change = Change { method: None, event: Event::TwoFactorOff, set: None, origin };
    apply(conn, account, session, &change, |_| Ok(()))
}

/// Puts new backup codes in the place of all before. A code of before that is being used at this moment was used before
/// or is gone.
///
/// # Errors
/// [`NotChanged`].
pub fn renew_backup_codes(
    conn: &mut PgConnection,
    account: &Account,
    set: &NewSet,
    origin: &Origin,
) -> Result<(), NotChanged> {
    db::transaction(conn, |conn| {
        // The account's row first, as whoever uses a code does.
        if !users::store::lock_epoch(conn, account.epoch())? {
            return Err(NotChanged::Overtaken);
        }
        backup_codes::store::replace(conn, account.id, set)?;
        activity::record(conn, account.id, Event::BackupCodesMade, Some(origin))?;
        if let Some(owner) = account.owner() {
            notices::notify(conn, &owner, NoticeKind::BackupCodesMade)?;
        }
        Ok(())
    })
}
