//! How hard a password is to guess, for somebody who knows its owner.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use thiserror::Error;
use zeroize::Zeroizing;
use zxcvbn::Score;
use zxcvbn::feedback::{Feedback, Warning};
use zxcvbn::matching::patterns::MatchPattern;

use super::local_words::LOCAL_WORDS;
use crate::domain::email_address::EmailAddress;
use crate::domain::full_name::FullName;
use crate::domain::password::Password;
use crate::domain::phone_number::PhoneNumber;

/// How many characters the rater looks at. Its work grows steeply: a hundred characters chosen to be read as letters
/// in many ways (`4@8({[<`) cost a second, and many small ones of these stop a server. What comes behind can only
/// help. PWD-09.
const RATED: usize = 32;

/// Passwords from breaches that the rater takes for good ones, in lower case, one a line, sorted. PWD-03.
static BREACHED: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("breached.txt").lines().collect());

/// Why a password is easy to guess, for a page to put into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TooEasy {
    /// It is made of the person's own name, email address or phone number.
    #[error("made of what everybody knows about the person")]
    Personal,
    /// It is a password that many people have, or made of a word that people here choose first, such as a place, a
    /// name, or Latchkey's own.
    #[error("a well-known password")]
    Common,
    /// It follows a pattern: something repeated, a sequence, neighbours on the keyboard, a date.
    #[error("a pattern")]
    Pattern,
    /// It is too little in all. Another word or two makes it good.
    #[error("too short for what it is made of")]
    Guessable,
}

/// What everybody knows about a person, in the parts that people make passwords of. Prints without them.
#[derive(Clone)]
pub struct PersonalWords(Vec<String>);

impl PersonalWords {
    /// Takes the person apart: the words of the name, the pieces of the email address, the number as dialled at home
    /// and from abroad and its last digits; and the wholes without what joins them.
    pub fn new<'a>(
        name: impl Into<Option<&'a FullName>>,
        email: Option<&EmailAddress>,
        phone: impl Into<Option<&'a PhoneNumber>>,
    ) -> Self {
        let mut words = Parts::default();
        let name = name.into().map(FullName::as_str).unwrap_or_default();
        words.add_with_pieces(name);
        for pair in name.split(' ').collect::<Vec<_>>().windows(2) {
            // As people join the two; apart, with a dot between, they rate as four things to guess instead of one.
            for joint in ["", ".", "_", "-", " "] {
                words.add(&format!("{}{joint}{}", pair[0], pair[1]));
                words.add(&format!("{}{joint}{}", pair[1], pair[0]));
            }
        }
        if let Some(email) = email {
            words.add(email.as_str());
            words.add_with_pieces(email.local_part());
            words.add_with_pieces(email.domain());
        }
        if let Some(phone) = phone.into() {
            let (international, national) = (phone.e164().trim_start_matches('+'), phone.national());
            words.add(international);
            words.add(&format!("00{international}"));
            words.add(national);
            words.add(&format!("0{national}"));
            for length in (6..=9).rev().filter(|&length| length < national.len()) {
                words.add(&national[national.len() - length..]);
            }
        }
        Self(words.0)
    }
}

impl fmt::Debug for PersonalWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalWords({})", self.0.len())
    }
}

/// Words in lower case, each once, the most telling ones first: the rater counts the place as the number of guesses.
#[derive(Default)]
struct Parts(Vec<String>);

impl Parts {
    /// Adds a word, unless it is a single character or known already.
    fn add(&mut self, word: &str) {
        let word = word.to_lowercase();
        if word.chars().nth(1).is_some() && !self.0.contains(&word) {
            self.0.push(word);
        }
    }

    /// Adds a text whole, without what joins its pieces, and every piece; a piece of letters and digits also as the
    /// two.
    fn add_with_pieces(&mut self, text: &str) {
        self.add(text);
        let pieces = || text.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).filter(|piece| !piece.is_empty());
        self.add(&pieces().collect::<String>());
        for piece in pieces() {
            self.add(piece);
        }
        for piece in pieces() {
            for run in piece.split(|c: char| c.is_numeric()).chain(piece.split(|c: char| !c.is_numeric())) {
                self.add(run);
            }
        }
    }
}

/// Belongs to the letter before it: the vowel signs of Arabic and of Indic scripts.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Refuses a password that somebody who knows its owner guesses too soon: one that rates below 3 of 4 (fewer than 10^8
/// guesses), or one that is known from breaches.
///
/// This is nothing but work for the processor, a millisecond for most passwords and a tenth of a second for those
/// made to cost the most. Call it on a blocking thread and under the hasher's permits, so that strangers cannot keep
/// every core busy with it. PWD-09.
///
/// # Errors
/// [`TooEasy`] says what to do about it.
pub fn rate(password: &Password, about: &PersonalWords) -> Result<(), TooEasy> {
    let lower = Zeroizing::new(password.expose().to_lowercase());
    if BREACHED.contains(lower.as_str()) {
        return Err(TooEasy::Common);
    }
    // A word in both lists counts as personal; given twice, its later place would win.
    let local = LOCAL_WORDS.iter().copied().filter(|&word| !about.0.iter().any(|own| own == word));
    // The rater takes a word's place for the number of guesses it needs. To somebody who guesses here all local words
    // are among the first, not the six hundredth: those that stand in the password come before the rest.
    let (present, rest): (Vec<&str>, Vec<&str>) = local.partition(|&word| lower.contains(word));
    let known: Vec<&str> = about.0.iter().map(String::as_str).chain(present).chain(rest).collect();
    let beginning: Zeroizing<String> = Zeroizing::new(password.expose().chars().take(RATED).collect());

    let rated = zxcvbn::zxcvbn(&beginning, &known);
    if rated.score() >= Score::Three {
        return Ok(());
    }
    let parts = rated.sequence();
    if parts.iter().any(|part| uses(&part.pattern, &|word| about.0.iter().any(|own| own == word))) {
        return Err(TooEasy::Personal);
    }
    // The longest part is what the password is mainly made of, and what the rater warns of.
    let main = parts.iter().max_by_key(|part| part.j - part.i);
    if main.is_some_and(|part| uses(&part.pattern, &|word| LOCAL_WORDS.contains(&word))) {
        return Err(TooEasy::Common);
    }
    Err(rated.feedback().and_then(Feedback::warning).map_or(TooEasy::Guessable, in_our_terms))
}

/// Whether a part of a password is one of certain words, perhaps backwards, in disguise or repeated.
fn uses(pattern: &MatchPattern, certain: &dyn Fn(&str) -> bool) -> bool {
    match pattern {
        MatchPattern::Dictionary(word) => certain(&word.matched_word),
        MatchPattern::Repeat(repeat) => repeat.base_matches.iter().any(|part| uses(&part.pattern, certain)),
        _ => false,
    }
}

/// The rater's warning as advice that a page has words for.
fn in_our_terms(warning: Warning) -> TooEasy {
    match warning {
        Warning::ThisIsATop10Password
        | Warning::ThisIsATop100Password
        | Warning::ThisIsACommonPassword
        | Warning::ThisIsSimilarToACommonlyUsedPassword => TooEasy::Common,
        Warning::StraightRowsOfKeysAreEasyToGuess
        | Warning::ShortKeyboardPatternsAreEasyToGuess
        | Warning::RepeatsLikeAaaAreEasyToGuess
        | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess
        | Warning::SequencesLikeAbcAreEasyToGuess
        | Warning::RecentYearsAreEasyToGuess
        | Warning::DatesAreOftenEasyToGuess => TooEasy::Pattern,
        Warning::AWordByItselfIsEasyToGuess
        | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
        | Warning::CommonNamesAndSurnamesAreEasyToGuess => TooEasy::Guessable,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::country::Country;

    /// The most frequent passwords of ten or more characters in published breaches; see `tests/data/NOTICE.md`.
    const MOST_FREQUENT: &str = include_str!("../../../tests/data/breached_passwords.txt");

    fn hana() -> PersonalWords {
        PersonalWords::new(
            &FullName::parse("Hana Tesfaye").unwrap(),
            Some(&EmailAddress::parse("hana.tesfaye@example.com").unwrap()),
            &PhoneNumber::parse("0911 234 567", Country::HOME[0]).unwrap(),
        )
    }

    /// Somebody whose name, address and number have nothing to do with the passwords tried.
    fn somebody() -> PersonalWords {
        PersonalWords::new(
            &FullName::parse("Xiomara Quispe").unwrap(),
            None,
            &PhoneNumber::parse("+51 987 650 418", Country::HOME[0]).unwrap(),
        )
    }

    fn rating(password: &str, about: &PersonalWords) -> Result<(), TooEasy> {
        rate(&Password::parse(password).unwrap(), about)
    }

    #[test]
    fn aut_02_what_everybody_knows_about_the_person_is_refused() {
        for password in [
            "hana.tesfaye1990",
            "hanatesfaye",
            "HanaTesfaye!",
            "hana.tesfaye@example.com",
            "Tesfaye2024",
            "tesfayehana12",
            "T3sf4y3-h4n4",
            "eyafset.anah",
            "hanahanahana",
            "0911234567aa",
            "911234567aaa",
            "+251911234567",
            "00251911234567",
            "hana234567",
            "example.com1",
        ] {
            assert_eq!(rating(password, &hana()), Err(TooEasy::Personal), "{password}");
        }
    }

    #[test]
    fn aut_02_words_that_people_here_choose_first_are_refused() {
        for password in [
            "Latchkey2026!",
            "latchkey123",
            "Addisababa2024",
            "addis ababa 24",
            "SaudiArabia1",
            "Alhamdulillah",
            "egziabher2016",
            "Meskerem2017",
            "ethiotelecom1",
            "telebirr2017!",
            "Tishrin@2024",
            "housemaid2025",
            "አዲስ አበባ 2016",
            "كلمة السر 123",
        ] {
            assert!(rating(password, &somebody()).is_err(), "{password}");
        }
        assert_eq!(rating("Latchkey2026!", &somebody()), Err(TooEasy::Common));
        assert_eq!(rating("Addisababa2024", &somebody()), Err(TooEasy::Common));
    }

    #[test]
    fn aut_02_a_long_phrase_may_contain_any_of_these_words() {
        for password in [
            "hana eats seven green mangoes",
            "my latchkey hangs behind the stove",
            "addisababa-umbrella-thursday-soup",
            "tesfaye paints wooden boats",
            "call 0911234567 when the goat sings",
        ] {
            assert_eq!(rating(password, &hana()), Ok(()), "{password}");
        }
    }

    #[test]
    fn pwd_04_any_characters_will_do() {
        for password in [
            "kettlemarbleorchid",
            "kettle marble orchid",
            "8305716294",
            "71 94 03 58 26 60",
            "ድመትወተትትጠጣለች",
            "ሰማያዊ ጀበና ሶስት ፍየል",
            "القطة تشرب الحليب",
            "برتقالةزرقاءتطير",
            "گربه شیر می‌نوشد",
            "🦒🧺🌶🪁🧂🦉🪜🥁🧊🐫",
            "QVXJTMWZKP",
            "$#(^)!~&*%",
        ] {
            assert_eq!(rating(password, &hana()), Ok(()), "{password}");
        }
    }

    #[test]
    fn patterns_and_single_words_are_refused_with_their_reason() {
        for (password, why) in [
            ("aaaaaaaaaaaa", TooEasy::Pattern),
            ("abcabcabcabc", TooEasy::Pattern),
            ("ሀሀሀሀሀሀሀሀሀሀ", TooEasy::Pattern),
            ("abcdefghijkl", TooEasy::Pattern),
            ("zaq1xsw2cde3", TooEasy::Common),
            ("19-07-1994 19", TooEasy::Pattern),
            ("p4ssw0rd123!", TooEasy::Common),
            ("understanding", TooEasy::Guessable),
        ] {
            assert_eq!(rating(password, &somebody()), Err(why), "{password}");
        }
    }

    #[test]
    fn pwd_03_the_most_frequent_breached_passwords_are_all_refused() {
        let about = somebody();
        let mut tried = 0;
        for password in MOST_FREQUENT.lines() {
            assert!(rating(password, &about).is_err(), "{password}");
            tried += 1;
        }
        assert_eq!(tried, 3000);
    }

    #[test]
    fn pwd_03_the_list_of_breached_passwords_is_in_order_and_ignores_case() {
        let lines: Vec<&str> = include_str!("breached.txt").lines().collect();
        assert!(lines.is_sorted_by(|a, b| a < b), "sorted, each once");
        assert!(lines.iter().all(|line| line.chars().count() >= 10 && *line == line.to_lowercase()));
        let shouted = lines[0].to_uppercase();
        assert_eq!(rating(&shouted, &somebody()), Err(TooEasy::Common));
    }

    #[test]
    fn i_10_the_costliest_passwords_are_cut_before_they_are_rated() {
        // Not timed: what matters is that each comes back. Uncut, some of these take the rater seconds.
        for piece in [
            "4@8({[<369!10$5+7%2",
            "4@8({[<36!10$5+7%2|9",
            "abcabdabcabe",
            "aab",
            "1.2.1999/",
            "19991231",
            "qwerty",
            "ሀለሐ",
            "İ",
            "ß",
        ] {
            let password: String = piece.chars().cycle().take(256).collect();
            let _ = rating(&password, &hana());
        }
        let strong_end = format!("{}kettle marble orchid", "a".repeat(RATED));
        assert_eq!(rating(&strong_end, &somebody()), Err(TooEasy::Pattern), "only the beginning is rated");
    }

    #[test]
    fn the_person_is_taken_apart() {
        let words = PersonalWords::new(
            &FullName::parse("Mary-Anne O'Neil ሐና").unwrap(),
            Some(&EmailAddress::parse("mary_oneil88+maid@mail.example.com").unwrap()),
            &PhoneNumber::parse("0911 234 567", Country::HOME[0]).unwrap(),
        );
        for word in [
            "mary",
            "anne",
            "neil",
            "ሐና",
            "maryanneoneilሐና",
            "mary_oneil88+maid",
            "maryoneil88maid",
            "oneil88",
            "oneil",
            "88",
            "maid",
            "mail",
            "example",
            "mail.example.com",
            "251911234567",
            "00251911234567",
            "0911234567",
            "911234567",
            "11234567",
            "1234567",
            "234567",
        ] {
            assert!(words.0.iter().any(|known| known == word), "{word} in {:?}", words.0);
        }
        assert_eq!(words.0.iter().collect::<HashSet<_>>().len(), words.0.len(), "each once");
        assert!(!format!("{words:?}").contains("mary"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn inp_10_no_password_makes_the_rater_panic(
            typed in "\\PC{10,40}|[0-9./-]{10,40}|[a-c]{10,40}|[4@8({\\[<369!10$5+7%2]{10,40}",
        ) {
            if let Ok(password) = Password::parse(&typed) {
                let _ = rate(&password, &hana());
            }
        }
    }
}
