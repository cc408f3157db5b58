//! What the form of the settings sends, and how it is read.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use serde::Deserialize;
use url::Url;

use super::pages::unfit;
use crate::{
    config,
    domain::count::{self, NotACount},
    features::{
        budget::Period,
        settings::{ALERT_URL, Number, REQUIRE_MAID, REQUIRE_SPONSOR, Settings, TEXTS, save::Standing},
    },
    sms::Wording,
    web::{form::FormErrors, words::Words},
};

/// The field with the version that the form was made of.
pub const VERSION: &str = "version";
/// The most characters of an address.
const MOST_OF_URL: usize = 500;

/// `POST /admin/settings`: a field for each setting, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(try_from = "Vec<(String, String)>")]
pub struct SettingsForm(BTreeMap<&'static str, String>);

/// Every field of the form, in the order of the page.
pub fn fields() -> impl Iterator<Item = &'static str> {
    let numbers = Number::ALL.into_iter().map(Number::key);
    let roles = [REQUIRE_SPONSOR, REQUIRE_MAID];
    let texts = TEXTS.iter().map(|text| text.key.as_str());
    numbers.chain(roles).chain(Period::ALL.into_iter().map(Period::key)).chain(texts).chain([ALERT_URL])
}

/// A field is unknown, or there twice.
#[derive(Debug, thiserror::Error)]
#[error("a field that the page does not have")]
pub struct NotOurs;

impl TryFrom<Vec<(String, String)>> for SettingsForm {
    type Error = NotOurs;

    fn try_from(sent: Vec<(String, String)>) -> Result<Self, NotOurs> {
        let mut form = BTreeMap::new();
        for (name, value) in sent {
            let known = fields().chain([VERSION]).find(|known| *known == name).ok_or(NotOurs)?;
            if form.insert(known, value).is_some() {
                return Err(NotOurs);
            }
        }
        Ok(Self(form))
    }
}

/// What a form is held against.
pub struct Rules<'a> {
    /// How everything stands: what is sent back as it was shown stays exactly as it is.
    pub standing: &'a Standing,
    /// What holds where nobody has set anything.
    pub defaults: &'a Settings,
    /// In how many segments a text may be billed wherever texts go.
    pub least_segments: u16,
    /// Whether there is something to sign alerts with.
    pub can_sign_alerts: bool,
}

impl SettingsForm {
    /// The version that the form was made of.
    pub fn version(&self) -> Option<i32> {
        self.0.get(VERSION)?.parse().ok()
    }

    /// What was typed into a field; none if it was not sent.
    pub fn typed(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// Whether a box was ticked.
    pub fn is_ticked(&self, field: &str) -> bool {
        self.typed(field).is_some_and(|value| matches!(value, "yes" | "on" | "true" | "1"))
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// Each wrong field with what is wrong and what to do, in the order of the page.
    pub fn parse(&self, rules: &Rules<'_>, words: &Words) -> Result<Standing, FormErrors> {
        let mut wanted = rules.standing.clone();
        let mut errors = FormErrors::new();
        for number in Number::ALL {
            let bounds = number.bounds(rules.defaults);
            if let Some(typed) = self.changed(number.key(), rules, &mut errors, words) {
                match count::within(&bounds, typed) {
                    Ok(read) => *number.of_mut(&mut wanted.settings) = read,
                    Err(not) => errors.add(number.key(), not_a_count(not, *bounds.start(), *bounds.end(), words)),
                }
            }
        }
        let Settings { sms_per_hour: hour, sms_per_day: day, .. } = wanted.settings;
        let both_read = errors.of(Number::SmsPerHour.key()).or(errors.of(Number::SmsPerDay.key())).is_none();
        // What the environment asks for by itself may be as it is.
        let is_new = (hour, day) != (rules.defaults.sms_per_hour, rules.defaults.sms_per_day);
        if both_read && is_new && day < hour {
            errors.add(Number::SmsPerDay.key(), fl!(words.0, "admin-settings-day-below-hour", hour = hour));
        }
        wanted.settings.require_sponsor = self.is_ticked(REQUIRE_SPONSOR);
        wanted.settings.require_maid = self.is_ticked(REQUIRE_MAID);
        for period in Period::ALL {
            let bounds = period.bounds();
            if let Some(typed) = self.changed(period.key(), rules, &mut errors, words) {
                match count::within(&bounds, typed) {
                    Ok(dollars) => wanted.caps.set(period, dollars),
                    Err(not) => errors.add(period.key(), not_a_count(not, *bounds.start(), *bounds.end(), words)),
                }
            }
        }
        for text in TEXTS.iter() {
            if let Some(typed) = self.changed(&text.key, rules, &mut errors, words) {
                let wording = Some(typed).filter(|typed| !typed.trim().is_empty());
                match wording.map(|typed| Wording::parse(typed, rules.least_segments)).transpose() {
                    Ok(wording) => wanted.settings.texts.set(text.language, text.kind, wording),
                    Err(what) => errors.add(&text.key, unfit(what, typed, rules.least_segments, words)),
                }
            }
        }
        if let Some(typed) = self.changed(ALERT_URL, rules, &mut errors, words) {
            match read_alert_url(typed.trim(), rules.can_sign_alerts, words) {
                Ok(url) => wanted.settings.alert_url = url,
                Err(message) => errors.add(ALERT_URL, message),
            }
        }
        if errors.is_empty() { Ok(wanted) } else { Err(errors) }
    }

    /// What was typed into a field, unless it is what the page had shown in it. A field that is missing is a mistake: it
    /// must not count as emptied.
    fn changed(&self, field: &'static str, rules: &Rules<'_>, errors: &mut FormErrors, words: &Words) -> Option<&str> {
        let Some(typed) = self.typed(field) else {
            errors.add(field, fl!(words.0, "admin-settings-missing"));
            return None;
        };
        (typed != shown(field, rules.standing)).then_some(typed)
    }
}

/// What the page shows in a field.
pub fn shown(field: &str, standing: &Standing) -> String {
    let Standing { settings, caps, .. } = standing;
    if let Some(number) = Number::ALL.into_iter().find(|number| number.key() == field) {
        return number.of(settings).to_string();
    }
    if let Some(period) = Period::ALL.into_iter().find(|period| period.key() == field) {
        return caps.of(period).map(crate::features::budget::in_dollars).unwrap_or_default();
    }
    if field == ALERT_URL {
        return settings.alert_url.as_ref().map(ToString::to_string).unwrap_or_default();
    }
    let text = TEXTS.iter().find(|text| text.key == field);
    let wording = text.and_then(|text| settings.texts.find(text.language, text.kind));
    wording.map(|wording| wording.as_str().to_owned()).unwrap_or_default()
}

fn not_a_count(not: NotACount, least: u16, most: u16, words: &Words) -> String {
    match not {
        NotACount::Empty | NotACount::OutOfBounds => {
            fl!(words.0, "admin-settings-not-a-count", least = least, most = most)
        }
    }
}

/// Reads an address for alerts. One with a secret in it belongs in the environment, where no page shows it.
fn read_alert_url(typed: &str, can_sign: bool, words: &Words) -> Result<Option<Url>, String> {
    if typed.is_empty() {
        return Ok(None);
    }
    let url = config::alert_url(typed).filter(|_| typed.chars().nth(MOST_OF_URL).is_none());
    let Some(url) = url else { return Err(fl!(words.0, "admin-settings-alert-url-unusable")) };
    let has_secret = !url.username().is_empty() || url.password().is_some();
    if has_secret || url.query().is_some() || url.fragment().is_some() {
        return Err(fl!(words.0, "admin-settings-alert-url-secret"));
    }
    if can_sign { Ok(Some(url)) } else { Err(fl!(words.0, "admin-settings-alert-url-unsigned")) }
}
