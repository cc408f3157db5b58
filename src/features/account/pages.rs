//! What `/account` shows.

use askama::Template;
use i18n_embed_fl::fl;

use crate::domain::role::Role;
use crate::features::activity;
use crate::features::my_data::pages::Due;
use crate::features::sessions::{Glance, Waiting};
use crate::features::two_factor::{Method, backup_codes::FEW};
use crate::features::users::Number;
use crate::web::clock::Clock;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Area, Chrome, Notice};

/// `GET /account`: how the account stands, and the one thing to do next.
#[derive(Template)]
#[template(path = "account/overview.html")]
pub struct OverviewPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person is called.
    pub first_name: String,
    /// What they are.
    pub role: Role,
    /// The number of the account.
    pub number: Option<Number>,
    /// How the account asks for a second factor.
    pub two_factor: Option<Method>,
    /// Backup codes that still work.
    pub codes_left: i64,
    /// The email address.
    pub email: Option<String>,
    /// Where the account is signed in, what happened last, and what waits.
    pub glance: Glance,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// When the account is to be deleted, if its owner has asked for that.
    pub due: Option<Due>,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl OverviewPage {
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

    fn contested(&self) -> Option<&Number> {
        self.number.as_ref().filter(|number| number.contested)
    }

    fn phone_proven(&self, number: &Number) -> Sentence {
        let mut parts = Parts::new();
        let date = self.clock.date(number.since, &self.chrome.words);
        let number = parts.left_to_right(&number.phone);
        parts.put_into(&fl!(self.chrome.words.0, "account-phone-proven", number = number, date = date))
    }

    fn contested_title(&self, number: &Number) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&number.phone);
        parts.put_into(&fl!(self.chrome.words.0, "account-contested", number = number))
    }

    fn contested_text(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "account-contested-text", help = help, end = end))
    }

    /// What the reader should do first. Whatever lets somebody else in comes before what would be good to have.
    fn next(&self) -> Option<NextThing> {
        if self.due.is_some() {
            // First the owner says whether there is anything to be made safer.
            None
        } else if self.contested().is_some() {
            Some(NextThing::Phone)
        } else if let Some(waiting) = self.glance.waiting {
            Some(NextThing::Object(waiting))
        } else if self.two_factor.is_none() {
            Some(NextThing::TwoFactor)
        } else if self.codes_are_few() {
            Some(NextThing::BackupCodes)
        } else if self.email.is_none() {
            Some(NextThing::Email)
        } else {
            None
        }
    }

    /// REC-06, where something else comes first.
    fn warns_of_few_codes(&self) -> bool {
        self.two_factor.is_some() && self.codes_are_few() && self.next() != Some(NextThing::BackupCodes)
    }

    fn few_title(&self) -> String {
        fl!(self.chrome.words.0, "backup-codes-few", left = self.codes_left)
    }

    fn by_app(&self) -> bool {
        self.two_factor == Some(Method::App)
    }

    fn codes_are_few(&self) -> bool {
        self.codes_left <= FEW
    }

    fn devices(&self) -> String {
        let (signed_in, trusted) = (self.glance.signed_in, self.glance.trusted);
        fl!(self.chrome.words.0, "account-devices", signed_in = signed_in, trusted = trusted)
    }

    /// What happened last.
    fn last_event(&self) -> Option<String> {
        self.glance.last.map(|(event, _)| event.in_words(&self.chrome.words))
    }

    /// And when.
    fn last_time(&self) -> Option<Sentence> {
        let (_, at) = self.glance.last?;
        Some(activity::pages::when(at, self.clock, &self.chrome.words))
    }

    fn codes_left_text(&self) -> String {
        fl!(self.chrome.words.0, "account-codes-left", left = self.codes_left)
    }
}

/// The one thing to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NextThing {
    /// Give a number that is the owner's.
    Phone,
    /// Say that a way into the account is not to open.
    Object(Waiting),
    /// Switch two-factor on.
    TwoFactor,
    /// Make new backup codes.
    BackupCodes,
    /// Have a second thing to sign in with.
    Email,
}
