//! What the forms of a recovery send. The password is read as at a reset.

use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::{
    domain::action_code::ActionCode,
    web::{
        form::{FormErrors, Problem},
        words::Words,
    },
};

/// `POST /recovery`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct CodeForm {
    code: String,
}

impl CodeForm {
    /// Reads the code. What is none costs no try.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, words: &Words) -> Result<ActionCode, FormErrors> {
        if self.code.trim().is_empty() {
            return Err(FormErrors::on("code", Problem::CodeMissing.in_words(words)));
        }
        ActionCode::parse(&self.code).map_err(|_| FormErrors::on("code", fl!(words.0, "recovery-code-unreadable")))
    }
}
