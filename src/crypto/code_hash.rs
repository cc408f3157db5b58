//! Hashes of backup codes: Argon2id as for passwords, with one salt for all codes of a set, so that one hash finds the
//! row of whichever code was typed. A salt of each code's own would cost ten hashes, and guessing is no easier: each
//! guess is tried against one set only, and 80 random bits have no likely values.

use std::sync::Arc;

use super::{
    hasher::{HashFailed, Slot, find_key},
    keys::{DerivedKey, KeyRing},
    recipe::Recipe,
};
use crate::domain::backup_code::BackupCode;

/// What all codes of a set are hashed with, `$argon2id$v=19$m=…,t=…,p=…,keyid=…$<salt>`.
#[derive(Debug, Clone)]
pub struct CodeSalt(String);

impl CodeSalt {
    /// As it goes to the database.
    pub fn as_stored(&self) -> &str {
        &self.0
    }

    /// As it came from the database.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    fn read(&self, peppers: &KeyRing) -> Result<(Recipe, DerivedKey), HashFailed> {
        let recipe = Recipe::parse(&self.0).ok_or(HashFailed::Unreadable)?;
        let key = find_key(&recipe, peppers)?.clone();
        Ok((recipe, key))
    }
}

impl Slot {
    /// What the codes of a new set are hashed with.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn new_salt(&self) -> Result<CodeSalt, HashFailed> {
        Ok(CodeSalt(Recipe::new(&self.common.backup_code_pepper.current.id.0)?.to_string()))
    }

    /// The 32 bytes by which a code of the set with this salt is stored and found.
    ///
    /// # Errors
    /// When the salt is damaged or names a key that is no longer accepted. That costs a hash too.
    pub fn hash_code(&mut self, code: &BackupCode, salt: &CodeSalt) -> Result<Vec<u8>, HashFailed> {
        let common = Arc::clone(&self.common);
        match salt.read(&common.backup_code_pepper) {
            Ok((recipe, key)) => Ok(self.compute(code.expose().as_bytes(), &recipe, &key)?.to_vec()),
            Err(unreadable) => {
                self.hash_decoy_code(code)?;
                Err(unreadable)
            }
        }
    }

    /// Costs what [`Slot::hash_code`] costs, for an account that has no codes. BKP-02.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn hash_decoy_code(&mut self, code: &BackupCode) -> Result<(), HashFailed> {
        let salt = self.new_salt()?;
        self.hash_code(code, &salt).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::crypto::hasher::tests::{NEW, OLD, slot};

    fn code() -> BackupCode {
        BackupCode::parse("0123-ABCD-EFGH-1JK1").expect("a code")
    }

    #[test]
    fn bkp_02_one_hash_finds_the_code_whatever_its_spelling() {
        let mut slot = slot(OLD);
        let salt = slot.new_salt().expect("a salt");
        let stored = slot.hash_code(&code(), &salt).expect("a hash");
        assert_eq!(stored.len(), 32);
        let salt = CodeSalt::from_stored(salt.as_stored().to_owned());
        let respelled = BackupCode::parse("o123 abcd efgh ljki").expect("a code");
        assert_eq!(slot.hash_code(&respelled, &salt).expect("a hash"), stored);
        let other = BackupCode::parse("0123-ABCD-EFGH-1JK2").expect("a code");
        assert_ne!(slot.hash_code(&other, &salt).expect("a hash"), stored);
        let other_set = slot.new_salt().expect("a salt");
        assert_ne!(slot.hash_code(&code(), &other_set).expect("a hash"), stored);
    }

    #[test]
    fn cry_01_codes_have_a_pepper_of_their_own_and_outlive_a_rotation() {
        let mut before = slot(OLD);
        let salt = before.new_salt().expect("a salt");
        let stored = before.hash_code(&code(), &salt).expect("a hash");
        let recipe = Recipe::parse(salt.as_stored()).expect("a recipe");
        let pepper = before.common.password_pepper.current.clone();
        let as_password = before.compute(code().expose().as_bytes(), &recipe, &pepper).expect("a hash");
        assert_ne!(as_password.to_vec(), stored);
        assert_eq!(slot(&format!("{NEW},{OLD}")).hash_code(&code(), &salt).expect("a hash"), stored);
        assert!(matches!(slot(NEW).hash_code(&code(), &salt), Err(HashFailed::UnknownKey(_))));
    }

    #[test]
    fn bkp_02_no_set_and_a_damaged_salt_cost_a_hash_all_the_same() {
        let mut slot = slot(OLD);
        slot.hash_decoy_code(&code()).expect("a hash");
        assert_ne!(slot.common.full_cost.swap(0, Ordering::Relaxed), 0, "a hash of the current cost was computed");
        let damaged = CodeSalt::from_stored("$argon2id$".to_owned());
        assert!(matches!(slot.hash_code(&code(), &damaged), Err(HashFailed::Unreadable)));
        assert_ne!(slot.common.full_cost.load(Ordering::Relaxed), 0, "a hash of the current cost was computed");
    }
}
