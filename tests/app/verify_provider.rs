//! The same promises when Twilio Verify makes the codes and compares them (SMS-14, S-11).

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    fake_twilio::{Behaviour, Operation},
    people::{self, other_than},
};

fn calls(app: &TestApp, operation: Operation) -> usize {
    app.twilio.calls_of(operation).len()
}

#[track_caller]
fn says(page: &Page, message: &str) {
    assert_eq!((page.status.as_u16(), page.error_of("code").as_deref()), (422, Some(message)), "{}", page.text());
}

const TOO_MANY: &str = "Too many attempts. Request a new code.";
const EXPIRED: &str = "This code has expired. Request a new code.";
const UNCHECKED: &str = "We could not check your code just now. Please try again, or request a new code.";

async fn begun(app: &TestApp) -> (Browser, String) {
    let browser = app.browser();
    let code = people::maid().begins(app, &browser).await;
    app.texts_sent().await;
    (browser, code)
}

#[track_caller]
fn nothing_is_open(app: &TestApp) {
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (0, 0));
}

#[actix_web::test]
async fn s_11_a_person_registers_with_a_code_of_twilios() {
    let app = TestApp::start_with_verify().await;
    let (browser, code) = begun(&app).await;
    browser.enters(&code).await.redirects_to("/account");
    browser.get("/account").await.shows(200, "Hello, Hanna");

    let check = app.twilio.calls_of(Operation::CheckVerification).remove(0);
    assert!(check.field("VerificationSid").unwrap().starts_with("VE") && check.field("To").is_none(), "{check:?}");
    assert_eq!((calls(&app, Operation::StartVerification), calls(&app, Operation::SendMessage)), (1, 0));
}

#[actix_web::test]
async fn sms_06_with_verify_three_wrong_codes_are_all() {
    let app = TestApp::start_with_verify().await;
    let (browser, code) = begun(&app).await;
    let wrong = other_than(&code);
    says(&browser.enters(&wrong).await, "Invalid code. 2 attempts remaining.");
    says(&browser.enters(&wrong).await, "Invalid code. 1 attempt remaining.");
    says(&browser.enters(&wrong).await, TOO_MANY);
    says(&browser.enters(&code).await, TOO_MANY);
    assert_eq!(calls(&app, Operation::CheckVerification), 3);
    nothing_is_open(&app);
}

#[actix_web::test]
async fn r_2_with_verify_of_200_wrong_codes_at_once_three_reach_twilio() {
    let app = TestApp::start_with_verify().await;
    let (browser, code) = begun(&app).await;
    let wrong = other_than(&code);
    let copies = app.copies(&browser, 200);

    let pages = at_once(copies.iter().map(|copy| copy.enters(&wrong))).await;

    assert!(pages.iter().all(|page| page.status == 422));
    assert_eq!(calls(&app, Operation::CheckVerification), 3);
    says(&browser.enters(&code).await, TOO_MANY);
    nothing_is_open(&app);
}

#[actix_web::test]
async fn r_1_with_verify_50_right_codes_at_once_open_one_account() {
    let mut app = TestApp::start_with_verify().await;
    app.start_another_instance();
    let (browser, code) = begun(&app).await;
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().map(|copy| copy.enters(&code))).await;

    assert!(pages.iter().all(|page| [303, 422].contains(&page.status.as_u16())));
    assert_eq!(pages.iter().filter(|page| page.location() == Some("/account")).count(), 1);
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (1, 1));
}

#[actix_web::test]
async fn sms_04_with_verify_our_ten_minutes_count() {
    let app = TestApp::start_with_verify().await;
    let (browser, code) = begun(&app).await;
    app.let_pass("10 minutes");
    says(&browser.enters(&code).await, EXPIRED);
    assert_eq!(calls(&app, Operation::CheckVerification), 0, "Twilio is not even asked");
}

#[actix_web::test]
async fn p_7_with_verify_a_resend_cancels_and_starts_anew() {
    let app = TestApp::start_with_verify().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let older = hanna.begins(&app, &browser).await;
    browser.enters(&other_than(&older)).await;
    app.let_pass("60 seconds");

    browser.resends().await.redirects_to("/register/verify");
    let newer = app.twilio.next_code_to(&hanna.phone).await;
    app.texts_sent().await;

    assert_ne!(older, newer);
    assert_eq!(calls(&app, Operation::UpdateVerification), 1);
    says(&browser.enters(&older).await, "Invalid code. 2 attempts remaining.");
    browser.enters(&newer).await.redirects_to("/account");
}

#[actix_web::test]
async fn p_7_with_verify_a_cancelling_that_fails_is_done_again_before_anything_is_started() {
    let app = TestApp::start_with_verify().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let older = hanna.begins(&app, &browser).await;
    app.let_pass("60 seconds");
    app.twilio.script_on(Operation::UpdateVerification, [Behaviour::Html(503)]);

    browser.resends().await.redirects_to("/register/verify");

    assert_ne!(app.twilio.next_code_to(&hanna.phone).await, older);
    assert_eq!((calls(&app, Operation::UpdateVerification), calls(&app, Operation::StartVerification)), (2, 2));
}

#[actix_web::test]
async fn s_11_a_404_on_a_check_asks_for_a_new_code() {
    let app = TestApp::start_with_verify().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    app.texts_sent().await;
    // Twilio's ten minutes can be over before ours.
    app.twilio.let_pass(std::time::Duration::from_secs(601));
    says(&browser.enters(&code).await, EXPIRED);
    assert_eq!(app.database.number("SELECT guesses_left FROM phone_verifications"), 2);

    app.let_pass("60 seconds");
    browser.resends().await.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&hanna.phone).await;
    app.texts_sent().await;
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn s_11_too_many_checks_at_twilio_ask_for_a_new_code() {
    let app = TestApp::start_with_verify().await;
    let (browser, code) = begun(&app).await;
    app.twilio.script_on(Operation::CheckVerification, [Behaviour::Refuse(429, 60202)]);
    says(&browser.enters(&code).await, TOO_MANY);
    nothing_is_open(&app);
}

#[actix_web::test]
async fn s_11_a_check_without_an_answer_proves_nothing_and_costs_a_guess() {
    let app = TestApp::start_with_verify().await;
    let failures =
        [Behaviour::AcceptThenDrop, Behaviour::AcceptThenFail(500), Behaviour::Empty2xx, Behaviour::Html(502)];
    for failure in failures {
        let (browser, code) = begun(&app).await;
        app.twilio.script_on(Operation::CheckVerification, [failure.clone()]);
        says(&browser.enters(&code).await, UNCHECKED);
        nothing_is_open(&app);
        let left = "SELECT guesses_left FROM phone_verifications ORDER BY created_at DESC LIMIT 1";
        assert_eq!(app.database.number(left), 2, "{failure:?}");
    }
}

#[actix_web::test]
async fn sms_14_approved_and_then_a_fault_is_not_usable_again() {
    let app = TestApp::start_with_verify().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    app.texts_sent().await;
    app.database.run("ALTER TABLE sessions RENAME TO sessions_away");
    browser.enters(&code).await.shows(500, "Sorry");
    app.database.run("ALTER TABLE sessions_away RENAME TO sessions");

    says(&browser.enters(&code).await, EXPIRED);
    nothing_is_open(&app);

    app.let_pass("60 seconds");
    browser.resends().await.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&hanna.phone).await;
    app.texts_sent().await;
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn s_11_a_start_without_an_answer_is_not_repeated_by_itself_and_a_resend_helps() {
    let app = TestApp::start_with_verify().await;
    let (hanna, browser) = (people::maid(), app.browser());
    app.twilio.script_on(Operation::StartVerification, [Behaviour::AcceptThenDrop]);
    let unknown = hanna.begins(&app, &browser).await;
    browser.get("/register/verify").await.shows(200, "may come late or not at all");
    says(&browser.enters(&unknown).await, "Invalid code. 2 attempts remaining.");
    assert_eq!((calls(&app, Operation::StartVerification), calls(&app, Operation::CheckVerification)), (1, 0));

    app.let_pass("60 seconds");
    browser.resends().await.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&hanna.phone).await;
    app.texts_sent().await;
    browser.enters(&code).await.redirects_to("/account");
}

// One live challenge for a number.

const LIVE: &str = "SELECT count(*) FROM phone_verifications
                    WHERE provider_sid IS NOT NULL AND used_at IS NULL AND closed_at IS NULL AND expires_at > now()";

#[actix_web::test]
async fn sms_14_the_newest_challenge_of_a_number_is_the_only_one_and_no_code_works_for_another() {
    let app = TestApp::start_with_verify().await;
    let (phone, first, second) = (people::new_phone(), app.browser(), app.browser());
    let first_code = people::maid().at(&phone).begins(&app, &first).await;
    app.texts_sent().await;
    let second_code = people::maid().at(&phone).begins(&app, &second).await;
    app.texts_sent().await;

    assert_ne!(first_code, second_code);
    assert_eq!(app.database.number(LIVE), 1);
    says(&second.enters(&first_code).await, "Invalid code. 2 attempts remaining.");
    says(&first.enters(&second_code).await, EXPIRED);
    says(&first.enters(&first_code).await, EXPIRED);
    let page = first.get("/register/verify").await;
    page.shows(200, "You need a new code");
    assert!(page.has("form[action='/register/resend']"));

    // Whoever lost the number's one code can have a new one, and then the other's is over.
    app.let_pass("60 seconds");
    first.resends().await.redirects_to("/register/verify");
    app.twilio.next_code_to(&phone).await;
    app.texts_sent().await;
    let third_code = app.twilio.messages_to(&phone).pop().unwrap().code();
    assert!(third_code != first_code && third_code != second_code);
    assert_eq!(app.database.number(LIVE), 1);
    says(&second.enters(&second_code).await, EXPIRED);
    says(&first.enters(&second_code).await, "Invalid code. 2 attempts remaining.");
    first.enters(&third_code).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_14_who_begin_at_once_for_one_number_do_not_share_a_code() {
    let mut app = TestApp::start_with_verify().await;
    app.start_another_instance();
    app.twilio.always(Behaviour::DelayMs(100));
    let phone = people::new_phone();
    let asking: Vec<_> = app.browsers(3).into_iter().map(|browser| (people::maid().at(&phone), browser)).collect();

    let pages = at_once(asking.iter().map(|(person, browser)| person.asks(browser))).await;

    assert!(pages.iter().all(|page| page.status == 303));
    app.texts_sent().await;
    let mut codes: Vec<String> = app.twilio.messages_to(&phone).iter().map(|text| text.code()).collect();
    let newest = codes.last().cloned().unwrap();
    codes.sort();
    codes.dedup();
    assert_eq!((codes.len(), app.database.number(LIVE), app.database.deadlocks()), (3, 1, 0));
    let entered = at_once(asking.iter().map(|(_, browser)| browser.enters(&newest))).await;
    assert_eq!(entered.iter().filter(|page| page.location() == Some("/account")).count(), 1);
}

#[actix_web::test]
async fn sms_14_challenges_of_other_numbers_stay_open() {
    let app = TestApp::start_with_verify().await;
    let (one, other) = (begun(&app).await, begun(&app).await);
    for (browser, code) in [one, other] {
        browser.enters(&code).await.redirects_to("/account");
    }
    assert_eq!(calls(&app, Operation::UpdateVerification), 0);
}

// The provider is changed while codes are under way.

/// Ends the process of an app and starts one with another provider in its place.
fn switch(app: &mut TestApp, provider: &str, browser: &Browser) -> Browser {
    app.instance(0).kill();
    app.start_another_instance_with(&[("SMS_PROVIDER", provider)]);
    browser.at(app.instance(1).address)
}

#[actix_web::test]
async fn s_11_a_code_of_twilios_is_checked_by_twilio_after_a_change_to_messaging() {
    let mut app = TestApp::start_with_verify().await;
    let (browser, code) = begun(&app).await;
    let browser = switch(&mut app, "messaging", &browser);
    says(&browser.enters(&other_than(&code)).await, "Invalid code. 2 attempts remaining.");
    browser.enters(&code).await.redirects_to("/account");
    assert_eq!(calls(&app, Operation::CheckVerification), 2);
}

#[actix_web::test]
async fn s_11_a_code_of_ours_is_checked_by_us_after_a_change_to_verify() {
    let mut app = TestApp::start().await;
    let (browser, code) = begun(&app).await;
    let browser = switch(&mut app, "verify", &browser);
    says(&browser.enters(&other_than(&code)).await, "Invalid code. 2 attempts remaining.");
    browser.enters(&code).await.redirects_to("/account");
    assert_eq!(calls(&app, Operation::CheckVerification), 0);
}

#[actix_web::test]
async fn s_11_a_resend_after_the_change_brings_a_code_of_the_new_provider_and_ends_the_old_one() {
    for (before, after) in [("verify", "messaging"), ("messaging", "verify")] {
        let mut app = TestApp::start_with(before, &[]).await;
        let (hanna, browser) = (people::maid(), app.browser());
        let older = hanna.begins(&app, &browser).await;
        app.texts_sent().await;
        let browser = switch(&mut app, after, &browser);
        app.let_pass("60 seconds");
        browser.resends().await.redirects_to("/register/verify");
        let newer = app.twilio.next_code_to(&hanna.phone).await;
        app.texts_sent().await;
        if older != newer {
            says(&browser.enters(&older).await, "Invalid code. 2 attempts remaining.");
        }
        browser.enters(&newer).await.redirects_to("/account");
        assert_eq!((calls(&app, Operation::StartVerification), calls(&app, Operation::SendMessage)), (1, 1));
    }
}
