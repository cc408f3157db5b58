//! What the page of the settings shows.

use askama::Template;
use i18n_embed_fl::fl;

use super::forms::{Rules, SettingsForm, shown};
use crate::{
    domain::phone_number::PhoneNumber,
    features::{
        budget::{self, Period},
        health::findings::Finding,
        settings::{ALERT_URL, Number, REQUIRE_MAID, REQUIRE_SPONSOR, Rewordable, TEXTS},
    },
    sms::{
        Fault, TextKind,
        texts::{self, Unfit},
        wording,
    },
    web::{
        form::FormErrors,
        markup::{Parts, Sentence},
        page::{AdminArea, Chrome, Notice, Tone},
        words::Words,
    },
};

/// `GET /admin/settings`, and the answer to everything that is sent there and was not done.
#[derive(Template)]
#[template(path = "admin/settings.html")]
pub struct SettingsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The version that the form is made of.
    pub version: i32,
    /// Whether the reader may save without another proof.
    pub is_fresh: bool,
    /// What the form shows.
    pub fields: Fields,
    /// What is wrong with it.
    pub errors: FormErrors,
    /// Whether somebody else has saved since the form was shown.
    pub is_stale: bool,
    /// What has just happened.
    pub notice: Option<Notice>,
    /// What came of a test message.
    pub test: Option<NotSent>,
    /// What was found at a look at the connections.
    pub findings: Vec<Finding>,
    /// Each variable that the environment has, or has not.
    pub credentials: Vec<(&'static str, bool)>,
    /// Where a test message goes. Shown masked.
    pub number: Option<PhoneNumber>,
}

/// The fields of the form, group by group.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// How codes work, and how many are sent to a number.
    pub codes: Vec<NumberField>,
    /// How often things may be tried.
    pub limits: Vec<NumberField>,
    /// What passwords have to be.
    pub passwords: Vec<NumberField>,
    /// Who has to have a second factor.
    pub roles: Vec<RoleField>,
    /// What texts may cost.
    pub money: Vec<NumberField>,
    /// How texts read.
    pub texts: Vec<TextField>,
    /// Where alerts go.
    pub alert_url: TextField,
}

/// A field for a number.
#[derive(Debug, Clone)]
pub struct NumberField {
    /// Its name.
    pub key: &'static str,
    /// What it sets.
    pub label: String,
    /// Its unit and its bounds.
    pub hint: String,
    /// What it holds.
    pub value: String,
    /// The least that a browser lets through.
    pub least: u16,
    /// The most.
    pub most: u16,
    /// Whether it holds what can be set here at all: somebody may have set something else in the database.
    pub is_ours: bool,
    /// What somebody else has set meanwhile.
    pub now: Option<String>,
}

/// A box for a role.
#[derive(Debug, Clone)]
pub struct RoleField {
    /// Its name.
    pub key: &'static str,
    /// Who.
    pub label: String,
    /// Whether it is ticked.
    pub is_ticked: bool,
    /// What somebody else has set meanwhile.
    pub now: Option<String>,
}

/// A field for a text.
#[derive(Debug, Clone, Default)]
pub struct TextField {
    /// Its name.
    pub key: &'static str,
    /// What it words.
    pub label: String,
    /// What is there without it.
    pub hint: String,
    /// What it holds.
    pub value: String,
    /// What somebody else has set meanwhile.
    pub now: Option<String>,
}

/// Why no test message went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The account has no proven number.
    NoNumber,
    /// The number's country gets none, or the number has had its part for the day.
    NotQueued,
    /// Nothing carries texts without a code.
    NoCarrier,
    /// It was refused.
    Refused(Fault),
}

impl NotSent {
    /// What it means, and what to do.
    pub fn text(self, words: &Words) -> String {
        match self {
            Self::NoNumber => fl!(words.0, "admin-settings-test-no-number"),
            Self::NotQueued => fl!(words.0, "admin-settings-test-not-queued"),
            Self::NoCarrier => fl!(words.0, "admin-settings-test-no-carrier"),
            Self::Refused(Fault::BadNumber | Fault::NoSms) => fl!(words.0, "admin-settings-test-number"),
            Self::Refused(Fault::OptedOut) => fl!(words.0, "admin-settings-test-opted-out"),
            Self::Refused(Fault::Country) => fl!(words.0, "admin-settings-test-country"),
            Self::Refused(Fault::TryLater | Fault::TooMany | Fault::Paused) => {
                fl!(words.0, "admin-settings-test-later")
            }
            Self::Refused(Fault::WrongCode | Fault::Expired | Fault::Ours) => fl!(words.0, "admin-settings-test-ours"),
        }
    }
}

impl Fields {
    /// The fields as everything stands; where a form was sent, with what was typed, and if somebody has saved since, with
    /// what holds now beside it.
    pub fn new(rules: &Rules<'_>, sent: Option<&SettingsForm>, is_stale: bool, words: &Words) -> Self {
        let filling = Filling { rules, sent, is_stale, words };
        let numbers = |all: &[Number]| all.iter().map(|number| filling.number(*number)).collect();
        Self {
            codes: numbers(&[
                Number::VerificationMinutes,
                Number::SecondStepMinutes,
                Number::SmsPerHour,
                Number::SmsPerDay,
            ]),
            limits: numbers(&[
                Number::SmsPerAddress,
                Number::SmsInAll,
                Number::WrongPasswords,
                Number::LongestRestMinutes,
                Number::WrongCodes,
            ]),
            passwords: numbers(&[Number::PasswordLeast]),
            roles: vec![
                filling.role(REQUIRE_SPONSOR, rules.standing.settings.require_sponsor),
                filling.role(REQUIRE_MAID, rules.standing.settings.require_maid),
            ],
            money: Period::ALL.map(|period| filling.cap(period)).to_vec(),
            texts: TEXTS.iter().map(|text| filling.text(text)).collect(),
            alert_url: filling.alert_url(),
        }
    }
}

struct Filling<'a> {
    rules: &'a Rules<'a>,
    sent: Option<&'a SettingsForm>,
    is_stale: bool,
    words: &'a Words,
}

impl Filling<'_> {
    /// What a field holds, and what somebody else has made of it meanwhile.
    fn fill(&self, key: &'static str) -> (String, Option<String>) {
        let shown = shown(key, self.rules.standing);
        let typed = self.sent.and_then(|sent| sent.typed(key)).unwrap_or(&shown).to_owned();
        let now = (self.is_stale && typed != shown).then_some(shown);
        let (none, words) = (|| fl!(self.words.0, "admin-settings-now-none"), self.words);
        let now = now.map(|now| if now.is_empty() { none() } else { fl!(words.0, "admin-settings-now", now = now) });
        (typed, now)
    }

    fn number(&self, number: Number) -> NumberField {
        let bounds = number.bounds(self.rules.defaults);
        let (value, now) = self.fill(number.key());
        NumberField {
            key: number.key(),
            label: label(number, self.words),
            hint: hint(number, *bounds.start(), *bounds.end(), self.words),
            value,
            least: *bounds.start(),
            most: *bounds.end(),
            is_ours: true,
            now,
        }
    }

    fn role(&self, key: &'static str, stands: bool) -> RoleField {
        let words = self.words;
        let is_ticked = self.sent.map_or(stands, |sent| sent.is_ticked(key));
        let differs = self.is_stale && is_ticked != stands;
        let now = differs.then(|| match stands {
            true => fl!(words.0, "admin-settings-now-required"),
            false => fl!(words.0, "admin-settings-now-not-required"),
        });
        let label = if key == REQUIRE_SPONSOR {
            fl!(words.0, "admin-settings-sponsors")
        } else {
            fl!(words.0, "admin-settings-maids")
        };
        RoleField { key, label, is_ticked, now }
    }

    fn cap(&self, period: Period) -> NumberField {
        let (bounds, words) = (period.bounds(), self.words);
        let (value, now) = self.fill(period.key());
        let (least, most) = (*bounds.start(), *bounds.end());
        let label = match period {
            Period::Hour => fl!(words.0, "admin-settings-cap-hour"),
            Period::Day => fl!(words.0, "admin-settings-cap-day"),
            Period::Month => fl!(words.0, "admin-settings-cap-month"),
        };
        let kept = 100 - budget::UNPROVEN_PERCENT;
        let hint = fl!(words.0, "admin-settings-hint-dollars", least = least, most = most, kept = kept);
        let is_ours = shown(period.key(), self.rules.standing).parse().is_ok_and(|cap: u16| bounds.contains(&cap));
        NumberField { key: period.key(), label, hint, value, least, most, is_ours, now }
    }

    fn text(&self, text: &'static Rewordable) -> TextField {
        let (value, now) = self.fill(&text.key);
        let ours = texts::template(text.kind, &Words::for_locale(text.language).0);
        TextField {
            key: &text.key,
            label: text_label(text.kind, self.words),
            hint: fl!(self.words.0, "admin-settings-text-hint", ours = ours),
            value,
            now,
        }
    }

    fn alert_url(&self) -> TextField {
        let (value, now) = self.fill(ALERT_URL);
        TextField {
            key: ALERT_URL,
            label: fl!(self.words.0, "admin-settings-alert-url"),
            hint: fl!(self.words.0, "admin-settings-alert-url-hint"),
            value,
            now,
        }
    }
}

fn label(number: Number, words: &Words) -> String {
    match number {
        Number::VerificationMinutes => fl!(words.0, "admin-settings-verification-minutes"),
        Number::SecondStepMinutes => fl!(words.0, "admin-settings-second-step-minutes"),
        Number::SmsPerHour => fl!(words.0, "admin-settings-sms-per-hour"),
        Number::SmsPerDay => fl!(words.0, "admin-settings-sms-per-day"),
        Number::SmsPerAddress => fl!(words.0, "admin-settings-sms-per-address"),
        Number::SmsInAll => fl!(words.0, "admin-settings-sms-in-all"),
        Number::WrongPasswords => fl!(words.0, "admin-settings-wrong-passwords"),
        Number::LongestRestMinutes => fl!(words.0, "admin-settings-longest-rest"),
        Number::WrongCodes => fl!(words.0, "admin-settings-wrong-codes"),
        Number::PasswordLeast => fl!(words.0, "admin-settings-password-least"),
    }
}

fn hint(number: Number, least: u16, most: u16, words: &Words) -> String {
    match number {
        Number::VerificationMinutes | Number::SecondStepMinutes => {
            fl!(words.0, "admin-settings-hint-minutes", least = least, most = most)
        }
        Number::SmsPerHour => fl!(words.0, "admin-settings-hint-per-hour", least = least, most = most),
        Number::SmsPerDay => fl!(words.0, "admin-settings-hint-per-day", least = least, most = most),
        Number::SmsPerAddress => fl!(words.0, "admin-settings-hint-per-address", least = least, most = most),
        Number::SmsInAll => fl!(words.0, "admin-settings-hint-in-all", least = least, most = most),
        Number::WrongPasswords => fl!(words.0, "admin-settings-hint-wrong-passwords", least = least, most = most),
        Number::LongestRestMinutes => fl!(words.0, "admin-settings-hint-longest-rest", least = least, most = most),
        Number::WrongCodes => fl!(words.0, "admin-settings-hint-wrong-codes", least = least, most = most),
        Number::PasswordLeast => fl!(words.0, "admin-settings-hint-password-least", least = least, most = most),
    }
}

fn text_label(kind: TextKind, words: &Words) -> String {
    match kind {
        TextKind::Verification | TextKind::PhoneChange => fl!(words.0, "admin-settings-text-verification"),
        TextKind::VerificationOfTakenNumber => fl!(words.0, "admin-settings-text-taken"),
        TextKind::SignIn => fl!(words.0, "admin-settings-text-sign-in"),
        TextKind::StepUp => fl!(words.0, "admin-settings-text-step-up"),
        TextKind::PasswordReset => fl!(words.0, "admin-settings-text-reset"),
        TextKind::PhoneChangeOfTakenNumber => fl!(words.0, "admin-settings-text-change-taken"),
    }
}

/// What is wrong with a text, and what to do.
pub(super) fn unfit(what: Unfit, typed: &str, most_segments: u16, words: &Words) -> String {
    match what {
        Unfit::Codes(0) => fl!(words.0, "admin-settings-unfit-no-code", code = wording::CODE),
        Unfit::Codes(times) => fl!(words.0, "admin-settings-unfit-codes", times = times, code = wording::CODE),
        Unfit::Segments(needed) => match wording::first_costly(typed) {
            Some(costly) => {
                let costly = costly.to_string();
                fl!(words.0, "admin-settings-unfit-costly", needed = needed, most = most_segments, costly = costly)
            }
            None => fl!(words.0, "admin-settings-unfit-long", needed = needed, most = most_segments),
        },
        Unfit::Link | Unfit::LastLine => fl!(words.0, "admin-settings-unfit-link"),
        Unfit::Nameless => fl!(words.0, "admin-settings-unfit-nameless"),
        Unfit::Placeholder => {
            fl!(words.0, "admin-settings-unfit-placeholder", code = wording::CODE, minutes = wording::MINUTES)
        }
        Unfit::Number => fl!(words.0, "admin-settings-unfit-number"),
        Unfit::Unreadable => fl!(words.0, "admin-settings-unfit-unreadable"),
    }
}

impl SettingsPage {
    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &fl!(self.chrome.words.0, "admin-settings-title"))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Settings
    }

    /// What a field sets: many messages read alike.
    fn label_of<'a>(&'a self, field: &'a str) -> &'a str {
        let Fields { codes, limits, passwords, money, texts, alert_url, .. } = &self.fields;
        let numbers = codes.iter().chain(limits).chain(passwords).chain(money).map(|it| (it.key, &it.label));
        let texts = texts.iter().chain([alert_url]).map(|it| (it.key, &it.label));
        numbers.chain(texts).find(|(key, _)| *key == field).map_or(field, |(_, label)| label)
    }

    fn text_rules(&self) -> String {
        fl!(self.chrome.words.0, "admin-settings-texts-text", code = wording::CODE, minutes = wording::MINUTES)
    }

    fn all_well(&self) -> bool {
        self.findings.iter().all(|finding| finding.found.is_ok())
    }

    fn tone_of_findings(&self) -> Tone {
        if self.all_well() { Tone::Ok } else { Tone::Bad }
    }

    fn test_goes_to(&self, number: &PhoneNumber) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(number);
        parts.put_into(&fl!(self.chrome.words.0, "admin-settings-test-to", number = number))
    }

    fn test_needs_number(&self) -> Sentence {
        let mut parts = Parts::new();
        let (page, end) = (parts.link("/account/phone"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "admin-settings-test-add-number", page = page, end = end))
    }

    /// A name in parts at which a line may break.
    fn broken(&self, name: &str) -> Vec<String> {
        name.split_inclusive('_').map(str::to_owned).collect()
    }
}
