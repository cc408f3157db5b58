//! The six digits that an SMS carries.

use std::fmt;

use rand::rand_core::{Rng, UnwrapErr};
use rand::rngs::SysRng;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::characters;

/// How many digits a code has. NIST SP 800-63B-4, "Out-of-Band Verifiers": at least six. SMS-03.
pub const LENGTH: usize = 6;

/// How many codes there are: every one of them is as likely as any other.
const CODES: u32 = 1_000_000;

/// How much of a field is looked at. A code spelled with marks and spaces around every digit stays far below.
const MAX_TYPED: usize = 64;

/// A one-time code: six digits, leading zeros kept, all ASCII however they were typed.
///
/// It cannot be printed, and it cannot be compared: only its MAC is stored, and MACs are compared in constant time.
#[derive(Clone)]
pub struct OneTimeCode(SecretString);

/// What was typed is not six digits. One reason for all: the page asks for six digits whatever went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a code of six digits")]
pub struct NotACode;

impl OneTimeCode {
    /// Makes a new code from the operating system's randomness.
    ///
    /// # Panics
    /// When the operating system has no randomness to give. There is no safe way on from there.
    pub fn generate() -> Self {
        let mut random = UnwrapErr(SysRng);
        loop {
            if let Some(code) = code_from(random.next_u32()) {
                return Self(format!("{code:0LENGTH$}").into());
            }
        }
    }

    /// Reads a code as people type or paste it: in any script's digits, with spaces, dashes and the invisible marks
    /// that phones add. `482 913`, `482-913` and `٤٨٢٩١٣` are one code; `82913` is not `082913`.
    ///
    /// # Errors
    /// [`NotACode`] for everything else, including any letter, sign, comma or line break.
    pub fn parse(typed: &str) -> Result<Self, NotACode> {
        if typed.chars().nth(MAX_TYPED).is_some() {
            return Err(NotACode);
        }
        let mut code = String::with_capacity(LENGTH);
        for c in typed.chars() {
            if let Some(digit) = characters::ascii_digit(c).filter(|_| code.len() < LENGTH) {
                code.push(digit);
            } else if !(characters::is_space(c) || characters::is_dash(c) || characters::is_invisible(c)) {
                return Err(NotACode);
            }
        }
        if code.len() == LENGTH { Ok(Self(code.into())) } else { Err(NotACode) }
    }

    /// The six digits, for the MAC, the text to send and the provider's check. Nothing else may ask.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The six digits in two groups, `482 913`, for the demo inbox.
    pub fn grouped(&self) -> String {
        let (left, right) = self.expose().split_at(LENGTH / 2);
        format!("{left} {right}")
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

/// The code that a random number stands for. The numbers above the last whole million stand for none: with them the
/// low codes would come up more often.
fn code_from(random: u32) -> Option<u32> {
    const FAIR: u32 = u32::MAX - u32::MAX % CODES;
    (random < FAIR).then_some(random % CODES)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sms_03_a_million_draws_are_spread_evenly() {
        // Thousand bins for the first three digits and thousand for the last three. For 999 degrees of freedom
        // chi-square stays below 1290 but for one run in a thousand million; a modulo or dropped zeros goes far above.
        const DRAWS: usize = 1_000_000;
        let mut first = vec![0_f64; 1000];
        let mut last = vec![0_f64; 1000];
        for _ in 0..DRAWS {
            let code = OneTimeCode::generate();
            assert_eq!(code.expose().len(), LENGTH);
            let number: usize = code.expose().parse().unwrap();
            first[number / 1000] += 1.0;
            last[number % 1000] += 1.0;
        }
        let expected = DRAWS as f64 / 1000.0;
        for bins in [first, last] {
            let chi_square: f64 = bins.iter().map(|seen| (seen - expected).powi(2) / expected).sum();
            assert!((720.0..1290.0).contains(&chi_square), "chi-square {chi_square}");
        }
    }

    #[test]
    fn sms_03_every_code_stands_for_equally_many_random_numbers() {
        assert_eq!(code_from(0), Some(0));
        assert_eq!(code_from(4_293_999_999), Some(999_999));
        assert_eq!(code_from(4_294_000_000), None, "the first number that would favour low codes");
        assert_eq!(code_from(u32::MAX), None);
    }

    #[test]
    fn sms_03_leading_zeros_belong_to_the_code() {
        assert_eq!(OneTimeCode::parse("000042").unwrap().expose(), "000042");
        assert_eq!(OneTimeCode::parse("42").unwrap_err(), NotACode);
    }

    #[test]
    fn d_8_all_spellings_of_a_code_are_one_code() {
        for typed in [
            "482913",
            "482 913",
            " 482913 ",
            "4 8 2 9 1 3",
            "482-913",
            "482–913",
            "482\u{a0}913",
            "482\u{202f}913",
            "\u{2068}482913\u{2069}",
            "\u{200e}482913",
            "٤٨٢٩١٣",
            "۴۸۲۹۱۳",
            "４８２９１３",
            "٤٨٢ 913",
        ] {
            assert_eq!(OneTimeCode::parse(typed).unwrap().expose(), "482913", "{typed:?}");
        }
    }

    #[test]
    fn i_9_nothing_else_is_a_code() {
        let endless = "1".repeat(10 * 1024);
        let padded = format!("{}482913", " ".repeat(59));
        for typed in [
            "",
            " ",
            "12345",
            "1234567",
            "+12345",
            "+123456",
            "1e5",
            "-0",
            "000042\n",
            "\n000042",
            "0000\t42",
            "12345a",
            "1234.5",
            "0x1234",
            "123456\0",
            "12345\u{fffd}",
            "፩፪፫፬፭፮",
            "123,456",
            "\u{202e}482913",
            &endless,
            &padded,
        ] {
            assert_eq!(OneTimeCode::parse(typed).unwrap_err(), NotACode, "{typed:?}");
        }
    }

    #[test]
    fn a_code_does_not_print() {
        let code = OneTimeCode::parse("482913").unwrap();
        assert_eq!(format!("{code:?}"), "OneTimeCode(…)");
        assert_eq!(code.grouped(), "482 913");
    }

    proptest! {
        #[test]
        fn inp_10_whatever_is_typed_gives_six_ascii_digits_or_nothing(typed in any::<String>()) {
            if let Ok(code) = OneTimeCode::parse(&typed) {
                prop_assert!(code.expose().len() == LENGTH && code.expose().bytes().all(|b| b.is_ascii_digit()));
            }
        }

        #[test]
        fn any_code_is_read_back_as_shown(number in 0_u32..CODES) {
            let shown = format!("{number:06}");
            let code = OneTimeCode::parse(&shown).unwrap();
            prop_assert_eq!(code.expose(), &shown);
            let grouped = OneTimeCode::parse(&code.grouped()).unwrap();
            prop_assert_eq!(grouped.expose(), &shown);
        }
    }
}
