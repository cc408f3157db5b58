//! What single characters mean in things that people type, shared by the types of this folder.

/// The zero of every decimal script found on keyboards in the countries our users come from or live in; the nine
/// characters after it are one to nine. Source: the Unicode Character Database, general category Nd.
const ZEROS: [char; 19] = [
    '0', '\u{0660}', // Arabic-Indic
    '\u{06F0}', // extended Arabic-Indic: Persian, Urdu
    '\u{07C0}', // NKo
    '\u{0966}', // Devanagari
    '\u{09E6}', // Bengali
    '\u{0A66}', // Gurmukhi
    '\u{0AE6}', // Gujarati
    '\u{0B66}', // Oriya
    '\u{0BE6}', // Tamil
    '\u{0C66}', // Telugu
    '\u{0CE6}', // Kannada
    '\u{0D66}', // Malayalam
    '\u{0E50}', // Thai
    '\u{0ED0}', // Lao
    '\u{0F20}', // Tibetan
    '\u{1040}', // Myanmar
    '\u{17E0}', // Khmer
    '\u{FF10}', // full width
];

/// The ASCII digit that `c` stands for. Ge'ez numerals are none: they have no zero and no places.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    ZEROS.iter().find_map(|&zero| char::from_digit(u32::from(c).checked_sub(u32::from(zero))?, 10))
}

/// A space that separates, of whatever width; no tab, and nothing that ends a line.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// A hyphen, dash or minus sign, as keyboards and word processors make them.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// Takes no room and changes no meaning: phones put these around numbers and names that are copied from contacts and
/// chats. Joiners are among them, so names, where they shape letters, ask [`is_joiner`] first.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{2060}' | '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202C}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// Zero-width joiner and non-joiner, which Arabic, Persian and Indic spelling needs.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Nothing a person types into a line of a form: controls, the mark that the form decoder leaves in place of broken
/// bytes (different bytes would become equal), and the two characters that turn the reading order of all that follows.
pub(super) fn is_unreadable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{FFFD}' | '\u{2028}' | '\u{2029}' | '\u{202D}' | '\u{202E}')
}

/// Shows nothing by itself: joiners, and letters and symbols that are drawn as empty space (Hangul fillers, the empty
/// Braille cell), with which names can be made that nobody sees.
pub(super) fn is_blank(c: char) -> bool {
    is_joiner(c)
        || matches!(
            c,
            '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_8_every_decimal_script_counts_from_nought_to_nine() {
        for zero in ZEROS {
            let digits: String =
                (u32::from(zero)..=u32::from(zero) + 9).filter_map(char::from_u32).filter_map(ascii_digit).collect();
            assert_eq!(digits, "0123456789");
        }
    }

    #[test]
    fn geez_numerals_fractions_and_letters_are_no_digits() {
        for c in ['\u{1369}', '\u{137C}', '½', '²', '①', 'a', '/', ':', '\u{065F}', '\u{066A}'] {
            assert_eq!(ascii_digit(c), None, "{c:?}");
        }
    }
}
