//! What is wrong with the answers of a form, in words, beside the fields they belong to.
//!
//! `templates/components/form.html` draws the fields and reads the messages from here.

use i18n_embed_fl::fl;

use crate::domain::brake_reference::BrakeReference;
use crate::domain::country::Country;
use crate::web::words::Words;

/// Messages beside fields, in the order of the fields on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<(&'static str, String)>);

impl FormErrors {
    /// Nothing is wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// One thing is wrong.
    pub fn on(field: &'static str, message: impl Into<String>) -> Self {
        let mut errors = Self::new();
        errors.add(field, message);
        errors
    }

    /// Adds a message. A field shows one message at a time, the first it was given.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        if self.of(field).is_none() {
            self.0.push((field, message.into()));
        }
    }

    /// Adds a common problem in its usual words.
    pub fn say(&mut self, field: &'static str, problem: Problem, words: &Words) {
        self.add(field, problem.in_words(words));
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many fields have a message.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The message of a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == field).map(|(_, message)| message.as_str())
    }

    /// Whether this is the first field with a message: the one that gets the focus.
    pub fn is_first(&self, field: &str) -> bool {
        self.0.first().is_some_and(|(first, _)| *first == field)
    }

    /// Fields and their messages.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(field, message)| (*field, message.as_str()))
    }

    /// Heads the list of messages above a form.
    pub fn heading(&self, words: &Words) -> String {
        fl!(words.0, "form-check-answers", count = self.len())
    }

    /// The title of a page with a form. A refused one begins with the news, which a screen reader then says first.
    pub fn title(&self, words: &Words, title: &str) -> String {
        if self.is_empty() {
            fl!(words.0, "page-title", title = title)
        } else {
            fl!(words.0, "page-title-errors", title = title)
        }
    }
}

/// What can be wrong with the answers that several forms ask for. A feature has words of its own for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No name.
    NameMissing,
    /// A name beyond the limit.
    NameTooLong,
    /// Control characters and the like.
    NameUnreadable,
    /// No email address where one is needed.
    EmailMissing,
    /// Not an email address.
    EmailUnreadable,
    /// An email address beyond the limit.
    EmailTooLong,
    /// No country, or none that we know.
    CountryMissing,
    /// No texts go to this country.
    CountryClosed(Country),
    /// No texts go to this country, and the number cannot be another: it is the account's.
    CountryClosedForNow(Country),
    /// No number.
    PhoneMissing,
    /// Not a number.
    PhoneUnreadable,
    /// Too few digits for the country.
    PhoneTooShort(Country),
    /// Too many digits for the country.
    PhoneTooLong(Country),
    /// The country has no such number.
    PhoneNotInPlan(Country),
    /// A landline, a premium number, or one that the provider knows to take no texts.
    PhoneNotMobile,
    /// The holder told us to stop texting.
    PhoneOptedOut,
    /// No texts go to numbers like this for a while, by the decision of that name.
    PhonePaused(BrakeReference),
    /// No password.
    PasswordMissing,
    /// Fewer characters than needed.
    PasswordTooShort {
        /// How many are needed.
        least: usize,
    },
    /// More characters than we take.
    PasswordTooLong {
        /// How many we take.
        most: usize,
    },
    /// Easy to guess.
    PasswordWeak,
    /// Easy to guess for whoever knows the person.
    PasswordPersonal,
    /// Control characters and the like.
    PasswordUnreadable,
    /// No code.
    CodeMissing,
    /// Not six digits. Costs no guess.
    CodeUnreadable,
    /// Not the code.
    CodeWrong {
        /// Guesses that remain.
        left: u32,
    },
    /// No guesses remain.
    CodeTooMany,
    /// The code is too old.
    CodeExpired,
    /// Nobody could say whether it is right.
    CodeUnchecked,
    /// Neither email address nor number.
    IdentifierMissing,
    /// Reads as neither email address nor number.
    IdentifierUnreadable,
    /// No such account, or not its password: the words never say which.
    SignInWrong,
    /// No password, where there is one already.
    PasswordNotEntered,
    /// Not the password of the account that is signed in.
    PasswordWrong,
    /// No backup code.
    BackupCodeMissing,
    /// Not 16 characters of a backup code. Costs no guess.
    BackupCodeUnreadable,
    /// Not one of the backup codes that are left.
    BackupCodeWrong {
        /// Guesses that remain.
        left: u32,
    },
    /// After too many wrong codes only a backup code counts.
    OnlyBackupCode,
}

impl Problem {
    /// What it is and what to do.
    pub fn in_words(self, words: &Words) -> String {
        match self {
            Self::NameMissing => fl!(words.0, "problem-name-missing"),
            Self::NameTooLong => fl!(words.0, "problem-name-too-long"),
            Self::NameUnreadable => fl!(words.0, "problem-name-unreadable"),
            Self::EmailMissing => fl!(words.0, "problem-email-missing"),
            Self::EmailUnreadable => fl!(words.0, "problem-email-unreadable"),
            Self::EmailTooLong => fl!(words.0, "problem-email-too-long"),
            Self::CountryMissing => fl!(words.0, "problem-country-missing"),
            Self::CountryClosed(country) => fl!(words.0, "problem-country-closed", country = words.country(country)),
            Self::CountryClosedForNow(country) => {
                fl!(words.0, "problem-country-closed-for-now", country = words.country(country))
            }
            Self::PhoneMissing => fl!(words.0, "problem-phone-missing"),
            Self::PhoneUnreadable => fl!(words.0, "problem-phone-unreadable"),
            Self::PhoneTooShort(country) => fl!(words.0, "problem-phone-too-short", country = words.country(country)),
            Self::PhoneTooLong(country) => fl!(words.0, "problem-phone-too-long", country = words.country(country)),
            Self::PhoneNotInPlan(country) => {
                fl!(words.0, "problem-phone-not-in-plan", country = words.country(country))
            }
            Self::PhoneNotMobile => fl!(words.0, "problem-phone-not-mobile"),
            Self::PhoneOptedOut => fl!(words.0, "problem-phone-opted-out"),
            Self::PhonePaused(reference) => {
                fl!(words.0, "problem-phone-paused", reference = reference.to_string())
            }
            Self::PasswordMissing => fl!(words.0, "problem-password-missing"),
            Self::PasswordTooShort { least } => fl!(words.0, "problem-password-too-short", least = least),
            Self::PasswordTooLong { most } => fl!(words.0, "problem-password-too-long", most = most),
            Self::PasswordWeak => fl!(words.0, "problem-password-weak"),
            Self::PasswordPersonal => fl!(words.0, "problem-password-personal"),
            Self::PasswordUnreadable => fl!(words.0, "problem-password-unreadable"),
            Self::CodeMissing => fl!(words.0, "problem-code-missing"),
            Self::CodeUnreadable => fl!(words.0, "problem-code-unreadable"),
            Self::CodeWrong { left } => fl!(words.0, "problem-code-wrong", left = left),
            Self::CodeTooMany => fl!(words.0, "problem-code-too-many"),
            Self::CodeExpired => fl!(words.0, "problem-code-expired"),
            Self::CodeUnchecked => fl!(words.0, "problem-code-unchecked"),
            Self::IdentifierMissing => fl!(words.0, "problem-identifier-missing"),
            Self::IdentifierUnreadable => fl!(words.0, "problem-identifier-unreadable"),
            Self::SignInWrong => fl!(words.0, "problem-sign-in-wrong"),
            Self::PasswordNotEntered => fl!(words.0, "problem-password-not-entered"),
            Self::PasswordWrong => fl!(words.0, "problem-password-wrong"),
            Self::BackupCodeMissing => fl!(words.0, "problem-backup-code-missing"),
            Self::BackupCodeUnreadable => fl!(words.0, "problem-backup-code-unreadable"),
            Self::BackupCodeWrong { left } => fl!(words.0, "problem-backup-code-wrong", left = left),
            Self::OnlyBackupCode => fl!(words.0, "problem-only-backup-code"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_wrong_code_before_a_rest_says_how_long_it_is() {
        let words = Words::english();
        let said = |left| Problem::CodeWrong { left }.in_words(&words);
        assert_eq!(said(2), "Invalid code. 2 attempts remaining.");
        assert_eq!(said(1), "Invalid code. 1 attempt remaining.");
        assert_eq!(said(0), "Invalid code. That was the last attempt for 15 minutes.");
    }

    #[test]
    fn the_first_bad_field_gets_the_focus_and_each_keeps_its_first_message() {
        let words = Words::english();
        let mut errors = FormErrors::on("phone", "too short");
        errors.say("password", Problem::PasswordWeak, &words);
        errors.add("phone", "something else");
        assert_eq!(errors.len(), 2);
        assert_eq!(errors.of("phone"), Some("too short"));
        assert!(errors.is_first("phone") && !errors.is_first("password"));
        assert_eq!(errors.title(&words, "Sign in"), "Please check: Sign in – Latchkey");
        assert_eq!(FormErrors::new().title(&words, "Sign in"), "Sign in – Latchkey");
    }
}
