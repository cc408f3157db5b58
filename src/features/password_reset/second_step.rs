//! The other half where two-factor is on: a code of the app, or a backup code.

use diesel::PgConnection;

use super::{Owner, store};
use crate::{
    app::App,
    db::{self, DbError},
    domain::{client_address::ClientAddress, ids::PasswordResetId, phone_number::PhoneNumber},
    features::{
        activity::{self, Event, Origin},
        messages::notices,
        step_up::confirm::Factor,
        trusted_devices,
        two_factor::{
            attempts::{self, Count},
            prove::{self, NotProven, Proven},
        },
    },
    sms::NoticeKind,
};

/// Somebody whose number is proven.
pub struct Step {
    /// The reset.
    pub id: PasswordResetId,
    /// The account.
    pub owner: Owner,
    /// Its number.
    pub phone: PhoneNumber,
    /// Who it is, for the owner to read.
    pub origin: Origin,
    /// Where they come from.
    pub address: ClientAddress,
}

/// Why the password cannot be set yet.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The factor was not proven.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// Used, too old, or the account has changed since the number was proven.
    #[error("the reset is over")]
    Over,
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::NotProven(error.into())
    }
}

/// Takes a factor that is not the phone. A texted code is none, whatever it was sent for.
///
/// # Errors
/// [`Refused`]. What was compared is paid for.
pub async fn prove(app: &App, step: Step, factor: Factor) -> Result<(), Refused> {
    let user = step.owner.user;
    let proven = match factor {
        Factor::Code(code) => prove::by_app(app, user, code, Count::Reset).await,
        Factor::BackupCode(code) => prove::by_backup_code(app, user, code, Count::Reset).await,
    };
    let granted = app.db.run(move |conn| {
        let granted = match proven {
            Ok(proven) => db::transaction(conn, |conn| grant(conn, &step, proven)),
            Err(refused) => Err(refused.into()),
        };
        if let Err(Refused::NotProven(NotProven::Wrong(charged))) = &granted {
            db::transaction(conn, |conn| {
                activity::record(conn, user.id, Event::ResetCodeWrong, Some(&step.origin))?;
                if charged.left() == 0 {
                    activity::record(conn, user.id, Event::CodesRest, Some(&step.origin))?;
                }
                Ok::<_, DbError>(())
            })?;
        }
        granted
    });
    granted.await
}

fn grant(conn: &mut PgConnection, step: &Step, proven: Proven) -> Result<(), Refused> {
    let user = step.owner.user;
    // The reset, then the account, then what proves it, as everywhere.
    if !store::grant(conn, step.id)? || !attempts::clear(conn, user, Count::Reset)? {
        return Err(Refused::Over);
    }
    if prove::consume(conn, user, proven, &step.address.keys().address)?.is_some() {
        // Whoever needs one has lost something: a browser that was trusted may be in other hands (BKP-04).
        trusted_devices::store::forget_all(conn, user.id)?;
        notices::notify(conn, &step.owner.at(step.phone.clone()), NoticeKind::BackupCodeUsed)?;
    }
    Ok(())
}
