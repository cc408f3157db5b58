//! The short name of a decision.

use std::fmt;

use rand::RngExt as _;

/// `KT-4821`: two letters and four digits, easy to read out over the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

/// Without letters that look or sound like others.
const LETTERS: &[u8] = b"ACDEFGHJKLMNPQRTUVWXY";

impl Reference {
    /// A new one, of four million.
    pub fn generate() -> Self {
        let mut random = rand::rng();
        let mut letter = || char::from(LETTERS[random.random_range(0..LETTERS.len())]);
        let letters = [letter(), letter()];
        Self(format!("{}{}-{:04}", letters[0], letters[1], random.random_range(0..10_000)))
    }

    /// One that a row remembers.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text, for the row.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_can_be_read_out() {
        for _ in 0..1000 {
            let reference = Reference::generate().to_string();
            let (letters, digits) = reference.split_once('-').expect("two parts");
            assert!(letters.len() == 2 && letters.bytes().all(|letter| LETTERS.contains(&letter)), "{reference}");
            assert!(digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit()), "{reference}");
        }
    }
}
