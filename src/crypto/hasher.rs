//! Argon2id, as many at once as there are cores, with a short queue before it.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand::{TryRng as _, rngs::SysRng};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{
    keys::{DerivedKey, KeyRing, KeyUse, SecretKey},
    recipe::{Cost, HASH_LENGTH, Recipe},
    token::NoRandomness,
};
use crate::{
    domain::password::{Password, TypedPassword},
    metrics,
};

/// Memory of one hash in KiB. PWD-08; OWASP's minimum for Argon2id with two passes. Settings may raise it.
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
pub const PASSES: u32 = 2;
/// Lanes.
pub const LANES: u32 = 1;
/// How many may wait for each core. At some 20 ms a hash the last of them waits less than a second.
pub const QUEUE_PER_CORE: usize = 32;

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
    slots: usize,
    running: Arc<Semaphore>,
    /// Those running and those waiting.
    admitted: Arc<Semaphore>,
    /// Blocks of finished hashes, used again: allocating 19 MiB each time costs a quarter more.
    spare_memory: Arc<Mutex<Vec<Vec<Block>>>>,
    common: Arc<Common>,
}

/// What all slots share.
pub(super) struct Common {
    pub(super) password_pepper: KeyRing,
    pub(super) backup_code_pepper: KeyRing,
    /// What the password of an account that is not there is verified against.
    decoy: OnceLock<PasswordHash>,
    /// Nanoseconds that the last hash of the current cost took; 0 before the first.
    pub(super) full_cost: AtomicU64,
}

impl Hasher {
    /// A hasher for this machine's cores.
    pub fn new(secret: &SecretKey) -> Self {
        Self::with_slots(secret, std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

    fn with_slots(secret: &SecretKey, slots: usize) -> Self {
        Self {
            slots,
            running: Arc::new(Semaphore::new(slots)),
            admitted: Arc::new(Semaphore::new(slots * (1 + QUEUE_PER_CORE))),
            spare_memory: Arc::default(),
            common: Arc::new(Common {
                password_pepper: KeyRing::derive(secret, KeyUse::PasswordPepper),
                backup_code_pepper: KeyRing::derive(secret, KeyUse::BackupCodePepper),
                decoy: OnceLock::new(),
                full_cost: AtomicU64::new(0),
            }),
        }
    }

    /// Runs `work` on a blocking thread once a slot is free.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full; then nothing has run.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut Slot) -> T + Send + 'static) -> Result<T, Busy> {
        let Ok(admitted) = Arc::clone(&self.admitted).try_acquire_owned() else {
            metrics::hash_refused();
            return Err(Busy);
        };
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Busy)?;
        let hasher = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut slot = Slot { memory: hasher.take_memory(), common: Arc::clone(&hasher.common) };
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

    /// How many hashes run and how many wait, for the listing of metrics.
    pub fn load(&self) -> (usize, usize) {
        let running = self.slots - self.running.available_permits();
        let admitted = self.slots * (1 + QUEUE_PER_CORE) - self.admitted.available_permits();
        (running, admitted.saturating_sub(running))
    }

    fn take_memory(&self) -> Vec<Block> {
        let spare = self.spare_memory.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| vec![Block::new(); MEMORY_KIB as usize])
    }

    fn put_back(&self, memory: Vec<Block>) {
        self.spare_memory.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}

/// Whether a password was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It was wrong.
    No,
    /// It was right.
    Yes,
    /// It was right, and its hash was made at a lower cost or with the previous key: replace it, see [`Slot::rehash`].
    YesOutdated,
}

/// The right to use a core and its memory for one password or code.
pub struct Slot {
    memory: Vec<Block>,
    pub(super) common: Arc<Common>,
}

impl Slot {
    /// Hashes a new password with a new salt. Source: RFC 9106; the string is PHC's.
    ///
    /// # Errors
    /// When there is no randomness for the salt, or Argon2 refuses its input.
    pub fn hash(&mut self, password: &Password) -> Result<PasswordHash, HashFailed> {
        self.hash_text(password.expose())
    }

    /// Hashes a password that has just been found right anew. Length rules do not apply: it is the account's password.
    ///
    /// # Errors
    /// As [`Slot::hash`].
    pub fn rehash(&mut self, typed: &TypedPassword) -> Result<PasswordHash, HashFailed> {
        self.hash_text(typed.expose())
    }

    /// Whether `typed` is the password of the account that `stored` belongs to.
    ///
    /// The answer comes no sooner for a hash of a lower cost (E-7), nor for one that cannot be read.
    ///
    /// # Errors
    /// When the stored hash is damaged or names a key that is no longer accepted: faults of ours, for the log.
    pub fn verify(&mut self, typed: &TypedPassword, stored: &PasswordHash) -> Result<Verified, HashFailed> {
        let common = Arc::clone(&self.common);
        let (recipe, expected, key) = match read(stored, &common.password_pepper) {
            Ok(readable) => readable,
            Err(unreadable) => {
                self.verify_decoy(typed)?;
                return Err(unreadable);
            }
        };
        let hash = self.compute(typed.expose().as_bytes(), &recipe, key)?;
        let right = bool::from(hash.ct_eq(&expected));
        let outdated = recipe.cost.is_below_current() || key.id != common.password_pepper.current.id;
        Ok(match (right, outdated) {
            (false, _) => Verified::No,
            (true, false) => Verified::Yes,
            (true, true) => Verified::YesOutdated,
        })
    }

    /// Costs what [`Slot::verify`] costs, for an identifier that belongs to no account. AUT-09.
    ///
    /// # Errors
    /// As [`Slot::hash`].
    pub fn verify_decoy(&mut self, typed: &TypedPassword) -> Result<(), HashFailed> {
        let decoy = self.common.decoy()?.clone();
        self.verify(typed, &decoy).map(drop)
    }

    fn hash_text(&mut self, text: &str) -> Result<PasswordHash, HashFailed> {
        let key = self.common.password_pepper.current.clone();
        let recipe = Recipe::new(&key.id.0)?;
        let hash = self.compute(text.as_bytes(), &recipe, &key)?;
        Ok(PasswordHash(recipe.with_hash(&hash)))
    }

    /// One run of Argon2id, which takes no less time than one of the current cost.
    pub(super) fn compute(
        &mut self,
        input: &[u8],
        recipe: &Recipe,
        key: &DerivedKey,
    ) -> Result<Zeroizing<[u8; HASH_LENGTH]>, HashFailed> {
        let started = Instant::now();
        let Cost { memory_kib, passes, lanes } = recipe.cost;
        let params = Params::new(memory_kib, passes, lanes, Some(HASH_LENGTH))?;
        let blocks = params.block_count();
        let argon2 = Argon2::new_with_secret(key.expose(), Algorithm::Argon2id, Version::V0x13, params)?;
        let mut hash = Zeroizing::new([0; HASH_LENGTH]);
        if blocks <= self.memory.len() {
            argon2.hash_password_into_with_memory(input, &recipe.salt, hash.as_mut(), &mut self.memory)?;
        } else {
            // From a time of a higher cost. Given back at once: the memory that is kept is for the current cost.
            argon2.hash_password_into(input, &recipe.salt, hash.as_mut())?;
        }
        if recipe.cost == Cost::CURRENT {
            let nanoseconds = started.elapsed().as_nanos().try_into().unwrap_or(u64::MAX);
            self.common.full_cost.store(nanoseconds, Ordering::Relaxed);
        } else {
            self.wait_for_full_cost(started)?;
        }
        Ok(hash)
    }

    /// Sleeps until a hash of the current cost would have been done.
    fn wait_for_full_cost(&mut self, started: Instant) -> Result<(), HashFailed> {
        match self.common.full_cost.load(Ordering::Relaxed) {
            // Nothing to go by yet: a whole hash more, which measures one.
            0 => {
                let key = self.common.password_pepper.current.clone();
                self.compute(&[], &Recipe::new(&key.id.0)?, &key).map(drop)
            }
            full_cost => {
                std::thread::sleep(Duration::from_nanos(full_cost).saturating_sub(started.elapsed()));
                Ok(())
            }
        }
    }
}

impl Common {
    /// The hash of a password that nobody knows: its bytes are drawn rather than computed, which nothing can tell.
    /// Made with the current cost and key, so that verifying against it is a verification like any other.
    fn decoy(&self) -> Result<&PasswordHash, NoRandomness> {
        if let Some(decoy) = self.decoy.get() {
            return Ok(decoy);
        }
        let recipe = Recipe::new(&self.password_pepper.current.id.0)?;
        let mut hash = [0; HASH_LENGTH];
        SysRng.try_fill_bytes(&mut hash).map_err(|_| NoRandomness)?;
        Ok(self.decoy.get_or_init(|| PasswordHash(recipe.with_hash(&hash))))
    }
}

/// What a stored hash says: how it was made, the hash itself, and the key that was mixed in.
fn read<'a>(
    stored: &PasswordHash,
    peppers: &'a KeyRing,
) -> Result<(Recipe, [u8; HASH_LENGTH], &'a DerivedKey), HashFailed> {
    let (recipe, hash) = Recipe::parse_with_hash(&stored.0).ok_or(HashFailed::Unreadable)?;
    let key = find_key(&recipe, peppers)?;
    Ok((recipe, hash, key))
}

/// The key that a recipe names.
pub(super) fn find_key<'a>(recipe: &Recipe, peppers: &'a KeyRing) -> Result<&'a DerivedKey, HashFailed> {
    peppers.find(&recipe.key_id).ok_or_else(|| HashFailed::UnknownKey(recipe.key_id.clone()))
}

/// A password could not be hashed or verified; a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum HashFailed {
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Argon2 refused its parameters or input.
    #[error("argon2: {0}")]
    Argon2(argon2::Error),
    /// The database holds something else than a hash of ours.
    #[error("a stored hash cannot be read")]
    Unreadable,
    /// The hash was made with a secret key that is neither the current nor the previous one.
    #[error("a stored hash names the key {0:?}, which LATCHKEY_SECRET_KEY does not hold")]
    UnknownKey(String),
}

impl From<argon2::Error> for HashFailed {
    fn from(error: argon2::Error) -> Self {
        Self::Argon2(error)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use argon2::password_hash::{PasswordVerifier as _, phc};

    use super::*;

    pub(in crate::crypto) const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    pub(in crate::crypto) const NEW: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    const LOW: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

    fn hasher(slots: usize) -> Hasher {
        Hasher::with_slots(&SecretKey::for_development(), slots)
    }

    /// One slot of a hasher with this secret key.
    pub(in crate::crypto) fn slot(secret: &str) -> Slot {
        let hasher = Hasher::with_slots(&SecretKey::parse(secret).expect("a key"), 1);
        Slot { memory: hasher.take_memory(), common: hasher.common }
    }

    fn password() -> Password {
        Password::parse("a long enough pass phrase").expect("a password")
    }

    fn typed(text: &str) -> TypedPassword {
        TypedPassword::parse(text).expect("something typed")
    }

    /// The hash of [`password`] at another cost.
    fn hash_at(slot: &mut Slot, cost: Cost) -> PasswordHash {
        let key = slot.common.password_pepper.current.clone();
        let recipe = Recipe { cost, ..Recipe::new(&key.id.0).expect("randomness") };
        let hash = slot.compute(password().expose().as_bytes(), &recipe, &key).expect("a hash");
        PasswordHash(recipe.with_hash(&hash))
    }

    #[test]
    fn pwd_08_the_right_password_and_no_other_is_verified() {
        let mut slot = slot(OLD);
        let stored = slot.hash(&password()).expect("a hash");
        let mut verify = |text| slot.verify(&typed(text), &stored).expect("a verdict");
        assert_eq!(verify("a long enough pass phrase"), Verified::Yes);
        for wrong in ["a long enough pass phrase ", "A long enough pass phrase", "a long enough pass phras", "a"] {
            assert_eq!(verify(wrong), Verified::No, "{wrong}");
        }
    }

    #[test]
    fn pwd_06_composed_and_decomposed_are_verified_alike() {
        let mut slot = slot(OLD);
        let stored = slot.hash(&Password::parse("caf\u{e9} caf\u{e9} ok").expect("a password")).expect("a hash");
        assert_eq!(slot.verify(&typed("cafe\u{301} cafe\u{301} ok"), &stored).expect("a verdict"), Verified::Yes);
    }

    #[test]
    fn pwd_08_a_lower_cost_is_told_and_rehashing_ends_it() {
        let mut slot = slot(OLD);
        let right = typed(password().expose());
        for low in [LOW, Cost { passes: 1, ..Cost::CURRENT }, Cost { memory_kib: MEMORY_KIB - 1, ..Cost::CURRENT }] {
            let stored = hash_at(&mut slot, low);
            assert_eq!(slot.verify(&typed("wrong"), &stored).expect("a verdict"), Verified::No);
            assert_eq!(slot.verify(&right, &stored).expect("a verdict"), Verified::YesOutdated, "{low:?}");
        }
        let renewed = slot.rehash(&right).expect("a hash");
        assert_eq!(slot.verify(&right, &renewed).expect("a verdict"), Verified::Yes);
    }

    #[test]
    fn pwd_08_a_higher_cost_is_verified_too_and_stays() {
        let mut slot = slot(OLD);
        let stored = hash_at(&mut slot, Cost { memory_kib: MEMORY_KIB + 8, ..Cost::CURRENT });
        assert_eq!(slot.verify(&typed(password().expose()), &stored).expect("a verdict"), Verified::Yes);
        assert_eq!(slot.memory.len(), MEMORY_KIB as usize, "no more memory is kept than the current cost needs");
    }

    #[test]
    fn cry_01_a_hash_of_before_a_rotation_is_verified_during_it_and_not_after() {
        let right = typed(password().expose());
        let stored = slot(OLD).hash(&password()).expect("a hash");
        let mut during = slot(&format!("{NEW},{OLD}"));
        assert_eq!(during.verify(&right, &stored).expect("a verdict"), Verified::YesOutdated);
        assert_eq!(during.verify(&typed("wrong"), &stored).expect("a verdict"), Verified::No);
        let renewed = during.rehash(&right).expect("a hash");
        let mut after = slot(NEW);
        assert_eq!(after.verify(&right, &renewed).expect("a verdict"), Verified::Yes);
        assert!(matches!(after.verify(&right, &stored), Err(HashFailed::UnknownKey(_))));
    }

    #[test]
    fn aut_09_what_cannot_be_verified_costs_a_hash_all_the_same() {
        let mut slot = slot(OLD);
        let foreign = self::slot(NEW).hash(&password()).expect("a hash");
        for stored in [foreign, PasswordHash::from_stored(String::new()), PasswordHash::from_stored("!".to_owned())] {
            slot.common.full_cost.store(0, Ordering::Relaxed);
            assert!(slot.verify(&typed("anything"), &stored).is_err());
            assert_ne!(slot.common.full_cost.load(Ordering::Relaxed), 0, "a hash of the current cost was computed");
        }
    }

    #[test]
    fn aut_09_the_decoy_has_the_current_cost_and_a_hash_of_its_own() {
        let mut slot = slot(OLD);
        slot.verify_decoy(&typed("anything")).expect("a hash");
        assert_ne!(slot.common.full_cost.load(Ordering::Relaxed), 0, "a hash of the current cost was computed");
        let decoy = slot.common.decoy().expect("a decoy").clone();
        let (recipe, _) = Recipe::parse_with_hash(decoy.as_stored()).expect("a hash as any other");
        assert_eq!(recipe.cost, Cost::CURRENT);
        assert_eq!(slot.common.decoy().expect("a decoy").as_stored(), decoy.as_stored(), "made once");
        let other = self::slot(OLD).common;
        assert_ne!(other.decoy().expect("a decoy").as_stored(), decoy.as_stored(), "no literal");
    }

    #[test]
    fn e_7_a_lower_cost_is_verified_no_sooner_than_the_current_one() {
        let mut slot = slot(OLD);
        let stored = hash_at(&mut slot, LOW);
        let full_cost = slot.common.full_cost.load(Ordering::Relaxed);
        assert_ne!(full_cost, 0, "without anything to go by a whole hash is computed");
        for text in ["wrong", password().expose()] {
            let started = Instant::now();
            slot.verify(&typed(text), &stored).expect("a verdict");
            assert!(started.elapsed() >= Duration::from_nanos(full_cost));
        }
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
            let pepper = hasher.common.password_pepper.current.expose();
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
