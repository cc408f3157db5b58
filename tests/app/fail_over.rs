//! What happens to codes when one provider, or both, do not do their work: the next send goes another way, each code is
//! compared by who made it, and nothing is sent or paid for twice (SMS-11, SMS-14, S-6, S-11).

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use latchkey::sms::config::CALL_TIMEOUT;
use rand::RngExt as _;

use crate::support::{
    PUBLIC_URL, SECRET_KEY, TestApp, at_once,
    browser::{Browser, Page},
    database::Database,
    eventually,
    fake_twilio::{Behaviour, FakeTwilio, Operation},
    owners::Owner,
    people::{self, Person, other_than},
    proxy::Proxy,
};

/// Ethiopia's assumed price.
const PRICE: i64 = 350_000;
const DOWN: Behaviour = Behaviour::Refuse(503, 20503);
const VERIFY: &str = "verify";
const MESSAGING: &str = "messaging";

/// An app whose Ethiopian codes go by these providers, in this order.
async fn ordered(order: &str, processes: usize) -> TestApp {
    ordered_with(order, processes, &[]).await
}

async fn ordered_with(order: &str, processes: usize, extra: &[(&str, &str)]) -> TestApp {
    let mut app = TestApp::start_with(MESSAGING, extra).await;
    // These people are about providers: hardly any of them enters a code, and no brake is to be in their way.
    app.database.codes_were_entered_elsewhere();
    set_order(&app, order);
    for _ in 1..processes {
        app.start_another_instance();
    }
    app
}

fn set_order(app: &TestApp, order: &str) {
    app.database.run(&format!("UPDATE country_policies SET providers = '{{{order}}}' WHERE country = 'ET'"));
}

fn start_of(provider: &str) -> Operation {
    if provider == VERIFY { Operation::StartVerification } else { Operation::SendMessage }
}

fn calls(app: &TestApp, provider: &str) -> usize {
    app.twilio.calls_of(start_of(provider)).len()
}

fn other(provider: &str) -> &'static str {
    if provider == VERIFY { MESSAGING } else { VERIFY }
}

/// Somebody who has asked for a code, with the browser that waits for it.
async fn begins(app: &TestApp, process: usize) -> (Person, Browser) {
    let (hanna, browser) = (people::maid(), app.browser_at(process));
    hanna.asks(&browser).await.redirects_to("/register/verify");
    app.texts_sent().await;
    (hanna, browser)
}

/// So many people ask while a provider behaves like that.
async fn fails(app: &TestApp, provider: &str, behaviour: Behaviour, times: usize) -> Vec<(Person, Browser)> {
    app.twilio.always_on(start_of(provider), behaviour);
    let mut asked = Vec::new();
    for _ in 0..times {
        asked.push(begins(app, 0).await);
    }
    asked
}

fn circuit(app: &TestApp, provider: &str, country: &str) -> Option<String> {
    let state = "SELECT concat_ws(' ', state, cause, openings, rest_seconds) FROM provider_circuits";
    app.database.text(&format!("{state} WHERE provider = '{provider}' AND country = '{country}'"))
}

/// What the ledger says about the newest text to a number: provider, state, charged, attempts, spent.
fn ledger(app: &TestApp, phone: &str) -> String {
    let newest = format!(
        "SELECT concat_ws(' ', provider, state, CASE WHEN charged THEN 'charged' ELSE 'free' END, attempts, spent_micros)
         FROM sms_messages WHERE phone_number = '{phone}' ORDER BY created_at DESC LIMIT 1"
    );
    app.database.text(&newest).unwrap_or_default()
}

#[track_caller]
fn is_wrong(page: &Page) {
    page.shows(422, "Invalid code. 2 attempts remaining.");
}

/// One code has one owner, always.
#[track_caller]
fn every_code_has_one_owner(app: &TestApp) {
    assert_eq!(app.database.count("phone_verifications WHERE code_mac IS NOT NULL AND provider_sid IS NOT NULL"), 0);
}

// The first provider does not do its work.

#[actix_web::test]
async fn s_11_after_four_failures_the_next_code_goes_by_the_other_provider_and_works() {
    for (first, processes) in [(VERIFY, 1), (MESSAGING, 1), (VERIFY, 2), (MESSAGING, 2)] {
        let app = ordered(&format!("{first},{}", other(first)), processes).await;
        let waiting = fails(&app, first, DOWN, 4).await;
        assert_eq!(calls(&app, other(first)), 0, "the outcome was unknown: nothing is sent again by itself");
        for (hanna, browser) in &waiting {
            browser.get("/register/verify").await.shows(200, "may come late or not at all");
            assert_eq!(ledger(&app, &hanna.phone), format!("{first} unknown charged 1 {PRICE}"));
        }
        assert_eq!(circuit(&app, first, "ET").as_deref(), Some("open calls 1 60"));
        assert_eq!(circuit(&app, first, "").as_deref(), Some("open calls 1 60"));
        let line = app.logged("event=provider_circuit_open").await;
        assert!(line.contains(" ERROR ") && line.contains("4 of the last 4 calls failed"), "{line}");

        // At the other process too, where there are two.
        let (selam, browser) = begins(&app, processes - 1).await;
        assert_eq!(ledger(&app, &selam.phone), format!("{} sent charged 1 {PRICE}", other(first)));
        let code = app.twilio.next_code_to(&selam.phone).await;
        is_wrong(&browser.enters(&other_than(&code)).await);
        browser.enters(&code).await.redirects_to("/account");
        let checks = app.twilio.calls_of(Operation::CheckVerification).len();
        assert_eq!(checks, if first == VERIFY { 0 } else { 2 }, "each code is compared by who made it");
        assert_eq!((calls(&app, first), calls(&app, other(first))), (4, 1));
        every_code_has_one_owner(&app);
    }
}

#[actix_web::test]
async fn s_11_whatever_a_provider_does_in_place_of_its_work_leads_to_the_other() {
    for behaviour in [
        Behaviour::AcceptThenFail(500),
        Behaviour::AcceptThenDrop,
        Behaviour::Reset,
        Behaviour::Html(502),
        Behaviour::Empty2xx,
    ] {
        for first in [VERIFY, MESSAGING] {
            let app = ordered(&format!("{first},{}", other(first)), 1).await;
            fails(&app, first, behaviour.clone(), 4).await;
            assert_eq!((calls(&app, first), calls(&app, other(first))), (4, 0), "{behaviour:?}");
            let (selam, browser) = begins(&app, 0).await;
            browser.enters(&app.twilio.next_code_to(&selam.phone).await).await.redirects_to("/account");
            assert_eq!((calls(&app, first), calls(&app, other(first))), (4, 1), "{behaviour:?}");
        }
    }
}

#[actix_web::test]
async fn s_11_a_silent_provider_is_left_alone_after_its_timeouts() {
    let app = ordered("verify,messaging", 1).await;
    app.twilio.always_on(Operation::StartVerification, Behaviour::Hang(CALL_TIMEOUT * 2));
    let waiting: Vec<_> = (0..4).map(|_| (people::maid(), app.browser())).collect();
    at_once(waiting.iter().map(|(hanna, browser)| hanna.asks(browser))).await;
    tokio::time::sleep(CALL_TIMEOUT - Duration::from_secs(2)).await;
    eventually("the silences are over", async || circuit(&app, VERIFY, "").is_some()).await;
    let (selam, browser) = begins(&app, 0).await;
    browser.enters(&app.twilio.next_code_to(&selam.phone).await).await.redirects_to("/account");
    assert_eq!((calls(&app, VERIFY), calls(&app, MESSAGING)), (4, 1));
    assert!(app.logged("event=sms_failed").await.contains("outcome unknown: timeout"));
}

#[actix_web::test]
async fn s_6_what_surely_was_not_sent_goes_on_by_the_other_provider_at_once_and_is_paid_for_once() {
    for (behaviour, first) in [
        (Behaviour::TooManyRequests(120), VERIFY),
        (Behaviour::TooManyRequests(120), MESSAGING),
        (Behaviour::Refuse(401, 20003), VERIFY),
        (Behaviour::Refuse(403, 60605), VERIFY),
        (Behaviour::Refuse(400, 21606), MESSAGING),
        (Behaviour::Refuse(400, 21608), MESSAGING),
        (Behaviour::Refuse(400, 21408), MESSAGING),
        (Behaviour::Refuse(400, 21612), MESSAGING),
    ] {
        let app = ordered(&format!("{first},{}", other(first)), 1).await;
        app.twilio.always_on(start_of(first), behaviour.clone());
        let (hanna, browser) = begins(&app, 0).await;
        assert_eq!(ledger(&app, &hanna.phone), format!("{} sent charged 2 {PRICE}", other(first)), "{behaviour:?}");
        assert_eq!((calls(&app, first), calls(&app, other(first))), (1, 1), "{behaviour:?}");
        assert_eq!(app.database.count("sms_messages"), 1);
        let spent = "SELECT micros FROM spending WHERE scope = 'ET' AND period = 'day'";
        assert_eq!(app.database.number(spent), PRICE, "{behaviour:?}");
        every_code_has_one_owner(&app);
        browser.enters(&app.twilio.next_code_to(&hanna.phone).await).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn s_6_with_its_wire_cut_nobody_waits_for_the_first_provider() {
    let twilio = FakeTwilio::start();
    let mut wire = Proxy::to(twilio.address());
    let base = wire.url();
    let app =
        TestApp::start_on(twilio, Database::create(), MESSAGING, &[("TWILIO_VERIFY_BASE_URL", base.as_str())]).await;
    set_order(&app, "verify,messaging");
    wire.cut();
    for number in 1..=5 {
        let (hanna, browser) = begins(&app, 0).await;
        let attempts = if number <= 4 { 2 } else { 1 };
        assert_eq!(ledger(&app, &hanna.phone), format!("messaging sent charged {attempts} {PRICE}"), "{number}");
        browser.enters(&app.twilio.next_code_to(&hanna.phone).await).await.redirects_to("/account");
    }
    wire.mend();
    app.let_pass("61 seconds");
    let (hanna, browser) = begins(&app, 0).await;
    assert_eq!(ledger(&app, &hanna.phone), format!("verify sent charged 1 {PRICE}"));
    browser.enters(&app.twilio.next_code_to(&hanna.phone).await).await.redirects_to("/account");
    assert!(circuit(&app, VERIFY, "").unwrap().starts_with("closed"));
}

#[actix_web::test]
async fn s_1_refusals_for_the_number_and_twilios_guard_open_no_other_way() {
    for (first, refusals) in [
        (VERIFY, vec![(429, 60203), (403, 60410), (400, 60200), (400, 60205)]),
        (MESSAGING, vec![(400, 21614), (400, 21211), (400, 21610), (400, 30450)]),
    ] {
        let app = ordered(&format!("{first},{}", other(first)), 1).await;
        for (status, code) in refusals.into_iter().cycle().take(8) {
            app.twilio.script_on(start_of(first), [Behaviour::Refuse(status, code)]);
            people::maid().asks(&app.browser()).await;
        }
        app.texts_sent().await;
        assert_eq!((calls(&app, first), calls(&app, other(first))), (8, 0));
        assert_eq!(app.database.count("provider_circuits") + app.database.count("provider_calls"), 0);
    }
}

#[actix_web::test]
async fn s_11_failures_of_one_country_leave_the_others_alone() {
    let app = ordered("verify,messaging", 1).await;
    app.database.run("UPDATE country_policies SET providers = '{verify,messaging}' WHERE country = 'SA'");
    fails(&app, VERIFY, Behaviour::Refuse(403, 60605), 4).await;
    assert_eq!(circuit(&app, VERIFY, "ET").as_deref(), Some("open calls 1 60"));
    assert_eq!(circuit(&app, VERIFY, ""), None);
    app.twilio.always_on(Operation::StartVerification, Behaviour::Ok);
    let noura = people::maid().at("+966512345678");
    noura.asks(&app.browser()).await.redirects_to("/register/verify");
    app.texts_sent().await;
    assert!(ledger(&app, &noura.phone).starts_with("verify sent"), "{}", ledger(&app, &noura.phone));
    let (selam, _) = begins(&app, 0).await;
    assert!(ledger(&app, &selam.phone).starts_with("messaging sent"));
}

#[actix_web::test]
async fn s_11_checks_that_fail_send_the_next_code_another_way() {
    let app = ordered("verify,messaging", 1).await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    app.texts_sent().await;
    app.twilio.always_on(Operation::CheckVerification, DOWN);
    for _ in 0..3 {
        browser.enters(&code).await.shows(422, "We could not check your code just now");
    }
    app.database.becomes("SELECT count(*) FROM provider_circuits WHERE state = 'open' AND country = ''", 1).await;
    app.let_pass("60 seconds");
    browser.resends().await.redirects_to("/register/verify");
    let newer = app.twilio.next_code_to(&hanna.phone).await;
    app.texts_sent().await;
    assert!(ledger(&app, &hanna.phone).starts_with("messaging sent"));
    is_wrong(&browser.enters(&code).await);
    browser.enters(&newer).await.redirects_to("/account");
    assert_eq!(app.twilio.calls_of(Operation::CheckVerification).len(), 3);
}

// A challenge changes hands.

#[actix_web::test]
async fn sms_14_when_a_resend_goes_another_way_the_older_code_is_dead_in_both_places() {
    for (first, processes) in [(VERIFY, 1), (MESSAGING, 1), (VERIFY, 2), (MESSAGING, 2)] {
        let app = ordered(&format!("{first},{}", other(first)), processes).await;
        let (hanna, browser) = begins(&app, 0).await;
        let older = app.twilio.next_code_to(&hanna.phone).await;
        let owner = "SELECT concat_ws(' ', left(provider_sid, 2), left(code_mac, 0) || 'ours') FROM phone_verifications
                     WHERE phone_number = ";
        let owner = |phone: &str| app.database.text(&format!("{owner}'{phone}'")).unwrap();
        assert_eq!(owner(&hanna.phone), if first == VERIFY { "VE" } else { "ours" });
        // One of four worked.
        fails(&app, first, DOWN, 3).await;
        app.let_pass("60 seconds");

        let browser = browser.at(app.address_of(processes - 1));
        browser.resends().await.redirects_to("/register/verify");
        let newer = app.twilio.next_code_to(&hanna.phone).await;
        app.texts_sent().await;
        assert_eq!(owner(&hanna.phone), if first == VERIFY { "ours" } else { "VE" });
        assert_eq!(calls(&app, other(first)), 1);
        if older != newer {
            is_wrong(&browser.enters(&older).await);
        }
        browser.enters(&newer).await.redirects_to("/account");

        let checks = app.twilio.calls_of(Operation::CheckVerification);
        if first == VERIFY {
            assert!(checks.is_empty(), "nobody asks Verify about a code of ours");
            let cancelled = || app.twilio.calls_of(Operation::UpdateVerification).len();
            eventually("the older verification is cancelled", async || cancelled() == 1).await;
        } else {
            assert!(!checks.is_empty(), "a code of Twilio's is compared by Twilio");
        }
    }
}

#[actix_web::test]
async fn sms_14_a_verification_that_cannot_be_cancelled_makes_way_before_the_next() {
    let app = ordered("verify,messaging", 1).await;
    let (hanna, browser) = begins(&app, 0).await;
    let first = app.twilio.next_code_to(&hanna.phone).await;
    app.twilio.always_on(Operation::UpdateVerification, DOWN);
    set_order(&app, "messaging");
    app.let_pass("60 seconds");
    browser.resends().await.redirects_to("/register/verify");
    let second = app.twilio.next_code_to(&hanna.phone).await;
    app.logged("event=verification_not_cancelled").await;
    is_wrong(&browser.enters(&first).await);

    // Back to Verify, which would send the first code once more.
    app.twilio.always_on(Operation::UpdateVerification, Behaviour::Ok);
    set_order(&app, "verify");
    app.let_pass("120 seconds");
    browser.resends().await.redirects_to("/register/verify");
    let third = app.twilio.next_code_to(&hanna.phone).await;
    app.texts_sent().await;
    assert!(third != first, "the first code was sent again");
    for dead in [&first, &second] {
        if *dead != third {
            browser.enters(dead).await.shows(422, "Invalid code.");
        }
    }
    browser.enters(&third).await.redirects_to("/account");
}

#[actix_web::test]
async fn sms_14_a_start_that_answers_after_the_resend_owns_nothing_and_is_cancelled() {
    let app = ordered("verify,messaging", 1).await;
    let (hanna, browser) = (people::maid(), app.browser());
    app.twilio.script_on(Operation::StartVerification, [Behaviour::DelayMs(6000)]);
    hanna.asks(&browser).await.redirects_to("/register/verify");
    let late = app.twilio.next_code_to(&hanna.phone).await;
    set_order(&app, "messaging");
    app.let_pass("60 seconds");
    browser.resends().await.redirects_to("/register/verify");
    let newer = app.twilio.next_code_to(&hanna.phone).await;
    eventually("the late start is cancelled", async || app.twilio.calls_of(Operation::UpdateVerification).len() == 1)
        .await;
    if late != newer {
        is_wrong(&browser.enters(&late).await);
    }
    every_code_has_one_owner(&app);
    browser.enters(&newer).await.redirects_to("/account");
    assert!(app.twilio.calls_of(Operation::CheckVerification).is_empty());
}

#[actix_web::test]
async fn s_11_an_order_that_is_changed_counts_for_the_next_send_and_only_configured_providers_do() {
    let app = ordered_with("verify,messaging", 1, &[]).await;
    for (order, carrier) in [("verify", VERIFY), ("messaging,verify", MESSAGING), ("", MESSAGING), ("verify", VERIFY)] {
        set_order(&app, order);
        let (hanna, browser) = begins(&app, 0).await;
        assert!(ledger(&app, &hanna.phone).starts_with(carrier), "{order}: {}", ledger(&app, &hanna.phone));
        browser.enters(&app.twilio.next_code_to(&hanna.phone).await).await.redirects_to("/account");
    }
    let without = ordered_with("verify,messaging", 1, &[("TWILIO_VERIFY_SERVICE_SID", "")]).await;
    let (hanna, _) = begins(&without, 0).await;
    assert!(ledger(&without, &hanna.phone).starts_with(MESSAGING));
}

#[actix_web::test]
async fn sms_05_at_sign_in_a_text_that_went_another_way_is_a_second_step_like_any() {
    let app = ordered("verify,messaging", 1).await;
    let owner = Owner::with_sms(&app).await;
    fails(&app, VERIFY, DOWN, 8).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    app.texts_sent().await;
    assert!(ledger(&app, &owner.person.phone).starts_with("messaging sent"));
    is_wrong(&browser.gives(&other_than(&code)).await);
    browser.gives(&code).await.redirects_to("/account");
}

// Both, and back again.

#[actix_web::test]
async fn sms_11_with_both_down_the_page_says_so_and_a_backup_code_still_signs_in() {
    for processes in [1, 2] {
        let app = ordered("verify,messaging", processes).await;
        let owner = Owner::with_sms(&app).await;
        app.texts_sent().await;
        app.twilio.always_on(Operation::SendMessage, DOWN);
        fails(&app, VERIFY, DOWN, 20).await;
        for provider in [VERIFY, MESSAGING] {
            assert!(circuit(&app, provider, "ET").is_some_and(|state| state.starts_with("open")), "{provider}");
        }
        let pending = owner.begins(&app).await;
        app.texts_sent().await;
        let page = pending.get("/login/verify").await;
        page.shows(200, "may come late or not at all");
        assert!(page.has("a[href='/login/backup-code']"), "{}", page.text());
        let pending = pending.at(app.address_of(processes - 1));
        pending.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");

        for operation in [Operation::SendMessage, Operation::StartVerification] {
            app.twilio.always_on(operation, Behaviour::Refuse(401, 20003));
        }
        let page = people::maid().asks(&app.browser()).await;
        page.redirects_to("/register/verify");
        let pending = owner.begins(&app).await;
        app.texts_sent().await;
        let page = pending.get("/login/verify").await;
        page.shows(200, "The text did not go out, and the fault is ours");
        assert!(page.has("a[href='/login/backup-code']"), "{}", page.text());
        pending.gives_backup(&owner.backup_codes[1]).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn sms_11_circuits_refuse_nobody_and_whoever_works_again_is_found_by_the_next_text() {
    let app = ordered("verify,messaging", 1).await;
    app.twilio.always_on(Operation::SendMessage, DOWN);
    fails(&app, VERIFY, DOWN, 12).await;
    app.twilio.always_on(Operation::SendMessage, Behaviour::Ok);
    let (hanna, browser) = begins(&app, 0).await;
    browser.enters(&app.twilio.next_code_to(&hanna.phone).await).await.redirects_to("/account");
    assert_eq!(circuit(&app, MESSAGING, "ET").as_deref().map(|state| &state[..6]), Some("closed"));
    assert_eq!(circuit(&app, VERIFY, "ET").as_deref().map(|state| &state[..4]), Some("open"));
}

#[actix_web::test]
async fn s_11_after_the_rest_one_text_of_many_tries_the_provider_and_its_success_brings_all_back() {
    for processes in [1, 2] {
        let app = ordered("verify,messaging", processes).await;
        fails(&app, VERIFY, DOWN, 4).await;
        app.let_pass("61 seconds");
        app.twilio.always_on(Operation::StartVerification, Behaviour::DelayMs(2500));
        let asking: Vec<_> = app.browsers(10).into_iter().map(|browser| (people::maid(), browser)).collect();
        at_once(asking.iter().map(|(hanna, browser)| hanna.asks(browser))).await;
        app.texts_sent().await;
        assert_eq!((calls(&app, VERIFY), calls(&app, MESSAGING)), (5, 9), "{processes} processes");
        app.logged("event=provider_circuit_closed provider=verify country=ET").await;
        app.logged("event=provider_circuit_closed provider=verify country=all").await;
        let (hanna, _) = begins(&app, 0).await;
        assert!(ledger(&app, &hanna.phone).starts_with("verify sent"));
    }
}

#[actix_web::test]
async fn s_11_a_trial_that_fails_doubles_the_rest_and_nobody_who_waits_in_vain_is_taken_for_one() {
    let app = ordered("verify,messaging", 1).await;
    let (_, waiting) = fails(&app, VERIFY, DOWN, 4).await.pop().unwrap();
    app.let_pass("61 seconds");
    waiting.resends().await.redirects_to("/register/verify");
    app.texts_sent().await;
    assert_eq!((calls(&app, VERIFY), calls(&app, MESSAGING)), (4, 1), "a resend tries nothing out");
    for (tried, rest) in [(5, 120), (6, 240), (7, 480), (8, 900), (9, 900)] {
        begins(&app, 0).await;
        assert_eq!(calls(&app, VERIFY), tried);
        assert!(circuit(&app, VERIFY, "").unwrap().ends_with(&format!(" {rest}")), "{:?}", circuit(&app, VERIFY, ""));
        begins(&app, 0).await;
        assert_eq!(calls(&app, VERIFY), tried, "none before the rest is over");
        app.let_pass(&format!("{rest} seconds"));
    }
}

#[actix_web::test]
async fn s_11_a_provider_that_comes_and_goes_rests_longer_each_time_and_every_text_is_sent_once() {
    let app = ordered("verify,messaging", 2).await;
    let mut rests = Vec::new();
    for _ in 0..4 {
        fails(&app, VERIFY, DOWN, 4).await;
        let rest = app.database.number("SELECT rest_seconds FROM provider_circuits WHERE country = 'ET'");
        rests.push(rest);
        app.twilio.always_on(Operation::StartVerification, Behaviour::Ok);
        app.let_pass(&format!("{rest} seconds"));
        let (hanna, browser) = begins(&app, 1).await;
        browser.enters(&app.twilio.next_code_to(&hanna.phone).await).await.redirects_to("/account");
        assert!(ledger(&app, &hanna.phone).starts_with("verify sent"));
    }
    assert_eq!(rests, [60, 120, 240, 480]);
    app.let_pass("16 minutes");
    fails(&app, VERIFY, DOWN, 4).await;
    assert_eq!(circuit(&app, VERIFY, "ET").as_deref(), Some("open calls 1 60"), "all is forgiven in time");
    assert_eq!(app.database.count("sms_messages"), calls(&app, VERIFY) as i64 + calls(&app, MESSAGING) as i64);
}

// Accepted, and never delivered.

#[actix_web::test]
async fn s_11_reports_that_texts_failed_on_the_way_send_the_next_another_way() {
    for code in ["30003", "30004", "30005", "30006", "30007", "30008"] {
        let app = ordered_with(
            "messaging,verify",
            1,
            &[("LATCHKEY_BASE_URL", PUBLIC_URL), ("LATCHKEY_SECRET_KEY", SECRET_KEY)],
        )
        .await;
        for number in 0..4 {
            let (hanna, browser) = begins(&app, 0).await;
            let sid = app.twilio.newest_sid_to(&hanna.phone);
            let told = if number % 2 == 0 { "undelivered" } else { "failed" };
            let report = app.twilio.report(&sid, told, &[("ErrorCode", code)]);
            let request = browser
                .bare(reqwest::Method::POST, &report.path())
                .header("content-type", "application/x-www-form-urlencoded")
                .header("x-twilio-signature", report.signature());
            assert_eq!(browser.send(request.body(report.body())).await.status, 204);
        }
        eventually("the circuit is open", async || {
            circuit(&app, MESSAGING, "ET").as_deref() == Some("open arrivals 1 300")
        })
        .await;
        let (selam, browser) = begins(&app, 0).await;
        assert!(ledger(&app, &selam.phone).starts_with("verify sent"), "{code}");
        browser.enters(&app.twilio.next_code_to(&selam.phone).await).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn s_11_texts_that_are_accepted_and_never_arrive_send_the_next_another_way() {
    for first in [VERIFY, MESSAGING] {
        let app = ordered(&format!("{first},{}", other(first)), 1).await;
        for _ in 0..10 {
            begins(&app, 0).await;
        }
        tokio::time::sleep(Duration::from_millis(5500)).await;
        assert_eq!(circuit(&app, first, "ET"), None, "they have not had their time");
        app.let_pass("6 minutes");
        eventually("the circuit is open", async || {
            circuit(&app, first, "ET").as_deref() == Some("open arrivals 1 300")
        })
        .await;
        assert!(app.logged("event=provider_circuit_open").await.contains("0 of 10 texts arrived"));
        let (selam, browser) = begins(&app, 0).await;
        assert!(ledger(&app, &selam.phone).starts_with(&format!("{} sent", other(first))));
        browser.enters(&app.twilio.next_code_to(&selam.phone).await).await.redirects_to("/account");

        // One tries it; that its text was accepted is no news, that its code was entered is.
        app.let_pass("5 minutes");
        let (hanna, browser) = begins(&app, 0).await;
        assert!(ledger(&app, &hanna.phone).starts_with(&format!("{first} sent")));
        assert!(circuit(&app, first, "ET").unwrap().starts_with("half_open"));
        let (selam, _) = begins(&app, 0).await;
        assert!(ledger(&app, &selam.phone).starts_with(&format!("{} sent", other(first))));
        browser.enters(&app.twilio.next_code_to(&hanna.phone).await).await.redirects_to("/account");
        eventually("the circuit is closed", async || circuit(&app, first, "ET").unwrap().starts_with("closed")).await;
    }
}

#[actix_web::test]
async fn s_11_where_codes_are_entered_as_ever_nothing_opens() {
    let app = ordered("verify,messaging", 1).await;
    for number in 0..12 {
        let (hanna, browser) = (people::maid(), app.browser());
        let code = hanna.begins(&app, &browser).await;
        if number % 3 == 0 {
            browser.enters(&code).await.redirects_to("/account");
        }
    }
    app.let_pass("6 minutes");
    tokio::time::sleep(Duration::from_millis(5500)).await;
    assert_eq!(app.database.count("provider_circuits"), 0);
}

// What nobody is to see.

#[actix_web::test]
async fn sms_13_what_is_withheld_takes_the_way_and_the_time_of_what_is_sent() {
    let app = ordered("verify,messaging", 1).await;
    let owner = Owner::with_sms(&app).await;
    fails(&app, VERIFY, DOWN, 8).await;
    app.twilio.always_on(Operation::SendMessage, Behaviour::DelayMs(700));
    begins(&app, 0).await;
    app.texts_sent().await;
    let sent = (calls(&app, VERIFY), calls(&app, MESSAGING));
    app.database.run("UPDATE country_policies SET unproven = true");
    let mut withheld = None;
    // Strangers get three of the owner's texts, the one that proved the number is one of them.
    for _ in 0..4 {
        let browser = app.browser();
        people::maid().at(&owner.person.phone).asks(&browser).await.redirects_to("/register/verify");
        app.texts_sent().await;
        if ledger(&app, &owner.person.phone).contains("withheld") {
            withheld = Some(browser);
            break;
        }
    }
    let browser = withheld.expect("beyond their part, strangers' texts are withheld");
    assert!(ledger(&app, &owner.person.phone).starts_with("messaging withheld charged 1"));
    let took = "SELECT (extract(epoch FROM settled_at - claimed_at) * 1000)::bigint FROM sms_messages
                WHERE state = 'withheld' ORDER BY created_at DESC LIMIT 1";
    let took = app.database.number(took);
    assert!((620..1500).contains(&took), "as long as a call to Messaging takes: {took} ms");
    assert_eq!(calls(&app, VERIFY), sent.0);
    is_wrong(&browser.enters("123456").await);

    // Its turn to try would be as good as anybody's; it tries nothing, and leaves it to the next.
    app.let_pass("15 minutes");
    people::maid().at(&owner.person.phone).asks(&app.browser()).await.redirects_to("/register/verify");
    app.texts_sent().await;
    assert_eq!(calls(&app, VERIFY), sent.0);
    begins(&app, 0).await;
    assert_eq!(calls(&app, VERIFY), sent.0 + 1);
}

// Killed on the way.

#[actix_web::test]
async fn s_6_a_trial_that_a_crash_cut_short_is_settled_and_another_follows() {
    for processes in [1, 2] {
        let mut app = ordered("verify,messaging", processes).await;
        fails(&app, VERIFY, DOWN, 4).await;
        app.let_pass("61 seconds");
        app.twilio.always_on(Operation::StartVerification, Behaviour::Hang(Duration::from_secs(5)));
        let (hanna, browser) = (people::maid(), app.browser());
        let asking = {
            let (hanna, browser) = (hanna.clone(), browser.clone());
            actix_web::rt::spawn(async move { browser.try_send(browser.form("/register").form(&hanna.fields())).await })
        };
        eventually("the trial is under way", async || calls(&app, VERIFY) == 5).await;
        for index in 0..processes {
            app.kill_and_restart(index);
        }
        let _ = asking.await;
        assert!(circuit(&app, VERIFY, "ET").unwrap().starts_with("half_open"));
        let (selam, _) = begins_beside(&app, &hanna.phone).await;
        assert!(ledger(&app, &selam.phone).starts_with("messaging sent"), "{}", ledger(&app, &selam.phone));

        app.twilio.always_on(Operation::StartVerification, Behaviour::Ok);
        app.let_pass("61 seconds");
        app.kill_and_restart(0);
        app.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('sending', 'queued')", 0).await;
        assert!(ledger(&app, &hanna.phone).starts_with("verify unknown charged 1"));
        begins(&app, 0).await;
        assert_eq!(calls(&app, VERIFY), 6, "the cut one was not sent again, and another tried");
        assert!(circuit(&app, VERIFY, "ET").unwrap().starts_with("closed"));
    }
}

/// As [`begins`] while one message stays in the middle of its call.
async fn begins_beside(app: &TestApp, stuck: &str) -> (Person, Browser) {
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.asks(&browser).await.redirects_to("/register/verify");
    let others =
        format!("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending') AND phone_number <> '{stuck}'");
    app.database.becomes(&others, 0).await;
    (hanna, browser)
}

/// People who ask for one code each, at whichever process answers.
async fn people_keep_asking(servers: Arc<Mutex<Vec<std::net::SocketAddr>>>, over: Arc<AtomicBool>) -> Vec<String> {
    let mut asked = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let server = {
            let servers = servers.lock().unwrap();
            servers[asked.len() % servers.len()]
        };
        let (hanna, browser) = (people::maid(), Browser::new(server));
        let request = browser.form("/register").form(&hanna.fields()).timeout(Duration::from_secs(5));
        let _ = browser.try_send(request).await;
        asked.push(hanna.phone);
    }
    asked
}

#[actix_web::test]
async fn s_6_killed_between_choosing_calling_and_recording_each_reservation_is_called_once_at_most_and_settled() {
    for processes in [1, 2] {
        let mut app = ordered("verify,messaging", processes).await;
        let twilio = app.twilio.clone();
        let servers = Arc::new(Mutex::new((0..processes).map(|index| app.address_of(index)).collect::<Vec<_>>()));
        let over = Arc::<AtomicBool>::default();
        let asking: Vec<_> =
            (0..4).map(|_| actix_web::rt::spawn(people_keep_asking(servers.clone(), over.clone()))).collect();
        let (kill_at, ended) = (servers.clone(), over.clone());
        let killer = tokio::task::spawn_blocking(move || {
            // Both providers come and go, answer late, and accept without saying so.
            let moods = [
                Behaviour::DelayMs(60),
                Behaviour::AcceptThenFail(500),
                Behaviour::Ok,
                Behaviour::TooManyRequests(1),
                Behaviour::AcceptThenDrop,
            ];
            let mut random = rand::rng();
            for round in 0..8 {
                // Never both in the same mood.
                for (operation, ahead) in [(Operation::StartVerification, 0), (Operation::SendMessage, 2)] {
                    app.twilio.always_on(operation, moods[(round + ahead) % moods.len()].clone());
                }
                let (begun, before) = (Instant::now(), app.database.count("sms_messages"));
                while begun.elapsed() < Duration::from_secs(5) && app.database.count("sms_messages") < before + 4 {
                    std::thread::sleep(Duration::from_millis(20));
                }
                std::thread::sleep(Duration::from_millis(random.random_range(0..300)));
                let index = round % processes;
                app.kill_and_restart(index);
                kill_at.lock().unwrap()[index] = app.address_of(index);
            }
            for operation in [Operation::StartVerification, Operation::SendMessage] {
                app.twilio.always_on(operation, Behaviour::Ok);
            }
            ended.store(true, Ordering::SeqCst);
            app
        });
        let mut app = killer.await.unwrap();
        let mut phones = Vec::new();
        for person in asking {
            phones.extend(person.await.unwrap());
        }

        // What was queued goes out; what a kill left in the middle of a call is settled, and not called again.
        let queued = "SELECT count(*) FROM sms_messages WHERE state = 'queued'";
        eventually("the queue is empty", async || app.database.number(queued) == 0).await;
        app.let_pass("61 seconds");
        app.kill_and_restart(0);
        let unsettled = "SELECT count(*) FROM sms_messages WHERE state IN ('sending', 'queued')";
        eventually("all is settled", async || app.database.number(unsettled) == 0).await;
        let mut arrived = 0;
        for phone in &phones {
            let accepted = twilio.messages_to(phone).len();
            let reserved =
                app.database.number(&format!("SELECT count(*) FROM sms_messages WHERE phone_number = '{phone}'"));
            assert!(i64::try_from(accepted).unwrap() <= reserved, "a text was sent twice");
            arrived += accepted;
        }
        let carriers = app.database.number("SELECT count(DISTINCT provider) FROM sms_messages WHERE state = 'sent'");
        let total = app.database.count("sms_messages");
        println!(
            "{processes} processes: {} asked, {total} reserved, {arrived} accepted, {carriers} carriers",
            phones.len()
        );
        assert!(total >= 10 && carriers == 2, "too little happened");
        let spent = "SELECT coalesce(sum(micros), 0) FROM spending WHERE scope = 'ALL' AND period = 'month'";
        let owed = "SELECT coalesce(sum(spent_micros), 0) FROM sms_messages";
        assert_eq!(app.database.number(spent), app.database.number(owed));
        let uncounted = "sms_messages WHERE state IN ('sent', 'unknown') AND spent_micros <> 350000";
        assert_eq!(app.database.count(uncounted), 0);
        every_code_has_one_owner(&app);
        assert_eq!(app.database.deadlocks(), 0);
    }
}

#[actix_web::test]
async fn sms_08_a_resend_another_way_counts_as_one_text_more_and_no_limit_is_paid_twice() {
    let app = ordered("verify,messaging", 1).await;
    let mut waiting = fails(&app, VERIFY, DOWN, 4).await;
    let (hanna, browser) = waiting.pop().unwrap();
    app.let_pass("60 seconds");
    let started = Instant::now();
    browser.resends().await.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&hanna.phone).await;
    assert!(started.elapsed() < Duration::from_secs(3));
    app.texts_sent().await;
    let of_hers = format!("sms_messages WHERE phone_number = '{}' AND charged", hanna.phone);
    assert_eq!(app.database.count(&of_hers), 2);
    let spent = "SELECT micros FROM spending WHERE scope = 'ET' AND period = 'day'";
    assert_eq!(app.database.number(spent), 5 * PRICE, "four of which nobody knows, and one that was sent");
    browser.enters(&code).await.redirects_to("/account");
}
