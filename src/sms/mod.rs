//! Text messages: the providers that carry them and every text we send.
//!
//! Three providers: the demo keeps texts in memory and shows them on a page; Programmable Messaging carries our text with
//! our code; Verify makes the code itself and compares what people type. Both of Twilio's can be configured side by side,
//! and each code may go by either. A challenge remembers whose code it is ([`CodeOwner`]), so a change of provider does
//! not strand the codes under way.

pub mod call_times;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod outcome;
pub mod texts;
pub mod twilio;
pub mod wording;

use std::{sync::Arc, time::Duration};

use reqwest::header::HeaderMap;

use crate::domain::one_time_code::OneTimeCode;
use crate::domain::phone_number::PhoneNumber;
pub use call_times::{CallTimes, SendTimes};
pub use config::{Credentials, NotASender, ProviderChoice, Sender, SmsConfig, TwilioConfig};
pub use delivery::{DeliveryStatus, Price, Report};
pub use demo::{DemoInbox, DemoMessage};
pub use outcome::{Accepted, CheckFailure, Checked, ConnectionFault, Fault, Refusal, SendFailure};
pub use texts::{NoticeKind, TextKind};
pub use wording::{Wording, Wordings};

use twilio::{Client, Messaging, NoClient, Verify};

/// One text to be sent. No `Debug`: it may hold a code.
#[derive(Clone)]
pub struct Outgoing {
    /// Who gets it.
    pub to: PhoneNumber,
    /// What it brings.
    pub content: Content,
    /// How long it is of use, for a code what remains of its life: a text that would come later is not sent at all.
    pub valid_for: Duration,
    /// Whom it comes from, where the number's country asks for somebody else than the deployment's sender.
    pub sender: Option<Sender>,
    /// Where Twilio may report what becomes of it; only for words of ours.
    pub report_to: Option<String>,
}

/// What a text brings.
#[derive(Clone)]
pub enum Content {
    /// Words of ours, for Programmable Messaging or the demo.
    Ours {
        /// What they are about.
        subject: Subject,
        /// The text.
        body: String,
    },
    /// A code that Verify makes, in words of Verify's.
    CodeOfVerify {
        /// The language of the text as a BCP 47 tag.
        language: String,
        /// The SIDs of earlier verifications of this number, which are cancelled first.
        replaces: Vec<String>,
    },
}

/// What a text in words of ours is about.
#[derive(Clone)]
pub enum Subject {
    /// It brings a code.
    Code {
        /// What the code is for.
        kind: TextKind,
        /// The code in the text, for the demo's inbox.
        code: OneTimeCode,
    },
    /// It tells an owner what happened.
    Notice(NoticeKind),
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
    /// One of Twilio's two, or both.
    Twilio(Arc<TwilioProviders>),
}

/// What is configured of Twilio's two providers.
pub struct TwilioProviders {
    /// Who carries codes where no country's order says otherwise. That one is there.
    first: ProviderChoice,
    /// Carries words of ours, where a sender is configured: codes, and notices in any case.
    messaging: Option<Messaging>,
    /// Makes, sends and checks codes, where a service is configured.
    verify: Option<Verify>,
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
        let messaging = twilio.from.clone().map(|from| Messaging::new(client, twilio, from));
        match config.provider {
            ProviderChoice::Messaging if messaging.is_none() => return Err(NoProvider::NoSender),
            ProviderChoice::Verify if verify.is_none() => return Err(NoProvider::NoVerifyService),
            _ => {}
        }
        Ok(Self::Twilio(Arc::new(TwilioProviders { first: config.provider, messaging, verify })))
    }

    /// Who carries codes where no country's order says otherwise.
    pub fn first(&self) -> ProviderChoice {
        match self {
            Self::Demo(_) => ProviderChoice::Demo,
            Self::Twilio(twilio) => twilio.first,
        }
    }

    /// Who carries notices: whoever takes words of ours; none when nobody does.
    pub fn for_notices(&self) -> Option<ProviderChoice> {
        [ProviderChoice::Demo, ProviderChoice::Messaging].into_iter().find(|provider| self.is_configured(*provider))
    }

    /// Whether texts can be handed to that provider.
    pub fn is_configured(&self, provider: ProviderChoice) -> bool {
        match provider {
            ProviderChoice::Demo => matches!(self, Self::Demo(_)),
            ProviderChoice::Messaging => self.messaging().is_some(),
            ProviderChoice::Verify => self.verify().is_some(),
        }
    }

    /// Who carries codes where `wanted` is the order, of those that are configured. Never empty: where none of them is,
    /// the deployment's own provider does.
    pub fn in_order(&self, wanted: &[ProviderChoice]) -> Vec<ProviderChoice> {
        let mut order = Vec::new();
        for provider in wanted.iter().copied().filter(|provider| self.is_configured(*provider)) {
            if !order.contains(&provider) {
                order.push(provider);
            }
        }
        if order.is_empty() {
            order.push(self.first());
        }
        order
    }

    /// Sends one text, once.
    ///
    /// # Errors
    /// Only after [`SendFailure::NotReached`] may the same text be sent again without asking anybody.
    pub async fn send(&self, text: &Outgoing) -> Result<Accepted, SendFailure> {
        match &text.content {
            Content::Ours { subject, body } => match (self, self.messaging()) {
                (Self::Demo(inbox), _) => inbox.receive(&text.to, subject, body),
                (_, Some(messaging)) => messaging.send(text, body).await,
                (_, None) => Err(NO_SENDER),
            },
            Content::CodeOfVerify { language, replaces } => match self.verify() {
                Some(verify) => verify.start(&text.to, language, replaces).await,
                None => Err(NO_VERIFY_SERVICE),
            },
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

    /// Asks what has become of the message `sid`, which changes nothing.
    ///
    /// # Errors
    /// After any failure asking may be repeated.
    pub async fn fetch_report(&self, sid: &str) -> Result<Option<Report>, SendFailure> {
        match self.messaging() {
            Some(messaging) => messaging.fetch(sid).await,
            None => Err(NO_SENDER),
        }
    }

    /// Finds out, without sending anything, whether one of the providers answers to this configuration.
    ///
    /// # Errors
    /// [`ConnectionFault`] says in words what is wrong.
    pub async fn check_connection(&self, provider: ProviderChoice) -> Result<(), ConnectionFault> {
        match (provider, self.messaging(), self.verify()) {
            (ProviderChoice::Messaging, Some(messaging), _) => messaging.check_connection().await,
            (ProviderChoice::Verify, _, Some(verify)) => verify.check_connection().await,
            (ProviderChoice::Demo | ProviderChoice::Messaging | ProviderChoice::Verify, ..) => Ok(()),
        }
    }

    fn messaging(&self) -> Option<&Messaging> {
        match self {
            Self::Demo(_) => None,
            Self::Twilio(twilio) => twilio.messaging.as_ref(),
        }
    }

    fn verify(&self) -> Option<&Verify> {
        match self {
            Self::Demo(_) => None,
            Self::Twilio(twilio) => twilio.verify.as_ref(),
        }
    }
}

/// What is left of a challenge of Verify's when its service is no longer configured.
const NO_VERIFY_SERVICE: SendFailure =
    SendFailure::NotReached { retry_after: None, why: "no Verify service is configured" };

/// Words of ours when only Verify is configured, which sends its own.
const NO_SENDER: SendFailure = SendFailure::NotReached { retry_after: None, why: "no sender is configured" };

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

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use url::Url;

    use super::*;

    /// A deployment whose Twilio nobody reaches.
    fn deployment(provider: ProviderChoice, from: Option<Sender>) -> SmsProvider {
        let nowhere = Url::parse("http://127.0.0.1:1").expect("an address");
        let twilio = TwilioConfig {
            auth_tokens: Vec::new(),
            account_sid: format!("AC{}", "0".repeat(32)),
            credentials: Credentials { user: "SK".to_owned(), password: SecretString::from("secret") },
            from,
            verify_service_sid: Some(format!("VA{}", "0".repeat(32))),
            api_base: nowhere.clone(),
            verify_base: nowhere.clone(),
            lookups_base: nowhere,
            connect_timeout: config::CONNECT_TIMEOUT,
            timeout: config::CALL_TIMEOUT,
        };
        SmsProvider::from_config(&SmsConfig { provider, twilio: Some(twilio) }).expect("a provider")
    }

    fn notice() -> Outgoing {
        Outgoing {
            to: PhoneNumber::from_stored("+251911234567".to_owned()),
            content: Content::Ours { subject: Subject::Notice(NoticeKind::TwoFactorOn), body: "It is on.".to_owned() },
            valid_for: Duration::from_secs(60),
            report_to: None,
            sender: None,
        }
    }

    #[actix_web::test]
    async fn aut_08_verify_sends_notices_only_with_a_sender() {
        let sender = Sender::Alphanumeric("Latchkey".to_owned());
        let with = deployment(ProviderChoice::Verify, Some(sender.clone()));
        assert_eq!((with.first(), with.for_notices()), (ProviderChoice::Verify, Some(ProviderChoice::Messaging)));
        let tried = SendFailure::NotReached { retry_after: None, why: "no connection" };
        assert_eq!(with.send(&notice()).await, Err(tried), "it was on its way to Twilio");

        let without = deployment(ProviderChoice::Verify, None);
        assert_eq!((without.first(), without.for_notices()), (ProviderChoice::Verify, None));
        assert_eq!(without.send(&notice()).await, Err(NO_SENDER));

        let messaging = deployment(ProviderChoice::Messaging, Some(sender));
        assert_eq!(messaging.for_notices(), Some(ProviderChoice::Messaging));
    }

    #[actix_web::test]
    async fn a_code_of_verify_needs_a_verify_service() {
        let demo = SmsProvider::Demo(DemoInbox::default());
        let content = Content::CodeOfVerify { language: "en".to_owned(), replaces: Vec::new() };
        assert_eq!(demo.send(&Outgoing { content, ..notice() }).await, Err(NO_VERIFY_SERVICE));
        assert_eq!(demo.for_notices(), Some(ProviderChoice::Demo));
        assert!(demo.send(&notice()).await.is_ok());
    }

    #[test]
    fn only_configured_providers_count_each_once_and_there_is_always_one() {
        use ProviderChoice::{Demo, Messaging, Verify};
        let both = deployment(Messaging, Some(Sender::Alphanumeric("Latchkey".to_owned())));
        let verify_alone = deployment(Verify, None);
        let demo = SmsProvider::Demo(DemoInbox::default());
        for (sms, wanted, order) in [
            (&both, vec![], vec![Messaging]),
            (&both, vec![Verify, Messaging], vec![Verify, Messaging]),
            (&both, vec![Messaging, Verify, Messaging], vec![Messaging, Verify]),
            (&verify_alone, vec![Messaging, Verify], vec![Verify]),
            (&verify_alone, vec![Messaging], vec![Verify]),
            (&demo, vec![Verify, Messaging], vec![Demo]),
        ] {
            assert_eq!(sms.in_order(&wanted), order, "{wanted:?}");
        }
    }
}
