//! The new password: rated, hashed, and put in the place of the one before.

use diesel::PgConnection;

use super::{Owner, store};
use crate::{
    app::App,
    crypto::hasher::{Busy, HashFailed, PasswordHash},
    db::{self, DbError},
    domain::{ids::PasswordResetId, password::Password, phone_number::PhoneNumber},
    features::{
        activity::{self, Event, Origin},
        messages::notices,
        passwords::{self, PersonalWords, TooEasy, guesses},
        users,
    },
    sms::NoticeKind,
};

/// Somebody who may set a password.
pub struct Choosing {
    /// The reset.
    pub id: PasswordResetId,
    /// The account.
    pub owner: Owner,
    /// Its number.
    pub phone: PhoneNumber,
    /// Who it is, for the owner to read.
    pub origin: Origin,
}

/// Why there is no new password.
#[derive(Debug, thiserror::Error)]
pub enum NotSet {
    /// Easy to guess.
    #[error("too easy")]
    TooEasy(TooEasy),
    /// Used, too old, or the account has changed meanwhile.
    #[error("the reset is over")]
    Over,
    /// Too many hashes are under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of ours.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<TooEasy> for NotSet {
    fn from(verdict: TooEasy) -> Self {
        Self::TooEasy(verdict)
    }
}

/// Sets it. Of several at once one wins.
///
/// # Errors
/// [`NotSet`]; then nothing has changed.
pub async fn choose_password(app: &App, choosing: Choosing, password: Password) -> Result<(), NotSet> {
    let Owner { full_name, email, .. } = choosing.owner.clone();
    let about = PersonalWords::new(full_name.as_ref(), email.as_ref(), Some(&choosing.phone));
    let hash = app.hasher.run(move |slot| {
        passwords::rate(&password, &about)?;
        Ok::<_, NotSet>(slot.hash(&password)?)
    });
    let hash = hash.await??;
    let identifiers = guesses::identifier_keys(&app.keys.throttle_key, email.as_ref(), Some(&choosing.phone));
    app.db.run(move |conn| replace(conn, &choosing, &hash, &identifiers)).await
}

fn replace(
    conn: &mut PgConnection,
    choosing: &Choosing,
    hash: &PasswordHash,
    identifiers: &[[u8; 32]],
) -> Result<(), NotSet> {
    let Choosing { id, owner, phone, origin } = choosing;
    db::transaction(conn, |conn| {
        // As it stands now: the account may have lost the number, or changed, or its owner may have objected, while the
        // password was being hashed.
        let is_live = store::lock_with_account(conn, *id, owner.user)?.is_some();
        if !is_live || !store::consume(conn, *id)? {
            return Err(NotSet::Over);
        }
        let user = users::store::set_password(conn, owner.user, hash)?.ok_or(NotSet::Over)?;
        store::end_wait(conn, user.id)?;
        guesses::forget(conn, user.id, identifiers)?;
        activity::record(conn, user.id, Event::PasswordSet, Some(origin))?;
        for phone in users::numbers(conn, user.id, Some(phone))? {
            notices::notify(conn, &owner.at(phone), NoticeKind::PasswordSet)?;
        }
        Ok(())
    })
}
