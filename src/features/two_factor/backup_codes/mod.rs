//! Ten codes for the day the phone is gone.
//!
//! - Made when two-factor is switched on and whenever the owner wants new ones; shown once, in the answer that makes them.
//! - Each works once. A new set ends the one before.
//! - 80 random bits each, kept as Argon2id hashes. A set has one salt, so that one hash finds the row and one conditional
//!   statement uses it up (BKP-01, BKP-02).

use diesel::PgConnection;

use crate::{
    app::App,
    crypto::{
        code_hash::CodeSalt,
        hasher::{Busy, HashFailed},
    },
    db::DbError,
    domain::{backup_code::BackupCode, ids::UserId},
};

pub mod store;

/// Codes of a set.
pub const CODES: usize = 10;
/// So few, and the owner is asked to make new ones (REC-06).
pub const FEW: i64 = 3;

/// A new set: what is shown, and what is kept of it.
pub struct NewSet {
    /// Shown once.
    pub codes: Vec<BackupCode>,
    salt: CodeSalt,
    hashes: Vec<Vec<u8>>,
}

/// A code that was typed in, as its row would have it.
pub struct Presented(Vec<u8>);

/// Why there is no set, or no comparison.
#[derive(Debug, thiserror::Error)]
pub enum NotHashed {
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

/// Makes a set. It counts once [`store::replace`] has kept it.
///
/// # Errors
/// [`NotHashed`].
pub async fn generate(app: &App) -> Result<NewSet, NotHashed> {
    let made = app.hasher.run(|slot| {
        let salt = slot.new_salt()?;
        let codes: Vec<BackupCode> = (0..CODES).map(|_| BackupCode::generate()).collect();
        let hashes = codes.iter().map(|code| slot.hash_code(code, &salt)).collect::<Result<_, _>>()?;
        Ok::<_, HashFailed>(NewSet { codes, salt, hashes })
    });
    Ok(made.await??)
}

/// Hashes a code as the account's set has it. An account without one costs the same.
///
/// # Errors
/// [`NotHashed`].
pub async fn check(app: &App, user: UserId, code: BackupCode) -> Result<Presented, NotHashed> {
    let salt = app.db.run(move |conn| store::find_salt(conn, user)).await?;
    let hashed = app.hasher.run(move |slot| match salt {
        Some(salt) => slot.hash_code(&code, &salt),
        None => slot.hash_decoy_code(&code).map(|()| Vec::new()),
    });
    Ok(Presented(hashed.await??))
}

/// Uses a code up, once. Answers how many are left, or that there is no such code.
pub fn consume(conn: &mut PgConnection, user: UserId, presented: &Presented) -> Result<Option<i64>, DbError> {
    store::consume(conn, user, &presented.0)
}
