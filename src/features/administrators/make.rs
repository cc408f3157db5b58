//! A new administrator.

use diesel::PgConnection;
use serde_json::json;

use super::Holder;
use crate::{
    crypto::{
        hasher::{Busy, HashFailed, Hasher, PasswordHash},
        keys::KeyRing,
    },
    db::{self, DbError},
    domain::{
        email_address::EmailAddress,
        ids::UserId,
        password::{ADMINISTRATOR_MIN_LENGTH, Password},
        role::Role,
    },
    features::{
        audit::{self, Act, Actor, Entry, Subject},
        passwords::{self, PersonalWords, TooEasy},
        users::administrators as store,
    },
};

/// Why none was made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// The address belongs to an account.
    #[error("{}", taken(*.0))]
    Taken(Holder),
    /// The password has too few characters.
    #[error("the password has {0} characters; an administrator's has {ADMINISTRATOR_MIN_LENGTH} at least")]
    TooShort(usize),
    /// The password is easy to guess.
    #[error("the password is too easy to guess ({0}); a few words that do not belong together are good")]
    TooEasy(TooEasy),
    /// Nobody else hashes here.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of ours.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn taken(holder: Holder) -> String {
    match (holder.role, holder.is_active) {
        (Role::Administrator, true) => "there is an administrator with this email address already".to_owned(),
        (Role::Administrator, false) => {
            "the administrator with this email address is disabled; another one can enable the account".to_owned()
        }
        (role, _) => format!(
            "a {}'s account has this email address; an administrator's account is one of its own, with another address",
            role.as_str()
        ),
    }
}

/// Refuses an address that belongs to an account. [`make`] looks again; this is for asking before somebody thinks up a
/// password.
///
/// # Errors
/// [`NotMade::Taken`], or the database's.
pub fn refuse_taken(conn: &mut PgConnection, email: &EmailAddress) -> Result<(), NotMade> {
    store::find_holder(conn, email)?.map_or(Ok(()), |holder| Err(NotMade::Taken(holder)))
}

/// The hash of a password that is good enough for an administrator: rated and hashed in one turn at the hasher.
///
/// # Errors
/// [`NotMade::TooShort`], [`NotMade::TooEasy`], or the hasher's.
pub async fn hash(hasher: &Hasher, email: &EmailAddress, password: Password) -> Result<PasswordHash, NotMade> {
    let characters = password.characters();
    if characters < ADMINISTRATOR_MIN_LENGTH {
        return Err(NotMade::TooShort(characters));
    }
    let about = PersonalWords::new(None, Some(email), None);
    let hashed = hasher.run(move |slot| {
        passwords::rate(&password, &about).map_err(NotMade::TooEasy)?;
        Ok(slot.hash(&password)?)
    });
    hashed.await?
}

/// Makes the account. Of two that make it at once one does.
///
/// # Errors
/// [`NotMade::Taken`], or the database's; then nothing has changed.
pub fn make(
    conn: &mut PgConnection,
    ring: &KeyRing,
    by: Actor,
    email: &EmailAddress,
    hash: &PasswordHash,
) -> Result<UserId, NotMade> {
    db::transaction(conn, |conn| {
        let Some(user) = store::insert(conn, email, hash)? else {
            let holder = store::find_holder(conn, email)?;
            return Err(holder
                .map_or_else(|| DbError::Fault("an address is taken by nobody".to_owned()).into(), NotMade::Taken));
        };
        let entry = Entry {
            by,
            act: Act::AdministratorMade,
            subject: Some(Subject::Account(user)),
            reason: None,
            before: None,
            after: Some(json!({ "role": Role::Administrator.as_str(), "status": "active" })),
        };
        audit::record(conn, ring, &entry)?;
        Ok(user)
    })
}
