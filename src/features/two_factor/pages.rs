//! What the pages about the second factor show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use super::Method;
use super::app::Qr;
use crate::domain::phone_number::PhoneNumber;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Area, Chrome, Notice};
use crate::web::words::Words;

/// From so many backup codes on the pages ask for new ones.
const FEW: i64 = 3;
/// Lines of the text file end as every editor of every system reads them.
const LINE_END: &str = "\r\n";

/// `GET /account/two-factor`
#[derive(Template)]
#[template(path = "two_factor/two_factor.html")]
pub struct TwoFactorPage {
    /// The frame.
    pub chrome: Chrome,
    /// The method that is on.
    pub method: Option<Method>,
    /// The number of the account. Shown masked.
    pub phone: PhoneNumber,
    /// Whether somebody else has proven the number since: then no codes go there.
    pub contested: bool,
    /// Backup codes that still work.
    pub codes_left: i64,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl TwoFactorPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "two-factor-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }

    fn is_off(&self) -> bool {
        self.method.is_none()
    }

    fn by_app(&self) -> bool {
        self.method == Some(Method::App)
    }

    fn by_text(&self) -> bool {
        self.method == Some(Method::Sms)
    }

    fn number(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&self.phone);
        parts.put_into(&number)
    }

    fn sms_text(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&self.phone);
        parts.put_into(&fl!(self.chrome.words.0, "two-factor-sms-text", number = number))
    }

    fn sms_contested(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&self.phone);
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "two-factor-contested", number = number, help = help, end = end))
    }

    fn few(&self) -> bool {
        self.codes_left <= FEW
    }

    fn left(&self) -> String {
        left(self.codes_left, &self.chrome.words)
    }

    fn few_title(&self) -> String {
        few_title(self.codes_left, &self.chrome.words)
    }
}

fn left(codes: i64, words: &Words) -> String {
    fl!(words.0, "backup-codes-left", left = codes)
}

fn few_title(codes: i64, words: &Words) -> String {
    fl!(words.0, "backup-codes-few", left = codes)
}

/// `GET /account/two-factor/app`, and the answer to a refused code: an app to be set up. Shows the secret, so nothing
/// may keep it.
#[derive(Template)]
#[template(path = "two_factor/app.html")]
pub struct AppPage {
    /// The frame.
    pub chrome: Chrome,
    /// The picture that holds the secret.
    pub qr: Qr,
    /// The secret in groups of four.
    pub secret: Vec<String>,
    /// What opens the app when it is on this phone, `otpauth://totp/…`.
    pub uri: String,
    /// Whether codes come another way at the moment, which this one replaces.
    pub replaces: bool,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
}

impl AppPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "two-factor-app-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }
}

/// `GET /account/two-factor/backup-codes`: how many are left. The codes themselves are never shown again.
#[derive(Template)]
#[template(path = "two_factor/backup_codes.html")]
pub struct BackupCodesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The method that is on; without one there are no backup codes.
    pub method: Option<Method>,
    /// Backup codes that still work.
    pub codes_left: i64,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl BackupCodesPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "backup-codes-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }

    fn few(&self) -> bool {
        self.codes_left <= FEW
    }

    fn left(&self) -> String {
        left(self.codes_left, &self.chrome.words)
    }

    fn few_title(&self) -> String {
        few_title(self.codes_left, &self.chrome.words)
    }
}

/// The answer that makes ten new backup codes, shown this once.
#[derive(Template)]
#[template(path = "two_factor/new_backup_codes.html")]
pub struct NewBackupCodesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The codes, each in groups of four.
    pub codes: Vec<String>,
    /// Whose they are, as their owner signs in; goes on paper with them.
    pub account: String,
    /// When they were made.
    pub made_at: DateTime<Utc>,
    /// Whose clock tells the day.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl NewBackupCodesPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "new-backup-codes-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }

    fn date(&self) -> String {
        self.clock.date(self.made_at, &self.chrome.words)
    }

    fn whose(&self) -> Sentence {
        let mut parts = Parts::new();
        let account = parts.left_to_right(&self.account);
        parts.put_into(&fl!(self.chrome.words.0, "new-backup-codes-whose", account = account, date = self.date()))
    }

    /// The codes as a text file inside the address, so that no second answer has to hold them.
    fn download(&self) -> String {
        let words = &self.chrome.words;
        let account = self.account.as_str();
        let mut lines = vec![
            fl!(words.0, "new-backup-codes-whose", account = account, date = self.date()),
            fl!(words.0, "new-backup-codes-once"),
            String::new(),
        ];
        lines.extend(self.codes.iter().zip(1..).map(|(code, number)| format!("{number}. {code}")));
        lines.push(String::new());
        let file = lines.join(LINE_END);
        // A form writes a space as "+", which stands for itself in any other address; a "+" of the text is "%2B" here.
        let encoded: String = url::form_urlencoded::byte_serialize(file.as_bytes()).collect();
        format!("data:text/plain;charset=utf-8,{}", encoded.replace('+', "%20"))
    }
}
