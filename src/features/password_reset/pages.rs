//! What the pages of a reset show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::country::Country;
use crate::domain::phone_number::PhoneNumber;
use crate::features::phone_verifications::pages::{CodeState, Telling, TextState};
use crate::features::registration::forms::NumberForm;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Chrome, Notice};

/// `GET /password-reset`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "password_reset/request.html")]
pub struct RequestPage {
    /// The frame.
    pub chrome: Chrome,
    /// What was typed.
    pub form: NumberEcho,
    /// What is wrong with it, on `country` and `phone`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What the form shows again.
#[derive(Clone, Debug)]
pub struct NumberEcho {
    /// The choice, or the country the form starts with.
    pub country: Country,
    /// As typed.
    pub phone: String,
}

impl Default for NumberEcho {
    fn default() -> Self {
        let [country, ..] = Country::HOME;
        Self { country, phone: String::new() }
    }
}

impl NumberEcho {
    /// What a form was sent with.
    pub fn of(form: &NumberForm) -> Self {
        let echo = form.echo(Self::default().country);
        Self { country: echo.country, phone: echo.phone }
    }
}

impl RequestPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "reset-title"))
    }
}

/// `GET /password-reset/verify`, and the answer to a refused code or resend. Says the same of every number.
#[derive(Template)]
#[template(path = "password_reset/code.html")]
pub struct CodePage {
    /// The frame.
    pub chrome: Chrome,
    /// The number that was typed. Shown masked.
    pub phone: PhoneNumber,
    /// How the code stands.
    pub text: TextState,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows: that of the number's country.
    pub clock: Clock,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl CodePage {
    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &self.heading())
    }

    fn heading(&self) -> String {
        let words = &self.chrome.words;
        self.text.code.heading(fl!(words.0, "reset-code-title"), words)
    }

    fn telling(&self) -> Telling<'_> {
        Telling { words: &self.chrome.words, phone: &self.phone, now: self.now, clock: self.clock }
    }

    fn lead(&self) -> Option<Sentence> {
        let CodeState::Sent { expires_at } = self.text.code else { return self.telling().code(self.text.code) };
        let words = &self.chrome.words;
        let mut parts = Parts::new();
        let (number, time) = (parts.tag(&self.phone), parts.time(expires_at, self.clock));
        let wait = words.lasting((expires_at - self.now).to_std().unwrap_or_default());
        Some(parts.put_into(&fl!(words.0, "reset-code-lead", number = number, wait = wait, time = time)))
    }

    fn takes_a_code(&self) -> bool {
        self.text.code.is_live()
    }

    fn send_is_next(&self) -> bool {
        self.text.asks_for_new_code()
    }

    fn resend_text(&self) -> Sentence {
        self.telling().resend(self.text.resend).unwrap_or_else(|sends| {
            let mut parts = Parts::new();
            let (start, end) = (parts.link("/password-reset"), parts.end());
            parts.put_into(&fl!(self.chrome.words.0, "reset-resend-over", sends = sends, start = start, end = end))
        })
    }
}

/// `GET /password-reset/second-step`, and the answer to a refused code.
#[derive(Template)]
#[template(path = "password_reset/second_step.html")]
pub struct SecondStepPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether a code of the app counts.
    pub app: bool,
    /// Whether there is a backup code.
    pub backup_code: bool,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl SecondStepPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "reset-second-title"))
    }

    fn lead(&self) -> String {
        let words = &self.chrome.words;
        if self.app { fl!(words.0, "reset-second-app-lead") } else { fl!(words.0, "reset-second-backup-lead") }
    }

    fn label(&self) -> String {
        let words = &self.chrome.words;
        if self.app { fl!(words.0, "confirm-code-app") } else { fl!(words.0, "backup-code-label") }
    }

    fn hint(&self) -> String {
        let words = &self.chrome.words;
        match (self.app, self.backup_code) {
            (true, true) => fl!(words.0, "confirm-code-app-hint"),
            (true, false) => fl!(words.0, "reset-second-app-hint"),
            (false, _) => fl!(words.0, "backup-code-hint"),
        }
    }

    fn autocomplete(&self) -> &'static str {
        if self.app { "one-time-code" } else { "off" }
    }

    fn help(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "reset-second-none", help = help, end = end))
    }
}

/// `GET /password-reset/wait` while the owner has time to object.
#[derive(Template)]
#[template(path = "password_reset/wait.html")]
pub struct WaitPage {
    /// The frame.
    pub chrome: Chrome,
    /// When the wait is over.
    pub until: DateTime<Utc>,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows: that of the number's country.
    pub clock: Clock,
}

impl WaitPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "reset-wait-title"))
    }

    fn lead(&self) -> Sentence {
        let words = &self.chrome.words;
        let mut parts = Parts::new();
        let (date, time) = (self.clock.date(self.until, words), parts.time(self.until, self.clock));
        let hours = (self.until - self.now).num_hours() + 1;
        parts.put_into(&fl!(words.0, "reset-wait-lead", hours = hours, date = date, time = time))
    }
}

/// `GET /password-reset/wait` where the phone is all there is, and not enough.
#[derive(Template)]
#[template(path = "password_reset/help.html")]
pub struct HelpPage {
    /// The frame.
    pub chrome: Chrome,
}

impl HelpPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "reset-help-title"))
    }

    fn ask(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "reset-help-ask", help = help, end = end))
    }
}

/// `GET /password-reset/password`, and the answer to a refused password.
#[derive(Template)]
#[template(path = "password_reset/password.html")]
pub struct PasswordPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person signs in with. Read by password managers, never shown.
    pub username: String,
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
}
