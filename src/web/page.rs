//! A page as an answer: what surrounds every page, and the handful of ways to send one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, LOCATION};
use askama::Template;
use i18n_embed_fl::fl;

use crate::web::assets;
use crate::web::words::Words;

/// What the frame of a page depends on. Every page struct carries it as `chrome`.
#[derive(Clone)]
pub struct Chrome {
    /// The words, in the reader's language.
    pub words: Words,
    /// Whether texts go to the demo inbox: shows the band that says so.
    pub demo: bool,
    /// Whether the reader is signed in: shows the way out.
    pub signed_in: bool,
    /// Whether the reader's account has a profile: administrators' have none.
    pub has_profile: bool,
    /// Whether the reader runs the service: shows the way to its pages.
    pub administers: bool,
}

impl Chrome {
    /// The frame for somebody who is not signed in.
    pub fn new(words: Words, demo: bool) -> Self {
        Self { words, demo, signed_in: false, has_profile: false, administers: false }
    }

    /// The frame for somebody who is signed in.
    pub fn signed_in(words: Words, demo: bool) -> Self {
        Self { words, demo, signed_in: true, has_profile: true, administers: false }
    }

    /// The whole title of a page.
    pub fn title(&self, title: &str) -> String {
        fl!(self.words.0, "page-title", title = title)
    }

    /// Where the product's name leads.
    pub fn home(&self) -> &'static str {
        match (self.signed_in, self.administers) {
            (true, true) => AdminArea::Overview.path(),
            (true, false) => Area::Overview.path(),
            (false, _) => "/",
        }
    }

    /// The stylesheet's address.
    pub fn stylesheet(&self) -> &'static str {
        assets::stylesheet_url()
    }

    /// The icon's address.
    pub fn icon(&self) -> &'static str {
        assets::icon_url()
    }

    /// The areas of an account, in the order of the navigation.
    pub fn areas(&self) -> impl Iterator<Item = Area> {
        let has_profile = self.has_profile;
        Area::ALL.into_iter().filter(move |area| has_profile || !area.is(Area::Profile))
    }

    /// The areas of the administration, in the order of the navigation.
    pub fn admin_areas(&self) -> impl Iterator<Item = AdminArea> {
        AdminArea::ALL.into_iter()
    }
}

/// A part of the account with a page of its own. A page inside `layouts/account.html` says by `area()` which it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// How the account stands.
    Overview,
    /// What the owner says about a household or work.
    Profile,
    /// The number.
    Phone,
    /// The password.
    Password,
    /// The second factor and its backup codes.
    TwoFactor,
    /// Where the account is signed in.
    Devices,
    /// What happened to the account.
    Activity,
    /// Everything that is kept about the account, and the way out.
    Data,
}

impl Area {
    const ALL: [Self; 8] = [
        Self::Overview,
        Self::Profile,
        Self::Phone,
        Self::Password,
        Self::TwoFactor,
        Self::Devices,
        Self::Activity,
        Self::Data,
    ];

    /// Its page.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "/account",
            Self::Profile => "/account/profile",
            Self::Phone => "/account/phone",
            Self::Password => "/account/password",
            Self::TwoFactor => "/account/two-factor",
            Self::Devices => "/account/devices",
            Self::Activity => "/account/activity",
            Self::Data => "/account/data",
        }
    }

    /// Its name.
    pub fn label(self, words: &Words) -> String {
        match self {
            Self::Overview => fl!(words.0, "area-overview"),
            Self::Profile => fl!(words.0, "area-profile"),
            Self::Phone => fl!(words.0, "area-phone"),
            Self::Password => fl!(words.0, "area-password"),
            Self::TwoFactor => fl!(words.0, "area-two-factor"),
            Self::Devices => fl!(words.0, "area-devices"),
            Self::Activity => fl!(words.0, "area-activity"),
            Self::Data => fl!(words.0, "area-data"),
        }
    }

    /// Whether it is the area that a page is in.
    pub fn is(self, other: Self) -> bool {
        self == other
    }
}

/// A part of the administration. A page inside `layouts/admin.html` says by `area()` which it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminArea {
    /// What needs attention, and how the day goes.
    Overview,
    /// People and how to help them.
    Accounts,
    /// How texts travel and what they cost.
    Messages,
    /// Where texts may go.
    Countries,
    /// What may be changed while the service runs.
    Settings,
    /// Who did what.
    Activity,
}

impl AdminArea {
    const ALL: [Self; 6] =
        [Self::Overview, Self::Accounts, Self::Messages, Self::Countries, Self::Settings, Self::Activity];

    /// Its page.
    pub fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::Accounts => "/admin/accounts",
            Self::Messages => "/admin/messages",
            Self::Countries => "/admin/countries",
            Self::Settings => "/admin/settings",
            Self::Activity => "/admin/activity",
        }
    }

    /// Its name.
    pub fn label(self, words: &Words) -> String {
        match self {
            Self::Overview => fl!(words.0, "admin-area-overview"),
            Self::Accounts => fl!(words.0, "admin-area-accounts"),
            Self::Messages => fl!(words.0, "admin-area-messages"),
            Self::Countries => fl!(words.0, "admin-area-countries"),
            Self::Settings => fl!(words.0, "admin-area-settings"),
            Self::Activity => fl!(words.0, "admin-area-activity"),
        }
    }

    /// Whether it is the area that a page is in.
    pub fn is(self, other: Self) -> bool {
        self == other
    }
}

/// What has just happened, told once on the page after a redirect. Between the two pages only its [`key`](Self::key) is
/// kept, in the session cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A resend worked.
    CodeSent,
    /// The number was corrected, and a text went to it.
    NumberChanged,
    /// A resend came before its time.
    TooEarly,
    /// Pending registrations end after an hour.
    RegistrationOver,
    /// The way out worked.
    SignedOut,
    /// Registration is complete.
    AccountOpened,
    /// The number's account is the reader's own.
    AccountKept,
    /// A sign-in that was begun took too long.
    SignInOver,
    /// What opens the account changed while somebody was signing in or confirming.
    SignInAgain,
    /// A backup code opened the account.
    SignedInByBackupCode,
    /// After too many wrong codes only a backup code counts.
    OnlyBackupCode,
    /// Somebody else has proven the number, so no code goes there.
    CodeNotPossible,
    /// The person has proven once more who they are.
    Confirmed,
    /// Codes come from an app now.
    TwoFactorByApp,
    /// Codes come in texts now.
    TwoFactorBySms,
    /// Signing in takes the password alone.
    TwoFactorOff,
    /// Setting up an app took too long.
    EnrolmentOver,
    /// A trusted device is trusted no more.
    DeviceForgotten,
    /// One device was signed out.
    SessionEnded,
    /// All devices but this one were signed out.
    OthersEnded,
    /// A new password was set.
    PasswordSet,
    /// Setting a new password took too long, or the account has changed since.
    ResetOver,
    /// The password was changed.
    PasswordChanged,
    /// The account has another number.
    PhoneChanged,
    /// Proving another number took too long.
    PhoneChangeOver,
    /// A change of number was undone.
    PhoneRestored,
    /// What was waiting was stopped.
    ChangeStopped,
    /// The profile was saved.
    ProfileSaved,
    /// The email address was added or changed.
    EmailChanged,
    /// The email address was removed.
    EmailRemoved,
    /// The account will be deleted.
    DeletionRequested,
    /// The account stays.
    DeletionCancelled,
    /// The account was recovered.
    Recovered,
    /// A country's policy was saved.
    CountrySaved,
    /// Texts to unproven numbers were stopped everywhere.
    UnprovenStopped,
    /// They go again where they went before.
    UnprovenResumed,
    /// Settings were changed.
    SettingsSaved,
    /// Settings were saved as they were.
    SettingsUnchanged,
    /// The provider took a test message.
    TestMessageSent,
    /// Nobody knows yet what becomes of a test message.
    TestMessageUnderway,
    /// Whoever runs the service has disabled an account.
    AccountDisabled,
    /// They have enabled it again.
    AccountEnabled,
    /// They have signed out all browsers of an account.
    DevicesSignedOut,
    /// They have made the password of an account worthless.
    ResetRequired,
    /// They have switched two-factor off for an account.
    FactorRemoved,
    /// They have started a recovery.
    RecoveryStarted,
    /// They have cancelled one.
    RecoveryCancelled,
    /// An account stood otherwise already when they acted.
    NothingDone,
    /// A brake was opened.
    BrakeOpened,
    /// There was nothing to open.
    BrakeNotOn,
}

/// The tone of a notice: its colour and its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something worked.
    Ok,
    /// Something must wait.
    Wait,
    /// Something did not work.
    Bad,
}

impl Tone {
    /// The class of the stylesheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Wait => "wait",
            Self::Bad => "bad",
        }
    }

    /// How a screen reader is told: errors at once, the rest when it pauses.
    pub fn aria_role(self) -> &'static str {
        match self {
            Self::Ok | Self::Wait => "status",
            Self::Bad => "alert",
        }
    }
}

impl Notice {
    const ALL: [Self; 50] = [
        Self::CodeSent,
        Self::NumberChanged,
        Self::TooEarly,
        Self::RegistrationOver,
        Self::SignedOut,
        Self::AccountOpened,
        Self::AccountKept,
        Self::SignInOver,
        Self::SignInAgain,
        Self::SignedInByBackupCode,
        Self::OnlyBackupCode,
        Self::CodeNotPossible,
        Self::Confirmed,
        Self::TwoFactorByApp,
        Self::TwoFactorBySms,
        Self::TwoFactorOff,
        Self::EnrolmentOver,
        Self::DeviceForgotten,
        Self::SessionEnded,
        Self::OthersEnded,
        Self::PasswordSet,
        Self::ResetOver,
        Self::PasswordChanged,
        Self::PhoneChanged,
        Self::PhoneChangeOver,
        Self::PhoneRestored,
        Self::ChangeStopped,
        Self::ProfileSaved,
        Self::EmailChanged,
        Self::EmailRemoved,
        Self::DeletionRequested,
        Self::DeletionCancelled,
        Self::Recovered,
        Self::CountrySaved,
        Self::UnprovenStopped,
        Self::UnprovenResumed,
        Self::SettingsSaved,
        Self::SettingsUnchanged,
        Self::TestMessageSent,
        Self::TestMessageUnderway,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::DevicesSignedOut,
        Self::ResetRequired,
        Self::FactorRemoved,
        Self::RecoveryStarted,
        Self::RecoveryCancelled,
        Self::NothingDone,
        Self::BrakeOpened,
        Self::BrakeNotOn,
    ];

    /// The short name it travels under.
    pub fn key(self) -> &'static str {
        match self {
            Self::CodeSent => "code-sent",
            Self::NumberChanged => "number-changed",
            Self::TooEarly => "too-early",
            Self::RegistrationOver => "registration-over",
            Self::SignedOut => "signed-out",
            Self::AccountOpened => "account-opened",
            Self::AccountKept => "account-kept",
            Self::SignInOver => "sign-in-over",
            Self::SignInAgain => "sign-in-again",
            Self::SignedInByBackupCode => "signed-in-by-backup-code",
            Self::OnlyBackupCode => "only-backup-code",
            Self::CodeNotPossible => "code-not-possible",
            Self::Confirmed => "confirmed",
            Self::TwoFactorByApp => "two-factor-by-app",
            Self::TwoFactorBySms => "two-factor-by-sms",
            Self::TwoFactorOff => "two-factor-off",
            Self::EnrolmentOver => "enrolment-over",
            Self::DeviceForgotten => "device-forgotten",
            Self::SessionEnded => "session-ended",
            Self::OthersEnded => "others-ended",
            Self::PasswordSet => "password-set",
            Self::ResetOver => "reset-over",
            Self::PasswordChanged => "password-changed",
            Self::PhoneChanged => "phone-changed",
            Self::PhoneChangeOver => "phone-change-over",
            Self::PhoneRestored => "phone-restored",
            Self::ChangeStopped => "change-stopped",
            Self::ProfileSaved => "profile-saved",
            Self::EmailChanged => "email-changed",
            Self::EmailRemoved => "email-removed",
            Self::DeletionRequested => "deletion-requested",
            Self::DeletionCancelled => "deletion-cancelled",
            Self::Recovered => "recovered",
            Self::CountrySaved => "country-saved",
            Self::UnprovenStopped => "unproven-stopped",
            Self::UnprovenResumed => "unproven-resumed",
            Self::SettingsSaved => "settings-saved",
            Self::SettingsUnchanged => "settings-unchanged",
            Self::TestMessageSent => "test-message-sent",
            Self::TestMessageUnderway => "test-message-underway",
            Self::AccountDisabled => "account-disabled",
            Self::AccountEnabled => "account-enabled",
            Self::DevicesSignedOut => "devices-signed-out",
            Self::ResetRequired => "reset-required",
            Self::FactorRemoved => "factor-removed",
            Self::RecoveryStarted => "recovery-started",
            Self::RecoveryCancelled => "recovery-cancelled",
            Self::NothingDone => "nothing-done",
            Self::BrakeOpened => "brake-opened",
            Self::BrakeNotOn => "brake-not-on",
        }
    }

    /// The notice of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.key() == key)
    }

    /// Its tone.
    pub fn tone(self) -> Tone {
        match self {
            Self::CodeSent
            | Self::NumberChanged
            | Self::SignedOut
            | Self::AccountOpened
            | Self::AccountKept
            | Self::SignedInByBackupCode
            | Self::Confirmed
            | Self::TwoFactorByApp
            | Self::TwoFactorBySms
            | Self::TwoFactorOff
            | Self::DeviceForgotten
            | Self::SessionEnded
            | Self::OthersEnded
            | Self::PasswordSet
            | Self::PasswordChanged
            | Self::PhoneChanged
            | Self::PhoneRestored
            | Self::ChangeStopped
            | Self::ProfileSaved
            | Self::EmailChanged
            | Self::EmailRemoved
            | Self::DeletionCancelled
            | Self::Recovered
            | Self::CountrySaved
            | Self::UnprovenResumed
            | Self::SettingsSaved
            | Self::SettingsUnchanged
            | Self::TestMessageSent
            | Self::AccountDisabled
            | Self::AccountEnabled
            | Self::DevicesSignedOut
            | Self::ResetRequired
            | Self::FactorRemoved
            | Self::RecoveryStarted
            | Self::RecoveryCancelled
            | Self::BrakeOpened => Tone::Ok,
            Self::TooEarly
            | Self::RegistrationOver
            | Self::SignInOver
            | Self::SignInAgain
            | Self::EnrolmentOver
            | Self::ResetOver
            | Self::PhoneChangeOver
            | Self::DeletionRequested
            | Self::UnprovenStopped
            | Self::TestMessageUnderway
            | Self::NothingDone
            | Self::BrakeNotOn => Tone::Wait,
            Self::OnlyBackupCode | Self::CodeNotPossible => Tone::Bad,
        }
    }

    /// What happened.
    pub fn title(self, words: &Words) -> String {
        match self {
            Self::CodeSent => fl!(words.0, "notice-code-sent"),
            Self::NumberChanged => fl!(words.0, "notice-number-changed"),
            Self::TooEarly => fl!(words.0, "notice-too-early"),
            Self::RegistrationOver => fl!(words.0, "register-over"),
            Self::SignedOut => fl!(words.0, "home-signed-out"),
            Self::AccountOpened => fl!(words.0, "account-new"),
            Self::AccountKept => fl!(words.0, "claim-kept"),
            Self::SignInOver => fl!(words.0, "notice-sign-in-over"),
            Self::SignInAgain => fl!(words.0, "notice-sign-in-again"),
            Self::SignedInByBackupCode => fl!(words.0, "notice-signed-in-by-backup-code"),
            Self::OnlyBackupCode => fl!(words.0, "notice-only-backup-code"),
            Self::CodeNotPossible => fl!(words.0, "notice-code-not-possible"),
            Self::Confirmed => fl!(words.0, "notice-confirmed"),
            Self::TwoFactorByApp => fl!(words.0, "notice-two-factor-by-app"),
            Self::TwoFactorBySms => fl!(words.0, "notice-two-factor-by-sms"),
            Self::TwoFactorOff => fl!(words.0, "notice-two-factor-off"),
            Self::EnrolmentOver => fl!(words.0, "notice-enrolment-over"),
            Self::DeviceForgotten => fl!(words.0, "notice-device-forgotten"),
            Self::SessionEnded => fl!(words.0, "notice-session-ended"),
            Self::OthersEnded => fl!(words.0, "notice-others-ended"),
            Self::PasswordSet => fl!(words.0, "notice-password-set"),
            Self::ResetOver => fl!(words.0, "notice-reset-over"),
            Self::PasswordChanged => fl!(words.0, "notice-password-changed"),
            Self::PhoneChanged => fl!(words.0, "notice-phone-changed"),
            Self::PhoneChangeOver => fl!(words.0, "notice-phone-change-over"),
            Self::PhoneRestored => fl!(words.0, "notice-phone-restored"),
            Self::ChangeStopped => fl!(words.0, "notice-change-stopped"),
            Self::ProfileSaved => fl!(words.0, "notice-profile-saved"),
            Self::EmailChanged => fl!(words.0, "notice-email-changed"),
            Self::EmailRemoved => fl!(words.0, "notice-email-removed"),
            Self::DeletionRequested => fl!(words.0, "notice-deletion-requested"),
            Self::DeletionCancelled => fl!(words.0, "notice-deletion-cancelled"),
            Self::Recovered => fl!(words.0, "notice-recovered"),
            Self::CountrySaved => fl!(words.0, "admin-countries-saved"),
            Self::UnprovenStopped => fl!(words.0, "admin-countries-now-stopped"),
            Self::UnprovenResumed => fl!(words.0, "admin-countries-now-resumed"),
            Self::SettingsSaved => fl!(words.0, "notice-settings-saved"),
            Self::SettingsUnchanged => fl!(words.0, "notice-settings-unchanged"),
            Self::TestMessageSent => fl!(words.0, "notice-test-message-sent"),
            Self::TestMessageUnderway => fl!(words.0, "notice-test-message-underway"),
            Self::AccountDisabled => fl!(words.0, "admin-accounts-done-account-disabled"),
            Self::AccountEnabled => fl!(words.0, "admin-accounts-done-account-enabled"),
            Self::DevicesSignedOut => fl!(words.0, "admin-accounts-done-devices-signed-out"),
            Self::ResetRequired => fl!(words.0, "admin-accounts-done-reset-required"),
            Self::FactorRemoved => fl!(words.0, "admin-accounts-done-factor-removed"),
            Self::RecoveryStarted => fl!(words.0, "admin-accounts-done-recovery-started"),
            Self::RecoveryCancelled => fl!(words.0, "admin-accounts-done-recovery-cancelled"),
            Self::NothingDone => fl!(words.0, "admin-accounts-done-nothing-done"),
            Self::BrakeOpened => fl!(words.0, "notice-brake-opened"),
            Self::BrakeNotOn => fl!(words.0, "notice-brake-not-on"),
        }
    }

    /// What it means.
    pub fn text(self, words: &Words) -> String {
        match self {
            Self::CodeSent => fl!(words.0, "notice-code-sent-text"),
            Self::NumberChanged => fl!(words.0, "notice-number-changed-text"),
            Self::TooEarly => fl!(words.0, "notice-too-early-text"),
            Self::RegistrationOver => fl!(words.0, "register-over-text"),
            Self::SignedOut => fl!(words.0, "home-signed-out-text"),
            Self::AccountOpened => fl!(words.0, "account-new-text"),
            Self::AccountKept => fl!(words.0, "claim-kept-text"),
            Self::SignInOver => fl!(words.0, "notice-sign-in-over-text"),
            Self::SignInAgain => fl!(words.0, "notice-sign-in-again-text"),
            Self::SignedInByBackupCode => fl!(words.0, "notice-signed-in-by-backup-code-text"),
            Self::OnlyBackupCode => fl!(words.0, "notice-only-backup-code-text"),
            Self::CodeNotPossible => fl!(words.0, "notice-code-not-possible-text"),
            Self::Confirmed => fl!(words.0, "notice-confirmed-text"),
            Self::TwoFactorByApp => fl!(words.0, "notice-two-factor-by-app-text"),
            Self::TwoFactorBySms => fl!(words.0, "notice-two-factor-by-sms-text"),
            Self::TwoFactorOff => fl!(words.0, "notice-two-factor-off-text"),
            Self::EnrolmentOver => fl!(words.0, "notice-enrolment-over-text"),
            Self::DeviceForgotten => fl!(words.0, "notice-device-forgotten-text"),
            Self::SessionEnded => fl!(words.0, "notice-session-ended-text"),
            Self::OthersEnded => fl!(words.0, "notice-others-ended-text"),
            Self::PasswordSet => fl!(words.0, "notice-password-set-text"),
            Self::ResetOver => fl!(words.0, "notice-reset-over-text"),
            Self::PasswordChanged => fl!(words.0, "notice-password-changed-text"),
            Self::PhoneChanged => fl!(words.0, "notice-phone-changed-text"),
            Self::PhoneChangeOver => fl!(words.0, "notice-phone-change-over-text"),
            Self::PhoneRestored => fl!(words.0, "notice-phone-restored-text"),
            Self::ChangeStopped => fl!(words.0, "notice-change-stopped-text"),
            Self::ProfileSaved => fl!(words.0, "notice-profile-saved-text"),
            Self::EmailChanged => fl!(words.0, "notice-email-changed-text"),
            Self::EmailRemoved => fl!(words.0, "notice-email-removed-text"),
            Self::DeletionRequested => fl!(words.0, "notice-deletion-requested-text"),
            Self::DeletionCancelled => fl!(words.0, "notice-deletion-cancelled-text"),
            Self::Recovered => fl!(words.0, "notice-recovered-text"),
            Self::CountrySaved => fl!(words.0, "admin-countries-saved-text"),
            Self::UnprovenStopped => fl!(words.0, "admin-countries-now-stopped-text"),
            Self::UnprovenResumed => fl!(words.0, "admin-countries-now-resumed-text"),
            Self::SettingsSaved => fl!(words.0, "notice-settings-saved-text"),
            Self::SettingsUnchanged => fl!(words.0, "notice-settings-unchanged-text"),
            Self::TestMessageSent => fl!(words.0, "notice-test-message-sent-text"),
            Self::TestMessageUnderway => fl!(words.0, "notice-test-message-underway-text"),
            Self::AccountDisabled => fl!(words.0, "admin-accounts-done-account-disabled-text"),
            Self::AccountEnabled => fl!(words.0, "admin-accounts-done-account-enabled-text"),
            Self::DevicesSignedOut => fl!(words.0, "admin-accounts-done-devices-signed-out-text"),
            Self::ResetRequired => fl!(words.0, "admin-accounts-done-reset-required-text"),
            Self::FactorRemoved => fl!(words.0, "admin-accounts-done-factor-removed-text"),
            Self::RecoveryStarted => fl!(words.0, "admin-accounts-done-recovery-started-text"),
            Self::RecoveryCancelled => fl!(words.0, "admin-accounts-done-recovery-cancelled-text"),
            Self::NothingDone => fl!(words.0, "admin-accounts-done-nothing-done-text"),
            Self::BrakeOpened => fl!(words.0, "notice-brake-opened-text"),
            Self::BrakeNotOn => fl!(words.0, "notice-brake-not-on-text"),
        }
    }
}

/// A page, as asked for: 200.
///
/// # Errors
/// A template that cannot be rendered, like all functions here. `E` is whatever the caller returns.
pub fn ok<E: From<askama::Error>>(page: impl Template) -> Result<HttpResponse, E> {
    with_status(StatusCode::OK, page)
}

/// A form that the person can correct: 422, with the messages on the page.
///
/// # Errors
/// A template that cannot be rendered.
pub fn refused<E: From<askama::Error>>(page: impl Template) -> Result<HttpResponse, E> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// A page under another status.
///
/// # Errors
/// A template that cannot be rendered.
pub fn with_status<E: From<askama::Error>>(status: StatusCode, page: impl Template) -> Result<HttpResponse, E> {
    // Rendered whole before the status goes out, so that a fault gives an error page and not half of this one.
    let html = page.render()?;
    Ok(HttpResponse::build(status).insert_header(ContentType::html()).body(html))
}

/// Done; the next page is at `path`: 303.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_survives_its_key() {
        for notice in Notice::ALL {
            assert_eq!(Notice::from_key(notice.key()), Some(notice));
            let words = Words::english();
            assert!(!notice.title(&words).contains("No localization") && !notice.text(&words).is_empty());
        }
        assert_eq!(Notice::from_key("nonsense"), None);
    }
}
