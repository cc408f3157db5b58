//! Stopping what a text told of, with the code in it (PHN-01, PHN-03, REC-03, REC-08, S-8).

use diesel::{
    RunQueryDsl as _, sql_query,
    sql_types::{Binary, Text},
};
use latchkey::{
    crypto::keys::{KeyRing, KeyUse, SecretKey},
    domain::action_code::ActionCode,
    features::action_codes,
};

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    numbers::{change, change_to, column_of, long_code, notices_to, undo_code},
    owners::Owner,
    people::{self, Person},
};

const UNKNOWN: &str = "This code does not work.";

async fn somebody(app: &TestApp) -> (Person, Browser) {
    let person = people::sponsor();
    let browser = person.has_account(app).await;
    (person, browser)
}

/// Signs in anew, which makes the browser fresh.
async fn signed_in(app: &TestApp, person: &Person) -> Browser {
    let browser = app.browser();
    person.signs_in(&browser).await.redirects_to("/account");
    browser
}

fn number_of(app: &TestApp, person: &Person) -> String {
    column_of(app, &person.email, "phone_number").unwrap()
}

fn events(app: &TestApp, event: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) FROM activity WHERE event = '{event}'"))
}

/// A code that no text carried yet, made as the program makes one.
fn insert_code(app: &TestApp, person: &Person, act: &str) -> String {
    let code = ActionCode::generate();
    let ring = KeyRing::derive(&SecretKey::for_development(), KeyUse::ActionCode);
    sql_query(
        "INSERT INTO action_codes (id, user_id, act, phone_number, code_hash, expires_at)
         SELECT gen_random_uuid(), id, $2, phone_number, $3, now() + interval '7 days' FROM users WHERE email = $1",
    )
    .bind::<Text, _>(&person.email)
    .bind::<Text, _>(act)
    .bind::<Binary, _>(action_codes::hash(&ring, &code))
    .execute(&mut app.database.connect())
    .unwrap();
    code.grouped()
}

/// Begins to set a password by text; where the account makes it wait, the wait begins.
async fn begins_reset(app: &TestApp, phone: &str) -> (Browser, Page) {
    let browser = app.browser();
    let number = [("country", "ET"), ("phone", phone)];
    browser.submit("/password-reset", &number).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(phone).await;
    let page = browser.submit("/password-reset/verify", &[("code", &code)]).await;
    (browser, page)
}

#[track_caller]
fn refuses(page: &Page, message: &str) {
    assert_eq!((page.status.as_u16(), page.focused().as_deref()), (422, Some("code")), "{}", page.text());
    assert!(page.error_of("code").unwrap().starts_with(message), "{}", page.text());
    assert_eq!(page.attribute("#code", "value"), None, "a code is never shown again");
}

#[actix_web::test]
async fn phn_01_the_number_before_undoes_a_change_and_everybody_is_signed_out() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (salma, browser) = (&owner.person, &owner.browser);
    let there = change(&app, browser).await;
    let trusted = owner.trusts_a_browser(&app).await;
    let undo = undo_code(&app, &salma.phone).await;

    let anybody = app.browser();
    anybody.get("/stop").await.shows(200, "Stop a change");
    anybody.stops(&undo.to_lowercase().replace('-', " ")).await.redirects_to("/login");

    anybody.get("/login").await.shows(200, "The change is undone");
    assert_eq!(number_of(&app, salma), salma.phone);
    let row = "phone_verified_at IS NOT NULL AND phone_changed_at > now() - interval '1 minute'";
    assert_eq!(column_of(&app, &salma.email, row).as_deref(), Some("true"));
    assert!(!browser.is_signed_in().await && !trusted.is_signed_in().await && !anybody.is_signed_in().await);
    owner.begins_in(&trusted).await;
    assert_eq!(events(&app, "phone_restored"), 1);
    app.texts_sent().await;
    for phone in [&salma.phone, &there] {
        assert_eq!(notices_to(&app, phone, "phone_restored"), 1, "{phone}");
    }
    refuses(&anybody.stops(&undo).await, UNKNOWN);
    people::signs_in_as(&app.browser(), &there, &salma.password).await.shows(422, "");
}

#[actix_web::test]
async fn rec_08_a_number_that_came_back_sets_no_password_for_72_hours() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    let there = change(&app, &browser).await;
    app.let_pass("4 days");
    let undo = undo_code(&app, &salma.phone).await;
    app.browser().stops(&undo).await.redirects_to("/login");
    begins_reset(&app, &salma.phone).await.1.redirects_to("/password-reset/wait");
    // The newer number is nobody's now.
    let number = [("country", "ET"), ("phone", there.as_str())];
    app.browser().submit("/password-reset", &number).await.redirects_to("/password-reset/verify");
    app.let_pass("73 hours");
    begins_reset(&app, &salma.phone).await.1.redirects_to("/password-reset/password");
}

#[actix_web::test]
async fn phn_01_a_change_can_be_undone_for_seven_days() {
    let app = TestApp::start().await;
    for (passes, works) in [("6 days 23 hours", true), ("7 days", false)] {
        let (salma, browser) = somebody(&app).await;
        let there = change(&app, &browser).await;
        let undo = undo_code(&app, &salma.phone).await;
        app.let_pass(passes);
        let page = app.browser().stops(&undo).await;
        if works {
            page.redirects_to("/login");
        } else {
            refuses(&page, UNKNOWN);
        }
        assert_eq!(number_of(&app, &salma), if works { salma.phone.clone() } else { there });
    }
}

#[actix_web::test]
async fn phn_03_a_number_that_somebody_has_proven_meanwhile_does_not_come_back() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    let there = change(&app, &browser).await;
    let undo = undo_code(&app, &salma.phone).await;
    let holder = people::maid().at(&salma.phone);
    app.let_pass("2 hours");
    holder.has_account(&app).await;

    let page = app.browser().stops(&undo).await;
    page.shows(422, "This number belongs to another account now").shows(422, "Sign in");
    assert_eq!(number_of(&app, &salma), there);
    assert!(browser.is_signed_in().await);
    assert_eq!(events(&app, "phone_restored"), 0);
    let holders = format!("SELECT count(*) FROM users WHERE phone_number = '{}'", salma.phone);
    assert_eq!(app.database.number(&holders), 1);
    // What happens to the account is no news for that phone any more.
    begins_reset(&app, &there).await.1.redirects_to("/password-reset/wait");
    app.texts_sent().await;
    let told = |phone: &str| notices_to(&app, phone, "reset_waits");
    assert_eq!((told(&there), told(&salma.phone)), (1, 0));
}

#[actix_web::test]
async fn phn_01_the_number_that_was_left_first_counts_most() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    let second = change(&app, &browser).await;
    let third = change(&app, &browser).await;
    let (first_code, second_code) = (undo_code(&app, &salma.phone).await, undo_code(&app, &second).await);
    assert_eq!(number_of(&app, &salma), third);

    // The second comes back, and the first still can.
    app.browser().stops(&second_code).await.redirects_to("/login");
    assert_eq!(number_of(&app, &salma), second);
    let fourth = change(&app, &signed_in(&app, &salma).await).await;
    let newer_code = undo_code(&app, &second).await;
    app.browser().stops(&first_code).await.redirects_to("/login");
    assert_eq!(number_of(&app, &salma), salma.phone);
    for code in [&newer_code, &second_code, &first_code] {
        refuses(&app.browser().stops(code).await, UNKNOWN);
    }
    app.texts_sent().await;
    assert_eq!((notices_to(&app, &fourth, "phone_restored"), notices_to(&app, &third, "phone_restored")), (1, 1));
}

#[actix_web::test]
async fn phn_01_changing_back_and_forth_takes_no_undo_away_from_the_first_number() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    let thiefs = change(&app, &browser).await;
    let first_code = undo_code(&app, &salma.phone).await;
    change_to(&app, &browser, &salma.phone).await;
    let back = undo_code(&app, &thiefs).await;
    app.browser().stops(&back).await.redirects_to("/login");
    assert_eq!(number_of(&app, &salma), thiefs);
    app.browser().stops(&first_code).await.redirects_to("/login");
    assert_eq!(number_of(&app, &salma), salma.phone);
}

#[actix_web::test]
async fn a_contested_account_gets_an_older_number_back_and_the_lost_one_hears_nothing() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    let lost = change(&app, &browser).await;
    let undo = undo_code(&app, &salma.phone).await;
    app.let_pass("2 hours");
    let (_, others) = somebody(&app).await;
    change_to(&app, &others, &lost).await;
    app.browser().stops(&undo).await.redirects_to("/login");
    assert_eq!(number_of(&app, &salma), salma.phone);
    app.texts_sent().await;
    assert_eq!(notices_to(&app, &lost, "phone_restored"), 0);
    assert_eq!(app.database.number("SELECT count(*) FROM users WHERE phone_verified_at IS NULL"), 0);
}

#[actix_web::test]
async fn rec_08_a_reset_that_waits_is_stopped_and_one_that_was_granted_is_over() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    let there = change(&app, &browser).await;
    let (waiting, page) = begins_reset(&app, &there).await;
    page.redirects_to("/password-reset/wait");
    let stop = long_code(&app, &there, "can set your password").await;
    let other = long_code(&app, &salma.phone, "can set your password").await;
    app.let_pass("73 hours");
    let (granted, page) = begins_reset(&app, &there).await;
    page.redirects_to("/password-reset/password");
    let before = column_of(&app, &salma.email, "password_hash");

    let anybody = app.browser();
    anybody.stops(&stop).await.redirects_to("/login");
    anybody.get("/login").await.shows(200, "It is stopped");

    let new = [("password", "copper lantern under nine")];
    granted.submit("/password-reset/password", &new).await.redirects_to("/password-reset");
    waiting.get("/password-reset/wait").await.redirects_to("/password-reset");
    assert_eq!(column_of(&app, &salma.email, "password_hash"), before);
    assert_eq!(column_of(&app, &salma.email, "objected_at IS NOT NULL").as_deref(), Some("true"));
    assert_eq!(events(&app, "reset_stopped"), 1);
    assert!(browser.is_signed_in().await, "an objection proves nothing and ends no session");
    for code in [&stop, &other] {
        refuses(&anybody.stops(code).await, UNKNOWN);
    }
}

#[actix_web::test]
async fn rec_08_after_an_objection_the_whole_wait_begins_again() {
    let app = TestApp::start().await;
    let (salma, _) = somebody(&app).await;
    app.let_pass("200 days");
    begins_reset(&app, &salma.phone).await.1.redirects_to("/password-reset/wait");
    let stop = long_code(&app, &salma.phone, "can set your password").await;
    app.let_pass("71 hours");
    app.browser().stops(&stop).await.redirects_to("/login");
    app.let_pass("2 hours");
    begins_reset(&app, &salma.phone).await.1.redirects_to("/password-reset/wait");
    app.let_pass("71 hours");
    begins_reset(&app, &salma.phone).await.1.redirects_to("/password-reset/wait");
    app.let_pass("2 hours");
    begins_reset(&app, &salma.phone).await.1.redirects_to("/password-reset/password");
}

#[actix_web::test]
async fn rec_03_a_recovery_is_stopped_from_any_number_that_was_told_before_and_after_its_code_has_come() {
    let app = TestApp::start().await;
    for code_has_come in [false, true] {
        let (salma, _) = somebody(&app).await;
        let there = people::new_phone();
        app.starts_recovery(&salma.email, &there);
        app.all_due_are_sent().await;
        let from = if code_has_come { &salma.phone } else { &there };
        let (stop, other) = (app.stop_codes_to(from).remove(0), app.stop_codes_to(&salma.phone).remove(0));
        let mut worthless = vec![stop.clone(), other];
        let recovering = app.browser();
        if code_has_come {
            app.ends_the_wait_of_recoveries();
            let recover = app.recovery_code_to(&there).await;
            let page = app.browser().stops(&recover).await;
            page.shows(422, "This code stops nothing");
            assert!(page.has("main a[href='/recovery']"));
            recovering.submit("/recovery", &[("code", &recover)]).await.redirects_to("/recovery/password");
            worthless.push(recover);
        }
        let before = column_of(&app, &salma.email, "password_hash");

        app.browser().stops(&stop).await.redirects_to("/login");
        let of_salma = format!("user_id = (SELECT id FROM users WHERE email = '{}')", salma.email);
        let cancelled = format!("recoveries WHERE cancelled_by IS NOT NULL AND {of_salma}");
        assert_eq!(
            (app.database.count(&cancelled), app.database.count(&format!("recoveries WHERE {of_salma}"))),
            (1, 1)
        );
        assert_eq!(app.database.count(&format!("activity WHERE event = 'recovery_stopped' AND {of_salma}")), 1);
        recovering.submit("/recovery/password", &[("password", "copper lantern under nine")]).await;
        assert_eq!(column_of(&app, &salma.email, "password_hash"), before);
        for code in &worthless {
            refuses(&app.browser().stops(code).await, UNKNOWN);
        }
        app.let_pass("73 hours");
        app.all_due_are_sent().await;
        assert_eq!(app.recovery_codes_to(&there).len(), usize::from(code_has_come));
    }
}

#[actix_web::test]
async fn what_is_no_code_costs_no_try_and_an_unknown_one_says_no_more_than_a_used_one() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for typed in ["", "   ", "123456", "7KQ2-M9XD-4HTR-W6P", "7KQ2-M9XD-4HTR-W6PAA", "7KQ2-M9XD-4HTR-W6P!"] {
        let expected = if typed.trim().is_empty() { "Please enter the code." } else { "This code has 16 letters" };
        refuses(&browser.stops(typed).await, expected);
    }
    assert_eq!(app.database.count("throttles"), 0);
    refuses(&browser.stops("7KQ2-M9XD-4HTR-W6PA").await, UNKNOWN);
    assert_eq!(app.database.count("throttles"), 1);
}

#[actix_web::test]
async fn l_3_an_address_tries_20_long_codes_in_an_hour_and_the_right_one_after_that_waits() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let (salma, browser) = somebody(&app).await;
    change(&app, &browser).await;
    let undo = undo_code(&app, &salma.phone).await;
    // Of one /64, which counts as one address.
    let guessers = app.browsers(30).into_iter().enumerate();
    let guessers = guessers.map(|(place, browser)| browser.from(&format!("2001:db8:7:1::{place:x}")));
    let guessers: Vec<_> = guessers.collect();
    let pages = at_once(guessers.iter().map(|browser| browser.stops("7KQ2-M9XD-4HTR-W6PA"))).await;
    nothing_broke(&app, &pages, &[422, 429]);
    assert_eq!(saying(&pages, UNKNOWN), 20);
    assert_eq!(app.database.number("SELECT count(*) FROM throttles WHERE rule = 'action_code_tried'"), 20);

    let late = guessers[0].stops(&undo).await;
    late.shows(429, "Please wait a little");
    assert!((3500..=3630).contains(&late.retry_after()), "{}", late.retry_after());
    assert!(late.has("a[href='/stop']"));
    assert_ne!(number_of(&app, &salma), salma.phone);
    app.let_pass("59 minutes");
    assert_eq!(guessers[0].stops(&undo).await.status, 429);
    app.let_pass("1 minute");
    guessers[0].stops(&undo).await.redirects_to("/login");
}

#[actix_web::test]
async fn l_3_others_are_not_kept_waiting_by_one_who_guesses() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    change(&app, &browser).await;
    let undo = undo_code(&app, &salma.phone).await;
    let guesser = app.browser();
    for _ in 0..20 {
        refuses(&guesser.stops("7KQ2-M9XD-4HTR-W6PA").await, UNKNOWN);
    }
    assert_eq!(guesser.stops(&undo).await.status, 429);
    app.browser().stops(&undo).await.redirects_to("/login");
}

#[actix_web::test]
async fn r_1_of_50_who_enter_one_code_at_once_one_undoes_the_change() {
    let app = app_with(2, &[]).await;
    let (salma, browser) = somebody(&app).await;
    change(&app, &browser).await;
    let undo = undo_code(&app, &salma.phone).await;
    let pages = at_once(app.browsers(50).iter().map(|browser| browser.stops(&undo))).await;
    nothing_broke(&app, &pages, &[303, 422]);
    assert_eq!((leading_to(&pages, "/login"), saying(&pages, UNKNOWN)), (1, 49));
    assert_eq!((events(&app, "phone_restored"), notices_to(&app, &salma.phone, "phone_restored")), (1, 1));
}

/// Two requests at the account's row, in this order.
async fn at_the_account(
    app: &TestApp,
    person: &Person,
    first: (&Browser, &str, &str),
    second: (&Browser, &str, &str),
) -> Vec<Page> {
    let hold = format!("SELECT FROM users WHERE email = '{}' FOR UPDATE", person.email);
    let requests = [first, second].map(|(browser, path, code)| {
        let (browser, path, code) = (browser.fork(), path.to_owned(), code.to_owned());
        async move { browser.submit(&path, &[("code", &code)]).await }
    });
    let pages = meet(app, &hold, requests.into_iter().collect()).await;
    nothing_broke(app, &pages, &[303, 422]);
    pages
}

#[actix_web::test]
async fn r_7_two_codes_of_one_account_at_once_end_in_one_order_or_the_other() {
    let app = TestApp::start().await;
    for first_goes_first in [true, false] {
        let (salma, browser) = somebody(&app).await;
        let second = change(&app, &browser).await;
        change(&app, &browser).await;
        let codes = [undo_code(&app, &salma.phone).await, undo_code(&app, &second).await];
        let anybody = [app.browser(), app.browser()];
        let [one, two] = [0, 1].map(|place| (&anybody[place], "/stop", codes[place].as_str()));
        let (early, late) = if first_goes_first { (one, two) } else { (two, one) };
        let pages = at_the_account(&app, &salma, early, late).await;
        assert_eq!(leading_to(&pages, "/login"), if first_goes_first { 1 } else { 2 });
        assert_eq!(number_of(&app, &salma), salma.phone, "first goes first: {first_goes_first}");
    }
}

#[actix_web::test]
async fn r_7_undoing_against_another_change_leaves_the_number_of_whoever_came_last_or_alone() {
    let app = TestApp::start().await;
    for undo_first in [true, false] {
        let (salma, browser) = somebody(&app).await;
        change(&app, &browser).await;
        let undo = undo_code(&app, &salma.phone).await;
        let another = people::new_phone();
        browser.wants_number(&another).await.redirects_to("/account/phone/verify");
        let code = app.twilio.next_code_to(&another).await;
        let anybody = app.browser();
        let (stop, go_on) = ((&anybody, "/stop", undo.as_str()), (&browser, "/account/phone/verify", code.as_str()));
        if undo_first {
            at_the_account(&app, &salma, stop, go_on).await;
        } else {
            at_the_account(&app, &salma, go_on, stop).await;
        }
        // A change that was begun before the undoing dies with it; one that came before it is undone too.
        assert_eq!(number_of(&app, &salma), salma.phone, "undo first: {undo_first}");
        assert!(!browser.is_signed_in().await);
    }
}

#[actix_web::test]
async fn r_7_an_objection_against_the_new_password_ends_in_one_order_or_the_other() {
    let app = TestApp::start().await;
    for stop_first in [true, false] {
        let (salma, _) = somebody(&app).await;
        app.let_pass("200 days");
        begins_reset(&app, &salma.phone).await.1.redirects_to("/password-reset/wait");
        let stop = long_code(&app, &salma.phone, "can set your password").await;
        app.let_pass("73 hours");
        let (granted, page) = begins_reset(&app, &salma.phone).await;
        page.redirects_to("/password-reset/password");
        let before = column_of(&app, &salma.email, "password_hash");
        let anybody = app.browser();
        let object = async { anybody.stops(&stop).await };
        let set =
            async { granted.submit("/password-reset/password", &[("password", "copper lantern under nine")]).await };
        let pages = if stop_first {
            let object = object.await;
            vec![object, set.await]
        } else {
            let (set, object) = futures_util::future::join(set, object).await;
            vec![object, set]
        };
        nothing_broke(&app, &pages, &[303]);
        let is_set = pages[1].location() == Some("/login");
        assert_eq!(column_of(&app, &salma.email, "password_hash") != before, is_set);
        assert!(!stop_first || !is_set);
    }
}

#[actix_web::test]
async fn a_disabled_account_has_no_code_that_works() {
    let app = TestApp::start().await;
    let (salma, browser) = somebody(&app).await;
    let there = change(&app, &browser).await;
    let undo = undo_code(&app, &salma.phone).await;
    let stop = insert_code(&app, &salma, "stop_reset");
    app.database.run("UPDATE users SET status = 'disabled'");
    for code in [&undo, &stop] {
        refuses(&app.browser().stops(code).await, UNKNOWN);
    }
    assert_eq!(number_of(&app, &salma), there);
    app.database.run("UPDATE users SET status = 'active'");
    app.browser().stops(&undo).await.redirects_to("/login");
}

#[actix_web::test]
async fn p_1_the_code_of_a_text_fits_no_other_page() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    change(&app, &owner.browser).await;
    let undo = undo_code(&app, &owner.person.phone).await;
    let pending = owner.begins(&app).await;
    pending.gives_backup(&undo).await.shows(422, "This backup code does not work.");
    refuses(&app.browser().stops(&owner.backup_codes[0]).await, UNKNOWN);
    assert_eq!(owner.backup_codes_left(&app), 10);
    app.browser().stops(&undo).await.redirects_to("/login");
}
