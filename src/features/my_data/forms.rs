//! What the forms send, and how it is read.

use serde::Deserialize;

use super::file::Format;
use crate::{
    domain::password::TypedPassword,
    features::sign_in::forms::typed_problem,
    web::{form::FormErrors, words::Words},
};

/// `POST /account/data/download`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct DownloadForm {
    /// What the file is for.
    pub format: Format,
}

/// `POST /account/delete`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct DeleteForm {
    password: String,
}

impl DeleteForm {
    /// Reads the password.
    ///
    /// # Errors
    /// What cannot be a password at all. It costs no try.
    pub fn parse(&self, words: &Words) -> Result<TypedPassword, FormErrors> {
        TypedPassword::parse(&self.password)
            .map_err(|problem| FormErrors::on("password", typed_problem(problem).in_words(words)))
    }
}
