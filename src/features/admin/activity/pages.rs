//! What `/admin/activity` shows: who did what, to what, how it was before and how it is since.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use i18n_embed_fl::fl;
use serde_json::{Map, Value};

use super::forms::Filters;
pub use crate::features::audit::store::Row;
use crate::{
    domain::{email_address::EmailAddress, ids::UserId},
    features::audit::{Act, Actor, Subject},
    web::{
        clock::Clock,
        form::FormErrors,
        page::{AdminArea, Chrome},
        words::Words,
    },
};

/// The email addresses of those who acted.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<String, EmailAddress>);

impl Names {
    /// Of all who acted in these rows.
    ///
    /// # Errors
    /// What `find` answers.
    pub fn of<E>(
        rows: &[Row],
        find: impl FnOnce(&[UserId]) -> Result<Vec<(UserId, EmailAddress)>, E>,
    ) -> Result<Self, E> {
        let acted: BTreeSet<&str> = rows.iter().map(|row| row.actor.as_str()).collect();
        let users: Vec<UserId> = acted.into_iter().filter_map(administrator).collect();
        let found = if users.is_empty() { Vec::new() } else { find(&users)? };
        let name = |(user, email)| (Actor::Administrator(user).to_string(), email);
        Ok(Self(found.into_iter().map(name).collect()))
    }

    /// Of an actor, as the trail writes it.
    pub fn email_of(&self, actor: &str) -> Option<&str> {
        self.0.get(actor).map(EmailAddress::as_str)
    }
}

fn administrator(actor: &str) -> Option<UserId> {
    match Actor::from_stored(actor) {
        Some(Actor::Administrator(user)) => Some(user),
        _ => None,
    }
}

/// `GET /admin/activity`
#[derive(Template)]
#[template(path = "admin/activity.html")]
pub struct ActivityPage {
    /// The frame.
    pub chrome: Chrome,
    /// The filters as they were typed.
    pub filters: Filters,
    /// What is wrong with them.
    pub errors: FormErrors,
    /// The rows, the newest first.
    pub rows: Vec<Row>,
    /// Who acted.
    pub names: Names,
    /// Where the page before begins, if there is one.
    pub earlier: Option<i64>,
}

impl ActivityPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "admin-activity-title"))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Activity
    }

    /// The acts that one can choose from, by their names and in words.
    fn acts(&self) -> Vec<(&'static str, String)> {
        Act::ALL.into_iter().map(|act| (act.as_str(), act.in_words(&self.chrome.words))).collect()
    }

    fn is_chosen(&self, act: &str) -> bool {
        self.filters.act == act
    }

    fn is_first(&self) -> bool {
        self.filters.before.is_empty()
    }

    fn earlier_address(&self, before: &i64) -> String {
        self.filters.address("/admin/activity", Some(*before))
    }

    fn latest_address(&self) -> String {
        self.filters.address("/admin/activity", None)
    }

    fn download_address(&self) -> String {
        self.filters.address("/admin/activity/download", None)
    }

    fn date(&self, row: &Row) -> String {
        Clock::UTC.date(row.happened_at, &self.chrome.words)
    }

    fn time(&self, row: &Row) -> String {
        row.happened_at.format("%H:%M:%S").to_string()
    }

    fn moment(&self, row: &Row) -> String {
        row.happened_at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn who(&self, row: &Row) -> String {
        let words = &self.chrome.words;
        if let Some(email) = self.names.email_of(&row.actor) {
            return email.to_owned();
        }
        match Actor::from_stored(&row.actor) {
            Some(Actor::Administrator(user)) => {
                fl!(words.0, "admin-activity-gone-administrator", id = user.to_string())
            }
            Some(Actor::Operator(name)) => fl!(words.0, "admin-activity-operator", name = name),
            None => row.actor.clone(),
        }
    }

    fn what(&self, row: &Row) -> String {
        Act::from_stored(&row.act).map_or_else(|| row.act.clone(), |act| act.in_words(&self.chrome.words))
    }

    fn subject(&self, row: &Row) -> Option<Shown> {
        row.subject.as_deref().map(|stored| Shown::of(stored, &self.chrome.words))
    }

    /// What is different: each with its name, how it was and how it is.
    fn changes(&self, row: &Row) -> Vec<String> {
        changes(row.before.as_deref(), row.after.as_deref(), &self.chrome.words)
    }
}

/// What something was done to, and where its page is.
struct Shown {
    kind: String,
    name: String,
    path: Option<String>,
}

impl Shown {
    fn of(stored: &str, words: &Words) -> Self {
        let Some(subject) = Subject::from_stored(stored) else {
            return Self { kind: String::new(), name: stored.to_owned(), path: None };
        };
        match subject {
            Subject::Account(user) => Self {
                kind: fl!(words.0, "admin-activity-account"),
                name: user.to_string(),
                path: Some(format!("/admin/accounts/{user}")),
            },
            Subject::Country(country) => Self {
                kind: fl!(words.0, "admin-activity-country"),
                name: words.country(country),
                path: Some(format!("/admin/countries/{}", country.code())),
            },
            Subject::Brake(reference) => {
                Self { kind: fl!(words.0, "admin-activity-brake"), name: reference, path: None }
            }
            Subject::Message(message) => Self {
                kind: fl!(words.0, "admin-activity-message"),
                name: message.to_string(),
                path: Some(format!("/admin/messages/{message}")),
            },
            Subject::Setting(name) => Self { kind: fl!(words.0, "admin-activity-setting"), name, path: None },
        }
    }
}

/// Of two objects what is not the same in both, in the order of the names; of anything else all of it.
fn changes(before: Option<&str>, after: Option<&str>, words: &Words) -> Vec<String> {
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let told = differ.map(|name| {
        let value = |of: &Map<String, Value>| {
            of.get(name).map_or_else(|| fl!(words.0, "admin-activity-nothing"), |value| shown(value, words))
        };
        let (before, after) = (value(&before), value(&after));
        if name.is_empty() {
            fl!(words.0, "admin-activity-change", before = before, after = after)
        } else {
            fl!(words.0, "admin-activity-named-change", name = name.clone(), before = before, after = after)
        }
    });
    told.collect()
}

/// A value that is no object has no name.
fn fields(stored: Option<&str>) -> Map<String, Value> {
    let Some(stored) = stored else { return Map::new() };
    match serde_json::from_str(stored).unwrap_or_else(|_| Value::String(stored.to_owned())) {
        // What is not set is as if it were not there.
        Value::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        Value::Null => Map::new(),
        value => Map::from_iter([(String::new(), value)]),
    }
}

fn shown(value: &Value, words: &Words) -> String {
    match value {
        Value::Null => fl!(words.0, "admin-activity-nothing"),
        Value::Bool(true) => fl!(words.0, "admin-activity-yes"),
        Value::Bool(false) => fl!(words.0, "admin-activity-no"),
        Value::String(text) if text.is_empty() => fl!(words.0, "admin-activity-nothing"),
        Value::String(text) => text.clone(),
        Value::Array(all) if all.is_empty() => fl!(words.0, "admin-activity-nothing"),
        Value::Array(all) => all.iter().map(|value| shown(value, words)).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_name_what_is_different_and_nothing_else() {
        let words = Words::english();
        let told = |before, after| changes(before, after, &words);
        assert_eq!(
            told(
                Some(r#"{"price":"0.35","unproven":true,"same":1}"#),
                Some(r#"{"price":"0.4","same":1,"unproven":false}"#)
            ),
            ["price: 0.35 → 0.4", "unproven: yes → no"]
        );
        assert_eq!(told(None, Some(r#"{"sender":"Latchkey","caps":null}"#)), ["sender: nothing → Latchkey"]);
        assert_eq!(told(Some("5"), Some("10")), ["5 → 10"]);
        assert_eq!(told(Some(r#"["ET","SA"]"#), Some("[]")), ["ET, SA → nothing"]);
        assert_eq!(told(None, None), Vec::<String>::new());
        // What nobody expects is shown as it is.
        assert_eq!(told(Some("not json"), None), ["not json → nothing"]);
    }
}
