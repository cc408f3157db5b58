//! Argon2id, as many at once as there are cores, with a short queue before it.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use rand::{TryRng as _, rngs::SysRng};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{
    keys::{DerivedKey, KeyRing},
    token::NoRandomness,
};
use crate::domain::password::Password;

/// Memory of one hash in KiB. PWD-08; OWASP's minimum for Argon2id with two passes. Settings may raise it.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
pub const PASSES: u32 = 2;
/// Lanes.
pub const LANES: u32 = 1;
/// How many may wait for each core. At some 20 ms a hash the last of them waits less than a second.
pub const QUEUE_PER_CORE: usize = 32;

const HASH_LENGTH: usize = 32;
const SALT_LENGTH: usize = 16;

/// A password hash in PHC string form, with the pepper's key id in `keyid`.
#[derive(Clone)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// As it goes to the database.
    pub fn as_stored(&self) -> &str {
        &self.0
    }

    /// As it came from the database.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Every hash slot is taken and the queue is full. The page says to try again.
#[derive(Debug, thiserror::Error)]
#[error("too many passwords are being hashed")]
pub struct Busy;

impl Busy {
    /// When trying again makes sense.
    pub const RETRY_AFTER: Duration = Duration::from_secs(2);
}

/// Hashes passwords on blocking threads, never more at once than cores. What costs as much as a hash, like rating a
/// password, runs under the same permits (PWD-09).
#[derive(Clone)]
pub struct Hasher {
    running: Arc<Semaphore>,
    /// Those running and those waiting.
    admitted: Arc<Semaphore>,
    /// Blocks of finished hashes, used again: allocating 19 MiB each time costs a quarter more.
    spare_memory: Arc<Mutex<Vec<Vec<Block>>>>,
    pepper: KeyRing,
}

impl Hasher {
    /// A hasher for this machine's cores.
    pub fn new(pepper: KeyRing) -> Self {
        Self::with_slots(pepper, std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

    fn with_slots(pepper: KeyRing, slots: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(slots)),
            admitted: Arc::new(Semaphore::new(slots * (1 + QUEUE_PER_CORE))),
            spare_memory: Arc::default(),
            pepper,
        }
    }

    /// Runs `work` on a blocking thread once a slot is free.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full; then nothing has run.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Slot) -> T + Send + 'static) -> Result<T, Busy> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Busy)?;
        let hasher = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut slot = Slot { memory: hasher.take_memory(), pepper: hasher.pepper.current.clone() };
            let result = work(&mut slot);
            hasher.put_back(slot.memory);
            // Held until the work is done, also when whoever asked has gone away.
            drop((running, admitted));
            result
        });
        match done.await {
            Ok(result) => Ok(result),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(Busy),
            },
        }
    }

    fn take_memory(&self) -> Vec<Block> {
        let spare = self.spare_memory.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| vec![Block::new(); MEMORY_KIB as usize])
    }

    fn put_back(&self, memory: Vec<Block>) {
        self.spare_memory.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}

/// The right to use a core and its memory for one password.
pub struct Slot {
    memory: Vec<Block>,
    pepper: DerivedKey,
}

impl Slot {
    /// Hashes a password with a new salt. Source: RFC 9106; the string is PHC's.
    ///
    /// # Errors
    /// When there is no randomness for the salt, or Argon2 refuses its input.
    pub fn hash(&mut self, password: &Password) -> Result<PasswordHash, HashFailed> {
        let mut salt = [0; SALT_LENGTH];
        SysRng.try_fill_bytes(&mut salt).map_err(|_| NoRandomness)?;
        let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_LENGTH))?;
        let argon2 = Argon2::new_with_secret(self.pepper.expose(), Algorithm::Argon2id, Version::V0x13, params)?;
        let mut hash = Zeroizing::new([0; HASH_LENGTH]);
        argon2.hash_password_into_with_memory(password.expose().as_bytes(), &salt, hash.as_mut(), &mut self.memory)?;
        let encode = |bytes: &[u8]| STANDARD_NO_PAD.encode(bytes);
        Ok(PasswordHash(format!(
            "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES},keyid={}${}${}",
            encode(self.pepper.id.0.as_bytes()),
            encode(&salt),
            encode(hash.as_ref()),
        )))
    }
}

/// A password could not be hashed; a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum HashFailed {
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Argon2 refused its parameters or input.
    #[error("argon2: {0}")]
    Argon2(argon2::Error),
}

impl From<argon2::Error> for HashFailed {
    fn from(error: argon2::Error) -> Self {
        Self::Argon2(error)
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordVerifier as _, phc};

    use super::*;
    use crate::crypto::keys::{KeyUse, SecretKey};

    fn hasher(slots: usize) -> Hasher {
        Hasher::with_slots(KeyRing::derive(&SecretKey::for_development(), KeyUse::PasswordPepper), slots)
    }

    fn password() -> Password {
        Password::parse("a long enough pass phrase").expect("a password")
    }

    #[actix_web::test]
    async fn pwd_08_a_hash_is_argon2id_with_our_cost_a_salt_of_its_own_and_the_pepper() {
        let hasher = hasher(1);
        let mut hashes = Vec::new();
        for _ in 0..2 {
            hashes.push(hasher.run(|slot| slot.hash(&password())).await.expect("a slot").expect("a hash").0);
        }
        assert_ne!(hashes[0], hashes[1], "salts differ, and memory used before leaves no trace");
        for text in hashes {
            assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid="), "{text}");
            let hash = phc::PasswordHash::new(&text).expect("a PHC string");
            let verify = |argon2: Argon2<'_>| argon2.verify_password(b"a long enough pass phrase", &hash);
            let pepper = hasher.pepper.current.expose();
            let ours = Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
            assert!(verify(ours.expect("argon2")).is_ok());
            assert!(verify(Argon2::default()).is_err(), "without the pepper nothing fits");
        }
    }

    #[actix_web::test]
    async fn pwd_09_a_full_queue_answers_busy_at_once_and_recovers() {
        let hasher = hasher(1);
        let (release, released) = std::sync::mpsc::channel::<()>();
        let first = {
            let hasher = hasher.clone();
            actix_web::rt::spawn(async move { hasher.run(move |_| released.recv().is_ok()).await })
        };
        while hasher.running.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (0..QUEUE_PER_CORE)
            .map(|_| {
                let hasher = hasher.clone();
                actix_web::rt::spawn(async move { hasher.run(|_| ()).await })
            })
            .collect();
        while hasher.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(hasher.run(|_| ()).await.is_err());
        release.send(()).expect("the first is waiting");
        assert!(first.await.expect("joined").expect("ran"));
        for one in waiting {
            one.await.expect("joined").expect("those who queued are served");
        }
        assert!(hasher.run(|_| ()).await.is_ok());
        assert_eq!(hasher.spare_memory.lock().expect("not poisoned").len(), 1, "one slot needs one memory");
    }
}
