//! What the filters ask for, and how it is read.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use diesel::PgConnection;
use i18n_embed_fl::fl;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    db::DbError,
    domain::{brake_reference::BrakeReference, country::Country, email_address::EmailAddress, ids::UserId},
    features::{
        audit::{Act, Actor, Subject, store::Filter},
        users,
    },
    web::{form::FormErrors, words::Words},
};

/// The most characters of a filter that are looked at.
const MOST: usize = 300;

/// `GET /admin/activity?…`. What is empty does not filter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// An administrator's email address, or what somebody is called at the command line.
    pub actor: String,
    /// The name of an act.
    pub act: String,
    /// An account's email address or id, a country's code, a brake's reference, the name of a setting.
    pub subject: String,
    /// The first day, of UTC.
    pub from: String,
    /// The last day, of UTC.
    pub to: String,
    /// Where the page begins: before the row of that number.
    pub before: String,
}

/// What the filters say, before email addresses have become accounts.
pub struct Read {
    actor: Option<Name<String>>,
    act: Option<Act>,
    subject: Option<Name<Vec<String>>>,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    before: Option<i64>,
}

/// How an actor or a subject was typed: by email address, or so that it is known how the trail writes it.
enum Name<S> {
    Email(EmailAddress),
    Stored(S),
}

impl Filters {
    /// Reads them.
    ///
    /// # Errors
    /// Each wrong field with what is wrong.
    pub fn parse(&self, words: &Words) -> Result<Read, FormErrors> {
        let mut errors = FormErrors::new();
        for (field, typed) in [("actor", &self.actor), ("subject", &self.subject)] {
            if typed.chars().nth(MOST).is_some() || typed.chars().any(char::is_control) {
                errors.add(field, fl!(words.0, "admin-activity-unreadable"));
            }
        }
        let act = self.act.trim();
        let found = Act::from_stored(act);
        if found.is_none() && !act.is_empty() {
            errors.add("act", fl!(words.0, "admin-activity-no-such-act"));
        }
        let from = date("from", &self.from, &mut errors, words);
        let to = date("to", &self.to, &mut errors, words);
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            errors.add("to", fl!(words.0, "admin-activity-wrong-order"));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let begins = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        Ok(Read {
            actor: name(&self.actor, actor),
            act: found,
            subject: name(&self.subject, subjects),
            from: from.map(begins),
            until: to.and_then(|day| day.checked_add_days(Days::new(1))).map(begins),
            before: self.before.trim().parse().ok(),
        })
    }

    /// Whether any is set.
    pub fn are_set(&self) -> bool {
        [&self.actor, &self.act, &self.subject, &self.from, &self.to].iter().any(|typed| !typed.trim().is_empty())
    }

    /// An address with these filters, and where the page begins.
    pub fn address(&self, path: &str, before: Option<i64>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let before = before.map(|number| number.to_string()).unwrap_or_default();
        for (name, value) in [
            ("actor", &self.actor),
            ("act", &self.act),
            ("subject", &self.subject),
            ("from", &self.from),
            ("to", &self.to),
            ("before", &before),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => path.to_owned(),
            query => format!("{path}?{query}"),
        }
    }
}

impl Read {
    /// What the rows have to have; none where no row can: nobody has that email address.
    ///
    /// # Errors
    /// The database's.
    pub fn filter(self, conn: &mut PgConnection) -> Result<Option<Filter>, DbError> {
        let actor = match self.actor {
            None => None,
            Some(Name::Stored(actor)) => Some(actor),
            Some(Name::Email(email)) => match users::store::find_by_email(conn, &email)? {
                Some(user) => Some(Actor::Administrator(user).to_string()),
                None => return Ok(None),
            },
        };
        let subject = match self.subject {
            None => None,
            Some(Name::Stored(subjects)) => Some(subjects),
            Some(Name::Email(email)) => match users::store::find_by_email(conn, &email)? {
                Some(user) => Some(vec![Subject::Account(user).to_string()]),
                None => return Ok(None),
            },
        };
        let act = self.act.map(|act| act.as_str().to_owned());
        Ok(Some(Filter { actor, act, subject, from: self.from, until: self.until, before: self.before }))
    }
}

fn name<S>(typed: &str, stored: impl FnOnce(&str) -> S) -> Option<Name<S>> {
    match typed.trim() {
        "" => None,
        typed => Some(EmailAddress::parse(typed).map_or_else(|_| Name::Stored(stored(typed)), Name::Email)),
    }
}

fn actor(typed: &str) -> String {
    match (typed.contains(':'), Uuid::try_parse(typed)) {
        (true, _) => typed.to_owned(),
        (false, Ok(id)) => Actor::Administrator(UserId(id)).to_string(),
        (false, Err(_)) => Actor::Operator(typed.to_owned()).to_string(),
    }
}

/// What people call it says what it is, mostly; where it does not, one of these.
fn subjects(typed: &str) -> Vec<String> {
    if typed.contains(':') {
        return vec![typed.to_owned()];
    }
    if let Ok(id) = Uuid::try_parse(typed) {
        return vec![Subject::Account(UserId(id)).to_string(), format!("message:{id}")];
    }
    let upper = typed.to_ascii_uppercase();
    let mut named = vec![Subject::Setting(typed.to_owned()).to_string()];
    if let Ok(country) = Country::parse(typed) {
        named.push(Subject::Country(country).to_string());
    } else if BrakeReference::parse(&upper).is_some() {
        named.push(Subject::Brake(upper).to_string());
    }
    named
}

fn date(field: &'static str, typed: &str, errors: &mut FormErrors, words: &Words) -> Option<NaiveDate> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    // Years of four digits: PostgreSQL's end long before chrono's.
    let read = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().filter(|_| typed.len() == 10);
    if read.is_none() {
        errors.add(field, fl!(words.0, "admin-activity-no-date"));
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_found_by_what_people_call_it() {
        assert_eq!(subjects("et"), ["setting:et", "country:ET"]);
        assert_eq!(subjects("kt-4821"), ["setting:kt-4821", "brake:KT-4821"]);
        assert_eq!(subjects("code_minutes"), ["setting:code_minutes"]);
        assert_eq!(subjects("country:ET"), ["country:ET"]);
        let id = "0190f5c1-7a3e-7cc0-8000-00000000000a";
        assert_eq!(subjects(id), [format!("account:{id}"), format!("message:{id}")]);
        assert_eq!(actor("sara"), "operator:sara");
        assert_eq!(actor(id), format!("administrator:{id}"));
    }

    #[test]
    fn a_4_what_is_no_filter_is_refused_at_its_field() {
        let words = Words::english();
        let refused = |filters: &Filters| {
            filters.parse(&words).err().map(|errors| errors.iter().map(|(field, _)| field).collect::<Vec<_>>())
        };
        let filters = Filters::default;
        assert_eq!(refused(&filters()), None);
        for date in ["yesterday", "2026-02-30", "26-1-1", "12026-01-01", "-2026-01-01", "2026-01-01T00:00"] {
            assert_eq!(refused(&Filters { from: date.to_owned(), ..filters() }), Some(vec!["from"]), "{date}");
        }
        let (from, to) = ("2026-11-28".to_owned(), "2026-11-27".to_owned());
        assert_eq!(refused(&Filters { from, to, ..filters() }), Some(vec!["to"]));
        assert_eq!(refused(&Filters { act: "nonsense".to_owned(), ..filters() }), Some(vec!["act"]));
        assert_eq!(refused(&Filters { actor: "a".repeat(301), ..filters() }), Some(vec!["actor"]));
        assert_eq!(refused(&Filters { subject: "a\0".to_owned(), ..filters() }), Some(vec!["subject"]));
    }

    #[test]
    fn an_address_keeps_the_filters() {
        let filters = Filters { actor: "a&b=c".to_owned(), subject: "ET".to_owned(), ..Filters::default() };
        assert_eq!(filters.address("/admin/activity", Some(7)), "/admin/activity?actor=a%26b%3Dc&subject=ET&before=7");
        assert_eq!(Filters::default().address("/admin/activity", None), "/admin/activity");
    }
}
