//! Alerts in words.

use i18n_embed_fl::fl;

use super::Kind;
use crate::web::words::Words;

/// One sentence that says what happened and what to look at.
pub(super) fn summary(kind: Kind, subject: &str, words: &Words) -> String {
    match kind {
        Kind::Budget50 => fl!(words.0, "alert-budget-50", of = of(subject, words)),
        Kind::Budget80 => fl!(words.0, "alert-budget-80", of = of(subject, words)),
        Kind::Budget100 => fl!(words.0, "alert-budget-100", of = of(subject, words)),
        Kind::BrakeOn => fl!(words.0, "alert-brake-on", of = of(subject, words)),
        Kind::BrakeWouldHold => fl!(words.0, "alert-brake-would-hold", of = of(subject, words)),
        Kind::BrakeOff => fl!(words.0, "alert-brake-off", of = of(subject, words)),
        Kind::ProviderDown => fl!(words.0, "alert-provider-down", provider = subject),
        Kind::ProviderUp => fl!(words.0, "alert-provider-up", provider = subject),
        Kind::SignaturesRefused => fl!(words.0, "alert-signatures-refused"),
        Kind::SignInsRefused => fl!(words.0, "alert-sign-ins-refused"),
        Kind::AuditFailure => fl!(words.0, "alert-audit-failure"),
    }
}

fn of(subject: &str, words: &Words) -> String {
    match subject {
        "" => fl!(words.0, "alert-of-everything"),
        country => country.to_owned(),
    }
}
