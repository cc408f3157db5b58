//! What the page shows.

use askama::Template;
use i18n_embed_fl::fl;

use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::Chrome;
use crate::web::words::Words;

/// `GET /stop`, and the answer to a refused code.
#[derive(Template)]
#[template(path = "stopping/stop.html")]
pub struct StopPage {
    /// The frame.
    pub chrome: Chrome,
    /// Why a code that there is did nothing.
    pub hindrance: Option<Hindrance>,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
}

/// Why a code that there is did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// Another account has proven the number that would come back.
    NumberTaken,
    /// It finishes a recovery, elsewhere.
    ForRecovery,
}

impl Hindrance {
    fn title(self, words: &Words) -> String {
        match self {
            Self::NumberTaken => fl!(words.0, "stop-taken"),
            Self::ForRecovery => fl!(words.0, "stop-recover"),
        }
    }

    fn text(self, words: &Words) -> Sentence {
        let mut parts = Parts::new();
        let end = parts.end();
        let text = match self {
            Self::NumberTaken => fl!(words.0, "stop-taken-text", login = parts.link("/login"), end = end),
            Self::ForRecovery => fl!(words.0, "stop-recover-text", recovery = parts.link("/recovery"), end = end),
        };
        parts.put_into(&text)
    }
}

impl StopPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "stop-title"))
    }

    fn no_code(&self) -> Sentence {
        let mut parts = Parts::new();
        let (login, help, end) = (parts.link("/login"), parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "stop-no-code", login = login, help = help, end = end))
    }
}

/// The words for what cannot be a code.
pub fn code_unreadable(words: &Words) -> String {
    fl!(words.0, "stop-code-unreadable")
}

/// The words for a code that is unknown, used or too old.
pub fn code_unknown(words: &Words) -> String {
    fl!(words.0, "stop-code-unknown")
}
