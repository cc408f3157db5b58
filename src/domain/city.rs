//! Where a person lives.

use std::fmt;

use super::text::{self, NotText};

/// The most characters of a city's name.
pub const MAX_LENGTH: usize = 80;

/// The name of a town or city as the person writes it: one line in any script, read like a name. Prints as `City(…)`,
/// because logs tell nothing of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct City(String);

impl City {
    /// Reads it as typed or pasted.
    ///
    /// # Errors
    /// See [`NotText`].
    pub fn parse(typed: &str) -> Result<Self, NotText> {
        text::name(typed, MAX_LENGTH).map(Self)
    }

    /// One that the database kept, and that [`parse`](Self::parse) therefore made.
    pub fn from_stored(city: String) -> Self {
        Self(city)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for City {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("City(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_of_the_region_are_kept_as_written() {
        for name in ["Addis Ababa", "አዲስ አበባ", "الرياض", "6th of October City", "Al-Khobar"] {
            assert_eq!(City::parse(&format!("  {name} ")).map(|city| city.as_str().to_owned()), Ok(name.to_owned()));
        }
        assert_eq!(City::parse(&"ሐ".repeat(81)), Err(NotText::TooLong));
        assert_eq!(City::parse("Addis\nAbaba"), Err(NotText::Unreadable));
        assert_eq!(format!("{:?}", City::parse("Jeddah").unwrap()), "City(…)");
    }
}
