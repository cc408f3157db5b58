//! Country policies: a closed country's number is never called, whatever the text is for (SMS-09).

use latchkey::{features::messages::Kind, sms::NoticeKind};

use crate::support::{
    SECRET_KEY, TestApp,
    fake_twilio::Operation,
    owners::Owner,
    people::{self, Person},
};

fn close(app: &TestApp, country: &str, what: &str) {
    app.database.run(&format!("UPDATE country_policies SET {what} WHERE country = '{country}'"));
}

fn calls(app: &TestApp) -> usize {
    app.twilio.calls_of(Operation::SendMessage).len()
}

async fn settled(app: &TestApp) {
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending')", 0).await;
}

/// Somebody at home in the Emirates.
fn at(person: Person, phone: &str) -> Person {
    person.at(phone)
}

#[actix_web::test]
async fn sms_09_only_the_home_countries_are_open_at_first() {
    let app = TestApp::start().await;
    for (country, phone, open) in [
        ("SA", "+966512345678", true),
        ("JO", "+962790123456", true),
        ("DE", "+4915123456789", false),
        ("GB", "+447400123456", false),
        ("CU", "+5351234567", false),
    ] {
        let person = at(people::maid(), phone);
        let browser = app.browser();
        let page = browser.submit("/register", &person.fields_with("country", country)).await;
        if open {
            page.redirects_to("/register/verify");
        } else {
            page.shows(422, "We cannot send texts to ");
            page.shows(422, "Please use a number of another country.");
        }
        settled(&app).await;
        assert_eq!(app.twilio.messages_to(phone).len(), usize::from(open), "{country}");
    }
}

#[actix_web::test]
async fn sms_09_asking_for_closed_countries_uses_up_the_askers_part_and_nobody_elses() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for _ in 0..3 {
        let page =
            browser.submit("/register", &at(people::maid(), "+4915123456789").fields_with("country", "DE")).await;
        page.shows(422, "We cannot send texts to Germany at the moment.");
    }
    let page = browser.submit("/register", &at(people::maid(), "+4915123456789").fields_with("country", "DE")).await;
    page.shows(429, "Please wait a little");
    // As many as the whole installation may send in an hour, refused before any provider heard of them.
    app.database.run(
        "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, stranger, state, fault, settled_at)
         SELECT gen_random_uuid(), 1, 'verification', '+4915123450000', 'en', true, 'failed', 'country', now()
         FROM generate_series(1, 1000)",
    );
    people::maid().registers(&app, &app.browser()).await;
}

#[actix_web::test]
async fn people_sign_in_while_their_country_is_closed_to_numbers_nobody_has_proven() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    close(&app, "ET", "unproven = false");
    people::maid().asks(&app.browser()).await.shows(422, "We cannot send texts to Ethiopia at the moment.");
    let (pending, code) = owner.begins_with_text(&app).await;
    pending.gives(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_09_no_path_leads_to_a_closed_countrys_numbers() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    settled(&app).await;
    let before = calls(&app);
    close(&app, "ET", "unproven = false, proven = false");

    people::maid().asks(&app.browser()).await.shows(422, "We cannot send texts to Ethiopia");
    let pending = owner.begins(&app).await;
    pending.get("/login/verify").await.shows(200, "We cannot send texts to this country at the moment");
    pending.asks_again().await;
    let reset = app.browser();
    // Alike whether or not there is an account.
    for phone in [&owner.person.phone, &people::new_phone()] {
        let page = reset.submit("/password-reset", &[("country", "ET"), ("phone", phone)]).await;
        page.shows(422, "We cannot send texts to Ethiopia at the moment. Please try again later.");
        reset.get("/password-reset/verify").await.redirects_to("/password-reset");
    }
    owner.browser.wants_number(&people::new_phone()).await.shows(422, "We cannot send texts to Ethiopia");
    let (account, moved) = (owner.person.phone.as_str(), people::new_phone());
    let recovery =
        ["recovery", "start", "--account", account, "--phone", &moved, "--by", "Sara", "--reason", "met her"];
    app.operator(&recovery).refuses(&["no texts go to the country of that number"]);
    let abroad =
        ["recovery", "start", "--account", account, "--phone", "+966512345678", "--by", "Sara", "--reason", "met her"];
    app.operator(&abroad).does(&["told now: *****5678\n"]);
    app.all_due_are_sent().await;
    assert_eq!(calls(&app), before + 1);
    let before = before + 1;
    app.database.run("UPDATE sessions SET confirmed_at = now() - interval '6 minutes'");
    owner.browser.submit("/confirm/resend", &[]).await;
    // A notice: a backup code is used.
    pending.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
    app.all_due_are_sent().await;
    assert_eq!(calls(&app), before);
    let kinds = "SELECT string_agg(DISTINCT kind, ' ' ORDER BY kind) FROM sms_messages WHERE fault = 'country'";
    let asked_for = "password_reset phone_change sign_in step_up verification";
    assert_eq!(app.database.text(kinds).as_deref(), Some(asked_for));
    assert_eq!(app.database.number("SELECT count(*) FROM spending WHERE micros < 0 OR unproven_micros < 0"), 0);
}

#[actix_web::test]
async fn sms_09_what_waits_when_a_country_is_closed_does_not_leave() {
    let app = TestApp::start().await;
    // The worker waits for what the test holds.
    let held = app.database.hold("LOCK TABLE country_policies IN ACCESS EXCLUSIVE MODE");
    let browser = app.browser();
    let asking = {
        let (hanna, browser) = (people::maid(), browser.clone());
        actix_web::rt::spawn(async move { browser.submit("/register", &hanna.fields()).await })
    };
    app.database.waiting(1).await;
    held.release();
    asking.await.unwrap().redirects_to("/register/verify");
    settled(&app).await;
    let before = calls(&app);

    app.database.run("UPDATE sms_messages SET state = 'queued', next_attempt_at = now() + interval '1 second'");
    close(&app, "ET", "unproven = false, proven = false");
    let notices = NoticeKind::ALL.map(|kind| Kind::Notice(kind).as_str());
    for kind in notices {
        app.database.run(&format!(
            "INSERT INTO sms_messages (id, notice, charged, stranger, send_number, kind, phone_number, locale, next_attempt_at)
             VALUES (gen_random_uuid(), true, false, false, 1, '{kind}', '+251911234567', 'en', now())"
        ));
    }
    settled(&app).await;
    assert_eq!(calls(&app), before);
    let refused = "SELECT count(*) FROM sms_messages WHERE state = 'failed' AND fault = 'country'";
    assert_eq!(app.database.number(refused), 1 + i64::try_from(notices.len()).unwrap());
    assert_eq!(app.database.number("SELECT sum(micros) FROM spending WHERE scope = 'ALL' AND period = 'hour'"), 0);
}

#[actix_web::test]
async fn sms_09_a_new_code_that_a_closed_country_refuses_leaves_the_one_before() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = app.browser();
    browser.forgets(&owner.person.phone).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&owner.person.phone).await;
    close(&app, "ET", "unproven = false, proven = false");
    app.let_pass("61 seconds");
    browser.forgets_again().await.shows(422, "We cannot send texts to Ethiopia at the moment.");
    browser.proves(&code).await.redirects_to("/password-reset/second-step");
}

#[actix_web::test]
async fn sms_09_who_signs_in_confirms_or_changes_the_number_hears_that_a_closed_country_gets_no_new_code() {
    const CLOSED: &str = "We cannot send texts to Ethiopia at the moment.";
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("1 hour");
    app.database.run("UPDATE sessions SET confirmed_at = now()");
    let new_number = people::new_phone();
    owner.browser.wants_number(&new_number).await.redirects_to("/account/phone/verify");
    let of_change = app.twilio.next_code_to(&new_number).await;
    let (pending, of_sign_in) = owner.begins_with_text(&app).await;
    app.let_pass("61 seconds");
    owner.browser.submit("/confirm/resend", &[]).await;
    let of_step_up = owner.text_code(&app).await;
    app.let_pass("61 seconds");
    close(&app, "ET", "unproven = false, proven = false");

    for refused in [
        pending.asks_again().await,
        owner.browser.submit("/confirm/resend", &[]).await,
        owner.browser.submit("/account/phone/resend", &[]).await,
    ] {
        refused.shows(422, CLOSED);
        assert!(refused.error_of("code").is_some_and(|error| error.contains(CLOSED)), "{}", refused.text());
        assert!(!refused.text().contains("We have sent"), "{}", refused.text());
    }

    // The texts before may only be slow: their codes are all that there is.
    pending.gives(&of_sign_in).await.redirects_to("/account");
    owner.browser.confirms(&owner.person.password, &of_step_up).await.redirects_to("/account/two-factor");
    owner.browser.proves_number(&of_change).await.redirects_to("/account/phone");
}

#[actix_web::test]
async fn sms_10_a_host_too_long_for_the_last_line_is_told_at_the_start() {
    let origin = format!("https://{}.example.com", ["long-label"; 12].join("."));
    let app =
        TestApp::start_with("messaging", &[("LATCHKEY_BASE_URL", &origin), ("LATCHKEY_SECRET_KEY", SECRET_KEY)]).await;
    app.logged("event=last_line_left_out kind=verification ").await;
    app.logged("event=last_line_left_out kind=sign_in ").await;
}

#[actix_web::test]
async fn a_country_can_have_a_sender_of_its_own() {
    let app = TestApp::start().await;
    close(&app, "SA", "sender = 'LatchkeySA'");
    for (country, phone, from) in [("SA", "+966512345678", "LatchkeySA"), ("ET", "+251911999999", app.twilio.from())] {
        let person = at(people::maid(), phone);
        app.browser()
            .submit("/register", &person.fields_with("country", country))
            .await
            .redirects_to("/register/verify");
        let call = app.twilio.calls_of(Operation::SendMessage).pop().unwrap();
        assert_eq!(call.field("From"), Some(from), "{country}");
    }
}

#[actix_web::test]
async fn sms_10_the_last_line_is_there_where_the_country_lets_it_through() {
    let app = TestApp::start_public().await;
    for (country, phone, bound) in [("SA", "+966512345678", false), ("ET", "+251911999999", true)] {
        let person = at(people::maid(), phone);
        app.browser()
            .submit("/register", &person.fields_with("country", country))
            .await
            .redirects_to("/register/verify");
        let body = app.twilio.messages_to(phone).pop().unwrap().body;
        assert_eq!(body.contains("\n@id.example.com #"), bound, "{body}");
    }
}
