//! The right to set a password: once, for ten minutes, in one browser, while the account is as it was (D-1, D-2, D-10, R-1,
//! P-6, P-9, B-4, B-11, S-9, INP-13).

use futures_util::FutureExt as _;

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    owners::Owner,
    people::{self, Person, other_than, signs_in_as},
    resets::{NEW_PASSWORD, USED, change, hash_of, old_account, row_of, texts_to},
};

const OVER: &str = "/password-reset";
const OTHER_PASSWORD: &str = "marble teapot over seven";

fn choosing(browser: &Browser, password: &str) -> impl Future<Output = Page> + use<> {
    let (browser, password) = (browser.fork(), password.to_owned());
    async move { browser.chooses(&password).await }
}

fn proving(browser: &Browser, code: &str) -> impl Future<Output = Page> + use<> {
    let (browser, code) = (browser.fork(), code.to_owned());
    async move { browser.proves(&code).await }
}

/// The right is gone, the page says so, and nothing has changed.
async fn is_over(app: &TestApp, browser: &Browser, person: &Person) {
    let before = hash_of(app, person);
    browser.fork().get("/password-reset/password").await.redirects_to(OVER);
    browser.chooses(NEW_PASSWORD).await.redirects_to(OVER);
    browser.get(OVER).await.shows(200, "Please begin again");
    browser.get("/password-reset/password").await.redirects_to(OVER);
    assert_eq!((hash_of(app, person), app.database.number(USED)), (before, 0));
}

/// Somebody else proves the number and moves it to an account of their own.
async fn is_contested(app: &TestApp, person: &Person) {
    let browser = app.browser();
    let code = people::maid().at(&person.phone).begins(app, &browser).await;
    browser.enters(&code).await.redirects_to("/register/claim");
    browser.claims("move").await.redirects_to("/account");
}

#[actix_web::test]
async fn p_6_the_right_lives_ten_minutes() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let (in_time, too_late) = (salma.proves_phone(&app).await, salma.proves_phone(&app).await);
    app.let_pass("9 minutes 50 seconds");
    in_time.get("/password-reset/password").await.shows(200, "Choose your new password");
    app.let_pass("10 seconds");
    is_over(&app, &too_late, &salma).await;
    let browser = salma.proves_phone(&app).await;
    app.let_pass("9 minutes 50 seconds");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
}

#[actix_web::test]
async fn p_6_the_other_factor_is_to_be_shown_within_ten_minutes_and_gives_ten_more() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    app.let_pass("25 hours");
    let browser = owner.proves_phone(&app).await;
    app.let_pass("9 minutes 50 seconds");
    browser.adds(&owner.app().code().await).await.redirects_to("/password-reset/password");
    app.let_pass("9 minutes 50 seconds");
    browser.get("/password-reset/password").await.shows(200, "Choose your new password");
    let browser = owner.proves_phone(&app).await;
    app.let_pass("10 minutes");
    browser.adds(&owner.backup_codes[0]).await.redirects_to(OVER);
    assert_eq!((owner.backup_codes_left(&app), owner.number(&app, "wrong_reset_factors")), (10, 0));
}

#[actix_web::test]
async fn p_6_inp_13_the_right_works_once_also_for_the_second_tab_and_the_back_button() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    let (tab, stale) = (browser.clone(), browser.fork());
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    let after = hash_of(&app, &salma);
    for other in [&tab, &stale] {
        other.chooses(OTHER_PASSWORD).await.redirects_to("/login");
        for path in ["verify", "second-step", "wait", "password"] {
            other.get(&format!("/password-reset/{path}")).await.redirects_to("/login");
        }
        other.get("/login").await.shows(200, "Your new password is set");
    }
    assert_eq!(hash_of(&app, &salma), after);
    // Even when it would still live, and when its row is gone.
    app.let_pass("10 minutes");
    stale.chooses(OTHER_PASSWORD).await.redirects_to(OVER);
    assert_eq!(hash_of(&app, &salma), after);
    // Whoever forgets again begins again.
    tab.forgets(&salma.phone).await.redirects_to("/password-reset/verify");
}

#[actix_web::test]
async fn b_4_another_browser_has_no_part_in_it() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    salma.proves_phone(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    let stranger = app.browser();
    stranger.proves(&code).await.redirects_to(OVER);
    stranger.chooses(NEW_PASSWORD).await.redirects_to(OVER);
    // Nor a browser that has a reset of its own, of the same number or of another.
    let nobody = app.browser();
    nobody.forgets(&people::new_phone()).await.redirects_to("/password-reset/verify");
    nobody.proves(&code).await.shows(422, "Invalid code. 2 attempts remaining.");
    nobody.chooses(NEW_PASSWORD).await.redirects_to("/password-reset/verify");
    browser.proves(&code).await.redirects_to("/password-reset/password");
    assert_eq!(app.database.number(USED), 0);
}

#[actix_web::test]
async fn b_4_what_a_form_does_not_ask_for_is_refused() {
    let app = TestApp::start().await;
    let (salma, hanna) = (old_account(&app).await, old_account(&app).await);
    let browser = salma.proves_phone(&app).await;
    for (name, value) in [("phone", hanna.phone.as_str()), ("user_id", "1"), ("password", OTHER_PASSWORD)] {
        let page = browser.submit("/password-reset/password", &[("password", NEW_PASSWORD), (name, value)]).await;
        assert_eq!(page.status, 400, "{name}");
    }
    assert_eq!(app.database.number(USED), 0);
}

#[actix_web::test]
async fn d_2_whatever_raises_the_epoch_ends_a_reset_at_every_step() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    change(&app, &salma, "auth_epoch = auth_epoch + 1");
    is_over(&app, &browser, &salma).await;

    let browser = owner.proves_phone(&app).await;
    owner.set(&app, "auth_epoch = auth_epoch + 1");
    browser.adds(&owner.app().code().await).await.redirects_to(OVER);
    assert_eq!(owner.number(&app, "wrong_reset_factors"), 0, "not even compared");
    // A code that is still to come proves the number to the account as it is then.
    let (browser, code) = salma.forgets(&app).await;
    change(&app, &salma, "auth_epoch = auth_epoch + 1");
    browser.proves(&code).await.redirects_to("/password-reset/password");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
}

#[actix_web::test]
async fn s_9_phn_03_a_number_that_is_contested_meanwhile_sets_no_password_at_any_step() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    is_contested(&app, &salma).await;
    is_over(&app, &browser, &salma).await;

    let owner = Owner::with_app(&app).await;
    app.let_pass("25 hours");
    let browser = owner.proves_phone(&app).await;
    is_contested(&app, &owner.person).await;
    browser.adds(&owner.app().code().await).await.redirects_to(OVER);

    let hanna = old_account(&app).await;
    let (browser, code) = hanna.forgets(&app).await;
    is_contested(&app, &hanna).await;
    browser.proves(&code).await.redirects_to(OVER);
    browser.chooses(NEW_PASSWORD).await.redirects_to(OVER);

    // From then on the number is the other's: it sets their password and no other.
    let before = [&salma, &hanna].map(|person| hash_of(&app, person));
    app.let_pass("25 hours");
    let browser = salma.proves_phone(&app).await;
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!([&salma, &hanna].map(|person| hash_of(&app, person)), before);
    signs_in_as(&app.browser(), &salma.phone, NEW_PASSWORD).await.redirects_to("/account");
}

#[actix_web::test]
async fn ses_06_an_account_that_is_disabled_meanwhile_gets_no_password_at_any_step() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let (granted, waiting) = (salma.proves_phone(&app).await, salma.forgets(&app).await);
    change(&app, &salma, "status = 'disabled'");
    is_over(&app, &granted, &salma).await;
    waiting.0.proves(&waiting.1).await.redirects_to(OVER);

    let owner = Owner::with_app(&app).await;
    let browser = owner.proves_phone(&app).await;
    owner.set(&app, "status = 'disabled'");
    browser.adds(&owner.app().code().await).await.redirects_to(OVER);
}

#[actix_web::test]
async fn b_11_an_unfinished_registration_gives_a_number_nothing_and_its_password_opens_nothing() {
    let app = TestApp::start().await;
    let victim = people::maid();
    // The attacker begins with the victim's number and leaves.
    let attacker = people::maid().at(&victim.phone).remembering(OTHER_PASSWORD);
    attacker.begins(&app, &app.browser()).await;
    app.browser().forgets(&victim.phone).await.redirects_to("/password-reset/verify");
    assert_eq!(texts_to(&app, &victim.phone, "reset code").await.len(), 0, "there is no account");
    app.let_pass("25 hours");
    victim.registers(&app, &app.browser()).await;
    attacker.signs_in(&app.browser()).await.shows(422, "That does not fit");
    app.let_pass("25 hours");
    victim.proves_phone(&app).await.chooses(NEW_PASSWORD).await.redirects_to("/login");
    victim.remembering(NEW_PASSWORD).signs_in(&app.browser()).await.redirects_to("/account");
}

#[actix_web::test]
async fn b_11_s_9_a_reset_that_began_before_the_number_had_its_account_proves_nothing_about_it() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let early = app.browser();
    early.forgets(&hanna.phone).await.redirects_to("/password-reset/verify");
    hanna.registers(&app, &app.browser()).await;
    app.let_pass("61 seconds");
    early.forgets_again().await.redirects_to("/password-reset/verify");
    app.texts_sent().await;
    let code = app.twilio.messages_to(&hanna.phone).pop().unwrap().code();
    early.proves(&code).await.redirects_to(OVER);
    early.chooses(NEW_PASSWORD).await.redirects_to(OVER);
    hanna.signs_in(&app.browser()).await.redirects_to("/account");
    // Whoever begins again now does it with the account.
    app.let_pass("1 hour");
    early.forgets(&hanna.phone).await.redirects_to("/password-reset/verify");
    app.texts_sent().await;
    let code = app.twilio.messages_to(&hanna.phone).pop().unwrap().code();
    early.proves(&code).await.redirects_to("/password-reset/password");
}

#[actix_web::test]
async fn p_9_d_10_an_older_cookie_brings_no_guess_and_no_step_back() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    let before_guesses = browser.cookies();
    for _ in 0..3 {
        browser.proves(&other_than(&code)).await;
    }
    browser.set_cookies(before_guesses.clone());
    browser.proves(&code).await.shows(422, "Too many attempts");

    app.let_pass("60 seconds");
    browser.forgets_again().await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&salma.phone).await;
    browser.proves(&code).await.redirects_to("/password-reset/password");
    browser.set_cookies(before_guesses);
    browser.get("/password-reset/verify").await.redirects_to("/password-reset/password");
    browser.proves(&code).await.redirects_to("/password-reset/password");
    let granted = browser.cookies();
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    browser.set_cookies(granted);
    browser.chooses(OTHER_PASSWORD).await.redirects_to("/login");
    salma.remembering(NEW_PASSWORD).signs_in(&app.browser()).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_05_p_7_after_a_resend_only_the_newer_code_works() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let (browser, older) = salma.forgets(&app).await;
    app.let_pass("60 seconds");
    browser.forgets_again().await.redirects_to("/password-reset/verify");
    let newer = app.twilio.next_code_to(&salma.phone).await;
    let older = if older == newer { other_than(&newer) } else { older };
    browser.proves(&older).await.shows(422, "Invalid code. 2 attempts remaining.");
    browser.proves(&newer).await.redirects_to("/password-reset/password");
}

#[actix_web::test]
async fn sms_04_a_code_works_ten_minutes_and_can_be_replaced() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let (in_time, first) = salma.forgets(&app).await;
    let (late, second) = salma.forgets(&app).await;
    app.let_pass("9 minutes 50 seconds");
    in_time.proves(&first).await.redirects_to("/password-reset/password");
    app.let_pass("10 seconds");
    late.proves(&second).await.shows(422, "This code has expired. Request a new code.");
    late.forgets_again().await.redirects_to("/password-reset/verify");
    late.proves(&app.twilio.next_code_to(&salma.phone).await).await.redirects_to("/password-reset/password");
}

// All at once.

#[actix_web::test]
async fn r_1_r_9_a_right_code_sent_60_times_at_once_gives_one_right_and_all_land_well() {
    let app = app_with(2, &[]).await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    let copies = app.copies(&browser, 60);

    let pages = at_once(copies.iter().map(|copy| copy.proves(&code))).await;

    nothing_broke(&app, &pages, &[303, 422]);
    // Three are compared; who comes after the code is used goes on, who comes in between is told that the code is spent.
    let on = leading_to(&pages, "/password-reset/password");
    assert!(on >= 1 && on + saying(&pages, "Request a new code") == pages.len(), "{on}");
    let rows = "SELECT count(*) FROM password_resets WHERE granted_at IS NOT NULL";
    assert_eq!(app.database.number(rows), 1);
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
}

#[actix_web::test]
async fn inp_13_a_double_click_with_a_right_code_lands_where_a_single_one_does() {
    let app = app_with(2, &[]).await;
    let salma = old_account(&app).await;
    for hold in ["SELECT FROM phone_verifications FOR UPDATE", "SELECT FROM password_resets FOR UPDATE"] {
        let (browser, code) = salma.forgets(&app).await;
        let requests = app.copies(&browser, 2).iter().map(|copy| proving(copy, &code)).collect();
        let pages = meet(&app, hold, requests).await;
        nothing_broke(&app, &pages, &[303]);
        assert_eq!(leading_to(&pages, "/password-reset/password"), 2, "{hold}");
    }
}

#[actix_web::test]
async fn r_2_r_9_of_100_wrong_codes_at_once_three_are_compared() {
    let app = app_with(2, &[]).await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    let (wrong, copies) = (other_than(&code), app.copies(&browser, 100));

    let pages = at_once(copies.iter().map(|copy| copy.proves(&wrong))).await;

    nothing_broke(&app, &pages, &[422]);
    let verdicts = ["2 attempts remaining", "1 attempt remaining", "Too many attempts"];
    assert_eq!(verdicts.map(|verdict| saying(&pages, verdict)), [1, 1, 98]);
    browser.proves(&code).await.shows(422, "Too many attempts");
}

#[actix_web::test]
async fn r_11_r_9_of_50_passwords_at_once_one_is_set_and_all_land_well() {
    let app = app_with(2, &[]).await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    let copies = app.copies(&browser, 50);
    let passwords: Vec<String> = (0..50).map(|number| format!("{NEW_PASSWORD} {number:02}")).collect();

    let pages = at_once(copies.iter().zip(&passwords).map(|(copy, password)| copy.chooses(password))).await;

    // Those that found no free place for their hash may come again.
    nothing_broke(&app, &pages, &[303, 503]);
    let busy = pages.iter().filter(|page| page.status == 503).count();
    assert_eq!(leading_to(&pages, "/login") + busy, 50);
    assert!(leading_to(&pages, "/login") > 0);
    assert_eq!(app.database.number(USED), 1);
    assert_eq!(texts_to(&app, &salma.phone, "a new password was set").await.len(), 1);
    assert_eq!(app.database.number(&format!("SELECT auth_epoch FROM users WHERE {}", row_of(&salma))), 2);
    let mut working = 0;
    for password in &passwords {
        let page = signs_in_as(&app.browser(), &salma.phone, password).await;
        working += usize::from(page.location() == Some("/account"));
        app.database.run("TRUNCATE password_guesses, address_guesses");
    }
    assert_eq!(working, 1);
}

#[actix_web::test]
async fn r_11_two_passwords_that_meet_are_one_and_both_land_at_the_sign_in() {
    let app = app_with(2, &[]).await;
    let salma = old_account(&app).await;
    for hold in ["SELECT FROM password_resets FOR UPDATE", "SELECT FROM users FOR UPDATE"] {
        let browser = salma.proves_phone(&app).await;
        let copies = app.copies(&browser, 2);
        let requests = vec![choosing(&copies[0], NEW_PASSWORD), choosing(&copies[1], OTHER_PASSWORD)];
        let pages = meet(&app, hold, requests).await;
        nothing_broke(&app, &pages, &[303]);
        assert_eq!(leading_to(&pages, "/login"), 2, "{hold}");
        for copy in &copies {
            salma.remembering(NEW_PASSWORD).signs_in(copy).await.redirects_to("/account");
            app.database.run("DELETE FROM sessions");
        }
        app.let_pass("1 day");
    }
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'password_set'"), 2);
}

#[actix_web::test]
async fn r_7h_a_new_password_against_a_sign_in_with_the_old_one_leaves_nobody_in_with_the_old_one() {
    let app = app_with(1, &[]).await;
    for sign_in_first in [true, false] {
        let salma = old_account(&app).await;
        let (browser, old) = (salma.proves_phone(&app).await, app.browser());
        let choose = choosing(&browser, NEW_PASSWORD).boxed_local();
        let sign_in = {
            let (salma, old) = (salma.clone(), old.clone());
            async move { salma.signs_in(&old).await }.boxed_local()
        };
        let requests = if sign_in_first { vec![sign_in, choose] } else { vec![choose, sign_in] };
        let pages = meet(&app, &format!("SELECT FROM users WHERE {} FOR UPDATE", row_of(&salma)), requests).await;
        nothing_broke(&app, &pages, &[303, 422]);
        assert!(!old.is_signed_in().await, "sign-in first: {sign_in_first}");
        salma.remembering(NEW_PASSWORD).signs_in(&app.browser()).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn r_7_a_new_password_against_a_change_of_the_account_is_set_before_it_or_not_at_all() {
    let app = app_with(1, &[]).await;
    for (changes, lives) in [
        ("status = 'disabled'", false),
        ("phone_verified_at = NULL, phone_contested_at = now()", false),
        ("auth_epoch = auth_epoch + 1", false),
        ("objected_at = clock_timestamp()", false),
        ("locale = locale", true),
    ] {
        let salma = old_account(&app).await;
        let browser = salma.proves_phone(&app).await;
        let before = hash_of(&app, &salma);
        // The change has been made and is about to be kept.
        let held = app.database.hold(&format!("UPDATE users SET {changes} WHERE {}", row_of(&salma)));
        let answer = actix_web::rt::spawn(choosing(&browser, NEW_PASSWORD));
        app.database.waiting(1).await;
        held.keep();
        answer.await.unwrap().redirects_to(if lives { "/login" } else { OVER });
        assert_eq!(hash_of(&app, &salma) != before, lives, "{changes}");
    }
}

#[actix_web::test]
async fn r_7_a_right_code_and_a_resend_that_meet_end_in_one_order_or_the_other() {
    for resend_first in [true, false] {
        let app = app_with(1, &[]).await;
        let salma = old_account(&app).await;
        let (browser, code) = salma.forgets(&app).await;
        app.let_pass("60 seconds");
        let resend = {
            let browser = browser.fork();
            async move { browser.forgets_again().await }.boxed_local()
        };
        let entry = proving(&browser, &code).boxed_local();
        let requests = if resend_first { vec![resend, entry] } else { vec![entry, resend] };

        let pages = meet(&app, "SELECT FROM password_resets FOR UPDATE", requests).await;

        nothing_broke(&app, &pages, &[303, 422]);
        let sends = app.database.number("SELECT sends FROM phone_verifications WHERE purpose = 'password_reset'");
        let granted = app.database.number("SELECT count(*) FROM password_resets WHERE granted_at IS NOT NULL");
        assert!([(0, 2), (1, 1)].contains(&(granted, sends)), "grants and sends: {granted}, {sends}");
    }
}
