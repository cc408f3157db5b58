//! Proving the second factor, the same at sign-in and at a confirmation: pay on the account's counter, compare, and hand
//! back what is to be used up in the transaction of what the proof is for.

use diesel::PgConnection;

use super::{
    app::{self as authenticator, CheckFailed, TotpStep},
    attempts::{self, Charged, Count, Kind, NotCharged},
    backup_codes::{self, NotHashed, Presented},
};
use crate::{
    app::App,
    crypto::hasher::Busy,
    db::{self, DbError},
    domain::{
        backup_code::BackupCode,
        ids::{ChallengeId, UserId},
        one_time_code::OneTimeCode,
    },
    features::{
        activity::Origin,
        messages::notices::Recipient,
        phone_verifications::{self, CodeRefused, Compared},
        users::UserEpoch,
    },
    metrics::{self, Factor, FactorCheck},
};

/// A factor that was right a moment ago. Worth nothing until [`consume`] has used it up.
pub enum Proven {
    /// A code of the app.
    App {
        /// The step of the code.
        step: TotpStep,
        /// What was paid.
        charged: Charged,
    },
    /// A texted code.
    Text {
        /// The challenge and the send.
        compared: Compared,
    },
    /// A backup code.
    BackupCode {
        /// Its hash.
        presented: Presented,
        /// What was paid.
        charged: Charged,
    },
}

/// Why a factor was not proven.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// Wrong, used before, or somebody else was faster with it. Paid for.
    #[error("wrong")]
    Wrong(Charged),
    /// A texted code that was refused.
    #[error(transparent)]
    Code(#[from] CodeRefused),
    /// A texted code that was wrong. Paid for twice: one guess of its own three, one of the account's ten.
    #[error("wrong text")]
    WrongText(CodeRefused, Charged),
    /// The counter lets nothing through.
    #[error(transparent)]
    NotCharged(#[from] NotCharged),
    /// Too many hashes are under way. Paid for.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of ours.
    #[error("{0}")]
    Fault(String),
}

impl From<DbError> for NotProven {
    fn from(error: DbError) -> Self {
        Self::NotCharged(error.into())
    }
}

impl From<NotHashed> for NotProven {
    fn from(error: NotHashed) -> Self {
        match error {
            NotHashed::Busy(busy) => busy.into(),
            NotHashed::Hash(error) => Self::Fault(error.to_string()),
            NotHashed::Db(error) => error.into(),
        }
    }
}

impl From<CheckFailed> for NotProven {
    fn from(error: CheckFailed) -> Self {
        match error {
            CheckFailed::Db(error) => error.into(),
            CheckFailed::Unsealable | CheckFailed::NoRandomness(_) => Self::Fault(error.to_string()),
        }
    }
}

/// Compares a code of the authenticator app.
///
/// # Errors
/// [`NotProven`].
pub async fn by_app(app: &App, user: UserEpoch, code: OneTimeCode, count: Count) -> Result<Proven, NotProven> {
    let (keys, in_a_row) = (app.keys.clone(), app.settings.current().wrong_codes);
    let compared = app.db.run(move |conn| {
        let charged = attempts::charge(conn, in_a_row, user, Kind::Code, count)?;
        match authenticator::check(conn, &keys.totp_secret, user.id, &code, charged.now)? {
            Some(step) => Ok(Proven::App { step, charged }),
            None => Err(NotProven::Wrong(charged)),
        }
    });
    counted(Factor::App, compared.await)
}

/// Compares a texted code. Its challenge is paid before the account's counter, so that what its three guesses refuse
/// costs the account nothing.
///
/// # Errors
/// [`NotProven`].
pub async fn by_text(
    app: &App,
    user: UserEpoch,
    challenge: ChallengeId,
    code: OneTimeCode,
) -> Result<Proven, NotProven> {
    let in_a_row = app.settings.current().wrong_codes;
    let charging = app.db.run(move |conn| {
        let guess = match phone_verifications::store::charge_guess(conn, challenge)? {
            Some(guess) => guess,
            None => return Err(phone_verifications::store::why_closed(conn, challenge)?.into()),
        };
        Ok::<_, NotProven>((guess, attempts::charge(conn, in_a_row, user, Kind::Code, Count::SignIn)?))
    });
    let (guess, charged) = match charging.await {
        Ok(charged) => charged,
        Err(refused) => return counted(Factor::Text, Err(refused)),
    };
    let proven = match phone_verifications::compare(app, challenge, guess, code).await {
        Ok(compared) => Ok(Proven::Text { compared }),
        Err(refused @ (CodeRefused::Wrong { .. } | CodeRefused::OutOfGuesses)) => {
            Err(NotProven::WrongText(refused, charged))
        }
        Err(refused) => Err(refused.into()),
    };
    counted(Factor::Text, proven)
}

/// Compares a backup code, at the cost of one hash whether the account has any or not.
///
/// # Errors
/// [`NotProven`].
pub async fn by_backup_code(app: &App, user: UserEpoch, code: BackupCode, count: Count) -> Result<Proven, NotProven> {
    let in_a_row = app.settings.current().wrong_codes;
    let proving = async {
        let charged = app.db.run(move |conn| attempts::charge(conn, in_a_row, user, Kind::BackupCode, count)).await?;
        let presented = backup_codes::check(app, user.id, code).await?;
        Ok(Proven::BackupCode { presented, charged })
    };
    // Whether it was right shows when it is used up.
    proving.await.or_else(|refused| counted(Factor::BackupCode, Err(refused)))
}

fn counted(factor: Factor, proven: Result<Proven, NotProven>) -> Result<Proven, NotProven> {
    metrics::second_factor(
        factor,
        match &proven {
            Ok(_) => FactorCheck::Right,
            Err(NotProven::Wrong(_) | NotProven::WrongText(..)) => FactorCheck::Wrong,
            Err(NotProven::Code(CodeRefused::Expired | CodeRefused::OutOfGuesses)) => FactorCheck::Over,
            Err(NotProven::NotCharged(NotCharged::Rests { .. } | NotCharged::OnlyBackupCode)) => FactorCheck::Rests,
            Err(NotProven::NotCharged(NotCharged::Changed)) => FactorCheck::Over,
            Err(NotProven::Busy(_)) => FactorCheck::Busy,
            Err(NotProven::Code(_) | NotProven::NotCharged(NotCharged::Db(_)) | NotProven::Fault(_)) => {
                FactorCheck::Fault
            }
        },
    );
    proven
}

/// Uses the factor up, once. Answers how many backup codes are left, where one was used.
///
/// # Errors
/// [`NotProven`] when somebody else was faster; the transaction must not be committed then.
pub fn consume(conn: &mut PgConnection, user: UserEpoch, proven: Proven, from: &str) -> Result<Option<i64>, NotProven> {
    match proven {
        Proven::App { step, charged } => match authenticator::store::consume(conn, user.id, step)? {
            true => Ok(None),
            false => Err(NotProven::Wrong(charged)),
        },
        Proven::Text { compared } => {
            phone_verifications::consume(conn, compared, from)?;
            Ok(None)
        }
        Proven::BackupCode { presented, charged } => {
            let left = backup_codes::consume(conn, user.id, &presented)?;
            let check = if left.is_some() { FactorCheck::Right } else { FactorCheck::Wrong };
            metrics::second_factor(Factor::BackupCode, check);
            left.map(Some).ok_or(NotProven::Wrong(charged))
        }
    }
}

/// Writes down a factor that was wrong, and tells the owner where it has come to that.
///
/// # Errors
/// The database's.
pub fn note_refused(
    conn: &mut PgConnection,
    user: UserId,
    refused: &NotProven,
    origin: &Origin,
    owner: Option<&Recipient>,
) -> Result<(), DbError> {
    match refused {
        NotProven::Wrong(charged) | NotProven::WrongText(_, charged) => {
            db::transaction(conn, |conn| attempts::note_wrong(conn, user, charged, origin, owner))
        }
        _ => Ok(()),
    }
}
