//! The second step of signing in: texts, authenticator apps and backup codes (SMS-02 to SMS-06, TOT-01, TOT-02, BKP-01 to
//! BKP-04, AUT-06, SES-13).

use latchkey::routes;
use reqwest::Method;

use crate::support::{
    TestApp, at_once,
    authenticator::{Authenticator, let_code_be_used_again},
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    fake_twilio::{Behaviour, Operation},
    owners::Owner,
    people::{self, other_than},
};

const TOO_MANY: &str = "Too many attempts. Request a new code.";
const EXPIRED: &str = "This code has expired. Request a new code.";
const TWO_LEFT: &str = "Invalid code. 2 attempts remaining.";
const ONE_LEFT: &str = "Invalid code. 1 attempt remaining.";

#[track_caller]
fn says(page: &Page, message: &str) {
    assert_eq!((page.status.as_u16(), page.error_of("code").as_deref()), (422, Some(message)), "{}", page.text());
}

/// A code that the app has in no step that could count meanwhile.
fn wrong_code(app: &Authenticator) -> String {
    wrong_codes(app).next().unwrap()
}

fn wrong_codes(app: &Authenticator) -> impl Iterator<Item = String> + use<> {
    let near: Vec<String> = (-3..=10).map(|steps| app.code_of(steps)).collect();
    (0..).map(|number| format!("{number:06}")).filter(move |code| !near.contains(code))
}

/// A code of the right form that is none of the owner's.
fn wrong_backup_code(owner: &Owner) -> String {
    let code = "0000-0000-0000-0000".to_owned();
    assert!(!owner.backup_codes.contains(&code));
    code
}

fn giving(browser: &Browser, code: &str) -> impl Future<Output = Page> + use<> {
    let (browser, code) = (browser.fork(), code.to_owned());
    async move { browser.gives(&code).await }
}

fn giving_backup(browser: &Browser, code: &str) -> impl Future<Output = Page> + use<> {
    let (browser, code) = (browser.fork(), code.to_owned());
    async move { browser.gives_backup(&code).await }
}

async fn signed_in_among(browsers: &[Browser]) -> usize {
    let mut signed_in = 0;
    for browser in browsers {
        signed_in += usize::from(browser.is_signed_in().await);
    }
    signed_in
}

// A text.

#[actix_web::test]
async fn sms_04_the_text_reads_as_promised_and_its_code_signs_in() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;

    let text = app.twilio.messages_to(&owner.person.phone).into_iter().rfind(|text| text.has_code()).unwrap().body;
    let first = format!("Your Latchkey sign-in code is: {code}. Valid for 5 minutes.");
    assert!(text == first || text == format!("{first}\n@localhost #{code}"), "{text:?}");
    let page = browser.get("/login/verify").await;
    page.shows(200, &format!("*****{}", &owner.person.phone[owner.person.phone.len() - 4..]));
    assert!(!page.body.contains(&owner.person.phone), "the whole number is the owner's to see");
    assert!(page.has("input[name=code][autocomplete=one-time-code][inputmode=numeric]"));

    assert!(!browser.is_signed_in().await);
    browser.gives(&code).await.redirects_to("/account");
    browser.get("/account").await.shows(200, "Hello, Salma");
    assert_eq!(owner.wrong(&app), 0);
}

#[actix_web::test]
async fn sms_06_three_wrong_codes_are_counted_down_and_then_the_right_one_fails_too() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    let wrong = other_than(&code);
    says(&browser.gives(&wrong).await, TWO_LEFT);
    says(&browser.gives(&wrong).await, ONE_LEFT);
    says(&browser.gives(&wrong).await, TOO_MANY);
    says(&browser.gives(&code).await, TOO_MANY);
    assert_eq!((owner.wrong(&app), owner.count(&app, "sessions")), (3, 1), "what was not compared is not counted");
}

#[actix_web::test]
async fn sms_06_what_is_no_code_costs_no_guess() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    for typed in ["", " ", "12345", "1234567", "12345a", "½23456"] {
        let page = browser.gives(typed).await;
        assert!(page.status == 422 && page.error_of("code").is_some(), "{typed:?}");
    }
    assert_eq!(owner.wrong(&app), 0);
    let (left, right) = code.split_at(3);
    browser.gives(&format!(" {left}-{right} ")).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_04_a_code_works_for_five_minutes_and_no_longer() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    let validity = app.twilio.calls_of(Operation::SendMessage);
    let validity = validity.iter().rfind(|call| call.field("Body").unwrap().contains(&code)).unwrap();
    let validity: u32 = validity.field("ValidityPeriod").unwrap().parse().unwrap();
    assert!((290..=300).contains(&validity), "{validity}");
    app.let_pass("4 minutes 50 seconds");
    browser.gives(&code).await.redirects_to("/account");

    let (browser, code) = owner.begins_with_text(&app).await;
    app.let_pass("5 minutes");
    says(&browser.gives(&code).await, EXPIRED);
    assert_eq!(owner.wrong(&app), 0, "nothing was compared");
    browser.asks_again().await.redirects_to("/login/verify");
    browser.gives(&owner.text_code(&app).await).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_06_a_new_code_is_possible_after_60_120_and_300_seconds_and_then_no_more() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, _) = owner.begins_with_text(&app).await;
    for wait in [60_u64, 120, 300] {
        app.let_pass(&format!("{} seconds", wait - 5));
        let early = browser.asks_again().await;
        early.shows(429, "Not yet: the last code was sent just now");
        assert!(early.has("form[action='/login/verify']") && early.has("form[action='/login/resend']"));
        assert!((1..=6).contains(&early.retry_after()), "{}", early.retry_after());

        app.let_pass("5 seconds");
        browser.asks_again().await.redirects_to("/login/verify");
        browser.get("/login/verify").await.shows(200, "A new code is on its way");
        owner.text_code(&app).await;
    }
    let over = browser.asks_again().await;
    over.shows(429, "We send at most 4 codes for one sign-in");
    assert!(!over.has("form[action='/login/resend']") && over.has("a[href='/login/backup-code']"));
    assert!(over.retry_after() > 0);
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE kind = 'sign_in'"), 4);
}

#[actix_web::test]
async fn p_7_after_a_resend_only_the_newer_code_works() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, older) = owner.begins_with_text(&app).await;
    app.let_pass("60 seconds");
    browser.asks_again().await.redirects_to("/login/verify");
    let newer = owner.text_code(&app).await;
    let older = if older == newer { other_than(&newer) } else { older };
    says(&browser.gives(&older).await, TWO_LEFT);
    assert_eq!(owner.wrong(&app), 1);
    browser.gives(&newer).await.redirects_to("/account");
    assert_eq!(owner.wrong(&app), 0);
}

#[actix_web::test]
async fn sms_11_a_text_that_never_leaves_breaks_nothing_and_a_backup_code_opens() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    app.texts_sent().await;
    app.twilio.always(Behaviour::Refuse(400, 21610));
    let browser = owner.begins(&app).await;
    app.texts_sent().await;
    let page = browser.get("/login/verify").await;
    assert!(page.status == 200 && page.has("a[href='/login/backup-code']"), "{}", page.text());
    browser.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_13_a_limit_reached_at_sign_in_leads_to_the_backup_code_which_works() {
    let app = TestApp::start_with("messaging", &[("TWILIO_MAX_SMS_PER_HOUR", "1")]).await;
    let owner = Owner::with_sms(&app).await;
    let browser = app.browser();
    let page = owner.person.signs_in(&browser).await;
    assert_eq!(page.status, 429, "{}", page.text());
    assert!(page.retry_after() > 0 && page.has("a[href='/login/backup-code']"), "{}", page.text());
    browser.get("/login/backup-code").await.shows(200, "Use a backup code");
    browser.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE kind = 'sign_in'"), 0);
}

#[actix_web::test]
async fn phn_03_a_contested_number_gets_no_code_and_the_backup_code_opens() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let text = app.texts_sent().await;
    owner.set(&app, "phone_verified_at = NULL, phone_contested_at = now()");
    let browser = app.browser();
    owner.person.signs_in(&browser).await.redirects_to("/login/backup-code");
    browser.get("/login/backup-code").await.shows(200, "We cannot text you a code");
    browser.get("/login/verify").await.redirects_to("/login/backup-code");
    let asked = browser.asks_again().await;
    assert!(asked.status == 303 && !browser.is_signed_in().await);
    let given = browser.gives("123456").await;
    assert!([303, 422].contains(&given.status.as_u16()) && given.location() != Some("/account"), "{}", given.status);
    assert_eq!(app.texts_sent().await, text, "nothing was sent");
    browser.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
    assert_eq!(app.texts_sent().await, text, "somebody else holds the phone now: no notice either");
}

// Codes that cross from one flow into another.

#[actix_web::test]
async fn p_6_sms_05_a_code_fits_the_sign_in_it_was_sent_for_and_nothing_else() {
    let app = TestApp::start_with("messaging", &[("TWILIO_MAX_SMS_PER_HOUR", "20")]).await;
    let owner = Owner::with_sms(&app).await;
    let (first, first_code) = owner.begins_with_text(&app).await;
    let (second, second_code) = owner.begins_with_text(&app).await;
    let registering = app.browser();
    let registration_code = people::maid().at(&owner.person.phone).begins(&app, &registering).await;
    owner.browser.submit("/confirm/resend", &[]).await;
    let confirmation_code = owner.text_code(&app).await;
    let codes = [&first_code, &second_code, &registration_code, &confirmation_code];
    for (at, code) in codes.iter().enumerate() {
        // One in a million: two are the same by chance.
        assert!(!codes[..at].contains(code), "try again");
    }

    says(&first.gives(&second_code).await, TWO_LEFT);
    says(&first.gives(&registration_code).await, ONE_LEFT);
    says(&second.gives(&confirmation_code).await, TWO_LEFT);
    says(&second.gives(&first_code).await, ONE_LEFT);
    assert_eq!(owner.wrong(&app), 4);
    says(&registering.enters(&first_code).await, TWO_LEFT);
    says(&owner.browser.confirms(&owner.person.password, &second_code).await, TWO_LEFT);
    assert_eq!(owner.wrong(&app), 5);

    first.gives(&first_code).await.redirects_to("/account");
    second.gives(&second_code).await.redirects_to("/account");
    let confirmed = owner.browser.confirms(&owner.person.password, &confirmation_code).await;
    confirmed.redirects_to("/account/two-factor");
    registering.enters(&registration_code).await.redirects_to("/register/claim");
}

// Once.

async fn fifty_right_codes(app: TestApp) {
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().map(|copy| copy.gives(&code))).await;

    nothing_broke(&app, &pages, &[303, 422]);
    assert_eq!(leading_to(&pages, "/account"), 1);
    let others = leading_to(&pages, "/login") + saying(&pages, TOO_MANY) + saying(&pages, EXPIRED);
    assert_eq!(others, 49, "{:?}", pages.iter().map(|page| (page.status, page.location())).collect::<Vec<_>>());
    assert_eq!((owner.count(&app, "sessions"), owner.count(&app, "sign_ins")), (2, 0));
    assert_eq!(signed_in_among(&copies).await, 1);
    let used = "SELECT count(*) FROM phone_verifications WHERE purpose = 'sign_in' AND used_at IS NOT NULL";
    assert_eq!(app.database.number(used), 1);
}

#[actix_web::test]
async fn r_1_of_50_right_codes_with_one_cookie_one_signs_in() {
    fifty_right_codes(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_of_50_right_codes_at_two_processes_one_signs_in() {
    fifty_right_codes(app_with(2, &[]).await).await;
}

#[actix_web::test]
async fn r_1_two_right_codes_that_meet_after_the_comparison_open_one_session() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    let requests = app.copies(&browser, 2).iter().map(|copy| giving(copy, &code)).collect();

    let pages = meet(&app, "SELECT FROM sign_ins FOR UPDATE", requests).await;

    nothing_broke(&app, &pages, &[303]);
    assert_eq!((leading_to(&pages, "/account"), leading_to(&pages, "/login")), (1, 1));
    assert_eq!((owner.count(&app, "sessions"), owner.wrong(&app)), (2, 0));
}

#[actix_web::test]
async fn r_7_a_right_code_and_a_resend_that_meet_end_in_one_order_or_the_other() {
    for resend_first in [true, false] {
        let app = app_with(2, &[]).await;
        let owner = Owner::with_sms(&app).await;
        let (browser, code) = owner.begins_with_text(&app).await;
        app.let_pass("60 seconds");
        let copies = app.copies(&browser, 2);
        let resend = {
            let browser = copies[1].clone();
            async move { browser.asks_again().await }
        };
        let right = giving(&copies[0], &code);
        use futures_util::FutureExt as _;
        let requests = if resend_first {
            vec![resend.boxed_local(), right.boxed_local()]
        } else {
            vec![right.boxed_local(), resend.boxed_local()]
        };

        let pages = meet(&app, "SELECT FROM sign_ins FOR UPDATE", requests).await;

        nothing_broke(&app, &pages, &[303, 422]);
        let sends = app.database.number("SELECT sends FROM phone_verifications WHERE purpose = 'sign_in'");
        let sessions = owner.count(&app, "sessions");
        assert!([(1, 2), (2, 1)].contains(&(sessions, sends)), "sessions and sends: {sessions}, {sends}");
        assert_eq!(leading_to(&pages, "/account"), usize::try_from(sessions - 1).unwrap());
    }
}

async fn one_app_code_in_fifty_sign_ins(app: TestApp) {
    let owner = Owner::with_app(&app).await;
    let mut browsers = Vec::new();
    for browser in app.browsers(50) {
        owner.begins_in(&browser).await;
        browsers.push(browser);
    }
    let before = (owner.app().code().await, owner.app().code_of(-1)).1;
    let code = owner.app().code_of(0);
    let step = app.database.number("SELECT floor(extract(epoch FROM now()) / 30)");
    let (left, right) = code.split_at(3);
    let spaced = format!("{left} {right}");

    let given = browsers.iter().enumerate();
    let given = given.map(|(at, browser)| browser.gives(if at % 2 == 0 { &code } else { &spaced }));
    let pages = at_once(given).await;

    nothing_broke(&app, &pages, &[303, 422, 429]);
    assert_eq!(leading_to(&pages, "/account"), 1);
    assert_eq!((owner.count(&app, "sessions"), signed_in_among(&browsers).await), (2, 1));
    let last_step = "SELECT last_step FROM totp_secrets WHERE confirmed_at IS NOT NULL";
    assert_eq!(app.database.number(last_step), step);

    // And the code before that one comes too late.
    app.database.run("UPDATE users SET wrong_second_factors = 0, second_factor_rests_until = NULL");
    let late = owner.begins(&app).await;
    assert_eq!(late.gives(&before).await.status, 422);
    assert_eq!((app.database.number(last_step), owner.wrong(&app)), (step, 1));
}

#[actix_web::test]
async fn r_4_tot_01_one_app_code_in_50_sign_ins_opens_one() {
    one_app_code_in_fifty_sign_ins(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_one_app_code_in_50_sign_ins_at_two_processes_opens_one() {
    one_app_code_in_fifty_sign_ins(app_with(2, &[]).await).await;
}

#[actix_web::test]
async fn r_4_two_sign_ins_with_one_app_code_that_meet_are_one() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    let browsers = [owner.begins(&app).await, app.browser_at(1)];
    owner.begins_in(&browsers[1]).await;
    let code = owner.app().code().await;
    let requests = browsers.iter().map(|browser| giving(browser, &code)).collect();

    let pages = meet(&app, "SELECT FROM totp_secrets FOR UPDATE", requests).await;

    nothing_broke(&app, &pages, &[303, 422]);
    assert_eq!((leading_to(&pages, "/account"), owner.count(&app, "sessions")), (1, 2));
}

async fn one_backup_code_in_fifty_sign_ins(app: TestApp) {
    let owner = Owner::with_app(&app).await;
    let mut browsers = Vec::new();
    for browser in app.browsers(50) {
        owner.begins_in(&browser).await;
        browsers.push(browser);
    }

    let pages = at_once(browsers.iter().map(|browser| browser.gives_backup(&owner.backup_codes[0]))).await;

    nothing_broke(&app, &pages, &[303, 422, 429, 503]);
    assert_eq!(leading_to(&pages, "/account"), 1);
    assert_eq!((owner.count(&app, "sessions"), owner.backup_codes_left(&app)), (2, 9));
    assert_eq!(signed_in_among(&browsers).await, 1);
}

#[actix_web::test]
async fn r_3_bkp_01_one_backup_code_in_50_sign_ins_opens_one() {
    one_backup_code_in_fifty_sign_ins(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_one_backup_code_in_50_sign_ins_at_two_processes_opens_one() {
    one_backup_code_in_fifty_sign_ins(app_with(2, &[]).await).await;
}

#[actix_web::test]
async fn r_3_two_sign_ins_with_one_backup_code_that_meet_are_one() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    let browsers = [owner.begins(&app).await, app.browser_at(1)];
    owner.begins_in(&browsers[1]).await;
    let requests = browsers.iter().map(|browser| giving_backup(browser, &owner.backup_codes[0])).collect();

    let pages = meet(&app, "SELECT FROM two_factor_backup_codes FOR UPDATE", requests).await;

    nothing_broke(&app, &pages, &[303, 422]);
    assert_eq!((leading_to(&pages, "/account"), owner.count(&app, "sessions")), (1, 2));
    assert_eq!(owner.backup_codes_left(&app), 9);
}

// Guesses.

async fn fifty_wrong_texts(app: TestApp) {
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    let wrong: Vec<String> = (0..51).map(|number| format!("{number:06}")).filter(|other| *other != code).collect();
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().zip(&wrong).map(|(copy, wrong)| copy.gives(wrong))).await;

    nothing_broke(&app, &pages, &[422]);
    assert_eq!([TWO_LEFT, ONE_LEFT, TOO_MANY].map(|verdict| saying(&pages, verdict)), [1, 1, 48]);
    assert_eq!(owner.wrong(&app), 3);
    says(&browser.gives(&code).await, TOO_MANY);
    assert_eq!((owner.wrong(&app), owner.count(&app, "sessions")), (3, 1));
}

#[actix_web::test]
async fn r_2_of_50_wrong_texted_codes_at_once_three_are_compared() {
    fifty_wrong_texts(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_of_50_wrong_texted_codes_at_two_processes_three_are_compared() {
    fifty_wrong_texts(app_with(2, &[]).await).await;
}

async fn fifty_wrong_app_codes(app: TestApp) {
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    let copies = app.copies(&browser, 50);
    let wrong: Vec<String> = wrong_codes(owner.app()).take(50).collect();

    let pages = at_once(copies.iter().zip(&wrong).map(|(copy, wrong)| copy.gives(wrong))).await;

    nothing_broke(&app, &pages, &[422, 429]);
    assert_eq!(pages.iter().filter(|page| page.status == 429).count(), 40);
    assert!(pages.iter().filter(|page| page.status == 429).all(|page| page.retry_after() > 600));
    let code = owner.app().code().await;
    assert_eq!(browser.gives(&code).await.status, 429, "the right code too");
    assert_eq!(browser.gives_backup(&owner.backup_codes[0]).await.status, 429, "over all methods");
    assert_eq!(owner.begins(&app).await.gives(&code).await.status, 429, "over all sign-ins");
    assert_eq!((owner.wrong(&app), owner.count(&app, "sessions"), owner.backup_codes_left(&app)), (10, 1, 10));
}

#[actix_web::test]
async fn r_2_of_50_wrong_app_codes_at_once_ten_are_compared() {
    fifty_wrong_app_codes(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_of_50_wrong_app_codes_at_two_processes_ten_are_compared() {
    fifty_wrong_app_codes(app_with(2, &[]).await).await;
}

#[actix_web::test]
async fn r_2_of_50_wrong_backup_codes_at_once_ten_are_compared() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    let copies = app.copies(&browser, 50);
    let wrong = wrong_backup_code(&owner);

    let pages = at_once(copies.iter().map(|copy| copy.gives_backup(&wrong))).await;

    nothing_broke(&app, &pages, &[422, 429, 503]);
    assert_eq!(pages.iter().filter(|page| page.status == 429).count(), 40);
    assert_eq!(browser.gives_backup(&owner.backup_codes[0]).await.status, 429);
    assert_eq!((owner.wrong(&app), owner.count(&app, "sessions"), owner.backup_codes_left(&app)), (10, 1, 10));
}

#[actix_web::test]
async fn r_2_two_last_guesses_that_meet_are_one_guess() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    owner.set(&app, "wrong_second_factors = 9");
    let copies = app.copies(&browser, 2);
    let requests = vec![giving(&copies[0], &wrong_code(owner.app())), giving(&copies[1], &owner.app().code().await)];

    let pages = meet(&app, "SELECT FROM users FOR UPDATE", requests).await;

    // Whoever came first had the guess, and that was the wrong one.
    nothing_broke(&app, &pages, &[422, 429]);
    assert_eq!((owner.wrong(&app), owner.count(&app, "sessions")), (10, 1));
}

#[actix_web::test]
async fn l_5_sms_06_new_codes_and_new_sign_ins_give_no_new_guesses() {
    let limits = [("TWILIO_MAX_SMS_PER_HOUR", "20"), ("TWILIO_MAX_SMS_PER_DAY", "20")];
    let app = app_with(1, &limits).await;
    let owner = Owner::with_sms(&app).await;
    let (mut browser, mut code) = owner.begins_with_text(&app).await;
    for round in 0..3 {
        for _ in 0..3 {
            assert_eq!(browser.gives(&other_than(&code)).await.status, 422);
        }
        assert_eq!(owner.wrong(&app), 3 * (round + 1), "as many as were sent");
        app.let_pass("61 seconds");
        if round == 0 {
            browser.asks_again().await.redirects_to("/login/verify");
            code = owner.text_code(&app).await;
        } else {
            // All cookies dropped.
            (browser, code) = owner.begins_with_text(&app).await;
        }
    }
    browser.gives(&other_than(&code)).await;
    assert_eq!(owner.wrong(&app), 10);

    let locked = browser.gives(&code).await;
    assert_eq!(locked.status, 429, "{}", locked.text());
    assert!((600..=900).contains(&locked.retry_after()), "{}", locked.retry_after());
    assert_eq!((owner.wrong(&app), owner.count(&app, "sessions")), (10, 1));

    app.let_pass("14 minutes");
    let (browser, code) = owner.begins_with_text(&app).await;
    assert_eq!(browser.gives(&code).await.status, 429);
    app.let_pass("62 seconds");
    browser.asks_again().await.redirects_to("/login/verify");
    browser.gives(&owner.text_code(&app).await).await.redirects_to("/account");
    assert_eq!(owner.wrong(&app), 0, "cleared by a right one");
}

#[actix_web::test]
async fn l_5_sms_06_codes_of_the_app_and_backup_codes_share_one_count() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    for round in 1..=5 {
        let browser = owner.begins(&app).await;
        assert_eq!(browser.gives(&wrong_code(owner.app())).await.status, 422);
        assert_eq!(browser.gives_backup(&wrong_backup_code(&owner)).await.status, 422);
        assert_eq!(owner.wrong(&app), 2 * round);
    }
    let browser = owner.begins(&app).await;
    assert_eq!(browser.gives(&owner.app().code().await).await.status, 429);
    app.let_pass("15 minutes");
    let browser = owner.begins(&app).await;
    browser.gives(&owner.app().code().await).await.redirects_to("/account");
    assert_eq!(owner.wrong(&app), 0);
}

#[actix_web::test]
async fn l_5_sms_06_after_100_wrong_in_a_row_only_a_backup_code_works() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    owner.set(&app, "wrong_second_factors = 99");
    let browser = owner.begins(&app).await;
    browser.gives(&wrong_code(owner.app())).await;
    assert_eq!(owner.wrong(&app), 100);

    app.let_pass("16 minutes");
    let browser = owner.begins(&app).await;
    let code = owner.app().code().await;
    browser.gives(&code).await.redirects_to("/login/backup-code");
    browser.get("/login/backup-code").await.shows(200, "Only a backup code works now");
    assert_eq!((owner.wrong(&app), owner.count(&app, "sessions")), (100, 1));

    browser.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
    assert_eq!(owner.wrong(&app), 0);
    let browser = owner.begins(&app).await;
    browser.gives(&owner.app().code().await).await.redirects_to("/account");
}

#[actix_web::test]
async fn r_12_a_guess_is_charged_also_when_nobody_waits_for_the_answer() {
    let app = TestApp::start().await;
    let (by_app, by_sms) = (Owner::with_app(&app).await, Owner::with_sms(&app).await);
    let browser = by_app.begins(&app).await;
    let of = |owner: &Owner| format!("SELECT wrong_second_factors FROM users WHERE email = '{}'", owner.person.email);
    for sent in 1..=3 {
        browser.submits_and_hangs_up("/login/verify", &[("code", &wrong_code(by_app.app()))]);
        app.database.becomes(&of(&by_app), sent).await;
    }
    browser.submits_and_hangs_up("/login/backup-code", &[("code", &wrong_backup_code(&by_app))]);
    app.database.becomes(&of(&by_app), 4).await;

    let (browser, code) = by_sms.begins_with_text(&app).await;
    for sent in 1..=3 {
        browser.submits_and_hangs_up("/login/verify", &[("code", &other_than(&code))]);
        app.database.becomes(&of(&by_sms), sent).await;
    }
    says(&browser.gives(&code).await, TOO_MANY);
}

#[actix_web::test]
async fn r_12_a_guess_stays_charged_when_what_follows_it_fails() {
    let app = TestApp::start().await;
    let (by_app, by_sms) = (Owner::with_app(&app).await, Owner::with_sms(&app).await);
    let (browser, code) = by_sms.begins_with_text(&app).await;
    let other = by_app.begins(&app).await;
    app.database.run("ALTER TABLE sessions RENAME TO sessions_away");
    browser.gives(&code).await.shows(500, "Sorry, this did not work");
    other.gives(&by_app.app().code().await).await.shows(500, "Sorry, this did not work");
    other.gives_backup(&by_app.backup_codes[0]).await.shows(500, "Sorry, this did not work");
    app.database.run("ALTER TABLE sessions_away RENAME TO sessions");
    assert_eq!((by_sms.wrong(&app), by_app.wrong(&app)), (1, 2));
    let left = "SELECT guesses_left FROM phone_verifications WHERE purpose = 'sign_in'";
    assert_eq!((app.database.number(left), by_app.backup_codes_left(&app)), (2, 10));

    browser.gives(&code).await.redirects_to("/account");
    other.gives(&by_app.app().code().await).await.redirects_to("/account");
    assert_eq!((by_sms.wrong(&app), by_app.wrong(&app)), (0, 0));
}

#[actix_web::test]
async fn l_7_b_2_without_a_password_nothing_is_sent_and_nothing_is_compared() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (stranger, sent) = (app.browser(), app.texts_sent().await);
    stranger.asks_again().await.redirects_to("/login");
    stranger.gives("123456").await.redirects_to("/login");
    stranger.gives_backup(&owner.backup_codes[0]).await.redirects_to("/login");
    assert_eq!((app.texts_sent().await, owner.wrong(&app), owner.backup_codes_left(&app)), (sent, 0, 10));
}

// Replay.

#[actix_web::test]
async fn p_1_tot_01_an_app_code_works_once_in_whatever_spelling() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (first, second) = (owner.begins(&app).await, owner.begins(&app).await);
    let code = owner.app().code().await;
    first.gives(&code).await.redirects_to("/account");
    let shifted = |zero: u32| code.chars().map(|digit| char::from_u32(digit as u32 - 0x30 + zero).unwrap()).collect();
    let (left, right) = code.split_at(3);
    let spellings: [String; 5] =
        [code.clone(), format!("{left} {right}"), format!("{left}-{right}"), shifted(0x660), shifted(0xff10)];
    for (wrong, spelling) in (1..).zip(&spellings) {
        let page = second.gives(spelling).await;
        assert_eq!((page.status.as_u16(), owner.wrong(&app)), (422, wrong), "{spelling:?}: {}", page.text());
        assert!(page.error_of("code").unwrap().starts_with("Invalid code."), "{}", page.text());
    }
    assert_eq!(owner.count(&app, "sessions"), 2);
}

#[actix_web::test]
async fn p_1_tot_01_an_app_code_does_not_work_again_in_the_next_step() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (first, second) = (owner.begins(&app).await, owner.begins(&app).await);
    owner.app().code().await;
    // That of the step before still counts, once, and is no obstacle for that of this step.
    let before = owner.app().code_of(-1);
    first.gives(&before).await.redirects_to("/account");
    assert_eq!(second.gives(&before).await.status, 422);
    second.gives(&owner.app().code().await).await.redirects_to("/account");
}

#[actix_web::test]
async fn tot_02_codes_of_other_steps_are_refused() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    owner.app().code().await;
    for (wrong, steps) in (1..).zip([-2, 1, 2]) {
        assert_eq!(browser.gives(&owner.app().code_of(steps)).await.status, 422, "{steps}");
        assert_eq!(owner.wrong(&app), wrong);
    }
}

#[actix_web::test]
async fn p_2_tot_05_the_code_of_the_enrolment_is_spent() {
    let app = TestApp::start().await;
    let person = people::sponsor();
    let owner = person.has_account(&app).await;
    owner.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
    let authenticator = Authenticator::reading(&owner.get("/account/two-factor/app").await);
    let code = authenticator.code().await;
    owner.submit("/account/two-factor/app", &[("code", &code)]).await.shows(200, "Your backup codes");

    let browser = app.browser();
    person.signs_in(&browser).await.redirects_to("/login/verify");
    assert_eq!(browser.gives(&code).await.status, 422);
    assert!(!browser.is_signed_in().await);
    let_code_be_used_again(&app);
    browser.gives(&authenticator.code().await).await.redirects_to("/account");
}

/// What a cookie of an unfinished sign-in is still good for: nothing.
async fn is_a_stranger(app: &TestApp, kept: &Browser, code: &str, backup_code: &str) {
    let sessions = app.database.count("sessions");
    for page in [
        kept.fork().get("/login/verify").await,
        kept.fork().get("/login/backup-code").await,
        kept.fork().gives(code).await,
        kept.fork().gives_backup(backup_code).await,
        kept.fork().asks_again().await,
    ] {
        page.redirects_to("/login");
    }
    assert!(!kept.fork().is_signed_in().await);
    assert_eq!(app.database.count("sessions"), sessions);
}

#[actix_web::test]
async fn p_3_ses_13_a_pending_sign_in_is_worth_nothing_once_it_is_used() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    let kept = browser.fork();
    browser.gives(&owner.app().code().await).await.redirects_to("/account");
    let_code_be_used_again(&app);
    is_a_stranger(&app, &kept, &owner.app().code().await, &owner.backup_codes[0]).await;
    assert_eq!((owner.wrong(&app), owner.backup_codes_left(&app)), (0, 10));
    kept.gives("123456").await.redirects_to("/login");
    kept.get("/login").await.shows(200, "Please sign in again");
}

#[actix_web::test]
async fn p_3_ses_13_a_pending_sign_in_lives_ten_minutes() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (in_time, too_late) = (owner.begins(&app).await, owner.begins(&app).await);
    app.let_pass("9 minutes 50 seconds");
    in_time.gives(&owner.app().code().await).await.redirects_to("/account");
    app.let_pass("10 seconds");
    is_a_stranger(&app, &too_late, &owner.app().code().await, &owner.backup_codes[0]).await;
}

#[actix_web::test]
async fn p_3_ses_13_a_pending_sign_in_dies_with_the_account_as_it_was() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    // What a new password does to an account, and an administrator.
    for change in ["auth_epoch = auth_epoch + 1", "status = 'disabled'"] {
        let kept = owner.begins(&app).await;
        owner.set(&app, change);
        is_a_stranger(&app, &kept, &owner.app().code().await, &owner.backup_codes[0]).await;
    }
    owner.set(&app, "status = 'active'");

    let owner = Owner::with_app(&app).await;
    let kept = owner.begins(&app).await;
    owner.browser.submit("/account/two-factor/off", &[]).await.redirects_to("/account/two-factor");
    is_a_stranger(&app, &kept, &owner.app().code().await, &owner.backup_codes[0]).await;
    owner.person.signs_in(&app.browser()).await.redirects_to("/account");
}

#[actix_web::test]
async fn p_3_ses_13_a_pending_sign_in_belongs_to_its_browser() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let begun = owner.begins(&app).await;
    let code = owner.app().code().await;
    app.browser().gives(&code).await.redirects_to("/login");
    // Only whoever has the very cookie goes on, also from another address.
    let moved = begun.fork().from("198.51.100.7");
    moved.gives(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn b_1_a_pending_sign_in_opens_no_page_but_those_of_the_second_step() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let pending = app.browser();
    let fields = [
        ("identifier", owner.person.email.as_str()),
        ("password", &owner.person.password),
        ("next", "/account/two-factor"),
    ];
    pending.submit("/login", &fields).await.redirects_to("/login/verify");
    let stranger = app.browser();
    let before = app.database.text("SELECT string_agg(u::text, ',' ORDER BY u.id) FROM users AS u");
    let options = Method::OPTIONS;
    for entry in routes::table() {
        if entry.path.starts_with("/login/") {
            continue;
        }
        let path = entry
            .path
            .replace("{id}", "00000000-0000-7000-8000-000000000000")
            .replace("{name}", "nothing.css")
            .replace("{code}", "ET");
        let method = Method::from_bytes(entry.method.as_bytes()).unwrap();
        for method in [method, Method::HEAD, options.clone()] {
            let ask = async |browser: Browser| match method {
                Method::POST => browser.submit(&path, &[]).await,
                _ => browser.send(browser.bare(method.clone(), &path)).await,
            };
            let (theirs, ours) = (ask(stranger.fork()).await, ask(pending.fork()).await);
            let told = format!("{method} {path}");
            assert_eq!((ours.status, ours.location()), (theirs.status, theirs.location()), "{told}");
            let without_reference = |page: &Page| page.text_without_digits().len();
            assert_eq!(without_reference(&ours), without_reference(&theirs), "{told}");
        }
    }
    assert_eq!((owner.count(&app, "sessions"), owner.count(&app, "sign_ins")), (1, 1));
    assert_eq!(app.database.text("SELECT string_agg(u::text, ',' ORDER BY u.id) FROM users AS u"), before);
    pending.gives(&owner.app().code().await).await.redirects_to("/account/two-factor");
}

#[actix_web::test]
async fn p_8_a_second_step_gives_all_new_values_and_ends_the_session_of_before() {
    let app = TestApp::start().await;
    let (owner, attacker) = (Owner::with_app(&app).await, people::maid());
    // The attacker's own session is planted in the victim's browser.
    let planted = attacker.has_account(&app).await;
    let browser = planted.fork();
    owner.begins_in(&browser).await;
    let before = browser.cookies();
    browser.gives(&owner.app().code().await).await.redirects_to("/account");
    for (name, value) in browser.cookies() {
        assert_ne!(before.get(&name), Some(&value), "{name}");
    }
    assert!(!planted.is_signed_in().await, "the planted session is dead");
    browser.get("/account").await.shows(200, "Hello, Salma");
}

// Other methods than the account's own.

#[actix_web::test]
async fn b_2_an_account_with_an_app_takes_no_texts() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let sent = app.texts_sent().await;
    let browser = owner.begins(&app).await;
    assert_eq!(app.texts_sent().await, sent, "no text for an app");
    browser.asks_again().await.redirects_to("/login/verify");
    assert_eq!(app.texts_sent().await, sent);

    let registering = app.browser();
    let code = people::maid().at(&owner.person.phone).begins(&app, &registering).await;
    assert_eq!(browser.gives(&code).await.status, 422);
    assert_eq!(owner.wrong(&app), 1);
    assert_eq!(browser.gives_backup("").await.status, 422);
    assert_eq!(owner.wrong(&app), 1, "nothing is no guess");
    let page = browser.submit("/login/verify", &[("code", "123456"), ("method", "sms")]).await;
    assert_eq!((page.status.as_u16(), owner.wrong(&app)), (400, 1));
    // A backup code in the field of the app's, and the other way round.
    assert_eq!(browser.gives(&owner.backup_codes[0]).await.status, 422);
    assert_eq!(browser.gives_backup(&owner.app().code().await).await.status, 422);
    assert_eq!((owner.count(&app, "sessions"), owner.backup_codes_left(&app)), (1, 10));
}

#[actix_web::test]
async fn b_8_an_unfinished_enrolment_neither_asks_nor_satisfies() {
    let app = TestApp::start().await;
    let person = people::sponsor();
    let unfinished = person.has_account(&app).await;
    unfinished.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
    person.signs_in(&app.browser()).await.redirects_to("/account");

    let owner = Owner::with_sms(&app).await;
    owner.browser.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
    let half = Authenticator::reading(&owner.browser.get("/account/two-factor/app").await);
    let (browser, code) = owner.begins_with_text(&app).await;
    let of_app = half.code().await;
    if of_app != code {
        says(&browser.gives(&of_app).await, TWO_LEFT);
    }
    browser.gives(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn b_8_after_the_last_backup_code_the_app_still_opens() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    app.database.run("UPDATE two_factor_backup_codes SET used_at = now()");
    let browser = owner.begins(&app).await;
    assert_eq!(browser.gives_backup(&owner.backup_codes[0]).await.status, 422);
    assert_eq!(owner.wrong(&app), 1, "a used one is a wrong one");
    browser.gives(&owner.app().code().await).await.redirects_to("/account");
}

#[actix_web::test]
async fn b_10_a_wrong_code_trusts_nothing_and_writes_nothing_but_what_counts() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    let request = browser.form("/login/verify").header("user-agent", "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0");
    let fields = [("code", wrong_code(owner.app())), ("remember_device", "1".to_owned())];
    let page = browser.send(request.form(&fields)).await;
    assert_eq!(page.status, 422);
    assert!(page.set_cookies().iter().all(|cookie| !cookie.contains("device")), "{:?}", page.set_cookies());
    assert_eq!((owner.count(&app, "trusted_devices"), owner.count(&app, "sessions"), owner.wrong(&app)), (0, 1, 1));
    let noted = owner.count(&app, "(SELECT * FROM activity WHERE event = 'code_wrong') AS wrong");
    assert_eq!(noted, 1);
}

// Owners hear of it.

#[actix_web::test]
async fn aut_06_three_wrong_codes_after_the_right_password_are_told_once_a_day() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let told = "SELECT count(*) FROM sms_messages WHERE kind = 'wrong_codes'";
    for wrong in 1..=2 {
        owner.begins(&app).await.gives(&wrong_code(owner.app())).await;
        assert_eq!((app.database.number(told), owner.wrong(&app)), (0, wrong));
    }
    for _ in 0..4 {
        owner.begins(&app).await.gives(&wrong_code(owner.app())).await;
        assert_eq!(app.database.number(told), 1);
    }
    // A right one begins anew, and the day is not over.
    owner.begins(&app).await.gives(&owner.app().code().await).await.redirects_to("/account");
    for _ in 0..3 {
        owner.begins(&app).await.gives(&wrong_code(owner.app())).await;
    }
    assert_eq!(app.database.number(told), 1, "at most one a day");
    app.texts_sent().await;
    let texts = app.twilio.messages_to(&owner.person.phone);
    let about =
        |text: &&_| matches!(text, crate::support::fake_twilio::Delivery { body, .. } if body.contains("wrong codes"));
    assert_eq!(texts.iter().filter(about).count(), 1);
    assert_eq!(owner.count(&app, "(SELECT * FROM activity WHERE event = 'code_wrong') AS wrong"), 9);
}

#[actix_web::test]
async fn aut_06_codes_that_rest_are_told() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    for _ in 0..12 {
        browser.gives(&wrong_code(owner.app())).await;
    }
    let told = "SELECT count(*) FROM sms_messages WHERE kind = 'second_factor_rests'";
    assert_eq!(app.database.number(told), 1);
    assert_eq!(owner.count(&app, "(SELECT * FROM activity WHERE event = 'codes_rest') AS resting"), 1);
}

#[actix_web::test]
async fn aut_06_bkp_04_a_backup_code_signs_in_once_and_is_told_and_ends_trust() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    owner.trusts_a_browser(&app).await;
    assert_eq!(owner.count(&app, "trusted_devices"), 1);
    let (browser, other) = (owner.begins(&app).await, owner.begins(&app).await);
    let spelled = owner.backup_codes[0].to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");

    browser.gives_backup(&spelled).await.redirects_to("/account");

    browser.get("/account").await.shows(200, "You used a backup code to sign in");
    assert_eq!((owner.count(&app, "trusted_devices"), owner.backup_codes_left(&app)), (0, 9));
    app.texts_sent().await;
    let told = app
        .twilio
        .messages_to(&owner.person.phone)
        .into_iter()
        .filter(|text| text.body.contains("backup codes was used"));
    assert_eq!(told.count(), 1);
    assert_eq!(owner.count(&app, "(SELECT * FROM activity WHERE event = 'signed_in_by_backup_code') AS used"), 1);
    assert_eq!(other.gives_backup(&owner.backup_codes[0]).await.status, 422, "each works once");
    other.gives_backup(&owner.backup_codes[1]).await.redirects_to("/account");
}

// Backup codes.

#[actix_web::test]
async fn bkp_01_r_8_a_backup_code_that_was_consumed_stays_spent_through_a_power_cut() {
    let mut app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (browser, again) = (owner.begins(&app).await, owner.begins(&app).await);
    let request = browser.form("/login/backup-code").form(&[("code", &owner.backup_codes[0])]);
    let (trying, request) = (browser.clone(), request);
    let answer = actix_web::rt::spawn(async move { trying.try_send(request).await });
    app.database.becomes("SELECT count(*) FROM two_factor_backup_codes WHERE used_at IS NOT NULL", 1).await;
    app.kill_and_restart(0);
    let _ = answer.await;

    let again = again.at(app.address());
    assert_eq!(again.gives_backup(&owner.backup_codes[0]).await.status, 422);
    again.gives_backup(&owner.backup_codes[1]).await.redirects_to("/account");
    assert_eq!(owner.backup_codes_left(&app), 8);
}

#[actix_web::test]
async fn r_8_what_was_acknowledged_and_what_was_charged_outlives_a_power_cut() {
    let mut app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (used, pending) = (owner.begins(&app).await, owner.begins(&app).await);
    let code = owner.app().code().await;
    used.gives(&code).await.redirects_to("/account");
    pending.gives(&wrong_code(owner.app())).await;
    app.kill_and_restart(0);
    let (used, pending) = (used.at(app.address()), pending.at(app.address()));
    assert!(used.is_signed_in().await);
    assert_eq!(owner.wrong(&app), 1);
    assert_eq!(pending.gives(&code).await.status, 422, "spent");
    assert_eq!(owner.wrong(&app), 2);
    let_code_be_used_again(&app);
    pending.gives(&owner.app().code().await).await.redirects_to("/account");
}

#[actix_web::test]
async fn bkp_02_no_backup_code_and_no_secret_is_at_rest_or_in_the_log() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    let code = owner.app().code().await;
    browser.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
    let other = owner.begins(&app).await;
    other.gives(&code).await.redirects_to("/account");
    for kept in [app.database.dump(), app.log().join("\n")] {
        for backup_code in &owner.backup_codes {
            assert!(!kept.contains(backup_code) && !kept.contains(&backup_code.replace('-', "")), "{backup_code}");
        }
        assert!(!kept.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| word == code), "{code}");
    }
}

#[actix_web::test]
async fn bkp_03_backup_codes_are_shown_once_and_new_ones_end_the_old() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    assert_eq!(owner.backup_codes.len(), 10);
    for path in ["/account", "/account/two-factor", "/account/two-factor/app", "/account/two-factor/backup-codes"] {
        let page = owner.browser.get(path).await;
        assert!(owner.backup_codes.iter().all(|code| !page.body.contains(code)), "{path}");
    }
    let page = owner.browser.submit("/account/two-factor/backup-codes", &[]).await;
    page.shows(200, "Your backup codes");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let newer = crate::support::authenticator::backup_codes(&page);
    assert!(newer.len() == 10 && newer.iter().all(|code| !owner.backup_codes.contains(code)));

    let browser = owner.begins(&app).await;
    assert_eq!(browser.gives_backup(&owner.backup_codes[0]).await.status, 422);
    browser.gives_backup(&newer[9]).await.redirects_to("/account");
    assert_eq!(owner.count(&app, "two_factor_backup_codes"), 10);
    let told = "SELECT count(*) FROM sms_messages WHERE kind = 'backup_codes_made'";
    assert_eq!(app.database.number(told), 1);
}
