//! An administrator less.

use diesel::PgConnection;
use serde_json::json;

use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::{email_address::EmailAddress, ids::UserId, remark::Remark},
    features::{
        audit::{self, Act, Actor, Entry, Subject},
        users::administrators as store,
    },
};

/// Why nobody was removed.
#[derive(Debug, thiserror::Error)]
pub enum NotRemoved {
    /// No administrator has this address.
    #[error("there is no administrator with this email address; see: latchkey admin list")]
    NoSuchAdministrator,
    /// The account is disabled by now.
    #[error("this administrator is disabled already")]
    Already,
    /// Nobody would be left.
    #[error("this is the last active administrator; make another one first: latchkey admin create")]
    Last,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Disables an administrator's account and ends all that was granted to it.
///
/// # Errors
/// [`NotRemoved`]; then nothing has changed.
pub fn remove(
    conn: &mut PgConnection,
    ring: &KeyRing,
    by: Actor,
    email: &EmailAddress,
    reason: &Remark,
) -> Result<UserId, NotRemoved> {
    db::transaction(conn, |conn| {
        // All of them are held: two that remove each other would leave nobody.
        let all = store::lock_all(conn)?;
        let one = all.iter().find(|one| one.email == *email).ok_or(NotRemoved::NoSuchAdministrator)?;
        if !one.is_active {
            return Err(NotRemoved::Already);
        }
        if all.iter().filter(|one| one.is_active).count() == 1 {
            return Err(NotRemoved::Last);
        }
        store::disable(conn, one.id)?;
        let entry = Entry {
            by,
            act: Act::AdministratorRemoved,
            subject: Some(Subject::Account(one.id)),
            reason: Some(reason),
            before: Some(json!({ "status": "active" })),
            after: Some(json!({ "status": "disabled" })),
        };
        audit::record(conn, ring, &entry)?;
        Ok(one.id)
    })
}
