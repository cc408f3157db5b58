//! Whether a request to us comes from Twilio: the header `X-Twilio-Signature`.
//!
//! A form is signed together with the address that Twilio was given, byte for byte; of JSON only the address is signed,
//! which then carries the hash of the body. Twilio's side is not consistent about a port in the address, so both
//! spellings count, as they do for its own libraries. The key is always the account's auth token, never an API key's
//! secret. Source: Twilio, "Webhooks security"; SMS-12.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::{Url, form_urlencoded};

/// What came with the request.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// A form: its fields as they were sent, doubled ones too. None for a GET.
    Form(&'a [(String, String)]),
    /// JSON: the bytes as they were sent.
    Json(&'a [u8]),
}

/// Whether one of the tokens made the signature of a request to `url`, which is ours as Twilio was given it. In constant
/// time for each token.
pub fn is_genuine(tokens: &[SecretString], url: &str, body: Body<'_>, signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else { return false };
    let Some(spellings) = with_and_without_port(url) else { return false };
    let fields = match body {
        Body::Form(fields) => in_order(fields),
        Body::Json(bytes) if carries_hash_of(url, bytes) => String::new(),
        Body::Json(_) => return false,
    };
    tokens.iter().any(|token| {
        spellings.iter().any(|spelling| {
            let Ok(mac) = Hmac::<Sha1>::new_from_slice(token.expose_secret().as_bytes()) else { return false };
            let signed = mac.chain_update(spelling.as_bytes()).chain_update(fields.as_bytes());
            signed.verify_slice(&signature).is_ok()
        })
    })
}

/// Each name with each of its values once, in the order of code points, which is that of UTF-8 bytes.
fn in_order(fields: &[(String, String)]) -> String {
    let distinct: BTreeSet<_> = fields.iter().collect();
    distinct.into_iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect()
}

fn with_and_without_port(url: &str) -> Option<[String; 2]> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, port),
        _ => (authority, if scheme == "https" { "443" } else { "80" }),
    };
    Some([format!("{scheme}://{host}{tail}"), format!("{scheme}://{host}:{port}{tail}")])
}

fn carries_hash_of(url: &str, bytes: &[u8]) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let query = form_urlencoded::parse(url.query().unwrap_or_default().as_bytes());
    let mut hashes = query.filter(|(name, _)| name == "bodySHA256").map(|(_, hash)| hash);
    let expected = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    hashes.next().is_some_and(|hash| bool::from(hash.as_bytes().ct_eq(expected.as_bytes())))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        vectors: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        kind: String,
        auth_token: String,
        url: String,
        raw_body: Option<String>,
        x_twilio_signature: String,
        valid: bool,
    }

    fn accepted(tokens: &[&str], vector: &Vector) -> bool {
        let tokens: Vec<_> = tokens.iter().map(|token| SecretString::from(*token)).collect();
        let raw = vector.raw_body.clone().unwrap_or_default();
        let fields: Vec<_> = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        let body = if vector.kind == "json" { Body::Json(raw.as_bytes()) } else { Body::Form(&fields) };
        is_genuine(&tokens, &vector.url, body, &vector.x_twilio_signature)
    }

    fn vectors() -> Vec<Vector> {
        let file = include_str!("../../../tests/data/signature-vectors.json");
        let Vectors { vectors } = serde_json::from_str(file).expect("the vectors");
        assert_eq!(vectors.len(), 21);
        vectors
    }

    #[test]
    fn sms_12_every_vector_of_the_official_libraries_is_judged_as_they_do() {
        for vector in vectors() {
            assert_eq!(accepted(&[&vector.auth_token], &vector), vector.valid, "{}", vector.name);
        }
    }

    #[test]
    fn sms_12_while_a_token_is_exchanged_both_count_and_no_third() {
        for vector in vectors().iter().filter(|vector| vector.valid) {
            assert!(accepted(&["another", &vector.auth_token], vector), "{}", vector.name);
            assert!(!accepted(&["another", "a third"], vector), "{}", vector.name);
            assert!(!accepted(&[], vector), "{}", vector.name);
        }
    }

    #[test]
    fn s_4_nothing_that_is_no_signature_counts() {
        let token = [SecretString::from("12345")];
        for forged in ["", "=", "AAAA", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "RSOYDt4T1cUTdK1PDd93/VVr8B8==", "ü"] {
            assert!(!is_genuine(&token, "https://mycompany.com/", Body::Form(&[]), forged), "{forged}");
        }
        assert!(!is_genuine(&token, "no address", Body::Form(&[]), "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
    }
}
