//! Saving a profile.

use diesel::PgConnection;

use super::{Profile, store};
use crate::{
    db::{self, DbError},
    features::{
        activity::{self, Event, Origin},
        users::{self, UserEpoch},
    },
};

/// Why nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum NotSaved {
    /// What opens the account has changed meanwhile, perhaps to put this browser out.
    #[error("overtaken")]
    Overtaken,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Saves it, and notes a change if there is one. Answers that.
///
/// # Errors
/// [`NotSaved`]; then everything is as before.
pub fn save(conn: &mut PgConnection, user: UserEpoch, profile: &Profile, origin: &Origin) -> Result<bool, NotSaved> {
    db::transaction(conn, |conn| {
        if !users::store::lock_epoch(conn, user)? {
            return Err(NotSaved::Overtaken);
        }
        let changed = store::replace(conn, user.id, profile)?;
        if changed {
            activity::record(conn, user.id, Event::ProfileChanged, Some(origin))?;
        }
        Ok(changed)
    })
}
