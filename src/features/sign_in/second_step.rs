//! The second step: a code of the app, of a text, or a backup code, and the session that it opens.

use diesel::PgConnection;

use super::{Pending, store};
use crate::{
    app::App,
    crypto::token::{NoRandomness, Token},
    db::{self, DbError},
    domain::{backup_code::BackupCode, client_address::ClientAddress, one_time_code::OneTimeCode},
    features::{
        activity::{self, Event, Origin},
        messages::notices,
        phone_verifications::CodeRefused,
        sessions::{self, Proof, StartFailed},
        trusted_devices,
        two_factor::{
            Method,
            attempts::{self, Count},
            prove::{self, NotProven, Proven},
        },
    },
    sms::NoticeKind,
};

/// Somebody at the second step.
pub struct Step {
    /// The sign-in.
    pub pending: Pending,
    /// Who it is, for the owner to read.
    pub origin: Origin,
    /// Where they come from.
    pub address: ClientAddress,
    /// Whether the browser is to be trusted for 30 days.
    pub remember: bool,
    /// The session that this browser had before.
    pub replaces: Option<Token>,
}

/// What a right code leads to.
pub struct Done {
    /// The session's token.
    pub session: Token,
    /// By which the browser is known from now on.
    pub device: Token,
    /// Backup codes that are left, when one was used.
    pub backup_codes_left: Option<i64>,
}

/// Why the second step led nowhere.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The factor was not proven.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// Used, too old, or the account has changed since the password was accepted.
    #[error("the sign-in is over")]
    Over,
    /// A fault of ours.
    #[error("{0}")]
    Fault(String),
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::NotProven(error.into())
    }
}

impl From<StartFailed> for Refused {
    fn from(error: StartFailed) -> Self {
        match error {
            StartFailed::Changed => Self::Over,
            StartFailed::NoRandomness(error) => error.into(),
            StartFailed::Db(error) => error.into(),
        }
    }
}

impl From<NoRandomness> for Refused {
    fn from(error: NoRandomness) -> Self {
        Self::Fault(error.to_string())
    }
}

/// Takes a code of the method that the account asks for.
///
/// # Errors
/// [`Refused`]. A code that was compared is paid for.
pub async fn enter_code(app: &App, step: Step, code: OneTimeCode) -> Result<Done, Refused> {
    let pending = &step.pending;
    let proven = match pending.method {
        Method::App => prove::by_app(app, pending.user, code, Count::SignIn).await,
        Method::Sms => match pending.challenge {
            Some(challenge) => prove::by_text(app, pending.user, challenge, code).await,
            None => Err(NotProven::Code(CodeRefused::Expired)),
        },
    };
    finish(app, step, proven).await
}

/// Takes a backup code in its place.
///
/// # Errors
/// [`Refused`]. A code that was compared is paid for.
pub async fn enter_backup_code(app: &App, step: Step, code: BackupCode) -> Result<Done, Refused> {
    let proven = prove::by_backup_code(app, step.pending.user, code, Count::SignIn).await;
    finish(app, step, proven).await
}

async fn finish(app: &App, step: Step, proven: Result<Proven, NotProven>) -> Result<Done, Refused> {
    let device = Token::generate()?;
    let device_hash = device.hash();
    let done = app.db.run(move |conn| match proven {
        Ok(proven) => match db::transaction(conn, |conn| let_in(conn, &step, proven, device_hash)) {
            Err(Refused::NotProven(refused)) => {
                prove::note_refused(conn, step.pending.user.id, &refused, &step.origin, step.pending.owner().as_ref())?;
                Err(Refused::NotProven(refused))
            }
            done => done,
        },
        Err(refused) => {
            prove::note_refused(conn, step.pending.user.id, &refused, &step.origin, step.pending.owner().as_ref())?;
            Err(Refused::NotProven(refused))
        }
    });
    let (session, backup_codes_left) = done.await?;
    Ok(Done { session, device, backup_codes_left })
}

/// Uses up the sign-in and the code, and starts the session: all or nothing.
fn let_in(
    conn: &mut PgConnection,
    step: &Step,
    proven: Proven,
    device_hash: Vec<u8>,
) -> Result<(Token, Option<i64>), Refused> {
    let pending = &step.pending;
    let user = pending.user;
    // The sign-in, then the account, then what proves it, as everywhere: in another order two of them deadlock.
    if !store::consume(conn, pending.id)? {
        return Err(Refused::Over);
    }
    let (event, by_backup_code) = match proven {
        Proven::App { .. } => (Event::SignedInByApp, false),
        Proven::Text { .. } => (Event::SignedInBySms, false),
        Proven::BackupCode { .. } => (Event::SignedInByBackupCode, true),
    };
    if !attempts::clear(conn, user, Count::SignIn)? {
        return Err(Refused::Over);
    }
    let backup_codes_left = prove::consume(conn, user, proven, &step.address.keys().address)?;
    let proof = Proof { event, complete: true, origin: &step.origin, replaces: step.replaces.as_ref() };
    let session = sessions::start(conn, user, proof)?;
    if by_backup_code {
        // Whoever needs one has lost something: a browser that was trusted may be in other hands (BKP-04).
        trusted_devices::store::forget_all(conn, user.id)?;
        if let Some(owner) = pending.owner() {
            notices::notify(conn, &owner, NoticeKind::BackupCodeUsed)?;
        }
    } else if step.remember && pending.may_trust() {
        trusted_devices::store::insert(conn, user, device_hash, &step.origin)?;
        activity::record(conn, user.id, Event::DeviceTrusted, Some(&step.origin))?;
    }
    Ok((session, backup_codes_left))
}
