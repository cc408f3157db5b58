//! Words that the list and one message's page have in common.

use std::time::Duration;

use i18n_embed_fl::fl;

use crate::{
    domain::{country::Country, phone_number::PhoneNumber},
    features::messages::search::{End, Occasion},
    sms::{ProviderChoice, Sender},
    web::words::Words,
};

/// How a text stands.
pub fn end(end: End, words: &Words) -> String {
    match end {
        End::Underway => fl!(words.0, "admin-messages-end-underway"),
        End::Sent => fl!(words.0, "admin-messages-end-sent"),
        End::Delivered => fl!(words.0, "admin-messages-end-delivered"),
        End::Undelivered => fl!(words.0, "admin-messages-end-undelivered"),
        End::Refused => fl!(words.0, "admin-messages-end-refused"),
        End::Held => fl!(words.0, "admin-messages-end-held"),
        End::Unknown => fl!(words.0, "admin-messages-end-unknown"),
        End::Withheld => fl!(words.0, "admin-messages-end-withheld"),
        End::Superseded => fl!(words.0, "admin-messages-end-superseded"),
    }
}

/// The tone of that.
pub fn tone(end: End) -> &'static str {
    match end {
        End::Delivered => "ok",
        End::Underway | End::Sent | End::Unknown => "wait",
        End::Undelivered | End::Refused => "bad",
        End::Held | End::Withheld | End::Superseded => "off",
    }
}

/// What a text is for.
pub fn occasion(occasion: Occasion, words: &Words) -> String {
    match occasion {
        Occasion::Registration => fl!(words.0, "admin-messages-for-registration"),
        Occasion::SignIn => fl!(words.0, "admin-messages-for-sign-in"),
        Occasion::StepUp => fl!(words.0, "admin-messages-for-step-up"),
        Occasion::PasswordReset => fl!(words.0, "admin-messages-for-password-reset"),
        Occasion::PhoneChange => fl!(words.0, "admin-messages-for-phone-change"),
        Occasion::Notice => fl!(words.0, "admin-messages-for-notice"),
    }
}

/// A country's name, or that there is none.
pub fn country(country: Option<Country>, words: &Words) -> String {
    country.map_or_else(|| fl!(words.0, "admin-messages-no-country"), |country| words.country(country))
}

/// A number without what would name a person, or that it is forgotten.
pub fn number(number: Option<&PhoneNumber>, words: &Words) -> String {
    number.map_or_else(|| fl!(words.0, "admin-messages-number-forgotten"), ToString::to_string)
}

/// Who carries a text, and whom it comes from. Our own numbers are masked like everybody's.
pub fn way(provider: Option<ProviderChoice>, sender: Option<&str>, words: &Words) -> String {
    match provider {
        Some(ProviderChoice::Messaging) => {
            fl!(words.0, "admin-messages-by-messaging", sender = sender_of(sender, words))
        }
        Some(ProviderChoice::Verify) => fl!(words.0, "admin-messages-by-verify"),
        Some(ProviderChoice::Demo) => fl!(words.0, "admin-messages-by-demo"),
        None => fl!(words.0, "admin-messages-by-nobody"),
    }
}

fn sender_of(sender: Option<&str>, words: &Words) -> String {
    match sender.map(Sender::parse) {
        None => fl!(words.0, "admin-messages-sender-own"),
        Some(Ok(Sender::Alphanumeric(name))) => name,
        Some(Ok(Sender::PhoneNumber(number))) => PhoneNumber::from_stored(number).to_string(),
        Some(Ok(Sender::MessagingService(sid))) => {
            let end: String = sid.chars().skip(28).collect();
            fl!(words.0, "admin-messages-sender-service", sid = format!("MG…{end}"))
        }
        Some(Err(_)) => fl!(words.0, "admin-messages-nothing"),
    }
}

/// Millionths of a currency's unit with four places, which is what Twilio bills in.
pub fn money(micros: i64) -> String {
    let tenths = (micros + 50).div_euclid(100);
    format!("{}.{:04}", tenths / 10_000, tenths % 10_000)
}

/// The same with two places, for sums.
pub fn sum(micros: i64) -> String {
    let cents = (micros + 5_000).div_euclid(10_000);
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// A time that something took: seconds with a place, or minutes.
pub fn took(time: Duration, words: &Words) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 99.95 {
        fl!(words.0, "admin-messages-seconds", seconds = format!("{seconds:.1}"))
    } else {
        fl!(words.0, "admin-messages-minutes", minutes = format!("{:.1}", seconds / 60.0))
    }
}

/// The same, or a dash.
pub fn took_or_nothing(time: Option<Duration>, words: &Words) -> String {
    time.map_or_else(|| fl!(words.0, "admin-messages-nothing"), |time| took(time, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_rounded_to_its_places() {
        assert_eq!([0, 8_300, 350_000, 12_345_678].map(money), ["0.0000", "0.0083", "0.3500", "12.3457"]);
        assert_eq!([0, 4_999, 5_000, 21_400_000].map(sum), ["0.00", "0.00", "0.01", "21.40"]);
    }

    #[test]
    fn times_are_told_in_seconds_then_in_minutes() {
        let words = Words::english();
        let told = |millis| took(Duration::from_millis(millis), &words);
        assert_eq!(
            [3_240, 99_900, 100_000, 600_000].map(told),
            ["3.2\u{a0}s", "99.9\u{a0}s", "1.7\u{a0}min", "10.0\u{a0}min"]
        );
        assert_eq!(took_or_nothing(None, &words), "–");
    }

    #[test]
    fn no_sender_is_shown_whole_that_is_a_number() {
        let words = Words::english();
        let shown = |sender| way(Some(ProviderChoice::Messaging), sender, &words);
        assert!(!shown(Some("+15005550006")).contains("500555"));
        assert!(shown(Some("Latchkey")).contains("Latchkey"));
        assert!(shown(Some("MG0123456789abcdef0123456789abcdef")).ends_with("MG…abcdef"));
        assert!(shown(None).contains("usual sender"));
    }
}
