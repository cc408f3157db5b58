//! What people write in their own words: read as one line, or as several.

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::characters;

/// Why what was typed is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotText {
    /// Nothing that can be seen was typed.
    #[error("empty")]
    Empty,
    /// More characters than the field takes.
    #[error("too long")]
    TooLong,
    /// A control character, one that turns the reading order, or in a name no letter at all.
    #[error("holds characters that are not kept")]
    Unreadable,
}

/// Reads the name of a person or place as typed or pasted: white space around and between words is made plain, the
/// invisible marks that phones add are dropped, the joiners that Arabic and Persian spelling needs are kept. One letter
/// at least.
pub(super) fn name(typed: &str, most: usize) -> Result<String, NotText> {
    let name = words(&readable(typed, most, |_| false)?);
    bounded(name, most).and_then(|name| {
        let is_letter = |c: char| c.is_alphabetic() && !characters::is_blank(c);
        if name.chars().any(is_letter) { Ok(name) } else { Err(NotText::Unreadable) }
    })
}

/// Reads a text of several lines in the same way. Of empty lines in a row one stays.
pub(super) fn lines(typed: &str, most: usize) -> Result<String, NotText> {
    // What a browser sends as the end of a line is two characters, which nobody typed.
    let typed = typed.replace("\r\n", "\n");
    let kept = readable(&typed, most, |c| matches!(c, '\n' | '\t'))?;
    let mut text = String::with_capacity(kept.len());
    for line in kept.split('\n').map(words) {
        if !line.is_empty() || !(text.is_empty() || text.ends_with("\n\n")) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    bounded(text, most)
}

/// What was typed in Unicode's NFC form without its invisible marks, unless a character in it can be neither read nor,
/// as `also` says, made plain.
fn readable(typed: &str, most: usize, also: impl Fn(char) -> bool) -> Result<String, NotText> {
    // Generous, for spaces and marks that will go; it bounds the work.
    if typed.chars().nth(4 * most).is_some() {
        return Err(NotText::TooLong);
    }
    if typed.chars().any(|c| characters::is_unreadable(c) && !also(c)) {
        return Err(NotText::Unreadable);
    }
    Ok(typed.chars().filter(|&c| !characters::is_invisible(c) || characters::is_joiner(c)).nfc().collect())
}

/// The words of a line with single spaces between them.
fn words(line: &str) -> String {
    let seen = line.split_whitespace().filter(|word| !word.chars().all(characters::is_blank));
    seen.collect::<Vec<_>>().join(" ")
}

fn bounded(text: String, most: usize) -> Result<String, NotText> {
    if text.is_empty() {
        Err(NotText::Empty)
    } else if text.chars().nth(most).is_some() {
        Err(NotText::TooLong)
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::is_nfc;

    use super::*;

    #[test]
    fn lines_are_kept_and_what_surrounds_them_is_made_plain() {
        for (typed, kept) in [
            ("one", "one"),
            ("  one \t two  ", "one two"),
            ("one\r\ntwo", "one\ntwo"),
            ("one\ntwo", "one\ntwo"),
            ("\n\n  one\n\n\n\n\ntwo\n \n\n", "one\n\ntwo"),
            ("\u{feff}ሀ\u{200b}ለ\n\u{2068}ሐ\u{2069}", "ሀለ\nሐ"),
            ("cafe\u{301}", "caf\u{e9}"),
            ("👩\u{200d}🍳", "👩\u{200d}🍳"),
            ("5", "5"),
        ] {
            assert_eq!(lines(typed, 40), Ok(kept.to_owned()), "{typed:?}");
        }
    }

    #[test]
    fn inp_10_what_cannot_be_seen_is_empty_and_what_cannot_be_read_is_refused() {
        for typed in ["", " ", "\n\r\n\t", "\u{200b}", "\u{200d} \u{3164}", "\u{2800}\n\u{115f}"] {
            assert_eq!(lines(typed, 40), Err(NotText::Empty), "{typed:?}");
        }
        for typed in ["a\0", "a\u{1b}[31m", "a\u{7f}", "a\u{85}", "a\rb", "a\u{fffd}", "\u{202e}a", "a\u{2028}b"] {
            assert_eq!(lines(typed, 40), Err(NotText::Unreadable), "{typed:?}");
        }
    }

    #[test]
    fn inp_10_a_length_holds_to_the_character() {
        assert_eq!(lines(&"ሐ".repeat(40), 40), Ok("ሐ".repeat(40)));
        assert_eq!(lines(&"ሐ".repeat(41), 40), Err(NotText::TooLong));
        assert_eq!(lines(&"a\r\n".repeat(20), 40), Ok("a\n".repeat(20).trim_end().to_owned()), "the last end goes");
        assert_eq!(lines(&"a".repeat(1 << 20), 40), Err(NotText::TooLong));
        assert_eq!(name(&"ሐ".repeat(41), 40), Err(NotText::TooLong));
    }

    #[test]
    fn a_name_is_one_line_with_a_letter() {
        assert_eq!(name("  6th of   October City ", 40), Ok("6th of October City".to_owned()));
        for typed in ["a\nb", "a\tb", "12", "🙂"] {
            assert_eq!(name(typed, 40), Err(NotText::Unreadable), "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn inp_10_whatever_is_typed_becomes_a_text_in_nfc_or_nothing(typed in any::<String>()) {
            if let Ok(text) = lines(&typed, 60) {
                prop_assert!(is_nfc(&text) && text.trim() == text && text.chars().count() <= 60);
                prop_assert!(text.chars().all(|c| c == '\n' || !characters::is_unreadable(c)));
                prop_assert_eq!(lines(&text, 60), Ok(text.clone()), "reading it again changes nothing");
            }
        }
    }
}
