//! Twilio's reports of what becomes of texts: authentic or of no effect, in whatever order, and never authority (SMS-12,
//! S-4, S-5).

use reqwest::Method;
use serde_json::json;

use crate::support::{
    PUBLIC_URL, SECRET_KEY, TestApp, at_once,
    browser::Page,
    fake_twilio::{Behaviour, Operation, StatusReport},
    people,
};

/// A text to somebody who registers. Answers its SID.
async fn text(app: &TestApp) -> String {
    let hanna = people::maid();
    hanna.begins(app, &app.browser()).await;
    let sid = app.twilio.newest_sid_to(&hanna.phone);
    app.database.becomes(&format!("SELECT count(*) FROM deliveries WHERE provider_sid = '{sid}'"), 1).await;
    sid
}

async fn calls(app: &TestApp, report: &StatusReport) -> Page {
    sends(app, &report.path(), report.body(), Some(report.signature())).await
}

async fn sends(app: &TestApp, path: &str, body: String, signature: Option<String>) -> Page {
    let browser = app.browser();
    let request = browser.bare(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
    let request = match signature {
        Some(signature) => request.header("x-twilio-signature", signature),
        None => request,
    };
    browser.send(request.body(body)).await
}

fn status_of(app: &TestApp, sid: &str) -> Option<String> {
    app.database.text(&format!("SELECT status FROM deliveries WHERE provider_sid = '{sid}'"))
}

#[actix_web::test]
async fn sms_12_a_report_moves_a_delivery_forward_and_never_back() {
    let app = TestApp::start_public().await;
    let sid = text(&app).await;
    assert_eq!(status_of(&app, &sid).as_deref(), Some("queued"));
    for (told, stands) in [
        ("sending", "sending"),
        ("sent", "sent"),
        ("sending", "sent"),
        ("queued", "sent"),
        ("undelivered", "undelivered"),
        ("delivered", "undelivered"),
        ("sent", "undelivered"),
        ("failed", "undelivered"),
    ] {
        let more: &[(&str, &str)] = if told == "undelivered" { &[("ErrorCode", "30005")] } else { &[] };
        assert_eq!(calls(&app, &app.twilio.report(&sid, told, more)).await.status, 204, "{told}");
        assert_eq!(status_of(&app, &sid).as_deref(), Some(stands), "after {told}");
    }
    assert_eq!(app.database.number(&format!("SELECT error_code FROM deliveries WHERE provider_sid = '{sid}'")), 30_005);
}

#[actix_web::test]
async fn sms_12_the_address_for_reports_names_the_message_and_asks_for_repetition() {
    let app = TestApp::start_public().await;
    text(&app).await;
    let call = app.twilio.calls_of(Operation::SendMessage).pop().unwrap();
    let id = app.database.text("SELECT id FROM sms_messages").unwrap();
    let expected = format!("{PUBLIC_URL}/webhooks/twilio/status?message={id}#rc=3&rp=5xx,ct,rt");
    assert_eq!(call.field("StatusCallback"), Some(expected.as_str()));
}

#[actix_web::test]
async fn reports_are_asked_for_only_where_twilio_can_bring_them_and_we_can_check_them() {
    let loopback = TestApp::start().await;
    text(&loopback).await;
    let (key, secret) = loopback.twilio.api_key();
    let unsigned = [
        ("LATCHKEY_BASE_URL", PUBLIC_URL),
        ("LATCHKEY_SECRET_KEY", SECRET_KEY),
        ("TWILIO_AUTH_TOKEN", ""),
        ("TWILIO_API_KEY_SID", key),
        ("TWILIO_API_KEY_SECRET", secret),
    ];
    let without_token = TestApp::start_with("messaging", &unsigned).await;
    text(&without_token).await;
    for app in [&loopback, &without_token] {
        let call = app.twilio.calls_of(Operation::SendMessage).pop().unwrap();
        assert_eq!(call.field("StatusCallback"), None);
        let page = sends(app, "/webhooks/twilio/status", String::new(), Some("AAAA".to_owned())).await;
        assert_eq!(page.status, 403);
    }
}

#[actix_web::test]
async fn s_4_whatever_twilio_has_not_signed_for_this_address_is_refused_without_effect() {
    let app = TestApp::start_public().await;
    let sid = text(&app).await;
    let report = app.twilio.report(&sid, "delivered", &[]);
    let (path, body, signature) = (report.path(), report.body(), report.signature());
    let signed_by = |changed: &StatusReport| changed.signature();
    let with_url = |url: String| StatusReport { url, ..report.clone() };
    let forged = [
        ("unsigned", path.clone(), body.clone(), None),
        ("empty", path.clone(), body.clone(), Some(String::new())),
        ("no base64", path.clone(), body.clone(), Some("%%%".to_owned())),
        ("short", path.clone(), body.clone(), Some(signature[..20].to_owned())),
        (
            "another token",
            path.clone(),
            body.clone(),
            Some(signed_by(&StatusReport { token: "another".to_owned(), ..report.clone() })),
        ),
        ("plain http", path.clone(), body.clone(), Some(signed_by(&with_url(report.url.replacen("https", "http", 1))))),
        (
            "another host",
            path.clone(),
            body.clone(),
            Some(signed_by(&with_url(report.url.replace("id.example.com", "id.example.net")))),
        ),
        ("a field added", path.clone(), format!("{body}&ErrorCode=30003"), Some(signature.clone())),
        ("a field doubled", path.clone(), format!("{body}&To=%2B251900000000"), Some(signature.clone())),
        ("a field changed", path.clone(), body.replace("delivered", "sent"), Some(signature.clone())),
        ("a field gone", path.clone(), body.replace("&SmsStatus=delivered", ""), Some(signature.clone())),
        (
            "another message",
            "/webhooks/twilio/status?message=00000000-0000-7000-8000-000000000000".to_owned(),
            body.clone(),
            Some(signature.clone()),
        ),
        ("20 KiB", path.clone(), format!("{body}&More={}", "x".repeat(20 * 1024)), Some(signature.clone())),
    ];
    for (what, path, body, signature) in forged {
        let page = sends(&app, &path, body, signature).await;
        assert_eq!(page.status, 403, "{what}");
        assert_eq!(status_of(&app, &sid).as_deref(), Some("queued"), "{what}");
    }
    let browser = app.browser();
    let json = browser.bare(Method::POST, &path).header("content-type", "application/json");
    let json = json.header("x-twilio-signature", signature.clone()).body("{}");
    assert_eq!(browser.send(json).await.status, 403);
    let twice = browser.bare(Method::POST, &path).header("content-type", "application/x-www-form-urlencoded");
    let twice = twice.header("x-twilio-signature", "AAAA").header("x-twilio-signature", &signature).body(body.clone());
    assert_eq!(browser.send(twice).await.status, 403);
    assert_eq!(status_of(&app, &sid).as_deref(), Some("queued"));

    assert_eq!(sends(&app, &path, body, Some(signature)).await.status, 204);
    assert_eq!(status_of(&app, &sid).as_deref(), Some("delivered"));
}

#[actix_web::test]
async fn sms_12_a_token_that_is_being_exchanged_counts_beside_the_new_one() {
    let tokens = [
        ("LATCHKEY_BASE_URL", PUBLIC_URL),
        ("LATCHKEY_SECRET_KEY", SECRET_KEY),
        ("TWILIO_AUTH_TOKEN", "a made-up auth token,the one before"),
    ];
    let app = TestApp::start_with("messaging", &tokens).await;
    let sid = text(&app).await;
    let report = app.twilio.report(&sid, "sent", &[]);
    let old = StatusReport { token: "the one before".to_owned(), ..report.clone() };
    assert_eq!(calls(&app, &old).await.status, 204);
    assert_eq!(calls(&app, &report).await.status, 204);
    assert_eq!(calls(&app, &StatusReport { token: "a third".to_owned(), ..report }).await.status, 403);
}

#[actix_web::test]
async fn s_5_a_report_a_hundred_times_and_in_any_order_ends_as_it_would_once() {
    let mut app = TestApp::start_public().await;
    app.start_another_instance();
    let sid = text(&app).await;
    let reports: Vec<_> =
        ["sent", "delivered", "sending", "queued"].map(|status| app.twilio.report(&sid, status, &[])).into();
    let all = (0..100).map(|number| {
        let report = &reports[number % reports.len()];
        let browser = app.browser_at(number % 2);
        async move {
            let request = browser
                .bare(Method::POST, &report.path())
                .header("content-type", "application/x-www-form-urlencoded")
                .header("x-twilio-signature", report.signature());
            browser.send(request.body(report.body())).await
        }
    });
    for page in at_once(all).await {
        assert_eq!(page.status, 204);
    }
    assert_eq!(status_of(&app, &sid).as_deref(), Some("delivered"));
    assert_eq!(app.database.count("deliveries"), 1);
    assert_eq!(app.database.deadlocks(), 0);
}

#[actix_web::test]
async fn s_5_what_we_do_not_know_is_answered_alike_and_changes_nothing() {
    let app = TestApp::start_public().await;
    let sid = text(&app).await;
    let report = app.twilio.report(&sid, "delivered", &[]);
    let another = "SMffffffffffffffffffffffffffffffff";
    let with = |name: &str, value: &str| {
        let mut changed = report.clone();
        for field in changed.fields.iter_mut().filter(|(field, _)| field.ends_with(name)) {
            field.1 = value.to_owned();
        }
        changed
    };
    let elsewhere = StatusReport {
        url: format!("{PUBLIC_URL}/webhooks/twilio/status?message=00000000-0000-7000-8000-000000000000"),
        ..report.clone()
    };
    let nameless = StatusReport { url: format!("{PUBLIC_URL}/webhooks/twilio/status?x=1"), ..report.clone() };
    for changed in [with("Sid", another), with("Status", "read"), with("Status", ""), elsewhere, nameless] {
        assert_eq!(calls(&app, &changed).await.status, 204, "{changed:?}");
        assert_eq!(status_of(&app, &sid).as_deref(), Some("queued"), "{changed:?}");
        assert_eq!(app.database.count("deliveries"), 1);
    }
}

#[actix_web::test]
async fn s_5_no_report_proves_a_number_or_changes_what_a_code_is_worth() {
    let app = TestApp::start_public().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let sid = app.twilio.newest_sid_to(&hanna.phone);
    let before = app.database.text("SELECT phone_verifications::text FROM phone_verifications");
    for status in ["sent", "failed", "delivered"] {
        calls(&app, &app.twilio.report(&sid, status, &[("ErrorCode", "30005")])).await;
    }
    assert_eq!(app.database.text("SELECT phone_verifications::text FROM phone_verifications"), before);
    assert_eq!(app.database.count("users"), 0);
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn a_report_that_overtakes_the_answer_of_the_call_is_kept() {
    let app = TestApp::start_public().await;
    app.twilio.script_on(Operation::SendMessage, [Behaviour::DelayMs(800)]);
    let hanna = people::maid();
    let browser = app.browser();
    let asking = {
        let (hanna, browser) = (hanna.clone(), browser.clone());
        actix_web::rt::spawn(async move { browser.submit("/register", &hanna.fields()).await })
    };
    let code = app.twilio.next_code_to(&hanna.phone).await;
    let sid = app.twilio.newest_sid_to(&hanna.phone);
    assert_eq!(app.database.count("sms_messages WHERE state = 'sending'"), 1);
    assert_eq!(calls(&app, &app.twilio.report(&sid, "delivered", &[])).await.status, 204);
    asking.await.unwrap().redirects_to("/register/verify");
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'sent'", 1).await;
    assert_eq!(status_of(&app, &sid).as_deref(), Some("delivered"));
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn s_6_a_message_of_which_nobody_knew_was_sent_if_twilio_speaks_of_it() {
    for report_first in [true, false] {
        let app = TestApp::start_public().await;
        app.twilio.script_on(Operation::SendMessage, [Behaviour::AcceptThenFail(500)]);
        let (hanna, browser) = (people::maid(), app.browser());
        browser.submit("/register", &hanna.fields()).await.redirects_to("/register/verify");
        let code = app.twilio.next_code_to(&hanna.phone).await;
        app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'unknown'", 1).await;
        let sid = app.twilio.newest_sid_to(&hanna.phone);
        if report_first {
            // As if the report had come while the call was under way.
            app.database.run("UPDATE sms_messages SET state = 'sending', claimed_at = now() - interval '50 seconds'");
        }
        assert_eq!(calls(&app, &app.twilio.report(&sid, "sent", &[])).await.status, 204);
        if report_first {
            app.let_pass("1 minute");
            app.database.run("SELECT pg_notify('sms_queued', '')");
            let mut app = app;
            app.kill_and_restart(0);
            app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'sent'", 1).await;
            assert_eq!(app.twilio.calls_of(Operation::SendMessage).len(), 1);
        } else {
            assert_eq!(app.database.count("sms_messages WHERE state = 'sent'"), 1);
            browser.enters(&code).await.redirects_to("/account");
            assert_eq!(app.twilio.calls_of(Operation::SendMessage).len(), 1);
        }
    }
}

#[actix_web::test]
async fn what_no_report_has_told_is_asked_for_and_the_price_is_kept_to_the_millionth() {
    let app = TestApp::start_public().await;
    let sid = text(&app).await;
    let about =
        |column: &str| app.database.text(&format!("SELECT {column} FROM deliveries WHERE provider_sid = '{sid}'"));
    let looks = format!("SELECT looks FROM deliveries WHERE provider_sid = '{sid}'");
    assert_eq!(app.twilio.calls_of(Operation::FetchMessage).len(), 0, "not before reports had their time");

    app.twilio.becomes(&sid, "sent", json!({ "num_segments": "1" }));
    app.let_pass("5 minutes");
    app.database.becomes(&looks, 1).await;
    app.database.becomes("SELECT count(*) FROM deliveries WHERE segments = 1", 1).await;
    assert_eq!((about("status"), about("price_micros")), (Some("sent".to_owned()), None));

    // A look that fails is made good by the next.
    app.twilio.script_on(Operation::FetchMessage, [Behaviour::Html(502)]);
    app.let_pass("61 minutes");
    app.database.becomes(&looks, 2).await;

    app.twilio.becomes(&sid, "delivered", json!({ "price": "-0.04712", "price_unit": "USD" }));
    app.let_pass("6 hours");
    app.database.becomes(&looks, 3).await;
    app.database.becomes("SELECT count(*) FROM deliveries WHERE next_look_at IS NULL", 1).await;
    assert_eq!(about("price_micros").as_deref(), Some("47120"));
    assert_eq!((about("status").as_deref(), about("price_unit").as_deref()), (Some("delivered"), Some("USD")));
    app.let_pass("2 days");
    assert_eq!(app.twilio.calls_of(Operation::FetchMessage).len(), 3);
}

#[actix_web::test]
async fn with_the_database_away_a_report_is_asked_for_again() {
    let app = TestApp::start_public().await;
    let sid = text(&app).await;
    let report = app.twilio.report(&sid, "delivered", &[]);
    let held = app.database.hold("LOCK TABLE sms_messages");
    assert_eq!(calls(&app, &report).await.status, 503);
    held.release();
    assert_eq!(calls(&app, &report).await.status, 204);
    assert_eq!(status_of(&app, &sid).as_deref(), Some("delivered"));
}
