//! One-time codes at `/register/verify`: how often, how long and where a code works (SMS-02 to SMS-06).

use std::time::Duration;

use latchkey::crypto::{
    keys::{KeyRing, KeyUse, SecretKey},
    mac::StoredMac,
};

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    fake_twilio::{Behaviour, Operation},
    people::{self, other_than},
};

const GUESSES_LEFT: &str = "SELECT min(guesses_left) FROM phone_verifications";

#[track_caller]
fn says(page: &Page, message: &str) {
    assert_eq!((page.status.as_u16(), page.error_of("code").as_deref()), (422, Some(message)), "{}", page.text());
}

/// A browser that has begun to register, and its code.
async fn begun(app: &TestApp) -> (Browser, String) {
    let browser = app.browser();
    let code = people::maid().begins(app, &browser).await;
    (browser, code)
}

#[actix_web::test]
async fn sms_06_three_wrong_codes_are_counted_down_and_then_the_right_one_fails_too() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    let wrong = other_than(&code);

    says(&browser.enters(&wrong).await, "Invalid code. 2 attempts remaining.");
    says(&browser.enters(&wrong).await, "Invalid code. 1 attempt remaining.");
    says(&browser.enters(&wrong).await, "Too many attempts. Request a new code.");
    says(&browser.enters(&code).await, "Too many attempts. Request a new code.");

    assert_eq!(app.database.count("users"), 0);
    let page = browser.get("/register/verify").await;
    page.shows(200, "You need a new code");
    assert!(!page.has("input[name=code]") && page.has("form[action='/register/resend']"));
}

#[actix_web::test]
async fn sms_06_the_third_guess_may_be_the_right_one() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    browser.enters(&other_than(&code)).await;
    browser.enters(&other_than(&code)).await;
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_06_what_is_no_code_costs_no_guess() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    for typed in ["", " ", "12345", "1234567", "12345a", "½23456"] {
        let page = browser.enters(typed).await;
        assert!(page.status == 422 && page.error_of("code").is_some(), "{typed:?}");
    }
    assert_eq!(app.database.number(GUESSES_LEFT), 3);
    // As phones paste it, and as it is typed on an Arabic keyboard.
    let (left, right) = code.split_at(3);
    let arabic: String = right.chars().map(|digit| char::from_u32(digit as u32 - 0x30 + 0x660).unwrap()).collect();
    browser.enters(&format!(" {left}-{arabic} ")).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_02_a_code_works_once() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    let replay = browser.fork();

    browser.enters(&code).await.redirects_to("/account");
    replay.enters(&code).await.redirects_to("/register");

    assert_eq!((app.database.count("users"), app.database.count("sessions")), (1, 1));
    replay.get("/account").await.redirects_to("/login");
}

#[actix_web::test]
async fn sms_03_leading_zeros_count() {
    let secret = "9o2WhD0uX3bZ0mVYl5xw7Q0m8o3VYbW1c8JdK4n7rTs=";
    let app = TestApp::start_with("messaging", &[("LATCHKEY_SECRET_KEY", secret)]).await;
    let (browser, code) = begun(&app).await;
    assert_eq!(code.len(), 6);
    put_code(&app, secret, "000042");

    browser.enters("42").await.shows(422, "The code has 6 digits");
    browser.enters("000042").await.redirects_to("/account");
}

/// Makes `code` the code of the only challenge.
fn put_code(app: &TestApp, secret: &str, code: &str) {
    let ring = KeyRing::derive(&SecretKey::parse(secret).unwrap(), KeyUse::OneTimeCode);
    let id: uuid::Uuid = app.database.text("SELECT id FROM phone_verifications").unwrap().parse().unwrap();
    let number = app.database.text("SELECT phone_number FROM phone_verifications").unwrap();
    let mac = StoredMac::make(&ring, &[id.as_bytes(), b"registration", number.as_bytes(), code.as_bytes()]);
    app.database.run(&format!("UPDATE phone_verifications SET code_mac = '{}'", mac.as_stored()));
}

#[actix_web::test]
async fn sms_04_a_code_works_for_ten_minutes_and_no_longer() {
    let app = TestApp::start().await;
    let (in_time, too_late) = (begun(&app).await, begun(&app).await);

    app.let_pass("9 minutes 50 seconds");
    in_time.0.enters(&in_time.1).await.redirects_to("/account");

    app.let_pass("10 seconds");
    says(&too_late.0.enters(&too_late.1).await, "This code has expired. Request a new code.");
    assert_eq!(app.database.number("SELECT guesses_left FROM phone_verifications WHERE used_at IS NULL"), 3);
    let page = too_late.0.get("/register/verify").await;
    page.shows(200, "You need a new code");
    assert!(!page.has("input[name=code]") && page.has("form[action='/register/resend']"));
}

#[actix_web::test]
async fn sms_04_an_expired_code_can_be_replaced() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let hanna = people::maid();
    let older = hanna.begins(&app, &browser).await;
    app.let_pass("11 minutes");

    browser.resends().await.redirects_to("/register/verify");

    let newer = app.twilio.next_code_to(&hanna.phone).await;
    if older != newer {
        says(&browser.enters(&older).await, "Invalid code. 2 attempts remaining.");
    }
    browser.enters(&newer).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_04_twilio_is_told_how_long_the_code_still_works() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;
    // The next text is held up on its way out.
    app.twilio.script([Behaviour::TooManyRequests(240)]);
    let late = people::maid();
    let (asked, ()) = futures_util::join!(late.asks(&browser), async {
        app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'queued' AND attempts = 1", 1).await;
        app.let_pass("4 minutes");
    });
    asked.redirects_to("/register/verify");
    app.twilio.next_code_to(&late.phone).await;

    let calls = app.twilio.calls_of(Operation::SendMessage);
    let validity = |index: usize| calls[index].field("ValidityPeriod").unwrap().parse::<u32>().unwrap();
    assert!((590..=600).contains(&validity(0)), "{}", validity(0));
    assert!((350..=360).contains(&validity(2)), "{}", validity(2));
}

#[actix_web::test]
async fn sms_04_a_text_that_comes_too_late_is_not_sent_at_all() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    app.twilio.script([Behaviour::TooManyRequests(540)]);
    let (asked, ()) = futures_util::join!(hanna.asks(&browser), async {
        app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'queued' AND attempts = 1", 1).await;
        app.let_pass("10 minutes");
    });
    asked.redirects_to("/register/verify");
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'superseded'", 1).await;
    assert_eq!(app.twilio.messages_to(&hanna.phone).len(), 0);
}

#[actix_web::test]
async fn sms_05_p_7_after_a_resend_only_the_newer_code_works() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let mut older = hanna.begins(&app, &browser).await;
    browser.enters(&other_than(&older)).await;
    app.let_pass("60 seconds");

    browser.resends().await.redirects_to("/register/verify");
    browser.get("/register/verify").await.shows(200, "A new code is on its way");
    let newer = app.twilio.next_code_to(&hanna.phone).await;
    if older == newer {
        older = other_than(&newer);
    }

    says(&browser.enters(&older).await, "Invalid code. 2 attempts remaining.");
    browser.enters(&newer).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_05_the_older_code_is_dead_before_the_newer_one_has_left() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let older = hanna.begins(&app, &browser).await;
    app.let_pass("60 seconds");
    app.twilio.always(Behaviour::TooManyRequests(300));

    let (resent, refused) = futures_util::join!(browser.resends(), async {
        app.database.becomes("SELECT max(sends) FROM phone_verifications", 2).await;
        browser.fork().enters(&older).await
    });
    resent.redirects_to("/register/verify");
    // One in a million: the newer code is the same.
    says(&refused, "Invalid code. 2 attempts remaining.");
}

#[actix_web::test]
async fn sms_05_p_6_a_code_fits_only_the_registration_it_was_sent_for() {
    let app = TestApp::start().await;
    let (one, other) = (app.browser(), app.browser());
    let (hanna, almaz) = (people::maid(), people::maid());
    let code_of_hanna = hanna.begins(&app, &one).await;
    let code_of_almaz = almaz.begins(&app, &other).await;
    if code_of_hanna != code_of_almaz {
        says(&other.enters(&code_of_hanna).await, "Invalid code. 2 attempts remaining.");
    }
    // The same number in two browsers.
    let second = app.browser();
    let another_code = hanna.begins(&app, &second).await;
    if another_code != code_of_hanna {
        says(&one.enters(&another_code).await, "Invalid code. 2 attempts remaining.");
    }
    one.enters(&code_of_hanna).await.redirects_to("/account");
    other.enters(&code_of_almaz).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_05_a_stored_code_moved_to_another_row_is_worth_nothing() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    begun(&app).await;
    // Somebody who can write to the database but does not have the key.
    app.database.run(
        "UPDATE phone_verifications AS pv SET code_mac = other.code_mac FROM phone_verifications AS other
         WHERE other.id <> pv.id",
    );
    says(&browser.enters(&code).await, "Invalid code. 2 attempts remaining.");
    let moved = "UPDATE phone_verifications SET phone_number = '+251911999999'";
    let (browser, code) = begun(&app).await;
    app.database.run(moved);
    says(&browser.enters(&code).await, "Invalid code. 2 attempts remaining.");
}

#[actix_web::test]
async fn sms_06_a_new_code_is_possible_after_60_120_and_300_seconds_and_then_no_more() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;
    for wait in [60_u64, 120, 300] {
        app.let_pass(&format!("{} seconds", wait - 5));
        let early = browser.resends().await;
        early.shows(429, "Not yet: the last code was sent just now");
        assert!(early.has(".notice.wait") && early.has("form[action='/register/resend']"));
        assert!((1..=5).contains(&early.retry_after()), "{}", early.retry_after());

        app.let_pass("5 seconds");
        browser.resends().await.redirects_to("/register/verify");
        app.twilio.next_code_to(&hanna.phone).await;
    }

    app.let_pass("20 minutes");
    let over = browser.resends().await;
    over.shows(429, "We send at most 4 codes for one registration");
    assert!(!over.has("form[action='/register/resend']") && over.has("form[action='/register/phone']"));
    assert_eq!(app.twilio.messages_to(&hanna.phone).len(), 4);
    assert_eq!(app.database.count("sms_messages"), 4);
}

#[actix_web::test]
async fn sms_06_a_refused_resend_leaves_the_code_as_it_was() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    browser.enters(&other_than(&code)).await;
    browser.resends().await.shows(429, "Not yet");
    assert_eq!(app.database.number(GUESSES_LEFT), 2);
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn r_12_a_guess_is_charged_also_when_nobody_waits_for_the_answer() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    for left in [2, 1, 0] {
        browser.submits_and_hangs_up("/register/verify", &[("code", &other_than(&code))]);
        app.database.becomes(GUESSES_LEFT, left).await;
    }
    says(&browser.enters(&code).await, "Too many attempts. Request a new code.");
}

#[actix_web::test]
async fn r_12_a_guess_stays_charged_when_what_follows_it_fails() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    app.database.run("ALTER TABLE sessions RENAME TO sessions_away");
    browser.enters(&code).await.shows(500, "Sorry, this did not work");
    assert_eq!(app.database.number(GUESSES_LEFT), 2);
    assert_eq!(app.database.count("users"), 0, "no account without its session");

    app.database.run("ALTER TABLE sessions_away RENAME TO sessions");
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_07_no_code_and_no_password_is_at_rest_or_in_the_log() {
    let app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    browser.enters(&other_than(&code)).await;
    tokio::time::timeout(Duration::from_secs(5), app.logged("event=code_refused")).await.unwrap();
    for kept in [app.database.dump(), app.log().join("\n")] {
        let digits = kept.split(|letter: char| !letter.is_ascii_alphanumeric());
        assert!(!digits.into_iter().any(|word| word == code), "{code} in {kept}");
        assert!(!kept.contains("kettle window"));
    }
}
