//! What becomes of a text after Twilio has taken it.

/// Twilio's word on a message. Source: Twilio, "Outbound message status in status callbacks".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeliveryStatus {
    /// A Messaging Service will choose the sender.
    Accepted,
    /// It waits for its time. Ours do not.
    Scheduled,
    /// It waits for its turn.
    Queued,
    /// On its way to the carrier.
    Sending,
    /// The carrier has it. Often the last word there is.
    Sent,
    /// The carrier says that the phone has it, which in some countries it always says.
    Delivered,
    /// The carrier says that the phone did not get it.
    Undelivered,
    /// It never left Twilio.
    Failed,
    /// Somebody took it back.
    Canceled,
}

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Accepted,
        Self::Scheduled,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::Failed,
        Self::Canceled,
    ];

    /// The name at Twilio and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }

    /// The status of that name. Twilio may invent others, which tell us nothing.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Nothing follows it.
    pub fn is_final(self) -> bool {
        self.rank() == 4
    }

    /// The statuses that it may follow: reports come late, twice and in any order, and only the furthest counts.
    pub fn may_follow(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |earlier| earlier.rank() < self.rank())
    }

    fn rank(self) -> u8 {
        match self {
            Self::Accepted | Self::Scheduled => 0,
            Self::Queued => 1,
            Self::Sending => 2,
            Self::Sent => 3,
            Self::Delivered | Self::Undelivered | Self::Failed | Self::Canceled => 4,
        }
    }
}

/// All that a report tells about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// `SM…`, Twilio's name for the message.
    pub sid: String,
    /// Its last word.
    pub status: DeliveryStatus,
    /// Why it did not arrive.
    pub error_code: Option<u32>,
    /// In how many segments it is billed; with a Messaging Service not known at first.
    pub segments: Option<u16>,
    /// What it cost; not known for up to a day.
    pub price: Option<Price>,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Millionths of the currency's unit.
    pub micros: u64,
    /// The currency, ISO 4217.
    pub unit: String,
}

impl Price {
    /// Reads Twilio's form, a decimal number that is negative for what we owe. What is finer than a millionth is rounded
    /// up. None for anything else, above all for what is owed to us.
    pub fn parse(amount: &str, unit: &str) -> Option<Self> {
        let owed = amount.strip_prefix('-').unwrap_or(amount);
        let (whole, fraction) = owed.split_once('.').unwrap_or((owed, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let (counted, rest) = fraction.split_at(fraction.len().min(6));
        let micros = whole.parse::<u64>().ok()?.checked_mul(1_000_000)?;
        let finer = u64::from(rest.bytes().any(|byte| byte != b'0'));
        let micros = micros.checked_add(format!("{counted:0<6}").parse::<u64>().ok()?)?.checked_add(finer)?;
        let is_currency = unit.len() == 3 && unit.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_free = micros == 0;
        let is_ours = amount.starts_with('-') || is_free;
        (is_currency && is_ours).then(|| Self { micros, unit: unit.to_ascii_uppercase() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_follows_only_those_before_it_and_nothing_follows_the_last() {
        use DeliveryStatus::{Accepted, Delivered, Queued, Sent};
        assert_eq!(Accepted.may_follow().count(), 0);
        assert!(Delivered.may_follow().eq(DeliveryStatus::ALL.into_iter().take(5)));
        assert!(!Sent.may_follow().any(|earlier| earlier == Sent));
        assert!(Sent.may_follow().any(|earlier| earlier == Queued));
        for last in DeliveryStatus::ALL.into_iter().filter(|status| status.is_final()) {
            assert!(DeliveryStatus::ALL.into_iter().all(|next| !next.may_follow().any(|earlier| earlier == last)));
        }
    }

    #[test]
    fn every_status_is_found_by_its_name() {
        for status in DeliveryStatus::ALL {
            assert_eq!(DeliveryStatus::parse(status.as_str()), Some(status));
        }
        assert_eq!(DeliveryStatus::parse("read"), None);
    }

    #[test]
    fn prices_are_read_to_the_millionth_and_rounded_up() {
        let micros = |amount| Price::parse(amount, "usd").map(|price| price.micros);
        for (amount, expected) in [
            ("-0.00830", 8_300),
            ("-0.0083", 8_300),
            ("-12", 12_000_000),
            ("-0.3000001", 300_001),
            ("-0.3000000", 300_000),
            ("0", 0),
            ("0.00000", 0),
        ] {
            assert_eq!(micros(amount), Some(expected), "{amount}");
        }
        for amount in ["", "-", "-.5", "0.0083", "-1,5", "--1", "-1.5.0", "-1e3", "NaN", "-99999999999999999999"] {
            assert_eq!(micros(amount), None, "{amount}");
        }
        assert_eq!(Price::parse("-1", "USD").map(|price| price.unit), Some("USD".to_owned()));
        assert_eq!(Price::parse("-1", "dollars"), None);
    }
}
