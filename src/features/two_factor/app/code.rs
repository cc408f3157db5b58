//! Which step a code belongs to.

use std::time::Duration;

use chrono::{DateTime, Utc};
use subtle::{ConditionallySelectable as _, ConstantTimeEq as _};

use super::secret::TotpSecret;
use crate::domain::one_time_code::OneTimeCode;

/// How long a code is shown. RFC 6238, 5.2.
pub const PERIOD: Duration = Duration::from_secs(30);

/// The number of a period since 1970. What a code is spent by: no code of a step works after one of that step or a
/// later one. TOT-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TotpStep(pub i64);

impl TotpStep {
    /// The step that `now` lies in. `now` is the database's clock.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(now.timestamp().div_euclid(PERIOD.as_secs().cast_signed()))
    }

    /// The second that the step begins with. Before 1970 there are no steps: a clock there is wrong.
    fn begins(self) -> Option<u64> {
        u64::try_from(self.0).ok()?.checked_mul(PERIOD.as_secs())
    }
}

/// The step whose code this is: the step of `now` or the one before, no other. TOT-02.
///
/// Takes the same time for every code, right or wrong: both steps are compared whole.
pub fn matching_step(secret: &TotpSecret, code: &OneTimeCode, now: DateTime<Utc>) -> Option<TotpStep> {
    let totp = secret.totp();
    let current = TotpStep::at(now);
    let none = -1;
    let mut matching = none;
    // Should both steps have the same code, the later one is spent.
    for step in [TotpStep(current.0 - 1), current] {
        let Some(begins) = step.begins() else { continue };
        let right = totp.generate(begins).to_string().as_bytes().ct_eq(code.expose().as_bytes());
        matching.conditional_assign(&step.0, right);
    }
    (matching != none).then_some(TotpStep(matching))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    fn code(text: &str) -> OneTimeCode {
        OneTimeCode::parse(text).expect("a code")
    }

    #[test]
    fn tot_02_the_codes_of_rfc_6238_are_ours() {
        // Appendix B, SHA-1, without the two digits in front: six are the last of eight.
        for (seconds, step, digits) in [
            (59, 0x1, "287082"),
            (1_111_111_109, 0x23523EC, "081804"),
            (1_111_111_111, 0x23523ED, "050471"),
            (1_234_567_890, 0x273EF07, "005924"),
            (2_000_000_000, 0x3F940AA, "279037"),
            (20_000_000_000, 0x27BC86AA, "353130"),
        ] {
            assert_eq!(matching_step(&secret(), &code(digits), at(seconds)), Some(TotpStep(step)), "{seconds}");
        }
    }

    #[test]
    fn tot_02_the_codes_of_rfc_4226_are_those_of_the_first_ten_steps() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (step, digits) in (0..).zip(codes) {
            for second in [0, 29] {
                let now = at(step * 30 + second);
                assert_eq!(matching_step(&secret(), &code(digits), now), Some(TotpStep(step)), "{digits}");
            }
        }
    }

    #[test]
    fn tot_02_this_step_and_the_one_before_and_no_other() {
        // The codes of steps 3 to 6 of RFC 4226, asked for throughout step 5.
        for now in [at(150), at(165), at(179)] {
            assert_eq!(matching_step(&secret(), &code("969429"), now), None, "two before");
            assert_eq!(matching_step(&secret(), &code("338314"), now), Some(TotpStep(4)), "the one before");
            assert_eq!(matching_step(&secret(), &code("254676"), now), Some(TotpStep(5)), "this one");
            assert_eq!(matching_step(&secret(), &code("287922"), now), None, "the next");
            assert_eq!(matching_step(&secret(), &code("162583"), now), None, "the one after that");
        }
    }

    #[test]
    fn tot_01_a_code_in_another_spelling_is_of_the_same_step() {
        for spelling in
            ["254676", "254 676", "254-676", " 2 5 4 6 7 6 ", "٢٥٤٦٧٦", "２５４６７６", "\u{2068}254676\u{2069}"]
        {
            assert_eq!(matching_step(&secret(), &code(spelling), at(150)), Some(TotpStep(5)), "{spelling:?}");
        }
    }

    #[test]
    fn tot_02_another_secret_has_other_codes() {
        let other = TotpSecret::from_bytes(*b"12345678901234567891");
        assert_eq!(matching_step(&other, &code("254676"), at(150)), None);
    }

    #[test]
    fn tot_02_a_clock_of_before_1970_or_of_the_far_future_accepts_nothing_and_does_not_fail() {
        assert_eq!(matching_step(&secret(), &code("755224"), at(-1)), None);
        assert_eq!(matching_step(&secret(), &code("755224"), DateTime::<Utc>::MIN_UTC), None);
        assert_eq!(matching_step(&secret(), &code("000000"), DateTime::<Utc>::MAX_UTC), None);
    }
}
