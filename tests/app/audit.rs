//! The audit trail: chained, verified all the time, and told of when a row does not fit (A-8, LOG-06).

use std::time::{Duration, Instant};

use latchkey::{
    crypto::keys::{KeyRing, KeyUse, SecretKey},
    db,
    domain::remark::Remark,
    features::audit::{self, Act, Actor, Entry, Subject},
};
use serde_json::{Value, json};

use crate::support::{TestApp, at_once, owners::Owner, receiver::Receiver};

fn ring() -> KeyRing {
    KeyRing::derive(&SecretKey::for_development(), KeyUse::Audit)
}

/// Writes so many acts down, as the program does.
fn write(app: &TestApp, acts: usize) {
    let mut conn = app.database.connect();
    for number in 0..acts {
        db::transaction(&mut conn, |conn| {
            let entry = Entry {
                by: Actor::Operator("sara".to_owned()),
                act: Act::CountryChanged,
                subject: Some(Subject::Setting(format!("setting_{number}"))),
                reason: Some(&Remark::ours("because")),
                before: Some(json!({ "price": number })),
                after: None,
            };
            audit::record(conn, &ring(), &entry)
        })
        .unwrap();
    }
}

/// The last row as `audit verify` notes it.
fn last(app: &TestApp) -> String {
    app.database.text("SELECT number || ':' || mac FROM audit ORDER BY number DESC LIMIT 1").unwrap()
}

#[actix_web::test]
async fn a_8_log_06_verify_names_the_first_row_that_was_altered_removed_or_slipped_in() {
    let app = TestApp::start().await;
    app.operator(&["audit", "verify"]).does(&["whole: 0 row(s)"]);
    write(&app, 12);
    let noted = last(&app);
    app.operator(&["audit", "verify"]).does(&["whole: 12 row(s)", &format!("last: '{noted}'")]);
    app.operator(&["audit", "verify", "--last", &noted]).does(&["whole: 12 row(s)"]);
    app.operator(&["audit", "verify", "--last", "12"]).refuses(&["--last: expected the number of a row"]);

    // Each is done to the trail as it was, by somebody with all rights over the database.
    for (change, names) in [
        ("UPDATE audit SET actor = 'operator:tom' WHERE number = 5", "row 5 was altered or slipped in"),
        ("UPDATE audit SET act = 'administrator_made' WHERE number = 12", "row 12 was altered"),
        ("UPDATE audit SET before = '{\"price\": 9}' WHERE number IN (7, 9)", "row 7 was altered"),
        ("UPDATE audit SET reason = NULL WHERE number = 1", "row 1 was altered"),
        ("UPDATE audit SET happened_at = happened_at - interval '1 day' WHERE number = 3", "row 3 was altered"),
        ("UPDATE audit SET mac = (SELECT mac FROM audit WHERE number = 4) WHERE number = 6", "row 6 was altered"),
        ("DELETE FROM audit WHERE number = 1", "row 1 was removed"),
        ("DELETE FROM audit WHERE number IN (8, 10)", "row 8 was removed"),
        (
            "WITH gone AS (DELETE FROM audit WHERE number = 12 RETURNING *)
             INSERT INTO audit SELECT 14, happened_at, actor, act, subject, reason, before, after, mac FROM gone",
            "row 12 was removed",
        ),
        (
            "INSERT INTO audit SELECT 13, happened_at, actor, act, subject, reason, before, after, mac
             FROM audit WHERE number = 12",
            "row 13 was altered or slipped in",
        ),
    ] {
        app.database.run("CREATE TABLE kept AS SELECT * FROM audit");
        app.database.run(change);
        app.operator(&["audit", "verify"]).refuses(&[names]);
        app.database.run("TRUNCATE audit");
        app.database.run("INSERT INTO audit SELECT * FROM kept");
        app.database.run("DROP TABLE kept");
    }
    app.operator(&["audit", "verify", "--last", &noted]).does(&["whole: 12 row(s)"]);

    // Rows missing at the end, also when others are written in their place.
    app.database.run("DELETE FROM audit WHERE number >= 11");
    app.operator(&["audit", "verify"]).does(&["whole: 10 row(s)"]);
    app.operator(&["audit", "verify", "--last", &noted]).refuses(&["row 11 was removed"]);
    write(&app, 3);
    app.operator(&["audit", "verify"]).does(&["whole: 13 row(s)"]);
    app.operator(&["audit", "verify", "--last", &noted]).refuses(&["row 12 is not the one that was noted"]);
}

#[actix_web::test]
async fn log_06_acts_at_once_are_chained_without_a_gap() {
    let app = TestApp::start().await;
    let all = at_once((0..8).map(|_| {
        let mut conn = app.database.connect();
        tokio::task::spawn_blocking(move || {
            for _ in 0..5 {
                let entry = Entry {
                    by: Actor::Operator("sara".to_owned()),
                    act: Act::UnprovenStopped,
                    subject: None,
                    reason: None,
                    before: None,
                    after: None,
                };
                db::transaction(&mut conn, |conn| audit::record(conn, &ring(), &entry)).unwrap();
            }
        })
    }));
    all.await.into_iter().for_each(|done| done.unwrap());
    app.operator(&["audit", "verify"]).does(&["whole: 40 row(s)"]);
}

/// Waits for an alert of the kind that is about the trail.
async fn is_told(receiver: &Receiver) -> Value {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let all = receiver.posted().into_iter().map(|posted| posted.genuine());
        if let Some(alert) = all.into_iter().find(|alert| alert["kind"] == "audit_failure") {
            return alert;
        }
        assert!(Instant::now() < deadline, "nobody was told");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[actix_web::test]
async fn a_8_whoever_runs_the_service_is_told_when_a_row_does_not_fit() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    write(&app, 3);
    // It was seen whole, so that rows missing at the end are missed.
    tokio::time::sleep(Duration::from_secs(6)).await;
    app.database.run("DELETE FROM audit WHERE number = 3");
    let alert = is_told(&receiver).await;
    assert_eq!(alert["facts"]["row"], 3, "{alert}");
    assert!(alert["summary"].as_str().unwrap().contains("latchkey audit verify"), "{alert}");
    app.logged("event=audit_not_whole").await;
    // Once, however often it is looked at.
    assert_eq!(app.database.number("SELECT count(*) FROM alerts WHERE kind = 'audit_failure'"), 1);
}

#[actix_web::test]
async fn a_8_an_act_that_cannot_be_written_down_does_not_happen_and_somebody_is_told() {
    let receiver = Receiver::start();
    let app = receiver.app(&[]).await;
    let owner = Owner::administrator(&app).await;
    app.database.run("ALTER TABLE audit ADD CONSTRAINT never CHECK (number < 0) NOT VALID");
    let page = owner.browser.submit("/admin/countries/stop-unproven", &[]).await;
    assert_eq!(page.status, 500, "{}", page.text());
    assert_eq!(app.database.number("SELECT count(*) FROM country_policies WHERE NOT unproven"), 0);
    let alert = is_told(&receiver).await;
    assert_eq!(alert["facts"]["acts_not_written"], 1, "{alert}");
    app.logged("event=audit_not_written act=unproven_stopped").await;
}
