//! What a new password needs besides the text: one pure function.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{domain::role::Role, features::two_factor::Method};

/// So long nobody has proven to be the owner, and the number may have been given to somebody else (REC-08).
pub const DORMANT: TimeDelta = TimeDelta::days(180);
/// So long a number that is new to the account sets no password, and so long an owner has to object.
pub const WAIT: TimeDelta = TimeDelta::hours(72);
/// So long after a wait its end still counts. Later it begins anew: the number may have moved on since.
pub const WAITED_COUNTS: TimeDelta = TimeDelta::days(7);
/// So long after a wait began that its owner ended, the number alone does not set a password without another. Somebody had
/// the phone who was not the owner, and a sign-in, which the text asks for, must not be what lets them go on at once.
pub const DISPUTED: TimeDelta = TimeDelta::days(30);

/// What is known of an account whose number was just proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Whether it runs the service.
    pub administrator: bool,
    /// How it asks for a second factor.
    pub two_factor: Option<Method>,
    /// Whether a backup code is left.
    pub has_backup_codes: bool,
    /// When somebody last proved to be the owner.
    pub owner_seen_at: DateTime<Utc>,
    /// When the number took another's place; none while it is the account's first.
    pub phone_changed_at: Option<DateTime<Utc>>,
    /// When a wait began to which nobody has objected.
    pub wait_began_at: Option<DateTime<Utc>>,
    /// When a wait for this number began that its owner ended, by any proof of being the owner or with the text's code, or
    /// the one that has begun since because of that.
    pub disputed_wait_began_at: Option<DateTime<Utc>>,
}

/// What is needed besides the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// Another factor than the phone.
    SecondFactor {
        /// Whether a code of the app counts.
        app: bool,
        /// Whether there is a backup code.
        backup_code: bool,
    },
    /// Time for the owner to object.
    Wait {
        /// Until then.
        until: DateTime<Utc>,
        /// Whether it has to begin: nobody has been told yet.
        begins: bool,
    },
    /// Somebody who can tell who the person is: the phone is all they have, and it is not enough.
    Help,
}

impl Needs {
    /// The page that asks for it.
    pub fn path(self) -> &'static str {
        match self {
            Self::Nothing => "/password-reset/password",
            Self::SecondFactor { .. } => "/password-reset/second-step",
            Self::Wait { .. } | Self::Help => "/password-reset/wait",
        }
    }
}

/// Decides.
pub fn decide(facts: &Facts, now: DateTime<Utc>) -> Needs {
    match facts.two_factor {
        Some(Method::App) => Needs::SecondFactor { app: true, backup_code: facts.has_backup_codes },
        Some(Method::Sms) if facts.has_backup_codes => Needs::SecondFactor { app: false, backup_code: true },
        Some(Method::Sms) => Needs::Help,
        None if facts.administrator => Needs::Help,
        None => wait(facts, now),
    }
}

/// Whether an account's number can ever set its password, alone or with what else the owner has.
pub fn can_reset(role: Role, two_factor: Option<Method>, has_backup_codes: bool) -> bool {
    match two_factor {
        Some(Method::App) => true,
        Some(Method::Sms) => has_backup_codes,
        None => role != Role::Administrator,
    }
}

/// Whether the owner has ended a wait of late.
pub fn is_disputed(facts: &Facts, now: DateTime<Utc>) -> bool {
    facts.disputed_wait_began_at.is_some_and(|began| now - began < DISPUTED)
}

fn wait(facts: &Facts, now: DateTime<Utc>) -> Needs {
    let is_dormant = now - facts.owner_seen_at >= DORMANT;
    let settles_at = facts.phone_changed_at.map(|changed| changed + WAIT).filter(|settles| *settles > now);
    let began = facts.wait_began_at.filter(|began| now - *began < WAIT + WAITED_COUNTS);
    let until = match (is_dormant || is_disputed(facts, now), settles_at) {
        (false, None) => return Needs::Nothing,
        (false, Some(settles)) => settles,
        (true, settles) => {
            let heard = began.unwrap_or(now) + WAIT;
            settles.map_or(heard, |settles| settles.max(heard))
        }
    };
    if until <= now { Needs::Nothing } else { Needs::Wait { until, begins: began.is_none() } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-24T12:00:00Z".parse().expect("a moment")
    }

    fn ago(hours: i64) -> DateTime<Utc> {
        now() - TimeDelta::hours(hours)
    }

    const DAY: i64 = 24;

    /// Every combination of what the function looks at, each time on both sides of its bounds.
    fn all() -> Vec<Facts> {
        let mut all = Vec::new();
        for administrator in [false, true] {
            for two_factor in [None, Some(Method::Sms), Some(Method::App)] {
                for has_backup_codes in [false, true] {
                    for seen in [0, 180 * DAY - 1, 180 * DAY, 400 * DAY] {
                        for changed in [None, Some(0), Some(71), Some(72), Some(73), Some(200 * DAY)] {
                            for began in [None, Some(0), Some(71), Some(72), Some(240 - 1), Some(240), Some(300 * DAY)]
                            {
                                for disputed in [None, Some(0), Some(30 * DAY - 1), Some(30 * DAY)] {
                                    all.push(Facts {
                                        administrator,
                                        two_factor,
                                        has_backup_codes,
                                        owner_seen_at: ago(seen),
                                        phone_changed_at: changed.map(ago),
                                        wait_began_at: began.map(ago),
                                        disputed_wait_began_at: disputed.map(ago),
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
        all
    }

    #[test]
    fn rec_02_with_two_factor_on_nothing_but_another_factor_is_ever_enough() {
        for facts in all().into_iter().filter(|facts| facts.two_factor.is_some()) {
            let by_app = facts.two_factor == Some(Method::App);
            let expected = if by_app || facts.has_backup_codes {
                Needs::SecondFactor { app: by_app, backup_code: facts.has_backup_codes }
            } else {
                Needs::Help
            };
            assert_eq!(decide(&facts, now()), expected, "{facts:?}");
        }
    }

    #[test]
    fn an_administrator_never_gets_in_with_a_phone_alone() {
        for facts in all().into_iter().filter(|facts| facts.administrator && facts.two_factor.is_none()) {
            assert_eq!(decide(&facts, now()), Needs::Help, "{facts:?}");
        }
    }

    #[test]
    fn rec_08_a_number_that_may_be_in_other_hands_sets_no_password_before_72_hours_of_notice() {
        for facts in all().into_iter().filter(|facts| !facts.administrator && facts.two_factor.is_none()) {
            let dormant = facts.owner_seen_at <= ago(180 * DAY);
            let new_number = facts.phone_changed_at.is_some_and(|at| at > ago(72));
            let heard = facts.wait_began_at.is_some_and(|at| at <= ago(72) && at > ago(240));
            let disputed = facts.disputed_wait_began_at.is_some_and(|at| at > ago(30 * DAY));
            let free = !new_number && (!dormant && !disputed || heard);
            let needs = decide(&facts, now());
            assert_eq!(needs == Needs::Nothing, free, "{facts:?}");
            if let Needs::Wait { until, begins } = needs {
                assert!(until > now() && until <= now() + WAIT, "{facts:?}");
                assert_eq!(begins, facts.wait_began_at.is_none_or(|at| at <= ago(240)), "{facts:?}");
            } else {
                assert!(free, "{facts:?}");
            }
        }
    }

    #[test]
    fn whoever_can_never_reset_needs_help_and_nobody_else() {
        for facts in all() {
            let role = if facts.administrator { Role::Administrator } else { Role::Maid };
            let can = can_reset(role, facts.two_factor, facts.has_backup_codes);
            assert_eq!(decide(&facts, now()) == Needs::Help, !can, "{facts:?}");
        }
    }

    #[test]
    fn most_people_wait_for_nothing() {
        let facts = Facts {
            administrator: false,
            two_factor: None,
            has_backup_codes: false,
            owner_seen_at: ago(100 * DAY),
            phone_changed_at: None,
            wait_began_at: None,
            disputed_wait_began_at: None,
        };
        assert_eq!(decide(&facts, now()), Needs::Nothing);
        let just_changed = Facts { phone_changed_at: Some(ago(2)), ..facts };
        assert_eq!(decide(&just_changed, now()), Needs::Wait { until: ago(2) + WAIT, begins: true });
    }
}
