//! What Prometheus is told: everything that happens, and nothing about anybody (LOG-03).

use std::{
    collections::BTreeSet,
    net::TcpListener,
    time::{Duration, Instant},
};

use latchkey::{metrics::Values, routes, sms::twilio::errors::known_codes};
use regex::Regex;
use reqwest::Method;

use crate::support::{
    PUBLIC_URL, SECRET_KEY, TestApp,
    database::Database,
    environment, eventually,
    fake_twilio::{Behaviour, FakeTwilio, Operation, StatusReport},
    latchkey,
    owners::Owner,
    people::{self, Person, other_than},
    proxy::Proxy,
    scrape::{Listing, METRICS, address},
};

/// On a public origin, so that there are reports of delivery.
async fn app_with_metrics() -> TestApp {
    let public = [METRICS, ("LATCHKEY_BASE_URL", PUBLIC_URL), ("LATCHKEY_SECRET_KEY", SECRET_KEY)];
    TestApp::start_with("messaging", &public).await
}

async fn reports(app: &TestApp, report: &StatusReport) {
    let request = app.browser().bare(Method::POST, &report.path());
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("x-twilio-signature", report.signature()).body(report.body());
    app.browser().send(request).await;
}

/// Waits until a sum is so high.
async fn becomes(app: &TestApp, name: &str, labels: &[(&str, &str)], value: f64) {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let listing = Listing::of(app, 0).await;
        if listing.sum(name, labels) == value {
            return;
        }
        assert!(Instant::now() < deadline, "{name} {labels:?} is not {value}:\n{}", listing.text);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// People of every kind, and everything that can go wrong with them. Answers what nobody may find in a listing.
async fn a_busy_run(app: &TestApp) -> Vec<String> {
    let mut personal: Vec<String> =
        ["Hanna", "Salma", "kettle", "10.0.", "+251", "example.com"].map(str::to_owned).into();
    for behaviour in [
        Behaviour::Refuse(400, 21614),
        Behaviour::Refuse(401, 20003),
        Behaviour::Refuse(400, 99_999),
        Behaviour::AcceptThenFail(500),
        Behaviour::TooManyRequests(0),
    ] {
        app.twilio.script_on(Operation::SendMessage, [behaviour]);
        people::maid().asks(&app.browser()).await;
    }

    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(app, &browser).await;
    let sid = app.twilio.newest_sid_to(&hanna.phone);
    let of_sid = format!("SELECT count(*) FROM deliveries WHERE provider_sid = '{sid}'");
    app.database.becomes(&of_sid, 1).await;
    for (status, more) in [("sent", &[][..]), ("delivered", &[]), ("delivered", &[])] {
        reports(app, &app.twilio.report(&sid, status, more)).await;
    }
    browser.enters(&other_than(&code)).await.shows(422, "Invalid code");
    browser.enters(&code).await.redirects_to("/account");
    browser.enters(&code).await;

    let (salma, at_salmas) = (people::sponsor(), app.browser());
    let code = salma.begins(app, &at_salmas).await;
    let sid = app.twilio.newest_sid_to(&salma.phone);
    app.database.becomes(&format!("SELECT count(*) FROM deliveries WHERE provider_sid = '{sid}'"), 1).await;
    let lost = app.twilio.report(&sid, "undelivered", &[("ErrorCode", "30005")]);
    reports(app, &StatusReport { token: "somebody else's".to_owned(), ..lost.clone() }).await;
    reports(app, &lost).await;
    for _ in 0..4 {
        at_salmas.enters(&other_than(&code)).await;
    }

    // One browser asks too often.
    let impatient = app.browser();
    for _ in 0..4 {
        people::maid().asks(&impatient).await;
    }

    let owner = Owner::with_sms(app).await;
    let (at_door, code) = owner.begins_with_text(app).await;
    at_door.gives(&other_than(&code)).await.shows(422, "Invalid code");
    at_door.gives(&code).await.redirects_to("/account");
    let at_door = owner.begins(app).await;
    at_door.gives_backup(&owner.backup_codes[0]).await;
    for _ in 0..6 {
        hanna.signs_in_wrongly(&app.browser()).await;
    }
    hanna.signs_in(&browser.fork()).await;
    app.browser().submit("/password-reset", &[("country", "ET"), ("phone", &hanna.phone)]).await;

    app.texts_sent().await;

    let strange = app.browser();
    for path in [
        &format!("/{}", hanna.phone),
        "/account/devices/sessions/0198a7c2-5f1e-7000-8000-000000000000/end",
        "/x?a=424242",
    ] {
        strange.get(path).await;
    }
    strange.send(strange.bare(Method::from_bytes(b"HANNA911").unwrap(), "/")).await;
    strange.send(strange.bare(Method::POST, "/login")).await;

    personal.extend([hanna.phone[4..].to_owned(), salma.phone[4..].to_owned(), salma.email, sid, "424242".to_owned()]);
    personal.extend(["0198a7c2".to_owned(), "HANNA911".to_owned()]);
    personal
}

#[actix_web::test]
async fn log_03_a_listing_after_a_busy_run_has_only_labels_that_were_declared_and_nobody_in_it() {
    let app = app_with_metrics().await;
    let personal = a_busy_run(&app).await;
    let listing = Listing::of(&app, 0).await;

    let codes: BTreeSet<String> =
        known_codes().map(|code| code.to_string()).chain(["other".to_owned(), "none".to_owned()]).collect();
    let known: BTreeSet<&str> = routes::table().into_iter().map(|entry| entry.path).chain(["none"]).collect();
    let digits = Regex::new("[0-9]{4}").unwrap();
    for series in &listing.series {
        let metric = series.metric();
        let mut labels = series.labels.clone();
        if series.name.ends_with("_bucket") {
            labels.remove("le").expect("the bound of a bucket");
        }
        let declared: BTreeSet<_> = metric.labels.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(labels.keys().cloned().collect::<BTreeSet<_>>(), declared, "{series:?}");
        for (name, values) in metric.labels {
            let said = &labels[*name];
            assert!(values.accepts(said), "{name} says {said:?} in {series:?}");
            match values {
                Values::Code => assert!(codes.contains(said), "{series:?}"),
                Values::Route => assert!(known.contains(said.as_str()), "{series:?}"),
                Values::Status => assert!(said.parse::<u16>().is_ok_and(|status| (100..600).contains(&status))),
                _ => assert!(!digits.is_match(said), "{series:?}"),
            }
        }
    }
    for told in personal {
        assert!(!listing.text.contains(&told), "{told:?} is in the listing:\n{}", listing.text);
    }
    for metric in latchkey::metrics::ALL {
        assert!(
            listing.text.contains(&format!("# HELP {} {}\n", metric.name, metric.about))
                || !listing.series.iter().any(|series| series.metric().name == metric.name),
            "{}",
            metric.name
        );
    }
}

#[actix_web::test]
async fn everything_that_happens_is_counted() {
    let app = app_with_metrics().await;
    let begun = Listing::of(&app, 0).await;
    // Prometheus sees a rise only in what was there before.
    for (name, labels) in [
        ("latchkey_sign_ins_total", &[("outcome", "wrong")][..]),
        ("latchkey_second_factors_total", &[("method", "app"), ("outcome", "wrong")]),
        ("latchkey_limits_reached_total", &[("rule", "budget")]),
        ("latchkey_unsigned_reports_total", &[]),
        ("latchkey_hashes_refused_total", &[]),
        ("latchkey_database_refused_total", &[]),
    ] {
        assert!(begun.series.iter().any(|series| series.name == name && series.value == 0.0), "{name}");
        assert_eq!(begun.sum(name, labels), 0.0, "{name}");
    }
    a_busy_run(&app).await;

    let listing = Listing::of(&app, 0).await;
    let sum = |name: &str, labels: &[(&str, &str)]| listing.sum(name, labels);
    let texts =
        |outcome| sum("latchkey_texts_total", &[("country", "ET"), ("provider", "messaging"), ("outcome", outcome)]);
    assert_eq!((texts("refused"), texts("unknown"), texts("not_reached")), (3.0, 1.0, 1.0));
    assert_eq!(texts("sent"), app.database.count("sms_messages WHERE state = 'sent'") as f64);
    let sign_in = [("country", "ET"), ("purpose", "sign_in")];
    assert_eq!((sum("latchkey_codes_sent_total", &sign_in), sum("latchkey_codes_entered_total", &sign_in)), (2.0, 1.0));
    let registered = [("country", "ET"), ("purpose", "registration")];
    assert_eq!(sum("latchkey_codes_entered_total", &registered), app.database.count("users") as f64);
    let checks = |outcome| sum("latchkey_code_checks_total", &[("purpose", "registration"), ("outcome", outcome)]);
    assert_eq!((checks("right"), checks("wrong")), (2.0, 3.0));
    assert_eq!(checks("out_of_guesses"), 2.0, "the third wrong one, and one after it");

    let deliveries = |status| sum("latchkey_deliveries_total", &[("country", "ET"), ("status", status)]);
    assert_eq!((deliveries("sent"), deliveries("delivered"), deliveries("undelivered")), (1.0, 1.0, 1.0));
    assert_eq!(sum("latchkey_delivery_errors_total", &[("code", "30005")]), 1.0);
    assert_eq!(sum("latchkey_delivery_seconds_count", &[("country", "ET")]), 1.0);
    assert_eq!(sum("latchkey_unsigned_reports_total", &[]), 1.0);
    for code in ["21614", "20003", "other"] {
        assert_eq!(sum("latchkey_provider_errors_total", &[("code", code)]), 1.0, "{code}");
    }
    let calls =
        |outcome| sum("latchkey_provider_calls_total", &[("operation", "messages.create"), ("outcome", outcome)]);
    assert_eq!((calls("refused"), calls("unknown"), calls("not_now")), (3.0, 1.0, 1.0));
    assert_eq!(calls("done"), texts("sent"));
    let all_calls = app.twilio.calls_of(Operation::SendMessage).len() as f64;
    assert_eq!(sum("latchkey_provider_call_seconds_count", &[("operation", "messages.create")]), all_calls);
    assert_eq!(sum("latchkey_text_queue_seconds_count", &[("provider", "messaging")]), all_calls);
    assert_eq!(sum("latchkey_provider_reachable", &[("provider", "messaging")]), 1.0);
    assert_eq!(sum("latchkey_limits_reached_total", &[]), 1.0);
    assert_eq!(sum("latchkey_limits_reached_total", &[("rule", "browser")]), 1.0);

    let doors = |outcome| sum("latchkey_sign_ins_total", &[("outcome", outcome)]);
    assert_eq!((doors("second_step"), doors("wrong"), doors("too_many")), (2.0, 5.0, 1.0));
    assert_eq!(doors("signed_in"), 1.0, "a browser that the account knows is not kept out");
    let factors = |method, outcome| sum("latchkey_second_factors_total", &[("method", method), ("outcome", outcome)]);
    assert_eq!((factors("text", "right"), factors("text", "wrong"), factors("backup_code", "right")), (1.0, 1.0, 1.0));

    let requests = |labels: &[(&str, &str)]| sum("latchkey_http_requests_total", labels);
    assert_eq!(requests(&[("method", "other")]), 1.0);
    assert_eq!(requests(&[("route", "/login"), ("method", "POST"), ("status", "403")]), 1.0);
    assert!(requests(&[("route", "none"), ("status", "404")]) >= 2.0);
    assert_eq!(requests(&[("route", "/login")]), sum("latchkey_http_request_seconds_count", &[("route", "/login")]));
    assert_eq!(sum("latchkey_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    assert!(sum("latchkey_database_wait_seconds_count", &[]) > 100.0);
    assert!(sum("latchkey_database_connections", &[]) >= 1.0);
    assert!(sum("latchkey_housekeeping_runs_total", &[("outcome", "done")]) >= 1.0);
    for quiet in ["latchkey_hashes", "latchkey_text_queue_depth", "latchkey_text_queue_oldest_seconds"] {
        assert_eq!(sum(quiet, &[]), 0.0, "{quiet}");
    }
    assert_eq!(sum("latchkey_database_reachable", &[]), 1.0);
}

#[actix_web::test]
async fn err_02_which_limit_it_was_is_told_to_the_operator_and_not_to_the_person() {
    let app = TestApp::start_with("messaging", &[METRICS]).await;
    let phone = people::new_phone();
    for _ in 0..5 {
        people::maid().at(&phone).asks(&app.browser()).await.redirects_to("/register/verify");
    }
    let by_number = people::maid().at(&phone).asks(&app.browser()).await;
    let shared = app.browser();
    for _ in 0..5 {
        people::maid().asks(&app.browser().from(&shared.address)).await.redirects_to("/register/verify");
    }
    let by_address = people::maid().asks(&app.browser().from(&shared.address)).await;
    let closed = people::maid().at("+4915112345678");
    assert_eq!(app.browser().submit("/register", &closed.fields_with("country", "DE")).await.status, 422);
    let listing = Listing::of(&app, 0).await;
    for rule in ["number", "address", "country"] {
        assert_eq!(listing.sum("latchkey_limits_reached_total", &[("rule", rule)]), 1.0, "{rule}");
        app.logged(&format!("event=limit_reached rule={rule} kind=verification")).await;
    }
    assert_eq!(listing.sum("latchkey_limits_reached_total", &[]), 3.0);
    for page in [&by_number, &by_address] {
        page.shows(429, "Please wait a little");
    }
    assert_eq!(by_number.text_without_digits(), by_address.text_without_digits());
}

#[actix_web::test]
async fn the_listener_gives_the_listing_and_nothing_else() {
    let app = TestApp::start_with("messaging", &[METRICS]).await;
    let origin = format!("http://{}", address(&app, 0));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let listing = client.get(format!("{origin}/metrics")).send().await.unwrap();
    assert_eq!(listing.headers()["cache-control"], "no-store");
    assert!(!listing.headers().contains_key("set-cookie"));
    for (method, path) in [
        (Method::POST, "/metrics"),
        (Method::DELETE, "/metrics"),
        (Method::GET, "/"),
        (Method::GET, "/metrics/"),
        (Method::GET, "/login"),
        (Method::GET, "/healthz"),
        (Method::POST, "/webhooks/twilio/status"),
    ] {
        let answer = client.request(method.clone(), format!("{origin}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{method} {path}");
        assert_eq!(answer.text().await.unwrap(), "");
    }
    assert_eq!(app.browser().get("/metrics").await.status, 404, "not among the pages");
}

#[actix_web::test]
async fn without_the_variable_nobody_listens_and_a_port_that_is_taken_stops_the_start() {
    let app = TestApp::start().await;
    assert!(!app.log().iter().any(|line| line.contains("metrics_listening")));

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let database = Database::create();
    let mut variables = environment("demo", &FakeTwilio::start(), &database.url());
    variables.push(("LATCHKEY_METRICS_BIND".to_owned(), address.clone()));
    let ended = latchkey(&variables).arg("serve").output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(!ended.status.success());
    assert!(said.contains(&format!("LATCHKEY_METRICS_BIND: cannot listen on {address}")), "{said}");
}

#[actix_web::test]
async fn each_instance_counts_its_own_and_both_see_one_queue() {
    let mut app = TestApp::start_with("messaging", &[METRICS]).await;
    app.start_another_instance();
    app.browser_at(0).get("/terms").await;
    for _ in 0..2 {
        app.browser_at(1).get("/terms").await;
    }
    app.database.run(
        "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, stranger, notice, charged, next_attempt_at)
         SELECT '00000000-0000-7000-8000-000000000001', 1, 'two_factor_on', '+251911000000', 'en', false, true, false,
             now() + interval '72 hours'",
    );
    for (index, visits) in [(0, 1.0), (1, 2.0)] {
        let listing = Listing::of(&app, index).await;
        assert_eq!(listing.sum("latchkey_http_requests_total", &[("route", "/terms"), ("status", "200")]), visits);
        assert_eq!(listing.sum("latchkey_text_queue_depth", &[]), 0.0, "what may not leave yet does not wait");
    }
}

#[actix_web::test]
async fn arc_08_a_queue_that_nobody_works_off_shows_and_so_does_a_database_that_is_away() {
    let database = Database::create();
    let (mut proxy, url) = Proxy::to_database(&database.url());
    let variables = [METRICS, ("DATABASE_URL", url.as_str())];
    let app = TestApp::start_on(FakeTwilio::start(), database, "messaging", &variables).await;
    becomes(&app, "latchkey_database_reachable", &[], 1.0).await;
    // All calls that may be made at once hang, and more texts wait behind them.
    app.twilio.always(Behaviour::Hang(Duration::from_secs(8)));
    for _ in 0..18 {
        app.database.run(&format!(
            "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, stranger, notice, charged, next_attempt_at)
             SELECT gen_random_uuid(), 1, 'two_factor_on', '{}', 'en', false, true, false, now() - interval '40 seconds'",
            people::new_phone()
        ));
    }
    eventually("two wait", async || Listing::of(&app, 0).await.sum("latchkey_text_queue_depth", &[]) == 2.0).await;
    let oldest = Listing::of(&app, 0).await.sum("latchkey_text_queue_oldest_seconds", &[]);
    assert!((40.0..60.0).contains(&oldest), "{oldest}");

    proxy.cut();
    eventually("the loss is noticed", async || {
        Listing::of(&app, 0).await.sum("latchkey_database_reachable", &[]) == 0.0
    })
    .await;
    let depth = Listing::of(&app, 0).await.sum("latchkey_text_queue_depth", &[]);
    assert!(depth.is_nan(), "nobody knows: {depth}");
}

#[actix_web::test]
async fn arc_08_a_provider_that_is_away_shows_in_the_metrics_and_leaves_the_instance_ready() {
    let app = TestApp::start_with("messaging", &[METRICS]).await;
    let reachable = [("provider", "messaging")];
    people::maid().registers(&app, &app.browser()).await;
    becomes(&app, "latchkey_provider_reachable", &reachable, 1.0).await;

    app.twilio.always(Behaviour::Html(503));
    app.browser().submit("/register", &people::maid().fields()).await;
    becomes(&app, "latchkey_provider_reachable", &reachable, 0.0).await;
    let ready = app.browser().get("/readyz").await;
    assert_eq!((ready.status.as_u16(), ready.body.as_str()), (200, "ready\n"));

    // A number that is refused is an answer.
    app.twilio.always(Behaviour::Refuse(400, 21211));
    let person = Person { phone: people::new_phone(), ..people::maid() };
    app.browser().submit("/register", &person.fields()).await.shows(422, "There is no such number");
    becomes(&app, "latchkey_provider_reachable", &reachable, 1.0).await;
}
