//! What `/demo/inbox` shows.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::phone_number::PhoneNumber;
use crate::sms::TextKind;
use crate::web::clock::Clock;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::Chrome;
use crate::web::words::Words;

/// `GET /demo/inbox`
#[derive(Template)]
#[template(path = "demo_inbox/inbox.html")]
pub struct InboxPage {
    /// The frame.
    pub chrome: Chrome,
    /// The texts, newest first.
    pub messages: Vec<InboxMessage>,
    /// Whose clock the page shows.
    pub clock: Clock,
}

/// A text that was not sent.
pub struct InboxMessage {
    /// What it is for.
    pub kind: MessageKind,
    /// Whom it would have gone to.
    pub phone: PhoneNumber,
    /// What it says.
    pub body: String,
    /// The code in it, grouped for reading: `482 913`. A notice has none.
    pub code: Option<String>,
    /// When it would have gone out.
    pub at: DateTime<Utc>,
    /// Whether a newer code has taken its place.
    pub replaced: bool,
}

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Registration and phone change.
    Verification,
    /// The second step.
    SignIn,
    /// Proving it again before a sensitive change.
    StepUp,
    /// A forgotten password.
    PasswordReset,
    /// Without a code: tells the owner of an account what happened.
    Notice,
}

impl MessageKind {
    /// The kind of a text with a code. Whether the number was taken only the text says.
    pub fn of(kind: TextKind) -> Self {
        match kind {
            TextKind::Verification
            | TextKind::VerificationOfTakenNumber
            | TextKind::PhoneChange
            | TextKind::PhoneChangeOfTakenNumber => Self::Verification,
            TextKind::SignIn => Self::SignIn,
            TextKind::StepUp => Self::StepUp,
            TextKind::PasswordReset => Self::PasswordReset,
        }
    }

    /// What the text is.
    pub fn in_words(self, words: &Words) -> String {
        match self {
            Self::Verification => fl!(words.0, "inbox-verification"),
            Self::SignIn => fl!(words.0, "inbox-sign-in"),
            Self::StepUp => fl!(words.0, "inbox-step-up"),
            Self::PasswordReset => fl!(words.0, "inbox-password-reset"),
            Self::Notice => fl!(words.0, "inbox-notice"),
        }
    }
}

impl InboxPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "inbox-title"))
    }
}

impl InboxMessage {
    fn tag(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.tag(&self.phone);
        parts.put_into(&number)
    }

    fn time(&self, clock: &Clock) -> Sentence {
        let mut parts = Parts::new();
        let time = parts.time(self.at, *clock);
        parts.put_into(&time)
    }
}
