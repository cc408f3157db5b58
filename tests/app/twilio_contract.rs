//! The client and the fake, both held against Twilio's own description of its API (`tests/data/twilio_mock_strict.json`):
//! what the client sends against the request schemas, what the fake answers against the response schemas. With
//! `LATCHKEY_TEST_PRISM_URL` a Prism server that serves the same file is the judge of both once more.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::LazyLock;
use std::time::Duration;

use latchkey::sms::{
    Checked, ConnectionFault, DeliveryStatus, Fault, Outgoing, ProviderChoice, Refusal, SendFailure, Sender, SmsConfig,
    SmsProvider,
};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::support::fake_twilio::{Behaviour, Call, FakeTwilio, Operation};
use crate::twilio_failures::{code, start, text};

const ADA: &str = "+251911234567";
const REPORTS: &str = "https://id.example.com/webhooks/twilio/status?message=1#rc=3&rp=5xx,ct,rt";

static CONTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/twilio_mock_strict.json")).unwrap());

/// The operation of the contract behind a call: its template path and description.
fn described(call: &Call) -> &'static Value {
    let paths = CONTRACT["paths"].as_object().unwrap();
    let fits = |template: &str| {
        let (wanted, found) = (template.split('/'), call.path.split('/'));
        wanted.clone().count() == found.clone().count()
            && wanted.zip(found).all(|(wanted, found)| wanted == found || wanted.starts_with('{'))
    };
    let (_, path) = paths.iter().find(|(template, _)| fits(template)).unwrap_or_else(|| panic!("{}", call.path));
    &path[call.method.to_lowercase()]
}

/// Follows a `$ref`.
fn resolved(schema: &'static Value) -> &'static Value {
    match schema["$ref"].as_str() {
        Some(reference) => CONTRACT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    }
}

/// Whether a JSON value has the keys, types and forms that its schema asks for; `at` names it in the message.
fn assert_conforms(value: &Value, schema: &'static Value, at: &str) {
    let schema = resolved(schema);
    if value.is_null() {
        // A schema without a type takes anything.
        assert!(schema["nullable"] == true || schema["type"].is_null(), "{at} must not be null");
        return;
    }
    match schema["type"].as_str() {
        Some("string") => assert_fits(value.as_str().unwrap_or_else(|| panic!("{at} is no text")), schema, at),
        Some("integer") => assert!(value.is_i64() || value.is_u64(), "{at} is no integer"),
        Some("boolean") => assert!(value.is_boolean(), "{at} is no boolean"),
        Some("array") => {
            for item in value.as_array().unwrap_or_else(|| panic!("{at} is no array")) {
                assert_conforms(item, &schema["items"], &format!("{at}[]"));
            }
        }
        Some("object") => {
            let object = value.as_object().unwrap_or_else(|| panic!("{at} is no object"));
            let Some(properties) = schema["properties"].as_object() else { return };
            assert_eq!(object.keys().collect::<BTreeSet<_>>(), properties.keys().collect::<BTreeSet<_>>(), "{at}");
            for (name, schema) in properties {
                assert_conforms(&object[name], schema, &format!("{at}.{name}"));
            }
        }
        _ => {}
    }
}

/// Whether a text, from JSON or from a form, has the form its schema asks for.
fn assert_fits(text: &str, schema: &'static Value, at: &str) {
    let schema = resolved(schema);
    let size = text.chars().count() as u64;
    assert!(schema["minLength"].as_u64().is_none_or(|least| least <= size), "{at} is too short: {text}");
    assert!(schema["maxLength"].as_u64().is_none_or(|most| size <= most), "{at} is too long: {text}");
    if let Some(values) = schema["enum"].as_array() {
        assert!(values.iter().any(|value| value == text), "{at} may not be {text}");
    }
    if schema["type"] == "integer" {
        let number: i64 = text.parse().unwrap_or_else(|_| panic!("{at} is no integer: {text}"));
        let within = |bound: &Value, fits: fn(i64, i64) -> bool| bound.as_i64().is_none_or(|bound| fits(number, bound));
        assert!(within(&schema["minimum"], |number, least| number >= least), "{at} is too small: {text}");
        assert!(within(&schema["maximum"], |number, most| number <= most), "{at} is too large: {text}");
    }
    // The patterns for SIDs, `^XX[0-9a-fA-F]{32}$`; what else there is, Prism judges.
    let sid = schema["pattern"].as_str().and_then(|pattern| pattern.strip_suffix("[0-9a-fA-F]{32}$"));
    if let Some(prefixes) = sid {
        let prefixes = prefixes.trim_matches(['^', '(', ')']);
        let fits = prefixes.split('|').any(|prefix| text.starts_with(prefix));
        assert!(fits && text[2..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{at} is no SID: {text}");
    }
    match schema["format"].as_str() {
        Some("date-time-rfc-2822") => drop(chrono::DateTime::parse_from_rfc2822(text).expect(at)),
        Some("date-time") => drop(chrono::DateTime::parse_from_rfc3339(text).expect(at)),
        Some("uri") => drop(Url::parse(text).expect(at)),
        _ => {}
    }
}

/// Whether what the client sent is what the contract knows: no unknown name, all required ones, each value well-formed.
fn assert_request_conforms(call: &Call) {
    let schema = resolved(&described(call)["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]);
    let operation = format!("{:?}", call.operation);
    for (name, value) in &call.form {
        let property = &schema["properties"][name];
        assert!(!property.is_null(), "{operation} knows no parameter {name}");
        assert_fits(value, property, &format!("{operation} {name}"));
    }
    let complete =
        |names: &Value| names.as_array().into_iter().flatten().all(|name| call.field(name.as_str().unwrap()).is_some());
    assert!(complete(&schema["required"]), "{operation} lacks a parameter");
    let choices = schema["anyOf"].as_array();
    assert!(choices.is_none_or(|choices| choices.iter().any(|choice| complete(&choice["required"]))), "{operation}");
}

fn provider(config: &SmsConfig) -> SmsProvider {
    SmsProvider::from_config(config).unwrap()
}

/// Makes the client do everything it can, and gives back the fake that saw it.
async fn everything_once() -> FakeTwilio {
    let twilio = FakeTwilio::start();
    for sender in [twilio.from().to_owned(), "Latchkey".to_owned(), format!("MG{}", "0a".repeat(16))] {
        let mut config = twilio.sms_config(ProviderChoice::Messaging);
        config.twilio.as_mut().unwrap().from = Some(Sender::parse(&sender).unwrap());
        let messaging = provider(&config);
        let reported = Outgoing { report_to: Some(REPORTS.to_owned()), ..text(ADA) };
        let sid = messaging.send(&reported).await.unwrap().sid.unwrap();
        messaging.fetch_report(&sid).await.unwrap().unwrap();
        messaging.check_connection(ProviderChoice::Messaging).await.unwrap();
    }
    let verify = provider(&twilio.sms_config(ProviderChoice::Verify));
    verify.check_connection(ProviderChoice::Verify).await.unwrap();
    let first = verify.send(&start(ADA, None)).await.unwrap().sid.unwrap();
    let replacing = start(ADA, first.as_str());
    let sid = verify.send(&replacing).await.unwrap().sid.unwrap();
    assert_eq!(verify.check(&sid, &code("999999")).await, Ok(Checked::Wrong));
    verify.cancel(&sid).await.unwrap();
    twilio
}

#[actix_web::test]
async fn the_client_sends_only_what_the_contract_knows() {
    let calls = everything_once().await.calls();
    for call in &calls {
        if call.method == "POST" {
            assert_request_conforms(call);
        }
        assert_eq!(call.headers["accept"], "application/json");
        assert!(call.headers["authorization"].starts_with("Basic "));
        assert!(call.headers["user-agent"].starts_with("latchkey/"));
    }
    let seen: BTreeSet<_> = calls.iter().map(|call| format!("{:?}", call.operation)).collect();
    let all = [
        "CheckVerification",
        "FetchMessage",
        "FetchService",
        "ListMessages",
        "SendMessage",
        "StartVerification",
        "UpdateVerification",
    ];
    assert_eq!(seen, all.map(str::to_owned).into());
}

#[actix_web::test]
async fn sms_04_the_validity_period_at_the_wire_is_the_rest_of_the_codes_life() {
    let twilio = FakeTwilio::start();
    let messaging = provider(&twilio.sms_config(ProviderChoice::Messaging));
    messaging.send(&Outgoing { valid_for: Duration::from_secs(543), ..text(ADA) }).await.unwrap();
    let call = &twilio.calls()[0];
    let sent: Vec<_> = call.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = "Your Latchkey verification code is: 123456. Valid for 10 minutes.";
    let expected =
        [("To", ADA), ("From", twilio.from()), ("Body", body), ("ValidityPeriod", "543"), ("RiskCheck", "enable")];
    assert_eq!(sent, expected);
}

#[actix_web::test]
async fn the_fake_answers_as_the_contract_says() {
    let twilio = everything_once().await;
    let sid = provider(&twilio.sms_config(ProviderChoice::Verify)).send(&start(ADA, None)).await.unwrap().sid.unwrap();
    let calls = twilio.calls().into_iter().map(|call| about(&sid, call));
    // Cancelling comes last: afterwards there is nothing to check or send again.
    let (cancel, others): (Vec<_>, Vec<_>) = calls.partition(|call| call.operation == Operation::UpdateVerification);
    for call in others.iter().chain(&cancel[..1]) {
        let (status, answer) = replay(&twilio.url(), call).await;
        let at = format!("{:?}", call.operation);
        assert!((200..300).contains(&status), "{at}: {status} {answer}");
        let response = &described(call)["responses"][status.to_string()];
        assert!(!response.is_null(), "{at} never answers {status}");
        assert_conforms(&answer, &response["content"]["application/json"]["schema"], &at);
    }

    let error = resolved(&CONTRACT["components"]["schemas"]["twilio_error"]);
    twilio.script([Behaviour::Refuse(400, 21211)]);
    let (status, answer) = replay(&twilio.url(), &cancel[0]).await;
    assert_eq!((status, &answer["status"], &answer["code"]), (400, &400.into(), &21211.into()));
    assert_conforms(&answer, error, "error");
}

/// A recorded request, made to be about another verification.
fn about(sid: &str, mut call: Call) -> Call {
    if call.operation == Operation::UpdateVerification
        && let Some((verifications, _)) = call.path.rsplit_once('/')
    {
        call.path = format!("{verifications}/{sid}");
    }
    for (_, value) in call.form.iter_mut().filter(|(name, _)| name == "VerificationSid") {
        *value = sid.to_owned();
    }
    call
}

/// Sends a recorded request to another server.
async fn replay(base: &str, call: &Call) -> (u16, Value) {
    let query = if call.query.is_empty() { String::new() } else { format!("?{}", call.query) };
    let request = plain_client().request(call.method.parse().unwrap(), format!("{base}{}{query}", call.path));
    let request = request.header("authorization", &call.headers["authorization"]);
    let request = if call.method == "POST" { request.form(&call.form) } else { request };
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// A client with nothing of the program's in it.
fn plain_client() -> reqwest::Client {
    // Only loopback without TLS is called; the library wants a provider all the same.
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Where Prism serves the contract; tells loudly that a test is left out where it does not.
fn prism(test: &str) -> Option<String> {
    let url = std::env::var("LATCHKEY_TEST_PRISM_URL").ok().filter(|url| !url.is_empty());
    if url.is_none() {
        // Past the test runner, which would keep the line of a passing test to itself.
        writeln!(std::io::stderr(), "skipped: {test}: LATCHKEY_TEST_PRISM_URL is not set, so no Prism is running").ok();
    }
    url.map(|url| url.trim_end_matches('/').to_owned())
}

/// The client in front of Prism, which is told what to answer.
fn before_prism(prism: &str, provider: ProviderChoice, prefer: &str) -> SmsProvider {
    let mut config = FakeTwilio::start().sms_config(provider);
    let twilio = config.twilio.as_mut().unwrap();
    let base = Url::parse(prism).unwrap();
    (twilio.api_base, twilio.verify_base, twilio.lookups_base) = (base.clone(), base.clone(), base);
    let mut headers = HeaderMap::new();
    if !prefer.is_empty() {
        headers.insert("prefer", HeaderValue::from_str(prefer).unwrap());
    }
    SmsProvider::with_headers(&config, headers).unwrap()
}

#[actix_web::test]
async fn prism_accepts_every_call_of_the_client() {
    let Some(prism) = prism("prism_accepts_every_call_of_the_client") else { return };
    let messaging = before_prism(&prism, ProviderChoice::Messaging, "");
    assert_eq!(messaging.send(&text(ADA)).await.unwrap().status, "queued");
    assert_eq!(messaging.check_connection(ProviderChoice::Messaging).await, Ok(()));

    let verify = before_prism(&prism, ProviderChoice::Verify, "");
    let started = verify.send(&start(ADA, None)).await.unwrap();
    let sid = started.sid.unwrap();
    assert_eq!(started.status, "pending");
    assert_eq!(verify.check(&sid, &code("123456")).await, Ok(Checked::Approved));
    assert_eq!(verify.cancel(&sid).await, Ok(()));
    assert!(verify.send(&start(ADA, sid.as_str())).await.is_ok());
    // The service of the official example makes codes of four digits.
    assert_eq!(verify.check_connection(ProviderChoice::Verify).await, Err(ConnectionFault::CodeLength(4)));
}

#[actix_web::test]
async fn prism_accepts_every_request_that_the_fake_accepts() {
    let Some(prism) = prism("prism_accepts_every_request_that_the_fake_accepts") else { return };
    for call in everything_once().await.calls() {
        let (status, answer) = replay(&prism, &call).await;
        assert!((200..300).contains(&status), "{:?}: {status} {answer}", call.operation);
    }
}

#[actix_web::test]
async fn prism_refuses_and_the_client_understands() {
    use Fault::*;
    let Some(prism) = prism("prism_refuses_and_the_client_understands") else { return };
    let messages = [
        (400, 21211, BadNumber),
        (400, 21212, Ours),
        (400, 21265, BadNumber),
        (400, 21408, Country),
        (400, 21602, Ours),
        (400, 21603, Ours),
        (400, 21604, Ours),
        (400, 21606, Ours),
        (400, 21608, Ours),
        (400, 21609, Ours),
        (400, 21610, OptedOut),
        (400, 21612, Country),
        (400, 21614, NoSms),
        (400, 21617, Ours),
        (400, 21635, NoSms),
        (400, 21659, Ours),
        (400, 21703, Ours),
        (400, 90007, Ours),
        (401, 20003, Ours),
        (403, 20403, Ours),
        (404, 20404, Ours),
    ];
    let verifications = [
        (400, 60200, BadNumber),
        (400, 60220, Country),
        (400, 60223, Ours),
        (403, 60204, Ours),
        (403, 60205, NoSms),
        (403, 60238, Ours),
        (403, 60410, TryLater),
        (403, 60412, TryLater),
        (403, 60605, Country),
        (404, 20404, Ours),
        (429, 60203, TooMany),
        (429, 60212, TooMany),
    ];
    let both = [(ProviderChoice::Messaging, &messages[..]), (ProviderChoice::Verify, &verifications[..])];
    for (provider, refusals) in both {
        let outgoing = outgoing_with(provider);
        for (http_status, code, fault) in refusals {
            let sms = before_prism(&prism, provider, &format!("code={http_status}, example=e{code}"));
            let expected = Refusal { code: Some(*code), http_status: *http_status, fault: *fault };
            assert_eq!(sms.send(&outgoing).await, Err(SendFailure::Refused(expected)));
        }
        for (http_status, code) in [(500, 20500), (503, 20503)] {
            let sms = before_prism(&prism, provider, &format!("code={http_status}, example=e{code}"));
            assert_eq!(sms.send(&outgoing).await, Err(SendFailure::Unknown { why: "server error" }));
        }
    }
    let not_now = Err(SendFailure::NotReached { retry_after: None, why: "too many requests" });
    for (prefer, provider) in [
        ("code=429, example=e20429", ProviderChoice::Messaging),
        ("code=400, example=e21611", ProviderChoice::Messaging),
        ("code=429, example=createVerificationRateLimitExceeded", ProviderChoice::Verify),
    ] {
        let answer = before_prism(&prism, provider, prefer).send(&outgoing_with(provider)).await;
        assert_eq!(answer.map_err(without_wait), not_now, "{prefer}");
    }
}

/// A text with a code as the provider sends it.
fn outgoing_with(provider: ProviderChoice) -> Outgoing {
    if provider == ProviderChoice::Verify { start(ADA, None) } else { text(ADA) }
}

/// Whether Prism makes up a `Retry-After` is its own affair.
fn without_wait(failure: SendFailure) -> SendFailure {
    match failure {
        SendFailure::NotReached { why, .. } => SendFailure::NotReached { retry_after: None, why },
        other => other,
    }
}

#[actix_web::test]
async fn prism_tells_what_becomes_of_a_message_and_the_client_understands() {
    use DeliveryStatus::{Canceled, Delivered, Failed, Queued, Sending, Sent, Undelivered};
    let Some(prism) = prism("prism_tells_what_becomes_of_a_message_and_the_client_understands") else { return };
    for (example, status, error_code) in [
        ("lifeQueued", Queued, None),
        ("lifeSending", Sending, None),
        ("lifeSent", Sent, None),
        ("lifeDelivered", Delivered, None),
        ("lifeUndelivered30003", Undelivered, Some(30_003)),
        ("lifeUndelivered30005", Undelivered, Some(30_005)),
        ("lifeUndelivered30007", Undelivered, Some(30_007)),
        ("lifeFailed30036", Failed, Some(30_036)),
        ("lifeFailed30450", Failed, Some(30_450)),
        ("lifeCanceled", Canceled, None),
    ] {
        // Prism answers about the same message whatever it is asked for.
        let (_, answer) = replay_with(&prism, &format!("code=200, example={example}")).await;
        let messaging = before_prism(&prism, ProviderChoice::Messaging, &format!("code=200, example={example}"));
        let report = messaging.fetch_report(answer["sid"].as_str().unwrap()).await.unwrap().unwrap();
        assert_eq!((report.status, report.error_code), (status, error_code), "{example}");
    }
}

/// Asks Prism for a message, and tells it what to answer.
async fn replay_with(prism: &str, prefer: &str) -> (u16, Value) {
    let twilio = FakeTwilio::start();
    let path = format!("/2010-04-01/Accounts/{}/Messages/SM{}.json", twilio.account_sid(), "a".repeat(32));
    let request = plain_client().get(format!("{prism}{path}")).header("prefer", prefer);
    let response = request.basic_auth(twilio.account_sid(), Some("token")).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[actix_web::test]
async fn prism_checks_a_code_in_every_way_and_the_client_understands() {
    let Some(prism) = prism("prism_checks_a_code_in_every_way_and_the_client_understands") else { return };
    let sid = format!("VE{}", "a".repeat(32));
    for (prefer, checked) in [
        ("code=200, example=checkApproved", Checked::Approved),
        ("code=200, example=checkPending", Checked::Wrong),
        ("code=200, example=checkCanceled", Checked::Gone),
        ("code=200, example=checkMaxAttempts", Checked::OutOfChecks),
        ("code=200, example=checkExpired", Checked::Gone),
        ("code=400, example=e60200", Checked::Wrong),
        ("code=404, example=e20404", Checked::Gone),
        ("code=429, example=e60202", Checked::OutOfChecks),
    ] {
        let verify = before_prism(&prism, ProviderChoice::Verify, prefer);
        assert_eq!(verify.check(&sid, &code("123456")).await, Ok(checked), "{prefer}");
    }
    for (http_status, code_of_twilio) in [(400, 60221), (401, 20003)] {
        let verify =
            before_prism(&prism, ProviderChoice::Verify, &format!("code={http_status}, example=e{code_of_twilio}"));
        let refusal = Refusal { code: Some(code_of_twilio), http_status, fault: Fault::Ours };
        assert_eq!(verify.check(&sid, &code("123456")).await, Err(SendFailure::Refused(refusal)));
    }
    for (prefer, expected) in [("code=404, example=e20404", true), ("code=401, example=e20003", false)] {
        let verify = before_prism(&prism, ProviderChoice::Verify, prefer);
        assert_eq!(verify.cancel(&sid).await.is_ok(), expected, "{prefer}");
    }
}
