//! Text messages: the providers that carry them and every text we send.
//!
//! Three providers, chosen by configuration: the demo keeps texts in memory and shows them on a page; Programmable
//! Messaging carries our text with our code; Verify makes the code itself and compares what people type. A challenge
//! remembers whose code it is ([`CodeOwner`]), so a change of provider does not strand the codes under way.

pub mod config;
pub mod demo;
pub mod outcome;
pub mod texts;
pub mod twilio;

use std::time::Duration;

use reqwest::header::HeaderMap;

use crate::domain::one_time_code::OneTimeCode;
use crate::domain::phone_number::PhoneNumber;
pub use config::{Credentials, NotASender, ProviderChoice, Sender, SmsConfig, TwilioConfig};
pub use demo::DemoInbox;
pub use outcome::{Accepted, CheckFailure, Checked, ConnectionFault, Fault, Refusal, SendFailure};
pub use texts::{NoticeKind, TextKind};
use twilio::{Client, Messaging, NoClient, Verify};

/// One text to be sent. No `Debug`: the body holds the code.
#[derive(Clone)]
pub struct Outgoing {
    /// Who gets it.
    pub to: PhoneNumber,
    /// What it is for.
    pub kind: TextKind,
    /// The text. Verify words its own.
    pub body: String,
    /// The code in the text, for the demo's inbox. With Verify there is none of ours.
    pub code: Option<OneTimeCode>,
    /// The language of the text as a BCP 47 tag. Verify words its text in it.
    pub language: String,
    /// The code's remaining life: a text that comes later is not sent at all.
    pub valid_for: Duration,
    /// The SIDs of earlier Verify verifications of this number, which are cancelled first.
    pub replaces: Vec<String>,
}

/// Who made a code and can tell whether another is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeOwner {
    /// We did, and keep its MAC.
    Latchkey,
    /// Twilio Verify did.
    Twilio,
}

/// Carries texts. Cheap to clone: all clones share their connections, or the demo's inbox.
#[derive(Clone)]
pub enum SmsProvider {
    /// See [`ProviderChoice::Demo`].
    Demo(DemoInbox),
    /// See [`ProviderChoice::Messaging`]. `verify` checks what Verify sent before a change of provider.
    Messaging {
        /// Sends.
        messaging: Messaging,
        /// Checks, where a Verify service is configured too.
        verify: Option<Verify>,
    },
    /// See [`ProviderChoice::Verify`].
    Verify(Verify),
}

/// Why no provider could be made of the configuration.
#[derive(Debug, thiserror::Error)]
pub enum NoProvider {
    /// A Twilio provider without an account.
    #[error("SMS_PROVIDER asks for Twilio, but TWILIO_ACCOUNT_SID and its credentials are not set")]
    NoAccount,
    /// Messaging without a sender.
    #[error("SMS_PROVIDER=messaging needs TWILIO_PHONE_NUMBER or TWILIO_MESSAGING_SERVICE_SID")]
    NoSender,
    /// Verify without a service.
    #[error("SMS_PROVIDER=verify needs TWILIO_VERIFY_SERVICE_SID")]
    NoVerifyService,
    /// See [`NoClient`].
    #[error(transparent)]
    NoClient(#[from] NoClient),
}

impl SmsProvider {
    /// Makes the configured provider. Connects to nothing yet.
    ///
    /// # Errors
    /// [`NoProvider`] names the variable that is missing or wrong.
    pub fn from_config(config: &SmsConfig) -> Result<Self, NoProvider> {
        Self::with_headers(config, HeaderMap::new())
    }

    /// As [`SmsProvider::from_config`], with `extra` headers on every call: tests tell a mock of Twilio so what to
    /// answer.
    ///
    /// # Errors
    /// See there.
    pub fn with_headers(config: &SmsConfig, extra: HeaderMap) -> Result<Self, NoProvider> {
        if config.provider == ProviderChoice::Demo {
            return Ok(Self::Demo(DemoInbox::default()));
        }
        let twilio = config.twilio.as_ref().ok_or(NoProvider::NoAccount)?;
        let client = Client::new(twilio, extra)?;
        let service = twilio.verify_service_sid.clone();
        let verify = service.map(|sid| Verify::new(client.clone(), twilio, sid));
        if config.provider == ProviderChoice::Verify {
            return verify.map(Self::Verify).ok_or(NoProvider::NoVerifyService);
        }
        let from = twilio.from.clone().ok_or(NoProvider::NoSender)?;
        Ok(Self::Messaging { messaging: Messaging::new(client, twilio, from), verify })
    }

    /// The provider's name in configuration and log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Messaging { .. } => "messaging",
            Self::Verify(_) => "verify",
        }
    }

    /// Who makes the codes of the texts sent from now on.
    pub fn code_owner(&self) -> CodeOwner {
        match self {
            Self::Demo(_) | Self::Messaging { .. } => CodeOwner::Latchkey,
            Self::Verify(_) => CodeOwner::Twilio,
        }
    }

    /// Sends one text, once.
    ///
    /// # Errors
    /// Only after [`SendFailure::NotReached`] may the same text be sent again without asking anybody.
    pub async fn send(&self, text: &Outgoing) -> Result<Accepted, SendFailure> {
        match self {
            Self::Demo(inbox) => inbox.receive(text),
            Self::Messaging { messaging, .. } => messaging.send(text).await,
            Self::Verify(verify) => verify.start(text).await,
        }
    }

    /// Has Twilio compare a code of [`CodeOwner::Twilio`] with the one it sent for the verification `sid`.
    ///
    /// # Errors
    /// A failure proves nothing, also where Twilio may have approved: the person asks for a new code.
    pub async fn check(&self, sid: &str, code: &OneTimeCode) -> Result<Checked, CheckFailure> {
        match self.verify() {
            Some(verify) => verify.check(sid, code).await,
            None => Err(NO_VERIFY_SERVICE),
        }
    }

    /// Makes the code of the verification `sid` worthless; so it also is when Twilio has forgotten it already.
    ///
    /// # Errors
    /// After any failure cancelling may be repeated.
    pub async fn cancel(&self, sid: &str) -> Result<(), SendFailure> {
        match self.verify() {
            Some(verify) => verify.cancel(sid).await,
            None => Err(NO_VERIFY_SERVICE),
        }
    }

    /// Finds out, without sending anything, whether the provider answers to this configuration.
    ///
    /// # Errors
    /// [`ConnectionFault`] says in words what is wrong.
    pub async fn check_connection(&self) -> Result<(), ConnectionFault> {
        match self {
            Self::Demo(_) => Ok(()),
            Self::Messaging { messaging, .. } => messaging.check_connection().await,
            Self::Verify(verify) => verify.check_connection().await,
        }
    }

    fn verify(&self) -> Option<&Verify> {
        match self {
            Self::Demo(_) => None,
            Self::Messaging { verify, .. } => verify.as_ref(),
            Self::Verify(verify) => Some(verify),
        }
    }
}

/// What is left of a challenge of Verify's when its service is no longer configured.
const NO_VERIFY_SERVICE: SendFailure =
    SendFailure::NotReached { retry_after: None, why: "no Verify service is configured" };

/// What a failed look at the account means, `unknown` for a 404.
fn refused_connection(failure: SendFailure, unknown: ConnectionFault) -> ConnectionFault {
    match failure {
        SendFailure::Refused(Refusal { code, http_status: http_status @ (401 | 403), .. }) => {
            ConnectionFault::Credentials { http_status, code }
        }
        SendFailure::Refused(Refusal { http_status: 404, .. }) => unknown,
        SendFailure::Refused(refusal) => ConnectionFault::Refused(refusal),
        SendFailure::NotReached { why, .. } | SendFailure::Unknown { why } => ConnectionFault::NotReachable { why },
    }
}
