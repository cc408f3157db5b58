//! What Twilio's error codes mean, in one table for answers and for status callbacks: with a Messaging Service the
//! sender is chosen late, and a code such as 21408 arrives in a callback after a good answer.
//!
//! Source: Twilio's error and warning dictionary. Twilio may add codes and change when it uses them, so a code that is
//! not here is read by the class of its HTTP status.

use crate::sms::outcome::Fault::{
    self, BadNumber, Country, Expired, NoSms, OptedOut, Ours, TooMany, TryLater, WrongCode,
};
use crate::{metrics::ErrorCode, sms::outcome::Refusal};

#[rustfmt::skip]
const CODES: &[(u32, Fault)] = &[
    // The account.
    (10001, Ours),       // account not active
    (20003, Ours),       // wrong, deleted or wrong-region credentials, suspended account
    (20403, Ours),       // account suspended or closed, no permission
    (70051, Ours),       // restricted key without the permission
    // Any API.
    (20404, Ours),       // not found: wrong SID in our address. On a check: see `of_check`
    (20409, Ours),       // conflict
    (20422, Ours),       // invalid parameter
    (20429, TryLater),   // too many requests at once
    (20500, TryLater),   // internal error
    (20503, TryLater),   // temporarily unavailable
    (20504, TryLater),   // timeout inside Twilio
    // Messages: the number.
    (21211, BadNumber),  // not a number
    (21265, BadNumber),  // a short code
    (21408, Country),    // country not enabled in the account's geo permissions
    (21610, OptedOut),   // replied STOP to this sender
    (21612, Country),    // no route for this pair of number and sender
    (21614, NoSms),      // not a mobile number
    (21635, NoSms),      // a landline
    // Messages: the sender and the request.
    (21212, Ours),       // sender not valid
    (21602, Ours),       // no text
    (21603, Ours),       // no sender
    (21604, Ours),       // no number
    (21606, Ours),       // sender not ours or without SMS
    (21608, Ours),       // trial account: only verified recipients
    (21609, Ours),       // callback address not valid
    (21611, TryLater),   // the sender's queue is full
    (21617, Ours),       // text too long
    (21659, Ours),       // sender not ours, or a short code of another country
    (21663, Ours),       // sender belongs to another region
    (21701, Ours),       // no such Messaging Service
    (21703, Ours),       // no fitting sender in the Messaging Service
    (21704, Ours),       // no sender at all in the Messaging Service
    (21705, Ours),       // malformed Messaging Service SID
    (90007, Ours),       // validity period out of range
    // Messages: on the way to the phone.
    (30001, TryLater),   // queue overflow
    (30002, Ours),       // account suspended after queueing
    (30003, TryLater),   // phone off or out of reach
    (30004, NoSms),      // blocked for this recipient
    (30005, BadNumber),  // number not in service
    (30006, NoSms),      // landline or carrier not reachable
    (30007, Ours),       // filtered as spam
    (30008, TryLater),   // unknown
    (30010, Ours),       // price above a limit
    (30017, TryLater),   // carrier congested
    (30018, Ours),       // country wants a registered sender name
    (30022, TryLater),   // US rate cap
    (30023, TryLater),   // US daily cap
    (30024, Ours),       // numeric sender not set up at the carrier
    (30032, Ours),       // toll-free sender not verified
    (30034, Ours),       // US sender not registered
    (30035, Ours),       // US sender's registration pending
    (30036, TryLater),   // validity period over, never sent
    (30410, TryLater),   // carrier did not answer
    (30450, TryLater),   // blocked as SMS pumping, for 15 to 30 minutes
    (30453, TryLater),   // the same family
    (30454, TryLater),   // the same family
    // Verify.
    (60200, BadNumber),  // invalid parameter; ours are fixed but for the number. On a check: see `of_check`
    (60201, Ours),       // translation of a template not approved
    (60202, TooMany),    // more than five checks
    (60203, TooMany),    // more than five sends
    (60204, Ours),       // service lacks a feature
    (60205, NoSms),      // a landline
    (60212, TooMany),    // many sends at once for one number
    (60220, Country),    // China wants vetting
    (60221, Ours),       // neither number nor verification named
    (60223, Ours),       // channel switched off in the service
    (60238, Ours),       // creation blocked: account under review, or a country under sanctions
    (60410, TryLater),   // fraud guard: range of numbers blocked for 12 hours
    (60412, TryLater),   // taken for a fake sign-up
    (60413, TryLater),   // the same, by device
    (60605, Country),    // country not enabled in Verify's geo permissions
    (575001, Ours),      // Verify not available to this trial account
];

/// Every code we know, for tests and counters with a bounded number of labels.
pub fn known_codes() -> impl Iterator<Item = u32> {
    CODES.iter().map(|(code, _)| *code)
}

/// A code as counters know it.
pub fn counted(code: Option<u32>) -> ErrorCode {
    match code {
        None => ErrorCode::None,
        Some(code) if look_up(code).is_some() => ErrorCode::Known(code),
        Some(_) => ErrorCode::Other,
    }
}

/// What a code of a status callback or a fetched message means.
pub fn of_code(code: u32) -> Fault {
    look_up(code).unwrap_or(TryLater)
}

/// What an answer to a send means.
pub fn of_answer(code: Option<u32>, http_status: u16) -> Fault {
    code.and_then(look_up).unwrap_or(match http_status {
        408 | 425 | 429 | 500.. => TryLater,
        _ => Ours,
    })
}

/// What an answer to a check means, where two codes say something else than they do for a send.
pub fn of_check(refusal: Refusal) -> Fault {
    match (refusal.code, refusal.http_status) {
        (Some(60200), _) => WrongCode,
        (_, 404) => Expired,
        _ => refusal.fault,
    }
}

/// Whether Twilio says that it has not even looked at the request, so that the same one may be sent again later.
/// The Verify codes that share status 429 are about one number's sends and checks, and waiting in line does not help.
pub fn was_not_processed(code: Option<u32>, http_status: u16) -> bool {
    match code {
        Some(21611) => true,
        Some(60202 | 60203 | 60212) => false,
        _ => http_status == 429,
    }
}

/// Whether a code speaks of the account as a whole, and not of a sender, a country or a number.
pub fn is_of_the_account(code: u32) -> bool {
    matches!(code, 10001 | 20003 | 20403 | 20404 | 60204 | 60223 | 70051 | 575_001)
}

/// Codes of Twilio's own guard against pumping. It guards numbers, and does so while everything works.
pub const GUARD: [u32; 6] = [30450, 30453, 30454, 60410, 60412, 60413];

fn look_up(code: u32) -> Option<Fault> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, fault)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twilio's dictionary once more, grouped the other way round, so that a slip in the table shows.
    const EXPECTED: &[(Fault, &[u32])] = &[
        (BadNumber, &[21211, 21265, 30005, 60200]),
        (NoSms, &[21614, 21635, 30004, 30006, 60205]),
        (OptedOut, &[21610]),
        (Country, &[21408, 21612, 60220, 60605]),
        (TooMany, &[60202, 60203, 60212]),
        (
            TryLater,
            &[
                20429, 20500, 20503, 20504, 21611, 30001, 30003, 30008, 30017, 30022, 30023, 30036, 30410, 30450,
                30453, 30454, 60410, 60412, 60413,
            ],
        ),
        (
            Ours,
            &[
                10001, 20003, 20403, 20404, 20409, 20422, 21212, 21602, 21603, 21604, 21606, 21608, 21609, 21617,
                21659, 21663, 21701, 21703, 21704, 21705, 30002, 30007, 30010, 30018, 30024, 30032, 30034, 30035,
                60201, 60204, 60221, 60223, 60238, 70051, 90007, 575001,
            ],
        ),
    ];

    #[test]
    fn every_code_of_the_dictionary_has_its_meaning() {
        let mut seen = 0;
        for (fault, codes) in EXPECTED {
            for code in *codes {
                assert_eq!(of_answer(Some(*code), 400), *fault, "{code}");
                assert_eq!(of_code(*code), *fault, "{code}");
                seen += 1;
            }
        }
        assert_eq!(seen, known_codes().count(), "a code is listed twice, or in one list only");
    }

    #[test]
    fn unknown_codes_are_read_by_their_status() {
        for (http_status, fault) in
            [(400, Ours), (401, Ours), (403, Ours), (404, Ours), (408, TryLater), (429, TryLater), (503, TryLater)]
        {
            assert_eq!(of_answer(Some(99_999), http_status), fault, "{http_status}");
            assert_eq!(of_answer(None, http_status), fault, "{http_status}");
        }
    }

    #[test]
    fn a_check_reads_two_codes_its_own_way() {
        let refused = |code, http_status| of_check(Refusal { code, http_status, fault: of_answer(code, http_status) });
        assert_eq!(refused(Some(20404), 404), Expired);
        assert_eq!(refused(None, 404), Expired);
        assert_eq!(refused(Some(60200), 400), WrongCode);
        assert_eq!(refused(Some(60202), 429), TooMany);
        assert_eq!(refused(Some(20003), 401), Ours);
    }

    #[test]
    fn only_what_was_not_processed_may_be_repeated() {
        assert!(was_not_processed(Some(20429), 429));
        assert!(was_not_processed(None, 429));
        assert!(was_not_processed(Some(21611), 400));
        for (code, http_status) in [(60202, 429), (60203, 429), (60212, 429), (20503, 503), (21211, 400)] {
            assert!(!was_not_processed(Some(code), http_status), "{code}");
        }
    }

    #[test]
    fn what_is_said_of_the_account_or_by_the_guard_is_known_by_its_meaning() {
        for code in known_codes().filter(|code| is_of_the_account(*code)) {
            assert_eq!(of_code(code), Ours, "{code}");
        }
        for code in GUARD {
            assert_eq!(of_code(code), TryLater, "{code}");
        }
        for code in [21606, 21608, 21612, 21408, 60605, 60238] {
            assert!(!is_of_the_account(code), "{code}");
        }
    }

    #[test]
    fn the_person_can_mend_the_number_and_the_operator_the_account() {
        for fault in [BadNumber, NoSms, OptedOut, Country] {
            assert!(fault.is_persons());
        }
        for fault in [TryLater, TooMany, WrongCode, Expired, Ours] {
            assert!(!fault.is_persons());
        }
        assert!(Ours.needs_operator() && Country.needs_operator() && !TryLater.needs_operator());
    }
}
