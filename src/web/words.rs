//! The words of every page and text, from the Fluent catalogues in `locales/`.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use i18n_embed::LanguageLoader;
use i18n_embed::fluent::{FluentLanguageLoader, fluent_language_loader};
use i18n_embed_fl::fl;
use rust_embed::RustEmbed;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::browser_name::{Browser, BrowserName};
use crate::domain::country::Country;

#[derive(RustEmbed)]
#[folder = "locales/"]
struct Catalogues;

/// The words in one language. Cheap to clone; `fl!(words.0, "id", name = value)` looks one up, and an id or argument
/// that the English catalogue does not have stops the build.
#[derive(Clone)]
pub struct Words(pub Arc<FluentLanguageLoader>, Arc<Language>);

/// What belongs to a language and is worked out once.
struct Language {
    tag: &'static str,
    dir: &'static str,
    countries: Countries,
}

/// A language that pages can be read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherLanguage {
    /// Its BCP 47 tag, `am` for instance.
    pub tag: &'static str,
    /// Its name in the language itself.
    pub name: &'static str,
}

/// The country list of a form: those most of our people live in, then all others by name.
pub struct Countries {
    /// In the order of [`Country::HOME`].
    pub home: Vec<NamedCountry>,
    /// Sorted as readers of the language look things up.
    pub others: Vec<NamedCountry>,
}

/// A country and its name.
pub struct NamedCountry {
    /// The country.
    pub country: Country,
    /// Its short name.
    pub name: String,
}

static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::load("en", "ltr"));

impl Words {
    /// The languages that texts are sent in, by their BCP 47 tags.
    pub const LANGUAGES: [&'static str; 1] = ["en"];

    /// The words for a request. English is the only language so far.
    pub fn for_request(_: &actix_web::HttpRequest) -> Self {
        Self::english()
    }

    /// The words for a language that a row names.
    pub fn for_locale(_: &str) -> Self {
        Self::english()
    }

    /// English, the language that every word exists in. Loaded once a process.
    pub fn english() -> Self {
        ENGLISH.clone()
    }

    /// The language as the `lang` attribute names it.
    pub fn lang(&self) -> &'static str {
        self.1.tag
    }

    /// The direction of the script: `ltr` or `rtl`.
    pub fn dir(&self) -> &'static str {
        self.1.dir
    }

    /// The languages a reader of this one can change to. None yet: a page offers a language once all its words exist.
    pub fn other_languages(&self) -> &'static [OtherLanguage] {
        &[]
    }

    /// A country's short name.
    pub fn country(&self, country: Country) -> String {
        name_of(&self.0, country)
    }

    /// All countries with their names, in the order a form lists them.
    pub fn countries(&self) -> &Countries {
        &self.1.countries
    }

    /// A waiting time in words, never shorter than it is: tens of seconds, then minutes, then hours.
    pub fn wait(&self, wait: Duration) -> String {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        if seconds <= 50 {
            let seconds = seconds.div_ceil(10).max(1) * 10;
            return fl!(self.0, "wait-seconds", seconds = seconds);
        }
        let minutes = seconds.div_ceil(60);
        if minutes <= 90 {
            return fl!(self.0, "wait-minutes", minutes = minutes);
        }
        fl!(self.0, "wait-hours", hours = minutes.div_ceil(60))
    }

    /// How long something still works, in words: to the nearest minute, for beside it stands the time when it ends.
    pub fn lasting(&self, left: Duration) -> String {
        let seconds = left.as_secs();
        if seconds < 60 {
            let tens = seconds / 10 * 10;
            return fl!(self.0, "wait-seconds", seconds = tens);
        }
        let minutes = (seconds + 30) / 60;
        fl!(self.0, "wait-minutes", minutes = minutes)
    }

    /// A browser as its owner recognises it: "Chrome on Android".
    pub fn browser(&self, name: &BrowserName) -> String {
        let browser = match name.browser() {
            Browser::WebView => fl!(self.0, "browser-in-app"),
            other => other.product().map_or_else(|| fl!(self.0, "browser-unknown"), str::to_owned),
        };
        let system = name.system().product().map_or_else(|| fl!(self.0, "system-unknown"), str::to_owned);
        fl!(self.0, "browser-on-system", browser = browser, system = system)
    }

    /// The beginning of an address that is kept without its end: `196.188.12` of `196.188.12.0/24`.
    pub fn address_start(&self, coarse: &str) -> String {
        let network = coarse.split('/').next().unwrap_or_default();
        let start = network.strip_suffix(".0").or_else(|| network.strip_suffix("::")).unwrap_or(network);
        if start.is_empty() { fl!(self.0, "address-unknown") } else { start.to_owned() }
    }

    fn load(tag: &'static str, dir: &'static str) -> Self {
        let loader: FluentLanguageLoader = fluent_language_loader!();
        let english = loader.fallback_language().clone();
        // The catalogue is part of the binary and a test reads it whole, so this cannot fail in service; were it to,
        // pages would show ids and the log would say why.
        if let Err(fault) = loader.load_languages(&Catalogues, &[english]) {
            log::error!("event=words_unreadable error={:?}", fault.to_string());
        }
        // Fluent's isolation marks are invisible characters: they break exact texts and cost an SMS its GSM-7 alphabet.
        // Where a page mixes scripts it uses <bdi>.
        loader.set_use_isolating(false);
        let countries = Countries::named_by(&loader);
        Self(Arc::new(loader), Arc::new(Language { tag, dir, countries }))
    }
}

impl Countries {
    fn named_by(loader: &FluentLanguageLoader) -> Self {
        let named = |country| NamedCountry { country, name: name_of(loader, country) };
        let mut others: Vec<_> = Country::all().filter(|country| !Country::HOME.contains(country)).map(named).collect();
        // Accents do not count: Åland stands with the A, Réunion before Romania.
        others.sort_by_cached_key(|it| {
            it.name.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase()
        });
        Self { home: Country::HOME.into_iter().map(named).collect(), others }
    }
}

fn name_of(loader: &FluentLanguageLoader, country: Country) -> String {
    loader.get(&format!("country-{}", country.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_name() {
        let words = Words::english();
        for country in Country::all() {
            assert!(words.0.has(&format!("country-{}", country.code())), "{} has no name", country.code());
        }
        assert_eq!(words.countries().home.len() + words.countries().others.len(), Country::all().count());
        assert_eq!(words.countries().home[0].name, "Ethiopia");
    }

    #[test]
    fn names_with_accents_stand_where_one_looks_for_them() {
        let words = Words::english();
        let names: Vec<_> = words.countries().others.iter().map(|it| it.name.as_str()).collect();
        let place = |name| names.iter().position(|it| *it == name).expect("a name of the list");
        assert!(place("Åland Islands") < place("Albania"));
        assert!(place("Côte d’Ivoire") < place("Croatia"));
        assert!(place("Réunion") < place("Romania"));
    }

    #[test]
    fn no_invisible_marks_around_what_is_filled_in() {
        let words = Words::english();
        assert_eq!(fl!(words.0, "problem-code-wrong", left = 2), "Invalid code. 2 attempts remaining.");
        assert_eq!(fl!(words.0, "problem-code-wrong", left = 1), "Invalid code. 1 attempt remaining.");
    }

    #[test]
    fn a_wait_is_never_said_shorter_than_it_is() {
        let words = Words::english();
        let said = |seconds| words.wait(Duration::from_secs(seconds));
        assert_eq!(said(0), "10 seconds");
        assert_eq!(said(41), "50 seconds");
        assert_eq!(said(51), "1 minute");
        assert_eq!(said(60), "1 minute");
        assert_eq!(said(61), "2 minutes");
        assert_eq!(said(600), "10 minutes");
        assert_eq!(said(91 * 60), "2 hours");
        assert_eq!(words.wait(Duration::from_millis(60_001)), "2 minutes");
    }

    #[test]
    fn what_still_works_is_told_to_the_nearest_minute() {
        let words = Words::english();
        let said = |seconds| words.lasting(Duration::from_secs(seconds));
        assert_eq!(said(599), "10 minutes");
        assert_eq!(said(565), "9 minutes");
        assert_eq!(said(60), "1 minute");
        assert_eq!(said(59), "50 seconds");
    }

    #[test]
    fn a_browser_is_named_by_family_and_system() {
        let words = Words::english();
        let said = |stored| words.browser(&BrowserName::from_stored(stored));
        assert_eq!(said("chrome/android"), "Chrome on Android");
        assert_eq!(said("opera-mini/unknown"), "Opera Mini on an unknown device");
        assert_eq!(said("webview/iphone"), "A browser inside an app on iPhone");
        assert_eq!(said(""), "A browser on an unknown device");
    }

    /// Words that nothing shows any more would still be translated, twice.
    #[test]
    fn every_word_is_used_somewhere() {
        let mut program = String::new();
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut folders = vec![root.join("src"), root.join("templates")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    program.push_str(&std::fs::read_to_string(path).expect("a text"));
                }
            }
        }
        let catalogue = std::fs::read_to_string(root.join("locales/en/latchkey.ftl")).expect("the catalogue");
        let ids = catalogue.lines().filter_map(|line| line.split_once(" =")).map(|(id, _)| id);
        let dead: Vec<_> = ids
            .filter(|id| id.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter(|id| !(id.len() == 10 && id.starts_with("country-")))
            .filter(|id| !program.contains(&format!("\"{id}\"")))
            .collect();
        assert!(dead.is_empty(), "no page or text uses {dead:?}");
    }
}
