//! What the pages of countries show.

use askama::Template;
use i18n_embed_fl::fl;

use super::forms::CountryForm;
use crate::{
    domain::country::Country,
    features::{
        budget::in_dollars,
        countries::{LEAST_PRICE_MICROS, MOST_PRICE_MICROS, Standing, most_cap_micros, orders},
    },
    sms::{ProviderChoice, Sender},
    web::{
        clock::Clock,
        form::FormErrors,
        page::{AdminArea, Chrome, Notice},
    },
};

/// `GET /admin/countries`
#[derive(Template)]
#[template(path = "admin/countries.html")]
pub struct CountriesPage {
    /// The frame.
    pub chrome: Chrome,
    /// Those that have a policy.
    pub countries: Vec<Standing>,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl CountriesPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "admin-countries-title"))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Countries
    }

    fn name(&self, standing: &Standing) -> String {
        self.chrome.words.country(standing.country)
    }

    fn sender(&self, standing: &Standing) -> String {
        let sender = standing.policy.sender.as_ref().map(Sender::as_str);
        sender.map_or_else(|| fl!(self.chrome.words.0, "admin-countries-usual-sender"), str::to_owned)
    }

    fn price(&self, standing: &Standing) -> String {
        in_dollars(standing.policy.price_micros)
    }

    /// Where something can be stopped.
    fn open(&self) -> usize {
        self.countries.iter().filter(|standing| standing.policy.unproven).count()
    }

    /// Where it is stopped by the button.
    fn stopped(&self) -> String {
        let stopped = self.countries.iter().filter(|standing| standing.stopped_at.is_some());
        stopped.map(|standing| self.name(standing)).collect::<Vec<_>>().join(", ")
    }
}

/// `GET /admin/countries/{code}`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "admin/country.html")]
pub struct CountryPage {
    /// The frame.
    pub chrome: Chrome,
    /// Which.
    pub country: Country,
    /// How it stands; none without a policy.
    pub standing: Option<Standing>,
    /// What stands in the form.
    pub form: CountryForm,
    /// What is wrong.
    pub errors: FormErrors,
    /// Whether somebody else was faster.
    pub is_stale: bool,
    /// Who carries codes where the policy says nothing.
    pub first: ProviderChoice,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl CountryPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &words.country(self.country))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Countries
    }

    fn name(&self) -> String {
        self.chrome.words.country(self.country)
    }

    fn action(&self) -> String {
        format!("/admin/countries/{}", self.country.code())
    }

    fn history(&self) -> String {
        format!("/admin/activity?subject=country%3A{}", self.country.code())
    }

    fn calling_code(&self) -> String {
        format!("+{}", self.country.calling_code())
    }

    fn changed(&self, standing: &Standing) -> String {
        let words = &self.chrome.words;
        fl!(words.0, "admin-countries-changed", at = Clock::UTC.date_and_time(standing.changed_at, words))
    }

    fn stopped(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        let words = &self.chrome.words;
        fl!(words.0, "admin-countries-stopped-since", at = Clock::UTC.date_and_time(*at, words))
    }

    /// The orders of providers that one can choose from.
    fn orders(&self) -> Vec<(&'static str, String)> {
        let words = &self.chrome.words;
        let name = |provider: ProviderChoice| match provider {
            ProviderChoice::Verify => fl!(words.0, "admin-countries-verify"),
            ProviderChoice::Messaging => fl!(words.0, "admin-countries-messaging"),
            ProviderChoice::Demo => fl!(words.0, "admin-countries-demo"),
        };
        let label = |(key, providers): (&'static str, Vec<ProviderChoice>)| {
            let label = match providers.as_slice() {
                [] => fl!(words.0, "admin-countries-usual-order", provider = name(self.first)),
                [one] => fl!(words.0, "admin-countries-only", provider = name(*one)),
                [first, second, ..] => {
                    fl!(words.0, "admin-countries-one-then", first = name(*first), second = name(*second))
                }
            };
            (key, label)
        };
        orders().map(label).collect()
    }

    fn is_chosen(&self, order: &str) -> bool {
        self.form.providers == order
    }

    fn is_ticked(&self, value: &str) -> bool {
        !value.is_empty()
    }

    fn price_hint(&self) -> String {
        let (least, most) = (in_dollars(LEAST_PRICE_MICROS), in_dollars(MOST_PRICE_MICROS));
        fl!(self.chrome.words.0, "admin-countries-price-hint", least = least, most = most)
    }

    fn segments_hint(&self) -> String {
        fl!(self.chrome.words.0, "admin-countries-segments-hint", least = 1, most = 3)
    }

    fn cap_hint(&self, period: usize) -> String {
        let most = most_cap_micros().get(period).copied().unwrap_or_default();
        fl!(self.chrome.words.0, "admin-countries-cap-hint", most = in_dollars(most))
    }
}
