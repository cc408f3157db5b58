//! Proving it again before what matters (REC-07, SES-03, SES-10, DEV-01).

use latchkey::{
    routes::{self, Entry},
    web::{next::Next, principal::Who},
};

use crate::support::{
    TestApp, at_once,
    authenticator::let_code_be_used_again,
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    owners::Owner,
    people::{self, Person, other_than},
};

const STALE: &str = "UPDATE sessions SET confirmed_at = now() - interval '6 minutes'";

#[track_caller]
fn says(page: &Page, field: &str, message: &str) {
    assert_eq!((page.status.as_u16(), page.error_of(field).as_deref()), (422, Some(message)), "{}", page.text());
}

/// The forms that ask for a proof within the last minutes, with a path that there could be.
fn sensitive() -> Vec<Entry> {
    let table = routes::table().into_iter();
    let sensitive: Vec<_> = table.filter(|entry| entry.who == Who::Fresh && entry.method == "POST").collect();
    assert!(sensitive.len() >= 4, "{sensitive:?}");
    sensitive
}

fn path_of(entry: Entry) -> String {
    entry.path.replace("{id}", "00000000-0000-7000-8000-000000000000").replace("{code}", "ET")
}

/// Somebody without a second factor.
async fn plain(app: &TestApp) -> (Person, Browser) {
    let person = people::sponsor();
    let browser = person.has_account(app).await;
    (person, browser)
}

/// Whether a browser's proof counts: new backup codes can be had with it. Changes them where there is a second factor.
async fn is_fresh(browser: &Browser) -> bool {
    let page = browser.submit("/account/two-factor/app", &[]).await;
    match page.location() {
        Some("/account/two-factor/app") => true,
        Some("/confirm?next=/account/two-factor/app") => false,
        other => panic!("{other:?}: {}", page.text()),
    }
}

#[actix_web::test]
async fn rec_07_ses_10_after_five_minutes_every_sensitive_form_asks_first_and_changes_nothing() {
    let app = TestApp::start().await;
    let (_, without) = plain(&app).await;
    let (by_app, by_sms) = (Owner::with_app(&app).await, Owner::with_sms(&app).await);
    app.texts_sent().await;
    app.database.run(STALE);
    let before = app.database.dump();
    for browser in [&without, &by_app.browser, &by_sms.browser] {
        for entry in sensitive() {
            let page = browser.submit(&path_of(entry), &[]).await;
            page.redirects_to(&format!("/confirm?next={}", Next::of_request(entry.path).path()));
        }
    }
    assert_eq!(app.database.dump(), before);
}

#[actix_web::test]
async fn rec_07_a_proof_lasts_five_minutes() {
    let app = TestApp::start().await;
    let (_, browser) = plain(&app).await;
    app.let_pass("4 minutes 50 seconds");
    assert!(is_fresh(&browser).await);
    app.let_pass("10 seconds");
    assert!(!is_fresh(&browser).await);
}

#[actix_web::test]
async fn rec_07_after_the_proof_the_person_is_back_where_they_were() {
    let app = TestApp::start().await;
    let (person, browser) = plain(&app).await;
    for page in Next::PAGES.into_iter().filter(|page| !page.starts_with("/admin")) {
        app.database.run(STALE);
        let asked = browser.get(&format!("/confirm?next={page}")).await;
        asked.shows(200, "Confirm it is you");
        assert_eq!(asked.attribute("input[name=next]", "value").as_deref(), Some(page));
        assert!(asked.has("input[name=password]") && !asked.has("input[name=code]"));
        let fields = [("password", person.password.as_str()), ("next", page)];
        browser.submit("/confirm", &fields).await.redirects_to(page);
        assert!(is_fresh(&browser).await);
    }
    for elsewhere in ["//evil.example", "https://evil.example/", "/account/../login", ""] {
        let fields = [("password", person.password.as_str()), ("next", elsewhere)];
        browser.submit("/confirm", &fields).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn rec_07_with_an_app_its_code_is_asked_too() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    app.database.run(STALE);
    let browser = &owner.browser;
    let page = browser.get("/confirm?next=/account/two-factor").await;
    assert!(
        page.has("input[name=password]") && page.has("input[name=code]") && !page.has("form[action='/confirm/resend']")
    );
    let password = &owner.person.password;

    assert!(browser.confirms(password, "").await.error_of("code").is_some());
    browser.submit("/confirm", &[("password", password)]).await.shows(422, "Please enter the code");
    let wrong = other_than(&owner.app().code().await);
    assert_eq!(browser.confirms(password, &wrong).await.status, 422);
    assert_eq!(owner.wrong(&app), 1);
    assert!(!is_fresh(browser).await);
    let code = owner.app().code().await;
    assert!(browser.confirms("not my password at all", &code).await.error_of("password").is_some());
    assert_eq!(owner.wrong(&app), 1, "the code was not looked at");

    browser.confirms(password, &code).await.redirects_to("/account/two-factor");
    browser.get("/account/two-factor").await.shows(200, "Thank you");
    assert!(is_fresh(browser).await);
    assert_eq!(owner.wrong(&app), 0);
}

#[actix_web::test]
async fn rec_07_with_texts_a_code_is_texted_when_it_is_asked_for() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, password) = (&owner.browser, &owner.person.password);
    let sent = app.texts_sent().await;
    app.database.run(STALE);
    let page = browser.get("/confirm?next=/account/two-factor").await;
    assert!(page.has("form[action='/confirm/resend']"), "{}", page.text());
    assert_eq!(app.texts_sent().await, sent, "looking costs no text");
    assert_eq!(browser.confirms(password, "123456").await.status, 422);
    assert_eq!(owner.wrong(&app), 0, "there was nothing to compare with");

    let asking = [("next", "/account/two-factor")];
    browser.submit("/confirm/resend", &asking).await.redirects_to("/confirm?next=/account/two-factor");
    let code = owner.text_code(&app).await;
    let text = app.twilio.messages_to(&owner.person.phone).into_iter().rfind(|text| text.has_code()).unwrap().body;
    let first = format!("Your Latchkey confirmation code is: {code}. Valid for 5 minutes.");
    assert!(text == first || text == format!("{first}\n@localhost #{code}"), "{text:?}");
    let early = browser.submit("/confirm/resend", &asking).await;
    early.shows(429, "Not yet: the last code was sent just now");
    assert!((1..=61).contains(&early.retry_after()) && early.has("form[action='/confirm']"));
    assert_eq!(
        early.attribute("form[action='/confirm'] input[name=next]", "value").as_deref(),
        Some("/account/two-factor")
    );

    says(&browser.confirms(password, &other_than(&code)).await, "code", "Invalid code. 2 attempts remaining.");
    assert_eq!(owner.wrong(&app), 1);
    browser.confirms(password, &code).await.redirects_to("/account/two-factor");
    assert!(is_fresh(browser).await);

    // Once.
    app.database.run(STALE);
    assert_eq!(browser.confirms(password, &code).await.status, 422);
    assert!(!is_fresh(browser).await);
}

#[actix_web::test]
async fn sms_04_the_code_of_a_confirmation_works_for_five_minutes_and_can_be_replaced() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, password) = (&owner.browser, &owner.person.password);
    browser.submit("/confirm/resend", &[]).await.redirects_to("/confirm?next=/account");
    let older = owner.text_code(&app).await;
    app.let_pass("5 minutes");
    says(&browser.confirms(password, &older).await, "code", "This code has expired. Request a new code.");
    browser.submit("/confirm/resend", &[]).await.redirects_to("/confirm?next=/account");
    let newer = owner.text_code(&app).await;
    let older = if older == newer { other_than(&newer) } else { older };
    says(&browser.confirms(password, &older).await, "code", "Invalid code. 2 attempts remaining.");
    browser.confirms(password, &newer).await.redirects_to("/account/two-factor");
}

#[actix_web::test]
async fn sms_05_the_code_of_a_confirmation_is_for_its_session_only() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (elsewhere, code) = owner.begins_with_text(&app).await;
    elsewhere.gives(&code).await.redirects_to("/account");
    owner.browser.submit("/confirm/resend", &[]).await;
    let code = owner.text_code(&app).await;
    assert_eq!(elsewhere.confirms(&owner.person.password, &code).await.status, 422);
    owner.browser.confirms(&owner.person.password, &code).await.redirects_to("/account/two-factor");
}

#[actix_web::test]
async fn b_2_nobody_else_is_texted_a_code_to_confirm() {
    let app = TestApp::start().await;
    let (_, without) = plain(&app).await;
    let (by_app, contested) = (Owner::with_app(&app).await, Owner::with_sms(&app).await);
    contested.set(&app, "phone_verified_at = NULL, phone_contested_at = now()");
    let sent = app.texts_sent().await;
    for browser in [&without, &by_app.browser, &contested.browser] {
        browser.submit("/confirm/resend", &[]).await.redirects_to("/confirm?next=/account");
    }
    app.browser().submit("/confirm/resend", &[]).await.redirects_to("/login");
    assert_eq!(app.texts_sent().await, sent);
    // A backup code is what such an owner has left.
    app.database.run(STALE);
    let page = contested.browser.get("/confirm").await;
    assert!(page.status == 200 && page.has("input[name=code]"));
    let code = &contested.backup_codes[0];
    contested.browser.confirms(&contested.person.password, code).await.redirects_to("/account/two-factor");
}

#[actix_web::test]
async fn bkp_04_a_backup_code_confirms_once_and_ends_trust_and_is_told() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    owner.trusts_a_browser(&app).await;
    app.database.run(STALE);
    let (browser, password) = (&owner.browser, &owner.person.password);
    browser.confirms(password, &owner.backup_codes[0].to_lowercase()).await.redirects_to("/account/two-factor");
    assert!(is_fresh(browser).await);
    assert_eq!((owner.count(&app, "trusted_devices"), owner.backup_codes_left(&app)), (0, 9));
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE kind = 'backup_code_used'"), 1);
    app.database.run(STALE);
    assert_eq!(browser.confirms(password, &owner.backup_codes[0]).await.status, 422);
    assert_eq!(owner.wrong(&app), 1);
    assert!(!is_fresh(browser).await);
}

// Sessions and freshness.

#[actix_web::test]
async fn p_4_ses_03_a_confirmation_gives_a_new_token_and_the_old_cookie_is_dead() {
    let app = TestApp::start().await;
    let (person, browser) = plain(&app).await;
    let before = browser.fork();
    browser.confirms(&person.password, "").await.redirects_to("/account/two-factor");
    before.get("/account").await.redirects_to("/login");
    before.submit("/account/two-factor/sms", &[]).await.redirects_to("/login?next=/account/two-factor");
    assert!(browser.is_signed_in().await);
    assert_eq!(app.database.count("sessions"), 1);
}

#[actix_web::test]
async fn p_9_an_old_cookie_brings_no_freshness_back() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let fresh = owner.browser.cookies();
    app.database.run(STALE);
    owner.browser.get("/account").await;
    owner.browser.set_cookies(fresh.clone());
    assert!(!is_fresh(&owner.browser).await);
    // And before a confirmation, put back after it: neither signed in nor fresh.
    let code = owner.app().code().await;
    owner.browser.confirms(&owner.person.password, &code).await.redirects_to("/account/two-factor");
    let newer = owner.browser.cookies();
    owner.browser.set_cookies(fresh);
    owner.browser.get("/account").await.redirects_to("/login");
    owner.browser.set_cookies(newer);
    assert!(is_fresh(&owner.browser).await);
}

#[actix_web::test]
async fn b_6_freshness_belongs_to_one_session() {
    let app = TestApp::start().await;
    let (salma, one) = plain(&app).await;
    let other = app.browser();
    salma.signs_in(&other).await.redirects_to("/account");
    app.database.run(STALE);
    one.confirms(&salma.password, "").await.redirects_to("/account/two-factor");
    assert!(is_fresh(&one).await && !is_fresh(&other).await);

    // Two accounts in two tabs of one browser: the page that asked for one is sent while the other is signed in.
    let hana = people::sponsor();
    let hana = Person { password: "seven bridges under the tin moon".to_owned(), ..hana };
    hana.registers(&app, &app.browser()).await;
    hana.signs_in(&one).await.redirects_to("/account");
    app.database.run(STALE);
    says(
        &one.confirms(&salma.password, "").await,
        "password",
        "This is not your password. Check what you typed, and try again.",
    );
    assert!(!is_fresh(&one).await && !is_fresh(&other).await);
    one.confirms(&hana.password, "").await.redirects_to("/account/two-factor");
    assert!(is_fresh(&one).await && !is_fresh(&other).await);

    // Nor does the proof outlive a change of account.
    salma.signs_in(&one).await.redirects_to("/account");
    app.database.run(STALE);
    assert!(!is_fresh(&one).await);
}

#[actix_web::test]
async fn b_6_the_code_of_another_account_confirms_nothing() {
    let app = TestApp::start().await;
    let (owner, other) = (Owner::with_app(&app).await, Owner::with_app(&app).await);
    app.database.run(STALE);
    let code = other.app().code().await;
    if code != owner.app().code_of(0) && code != owner.app().code_of(-1) {
        assert_eq!(owner.browser.confirms(&owner.person.password, &code).await.status, 422);
    }
    assert_eq!(owner.browser.confirms(&owner.person.password, &other.backup_codes[0]).await.status, 422);
    assert!(!is_fresh(&owner.browser).await);
    assert_eq!(other.backup_codes_left(&app), 10);
}

#[actix_web::test]
async fn b_7_dev_01_a_trusted_device_does_not_stand_in_for_the_second_factor() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.trusts_a_browser(&app).await;
    browser.submit("/logout", &[]).await;
    owner.person.signs_in(&browser).await.redirects_to("/account");

    // A right password and a trusted device are no proof at all.
    browser.submit("/account/two-factor/off", &[]).await.redirects_to("/confirm?next=/account/two-factor");
    browser.get("/confirm?next=/account/two-factor").await.shows(200, "Code from your authenticator app");
    let only_password = browser.submit("/confirm", &[("password", &owner.person.password)]).await;
    assert!(only_password.status == 422 && only_password.error_of("code").is_some());
    browser.submit("/account/two-factor/off", &[]).await.redirects_to("/confirm?next=/account/two-factor");
    assert_eq!(app.database.number("SELECT count(*) FROM users WHERE two_factor_method = 'app'"), 1);

    browser.confirms(&owner.person.password, &owner.app().code().await).await.redirects_to("/account/two-factor");
    browser.submit("/account/two-factor/off", &[]).await.redirects_to("/account/two-factor");
    assert_eq!(app.database.number("SELECT count(*) FROM users WHERE two_factor_method = 'none'"), 1);
}

#[actix_web::test]
async fn p_1_tot_01_a_code_used_at_sign_in_confirms_nothing_and_the_other_way_round() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.begins(&app).await;
    let code = owner.app().code().await;
    browser.gives(&code).await.redirects_to("/account");
    let (left, right) = code.split_at(3);
    for (wrong, spelling) in (1..).zip([code.clone(), format!("{left} {right}"), format!("{left}-{right}")]) {
        assert_eq!(browser.confirms(&owner.person.password, &spelling).await.status, 422);
        assert_eq!(owner.wrong(&app), wrong);
    }
    let_code_be_used_again(&app);
    let code = owner.app().code().await;
    browser.confirms(&owner.person.password, &code).await.redirects_to("/account/two-factor");
    assert_eq!(owner.begins(&app).await.gives(&code).await.status, 422);
}

// Guesses.

#[actix_web::test]
async fn l_7_b_5_five_wrong_passwords_and_then_a_wait_by_a_count_of_its_own() {
    let app = TestApp::start().await;
    let (person, browser) = plain(&app).await;
    let stolen = browser.fork();
    app.database.run(STALE);
    for _ in 0..5 {
        let page = stolen.confirms("not my password at all", "").await;
        assert!(page.status == 422 && page.error_of("password").is_some());
    }
    for _ in 0..15 {
        let page = stolen.confirms("not my password at all", "").await;
        assert_eq!(page.status, 429);
        assert!((1..=30).contains(&page.retry_after()), "{}", page.retry_after());
    }
    assert_eq!(stolen.confirms(&person.password, "").await.status, 429, "the right one too");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'password_wrong'"), 5);
    // The owner can still sign in, from anywhere.
    person.signs_in(&app.browser()).await.redirects_to("/account");

    app.let_pass("31 seconds");
    stolen.confirms(&person.password, "").await.redirects_to("/account/two-factor");
    app.database.run(STALE);
    let page = stolen.confirms("not my password at all", "").await;
    assert_eq!(page.status, 422, "a right one clears the count");
}

#[actix_web::test]
async fn l_7_l_9_wrong_sign_ins_of_strangers_block_no_confirmation() {
    let app = TestApp::start().await;
    let (person, browser) = plain(&app).await;
    app.database.run(STALE);
    let stranger = app.browser();
    for _ in 0..8 {
        people::signs_in_as(&stranger, &person.email, "not my password at all").await;
        people::signs_in_as(&stranger, &person.phone, "not my password at all").await;
    }
    assert_eq!(person.signs_in(&stranger).await.status, 429);
    browser.confirms(&person.password, "").await.redirects_to("/account/two-factor");
}

#[actix_web::test]
async fn l_5_codes_rest_at_the_confirmation_too_after_ten_wrong_ones_anywhere() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    app.database.run(STALE);
    owner.set(&app, "wrong_second_factors = 8");
    let wrong = other_than(&owner.app().code().await);
    owner.begins(&app).await.gives(&wrong).await;
    owner.browser.confirms(&owner.person.password, &wrong).await;
    assert_eq!(owner.wrong(&app), 10);
    let code = owner.app().code().await;
    for given in [&code, &owner.backup_codes[0]] {
        let page = owner.browser.confirms(&owner.person.password, given).await;
        assert!(page.status == 429 && page.retry_after() > 600, "{}", page.text());
    }
    assert!(!is_fresh(&owner.browser).await);
    assert!(owner.browser.is_signed_in().await, "the session goes on");
}

async fn fifty_wrong_passwords(app: TestApp) {
    let (person, browser) = plain(&app).await;
    app.database.run(STALE);
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().map(|copy| copy.confirms("not my password at all", ""))).await;

    nothing_broke(&app, &pages, &[422, 429, 503]);
    assert_eq!(pages.iter().filter(|page| page.status == 429).count(), 45);
    assert_eq!(browser.confirms(&person.password, "").await.status, 429);
    assert_eq!(app.database.number("SELECT wrong FROM password_guesses WHERE key LIKE 'confirmation:%'"), 5);
}

#[actix_web::test]
async fn r_2_of_50_wrong_passwords_at_once_five_are_compared() {
    fifty_wrong_passwords(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_of_50_wrong_passwords_at_two_processes_five_are_compared() {
    fifty_wrong_passwords(app_with(2, &[]).await).await;
}

async fn fifty_right_texts(app: TestApp) {
    let owner = Owner::with_sms(&app).await;
    app.database.run(STALE);
    owner.browser.submit("/confirm/resend", &[]).await.redirects_to("/confirm?next=/account");
    let code = owner.text_code(&app).await;
    let copies = app.copies(&owner.browser, 50);

    let pages = at_once(copies.iter().map(|copy| copy.confirms(&owner.person.password, &code))).await;

    nothing_broke(&app, &pages, &[303, 422, 429, 503]);
    assert_eq!(leading_to(&pages, "/account/two-factor"), 1);
    let mut signed_in = 0;
    for copy in &copies {
        signed_in += usize::from(copy.is_signed_in().await);
    }
    assert_eq!((signed_in, owner.count(&app, "sessions")), (1, 1), "one new token, and none of the old");
    let used = "SELECT count(*) FROM phone_verifications WHERE purpose = 'step_up' AND used_at IS NOT NULL";
    assert_eq!(app.database.number(used), 1);
}

#[actix_web::test]
async fn r_1_of_50_right_codes_to_confirm_one_does() {
    fifty_right_texts(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_of_50_right_codes_to_confirm_at_two_processes_one_does() {
    fifty_right_texts(app_with(2, &[]).await).await;
}

#[actix_web::test]
async fn r_1_two_confirmations_with_one_app_code_that_meet_are_one() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    app.database.run(STALE);
    let (code, password) = (owner.app().code().await, owner.person.password.clone());
    let copies = app.copies(&owner.browser, 2);
    let requests = copies.iter().map(|copy| {
        let (copy, code, password) = (copy.clone(), code.clone(), password.clone());
        async move { copy.confirms(&password, &code).await }
    });

    let pages = meet(&app, "SELECT FROM totp_secrets FOR UPDATE", requests.collect()).await;

    nothing_broke(&app, &pages, &[303, 422]);
    assert_eq!((leading_to(&pages, "/account/two-factor"), saying(&pages, "Invalid code.")), (1, 1));
}

#[actix_web::test]
async fn r_5_two_who_ask_for_a_code_to_confirm_at_once_get_one() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_sms(&app).await;
    let sent = app.texts_sent().await;
    let copies = app.copies(&owner.browser, 20);

    let pages = at_once(copies.iter().map(|copy| copy.submit("/confirm/resend", &[]))).await;

    nothing_broke(&app, &pages, &[303, 429]);
    assert_eq!(leading_to(&pages, "/confirm?next=/account"), 1);
    assert_eq!(app.texts_sent().await, sent + 1);
    assert_eq!(app.database.number("SELECT count(*) FROM phone_verifications WHERE purpose = 'step_up'"), 1);
}

#[actix_web::test]
async fn r_12_a_guess_stays_charged_when_what_follows_it_fails() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    app.database.run(STALE);
    owner.browser.submits_and_hangs_up(
        "/confirm",
        &[("password", &owner.person.password), ("code", &other_than(&owner.app().code().await))],
    );
    app.database.becomes("SELECT wrong_second_factors FROM users", 1).await;
    owner.browser.submits_and_hangs_up("/confirm", &[("password", "not my password at all"), ("code", "123456")]);
    app.database.becomes("SELECT count(*) FROM activity WHERE event = 'password_wrong'", 1).await;
    assert_eq!(app.database.number("SELECT sum(wrong) FROM password_guesses WHERE key LIKE 'confirmation:%'"), 1);
}
