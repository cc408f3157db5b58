//! What the page of the email address shows.

use askama::Template;
use i18n_embed_fl::fl;

use super::change_email::NotChanged;
use crate::web::error::PageError;
use crate::web::error_page::Back;
use crate::web::form::FormErrors;
use crate::web::page::{Area, Chrome, Notice};
use crate::web::words::Words;

/// `GET /account/email`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "email_change/email.html")]
pub struct EmailPage {
    /// The frame.
    pub chrome: Chrome,
    /// The account's address.
    pub address: Option<String>,
    /// Whether the account can be without one.
    pub optional: bool,
    /// What stands in the form; without a fresh proof there is none, but the way to the proof.
    pub form: Option<String>,
    /// What is wrong, on `email`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl EmailPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "email-change-title"))
    }

    fn area(&self) -> Area {
        // Administrators have no profile, so the address stands in no area of theirs.
        if self.chrome.has_profile { Area::Profile } else { Area::Overview }
    }

    fn label(&self) -> String {
        let words = &self.chrome.words;
        if self.address.is_some() { fl!(words.0, "email-change-label") } else { fl!(words.0, "email-label") }
    }

    fn optional_hint(&self) -> String {
        let words = &self.chrome.words;
        if self.optional && self.address.is_some() { fl!(words.0, "email-change-optional") } else { String::new() }
    }

    fn go(&self) -> String {
        let words = &self.chrome.words;
        if self.address.is_some() { fl!(words.0, "email-change-go") } else { fl!(words.0, "email-change-add") }
    }
}

/// A refusal in words, on `email`.
///
/// # Errors
/// What is no message beside the field.
pub fn explain(refusal: NotChanged, words: &Words) -> Result<FormErrors, PageError> {
    match refusal {
        NotChanged::Taken => Ok(FormErrors::on("email", fl!(words.0, "email-change-taken"))),
        NotChanged::OnlyWayIn => Ok(FormErrors::on("email", fl!(words.0, "email-change-only-way-in"))),
        NotChanged::TooMany { wait } => Err(PageError::too_many(wait, Back::Email)),
        // The page shows how things stand now, if this browser may still see it.
        NotChanged::Overtaken => Err(PageError::elsewhere("/account/email")),
        NotChanged::NoRandomness(error) => Err(PageError::fault(error)),
        NotChanged::Db(error) => Err(error.into()),
    }
}
