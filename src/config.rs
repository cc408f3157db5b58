//! Every environment variable, read and checked once.
//!
//! [`VARIABLES`] is the whole list: `--help` prints it and `.env.example` is held to it. [`Config::from_env`] reads it
//! and answers with every mistake at once, each with the variable's name, what was found and what is expected.

use std::{fmt, net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use self::reader::{BASE_URL_FORM, Reader, network, parse, within};
use crate::{
    crypto::keys::SecretKey,
    domain::client_address::ClientAddress,
    sms::{ProviderChoice, SmsConfig},
};

mod reader;
#[cfg(test)]
mod tests;

/// One variable of the environment, as `--help` and `.env.example` show it.
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is for, its form and its default, in one line.
    pub about: &'static str,
}

const fn variable(name: &'static str, about: &'static str) -> Variable {
    Variable { name, about }
}

/// Every variable that Latchkey reads.
pub const VARIABLES: &[Variable] = &[
    variable("DATABASE_URL", "PostgreSQL, for example postgres://latchkey@localhost/latchkey. Required"),
    variable("LATCHKEY_BASE_URL", "public origin, for example https://id.example.com [http://localhost:8080]"),
    variable("LATCHKEY_BIND", "address and port to listen on [127.0.0.1:8080]"),
    variable("LATCHKEY_METRICS_BIND", "address and port of the metrics listener, loopback only [off]"),
    variable("LATCHKEY_SECRET_KEY", "32 or more random bytes in base64; during a rotation \"new,old\""),
    variable("LATCHKEY_SECRET_KEY_FILE", "a file with the secret key, readable by its owner only"),
    variable("LATCHKEY_TRUSTED_PROXIES", "networks whose X-Forwarded-For is believed, for example 10.0.0.0/8,::1/128"),
    variable("LATCHKEY_ADMIN_ADDRESSES", "networks from which the service is administered [all]"),
    variable("LATCHKEY_ALERT_URL", "https address that alerts are posted to [off]"),
    variable(
        "LATCHKEY_ALERT_SECRET",
        "what alerts are signed with, 16 or more characters. Required with an address, also one set by an administrator",
    ),
    variable("LATCHKEY_TLS_CERT", "PEM file with the certificate chain, to serve TLS without a proxy [off]"),
    variable("LATCHKEY_TLS_KEY", "PEM file with its private key"),
    variable("SMS_PROVIDER", "demo, messaging or verify [by what is configured]"),
    variable("TWILIO_ACCOUNT_SID", "AC and 32 hexadecimal digits"),
    variable(
        "TWILIO_AUTH_TOKEN",
        "the account's auth token, \"new,old\" while it is exchanged; checks Twilio's reports, and sends when there is no API key",
    ),
    variable("TWILIO_API_KEY_SID", "SK and 32 hexadecimal digits"),
    variable("TWILIO_API_KEY_SECRET", "the API key's secret"),
    variable("TWILIO_PHONE_NUMBER", "sender: a number in E.164 form or a registered name of at most 11 characters"),
    variable("TWILIO_MESSAGING_SERVICE_SID", "sender: MG and 32 hexadecimal digits"),
    variable("TWILIO_VERIFY_SERVICE_SID", "VA and 32 hexadecimal digits"),
    variable("TWILIO_API_BASE_URL", "for regions and tests [https://api.twilio.com]"),
    variable("TWILIO_VERIFY_BASE_URL", "for tests [https://verify.twilio.com]"),
    variable("TWILIO_LOOKUPS_BASE_URL", "for regions and tests [https://lookups.twilio.com]"),
    variable("TWILIO_MAX_SMS_PER_HOUR", "texts to one number in an hour, 1 to 100 [5]"),
    variable("TWILIO_MAX_SMS_PER_DAY", "texts to one number in a day, 1 to 1000 [10]"),
    variable("RUST_LOG", "what to log: error, warn, info, debug, or by module [info]"),
];

/// What a page may say of each that it is there or missing, and nothing else.
pub const CREDENTIALS: [&str; 10] = [
    "LATCHKEY_SECRET_KEY",
    "LATCHKEY_ALERT_URL",
    "LATCHKEY_ALERT_SECRET",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY_SID",
    "TWILIO_API_KEY_SECRET",
    "TWILIO_PHONE_NUMBER",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_VERIFY_SERVICE_SID",
];

/// The settings that a deployment chooses. Made only by [`Config::from_env`], so a `Config` is a checked one.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where PostgreSQL is. May hold a password.
    pub database_url: SecretString,
    /// The public origin. Links, cookies and the accepted `Host` come from here, never from a request.
    pub base_url: BaseUrl,
    /// The address to listen on.
    pub bind: SocketAddr,
    /// The address of the metrics listener.
    pub metrics_bind: Option<SocketAddr>,
    /// Where every other key comes from.
    pub secret_key: SecretKey,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// From where the service is administered; from everywhere when there are none.
    pub admin_addresses: Vec<IpNet>,
    /// Where alerts are posted, unless administrators say otherwise. May hold a secret in its path.
    pub alert_url: Option<Url>,
    /// What alerts are signed with.
    pub alert_secret: Option<SecretString>,
    /// Certificate and key files, when Latchkey itself speaks TLS.
    pub tls: Option<TlsFiles>,
    /// Which of [`CREDENTIALS`] are there.
    pub credentials: [(&'static str, bool); CREDENTIALS.len()],
    /// Who carries the texts.
    pub sms: SmsConfig,
    /// Texts to one number in an hour, over all purposes.
    pub sms_per_number_per_hour: u16,
    /// Texts to one number in a day, over all purposes.
    pub sms_per_number_per_day: u16,
}

/// PEM files for TLS.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The public origin: scheme, host and port, nothing else.
#[derive(Debug, Clone)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// The origin without a trailing slash, as browsers write it in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The host as browsers write it in `Host`: with the port unless it is the scheme's own.
    pub fn authority(&self) -> String {
        let host = self.host();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Whether pages are served over TLS, here or at a proxy.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether only this machine can reach it: the condition for demo mode and for running without a secret key.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        (matches!(url.scheme(), "http" | "https") && url.has_host() && bare && anonymous).then_some(Self(url))
    }
}

/// Where alerts may go: to an https address, or to this machine.
pub fn alert_url(text: &str) -> Option<Url> {
    let is_safe = |url: &Url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(url);
    Url::parse(text).ok().filter(|url| url.has_host() && is_safe(url))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// One variable that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The variable.
    pub name: String,
    /// What was found; secrets are described, not shown.
    pub found: String,
    /// What is expected.
    pub expected: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}, expected {}", self.name, self.found, self.expected)
    }
}

/// Everything that is wrong with the environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl Config {
    /// Whether the pages of the administration are there for somebody at that address.
    pub fn administers_from(&self, address: ClientAddress) -> bool {
        self.admin_addresses.is_empty() || self.admin_addresses.iter().any(|network| network.contains(&address.0))
    }

    /// Reads the process's environment, after `.env` in the working directory has filled what it leaves open.
    ///
    /// # Errors
    /// Every variable that is missing, malformed or at odds with another.
    pub fn from_env() -> Result<Self, Mistakes> {
        Self::from_variables(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))),
        )
    }

    /// Reads variables from a list; an empty value counts as unset.
    ///
    /// # Errors
    /// As [`Config::from_env`].
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Mistakes> {
        let mut read = Reader::new(variables);
        read.refuse_vite();
        let credentials = CREDENTIALS.map(|name| (name, read.has(name)));

        let base_url = read.parsed("LATCHKEY_BASE_URL", "http://localhost:8080", BASE_URL_FORM, BaseUrl::parse);
        let bind =
            read.parsed("LATCHKEY_BIND", "127.0.0.1:8080", "an address and a port such as 127.0.0.1:8080", parse);
        let metrics_bind = read.optional("LATCHKEY_METRICS_BIND", "a loopback address and a port", |text| {
            parse(text).filter(|address: &SocketAddr| address.ip().is_loopback())
        });
        // A URL or address that cannot be read is one mistake, not three. Both count: on an address that others reach, anybody could send a loopback `Host` and read the inbox.
        let loopback = base_url.as_ref().is_none_or(BaseUrl::is_loopback)
            && bind.is_none_or(|bind: SocketAddr| bind.ip().is_loopback());
        if let Some(url) = base_url.as_ref().filter(|url| !url.is_https() && !url.is_loopback()) {
            let found = url.origin();
            read.mistake("LATCHKEY_BASE_URL", found, "https, since the host is not loopback".to_owned());
        }
        let secret_key = read.secret_key(loopback);
        let trusted_proxies =
            read.list("LATCHKEY_TRUSTED_PROXIES", "networks such as 10.0.0.0/8, with commas", network);
        let admin_addresses =
            read.list("LATCHKEY_ADMIN_ADDRESSES", "networks such as 10.0.0.0/8, with commas", network);
        let alert_secret = read.alert_secret();
        let alert_url = read.alert_url();
        let tls = read.tls();
        let sms = read.sms(loopback);
        let per_hour = read.parsed("TWILIO_MAX_SMS_PER_HOUR", "5", "a whole number from 1 to 100", within(1..=100));
        let per_day = read.parsed("TWILIO_MAX_SMS_PER_DAY", "10", "a whole number from 1 to 1000", within(1..=1000));
        let database_url = read.required("DATABASE_URL", "postgres://user@host/database");

        let all = (database_url, base_url, bind, secret_key, sms, per_hour, per_day);
        let (
            Some(database_url),
            Some(base_url),
            Some(bind),
            Some(secret_key),
            Some(sms),
            Some(per_hour),
            Some(per_day),
        ) = all
        else {
            return Err(Mistakes(read.mistakes));
        };
        if !read.mistakes.is_empty() {
            return Err(Mistakes(read.mistakes));
        }
        Ok(Self {
            database_url: database_url.into(),
            base_url,
            bind,
            metrics_bind,
            secret_key,
            trusted_proxies,
            admin_addresses,
            alert_url,
            alert_secret,
            credentials,
            tls,
            sms,
            sms_per_number_per_hour: per_hour,
            sms_per_number_per_day: per_day,
        })
    }

    /// Whether texts go to the inbox page instead of to phones.
    pub fn is_demo(&self) -> bool {
        matches!(self.sms.provider, ProviderChoice::Demo)
    }
}

impl Config {
    /// The URL of the database, for the one place that connects.
    pub fn database_url(&self) -> &str {
        self.database_url.expose_secret()
    }
}
