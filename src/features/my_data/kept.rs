//! How long things are kept, in the words of the pages.

use i18n_embed_fl::fl;

use super::DELETION_DAYS;
use crate::{
    features::{activity, messages, passwords::guesses, phone_verifications, sessions, throttles, trusted_devices},
    web::words::Words,
};

/// How long the rows of a table are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// As long as the account, or until its owner removes it.
    Account,
    /// Until it is signed out or too old.
    Session,
    /// Until it is forgotten or too old.
    TrustedDevice,
    /// Something that somebody began: until its hour is over.
    UnderWay,
    /// A reset that waits: until its end counts no more.
    Wait,
    /// A code: a day after it has expired.
    Code,
    /// A long code: until it has expired, or as long as its recovery.
    ActionCode,
    /// The record of a text.
    Message,
    /// What happened.
    Activity,
    /// A count of wrong passwords.
    Count,
    /// A count of other things.
    Throttle,
    /// What whoever runs the service did: for good.
    Audit,
    /// What the service needs to run, about nobody: 13 months at most, what is in force as long as it is.
    Service,
}

impl Kept {
    /// How long, for the owner.
    pub fn in_words(self, words: &Words) -> String {
        match self {
            Self::Account => fl!(words.0, "kept-account", days = DELETION_DAYS),
            Self::Session => fl!(words.0, "kept-session", idle = sessions::IDLE_DAYS, most = sessions::OVERALL_DAYS),
            Self::TrustedDevice => fl!(words.0, "kept-trusted-device", days = trusted_devices::LIFETIME_DAYS),
            Self::UnderWay => fl!(words.0, "kept-under-way"),
            Self::Wait => fl!(words.0, "kept-wait"),
            Self::Code => fl!(words.0, "kept-code", hours = phone_verifications::store::KEPT_HOURS),
            Self::ActionCode => fl!(words.0, "kept-action-code"),
            Self::Message => fl!(words.0, "kept-message", days = messages::KEPT_DAYS, named = messages::NAMED_DAYS),
            Self::Activity => fl!(words.0, "kept-activity", months = activity::KEPT_MONTHS),
            Self::Count => {
                let minutes = guesses::QUIET.as_secs() / 60;
                fl!(words.0, "kept-count", minutes = minutes)
            }
            Self::Throttle => fl!(words.0, "kept-throttle", hours = throttles::LONGEST_WINDOW_HOURS),
            Self::Audit => fl!(words.0, "kept-audit"),
            Self::Service => fl!(words.0, "kept-activity", months = activity::KEPT_MONTHS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::password_reset::needs;

    const README: &str = include_str!("../../../README.md");

    /// The rows of the README's table and the numbers that housekeeping goes by.
    #[test]
    fn dat_03_the_readme_says_how_long_things_are_kept() {
        let (idle, overall, devices) = (sessions::IDLE_DAYS, sessions::OVERALL_DAYS, trusted_devices::LIFETIME_DAYS);
        let (kept, named) = (messages::KEPT_DAYS, messages::NAMED_DAYS);
        let waits = needs::DISPUTED.num_days();
        assert_eq!(phone_verifications::store::KEPT_HOURS, 24, "a day");
        for row in [
            "| unfinished registrations, sign-ins, resets, changes of number | an hour at most |".to_owned(),
            format!("| a reset that waits for an objection | {waits} days |"),
            "| codes | a day after they expire |".to_owned(),
            "| long codes | until they expire; that of a recovery as long as the recovery |".to_owned(),
            format!(
                "| sessions | until they are signed out, {idle} days after the last visit, or {overall} days in all |"
            ),
            format!("| trusted devices | {devices} days at most |"),
            format!(
                "| records of texts | {kept} days; after {named} the number is a keyed hash and the address is gone |"
            ),
            format!("| what happened to an account, recoveries | {} months |", activity::KEPT_MONTHS),
            format!("| counts of wrong passwords | {} minutes after the last wait |", guesses::QUIET.as_secs() / 60),
            format!("| counts of other things | {} hours |", throttles::LONGEST_WINDOW_HOURS),
            "| the audit trail | as long as the service runs; it names accounts by their ids alone |".to_owned(),
            format!("| a deleted account | {DELETION_DAYS} days |"),
        ] {
            assert!(README.contains(&row), "{row}");
        }
    }

    #[test]
    fn dat_03_the_pages_say_the_same() {
        let words = Words::english();
        let said = fl!(words.0, "privacy-long-2");
        for days in [messages::KEPT_DAYS, messages::NAMED_DAYS] {
            assert!(said.contains(&format!("{days} days")), "{said}");
        }
        let said = fl!(words.0, "privacy-long-3");
        assert!(said.contains(&format!("{DELETION_DAYS} days")), "{said}");
        assert!(said.contains(&format!("{} months", activity::KEPT_MONTHS)), "{said}");
        let said = fl!(words.0, "activity-lead");
        assert!(said.contains(&format!("{} months", activity::KEPT_MONTHS)), "{said}");
    }
}
