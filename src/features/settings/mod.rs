//! Settings that administrators may change while the service runs.
//!
//! - Each has a type, bounds and a default that are compiled in: nobody can set the product out of order. Two defaults
//!   are the environment's, `TWILIO_MAX_SMS_PER_HOUR` and `…_PER_DAY`, which hold until somebody sets something else.
//! - The database holds only what differs from the defaults. What it holds beyond the bounds is a fault of somebody who
//!   wrote it by hand: it is logged, and the nearest value or the default holds. It never stops the service.
//! - Every instance has all of them in memory ([`Live`]), so a page costs no query more. A change is heard within a
//!   second, and whatever was missed is read once a minute.
//! - Two who save at once do not overwrite each other: the second is told what the first has changed ([`save`]).
//! - Hosts, keys and credentials are not among them: they are the environment's. Nor is anything that would weaken what
//!   is kept, such as the cost of a hash.

use std::{ops::RangeInclusive, sync::LazyLock, time::Duration};

use serde_json::{Map, Value};
use url::Url;

use crate::{
    config::{self, Config},
    domain::{password::ADMINISTRATOR_MIN_LENGTH, role::Role},
    features::{
        messages::reserve::Limits,
        passwords::guesses::{self, Rests},
        phone_verifications::Lifetimes,
        two_factor::attempts,
    },
    sms::{TextKind, Wording, Wordings, wording},
    web::words::Words,
};

pub mod live;
pub mod save;

pub mod store;

pub use live::Live;

/// The settings as they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// How long a code works that proves a number. SMS-04.
    pub verification_minutes: u16,
    /// How long a code works that opens or confirms an account.
    pub second_step_minutes: u16,
    /// Texts to one number in an hour. SMS-08.
    pub sms_per_hour: u16,
    /// Texts to one number in a day, never fewer than in an hour.
    pub sms_per_day: u16,
    /// Texts from one address in an hour to numbers that nobody has proven, however few codes are entered from there.
    pub sms_per_address: u16,
    /// Texts of the whole installation in an hour.
    pub sms_in_all: u16,
    /// Wrong passwords that cost no rest. AUT-01.
    pub wrong_passwords: u16,
    /// The longest rest after wrong passwords.
    pub longest_rest_minutes: u16,
    /// Wrong second factors in a row before a rest. SMS-06.
    pub wrong_codes: u16,
    /// The fewest characters of a new password. PWD-01.
    pub password_least: u16,
    /// Whether sponsors have to have a second factor.
    pub require_sponsor: bool,
    /// Whether maids have to.
    pub require_maid: bool,
    /// Where alerts are posted; none for where the environment says.
    pub alert_url: Option<Url>,
    /// Texts that read otherwise than ours.
    pub texts: Wordings,
}

/// A setting that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// See [`Settings::verification_minutes`].
    VerificationMinutes,
    /// See [`Settings::second_step_minutes`].
    SecondStepMinutes,
    /// See [`Settings::sms_per_hour`].
    SmsPerHour,
    /// See [`Settings::sms_per_day`].
    SmsPerDay,
    /// See [`Settings::sms_per_address`].
    SmsPerAddress,
    /// See [`Settings::sms_in_all`].
    SmsInAll,
    /// See [`Settings::wrong_passwords`].
    WrongPasswords,
    /// See [`Settings::longest_rest_minutes`].
    LongestRestMinutes,
    /// See [`Settings::wrong_codes`].
    WrongCodes,
    /// See [`Settings::password_least`].
    PasswordLeast,
}

impl Number {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::VerificationMinutes,
        Self::SecondStepMinutes,
        Self::SmsPerHour,
        Self::SmsPerDay,
        Self::SmsPerAddress,
        Self::SmsInAll,
        Self::WrongPasswords,
        Self::LongestRestMinutes,
        Self::WrongCodes,
        Self::PasswordLeast,
    ];

    /// The name in the database, in the form and in the audit trail.
    pub fn key(self) -> &'static str {
        match self {
            Self::VerificationMinutes => "verification_minutes",
            Self::SecondStepMinutes => "second_step_minutes",
            Self::SmsPerHour => "sms_per_hour",
            Self::SmsPerDay => "sms_per_day",
            Self::SmsPerAddress => "sms_per_address",
            Self::SmsInAll => "sms_in_all",
            Self::WrongPasswords => "wrong_passwords",
            Self::LongestRestMinutes => "longest_rest_minutes",
            Self::WrongCodes => "wrong_codes",
            Self::PasswordLeast => "password_least",
        }
    }

    /// Between what it can be set. The environment may ask for more than the page allows; that much is allowed then.
    /// Sources: SMS-04 (NIST SP 800-63B-4: a code works for 10 minutes at most), PWD-01.
    pub fn bounds(self, defaults: &Settings) -> RangeInclusive<u16> {
        match self {
            Self::VerificationMinutes => 5..=10,
            Self::SecondStepMinutes => 3..=10,
            Self::SmsPerHour => 1..=defaults.sms_per_hour.max(10),
            Self::SmsPerDay => 1..=defaults.sms_per_day.max(20),
            Self::SmsPerAddress => 3..=50,
            Self::SmsInAll => 10..=10_000,
            Self::WrongPasswords => 3..=10,
            Self::LongestRestMinutes => 1..=15,
            Self::WrongCodes => 5..=10,
            Self::PasswordLeast => 8..=64,
        }
    }

    /// What it is.
    pub fn of(self, settings: &Settings) -> u16 {
        match self {
            Self::VerificationMinutes => settings.verification_minutes,
            Self::SecondStepMinutes => settings.second_step_minutes,
            Self::SmsPerHour => settings.sms_per_hour,
            Self::SmsPerDay => settings.sms_per_day,
            Self::SmsPerAddress => settings.sms_per_address,
            Self::SmsInAll => settings.sms_in_all,
            Self::WrongPasswords => settings.wrong_passwords,
            Self::LongestRestMinutes => settings.longest_rest_minutes,
            Self::WrongCodes => settings.wrong_codes,
            Self::PasswordLeast => settings.password_least,
        }
    }

    /// Where it is kept.
    pub fn of_mut(self, settings: &mut Settings) -> &mut u16 {
        match self {
            Self::VerificationMinutes => &mut settings.verification_minutes,
            Self::SecondStepMinutes => &mut settings.second_step_minutes,
            Self::SmsPerHour => &mut settings.sms_per_hour,
            Self::SmsPerDay => &mut settings.sms_per_day,
            Self::SmsPerAddress => &mut settings.sms_per_address,
            Self::SmsInAll => &mut settings.sms_in_all,
            Self::WrongPasswords => &mut settings.wrong_passwords,
            Self::LongestRestMinutes => &mut settings.longest_rest_minutes,
            Self::WrongCodes => &mut settings.wrong_codes,
            Self::PasswordLeast => &mut settings.password_least,
        }
    }
}

/// The key of the setting that asks sponsors for a second factor.
pub const REQUIRE_SPONSOR: &str = "require_sponsor";
/// The key of the one that asks maids.
pub const REQUIRE_MAID: &str = "require_maid";
/// The key of the address for alerts.
pub const ALERT_URL: &str = "alert_url";

/// A text that can be reworded.
#[derive(Debug)]
pub struct Rewordable {
    /// The name in the database, in the form and in the audit trail.
    pub key: String,
    /// Its language, BCP 47.
    pub language: &'static str,
    /// Which text.
    pub kind: TextKind,
}

/// All of them: kinds that read alike are worded together.
pub static TEXTS: LazyLock<Vec<Rewordable>> = LazyLock::new(|| {
    let kinds = || TextKind::ALL.into_iter().filter(|kind| kind.worded_as() == *kind);
    let keyed = |language, kind| Rewordable { key: format!("text_{language}_{}", wording::slot(kind)), language, kind };
    Words::LANGUAGES.into_iter().flat_map(|language| kinds().map(move |kind| keyed(language, kind))).collect()
});

impl Settings {
    /// What holds where nobody has set anything.
    pub fn defaults(config: &Config) -> Self {
        let limits = Limits::new(config.sms_per_number_per_hour, config.sms_per_number_per_day);
        Self {
            verification_minutes: 10,
            second_step_minutes: 5,
            sms_per_hour: limits.number_per_hour,
            sms_per_day: limits.number_per_day,
            sms_per_address: limits.address_per_hour,
            sms_in_all: limits.installation_per_hour,
            wrong_passwords: guesses::FREE,
            longest_rest_minutes: 15,
            wrong_codes: attempts::IN_A_ROW,
            password_least: 10,
            require_sponsor: false,
            require_maid: false,
            alert_url: None,
            texts: Wordings::default(),
        }
    }

    /// How many texts may be sent, and how long their codes work.
    pub fn limits(&self) -> Limits {
        let minutes = |minutes: u16| Duration::from_secs(60 * u64::from(minutes));
        let lifetimes =
            Lifetimes { proof: minutes(self.verification_minutes), second_step: minutes(self.second_step_minutes) };
        Limits {
            address_per_hour: self.sms_per_address,
            installation_per_hour: self.sms_in_all,
            lifetimes,
            ..Limits::new(self.sms_per_hour, self.sms_per_day)
        }
    }

    /// What wrong passwords cost.
    pub fn rests(&self) -> Rests {
        Rests { free: self.wrong_passwords, longest: Duration::from_secs(60 * u64::from(self.longest_rest_minutes)) }
    }

    /// The fewest characters of a new password for somebody of that role.
    pub fn least_password(&self, role: Role) -> usize {
        let least = usize::from(self.password_least);
        if role == Role::Administrator { least.max(ADMINISTRATOR_MIN_LENGTH) } else { least }
    }

    /// Whether somebody of that role has to have a second factor. Administrators have to have the app in any case.
    pub fn requires_two_factor(&self, role: Role) -> bool {
        match role {
            Role::Sponsor => self.require_sponsor,
            Role::Maid => self.require_maid,
            Role::Administrator => true,
        }
    }

    /// Each setting under its key, for comparing two.
    pub fn entries(&self) -> Vec<(String, Value)> {
        let numbers = Number::ALL.into_iter().map(|number| (number.key().to_owned(), number.of(self).into()));
        let texts = TEXTS.iter().map(|Rewordable { key, language, kind }| {
            let wording = self.texts.find(language, *kind);
            (key.clone(), wording.map_or(Value::Null, |wording| wording.as_str().into()))
        });
        let rest = [
            (REQUIRE_SPONSOR.to_owned(), self.require_sponsor.into()),
            (REQUIRE_MAID.to_owned(), self.require_maid.into()),
            (ALERT_URL.to_owned(), self.alert_url.as_ref().map_or(Value::Null, |url| url.as_str().into())),
        ];
        numbers.chain(rest).chain(texts).collect()
    }

    /// What differs from the defaults, as it is stored.
    pub fn changed(&self, defaults: &Self) -> Map<String, Value> {
        let by_default = defaults.entries();
        self.entries().into_iter().filter(|entry| !by_default.contains(entry)).collect()
    }

    /// The settings as stored, and every value that cannot hold. A key that only another release knows is none of them.
    pub fn read(changed: &Map<String, Value>, defaults: &Self) -> (Self, Vec<Fault>) {
        let mut settings = defaults.clone();
        let mut faults = Faults::default();
        for number in Number::ALL {
            let Some(stored) = changed.get(number.key()) else { continue };
            let bounds = number.bounds(defaults);
            let Some(found) = stored.as_i64() else {
                faults.note(number.key(), "no whole number; the default holds");
                continue;
            };
            let nearest = found.clamp(i64::from(*bounds.start()), i64::from(*bounds.end()));
            if nearest != found {
                faults.note(number.key(), "beyond its bounds; the nearest holds");
            }
            *number.of_mut(&mut settings) = u16::try_from(nearest).unwrap_or(*bounds.end());
        }
        let set = |number: Number| changed.contains_key(number.key());
        if settings.sms_per_day < settings.sms_per_hour && (set(Number::SmsPerHour) || set(Number::SmsPerDay)) {
            faults.note(Number::SmsPerDay.key(), "less than in an hour; as many hold");
            settings.sms_per_day = settings.sms_per_hour;
        }
        for (key, place) in
            [(REQUIRE_SPONSOR, &mut settings.require_sponsor), (REQUIRE_MAID, &mut settings.require_maid)]
        {
            match changed.get(key) {
                None => {}
                Some(Value::Bool(required)) => *place = *required,
                Some(_) => faults.note(key, "neither true nor false; the default holds"),
            }
        }
        match changed.get(ALERT_URL) {
            None => {}
            Some(stored) => match stored.as_str().and_then(config::alert_url) {
                Some(url) => settings.alert_url = Some(url),
                None => faults.note(ALERT_URL, "no address that alerts may go to; the environment's holds"),
            },
        }
        for Rewordable { key, language, kind } in TEXTS.iter() {
            let Some(stored) = changed.get(key) else { continue };
            // In how many segments one may go depends on where it goes, and is asked then.
            match stored.as_str().map(|text| Wording::parse(text, u16::MAX)) {
                Some(Ok(wording)) => settings.texts.set(language, *kind, Some(wording)),
                Some(Err(unfit)) => faults.note(key, &format!("{unfit}; ours holds")),
                None => faults.note(key, "no text; ours holds"),
            }
        }
        (settings, faults.0)
    }
}

/// A stored value that cannot hold. It does not repeat the value, which may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting.
    pub key: String,
    /// What is wrong, and what holds.
    pub why: String,
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn note(&mut self, key: &str, why: &str) {
        self.0.push(Fault { key: key.to_owned(), why: why.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn defaults() -> Settings {
        let set = [("DATABASE_URL", "postgres:///latchkey"), ("TWILIO_MAX_SMS_PER_HOUR", "4")];
        let variables = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Settings::defaults(&Config::from_variables(variables).expect("the defaults are enough"))
    }

    fn read(stored: Value) -> (Settings, Vec<String>) {
        let Value::Object(stored) = stored else { panic!("an object") };
        let (settings, faults) = Settings::read(&stored, &defaults());
        (settings, faults.into_iter().map(|fault| fault.key).collect())
    }

    #[test]
    fn nothing_stored_is_the_programs_and_the_environments_word() {
        let (settings, faults) = read(json!({}));
        assert_eq!((settings.sms_per_hour, settings.sms_per_day), (4, 10));
        assert_eq!((settings.verification_minutes, settings.second_step_minutes), (10, 5));
        assert_eq!((settings.least_password(Role::Maid), settings.least_password(Role::Administrator)), (10, 15));
        assert!(faults.is_empty() && settings.changed(&defaults()).is_empty());
    }

    #[test]
    fn a_default_is_within_its_bounds() {
        let defaults = defaults();
        for number in Number::ALL {
            assert!(number.bounds(&defaults).contains(&number.of(&defaults)), "{number:?}");
        }
    }

    #[test]
    fn what_was_set_is_read_back_and_only_that_is_stored() {
        let mut settings = defaults();
        for number in Number::ALL {
            *number.of_mut(&mut settings) = *number.bounds(&defaults()).end();
        }
        settings.require_maid = true;
        settings.alert_url = Some(Url::parse("https://alerts.example.com/x").expect("a URL"));
        let wording = Wording::parse("Latchkey: {code}", 1).expect("fit");
        settings.texts.set("en", TextKind::SignIn, Some(wording));
        let stored = settings.changed(&defaults());
        assert_eq!(Settings::read(&stored, &defaults()), (settings, Vec::new()));
        for absent in ["verification_minutes", "longest_rest_minutes", "require_sponsor", "text_en_verification"] {
            assert!(!stored.contains_key(absent), "{absent} is as by default");
        }
        assert_eq!(stored["text_en_sign_in"], "Latchkey: {code}");
    }

    #[test]
    fn auz_08_a_stored_value_that_cannot_hold_is_a_fault_and_never_holds() {
        for (number, below, above) in [
            (Number::VerificationMinutes, 5, 10),
            (Number::SecondStepMinutes, 3, 10),
            (Number::SmsPerHour, 1, 10),
            (Number::SmsPerAddress, 3, 50),
            (Number::SmsInAll, 10, 10_000),
            (Number::WrongPasswords, 3, 10),
            (Number::LongestRestMinutes, 1, 15),
            (Number::WrongCodes, 5, 10),
            (Number::PasswordLeast, 8, 64),
        ] {
            for (stored, nearest) in [
                (json!(0), below),
                (json!(-1), below),
                (json!(i64::MIN), below),
                (json!(1_000_000_000), above),
                (json!(i64::MAX), above),
            ] {
                let (settings, faults) = read(json!({ number.key(): stored, "sms_per_day": 20 }));
                assert_eq!(number.of(&settings), nearest, "{number:?} {stored}");
                assert_eq!(faults, [number.key()], "{stored}");
            }
            for stored in [json!("7"), json!(null), json!(1.5), json!([]), json!(u64::MAX), json!(true)] {
                let (settings, faults) = read(json!({ number.key(): stored }));
                assert_eq!(number.of(&settings), number.of(&defaults()), "{number:?} {stored}");
                assert_eq!(faults, [number.key()], "{stored}");
            }
        }
        let (settings, faults) = read(json!({ "sms_per_hour": 9, "sms_per_day": 8 }));
        assert_eq!((settings.sms_per_day, faults), (9, vec!["sms_per_day".to_owned()]));
        let (settings, faults) = read(json!({
            "require_maid": "yes", "alert_url": "http://example.com", "text_en_sign_in": "No code",
            "text_en_step_up": 7, "of_another_release": 1,
        }));
        assert_eq!(settings, defaults());
        assert_eq!(faults, ["require_maid", "alert_url", "text_en_sign_in", "text_en_step_up"]);
    }

    #[test]
    fn every_key_is_one_of_a_kind() {
        let mut keys: Vec<_> = defaults().entries().into_iter().map(|(key, _)| key).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn administrators_are_never_asked_for_less_than_fifteen() {
        let least = |password_least| Settings { password_least, ..defaults() }.least_password(Role::Administrator);
        assert_eq!([8, 14, 15, 16, 64].map(least), [15, 15, 15, 16, 64]);
    }
}
