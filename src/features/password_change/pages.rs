//! What the page of the password shows.

use askama::Template;
use i18n_embed_fl::fl;

use crate::web::form::FormErrors;
use crate::web::page::{Area, Chrome, Notice};

/// `GET /account/password`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "password_change/password.html")]
pub struct PasswordPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person signs in with. Read by password managers, never shown.
    pub username: String,
    /// How many characters a password needs.
    pub least_password: usize,
    /// Whether a fresh proof has to come first.
    pub must_confirm: bool,
    /// What is wrong, on `current_password` and `password`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl PasswordPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "password-change-title"))
    }

    fn area(&self) -> Area {
        Area::Password
    }
}
