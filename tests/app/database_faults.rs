//! PostgreSQL gone, cut off, restarted or held up: pages that say so at once, and service back by itself (ARC-04,
//! ARC-08, attack X-4).

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use diesel::connection::SimpleConnection as _;

use crate::support::{
    TestApp, at_once, browser::Page, database::Database, eventually, fake_twilio::FakeTwilio, people, proxy::Proxy,
};

/// A program whose database can be cut off.
async fn start() -> (TestApp, Proxy) {
    let database = Database::create();
    let (wire, url) = Proxy::to_database(&database.url());
    let app = TestApp::start_on(FakeTwilio::start(), database, "messaging", &[("DATABASE_URL", &url)]).await;
    (app, wire)
}

/// The page of an outage: what to do, when, and a reference that the log has too.
async fn is_the_page_of_an_outage(app: &TestApp, page: &Page) {
    page.shows(503, "We are very busy just now");
    assert!(page.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    let text = page.text();
    let reference = text.split_whitespace().find(|word| word.starts_with("LK-")).expect("a reference").to_owned();
    app.logged(&format!("status=503 request={reference}")).await;
}

#[actix_web::test]
async fn arc_08_while_the_database_is_gone_pages_say_so_at_once_and_afterwards_all_is_well_by_itself() {
    let (app, mut wire) = start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;

    wire.cut();
    eventually("the loss is noticed", async || browser.get("/readyz").await.status == 503).await;
    let fields = hanna.fields();
    for round in 0..3 {
        let started = Instant::now();
        let wrong = people::other_than(&code);
        let guess = [("code", wrong.as_str())];
        let (code_page, guessed, resent, registered) = futures_util::join!(
            browser.get("/register/verify"),
            browser.submit("/register/verify", &guess),
            browser.submit("/register/resend", &[]),
            browser.submit("/register", &fields),
        );
        for page in [code_page, guessed, resent, registered] {
            is_the_page_of_an_outage(&app, &page).await;
        }
        assert!(started.elapsed() < Duration::from_secs(1), "round {round}: {:?}", started.elapsed());
    }
    assert_eq!(browser.get("/healthz").await.status, 200, "restarting the program would not help");
    assert_eq!(browser.get("/readyz").await.status, 503);
    app.browser().get("/register").await.shows(200, "Create your account");

    wire.mend();
    let mended = Instant::now();
    eventually("ready again", async || browser.get("/readyz").await.status == 200).await;
    assert!(mended.elapsed() < Duration::from_secs(5), "{:?}", mended.elapsed());
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    people::sponsor().registers(&app, &app.browser()).await;
    assert!(mended.elapsed() < Duration::from_secs(8), "listener and worker too: {:?}", mended.elapsed());
}

#[actix_web::test]
async fn arc_08_connections_that_ended_while_nobody_looked_cost_nobody_a_page() {
    let (app, mut wire) = start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;
    let restarts: [(&str, &mut dyn FnMut()); 2] = [
        ("cut on the way", &mut || {
            wire.cut();
            wire.mend();
        }),
        ("ended by the server", &mut || {
            app.database.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            );
        }),
    ];
    for (how, restart) in restarts {
        // So many at the same time that every connection of the pool stands.
        for page in at_once((0..40).map(|_| browser.get("/register/verify"))).await {
            page.shows(200, "code");
        }
        restart();
        // The ends of the connections arrive a moment after the cut.
        tokio::time::sleep(Duration::from_millis(100)).await;
        for page in at_once((0..40).map(|_| browser.get("/register/verify"))).await {
            assert_eq!(page.status, 200, "{how}: {}", page.text());
        }
    }
}

#[actix_web::test]
async fn arc_08_a_database_that_is_not_there_at_the_start_stops_it_with_the_reason() {
    let database = Database::create();
    let (mut wire, url) = Proxy::to_database(&database.url());
    wire.cut();
    let mut environment = crate::support::environment("demo", &FakeTwilio::start(), &url);
    environment.retain(|(name, _)| name != "RUST_LOG");
    let ended = crate::support::latchkey(&environment).arg("serve").output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success() && said.contains("Connection refused"), "{said}");
}

#[actix_web::test]
async fn x_4_while_every_connection_waits_for_a_lock_people_hear_of_it_in_time_and_then_it_heals() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;

    let mut holder = app.database.connect();
    holder.batch_execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE").unwrap();
    let guess = [("code", code.as_str())];
    let waiting = at_once((0..40).map(|number| {
        let browser = if number == 0 { browser.clone() } else { app.browser() };
        async move {
            let started = Instant::now();
            let page = if number == 0 {
                browser.submit("/register/verify", &guess).await
            } else {
                browser.submit("/register", &people::maid().fields()).await
            };
            (page, started.elapsed())
        }
    }));
    let alive = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let started = Instant::now();
            assert_eq!(browser.get("/healthz").await.status, 200);
            slowest = slowest.max(started.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        slowest
    };
    let (answers, slowest) = futures_util::join!(waiting, alive);
    for (page, took) in answers {
        is_the_page_of_an_outage(&app, &page).await;
        assert!(took < Duration::from_secs(7), "{took:?}");
    }
    assert!(slowest < Duration::from_secs(1), "/healthz took {slowest:?}");
    assert_eq!(app.database.number("SELECT guesses_left FROM phone_verifications ORDER BY created_at LIMIT 1"), 2);

    holder.batch_execute("ROLLBACK").unwrap();
    // The right code was charged for and not used up.
    browser.submit("/register/verify", &guess).await.redirects_to("/account");
    people::maid().registers(&app, &app.browser()).await;
}

#[actix_web::test]
async fn x_4_a_database_that_falls_silent_keeps_nobody_hanging() {
    let (app, mut wire) = start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    for (how, ends) in [("it speaks again", false), ("its connections end", true)] {
        wire.freeze();
        // More than the pool has connections.
        let waiting = at_once((0..40).map(|_| async {
            let started = Instant::now();
            (browser.get("/register/verify").await, started.elapsed())
        }));
        for (page, took) in waiting.await {
            is_the_page_of_an_outage(&app, &page).await;
            assert!(took < Duration::from_secs(8), "{took:?}");
        }
        assert_eq!(browser.get("/healthz").await.status, 200);
        assert_eq!(browser.get("/readyz").await.status, 503);

        if ends {
            wire.cut();
            wire.mend();
        }
        wire.thaw();
        let back = Instant::now();
        eventually("ready again", async || browser.get("/readyz").await.status == 200).await;
        assert!(back.elapsed() < Duration::from_secs(5), "{how}: {:?}", back.elapsed());
        browser.get("/register/verify").await.shows(200, "Enter the code");
    }
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
}

#[actix_web::test]
async fn arc_08_a_command_gives_up_on_a_silent_database() {
    let database = Database::create();
    let (wire, url) = Proxy::to_database(&database.url());
    wire.freeze();
    let started = Instant::now();
    let environment = crate::support::environment("demo", &FakeTwilio::start(), &url);
    let ended = crate::support::latchkey(&environment).arg("check").output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert!(!ended.status.success() && said.contains("wrong database") && said.contains("timeout"), "{said}");
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}

#[actix_web::test]
async fn r_12_a_wrong_guess_is_paid_whatever_happens_after_it() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let wrong = people::other_than(&code);
    let guesses_left = || app.database.number("SELECT guesses_left FROM phone_verifications");

    // The page after the guess cannot be made.
    let mut holder = app.database.connect();
    holder.batch_execute("BEGIN; LOCK TABLE sms_messages IN ACCESS EXCLUSIVE MODE").unwrap();
    is_the_page_of_an_outage(&app, &browser.submit("/register/verify", &[("code", &wrong)]).await).await;
    holder.batch_execute("ROLLBACK").unwrap();
    assert_eq!(guesses_left(), 2);

    // Nobody is left to read the answer.
    let guess = format!("code={wrong}");
    let mut socket = TcpStream::connect(app.address_of(0)).unwrap();
    socket.write_all(format!("{}{guess}", browser.head_of_form("/register/verify", guess.len())).as_bytes()).unwrap();
    drop(socket);
    eventually("the guess is paid", async || guesses_left() == 1).await;
}
