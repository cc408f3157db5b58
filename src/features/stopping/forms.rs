//! What the form sends.

use serde::Deserialize;

use super::pages;
use crate::{
    domain::action_code::ActionCode,
    web::{
        form::{FormErrors, Problem},
        words::Words,
    },
};

/// `POST /stop`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct StopForm {
    code: String,
}

impl StopForm {
    /// Reads the code. What is no code of 16 characters costs no try.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, words: &Words) -> Result<ActionCode, FormErrors> {
        ActionCode::parse(&self.code).map_err(|_| {
            let is_missing = self.code.trim().is_empty();
            let problem = if is_missing { Problem::CodeMissing.in_words(words) } else { pages::code_unreadable(words) };
            FormErrors::on("code", problem)
        })
    }
}
