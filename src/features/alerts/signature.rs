//! How a receiver knows that an alert is ours and fresh.
//!
//! The header [`HEADER`] reads `t=SECONDS,v1=HEX`: the Unix time of the sending, and the HMAC-SHA-256 under
//! `LATCHKEY_ALERT_SECRET` of `SECONDS`, a dot, and the body as it came. A receiver computes the same over the bytes that
//! it got, compares in constant time, and refuses what is older than five minutes.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// Where the signature is.
pub const HEADER: &str = "X-Latchkey-Signature";

/// The header's value for a body that is sent at `at`, in seconds of Unix time.
pub fn sign(secret: &SecretString, at: i64, body: &str) -> String {
    // HMAC takes keys of any length, so this never happens; unsigned, an alert is refused and tried again.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return String::new() };
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with `printf '%s' '1767225600.{"kind":"brake_on"}' | openssl dgst -sha256 -hmac 'sixteen letters.'`.
    #[test]
    fn a_signature_is_what_openssl_computes() {
        let secret = SecretString::from("sixteen letters.");
        assert_eq!(
            sign(&secret, 1_767_225_600, r#"{"kind":"brake_on"}"#),
            "t=1767225600,v1=2ada773c56e9c7de7a8dc8bfaf7efd4a75b2b0ec522bfe3b7ef43420a3bde7d2"
        );
    }
}
