//! What a person writes about themselves.

use std::fmt;

use super::text::{self, NotText};

/// A text of several lines and at most `MOST` characters, in any script. Prints as `Prose(…)`, because logs tell nothing
/// of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Prose<const MOST: usize>(String);

/// About a household, or about somebody who works in one.
pub type About = Prose<1000>;
/// What somebody who works in a household can do.
pub type Skills = Prose<500>;

impl<const MOST: usize> Prose<MOST> {
    /// The most characters of it.
    pub const MAX_LENGTH: usize = MOST;

    /// Reads it as typed or pasted.
    ///
    /// # Errors
    /// See [`NotText`].
    pub fn parse(typed: &str) -> Result<Self, NotText> {
        text::lines(typed, MOST).map(Self)
    }

    /// One that the database kept, and that [`parse`](Self::parse) therefore made.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text, its lines parted by `\n`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> fmt::Debug for Prose<MOST> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prose(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_length() {
        assert!(About::parse(&"ሐ".repeat(1000)).is_ok() && Skills::parse(&"ሐ".repeat(500)).is_ok());
        assert_eq!(About::parse(&"ሐ".repeat(1001)), Err(NotText::TooLong));
        assert_eq!(Skills::parse(&"ሐ".repeat(501)), Err(NotText::TooLong));
        assert_eq!(format!("{:?}", About::parse("Two children.").unwrap()), "Prose(…)");
    }
}
