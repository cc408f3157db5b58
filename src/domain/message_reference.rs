//! The short name of a text message.

use std::{fmt, ops::RangeInclusive};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{characters, ids::MessageId};

/// Crockford's alphabet, as for backup codes. Source: <https://www.crockford.com/base32.html>.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;
const GROUP: usize = 4;
/// An id begins with its millisecond. So many of that number's last bits come round once in two years; a text is kept for
/// three months.
const TIME_BITS: u32 = 36;
/// And so many bits that differ inside a millisecond.
const MORE_BITS: u32 = 4;

/// `4F7K-92QD`: eight letters and digits, easy to read out. It is a part of the id, so that no column and no index is
/// needed to find it: ids begin with their millisecond. Two texts of the same millisecond may share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageReference(u64);

impl MessageReference {
    /// The reference of a message.
    pub fn of(id: MessageId) -> Self {
        let id = id.0.as_u128();
        let time = id >> 80 & mask(TIME_BITS);
        // Behind the millisecond stand four bits of the version.
        let more = id >> (76 - MORE_BITS) & mask(MORE_BITS);
        Self(u64::try_from(time << MORE_BITS | more).unwrap_or_default())
    }

    /// Reads one as people type it, in any case, with or without its dash. O reads 0; I and L read 1.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut value = 0;
        let mut length = 0;
        let marks = |c: &char| characters::is_space(*c) || characters::is_dash(*c) || characters::is_invisible(*c);
        for c in typed.chars().filter(|c| !marks(c)) {
            let c = match characters::ascii_digit(c).unwrap_or(c).to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c => c,
            };
            let place = ALPHABET.iter().position(|known| char::from(*known) == c)?;
            value = value << 5 | u64::try_from(place).ok()?;
            length += 1;
            if length > LENGTH {
                return None;
            }
        }
        (length == LENGTH).then_some(Self(value))
    }

    /// The ids that have it, of messages up to `now`.
    pub fn ids(self, now: DateTime<Utc>) -> RangeInclusive<Uuid> {
        let around = u128::try_from(now.timestamp_millis()).unwrap_or_default();
        // Clocks of several machines differ a little.
        let latest = around + 24 * 60 * 60 * 1000;
        let time = u128::from(self.0) >> MORE_BITS;
        let mut moment = latest & !mask(TIME_BITS) | time;
        if moment > latest {
            moment = moment.saturating_sub(1 << TIME_BITS);
        }
        let more = u128::from(self.0) & mask(MORE_BITS);
        let first = moment << 80 | 7 << 76 | more << (76 - MORE_BITS);
        Uuid::from_u128(first)..=Uuid::from_u128(first | mask(76 - MORE_BITS))
    }
}

fn mask(bits: u32) -> u128 {
    (1 << bits) - 1
}

impl fmt::Display for MessageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in 0..LENGTH {
            if place == GROUP {
                f.write_str("-")?;
            }
            let index = usize::try_from(self.0 >> (5 * (LENGTH - 1 - place)) & 31).unwrap_or_default();
            write!(f, "{}", char::from(ALPHABET[index]))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        let (seconds, nanos) = Uuid::now_v7().get_timestamp().expect("version 7").to_unix();
        DateTime::from_timestamp(i64::try_from(seconds).expect("a moment"), nanos).expect("a moment")
    }

    #[test]
    fn a_message_is_found_by_its_reference_however_it_is_typed() {
        for _ in 0..1000 {
            let id = MessageId::generate();
            let shown = MessageReference::of(id).to_string();
            assert_eq!(shown.len(), LENGTH + 1);
            let sloppy = shown.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
            for typed in [shown.clone(), shown.replace('-', ""), sloppy] {
                let ids = MessageReference::parse(&typed).expect("a reference").ids(now());
                assert!(ids.contains(&id.0), "{shown} {id} {ids:?}");
            }
        }
    }

    #[test]
    fn messages_of_the_last_years_half_keep_theirs_apart() {
        let at = |moment: DateTime<Utc>| {
            let millis = u128::try_from(moment.timestamp_millis()).expect("after 1970");
            MessageId(Uuid::from_u128(millis << 80 | 7 << 76 | 0xabc << 64 | 2 << 62 | 12345))
        };
        for days in [0, 1, 30, 90, 180] {
            let id = at(now() - TimeDelta::days(days));
            let ids = MessageReference::of(id).ids(now());
            assert!(ids.contains(&id.0), "{days} days ago");
            assert!(!ids.contains(&at(now() - TimeDelta::days(days) - TimeDelta::milliseconds(1)).0));
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for typed in ["", "KT-4821", "4F7K-92Q", "4F7K-92QDX", "4F7K-92Q!", "4F7U-92QD", "ፊደል"] {
            assert_eq!(MessageReference::parse(typed), None, "{typed}");
        }
    }
}
