//! The countries that a phone number can be from.

use std::fmt;
use std::sync::LazyLock;

use chrono_tz::Tz;
use phonenumber::country::Id;
use phonenumber::metadata::{DATABASE, Metadata};
use thiserror::Error;

/// A country or territory with a phone numbering plan, by its ISO 3166 alpha-2 code (and `XK`, `AC`, `TA`, which ISO
/// leaves to others). Source: Google's libphonenumber metadata, as shipped with the `phonenumber` crate.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country(Id);

/// What was sent names no country with a numbering plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a country with a phone numbering plan")]
pub struct NotACountry;

impl Country {
    /// Where the people are whom the platform serves, in the order in which forms offer them.
    pub const HOME: [Self; 9] = [
        Self(Id::ET),
        Self(Id::SA),
        Self(Id::AE),
        Self(Id::KW),
        Self(Id::QA),
        Self(Id::BH),
        Self(Id::OM),
        Self(Id::LB),
        Self(Id::JO),
    ];

    /// Reads an ISO 3166 alpha-2 code, in upper or lower case and nothing around it.
    ///
    /// # Errors
    /// [`NotACountry`] for any other text, and for codes that have no numbering plan (Antarctica).
    pub fn parse(code: &str) -> Result<Self, NotACountry> {
        let id: Id = code.to_ascii_uppercase().parse().map_err(|_| NotACountry)?;
        DATABASE.by_id(id.as_ref()).map(|_| Self(id)).ok_or(NotACountry)
    }

    /// Every country there is, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        static ALL: LazyLock<Vec<Country>> = LazyLock::new(|| {
            let mut all: Vec<Country> = DATABASE.iter().filter_map(|plan| Country::parse(plan.id()).ok()).collect();
            all.sort_by_key(|country| country.code());
            all
        });
        ALL.iter().copied()
    }

    /// The ISO 3166 alpha-2 code in upper case, `ET`.
    pub fn code(self) -> &'static str {
        // Every value here came through `parse` or stands in `HOME`; `ZZ` is CLDR's unknown region.
        self.plan().map_or("ZZ", Metadata::id)
    }

    /// The calling code without plus: 251 for Ethiopia. Several countries can share one (1, 7, 44).
    pub fn calling_code(self) -> u16 {
        self.plan().map_or(0, Metadata::country_code)
    }

    /// The clock on the wall, for the countries in [`HOME`](Self::HOME), which have one each.
    pub fn time_zone(self) -> Option<Tz> {
        match self.0 {
            Id::ET => Some(Tz::Africa__Addis_Ababa),
            Id::SA => Some(Tz::Asia__Riyadh),
            Id::AE => Some(Tz::Asia__Dubai),
            Id::KW => Some(Tz::Asia__Kuwait),
            Id::QA => Some(Tz::Asia__Qatar),
            Id::BH => Some(Tz::Asia__Bahrain),
            Id::OM => Some(Tz::Asia__Muscat),
            Id::LB => Some(Tz::Asia__Beirut),
            Id::JO => Some(Tz::Asia__Amman),
            _ => None,
        }
    }

    /// A mobile number as people of a [`HOME`](Self::HOME) country write it, as a placeholder for a form. It is in the
    /// plan and may belong to somebody: nothing is ever sent to it.
    pub fn example_national(self) -> Option<&'static str> {
        match self.0 {
            Id::ET => Some("0911 234 567"),
            Id::SA => Some("051 234 5678"),
            Id::AE => Some("050 123 4567"),
            Id::KW => Some("5001 2345"),
            Id::QA => Some("3312 3456"),
            Id::BH => Some("3600 1234"),
            Id::OM => Some("9212 3456"),
            Id::LB => Some("71 123 456"),
            Id::JO => Some("079 012 3456"),
            _ => None,
        }
    }

    /// The country as the phone number library names it.
    pub(super) fn id(self) -> Id {
        self.0
    }

    /// The numbering plan.
    pub(super) fn plan(self) -> Option<&'static Metadata> {
        DATABASE.by_id(self.0.as_ref())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::phone_number::PhoneNumber;

    #[test]
    fn all_245_countries_are_there_once_and_in_order() {
        let codes: Vec<&str> = Country::all().map(|country| country.code()).collect();
        assert_eq!(codes.len(), 245);
        assert!(codes.is_sorted());
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), 245);
        for country in Country::all() {
            assert_eq!(Country::parse(country.code()), Ok(country));
            assert_eq!(Country::parse(&country.code().to_ascii_lowercase()), Ok(country));
            assert_ne!(country.calling_code(), 0, "{country}");
        }
    }

    #[test]
    fn home_is_ethiopia_the_gulf_and_the_levant_with_all_that_forms_need() {
        let codes = Country::HOME.map(Country::code);
        assert_eq!(codes, ["ET", "SA", "AE", "KW", "QA", "BH", "OM", "LB", "JO"]);
        assert_eq!(Country::HOME.map(Country::calling_code), [251, 966, 971, 965, 974, 973, 968, 961, 962]);
        for country in Country::HOME {
            assert!(country.time_zone().is_some(), "{country}");
            let example = country.example_national().unwrap();
            let number = PhoneNumber::parse(example, country).unwrap();
            assert_eq!(number.country(), Some(country), "{country}");
        }
        assert!(Country::parse("DE").unwrap().time_zone().is_none());
    }

    #[test]
    fn inp_10_nothing_but_a_known_code_is_a_country() {
        for code in ["", "E", "ETH", " ET", "ET ", "ET\0", "251", "+251", "AQ", "ZZ", "001", "ｅｔ", "ÉT"] {
            assert_eq!(Country::parse(code), Err(NotACountry), "{code:?}");
        }
    }

    proptest! {
        #[test]
        fn inp_10_any_text_is_a_listed_country_or_none(text in any::<String>()) {
            if let Ok(country) = Country::parse(&text) {
                prop_assert!(Country::all().any(|listed| listed == country));
            }
        }
    }
}
