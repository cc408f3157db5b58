//! Why a text did not arrive, in words for whoever runs the service. Twilio's dictionary stands in `sms::twilio::errors`.

use i18n_embed_fl::fl;

use crate::{features::message_hours::Why, sms::Fault, web::words::Words};

/// The reason in words; the provider's code stands behind them, for looking it up.
pub fn in_words(why: Why, words: &Words) -> String {
    match why {
        Why::Code(code) => {
            let meaning = meaning(code, words);
            fl!(words.0, "admin-messages-error-with-code", meaning = meaning, code = code.to_string())
        }
        Why::Fault(fault) => of_fault(fault, words),
        Why::NotTold => fl!(words.0, "admin-messages-error-not-told"),
    }
}

fn of_fault(fault: Fault, words: &Words) -> String {
    match fault {
        Fault::BadNumber => fl!(words.0, "admin-messages-fault-bad-number"),
        Fault::NoSms => fl!(words.0, "admin-messages-fault-no-sms"),
        Fault::OptedOut => fl!(words.0, "admin-messages-fault-opted-out"),
        Fault::Country => fl!(words.0, "admin-messages-fault-country"),
        Fault::TryLater => fl!(words.0, "admin-messages-fault-try-later"),
        Fault::TooMany => fl!(words.0, "admin-messages-fault-too-many"),
        Fault::WrongCode | Fault::Expired => fl!(words.0, "admin-messages-fault-expired"),
        Fault::Paused => fl!(words.0, "admin-messages-fault-paused"),
        Fault::Ours => fl!(words.0, "admin-messages-fault-ours"),
    }
}

#[rustfmt::skip]
fn meaning(code: u32, words: &Words) -> String {
    match code {
        10001 => fl!(words.0, "admin-messages-error-10001"),
        20003 => fl!(words.0, "admin-messages-error-20003"),
        20403 => fl!(words.0, "admin-messages-error-20403"),
        70051 => fl!(words.0, "admin-messages-error-70051"),
        20404 => fl!(words.0, "admin-messages-error-20404"),
        20409 => fl!(words.0, "admin-messages-error-20409"),
        20422 => fl!(words.0, "admin-messages-error-20422"),
        20429 => fl!(words.0, "admin-messages-error-20429"),
        20500 => fl!(words.0, "admin-messages-error-20500"),
        20503 => fl!(words.0, "admin-messages-error-20503"),
        20504 => fl!(words.0, "admin-messages-error-20504"),
        21211 => fl!(words.0, "admin-messages-error-21211"),
        21265 => fl!(words.0, "admin-messages-error-21265"),
        21408 => fl!(words.0, "admin-messages-error-21408"),
        21610 => fl!(words.0, "admin-messages-error-21610"),
        21612 => fl!(words.0, "admin-messages-error-21612"),
        21614 => fl!(words.0, "admin-messages-error-21614"),
        21635 => fl!(words.0, "admin-messages-error-21635"),
        21212 => fl!(words.0, "admin-messages-error-21212"),
        21602 => fl!(words.0, "admin-messages-error-21602"),
        21603 => fl!(words.0, "admin-messages-error-21603"),
        21604 => fl!(words.0, "admin-messages-error-21604"),
        21606 => fl!(words.0, "admin-messages-error-21606"),
        21608 => fl!(words.0, "admin-messages-error-21608"),
        21609 => fl!(words.0, "admin-messages-error-21609"),
        21611 => fl!(words.0, "admin-messages-error-21611"),
        21617 => fl!(words.0, "admin-messages-error-21617"),
        21659 => fl!(words.0, "admin-messages-error-21659"),
        21663 => fl!(words.0, "admin-messages-error-21663"),
        21701 => fl!(words.0, "admin-messages-error-21701"),
        21703 => fl!(words.0, "admin-messages-error-21703"),
        21704 => fl!(words.0, "admin-messages-error-21704"),
        21705 => fl!(words.0, "admin-messages-error-21705"),
        90007 => fl!(words.0, "admin-messages-error-90007"),
        30001 => fl!(words.0, "admin-messages-error-30001"),
        30002 => fl!(words.0, "admin-messages-error-30002"),
        30003 => fl!(words.0, "admin-messages-error-30003"),
        30004 => fl!(words.0, "admin-messages-error-30004"),
        30005 => fl!(words.0, "admin-messages-error-30005"),
        30006 => fl!(words.0, "admin-messages-error-30006"),
        30007 => fl!(words.0, "admin-messages-error-30007"),
        30008 => fl!(words.0, "admin-messages-error-30008"),
        30010 => fl!(words.0, "admin-messages-error-30010"),
        30017 => fl!(words.0, "admin-messages-error-30017"),
        30018 => fl!(words.0, "admin-messages-error-30018"),
        30022 => fl!(words.0, "admin-messages-error-30022"),
        30023 => fl!(words.0, "admin-messages-error-30023"),
        30024 => fl!(words.0, "admin-messages-error-30024"),
        30032 => fl!(words.0, "admin-messages-error-30032"),
        30034 => fl!(words.0, "admin-messages-error-30034"),
        30035 => fl!(words.0, "admin-messages-error-30035"),
        30036 => fl!(words.0, "admin-messages-error-30036"),
        30410 => fl!(words.0, "admin-messages-error-30410"),
        30450 => fl!(words.0, "admin-messages-error-30450"),
        30453 => fl!(words.0, "admin-messages-error-30453"),
        30454 => fl!(words.0, "admin-messages-error-30454"),
        60200 => fl!(words.0, "admin-messages-error-60200"),
        60201 => fl!(words.0, "admin-messages-error-60201"),
        60202 => fl!(words.0, "admin-messages-error-60202"),
        60203 => fl!(words.0, "admin-messages-error-60203"),
        60204 => fl!(words.0, "admin-messages-error-60204"),
        60205 => fl!(words.0, "admin-messages-error-60205"),
        60212 => fl!(words.0, "admin-messages-error-60212"),
        60220 => fl!(words.0, "admin-messages-error-60220"),
        60221 => fl!(words.0, "admin-messages-error-60221"),
        60223 => fl!(words.0, "admin-messages-error-60223"),
        60238 => fl!(words.0, "admin-messages-error-60238"),
        60410 => fl!(words.0, "admin-messages-error-60410"),
        60412 => fl!(words.0, "admin-messages-error-60412"),
        60413 => fl!(words.0, "admin-messages-error-60413"),
        60605 => fl!(words.0, "admin-messages-error-60605"),
        575_001 => fl!(words.0, "admin-messages-error-575001"),
        _ => fl!(words.0, "admin-messages-error-unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::twilio::errors;

    #[test]
    fn every_code_of_the_dictionary_has_words_of_its_own() {
        let words = Words::english();
        let unknown = meaning(1, &words);
        for code in errors::known_codes() {
            assert_ne!(meaning(code, &words), unknown, "{code}");
            assert!(in_words(Why::Code(code), &words).ends_with(&format!("({code})")), "{code}");
        }
        for fault in Fault::ALL {
            assert!(!in_words(Why::Fault(fault), &words).is_empty());
        }
    }
}
