//! The trail in words.

use i18n_embed_fl::fl;

use super::Act;
use crate::web::words::Words;

impl Act {
    /// What was done, as a sentence.
    pub fn in_words(self, words: &Words) -> String {
        match self {
            Self::AdministratorMade => fl!(words.0, "audit-act-administrator-made"),
            Self::AdministratorRemoved => fl!(words.0, "audit-act-administrator-removed"),
            Self::CountryChanged => fl!(words.0, "audit-act-country-changed"),
            Self::CountryAdded => fl!(words.0, "audit-act-country-added"),
            Self::UnprovenStopped => fl!(words.0, "audit-act-unproven-stopped"),
            Self::UnprovenResumed => fl!(words.0, "audit-act-unproven-resumed"),
            Self::SettingChanged => fl!(words.0, "audit-act-setting-changed"),
            Self::AccountDisabled => fl!(words.0, "audit-act-account-disabled"),
            Self::AccountEnabled => fl!(words.0, "audit-act-account-enabled"),
            Self::DevicesSignedOut => fl!(words.0, "audit-act-devices-signed-out"),
            Self::ResetRequired => fl!(words.0, "audit-act-reset-required"),
            Self::FactorRemoved => fl!(words.0, "audit-act-factor-removed"),
            Self::RecoveryStarted => fl!(words.0, "audit-act-recovery-started"),
            Self::BrakeOpened => fl!(words.0, "audit-act-brake-opened"),
            Self::RecoveryCancelled => fl!(words.0, "audit-act-recovery-cancelled"),
        }
    }
}
