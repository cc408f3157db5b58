//! Asking for the account's deletion: the password once more, and then everybody is out.

use diesel::PgConnection;

use super::DELETION_DAYS;
use crate::{
    app::App,
    crypto::hasher::{Busy, HashFailed, Verified},
    db::{self, DbError},
    domain::password::TypedPassword,
    features::{
        action_codes::{self, Act},
        activity::{self, Event, Origin},
        messages::notices::{self, Recipient},
        passwords::guesses::{self, NotCharged, Receipt},
        users::{self, Account},
    },
    sms::NoticeKind,
};

/// Why the account stays.
#[derive(Debug, thiserror::Error)]
pub enum NotRequested {
    /// Wrong, and paid for.
    #[error("wrong password")]
    Password,
    /// A limit is reached.
    #[error(transparent)]
    NotCharged(#[from] NotCharged),
    /// Another tab or browser was faster: the account is not as this one saw it.
    #[error("overtaken")]
    Overtaken,
    /// Too many hashes are under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of ours.
    #[error(transparent)]
    Hash(#[from] HashFailed),
}

impl From<DbError> for NotRequested {
    fn from(error: DbError) -> Self {
        Self::NotCharged(error.into())
    }
}

/// Charges and compares the password as a confirmation does, and sets the day.
///
/// # Errors
/// [`NotRequested`]; then the account is as before. What was compared is paid for.
pub async fn request_deletion(
    app: &App,
    account: Account,
    password: TypedPassword,
    origin: Origin,
) -> Result<(), NotRequested> {
    let user = account.id;
    let rests = app.settings.current().rests();
    let (hash, receipt) = app.db.run(move |conn| guesses::charge_confirmation(conn, rests, user)).await?;
    let verified = app.hasher.run(move |slot| slot.verify(&password, &hash)).await??;
    if matches!(verified, Verified::No) {
        app.db.run(move |conn| activity::record(conn, user, Event::PasswordWrong, Some(&origin))).await?;
        return Err(NotRequested::Password);
    }
    app.db.run(move |conn| set_the_day(conn, &account, &receipt, &origin)).await
}

fn set_the_day(
    conn: &mut PgConnection,
    account: &Account,
    receipt: &Receipt,
    origin: &Origin,
) -> Result<(), NotRequested> {
    db::transaction(conn, |conn| {
        // First, so that of two that change the account at once one waits here, sees the new epoch and gives way.
        if !users::store::request_deletion(conn, account.epoch(), DELETION_DAYS)? {
            return Err(NotRequested::Overtaken);
        }
        activity::record(conn, account.id, Event::DeletionRequested, Some(origin))?;
        guesses::settle(conn, receipt)?;
        for owner in owners(conn, account)? {
            notices::notify(conn, &owner, NoticeKind::DeletionRequested)?;
        }
        Ok(())
    })
}

/// The owner at the account's number, and at those that it left a few days ago: should a thief have taken it there, that is
/// where the owner is.
fn owners(conn: &mut PgConnection, account: &Account) -> Result<Vec<Recipient>, DbError> {
    let left = action_codes::store::list_phones(conn, account.id, Act::UndoPhoneChange)?;
    let now = account.owner();
    let is_new = |phone: &_| now.as_ref().is_none_or(|owner| owner.phone != *phone);
    let at = |phone| Recipient { user: account.id, phone, locale: account.locale.clone() };
    let before: Vec<Recipient> = left.into_iter().filter(is_new).map(at).collect();
    Ok(now.into_iter().chain(before).collect())
}
