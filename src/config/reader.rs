//! Reading one variable at a time and keeping every mistake, so that all of them can be told at once.

use std::collections::BTreeMap;

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::{BaseUrl, Mistake, TlsFiles, alert_url};
use crate::{
    crypto::keys::SecretKey,
    sms::{
        Credentials, ProviderChoice, Sender, SmsConfig, TwilioConfig,
        config::{CALL_TIMEOUT, CONNECT_TIMEOUT},
    },
};

const ALERT_SECRET: &str = "LATCHKEY_ALERT_SECRET";
const ALERT_SECRET_FORM: &str = "16 or more characters that the receiver of alerts knows too";

pub(super) const BASE_URL_FORM: &str = "an origin such as https://id.example.com, without a path";

pub(super) fn parse<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

pub(super) fn within(range: std::ops::RangeInclusive<u16>) -> impl Fn(&str) -> Option<u16> {
    move |text| parse(text).filter(|number| range.contains(number))
}

pub(super) fn network(text: &str) -> Option<IpNet> {
    parse(text).or_else(|| parse::<std::net::IpAddr>(text).map(IpNet::from))
}

fn sid(prefix: &str) -> impl Fn(&str) -> Option<String> {
    move |text| {
        let digits = text.strip_prefix(prefix)?;
        (digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit())).then(|| text.to_owned())
    }
}

pub(super) struct Reader {
    variables: BTreeMap<String, String>,
    pub(super) mistakes: Vec<Mistake>,
}

impl Reader {
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        Self { variables, mistakes: Vec::new() }
    }

    fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| value.trim().to_owned())
    }

    pub(super) fn mistake(&mut self, name: &str, found: String, expected: String) {
        self.mistakes.push(Mistake { name: name.to_owned(), found, expected });
    }

    fn missing(&mut self, name: &str, expected: &str) {
        self.mistake(name, "nothing".to_owned(), expected.to_owned());
    }

    pub(super) fn required(&mut self, name: &str, expected: &str) -> Option<String> {
        let value = self.get(name);
        if value.is_none() {
            self.missing(name, expected);
        }
        value
    }

    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        default: &str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.get(name).unwrap_or_else(|| default.to_owned());
        let value = parse(&text);
        if value.is_none() {
            self.mistake(name, shown(&text), expected.to_owned());
        }
        value
    }

    pub(super) fn optional<T>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.get(name)?;
        self.parsed(name, &text, expected, parse)
    }

    pub(super) fn list<T>(&mut self, name: &str, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let Some(text) = self.get(name) else { return Vec::new() };
        self.parsed(name, &text, expected, |text| text.split(',').map(|part| parse(part.trim())).collect())
            .unwrap_or_default()
    }

    pub(super) fn refuse_vite(&mut self) {
        let names: Vec<String> =
            self.variables.keys().filter(|name| name.starts_with("VITE_TWILIO_")).cloned().collect();
        for name in names {
            let real = name.trim_start_matches("VITE_").to_owned();
            let expected = format!("no such variable: Vite ships VITE_ variables to every browser. Call it {real}");
            self.mistake(&name, "a value".to_owned(), expected);
        }
    }

    pub(super) fn secret_key(&mut self, loopback: bool) -> Option<SecretKey> {
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

    pub(super) fn tls(&mut self) -> Option<TlsFiles> {
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

    /// Whether a variable is set. A secret key in a file is one too.
    pub(super) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name) || self.variables.contains_key(&format!("{name}_FILE"))
    }

    pub(super) fn alert_url(&mut self) -> Option<Url> {
        let url = self.optional("LATCHKEY_ALERT_URL", "an https address (http only for a loopback host)", alert_url)?;
        self.required(ALERT_SECRET, ALERT_SECRET_FORM)?;
        Some(url)
    }

    pub(super) fn alert_secret(&mut self) -> Option<SecretString> {
        let secret = self.get(ALERT_SECRET)?;
        if secret.chars().count() < 16 {
            let found = format!("{} characters", secret.chars().count());
            self.mistake(ALERT_SECRET, found, ALERT_SECRET_FORM.to_owned());
            return None;
        }
        Some(secret.into())
    }

    pub(super) fn sms(&mut self, loopback: bool) -> Option<SmsConfig> {
        let chosen = self.optional("SMS_PROVIDER", "demo, messaging or verify", ProviderChoice::parse);
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
        let auth_tokens = self.auth_tokens();
        let credentials = match (key_sid, self.get("TWILIO_API_KEY_SECRET"), auth_tokens.first().cloned()) {
            (Some(user), Some(secret), _) => Some(Credentials { user, password: secret.into() }),
            (Some(_), None, _) => {
                self.missing("TWILIO_API_KEY_SECRET", "the secret of TWILIO_API_KEY_SID");
                None
            }
            (None, _, Some(password)) => account_sid.clone().map(|user| Credentials { user, password }),
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
            auth_tokens,
            from,
            verify_service_sid,
            api_base: api_base?,
            verify_base: verify_base?,
            lookups_base: lookups_base?,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: CALL_TIMEOUT,
        })
    }

    /// One, or `new,old` while they are exchanged: Twilio signs with the older until the newer is promoted.
    fn auth_tokens(&mut self) -> Vec<SecretString> {
        let text = self.get("TWILIO_AUTH_TOKEN").unwrap_or_default();
        let tokens: Vec<&str> = text.split(',').map(str::trim).filter(|token| !token.is_empty()).collect();
        if tokens.len() > 2 {
            let expected = "one token, or the new one and the old one with a comma between them";
            self.mistake("TWILIO_AUTH_TOKEN", format!("{} of them", tokens.len()), expected.to_owned());
        }
        tokens.into_iter().map(SecretString::from).collect()
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
