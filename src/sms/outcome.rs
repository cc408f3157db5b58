//! What can come of a send or a check. The one question behind it: may the same text have gone out already?

use std::fmt;
use std::time::Duration;

use super::delivery::Report;

/// The provider has the text and will carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// `SM…` for a message, `VE…` for a verification; none in the demo.
    pub sid: Option<String>,
    /// The provider's first word on it: `queued`, `accepted`, `pending` and others, some of them not yet invented.
    pub status: String,
    /// The same as a report, where it is one.
    pub report: Option<Report>,
}

/// Why a send did not come to a good end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// Twilio said no: nothing was sent, and the same request would be refused again.
    #[error("{0}")]
    Refused(Refusal),
    /// Twilio has surely not acted: no connection stood, or it said "not now". Safe to repeat.
    #[error("not reached: {why}")]
    NotReached {
        /// How long Twilio asks us to wait.
        retry_after: Option<Duration>,
        /// For the log.
        why: &'static str,
    },
    /// It may have been sent or not. Twilio knows no idempotency key, so this is never sent again by itself.
    #[error("outcome unknown: {why}")]
    Unknown {
        /// For the log.
        why: &'static str,
    },
}

/// A check fails in the same three ways; none of them proves a number.
pub type CheckFailure = SendFailure;

/// Twilio's no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Twilio's error code, where the answer had one.
    pub code: Option<u32>,
    /// The HTTP status of the answer.
    pub http_status: u16,
    /// What it means to the person and to us.
    pub fault: Fault,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: fault={} http={} code=", self.fault.as_str(), self.http_status)?;
        match self.code {
            Some(code) => write!(f, "{code}"),
            None => f.write_str("none"),
        }
    }
}

/// What a refusal means to the person who waits for the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// There is no such number.
    BadNumber,
    /// The number cannot receive texts, a landline for instance.
    NoSms,
    /// The person told our sender to stop.
    OptedOut,
    /// We send no texts to that country.
    Country,
    /// Not now; asking again later may work.
    TryLater,
    /// Too many sends or checks at Twilio.
    TooMany,
    /// Not the code that was sent.
    WrongCode,
    /// Nothing is waiting for a code any more.
    Expired,
    /// We send no texts to numbers like this for a while: too few of the codes sent there were entered.
    Paused,
    /// Our account, sender or request is at fault.
    Ours,
}

impl Fault {
    /// Whether the person can put it right by giving another number.
    pub fn is_persons(self) -> bool {
        matches!(self, Self::BadNumber | Self::NoSms | Self::OptedOut | Self::Country)
    }

    /// Whether somebody has to change something in the Twilio account: without it everybody, or everybody of one
    /// country, stays outside.
    pub fn needs_operator(self) -> bool {
        matches!(self, Self::Ours | Self::Country)
    }

    /// Every fault.
    pub const ALL: [Self; 10] = [
        Self::BadNumber,
        Self::NoSms,
        Self::OptedOut,
        Self::Country,
        Self::TryLater,
        Self::TooMany,
        Self::WrongCode,
        Self::Expired,
        Self::Paused,
        Self::Ours,
    ];

    /// The fault with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == name)
    }

    /// The fault's name in the database, in logs and counters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadNumber => "bad_number",
            Self::NoSms => "no_sms",
            Self::OptedOut => "opted_out",
            Self::Country => "country",
            Self::TryLater => "try_later",
            Self::TooMany => "too_many",
            Self::WrongCode => "wrong_code",
            Self::Expired => "expired",
            Self::Paused => "paused",
            Self::Ours => "ours",
        }
    }
}

/// What Twilio Verify says about a code. Only `Approved` proves anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The right code, for the first time.
    Approved,
    /// Another code than the one that was sent.
    Wrong,
    /// Twilio knows no such verification: used, expired, cancelled, tried too often or never started. It does not say
    /// which; our own state does.
    Gone,
    /// More than five checks of this verification.
    OutOfChecks,
}

/// Why the provider cannot be used as it is configured: `latchkey check` prints it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionFault {
    /// 401 or 403.
    #[error(
        "Twilio does not accept the credentials (HTTP {http_status}, code {}): wrong SID, secret or region, \
         or a key without this permission",
        .code.map_or_else(|| "none".to_owned(), |code| code.to_string())
    )]
    Credentials {
        /// The HTTP status of the answer.
        http_status: u16,
        /// Twilio's error code.
        code: Option<u32>,
    },
    /// No answer that Twilio could have given.
    #[error("Twilio cannot be reached: {why}")]
    NotReachable {
        /// What happened on the way.
        why: &'static str,
    },
    /// 404 for the account.
    #[error("Twilio knows no such account: see TWILIO_ACCOUNT_SID and TWILIO_API_BASE_URL")]
    AccountUnknown,
    /// 404 for the Verify service.
    #[error("Twilio knows no such Verify service: see TWILIO_VERIFY_SERVICE_SID and TWILIO_VERIFY_BASE_URL")]
    ServiceUnknown,
    /// The Verify service makes codes that our pages do not take.
    #[error("the Verify service makes codes of {0} digits; set its code length to 6")]
    CodeLength(u32),
    /// Anything else.
    #[error("Twilio {0}")]
    Refused(Refusal),
}
