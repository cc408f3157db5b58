//! How often a password may be tried: exactly so often, however the tries arrive, and never so that an owner is shut out.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;

use crate::{
    enumeration::seen,
    support::{
        TestApp, at_once,
        browser::{Browser, Page},
        crowd::{app_with, leading_to, meet, nothing_broke, saying},
        database::Database,
        eventually,
        fake_twilio::FakeTwilio,
        people::{self, Person, WRONG_PASSWORD, signs_in_as},
        raw,
    },
};

const WRONG: &str = "That does not fit.";

/// Wrong passwords of the one identifier that was tried.
const OF_IDENTIFIER: &str = "SELECT coalesce(max(wrong), 0) FROM password_guesses WHERE key LIKE 'identifier:%'";
const OF_ACCOUNT: &str = "SELECT coalesce(max(wrong), 0) FROM password_guesses WHERE key LIKE 'account:%'";
/// What the owner finds in the list of what happened.
const TOLD: &str = "SELECT count(*) FROM activity WHERE event = 'password_wrong'";

/// A sponsor with an account, and the browser that it was opened in.
async fn owner(app: &TestApp) -> (Person, Browser) {
    let salma = people::sponsor();
    let browser = salma.has_account(app).await;
    (salma, browser)
}

/// Wrong passwords by strangers, each at an address of its own.
async fn strangers_try(app: &TestApp, identifier: &str, times: usize) {
    for _ in 0..times {
        signs_in_as(&app.browser(), identifier, WRONG_PASSWORD).await.shows(422, WRONG);
    }
}

/// Waits are told in half minutes: exact ones would tell which limit it was.
#[track_caller]
fn is_too_many(page: &Page, wait: u64) {
    page.shows(429, "Please wait a little");
    assert_eq!(page.retry_after(), wait.next_multiple_of(30));
}

#[actix_web::test]
async fn aut_01_six_wrong_passwords_and_then_the_owner_comes_from_elsewhere_or_from_a_known_browser() {
    let mut app = TestApp::start().await;
    let (salma, known) = owner(&app).await;
    known.submit("/logout", &[]).await;

    strangers_try(&app, &salma.email, 5).await;
    is_too_many(&salma.signs_in_wrongly(&app.browser()).await, 30);
    is_too_many(&salma.signs_in(&app.browser()).await, 30);
    salma.signs_in(&known.fork()).await.redirects_to("/account");

    app.kill_and_restart(0);
    let known = known.at(app.address());
    is_too_many(&salma.signs_in(&app.browser()).await, 30);
    salma.signs_in(&known.fork()).await.redirects_to("/account");

    // One more try after each wait, and a longer wait after each wrong one, but never for good.
    for (wait, next) in [(30, 60), (60, 120), (120, 240), (240, 480), (480, 900), (900, 900), (900, 900)] {
        app.let_pass(&format!("{} seconds", wait - 5));
        is_too_many(&salma.signs_in_wrongly(&app.browser()).await, 5);
        app.let_pass("5 seconds");
        strangers_try(&app, &salma.email, 1).await;
        is_too_many(&salma.signs_in_wrongly(&app.browser()).await, next);
        salma.signs_in(&known.fork()).await.redirects_to("/account");
    }
    app.let_pass("15 minutes");
    salma.signs_in(&app.browser()).await.redirects_to("/account");
    // The right password ended the count.
    strangers_try(&app, &salma.email, 5).await;
    is_too_many(&salma.signs_in_wrongly(&app.browser()).await, 30);
}

#[actix_web::test]
async fn aut_01_fifteen_quiet_minutes_begin_anew() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    for (pause, tries) in [("0 seconds", 4), ("15 minutes 1 second", 5), ("15 minutes 31 seconds", 5)] {
        app.let_pass(pause);
        strangers_try(&app, &salma.email, tries).await;
    }
    is_too_many(&salma.signs_in_wrongly(&app.browser()).await, 30);
    app.database.run("TRUNCATE password_guesses");
    strangers_try(&app, &salma.email, 4).await;
    app.let_pass("14 minutes");
    strangers_try(&app, &salma.email, 1).await;
    is_too_many(&salma.signs_in_wrongly(&app.browser()).await, 30);
}

#[actix_web::test]
async fn aut_01_a_known_browser_counts_by_itself() {
    let app = TestApp::start().await;
    let (salma, known) = owner(&app).await;
    for _ in 0..5 {
        salma.signs_in_wrongly(&known).await.shows(422, WRONG);
    }
    is_too_many(&salma.signs_in(&known).await, 30);
    // Also where only its address changes, and by the other identifier.
    is_too_many(&salma.signs_in(&known.fork().from("203.0.113.9")).await, 30);
    is_too_many(&signs_in_as(&known, &salma.phone, &salma.password).await, 30);
    assert_eq!(app.database.number(OF_IDENTIFIER), 0, "others are not counted for it");
    salma.signs_in(&app.browser()).await.redirects_to("/account");
    app.let_pass("30 seconds");
    salma.signs_in(&known).await.redirects_to("/account");

    // Known to one account is not known to another.
    let (hanna, other) = (people::maid(), app.browser());
    hanna.registers(&app, &other).await;
    strangers_try(&app, &salma.email, 5).await;
    is_too_many(&salma.signs_in(&other).await, 30);
}

#[actix_web::test]
async fn aut_12_e_10_the_second_identifier_gives_no_more_guesses_and_tells_nothing() {
    let app = TestApp::start().await;
    let (salma, known) = owner(&app).await;
    let nobody = people::sponsor();
    for person in [&salma, &nobody] {
        strangers_try(&app, &person.email, 5).await;
    }

    // Whoever signs in by number meets the ordinary refusal, right password or not, as often as for any number.
    for round in 0..5 {
        let linked = signs_in_as(&app.browser(), &salma.phone, &salma.password).await;
        linked.shows(422, WRONG);
        let unlinked = signs_in_as(&app.browser(), &nobody.phone, &salma.password).await;
        assert_eq!(seen(&linked, &salma), seen(&unlinked, &nobody), "{round}");
    }
    is_too_many(&signs_in_as(&app.browser(), &salma.phone, &salma.password).await, 30);
    is_too_many(&signs_in_as(&app.browser(), &nobody.phone, &salma.password).await, 30);
    app.database.becomes(TOLD, 10).await;
    assert_eq!(app.database.number(OF_ACCOUNT), 5, "what was not compared does not lengthen the wait");

    salma.signs_in(&known).await.redirects_to("/account");
    app.let_pass("30 seconds");
    signs_in_as(&app.browser(), &salma.phone, &salma.password).await.redirects_to("/account");
}

#[actix_web::test]
async fn aut_12_both_identifiers_at_once_allow_5_comparisons() {
    let app = app_with(2, &[]).await;
    let (salma, _) = owner(&app).await;
    let browsers = app.browsers(40);
    let tries = browsers.iter().enumerate().map(|(index, browser)| {
        let identifier = if index % 2 == 0 { &salma.email } else { &salma.phone };
        signs_in_as(browser, identifier, WRONG_PASSWORD)
    });

    let pages = at_once(tries).await;

    nothing_broke(&app, &pages, &[422, 429]);
    assert_eq!(app.database.number(OF_ACCOUNT), 5);
    assert_eq!(saying(&pages, WRONG), 10, "five visible tries for each");
}

// By address.

#[actix_web::test]
async fn l_8_an_address_is_wrong_50_times_and_known_browsers_there_are_served() {
    let app = TestApp::start().await;
    let ((salma, known), (hanna, _)) = (owner(&app).await, owner(&app).await);
    let carrier = "203.0.113.7";
    known.submit("/logout", &[]).await;
    let known = known.from(carrier);
    // The right password gives its try back.
    for _ in 0..3 {
        hanna.signs_in(&app.browser().from(carrier)).await.redirects_to("/account");
    }
    for number in 0..50 {
        let identifier = format!("nobody{number}@example.com");
        signs_in_as(&app.browser().from(carrier), &identifier, WRONG_PASSWORD).await.shows(422, WRONG);
    }

    is_too_many(&signs_in_as(&app.browser().from(carrier), "nobody@example.com", WRONG_PASSWORD).await, 900);
    assert_eq!(hanna.signs_in(&app.browser().from(carrier)).await.status, 429);
    assert_eq!(signs_in_as(&app.browser().from(carrier), &hanna.phone, &hanna.password).await.status, 429);
    assert_eq!(app.database.number("SELECT max(cardinality(guessed_at)) FROM address_guesses"), 50);
    let tried = "SELECT count(*) FROM password_guesses WHERE wrong > 0 AND key LIKE 'account:%-%'";
    assert_eq!(app.database.number(tried), 0, "what an address may not try is not counted for whom it tried");
    salma.signs_in_wrongly(&known).await.shows(422, WRONG);
    salma.signs_in(&known).await.redirects_to("/account");
    hanna.signs_in(&app.browser()).await.redirects_to("/account");

    app.let_pass("15 minutes");
    hanna.signs_in(&app.browser().from(carrier)).await.redirects_to("/account");
}

#[actix_web::test]
async fn l_8_the_window_of_an_address_slides() {
    let app = TestApp::start().await;
    let carrier = "203.0.113.8";
    let fill = |count: u32, age: &str| {
        app.database.run(&format!(
            "INSERT INTO address_guesses AS a VALUES ('{carrier}',
                 array(SELECT now() - interval '{age}' + n * interval '1 ms' FROM generate_series(1, {count}) AS n), now())
             ON CONFLICT (address) DO UPDATE SET guessed_at = a.guessed_at || excluded.guessed_at"
        ));
    };
    let tries = async || signs_in_as(&app.browser().from(carrier), &people::new_phone(), WRONG_PASSWORD).await;
    fill(25, "14 minutes");
    fill(24, "5 minutes");
    tries().await.shows(422, WRONG);
    is_too_many(&tries().await, 60);
    app.let_pass("61 seconds");
    for _ in 0..25 {
        tries().await.shows(422, WRONG);
    }
    is_too_many(&tries().await, 9 * 60);
}

#[actix_web::test]
async fn l_3_addresses_of_one_64_are_one_and_a_48_has_four_times_the_room() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    let tries = async |address: &str| {
        signs_in_as(&app.browser().from(address), &people::new_phone(), WRONG_PASSWORD).await.status.as_u16()
    };
    for number in 0..50 {
        assert_eq!(tries(&format!("2001:db8:1:1:{number:x}::1")).await, 422);
    }
    assert_eq!(tries("2001:db8:1:1:ffff::9").await, 429);
    assert_eq!(tries("2001:db8:1:2::1").await, 422);
    app.database
        .run("UPDATE address_guesses SET guessed_at = array_fill(now(), ARRAY[199]) WHERE address = '2001:db8:1::/48'");
    assert_eq!(tries("2001:db8:1:3::1").await, 422);
    assert_eq!(tries("2001:db8:1:4::1").await, 429);
    assert_eq!(salma.signs_in(&app.browser().from("2001:db8:1:5::1")).await.status, 429);
    salma.signs_in(&app.browser().from("2001:db8:2::1")).await.redirects_to("/account");
}

#[actix_web::test]
async fn l_4_a_forged_address_changes_nothing() {
    let app = TestApp::start_with("messaging", &[("LATCHKEY_TRUSTED_PROXIES", "")]).await;
    for number in 0..50 {
        let browser = app.browser().from(&format!("198.51.100.{number}"));
        let request =
            browser.form("/login").header("x-real-ip", &browser.address).header("forwarded", "for=198.51.100.9");
        let identifier = format!("nobody{number}@example.com");
        let page = browser.send(request.form(&[("identifier", identifier.as_str()), ("password", "x")])).await;
        page.shows(422, WRONG);
    }
    assert_eq!(signs_in_as(&app.browser(), "nobody@example.com", WRONG_PASSWORD).await.status, 429);
    assert_eq!(app.database.count("address_guesses"), 1);
}

#[actix_web::test]
async fn l_9_a_stranger_cannot_shut_the_owner_out() {
    let app = TestApp::start().await;
    let (salma, known) = owner(&app).await;
    let strangers = app.browsers(200);
    let pages = at_once(strangers.iter().map(|browser| salma.signs_in_wrongly(browser))).await;
    nothing_broke(&app, &pages, &[422, 429]);

    known.get("/account").await.shows(200, "Salma");
    known.submit("/logout", &[]).await.redirects_to("/login");
    salma.signs_in(&known).await.redirects_to("/account");
    let unknown = app.browser();
    assert_eq!(salma.signs_in(&unknown).await.status, 429);
    app.let_pass("15 minutes");
    salma.signs_in(&unknown).await.redirects_to("/account");
    // And the browser is known from now on.
    strangers_try(&app, &salma.email, 5).await;
    salma.signs_in(&unknown).await.redirects_to("/account");
}

// Everybody at once.

async fn two_hundred_wrong_passwords_at_once(app: TestApp, one_address: bool) {
    let (salma, _) = owner(&app).await;
    let browsers = if one_address { app.copies(&app.browser(), 200) } else { app.browsers(200) };

    let pages = at_once(browsers.iter().map(|browser| salma.signs_in_wrongly(browser))).await;

    nothing_broke(&app, &pages, &[422, 429]);
    assert_eq!(saying(&pages, WRONG), 5);
    assert_eq!((app.database.number(OF_IDENTIFIER), app.database.number(OF_ACCOUNT)), (5, 5));
    app.database.becomes(TOLD, 5).await;
    let charged = "SELECT coalesce(sum(cardinality(guessed_at)), 0) FROM address_guesses";
    assert_eq!(app.database.number(charged), 5, "a refused try is given back to its address");
    assert_eq!(salma.signs_in(&app.browser()).await.status, 429);
    assert_eq!(leading_to(&pages, "/account"), 0);
}

#[actix_web::test]
async fn r_2_of_200_wrong_passwords_at_once_five_are_compared() {
    two_hundred_wrong_passwords_at_once(app_with(1, &[]).await, false).await;
    two_hundred_wrong_passwords_at_once(app_with(1, &[]).await, true).await;
}

#[actix_web::test]
async fn r_9_of_200_wrong_passwords_at_two_processes_five_are_compared() {
    two_hundred_wrong_passwords_at_once(app_with(2, &[]).await, false).await;
}

#[actix_web::test]
async fn r_2_of_200_at_once_an_address_gets_50_compared() {
    let app = app_with(2, &[]).await;
    let browsers = app.copies(&app.browser(), 200);
    // As many as the queue of hashes holds, again until all have an answer.
    let mut compared = 0;
    for browsers in browsers.chunks(40) {
        let identifiers: Vec<String> = browsers.iter().map(|_| people::new_phone()).collect();
        let tries =
            browsers.iter().zip(&identifiers).map(|(it, identifier)| signs_in_as(it, identifier, WRONG_PASSWORD));
        let pages = at_once(tries).await;
        nothing_broke(&app, &pages, &[422, 429]);
        compared += saying(&pages, WRONG);
    }
    assert_eq!(compared, 50);
    assert_eq!(app.database.number("SELECT cardinality(guessed_at) FROM address_guesses"), 50);
    let charged = "SELECT count(*) FROM password_guesses WHERE wrong > 0 AND key LIKE 'identifier:%'";
    assert_eq!(app.database.number(charged), 50, "the others' tries are given back");
}

fn entering(browser: &Browser, person: &Person, password: &str) -> impl Future<Output = Page> + use<> {
    let (browser, identifier, password) = (browser.fork(), person.email.clone(), password.to_owned());
    async move { signs_in_as(&browser, &identifier, &password).await }
}

#[actix_web::test]
async fn r_2_two_wrong_passwords_that_meet_at_the_last_try_are_one() {
    let app = app_with(2, &[]).await;
    let (salma, _) = owner(&app).await;
    for locked in ["password_guesses WHERE key LIKE 'identifier:%'", "password_guesses WHERE key LIKE 'account:%'"] {
        app.database.run("TRUNCATE password_guesses");
        strangers_try(&app, &salma.email, 4).await;
        let requests = app.browsers(2).iter().map(|browser| entering(browser, &salma, WRONG_PASSWORD)).collect();

        let pages = meet(&app, &format!("SELECT FROM {locked} FOR UPDATE"), requests).await;

        nothing_broke(&app, &pages, &[422, 429]);
        assert_eq!(saying(&pages, WRONG), 1, "{locked}");
        assert_eq!((app.database.number(OF_IDENTIFIER), app.database.number(OF_ACCOUNT)), (5, 5));
    }
}

#[actix_web::test]
async fn r_2_two_wrong_passwords_that_meet_at_the_last_try_of_an_address_are_one() {
    let app = app_with(2, &[]).await;
    let (one, other) = (owner(&app).await.0, owner(&app).await.0);
    let address = "203.0.113.20";
    app.database.run(&format!("INSERT INTO address_guesses VALUES ('{address}', array_fill(now(), ARRAY[49]), now())"));
    let browsers: Vec<Browser> = app.browsers(2).into_iter().map(|browser| browser.from(address)).collect();
    let requests = vec![entering(&browsers[0], &one, WRONG_PASSWORD), entering(&browsers[1], &other, WRONG_PASSWORD)];

    let pages = meet(&app, "SELECT FROM address_guesses FOR UPDATE", requests).await;

    nothing_broke(&app, &pages, &[422, 429]);
    assert_eq!(saying(&pages, WRONG), 1);
    assert_eq!(app.database.number("SELECT cardinality(guessed_at) FROM address_guesses"), 50);
}

#[actix_web::test]
async fn arc_05_right_and_wrong_passwords_of_one_account_at_once_tie_no_knots() {
    let app = app_with(2, &[]).await;
    let (salma, _) = owner(&app).await;
    let full = "203.0.113.21";
    app.database.run(&format!(
        "INSERT INTO address_guesses VALUES ('{full}', array_fill(now() + interval '1 hour', ARRAY[50]), now())"
    ));
    for _ in 0..4 {
        app.database.run("UPDATE password_guesses SET wrong = 0, rests_until = now()");
        let browsers = app.browsers(48);
        let tries = browsers.iter().enumerate().map(|(index, browser)| {
            let identifier = if index % 2 == 0 { &salma.email } else { &salma.phone };
            let password = if index % 3 == 0 { WRONG_PASSWORD } else { &salma.password };
            let browser = if index % 4 == 0 { browser.fork().from(full) } else { browser.fork() };
            async move { signs_in_as(&browser, identifier, password).await }
        });
        let pages = at_once(tries).await;
        nothing_broke(&app, &pages, &[303, 422, 429]);
    }
}

// Tries that nobody waits for, and tries that fail.

#[actix_web::test]
async fn r_12_a_try_is_charged_also_when_nobody_waits_for_the_answer() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    let browser = app.browser();
    for sent in 1..=5 {
        let fields = [("identifier", salma.email.as_str()), ("password", WRONG_PASSWORD)];
        browser.submits_and_hangs_up("/login", &fields);
        app.database.becomes(OF_IDENTIFIER, sent).await;
    }
    assert_eq!(salma.signs_in(&app.browser()).await.status, 429);
}

#[actix_web::test]
async fn r_12_a_try_stays_charged_when_what_follows_it_fails() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    app.database.run("ALTER TABLE sessions RENAME TO sessions_away");
    salma.signs_in(&app.browser()).await.shows(500, "Sorry, this did not work");
    assert_eq!(app.database.number(OF_IDENTIFIER), 1);
    app.database.run("ALTER TABLE sessions_away RENAME TO sessions");
    let damaged = "UPDATE users SET password_hash = 'damaged'";
    app.database.run(damaged);
    assert_eq!(salma.signs_in(&app.browser()).await.status, 500);
    assert_eq!(app.database.number(OF_IDENTIFIER), 2);
}

#[actix_web::test]
async fn arc_08_when_tries_cannot_be_counted_nobody_is_let_in() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    let before = app.database.count("sessions");
    let mut holder = app.database.connect();
    holder.batch_execute("BEGIN; LOCK TABLE password_guesses IN ACCESS EXCLUSIVE MODE").unwrap();
    assert_eq!(salma.signs_in(&app.browser()).await.status, 503);
    holder.batch_execute("ROLLBACK").unwrap();
    app.database.run("ALTER TABLE password_guesses RENAME TO away");
    assert_eq!(salma.signs_in(&app.browser()).await.status, 500);
    app.database.run("ALTER TABLE away RENAME TO password_guesses");
    assert_eq!(app.database.count("sessions"), before);
    salma.signs_in(&app.browser()).await.redirects_to("/account");
}

#[actix_web::test]
async fn l_10_of_100_pipelined_tries_each_is_charged_once() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    let body =
        serde_urlencoded::to_string([("identifier", salma.email.as_str()), ("password", WRONG_PASSWORD)]).unwrap();
    let request = format!("{}{body}", app.browser().head_of_form("/login", body.len()));

    let statuses = raw::exchange(app.address(), request.repeat(100)).statuses();

    assert_eq!(statuses.len(), 100);
    assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 5);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 95);
    assert_eq!(app.database.number(OF_IDENTIFIER), 5);
    app.database.becomes(TOLD, 5).await;
}

#[actix_web::test]
async fn l_10_expect_100_and_half_a_body_charge_once_or_not_at_all() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    let body =
        serde_urlencoded::to_string([("identifier", salma.email.as_str()), ("password", WRONG_PASSWORD)]).unwrap();
    let head = app.browser().head_of_form("/login", body.len());

    raw::exchange(app.address(), format!("{head}{}", &body[..body.len() - 1]));
    assert_eq!(app.database.number(OF_IDENTIFIER), 0, "what did not arrive is no try");
    let expecting = head.replacen("\r\n", "\r\nexpect: 100-continue\r\n", 1);
    let statuses = raw::exchange(app.address(), format!("{expecting}{body}")).statuses();
    assert_eq!(statuses.last(), Some(&422), "{statuses:?}");
    assert_eq!(app.database.number(OF_IDENTIFIER), 1);
}

#[actix_web::test]
async fn r_8_a_power_cut_gives_no_try_back() {
    let mut app = TestApp::start_on(FakeTwilio::start(), Database::create(), "messaging", &[]).await;
    let (salma, _) = owner(&app).await;
    for round in 1..=5 {
        let browser = app.browser();
        let fields = [("identifier", salma.email.as_str()), ("password", WRONG_PASSWORD)];
        browser.submits_and_hangs_up("/login", &fields);
        app.database.becomes(OF_IDENTIFIER, round).await;
        app.kill_and_restart(0);
    }
    assert_eq!(salma.signs_in(&app.browser()).await.status, 429);
}

#[actix_web::test]
async fn wrong_passwords_are_written_down_for_their_owner_alone() {
    let app = TestApp::start().await;
    let (salma, _) = owner(&app).await;
    strangers_try(&app, &salma.email, 2).await;
    strangers_try(&app, "nobody@example.com", 2).await;
    eventually("two are written down", async || app.database.number(TOLD) == 2).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(app.database.number(TOLD), 2);
}
