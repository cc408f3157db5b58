//! What the forms of a confirmation send, and how it is read.

use serde::Deserialize;

use super::confirm::Factor;
use crate::{
    domain::{backup_code::BackupCode, one_time_code::OneTimeCode, password::TypedPassword},
    features::sign_in::forms::typed_problem,
    web::{
        form::{FormErrors, Problem},
        next::Next,
        words::Words,
    },
};

/// `POST /confirm`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ConfirmForm {
    password: String,
    code: String,
    next: String,
}

impl ConfirmForm {
    /// The page that the person came from.
    pub fn next(&self) -> Next {
        Next::parse_or_account(&self.next)
    }

    /// Reads the answers; a code is needed where two-factor is on.
    ///
    /// # Errors
    /// What cannot be a password or a code at all. It costs no try.
    pub fn parse(&self, two_factor: bool, words: &Words) -> Result<(TypedPassword, Option<Factor>), FormErrors> {
        let mut errors = FormErrors::new();
        let password = TypedPassword::parse(&self.password);
        if let Err(problem) = &password {
            errors.say("password", typed_problem(*problem), words);
        }
        let factor = if two_factor { self.read_factor().map(Some) } else { Ok(None) };
        if let Err(problem) = &factor {
            errors.say("code", *problem, words);
        }
        match (password, factor) {
            (Ok(password), Ok(factor)) => Ok((password, factor)),
            _ => Err(errors),
        }
    }

    fn read_factor(&self) -> Result<Factor, Problem> {
        if self.code.trim().is_empty() {
            return Err(Problem::CodeMissing);
        }
        OneTimeCode::parse(&self.code)
            .map(Factor::Code)
            .or_else(|_| BackupCode::parse(&self.code).map(Factor::BackupCode))
            .map_err(|_| Problem::CodeUnreadable)
    }
}

/// `POST /confirm/resend`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ResendForm {
    next: String,
}

impl ResendForm {
    /// The page that the person came from.
    pub fn next(&self) -> Next {
        Next::parse_or_account(&self.next)
    }
}
