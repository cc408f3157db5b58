//! Every key, derived from the one secret key.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The secret key of the deployment, and the one before it while a rotation lasts.
#[derive(Clone)]
pub struct SecretKey {
    current: Zeroizing<Vec<u8>>,
    previous: Option<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl SecretKey {
    /// Reads `current` or `current,previous`, each 32 or more bytes in base64.
    ///
    /// A key of few different bytes is a placeholder and refused: 32 random bytes have fewer than 16 distinct values
    /// about once in 10^11 keys.
    pub fn parse(text: &str) -> Option<Self> {
        let mut keys = text.split(',').map(|part| decode(part.trim()));
        let current = keys.next()??;
        let previous = match keys.next() {
            Some(key) => Some(key?),
            None => None,
        };
        keys.next().is_none().then_some(Self { current, previous })
    }

    /// The key of a start on a loopback origin that was given none. Everybody knows it; only this machine can use it.
    pub fn for_development() -> Self {
        let bytes = Sha256::digest(b"latchkey: development only, refused for every public origin");
        Self { current: Zeroizing::new(bytes.to_vec()), previous: None }
    }
}

fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
    let distinct = bytes.iter().collect::<std::collections::BTreeSet<_>>().len();
    (bytes.len() >= 32 && distinct >= 16).then_some(bytes)
}

/// What a key is for. Each use has a label of its own, so that no value made for one works for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// MACs of one-time codes.
    OneTimeCode,
    /// Keys of throttles, which must not be readable as what they stand for.
    ThrottleKey,
    /// Mixed into every password hash.
    PasswordPepper,
    /// Mixed into every hash of a backup code.
    BackupCodePepper,
    /// Seals the session cookie.
    SessionCookie,
    /// Seals the cookie of a trusted device.
    DeviceCookie,
    /// Seals the secrets of authenticator apps.
    TotpSecret,
    /// Hashes of the long codes that texts carry.
    ActionCode,
    /// Stands for a person or a number in what outlives them.
    Pseudonym,
    /// Chains the rows of the audit trail.
    Audit,
}

impl KeyUse {
    /// Every use, for the inventory of keys.
    pub const ALL: [Self; 10] = [
        Self::OneTimeCode,
        Self::ThrottleKey,
        Self::PasswordPepper,
        Self::BackupCodePepper,
        Self::SessionCookie,
        Self::DeviceCookie,
        Self::TotpSecret,
        Self::ActionCode,
        Self::Pseudonym,
        Self::Audit,
    ];

    /// The label given to HKDF. Changing one makes everything stored under it unreadable.
    pub fn label(self) -> &'static str {
        match self {
            Self::OneTimeCode => "latchkey v1 one-time code",
            Self::ThrottleKey => "latchkey v1 throttle key",
            Self::PasswordPepper => "latchkey v1 password pepper",
            Self::BackupCodePepper => "latchkey v1 backup code pepper",
            Self::SessionCookie => "latchkey v1 session cookie",
            Self::DeviceCookie => "latchkey v1 device cookie",
            Self::TotpSecret => "latchkey v1 authenticator secret",
            Self::ActionCode => "latchkey v1 action code",
            Self::Pseudonym => "latchkey v1 pseudonym",
            Self::Audit => "latchkey v1 audit trail",
        }
    }
}

/// Names the secret key that a stored value was made with, in 8 hexadecimal digits. Says nothing about the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyId(pub String);

/// A key for one use.
#[derive(Clone)]
pub struct DerivedKey {
    /// Which secret key it comes from.
    pub id: KeyId,
    bytes: Zeroizing<[u8; 64]>,
}

impl DerivedKey {
    /// The 64 bytes, for a cipher or a MAC.
    pub fn expose(&self) -> &[u8; 64] {
        &self.bytes
    }
}

impl fmt::Debug for DerivedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DerivedKey({:?})", self.id)
    }
}

/// The keys for one use: what new values are made with, and what values of before a rotation are checked with.
#[derive(Debug, Clone)]
pub struct KeyRing {
    /// For everything new.
    pub current: DerivedKey,
    previous: Option<DerivedKey>,
}

impl KeyRing {
    /// The keys that `secret` gives for `purpose`. Source: RFC 5869 (HKDF-SHA-256).
    pub fn derive(secret: &SecretKey, purpose: KeyUse) -> Self {
        let derive = |input: &Zeroizing<Vec<u8>>| {
            let hkdf = Hkdf::<Sha256>::new(None, input);
            let mut bytes = Zeroizing::new([0; 64]);
            let mut id = [0; 4];
            // 64 and 4 bytes are far below HKDF's limit of 8160, the only thing that can fail here.
            let _ = hkdf.expand(purpose.label().as_bytes(), bytes.as_mut());
            let _ = hkdf.expand(b"latchkey v1 key id", &mut id);
            DerivedKey { id: KeyId(format!("{:08x}", u32::from_be_bytes(id))), bytes }
        };
        Self { current: derive(&secret.current), previous: secret.previous.as_ref().map(derive) }
    }

    /// All that are still accepted, the current one first.
    pub fn all(&self) -> impl Iterator<Item = &DerivedKey> {
        [Some(&self.current), self.previous.as_ref()].into_iter().flatten()
    }

    /// The key that a stored value names, if it is still accepted.
    pub fn find(&self, id: &str) -> Option<&DerivedKey> {
        self.all().find(|key| key.id.0 == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> String {
        STANDARD.encode((first..first + 32).collect::<Vec<u8>>())
    }

    #[test]
    fn cry_01_each_use_has_a_label_and_a_key_of_its_own() {
        let secret = SecretKey::parse(&key(1)).expect("a key");
        let keys = KeyUse::ALL.map(|purpose| *KeyRing::derive(&secret, purpose).current.expose());
        for (i, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(i + 1).all(|other| other != one));
        }
    }

    #[test]
    fn cry_01_during_a_rotation_the_previous_key_is_still_found() {
        let before = KeyRing::derive(&SecretKey::parse(&key(1)).expect("a key"), KeyUse::OneTimeCode);
        let both = SecretKey::parse(&format!("{},{}", key(2), key(1))).expect("two keys");
        let during = KeyRing::derive(&both, KeyUse::OneTimeCode);
        assert_ne!(before.current.id, during.current.id);
        let found = during.find(&before.current.id.0).expect("found by its id");
        assert_eq!(found.expose(), before.current.expose());
        assert!(during.find("00000000").is_none());
    }

    #[test]
    fn cry_03_the_key_id_does_not_depend_on_the_use() {
        let secret = SecretKey::parse(&key(1)).expect("a key");
        let ids = KeyUse::ALL.map(|purpose| KeyRing::derive(&secret, purpose).current.id.0);
        assert!(ids.iter().all(|id| *id == ids[0] && id.len() == 8));
    }

    #[test]
    fn cfg_03_keys_are_not_shown_by_debug() {
        let secret = SecretKey::parse(&key(65)).expect("a key");
        let shown = format!("{secret:?} {:?}", KeyRing::derive(&secret, KeyUse::SessionCookie));
        assert!(shown.contains("SecretKey(…)") && shown.len() < 200);
    }
}
