//! The code, and what it stops.

use std::time::Duration;

use diesel::PgConnection;

use crate::{
    app::Keys,
    db::{self, DbError},
    domain::{action_code::ActionCode, client_address::ClientAddress, ids::UserId},
    features::{
        action_codes::{self, Act, Found, NotCharged},
        activity::{self, Event, Origin},
        password_reset,
        phone_change::undo_change::{self, NotUndone},
        recovery, users,
    },
};

/// Why nothing was stopped.
#[derive(Debug, thiserror::Error)]
pub enum NotStopped {
    /// So many codes were tried from this address.
    #[error("too many codes were tried")]
    TooMany {
        /// Until there is room again.
        wait: Duration,
    },
    /// No such code, used, too old, or the account is disabled.
    #[error("unknown code")]
    Unknown,
    /// Another account has proven the number that would come back.
    #[error("the number belongs to another account")]
    NumberTaken,
    /// The code finishes a recovery.
    #[error("the code finishes a recovery")]
    ForRecovery,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<NotCharged> for NotStopped {
    fn from(refused: NotCharged) -> Self {
        match refused {
            NotCharged::TooMany { wait } => Self::TooMany { wait },
            NotCharged::Db(error) => error.into(),
        }
    }
}

impl From<NotUndone> for NotStopped {
    fn from(refused: NotUndone) -> Self {
        match refused {
            NotUndone::Over => Self::Unknown,
            NotUndone::Taken => Self::NumberTaken,
            NotUndone::Db(error) => error.into(),
        }
    }
}

/// Pays for the try, and does what the code is for.
///
/// # Errors
/// [`NotStopped`]; then nothing has changed and the code is what it was.
pub fn stop(
    conn: &mut PgConnection,
    keys: &Keys,
    from: ClientAddress,
    code: &ActionCode,
    origin: &Origin,
) -> Result<Found, NotStopped> {
    let found = action_codes::try_code(conn, keys, from, code)?.ok_or(NotStopped::Unknown)?;
    match found.act {
        Act::UndoPhoneChange => undo_change::undo_change(conn, &found, origin)?,
        Act::StopReset => object(conn, &found, origin, Event::ResetStopped, password_reset::store::end_all)?,
        Act::StopRecovery => object(conn, &found, origin, Event::RecoveryStopped, recovery::cancel::object)?,
        Act::Recover => return Err(NotStopped::ForRecovery),
    }
    Ok(found)
}

/// Ends what waits for the owner's objection.
fn object(
    conn: &mut PgConnection,
    found: &Found,
    origin: &Origin,
    event: Event,
    end: impl FnOnce(&mut PgConnection, UserId) -> Result<(), DbError>,
) -> Result<(), NotStopped> {
    let user = found.user;
    db::transaction(conn, |conn| {
        // What waits, then the account, then the codes, as everywhere.
        end(conn, user)?;
        let is_active = users::store::lock_active(conn, user)?.is_some();
        if !is_active || !action_codes::store::consume(conn, found.id)? {
            return Err(NotStopped::Unknown);
        }
        users::store::object(conn, user)?;
        // Those that went to other numbers, and the one that a recovery has not sent yet, have nothing to act on now.
        action_codes::store::revoke(conn, user, found.act)?;
        if found.act == Act::StopRecovery {
            action_codes::store::revoke(conn, user, Act::Recover)?;
        }
        activity::record(conn, user, event, Some(origin))?;
        Ok(())
    })
}
