//! How calls to Twilio end when something goes wrong, and what may be sent again afterwards (SMS-11, attack S-6).

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use latchkey::domain::country::Country;
use latchkey::domain::one_time_code::OneTimeCode;
use latchkey::domain::phone_number::PhoneNumber;
use latchkey::sms::{
    Checked, ConnectionFault, Content, Fault, Outgoing, ProviderChoice, Refusal, SendFailure, SmsConfig, SmsProvider,
    Subject, TextKind,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use secrecy::SecretString;
use url::Url;

use crate::support::fake_twilio::{Behaviour, FakeTwilio, Operation};

const ADA: &str = "+251911234567";

/// A text to `to` as registration would send it with a code of ours.
pub fn text(to: &str) -> Outgoing {
    outgoing(
        to,
        Content::Ours {
            subject: Subject::Code { kind: TextKind::Verification, code: code("123456") },
            body: "Your Latchkey verification code is: 123456. Valid for 10 minutes.".to_owned(),
        },
    )
}

/// The same with a code of Verify's, in the place of the verification `replaces`.
pub fn start<'a>(to: &str, replaces: impl Into<Option<&'a str>>) -> Outgoing {
    let replaces = replaces.into().map(str::to_owned).into_iter().collect();
    outgoing(to, Content::CodeOfVerify { language: "en".to_owned(), replaces })
}

fn outgoing(to: &str, content: Content) -> Outgoing {
    let country = Country::parse(if to.starts_with("+1") { "US" } else { "ET" }).unwrap();
    Outgoing {
        to: PhoneNumber::parse(to, country).unwrap(),
        content,
        valid_for: Duration::from_secs(600),
        report_to: None,
        sender: None,
    }
}

pub fn code(digits: &str) -> OneTimeCode {
    OneTimeCode::parse(digits).unwrap()
}

fn messaging(twilio: &FakeTwilio) -> SmsProvider {
    SmsProvider::from_config(&impatient(twilio, ProviderChoice::Messaging)).unwrap()
}

fn verify(twilio: &FakeTwilio) -> SmsProvider {
    SmsProvider::from_config(&impatient(twilio, ProviderChoice::Verify)).unwrap()
}

/// The usual configuration with shorter timeouts, so that the tests need not wait ten seconds.
fn impatient(twilio: &FakeTwilio, provider: ProviderChoice) -> SmsConfig {
    let mut config = twilio.sms_config(provider);
    let twilio = config.twilio.as_mut().unwrap();
    (twilio.connect_timeout, twilio.timeout) = (Duration::from_millis(700), Duration::from_millis(1500));
    config
}

/// A Messaging provider that looks for Twilio at `base`.
fn messaging_at(base: &str) -> SmsProvider {
    let mut config = impatient(&FakeTwilio::start(), ProviderChoice::Messaging);
    config.twilio.as_mut().unwrap().api_base = Url::parse(base).unwrap();
    SmsProvider::from_config(&config).unwrap()
}

fn not_reached(why: &'static str) -> SendFailure {
    SendFailure::NotReached { retry_after: None, why }
}

fn unknown(why: &'static str) -> SendFailure {
    SendFailure::Unknown { why }
}

#[actix_web::test]
async fn sms_11_what_may_have_been_sent_is_told_from_what_surely_was_not() {
    let twilio = FakeTwilio::start();
    let sms = messaging(&twilio);
    let cases = [
        (Behaviour::Hang(Duration::from_secs(3)), unknown("timeout")),
        (Behaviour::DelayMs(2500), unknown("timeout")),
        (Behaviour::AcceptThenDrop, unknown("connection broken")),
        (Behaviour::Reset, unknown("connection broken")),
        (Behaviour::AcceptThenFail(500), unknown("server error")),
        (Behaviour::Refuse(503, 20503), unknown("server error")),
        (Behaviour::Html(503), unknown("server error")),
        (Behaviour::Empty2xx, unknown("unreadable answer")),
        (Behaviour::Html(201), unknown("unreadable answer")),
        (
            Behaviour::TooManyRequests(7),
            SendFailure::NotReached { retry_after: Some(Duration::from_secs(7)), why: "too many requests" },
        ),
        (Behaviour::Html(429), not_reached("too many requests")),
        (Behaviour::Refuse(400, 21611), not_reached("too many requests")),
    ];
    for (behaviour, expected) in cases {
        let before = twilio.calls().len();
        twilio.script([behaviour.clone()]);

        assert_eq!(sms.send(&text(ADA)).await, Err(expected), "{behaviour:?}");

        assert_eq!(twilio.calls().len(), before + 1, "{behaviour:?}: one call and no more");
    }
    assert!(sms.send(&text(ADA)).await.is_ok(), "and afterwards all is well again");
}

#[actix_web::test]
async fn sms_11_a_refused_connection_was_surely_not_acted_on() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let sms = messaging_at(&format!("http://{nobody}"));
    assert_eq!(sms.send(&text(ADA)).await, Err(not_reached("no connection")));
    assert_eq!(
        sms.check_connection(ProviderChoice::Messaging).await,
        Err(ConnectionFault::NotReachable { why: "no connection" })
    );
}

#[actix_web::test]
async fn sms_11_an_unknown_name_was_surely_not_acted_on() {
    let sms = messaging_at("https://twilio.invalid");
    // "name not found", or "connect timeout" where the resolver is slow to say so.
    assert!(matches!(sms.send(&text(ADA)).await, Err(SendFailure::NotReached { .. })));
}

#[actix_web::test]
async fn sms_11_a_connection_that_does_not_come_to_stand_is_given_up_early() {
    // Accepted by the kernel, never answered: the TLS handshake hangs.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let sms = messaging_at(&format!("https://{}", silent.local_addr().unwrap()));
    assert_eq!(sms.send(&text(ADA)).await, Err(not_reached("connect timeout")));
}

#[actix_web::test]
async fn inp_07_a_redirect_is_not_followed() {
    let (twilio, elsewhere) = (FakeTwilio::start(), FakeTwilio::start());
    twilio.always(Behaviour::Redirect(format!("{}/2010-04-01/x", elsewhere.url())));
    assert_eq!(messaging(&twilio).send(&text(ADA)).await, Err(unknown("redirected")));
    assert_eq!(verify(&twilio).send(&start(ADA, None)).await, Err(unknown("redirected")));
    assert!(elsewhere.calls().is_empty());
}

#[actix_web::test]
async fn tls_03_a_self_signed_certificate_is_refused_before_anything_is_sent() {
    // The key is no secret: thirty-two times seven, in the envelope of PKCS #8.
    let mut key = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    key.extend([7; 32]);
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
    let certificate = CertificateDer::from(&include_bytes!("../data/self_signed_localhost.der")[..]);
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut tls = rustls::ServerConnection::new(Arc::new(server)).unwrap();
        tls.complete_io(&mut stream).map(|_| ())
    });

    assert_eq!(messaging_at(&base).send(&text(ADA)).await, Err(not_reached("TLS refused")));

    assert!(served.join().unwrap().is_err(), "the client ended the handshake");
}

#[actix_web::test]
async fn tls_03_an_endpoint_without_tls_is_refused() {
    let plain = FakeTwilio::start();
    let base = plain.url().replace("http://", "https://");
    assert!(matches!(messaging_at(&base).send(&text(ADA)).await, Err(SendFailure::NotReached { .. })));
    let mut config = plain.sms_config(ProviderChoice::Messaging);
    config.twilio.as_mut().unwrap().api_base = Url::parse("http://twilio.example.com").unwrap();
    assert!(SmsProvider::from_config(&config).is_err(), "credentials would travel in the clear");
}

#[actix_web::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let sms = messaging_at(&format!("http://{}", listener.local_addr().unwrap()));
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8192]);
        let _ = stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n");
        while stream.write_all(&[b' '; 8192]).is_ok() {}
    });
    assert_eq!(sms.send(&text(ADA)).await, Err(unknown("answer too long")));
}

#[actix_web::test]
async fn magic_numbers_answer_as_with_twilios_test_credentials() {
    let twilio = FakeTwilio::start();
    let sms = messaging(&twilio);
    for (to, code, fault) in [
        ("+15005550001", 21211, Fault::BadNumber),
        ("+15005550002", 21612, Fault::Country),
        ("+15005550003", 21408, Fault::Country),
        ("+15005550004", 21610, Fault::OptedOut),
        ("+15005550009", 21614, Fault::NoSms),
    ] {
        let refused = SendFailure::Refused(Refusal { code: Some(code), http_status: 400, fault });
        assert_eq!(sms.send(&text(to)).await, Err(refused));
        assert!(twilio.messages_to(to).is_empty());
    }
}

#[actix_web::test]
async fn log_03_what_is_logged_of_a_failure_names_no_number() {
    let twilio = FakeTwilio::start();
    twilio.script([Behaviour::Refuse(400, 21211), Behaviour::Refuse(400, 99_999)]);
    let sms = messaging(&twilio);
    let known = sms.send(&text(ADA)).await.unwrap_err();
    let unheard_of = sms.send(&text(ADA)).await.unwrap_err();
    assert_eq!(known.to_string(), "refused: fault=bad_number http=400 code=21211");
    assert_eq!(unheard_of.to_string(), "refused: fault=ours http=400 code=99999");
    let config = format!("{:?}", twilio.sms_config(ProviderChoice::Messaging));
    assert!(!config.contains(twilio.auth_token()), "{config}");
}

#[actix_web::test]
async fn two_hundred_texts_at_once_all_arrive_once() {
    let twilio = FakeTwilio::start();
    let mut config = twilio.sms_config(ProviderChoice::Messaging);
    config.twilio.as_mut().unwrap().connect_timeout = Duration::from_secs(9);
    let sms = SmsProvider::from_config(&config).unwrap();
    let texts: Vec<_> = (0..200).map(|number| text(&format!("+25191123{number:04}"))).collect();
    let sent = futures_util::future::join_all(texts.iter().map(|text| sms.send(text))).await;
    let mut sids: Vec<_> = sent.into_iter().map(|sent| sent.unwrap().sid.unwrap()).collect();
    sids.sort();
    sids.dedup();
    assert_eq!(sids.len(), 200);
    assert!(texts.iter().all(|text| twilio.messages_to(text.to.e164()).len() == 1));
}

#[actix_web::test]
async fn what_is_wrong_with_the_configuration_is_told_apart() {
    let twilio = FakeTwilio::start();
    for provider in [ProviderChoice::Messaging, ProviderChoice::Verify] {
        let check =
            async |config: SmsConfig| SmsProvider::from_config(&config).unwrap().check_connection(provider).await;
        let right = impatient(&twilio, provider);
        assert_eq!(check(right.clone()).await, Ok(()));

        let mut with_key = right.clone();
        let (user, secret) = twilio.api_key();
        let credentials = &mut with_key.twilio.as_mut().unwrap().credentials;
        (credentials.user, credentials.password) = (user.to_owned(), SecretString::from(secret));
        assert_eq!(check(with_key).await, Ok(()));

        let mut wrong_token = right.clone();
        wrong_token.twilio.as_mut().unwrap().credentials.password = SecretString::from("another");
        let refused = ConnectionFault::Credentials { http_status: 401, code: Some(20003) };
        assert_eq!(check(wrong_token).await, Err(refused));

        let mut wrong_sid = right.clone();
        let account = wrong_sid.twilio.as_mut().unwrap();
        account.account_sid = format!("AC{}", "f".repeat(32));
        account.verify_service_sid = Some(format!("VA{}", "f".repeat(32)));
        let (messaging, verify) = (ConnectionFault::AccountUnknown, ConnectionFault::ServiceUnknown);
        let expected = if provider == ProviderChoice::Verify { verify } else { messaging };
        assert_eq!(check(wrong_sid).await, Err(expected));

        twilio.script([Behaviour::Html(502)]);
        assert_eq!(check(right).await, Err(ConnectionFault::NotReachable { why: "server error" }));
    }
    assert!(twilio.calls().iter().all(|call| call.method == "GET"), "a look at the account sends nothing");
}

#[actix_web::test]
async fn sms_14_verify_repeats_its_code_until_the_earlier_verification_is_cancelled() {
    let twilio = FakeTwilio::start();
    let sms = verify(&twilio);
    let first = sms.send(&start(ADA, None)).await.unwrap().sid.unwrap();
    let first_code = twilio.next_code_to(ADA).await;
    sms.send(&start(ADA, None)).await.unwrap();
    assert_eq!(twilio.next_code_to(ADA).await, first_code, "Twilio's own way");

    let replacing = start(ADA, first.as_str());
    let second = sms.send(&replacing).await.unwrap().sid.unwrap();
    let second_code = twilio.next_code_to(ADA).await;

    assert_ne!((&first, &first_code), (&second, &second_code));
    assert_eq!(sms.check(&first, &code(&first_code)).await, Ok(Checked::Gone));
    assert_eq!(sms.check(&second, &code(&first_code)).await, Ok(Checked::Wrong));
    assert_eq!(sms.check(&second, &code(&second_code)).await, Ok(Checked::Approved));
    assert_eq!(sms.check(&second, &code(&second_code)).await, Ok(Checked::Gone), "approved only once");
    let again = start(ADA, second.as_str());
    assert!(sms.send(&again).await.is_ok(), "cancelling what is gone is as good");
}

#[actix_web::test]
async fn sms_14_nothing_is_started_while_the_earlier_verification_may_be_alive() {
    let twilio = FakeTwilio::start();
    let sms = verify(&twilio);
    let first = sms.send(&start(ADA, None)).await.unwrap().sid.unwrap();
    let replacing = start(ADA, first.as_str());
    twilio.script_on(Operation::UpdateVerification, [Behaviour::AcceptThenDrop, Behaviour::Html(503)]);
    assert_eq!(sms.send(&replacing).await, Err(not_reached("connection broken")));
    assert_eq!(sms.send(&replacing).await, Err(not_reached("server error")));
    assert_eq!(twilio.calls_of(Operation::StartVerification).len(), 1);
    assert!(sms.send(&replacing).await.is_ok());
}

#[actix_web::test]
async fn verify_refuses_a_sixth_send_and_a_sixth_check() {
    let twilio = FakeTwilio::start();
    let sms = verify(&twilio);
    for _ in 0..5 {
        sms.send(&start(ADA, None)).await.unwrap();
    }
    let too_many = Refusal { code: Some(60203), http_status: 429, fault: Fault::TooMany };
    assert_eq!(sms.send(&start(ADA, None)).await, Err(SendFailure::Refused(too_many)));

    let other = "+251911234568";
    let sid = sms.send(&start(other, None)).await.unwrap().sid.unwrap();
    let right = code(&twilio.next_code_to(other).await);
    let wrong = code(if right.expose() == "000000" { "000001" } else { "000000" });
    for _ in 0..5 {
        assert_eq!(sms.check(&sid, &wrong).await, Ok(Checked::Wrong));
    }
    assert_eq!(sms.check(&sid, &right).await, Ok(Checked::OutOfChecks));
    assert_eq!(sms.check(&sid, &right).await, Ok(Checked::Gone));
}

#[actix_web::test]
async fn a_verification_expires_at_twilio_too() {
    let twilio = FakeTwilio::start();
    let sms = verify(&twilio);
    let sid = sms.send(&start(ADA, None)).await.unwrap().sid.unwrap();
    let right = code(&twilio.next_code_to(ADA).await);
    twilio.let_pass(Duration::from_secs(601));
    assert_eq!(sms.check(&sid, &right).await, Ok(Checked::Gone));
}

#[actix_web::test]
async fn a_check_whose_end_is_unknown_proves_nothing() {
    let twilio = FakeTwilio::start();
    let sms = verify(&twilio);
    let sid = sms.send(&start(ADA, None)).await.unwrap().sid.unwrap();
    let right = code(&twilio.next_code_to(ADA).await);
    for (behaviour, failure) in [
        (Behaviour::Html(502), unknown("server error")),
        (
            Behaviour::TooManyRequests(1),
            SendFailure::NotReached { retry_after: Some(Duration::from_secs(1)), why: "too many requests" },
        ),
        (Behaviour::AcceptThenDrop, unknown("connection broken")),
    ] {
        twilio.script([behaviour]);
        assert_eq!(sms.check(&sid, &right).await, Err(failure));
    }
    assert_eq!(sms.check(&sid, &right).await, Ok(Checked::Gone), "the dropped one was approved; it is not told again");
    twilio.script([Behaviour::Html(404)]);
    assert_eq!(sms.check(&sid, &right).await, Ok(Checked::Gone));
}

#[actix_web::test]
async fn a_language_that_verify_lacks_is_left_out_the_second_time() {
    let twilio = FakeTwilio::start();
    let sms = verify(&twilio);
    let amharic = outgoing(ADA, Content::CodeOfVerify { language: "am".to_owned(), replaces: Vec::new() });
    assert!(sms.send(&amharic).await.is_ok());
    let calls = twilio.calls_of(Operation::StartVerification);
    assert_eq!(calls.iter().map(|call| call.field("Locale")).collect::<Vec<_>>(), [Some("am"), None]);
    assert_eq!(twilio.messages_to(ADA).len(), 1);
}

#[actix_web::test]
async fn s_11_messaging_still_checks_what_verify_sent_before_the_change() {
    let twilio = FakeTwilio::start();
    let sid = verify(&twilio).send(&start(ADA, None)).await.unwrap().sid.unwrap();
    let right = code(&twilio.next_code_to(ADA).await);
    assert_eq!(messaging(&twilio).check(&sid, &right).await, Ok(Checked::Approved));

    let mut without = impatient(&twilio, ProviderChoice::Messaging);
    without.twilio.as_mut().unwrap().verify_service_sid = None;
    let without = SmsProvider::from_config(&without).unwrap();
    assert_eq!(without.check(&sid, &right).await, Err(not_reached("no Verify service is configured")));
}
