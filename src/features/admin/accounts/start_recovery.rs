//! Starting the recovery of an account for somebody who has lost everything, from its page.

use diesel::PgConnection;
use serde_json::json;

use super::act::{NotDone, hold};
use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::{ids::UserId, phone_number::PhoneNumber, remark::Remark},
    features::{
        audit::{self, Act, Actor, Entry, Subject},
        recovery::{
            self, Grounds,
            start::{NotStarted, Started},
        },
        users::UserEpoch,
    },
};

/// Why none was started.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// As for every act.
    #[error(transparent)]
    NotDone(#[from] NotDone),
    /// The code would never leave.
    #[error("no texts go to the country of that number")]
    CountryClosed,
}

impl From<DbError> for NotBegun {
    fn from(error: DbError) -> Self {
        Self::NotDone(error.into())
    }
}

impl From<NotStarted> for NotBegun {
    fn from(refused: NotStarted) -> Self {
        match refused {
            NotStarted::CountryClosed => Self::CountryClosed,
            NotStarted::NoAccount => NotDone::NoAccount.into(),
            NotStarted::Disabled => NotDone::Otherwise.into(),
            NotStarted::Db(error) => error.into(),
        }
    }
}

/// Starts one as the command line does, unless one is under way.
///
/// # Errors
/// [`NotBegun`]; then everything is as before.
pub fn start_recovery(
    conn: &mut PgConnection,
    ring: &KeyRing,
    by: UserEpoch,
    on: UserId,
    phone: &PhoneNumber,
    reason: &Remark,
) -> Result<Started, NotBegun> {
    let grounds = Grounds::of_administrator(by.id, reason.clone());
    db::transaction(conn, |conn| {
        recovery::store::lock_turn(conn, on)?;
        if recovery::store::is_open(conn, on)? {
            return Err(NotDone::Otherwise.into());
        }
        // One that its owner has ended keeps its place, and comes before the account.
        recovery::cancel::end(conn, on, &grounds)?;
        hold(conn, by, on)?;
        let started = recovery::start::start(conn, on, phone, &grounds)?;
        let after =
            json!({ "recovery": started.id, "to": phone.to_string(), "opens_at": started.opens_at.to_rfc3339() });
        let entry = Entry {
            by: Actor::Administrator(by.id),
            act: Act::RecoveryStarted,
            subject: Some(Subject::Account(on)),
            reason: Some(reason),
            before: Some(json!({ "recovery": null })),
            after: Some(after),
        };
        audit::record(conn, ring, &entry)?;
        Ok(started)
    })
}
