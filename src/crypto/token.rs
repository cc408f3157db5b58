//! Random tokens that open something, of which only a hash is stored.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRng as _, rngs::SysRng};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// 256 bits from the operating system. ASVS 7.2.3 asks for 128.
pub struct Token(Zeroizing<[u8; 32]>);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// Only when the operating system has no randomness to give.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut bytes = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(bytes.as_mut()).map_err(|_| NoRandomness)?;
        Ok(Self(bytes))
    }

    /// Reads what [`Token::to_cookie`] wrote.
    pub fn from_cookie(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        Some(Self(Zeroizing::new(bytes.as_slice().try_into().ok()?)))
    }

    /// The text for the sealed cookie, the only place that holds the token itself.
    pub fn to_cookie(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(*self.0))
    }

    /// What the database keeps. A plain hash is enough for 256 random bits: there is nothing to guess.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(*self.0).to_vec()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub struct NoRandomness;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ses_02_tokens_are_unique_and_survive_the_cookie() {
        let tokens: std::collections::BTreeSet<Vec<u8>> =
            (0..10_000).map(|_| Token::generate().expect("randomness").hash()).collect();
        assert_eq!(tokens.len(), 10_000);
        let token = Token::generate().expect("randomness");
        assert_eq!(Token::from_cookie(&token.to_cookie()).expect("a token").hash(), token.hash());
        assert!(Token::from_cookie("short").is_none());
    }
}
