//! The budget: exact under many at once, a part of it kept for people who have an account, and settled by the bill
//! (SMS-09).

use serde_json::json;

use crate::support::{
    TestApp, at_once,
    crowd::{app_with, leading_to, nothing_broke},
    fake_twilio::{Behaviour, Operation},
    owners::Owner,
    people,
};

/// Ethiopia's assumed price.
const PRICE: i64 = 350_000;

fn set_cap(app: &TestApp, scope: &str, period: &str, micros: i64) {
    app.database.run(&format!(
        "INSERT INTO budgets (scope, {period}_micros) VALUES ('{scope}', {micros})
         ON CONFLICT (scope) DO UPDATE SET {period}_micros = {micros}"
    ));
}

fn spent(app: &TestApp, scope: &str, period: &str, column: &str) -> i64 {
    app.database.number(&format!(
        "SELECT coalesce(sum({column}), 0) FROM spending WHERE scope = '{scope}' AND period = '{period}'"
    ))
}

/// Every scope and period says the same, and the same as the messages do.
#[track_caller]
fn counts(app: &TestApp, micros: i64, unproven: i64) {
    for scope in ["ALL", "ET"] {
        for period in ["hour", "day", "month"] {
            let found = (spent(app, scope, period, "micros"), spent(app, scope, period, "unproven_micros"));
            assert_eq!(found, (micros, unproven), "{scope} {period}");
        }
    }
    assert_eq!(app.database.number("SELECT coalesce(sum(spent_micros), 0) FROM sms_messages"), micros);
}

async fn settled(app: &TestApp) {
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending')", 0).await;
}

#[actix_web::test]
async fn sms_09_two_hundred_at_once_against_a_cap_worth_fifty_make_exactly_fifty() {
    for processes in [1, 2] {
        let app = app_with(processes, &[]).await;
        app.database.codes_were_entered_elsewhere();
        set_cap(&app, "ET", "day", PRICE * 50 * 100 / 70 + 1);
        let people: Vec<_> = (0..200).map(|_| people::maid()).collect();
        let browsers = app.browsers(200);
        let pages = at_once(people.iter().zip(&browsers).map(|(person, browser)| person.asks(browser))).await;
        nothing_broke(&app, &pages, &[303, 429]);
        assert_eq!(leading_to(&pages, "/register/verify"), 50, "{processes} processes");
        settled(&app).await;
        assert_eq!(app.twilio.calls_of(Operation::SendMessage).len(), 50, "{processes} processes");
        counts(&app, 50 * PRICE, 50 * PRICE);
    }
}

#[actix_web::test]
async fn sms_09_three_tenths_of_a_cap_are_kept_for_people_who_have_an_account() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    settled(&app).await;
    let before = spent(&app, "ALL", "hour", "micros");
    let unproven = spent(&app, "ALL", "hour", "unproven_micros");
    // Room for two more to strangers, and for four more in all.
    set_cap(&app, "ALL", "hour", before + 4 * PRICE);
    app.database.run(&format!(
        "UPDATE spending SET unproven_micros = (SELECT hour_micros * 70 / 100 FROM budgets) - 2 * {PRICE}
        WHERE period = 'hour' AND {unproven} >= 0"
    ));
    for _ in 0..2 {
        people::maid().asks(&app.browser()).await.redirects_to("/register/verify");
    }
    let refused = people::maid().asks(&app.browser()).await;
    refused.shows(429, "Please wait a little");
    assert!(refused.headers.contains_key("retry-after"));
    for _ in 0..2 {
        let pending = owner.begins(&app).await;
        pending.gives(&owner.text_code(&app).await).await.redirects_to("/account");
        app.database
            .run("UPDATE sms_messages SET created_at = created_at - interval '5 minutes' WHERE user_id IS NOT NULL");
    }
    let pending = app.browser();
    owner.person.signs_in(&pending).await.shows(429, "Use a backup code");
    pending.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_09_one_countrys_cap_stops_no_other_country() {
    let app = TestApp::start().await;
    set_cap(&app, "ET", "month", PRICE);
    people::maid().asks(&app.browser()).await.shows(429, "Please wait a little");
    let elsewhere = people::maid().at("+966512345678");
    app.browser().submit("/register", &elsewhere.fields_with("country", "SA")).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn what_was_surely_not_sent_is_given_back_and_what_nobody_knows_of_is_not() {
    let app = TestApp::start().await;
    let ways = [
        (Behaviour::Refuse(400, 21614), 0),
        (Behaviour::Refuse(401, 20003), 0),
        (Behaviour::AcceptThenFail(500), 1),
        (Behaviour::AcceptThenDrop, 1),
        (Behaviour::Ok, 1),
    ];
    let mut texts = 0;
    for (behaviour, counted) in ways {
        app.twilio.script_on(Operation::SendMessage, [behaviour]);
        people::maid().asks(&app.browser()).await;
        settled(&app).await;
        texts += counted;
        counts(&app, texts * PRICE, texts * PRICE);
    }
}

#[actix_web::test]
async fn withheld_texts_cost_nothing() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    hanna.has_account(&app).await;
    settled(&app).await;
    for _ in 0..5 {
        app.browser().submit("/register", &people::sponsor().at(&hanna.phone).fields()).await;
    }
    settled(&app).await;
    let sent = app.twilio.calls_of(Operation::SendMessage).len() as i64;
    assert!(app.database.count("sms_messages WHERE withheld") > 0);
    counts(&app, sent * PRICE, sent * PRICE);
}

#[actix_web::test]
async fn notices_are_counted_and_never_held_back() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    settled(&app).await;
    set_cap(&app, "ALL", "hour", 0);
    let sent = app.twilio.calls_of(Operation::SendMessage).len();
    owner.browser.submit("/account/two-factor/off", &[]).await.redirects_to("/account/two-factor");
    settled(&app).await;
    let all = app.twilio.calls_of(Operation::SendMessage).len();
    assert_eq!(all, sent + 1);
    counts(&app, all as i64 * PRICE, PRICE);
}

#[actix_web::test]
async fn the_bill_takes_the_place_of_what_was_assumed() {
    let app = TestApp::start_public().await;
    let hanna = people::maid();
    hanna.begins(&app, &app.browser()).await;
    settled(&app).await;
    counts(&app, PRICE, PRICE);
    let sid = app.twilio.newest_sid_to(&hanna.phone);
    app.twilio.becomes(&sid, "delivered", json!({ "price": "-0.41", "price_unit": "USD", "num_segments": "1" }));
    app.database.run("UPDATE deliveries SET next_look_at = now()");
    app.database.becomes("SELECT spent_micros FROM sms_messages", 410_000).await;
    counts(&app, 410_000, 410_000);
}

#[actix_web::test]
async fn a_bill_in_another_currency_changes_nothing_that_was_assumed() {
    let app = TestApp::start_public().await;
    let hanna = people::maid();
    hanna.begins(&app, &app.browser()).await;
    settled(&app).await;
    let sid = app.twilio.newest_sid_to(&hanna.phone);
    app.twilio.becomes(&sid, "delivered", json!({ "price": "-9.99", "price_unit": "EUR" }));
    app.database.run("UPDATE deliveries SET next_look_at = now()");
    app.database.becomes("SELECT coalesce(price_micros, 0) FROM deliveries", 9_990_000).await;
    counts(&app, PRICE, PRICE);
}

#[actix_web::test]
async fn s_6_killed_between_reservation_call_and_record_no_text_goes_twice_and_each_is_counted_once() {
    let mut app = TestApp::start().await;
    for _ in 0..4 {
        app.twilio.script_on(Operation::SendMessage, [Behaviour::DelayMs(400)]);
        let browser = app.browser();
        let asking = {
            let hanna = people::maid();
            actix_web::rt::spawn(
                async move { browser.try_send(browser.form("/register").form(&hanna.fields())).await.ok() },
            )
        };
        app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'sending'", 1).await;
        app.kill_and_restart(0);
        let _ = asking.await;
        app.database
            .run("UPDATE sms_messages SET claimed_at = claimed_at - interval '2 minutes' WHERE state = 'sending'");
        app.kill_and_restart(0);
        settled(&app).await;
    }
    assert_eq!(app.twilio.calls_of(Operation::SendMessage).len(), 4);
    counts(&app, 4 * PRICE, 4 * PRICE);
}
