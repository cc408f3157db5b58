//! The codes that people keep for the day they have no phone.

use std::fmt;

use rand::rand_core::{Rng, UnwrapErr};
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use zeroize::Zeroizing;

use super::characters;

/// How many characters a code has: 80 bits of randomness.
pub const LENGTH: usize = 16;

/// How many characters stand together when a code is shown.
const GROUP: usize = 4;

/// Crockford's alphabet: digits and letters without I, L, O and U, which are misread or make words.
/// Source: <https://www.crockford.com/base32.html>.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How much of a field is looked at. A code spelled with marks and spaces around every character stays below.
const MAX_TYPED: usize = 128;

/// A backup code: 16 characters of [`ALPHABET`], in capitals however they were typed.
///
/// It cannot be printed, and it cannot be compared: only its hash is stored.
#[derive(Clone)]
pub struct BackupCode(SecretString);

/// What was typed is not a backup code. One reason for all: the page asks for 16 characters whatever went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a backup code of 16 characters")]
pub struct NotABackupCode;

impl BackupCode {
    /// Makes a new code from the operating system's randomness.
    ///
    /// # Panics
    /// When the operating system has no randomness to give. There is no safe way on from there.
    pub fn generate() -> Self {
        let mut random = Zeroizing::new([0; LENGTH]);
        UnwrapErr(SysRng).fill_bytes(random.as_mut());
        // 256 is a multiple of 32, so every character is as likely as any other.
        let code: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        Self(code.into())
    }

    /// Reads a code as people type or paste it: in any case, any script's digits, with spaces, dashes and the
    /// invisible marks that phones add. O reads 0; I and L read 1.
    ///
    /// # Errors
    /// [`NotABackupCode`] for everything else, including any other letter, sign or line break.
    pub fn parse(typed: &str) -> Result<Self, NotABackupCode> {
        if typed.chars().nth(MAX_TYPED).is_some() {
            return Err(NotABackupCode);
        }
        let mut code = String::with_capacity(LENGTH);
        for c in typed.chars() {
            if let Some(meant) = character(c).filter(|_| code.len() < LENGTH) {
                code.push(meant);
            } else if !(characters::is_space(c) || characters::is_dash(c) || characters::is_invisible(c)) {
                return Err(NotABackupCode);
            }
        }
        if code.len() == LENGTH { Ok(Self(code.into())) } else { Err(NotABackupCode) }
    }

    /// The 16 characters, for the hasher. Nothing else may ask.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The code in four groups, `7K2M-9QXA-…`, for the one page that shows it.
    pub fn grouped(&self) -> String {
        let mut grouped = String::with_capacity(LENGTH + LENGTH / GROUP - 1);
        for (place, c) in self.expose().chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                grouped.push('-');
            }
            grouped.push(c);
        }
        grouped
    }
}

impl fmt::Debug for BackupCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BackupCode(…)")
    }
}

/// The character of [`ALPHABET`] that `c` stands for.
fn character(c: char) -> Option<char> {
    let c = characters::ascii_digit(c).unwrap_or(c.to_ascii_uppercase());
    match c {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        c => ALPHABET.iter().map(|&byte| char::from(byte)).find(|&known| known == c),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bkp_02_a_hundred_thousand_draws_are_spread_evenly_over_alphabet_and_places() {
        const DRAWS: usize = 100_000;
        let mut seen = vec![[0_f64; 32]; LENGTH];
        for _ in 0..DRAWS {
            let code = BackupCode::generate();
            assert_eq!(code.expose().len(), LENGTH);
            for (place, c) in code.expose().bytes().enumerate() {
                let letter = ALPHABET.iter().position(|&known| known == c).expect("a character of the alphabet");
                seen[place][letter] += 1.0;
            }
        }
        // For 31 degrees of freedom chi-square stays below 100 but for one place in a thousand million.
        let expected = DRAWS as f64 / 32.0;
        for bins in seen {
            let chi_square: f64 = bins.iter().map(|seen| (seen - expected).powi(2) / expected).sum();
            assert!(chi_square < 100.0, "chi-square {chi_square}");
        }
    }

    #[test]
    fn d_8_all_spellings_of_a_code_are_one_code() {
        for typed in [
            "0123ABCDEFGH1JK1",
            "0123-ABCD-EFGH-1JK1",
            "0123 abcd efgh 1jk1",
            " o123–abcd\u{a0}efgh\u{202f}ijkl ",
            "O123-ABCD-EFGH-LJKI",
            "\u{2068}0123ABCD\u{200b}EFGH1JK1\u{2069}",
            "٠١٢٣ ABCD EFGH ١JK١",
            "०१२३-abcd-efgh-१jk१",
            "０１２３ABCDEFGH1JK1",
            "0-1-2-3-A-B-C-D-E-F-G-H-1-J-K-1",
        ] {
            assert_eq!(BackupCode::parse(typed).unwrap().expose(), "0123ABCDEFGH1JK1", "{typed:?}");
        }
    }

    #[test]
    fn i_9_nothing_else_is_a_code() {
        let endless = "1".repeat(10 * 1024);
        let padded = format!("{}0123ABCDEFGH1JK1", " ".repeat(113));
        for typed in [
            "",
            " ",
            "0123ABCDEFGH1JK",
            "0123ABCDEFGH1JK11",
            "0123ABCDEFGH1JKU",
            "0123ABCDEFGH1JKÀ",
            "0123ABCDEFGH1JKА", // a Cyrillic letter
            "ABCD.EFGH.JKMN.PQRS",
            "ABCD_EFGH_JKMN_PQRS",
            "0123ABCDEFGH1JK1\n",
            "0123ABCD\tEFGH1JK1",
            "0123ABCDEFGH1JK\0",
            "0123ABCDEFGH1JK\u{fffd}",
            "\u{202e}0123ABCDEFGH1JK1",
            "ＡＢＣＤＥＦＧＨＪＫＭＮＰＱＲＳ",
            &endless,
            &padded,
        ] {
            assert_eq!(BackupCode::parse(typed).unwrap_err(), NotABackupCode, "{typed:?}");
        }
    }

    #[test]
    fn a_backup_code_does_not_print() {
        let code = BackupCode::parse("0123ABCDEFGH1JK1").unwrap();
        assert_eq!(format!("{code:?}"), "BackupCode(…)");
        assert_eq!(code.grouped(), "0123-ABCD-EFGH-1JK1");
    }

    proptest! {
        #[test]
        fn inp_10_whatever_is_typed_gives_sixteen_characters_of_the_alphabet_or_nothing(typed in any::<String>()) {
            if let Ok(code) = BackupCode::parse(&typed) {
                prop_assert!(code.expose().len() == LENGTH && code.expose().bytes().all(|b| ALPHABET.contains(&b)));
            }
        }

        #[test]
        fn any_code_is_read_back_as_shown_and_in_any_case(shown in "[0-9A-HJKMNP-TV-Z]{16}") {
            let code = BackupCode::parse(&shown).unwrap();
            prop_assert_eq!(code.expose(), &shown);
            for again in [code.grouped(), code.grouped().to_lowercase(), shown.replace('0', "o").replace('1', "l")] {
                let read = BackupCode::parse(&again).unwrap();
                prop_assert_eq!(read.expose(), &shown);
            }
        }
    }
}
