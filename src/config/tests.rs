//! What a deployment may set, and what stops the start.

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
    let Err(Mistakes(mistakes)) = read(&[("LATCHKEY_BASE_URL", "http://id.example.com"), ("LATCHKEY_SECRET_KEY", KEY)])
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
fn alerts_need_a_secret_to_be_signed_with_which_is_not_shown() {
    let url = ("LATCHKEY_ALERT_URL", "https://alerts.example.com/latchkey");
    assert!(read(&[]).expect("nothing is needed").alert_url.is_none());
    assert_eq!(mistake(&[url]).name, "LATCHKEY_ALERT_SECRET");
    let short = mistake(&[url, ("LATCHKEY_ALERT_SECRET", "fifteen letters")]);
    assert_eq!((short.name.as_str(), short.found.as_str()), ("LATCHKEY_ALERT_SECRET", "15 characters"));
    for address in [url.1, "http://127.0.0.1:9000/alerts", "http://localhost/"] {
        let set = [("LATCHKEY_ALERT_URL", address), ("LATCHKEY_ALERT_SECRET", "sixteen letters.")];
        assert_eq!(read(&set).expect(address).alert_url.expect("an address").as_str(), address);
    }
    let set = [url, ("LATCHKEY_ALERT_SECRET", "sixteen letters.")];
    assert!(!format!("{:?}", read(&set)).contains("sixteen letters."));
}

#[test]
fn the_example_file_lists_every_variable_and_no_other() {
    let example = include_str!("../../.env.example");
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
