//! What the forms of a sign-in send, and how it is read.

use serde::Deserialize;

use super::pages::LoginEcho;
use crate::{
    domain::{
        backup_code::BackupCode,
        country::Country,
        email_address::EmailAddress,
        one_time_code::OneTimeCode,
        password::{MAX_LENGTH, NotAPassword, TypedPassword},
        phone_number::PhoneNumber,
    },
    features::passwords::guesses::Identifier,
    web::{
        form::{FormErrors, Problem},
        next::Next,
        words::Words,
    },
};

/// `POST /login`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct LoginForm {
    identifier: String,
    password: String,
    country: String,
    next: String,
}

impl LoginForm {
    /// What the page shows again. The password never is.
    pub fn echo(&self) -> LoginEcho {
        let blank = LoginEcho::default();
        LoginEcho {
            identifier: self.identifier.clone(),
            country: Country::parse(&self.country).unwrap_or(blank.country),
            next: Next::parse(&self.next).map(|next| next.path().into_owned()),
        }
    }

    /// The page that the person wanted.
    pub fn next(&self) -> Next {
        Next::parse_or_account(&self.next)
    }

    /// Reads the answers. The country counts for a number that is written without its own.
    ///
    /// # Errors
    /// What cannot be an identifier or a password at all. It is not counted as a try.
    pub fn parse(&self, words: &Words) -> Result<(Identifier, TypedPassword), FormErrors> {
        let mut errors = FormErrors::new();
        let identifier = self.read_identifier();
        if let Err(problem) = &identifier {
            errors.say("identifier", *problem, words);
        }
        let password = TypedPassword::parse(&self.password);
        if let Err(problem) = &password {
            errors.say("password", typed_problem(*problem), words);
        }
        match (identifier, password) {
            (Ok(identifier), Ok(password)) => Ok((identifier, password)),
            _ => Err(errors),
        }
    }

    fn read_identifier(&self) -> Result<Identifier, Problem> {
        let typed = self.identifier.trim();
        if typed.is_empty() {
            return Err(Problem::IdentifierMissing);
        }
        if typed.contains('@') {
            return EmailAddress::parse(typed).map(Identifier::Email).map_err(|_| Problem::IdentifierUnreadable);
        }
        let [first, ..] = Country::HOME;
        let country = Country::parse(&self.country).unwrap_or(first);
        PhoneNumber::parse(typed, country).map(Identifier::Phone).map_err(|_| Problem::IdentifierUnreadable)
    }
}

/// What a typed password that cannot be one needs.
pub fn typed_problem(problem: NotAPassword) -> Problem {
    match problem {
        NotAPassword::Empty | NotAPassword::TooShort => Problem::PasswordNotEntered,
        NotAPassword::TooLong => Problem::PasswordTooLong { most: MAX_LENGTH },
        NotAPassword::Unreadable => Problem::PasswordUnreadable,
    }
}

/// `POST /login/verify`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct SecondStepForm {
    code: String,
    remember_device: String,
}

impl SecondStepForm {
    /// Whether the browser is to be trusted.
    pub fn remember(&self) -> bool {
        matches!(self.remember_device.as_str(), "yes" | "on" | "true" | "1")
    }

    /// Reads the code. What is no code of six digits costs no guess.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, words: &Words) -> Result<OneTimeCode, FormErrors> {
        OneTimeCode::parse(&self.code).map_err(|_| {
            let problem = if self.code.trim().is_empty() { Problem::CodeMissing } else { Problem::CodeUnreadable };
            FormErrors::on("code", problem.in_words(words))
        })
    }
}

/// `POST /login/backup-code`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct BackupCodeForm {
    code: String,
}

impl BackupCodeForm {
    /// Reads the code. What is no backup code costs no guess.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, words: &Words) -> Result<BackupCode, FormErrors> {
        BackupCode::parse(&self.code).map_err(|_| {
            let missing = self.code.trim().is_empty();
            let problem = if missing { Problem::BackupCodeMissing } else { Problem::BackupCodeUnreadable };
            FormErrors::on("code", problem.in_words(words))
        })
    }
}
