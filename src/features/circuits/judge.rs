//! What the end of a call says about the provider.

use crate::sms::{Accepted, Fault, Refusal, SendFailure, twilio::errors};

/// What a call has said about who was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It took the text.
    Well,
    /// Nothing: the answer was about the number.
    Nothing,
    /// It did not do its work.
    Badly {
        /// For a reason that has nothing to do with the country.
        everywhere: bool,
    },
}

/// Reads the end of a call.
///
/// Twilio's own guard against pumping says nothing: a way round the guard is what pumps want.
pub fn judge(result: &Result<Accepted, SendFailure>) -> Said {
    match result {
        Ok(_) => Said::Well,
        Err(failure) => judge_failure(failure),
    }
}

/// The same of a call that did not come to a good end.
pub fn judge_failure(failure: &SendFailure) -> Said {
    match failure {
        SendFailure::NotReached { .. } | SendFailure::Unknown { .. } => Said::Badly { everywhere: true },
        SendFailure::Refused(refusal) => judge_refusal(*refusal),
    }
}

fn judge_refusal(Refusal { code, fault, .. }: Refusal) -> Said {
    match fault {
        Fault::TryLater if code.is_some_and(|code| errors::GUARD.contains(&code)) => Said::Nothing,
        Fault::TryLater => Said::Badly { everywhere: true },
        Fault::Country => Said::Badly { everywhere: false },
        Fault::Ours => Said::Badly { everywhere: code.is_none_or(errors::is_of_the_account) },
        Fault::BadNumber
        | Fault::NoSms
        | Fault::OptedOut
        | Fault::TooMany
        | Fault::WrongCode
        | Fault::Expired
        | Fault::Paused => Said::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: u32) -> Said {
        let fault = errors::of_answer(Some(code), 400);
        judge_failure(&SendFailure::Refused(Refusal { code: Some(code), http_status: 400, fault }))
    }

    #[test]
    fn what_broke_off_or_never_stood_is_the_providers_fault_everywhere() {
        let accepted = Accepted { sid: None, status: "queued".to_owned(), report: None };
        assert_eq!(judge(&Ok(accepted)), Said::Well);
        for failure in [
            SendFailure::Unknown { why: "timeout" },
            SendFailure::NotReached { retry_after: None, why: "no connection" },
        ] {
            assert_eq!(judge(&Err(failure)), Said::Badly { everywhere: true });
        }
    }

    #[test]
    fn a_refusal_is_read_by_whom_it_is_about() {
        for of_the_account in [10001, 20003, 20403, 70051] {
            assert_eq!(refused(of_the_account), Said::Badly { everywhere: true }, "{of_the_account}");
        }
        for of_a_country in [60605, 21408, 21612, 21606, 21608, 21703, 60238] {
            assert_eq!(refused(of_a_country), Said::Badly { everywhere: false }, "{of_a_country}");
        }
        for of_the_number in [21211, 21610, 21614, 21635, 60200, 60203, 60202, 60212] {
            assert_eq!(refused(of_the_number), Said::Nothing, "{of_the_number}");
        }
        let nameless = Refusal { code: None, http_status: 401, fault: Fault::Ours };
        assert_eq!(judge_failure(&SendFailure::Refused(nameless)), Said::Badly { everywhere: true });
    }

    #[test]
    fn s_1_twilios_guard_against_pumping_opens_no_way_round_it() {
        for code in errors::GUARD {
            assert_eq!(refused(code), Said::Nothing, "{code}");
        }
    }

    #[test]
    fn every_known_code_is_read_and_no_persons_fault_is_the_providers() {
        for code in errors::known_codes() {
            let fault = errors::of_code(code);
            if fault.is_persons() && fault != Fault::Country {
                assert_eq!(refused(code), Said::Nothing, "{code}");
            }
            if fault.needs_operator() {
                assert!(matches!(refused(code), Said::Badly { .. }), "{code}");
            }
        }
    }
}
