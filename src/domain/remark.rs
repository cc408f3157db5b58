//! What somebody who runs the service notes about what they do.

use std::fmt;

/// One line that somebody wrote, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark(String);

/// Why a line is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotARemark {
    /// There is nothing to read.
    #[error("found nothing, expected a few words")]
    Empty,
    /// More than [`Remark::MOST`] characters.
    #[error("expected {} characters at most", Remark::MOST)]
    TooLong,
    /// It would not stay on its line.
    #[error("expected one line without control characters")]
    Unreadable,
}

impl Remark {
    /// The most characters.
    pub const MOST: usize = 500;

    /// Reads it, without the space around it.
    ///
    /// # Errors
    /// [`NotARemark`].
    pub fn parse(typed: &str) -> Result<Self, NotARemark> {
        let typed = typed.trim();
        if !typed.chars().any(char::is_alphanumeric) {
            Err(NotARemark::Empty)
        } else if typed.chars().nth(Self::MOST).is_some() {
            Err(NotARemark::TooLong)
        } else if typed.chars().any(char::is_control) {
            Err(NotARemark::Unreadable)
        } else {
            Ok(Self(typed.to_owned()))
        }
    }

    /// One that the program makes itself.
    pub fn ours(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_says_something_on_one_line() {
        assert_eq!(
            Remark::parse("  showed her passport ").map(|it| it.to_string()).as_deref(),
            Ok("showed her passport")
        );
        for nothing in ["", "  ", "-", "\u{200B}", " . "] {
            assert_eq!(Remark::parse(nothing), Err(NotARemark::Empty), "{nothing:?}");
        }
        assert_eq!(Remark::parse("a\nb"), Err(NotARemark::Unreadable));
        assert_eq!(Remark::parse("a\u{1b}[2J"), Err(NotARemark::Unreadable));
        assert_eq!(Remark::parse(&"a".repeat(501)), Err(NotARemark::TooLong));
        assert!(Remark::parse(&"a".repeat(500)).is_ok());
    }
}
