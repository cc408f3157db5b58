//! How many: small whole numbers.

use std::ops::RangeInclusive;

use thiserror::Error;

use super::characters;

/// The most characters that are looked at: the digits of any such number, with generous room for spaces and marks.
const MAX_TYPED: usize = 32;

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count<const LEAST: i16, const MOST: i16>(i16);

/// People in a household.
pub type HouseholdSize = Count<1, 50>;
/// Years that somebody has worked in households.
pub type ExperienceYears = Count<0, 60>;

/// Why what was typed is not such a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotACount {
    /// Nothing that can be seen was typed.
    #[error("empty")]
    Empty,
    /// No whole number, or one beyond the bounds.
    #[error("no whole number between the bounds")]
    OutOfBounds,
}

impl<const LEAST: i16, const MOST: i16> Count<LEAST, MOST> {
    /// The least that it can be.
    pub const LEAST: i16 = LEAST;
    /// The most that it can be.
    pub const MOST: i16 = MOST;

    /// Reads a number as people of any country type it, in decimal digits of any script or in Ge'ez numerals.
    ///
    /// # Errors
    /// See [`NotACount`].
    pub fn parse(typed: &str) -> Result<Self, NotACount> {
        let number = read(typed)?;
        if (LEAST..=MOST).contains(&number) { Ok(Self(number)) } else { Err(NotACount::OutOfBounds) }
    }

    /// One that the database kept, and that [`parse`](Self::parse) therefore made.
    pub fn from_stored(number: i16) -> Self {
        Self(number)
    }

    /// The number.
    pub fn get(self) -> i16 {
        self.0
    }
}

/// Reads a number that has its bounds from elsewhere, in the same way.
///
/// # Errors
/// See [`NotACount`].
pub fn within(bounds: &RangeInclusive<u16>, typed: &str) -> Result<u16, NotACount> {
    let number = u16::try_from(read(typed)?).map_err(|_| NotACount::OutOfBounds)?;
    if bounds.contains(&number) { Ok(number) } else { Err(NotACount::OutOfBounds) }
}

/// The number that was typed, whatever its bounds.
fn read(typed: &str) -> Result<i16, NotACount> {
    if typed.chars().nth(MAX_TYPED).is_some() {
        return Err(NotACount::OutOfBounds);
    }
    let seen: String = typed.chars().filter(|&c| !characters::is_invisible(c)).collect();
    let written = seen.trim_matches(characters::is_space);
    if written.is_empty() {
        return Err(NotACount::Empty);
    }
    decimal(written).or_else(|| geez(written)).ok_or(NotACount::OutOfBounds)
}

/// A number in decimal digits, whose zeros in front count nothing.
fn decimal(written: &str) -> Option<i16> {
    let digits: Option<String> = written.chars().map(characters::ascii_digit).collect();
    digits?.parse().ok()
}

/// A number below a hundred in Ge'ez numerals, which have signs for the tens and for the ones and none for nothing:
/// `፲፪` is twelve.
fn geez(written: &str) -> Option<i16> {
    let value = |c: char| match u32::from(c) {
        code @ 0x1369..=0x1371 => i16::try_from(code - 0x1368).ok(),
        code @ 0x1372..=0x137A => i16::try_from(10 * (code - 0x1371)).ok(),
        _ => None,
    };
    let mut signs = written.chars().map(value);
    match (signs.next(), signs.next(), signs.next()) {
        (Some(Some(number)), None, None) => Some(number),
        (Some(Some(tens @ 10..)), Some(Some(ones @ ..10)), None) => Some(tens + ones),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn years(typed: &str) -> Result<i16, NotACount> {
        ExperienceYears::parse(typed).map(Count::get)
    }

    #[test]
    fn d_8_every_script_writes_the_same_number() {
        for typed in ["12", " 12 ", "012", "١٢", "۱۲", "१२", "１２", "፲፪", "\u{2068}12\u{2069}", "\u{a0}12"]
        {
            assert_eq!(years(typed), Ok(12), "{typed:?}");
        }
        for (typed, number) in [("፩", 1), ("፱", 9), ("፲", 10), ("፷", 60), ("0", 0), ("٠", 0), ("00000007", 7)]
        {
            assert_eq!(years(typed), Ok(number), "{typed:?}");
        }
    }

    #[test]
    fn inp_10_nothing_else_is_a_number_of_years() {
        for typed in [
            "61",
            "-1",
            "+1",
            "1.5",
            "1,5",
            "1e1",
            "0x1",
            "1 2",
            "ten",
            "½",
            "²",
            "፷፩",
            "፻",
            "፩፪",
            "፪፲",
            "፲፲",
            "፲፪፫",
            "99999999999999999999",
            "1\0",
            "1\n",
            "\u{fffd}1",
            "\u{202e}12",
        ] {
            assert_eq!(years(typed), Err(NotACount::OutOfBounds), "{typed:?}");
        }
        for typed in ["", " ", "\u{a0}", "\u{200b}"] {
            assert_eq!(years(typed), Err(NotACount::Empty), "{typed:?}");
        }
        assert_eq!(years(&"1".repeat(1 << 20)), Err(NotACount::OutOfBounds));
    }

    #[test]
    fn a_4_bounds_from_elsewhere_hold_as_well() {
        let read = |typed| within(&(10..=20_000), typed);
        for (typed, number) in [("10", 10), ("20000", 20_000), ("١٢٣", 123), ("፲", 10)] {
            assert_eq!(read(typed), Ok(number), "{typed}");
        }
        for typed in
            ["0", "-1", "9", "20001", "32768", "65536", "2147483648", "9223372036854775808", "1e9", "NaN", "1.5"]
        {
            assert_eq!(read(typed), Err(NotACount::OutOfBounds), "{typed}");
        }
        assert_eq!(read(" "), Err(NotACount::Empty));
    }

    #[test]
    fn the_bounds_belong_to_it() {
        assert_eq!(HouseholdSize::parse("0"), Err(NotACount::OutOfBounds));
        assert_eq!(HouseholdSize::parse("1").map(Count::get), Ok(1));
        assert_eq!(HouseholdSize::parse("50").map(Count::get), Ok(50));
        assert_eq!(HouseholdSize::parse("51"), Err(NotACount::OutOfBounds));
    }

    proptest! {
        #[test]
        fn inp_10_whatever_is_typed_is_between_the_bounds_or_nothing(typed in any::<String>()) {
            if let Ok(number) = HouseholdSize::parse(&typed) {
                prop_assert!((1..=50).contains(&number.get()));
            }
        }

        #[test]
        fn any_number_is_read_back_as_shown(number in 0_i16..=60) {
            prop_assert_eq!(years(&number.to_string()), Ok(number));
        }
    }
}
