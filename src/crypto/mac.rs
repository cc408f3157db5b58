//! HMAC-SHA-256 over lists of fields, compared in constant time.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::keys::{DerivedKey, KeyRing};

const ALGORITHM: &str = "hmac-sha256";

/// A MAC as it is stored: algorithm, key id and value, `hmac-sha256$1a2b3c4d$…`. Has no equality on purpose:
/// [`StoredMac::matches`] is the only comparison.
#[derive(Debug, Clone)]
pub struct StoredMac(String);

impl StoredMac {
    /// Makes one over `fields` with the ring's current key.
    pub fn make(ring: &KeyRing, fields: &[&[u8]]) -> Self {
        let value = STANDARD_NO_PAD.encode(compute(&ring.current, fields).finalize().into_bytes());
        Self(format!("{ALGORITHM}${}${value}", ring.current.id.0))
    }

    /// Whether it was made over the same fields, in constant time. A key that is no longer accepted answers no.
    pub fn matches(&self, ring: &KeyRing, fields: &[&[u8]]) -> bool {
        let mut parts = self.0.split('$');
        let (Some(ALGORITHM), Some(id), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return false;
        };
        let (Some(key), Ok(value)) = (ring.find(id), STANDARD_NO_PAD.decode(value)) else { return false };
        compute(key, fields).verify_slice(&value).is_ok()
    }

    /// Whether it was made with a key that is still accepted. Says nothing about what it was made over.
    pub fn has_key_of(&self, ring: &KeyRing) -> bool {
        self.0.split('$').nth(1).is_some_and(|id| ring.find(id).is_some())
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

/// A 32-byte MAC for use as a lookup key, under the ring's current key.
pub fn lookup_key(ring: &KeyRing, fields: &[&[u8]]) -> [u8; 32] {
    compute(&ring.current, fields).finalize().into_bytes().into()
}

/// The same under every key that is still accepted, for finding what may have been stored before a rotation.
pub fn lookup_keys(ring: &KeyRing, fields: &[&[u8]]) -> Vec<Vec<u8>> {
    ring.all().map(|key| compute(key, fields).finalize().into_bytes().to_vec()).collect()
}

/// Each field goes in with its length before it, so that no two lists of fields give the same input.
fn compute(key: &DerivedKey, fields: &[&[u8]]) -> Hmac<Sha256> {
    // A key of exactly HMAC-SHA-256's block length is always accepted.
    let mut mac = Hmac::<Sha256>::new(key.expose().into());
    for field in fields {
        mac.update(&(field.len() as u64).to_be_bytes());
        mac.update(field);
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{KeyUse, SecretKey};

    fn ring(key: &str) -> KeyRing {
        KeyRing::derive(&SecretKey::parse(key).expect("a key"), KeyUse::OneTimeCode)
    }

    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    #[test]
    fn sms_05_a_mac_fits_its_fields_only() {
        let ring = ring(OLD);
        let mac = StoredMac::make(&ring, &[b"id", b"registration", b"123456"]);
        assert!(mac.matches(&ring, &[b"id", b"registration", b"123456"]));
        assert!(!mac.matches(&ring, &[b"id", b"registration", b"123457"]));
        assert!(!mac.matches(&ring, &[b"idr", b"egistration", b"123456"]), "fields must not run together");
    }

    #[test]
    fn cry_01_a_mac_made_before_a_rotation_still_fits_during_it_and_not_after() {
        let mac = StoredMac::make(&ring(OLD), &[b"x"]);
        assert!(mac.matches(&ring(&format!("{NEW},{OLD}")), &[b"x"]));
        assert!(!mac.matches(&ring(NEW), &[b"x"]));
    }

    #[test]
    fn cry_03_the_stored_form_names_algorithm_and_key() {
        let mac = StoredMac::make(&ring(OLD), &[b"x"]);
        assert!(mac.as_stored().starts_with("hmac-sha256$"));
        assert!(!StoredMac::from_stored("md5$00000000$AAAA".to_owned()).matches(&ring(OLD), &[b"x"]));
        assert!(!StoredMac::from_stored(String::new()).matches(&ring(OLD), &[b"x"]));
    }
}
