//! What a person is called.

use std::fmt;

use super::text;

/// Why what was typed is not a name.
pub use super::text::NotText as NotAName;

/// The most characters of a name. Ethiopian and Arabic names of four generations stay far below.
pub const MAX_LENGTH: usize = 100;

/// A person's name in any script: one line in Unicode's NFC form, single spaces between its words, at least one letter.
///
/// Nothing is known about its parts: an Ethiopian second name is the father's, and many people have one name only.
/// Prints as `FullName(…)`, because logs name nobody.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct FullName(String);

impl FullName {
    /// Reads a name as typed or pasted: white space around and between words is made plain, the invisible marks that
    /// phones add are dropped, the joiners that Arabic and Persian spelling needs are kept.
    ///
    /// # Errors
    /// See [`NotAName`].
    pub fn parse(typed: &str) -> Result<Self, NotAName> {
        text::name(typed, MAX_LENGTH).map(Self)
    }

    /// A name that the database kept, and that [`parse`](Self::parse) therefore made. For `db` alone.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The whole name: `Hanna Tesfaye Bekele`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first word, for "Hello, Hanna": in Ethiopia and in Arabic the person's own name.
    pub fn first_name(&self) -> &str {
        self.0.split(' ').next().unwrap_or(&self.0)
    }
}

impl fmt::Debug for FullName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FullName(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::is_nfc;

    use super::*;

    fn read(typed: &str) -> Result<String, NotAName> {
        FullName::parse(typed).map(|name| name.as_str().to_owned())
    }

    #[test]
    fn names_of_the_region_are_kept_as_written() {
        for name in [
            "Hanna Tesfaye",
            "ሐና ተስፋዬ በቀለ",
            "محمد بن عبد الله",
            "می\u{200c}نا رضایی",
            "O'Brien-Smith Jr.",
            "José",
            "Nguyễn Thị Ánh",
            "王",
            "দীপা",
            "X Æ 12",
        ] {
            assert_eq!(read(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn white_space_and_invisible_marks_are_made_plain() {
        for typed in [
            "  Hanna   Tesfaye ",
            "Hanna\u{a0}Tesfaye",
            "\u{2068}Hanna\u{2069} \u{200b}Tesfaye\u{feff}",
            "Hanna \u{3164} Tesfaye",
            "Hanna \u{200d} Tesfaye",
        ] {
            assert_eq!(read(typed).as_deref(), Ok("Hanna Tesfaye"), "{typed:?}");
        }
        assert_eq!(read("Jose\u{301}").as_deref(), Ok("José"));
    }

    #[test]
    fn i_2_bad_bytes_and_names_that_nobody_sees_are_refused() {
        for typed in [
            "Hanna\0",
            "Han\nna",
            "Hanna\t",
            "Hanna\u{1b}[31m",
            "\u{202e}annaH",
            "\u{202d}Hanna",
            "Han\u{fffd}na",
            "Hanna\u{2028}x",
            "12345",
            "…",
            "-",
            "🙂",
        ] {
            assert_eq!(read(typed), Err(NotAName::Unreadable), "{typed:?}");
        }
        for typed in
            ["", "   ", "\u{200b}\u{200d}\u{200c}", "\u{3164}", "\u{2800} \u{3164}", "\u{a0}\u{3000}", "\u{200f}"]
        {
            assert_eq!(read(typed), Err(NotAName::Empty), "{typed:?}");
        }
    }

    #[test]
    fn a_name_has_at_most_a_hundred_characters() {
        assert!(read(&"ሐ".repeat(100)).is_ok());
        assert_eq!(read(&"ሐ".repeat(101)), Err(NotAName::TooLong));
        assert!(read(&format!("  {}  ", "a ".repeat(50))).is_ok());
        assert_eq!(read(&"a".repeat(1 << 20)), Err(NotAName::TooLong));
    }

    #[test]
    fn the_first_word_greets() {
        assert_eq!(FullName::parse(" Hanna Tesfaye").unwrap().first_name(), "Hanna");
        assert_eq!(FullName::parse("Selam").unwrap().first_name(), "Selam");
        assert_eq!(format!("{:?}", FullName::parse("Selam").unwrap()), "FullName(…)");
    }

    proptest! {
        #[test]
        fn inp_10_any_text_is_a_clean_name_or_refused(typed in any::<String>()) {
            if let Ok(name) = FullName::parse(&typed) {
                let text = name.as_str();
                prop_assert!(is_nfc(text) && text == text.trim() && !text.contains("  "));
                prop_assert!((1..=MAX_LENGTH).contains(&text.chars().count()) && text.chars().any(char::is_alphabetic));
                prop_assert!(!text.chars().any(char::is_control) && !name.first_name().is_empty());
                prop_assert_eq!(FullName::parse(text).unwrap(), name);
            }
        }
    }
}
