//! The short name of a decision to send no texts somewhere for a while.

use std::fmt;

use rand::RngExt as _;

/// `KT-4821`: two letters and four digits, easy to read out over the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrakeReference {
    letters: [char; 2],
    digits: u16,
}

/// Without letters that look or sound like others.
const LETTERS: [char; 21] =
    ['A', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'T', 'U', 'V', 'W', 'X', 'Y'];

impl BrakeReference {
    /// A new one, of four million.
    pub fn generate() -> Self {
        let mut random = rand::rng();
        let mut letter = || LETTERS[random.random_range(0..LETTERS.len())];
        let letters = [letter(), letter()];
        Self { letters, digits: random.random_range(0..10_000) }
    }

    /// One that a row remembers.
    pub fn parse(text: &str) -> Option<Self> {
        let (letters, digits) = text.split_once('-')?;
        if digits.len() != 4 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let letters: Vec<char> = letters.chars().collect();
        Some(Self { letters: letters.try_into().ok()?, digits: digits.parse().ok()? })
    }
}

impl fmt::Display for BrakeReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.letters;
        write!(f, "{first}{second}-{:04}", self.digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_can_be_read_out_and_kept() {
        for _ in 0..1000 {
            let reference = BrakeReference::generate();
            let text = reference.to_string();
            let (letters, digits) = text.split_once('-').expect("two parts");
            assert!(letters.chars().count() == 2 && letters.chars().all(|letter| LETTERS.contains(&letter)), "{text}");
            assert!(digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit()), "{text}");
            assert_eq!(BrakeReference::parse(&text), Some(reference));
        }
        for none in ["KT4821", "KT-48211", "KT-482", "KT-+821", "K-4821"] {
            assert_eq!(BrakeReference::parse(none), None, "{none}");
        }
    }
}
