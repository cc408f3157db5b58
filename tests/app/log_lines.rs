//! What the log says, and what it never says.

use regex::Regex;
use reqwest::Method;

use crate::support::{
    TestApp,
    answers::one_of_each_kind,
    fake_twilio::{Behaviour, Operation},
    people::{self, Person, other_than},
};

/// What nobody may read in a log.
struct Secrets(Vec<String>);

impl Secrets {
    #[track_caller]
    fn are_not_in(&self, told: &str) {
        for secret in &self.0 {
            assert!(!secret.is_empty() && !told.contains(secret.as_str()), "{secret:?} is in {told}");
        }
    }
}

/// A registration with every mistake on the way, and answers with the secrets in it.
async fn a_journey_with_failures(app: &TestApp) -> Secrets {
    let (salma, browser) = (people::sponsor(), app.browser());
    let (hanna, unlucky) = (people::maid(), app.browser());
    let mut secrets = vec![];
    // Refused, unknown and late at Twilio, whose messages name the number.
    for behaviour in [
        Behaviour::Refuse(400, 21211),
        Behaviour::Refuse(401, 20003),
        Behaviour::AcceptThenFail(500),
        Behaviour::Html(502),
    ] {
        app.twilio.script_on(Operation::SendMessage, [behaviour]);
        let person = Person { phone: people::new_phone(), ..hanna.clone() };
        app.browser().submit("/register", &person.fields()).await;
        secrets.push(person.phone);
    }
    unlucky.submit("/register", &hanna.fields_with("password", "aaaaaaaaaaaa")).await;
    unlucky.submit("/register", &[("phone", "+251911999888"), ("phone", "+251911999888")]).await;
    unlucky.submit("/register?phone=%2B251911999888&code=424242", &[]).await;

    let code = salma.begins(app, &browser).await;
    secrets.push(browser.cookies()["latchkey"].clone());
    browser.submit("/register/verify", &[("code", &other_than(&code))]).await;
    browser.submit("/register/resend", &[]).await;
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    secrets.push(browser.cookies()["latchkey"].clone());
    browser.get(&format!("/account?token={code}&email={}", salma.email)).await;
    browser.get(&format!("/{}/{code}", salma.email)).await;
    // Somebody else proves the number and moves it.
    app.let_pass("61 minutes");
    let other = app.browser();
    let rival = Person { phone: salma.phone.clone(), ..people::maid() };
    let moved = rival.begins(app, &other).await;
    other.submit("/register/verify", &[("code", &moved)]).await.redirects_to("/register/claim");
    other.submit("/register/claim", &[("choice", "move")]).await.redirects_to("/account");
    browser.submit("/logout", &[]).await.redirects_to("/login");

    for phone in [&salma.phone, &hanna.phone] {
        // As E.164, and without the prefix in any spelling.
        secrets.push(phone[4..].to_owned());
    }
    let made_up = ["911999888", "424242", "kettle", "aaaaaaaaaaaa", "Tesfaye", "Haddad"];
    secrets.extend(made_up.map(str::to_owned));
    secrets.extend([other_than(&code), code, moved, salma.email, app.twilio.auth_token().to_owned()]);
    Secrets(secrets)
}

#[actix_web::test]
async fn log_02_log_04_every_line_is_one_event_in_keys_and_values_in_utc() {
    let app = TestApp::start().await;
    a_journey_with_failures(&app).await;
    one_of_each_kind(&app).await;
    let line = Regex::new(
        r#"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (ERROR|WARN |INFO |DEBUG) [a-z_:0-9]+ event=[a-z_]+( [a-z_]+=("([^"\\]|\\.)*"|[^ "=]+))*$"#,
    )
    .unwrap();
    let log = app.log();
    assert!(log.len() > 50);
    for told in &log {
        assert!(line.is_match(told), "{told}");
    }
    let requests: Vec<&String> = log.iter().filter(|line| line.contains("event=request ")).collect();
    for told in requests {
        for key in ["method=", "route=", "status=", "ms=", "request=LK-", "address=10."] {
            assert!(told.contains(key), "{key} in {told}");
        }
        assert!(told.ends_with("/24"), "addresses are coarse: {told}");
    }
    for event in [
        "registration_begun",
        "sms_sent",
        "sms_refused",
        "sms_failed",
        "code_refused",
        "account_opened",
        "number_contested",
        "signed_out",
    ] {
        assert!(log.iter().any(|line| line.contains(&format!("event={event} "))), "{event}");
    }
    for (level, event) in [
        ("WARN", "event=refused status=400 "),
        ("WARN", "event=refused status=403 "),
        ("WARN", "event=refused status=421 "),
        ("WARN", "event=refused status=429 "),
        ("ERROR", "event=refused status=500 "),
        ("ERROR", "event=refused status=503 "),
    ] {
        let line = app.logged(event).await;
        assert!(line.contains(&format!(" {level} ")) || line.contains(&format!(" {level}  ")), "{line}");
    }
    for why in ["cross-site", "embedded"] {
        app.logged(&format!("why=\"{why}\"")).await;
    }
}

#[actix_web::test]
async fn log_03_no_number_code_password_or_token_is_logged() {
    let app = TestApp::start().await;
    let secrets = a_journey_with_failures(&app).await;
    secrets.are_not_in(&app.log().join("\n"));
}

#[actix_web::test]
async fn log_03_nor_when_everything_is_logged() {
    let app = TestApp::start_with("messaging", &[("RUST_LOG", "trace")]).await;
    let secrets = a_journey_with_failures(&app).await;
    let log = app.log();
    assert!(log.iter().any(|line| line.contains(" DEBUG ")));
    for line in log {
        secrets.are_not_in(&line);
    }
}

#[actix_web::test]
async fn d_5_no_code_and_no_password_is_stored() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let pending = app.database.dump();
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    for rows in [pending, app.database.dump()] {
        let digits = Regex::new(&format!(r"\b{code}\b")).unwrap();
        assert!(!digits.is_match(&rows) && !rows.contains(&hanna.password), "{rows}");
    }
}

#[actix_web::test]
async fn log_05_o_4_nobody_writes_lines_of_his_own() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let forged = "x\u{1b}[31m event=account_opened user=1";
    let fields = [
        ("full_name", "x\n2026-01-01T00:00:00.000Z ERROR latchkey event=forged"),
        ("email", "a\r\nevent=forged"),
        ("role", forged),
    ];
    browser.submit("/register", &fields).await;
    let request = browser
        .bare(Method::GET, "/event=forged%0Aevent=forged?event=forged")
        .header("user-agent", "x event=forged \u{202e}")
        .header("referer", "event=forged")
        .header("x-forwarded-for", "event=forged")
        .header("x-request-id", "event=forged");
    assert_eq!(browser.send(request).await.status, 404);
    let long = "y".repeat(60_000);
    browser.send(browser.bare(Method::GET, "/").header("user-agent", &long)).await;
    browser.send(browser.bare(Method::from_bytes("EVENT".repeat(1000).as_bytes()).unwrap(), "/")).await;

    app.logged("method=EVENTEVENT").await;
    for line in app.log() {
        assert!(!line.contains("forged") && !line.contains("event=account_opened") && !line.contains("yyyy"), "{line}");
        assert!(line.len() < 2500 && !line.contains('\u{1b}') && !line.contains('\u{202e}'), "{line}");
    }
}

#[actix_web::test]
async fn web_14_nothing_of_an_address_but_its_route_is_logged() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in ["/register?phone=0911234567", "/hanna@example.com", "/static/hanna.css", "/register/verify/123456"] {
        browser.get(path).await;
    }
    app.logged("route=none status=404").await;
    for line in app.log() {
        assert!(!line.contains("0911234567") && !line.contains("hanna") && !line.contains("123456"), "{line}");
    }
}

#[actix_web::test]
async fn web_14_every_form_is_posted_and_no_link_carries_anything() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;
    let links = Regex::new(r#"(?:href|action|src)="([^"]*)""#).unwrap();
    for path in ["/", "/register", "/register/verify"] {
        let page = browser.get(path).await;
        for link in links.captures_iter(&page.body) {
            assert!(!link[1].contains('?'), "{}", &link[1]);
        }
        assert!(page.body.matches("<form").count() == page.body.matches("method=\"post\"").count(), "{path}");
    }
}
