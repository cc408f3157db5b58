//! Phone numbers: every spelling of a number is one value (PHN-04).

use std::fmt;

use phonenumber::country::Source;
use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use phonenumber::{Mode, ParseError};
use regex::Regex;
use thiserror::Error;

use super::characters;
use super::country::Country;

/// How much of a field is looked at. Numbers with a mark around every digit stay below.
const MAX_TYPED: usize = 64;

/// Twilio's test numbers start like this; see [`PhoneNumber::parse`].
const TWILIO_TEST_NUMBERS: &str = "500555";

/// A phone number in E.164 form that can receive texts. Prints as `*****4567`; [`e164`](Self::e164) gives it whole, to
/// SQL and to Twilio. Source: ITU-T E.164; Twilio's `To` parameter takes only this form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

/// Why what was typed is not a number that a code can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAPhoneNumber {
    /// Nothing was typed.
    #[error("empty")]
    Empty,
    /// It holds something that no number holds: letters, an extension, two pluses, characters nobody can see.
    #[error("holds what no number holds")]
    Unreadable,
    /// Fewer digits than any number of the country.
    #[error("too short")]
    TooShort,
    /// More digits than any number of the country, or an endless text.
    #[error("too long")]
    TooLong,
    /// As long as a number, but its digits are not given out in the country, or there is no such calling code.
    #[error("not in the numbering plan")]
    NotInPlan,
    /// A landline, in a country that tells them apart by number. Texts do not arrive there.
    #[error("a landline")]
    Landline,
    /// A number that somebody pays extra for, or nobody's own: premium rate, shared cost, freephone, company-wide,
    /// pager, voicemail, personal, and the satellite and other networks that belong to no country. Texts to these
    /// are refused, or earn somebody money at our cost.
    #[error("costs extra")]
    CostsExtra,
}

impl PhoneNumber {
    /// Reads a number as people write it: national in `country` (`0911 234 567`), or international of any country
    /// (`+251 911…`, `00251…`, `+251 (0)91…`), in any script's digits, with spaces, dashes, dots, slashes, brackets
    /// and the invisible marks that phones add. A landline is refused where the plan tells landlines apart.
    ///
    /// # Errors
    /// See [`NotAPhoneNumber`].
    pub fn parse(typed: &str, country: Country) -> Result<Self, NotAPhoneNumber> {
        let mut refusal = None;
        for reading in Dialled::read(typed)?.readings(country) {
            match reading.number() {
                Ok(number) => return Ok(number),
                Err(why) => refusal = refusal.or(Some(why)), // the likeliest meaning is the one to speak of
            }
        }
        Err(refusal.unwrap_or(NotAPhoneNumber::NotInPlan))
    }

    /// A number that the database kept, and that [`parse`](Self::parse) therefore made. For `db` alone: nothing is
    /// checked, because a plan that changed must not lock anybody out of a row.
    pub fn from_stored(e164: String) -> Self {
        Self(e164)
    }

    /// The number whole: `+251911234567`. For SQL and for the SMS provider; logs and pages for others show the
    /// masked form.
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// The number whole and in groups, `+251 91 123 4567`, for its owner's eyes.
    pub fn international(&self) -> String {
        match phonenumber::parse(None, &self.0) {
            Ok(number) => number.format().mode(Mode::International).to_string(),
            Err(_) => self.0.clone(),
        }
    }

    /// The national part, digits only and without the leading zero of national spelling: `911234567`.
    pub fn national(&self) -> &str {
        split(&self.0).map_or(&self.0, |(_, national)| national)
    }

    /// The last four digits, `4567`.
    pub fn last_four(&self) -> &str {
        let start = self.0.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        &self.0[start..]
    }

    /// The range that the number is in: all but its last four digits, `+25191123`.
    pub fn range(&self) -> &str {
        &self.0[..self.0.len() - 4]
    }

    /// Whether Twilio answers for it without sending anything, whatever the plan says.
    pub fn is_twilios_test_number(&self) -> bool {
        self.0
            .strip_prefix("+1")
            .is_some_and(|national| national.len() == 10 && national.starts_with(TWILIO_TEST_NUMBERS))
    }

    /// The country whose plan holds the number. Where several share a calling code (1, 7, 44) it is the one that
    /// claims these digits; `None` if none does.
    pub fn country(&self) -> Option<Country> {
        let (code, national) = split(&self.0)?;
        Country::parse(plan(code, national)?.id()).ok()
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "*****{}", self.last_four())
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What was typed, without everything that only separates.
struct Dialled {
    /// It began with a plus.
    plus: bool,
    /// ASCII digits, at least one.
    digits: String,
}

impl Dialled {
    /// Keeps digits and a leading plus; refuses what is neither one nor a separator. The library is far more
    /// forgiving: it finds numbers in sentences, spells letters as digits and reads extensions.
    fn read(typed: &str) -> Result<Self, NotAPhoneNumber> {
        if typed.chars().nth(MAX_TYPED).is_some() {
            return Err(NotAPhoneNumber::TooLong);
        }
        let mut dialled = Self { plus: false, digits: String::new() };
        let mut blank = true;
        for c in typed.chars() {
            if characters::is_space(c) || characters::is_invisible(c) {
                continue;
            }
            blank = false;
            match c {
                '+' | '\u{FF0B}' if !dialled.plus && dialled.digits.is_empty() => dialled.plus = true,
                '(' | ')' | '[' | ']' | '.' | '/' => {}
                '\u{FF08}' | '\u{FF09}' | '\u{FF0E}' | '\u{FF0F}' => {} // the same, full width
                c if characters::is_dash(c) => {}
                c => dialled.digits.push(characters::ascii_digit(c).ok_or(NotAPhoneNumber::Unreadable)?),
            }
        }
        match (blank, dialled.digits.is_empty()) {
            (true, _) => Err(NotAPhoneNumber::Empty),
            (false, true) => Err(NotAPhoneNumber::Unreadable),
            (false, false) => Ok(dialled),
        }
    }

    /// What the digits can mean, likelier meanings first. Two zeros mean a plus, because nearly everybody knows them as
    /// the way abroad; failing that, the prefix of the country does (011 in America, zeros and a carrier in Brazil).
    ///
    /// A number that begins with its own calling code may have lost its plus or be a national number: in Kuwait (965)
    /// `9651 2345` is one. The library always takes the code off and refuses what is left.
    fn readings(&self, country: Country) -> Vec<Reading> {
        let digits = self.digits.as_str();
        if self.plus {
            return vec![Reading::International(digits.strip_prefix("00").unwrap_or(digits).to_owned())];
        }
        let mut readings = Vec::new();
        if let Some(abroad) = digits.strip_prefix("00") {
            readings.push(Reading::International(abroad.to_owned()));
        } else {
            let code = country.calling_code().to_string();
            readings.push(Reading::International(format!("{code}{digits}")));
            if digits.starts_with(&code) {
                readings.push(Reading::International(digits.to_owned()));
            }
            readings.push(Reading::National(digits.to_owned(), country));
        }
        let prefix = country.plan().and_then(Metadata::international_prefix).and_then(|prefix| prefix.find(digits));
        if let Some(prefix) = prefix.filter(|prefix| prefix.start() == 0) {
            readings.push(Reading::International(digits[prefix.end()..].to_owned()));
        }
        readings
    }
}

/// One meaning of the digits that were typed.
enum Reading {
    /// Calling code first.
    International(String),
    /// As dialled inside a country, where that is more than its number with a zero in front: seven digits on an island
    /// of the Caribbean, `15` in the middle of an Argentine one.
    National(String, Country),
}

impl Reading {
    /// The number, if it is one that texts can go to.
    fn number(&self) -> Result<PhoneNumber, NotAPhoneNumber> {
        let parsed = match self {
            // Without a country: given one, the library takes off the zero (or eight, or one) that this country
            // dials first, even from the numbers of other countries, where it can be part of the number.
            Self::International(digits) => phonenumber::parse(None, format!("+{digits}")),
            Self::National(digits, country) => phonenumber::parse(Some(country.id()), digits),
        };
        let parsed = parsed.map_err(|fault| match fault {
            ParseError::TooShortNsn | ParseError::TooShortAfterIdd => NotAPhoneNumber::TooShort,
            ParseError::TooLong => NotAPhoneNumber::TooLong,
            _ => NotAPhoneNumber::NotInPlan,
        })?;
        if parsed.code().source() == Source::Idd {
            return Err(NotAPhoneNumber::NotInPlan); // dialled abroad, which is another reading
        }
        let (code, national) = (parsed.code().value(), parsed.national().to_string());
        check(code, &national)?;
        let e164 = format!("+{code}{national}");
        if e164.len() > "+".len() + 15 { Err(NotAPhoneNumber::TooLong) } else { Ok(PhoneNumber(e164)) }
    }
}

/// Whether texts can go to `national` under the calling code `code`.
///
/// The library answers this too, but not well enough to send money after: its `number_type` forgets leading zeros,
/// which belong to the number in the Ivory Coast, Congo and Italy, and its patterns hold the front of a number only.
fn check(code: u16, national: &str) -> Result<(), NotAPhoneNumber> {
    // Twilio answers for these without sending: +15005550006 is a good number, +15005550001 an invalid one, and so
    // on. The plan has them as personal numbers, and nobody owns them. They cost nothing, and operators try their
    // set-up on them.
    if code == 1 && national.len() == 10 && national.starts_with(TWILIO_TEST_NUMBERS) {
        return Ok(());
    }
    let Some(plan) = plan(code, national) else {
        return Err(wrong_length(code, national).unwrap_or(NotAPhoneNumber::NotInPlan));
    };
    if Country::parse(plan.id()).is_err() {
        return Err(NotAPhoneNumber::CostsExtra); // +800, +870, +883 and their like: worldwide services and satellites
    }
    match kind(plan, national) {
        Some(Kind::Texts) => Ok(()),
        Some(Kind::Landline) => Err(NotAPhoneNumber::Landline),
        Some(Kind::CostsExtra) => Err(NotAPhoneNumber::CostsExtra),
        None => Err(wrong_length(code, national).unwrap_or(NotAPhoneNumber::NotInPlan)),
    }
}

/// What a numbering plan says about a number, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Mobile, or mobile and landline alike (America), or on the internet.
    Texts,
    /// A landline and nothing else.
    Landline,
    /// See [`NotAPhoneNumber::CostsExtra`].
    CostsExtra,
}

/// The kind of `national`, or `None` if the plan has no such number.
fn kind(plan: &Metadata, national: &str) -> Option<Kind> {
    let kinds = plan.descriptors();
    let any = |descriptors: &[Option<&Descriptor>]| descriptors.iter().flatten().any(|d| holds(d, national));
    if any(&[
        kinds.premium_rate(),
        kinds.toll_free(),
        kinds.shared_cost(),
        kinds.personal_number(),
        kinds.pager(),
        kinds.uan(),
        kinds.voicemail(),
    ]) {
        Some(Kind::CostsExtra)
    } else if any(&[kinds.mobile(), kinds.voip()]) {
        Some(Kind::Texts)
    } else if any(&[kinds.fixed_line()]) {
        Some(Kind::Landline)
    } else {
        None
    }
}

/// Whether the pattern holds the number to its last digit. The library's own `is_match` looks at the beginning only,
/// and takes the first alternative that fits, which can end early where a later one would not.
fn holds(descriptor: &Descriptor, national: &str) -> bool {
    let pattern = descriptor.national_number();
    let whole = || Regex::new(&format!("(?x)^(?:{})$", pattern.as_str())).is_ok_and(|whole| whole.is_match(national));
    descriptor.is_match(national) && (pattern.find(national).is_some_and(|m| m.end() == national.len()) || whole())
}

/// Too short or too long for a mobile number of any country with this calling code.
fn wrong_length(code: u16, national: &str) -> Option<NotAPhoneNumber> {
    let lengths: Vec<usize> = DATABASE
        .by_code(&code)?
        .into_iter()
        .filter_map(|plan| plan.descriptors().mobile())
        .flat_map(|mobile| mobile.possible_length().iter().map(|&length| usize::from(length)))
        .collect();
    if national.len() < *lengths.iter().min()? {
        Some(NotAPhoneNumber::TooShort)
    } else if national.len() > *lengths.iter().max()? {
        Some(NotAPhoneNumber::TooLong)
    } else {
        None
    }
}

/// The plan that claims `national` under the calling code `code`: the only one there is, or the first of several whose
/// leading digits or patterns fit.
fn plan(code: u16, national: &str) -> Option<&'static Metadata> {
    let plans = DATABASE.by_code(&code)?;
    if let [only] = plans[..] {
        return Some(only);
    }
    plans.into_iter().find(|plan| match plan.leading_digits() {
        Some(leading) => leading.find(national).is_some_and(|m| m.start() == 0),
        None => kind(plan, national).is_some(),
    })
}

/// Calling code and national part of an E.164 number. No calling code is the beginning of another.
fn split(e164: &str) -> Option<(u16, &str)> {
    let digits = e164.strip_prefix('+')?;
    (1..=3).find_map(|length| {
        let (code, national) = digits.split_at_checked(length)?;
        let code = code.parse().ok()?;
        DATABASE.by_code(&code).map(|_| (code, national))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    fn read(typed: &str, code: &str) -> Result<String, NotAPhoneNumber> {
        PhoneNumber::parse(typed, country(code)).map(|number| number.e164().to_owned())
    }

    /// All numbers that the plans give as examples, by country and kind.
    fn examples(kind: fn(&phonenumber::metadata::Descriptors) -> Option<&Descriptor>) -> Vec<(Country, &'static str)> {
        Country::all().filter_map(|country| Some((country, kind(country.plan()?.descriptors())?.example()?))).collect()
    }

    #[test]
    fn phn_04_twenty_spellings_are_one_number() {
        for typed in [
            "+251911234567",
            "0911234567",
            "911234567",
            "251911234567",
            "00251911234567",
            "0911 234 567",
            "0911-234-567",
            "0911.234.567",
            "0911/23 45 67",
            "(0911) 234567",
            "+251 911 234 567",
            "+251 (0)91 123 4567",
            "+251 0911 234 567",
            "00251 0911 234 567",
            "(+251) 911-234-567",
            "+00251 911234567",
            "251 0911 234 567",
            " 0911234567 ",
            "0911\u{a0}234\u{2009}567",
            "0911\u{202f}234\u{3000}567",
            "0911–234—567",
            "٠٩١١٢٣٤٥٦٧",
            "+٢٥١ ٩١١ ٢٣٤ ٥٦٧",
            "۰۹۱۱۲۳۴۵۶۷",
            "０９１１２３４５６７",
            "＋２５１（９１１）２３４－５６７",
            "०९११२३४५६७",
            "\u{202a}+251 911 234 567\u{202c}",
            "\u{2066}+251911234567\u{2069}",
            "\u{200e}0911\u{200b}234\u{200d}567\u{feff}",
        ] {
            assert_eq!(read(typed, "ET").as_deref(), Ok("+251911234567"), "{typed:?}");
        }
    }

    #[test]
    fn phn_04_an_international_number_is_the_same_from_every_country() {
        for from in Country::all() {
            for typed in ["+251 911 234 567", "00251 911 234 567", "+251 (0)911 234567"] {
                let number = PhoneNumber::parse(typed, from).map(|number| number.e164().to_owned());
                assert_eq!(number.as_deref(), Ok("+251911234567"), "{typed} from {from}");
            }
        }
        assert_eq!(read("011 251 911 234 567", "US").as_deref(), Ok("+251911234567"));
        assert_eq!(read("8 10 251 911 234 567", "RU").as_deref(), Ok("+251911234567"));
        assert_eq!(read("0015 251 911 234 567", "BR").as_deref(), Ok("+251911234567"));
    }

    #[test]
    fn phn_04_no_country_loses_a_number_that_belongs_to_another() {
        // Each country's mobile example, typed abroad: the first digits must not be taken for a prefix of the country
        // that happens to be chosen.
        for (owner, national) in examples(phonenumber::metadata::Descriptors::mobile) {
            let e164 = format!("+{}{national}", owner.calling_code());
            for from in ["ET", "RU", "US", "HU", "KZ", "BR", "AR", "AG", "CN"] {
                assert_eq!(read(&e164, from).as_deref(), Ok(e164.as_str()), "{owner} from {from}");
            }
        }
    }

    #[test]
    fn phn_04_every_countrys_mobile_numbers_are_read_in_the_national_spelling_too() {
        for (owner, national) in examples(phonenumber::metadata::Descriptors::mobile) {
            let e164 = format!("+{}{national}", owner.calling_code());
            let number = PhoneNumber::parse(&e164, owner).unwrap();
            let trunk = phonenumber::parse(None, &e164).unwrap().format().mode(Mode::National).to_string();
            assert_eq!(read(&trunk, owner.code()).as_deref(), Ok(e164.as_str()), "{owner} {trunk}");
            assert_eq!(read(national, owner.code()).as_deref(), Ok(e164.as_str()), "{owner} {national}");
            assert_eq!(read(&number.international(), "ET").as_deref(), Ok(e164.as_str()), "{owner}");
            assert_eq!(number.national(), national, "{owner}");
        }
    }

    #[test]
    fn phn_04_a_number_may_begin_like_its_own_calling_code() {
        for (typed, code, e164) in [
            ("9651 2345", "KW", "+96596512345"),
            ("965 5001 2345", "KW", "+96550012345"),
            ("965 9651 2345", "KW", "+96596512345"),
            ("+965 9651 2345", "KW", "+96596512345"),
            ("9681 2345", "OM", "+96896812345"),
            ("968 9681 2345", "OM", "+96896812345"),
            ("7710009998", "KZ", "+77710009998"),
            ("464 1234", "AG", "+12684641234"), // and local spellings need the country
            ("011 15 2345 6789", "AR", "+5491123456789"),
        ] {
            assert_eq!(read(typed, code).as_deref(), Ok(e164), "{typed} {code}");
        }
    }

    #[test]
    fn phn_04_landlines_are_refused_at_home_and_mobiles_taken() {
        for (code, mobile, landline) in [
            ("ET", "0911 234 567", "011 111 2345"),
            ("ET", "0712 345 678", "046 220 1234"),
            ("SA", "051 234 5678", "011 234 5678"),
            ("AE", "050 123 4567", "04 234 5678"),
            ("KW", "5001 2345", "2234 5678"),
            ("QA", "3312 3456", "4412 3456"),
            ("BH", "3600 1234", "1700 1234"),
            ("OM", "9212 3456", "2312 3456"),
            ("LB", "71 123 456", "01 123 456"),
            ("LB", "03 123 456", "07 223 456"),
            ("JO", "079 012 3456", "06 200 1234"),
        ] {
            assert!(read(mobile, code).is_ok(), "{code} {mobile}: {:?}", read(mobile, code));
            assert_eq!(read(landline, code), Err(NotAPhoneNumber::Landline), "{code} {landline}");
        }
        for home in Country::HOME {
            let kinds = home.plan().unwrap().descriptors();
            let landline = format!("+{}{}", home.calling_code(), kinds.fixed_line().unwrap().example().unwrap());
            assert_eq!(read(&landline, "ET"), Err(NotAPhoneNumber::Landline), "{home}");
        }
        assert_eq!(read("(650) 253-0000", "US").as_deref(), Ok("+16502530000"), "America does not tell them apart");
    }

    #[test]
    fn phn_04_numbers_that_cost_extra_are_refused_in_every_country() {
        use phonenumber::metadata::Descriptors;
        let kinds: [fn(&Descriptors) -> Option<&Descriptor>; 7] = [
            Descriptors::premium_rate,
            Descriptors::toll_free,
            Descriptors::shared_cost,
            Descriptors::personal_number,
            Descriptors::pager,
            Descriptors::uan,
            Descriptors::voicemail,
        ];
        for (owner, national) in kinds.into_iter().flat_map(examples) {
            let typed = format!("+{}{national}", owner.calling_code());
            assert!(read(&typed, "ET").is_err(), "{owner} {typed}");
        }
        for typed in ["+966 9200 12345", "+971 800 123456", "+44 9012 345678", "+1 900 234 5678", "+44 70 1234 5678"] {
            assert_eq!(read(typed, "ET"), Err(NotAPhoneNumber::CostsExtra), "{typed}");
        }
        for worldwide in ["+80012345678", "+881612345678", "+870773111632", "+883510012345", "+979123456789"] {
            assert_eq!(read(worldwide, "ET"), Err(NotAPhoneNumber::CostsExtra), "{worldwide}");
        }
    }

    #[test]
    fn twilios_test_numbers_are_numbers() {
        for typed in ["+15005550006", "+1 500 555 0001", "0015005550009"] {
            let number = PhoneNumber::parse(typed, country("ET")).unwrap();
            assert!(number.e164().starts_with("+1500555") && number.country() == Some(country("US")), "{typed}");
        }
        assert_eq!(read("(500) 555-0006", "US").as_deref(), Ok("+15005550006"));
        assert_eq!(read("+1 500 556 0006", "US"), Err(NotAPhoneNumber::CostsExtra));
    }

    #[test]
    fn leading_zeros_that_belong_to_the_number_stay() {
        assert_eq!(read("01 23 45 67 89", "CI").as_deref(), Ok("+2250123456789"));
        assert_eq!(read("06 123 4567", "CG").as_deref(), Ok("+242061234567"));
    }

    #[test]
    fn numbers_of_the_wrong_length_say_so() {
        assert_eq!(read("", "ET"), Err(NotAPhoneNumber::Empty));
        assert_eq!(read(" \u{200f}\u{a0}", "ET"), Err(NotAPhoneNumber::Empty));
        assert_eq!(read("0911 23", "ET"), Err(NotAPhoneNumber::TooShort));
        assert_eq!(read("09", "ET"), Err(NotAPhoneNumber::TooShort));
        assert_eq!(read("+251 911 23", "ET"), Err(NotAPhoneNumber::TooShort));
        assert_eq!(read("0911 234 5678", "ET"), Err(NotAPhoneNumber::TooLong));
        assert_eq!(read(&"9".repeat(40), "ET"), Err(NotAPhoneNumber::TooLong));
        assert_eq!(read(&" ".repeat(65), "ET"), Err(NotAPhoneNumber::TooLong));
        assert_eq!(read("0211 234 567", "ET"), Err(NotAPhoneNumber::NotInPlan));
        assert_eq!(read("+999 911 234 567", "ET"), Err(NotAPhoneNumber::NotInPlan));
        assert_eq!(read("+0911 234 567", "ET"), Err(NotAPhoneNumber::NotInPlan));
    }

    #[test]
    fn l_1_what_no_number_holds_is_refused() {
        for typed in [
            "+251+251911234567",
            "++251911234567",
            "0911234567+",
            "00+251911234567",
            "+251911234567;ext=1",
            "tel:+251911234567",
            "0911234567x12",
            "0911 CALL ME",
            "0911234567\0",
            "0911234567\n",
            "0911\t234567",
            "0911\u{fffd}234567",
            "\u{202e}7654321190",
            "\u{202d}0911234567",
            "%2B251911234567",
            "፱፩፩፪፫፬፭፮፯",
            "0911234567,1",
            "*0911234567#",
            "911²34567",
            "-",
            "+",
            "()",
        ] {
            assert_eq!(read(typed, "ET"), Err(NotAPhoneNumber::Unreadable), "{typed:?}");
        }
    }

    #[test]
    fn a_number_prints_masked_however_it_is_printed() {
        let number = PhoneNumber::parse("0911 234 567", country("ET")).unwrap();
        assert_eq!(format!("{number} {number:?}"), "*****4567 *****4567");
        assert_eq!(number.last_four(), "4567");
        assert_eq!(number.international(), "+251 91 123 4567");
        assert_eq!(number.country(), Some(country("ET")));
    }

    #[test]
    fn a_stored_value_never_panics_whatever_the_database_holds() {
        for stored in ["", "+", "+2", "+251", "251", "+999123", "é", "+25191123456789012345", "+1", "+10"] {
            let number = PhoneNumber::from_stored(stored.to_owned());
            let _ = (number.country(), number.international(), number.to_string(), number.national().len());
        }
    }

    #[test]
    fn shared_calling_codes_are_told_apart() {
        for (typed, owner) in [
            ("+1 650 253 0000", "US"),
            ("+1 613 782 7274", "CA"),
            ("+1 876 210 1234", "JM"),
            ("+7 912 345 67 89", "RU"),
            ("+7 771 000 9998", "KZ"),
            ("+44 7400 123456", "GB"),
            ("+44 7797 712345", "JE"),
            ("+39 312 345 6789", "IT"),
            ("+212 650 123456", "MA"),
        ] {
            let number = PhoneNumber::parse(typed, country("ET")).unwrap();
            assert_eq!(number.country(), Some(country(owner)), "{typed}");
        }
    }

    fn is_e164(text: &str) -> bool {
        let digits = text.strip_prefix('+').unwrap_or("");
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
    }

    fn any_country() -> impl Strategy<Value = Country> {
        proptest::sample::select(Country::all().collect::<Vec<_>>())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn inp_10_any_text_is_an_e164_number_or_refused(typed in any::<String>(), from in any_country()) {
            if let Ok(number) = PhoneNumber::parse(&typed, from) {
                prop_assert!(is_e164(number.e164()), "{}", number.e164());
            }
        }

        #[test]
        fn inp_10_any_digits_are_an_e164_number_or_refused(
            typed in "(\\+|00|\\+00|011)?[ (]?[0-9]{1,20}[-0-9 ().]{0,8}",
            from in any_country(),
        ) {
            if let Ok(number) = PhoneNumber::parse(&typed, from) {
                prop_assert!(is_e164(number.e164()), "{}", number.e164());
                // Canonical: whatever it was typed as, the stored form reads as itself from everywhere.
                prop_assert_eq!(&PhoneNumber::parse(number.e164(), from).unwrap(), &number);
                prop_assert_eq!(&PhoneNumber::parse(&number.international(), Country::HOME[0]).unwrap(), &number);
                prop_assert!(number.country().is_some());
            }
        }

        #[test]
        fn phn_04_every_ethiopian_mobile_number_has_one_form(number in 0_u32..100_000_000, first in "[79]") {
            let spelled = format!("0{first}{number:08}");
            if let Ok(national) = PhoneNumber::parse(&spelled, Country::HOME[0]) {
                for before in ["+251 ", "00251 (0) ", "251", ""] {
                    let other = format!("{before}{first}{number:08}");
                    prop_assert_eq!(&PhoneNumber::parse(&other, Country::HOME[0]).unwrap(), &national);
                }
            }
        }
    }
}
