//! Every environment variable, read and checked once.
//!
//! [`VARIABLES`] is the whole list: `--help` prints it and `.env.example` is held to it. [`Config::from_env`] reads it
//! and answers with every mistake at once, each with the variable's name, what was found and what is expected.

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::{
    crypto::keys::SecretKey,
    sms::{
        Credentials, ProviderChoice, Sender, SmsConfig, TwilioConfig,
        config::{CALL_TIMEOUT, CONNECT_TIMEOUT},
    },
};

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
    variable("LATCHKEY_ALERT_URL", "https address that alerts are posted to [off]"),
    variable("LATCHKEY_TLS_CERT", "PEM file with the certificate chain, to serve TLS without a proxy [off]"),
    variable("LATCHKEY_TLS_KEY", "PEM file with its private key"),
    variable("SMS_PROVIDER", "demo, messaging or verify [by what is configured]"),
    variable("TWILIO_ACCOUNT_SID", "AC and 32 hexadecimal digits"),
    variable("TWILIO_AUTH_TOKEN", "the account's auth token; used to send only when there is no API key"),
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
    /// Where alerts are posted.
    pub alert_url: Option<Url>,
    /// Certificate and key files, when Latchkey itself speaks TLS.
    pub tls: Option<TlsFiles>,
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
        match self.0.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        (matches!(url.scheme(), "http" | "https") && url.has_host() && bare && anonymous).then_some(Self(url))
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
        let alert_url = read.optional("LATCHKEY_ALERT_URL", "an https address", |text| {
            Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.has_host())
        });
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
            alert_url,
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

const BASE_URL_FORM: &str = "an origin such as https://id.example.com, without a path";

fn parse<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn within(range: std::ops::RangeInclusive<u16>) -> impl Fn(&str) -> Option<u16> {
    move |text| parse(text).filter(|number| range.contains(number))
}

fn network(text: &str) -> Option<IpNet> {
    parse(text).or_else(|| parse::<std::net::IpAddr>(text).map(IpNet::from))
}

fn sid(prefix: &str) -> impl Fn(&str) -> Option<String> {
    move |text| {
        let digits = text.strip_prefix(prefix)?;
        (digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| text.to_owned())
    }
}

struct Reader {
    variables: BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        Self { variables, mistakes: Vec::new() }
    }

    fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| value.trim().to_owned())
    }

    fn mistake(&mut self, name: &str, found: String, expected: String) {
        self.mistakes.push(Mistake { name: name.to_owned(), found, expected });
    }

    fn missing(&mut self, name: &str, expected: &str) {
        self.mistake(name, "nothing".to_owned(), expected.to_owned());
    }

    fn required(&mut self, name: &str, expected: &str) -> Option<String> {
        let value = self.get(name);
        if value.is_none() {
            self.missing(name, expected);
        }
        value
    }

    fn parsed<T>(&mut self, name: &str, default: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.get(name).unwrap_or_else(|| default.to_owned());
        let value = parse(&text);
        if value.is_none() {
            self.mistake(name, shown(&text), expected.to_owned());
        }
        value
    }

    fn optional<T>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.get(name)?;
        self.parsed(name, &text, expected, parse)
    }

    fn list<T>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let Some(text) = self.get(name) else { return Vec::new() };
        self.parsed(name, &text, expected, |text| text.split(',').map(|part| parse(part.trim())).collect())
            .unwrap_or_default()
    }

    fn refuse_vite(&mut self) {
        let names: Vec<String> =
            self.variables.keys().filter(|name| name.starts_with("VITE_TWILIO_")).cloned().collect();
        for name in names {
            let real = name.trim_start_matches("VITE_").to_owned();
            let expected = format!("no such variable: Vite ships VITE_ variables to every browser. Call it {real}");
            self.mistake(&name, "a value".to_owned(), expected);
        }
    }

    fn secret_key(&mut self, loopback: bool) -> Option<SecretKey> {
        const NAME: &str = "LATCHKEY_SECRET_KEY";
        const FORM: &str = "32 or more random bytes in base64; make one with: openssl rand -base64 32";
        let from_file = self.get("LATCHKEY_SECRET_KEY_FILE").map(|path| self.secret_key_file(&path));
        let text = match (self.get(NAME), from_file) {
            (Some(_), Some(_)) => {
                self.mistake(NAME, "both it and LATCHKEY_SECRET_KEY_FILE".to_owned(), "one of the two".to_owned());
                return None;
            }
            (Some(text), None) => text,
            (None, Some(text)) => text?,
            (None, None) if loopback => return Some(SecretKey::for_development()),
            (None, None) => {
                self.missing(NAME, FORM);
                return None;
            }
        };
        let key = SecretKey::parse(&text);
        if key.is_none() {
            // Its length helps to find the mistake and gives nothing away.
            self.mistake(NAME, format!("{} characters that are not such a key", text.len()), FORM.to_owned());
        }
        key
    }

    fn secret_key_file(&mut self, path: &str) -> Option<String> {
        use std::os::unix::fs::PermissionsExt as _;
        const NAME: &str = "LATCHKEY_SECRET_KEY_FILE";
        let metadata = std::fs::metadata(path);
        if metadata.as_ref().is_ok_and(|file| file.permissions().mode() & 0o077 != 0) {
            self.mistake(NAME, format!("{path}, which others may read"), "mode 0600 or stricter".to_owned());
            return None;
        }
        match std::fs::read_to_string(path) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.mistake(NAME, format!("{path} ({error})"), "a file that can be read".to_owned());
                None
            }
        }
    }

    fn tls(&mut self) -> Option<TlsFiles> {
        match (self.get("LATCHKEY_TLS_CERT"), self.get("LATCHKEY_TLS_KEY")) {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate: certificate.into(), key: key.into() }),
            (None, None) => None,
            (Some(_), None) => {
                self.missing("LATCHKEY_TLS_KEY", "a PEM file, since LATCHKEY_TLS_CERT is set");
                None
            }
            (None, Some(_)) => {
                self.missing("LATCHKEY_TLS_CERT", "a PEM file, since LATCHKEY_TLS_KEY is set");
                None
            }
        }
    }

    fn sms(&mut self, loopback: bool) -> Option<SmsConfig> {
        let chosen = self.optional("SMS_PROVIDER", "demo, messaging or verify", |text| match text {
            "demo" => Some(ProviderChoice::Demo),
            "messaging" => Some(ProviderChoice::Messaging),
            "verify" => Some(ProviderChoice::Verify),
            _ => None,
        });
        let has = |name: &str| self.variables.contains_key(name);
        let provider = match chosen {
            Some(choice) => choice,
            None if !has("TWILIO_ACCOUNT_SID") => ProviderChoice::Demo,
            None if has("TWILIO_VERIFY_SERVICE_SID")
                && !has("TWILIO_PHONE_NUMBER")
                && !has("TWILIO_MESSAGING_SERVICE_SID") =>
            {
                ProviderChoice::Verify
            }
            None => ProviderChoice::Messaging,
        };
        let twilio = match provider {
            ProviderChoice::Demo if loopback => None,
            ProviderChoice::Demo => {
                let expected = "messaging or verify with TWILIO_ACCOUNT_SID: demo mode is for a loopback LATCHKEY_BASE_URL and LATCHKEY_BIND";
                self.mistake("SMS_PROVIDER", "demo".to_owned(), expected.to_owned());
                return None;
            }
            ProviderChoice::Messaging | ProviderChoice::Verify => Some(self.twilio(provider)?),
        };
        Some(SmsConfig { provider, twilio })
    }

    fn twilio(&mut self, provider: ProviderChoice) -> Option<TwilioConfig> {
        const SID: &str = "and 32 hexadecimal digits";
        let account = self.required("TWILIO_ACCOUNT_SID", &format!("AC {SID}"));
        let account_sid = account.and_then(|_| self.optional("TWILIO_ACCOUNT_SID", &format!("AC {SID}"), sid("AC")));
        let key_sid = self.optional("TWILIO_API_KEY_SID", &format!("SK {SID}"), sid("SK"));
        let credentials = match (key_sid, self.get("TWILIO_API_KEY_SECRET"), self.get("TWILIO_AUTH_TOKEN")) {
            (Some(user), Some(secret), _) => Some(Credentials { user, password: secret.into() }),
            (Some(_), None, _) => {
                self.missing("TWILIO_API_KEY_SECRET", "the secret of TWILIO_API_KEY_SID");
                None
            }
            (None, _, Some(token)) => account_sid.clone().map(|user| Credentials { user, password: token.into() }),
            (None, _, None) => {
                self.missing("TWILIO_AUTH_TOKEN", "a token, or TWILIO_API_KEY_SID with TWILIO_API_KEY_SECRET");
                None
            }
        };
        let service = self.optional("TWILIO_MESSAGING_SERVICE_SID", &format!("MG {SID}"), sid("MG"));
        let number = self.optional("TWILIO_PHONE_NUMBER", "a number like +15005550006 or a sender name", |text| {
            Sender::parse(text).ok()
        });
        let from = service.map(Sender::MessagingService).or(number);
        if matches!(provider, ProviderChoice::Messaging) && from.is_none() {
            self.missing("TWILIO_PHONE_NUMBER", "a sender: this or TWILIO_MESSAGING_SERVICE_SID");
        }
        let verify_service_sid = self.optional("TWILIO_VERIFY_SERVICE_SID", &format!("VA {SID}"), sid("VA"));
        if matches!(provider, ProviderChoice::Verify) && verify_service_sid.is_none() {
            self.missing("TWILIO_VERIFY_SERVICE_SID", &format!("VA {SID}"));
        }
        let api_base = self.twilio_base("TWILIO_API_BASE_URL", "https://api.twilio.com");
        let verify_base = self.twilio_base("TWILIO_VERIFY_BASE_URL", "https://verify.twilio.com");
        let lookups_base = self.twilio_base("TWILIO_LOOKUPS_BASE_URL", "https://lookups.twilio.com");
        Some(TwilioConfig {
            account_sid: account_sid?,
            credentials: credentials?,
            from,
            verify_service_sid,
            api_base: api_base?,
            verify_base: verify_base?,
            lookups_base: lookups_base?,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: CALL_TIMEOUT,
        })
    }

    /// Plain http would show codes to the network, so only this machine may be spoken to that way.
    fn twilio_base(&mut self, name: &str, default: &str) -> Option<Url> {
        self.parsed(name, default, "an https origin (http only for a loopback host)", |text| {
            BaseUrl::parse(text).filter(|url| url.is_https() || url.is_loopback()).map(|url| url.0)
        })
    }
}

/// A value for an error message: cut, and without a password that an URL may hold.
fn shown(text: &str) -> String {
    let text = Url::parse(text).ok().filter(|url| url.password().is_some()).map_or_else(
        || text.to_owned(),
        |mut url| {
            let _ = url.set_password(Some("…"));
            url.to_string()
        },
    );
    format!("\"{}\"", text.chars().take(80).collect::<String>())
}

impl Config {
    /// The URL of the database, for the one place that connects.
    pub fn database_url(&self) -> &str {
        self.database_url.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(extra: &[(&str, &str)]) -> Result<Config, Mistakes> {
        let base = [("DATABASE_URL", "postgres:///latchkey")];
        Config::from_variables(base.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn mistake(extra: &[(&str, &str)]) -> Mistake {
        let Err(Mistakes(mut mistakes)) = read(extra) else { panic!("{extra:?} was accepted") };
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        mistakes.remove(0)
    }

    const KEY: &str = "c2l4dHkgZm91ciBieXRlcyBvZiB0ZXN0IGtleSBtYXRlcmlhbCwgbm90IGEgc2VjcmV0";
    const ACCOUNT: (&str, &str) = ("TWILIO_ACCOUNT_SID", "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");

    #[test]
    fn a_developer_needs_only_a_database() {
        let config = read(&[]).expect("the defaults are enough");
        assert!(config.is_demo());
        assert_eq!(config.base_url.authority(), "localhost:8080");
        assert_eq!((config.sms_per_number_per_hour, config.sms_per_number_per_day), (5, 10));
    }

    #[test]
    fn aut_04_production_without_a_secret_key_is_refused_with_the_command_that_makes_one() {
        let Err(Mistakes(mistakes)) = read(&[("LATCHKEY_BASE_URL", "https://id.example.com")]) else {
            panic!("it started")
        };
        let key = mistakes.iter().find(|mistake| mistake.name == "LATCHKEY_SECRET_KEY").expect("the key is named");
        assert!(key.expected.contains("openssl rand -base64 32"));
    }

    #[test]
    fn aut_04_short_and_placeholder_keys_are_refused_and_not_shown() {
        for key in ["c2hvcnQ=", "change-me", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
            let mistake = mistake(&[("LATCHKEY_SECRET_KEY", key)]);
            assert_eq!(mistake.name, "LATCHKEY_SECRET_KEY");
            assert!(!mistake.found.contains(key));
        }
    }

    #[test]
    fn arc_03_demo_mode_is_refused_for_a_public_origin() {
        let public = [("LATCHKEY_BASE_URL", "https://id.example.com"), ("LATCHKEY_SECRET_KEY", KEY)];
        assert_eq!(mistake(&public).name, "SMS_PROVIDER");
    }

    #[test]
    fn arc_03_demo_mode_and_the_development_key_are_refused_on_an_address_that_others_reach() {
        let Err(Mistakes(mistakes)) = read(&[("LATCHKEY_BIND", "0.0.0.0:8080")]) else { panic!("it started") };
        let names: Vec<_> = mistakes.iter().map(|mistake| mistake.name.as_str()).collect();
        assert_eq!(names, ["LATCHKEY_SECRET_KEY", "SMS_PROVIDER"]);
    }

    #[test]
    fn tls_02_plain_http_is_refused_for_a_public_origin() {
        let Err(Mistakes(mistakes)) =
            read(&[("LATCHKEY_BASE_URL", "http://id.example.com"), ("LATCHKEY_SECRET_KEY", KEY)])
        else {
            panic!("it started")
        };
        assert!(mistakes.iter().any(|mistake| mistake.name == "LATCHKEY_BASE_URL"));
    }

    #[test]
    fn web_09_an_origin_with_a_path_is_refused() {
        for url in ["http://localhost:8080/latchkey", "localhost", "ftp://localhost", "http://u:p@localhost"] {
            let mistake = mistake(&[("LATCHKEY_BASE_URL", url)]);
            assert_eq!(mistake.name, "LATCHKEY_BASE_URL");
        }
    }

    #[test]
    fn vite_variables_stop_the_start_with_the_reason() {
        let mistake = mistake(&[("VITE_TWILIO_AUTH_TOKEN", "secret")]);
        assert_eq!(mistake.name, "VITE_TWILIO_AUTH_TOKEN");
        assert!(mistake.expected.contains("every browser"));
        assert!(!mistake.to_string().contains("secret"));
    }

    #[test]
    fn the_provider_follows_from_what_is_configured() {
        let token = ("TWILIO_AUTH_TOKEN", "token");
        let messaging = read(&[ACCOUNT, token, ("TWILIO_PHONE_NUMBER", "+15005550006")]).expect("messaging");
        assert!(matches!(messaging.sms.provider, ProviderChoice::Messaging));
        let service = ("TWILIO_VERIFY_SERVICE_SID", "VAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        let verify = read(&[ACCOUNT, token, service]).expect("verify");
        assert!(matches!(verify.sms.provider, ProviderChoice::Verify));
        assert_eq!(mistake(&[ACCOUNT, token]).name, "TWILIO_PHONE_NUMBER");
        assert_eq!(mistake(&[ACCOUNT, ("TWILIO_PHONE_NUMBER", "Latchkey")]).name, "TWILIO_AUTH_TOKEN");
    }

    #[test]
    fn every_wrong_variable_is_named_with_what_was_found_and_what_is_expected() {
        let wrong = [
            ("LATCHKEY_BIND", "everywhere"),
            ("LATCHKEY_METRICS_BIND", "0.0.0.0:9000"),
            ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
            ("LATCHKEY_ALERT_URL", "http://example.com"),
            ("SMS_PROVIDER", "pigeon"),
            ("TWILIO_MAX_SMS_PER_HOUR", "0"),
            ("TWILIO_MAX_SMS_PER_DAY", "many"),
        ];
        for pair in wrong {
            let mistake = mistake(&[pair]);
            assert_eq!(mistake.name, pair.0);
            assert!(mistake.found.contains(pair.1));
            assert!(!mistake.expected.is_empty());
        }
        let Err(Mistakes(all)) = read(&wrong) else { panic!("accepted") };
        assert_eq!(all.len(), wrong.len());
    }

    #[test]
    fn the_example_file_lists_every_variable_and_no_other() {
        let example = include_str!("../.env.example");
        let in_example: Vec<&str> = example
            .lines()
            .map(|line| line.trim_start_matches("# "))
            .filter_map(|line| line.split_once('=').map(|(name, _)| name))
            .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
            .collect();
        let ours: Vec<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
        for name in &ours {
            assert!(in_example.contains(name), "{name} is missing from .env.example");
        }
        for name in &in_example {
            assert!(ours.contains(name), "{name} in .env.example is read by nobody");
        }
    }
}
