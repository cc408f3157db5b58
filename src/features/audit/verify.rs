//! Walking through the chain, and naming the first row that does not fit.
//!
//! - A row that was altered or slipped in does not fit its own MAC or that of the row before; a removed one leaves a gap
//!   in the numbers. To make them fit takes the key.
//! - Rows removed at the end leave no gap. They are missed by whoever has noted an earlier end ([`Mark`]).
//! - Once the secret key has been exchanged and the old one is gone, the rows at the beginning that were written under it
//!   cannot be checked any more. Behind the first row of a known key there may be none of an unknown one.

use std::fmt;

use diesel::PgConnection;

use super::store::{self, Row};
use crate::{
    crypto::keys::KeyRing,
    db::{BATCH, DbError},
};

/// A row by its number and its MAC, which together stand for everything up to it. Prints as `41:hmac-sha256$…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The row; 0 for where there is none.
    pub number: i64,
    /// Its MAC.
    pub mac: String,
}

/// The text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected the number of a row, a colon and its MAC, such as '41:hmac-sha256$1a2b3c4d$…'")]
pub struct NotAMark;

impl Mark {
    /// Before the first row.
    pub fn start() -> Self {
        Self { number: 0, mac: String::new() }
    }

    /// Reads one as it prints.
    ///
    /// # Errors
    /// [`NotAMark`].
    pub fn parse(text: &str) -> Result<Self, NotAMark> {
        let (number, mac) = text.trim().trim_matches('\'').split_once(':').ok_or(NotAMark)?;
        let number = number.parse().ok().filter(|number| *number > 0).ok_or(NotAMark)?;
        if mac.split('$').count() == 3 { Ok(Self { number, mac: mac.to_owned() }) } else { Err(NotAMark) }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.mac)
    }
}

/// Why the chain does not hold.
#[derive(Debug, thiserror::Error)]
pub enum NotWhole {
    /// The row is not as it was written, or was slipped in.
    #[error("row {0} was altered or slipped in: it does not fit its MAC and the row before")]
    Altered(i64),
    /// There is no such row any more.
    #[error("row {0} was removed")]
    Removed(i64),
    /// The row is another than was noted.
    #[error("row {0} is not the one that was noted")]
    Replaced(i64),
    /// The rows up to this one cannot be checked.
    #[error(
        "the rows up to {0} were written under an earlier secret key: list it behind the present one, \
         LATCHKEY_SECRET_KEY=new,old"
    )]
    KeyGone(i64),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl NotWhole {
    /// The row that it is about.
    pub fn row(&self) -> Option<i64> {
        match self {
            Self::Altered(row) | Self::Removed(row) | Self::Replaced(row) | Self::KeyGone(row) => Some(*row),
            Self::Db(_) => None,
        }
    }
}

/// What was found where all is well.
#[derive(Debug)]
pub struct Whole {
    /// How many rows there are.
    pub rows: i64,
    /// The last of them.
    pub last: Mark,
}

/// How far a walk has come.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The last row that fits.
    pub at: Mark,
    /// The last row at the beginning whose key is not known.
    pub unknown_up_to: i64,
}

impl Walk {
    /// A walk from the first row on.
    pub fn whole() -> Self {
        Self::from(Mark::start())
    }

    /// A walk behind a row that was found whole.
    pub fn from(at: Mark) -> Self {
        Self { at, unknown_up_to: 0 }
    }

    /// Goes on by a part of the rows. Answers whether there may be more.
    ///
    /// # Errors
    /// [`NotWhole`]; then the walk stands before the row that does not fit.
    pub fn step(&mut self, conn: &mut PgConnection, ring: &KeyRing) -> Result<bool, NotWhole> {
        let rows = store::list_after(conn, self.at.number)?;
        let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= BATCH;
        for row in &rows {
            self.pass(row, ring)?;
        }
        Ok(more)
    }

    fn pass(&mut self, row: &Row, ring: &KeyRing) -> Result<(), NotWhole> {
        let expected = self.at.number + 1;
        if row.number != expected {
            return Err(NotWhole::Removed(expected));
        }
        let nothing_known_yet = self.unknown_up_to == self.at.number;
        if nothing_known_yet && !row.has_known_key(ring) {
            self.unknown_up_to = row.number;
        } else if !row.is_whole(ring, &self.at.mac) {
            return Err(NotWhole::Altered(row.number));
        }
        self.at = Mark { number: row.number, mac: row.mac.clone() };
        Ok(())
    }
}

/// Walks through all of it, and looks for a row that was noted earlier.
///
/// # Errors
/// [`NotWhole`] names the first row that does not fit.
pub fn verify(conn: &mut PgConnection, ring: &KeyRing, noted: Option<&Mark>) -> Result<Whole, NotWhole> {
    let mut walk = Walk::whole();
    while walk.step(conn, ring)? {}
    if let Some(noted) = noted {
        look_for(conn, noted)?;
    }
    match walk {
        Walk { unknown_up_to: 0, at } => Ok(Whole { rows: at.number, last: at }),
        Walk { unknown_up_to, .. } => Err(NotWhole::KeyGone(unknown_up_to)),
    }
}

/// Looks for a row that was seen before.
///
/// # Errors
/// [`NotWhole::Removed`] with the first row that is missing, [`NotWhole::Replaced`], or the database's.
pub fn look_for(conn: &mut PgConnection, seen: &Mark) -> Result<(), NotWhole> {
    if seen.number == 0 {
        return Ok(());
    }
    match store::find_mac(conn, seen.number)? {
        Some(mac) if mac == seen.mac => Ok(()),
        Some(_) => Err(NotWhole::Replaced(seen.number)),
        None => Err(NotWhole::Removed(seen.number.min(store::last_number(conn)? + 1))),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::crypto::keys::{KeyUse, SecretKey};

    const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const NEW: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    fn ring(keys: &str) -> KeyRing {
        KeyRing::derive(&SecretKey::parse(keys).expect("a key"), KeyUse::Audit)
    }

    /// So many rows, the first ones under the first ring.
    fn trail(rings: &[(&KeyRing, i64)]) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for (ring, rows_of_it) in rings {
            for _ in 0..*rows_of_it {
                let before = rows.last().map(|row| row.mac.clone()).unwrap_or_default();
                let mut row = Row {
                    number: i64::try_from(rows.len()).expect("few") + 1,
                    happened_at: DateTime::UNIX_EPOCH,
                    actor: "operator:sara".to_owned(),
                    act: "country_changed".to_owned(),
                    subject: Some("country:ET".to_owned()),
                    reason: None,
                    before: Some("{}".to_owned()),
                    after: None,
                    mac: String::new(),
                };
                row.mac = row.chained(ring, &before).as_stored().to_owned();
                rows.push(row);
            }
        }
        rows
    }

    /// The first row that does not fit, or how many at the beginning cannot be checked.
    fn walked(rows: &[Row], ring: &KeyRing) -> Result<i64, i64> {
        let mut walk = Walk::whole();
        match rows.iter().try_for_each(|row| walk.pass(row, ring)) {
            Ok(()) => Ok(walk.unknown_up_to),
            Err(not_whole) => Err(not_whole.row().expect("a row")),
        }
    }

    #[test]
    fn a_8_every_field_of_every_row_is_covered() {
        let ring = ring(NEW);
        let whole = trail(&[(&ring, 4)]);
        assert_eq!(walked(&whole, &ring), Ok(0));
        let changes: [fn(&mut Row); 9] = [
            |row| row.happened_at += chrono::TimeDelta::microseconds(1),
            |row| row.actor = "operator:tom".to_owned(),
            |row| row.act = "administrator_made".to_owned(),
            |row| row.subject = None,
            |row| row.subject = Some(String::new()),
            |row| row.reason = Some(String::new()),
            |row| row.before = None,
            |row| row.after = Some("{}".to_owned()),
            |row| row.mac.truncate(40),
        ];
        for change in changes {
            let mut rows = whole.clone();
            change(&mut rows[1]);
            assert_eq!(walked(&rows, &ring), Err(2), "{:?}", rows[1]);
        }
        let mut without = whole.clone();
        without.remove(2);
        assert_eq!(walked(&without, &ring), Err(3));
        // Renumbered, it is the next one that does not fit.
        without[2].number = 3;
        assert_eq!(walked(&without, &ring), Err(3));
        let mut swapped = whole.clone();
        swapped.swap(1, 2);
        (swapped[1].number, swapped[2].number) = (2, 3);
        assert_eq!(walked(&swapped, &ring), Err(2));
    }

    #[test]
    fn a_8_a_key_that_is_gone_excuses_the_beginning_alone() {
        let (old, new, both) = (ring(OLD), ring(NEW), ring(&format!("{NEW},{OLD}")));
        let rows = trail(&[(&old, 2), (&new, 2)]);
        assert_eq!(walked(&rows, &both), Ok(0));
        assert_eq!(walked(&rows, &new), Ok(2));
        assert_eq!(walked(&trail(&[(&new, 2), (&old, 1)]), &new), Err(3));
        // Whoever has no key cannot make one up for a row in the middle.
        let mut rows = trail(&[(&new, 3)]);
        rows[1].mac = "hmac-sha256$00000000$AAAA".to_owned();
        assert_eq!(walked(&rows, &new), Err(2));
    }

    #[test]
    fn a_mark_is_read_as_it_prints() {
        let mark = Mark { number: 41, mac: "hmac-sha256$1a2b3c4d$AAAA".to_owned() };
        assert_eq!(Mark::parse(&mark.to_string()), Ok(mark.clone()));
        assert_eq!(Mark::parse(&format!("'{mark}'")), Ok(mark));
        for wrong in ["", "41", "41:", "0:hmac-sha256$1a$AAAA", "x:hmac-sha256$1a$AAAA", "-1:a$b$c", "41:hmac-sha256"] {
            assert_eq!(Mark::parse(wrong), Err(NotAMark), "{wrong}");
        }
    }
}
