//! What the pages of a change of number show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::phone_number::PhoneNumber;
use crate::features::phone_verifications::pages::{Telling, TextState, Unsent};
use crate::features::registration::pages::ChangeEcho;
use crate::features::users::Number;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Area, Chrome, Notice};
use crate::web::words::Words;

/// `GET /account/phone`, and the answer to a refused `POST`. The one page that shows a number whole, and to its owner only
/// (PHN-05).
#[derive(Template)]
#[template(path = "phone_change/phone.html")]
pub struct PhonePage {
    /// The frame.
    pub chrome: Chrome,
    /// The number of the account.
    pub number: Option<Number>,
    /// What the form shows; without one the person has to confirm first.
    pub form: Option<ChangeEcho>,
    /// The new number whose code this session waits for. Shown masked.
    pub pending: Option<PhoneNumber>,
    /// Whose clock the page shows: that of the number's country.
    pub clock: Clock,
    /// What is wrong, on `country` and `phone`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl PhonePage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "phone-change-title"))
    }

    fn area(&self) -> Area {
        Area::Phone
    }

    fn lead(&self) -> Sentence {
        let words = &self.chrome.words;
        let mut parts = Parts::new();
        let Some(number) = &self.number else { return parts.put_into(&fl!(words.0, "phone-change-lead-none")) };
        let (tag, date) = (parts.tag(number.phone.international()), self.clock.date(number.since, words));
        parts.put_into(&if number.contested {
            fl!(words.0, "phone-change-lead-contested", number = tag, date = date)
        } else {
            fl!(words.0, "phone-change-lead", number = tag, date = date)
        })
    }

    fn contested(&self) -> bool {
        self.number.as_ref().is_some_and(|number| number.contested)
    }

    /// Whether there is a number that hears of the change and can undo it.
    fn has_proven_number(&self) -> bool {
        self.number.as_ref().is_some_and(|number| !number.contested)
    }

    fn pending_text(&self) -> Option<Sentence> {
        let mut parts = Parts::new();
        let (number, verify) = (parts.tag(self.pending.as_ref()?), parts.link("/account/phone/verify"));
        let end = parts.end();
        let words = &self.chrome.words;
        Some(parts.put_into(&fl!(words.0, "phone-change-pending", number = number, verify = verify, end = end)))
    }
}

/// The words for a number that is the account's already.
pub fn same_number(words: &Words) -> String {
    fl!(words.0, "phone-change-same")
}

/// `GET /account/phone/verify`, and the answer to a refused code or resend. Says the same of every number, whether another
/// account has it or not.
#[derive(Template)]
#[template(path = "phone_change/code.html")]
pub struct CodePage {
    /// The frame.
    pub chrome: Chrome,
    /// The new number. Shown masked.
    pub phone: PhoneNumber,
    /// How the text stands.
    pub text: TextState,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows: that of the new number's country.
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

    fn area(&self) -> Area {
        Area::Phone
    }

    fn heading(&self) -> String {
        let words = &self.chrome.words;
        self.text.code.heading(fl!(words.0, "verify-title"), words)
    }

    fn telling(&self) -> Telling<'_> {
        Telling { words: &self.chrome.words, phone: &self.phone, now: self.now, clock: self.clock }
    }

    fn lead(&self) -> Sentence {
        self.telling().code(self.text.code).unwrap_or_else(|| {
            let mut parts = Parts::new();
            let number = parts.tag(&self.phone);
            parts.put_into(&fl!(self.chrome.words.0, "phone-change-unsent-lead", number = number))
        })
    }

    fn unsent(&self) -> Option<Unsent> {
        self.text.code.unsent()
    }

    /// Whether there is a code that can be entered. A dead one keeps its field while the page says so beside it.
    fn takes_a_code(&self) -> bool {
        self.text.code.is_live() || self.errors.of("code").is_some()
    }

    /// The one thing to do next is to give another number: a new text to this one would not arrive either.
    fn number_is_next(&self) -> bool {
        self.unsent().is_some_and(Unsent::asks_for_another_number)
    }

    /// The one thing to do next is to ask for a new code: its button is the filled one.
    fn send_is_next(&self) -> bool {
        self.text.asks_for_new_code()
    }

    fn resend_title(&self) -> String {
        let words = &self.chrome.words;
        if self.text.code.is_live() {
            fl!(words.0, "verify-resend-title")
        } else {
            fl!(words.0, "verify-resend-dead-title")
        }
    }

    fn resend_text(&self) -> Sentence {
        self.telling().resend(self.text.resend).unwrap_or_else(|sends| {
            let mut parts = Parts::new();
            let (start, end) = (parts.link("/account/phone"), parts.end());
            let words = &self.chrome.words;
            parts.put_into(&fl!(words.0, "phone-change-resend-over", sends = sends, start = start, end = end))
        })
    }
}
