//! Giving an account back to somebody who has lost everything (REC-01, REC-03, REC-04).

use reqwest::StatusCode;

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    crowd::{leading_to, meet, saying},
    fake_twilio::Behaviour,
    owners::Owner,
    people::{self, Person, signs_in_as},
};

const NEW_PASSWORD: &str = "copper lantern under nine";
/// What every code is answered that opens nothing.
const WRONG: &str = "This code does not work.";

/// A maid who has lost everything, with the number that she has now, and the recovery that was started for her.
async fn started(app: &TestApp) -> (Person, Browser, String) {
    let (hanna, phone) = (people::maid(), people::new_phone());
    let browser = hanna.has_account(app).await;
    app.starts_recovery(&hanna.phone, &phone);
    (hanna, browser, phone)
}

async fn enters(browser: &Browser, code: &str) -> Page {
    browser.submit("/recovery", &[("code", code)]).await
}

async fn chooses(browser: &Browser, password: &str) -> Page {
    browser.submit("/recovery/password", &[("password", password)]).await
}

/// Nobody saw a fault of ours; whoever loses a knot that PostgreSQL has to cut would. How many it cut is no use here: time
/// that passes ties some with the worker.
#[track_caller]
fn nothing_broke(pages: &[Page], statuses: &[u16]) {
    for page in pages {
        assert!(statuses.contains(&page.status.as_u16()), "{}: {}", page.status, page.text());
    }
}

/// A browser in which the code that came to a number was entered.
async fn opened(app: &TestApp, phone: &str) -> Browser {
    let (browser, code) = (app.browser(), app.recovery_code_to(phone).await);
    enters(&browser, &code).await.redirects_to("/recovery/password");
    browser
}

fn texts(app: &TestApp, kind: &str, state: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM sms_messages WHERE kind = '{kind}' AND state = '{state}'");
    app.database.number(&sql)
}

fn events(app: &TestApp, event: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) FROM activity WHERE event = '{event}'"))
}

fn under_way(app: &TestApp) -> usize {
    let ended = app.operator(&["recovery", "list"]);
    ended.does(&[]);
    ended.said.matches("account ").count()
}

fn cancel(app: &TestApp, account: &str) {
    let command = ["recovery", "cancel", "--account", account, "--by", "Omar", "--reason", "the number was wrong"];
    app.operator(&command).does(&["cancelled: account "]);
}

#[actix_web::test]
async fn rec_03_after_72_hours_the_code_gives_the_account_back_once_and_every_factor_is_gone() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let owner = Owner::with_app(&app).await;
    let (trusted, pending) = (owner.trusts_a_browser(&app).await, owner.begins(&app).await);
    let (salma, phone) = (&owner.person, people::new_phone());
    owner.set(&app, "wrong_second_factors = 7, wrong_reset_factors = 3");

    let said = app.starts_recovery(&salma.email, &phone).said;
    app.all_due_are_sent().await;
    for number in [&salma.phone, &phone] {
        assert_eq!(app.stop_codes_to(number).len(), 1, "each number is told, with a code that stops it");
        assert!(said.contains(&number[number.len() - 4..]) && !said.contains(&number[1..]), "{said}");
    }

    app.let_pass("71 hours 59 minutes");
    app.all_due_are_sent().await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!((app.recovery_codes_to(&phone).len(), texts(&app, "recovery_code", "queued")), (0, 1));
    app.let_pass("1 minute");
    let code = app.recovery_code_to(&phone).await;
    assert!(app.recovery_codes_to(&salma.phone).is_empty(), "only the new number gets it");

    let browser = app.browser_at(1);
    browser.get("/recovery").await.shows(200, "Recover your account");
    let typed = code.to_lowercase().replace('-', " ");
    enters(&browser, &typed).await.redirects_to("/recovery/password");
    let page = browser.get("/recovery/password").await;
    page.shows(200, "Choose your new password");
    assert!(!page.text().contains(&phone[4..]), "masked");
    let other = app.browser();
    enters(&other, &code).await.redirects_to("/recovery/password");
    chooses(&browser, NEW_PASSWORD).await.redirects_to("/login");
    browser.get("/login").await.shows(200, "Welcome back");
    assert!(!browser.is_signed_in().await, "it signs nobody in");
    chooses(&other, "another lantern under ten").await.redirects_to("/login");
    enters(&app.browser(), &code).await.shows(422, WRONG);
    assert_eq!((events(&app, "recovery_started"), events(&app, "recovered")), (1, 1));

    assert!(!owner.browser.is_signed_in().await && !trusted.is_signed_in().await, "every session is over");
    pending.get("/login/verify").await.redirects_to("/login");
    for table in ["totp_secrets", "two_factor_backup_codes"] {
        assert_eq!(owner.count(&app, table), 0, "{table}");
    }
    assert_eq!((owner.wrong(&app), owner.number(&app, "wrong_reset_factors")), (0, 0));
    assert_eq!(owner.number(&app, "CASE two_factor_method WHEN 'none' THEN 1 END"), 1);
    signs_in_as(&app.browser(), &salma.email, &salma.password).await.shows(422, "That does not fit");
    signs_in_as(&app.browser(), &salma.phone, NEW_PASSWORD).await.shows(422, "That does not fit");
    for identifier in [&phone, &salma.email] {
        signs_in_as(&app.browser(), identifier, NEW_PASSWORD).await.redirects_to("/account");
    }
    // The browser that was trusted has to show everything there is, like any other.
    signs_in_as(&trusted, &salma.email, NEW_PASSWORD).await.redirects_to("/account");
    trusted.get("/account/devices").await.shows(200, "You trust no device");
    app.all_due_are_sent().await;
    for number in [&salma.phone, &phone] {
        let last = app.twilio.messages_to(number).pop().unwrap().body;
        assert!(last.starts_with("Latchkey: your account was recovered"), "{last}");
    }
}

#[actix_web::test]
async fn rec_03_a_code_is_refused_at_71_hours_and_works_until_7_days_after_the_72() {
    let app = TestApp::start().await;
    let (.., phone) = started(&app).await;
    app.let_pass("72 hours");
    let code = app.recovery_code_to(&phone).await;

    // Nobody has a code so early; whoever had one would be told nothing but that it does not work.
    app.database.run("UPDATE action_codes SET opens_at = opens_at + interval '1 hour'");
    let early = enters(&app.browser(), &code).await;
    early.shows(422, WRONG);
    assert_eq!(early.focused().as_deref(), Some("code"));
    let unknown = enters(&app.browser(), "7KQ2-M9XD-4HTR-W6PA").await;
    assert_eq!(early.body, unknown.body);
    app.database.run("UPDATE action_codes SET opens_at = opens_at - interval '1 hour'");

    app.let_pass("6 days 23 hours 59 minutes");
    enters(&app.browser(), &code).await.redirects_to("/recovery/password");
    app.let_pass("1 minute");
    let late = enters(&app.browser(), &code).await;
    assert_eq!((late.status, late.body), (StatusCode::UNPROCESSABLE_ENTITY, unknown.body));
    assert_eq!((under_way(&app), events(&app, "recovered")), (0, 0));
}

/// What ends a recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    SignIn,
    Confirmation,
    /// The code of the notice, as far as it matters here.
    Objection,
    Cancel,
    /// A new password by text: whoever sets it has the number, and the second factor where there is one.
    NewPassword,
    Disabled,
}

impl End {
    const ALL: [Self; 6] =
        [Self::SignIn, Self::Confirmation, Self::Objection, Self::Cancel, Self::NewPassword, Self::Disabled];

    async fn happens(self, app: &TestApp, person: &Person, browser: &Browser) {
        let set = |change: &str| {
            app.database.run(&format!("UPDATE users SET {change} WHERE phone_number = '{}'", person.phone));
        };
        match self {
            Self::SignIn => {
                person.signs_in(&app.browser()).await.redirects_to("/account");
            }
            Self::Confirmation => {
                let fields = [("password", person.password.as_str()), ("code", ""), ("next", "/account/two-factor")];
                browser.submit("/confirm", &fields).await.redirects_to("/account/two-factor");
            }
            Self::Objection => set("objected_at = now()"),
            Self::Cancel => cancel(app, &person.phone),
            Self::NewPassword => {
                let browser = app.browser();
                let fields = [("country", "ET"), ("phone", person.phone.as_str())];
                browser.submit("/password-reset", &fields).await.redirects_to("/password-reset/verify");
                let code = app.twilio.next_code_to(&person.phone).await;
                let page = browser.submit("/password-reset/verify", &[("code", &code)]).await;
                page.redirects_to("/password-reset/password");
                browser.submit("/password-reset/password", &[("password", NEW_PASSWORD)]).await.redirects_to("/login");
            }
            Self::Disabled => set("status = 'disabled'"),
        }
    }
}

#[actix_web::test]
async fn rec_03_whatever_only_the_owner_can_do_ends_it_and_the_code_does_not_even_leave() {
    let app = TestApp::start().await;
    for end in End::ALL {
        let (person, browser, _) = started(&app).await;
        end.happens(&app, &person, &browser).await;
    }
    assert_eq!(under_way(&app), 0);
    app.let_pass("72 hours");
    app.database
        .becomes("SELECT count(*) FROM sms_messages WHERE kind = 'recovery_code' AND state = 'queued'", 0)
        .await;
    assert_eq!(texts(&app, "recovery_code", "superseded"), End::ALL.len() as i64);
    assert_eq!(events(&app, "recovery_stopped"), 1, "of the one that was cancelled");
}

#[actix_web::test]
async fn rec_03_it_ends_it_also_after_the_text_and_after_the_code() {
    let app = TestApp::start().await;
    let mut all = Vec::new();
    for end in End::ALL {
        let (person, browser, phone) = started(&app).await;
        all.push((end, person, browser, phone));
    }
    app.let_pass("72 hours");
    for (end, person, browser, phone) in &all {
        let (choosing, code) = (opened(&app, phone).await, app.recovery_code_to(phone).await);
        end.happens(&app, person, browser).await;
        let before = app.database.text("SELECT string_agg(u::text, ',' ORDER BY id) FROM users AS u");
        chooses(&choosing, NEW_PASSWORD).await.redirects_to("/recovery");
        choosing.get("/recovery").await.shows(200, "Please begin again");
        choosing.get("/recovery/password").await.redirects_to("/recovery");
        enters(&app.browser(), &code).await.shows(422, WRONG);
        assert_eq!(app.database.text("SELECT string_agg(u::text, ',' ORDER BY id) FROM users AS u"), before, "{end:?}");
    }
    assert_eq!((under_way(&app), events(&app, "recovered")), (0, 0));
}

#[actix_web::test]
async fn rec_03_what_strangers_can_do_ends_nothing() {
    let app = TestApp::start().await;
    let (hanna, browser, phone) = started(&app).await;
    browser.get("/account").await.shows(200, "Hello, Hanna");
    for _ in 0..3 {
        hanna.signs_in_wrongly(&app.browser()).await.shows(422, "That does not fit");
    }
    // Somebody opens an account with the number that she lost.
    let thief = app.browser();
    let code = people::sponsor().at(&hanna.phone).begins(&app, &thief).await;
    thief.enters(&code).await.redirects_to("/register/claim");
    thief.claims("move").await.redirects_to("/account");
    app.let_pass("72 hours");
    let browser = opened(&app, &phone).await;
    chooses(&browser, NEW_PASSWORD).await.redirects_to("/login");
    signs_in_as(&browser, &phone, NEW_PASSWORD).await.redirects_to("/account");
    assert!(thief.is_signed_in().await, "the other account is as before");
    app.all_due_are_sent().await;
    let told = app.twilio.messages_to(&hanna.phone).pop().unwrap().body;
    assert!(!told.contains("recovered"), "whoever has the number now hears nothing: {told}");
}

#[actix_web::test]
async fn rec_03_starting_anew_takes_the_place_of_the_one_before() {
    let app = TestApp::start().await;
    let (hanna, _, mistyped) = started(&app).await;
    let phone = people::new_phone();
    app.starts_recovery(&hanna.phone, &phone).does(&["the recovery before is cancelled"]);
    assert_eq!((under_way(&app), events(&app, "recovery_started"), events(&app, "recovery_stopped")), (1, 2, 1));
    let why = "SELECT cancelled_by || ': ' || cancel_reason FROM recoveries WHERE cancelled_at IS NOT NULL";
    assert_eq!(app.database.text(why).as_deref(), Some("Sara: knows her in person"));
    app.let_pass("72 hours");
    let browser = opened(&app, &phone).await;
    assert!(app.recovery_codes_to(&mistyped).is_empty());

    // The same once both have a code.
    let late = people::new_phone();
    app.starts_recovery(&hanna.phone, &late);
    chooses(&browser, NEW_PASSWORD).await.redirects_to("/recovery");
    app.let_pass("72 hours");
    chooses(&opened(&app, &late).await, NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!(app.database.number("SELECT count(*) FROM users WHERE phone_verified_at IS NOT NULL"), 1);
}

#[actix_web::test]
async fn rec_03_of_several_who_start_it_at_once_one_is_left() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    hanna.has_account(&app).await;
    let phones: Vec<_> = (0..6).map(|_| people::new_phone()).collect();
    let command = |phone| {
        ["recovery", "start", "--account", &hanna.phone, "--phone", phone, "--by", "Sara", "--reason", "knows her"]
    };
    let commands: Vec<_> = phones.iter().map(|phone| command(phone)).collect();
    let ended = app.operators(&commands.iter().map(|it| &it[..]).collect::<Vec<_>>());
    assert_eq!(ended.iter().filter(|ended| ended.does(&[]).said.contains("is cancelled")).count(), 5);
    assert_eq!((under_way(&app), app.database.deadlocks()), (1, 0));
    app.let_pass("72 hours");
    app.all_due_are_sent().await;
    assert_eq!(phones.iter().map(|phone| app.recovery_codes_to(phone).len()).sum::<usize>(), 1);
}

#[actix_web::test]
async fn rec_03_the_code_is_used_up_with_the_password_only_and_gives_ten_minutes_each_time() {
    let app = TestApp::start().await;
    let (.., phone) = started(&app).await;
    app.let_pass("72 hours");
    let (browser, code) = (opened(&app, &phone).await, app.recovery_code_to(&phone).await);
    for (password, told) in [
        ("", "Please choose a password"),
        ("short", "too short"),
        ("password1234", "easy to guess"),
        ("hanna tesfaye", "close to your name"),
    ] {
        let page = chooses(&browser, password).await;
        page.shows(422, told);
        assert_eq!(page.focused().as_deref(), Some("password"), "{password}");
    }
    app.let_pass("10 minutes");
    chooses(&browser, NEW_PASSWORD).await.redirects_to("/recovery");
    browser.get("/recovery").await.shows(200, "Please begin again");
    // The connection broke, the phone was switched off: another device does as well.
    let other = opened(&app, &phone).await;
    app.let_pass("9 minutes");
    other.get("/recovery/password").await.shows(200, "Choose your new password");
    chooses(&other, NEW_PASSWORD).await.redirects_to("/login");
    chooses(&other, NEW_PASSWORD).await.redirects_to("/login");
    other.get("/recovery/password").await.redirects_to("/login");
    enters(&other, &code).await.shows(422, WRONG);
}

#[actix_web::test]
async fn rec_03_of_twenty_passwords_from_two_browsers_one_counts() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let (.., phone) = started(&app).await;
    app.let_pass("72 hours");
    let (one, other) = (opened(&app, &phone).await, opened(&app, &phone).await.at(app.address_of(1)));
    let passwords: Vec<_> = (0..20).map(|number| format!("copper lantern under {number} trees")).collect();
    let send = |(number, password): (usize, &String)| {
        let (browser, password) = (if number % 2 == 0 { one.fork() } else { other.fork() }, password.clone());
        async move { chooses(&browser, &password).await }
    };
    let pages = at_once(passwords.iter().enumerate().map(send)).await;
    nothing_broke(&pages, &[303, 503]);
    assert_eq!(leading_to(&pages, "/login") + saying(&pages, "very busy"), pages.len());
    assert_eq!((events(&app, "recovered"), texts(&app, "recovered", "failed")), (1, 0));
    let epoch = app.database.number("SELECT auth_epoch FROM users");
    assert_eq!(epoch, 2, "raised once");
    let mut right = 0;
    for (password, page) in passwords.iter().zip(&pages) {
        if page.status == 303 {
            app.database.run("DELETE FROM password_guesses");
            right += usize::from(signs_in_as(&app.browser(), &phone, password).await.status == 303);
        }
    }
    assert_eq!(right, 1);
}

#[actix_web::test]
async fn rec_03_a_sign_in_that_meets_the_new_password_wins_or_loses_whole() {
    let app = TestApp::start().await;
    for sign_in_first in [true, false] {
        let (hanna, _, phone) = started(&app).await;
        app.let_pass("72 hours");
        let (choosing, owner) = (opened(&app, &phone).await, app.browser());
        let hold = format!("SELECT FROM users WHERE phone_number = '{}' FOR UPDATE", hanna.phone);
        let sign_in = {
            let (owner, hanna) = (owner.clone(), hanna.clone());
            async move { hanna.signs_in(&owner).await }
        };
        let choose = {
            let choosing = choosing.clone();
            async move { chooses(&choosing, NEW_PASSWORD).await }
        };
        let requests: Vec<std::pin::Pin<Box<dyn Future<Output = Page>>>> = if sign_in_first {
            vec![Box::pin(sign_in), Box::pin(choose)]
        } else {
            vec![Box::pin(choose), Box::pin(sign_in)]
        };
        let pages = meet(&app, &hold, requests).await;
        nothing_broke(&pages, &[303, 422]);
        assert_eq!(owner.is_signed_in().await, sign_in_first);
        let is_hers = signs_in_as(&app.browser(), &phone, NEW_PASSWORD).await.status == 303;
        assert_eq!(is_hers, !sign_in_first);
    }
}

#[actix_web::test]
async fn phn_03_a_number_of_another_account_moves_and_that_account_keeps_all_else() {
    let app = TestApp::start().await;
    let (hanna, salma) = (people::maid(), people::sponsor());
    hanna.has_account(&app).await;
    let salmas = salma.has_account(&app).await;
    app.starts_recovery(&hanna.phone, &salma.phone);
    app.let_pass("72 hours");
    assert!(salmas.is_signed_in().await);
    let browser = opened(&app, &salma.phone).await;
    assert_eq!(events(&app, "number_contested"), 0, "nothing moves before the end");
    chooses(&browser, NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!(events(&app, "number_contested"), 1);
    salmas.get("/account").await.shows(200, "Somebody else has proven your number");
    salma.signs_in(&app.browser()).await.redirects_to("/account");
    signs_in_as(&browser, &salma.phone, NEW_PASSWORD).await.redirects_to("/account");
    browser.get("/account").await.shows(200, "Hello, Hanna");
}

#[actix_web::test]
async fn rec_08_a_number_that_is_new_sets_no_password_by_text_for_72_hours_more() {
    let app = TestApp::start().await;
    // One has another number now, the other a new card with the same one.
    let (hanna, same) = (people::maid(), people::maid());
    let phone = people::new_phone();
    for (person, phone) in [(&hanna, &phone), (&same, &same.phone)] {
        person.has_account(&app).await;
        app.starts_recovery(&person.phone, phone);
    }
    app.let_pass("72 hours");
    for (phone, leads_to) in [(&phone, "/password-reset/wait"), (&same.phone, "/password-reset/password")] {
        chooses(&opened(&app, phone).await, NEW_PASSWORD).await.redirects_to("/login");
        let browser = app.browser();
        let fields = [("country", "ET"), ("phone", phone.as_str())];
        browser.submit("/password-reset", &fields).await.redirects_to("/password-reset/verify");
        let mut code = app.twilio.next_code_to(phone).await;
        if *phone == same.phone {
            // The first was the one of the registration.
            code = app.twilio.messages_to(phone).into_iter().rfind(|text| text.has_code()).unwrap().code();
        }
        browser.submit("/password-reset/verify", &[("code", &code)]).await.redirects_to(leads_to);
    }
}

#[actix_web::test]
async fn rec_03_a_number_that_was_left_a_few_days_ago_is_told_and_can_undo_nothing_afterwards() {
    let app = TestApp::start().await;
    let (hanna, left, phone) = (people::maid(), people::new_phone(), people::new_phone());
    hanna.has_account(&app).await;
    app.database.run(&format!(
        "INSERT INTO action_codes (id, user_id, act, phone_number, expires_at)
         SELECT gen_random_uuid(), id, 'undo_phone_change', '{left}', now() + interval '7 days' FROM users"
    ));
    app.starts_recovery(&hanna.phone, &phone);
    app.all_due_are_sent().await;
    assert_eq!((app.stop_codes_to(&left).len(), app.stop_codes_to(&hanna.phone).len()), (1, 1));
    app.let_pass("72 hours");
    chooses(&opened(&app, &phone).await, NEW_PASSWORD).await.redirects_to("/login");
    app.all_due_are_sent().await;
    assert!(app.twilio.messages_to(&left).pop().unwrap().body.contains("was recovered"));
    assert_eq!(app.database.number("SELECT count(*) FROM action_codes WHERE used_at IS NULL"), 0);
}

#[actix_web::test]
async fn rec_03_the_texts_of_a_recovery_leave_however_many_notices_went_before() {
    let app = TestApp::start().await;
    let (hanna, phone) = (people::maid(), people::new_phone());
    hanna.has_account(&app).await;
    app.database.run(&format!(
        "INSERT INTO sms_messages (id, notice, charged, stranger, send_number, kind, phone_number, locale, state)
         SELECT gen_random_uuid(), true, false, false, 1, 'password_changed', phone, 'en', 'sent'
         FROM generate_series(1, 10), unnest(ARRAY['{}', '{phone}']) AS phone",
        hanna.phone
    ));
    app.starts_recovery(&hanna.phone, &phone);
    app.all_due_are_sent().await;
    assert_eq!((app.stop_codes_to(&hanna.phone).len(), app.stop_codes_to(&phone).len()), (1, 1));
    app.let_pass("72 hours");
    app.recovery_code_to(&phone).await;
}

#[actix_web::test]
async fn a_text_that_twilio_refuses_is_told_to_the_operator() {
    let app = TestApp::start().await;
    let (.., phone) = started(&app).await;
    app.all_due_are_sent().await;
    app.operator(&["recovery", "list"]).does(&["leaves on "]);
    app.twilio.script([Behaviour::Refuse(400, 21614)]);
    app.let_pass("72 hours");
    app.database
        .becomes("SELECT count(*) FROM sms_messages WHERE kind = 'recovery_code' AND state = 'failed'", 1)
        .await;
    assert!(app.recovery_codes_to(&phone).is_empty());
    app.operator(&["recovery", "list"]).does(&["could not be sent: start again"]);
}

#[actix_web::test]
async fn rec_03_an_account_that_is_to_be_deleted_is_kept_and_stays_once_it_is_recovered() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    hanna.has_account(&app).await;
    app.database.run("UPDATE users SET deletion_due_at = now() + interval '1 hour'");
    let phone = people::new_phone();
    app.starts_recovery(&hanna.phone, &phone);
    let lasts = "SELECT count(*) FROM users WHERE deletion_due_at > now() + interval '10 days'";
    assert_eq!(app.database.number(lasts), 1, "until the code is over");
    app.let_pass("72 hours");
    chooses(&opened(&app, &phone).await, NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!(app.database.number("SELECT count(*) FROM users WHERE deletion_due_at IS NULL"), 1);
    assert_eq!(events(&app, "deletion_cancelled"), 1);
}

#[actix_web::test]
async fn an_administrator_chooses_a_longer_password_here_too() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    app.database.run("UPDATE users SET role = 'administrator'");
    let phone = people::new_phone();
    app.starts_recovery(&salma.email, &phone);
    app.let_pass("72 hours");
    let browser = opened(&app, &phone).await;
    chooses(&browser, "copper-robe-7x").await.shows(422, "Use 15 characters or more");
    chooses(&browser, NEW_PASSWORD).await.redirects_to("/login");
}

#[actix_web::test]
async fn rec_03_codes_are_counted_by_address_20_in_an_hour() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let (.., phone) = started(&app).await;
    app.let_pass("72 hours");
    let code = app.recovery_code_to(&phone).await;
    let here = app.browser();
    for (typed, told) in
        [("", "Please enter the code"), ("482913", "16 letters and digits"), ("7KQ2-M9XD-4HTR-W6P", "16")]
    {
        let page = enters(&here, typed).await;
        page.shows(422, told);
        assert!(!page.has("[value]:not([type=hidden])"), "a code is never shown again");
    }
    assert_eq!(app.database.count("throttles"), 0, "what is no code costs no try");

    let pages = at_once(app.copies(&here, 30).iter().map(|browser| enters(browser, "7KQ2-M9XD-4HTR-W6PA"))).await;
    nothing_broke(&pages, &[422, 429]);
    assert_eq!(saying(&pages, WRONG), 20);
    let refused = enters(&here, &code).await;
    refused.shows(429, "Back to recovering your account");
    assert!((3000..=3630).contains(&refused.retry_after()), "{}", refused.retry_after());
    enters(&app.browser(), &code).await.redirects_to("/recovery/password");
    app.let_pass("1 hour");
    enters(&here, &code).await.redirects_to("/recovery/password");
}

#[actix_web::test]
async fn rec_03_every_code_that_opens_nothing_is_answered_alike() {
    let app = TestApp::start().await;
    let (_, _, used) = started(&app).await;
    let (cancelled, _, gone) = started(&app).await;
    let (_, _, waiting) = started(&app).await;
    app.all_due_are_sent().await;
    app.let_pass("72 hours");
    let codes = [
        app.recovery_code_to(&used).await,
        app.recovery_code_to(&gone).await,
        app.stop_codes_to(&waiting).remove(0),
        "7KQ2-M9XD-4HTR-W6PA".to_owned(),
    ];
    chooses(&opened(&app, &used).await, NEW_PASSWORD).await.redirects_to("/login");
    cancel(&app, &cancelled.phone);
    let mut bodies = Vec::new();
    for code in codes {
        let page = enters(&app.browser(), &code).await;
        page.shows(422, WRONG);
        bodies.push(page.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    // A code that stops it is none that finishes it, and is still there.
    assert_eq!(
        app.database.number("SELECT count(*) FROM action_codes WHERE act = 'stop_recovery' AND used_at IS NULL"),
        4
    );
}

#[actix_web::test]
async fn rec_01_rec_04_those_who_run_the_service_see_and_set_no_secret() {
    let app = TestApp::start_with("messaging", &[("RUST_LOG", "trace")]).await;
    let (hanna, _, phone) = started(&app).await;
    let mut said = vec![app.starts_recovery(&hanna.phone, &phone).said, app.operator(&["recovery", "list"]).said];
    app.let_pass("72 hours");
    let code = app.recovery_code_to(&phone).await;
    said.push(app.operator(&["recovery", "list"]).does(&["has left", "by Sara: knows her in person"]).said.clone());
    chooses(&opened(&app, &phone).await, NEW_PASSWORD).await.redirects_to("/login");
    said.push(app.operator(&["recovery", "list"]).does(&["no recovery is under way"]).said.clone());
    said.extend(app.log());

    let bare = code.replace('-', "");
    let stops = [app.stop_codes_to(&hanna.phone), app.stop_codes_to(&phone)].concat();
    assert_eq!(stops.len(), 4);
    let (said, dump) = (said.join("\n"), app.database.dump());
    for secret in [&code, &bare, &NEW_PASSWORD.to_owned()].into_iter().chain(&stops) {
        assert!(!said.contains(secret.as_str()) && !dump.contains(secret.as_str()), "{secret}");
    }
    for number in [&hanna.phone, &phone] {
        assert!(!said.contains(&number[4..]), "{number}");
    }
    for secret in ["--password", "--code"] {
        let command = ["recovery", "start", "--account", &hanna.phone, "--phone", &phone, "--by", "Sara"];
        app.operator(&[&command[..], &["--reason", "asks", secret, "kettle window seven"]].concat())
            .refuses(&["unexpected argument", secret]);
    }
}

#[actix_web::test]
async fn rec_03_the_command_refuses_what_it_cannot_answer_for() {
    let app = TestApp::start().await;
    let (hanna, phone) = (people::maid(), people::new_phone());
    hanna.has_account(&app).await;
    let start = |account: &str, phone: &str, by: &str, reason: &str| {
        app.operator(&["recovery", "start", "--account", account, "--phone", phone, "--by", by, "--reason", reason])
    };
    app.operator(&["recovery", "start", "--account", &hanna.phone, "--phone", &phone, "--by", "Sara"])
        .refuses(&["--reason"]);
    app.operator(&["recovery", "cancel", "--account", &hanna.phone, "--by", "Sara"]).refuses(&["--reason"]);
    start(&hanna.phone, &phone, "Sara", " ").refuses(&["--reason: found nothing"]);
    start(&hanna.phone, &phone, "\n", "knows her").refuses(&["--by: found nothing"]);
    start(&hanna.phone, &phone, "Sara", "knows\nher").refuses(&["--reason: expected one line"]);
    start(&hanna.phone, "+251111234567", "Sara", "knows her")
        .refuses(&["--phone: this is no mobile number: a landline"]);
    start(&hanna.phone, "0911234567", "Sara", "knows her").refuses(&["--phone: expected a number with its country"]);
    start("0911234567", &phone, "Sara", "knows her").refuses(&["--account: expected a number with its country"]);
    start("salma@home", &phone, "Sara", "knows her").refuses(&["--account: "]);
    for nobody in ["nobody@example.com", &phone, "00000000-0000-7000-8000-000000000000"] {
        start(nobody, &phone, "Sara", "knows her").refuses(&["there is no such account"]);
    }
    let cancelling = ["recovery", "cancel", "--account", &hanna.phone, "--by", "Omar", "--reason", "a mistake"];
    app.operator(&cancelling).refuses(&["no recovery is under way"]);
    app.database.run("UPDATE users SET status = 'disabled'");
    start(&hanna.phone, &phone, "Sara", "knows her").refuses(&["the account is disabled"]);
    assert_eq!(
        (app.database.count("recoveries"), app.database.count("action_codes"), events(&app, "recovery_started")),
        (0, 0, 0)
    );

    let without_sender = TestApp::start_with("verify", &[("TWILIO_PHONE_NUMBER", "")]).await;
    let command = ["recovery", "start", "--account", &hanna.phone, "--phone", &phone, "--by", "Sara", "--reason", "x"];
    without_sender.operator(&command).refuses(&["cannot be sent", "TWILIO_PHONE_NUMBER"]);
}

#[actix_web::test]
async fn rec_03_a_number_that_has_changed_hands_names_no_account_by_itself() {
    let app = TestApp::start().await;
    let (hanna, phone) = (people::maid(), people::new_phone());
    hanna.has_account(&app).await;
    let holder = app.browser();
    let code = people::sponsor().at(&hanna.phone).begins(&app, &holder).await;
    holder.enters(&code).await.redirects_to("/register/claim");
    holder.claims("move").await.redirects_to("/account");

    let start = |account: &str| {
        app.operator(&[
            "recovery",
            "start",
            "--account",
            account,
            "--phone",
            &phone,
            "--by",
            "Sara",
            "--reason",
            "knows her",
        ])
    };
    let ended = start(&hanna.phone);
    ended.refuses(&[
        "several accounts",
        "maid, opened ",
        "had the number until",
        "sponsor, opened ",
        "has the number now",
    ]);
    assert_eq!(app.database.count("recoveries"), 0);
    let id = app.database.text("SELECT id FROM users WHERE role = 'maid'").unwrap();
    assert!(ended.said.contains(&id) && !ended.said.contains(&hanna.phone[4..]), "{}", ended.said);
    start(&id).does(&["started: account ", &id]);
    app.all_due_are_sent().await;
    assert!(app.stop_codes_to(&hanna.phone).is_empty(), "whoever has the number now is told nothing");
    app.let_pass("72 hours");
    chooses(&opened(&app, &phone).await, NEW_PASSWORD).await.redirects_to("/login");
    assert!(holder.is_signed_in().await);
}

#[actix_web::test]
async fn rec_03_who_did_what_and_why_outlives_the_code() {
    let app = TestApp::start().await;
    let (.., phone) = started(&app).await;
    app.let_pass("72 hours");
    chooses(&opened(&app, &phone).await, NEW_PASSWORD).await.redirects_to("/login");
    app.database.run("DELETE FROM action_codes");
    let kept = "SELECT started_by || ': ' || reason FROM recoveries WHERE used_at IS NOT NULL";
    assert_eq!(app.database.text(kept).as_deref(), Some("Sara: knows her in person"));
    assert_eq!(under_way(&app), 0);

    app.let_pass("12 months");
    app.tidy();
    assert_eq!(app.database.count("recoveries"), 1);
    app.let_pass("1 month");
    app.tidy();
    assert_eq!(app.database.count("recoveries"), 0);
}

#[actix_web::test]
async fn inp_11_a_step_out_of_order_leads_to_the_right_one() {
    let app = TestApp::start().await;
    let browser = app.browser();
    browser.get("/recovery/password").await.redirects_to("/recovery");
    chooses(&browser, NEW_PASSWORD).await.redirects_to("/recovery");
    browser.get("/recovery").await.shows(200, "Recover your account");
    let (.., phone) = started(&app).await;
    app.let_pass("72 hours");
    let code = app.recovery_code_to(&phone).await;
    // Two clicks on each button.
    for page in at_once((0..2).map(|_| enters(&browser, &code))).await {
        page.redirects_to("/recovery/password");
    }
    browser.get("/recovery").await.shows(200, "Recover your account");
    for page in at_once((0..2).map(|_| chooses(&browser, NEW_PASSWORD))).await {
        page.redirects_to("/login");
    }
    browser.get("/recovery/password").await.redirects_to("/login");
    signs_in_as(&browser, &phone, NEW_PASSWORD).await.redirects_to("/account");
    assert!(browser.is_signed_in().await);
}
