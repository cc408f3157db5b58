//! Leaving: two weeks to think, and then nothing is left that says a name (DAT-03, SES-10).

use std::time::Duration;

use latchkey::{
    crypto::keys::{KeyRing, KeyUse, SecretKey},
    domain::action_code::ActionCode,
    features::action_codes,
};

use crate::{
    enumeration::seen,
    support::{
        TestApp, at_once,
        authenticator::enable_sms,
        browser::{Browser, Page},
        crowd::nothing_broke,
        everything::{ABOUT, REASON, of_everything},
        owners::Owner,
        people::{self, Person, WRONG_PASSWORD, signs_in_as},
    },
};

const DELETE: &str = "/account/delete";
const CANCEL: &str = "/account/delete/cancel";
const PENDING: &str = "SELECT count(*) FROM users WHERE deletion_due_at > now()";

async fn asks(browser: &Browser, password: &str) -> Page {
    browser.submit(DELETE, &[("password", password)]).await
}

/// Somebody who has asked for the deletion of their account, in a browser that is signed out now.
async fn on_the_way_out(app: &TestApp) -> (Person, Browser) {
    let person = people::sponsor();
    let browser = person.has_account(app).await;
    asks(&browser, &person.password).await.redirects_to("/login");
    (person, browser)
}

async fn resets(browser: &Browser, phone: &str) -> Page {
    browser.submit("/password-reset", &[("country", "ET"), ("phone", phone)]).await
}

/// As if the day had come this moment.
fn let_the_day_come(app: &TestApp) {
    app.database.run("UPDATE users SET deletion_due_at = now() WHERE deletion_due_at IS NOT NULL");
}

#[actix_web::test]
async fn the_owner_asks_is_out_everywhere_hears_of_it_and_can_stay() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let (browser, elsewhere) = (salma.has_account(&app).await, app.browser());
    salma.signs_in(&elsewhere).await.redirects_to("/account");
    browser.get(DELETE).await.shows(200, "For 14 days nothing is lost").shows(200, "Delete my account");

    asks(&browser, &salma.password).await.redirects_to("/login");
    browser.get("/login").await.shows(200, "Your account will be deleted").shows(200, "Sign in within 14 days");
    for out in [&browser, &elsewhere] {
        out.get("/account").await.redirects_to("/login");
    }
    app.database
        .becomes("SELECT count(*) FROM sms_messages WHERE kind = 'deletion_requested' AND state = 'sent'", 1)
        .await;
    let told = app.twilio.messages_to(&salma.phone).pop().unwrap();
    assert!(told.body.contains("will be deleted in 14 days") && told.body.contains("Sign in and keep it"));

    app.let_pass("13 days 23 hours");
    app.tidy();
    salma.signs_in(&browser).await.redirects_to("/account");
    for page in ["/account", "/account/data", DELETE] {
        let page = browser.get(page).await;
        page.shows(200, "Your account will be deleted on");
        assert!(page.has(&format!("form[action='{CANCEL}'] button")));
    }
    browser.submit(CANCEL, &[]).await.redirects_to("/account");
    let page = browser.get("/account").await;
    page.shows(200, "Your account stays").shows(200, "Nothing was deleted");
    assert!(!page.has(&format!("form[action='{CANCEL}']")));
    let events = "SELECT string_agg(event, ' ' ORDER BY id) FROM activity";
    let events = app.database.text(events).unwrap();
    assert!(events.ends_with("deletion_requested signed_in deletion_cancelled"), "{events}");

    app.let_pass("2 days");
    app.tidy();
    browser.get("/account").await.shows(200, "Hello, Salma");
    assert_eq!(app.database.number(PENDING), 0);
}

#[actix_web::test]
async fn l_7_a_wrong_password_deletes_nothing_and_is_counted_with_the_confirmations() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let page = asks(&browser, WRONG_PASSWORD).await;
    page.shows(422, "This is not your password");
    assert_eq!(page.focused().as_deref(), Some("password"));
    assert!(page.attribute("input[name=password]", "value").is_none());
    asks(&browser, "").await.shows(422, "Please enter your password");
    for _ in 0..3 {
        browser.submit("/confirm", &[("password", WRONG_PASSWORD)]).await.shows(422, "This is not your password");
    }
    asks(&browser, WRONG_PASSWORD).await.shows(422, "This is not your password");
    let page = asks(&browser, &salma.password).await;
    page.shows(429, "Please wait a little");
    assert!(page.retry_after() >= 30 && page.has(&format!("a[href='{DELETE}']")));
    assert_eq!(app.database.number(PENDING), 0);
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'password_wrong'"), 5);
    app.let_pass("31 seconds");
    asks(&browser, &salma.password).await.redirects_to("/login");
}

#[actix_web::test]
async fn rec_07_without_a_fresh_proof_the_page_leads_to_it_and_the_form_changes_nothing() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    app.let_pass("6 minutes");
    let page = browser.get(DELETE).await;
    page.shows(200, "Nobody can bring it back");
    assert!(
        page.has("a.button[href='/confirm?next=/account/delete']") && !page.has(&format!("form[action='{DELETE}']"))
    );
    let before = app.database.dump();
    asks(&browser, &salma.password).await.redirects_to("/confirm?next=/account/delete");
    assert_eq!(app.database.dump(), before);
    let proof = [("password", salma.password.as_str()), ("next", DELETE)];
    browser.submit("/confirm", &proof).await.redirects_to(DELETE);
    asks(&browser, &salma.password).await.redirects_to("/login");
}

#[actix_web::test]
async fn dev_03_with_two_factor_on_keeping_the_account_takes_the_second_factor_on_a_trusted_device_too() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let trusted = owner.trusts_a_browser(&app).await;
    let pending = owner.begins(&app).await;
    asks(&trusted, &owner.person.password).await.redirects_to("/login");
    let code = owner.app().code().await;
    pending.gives(&code).await.redirects_to("/login");
    owner.person.signs_in(&trusted).await.redirects_to("/login/verify");
    trusted.submit(CANCEL, &[]).await.redirects_to("/login?next=/account/delete");
    assert_eq!(app.database.number(PENDING), 1);
    trusted.gives(&code).await.redirects_to("/account");
    trusted.submit(CANCEL, &[]).await.redirects_to("/account");
    assert_eq!(app.database.number(PENDING), 0);
}

#[actix_web::test]
async fn while_an_account_waits_to_be_deleted_all_else_works() {
    let app = TestApp::start().await;
    let (salma, browser) = on_the_way_out(&app).await;
    resets(&browser, &salma.phone).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&salma.phone).await;
    browser.submit("/password-reset/verify", &[("code", &code)]).await.redirects_to("/password-reset/password");
    let password = "copper lantern under nine";
    browser.submit("/password-reset/password", &[("password", password)]).await.redirects_to("/login");
    assert_eq!(app.database.number(PENDING), 1, "a new password proves nothing about staying");
    signs_in_as(&browser, &salma.email, password).await.redirects_to("/account");
    enable_sms(&browser).await;
    browser.get("/account").await.shows(200, "Your account will be deleted on");
}

#[actix_web::test]
async fn asking_twice_or_for_nothing_leads_to_the_right_place() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    browser.submit(CANCEL, &[]).await.redirects_to("/account");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'deletion_cancelled'"), 0);
    let clicks = (0..4).map(|_| {
        let browser = browser.fork();
        let password = salma.password.clone();
        async move { asks(&browser, &password).await }
    });
    let pages = at_once(clicks).await;
    nothing_broke(&app, &pages, &[303]);
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE kind = 'deletion_requested'"), 1);
    let due = "SELECT deletion_due_at FROM users";
    let before = app.database.text(due);
    salma.signs_in(&browser).await.redirects_to("/account");
    asks(&browser, &salma.password).await.redirects_to(DELETE);
    assert_eq!(app.database.text(due), before, "asking again gives no more time");
}

#[actix_web::test]
async fn a_6_an_administrators_account_is_not_deleted_here() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    app.database.run("UPDATE users SET role = 'administrator', two_factor_method = 'app'");
    let page = browser.get(DELETE).await;
    page.shows(200, "An administrator’s account cannot be deleted here");
    assert!(!page.has("main form"));
    asks(&browser, &salma.password).await.redirects_to(DELETE);
    assert_eq!(app.database.number(PENDING), 0);
}

/// A number that was left a few days ago may be where the owner still is.
#[actix_web::test]
async fn aut_06_the_numbers_that_the_account_left_hear_of_it_too() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let before = people::new_phone();
    app.database.run(&format!(
        "INSERT INTO action_codes (id, user_id, act, phone_number, expires_at)
         SELECT id, id, 'undo_phone_change', '{before}', now() + interval '6 days' FROM users"
    ));
    asks(&browser, &salma.password).await.redirects_to("/login");
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending')", 0).await;
    for phone in [&salma.phone, &before] {
        assert!(app.twilio.messages_to(phone).pop().unwrap().body.contains("will be deleted"), "{phone}");
    }
}

#[actix_web::test]
async fn e_1_strangers_cannot_tell_that_an_account_waits_to_be_deleted_nor_that_its_day_has_come() {
    let app = TestApp::start().await;
    let kept = people::sponsor();
    kept.has_account(&app).await;
    let (waiting, _) = on_the_way_out(&app).await;
    let (gone, _) = on_the_way_out(&app).await;
    let nobody = people::sponsor();
    // What they were sent is long ago.
    app.let_pass("25 hours");
    app.database.run(&format!("UPDATE users SET deletion_due_at = now() WHERE email = '{}'", gone.email));

    let all = [&kept, &waiting, &gone, &nobody];
    let same = |what: &str, pages: Vec<Page>| {
        let seen: Vec<_> = all.iter().zip(&pages).map(|(person, page)| seen(page, person)).collect();
        assert!(seen.iter().all(|one| *one == seen[0]), "{what}: {seen:#?}");
    };
    for (what, by_phone) in [("by email", false), ("by number", true)] {
        let mut pages = Vec::new();
        for person in all {
            let identifier = if by_phone { &person.phone } else { &person.email };
            pages.push(signs_in_as(&app.browser(), identifier, WRONG_PASSWORD).await);
        }
        same(what, pages);
    }
    let (mut asked, mut shown, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for person in all {
        let browser = app.browser();
        asked.push(resets(&browser, &person.phone).await);
        shown.push(browser.get("/password-reset/verify").await);
        refused.push(browser.submit("/password-reset/verify", &[("code", "000000")]).await);
    }
    same("reset", asked);
    same("reset's code", shown);
    same("wrong code", refused);
    let mut pages = Vec::new();
    for person in all {
        pages.push(app.browser().submit("/register", &person.fields()).await);
    }
    same("registration", pages);
}

#[actix_web::test]
async fn from_the_moment_of_its_day_an_account_is_nobodys_before_housekeeping_comes() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    asks(&browser, &salma.password).await.redirects_to("/login");
    salma.signs_in(&browser).await.redirects_to("/account");
    let resetting = app.browser();
    resets(&resetting, &salma.phone).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&salma.phone).await;
    let granted = app.browser();
    app.let_pass("25 hours");
    resets(&granted, &salma.phone).await.redirects_to("/password-reset/verify");
    let other = app.twilio.next_code_to(&salma.phone).await;
    granted.submit("/password-reset/verify", &[("code", &other)]).await.redirects_to("/password-reset/password");
    assert_ne!(code, "");

    let_the_day_come(&app);

    assert_eq!(app.database.count("users"), 1, "nobody has tidied up yet");
    browser.get("/account").await.redirects_to("/login");
    browser.submit(CANCEL, &[]).await.redirects_to("/login?next=/account/delete");
    for identifier in [&salma.email, &salma.phone] {
        signs_in_as(&app.browser(), identifier, &salma.password).await.shows(422, "That does not fit");
    }
    granted
        .submit("/password-reset/password", &[("password", "copper lantern under nine")])
        .await
        .redirects_to("/password-reset");
    let sent = app.texts_sent().await;
    resets(&app.browser(), &salma.phone).await.redirects_to("/password-reset/verify");
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'withheld'", 1).await;
    assert_eq!(app.texts_sent().await, sent, "there is nobody to send it to");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'password_wrong'"), 0);
}

#[actix_web::test]
async fn the_second_step_and_a_long_code_end_with_the_accounts_day() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    asks(&owner.browser, &owner.person.password).await.redirects_to("/login");
    let pending = owner.begins(&app).await;
    let long_code = ActionCode::generate();
    let ring = KeyRing::derive(&SecretKey::for_development(), KeyUse::ActionCode);
    let hash: String = action_codes::hash(&ring, &long_code).iter().map(|byte| format!("{byte:02x}")).collect();
    app.database.run(&format!(
        "INSERT INTO action_codes (id, user_id, act, phone_number, code_hash, expires_at)
         SELECT id, id, 'stop_reset', phone_number, decode('{hash}', 'hex'), now() + interval '6 days' FROM users"
    ));
    let finds = || {
        let hashes = action_codes::hashes(&ring, &long_code);
        action_codes::store::find_live(&mut app.database.connect(), hashes).unwrap().is_some()
    };
    assert!(finds());
    pending.get("/login/verify").await.shows(200, "Enter your sign-in code");
    let_the_day_come(&app);
    assert!(!finds());
    pending.gives(&owner.app().code().await).await.redirects_to("/login");
    assert!(!pending.is_signed_in().await);
}

/// Whoever comes in the seconds between the day and housekeeping finds number and email address free.
#[actix_web::test]
async fn phn_01_number_and_email_of_an_account_whose_day_has_come_are_free() {
    let app = TestApp::start().await;
    let (salma, _) = on_the_way_out(&app).await;
    app.let_pass("25 hours");
    let_the_day_come(&app);
    let browser = app.browser();
    browser.submit("/register", &salma.fields()).await.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&salma.phone).await;
    let text = app.twilio.messages_to(&salma.phone).pop().unwrap();
    assert!(text.body.starts_with("Your Latchkey verification code"), "{}", text.body);
    browser.enters(&code).await.redirects_to("/account");
    assert_eq!(app.database.count("users"), 2);
    app.tidy();
    assert_eq!(app.database.count("users"), 1);
    browser.get("/account").await.shows(200, "Hello, Salma");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'number_contested'"), 0);
}

#[actix_web::test]
async fn dat_03_what_is_deleted_is_gone_and_what_happened_says_nobodys_name() {
    let app = TestApp::start().await;
    let other = of_everything(&app).await;
    let owner = of_everything(&app).await;
    let (email, phone) = (&owner.person.email, &owner.person.phone);
    let id = app.database.text(&format!("SELECT id FROM users WHERE email = '{email}'")).unwrap();
    let others = |table: &str| {
        let sql = format!(
            "SELECT string_agg(t::text, E'\\n' ORDER BY t::text) FROM {table} AS t
             WHERE user_id = (SELECT id FROM users WHERE email = '{}')",
            other.person.email
        );
        app.database.text(&sql)
    };
    let tables = ["activity", "sessions", "sms_messages", "action_codes", "recoveries", "sponsor_profiles", "sign_ins"];
    let before: Vec<_> = tables.iter().map(|table| others(table)).collect();
    let happened = app.database.number(&format!("SELECT count(*) FROM activity WHERE user_id = '{id}'"));
    let texts = app.database.number(&format!("SELECT count(*) FROM sms_messages WHERE user_id = '{id}'"));
    assert!(happened > 3 && texts > 1);
    // The day before yesterday, so that no limit counts the texts.
    app.database.run("UPDATE sms_messages SET created_at = created_at - interval '25 hours'");
    app.database.run(&format!("UPDATE users SET deletion_due_at = now() WHERE id = '{id}'"));
    app.database.run("UPDATE phone_verifications SET expires_at = now() - interval '25 hours'");

    let removed = app.tidy().to_string();
    assert!(removed.contains("accounts=1"), "{removed}");

    // The trail stays as it was written, under an id that is nobody's any more.
    let trail = app.database.text("SELECT string_agg(t::text, E'\\n') FROM audit AS t").unwrap();
    assert!(trail.contains(&id) && !trail.contains(email.as_str()) && !trail.contains(phone));
    let left = app.database.dump().replace(&trail, "");
    for gone in [email.as_str(), phone, &id] {
        assert!(!left.contains(gone), "{gone} is left:\n{left}");
    }
    assert_eq!((left.matches(ABOUT).count(), left.matches(REASON).count()), (1, 1), "the other one's");
    let after: Vec<_> = tables.iter().map(|table| others(table)).collect();
    let without_age =
        |rows: &[Option<String>]| rows.iter().map(|rows| rows.as_ref().unwrap().lines().count()).collect::<Vec<_>>();
    assert_eq!(without_age(&before), without_age(&after));
    let hashed = "FROM activity WHERE user_id IS NULL AND address IS NULL AND browser IS NULL";
    assert_eq!(app.database.number(&format!("SELECT count(*) {hashed}")), happened + 1);
    assert_eq!(app.database.number(&format!("SELECT count(DISTINCT user_hash) {hashed}")), 1);
    assert_eq!(app.database.number(&format!("SELECT count(*) {hashed} AND event = 'deleted'")), 1);
    let forgotten =
        "SELECT count(*) FROM sms_messages WHERE phone_number IS NULL AND user_id IS NULL AND address IS NULL
                         AND browser_id IS NULL AND state = 'sent'";
    assert!(app.database.number(forgotten) > texts, "theirs, and those of strangers to their number");
}

/// Deleting an account must not be a way to more texts.
#[actix_web::test]
async fn sms_08_the_texts_of_the_last_day_count_on_and_are_forgotten_a_day_later() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    asks(&owner.browser, &owner.person.password).await.redirects_to("/login");
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending')", 0).await;
    let_the_day_come(&app);
    let named = "SELECT count(*) FROM sms_messages WHERE phone_number IS NOT NULL";
    let before = app.database.number(named);
    app.tidy();
    assert_eq!((app.database.count("users"), app.database.number(named)), (0, before));
    app.let_pass("25 hours");
    app.tidy();
    assert_eq!(app.database.number(&format!("{named} AND NOT stranger")), 0);
}

#[actix_web::test]
async fn an_account_is_not_deleted_a_moment_too_early() {
    let app = TestApp::start().await;
    on_the_way_out(&app).await;
    app.database.run("UPDATE users SET deletion_due_at = now() + interval '30 seconds'");
    app.tidy();
    assert_eq!(app.database.count("users"), 1);
    app.let_pass("30 seconds");
    app.tidy();
    assert_eq!(app.database.count("users"), 0);
}

/// The owner comes before the moment and is held up until after it, while housekeeping comes by.
#[actix_web::test]
async fn r_7_keeping_an_account_that_began_in_time_wins_over_housekeeping() {
    let app = TestApp::start().await;
    let (salma, browser) = on_the_way_out(&app).await;
    salma.signs_in(&browser).await.redirects_to("/account");
    let happened = "SELECT count(*) FROM activity WHERE user_id IS NOT NULL";
    let before = app.database.number(happened);
    app.database.run("UPDATE users SET deletion_due_at = now() + interval '1400 milliseconds'");
    let held = app.database.hold("SELECT FROM users FOR UPDATE");
    let keeping = {
        let browser = browser.clone();
        actix_web::rt::spawn(async move { browser.submit(CANCEL, &[]).await })
    };
    app.database.waiting(1).await;
    app.database.becomes("SELECT count(*) FROM users WHERE deletion_due_at <= now()", 1).await;
    app.tidy();
    assert_eq!(app.database.count("users"), 1, "passed over: somebody has it in hand");
    held.release();
    keeping.await.unwrap().redirects_to("/account");
    app.tidy();
    browser.get("/account").await.shows(200, "Your account stays");
    assert_eq!(app.database.number(happened), before + 1, "nothing was forgotten");
}

/// Housekeeping has begun with the account; whoever began to keep it in time comes too late all the same.
#[actix_web::test]
async fn r_7_housekeeping_that_has_begun_wins_over_keeping_the_account() {
    let app = TestApp::start().await;
    let (salma, browser) = on_the_way_out(&app).await;
    salma.signs_in(&browser).await.redirects_to("/account");
    let sealing = app.database.hold("UPDATE users SET deletion_due_at = '-infinity'");
    let keeping = {
        let browser = browser.clone();
        actix_web::rt::spawn(async move { browser.submit(CANCEL, &[]).await })
    };
    app.database.waiting(1).await;
    sealing.keep();
    keeping.await.unwrap().redirects_to("/account");
    browser.get("/account").await.redirects_to("/login");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'deletion_cancelled'"), 0);
    app.tidy();
    assert_eq!(app.database.count("users"), 0);
}

#[actix_web::test]
async fn r_8_a_power_cut_in_the_middle_leaves_the_account_whole_and_the_next_round_deletes_it() {
    let mut app = TestApp::start().await;
    let owner = of_everything(&app).await;
    let rows = |app: &TestApp| {
        ["sessions", "totp_secrets", "action_codes", "sign_ins", "recoveries"].map(|table| owner.count(app, table))
    };
    let before = rows(&app);
    let sessions = app.database.hold("SELECT FROM sessions FOR UPDATE");
    app.database.run("UPDATE users SET deletion_due_at = now()");
    // The first round is at the start; it waits in the middle of the account.
    app.kill_and_restart(0);
    app.database.waiting(1).await;
    app.instance(0).kill();
    sessions.release();
    app.database.becomes("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'latchkey'", 0).await;
    assert_eq!(rows(&app), before);
    assert_eq!(app.database.count("users"), 1);
    app.kill_and_restart(0);
    app.logged("event=account_deleted").await;
    assert_eq!(app.database.count("users"), 0);
    assert!(!app.database.dump().contains(ABOUT));
}

#[actix_web::test]
async fn arc_03_an_account_with_a_long_history_goes_part_by_part_and_two_instances_share_the_work() {
    let app = TestApp::start().await;
    for _ in 0..4 {
        on_the_way_out(&app).await;
    }
    app.database.run(
        "INSERT INTO activity (user_id, event, address, browser)
         SELECT id, 'signed_in', '196.188.12.0/24', 'chrome/android' FROM users, generate_series(1, 12000)",
    );
    let_the_day_come(&app);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| app.tidy());
        }
    });
    app.tidy();
    assert_eq!(app.database.deadlocks(), 0);
    assert_eq!(app.database.count("users"), 0);
    assert_eq!(
        app.database.number("SELECT count(*) FROM activity WHERE event = 'signed_in' AND user_hash IS NOT NULL"),
        48_000
    );
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'deleted'"), 4);
    assert_eq!(app.database.number("SELECT count(DISTINCT user_hash) FROM activity"), 4);
}

/// Sign-ins, resets and housekeeping at the moment itself: nobody meets an error page, and nothing waits in a circle.
#[actix_web::test]
async fn r_7_many_who_come_at_the_moment_itself_meet_no_error() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for _ in 0..4 {
        let (person, browser) = on_the_way_out(&app).await;
        person.signs_in(&browser).await.redirects_to("/account");
        people.push((person, browser));
    }
    app.database.run("UPDATE users SET deletion_due_at = now() + interval '300 milliseconds'");
    let visits = people.into_iter().flat_map(|(person, browser)| {
        (0..3).map(move |number| {
            let (person, browser) = (person.clone(), browser.fork());
            async move {
                tokio::time::sleep(Duration::from_millis(150 * number)).await;
                match number {
                    0 => browser.get("/account").await,
                    1 => person.signs_in(&browser).await,
                    _ => browser.submit(CANCEL, &[]).await,
                }
            }
        })
    });
    let (pages, ()) = futures_util::join!(at_once(visits), async {
        for _ in 0..8 {
            app.tidy();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    nothing_broke(&app, &pages, &[200, 303, 422]);
    let kept = app.database.number("SELECT count(*) FROM activity WHERE event = 'deletion_cancelled'");
    assert_eq!(app.database.count("users"), kept);
}
