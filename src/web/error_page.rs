//! The pages for what goes wrong: one for every status, and one for too many tries.

use std::time::Duration;

use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::web::clock::Clock;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::Chrome;
use crate::web::words::Words;

/// What went wrong, as far as it makes a difference to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// 400: unreadable, or a form that is not one of ours.
    BadRequest,
    /// 403: signed in, but not as somebody who may.
    NotAllowed,
    /// 403: nothing shows that the form came from our page.
    CrossSite,
    /// 403: the page would be shown inside another one.
    Embedded,
    /// 404, 410.
    NotFound,
    /// 405.
    WrongWay,
    /// 408.
    TooSlow,
    /// 413, 414.
    TooLarge,
    /// 415.
    NotAForm,
    /// 421: a foreign `Host`.
    WrongHost,
    /// 422 where no form can be shown again, and other 4xx.
    Unusable,
    /// 429 from the fence in front, which knows no time to come back at.
    TooMany,
    /// 431.
    HeavyHead,
    /// 500 and other 5xx.
    Ours,
    /// 503.
    Busy,
    /// 502, 504.
    NoAnswer,
}

impl Trouble {
    /// What a status means when no more is known. A refused cross-site form is told apart by its caller.
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::BadRequest,
            401 | 403 => Self::NotAllowed,
            404 | 410 => Self::NotFound,
            405 => Self::WrongWay,
            408 => Self::TooSlow,
            413 | 414 => Self::TooLarge,
            415 => Self::NotAForm,
            421 => Self::WrongHost,
            429 => Self::TooMany,
            431 => Self::HeavyHead,
            503 => Self::Busy,
            502 | 504 => Self::NoAnswer,
            _ if status.is_client_error() => Self::Unusable,
            _ => Self::Ours,
        }
    }

    fn title(self, words: &Words) -> String {
        match self {
            Self::BadRequest => fl!(words.0, "error-bad-request"),
            Self::NotAllowed => fl!(words.0, "error-not-allowed"),
            Self::CrossSite => fl!(words.0, "error-cross-site"),
            Self::Embedded => fl!(words.0, "error-embedded"),
            Self::NotFound => fl!(words.0, "error-not-found"),
            Self::WrongWay => fl!(words.0, "error-wrong-way"),
            Self::TooSlow => fl!(words.0, "error-too-slow"),
            Self::TooLarge => fl!(words.0, "error-too-large"),
            Self::NotAForm => fl!(words.0, "error-not-a-form"),
            Self::WrongHost => fl!(words.0, "error-wrong-host"),
            Self::Unusable => fl!(words.0, "error-unusable"),
            Self::TooMany => fl!(words.0, "error-too-many"),
            Self::HeavyHead => fl!(words.0, "error-heavy-head"),
            Self::Ours => fl!(words.0, "error-ours"),
            Self::Busy => fl!(words.0, "error-busy"),
            Self::NoAnswer => fl!(words.0, "error-no-answer"),
        }
    }

    fn text(self, words: &Words) -> String {
        match self {
            Self::BadRequest => fl!(words.0, "error-bad-request-text"),
            Self::NotAllowed => fl!(words.0, "error-not-allowed-text"),
            Self::CrossSite => fl!(words.0, "error-cross-site-text"),
            Self::Embedded => fl!(words.0, "error-embedded-text"),
            Self::NotFound => fl!(words.0, "error-not-found-text"),
            Self::WrongWay => fl!(words.0, "error-wrong-way-text"),
            Self::TooSlow => fl!(words.0, "error-too-slow-text"),
            Self::TooLarge => fl!(words.0, "error-too-large-text"),
            Self::NotAForm => fl!(words.0, "error-not-a-form-text"),
            Self::WrongHost => fl!(words.0, "error-wrong-host-text"),
            Self::Unusable => fl!(words.0, "error-unusable-text"),
            Self::TooMany => fl!(words.0, "error-too-many-text"),
            Self::HeavyHead => fl!(words.0, "error-heavy-head-text"),
            Self::Ours => fl!(words.0, "error-ours-text"),
            Self::Busy => fl!(words.0, "error-busy-text"),
            Self::NoAnswer => fl!(words.0, "error-no-answer-text"),
        }
    }

    fn what_to_do(self, words: &Words) -> String {
        match self {
            Self::BadRequest => fl!(words.0, "error-bad-request-do"),
            Self::NotAllowed => fl!(words.0, "error-not-allowed-do"),
            Self::CrossSite => fl!(words.0, "error-cross-site-do"),
            Self::Embedded => fl!(words.0, "error-embedded-do"),
            Self::NotFound => fl!(words.0, "error-not-found-do"),
            Self::WrongWay => fl!(words.0, "error-wrong-way-do"),
            Self::TooSlow => fl!(words.0, "error-too-slow-do"),
            Self::TooLarge => fl!(words.0, "error-too-large-do"),
            Self::NotAForm => fl!(words.0, "error-not-a-form-do"),
            Self::WrongHost => fl!(words.0, "error-wrong-host-do"),
            Self::Unusable => fl!(words.0, "error-unusable-do"),
            Self::TooMany => fl!(words.0, "error-too-many-do"),
            Self::HeavyHead => fl!(words.0, "error-heavy-head-do"),
            Self::Ours => fl!(words.0, "error-ours-do"),
            Self::Busy => fl!(words.0, "error-busy-do"),
            Self::NoAnswer => fl!(words.0, "error-no-answer-do"),
        }
    }

    /// Whether waiting may help, so that the page advises it before the reference.
    fn may_pass(self) -> bool {
        matches!(self, Self::Ours | Self::Busy | Self::NoAnswer)
    }
}

/// Says what went wrong and what to do, under a reference that is also in the log.
#[derive(Template)]
#[template(path = "errors/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// What went wrong.
    pub trouble: Trouble,
    /// The reference, `LK-7F3K-92QM`.
    pub reference: String,
    /// When it went wrong.
    pub at: DateTime<Utc>,
    /// Whose clock tells it; UTC where nothing is known of the reader.
    pub clock: Clock,
}

impl ErrorPage {
    fn title(&self) -> String {
        self.chrome.title(&self.trouble.title(&self.chrome.words))
    }

    fn when(&self) -> String {
        self.clock.date_and_time(self.at, &self.chrome.words)
    }

    fn ask(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        let words = &self.chrome.words;
        parts.put_into(&if self.trouble.may_pass() {
            fl!(words.0, "error-later", help = help, end = end)
        } else {
            fl!(words.0, "error-reference", help = help, end = end)
        })
    }
}

/// The page of a 429: says when to come back, never which limit was reached.
#[derive(Template)]
#[template(path = "errors/too_many.html")]
pub struct TooManyPage {
    /// The frame.
    pub chrome: Chrome,
    /// How long to wait; the same as in `Retry-After`.
    pub wait: Duration,
    /// When that is.
    pub at: DateTime<Utc>,
    /// Whose clock tells it.
    pub clock: Clock,
    /// Where the reader came from.
    pub back: Back,
}

/// Where the button of a [`TooManyPage`] leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// `/`
    Home,
    /// `/register`
    Register,
    /// `/register/verify`
    Verify,
    /// `/login`
    SignIn,
    /// `/login/verify`
    SecondStep,
    /// `/login/backup-code`
    BackupCode,
    /// `/confirm`
    Confirm,
    /// `/account`
    Account,
    /// `/account/two-factor`
    TwoFactor,
    /// `/account/devices`
    Devices,
    /// `/password-reset`
    PasswordReset,
    /// `/password-reset/verify`
    ResetCode,
    /// `/password-reset/second-step`
    ResetSecondStep,
    /// `/account/phone`
    Phone,
    /// `/account/phone/verify`
    PhoneCode,
    /// `/account/password`
    Password,
    /// `/account/email`
    Email,
    /// `/account/data`
    Data,
    /// `/account/delete`
    Delete,
    /// `/stop`
    Stop,
    /// `/recovery`
    Recovery,
}

impl Back {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Register => "/register",
            Self::Verify => "/register/verify",
            Self::SignIn => "/login",
            Self::SecondStep => "/login/verify",
            Self::BackupCode => "/login/backup-code",
            Self::Confirm => "/confirm",
            Self::Account => "/account",
            Self::TwoFactor => "/account/two-factor",
            Self::Devices => "/account/devices",
            Self::PasswordReset => "/password-reset",
            Self::ResetCode => "/password-reset/verify",
            Self::ResetSecondStep => "/password-reset/second-step",
            Self::Phone => "/account/phone",
            Self::PhoneCode => "/account/phone/verify",
            Self::Password => "/account/password",
            Self::Email => "/account/email",
            Self::Data => "/account/data",
            Self::Delete => "/account/delete",
            Self::Stop => "/stop",
            Self::Recovery => "/recovery",
        }
    }

    fn label(self, words: &Words) -> String {
        match self {
            Self::Home => fl!(words.0, "back-to-home"),
            Self::Register => fl!(words.0, "back-to-register"),
            Self::Verify => fl!(words.0, "back-to-verify"),
            Self::SignIn => fl!(words.0, "back-to-sign-in"),
            Self::SecondStep => fl!(words.0, "back-to-second-step"),
            Self::BackupCode => fl!(words.0, "back-to-backup-code"),
            Self::Confirm => fl!(words.0, "back-to-confirm"),
            Self::Account => fl!(words.0, "back-to-account"),
            Self::TwoFactor => fl!(words.0, "back-to-two-factor"),
            Self::Devices => fl!(words.0, "back-to-devices"),
            Self::PasswordReset => fl!(words.0, "back-to-password-reset"),
            Self::ResetCode => fl!(words.0, "back-to-reset-code"),
            Self::ResetSecondStep => fl!(words.0, "back-to-reset-second-step"),
            Self::Phone => fl!(words.0, "back-to-phone"),
            Self::PhoneCode => fl!(words.0, "back-to-phone-code"),
            Self::Password => fl!(words.0, "back-to-password"),
            Self::Email => fl!(words.0, "back-to-email"),
            Self::Data => fl!(words.0, "back-to-data"),
            Self::Delete => fl!(words.0, "back-to-delete"),
            Self::Stop => fl!(words.0, "back-to-stop"),
            Self::Recovery => fl!(words.0, "back-to-recovery"),
        }
    }
}

impl TooManyPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "too-many-title"))
    }

    fn when(&self) -> Sentence {
        let mut parts = Parts::new();
        let time = parts.time_from(self.at, self.clock);
        let words = &self.chrome.words;
        parts.put_into(&fl!(words.0, "too-many-when", wait = words.wait(self.wait), time = time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_words() {
        let of = |status| Trouble::of(StatusCode::from_u16(status).expect("a status"));
        assert_eq!(of(400), Trouble::BadRequest);
        assert_eq!(of(409), Trouble::Unusable);
        assert_eq!(of(422), Trouble::Unusable);
        assert_eq!(of(431), Trouble::HeavyHead);
        assert_eq!(of(503), Trouble::Busy);
        assert_eq!(of(504), Trouble::NoAnswer);
        assert_eq!(of(507), Trouble::Ours);
    }
}
