//! What people see, pay and keep when Twilio refuses, hangs, breaks off or answers nonsense (SMS-11, attack S-6).

use std::time::{Duration, Instant};

use crate::support::{
    TestApp,
    browser::Page,
    database::Database,
    eventually,
    fake_twilio::{Behaviour, FakeTwilio, Operation},
    people::{self, Person},
    proxy::Proxy,
};

/// What the ledger says about the newest text to a number: state, charged, attempts.
fn ledger(app: &TestApp, phone: &str) -> String {
    let newest = format!(
        "SELECT concat_ws(' ', state, CASE WHEN charged THEN 'charged' ELSE 'free' END, attempts) FROM sms_messages
         WHERE phone_number = '{phone}' ORDER BY created_at DESC LIMIT 1"
    );
    app.database.text(&newest).unwrap_or_default()
}

fn calls_to(app: &TestApp, phone: &str) -> usize {
    let sends = app.twilio.calls_of(Operation::SendMessage);
    sends.iter().filter(|call| call.field("To") == Some(phone)).count()
}

/// A text is paid for once: one reservation, and at most one call that Twilio may have acted on.
fn was_reserved_once(app: &TestApp, phone: &str) {
    assert_eq!(app.database.number(&format!("SELECT count(*) FROM sms_messages WHERE phone_number = '{phone}'")), 1);
    assert!(app.twilio.messages_to(phone).len() <= 1, "one reservation, one text");
}

/// Submits the form while Twilio behaves like that; nobody waits longer than the page promises.
async fn register_while(
    app: &TestApp,
    person: &Person,
    behaviour: Behaviour,
) -> (crate::support::browser::Browser, Page) {
    let browser = app.browser();
    app.twilio.script([behaviour]);
    let started = Instant::now();
    let page = browser.submit("/register", &person.fields()).await;
    assert!(started.elapsed() < Duration::from_secs(5), "the page took {:?}", started.elapsed());
    (browser, page)
}

#[actix_web::test]
async fn sms_11_a_number_that_twilio_refuses_is_named_at_its_field_and_leaves_nothing() {
    let app = TestApp::start().await;
    for (number, message) in [
        ("+15005550001", "There is no such number in United States"),
        ("+15005550002", "We cannot send texts to United States"),
        ("+15005550003", "We cannot send texts to United States"),
        ("+15005550004", "You asked us to stop texting this number"),
        ("+15005550009", "This number cannot receive text messages"),
    ] {
        let browser = app.browser();
        let person = Person { phone: number.to_owned(), ..people::sponsor() };
        let page = browser.submit("/register", &person.fields_with("country", "US")).await;

        page.shows(422, message);
        assert!(page.error_of("phone").unwrap().contains(message), "{number}: {:?}", page.error_of("phone"));
        let typed = |name: &str| page.attribute(&format!("input[name={name}]"), "value");
        assert_eq!(typed("phone").as_deref(), Some(number));
        assert_eq!((typed("full_name"), typed("email")), (Some(person.name.clone()), Some(person.email.clone())));
        assert!(!page.body.contains(&person.password));
        assert_eq!(app.database.count("registrations") + app.database.count("users"), 0);
        browser.get("/register/verify").await.redirects_to("/register");
        // The text did not exist, but the try counts: else the form would be a free look-up of numbers.
        assert_eq!(ledger(&app, number), "failed charged 1");
        was_reserved_once(&app, number);
    }
    let log = app.log().join("\n");
    assert!(!log.contains("+1500555"), "no number in the log:\n{log}");
}

#[actix_web::test]
async fn sms_11_a_correction_to_a_refused_number_keeps_the_rest_and_can_be_corrected_again() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;

    let page = browser.submit("/register/phone", &[("country", "US"), ("phone", "+15005550009")]).await;
    page.shows(422, "This number cannot receive text messages");
    assert_eq!(page.attribute("input[name=phone]", "value").as_deref(), Some("+15005550009"));

    let other = people::new_phone();
    browser.submit("/register/phone", &[("country", "ET"), ("phone", &other)]).await.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&other).await;
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_11_a_fault_of_our_account_is_called_ours_and_costs_the_person_nothing() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    // More than any limit allows in a minute, were they counted.
    for (status, code) in [(401, 20003), (400, 21606), (400, 21608), (404, 20404), (400, 21703), (403, 20403)] {
        app.twilio.script([Behaviour::Refuse(status, code)]);
        browser.submit("/register", &hanna.fields()).await.redirects_to("/register/verify");
        let page = browser.get("/register/verify").await;
        page.shows(200, "The text did not go out, and the fault is ours");
        assert!(page.error_of("phone").is_none(), "nothing is wrong with the number");
        assert_eq!(ledger(&app, &hanna.phone), "failed free 1", "{code}");
        let line = app.logged(&format!("code={code}")).await;
        assert!(line.contains(" ERROR ") && !line.contains(&hanna.phone), "{line}");
    }
    hanna.registers(&app, &browser).await;
}

#[actix_web::test]
async fn sms_11_a_silent_twilio_keeps_nobody_waiting() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let started = Instant::now();
    let (browser, page) = register_while(&app, &hanna, Behaviour::Hang(Duration::from_secs(5))).await;
    page.redirects_to("/register/verify");
    assert!(started.elapsed() > Duration::from_secs(2), "it was waited for");
    browser.get("/register/verify").await.shows(200, "We are sending you a code").shows(200, "Texts can be slow");
    assert_eq!(ledger(&app, &hanna.phone), "sending charged 1");

    let other = people::maid();
    let started = Instant::now();
    other.registers(&app, &app.browser()).await;
    assert!(started.elapsed() < Duration::from_secs(3), "one silent call holds up nobody else");

    eventually("the silence is over", async || ledger(&app, &hanna.phone) == "unknown charged 1").await;
    browser.get("/register/verify").await.shows(200, "may come late or not at all");
    assert_eq!(calls_to(&app, &hanna.phone), 1, "never again by itself");
}

#[actix_web::test]
async fn s_6_a_text_whose_answer_was_lost_is_not_sent_again_and_its_code_works() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let (browser, page) = register_while(&app, &hanna, Behaviour::AcceptThenDrop).await;
    page.redirects_to("/register/verify");
    browser.get("/register/verify").await.shows(200, "may come late or not at all");
    assert_eq!(ledger(&app, &hanna.phone), "unknown charged 1");

    let code = app.twilio.next_code_to(&hanna.phone).await;
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    was_reserved_once(&app, &hanna.phone);
    assert_eq!(calls_to(&app, &hanna.phone), 1);
}

#[actix_web::test]
async fn s_6_after_a_lost_answer_the_person_can_ask_again_and_only_the_newest_code_works() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let (browser, _) = register_while(&app, &hanna, Behaviour::AcceptThenDrop).await;
    let older = app.twilio.next_code_to(&hanna.phone).await;
    browser.submit("/register/resend", &[]).await.shows(429, "Not yet");

    app.let_pass("61 seconds");
    browser.submit("/register/resend", &[]).await.redirects_to("/register/verify");
    let newer = app.twilio.next_code_to(&hanna.phone).await;
    if older != newer {
        browser.submit("/register/verify", &[("code", &older)]).await.shows(422, "Invalid code");
    }
    browser.submit("/register/verify", &[("code", &newer)]).await.redirects_to("/account");
    let rows = format!("SELECT count(*) FROM sms_messages WHERE phone_number = '{}'", hanna.phone);
    assert_eq!((app.database.number(&rows), calls_to(&app, &hanna.phone)), (2, 2), "two asked for, two sent");
}

#[actix_web::test]
async fn s_6_whatever_may_have_been_sent_is_counted_and_not_sent_again() {
    let app = TestApp::start().await;
    let elsewhere = FakeTwilio::start();
    let behaviours = [
        Behaviour::AcceptThenFail(500),
        Behaviour::Refuse(503, 20503),
        Behaviour::Html(502),
        Behaviour::Html(200),
        Behaviour::Empty2xx,
        Behaviour::Reset,
        Behaviour::Redirect(format!("{}/2010-04-01/x", elsewhere.url())),
    ];
    for behaviour in behaviours {
        let hanna = people::maid();
        let (browser, page) = register_while(&app, &hanna, behaviour.clone()).await;
        page.redirects_to("/register/verify");
        browser.get("/register/verify").await.shows(200, "may come late or not at all");
        assert_eq!(ledger(&app, &hanna.phone), "unknown charged 1", "{behaviour:?}");
        was_reserved_once(&app, &hanna.phone);
    }
    assert_eq!(app.twilio.calls_of(Operation::SendMessage).len(), 7);
    assert!(elsewhere.calls().is_empty(), "number, code and credentials go nowhere else");
}

#[actix_web::test]
async fn s_6_a_text_that_twilio_asks_to_hold_back_is_sent_once_and_not_before() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    app.twilio.script([Behaviour::TooManyRequests(1)]);
    hanna.registers(&app, &browser).await;
    assert_eq!(ledger(&app, &hanna.phone), "sent charged 2");
    was_reserved_once(&app, &hanna.phone);
    let calls = app.twilio.calls_of(Operation::SendMessage);
    let between = calls[1].at.duration_since(calls[0].at).unwrap();
    assert!(between >= Duration::from_millis(990), "Twilio had asked for a second: {between:?}");
}

#[actix_web::test]
async fn s_6_a_text_that_would_come_after_its_code_has_died_is_given_up() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let (browser, page) = register_while(&app, &hanna, Behaviour::TooManyRequests(3600)).await;
    page.redirects_to("/register/verify");
    browser.get("/register/verify").await.shows(200, "The text did not go out");
    assert_eq!(ledger(&app, &hanna.phone), "failed free 1");
}

#[actix_web::test]
async fn s_6_while_twilio_refuses_connections_nothing_is_lost_and_afterwards_each_text_goes_out_once() {
    let twilio = FakeTwilio::start();
    let mut wire = Proxy::to(twilio.address());
    let base = [("TWILIO_API_BASE_URL", wire.url())];
    let base = base.each_ref().map(|(name, url)| (*name, url.as_str()));
    let app = TestApp::start_on(twilio, Database::create(), "messaging", &base).await;
    let (hanna, browser) = (people::maid(), app.browser());

    wire.cut();
    let fields = hanna.fields();
    let (page, ()) = futures_util::join!(browser.submit("/register", &fields), async {
        app.logged("event=sms_failed").await;
        wire.mend();
    });
    page.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&hanna.phone).await;
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    was_reserved_once(&app, &hanna.phone);
    assert!(ledger(&app, &hanna.phone).starts_with("sent charged"), "{}", ledger(&app, &hanna.phone));

    wire.cut();
    let salma = people::sponsor();
    let waiting = app.browser();
    waiting.submit("/register", &salma.fields()).await.redirects_to("/register/verify");
    eventually("five attempts", async || ledger(&app, &salma.phone) == "failed free 5").await;
    waiting.get("/register/verify").await.shows(200, "The text did not go out");
}

#[actix_web::test]
async fn s_11_a_code_that_verify_cannot_check_is_not_proven_and_costs_its_guess() {
    let app = TestApp::start_with_verify().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    for behaviour in [Behaviour::Refuse(503, 20503), Behaviour::TooManyRequests(1)] {
        app.twilio.script_on(Operation::CheckVerification, [behaviour]);
        browser
            .submit("/register/verify", &[("code", &code)])
            .await
            .shows(422, "We could not check your code just now");
    }
    assert_eq!(app.database.count("users"), 0);
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
}
