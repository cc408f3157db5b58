//! What the form of a new password sends, and how it is read.

use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::{
    domain::password::{Password, TypedPassword},
    features::{registration::forms::password_problem, sign_in::forms::typed_problem},
    web::{form::FormErrors, words::Words},
};

/// `POST /account/password`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordForm {
    current_password: String,
    password: String,
}

impl PasswordForm {
    /// Reads both. A new one needs `least` characters.
    ///
    /// # Errors
    /// What cannot be a password at all, or is the same twice. It costs no try.
    pub fn parse(&self, least: usize, words: &Words) -> Result<(TypedPassword, Password), FormErrors> {
        let mut errors = FormErrors::new();
        let current = TypedPassword::parse(&self.current_password);
        if let Err(problem) = &current {
            errors.say("current_password", typed_problem(*problem), words);
        }
        let new = Password::of_at_least(least, &self.password);
        match (&new, &current) {
            (Err(problem), _) => errors.say("password", password_problem(*problem, least), words),
            (Ok(new), Ok(current)) if new.is_same_as(current) => {
                errors.add("password", fl!(words.0, "password-change-same"));
            }
            (Ok(_), _) => {}
        }
        match (current, new) {
            (Ok(current), Ok(new)) if errors.is_empty() => Ok((current, new)),
            _ => Err(errors),
        }
    }
}
