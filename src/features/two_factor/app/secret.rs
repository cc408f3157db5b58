//! The secret that app and server share.

use std::fmt;

use rand::{TryRng as _, rngs::SysRng};
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::code::PERIOD;
use crate::{
    crypto::{
        keys::KeyRing,
        sealed::{Sealed, Unsealable},
        token::NoRandomness,
    },
    domain::ids::UserId,
};

/// 160 bits, as RFC 4226, 4, R6 recommends.
const LENGTH: usize = 20;

/// How many digits a code has, as in every [`OneTimeCode`](crate::domain::one_time_code::OneTimeCode).
const DIGITS: u8 = 6;

/// How many characters of the text stand together.
const GROUP: usize = 4;

/// Who the app says the code is for.
const ISSUER: &str = "Latchkey";

/// Bound into every sealed secret, besides the account.
const PURPOSE: &[u8] = b"totp secret";

/// A secret of an authenticator app. It is wiped from memory when dropped, and can be neither printed nor compared.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; LENGTH]>);

/// A secret from the database.
#[derive(Debug)]
pub struct OpenedSecret {
    /// The secret.
    pub secret: TotpSecret,
    /// It was sealed with the previous key: seal it again, so that the rotation can end.
    pub outdated: bool,
}

impl TotpSecret {
    /// Makes a new one.
    ///
    /// # Errors
    /// Only when the operating system has no randomness to give.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0; LENGTH]);
        SysRng.try_fill_bytes(bytes.as_mut()).map_err(|_| NoRandomness)?;
        Ok(Self(bytes))
    }

    /// The secret as people type it into an app that cannot see the QR code: base32 in groups of four.
    pub fn groups(&self) -> Vec<String> {
        let text = Zeroizing::new(Secret::from(*self.0).to_base32());
        text.as_bytes().chunks(GROUP).map(|group| group.iter().copied().map(char::from).collect()).collect()
    }

    /// What the QR code holds. Source: the Key URI Format,
    /// <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>.
    pub fn uri(&self, account: &str) -> String {
        // A colon, even an encoded one, would end the name of the issuer.
        let account = account.replace(':', " ");
        let account = if account.is_empty() { ISSUER } else { &account };
        let totp = self.builder().with_issuer(Some(ISSUER)).with_account_name(account).build_noncompliant();
        // Fails only for a name that is empty or has a colon.
        let uri = totp.to_url().unwrap_or_default();
        // The defaults, which not every app knows.
        format!("{uri}&algorithm=SHA1&digits={DIGITS}&period={}", PERIOD.as_secs())
    }

    /// Seals the secret for its account.
    ///
    /// # Errors
    /// Only when the operating system has no randomness to give.
    pub fn seal(&self, ring: &KeyRing, user: UserId) -> Result<Sealed, NoRandomness> {
        Sealed::seal(ring, self.0.as_ref(), &[PURPOSE, user.0.as_bytes()])
    }

    /// Opens a secret that was sealed for this account.
    ///
    /// # Errors
    /// When it was sealed for another account, is damaged, or its key is no longer accepted.
    pub fn open(sealed: &Sealed, ring: &KeyRing, user: UserId) -> Result<OpenedSecret, Unsealable> {
        let opened = sealed.open(ring, &[PURPOSE, user.0.as_bytes()])?;
        let mut bytes = Zeroizing::new([0; LENGTH]);
        if opened.bytes.len() != LENGTH {
            return Err(Unsealable);
        }
        bytes.copy_from_slice(&opened.bytes);
        Ok(OpenedSecret { secret: Self(bytes), outdated: opened.outdated })
    }

    /// What works out the codes.
    pub(super) fn totp(&self) -> Totp {
        self.builder().build_noncompliant()
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(PERIOD.as_secs())
            .with_secret(*self.0)
    }

    #[cfg(test)]
    pub(super) fn from_bytes(bytes: [u8; LENGTH]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::crypto::keys::{KeyUse, SecretKey};

    fn ring() -> KeyRing {
        KeyRing::derive(&SecretKey::for_development(), KeyUse::TotpSecret)
    }

    #[test]
    fn tot_03_secrets_have_160_bits_and_are_unique() {
        let secrets: BTreeSet<_> = (0..10_000).map(|_| *TotpSecret::generate().expect("randomness").0).collect();
        assert_eq!(secrets.len(), 10_000);
        assert_eq!(LENGTH * 8, 160);
    }

    #[test]
    fn a_secret_is_typed_in_eight_groups_of_four() {
        // Source: RFC 4648, with the secret of RFC 6238.
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        assert_eq!(secret.groups(), ["GEZD", "GNBV", "GY3T", "QOJQ", "GEZD", "GNBV", "GY3T", "QOJQ"]);
    }

    #[test]
    fn the_uri_says_everything_and_encodes_the_account() {
        let secret = TotpSecret::from_bytes(*b"12345678901234567890");
        let after = "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Latchkey&algorithm=SHA1&digits=6&period=30";
        for (account, label) in [
            ("ada@example.com", "ada%40example.com"),
            ("+251911234567", "%2B251911234567"),
            ("a b&c=d?e#f/g%h", "a%20b%26c%3Dd%3Fe%23f%2Fg%25h"),
            ("*****4567", "%2A%2A%2A%2A%2A4567"),
            ("a:b", "a%20b"),
            ("", "Latchkey"),
        ] {
            assert_eq!(secret.uri(account), format!("otpauth://totp/Latchkey:{label}{after}"));
        }
        let umlaut = secret.uri("ä");
        assert!(umlaut.starts_with("otpauth://totp/Latchkey:%C3%A4?"), "{umlaut}");
    }

    #[test]
    fn tot_04_a_secret_opens_for_its_own_account_only() {
        let (owner, other) = (UserId::generate(), UserId::generate());
        let secret = TotpSecret::generate().expect("randomness");
        let sealed = secret.seal(&ring(), owner).expect("sealed");
        let opened = TotpSecret::open(&sealed, &ring(), owner).expect("opened");
        assert_eq!(opened.secret.0, secret.0);
        assert!(!opened.outdated);
        assert_eq!(TotpSecret::open(&sealed, &ring(), other).err(), Some(Unsealable));
        let bound: &[&[u8]] = &[PURPOSE, owner.0.as_bytes()];
        for length in [0, LENGTH - 1, LENGTH + 1] {
            let odd = Sealed::seal(&ring(), &vec![7; length], bound).expect("sealed");
            assert_eq!(TotpSecret::open(&odd, &ring(), owner).err(), Some(Unsealable));
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", TotpSecret::generate().expect("randomness")), "TotpSecret(…)");
    }
}
