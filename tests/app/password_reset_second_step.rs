//! Where two-factor is on, a text alone never sets a password (REC-02, B-3, B-9, SMS-06, TOT-01, BKP-01, BKP-04).

use crate::support::{
    TestApp, at_once,
    authenticator::{Authenticator, let_code_be_used_again},
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    owners::Owner,
    people::{Person, other_than},
    resets::{NEW_PASSWORD, USED, change, events_of, hash_of, old_account, texts_to},
};

const RESETS_WRONG: &str = "wrong_reset_factors";

#[track_caller]
fn says(page: &Page, message: &str) {
    assert_eq!((page.status.as_u16(), page.error_of("code").as_deref()), (422, Some(message)), "{}", page.text());
}

/// A code that the app has in no step that could count meanwhile.
fn wrong_code(app: &Authenticator) -> String {
    let near: Vec<String> = (-3..=10).map(|steps| app.code_of(steps)).collect();
    (0..).map(|number| format!("{number:06}")).find(|code| !near.contains(code)).unwrap()
}

fn adding(browser: &Browser, code: &str) -> impl Future<Output = Page> + use<> {
    let (browser, code) = (browser.fork(), code.to_owned());
    async move { browser.adds(&code).await }
}

/// The steps of which none may be skipped lead to the one that is next.
async fn leads_to(browser: &Browser, path: &str) {
    for other in
        ["/password-reset/verify", "/password-reset/second-step", "/password-reset/wait", "/password-reset/password"]
    {
        if other == path {
            assert_eq!(browser.get(other).await.status, 200);
        } else {
            browser.get(other).await.redirects_to(path);
        }
    }
    browser.forgets_again().await.redirects_to(path);
    browser.proves("123456").await.redirects_to(path);
    if path != "/password-reset/password" {
        browser.chooses(NEW_PASSWORD).await.redirects_to(path);
    }
}

#[actix_web::test]
async fn rec_02_b_4_with_an_app_the_text_is_the_first_half_and_the_apps_code_the_other() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let before = hash_of(&app, &owner.person);
    let browser = owner.proves_phone(&app).await;
    leads_to(&browser, "/password-reset/second-step").await;
    let page = browser.get("/password-reset/second-step").await;
    page.shows(200, "Show us a code that did not come by text");
    assert!(page.has("input[name=code]") && !page.has("form[action='/password-reset/resend']"));
    for typed in ["", "12345", "abcdef"] {
        assert_eq!(browser.adds(typed).await.status, 422, "{typed:?}");
    }
    assert_eq!((hash_of(&app, &owner.person), owner.number(&app, RESETS_WRONG)), (before, 0));

    says(&browser.adds(&wrong_code(owner.app())).await, "Invalid code. 9 attempts remaining.");
    assert_eq!((owner.number(&app, RESETS_WRONG), owner.wrong(&app)), (1, 0));
    browser.adds(&owner.app().code().await).await.redirects_to("/password-reset/password");
    assert_eq!(owner.number(&app, RESETS_WRONG), 0);
    leads_to(&browser, "/password-reset/password").await;
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!(events_of(&app, &owner.person, "reset_code_wrong"), 1);

    // And the factor is asked for as before (B-9).
    let person = owner.person.remembering(NEW_PASSWORD);
    person.signs_in(&browser).await.redirects_to("/login/verify");
    assert!(!browser.is_signed_in().await);
}

#[actix_web::test]
async fn tot_01_p_1_a_code_of_the_app_is_spent_at_sign_in_and_at_a_reset_alike() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (browser, signing_in) = (owner.proves_phone(&app).await, owner.begins(&app).await);
    let code = owner.app().code().await;
    browser.adds(&code).await.redirects_to("/password-reset/password");
    assert_eq!(signing_in.gives(&code).await.status, 422);
    assert_eq!(owner.wrong(&app), 1);
    let_code_be_used_again(&app);
    let code = owner.app().code().await;
    signing_in.gives(&code).await.redirects_to("/account");
    let browser = owner.proves_phone(&app).await;
    says(&browser.adds(&code).await, "Invalid code. 9 attempts remaining.");
}

#[actix_web::test]
async fn bkp_01_bkp_04_a_backup_code_in_place_of_the_app_works_once_and_the_owner_hears_of_it() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let trusted = owner.trusts_a_browser(&app).await;
    let browser = owner.proves_phone(&app).await;
    let code = &owner.backup_codes[0];
    browser.adds(&code.to_lowercase().replace('-', " ")).await.redirects_to("/password-reset/password");

    assert_eq!((owner.backup_codes_left(&app), owner.count(&app, "trusted_devices")), (9, 0));
    owner.person.signs_in(&trusted).await.redirects_to("/login/verify");
    assert_eq!(texts_to(&app, &owner.person.phone, "one of your backup codes was used").await.len(), 1);
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");

    let again = owner.proves_phone(&app).await;
    says(&again.adds(code).await, "Invalid code. 9 attempts remaining.");
    again.adds(&owner.backup_codes[1]).await.redirects_to("/password-reset/password");
    assert_eq!(owner.backup_codes_left(&app), 8);
}

#[actix_web::test]
async fn rec_02_b_3_with_texts_no_text_is_the_other_half_whatever_it_was_sent_for() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("25 hours");
    let (browser, code) = owner.person.forgets(&app).await;
    browser.proves(&code).await.redirects_to("/password-reset/second-step");
    let page = browser.get("/password-reset/second-step").await;
    page.shows(200, "Enter one of the backup codes that you saved");
    let (signing_in, sign_in_code) = owner.begins_with_text(&app).await;
    browser.submit("/login/resend", &[]).await.redirects_to("/login");
    browser.gives(&sign_in_code).await.redirects_to("/login");

    says(&browser.adds(&code).await, "Invalid code. 9 attempts remaining.");
    says(&browser.adds(&sign_in_code).await, "Invalid code. 8 attempts remaining.");
    assert_eq!((owner.number(&app, RESETS_WRONG), owner.wrong(&app)), (2, 0));
    leads_to(&browser, "/password-reset/second-step").await;
    signing_in.gives(&sign_in_code).await.redirects_to("/account");

    browser.adds(&owner.backup_codes[3]).await.redirects_to("/password-reset/password");
    assert_eq!((owner.number(&app, RESETS_WRONG), owner.backup_codes_left(&app)), (0, 9));
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    owner.person.remembering(NEW_PASSWORD).signs_in(&browser).await.redirects_to("/login/verify");
}

/// A right text for an account that needs more than there is: it leads to the page about help, and no further.
async fn is_led_to_help(app: &TestApp, person: &Person) {
    let before = hash_of(app, person);
    let (browser, code) = person.forgets(app).await;
    browser.proves(&code).await.redirects_to("/password-reset/wait");
    let page = browser.get("/password-reset/wait").await;
    page.shows(200, "this account needs more than a text");
    assert!(page.has("a[href='/help']") && !page.has("form[method=post]"));
    leads_to(&browser, "/password-reset/wait").await;
    browser.adds("123456").await.redirects_to("/password-reset/wait");
    assert_eq!((hash_of(app, person), app.database.number(USED)), (before, 0));
}

#[actix_web::test]
async fn rec_02_with_texts_and_no_backup_code_left_there_is_only_help() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("25 hours");
    app.database.run("UPDATE two_factor_backup_codes SET used_at = now()");
    is_led_to_help(&app, &owner.person).await;
    app.database.run("DELETE FROM two_factor_backup_codes");
    is_led_to_help(&app, &owner.person).await;
}

#[actix_web::test]
async fn rec_02_the_last_backup_code_used_elsewhere_meanwhile_leaves_only_help() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let browser = owner.proves_phone(&app).await;
    app.database.run("UPDATE two_factor_backup_codes SET used_at = now()");
    browser.adds(&owner.backup_codes[0]).await.redirects_to("/password-reset/wait");
    leads_to(&browser, "/password-reset/wait").await;
}

#[actix_web::test]
async fn rec_02_an_administrator_never_sets_a_password_with_a_text_alone() {
    let app = TestApp::start().await;
    let bare = old_account(&app).await;
    change(&app, &bare, "role = 'administrator'");
    is_led_to_help(&app, &bare).await;
    // Not even one whom nobody has seen for long.
    change(&app, &bare, "owner_seen_at = now() - interval '181 days'");
    is_led_to_help(&app, &bare).await;

    let owner = Owner::with_app(&app).await;
    change(&app, &owner.person, "role = 'administrator'");
    let browser = owner.proves_phone(&app).await;
    browser.adds(&owner.app().code().await).await.redirects_to("/password-reset/password");
    browser.get("/password-reset/password").await.shows(200, "15 characters or more");
    browser.chooses("velvet-onion9x").await.shows(422, "Use 15 characters or more");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
}

#[actix_web::test]
async fn sms_06_ten_wrong_factors_rest_and_neither_count_touches_the_other() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let wrong = wrong_code(owner.app());
    let signing_in = owner.begins(&app).await;
    for _ in 0..9 {
        assert_eq!(signing_in.gives(&wrong).await.status, 422);
    }
    let browser = owner.proves_phone(&app).await;
    for left in (2..=9).rev() {
        says(&browser.adds(&wrong).await, &format!("Invalid code. {left} attempts remaining."));
    }
    says(&browser.adds(&wrong).await, "Invalid code. 1 attempt remaining.");
    let last = browser.adds("0000-0000-0000-0000").await;
    last.shows(422, "15 minutes");
    for code in [owner.app().code().await, owner.backup_codes[0].clone()] {
        let page = browser.adds(&code).await;
        page.shows(429, "Please wait a little");
        assert!((870..=930).contains(&page.retry_after()), "{}", page.retry_after());
        assert!(page.has("a[href='/password-reset/second-step']"));
    }
    assert_eq!((owner.number(&app, RESETS_WRONG), owner.wrong(&app), owner.backup_codes_left(&app)), (10, 9, 10));
    let events = ["reset_code_wrong", "codes_rest"].map(|event| events_of(&app, &owner.person, event));
    assert_eq!(events, [10, 1]);

    // Whoever reads the owner's texts has not shut the owner out (L-9).
    signing_in.gives(&owner.app().code().await).await.redirects_to("/account");
    assert_eq!((owner.number(&app, RESETS_WRONG), owner.wrong(&app)), (10, 0));
    let_code_be_used_again(&app);

    app.let_pass("14 minutes 50 seconds");
    let browser = owner.proves_phone(&app).await;
    assert_eq!(browser.adds(&owner.app().code().await).await.status, 429);
    app.let_pass("10 seconds");
    browser.adds(&owner.app().code().await).await.redirects_to("/password-reset/password");
    assert_eq!(owner.number(&app, RESETS_WRONG), 0);
}

#[actix_web::test]
async fn sms_06_after_100_wrong_ones_in_a_row_only_a_backup_code_is_taken() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    owner.set(&app, "wrong_reset_factors = 100");
    let browser = owner.proves_phone(&app).await;
    let page = browser.adds(&owner.app().code().await).await;
    page.shows(422, "backup code");
    assert_eq!(owner.number(&app, RESETS_WRONG), 100, "nothing was compared");
    owner.begins(&app).await.gives(&owner.app().code().await).await.redirects_to("/account");
    browser.adds(&owner.backup_codes[0]).await.redirects_to("/password-reset/password");
    assert_eq!(owner.number(&app, RESETS_WRONG), 0);
}

#[actix_web::test]
async fn r_2_of_60_wrong_factors_at_once_on_two_processes_ten_are_compared() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.proves_phone(&app).await;
    let (wrong, copies) = (wrong_code(owner.app()), app.copies(&browser, 60));

    let pages = at_once(copies.iter().map(|copy| copy.adds(&wrong))).await;

    nothing_broke(&app, &pages, &[422, 429]);
    assert_eq!((saying(&pages, "Invalid code."), owner.number(&app, RESETS_WRONG)), (10, 10));
    assert_eq!(browser.adds(&owner.app().code().await).await.status, 429);
}

#[actix_web::test]
async fn r_4_one_code_of_the_app_at_two_resets_at_once_opens_one_of_them() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    app.let_pass("25 hours");
    let (one, other) = (owner.proves_phone(&app).await, owner.proves_phone(&app).await.at(app.address_of(1)));
    let code = owner.app().code().await;
    let hold = "SELECT FROM users FOR UPDATE";

    let pages = meet(&app, hold, vec![adding(&one, &code), adding(&other, &code)]).await;

    nothing_broke(&app, &pages, &[303, 422]);
    assert_eq!((leading_to(&pages, "/password-reset/password"), saying(&pages, "Invalid code.")), (1, 1));
    let granted = "SELECT count(*) FROM password_resets WHERE granted_at IS NOT NULL";
    assert_eq!(app.database.number(granted), 1);
}

#[actix_web::test]
async fn r_3_one_backup_code_at_many_resets_at_once_opens_one_of_them() {
    let app = app_with(2, &[("TWILIO_MAX_SMS_PER_HOUR", "60"), ("TWILIO_MAX_SMS_PER_DAY", "60")]).await;
    let owner = Owner::with_app(&app).await;
    let mut browsers = Vec::new();
    for _ in 0..8 {
        browsers.push(owner.proves_phone(&app).await);
    }

    let pages = at_once(browsers.iter().map(|browser| browser.adds(&owner.backup_codes[0]))).await;

    nothing_broke(&app, &pages, &[303, 422, 503]);
    assert_eq!(leading_to(&pages, "/password-reset/password"), 1);
    assert_eq!(owner.backup_codes_left(&app), 9);
}

#[actix_web::test]
async fn inp_13_a_double_click_with_a_right_code_lands_where_a_single_one_does() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    for code in [owner.app().code().await, owner.backup_codes[0].clone()] {
        let browser = owner.proves_phone(&app).await;
        let pages =
            meet(&app, "SELECT FROM users FOR UPDATE", vec![adding(&browser, &code), adding(&browser, &code)]).await;
        nothing_broke(&app, &pages, &[303]);
        assert_eq!(leading_to(&pages, "/password-reset/password"), 2);
    }
    assert_eq!(owner.backup_codes_left(&app), 9);
}

#[actix_web::test]
async fn p_6_a_code_of_a_reset_opens_no_sign_in_and_one_of_a_sign_in_no_reset() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("25 hours");
    let (signing_in, sign_in_code) = owner.begins_with_text(&app).await;
    let (resetting, reset_code) = owner.person.forgets(&app).await;
    let sign_in_code = if sign_in_code == reset_code { other_than(&reset_code) } else { sign_in_code };
    says(&resetting.proves(&sign_in_code).await, "Invalid code. 2 attempts remaining.");
    says(&signing_in.gives(&reset_code).await, "Invalid code. 2 attempts remaining.");
    resetting.proves(&reset_code).await.redirects_to("/password-reset/second-step");
    signing_in.gives(&sign_in_code).await.redirects_to("/account");
}
