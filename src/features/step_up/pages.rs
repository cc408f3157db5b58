//! What the page of a confirmation shows.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::phone_number::PhoneNumber;
use crate::features::phone_verifications::pages::{Telling, TextState, Unsent};
use crate::features::two_factor::Method;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Chrome, Notice};

/// `GET /confirm`, and the answer to a refused `POST` or resend.
#[derive(Template)]
#[template(path = "step_up/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person signs in with. Read by password managers, never shown.
    pub username: String,
    /// The second factor; without one the password is enough.
    pub method: Option<Method>,
    /// The number of the account. Shown masked, and only where the code comes in a text.
    pub phone: PhoneNumber,
    /// Whether somebody else has proven the number since: then no code goes there.
    pub contested: bool,
    /// How the text stands. None while no text was sent: then the page offers one.
    pub text: Option<TextState>,
    /// Where the person came from and goes on to: one of our own paths.
    pub next: String,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What is wrong, on `password` and `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl ConfirmPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "confirm-title"))
    }

    /// Whether the code can come in a text.
    fn by_text(&self) -> bool {
        self.method == Some(Method::Sms) && !self.contested
    }

    /// How the text stands, where the code can come in one.
    fn sent(&self) -> Option<TextState> {
        self.text.filter(|_| self.by_text())
    }

    fn can_send(&self) -> bool {
        self.by_text() && self.text.is_none_or(TextState::can_send)
    }

    /// The one thing to do next is to ask for a code: this stands above the form then.
    fn send_is_next(&self) -> bool {
        self.by_text() && self.text.is_none_or(TextState::asks_for_new_code)
    }

    fn send_title(&self) -> String {
        let words = &self.chrome.words;
        match (self.send_is_next(), self.sent()) {
            (true, None) => fl!(words.0, "confirm-text-title"),
            (true, Some(_)) => fl!(words.0, "verify-resend-dead-title"),
            (false, _) => fl!(words.0, "verify-resend-title"),
        }
    }

    fn send_label(&self) -> String {
        let words = &self.chrome.words;
        if self.sent().is_some() { fl!(words.0, "verify-resend") } else { fl!(words.0, "text-me-a-code") }
    }

    /// Where the text went, or will go.
    fn text_lead(&self) -> Sentence {
        let words = &self.chrome.words;
        self.sent().and_then(|text| self.telling().code(text.code)).unwrap_or_else(|| {
            let mut parts = Parts::new();
            let number = parts.tag(&self.phone);
            parts.put_into(&match self.sent() {
                Some(_) => fl!(words.0, "confirm-unsent", number = number),
                None => fl!(words.0, "confirm-text", number = number),
            })
        })
    }

    fn send_text(&self) -> Option<Sentence> {
        let told = self.telling().resend(self.sent()?.resend);
        Some(told.unwrap_or_else(|sends| {
            Parts::new().put_into(&fl!(self.chrome.words.0, "confirm-resend-over", sends = sends))
        }))
    }

    fn unsent(&self) -> Option<Unsent> {
        self.sent().and_then(|text| text.code.unsent())
    }

    fn telling(&self) -> Telling<'_> {
        Telling { words: &self.chrome.words, phone: &self.phone, now: self.now, clock: self.clock }
    }

    fn code_label(&self) -> Option<String> {
        let words = &self.chrome.words;
        Some(match self.method? {
            Method::Sms if self.contested => fl!(words.0, "backup-code-label"),
            Method::Sms => fl!(words.0, "confirm-code-sms"),
            Method::App => fl!(words.0, "confirm-code-app"),
        })
    }

    fn code_hint(&self) -> String {
        let words = &self.chrome.words;
        match self.method {
            Some(Method::App) => fl!(words.0, "confirm-code-app-hint"),
            _ if self.contested => fl!(words.0, "confirm-code-contested-hint"),
            _ => fl!(words.0, "confirm-code-sms-hint"),
        }
    }
}
