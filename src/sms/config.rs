//! What the providers need to know, as `config` reads it from the environment.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::CodeOwner;

/// How long a connection to Twilio may take to stand, name look-up and TLS included.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a whole call to Twilio may take, the last byte of the answer included.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Who carries texts: `SMS_PROVIDER`, a country's order of providers, and who had a message in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProviderChoice {
    /// Nobody: an inbox on a page, for trying Latchkey out.
    Demo,
    /// Twilio Programmable Messaging carries a text of ours with a code of ours.
    Messaging,
    /// Twilio Verify makes the code, words the text and compares what people type.
    Verify,
}

impl ProviderChoice {
    /// Every provider.
    pub const ALL: [Self; 3] = [Self::Demo, Self::Messaging, Self::Verify];

    /// The name in configuration, database and log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Messaging => "messaging",
            Self::Verify => "verify",
        }
    }

    /// The provider of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == name)
    }

    /// Who makes the codes that it carries.
    pub fn code_owner(self) -> CodeOwner {
        match self {
            Self::Demo | Self::Messaging => CodeOwner::Latchkey,
            Self::Verify => CodeOwner::Twilio,
        }
    }
}

/// The provider and what it needs.
#[derive(Clone, Debug)]
pub struct SmsConfig {
    /// Who carries the texts, where no country's order says otherwise.
    pub provider: ProviderChoice,
    /// Needed by every provider but the demo.
    pub twilio: Option<TwilioConfig>,
}

/// The Twilio account, and how to reach it.
#[derive(Clone, Debug)]
pub struct TwilioConfig {
    /// `AC…`: part of every Messages address, also where an API key signs the call.
    pub account_sid: String,
    /// Who calls.
    pub credentials: Credentials,
    /// What Twilio signs its own calls with; two while they are exchanged. Without one there are no reports of delivery.
    pub auth_tokens: Vec<SecretString>,
    /// Who the texts come from. Verify brings its own senders and needs none.
    pub from: Option<Sender>,
    /// `VA…`: the Verify service. Beside Messaging it carries codes where a country's order names it, and checks those it
    /// has sent.
    pub verify_service_sid: Option<String>,
    /// `https://api.twilio.com`, or a region's host.
    pub api_base: Url,
    /// `https://verify.twilio.com`.
    pub verify_base: Url,
    /// `https://lookups.twilio.com`.
    pub lookups_base: Url,
    /// See [`CONNECT_TIMEOUT`].
    pub connect_timeout: Duration,
    /// See [`CALL_TIMEOUT`].
    pub timeout: Duration,
}

/// HTTP Basic credentials: an API key (`SK…` and its secret) or the account itself (`AC…` and its auth token).
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The SID of the API key or of the account.
    pub user: String,
    /// The key's secret or the auth token.
    pub password: SecretString,
}

/// Who a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A number of ours in E.164 form, or a short code.
    PhoneNumber(String),
    /// A sender name. Most countries of our people take nothing else, and only registered ones.
    Alphanumeric(String),
    /// `MG…`: a Messaging Service, which picks the sender.
    MessagingService(String),
}

/// The text is no sender that Twilio takes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sender is a number like +15005550006, a short code, a name of at most 11 letters and digits \
     with at least one letter, or a Messaging Service SID (MG and 32 hexadecimal digits)"
)]
pub struct NotASender;

impl Sender {
    /// As it stands in the configuration, and as Twilio takes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::PhoneNumber(text) | Self::Alphanumeric(text) | Self::MessagingService(text) => text,
        }
    }

    /// Reads a sender as it stands in the configuration.
    ///
    /// # Errors
    /// [`NotASender`] says what is expected.
    pub fn parse(text: &str) -> Result<Self, NotASender> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(number) = text.strip_prefix('+') {
            let fits = digits(number) && (7..=15).contains(&number.len()) && !number.starts_with('0');
            return if fits { Ok(Self::PhoneNumber(text.to_owned())) } else { Err(NotASender) };
        }
        if let Some(id) = text.strip_prefix("MG")
            && id.len() == 32
            && id.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            return Ok(Self::MessagingService(text.to_owned()));
        }
        if digits(text) && (3..=8).contains(&text.len()) {
            return Ok(Self::PhoneNumber(text.to_owned()));
        }
        let named = text.bytes().any(|byte| byte.is_ascii_alphabetic());
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
        if named && plain && text.len() <= 11 {
            return Ok(Self::Alphanumeric(text.to_owned()));
        }
        Err(NotASender)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_found_by_its_name() {
        for provider in ProviderChoice::ALL {
            assert_eq!(ProviderChoice::parse(provider.as_str()), Some(provider));
        }
        assert_eq!(ProviderChoice::parse("pigeon"), None);
    }

    #[test]
    fn senders_are_told_apart() {
        let service = format!("MG{}", "a1".repeat(16));
        assert_eq!(Sender::parse("+15005550006"), Ok(Sender::PhoneNumber("+15005550006".into())));
        assert_eq!(Sender::parse("24273"), Ok(Sender::PhoneNumber("24273".into())));
        assert_eq!(Sender::parse("Latchkey"), Ok(Sender::Alphanumeric("Latchkey".into())));
        assert_eq!(Sender::parse(&service), Ok(Sender::MessagingService(service.clone())));
        for wrong in [
            "",
            "+",
            "+0911234567",
            "+1500555000600000",
            "123456789",
            "TwelveLetters",
            "L@tchkey",
            "ላችኪ",
            &service[1..],
        ] {
            assert_eq!(Sender::parse(wrong), Err(NotASender), "{wrong}");
        }
    }
}
