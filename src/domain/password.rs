//! Passwords as typed: a new one, before anything is known about its strength, and one that is to be verified.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::characters;

/// The fewest characters that any rule may ask for. What holds is a setting, and more for administrators. PWD-01.
pub const MIN_LENGTH: usize = 8;
/// Least characters of an administrator's password. PWD-01.
pub const ADMINISTRATOR_MIN_LENGTH: usize = 15;

/// The most characters of a password. NIST SP 800-63B-4, 3.1.1.2, asks for 64 at least. PWD-01.
pub const MAX_LENGTH: usize = 256;

/// A password of 8 to 256 characters, any characters, in Unicode's NFC form and otherwise exactly as typed: never
/// trimmed, cut or folded. It is wiped from memory when dropped, and can be neither printed nor compared.
///
/// NFC because keyboards disagree on how to write one and the same `é` or Amharic or Arabic letter (NIST SP
/// 800-63B-4, 3.1.1.2). NFKC would fold more: it makes different passwords equal.
#[derive(Clone)]
pub struct Password(SecretString);

/// Why what was typed cannot be a password at all. Whether it is easy to guess is asked elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAPassword {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// Fewer characters than the rules ask for.
    #[error("too short")]
    TooShort,
    /// More than [`MAX_LENGTH`] characters.
    #[error("too long")]
    TooLong,
    /// It holds a control character or a turn of the reading order, or the mark that the form decoder leaves in place
    /// of broken bytes: with it two different passwords would be one. PWD-06.
    #[error("holds characters that cannot be read")]
    Unreadable,
}

impl Password {
    /// Takes a password as typed. Length counts code points of the NFC form, so ten emoji are ten characters.
    ///
    /// # Errors
    /// See [`NotAPassword`].
    pub fn parse(typed: &str) -> Result<Self, NotAPassword> {
        read(typed, MIN_LENGTH).map(Self)
    }

    /// The same where the rules ask for `least` characters.
    ///
    /// # Errors
    /// See [`NotAPassword`].
    pub fn of_at_least(least: usize, typed: &str) -> Result<Self, NotAPassword> {
        read(typed, least.max(MIN_LENGTH)).map(Self)
    }

    /// The password itself, for the hasher and the rater. Nothing else may ask.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it is what was typed as the present password. Of two texts that one person has just typed, the time that
    /// comparing takes tells nobody anything.
    pub fn is_same_as(&self, typed: &TypedPassword) -> bool {
        self.expose() == typed.expose()
    }

    /// The same password where it is to be verified.
    pub fn to_typed(&self) -> TypedPassword {
        TypedPassword(self.0.clone())
    }

    /// How many characters it has.
    pub fn characters(&self) -> usize {
        self.expose().chars().count()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What was typed where a password is asked for, to be verified and nothing else. Read exactly as a [`Password`], but
/// of any length up to the maximum: rules may have been others when the password was chosen.
#[derive(Clone)]
pub struct TypedPassword(SecretString);

impl TypedPassword {
    /// Takes a password as typed.
    ///
    /// # Errors
    /// See [`NotAPassword`]; never [`NotAPassword::TooShort`].
    pub fn parse(typed: &str) -> Result<Self, NotAPassword> {
        read(typed, 1).map(Self)
    }

    /// The password itself, for the hasher. Nothing else may ask.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPassword(…)")
    }
}

/// The NFC form of what was typed, if it is readable and has `least` to [`MAX_LENGTH`] characters.
fn read(typed: &str, least: usize) -> Result<SecretString, NotAPassword> {
    // NFC joins at most four code points into one, so this refuses nothing that could fit, and bounds the work.
    if typed.chars().nth(4 * MAX_LENGTH).is_some() {
        return Err(NotAPassword::TooLong);
    }
    if typed.chars().any(characters::is_unreadable) {
        return Err(NotAPassword::Unreadable);
    }
    // Measured before it is written, so that growing leaves no copy behind in freed memory.
    let (mut length, mut bytes) = (0, 0);
    for c in typed.nfc() {
        length += 1;
        bytes += c.len_utf8();
    }
    match length {
        0 => return Err(NotAPassword::Empty),
        _ if length < least => return Err(NotAPassword::TooShort),
        _ if length > MAX_LENGTH => return Err(NotAPassword::TooLong),
        _ => {}
    }
    let mut password = String::with_capacity(bytes);
    password.extend(typed.nfc());
    Ok(password.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::is_nfc;

    use super::*;

    #[test]
    fn pwd_01_eight_to_256_characters_and_none_is_cut() {
        assert_eq!(Password::parse("").unwrap_err(), NotAPassword::Empty);
        assert_eq!(Password::parse(&"a".repeat(7)).unwrap_err(), NotAPassword::TooShort);
        assert_eq!(Password::parse(&"a".repeat(8)).unwrap().characters(), 8);
        assert_eq!(Password::parse(&"a".repeat(256)).unwrap().expose(), "a".repeat(256));
        assert_eq!(Password::parse(&"a".repeat(257)).unwrap_err(), NotAPassword::TooLong);
        assert_eq!(Password::parse(&"a".repeat(1 << 20)).unwrap_err(), NotAPassword::TooLong);
    }

    #[test]
    fn pwd_01_a_rule_may_ask_for_more_and_never_for_less() {
        let taken = |least, length| Password::of_at_least(least, &"a".repeat(length)).is_ok();
        assert!(!taken(10, 9) && taken(10, 10) && !taken(64, 63) && taken(64, 64));
        assert!(!taken(0, 7) && taken(0, 8));
    }

    #[test]
    fn pwd_01_characters_are_counted_not_bytes() {
        assert_eq!(Password::parse(&"🔑".repeat(7)).unwrap_err(), NotAPassword::TooShort);
        assert_eq!(Password::parse(&"🔑".repeat(8)).unwrap().characters(), 8);
        assert!(Password::parse(&"ሀ".repeat(256)).is_ok());
        assert_eq!(Password::parse(&"ሀ".repeat(257)).unwrap_err(), NotAPassword::TooLong);
    }

    #[test]
    fn pwd_06_composed_and_decomposed_are_one_password_and_count_alike() {
        let composed = Password::parse("caf\u{e9} caf\u{e9} ok").unwrap();
        let decomposed = Password::parse("cafe\u{301} cafe\u{301} ok").unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
        assert_eq!(Password::parse(&"e\u{301}".repeat(7)).unwrap_err(), NotAPassword::TooShort);
        assert!(Password::parse(&"e\u{301}".repeat(256)).is_ok());
    }

    #[test]
    fn pwd_06_spaces_case_and_look_alikes_stay_as_typed() {
        for typed in [
            "  spaces at both ends  ",
            "UPPER lower UPPER",
            "\u{a0}no-break\u{a0}",
            "ﬁnd the ﬁsh",
            "ｆｕｌｌ　ｗｉｄｔｈ　１２",
        ] {
            assert_eq!(Password::parse(typed).unwrap().expose(), typed);
        }
    }

    #[test]
    fn pwd_06_what_cannot_be_read_is_refused_before_any_length() {
        for typed in [
            "\0",
            "correct horse\0battery",
            "correct\nhorse battery",
            "correct\thorse battery",
            "\u{7f}correct horse",
            "\u{85}correct horse",
            "\u{202e}correct horse",
            "correct \u{fffd}orse",
        ] {
            assert_eq!(Password::parse(typed).unwrap_err(), NotAPassword::Unreadable, "{typed:?}");
        }
    }

    #[test]
    fn a_password_does_not_print() {
        assert_eq!(format!("{:?}", Password::parse("correct horse").unwrap()), "Password(…)");
        assert_eq!(format!("{:?}", TypedPassword::parse("correct horse").unwrap()), "TypedPassword(…)");
    }

    #[test]
    fn pwd_06_what_is_typed_to_be_verified_has_no_least_length_and_the_same_rules_otherwise() {
        for typed in ["a", " ", "short", &"a".repeat(256)] {
            assert_eq!(TypedPassword::parse(typed).unwrap().expose(), typed);
        }
        assert_eq!(TypedPassword::parse("e\u{301}").unwrap().expose(), "\u{e9}");
        assert_eq!(TypedPassword::parse("").unwrap_err(), NotAPassword::Empty);
        assert_eq!(TypedPassword::parse(&"a".repeat(257)).unwrap_err(), NotAPassword::TooLong);
        assert_eq!(TypedPassword::parse(&"a".repeat(1 << 20)).unwrap_err(), NotAPassword::TooLong);
        assert_eq!(TypedPassword::parse("a\0").unwrap_err(), NotAPassword::Unreadable);
        assert_eq!(TypedPassword::parse("\u{fffd}").unwrap_err(), NotAPassword::Unreadable);
    }

    proptest! {
        #[test]
        fn inp_10_whatever_is_typed_becomes_a_password_in_nfc_or_nothing(typed in any::<String>()) {
            if let Ok(password) = Password::parse(&typed) {
                prop_assert!(is_nfc(password.expose()));
                prop_assert!((MIN_LENGTH..=MAX_LENGTH).contains(&password.characters()));
            }
        }

        #[test]
        fn pwd_06_a_password_is_typed_at_sign_in_as_it_was_chosen(typed in "\\PC{0,60}") {
            if let Ok(password) = Password::parse(&typed) {
                let again = TypedPassword::parse(&typed).unwrap();
                prop_assert_eq!(again.expose(), password.expose());
            }
        }

        #[test]
        fn pwd_06_reading_it_again_changes_nothing(typed in "\\PC{10,60}") {
            if let Ok(once) = Password::parse(&typed) {
                let twice = Password::parse(once.expose()).unwrap();
                prop_assert_eq!(twice.expose(), once.expose());
            }
        }
    }
}
