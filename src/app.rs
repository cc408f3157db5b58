//! What a handler may ask for.

use std::sync::Arc;

use crate::{
    config::Config,
    crypto::{
        hasher::Hasher,
        keys::{KeyRing, KeyUse},
    },
    db::Db,
    domain::ids::MessageId,
    features::{
        alerts::watch::UnsignedReports,
        deliveries,
        messages::{outcomes::Outcomes, reserve::Limits},
        settings::{Live, Settings},
    },
    sms::{CallTimes, NoProvider, SendTimes, SmsProvider},
};

/// The running program's parts. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// Who carries the texts.
    pub sms: SmsProvider,
    /// Argon2id and whatever else costs as much.
    pub hasher: Hasher,
    /// Derived keys.
    pub keys: Arc<Keys>,
    /// News of messages, from all instances.
    pub outcomes: Outcomes,
    /// What administrators may change while the service runs.
    pub settings: Live,
    /// How long the provider takes to accept a text with a code.
    pub send_times: Arc<SendTimes>,
    /// How long it takes to compare a code, where that is the provider's to do.
    pub check_times: Arc<CallTimes>,
    /// Reports of delivery that were not Twilio's, of late.
    pub unsigned_reports: Arc<UnsignedReports>,
    /// What the deployment chooses.
    pub config: Arc<Config>,
}

/// The keys that features use by themselves.
#[derive(Debug)]
pub struct Keys {
    /// For the MACs of codes.
    pub one_time_code: KeyRing,
    /// For the keys of throttles.
    pub throttle_key: KeyRing,
    /// Seals the secrets of authenticator apps.
    pub totp_secret: KeyRing,
    /// Seals the cookie of known browsers.
    pub device_cookie: KeyRing,
    /// For the hashes of the long codes that texts carry.
    pub action_code: KeyRing,
    /// For what stands for a person or a number in what outlives them.
    pub pseudonym: KeyRing,
    /// Chains the rows of the audit trail.
    pub audit: KeyRing,
}

impl App {
    /// Puts the parts together. Connects in the background.
    ///
    /// # Errors
    /// When no SMS provider can be made of the configuration.
    pub fn new(config: Config) -> Result<Self, NoProvider> {
        let secret = &config.secret_key;
        let settings = Live::new(Settings::defaults(&config));
        Ok(Self {
            db: Db::new(config.database_url()),
            sms: SmsProvider::from_config(&config.sms)?,
            hasher: Hasher::new(secret),
            keys: Arc::new(Keys {
                one_time_code: KeyRing::derive(secret, KeyUse::OneTimeCode),
                throttle_key: KeyRing::derive(secret, KeyUse::ThrottleKey),
                totp_secret: KeyRing::derive(secret, KeyUse::TotpSecret),
                device_cookie: KeyRing::derive(secret, KeyUse::DeviceCookie),
                action_code: KeyRing::derive(secret, KeyUse::ActionCode),
                pseudonym: KeyRing::derive(secret, KeyUse::Pseudonym),
                audit: KeyRing::derive(secret, KeyUse::Audit),
            }),
            outcomes: Outcomes::listen(config.database_url().to_owned(), settings.clone()),
            settings,
            send_times: Arc::default(),
            check_times: Arc::default(),
            unsigned_reports: Arc::default(),
            config: Arc::new(config),
        })
    }

    /// How many texts may be sent at this moment, and how long their codes work.
    pub fn limits(&self) -> Limits {
        self.settings.current().limits()
    }

    /// Where Twilio may report what becomes of a message: our own address, where Twilio can reach it and where the token
    /// is known that signs its reports.
    pub fn report_to(&self, message: MessageId) -> Option<String> {
        let is_signed = self.config.sms.twilio.as_ref().is_some_and(|twilio| !twilio.auth_tokens.is_empty());
        let base_url = &self.config.base_url;
        (is_signed && base_url.is_https()).then(|| deliveries::report_to(&base_url.origin(), message))
    }

    /// The host for a text's last line, `@host #code`: only over TLS, which the line implies.
    pub fn origin_host(&self) -> Option<String> {
        let base_url = &self.config.base_url;
        base_url.is_https().then(|| base_url.host().to_owned())
    }
}
