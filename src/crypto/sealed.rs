//! Secrets that must be read again, sealed with XChaCha20-Poly1305 and bound to the row they belong to.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use rand::{TryRng as _, rngs::SysRng};
use zeroize::Zeroizing;

use super::{
    keys::{DerivedKey, KeyRing},
    token::NoRandomness,
};

const ALGORITHM: &str = "xchacha20poly1305";
const KEY_LENGTH: usize = 32;
/// Long enough to be drawn at random: no two of 2^80 nonces are expected to meet.
const NONCE_LENGTH: usize = 24;

/// A sealed secret as it is stored: algorithm, key id, nonce and ciphertext, `xchacha20poly1305$1a2b3c4d$…$…`.
#[derive(Debug, Clone)]
pub struct Sealed(String);

/// What was sealed.
pub struct Opened {
    /// The secret, wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// It was sealed with the previous key: seal it again, so that the rotation can end.
    pub outdated: bool,
}

/// The text cannot be opened. One reason for all: damaged, sealed for another row, or with a key that is no longer
/// accepted. CRY-04.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret cannot be opened")]
pub struct Unsealable;

impl Sealed {
    /// Seals `plain` with the ring's current key. It can be opened only with the same fields in `bound_to`.
    ///
    /// # Errors
    /// Only when the operating system has no randomness for the nonce.
    pub fn seal(ring: &KeyRing, plain: &[u8], bound_to: &[&[u8]]) -> Result<Self, NoRandomness> {
        let mut nonce = [0; NONCE_LENGTH];
        SysRng.try_fill_bytes(&mut nonce).map_err(|_| NoRandomness)?;
        let payload = Payload { msg: plain, aad: &encode(bound_to) };
        // Fails for more than 256 GiB only, and nothing opens an empty ciphertext.
        let ciphertext = cipher(&ring.current).encrypt(&nonce.into(), payload).unwrap_or_default();
        let (nonce, ciphertext) = (STANDARD_NO_PAD.encode(nonce), STANDARD_NO_PAD.encode(ciphertext));
        Ok(Self(format!("{ALGORITHM}${}${nonce}${ciphertext}", ring.current.id.0)))
    }

    /// Opens what was sealed with the current or the previous key and bound to the same fields.
    ///
    /// # Errors
    /// [`Unsealable`], whatever the reason.
    pub fn open(&self, ring: &KeyRing, bound_to: &[&[u8]]) -> Result<Opened, Unsealable> {
        self.try_open(ring, bound_to).ok_or(Unsealable)
    }

    fn try_open(&self, ring: &KeyRing, bound_to: &[&[u8]]) -> Option<Opened> {
        let (algorithm, rest) = self.0.split_once('$')?;
        let (key_id, rest) = rest.split_once('$')?;
        let (nonce, ciphertext) = rest.split_once('$')?;
        let key = ring.find(key_id).filter(|_| algorithm == ALGORITHM)?;
        let nonce: [u8; NONCE_LENGTH] = STANDARD_NO_PAD.decode(nonce).ok()?.try_into().ok()?;
        let ciphertext = STANDARD_NO_PAD.decode(ciphertext).ok()?;
        let payload = Payload { msg: &ciphertext, aad: &encode(bound_to) };
        let bytes = Zeroizing::new(cipher(key).decrypt(&nonce.into(), payload).ok()?);
        Some(Opened { bytes, outdated: key.id != ring.current.id })
    }

    /// As it came from the database.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// As it goes to the database.
    pub fn as_stored(&self) -> &str {
        &self.0
    }
}

fn cipher(key: &DerivedKey) -> XChaCha20Poly1305 {
    let mut first = Zeroizing::new([0; KEY_LENGTH]);
    first.copy_from_slice(&key.expose()[..KEY_LENGTH]);
    XChaCha20Poly1305::new((&*first).into())
}

/// Each field with its length before it, so that no two lists of fields give the same bytes.
fn encode(fields: &[&[u8]]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for field in fields {
        encoded.extend_from_slice(&(field.len() as u64).to_be_bytes());
        encoded.extend_from_slice(field);
    }
    encoded
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::crypto::keys::{KeyUse, SecretKey};

    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    const ROW: &[&[u8]] = &[b"totp secret", b"a user"];

    fn ring(key: &str) -> KeyRing {
        KeyRing::derive(&SecretKey::parse(key).expect("a key"), KeyUse::TotpSecret)
    }

    fn seal(ring: &KeyRing) -> Sealed {
        Sealed::seal(ring, b"twenty bytes exactly", ROW).expect("randomness")
    }

    #[test]
    fn cry_05_what_is_sealed_is_opened_again() {
        let ring = ring(OLD);
        for plain in [&b""[..], b"x", b"twenty bytes exactly", &[0; 4096]] {
            let stored = Sealed::seal(&ring, plain, ROW).expect("randomness").as_stored().to_owned();
            let opened = Sealed::from_stored(stored).open(&ring, ROW).expect("opened");
            assert_eq!(*opened.bytes, plain);
            assert!(!opened.outdated);
        }
    }

    #[test]
    fn cry_05_no_bit_can_be_changed() {
        let ring = ring(OLD);
        let sealed = seal(&ring);
        let text = sealed.as_stored();
        for place in 0..text.len() {
            for bit in 0..7 {
                let mut bytes = text.as_bytes().to_vec();
                bytes[place] ^= 1 << bit;
                let changed = Sealed::from_stored(String::from_utf8(bytes).expect("ASCII"));
                assert_eq!(changed.open(&ring, ROW).err(), Some(Unsealable), "bit {bit} of byte {place}");
            }
        }
        for length in 0..text.len() {
            assert_eq!(Sealed::from_stored(text[..length].to_owned()).open(&ring, ROW).err(), Some(Unsealable));
        }
        assert_eq!(Sealed::from_stored(format!("{text}$")).open(&ring, ROW).err(), Some(Unsealable));
        assert_eq!(Sealed::from_stored(format!("{text}AAAA")).open(&ring, ROW).err(), Some(Unsealable));
    }

    #[test]
    fn cry_05_no_bit_of_nonce_ciphertext_and_tag_can_be_changed() {
        let ring = ring(OLD);
        let sealed = seal(&ring);
        let parts: Vec<_> = sealed.as_stored().split('$').collect();
        for part in [2, 3] {
            let bytes = STANDARD_NO_PAD.decode(parts[part]).expect("base64");
            for bit in 0..bytes.len() * 8 {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                let flipped = STANDARD_NO_PAD.encode(flipped);
                let mut changed = parts.clone();
                changed[part] = &flipped;
                assert_eq!(Sealed::from_stored(changed.join("$")).open(&ring, ROW).err(), Some(Unsealable));
            }
        }
    }

    #[test]
    fn tot_04_what_is_moved_to_another_row_stays_shut() {
        let ring = ring(OLD);
        let sealed = seal(&ring);
        let others: [&[&[u8]]; 6] = [
            &[b"totp secret", b"b user"],
            &[b"totp secre", b"ta user"],
            &[b"totp secreta user"],
            &[b"a user", b"totp secret"],
            &[b"totp secret", b"a user", b""],
            &[],
        ];
        for other in others {
            assert_eq!(sealed.open(&ring, other).err(), Some(Unsealable));
        }
        let other_use = KeyRing::derive(&SecretKey::parse(OLD).expect("a key"), KeyUse::DeviceCookie);
        assert_eq!(sealed.open(&other_use, ROW).err(), Some(Unsealable));
    }

    #[test]
    fn cry_01_the_previous_key_opens_during_a_rotation_and_says_so() {
        let sealed = seal(&ring(OLD));
        let during = ring(&format!("{NEW},{OLD}"));
        let opened = sealed.open(&during, ROW).expect("opened");
        assert!(opened.outdated);
        let again = Sealed::seal(&during, &opened.bytes, ROW).expect("randomness");
        assert!(!again.open(&ring(NEW), ROW).expect("opened").outdated);
        assert_eq!(sealed.open(&ring(NEW), ROW).err(), Some(Unsealable));
    }

    #[test]
    fn cry_05_nonces_differ_each_time() {
        let ring = ring(OLD);
        let mut nonces = BTreeSet::new();
        for _ in 0..10_000 {
            nonces.insert(seal(&ring).as_stored().split('$').nth(2).expect("a nonce").to_owned());
        }
        assert_eq!(nonces.len(), 10_000);
    }

    #[test]
    fn cry_03_the_stored_form_names_algorithm_and_key() {
        let ring = ring(OLD);
        let expected = format!("xchacha20poly1305${}$", ring.current.id.0);
        assert!(seal(&ring).as_stored().starts_with(&expected));
    }
}
