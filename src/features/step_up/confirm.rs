//! Password and second factor once more, and the session's new token.

use crate::{
    app::App,
    crypto::{
        hasher::{Busy, HashFailed, Verified},
        token::Token,
    },
    db::{self, DbError},
    domain::{
        backup_code::BackupCode, client_address::ClientAddress, ids::SessionId, one_time_code::OneTimeCode,
        password::TypedPassword,
    },
    features::{
        activity::{self, Event, Origin},
        messages::notices,
        passwords::guesses::{self, NotCharged},
        phone_verifications::{self, CodeRefused},
        sessions::{self, StartFailed},
        trusted_devices,
        two_factor::{
            Method,
            attempts::{self, Count},
            prove::{self, NotProven, Proven},
        },
        users::Account,
    },
    sms::NoticeKind,
};

/// What is given as the second factor.
#[derive(Debug)]
pub enum Factor {
    /// Six digits, of the app or a text.
    Code(OneTimeCode),
    /// A backup code.
    BackupCode(BackupCode),
}

/// Somebody who is signed in and proves to be the owner.
pub struct Confirming {
    /// The account.
    pub account: Account,
    /// The session that becomes fresh.
    pub session: SessionId,
    /// The password.
    pub password: TypedPassword,
    /// The second factor, where the account asks for one.
    pub factor: Option<Factor>,
    /// Who it is.
    pub origin: Origin,
    /// Where they come from.
    pub address: ClientAddress,
}

/// Why nothing was confirmed.
#[derive(Debug, thiserror::Error)]
pub enum NotConfirmed {
    /// Wrong, and paid for.
    #[error("wrong password")]
    Password,
    /// The second factor was not proven.
    #[error(transparent)]
    Factor(#[from] NotProven),
    /// A limit is reached.
    #[error(transparent)]
    NotCharged(#[from] NotCharged),
    /// Too many hashes are under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of ours.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// The account or the session has changed meanwhile.
    #[error(transparent)]
    Start(#[from] StartFailed),
}

impl From<DbError> for NotConfirmed {
    fn from(error: DbError) -> Self {
        Self::NotCharged(error.into())
    }
}

/// Charges and compares the password, then the factor, and renews the session.
///
/// # Errors
/// [`NotConfirmed`]. What was compared is paid for; a code is not looked at while the password is wrong.
pub async fn confirm(app: &App, confirming: Confirming) -> Result<Token, NotConfirmed> {
    let Confirming { account, session, password, factor, origin, address } = confirming;
    let user = account.id;
    let rests = app.settings.current().rests();
    let (hash, receipt) = app.db.run(move |conn| guesses::charge_confirmation(conn, rests, user)).await?;
    let verified = app.hasher.run(move |slot| slot.verify(&password, &hash)).await??;
    if matches!(verified, Verified::No) {
        app.db.run(move |conn| activity::record(conn, user, Event::PasswordWrong, Some(&origin))).await?;
        return Err(NotConfirmed::Password);
    }
    let proven = match (account.two_factor, factor) {
        (None, _) => None,
        (Some(_), Some(Factor::BackupCode(code))) => {
            Some(prove::by_backup_code(app, account.epoch(), code, Count::SignIn).await)
        }
        (Some(Method::App), Some(Factor::Code(code))) => {
            Some(prove::by_app(app, account.epoch(), code, Count::SignIn).await)
        }
        (Some(Method::Sms), Some(Factor::Code(code))) => {
            let challenge =
                app.db.run(move |conn| phone_verifications::store::find_newest_of_session(conn, session)).await?;
            Some(match challenge {
                Some(challenge) => prove::by_text(app, account.epoch(), challenge, code).await,
                None => Err(CodeRefused::Expired.into()),
            })
        }
        (Some(_), None) => Some(Err(CodeRefused::Expired.into())),
    };
    let from = address.keys().address;
    let renewed = app.db.run(move |conn| {
        let done = match proven {
            Some(Err(refused)) => Err(NotConfirmed::Factor(refused)),
            Some(Ok(proven)) => db::transaction(conn, |conn| {
                let with_backup_code = matches!(proven, Proven::BackupCode { .. });
                if !attempts::clear(conn, account.epoch(), Count::SignIn)? {
                    return Err(StartFailed::Changed.into());
                }
                prove::consume(conn, account.epoch(), proven, &from)?;
                let token = sessions::confirm(conn, session, account.epoch())?;
                if with_backup_code {
                    trusted_devices::store::forget_all(conn, user)?;
                    if let Some(owner) = account.owner() {
                        notices::notify(conn, &owner, NoticeKind::BackupCodeUsed)?;
                    }
                }
                Ok(token)
            }),
            None => sessions::confirm(conn, session, account.epoch()).map_err(NotConfirmed::from),
        };
        match &done {
            Ok(_) => guesses::settle(conn, &receipt)?,
            Err(NotConfirmed::Factor(refused)) => {
                guesses::settle(conn, &receipt)?;
                prove::note_refused(conn, user, refused, &origin, account.owner().as_ref())?;
            }
            Err(_) => {}
        }
        done
    });
    renewed.await
}
