//! What happened to an account, written in the transaction of the act.
//!
//! - It stays for 13 months, also when the account is deleted: then a keyed hash stands for the account, and who did what is
//!   forgotten.
//! - How often things happened in all accounts is kept by hours ([`hours`]), for as long.

use crate::{
    crypto::{keys::KeyRing, mac},
    domain::{browser_name::BrowserName, ids::UserId},
};

pub mod handlers;
pub mod hours;
pub mod pages;
pub mod store;

pub use store::record;

/// Months for which it is kept: a year, and the time to look at the same days of the year before.
pub const KEPT_MONTHS: i32 = 13;

/// What stands for an account that is deleted. The same for the same account, so that its entries stay together.
pub fn user_hash(pseudonym: &KeyRing, user: UserId) -> [u8; 32] {
    mac::lookup_key(pseudonym, &[b"user", user.0.as_bytes()])
}

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The account was opened with a proven number.
    Registered,
    /// Somebody else has proven the account's number and moved it to an account of theirs.
    NumberContested,
    /// A browser was signed in with the password, where no second factor is asked for.
    SignedIn,
    /// The same with a code from a text.
    SignedInBySms,
    /// The same with a code from an authenticator app.
    SignedInByApp,
    /// The same with a backup code.
    SignedInByBackupCode,
    /// The same without a code, from a trusted device.
    SignedInFromTrustedDevice,
    /// Somebody gave a wrong password.
    PasswordWrong,
    /// Somebody with the right password gave a wrong code.
    CodeWrong,
    /// Somebody with the phone gave a wrong code or backup code on the way to a new password.
    ResetCodeWrong,
    /// Ten wrong codes in a row: codes rest for a while.
    CodesRest,
    /// A browser was signed out by hand.
    SignedOut,
    /// Two-factor was switched on, or over to texts.
    TwoFactorBySms,
    /// Two-factor was switched on, or over to an authenticator app.
    TwoFactorByApp,
    /// Two-factor was switched off.
    TwoFactorOff,
    /// New backup codes took the place of all before.
    BackupCodesMade,
    /// A browser was excused from the second step for 30 days.
    DeviceTrusted,
    /// A trusted device was forgotten by hand.
    DeviceForgotten,
    /// Another browser was signed out by hand.
    SessionEnded,
    /// All other browsers were signed out by hand.
    OthersEnded,
    /// The password was changed with the one before.
    PasswordChanged,
    /// A new password was set with a text.
    PasswordSet,
    /// Somebody proved the number; after a wait it sets a new password.
    ResetWaits,
    /// That was stopped with the code of the notice.
    ResetStopped,
    /// Another number took the place of the one before.
    PhoneChanged,
    /// A change of number was undone from the number before.
    PhoneRestored,
    /// The email address was added or changed.
    EmailChanged,
    /// The profile was changed.
    ProfileChanged,
    /// Whoever runs the service started a recovery.
    RecoveryStarted,
    /// It was stopped.
    RecoveryStopped,
    /// It was finished: a new password, a new number, no second factor.
    Recovered,
    /// All data about the account was downloaded.
    DataDownloaded,
    /// The owner asked for the account to be deleted.
    DeletionRequested,
    /// The owner wants to keep the account after all.
    DeletionCancelled,
    /// Whoever runs the service has disabled the account.
    AccountDisabled,
    /// They have enabled it again.
    AccountEnabled,
    /// They have signed out every browser and forgotten every trusted device.
    DevicesSignedOut,
    /// They have made the password worthless: a new one has to be set.
    ResetRequired,
    /// They have switched two-factor off.
    FactorRemoved,
    /// The account was deleted.
    Deleted,
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 40] = [
        Self::Registered,
        Self::NumberContested,
        Self::SignedIn,
        Self::SignedInBySms,
        Self::SignedInByApp,
        Self::SignedInByBackupCode,
        Self::SignedInFromTrustedDevice,
        Self::PasswordWrong,
        Self::CodeWrong,
        Self::ResetCodeWrong,
        Self::CodesRest,
        Self::SignedOut,
        Self::TwoFactorBySms,
        Self::TwoFactorByApp,
        Self::TwoFactorOff,
        Self::BackupCodesMade,
        Self::DeviceTrusted,
        Self::DeviceForgotten,
        Self::SessionEnded,
        Self::OthersEnded,
        Self::PasswordChanged,
        Self::PasswordSet,
        Self::ResetWaits,
        Self::ResetStopped,
        Self::PhoneChanged,
        Self::PhoneRestored,
        Self::EmailChanged,
        Self::ProfileChanged,
        Self::RecoveryStarted,
        Self::RecoveryStopped,
        Self::Recovered,
        Self::DataDownloaded,
        Self::DeletionRequested,
        Self::DeletionCancelled,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::DevicesSignedOut,
        Self::ResetRequired,
        Self::FactorRemoved,
        Self::Deleted,
    ];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::NumberContested => "number_contested",
            Self::SignedIn => "signed_in",
            Self::SignedInBySms => "signed_in_by_sms",
            Self::SignedInByApp => "signed_in_by_app",
            Self::SignedInByBackupCode => "signed_in_by_backup_code",
            Self::SignedInFromTrustedDevice => "signed_in_from_trusted_device",
            Self::PasswordWrong => "password_wrong",
            Self::CodeWrong => "code_wrong",
            Self::ResetCodeWrong => "reset_code_wrong",
            Self::CodesRest => "codes_rest",
            Self::SignedOut => "signed_out",
            Self::TwoFactorBySms => "two_factor_by_sms",
            Self::TwoFactorByApp => "two_factor_by_app",
            Self::TwoFactorOff => "two_factor_off",
            Self::BackupCodesMade => "backup_codes_made",
            Self::DeviceTrusted => "device_trusted",
            Self::DeviceForgotten => "device_forgotten",
            Self::SessionEnded => "session_ended",
            Self::OthersEnded => "others_ended",
            Self::PasswordChanged => "password_changed",
            Self::PasswordSet => "password_set",
            Self::ResetWaits => "reset_waits",
            Self::ResetStopped => "reset_stopped",
            Self::PhoneChanged => "phone_changed",
            Self::PhoneRestored => "phone_restored",
            Self::EmailChanged => "email_changed",
            Self::ProfileChanged => "profile_changed",
            Self::RecoveryStarted => "recovery_started",
            Self::RecoveryStopped => "recovery_stopped",
            Self::Recovered => "recovered",
            Self::DataDownloaded => "data_downloaded",
            Self::DeletionRequested => "deletion_requested",
            Self::DeletionCancelled => "deletion_cancelled",
            Self::AccountDisabled => "account_disabled",
            Self::AccountEnabled => "account_enabled",
            Self::DevicesSignedOut => "devices_signed_out",
            Self::ResetRequired => "reset_required",
            Self::FactorRemoved => "factor_removed",
            Self::Deleted => "deleted",
        }
    }

    /// The event of that name.
    pub fn from_stored(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// Who did something, as far as it is kept: what the owner recognises a browser by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Browser and system.
    pub browser: BrowserName,
    /// The address without its end.
    pub address: String,
}
