//! Setting a new password when Twilio Verify makes the codes and compares them (SMS-14, S-11, AUT-11).

use crate::support::{
    TestApp, at_once,
    browser::Page,
    crowd::{app_with, leading_to, saying},
    fake_twilio::Operation,
    owners::Owner,
    people::{self, other_than},
    resets::{NEW_PASSWORD, USED, old_account, texts_to},
};

#[track_caller]
fn says(page: &Page, message: &str) {
    assert_eq!((page.status.as_u16(), page.error_of("code").as_deref()), (422, Some(message)), "{}", page.text());
}

fn calls(app: &TestApp) -> [usize; 3] {
    let of = |operation| app.twilio.calls_of(operation).len();
    [of(Operation::StartVerification), of(Operation::CheckVerification), of(Operation::UpdateVerification)]
}

async fn two_processes() -> TestApp {
    let mut app = TestApp::start_with_verify().await;
    app.start_another_instance();
    app
}

#[actix_web::test]
async fn s_11_a_code_of_twilios_sets_a_new_password_and_the_notice_goes_by_messaging() {
    let app = TestApp::start_with_verify().await;
    let salma = old_account(&app).await;
    let before = calls(&app);
    let (browser, code) = salma.forgets(&app).await;
    app.texts_sent().await;
    says(&browser.proves(&other_than(&code)).await, "Invalid code. 2 attempts remaining.");
    browser.proves(&code).await.redirects_to("/password-reset/password");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    salma.remembering(NEW_PASSWORD).signs_in(&browser).await.redirects_to("/account");
    let [started, checked, _] = calls(&app);
    assert_eq!([started - before[0], checked - before[1]], [1, 2]);
    assert_eq!(texts_to(&app, &salma.phone, "a new password was set").await.len(), 1);
}

#[actix_web::test]
async fn aut_11_no_call_is_made_for_a_decoy() {
    let app = TestApp::start_with_verify().await;
    let browser = app.browser();
    let phone = people::new_phone();
    browser.forgets(&phone).await.redirects_to("/password-reset/verify");
    for send in 1..=4 {
        app.texts_sent().await;
        for _ in 0..3 {
            assert_eq!(browser.proves("123456").await.status, 422);
        }
        if send < 4 {
            app.let_pass("300 seconds");
            browser.forgets_again().await.redirects_to("/password-reset/verify");
        }
    }
    assert_eq!((calls(&app), app.twilio.calls().len()), ([0; 3], 0));
    let rows = "SELECT string_agg(concat_ws(' ', state, charged, provider_sid IS NULL), ', ') FROM sms_messages";
    assert_eq!(app.database.text(rows).unwrap(), ["withheld t t"; 4].join(", "));
}

#[actix_web::test]
async fn r_1_with_verify_of_50_right_codes_at_once_one_proves_the_number_and_all_land_well() {
    let app = two_processes().await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    app.texts_sent().await;
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().map(|copy| copy.proves(&code))).await;

    let on = leading_to(&pages, "/password-reset/password");
    // Of the three that are compared Twilio approves one; the others are wrong until they see what the first has done.
    let refused = saying(&pages, "Request a new code") + saying(&pages, "Invalid code");
    assert!(on >= 1 && on + refused == 50, "{on} and {refused}");
    let proven = "SELECT count(*) FROM password_resets WHERE proven_at IS NOT NULL";
    assert_eq!(app.database.number(proven), 1);
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
}

#[actix_web::test]
async fn r_2_with_verify_of_50_wrong_codes_at_once_three_reach_twilio() {
    let app = two_processes().await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    app.texts_sent().await;
    let before = calls(&app)[1];
    let (wrong, copies) = (other_than(&code), app.copies(&browser, 50));

    let pages = at_once(copies.iter().map(|copy| copy.proves(&wrong))).await;

    assert!(pages.iter().all(|page| page.status == 422));
    assert_eq!(calls(&app)[1] - before, 3);
    browser.proves(&code).await.shows(422, "Too many attempts. Request a new code.");
}

#[actix_web::test]
async fn sms_14_p_6_a_reset_and_a_sign_in_of_one_number_share_no_code() {
    let app = TestApp::start_with_verify().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("25 hours");
    let (resetting, reset_code) = owner.person.forgets(&app).await;
    app.texts_sent().await;
    let (signing_in, sign_in_code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    assert_ne!(reset_code, sign_in_code);
    resetting.proves(&reset_code).await.shows(422, "This code has expired. Request a new code.");
    resetting.proves(&sign_in_code).await.shows(422, "This code has expired. Request a new code.");
    says(&signing_in.gives(&reset_code).await, "Invalid code. 2 attempts remaining.");
    signing_in.gives(&sign_in_code).await.redirects_to("/account");
    // And the reset can have a new one.
    app.let_pass("60 seconds");
    resetting.forgets_again().await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&owner.person.phone).await;
    app.texts_sent().await;
    resetting.proves(&code).await.redirects_to("/password-reset/second-step");
    resetting.adds(&owner.backup_codes[0]).await.redirects_to("/password-reset/password");
}

#[actix_web::test]
async fn s_11_approved_and_then_a_fault_is_not_usable_again() {
    let app = TestApp::start_with_verify().await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    app.texts_sent().await;
    app.database.run("ALTER TABLE password_resets ADD CONSTRAINT fault CHECK (proven_at IS NULL)");
    browser.proves(&code).await.shows(500, "Sorry");
    app.database.run("ALTER TABLE password_resets DROP CONSTRAINT fault");
    says(&browser.proves(&code).await, "Invalid code. 1 attempt remaining.");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/password-reset/verify");
    assert_eq!(app.database.number(USED), 0);

    app.let_pass("60 seconds");
    browser.forgets_again().await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&salma.phone).await;
    app.texts_sent().await;
    browser.proves(&code).await.redirects_to("/password-reset/password");
}

#[actix_web::test]
async fn s_11_a_code_of_ours_is_checked_by_us_after_a_change_to_verify() {
    let mut app = app_with(1, &[]).await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    app.texts_sent().await;
    app.start_another_instance_with(&[("SMS_PROVIDER", "verify")]);
    let browser = browser.at(app.address_of(1));
    says(&browser.proves(&other_than(&code)).await, "Invalid code. 2 attempts remaining.");
    browser.proves(&code).await.redirects_to("/password-reset/password");
    assert_eq!(calls(&app)[1], 0);
}
