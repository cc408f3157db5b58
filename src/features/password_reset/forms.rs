//! What the forms of a reset send. The number and the code are read as at registration.

use serde::Deserialize;

use crate::{
    domain::password::Password,
    domain::{backup_code::BackupCode, one_time_code::OneTimeCode},
    features::{registration::forms::password_problem, step_up::confirm::Factor},
    web::{
        form::{FormErrors, Problem},
        words::Words,
    },
};

/// `POST /password-reset/second-step`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct SecondStepForm {
    code: String,
}

impl SecondStepForm {
    /// Reads six digits or a backup code. What is neither costs no try.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, words: &Words) -> Result<Factor, FormErrors> {
        if self.code.trim().is_empty() {
            return Err(FormErrors::on("code", Problem::CodeMissing.in_words(words)));
        }
        OneTimeCode::parse(&self.code)
            .map(Factor::Code)
            .or_else(|_| BackupCode::parse(&self.code).map(Factor::BackupCode))
            .map_err(|_| FormErrors::on("code", Problem::CodeUnreadable.in_words(words)))
    }
}

/// `POST /password-reset/password`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordForm {
    password: String,
}

impl PasswordForm {
    /// Reads the new password, which needs `least` characters.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, least: usize, words: &Words) -> Result<Password, FormErrors> {
        Password::of_at_least(least, &self.password)
            .map_err(|problem| FormErrors::on("password", password_problem(problem, least).in_words(words)))
    }
}
