//! What the pages of a sign-in show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::country::Country;
use crate::domain::phone_number::PhoneNumber;
pub use crate::features::phone_verifications::pages::TextState;
use crate::features::phone_verifications::pages::{Telling, Unsent};
use crate::features::two_factor::Method;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Chrome, Notice};

/// `GET /login`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "sign_in/login.html")]
pub struct LoginPage {
    /// The frame.
    pub chrome: Chrome,
    /// What was typed. A new form has [`LoginEcho::default`].
    pub form: LoginEcho,
    /// What is wrong with it, on `identifier`, `country`, `password`. A refused sign-in stands on `password`, whatever
    /// was wrong.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What a sign-in form shows again. A password never is.
#[derive(Clone, Debug)]
pub struct LoginEcho {
    /// As typed.
    pub identifier: String,
    /// The choice, or the country the form starts with.
    pub country: Country,
    /// The page that the person wanted, one of ours.
    pub next: Option<String>,
}

impl Default for LoginEcho {
    fn default() -> Self {
        let [country, ..] = Country::HOME;
        Self { identifier: String::new(), country, next: None }
    }
}

impl LoginPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "login-title"))
    }
}

/// `GET /login/verify`, and the answer to a refused code or resend.
#[derive(Template)]
#[template(path = "sign_in/second_step.html")]
pub struct SecondStepPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where the code comes from.
    pub method: Method,
    /// The number of the account. Shown masked, and only where the code comes in a text.
    pub phone: PhoneNumber,
    /// How the text stands. None for an app, and while no text was sent: then the page offers one.
    pub text: Option<TextState>,
    /// Whether the box that trusts this device was ticked.
    pub remember: bool,
    /// Whether a device can be trusted at all.
    pub may_trust: bool,
    /// Until when it would be.
    pub trust_until: DateTime<Utc>,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows: that of the number's country.
    pub clock: Clock,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl SecondStepPage {
    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &self.heading())
    }

    fn heading(&self) -> String {
        let words = &self.chrome.words;
        let usual = fl!(words.0, "second-step-title");
        match self.text {
            Some(text) => text.code.heading(usual, words),
            None if self.awaits_text() => fl!(words.0, "second-step-ask-title"),
            None => usual,
        }
    }

    fn telling(&self) -> Telling<'_> {
        Telling { words: &self.chrome.words, phone: &self.phone, now: self.now, clock: self.clock }
    }

    fn lead(&self) -> Sentence {
        let words = &self.chrome.words;
        let mut parts = Parts::new();
        match (self.method, self.text) {
            (Method::App, _) => parts.put_into(&fl!(words.0, "second-step-app-lead")),
            (Method::Sms, None) => {
                let number = parts.tag(&self.phone);
                parts.put_into(&fl!(words.0, "second-step-ask-lead", number = number))
            }
            (Method::Sms, Some(text)) => self.telling().code(text.code).unwrap_or_else(|| {
                let number = parts.tag(&self.phone);
                parts.put_into(&fl!(words.0, "second-step-unsent-lead", number = number))
            }),
        }
    }

    fn by_app(&self) -> bool {
        self.method == Method::App
    }

    /// The code comes in a text, and none was sent: the one thing to do is to ask for it.
    fn awaits_text(&self) -> bool {
        !self.by_app() && self.text.is_none()
    }

    /// Whether there is a code that can be entered. A dead one keeps its field while the page says so beside it.
    fn takes_a_code(&self) -> bool {
        self.by_app() || self.text.is_some_and(|text| text.code.is_live()) || self.errors.of("code").is_some()
    }

    fn unsent(&self) -> Option<Unsent> {
        self.text.and_then(|text| text.code.unsent())
    }

    fn can_send(&self) -> bool {
        self.awaits_text() || self.text.is_some_and(TextState::can_send)
    }

    fn send_is_next(&self) -> bool {
        self.awaits_text() || self.text.is_some_and(TextState::asks_for_new_code)
    }

    /// No code is there, and none can come: only a backup code goes on from here.
    fn backup_code_is_next(&self) -> bool {
        !self.takes_a_code() && !self.can_send()
    }

    fn resend_title(&self) -> String {
        let words = &self.chrome.words;
        if self.send_is_next() || !self.takes_a_code() {
            fl!(words.0, "verify-resend-dead-title")
        } else {
            fl!(words.0, "verify-resend-title")
        }
    }

    fn resend_text(&self) -> Option<Sentence> {
        let told = self.telling().resend(self.text?.resend);
        Some(told.unwrap_or_else(|sends| {
            let mut parts = Parts::new();
            let (login, end) = (parts.link("/login"), parts.end());
            let words = &self.chrome.words;
            parts.put_into(&fl!(words.0, "second-step-resend-over", sends = sends, login = login, end = end))
        }))
    }

    fn trust_hint(&self) -> String {
        let date = self.clock.date(self.trust_until, &self.chrome.words);
        fl!(self.chrome.words.0, "second-step-trust-hint", date = date)
    }
}

/// `GET /login/backup-code`, and the answer to a refused code.
#[derive(Template)]
#[template(path = "sign_in/backup_code.html")]
pub struct BackupCodePage {
    /// The frame.
    pub chrome: Chrome,
    /// Where codes come from usually: the way back.
    pub method: Method,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl BackupCodePage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "login-backup-code-title"))
    }

    /// Where the way back leads. To the other code, unless the page has just said that it does not count.
    fn back(&self) -> (&'static str, String) {
        let words = &self.chrome.words;
        if matches!(self.notice, Some(Notice::OnlyBackupCode | Notice::CodeNotPossible)) {
            return ("/login", fl!(words.0, "second-step-again"));
        }
        let label = match self.method {
            Method::Sms => fl!(words.0, "login-backup-code-use-text"),
            Method::App => fl!(words.0, "login-backup-code-use-app"),
        };
        ("/login/verify", label)
    }

    fn help(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "login-backup-code-none", help = help, end = end))
    }
}
