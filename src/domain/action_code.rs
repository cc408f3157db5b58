//! The long code that a text carries, good for one act.

use std::fmt;

use super::backup_code::BackupCode;

/// 16 characters that are written, read and spelled like those of a [`BackupCode`], and are none.
#[derive(Clone)]
pub struct ActionCode(BackupCode);

/// What was typed is not such a code. One reason for all: the page asks for 16 characters whatever went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code of 16 characters")]
pub struct NotAnActionCode;

impl ActionCode {
    /// Makes a new code from the operating system's randomness: 80 bits.
    ///
    /// # Panics
    /// When the operating system has no randomness to give. There is no safe way on from there.
    pub fn generate() -> Self {
        Self(BackupCode::generate())
    }

    /// Reads a code as people type or paste it.
    ///
    /// # Errors
    /// [`NotAnActionCode`].
    pub fn parse(typed: &str) -> Result<Self, NotAnActionCode> {
        BackupCode::parse(typed).map(Self).map_err(|_| NotAnActionCode)
    }

    /// The 16 characters, for the hash. Nothing else may ask.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The code in four groups, for the text.
    pub fn grouped(&self) -> String {
        self.0.grouped()
    }
}

impl fmt::Debug for ActionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ActionCode(…)")
    }
}
