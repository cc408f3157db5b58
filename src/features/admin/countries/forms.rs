//! What the form of a country sends, and how it is read.

use std::ops::RangeInclusive;

use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::{
    domain::count::Count,
    features::{
        budget::{Caps, in_dollars, read_dollars},
        countries::{LEAST_PRICE_MICROS, MOST_PRICE_MICROS, Policy, most_cap_micros, orders},
    },
    sms::Sender,
    web::{form::FormErrors, words::Words},
};

/// `POST /admin/countries/{code}`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CountryForm {
    pub(super) version: String,
    pub(super) unproven: String,
    pub(super) proven: String,
    pub(super) sender: String,
    pub(super) providers: String,
    pub(super) origin_line: String,
    pub(super) most_segments: String,
    pub(super) price: String,
    pub(super) cap_hour: String,
    pub(super) cap_day: String,
    pub(super) cap_month: String,
}

/// The value of a box that is ticked.
const TICKED: &str = "yes";

impl CountryForm {
    /// What is kept.
    pub fn of(version: i32, policy: &Policy, caps: &Caps) -> Self {
        let tick = |ticked| if ticked { TICKED.to_owned() } else { String::new() };
        let cap = |micros: Option<i64>| micros.map(in_dollars).unwrap_or_default();
        Self {
            version: version.to_string(),
            unproven: tick(policy.unproven),
            proven: tick(policy.proven),
            sender: policy.sender.as_ref().map(|sender| sender.as_str().to_owned()).unwrap_or_default(),
            providers: policy.order(),
            origin_line: tick(policy.origin_line),
            most_segments: policy.most_segments.to_string(),
            price: if policy.price_micros > 0 { in_dollars(policy.price_micros) } else { String::new() },
            cap_hour: cap(caps.hour),
            cap_day: cap(caps.day),
            cap_month: cap(caps.month),
        }
    }

    /// The same text in every field, as somebody hostile sends it.
    #[cfg(test)]
    pub fn hostile(text: &str) -> Self {
        let typed = || text.to_owned();
        Self {
            version: typed(),
            unproven: typed(),
            proven: typed(),
            sender: typed(),
            providers: typed(),
            origin_line: typed(),
            most_segments: typed(),
            price: typed(),
            cap_hour: typed(),
            cap_day: typed(),
            cap_month: typed(),
        }
    }

    /// What was seen when the form was made; what cannot be read was never seen.
    pub fn version(&self) -> i32 {
        self.version.parse().ok().filter(|version| *version >= 0).unwrap_or(-1)
    }

    /// Reads all answers.
    ///
    /// # Errors
    /// Each wrong field with what is wrong and what to do, in the order of the page.
    pub fn parse(&self, words: &Words) -> Result<(Policy, Caps), FormErrors> {
        let mut errors = FormErrors::new();
        let unproven = ticked("unproven", &self.unproven, &mut errors, words);
        let proven = ticked("proven", &self.proven, &mut errors, words);
        let sender = match self.sender.trim() {
            "" => None,
            typed => match Sender::parse(typed) {
                Ok(sender) => Some(sender),
                Err(_) => {
                    errors.add("sender", fl!(words.0, "admin-countries-not-a-sender"));
                    None
                }
            },
        };
        let providers = orders().find(|(name, _)| *name == self.providers).map(|(_, providers)| providers);
        if providers.is_none() {
            errors.add("providers", fl!(words.0, "admin-countries-no-such-order"));
        }
        let origin_line = ticked("origin_line", &self.origin_line, &mut errors, words);
        let most_segments = Count::<1, 3>::parse(&self.most_segments).ok().map(Count::get);
        if most_segments.is_none() {
            errors.add("most_segments", fl!(words.0, "admin-countries-not-segments", least = 1, most = 3));
        }
        let price = dollars("price", &self.price, LEAST_PRICE_MICROS..=MOST_PRICE_MICROS, &mut errors, words);
        let mut cap = |field, typed: &String, most| match typed.trim() {
            "" => None,
            typed => dollars(field, typed, 0..=most, &mut errors, words),
        };
        let [most_hour, most_day, most_month] = most_cap_micros();
        let caps = Caps {
            hour: cap("cap_hour", &self.cap_hour, most_hour),
            day: cap("cap_day", &self.cap_day, most_day),
            month: cap("cap_month", &self.cap_month, most_month),
        };
        match (providers, most_segments.and_then(|count| u16::try_from(count).ok()), price) {
            (Some(providers), Some(most_segments), Some(price_micros)) if errors.is_empty() => {
                Ok((Policy { unproven, proven, sender, providers, origin_line, most_segments, price_micros }, caps))
            }
            _ => Err(errors),
        }
    }

    /// The fields that are not as they are saved, each with how that is.
    pub fn differing(&self, saved: &Self, words: &Words) -> FormErrors {
        let mut errors = FormErrors::new();
        for (field, label, typed, saved) in [
            ("unproven", fl!(words.0, "admin-countries-unproven"), &self.unproven, &saved.unproven),
            ("proven", fl!(words.0, "admin-countries-proven"), &self.proven, &saved.proven),
            ("sender", fl!(words.0, "admin-countries-sender"), &self.sender, &saved.sender),
            ("providers", fl!(words.0, "admin-countries-providers"), &self.providers, &saved.providers),
            ("origin_line", fl!(words.0, "admin-countries-origin-line"), &self.origin_line, &saved.origin_line),
            ("most_segments", fl!(words.0, "admin-countries-segments"), &self.most_segments, &saved.most_segments),
            ("price", fl!(words.0, "admin-countries-price"), &self.price, &saved.price),
            ("cap_hour", fl!(words.0, "admin-countries-cap-hour"), &self.cap_hour, &saved.cap_hour),
            ("cap_day", fl!(words.0, "admin-countries-cap-day"), &self.cap_day, &saved.cap_day),
            ("cap_month", fl!(words.0, "admin-countries-cap-month"), &self.cap_month, &saved.cap_month),
        ] {
            let is_box = ["unproven", "proven", "origin_line"].contains(&field);
            let now = match saved.as_str() {
                "" if is_box => fl!(words.0, "admin-countries-not-ticked"),
                _ if is_box => fl!(words.0, "admin-countries-ticked"),
                "" => fl!(words.0, "admin-countries-left-empty"),
                saved => saved.to_owned(),
            };
            if typed.trim() != saved {
                errors.add(field, fl!(words.0, "admin-countries-saved-meanwhile", field = label, value = now));
            }
        }
        errors
    }
}

fn ticked(field: &'static str, sent: &str, errors: &mut FormErrors, words: &Words) -> bool {
    match sent {
        "" => false,
        TICKED => true,
        _ => {
            errors.add(field, fl!(words.0, "admin-countries-tick-or-not"));
            false
        }
    }
}

fn dollars(
    field: &'static str,
    typed: &str,
    bounds: RangeInclusive<i64>,
    errors: &mut FormErrors,
    words: &Words,
) -> Option<i64> {
    let read = read_dollars(typed.trim()).filter(|micros| bounds.contains(micros));
    if read.is_none() {
        let (least, most) = (in_dollars(*bounds.start()), in_dollars(*bounds.end()));
        errors.add(field, fl!(words.0, "admin-countries-not-dollars", least = least, most = most));
    }
    read
}
