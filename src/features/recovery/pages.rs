//! What the pages of a recovery show.

use askama::Template;
use i18n_embed_fl::fl;

use crate::domain::phone_number::PhoneNumber;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Chrome, Notice};
use crate::web::words::Words;

/// Says that a code opens nothing, whatever the reason.
pub fn code_wrong(words: &Words) -> String {
    fl!(words.0, "recovery-code-wrong")
}

/// `GET /recovery`, and the answer to a refused code.
#[derive(Template)]
#[template(path = "recovery/code.html")]
pub struct CodePage {
    /// The frame.
    pub chrome: Chrome,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl CodePage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "recovery-title"))
    }

    fn ask(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "recovery-none", help = help, end = end))
    }
}

/// `GET /recovery/password`, and the answer to a refused password.
#[derive(Template)]
#[template(path = "recovery/password.html")]
pub struct PasswordPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person signs in with. Read by password managers, never shown.
    pub username: String,
    /// The number that becomes the account's. Shown masked.
    pub phone: PhoneNumber,
    /// How many characters a password needs.
    pub least_password: usize,
    /// What is wrong, on `password`.
    pub errors: FormErrors,
}

impl PasswordPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "reset-password-title"))
    }

    fn lead(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.tag(&self.phone);
        parts.put_into(&fl!(self.chrome.words.0, "recovery-password-lead", number = number))
    }
}
