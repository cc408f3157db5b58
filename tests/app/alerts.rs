//! Alerts: signed, repeated until they arrive, once for each thing that happens, and about nobody.

use std::time::{Duration, Instant};

use latchkey::{
    domain::country::Country,
    features::alerts::{self, Alert, Kind},
};
use reqwest::Method;
use serde_json::Value;

use crate::support::{
    BASE_URL, PUBLIC_URL, SECRET_KEY, TestApp, at_once,
    fake_twilio::{Behaviour, Operation},
    people::{self, signs_in_as},
    receiver::{Manner, Receiver, SECRET},
    scrape::{Listing, METRICS},
};

fn raise(app: &TestApp, alert: &Alert) -> bool {
    alerts::raise(&mut app.database.connect(), alert).unwrap()
}

fn budget() -> Alert {
    let ethiopia = Country::parse("ET").unwrap();
    Alert::new(Kind::Budget80).of_country(ethiopia).fact("spent_micros", 81_500_000).referring_to("KT-4821")
}

/// The alerts of a kind that the receiver has, once each.
fn of_kind(receiver: &Receiver, kind: Kind) -> Vec<Value> {
    let all = receiver.posted().iter().map(super::support::receiver::Posted::genuine).collect::<Vec<_>>();
    all.into_iter().filter(|alert| alert["kind"] == kind.as_str()).collect()
}

/// Waits for an alert of a kind: until somebody has looked, and the worker too.
async fn is_told(receiver: &Receiver, kind: Kind) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(alert) = of_kind(receiver, kind).pop() {
            return alert;
        }
        assert!(Instant::now() < deadline, "nobody was told of {kind:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[actix_web::test]
async fn an_alert_arrives_signed_with_all_that_is_known_and_nothing_about_anybody() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    assert!(raise(&app, &budget()));
    let alert = receiver.has(1).await[0].genuine();
    let id = app.database.text("SELECT id FROM alerts").unwrap();
    assert_eq!(alert["id"], id);
    assert_eq!((alert["kind"].as_str(), alert["subject"].as_str()), (Some("budget_80"), Some("ET")));
    assert_eq!(
        (alert["reference"].as_str(), alert["facts"]["spent_micros"].as_i64()),
        (Some("KT-4821"), Some(81_500_000))
    );
    assert_eq!(alert["installation"], BASE_URL);
    assert!(alert["summary"].as_str().unwrap().starts_with("Four fifths of a budget for texts are spent (ET), "));
    assert!(chrono::DateTime::parse_from_rfc3339(alert["raised_at"].as_str().unwrap()).is_ok());
    app.database
        .becomes("SELECT count(*) FROM alerts WHERE delivered_at IS NOT NULL AND next_attempt_at IS NULL", 1)
        .await;
    let line = app.logged("event=alert ").await;
    assert!(line.contains("kind=budget_80 subject=\"ET\" reference=KT-4821") && line.contains(&id), "{line}");
}

#[actix_web::test]
async fn every_kind_has_words_of_its_own_and_a_reference_where_none_is_given() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    for kind in Kind::ALL {
        assert!(raise(&app, &Alert::new(kind)));
    }
    let all: Vec<Value> = receiver.has(Kind::ALL.len()).await.iter().map(|posted| posted.genuine()).collect();
    for (number, alert) in all.iter().enumerate() {
        assert!(
            alert["summary"].as_str().is_some_and(|text| text.len() > 20 && text.contains(". ") || text.ends_with('.'))
        );
        assert!(alert["reference"].as_str().is_some_and(|reference| reference.starts_with("LK-")), "{alert}");
        assert!(all.iter().skip(number + 1).all(|other| other["summary"] != alert["summary"]), "{alert}");
    }
}

#[actix_web::test]
async fn what_the_receiver_does_not_take_is_sent_again_under_the_same_id_with_growing_waits() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    receiver.behave([Manner::Status(500), Manner::Redirect(format!("{}/elsewhere", receiver.url()))]);
    assert!(raise(&app, &budget()));
    for tries in 1..=2 {
        receiver.has(tries).await;
        app.logged(&format!(
            "event=alert_not_delivered alert={} ",
            app.database.text("SELECT id FROM alerts").unwrap()
        ))
        .await;
        app.database.becomes("SELECT attempts FROM alerts", i64::try_from(tries).unwrap()).await;
        let wait = app.database.number("SELECT extract(epoch FROM next_attempt_at - now()) FROM alerts");
        let (least, most) = if tries == 1 { (3, 13) } else { (11, 26) };
        assert!((least..most).contains(&wait), "after try {tries}: {wait} s");
        app.let_pass(&format!("{most} seconds"));
    }
    let posted = receiver.has(3).await;
    let ids: Vec<Value> = posted.iter().map(|posted| posted.genuine()["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    app.database.becomes("SELECT count(*) FROM alerts WHERE delivered_at IS NOT NULL", 1).await;
    app.let_pass("1 hour");
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(receiver.posted().len(), 3, "no redirect is followed, and what has arrived is not sent again");
    let log = app.log().join("\n");
    assert!(!log.contains("/hooks/") && !log.contains(SECRET), "neither address nor secret is logged");
}

#[actix_web::test]
async fn after_a_day_an_alert_is_given_up_and_after_90_it_is_gone() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    receiver.behave(vec![Manner::Status(503); 2]);
    assert!(raise(&app, &budget()));
    receiver.has(1).await;
    app.logged("event=alert_not_delivered").await;
    app.let_pass("1 day");
    app.logged("event=alert_given_up").await;
    app.database
        .becomes("SELECT count(*) FROM alerts WHERE given_up_at IS NOT NULL AND next_attempt_at IS NULL", 1)
        .await;
    app.let_pass("88 days");
    app.tidy();
    assert_eq!(app.database.count("alerts"), 1);
    app.let_pass("2 days");
    app.tidy();
    assert_eq!(app.database.count("alerts"), 0);
    assert_eq!(receiver.posted().len(), 2);
}

#[actix_web::test]
async fn a_receiver_that_hangs_holds_up_nobody_and_has_five_seconds() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    receiver.behave([Manner::Hang(Duration::from_secs(30))]);
    assert!(raise(&app, &budget()));
    receiver.has(1).await;
    let began = Instant::now();
    people::maid().registers(&app, &app.browser()).await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    app.logged("why=\"timeout\"").await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[actix_web::test]
async fn two_instances_deliver_each_alert_once() {
    let receiver = Receiver::start();
    let mut app = receiver.app(&[METRICS]).await;
    app.start_another_instance();
    let countries: Vec<Country> = Country::all().take(60).collect();
    for country in &countries {
        assert!(raise(&app, &Alert::new(Kind::BrakeOn).of_country(*country)));
    }
    receiver.has(countries.len()).await;
    app.database.becomes("SELECT count(*) FROM alerts WHERE delivered_at IS NULL", 0).await;
    let mut told: Vec<String> =
        receiver.posted().iter().map(|posted| posted.genuine()["subject"].to_string()).collect();
    told.sort();
    told.dedup();
    assert_eq!((told.len(), receiver.posted().len()), (countries.len(), countries.len()));
    let mut delivered = 0.0;
    for index in 0..2 {
        let counted = Listing::of(&app, index).await;
        delivered += counted.sum("latchkey_alerts_total", &[("kind", "brake_on"), ("outcome", "delivered")]);
    }
    assert_eq!(delivered, 60.0);
}

#[actix_web::test]
async fn r_5_the_same_is_raised_once_an_hour_however_many_raise_it_at_once() {
    let app = TestApp::start().await;
    let url = app.database.url();
    let both = [budget(), Alert::new(Kind::Budget80)];
    let raising = (0..20).map(|number| {
        let (url, alert) = (url.clone(), both[number % 2].clone());
        actix_web::rt::task::spawn_blocking(move || {
            let conn = &mut latchkey::db::connect(&url).unwrap();
            latchkey::db::transaction(conn, |conn| alerts::raise(conn, &alert)).unwrap()
        })
    });
    let raised = at_once(raising).await.into_iter().filter(|raised| *raised.as_ref().unwrap()).count();
    assert_eq!((raised, app.database.count("alerts")), (2, 2), "one for the country, one for everything");
    assert!(raise(&app, &Alert::new(Kind::Budget100)), "another kind is another alert");

    app.let_pass("59 minutes");
    assert!(!raise(&app, &budget()));
    app.let_pass("1 minute");
    assert!(raise(&app, &budget()));
    assert_eq!(app.database.deadlocks(), 0);
}

#[actix_web::test]
async fn an_alert_is_raised_with_what_it_tells_of_or_not_at_all() {
    let app = TestApp::start().await;
    let conn = &mut app.database.connect();
    let undone = latchkey::db::transaction(conn, |conn| {
        alerts::raise(conn, &budget())?;
        Err::<(), _>(latchkey::db::DbError::Fault("something else failed".to_owned()))
    });
    assert!(undone.is_err());
    assert_eq!(app.database.count("alerts") + app.database.count("alert_pauses"), 0);
    assert!(raise(&app, &budget()), "and its turn was not taken");
}

#[actix_web::test]
async fn without_an_address_an_alert_is_in_the_log_and_done() {
    let app = TestApp::start().await;
    assert!(raise(&app, &Alert::new(Kind::AuditFailure)));
    let line = app.logged("event=alert kind=audit_failure").await;
    assert!(line.contains("WARN"), "{line}");
    app.database.becomes("SELECT count(*) FROM alerts WHERE delivered_at IS NOT NULL", 1).await;
}

#[actix_web::test]
async fn s_6_a_provider_that_does_not_answer_is_told_of_once_and_so_is_its_return() {
    let receiver = Receiver::start();
    let mut app = receiver.app(&[]).await;
    app.start_another_instance();
    people::maid().registers(&app, &app.browser()).await;
    for behaviour in
        [Behaviour::Html(503), Behaviour::Html(503), Behaviour::AcceptThenDrop, Behaviour::Refuse(401, 20003)]
    {
        app.twilio.script_on(Operation::SendMessage, [behaviour]);
        people::maid().asks(&app.browser()).await;
    }
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(app.database.count("alerts WHERE kind = 'provider_down'"), 0, "four calls in a row are no outage");
    // A number that Twilio refuses is an answer, and the count begins anew.
    app.twilio.script_on(Operation::SendMessage, [Behaviour::Refuse(400, 21614)]);
    people::maid().asks(&app.browser()).await;

    app.twilio.always(Behaviour::Html(503));
    for _ in 0..5 {
        people::maid().asks(&app.browser()).await;
    }
    let down = is_told(&receiver, Kind::ProviderDown).await;
    assert_eq!((down["subject"].as_str(), down["facts"]["calls_in_vain"].as_i64()), (Some("messaging"), Some(5)));

    app.twilio.always(Behaviour::Ok);
    people::maid().registers(&app, &app.browser()).await;
    is_told(&receiver, Kind::ProviderUp).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    for kind in [Kind::ProviderDown, Kind::ProviderUp] {
        assert_eq!(of_kind(&receiver, kind).len(), 1, "each once, from two instances that both look");
    }
}

#[actix_web::test]
async fn s_6_one_text_that_is_tried_five_times_in_vain_is_enough() {
    let receiver = Receiver::start();
    let app = receiver.app(&[("TWILIO_API_BASE_URL", "http://127.0.0.1:1")]).await;
    app.browser().submit("/register", &people::maid().fields()).await;
    app.database.becomes("SELECT attempts FROM sms_messages", 4).await;
    assert_eq!(is_told(&receiver, Kind::ProviderDown).await["facts"]["calls_in_vain"], 5);
}

#[actix_web::test]
async fn sms_09_each_step_of_a_budget_is_told_of_once_in_its_period() {
    let receiver = Receiver::start();
    let app = receiver.app(&[METRICS]).await;
    // Ten texts a day; seven of them to numbers that nobody has proven.
    app.database.run("INSERT INTO budgets (scope, day_micros) VALUES ('ET', 3500000)");
    let steps = [(3, None), (1, Some(Kind::Budget50)), (2, Some(Kind::Budget80)), (1, Some(Kind::Budget100))];
    for (texts, step) in steps {
        for _ in 0..texts {
            people::maid().asks(&app.browser()).await.redirects_to("/register/verify");
        }
        let Some(kind) = step else { continue };
        let alert = is_told(&receiver, kind).await;
        assert_eq!((alert["subject"].as_str(), alert["facts"]["cap_micros"].as_i64()), (Some("ET"), Some(3_500_000)));
        assert_eq!(alert["facts"]["hours_at_most"], 24);
    }
    people::maid().asks(&app.browser()).await.shows(429, "Please wait a little");
    let until_midnight = "SELECT count(*) FROM alert_pauses
         WHERE about = 'ET day' AND ends_at >= date_trunc('day', now(), 'UTC') + interval '1 day'";
    assert_eq!(app.database.number(until_midnight), 3, "each until the period is over");
    assert_eq!(app.database.count("alerts WHERE kind LIKE 'budget%'"), 3);
    assert_eq!(Listing::of(&app, 0).await.sum("latchkey_limits_reached_total", &[("rule", "budget")]), 1.0);
}

#[actix_web::test]
async fn sms_09_a_brake_is_told_of_under_the_reference_that_people_see_and_so_is_its_end() {
    let receiver = Receiver::start();
    let app = receiver.app(&[METRICS]).await;
    // Of one range of numbers five may be open, and the sixth is let through in a country's first days.
    for _ in 0..6 {
        people::maid().begins(&app, &app.browser()).await;
    }
    let first_days = is_told(&receiver, Kind::BrakeWouldHold).await;
    assert_eq!(first_days["subject"], "ET");

    app.database.run(
        "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
         VALUES ('ET', '', date_trunc('hour', now()) - interval '15 days', 1, 1)",
    );
    people::maid().asks(&app.browser()).await;
    let on = is_told(&receiver, Kind::BrakeOn).await;
    let reference = app.database.text("SELECT reference FROM brakes WHERE ended_at IS NULL").unwrap();
    assert_eq!((on["reference"].as_str(), on["subject"].as_str()), (Some(reference.as_str()), Some("ET")));
    assert_eq!(Listing::of(&app, 0).await.sum("latchkey_limits_reached_total", &[("rule", "brake")]), 1.0);
    assert_eq!(of_kind(&receiver, Kind::BrakeOff).len(), 0, "what held nothing back does not end");

    app.let_pass("25 hours");
    people::maid().begins(&app, &app.browser()).await;
    assert_eq!(is_told(&receiver, Kind::BrakeOff).await["reference"], reference);
    assert!(receiver.posted().iter().all(|posted| !posted.body.contains("+2519")), "neither number nor range");
}

#[actix_web::test]
async fn s_4_twenty_unsigned_reports_in_ten_minutes_are_told_of() {
    let receiver = Receiver::start();
    let app = receiver.app(&[("LATCHKEY_BASE_URL", PUBLIC_URL), ("LATCHKEY_SECRET_KEY", SECRET_KEY)]).await;
    for number in 0..20 {
        if number == 19 {
            tokio::time::sleep(Duration::from_secs(6)).await;
            assert_eq!(app.database.count("alerts"), 0);
        }
        let request = app.browser().bare(Method::POST, "/webhooks/twilio/status?message=x");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        // Without any signature, and with a wrong one.
        let request = if number % 2 == 0 { request } else { request.header("x-twilio-signature", "AAAA") };
        assert_eq!(app.browser().send(request.body("MessageSid=x")).await.status, 403);
    }
    let alert = is_told(&receiver, Kind::SignaturesRefused).await;
    assert_eq!(alert["facts"]["at_least"], 20);
    assert_eq!(alert["installation"], PUBLIC_URL);
}

#[actix_web::test]
async fn aut_01_a_hundred_wrong_passwords_in_ten_minutes_are_told_of_unless_more_people_came_in() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    // As the table has them after two addresses have tried for a while.
    for address in ["203.0.113.7", "2001:db8:1:2::/64", "2001:db8:1::/48"] {
        app.database.run(&format!(
            "INSERT INTO address_guesses (address, guessed_at, last_at)
             VALUES ('{address}', array_fill(now() - interval '5 minutes', ARRAY[49]), now())"
        ));
    }
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(app.database.count("alerts"), 0, "98, and the /48 is the same once more");
    for number in 0..2 {
        signs_in_as(&app.browser(), &format!("nobody{number}@example.com"), people::WRONG_PASSWORD).await;
    }
    let alert = receiver.has(1).await[0].genuine();
    assert_eq!(
        (alert["kind"].as_str(), alert["facts"]["wrong_passwords"].as_i64()),
        (Some("sign_ins_refused"), Some(100))
    );
    assert!(!receiver.posted()[0].body.contains("203.0"));

    app.let_pass("61 minutes");
    app.database.run("UPDATE address_guesses SET guessed_at = array_fill(now(), ARRAY[50]), last_at = now()");
    app.database.run(
        "INSERT INTO activity (event, happened_at, user_hash)
         SELECT 'signed_in', now(), sha256('somebody') FROM generate_series(1, 200)",
    );
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(receiver.posted().len(), 1, "a busy morning is no attack");
}
