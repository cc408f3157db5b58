//! Switching two-factor on, over and off (TOT-03, TOT-05, SMS-06, AUT-08, R-10). What a code opens is in `second_step`.

use futures_util::FutureExt as _;

use crate::support::{
    SECRET_KEY, TestApp, at_once,
    authenticator::{Authenticator, backup_codes, enable_sms, enrol_app, let_code_be_used_again},
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    database::Database,
    fake_twilio::FakeTwilio,
    owners::Owner,
    people::{self, Person, other_than},
};

const OVERVIEW: &str = "/account/two-factor";
const APP: &str = "/account/two-factor/app";
const SMS: &str = "/account/two-factor/sms";
const OFF: &str = "/account/two-factor/off";

const METHOD: &str = "SELECT two_factor_method FROM users";
const WRONG: &str = "SELECT wrong_second_factors FROM users";
const EPOCH: &str = "SELECT auth_epoch FROM users";
const CONFIRMED: &str = "SELECT count(*) FROM totp_secrets WHERE confirmed_at IS NOT NULL";

/// Begins to set an app up, and sets it up as far as the page tells.
async fn begins(browser: &Browser) -> Authenticator {
    browser.submit(APP, &[]).await.redirects_to(APP);
    Authenticator::reading(&browser.get(APP).await)
}

async fn gives(browser: &Browser, code: &str) -> Page {
    browser.submit(APP, &[("code", code)]).await
}

/// A code that is none of the app's, of this step or of those beside it.
fn wrong_for(authenticator: &Authenticator) -> String {
    let right: Vec<_> = (-1..=1).map(|step| authenticator.code_of(step)).collect();
    let mut wrong = other_than(&right[0]);
    while right.contains(&wrong) {
        wrong = other_than(&wrong);
    }
    wrong
}

/// The secret as people type it.
fn secret_on(page: &Page) -> String {
    let secret = scraper::Selector::parse(".secret").unwrap();
    page.html().select(&secret).flat_map(|element| element.text()).collect::<String>().split_whitespace().collect()
}

fn notices(app: &TestApp, kind: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) FROM sms_messages WHERE notice AND kind = '{kind}'"))
}

fn events(app: &TestApp, event: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) FROM activity WHERE event = '{event}'"))
}

/// As if the browsers had proven to be the owner's just now.
fn all_are_fresh(app: &TestApp) {
    app.database.run("UPDATE sessions SET confirmed_at = now()");
}

/// Another browser of the same person, signed in and fresh.
async fn another_browser_of(person: &Person, app: &TestApp) -> Browser {
    let browser = app.browser();
    person.signs_in(&browser).await.redirects_to("/account");
    browser
}

#[actix_web::test]
async fn tot_05_an_app_counts_once_its_first_code_has_come_back() {
    let app = TestApp::start().await;
    let person = people::sponsor();
    let owner = person.has_account(&app).await;
    let (elsewhere, before) = (another_browser_of(&person, &app).await, owner.fork());
    let epoch = app.database.number(EPOCH);

    let authenticator = begins(&owner).await;
    owner.get(OVERVIEW).await.shows(200, "Off");
    assert_eq!(app.database.text(METHOD).as_deref(), Some("none"));
    assert_eq!((app.database.number(EPOCH), app.database.number(CONFIRMED)), (epoch, 0));
    assert!(elsewhere.is_signed_in().await);

    gives(&owner, &authenticator.code().await).await.shows(200, "Your codes come from your app now");

    assert_eq!(app.database.text(METHOD).as_deref(), Some("app"));
    assert_eq!((app.database.number(CONFIRMED), app.database.count("totp_secrets")), (1, 1));
    assert_eq!((app.database.number(EPOCH), app.database.number(WRONG)), (epoch + 1, 0));
    assert!(owner.is_signed_in().await, "the browser that did it goes on");
    assert!(!before.is_signed_in().await, "with another token");
    assert!(!elsewhere.is_signed_in().await, "and all others are signed out");
    assert_eq!((events(&app, "two_factor_by_app"), notices(&app, "two_factor_on")), (1, 1));
    owner.get(OVERVIEW).await.shows(200, "On, with your app");
    app.texts_sent().await;
    let last = app.twilio.messages_to(&person.phone).pop().unwrap();
    assert!(last.body.starts_with("Latchkey: two-factor was switched on"), "{}", last.body);
}

#[actix_web::test]
async fn l_7_b_10_a_wrong_first_code_is_paid_for_and_changes_nothing_else() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    let authenticator = begins(&owner).await;
    let secret = secret_on(&owner.get(APP).await);
    let epoch = app.database.number(EPOCH);

    let page = gives(&owner, &wrong_for(&authenticator)).await;

    page.shows(422, "Invalid code. 9 attempts remaining.");
    assert_eq!(page.focused().as_deref(), Some("code"));
    assert_eq!(secret_on(&page), secret, "the same secret, which is in the app already");
    assert_eq!((app.database.number(WRONG), events(&app, "code_wrong")), (1, 1));
    assert_eq!((app.database.number(EPOCH), app.database.number(CONFIRMED)), (epoch, 0));
    assert_eq!(app.database.text(METHOD).as_deref(), Some("none"));
    assert_eq!((app.database.count("two_factor_backup_codes"), app.database.count("trusted_devices")), (0, 0));

    gives(&owner, &authenticator.code().await).await.shows(200, "Your backup codes");
    assert_eq!(app.database.number(WRONG), 0);
}

#[actix_web::test]
async fn tot_05_what_is_no_code_costs_nothing() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    begins(&owner).await;
    for typed in ["12345", "1234567", "12345a", "AAAA-AAAA-AAAA-AAAA"] {
        let page = gives(&owner, typed).await;
        page.shows(422, "The code has 6 digits.");
        assert!(!page.has(&format!("[value='{typed}']")), "a code is never shown again");
    }
    assert_eq!((app.database.number(WRONG), app.database.count("totp_secrets")), (0, 1));
}

#[actix_web::test]
async fn sms_06_ten_wrong_first_codes_and_the_right_one_is_not_compared_for_15_minutes() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    let authenticator = begins(&owner).await;
    let wrong = wrong_for(&authenticator);
    for left in (0..10).rev() {
        let said = match left {
            0 => "the last attempt for 15 minutes".to_owned(),
            1 => "1 attempt ".to_owned(),
            _ => format!("{left} attempts "),
        };
        gives(&owner, &wrong).await.shows(422, &said);
    }
    let page = gives(&owner, &authenticator.code().await).await;
    assert_eq!(page.status, 429);
    assert!((850..=930).contains(&page.retry_after()), "{}", page.retry_after());
    assert_eq!((app.database.number(WRONG), app.database.number(CONFIRMED)), (10, 0));
    assert_eq!((notices(&app, "wrong_codes"), notices(&app, "second_factor_rests")), (1, 1));
    assert_eq!((events(&app, "code_wrong"), events(&app, "codes_rest")), (10, 1));

    app.let_pass("14 minutes");
    all_are_fresh(&app);
    let authenticator = begins(&owner).await;
    assert_eq!(gives(&owner, &authenticator.code().await).await.status, 429);
    app.let_pass("1 minute");
    gives(&owner, &authenticator.code().await).await.shows(200, "Your backup codes");
    assert_eq!(app.database.number(WRONG), 0);
}

#[actix_web::test]
async fn tot_05_an_enrolment_belongs_to_the_session_that_began_it() {
    let app = TestApp::start().await;
    let person = people::sponsor();
    let owner = person.has_account(&app).await;
    let elsewhere = another_browser_of(&person, &app).await;
    let authenticator = begins(&owner).await;
    let code = authenticator.code().await;

    elsewhere.get(APP).await.redirects_to(OVERVIEW);
    gives(&elsewhere, &code).await.redirects_to(OVERVIEW);
    elsewhere.get(OVERVIEW).await.shows(200, "Please begin again");
    let stranger = people::sponsor().has_account(&app).await;
    gives(&stranger, &code).await.redirects_to(OVERVIEW);

    assert_eq!(
        (app.database.number(CONFIRMED), app.database.number("SELECT sum(wrong_second_factors) FROM users")),
        (0, 0)
    );
    gives(&owner, &code).await.shows(200, "Your backup codes");
}

#[actix_web::test]
async fn tot_05_an_enrolment_waits_ten_minutes() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    begins(&owner).await;
    app.let_pass("9 minutes 50 seconds");
    all_are_fresh(&app);
    let authenticator = Authenticator::reading(&owner.get(APP).await);
    app.let_pass("11 seconds");
    gives(&owner, &authenticator.code().await).await.redirects_to(OVERVIEW);
    owner.get(OVERVIEW).await.shows(200, "Please begin again");
    owner.get(APP).await.redirects_to(OVERVIEW);
    assert_eq!((app.database.number(CONFIRMED), app.database.number(WRONG)), (0, 0));
    assert_eq!(app.database.text(METHOD).as_deref(), Some("none"));
}

#[actix_web::test]
async fn tot_03_to_begin_again_makes_another_secret_and_the_one_before_confirms_nothing() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    let first = begins(&owner).await;
    let second = begins(&owner).await;
    let code = first.code().await;
    assert_ne!(code, second.code_of(0), "but for one time in a million");
    assert_eq!(gives(&owner, &code).await.status, 422);
    assert_eq!(app.database.count("totp_secrets"), 1);
    gives(&owner, &second.code().await).await.shows(200, "Your backup codes");
}

#[actix_web::test]
async fn tot_03_the_secret_is_ours_and_shown_only_while_it_is_set_up() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    for field in ["secret", "uri", "method"] {
        assert_eq!(owner.submit(APP, &[(field, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]).await.status, 400, "{field}");
    }
    assert_eq!(app.database.count("totp_secrets"), 0);

    let authenticator = begins(&owner).await;
    let page = owner.get(APP).await;
    let secret = secret_on(&page);
    assert_eq!((secret.len(), page.header("cache-control")), (32, Some("no-store")), "160 bits in base32");
    let done = gives(&owner, &authenticator.code().await).await;
    owner.get(APP).await.redirects_to(OVERVIEW);
    for page in [done, owner.get(OVERVIEW).await, owner.get("/account").await] {
        let squeezed: String = page.body.split_whitespace().collect();
        assert!(!squeezed.contains(&secret));
    }
}

#[actix_web::test]
async fn tot_04_no_secret_is_at_rest_and_one_that_was_moved_opens_nothing() {
    let app = TestApp::start().await;
    let (one, other) = (people::sponsor().has_account(&app).await, people::sponsor().has_account(&app).await);
    begins(&one).await;
    begins(&other).await;
    for browser in [&one, &other] {
        let secret = secret_on(&browser.get(APP).await);
        for kept in [app.database.dump(), app.log().join("\n")] {
            assert!(!kept.contains(&secret));
        }
    }
    app.database.run(
        "UPDATE totp_secrets AS t SET sealed_secret = o.sealed_secret FROM totp_secrets AS o WHERE o.user_id <> t.user_id",
    );
    let page = one.get(APP).await;
    assert_eq!(page.status, 500);
    assert!(!page.has(".secret"));
    assert!(app.logged("the secret of an authenticator app cannot be opened").await.contains("ERROR"));
}

#[actix_web::test]
async fn cry_01_a_secret_outlives_a_rotation_and_is_sealed_anew_in_passing() {
    let newer = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    let during = format!("{newer},{SECRET_KEY}");
    let mut app =
        TestApp::start_on(FakeTwilio::start(), Database::create(), "messaging", &[("LATCHKEY_SECRET_KEY", SECRET_KEY)])
            .await;
    let owner = Owner::with_app(&app).await;
    let key_id = "SELECT split_part(sealed_secret, '$', 2) FROM totp_secrets";
    let before = app.database.text(key_id).unwrap();

    for (process, keys) in [during.as_str(), newer].into_iter().enumerate() {
        app.start_another_instance_with(&[("LATCHKEY_SECRET_KEY", keys)]);
        let browser = app.browser_at(process + 1);
        owner.begins_in(&browser).await;
        browser.gives(&owner.app().code().await).await.redirects_to("/account");
        let_code_be_used_again(&app);
        assert_ne!(app.database.text(key_id).unwrap(), before, "{keys}");
    }
}

#[actix_web::test]
async fn aut_08_texts_are_switched_on_with_backup_codes_and_asking_again_changes_nothing() {
    let app = TestApp::start().await;
    let person = people::maid();
    let owner = person.has_account(&app).await;
    let elsewhere = another_browser_of(&person, &app).await;
    let page = owner.submit(SMS, &[]).await;
    page.shows(200, "Your codes come in texts now").shows(200, "Your backup codes");
    assert_eq!((backup_codes(&page).len(), app.database.count("two_factor_backup_codes")), (10, 10));
    assert!(owner.is_signed_in().await && !elsewhere.is_signed_in().await);
    assert_eq!((events(&app, "two_factor_by_sms"), notices(&app, "two_factor_on")), (1, 1));

    let epoch = app.database.number(EPOCH);
    owner.submit(SMS, &[]).await.redirects_to(OVERVIEW);
    assert_eq!((app.database.number(EPOCH), notices(&app, "two_factor_changed")), (epoch, 0));
    owner.get(OVERVIEW).await.shows(200, "On, with texts to");
    assert_eq!(app.database.text(METHOD).as_deref(), Some("sms"));
}

#[actix_web::test]
async fn phn_03_texts_need_a_number_that_is_not_contested() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    let contest = "UPDATE users SET phone_verified_at = NULL, phone_contested_at = now()";
    app.database.run(contest);
    owner.submit(SMS, &[]).await.redirects_to(OVERVIEW);
    owner.get(OVERVIEW).await.shows(200, "We cannot text you a code");
    assert_eq!(app.database.text(METHOD).as_deref(), Some("none"));
    // An app needs none, and nobody else is told of it.
    enrol_app(&app, &owner).await;
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE notice"), 0);
}

#[actix_web::test]
async fn phn_03_a_number_that_is_contested_at_the_same_moment_gets_no_texts_either() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    // The request has seen a proven number; what it waits for takes it away.
    let held = app.database.hold("UPDATE users SET phone_verified_at = NULL, phone_contested_at = now()");
    let switching = owner.clone();
    let answer = actix_web::rt::spawn(async move { switching.submit(SMS, &[]).await });
    app.database.waiting(1).await;
    held.keep();
    answer.await.unwrap().redirects_to(OVERVIEW);
    assert_eq!(app.database.text(METHOD).as_deref(), Some("none"));
    assert_eq!(app.database.count("two_factor_backup_codes"), 0);
    assert!(owner.is_signed_in().await, "nothing was changed, so nothing has ended");
}

#[actix_web::test]
async fn aut_08_changing_over_ends_the_other_method_and_keeps_the_backup_codes() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let hashes = "SELECT string_agg(code_hash::text, '' ORDER BY code_hash) FROM two_factor_backup_codes";
    let before = app.database.text(hashes);

    owner.browser.submit(SMS, &[]).await.redirects_to(OVERVIEW);
    owner.browser.get(OVERVIEW).await.shows(200, "Your codes come in texts now");
    assert_eq!((app.database.number(CONFIRMED), notices(&app, "two_factor_changed")), (0, 1));
    let authenticator = begins(&owner.browser).await;
    gives(&owner.browser, &authenticator.code().await).await.redirects_to(OVERVIEW);
    assert_eq!((app.database.number(CONFIRMED), notices(&app, "two_factor_changed")), (1, 2));
    assert_eq!(app.database.text(hashes), before);

    // Another app takes the place of the first, whose codes are worth nothing then.
    let newer = begins(&owner.browser).await;
    gives(&owner.browser, &newer.code().await).await.redirects_to(OVERVIEW);
    let_code_be_used_again(&app);
    assert_eq!(app.database.number(CONFIRMED), 1);
    let browser = owner.begins(&app).await;
    assert_eq!(browser.gives(&authenticator.code().await).await.status, 422);
    browser.gives(&newer.code().await).await.redirects_to("/account");
}

#[actix_web::test]
async fn b_8_whoever_changes_over_without_backup_codes_gets_new_ones() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    app.database.run("UPDATE two_factor_backup_codes SET used_at = now()");
    let codes = enable_sms(&owner.browser).await;
    assert_eq!((codes.len(), app.database.count("two_factor_backup_codes")), (10, 10));
}

#[actix_web::test]
async fn aut_08_switched_off_nothing_is_left_of_it() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let pending = owner.begins(&app).await;
    owner.browser.submit(OFF, &[]).await.redirects_to(OVERVIEW);
    owner.browser.get(OVERVIEW).await.shows(200, "Two-factor is off");
    assert_eq!((app.database.count("totp_secrets"), app.database.count("two_factor_backup_codes")), (0, 0));
    assert_eq!((events(&app, "two_factor_off"), notices(&app, "two_factor_off")), (1, 1));
    pending.gives(&owner.app().code().await).await.redirects_to("/login");
    assert!(!pending.is_signed_in().await, "a sign-in of before counts for nothing");
    another_browser_of(&owner.person, &app).await;

    let epoch = app.database.number(EPOCH);
    owner.browser.submit(OFF, &[]).await.redirects_to(OVERVIEW);
    assert_eq!((app.database.number(EPOCH), notices(&app, "two_factor_off")), (epoch, 1));
}

#[actix_web::test]
async fn aut_05_administrators_keep_their_app() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    app.database.run("UPDATE users SET role = 'administrator'");
    for path in [OFF, SMS] {
        owner.browser.submit(path, &[]).await.redirects_to(OVERVIEW);
        assert_eq!(app.database.text(METHOD).as_deref(), Some("app"), "{path}");
    }
    assert_eq!(app.database.number(CONFIRMED), 1);
}

#[actix_web::test]
async fn aut_08_owners_hear_of_changes_also_when_their_codes_are_used_up() {
    let app = TestApp::start().await;
    let person = people::sponsor();
    let owner = person.has_account(&app).await;
    app.database.run(
        "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, browser_id, stranger, state)
         SELECT gen_random_uuid(), 1, 'sign_in', phone_number, 'en', gen_random_uuid(), false, 'sent'
         FROM users, generate_series(1, 10)",
    );
    enrol_app(&app, &owner).await;
    owner.submit(SMS, &[]).await.redirects_to(OVERVIEW);
    owner.submit(OFF, &[]).await.redirects_to(OVERVIEW);
    app.texts_sent().await;
    let bodies: Vec<_> = app.twilio.messages_to(&person.phone).into_iter().map(|text| text.body).collect();
    for change in
        ["two-factor was switched on", "your sign-in codes now come another way", "two-factor was switched off"]
    {
        assert_eq!(bodies.iter().filter(|body| body.contains(change)).count(), 1, "{change}: {bodies:?}");
    }
}

#[actix_web::test]
async fn rec_07_every_change_asks_for_a_proof_first() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    let authenticator = begins(&owner).await;
    app.let_pass("6 minutes");
    let code = authenticator.code().await;
    gives(&owner, &code).await.redirects_to("/confirm?next=/account/two-factor/app");
    owner.get(APP).await.redirects_to("/confirm?next=/account/two-factor/app");
    owner.submit(SMS, &[]).await.redirects_to("/confirm?next=/account/two-factor");
    owner.submit(OFF, &[]).await.redirects_to("/confirm?next=/account/two-factor");
    owner.get(OVERVIEW).await.shows(200, "Off");
    assert_eq!((app.database.number(CONFIRMED), app.database.number(WRONG)), (0, 0));
}

/// One method, one secret, one set, and the set that was shown is the set that works.
async fn is_whole(app: &TestApp, person: &Person, pages: &[Page]) {
    assert_eq!((app.database.number(CONFIRMED), app.database.count("two_factor_backup_codes")), (1, 10));
    assert_eq!(app.database.text(METHOD).as_deref(), Some("app"));
    assert_eq!((events(app, "two_factor_by_app"), notices(app, "two_factor_on")), (1, 1));
    let shown: Vec<_> = pages.iter().map(backup_codes).filter(|codes| !codes.is_empty()).collect();
    assert_eq!(shown.len(), 1, "one set was shown");
    let browser = app.browser();
    person.signs_in(&browser).await.redirects_to("/login/verify");
    browser.gives_backup(&shown[0][0]).await.redirects_to("/account");
}

async fn one_first_code_in_eight_tabs(app: TestApp) {
    let person = people::sponsor();
    let owner = person.has_account(&app).await;
    let code = begins(&owner).await.code().await;
    let tabs = app.copies(&owner, 8);

    let pages = at_once(tabs.iter().map(|tab| gives(tab, &code))).await;

    nothing_broke(&app, &pages, &[200, 303]);
    assert_eq!(saying(&pages, "Your backup codes"), 1);
    is_whole(&app, &person, &pages).await;
}

#[actix_web::test]
async fn r_10_one_first_code_in_8_tabs_switches_on_once() {
    one_first_code_in_eight_tabs(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_one_first_code_in_8_tabs_at_two_processes_switches_on_once() {
    one_first_code_in_eight_tabs(app_with(2, &[]).await).await;
}

#[actix_web::test]
async fn r_10_two_apps_confirmed_in_two_browsers_that_meet_are_one() {
    let app = app_with(2, &[]).await;
    let person = people::sponsor();
    let one = person.has_account(&app).await;
    let other = another_browser_of(&person, &app).await.at(app.address_of(1));
    let (first, second) = (begins(&one).await, begins(&other).await);
    let (code, other_code) = (first.code().await, second.code().await);
    let (tab, other_tab) = (one.clone(), other.clone());
    let requests = vec![
        async move { gives(&tab, &code).await }.boxed_local(),
        async move { gives(&other_tab, &other_code).await }.boxed_local(),
    ];
    // The first has changed the account and is about to write that down; the second waits for the account.
    let pages = meet(&app, "LOCK TABLE activity IN EXCLUSIVE MODE", requests).await;

    nothing_broke(&app, &pages, &[200, 303]);
    assert_eq!(saying(&pages, "Your backup codes") + leading_to(&pages, OVERVIEW), 2);
    assert!(one.is_signed_in().await != other.is_signed_in().await, "one goes on");
    is_whole(&app, &person, &pages).await;
}

#[actix_web::test]
async fn r_10_beginning_in_many_tabs_at_once_leaves_one_secret_and_it_is_the_one_shown() {
    let app = app_with(2, &[]).await;
    let owner = people::sponsor().has_account(&app).await;
    let tabs = app.copies(&owner, 20);
    let pages = at_once(tabs.iter().map(|tab| tab.submit(APP, &[]))).await;
    nothing_broke(&app, &pages, &[303]);
    assert_eq!(app.database.count("totp_secrets"), 1);
    let authenticator = Authenticator::reading(&owner.get(APP).await);
    gives(&owner, &authenticator.code().await).await.shows(200, "Your backup codes");
}

#[actix_web::test]
async fn dat_03_enrolments_that_nobody_finished_are_removed() {
    let app = TestApp::start().await;
    begins(&people::sponsor().has_account(&app).await).await;
    let (_, _) = enrol_app(&app, &people::sponsor().has_account(&app).await).await;
    app.let_pass("10 minutes");
    let removed = app.tidy();
    assert!(removed.to_string().contains("enrolments=1"), "{removed}");
    assert_eq!((app.database.count("totp_secrets"), app.database.number(CONFIRMED)), (1, 1));
}
