//! Signing in and confirming when Twilio Verify makes the codes and compares them (SMS-14, S-11).

use std::time::Duration;

use crate::support::{
    TestApp, at_once,
    browser::Page,
    crowd::leading_to,
    fake_twilio::{Behaviour, Operation},
    owners::Owner,
    people::{self, other_than},
};

const TOO_MANY: &str = "Too many attempts. Request a new code.";
const EXPIRED: &str = "This code has expired. Request a new code.";

#[track_caller]
fn says(page: &Page, message: &str) {
    assert_eq!((page.status.as_u16(), page.error_of("code").as_deref()), (422, Some(message)), "{}", page.text());
}

fn calls(app: &TestApp, operation: Operation) -> usize {
    app.twilio.calls_of(operation).len()
}

#[actix_web::test]
async fn s_11_codes_of_twilios_sign_in_and_confirm_and_notices_go_by_messaging() {
    let app = TestApp::start_with_verify().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    says(&browser.gives(&other_than(&code)).await, "Invalid code. 2 attempts remaining.");
    browser.gives(&code).await.redirects_to("/account");
    assert_eq!((calls(&app, Operation::StartVerification), calls(&app, Operation::CheckVerification)), (2, 3));

    browser.submit("/confirm/resend", &[]).await.redirects_to("/confirm?next=/account");
    let code = owner.text_code(&app).await;
    app.texts_sent().await;
    browser.confirms(&owner.person.password, &code).await.redirects_to("/account/two-factor");
    assert_eq!((calls(&app, Operation::StartVerification), calls(&app, Operation::CheckVerification)), (3, 4));

    // Codes by Verify, and what has no code by Programmable Messaging: so far that two-factor was switched on.
    let bodies = || -> Vec<String> {
        let sent = app.twilio.calls_of(Operation::SendMessage);
        sent.iter().map(|call| call.field("Body").unwrap().to_owned()).collect()
    };
    assert!(matches!(&*bodies(), [only] if only.starts_with("Latchkey: two-factor was switched on")), "{:?}", bodies());
    owner.begins(&app).await.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
    app.texts_sent().await;
    assert!(bodies().iter().any(|body| body.contains("one of your backup codes was used")), "{:?}", bodies());
}

#[actix_web::test]
async fn r_2_with_verify_of_50_wrong_codes_at_once_three_reach_twilio() {
    let mut app = TestApp::start_with_verify().await;
    app.start_another_instance();
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    let before = calls(&app, Operation::CheckVerification);
    let (wrong, copies) = (other_than(&code), app.copies(&browser, 50));

    let pages = at_once(copies.iter().map(|copy| copy.gives(&wrong))).await;

    assert!(pages.iter().all(|page| page.status == 422));
    assert_eq!((calls(&app, Operation::CheckVerification) - before, owner.wrong(&app)), (3, 3));
    says(&browser.gives(&code).await, TOO_MANY);
    assert_eq!(owner.count(&app, "sessions"), 1);
}

#[actix_web::test]
async fn r_1_with_verify_of_50_right_codes_one_signs_in() {
    let mut app = TestApp::start_with_verify().await;
    app.start_another_instance();
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().map(|copy| copy.gives(&code))).await;

    assert!(pages.iter().all(|page| [303, 422].contains(&page.status.as_u16())));
    assert_eq!((leading_to(&pages, "/account"), owner.count(&app, "sessions")), (1, 2));
}

#[actix_web::test]
async fn s_11_a_404_of_a_check_asks_for_a_new_code_and_our_five_minutes_count() {
    let app = TestApp::start_with_verify().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    app.twilio.let_pass(Duration::from_secs(601));
    says(&browser.gives(&code).await, EXPIRED);
    app.let_pass("60 seconds");
    browser.asks_again().await.redirects_to("/login/verify");
    let code = owner.text_code(&app).await;
    app.texts_sent().await;
    let checks = calls(&app, Operation::CheckVerification);
    app.let_pass("5 minutes");
    says(&browser.gives(&code).await, EXPIRED);
    assert_eq!(calls(&app, Operation::CheckVerification), checks, "Twilio is not even asked");
}

#[actix_web::test]
async fn s_11_a_check_without_an_answer_proves_nothing_and_costs_a_guess() {
    let app = TestApp::start_with_verify().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    app.twilio.script_on(Operation::CheckVerification, [Behaviour::Html(502)]);
    says(
        &browser.gives(&code).await,
        "We could not check your code just now. Please try again, or request a new code.",
    );
    assert_eq!(owner.count(&app, "sessions"), 1);
    let left = "SELECT guesses_left FROM phone_verifications WHERE purpose = 'sign_in'";
    assert_eq!((app.database.number(left), owner.wrong(&app)), (2, 1));
    browser.gives(&code).await.redirects_to("/account");
    assert_eq!(owner.wrong(&app), 0);
}

#[actix_web::test]
async fn s_11_approved_and_then_a_fault_is_not_usable_again() {
    let app = TestApp::start_with_verify().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    app.database.run("ALTER TABLE sessions RENAME TO sessions_away");
    browser.gives(&code).await.shows(500, "Sorry");
    app.database.run("ALTER TABLE sessions_away RENAME TO sessions");
    says(&browser.gives(&code).await, EXPIRED);
    assert_eq!(owner.count(&app, "sessions"), 1);
    browser.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
}

const LIVE: &str = "SELECT count(*) FROM phone_verifications
                    WHERE provider_sid IS NOT NULL AND used_at IS NULL AND closed_at IS NULL AND expires_at > now()";

#[actix_web::test]
async fn sms_14_p_6_one_code_for_a_number_whatever_it_is_for() {
    let app = TestApp::start_with_verify().await;
    let owner = Owner::with_sms(&app).await;
    let (signing_in, first) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    let registering = app.browser();
    let second = people::maid().at(&owner.person.phone).begins(&app, &registering).await;
    app.texts_sent().await;
    assert_ne!(first, second);
    assert_eq!(app.database.number(LIVE), 1);

    // The sign-in's code is over, and the registration's does not open the sign-in.
    says(&signing_in.gives(&first).await, EXPIRED);
    says(&signing_in.gives(&second).await, EXPIRED);
    says(&registering.enters(&first).await, "Invalid code. 2 attempts remaining.");

    // A confirmation takes the place of both.
    owner.browser.submit("/confirm/resend", &[]).await.redirects_to("/confirm?next=/account");
    let third = owner.text_code(&app).await;
    app.texts_sent().await;
    assert!(third != first && third != second);
    assert_eq!(app.database.number(LIVE), 1);
    says(&registering.enters(&second).await, EXPIRED);
    says(&signing_in.gives(&third).await, EXPIRED);
    owner.browser.confirms(&owner.person.password, &third).await.redirects_to("/account/two-factor");
    assert_eq!(owner.count(&app, "sessions"), 1);

    // And the sign-in can have a new one.
    app.let_pass("60 seconds");
    signing_in.asks_again().await.redirects_to("/login/verify");
    let fourth = owner.text_code(&app).await;
    app.texts_sent().await;
    signing_in.gives(&fourth).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_14_two_sign_ins_and_a_confirmation_that_begin_at_once_share_no_code() {
    let mut app = TestApp::start_with_verify().await;
    app.start_another_instance();
    let owner = Owner::with_sms(&app).await;
    app.texts_sent().await;
    app.twilio.always(Behaviour::DelayMs(100));
    let before = app.twilio.messages_to(&owner.person.phone).len();
    let browsers = app.browsers(2);

    let (begun, confirming) = futures_util::join!(
        at_once(browsers.iter().map(|browser| owner.person.signs_in(browser))),
        owner.browser.submit("/confirm/resend", &[]),
    );

    assert!(begun.iter().all(|page| page.location() == Some("/login/verify")));
    confirming.redirects_to("/confirm?next=/account");
    app.texts_sent().await;
    let texts = app.twilio.messages_to(&owner.person.phone).split_off(before);
    let mut codes: Vec<String> = texts.iter().map(|text| text.code()).collect();
    let newest = codes.last().cloned().unwrap();
    codes.sort();
    codes.dedup();
    assert_eq!((codes.len(), app.database.number(LIVE), app.database.deadlocks()), (3, 1, 0));
    let mut opened = usize::from(owner.browser.confirms(&owner.person.password, &newest).await.status == 303);
    for browser in &browsers {
        opened += usize::from(browser.gives(&newest).await.location() == Some("/account"));
    }
    assert_eq!(opened, 1);
}
