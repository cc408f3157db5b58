//! What `/account/data` and `/account/delete` show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use super::{DELETION_DAYS, kept::Kept};
use crate::features::activity::KEPT_MONTHS;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::page::{Area, Chrome, Notice};
use crate::web::words::Words;

/// `GET /account/data`: what is kept, for how long, and the ways to take it.
#[derive(Template)]
#[template(path = "my_data/data.html")]
pub struct DataPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether the reader has just proven to be the owner: only then there is something to download.
    pub fresh: bool,
    /// The day on which the account is to be deleted.
    pub due: Option<Due>,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl DataPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "data-title"))
    }

    fn area(&self) -> Area {
        Area::Data
    }

    /// What is kept, in the order of what people ask first.
    fn kinds(&self) -> [Kind; 7] {
        let words = &self.chrome.words;
        let kind = |title, text, kept: Kept| Kind { title, text, kept: kept.in_words(words) };
        [
            kind(fl!(words.0, "data-account"), fl!(words.0, "data-account-text"), Kept::Account),
            kind(fl!(words.0, "data-ways-in"), fl!(words.0, "data-ways-in-text"), Kept::Account),
            kind(fl!(words.0, "area-devices"), fl!(words.0, "data-devices-text"), Kept::Session),
            kind(fl!(words.0, "area-activity"), fl!(words.0, "data-activity-text"), Kept::Activity),
            kind(fl!(words.0, "data-of-texts"), fl!(words.0, "data-texts-text"), Kept::Message),
            kind(fl!(words.0, "data-of-codes"), fl!(words.0, "data-codes-text"), Kept::Code),
            kind(fl!(words.0, "data-of-recoveries"), fl!(words.0, "data-recoveries-text"), Kept::Activity),
        ]
    }
}

/// A kind of what is kept.
struct Kind {
    title: String,
    text: String,
    kept: String,
}

/// The moment at which an account is to be deleted, by its reader's clock.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// The moment.
    pub at: DateTime<Utc>,
    /// Whose clock tells it.
    pub clock: Clock,
}

impl Due {
    /// What is going to happen.
    pub fn title(&self, words: &Words) -> String {
        let (date, time) = (self.clock.date(self.at, words), self.clock.time(self.at));
        fl!(words.0, "delete-due", date = date, time = time)
    }
}

/// `GET /account/delete`
#[derive(Template)]
#[template(path = "my_data/delete.html")]
pub struct DeletePage {
    /// The frame.
    pub chrome: Chrome,
    /// What the page offers.
    pub state: DeleteState,
    /// The hidden user name for password managers.
    pub username: String,
    /// What is wrong.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What can be done about the account's deletion.
#[derive(Debug, Clone, Copy)]
pub enum DeleteState {
    /// It can be asked for.
    Possible,
    /// It can be asked for once the reader has proven to be the owner.
    NotProven,
    /// It has been asked for.
    Due(Due),
    /// Somebody has to run the service.
    Administrator,
}

impl DeletePage {
    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &fl!(self.chrome.words.0, "delete-title"))
    }

    fn area(&self) -> Area {
        Area::Data
    }

    fn time_to_think(&self) -> String {
        fl!(self.chrome.words.0, "delete-time", days = DELETION_DAYS)
    }

    fn what_stays(&self) -> String {
        fl!(self.chrome.words.0, "delete-stays", months = KEPT_MONTHS)
    }
}
