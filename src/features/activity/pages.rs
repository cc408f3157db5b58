//! What `/account/activity` shows: what happened to the account, in words.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use super::{Event, Origin, store::Entry};
use crate::web::clock::Clock;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Area, Chrome, Tone};
use crate::web::words::Words;

/// `GET /account/activity`
#[derive(Template)]
#[template(path = "activity/activity.html")]
pub struct ActivityPage {
    /// The frame.
    pub chrome: Chrome,
    /// What happened, the latest first.
    pub entries: Vec<Entry>,
    /// Where the page before begins, if there is one.
    pub earlier: Option<i64>,
    /// Whether this is the latest page.
    pub is_first: bool,
    /// Whose clock the page shows.
    pub clock: Clock,
}

impl ActivityPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "activity-title"))
    }

    fn area(&self) -> Area {
        Area::Activity
    }

    fn when(&self, entry: &Entry) -> Sentence {
        when(entry.at, self.clock, &self.chrome.words)
    }

    fn who(&self, origin: &Origin) -> String {
        who(origin, &self.chrome.words)
    }

    fn not_you(&self) -> Sentence {
        let mut parts = Parts::new();
        let (devices, end) = (parts.link("/account/devices"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "activity-not-you", devices = devices, end = end))
    }
}

/// When something happened.
pub fn when(at: DateTime<Utc>, clock: Clock, words: &Words) -> Sentence {
    let mut parts = Parts::new();
    let (date, time) = (clock.date(at, words), parts.time(at, clock));
    parts.put_into(&fl!(words.0, "activity-when", date = date, time = time))
}

/// Who did it.
pub fn who(origin: &Origin, words: &Words) -> String {
    let (browser, start) = (words.browser(&origin.browser), words.address_start(&origin.address));
    fl!(words.0, "activity-who", browser = browser, start = start)
}

impl Event {
    /// What happened, as a sentence.
    pub fn in_words(self, words: &Words) -> String {
        match self {
            Self::Registered => fl!(words.0, "event-registered"),
            Self::NumberContested => fl!(words.0, "event-number-contested"),
            Self::SignedIn => fl!(words.0, "event-signed-in"),
            Self::SignedInBySms => fl!(words.0, "event-signed-in-by-sms"),
            Self::SignedInByApp => fl!(words.0, "event-signed-in-by-app"),
            Self::SignedInByBackupCode => fl!(words.0, "event-signed-in-by-backup-code"),
            Self::SignedInFromTrustedDevice => fl!(words.0, "event-signed-in-from-trusted-device"),
            Self::PasswordWrong => fl!(words.0, "event-password-wrong"),
            Self::CodeWrong => fl!(words.0, "event-code-wrong"),
            Self::ResetCodeWrong => fl!(words.0, "event-reset-code-wrong"),
            Self::CodesRest => fl!(words.0, "event-codes-rest"),
            Self::SignedOut => fl!(words.0, "event-signed-out"),
            Self::TwoFactorBySms => fl!(words.0, "event-two-factor-by-sms"),
            Self::TwoFactorByApp => fl!(words.0, "event-two-factor-by-app"),
            Self::TwoFactorOff => fl!(words.0, "event-two-factor-off"),
            Self::BackupCodesMade => fl!(words.0, "event-backup-codes-made"),
            Self::DeviceTrusted => fl!(words.0, "event-device-trusted"),
            Self::DeviceForgotten => fl!(words.0, "event-device-forgotten"),
            Self::SessionEnded => fl!(words.0, "event-session-ended"),
            Self::OthersEnded => fl!(words.0, "event-others-ended"),
            Self::PasswordChanged => fl!(words.0, "event-password-changed"),
            Self::PasswordSet => fl!(words.0, "event-password-set"),
            Self::ResetWaits => fl!(words.0, "event-reset-waits"),
            Self::ResetStopped => fl!(words.0, "event-reset-stopped"),
            Self::PhoneChanged => fl!(words.0, "event-phone-changed"),
            Self::PhoneRestored => fl!(words.0, "event-phone-restored"),
            Self::EmailChanged => fl!(words.0, "event-email-changed"),
            Self::ProfileChanged => fl!(words.0, "event-profile-changed"),
            Self::RecoveryStarted => fl!(words.0, "event-recovery-started"),
            Self::RecoveryStopped => fl!(words.0, "event-recovery-stopped"),
            Self::Recovered => fl!(words.0, "event-recovered"),
            Self::DataDownloaded => fl!(words.0, "event-data-downloaded"),
            Self::DeletionRequested => fl!(words.0, "event-deletion-requested"),
            Self::DeletionCancelled => fl!(words.0, "event-deletion-cancelled"),
            Self::AccountDisabled => fl!(words.0, "event-account-disabled"),
            Self::AccountEnabled => fl!(words.0, "event-account-enabled"),
            Self::DevicesSignedOut => fl!(words.0, "event-devices-signed-out"),
            Self::ResetRequired => fl!(words.0, "event-reset-required"),
            Self::FactorRemoved => fl!(words.0, "event-factor-removed"),
            Self::Deleted => fl!(words.0, "event-deleted"),
        }
    }

    /// A word and its tone for what an owner should look at twice.
    pub fn alarm(self, words: &Words) -> Option<(Tone, String)> {
        match self {
            Self::PasswordWrong | Self::CodeWrong | Self::ResetCodeWrong => {
                Some((Tone::Wait, fl!(words.0, "activity-failed")))
            }
            Self::CodesRest
            | Self::NumberContested
            | Self::ResetWaits
            | Self::RecoveryStarted
            | Self::AccountDisabled
            | Self::ResetRequired
            | Self::FactorRemoved => Some((Tone::Bad, fl!(words.0, "activity-look"))),
            _ => None,
        }
    }
}
