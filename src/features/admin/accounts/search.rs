//! What somebody who looks for an account means by what they type.

use std::collections::BTreeMap;

use diesel::PgConnection;
use uuid::Uuid;

use super::{
    PAGE,
    store::{self, Hit},
};
use crate::{
    db::DbError,
    domain::{
        brake_reference::BrakeReference, country::Country, email_address::EmailAddress, ids::UserId,
        phone_number::PhoneNumber,
    },
    features::users,
};

/// The most characters that are looked for.
const MOST: usize = 200;
/// The most words of a name.
const MOST_WORDS: usize = 6;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing in particular: the newest.
    Newest,
    /// The account with an address.
    Email(EmailAddress),
    /// Those that have a number or had it. What was typed can be one in several countries.
    Numbers(Vec<PhoneNumber>),
    /// One account.
    Account(UserId),
    /// Those whose names have all of these words, or words that begin like them.
    Name(NameWords),
    /// The reference of a brake, which the page of messages knows.
    Brake(BrakeReference),
    /// The reference of a request, which only the log knows.
    Request,
    /// Something that nothing can be.
    Nothing,
}

impl Wanted {
    /// Reads it.
    pub fn read(typed: &str) -> Self {
        let typed = typed.trim();
        if typed.is_empty() {
            return Self::Newest;
        }
        if typed.chars().nth(MOST).is_some() {
            return Self::Nothing;
        }
        if let Ok(id) = Uuid::try_parse(typed) {
            return Self::Account(UserId(id));
        }
        if typed.contains('@') {
            return EmailAddress::parse(typed).map_or(Self::Nothing, Self::Email);
        }
        let upper = typed.to_ascii_uppercase();
        if let Some(reference) = BrakeReference::parse(&upper).filter(|reference| reference.to_string() == upper) {
            return Self::Brake(reference);
        }
        if is_request(&upper) {
            return Self::Request;
        }
        let numbers = numbers(typed);
        if numbers.is_empty() {
            NameWords::read(typed).map_or(Self::Nothing, Self::Name)
        } else {
            Self::Numbers(numbers)
        }
    }
}

/// `LK-7F3K-92QM`
fn is_request(typed: &str) -> bool {
    let mut parts = typed.split('-');
    let is_part = |part: &str| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    parts.next() == Some("LK")
        && parts.next().is_some_and(is_part)
        && parts.next().is_some_and(is_part)
        && parts.next().is_none()
}

/// Every number that it can be, as it is dialled in each of the countries that our people live in.
fn numbers(typed: &str) -> Vec<PhoneNumber> {
    let parsed = Country::HOME.into_iter().filter_map(|country| PhoneNumber::parse(typed, country).ok());
    let each: BTreeMap<String, PhoneNumber> = parsed.map(|phone| (phone.e164().to_owned(), phone)).collect();
    each.into_values().collect()
}

/// Words as PostgreSQL looks for them. Only letters and digits are left, so that nothing in them is an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameWords(String);

impl NameWords {
    fn read(typed: &str) -> Option<Self> {
        let words = typed.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let each: Vec<String> = words.take(MOST_WORDS).map(|word| format!("'{word}':*")).collect();
        (!each.is_empty()).then(|| Self(each.join(" & ")))
    }

    /// For `to_tsquery('simple', …)`.
    pub fn as_query(&self) -> &str {
        &self.0
    }
}

/// A page of what was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The newest first.
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there may be one.
    pub earlier: Option<UserId>,
}

/// Looks for it, among the accounts that are older than `before`.
///
/// # Errors
/// The database's.
pub fn search(conn: &mut PgConnection, wanted: &Wanted, before: Option<UserId>) -> Result<Found, DbError> {
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (mut ids, further) = match wanted {
        Wanted::Newest => (store::list_newest(conn, before, most)?, None),
        Wanted::Email(email) => (users::store::find_by_email(conn, email)?.into_iter().collect(), None),
        Wanted::Numbers(numbers) => (store::list_holders(conn, numbers, before, most)?, None),
        Wanted::Account(id) => (vec![*id], None),
        Wanted::Name(words) => by_name(conn, words, before)?,
        Wanted::Brake(_) | Wanted::Request | Wanted::Nothing => return Ok(Found::default()),
    };
    let has_more = ids.len() > PAGE;
    ids.truncate(PAGE);
    let earlier = if has_more { ids.last().copied() } else { further };
    Ok(Found { hits: store::list(conn, &ids)?, earlier })
}

/// The newest with a name, in bounded time whatever the name. Many of the newest accounts have a frequent one; a rare one is
/// found by its index. Where neither ends soon, for a name that was frequent once, the page has what is among the newest, and
/// the next one looks further.
fn by_name(
    conn: &mut PgConnection,
    words: &NameWords,
    before: Option<UserId>,
) -> Result<(Vec<UserId>, Option<UserId>), DbError> {
    let newest = store::find_name_among_newest(conn, words, before)?;
    let Some(end) = newest.end.filter(|_| newest.ids.len() <= PAGE) else { return Ok((newest.ids, None)) };
    match store::find_name_by_index(conn, words, before)? {
        Some(mut ids) => {
            ids.sort_unstable_by_key(|id| std::cmp::Reverse(id.0));
            Ok((ids, None))
        }
        None => Ok((newest.ids, Some(end))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_name(typed: &str, query: &str) {
        assert_eq!(Wanted::read(typed), Wanted::Name(NameWords(query.to_owned())), "{typed:?}");
    }

    #[test]
    fn what_is_typed_is_an_address_a_number_an_id_a_reference_or_a_name() {
        assert_eq!(Wanted::read("  "), Wanted::Newest);
        assert!(
            matches!(Wanted::read(" Hanna@Example.COM "), Wanted::Email(email) if email.as_str() == "hanna@example.com")
        );
        assert_eq!(Wanted::read("hanna@"), Wanted::Nothing);
        assert_eq!(Wanted::read("LK-7F3K-92QM"), Wanted::Request);
        assert!(matches!(Wanted::read("kt-4821"), Wanted::Brake(it) if it.to_string() == "KT-4821"));
        let id = "0190f5c1-7a3e-7cc0-8000-00000000000a";
        assert!(matches!(Wanted::read(id), Wanted::Account(it) if it.to_string() == id));
        is_name("Hanna Tes", "'Hanna':* & 'Tes':*");
        is_name("ሐና", "'ሐና':*");
        is_name("Ali 2", "'Ali':* & '2':*");
        assert_eq!(Wanted::read(&"a".repeat(201)), Wanted::Nothing);
    }

    #[test]
    fn a_number_is_found_in_any_spelling() {
        for typed in [
            "+251911234567",
            "+251 91 123 4567",
            "00251 911-234-567",
            "251911234567",
            "0911 234 567",
            "(0911) 23.45.67",
            "٠٩١١٢٣٤٥٦٧",
            "911234567",
        ] {
            let Wanted::Numbers(numbers) = Wanted::read(typed) else { panic!("{typed:?} is no number") };
            assert!(numbers.iter().any(|phone| phone.e164() == "+251911234567"), "{typed:?}");
        }
    }

    #[test]
    fn i_8_no_character_of_what_is_typed_is_an_operator() {
        for nothing in ["%", "_", "'", "\\", "&", "|", "!", ":*", "' & !", "(", "<->", "\u{0}"] {
            assert_eq!(Wanted::read(nothing), Wanted::Nothing, "{nothing:?}");
        }
        is_name("a' | !b:* <-> c\\", "'a':* & 'b':* & 'c':*");
        let many = "a ".repeat(50);
        assert!(matches!(Wanted::read(&many), Wanted::Name(words) if words.0.matches(":*").count() == MOST_WORDS));
    }
}
