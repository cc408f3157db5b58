//! What `/account` shows.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::phone_number::PhoneNumber;
use crate::domain::role::Role;
use crate::web::clock::Clock;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Area, Chrome, Notice};

/// `GET /account`
#[derive(Template)]
#[template(path = "account/welcome.html")]
pub struct WelcomePage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person is called.
    pub first_name: String,
    /// What they are.
    pub role: Role,
    /// The number of the account.
    pub phone: PhoneNumber,
    /// When it was proven.
    pub proven_on: DateTime<Utc>,
    /// Whether somebody else has proven it since: then it opens this account no more.
    pub contested: bool,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl WelcomePage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "account-title"))
    }

    fn area(&self) -> Area {
        Area::Overview
    }

    fn hello(&self) -> String {
        fl!(self.chrome.words.0, "account-hello", name = self.first_name.as_str())
    }

    fn lead(&self) -> String {
        match self.role {
            Role::Sponsor => fl!(self.chrome.words.0, "account-lead-sponsor"),
            Role::Maid => fl!(self.chrome.words.0, "account-lead-maid"),
            Role::Administrator => fl!(self.chrome.words.0, "account-lead-administrator"),
        }
    }

    fn phone_proven(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&self.phone);
        let date = self.clock.date(self.proven_on, &self.chrome.words);
        parts.put_into(&fl!(self.chrome.words.0, "account-phone-proven", number = number, date = date))
    }

    fn contested_title(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&self.phone);
        parts.put_into(&fl!(self.chrome.words.0, "account-contested", number = number))
    }

    fn contested_text(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "account-contested-text", help = help, end = end))
    }
}
