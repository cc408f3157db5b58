//! The new password: with it the account is the person's again.

use diesel::PgConnection;

use super::{Opened, Owner, start, store};
use crate::{
    app::App,
    crypto::{
        hasher::{Busy, HashFailed, PasswordHash},
        mac,
    },
    db::{self, DbError},
    domain::{password::Password, phone_number::PhoneNumber},
    features::{
        action_codes,
        activity::{self, Event, Origin},
        messages::notices,
        passwords::{self, PersonalWords, TooEasy, guesses},
        phone_verifications::VerifiedPhone,
        two_factor, users,
    },
    sms::NoticeKind,
};

/// Why the account is as before.
#[derive(Debug, thiserror::Error)]
pub enum NotRecovered {
    /// Easy to guess.
    #[error("too easy")]
    TooEasy(TooEasy),
    /// Used, cancelled, too old, or the owner has been seen meanwhile.
    #[error("the recovery is over")]
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

impl From<TooEasy> for NotRecovered {
    fn from(verdict: TooEasy) -> Self {
        Self::TooEasy(verdict)
    }
}

/// Sets it, and all that comes with it. Of several at once one wins.
///
/// # Errors
/// [`NotRecovered`]; then nothing has changed, and the code still works if it did.
pub async fn recover(app: &App, opened: Opened, origin: Origin, password: Password) -> Result<(), NotRecovered> {
    let Owner { full_name, email, phone: before, .. } = opened.owner.clone();
    let about = PersonalWords::new(full_name.as_ref(), email.as_ref(), &opened.phone);
    let hash = app.hasher.run(move |slot| {
        passwords::rate(&password, &about)?;
        Ok::<_, NotRecovered>(slot.hash(&password)?)
    });
    let hash = hash.await??;
    let identifiers: Vec<[u8; 32]> =
        [email.as_ref().map(|email| email.as_str()), before.as_ref().map(PhoneNumber::e164), Some(opened.phone.e164())]
            .into_iter()
            .flatten()
            .map(|identifier| mac::lookup_key(&app.keys.throttle_key, &[identifier.as_bytes()]))
            .collect();
    app.db.run(move |conn| give_back(conn, &opened, &hash, &identifiers, &origin)).await
}

fn give_back(
    conn: &mut PgConnection,
    opened: &Opened,
    hash: &PasswordHash,
    identifiers: &[[u8; 32]],
    origin: &Origin,
) -> Result<(), NotRecovered> {
    db::transaction(conn, |conn| {
        if !store::consume(conn, opened.id)? || !action_codes::store::consume(conn, opened.code)? {
            return Err(NotRecovered::Over);
        }
        // Both accounts, where the number moves, in one order for all who move numbers.
        users::store::lock_with_holder(conn, opened.owner.user.id, &opened.phone)?;
        // As it stands now: the owner may have signed in while the password was being hashed.
        let owner = store::lock_owner(conn, opened.code)?.ok_or(NotRecovered::Over)?;
        // Before the codes are gone, which tell where else the account was a few days ago.
        let numbers = start::numbers(conn, &owner, &opened.phone)?;
        // The code that was entered came to this number, and only there.
        let phone = VerifiedPhone::proven_earlier(opened.phone.clone());
        contest_elsewhere(conn, opened, &owner, &phone)?;
        let user = users::store::recover(conn, owner.user, &phone, hash)?.ok_or(NotRecovered::Over)?.id;
        two_factor::app::store::remove_confirmed(conn, user)?;
        two_factor::backup_codes::store::remove_all(conn, user)?;
        action_codes::store::revoke_all(conn, user)?;
        guesses::forget(conn, user, identifiers)?;
        activity::record(conn, user, Event::Recovered, Some(origin))?;
        if owner.to_be_deleted {
            activity::record(conn, user, Event::DeletionCancelled, Some(origin))?;
        }
        for phone in numbers {
            notices::notify(conn, &owner.at(phone), NoticeKind::Recovered)?;
        }
        Ok(())
    })
}

/// One proven number belongs to one account: whoever had this one is without it from here on.
fn contest_elsewhere(
    conn: &mut PgConnection,
    opened: &Opened,
    owner: &Owner,
    phone: &VerifiedPhone,
) -> Result<(), DbError> {
    if owner.has(phone.number()) {
        return Ok(());
    }
    if let Some(other) = users::contest(conn, phone)? {
        log::warn!("event=number_contested user={other} recovery={}", opened.id);
    }
    Ok(())
}
