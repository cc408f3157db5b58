//! A number that may be in other hands sets no password before its owner has had 72 hours to object (REC-08, S-8, S-9).

use crate::support::{
    TestApp,
    browser::Browser,
    crowd::{app_with, leading_to, meet, nothing_broke},
    people::{self, Person},
    resets::{NEW_PASSWORD, change, events_of, hash_of, old_account, row_of, texts_to},
};

const WAIT: &str = "/password-reset/wait";
const PASSWORD: &str = "/password-reset/password";
/// What the owner is texted, before the code that stops it.
const TOLD: &str =
    "Latchkey: in 72 hours a text can set your password. Was it not you? Sign in, or open Stop a change and enter ";

/// Somebody whom nobody has seen for 181 days.
async fn dormant(app: &TestApp) -> Person {
    let salma = people::sponsor();
    salma.has_account(app).await;
    app.let_pass("181 days");
    salma
}

/// A number that the account left a day ago.
fn left_number(app: &TestApp, person: &Person) -> String {
    let phone = people::new_phone();
    app.database.run(&format!(
        "INSERT INTO action_codes (id, user_id, act, phone_number, expires_at)
         SELECT gen_random_uuid(), id, 'undo_phone_change', '{phone}', now() + interval '6 days' FROM users WHERE {}",
        row_of(person)
    ));
    phone
}

/// Where the right code of a new text leads, after a pause that keeps the limits on texts out of it.
async fn is_led_to(app: &TestApp, person: &Person, path: &str) -> Browser {
    let (browser, code) = person.forgets(app).await;
    browser.proves(&code).await.redirects_to(path);
    browser
}

/// Notices of a wait to a number.
async fn told(app: &TestApp, phone: &str) -> usize {
    texts_to(app, phone, TOLD).await.len()
}

#[actix_web::test]
async fn rec_08_s_8_after_180_days_unseen_every_number_is_told_and_nothing_changes() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    let left = left_number(&app, &salma);
    let before = hash_of(&app, &salma);

    let browser = is_led_to(&app, &salma, WAIT).await;
    let page = browser.get(WAIT).await;
    page.shows(200, "You can set a new password in 72 hours").shows(200, "within 7 days after that");
    assert!(!page.has("form[method=post]") && page.has("a[href='/login']"));
    for path in ["/password-reset/verify", "/password-reset/second-step", PASSWORD] {
        browser.get(path).await.redirects_to(WAIT);
    }
    browser.chooses(NEW_PASSWORD).await.redirects_to(WAIT);
    browser.adds("123456").await.redirects_to(WAIT);
    assert_eq!((hash_of(&app, &salma), events_of(&app, &salma, "reset_waits")), (before, 1));

    let mut codes = Vec::new();
    for phone in [&salma.phone, &left] {
        let texts = texts_to(&app, phone, TOLD).await;
        assert_eq!(texts.len(), 1, "{phone}");
        let code = texts[0].strip_prefix(TOLD).unwrap().trim_end_matches('.').to_owned();
        assert_eq!(code.len(), 19, "{code}");
        codes.push(code);
    }
    assert_ne!(codes[0], codes[1], "each number has a code of its own");
    let kept =
        "SELECT count(*) FROM action_codes WHERE act = 'stop_reset' AND code_hash IS NOT NULL AND used_at IS NULL
                    AND expires_at = created_at + interval '10 days'";
    assert_eq!(app.database.number(kept), 2);
    assert!(codes.iter().all(|code| !app.database.dump().contains(code)), "no code is at rest");
}

#[actix_web::test]
async fn rec_08_after_179_days_nobody_waits() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    app.let_pass("179 days 23 hours");
    is_led_to(&app, &salma, PASSWORD).await;
    assert_eq!(told(&app, &salma.phone).await, 0);
}

#[actix_web::test]
async fn rec_08_after_72_hours_a_new_code_works_and_whoever_asks_before_waits_for_the_rest() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    let first = is_led_to(&app, &salma, WAIT).await;
    app.let_pass("30 hours");
    first.get(WAIT).await.redirects_to("/password-reset");
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 42 hours");
    app.let_pass("41 hours 59 minutes");
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 1 hour");
    app.let_pass("1 minute");
    assert_eq!((told(&app, &salma.phone).await, events_of(&app, &salma, "reset_waits")), (1, 1), "told once");

    let browser = is_led_to(&app, &salma, PASSWORD).await;
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    salma.remembering(NEW_PASSWORD).signs_in(&browser).await.redirects_to("/account");
}

#[actix_web::test]
async fn rec_08_what_was_waited_for_counts_for_7_days_and_then_begins_anew() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    is_led_to(&app, &salma, WAIT).await;
    app.let_pass("9 days 23 hours");
    is_led_to(&app, &salma, PASSWORD).await;
    app.let_pass("1 hour");
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 72 hours");
    assert_eq!((told(&app, &salma.phone).await, events_of(&app, &salma, "reset_waits")), (2, 2), "told again");
    app.let_pass("72 hours");
    is_led_to(&app, &salma, PASSWORD).await;
}

#[actix_web::test]
async fn rec_08_a_new_password_uses_the_wait_up() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    is_led_to(&app, &salma, WAIT).await;
    app.let_pass("72 hours");
    is_led_to(&app, &salma, PASSWORD).await.chooses(NEW_PASSWORD).await.redirects_to("/login");
    // Nobody has signed in with it, so whoever holds the number is as unknown as before.
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 72 hours");
}

#[actix_web::test]
async fn rec_08_a_sign_in_or_a_confirmation_ends_the_wait_and_one_that_was_ended_does_not_count_again() {
    let app = TestApp::start().await;
    for confirms in [false, true] {
        let salma = people::sponsor();
        let browser = salma.has_account(&app).await;
        app.let_pass("25 hours");
        change(&app, &salma, "owner_seen_at = now() - interval '181 days'");
        is_led_to(&app, &salma, WAIT).await;
        app.let_pass("10 hours");
        if confirms {
            browser.submit("/confirm", &[("password", &salma.password)]).await.redirects_to("/account");
        } else {
            salma.signs_in(&app.browser()).await.redirects_to("/account");
        }
        // Of the wait that was ended nothing counts: another begins from its start.
        app.let_pass("62 hours");
        is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 72 hours");
        assert_eq!(told(&app, &salma.phone).await, 2);
    }
}

#[actix_web::test]
async fn rec_08_an_objection_ends_the_wait_and_another_begins_from_its_start() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    is_led_to(&app, &salma, WAIT).await;
    app.let_pass("71 hours");
    // What the code of the notice does.
    change(&app, &salma, "objected_at = now()");
    app.let_pass("1 hour");
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 72 hours");
    assert_eq!(told(&app, &salma.phone).await, 2);
    app.let_pass("71 hours");
    is_led_to(&app, &salma, WAIT).await;
    app.let_pass("1 hour");
    is_led_to(&app, &salma, PASSWORD).await;
}

#[actix_web::test]
async fn rec_08_an_objection_after_the_wait_ends_the_right_that_came_of_it() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    is_led_to(&app, &salma, WAIT).await;
    app.let_pass("72 hours");
    let browser = is_led_to(&app, &salma, PASSWORD).await;
    let before = hash_of(&app, &salma);
    change(&app, &salma, "objected_at = now()");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/password-reset");
    assert_eq!(hash_of(&app, &salma), before);
    is_led_to(&app, &salma, WAIT).await;
}

#[actix_web::test]
async fn rec_08_a_number_that_is_new_to_its_account_waits_for_the_rest_of_72_hours() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    change(&app, &salma, "phone_changed_at = now() - interval '10 hours'");
    let left = left_number(&app, &salma);
    let browser = is_led_to(&app, &salma, WAIT).await;
    browser.get(WAIT).await.shows(200, "in 62 hours");
    assert_eq!((told(&app, &salma.phone).await, told(&app, &left).await), (1, 1));
    app.let_pass("61 hours 59 minutes");
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 1 hour");
    app.let_pass("1 minute");
    is_led_to(&app, &salma, PASSWORD).await.chooses(NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!(told(&app, &salma.phone).await, 1);
}

#[actix_web::test]
async fn rec_08_a_new_number_of_a_dormant_account_waits_for_whatever_lasts_longer() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    is_led_to(&app, &salma, WAIT).await;
    app.let_pass("70 hours");
    change(&app, &salma, "phone_changed_at = now() - interval '30 hours'");
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 42 hours");
    change(&app, &salma, "phone_changed_at = now() - interval '71 hours'");
    is_led_to(&app, &salma, WAIT).await.get(WAIT).await.shows(200, "in 2 hours");
}

#[actix_web::test]
async fn rec_08_a_wait_that_ends_while_its_page_is_open_asks_for_a_new_code() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    is_led_to(&app, &salma, WAIT).await;
    app.let_pass("71 hours 55 minutes");
    let browser = is_led_to(&app, &salma, WAIT).await;
    app.let_pass("6 minutes");
    for path in [WAIT, PASSWORD] {
        browser.fork().get(path).await.redirects_to("/password-reset");
    }
    let before = hash_of(&app, &salma);
    browser.chooses(NEW_PASSWORD).await.redirects_to("/password-reset");
    assert_eq!(hash_of(&app, &salma), before);
    is_led_to(&app, &salma, PASSWORD).await;
}

#[actix_web::test]
async fn rec_08_a_sign_in_while_the_page_of_a_wait_is_open_gives_that_page_no_right() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    let browser = is_led_to(&app, &salma, WAIT).await;
    salma.signs_in(&app.browser()).await.redirects_to("/account");
    let before = hash_of(&app, &salma);
    browser.chooses(NEW_PASSWORD).await.redirects_to("/password-reset");
    browser.get(PASSWORD).await.redirects_to("/password-reset");
    assert_eq!(hash_of(&app, &salma), before);
}

#[actix_web::test]
async fn rec_08_two_codes_that_meet_begin_one_wait() {
    let app = app_with(2, &[]).await;
    let salma = dormant(&app).await;
    let mut entries = Vec::new();
    for process in 0..2 {
        let (browser, code) = salma.forgets(&app).await;
        let browser = browser.at(app.address_of(process));
        entries.push(async move { browser.proves(&code).await });
    }

    let pages = meet(&app, "SELECT FROM users FOR UPDATE", entries).await;

    nothing_broke(&app, &pages, &[303]);
    assert_eq!(leading_to(&pages, WAIT), 2);
    assert_eq!((told(&app, &salma.phone).await, events_of(&app, &salma, "reset_waits")), (1, 1));
}

#[actix_web::test]
async fn rec_08_the_sign_in_that_ends_a_wait_does_not_let_the_phone_go_on_at_once() {
    let app = TestApp::start().await;
    for ends_by_code in [false, true] {
        let salma = dormant(&app).await;
        is_led_to(&app, &salma, WAIT).await;
        if ends_by_code {
            let code = texts_to(&app, &salma.phone, TOLD).await[0].strip_prefix(TOLD).unwrap().to_owned();
            app.browser().submit("/stop", &[("code", code.trim_end_matches('.'))]).await.redirects_to("/login");
        }
        // The owner does as the text says. From here on the account is not one that nobody has seen.
        salma.signs_in(&app.browser()).await.redirects_to("/account");

        app.let_pass("25 hours");
        is_led_to(&app, &salma, WAIT).await;
        assert_eq!(told(&app, &salma.phone).await, 2, "the owner is told again");
        app.let_pass("71 hours");
        is_led_to(&app, &salma, WAIT).await;
        app.let_pass("1 hour");
        is_led_to(&app, &salma, PASSWORD).await.chooses(NEW_PASSWORD).await.redirects_to("/login");

        // That nobody objected is the end of it.
        salma.remembering(NEW_PASSWORD).signs_in(&app.browser()).await.redirects_to("/account");
        app.let_pass("25 hours");
        is_led_to(&app, &salma, PASSWORD).await;
    }
}

#[actix_web::test]
async fn rec_08_thirty_days_after_it_a_wait_that_was_ended_is_forgotten() {
    let app = TestApp::start().await;
    let salma = dormant(&app).await;
    is_led_to(&app, &salma, WAIT).await;
    salma.signs_in(&app.browser()).await.redirects_to("/account");
    app.let_pass("30 days");
    is_led_to(&app, &salma, PASSWORD).await;
}
