//! The audit trail on its page and as a file (LOG-06, I-7, I-8).

use latchkey::{
    crypto::keys::{KeyRing, KeyUse, SecretKey},
    db,
    domain::{country::Country, ids::UserId, remark::Remark},
    features::audit::{self, Act, Actor, Entry, Subject, store},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{TestApp, owners::Owner};

const HOSTILE: &str = "\"><script>alert('x')</script> {{ 1 }} =cmd|' /C calc'!A0";

struct Written<'a> {
    by: Actor,
    act: Act,
    subject: Option<Subject>,
    reason: Option<&'a str>,
    before: Option<Value>,
    after: Option<Value>,
}

fn write(app: &TestApp, written: Written<'_>) {
    let ring = KeyRing::derive(&SecretKey::for_development(), KeyUse::Audit);
    let reason = written.reason.map(|reason| Remark::parse(reason).unwrap());
    let Written { by, act, subject, before, after, .. } = written;
    let entry = Entry { by, act, subject, reason: reason.as_ref(), before, after };
    db::transaction(&mut app.database.connect(), |conn| audit::record(conn, &ring, &entry)).unwrap();
}

fn country_changed(by: Actor, country: &str, price: u32) -> Written<'static> {
    Written {
        by,
        act: Act::CountryChanged,
        subject: Some(Subject::Country(Country::parse(country).unwrap())),
        reason: None,
        before: Some(json!({ "price": "0.35", "proven": true })),
        after: Some(json!({ "price": format!("0.{price}"), "proven": true })),
    }
}

fn operator(name: &str) -> Actor {
    Actor::Operator(name.to_owned())
}

/// The numbers of the rows on a page, in its order.
fn rows(page: &crate::support::browser::Page) -> Vec<i64> {
    let rows = scraper::Selector::parse("tr[id^='row-']").unwrap();
    let html = page.html();
    html.select(&rows).map(|row| row.value().attr("id").unwrap()[4..].parse().unwrap()).collect()
}

#[actix_web::test]
async fn log_06_the_trail_says_who_did_what_to_what_with_old_and_new() {
    let app = TestApp::start().await;
    let owner = Owner::administrator(&app).await;
    let browser = &owner.browser;
    browser.get("/admin/activity").await.shows(200, "Nothing has been done yet.");

    let administrator = Actor::Administrator(UserId(Uuid::parse_str(&owner.id(&app)).unwrap()));
    write(&app, country_changed(administrator.clone(), "ET", 4));
    let account = UserId::generate();
    write(
        &app,
        Written {
            by: operator("sara"),
            act: Act::AdministratorRemoved,
            subject: Some(Subject::Account(account)),
            reason: Some("left the company"),
            before: Some(json!({ "status": "active" })),
            after: Some(json!({ "status": "disabled" })),
        },
    );
    write(
        &app,
        Written {
            by: Actor::Administrator(UserId::generate()),
            act: Act::UnprovenStopped,
            subject: None,
            reason: None,
            before: Some(json!({ "open": ["ET", "SA"] })),
            after: Some(json!({ "open": [] })),
        },
    );
    // Of a newer release, which this one knows nothing of.
    app.database.run(
        "INSERT INTO audit VALUES (4, now(), 'robot:7', 'moon_painted', 'moon:full', NULL, 'grey', '{\"a\":', 'x')",
    );
    let page = browser.get("/admin/activity").await;
    assert_eq!(rows(&page), [4, 3, 2, 1]);
    for shown in [
        owner.person.email.as_str(),
        "A country’s policy was changed",
        "price: 0.35 → 0.4",
        "Ethiopia",
        "sara at the command line",
        "Reason: left the company",
        "status: active → disabled",
        "An account that is gone",
        "open: ET, SA → nothing",
        "robot:7",
        "moon_painted",
        "moon:full",
        "grey → {\"a\":",
    ] {
        page.shows(200, shown);
    }
    assert!(!page.text().contains("proven: "), "what is as before is not told");
    assert!(page.has("a[href='/admin/countries/ET']") && page.has(&format!("a[href='/admin/accounts/{account}']")));

    let today = app.database.text("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD')").unwrap();
    app.database.run("UPDATE audit SET happened_at = now() - interval '3 days' WHERE number <= 2");
    let email = owner.person.email.replace('@', "%40");
    for (query, expected) in [
        (format!("actor={email}"), vec![1]),
        (format!("actor={}", email.to_uppercase()), vec![1]),
        (format!("actor={}", owner.id(&app)), vec![1]),
        ("actor=sara".to_owned(), vec![2]),
        ("actor=nobody%40example.com".to_owned(), vec![]),
        ("act=unproven_stopped".to_owned(), vec![3]),
        ("subject=et".to_owned(), vec![1]),
        ("subject=country%3AET".to_owned(), vec![1]),
        (format!("subject={account}"), vec![2]),
        ("subject=moon%3Afull".to_owned(), vec![4]),
        (format!("from={today}"), vec![4, 3]),
        (format!("to={today}"), vec![4, 3, 2, 1]),
        ("to=2020-01-01".to_owned(), vec![]),
        (format!("from={today}&act=country_changed"), vec![]),
        ("from=9999-12-31".to_owned(), vec![]),
        ("to=9999-12-31".to_owned(), vec![4, 3, 2, 1]),
        ("actor=&act=&subject=&from=&to=".to_owned(), vec![4, 3, 2, 1]),
        ("before=3".to_owned(), vec![2, 1]),
        ("before=-1".to_owned(), vec![]),
        ("before=x".to_owned(), vec![4, 3, 2, 1]),
        ("unknown=1".to_owned(), vec![4, 3, 2, 1]),
    ] {
        let page = browser.get(&format!("/admin/activity?{query}")).await;
        assert_eq!((page.status.as_u16(), rows(&page)), (200, expected.clone()), "{query}");
        if expected.is_empty() {
            page.shows(200, "Nothing fits these filters.");
        }
    }
    for (query, field) in [
        ("act=nonsense", "act"),
        ("from=tomorrow", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-02-02&to=2026-02-01", "to"),
        ("actor=a%00b", "actor"),
    ] {
        let page = browser.get(&format!("/admin/activity?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(page.error_of(field).is_some() && page.focused().as_deref() == Some(field), "{query}");
        assert_eq!(browser.get(&format!("/admin/activity/download?{query}")).await.status, 400, "{query}");
    }
    // I-8: signs that mean something in SQL mean nothing here.
    for typed in ["'", "%25", "_", "%5C", "1%27%20OR%20%271%27%3D%271", "country%3A%25"] {
        for field in ["actor", "subject"] {
            let page = browser.get(&format!("/admin/activity?{field}={typed}")).await;
            assert_eq!((page.status.as_u16(), rows(&page)), (200, vec![]), "{field} {typed}");
        }
    }
}

#[actix_web::test]
async fn i_7_what_people_type_is_inert_on_the_page_and_in_the_file() {
    let app = TestApp::start().await;
    let owner = Owner::administrator(&app).await;
    for reason in [HOSTILE, "=1+1", "+1", "-1", "@SUM(A1:A9)", "comma, \"quote\" and ; more"] {
        write(
            &app,
            Written {
                by: operator(HOSTILE),
                act: Act::AdministratorRemoved,
                subject: Some(Subject::Setting(HOSTILE.to_owned())),
                reason: Some(reason),
                before: Some(json!({ HOSTILE: HOSTILE })),
                after: Some(json!(HOSTILE)),
            },
        );
    }
    let page = owner.browser.get("/admin/activity").await;
    page.shows(200, HOSTILE);
    assert!(!page.has("script") && !page.body.contains("<script"), "{}", page.body);
    let typed = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    for field in ["actor", "act", "subject", "from", "to", "before"] {
        let page = owner.browser.get(&format!("/admin/activity?{field}={typed}")).await;
        assert!(!page.has("script") && !page.body.contains("<script"), "{field}: {}", page.body);
    }

    let file = owner.browser.get("/admin/activity/download").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let disposition = file.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"latchkey-activity-20") && disposition.ends_with(".csv\""));
    assert_eq!(file.header("cache-control"), Some("no-store"));
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    assert!(file.body.starts_with("\u{feff}\"number\",\"time_utc\",\"actor\""), "{}", file.body);
    let lines: Vec<&str> = file.body.trim_end_matches("\r\n").split("\r\n").collect();
    assert_eq!(lines.len(), 7, "{}", file.body);
    assert!(lines[1].starts_with("\"6\",") && lines[1].contains("\"comma, \"\"quote\"\" and ; more\""), "{}", lines[1]);
    for (line, neutral) in
        [(lines[2], "\"'@SUM(A1:A9)\""), (lines[3], "\"'-1\""), (lines[4], "\"'+1\""), (lines[5], "\"'=1+1\"")]
    {
        assert!(line.contains(neutral), "{line}");
    }
    for line in &lines {
        for field in line.trim_start_matches('\u{feff}').split("\",\"") {
            assert!(!field.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{field}");
        }
    }
}

#[actix_web::test]
async fn the_trail_is_paged_by_number_and_its_file_has_all_of_it() {
    let app = TestApp::start().await;
    let owner = Owner::administrator(&app).await;
    // The chain is not looked at here, and so many rows are faster made by one statement.
    app.database.run(
        "INSERT INTO audit SELECT n, now() - make_interval(mins => 200000 - n),
             'operator:' || (n % 100), CASE WHEN n % 10 = 0 THEN 'unproven_stopped' ELSE 'country_changed' END,
             'country:' || (ARRAY['ET', 'SA', 'DE', 'JO'])[n % 4 + 1], NULL, '{}', '{}', 'mac'
         FROM generate_series(1, 2500) AS n",
    );
    let (mut path, mut seen) = ("/admin/activity?act=unproven_stopped".to_owned(), Vec::new());
    let mut pages = 0;
    loop {
        let page = owner.browser.get(&path).await;
        seen.extend(rows(&page));
        pages += 1;
        // Whatever is written meanwhile moves nothing.
        app.database.run(&format!(
            "INSERT INTO audit VALUES ({}, now(), 'operator:late', 'unproven_stopped', NULL, NULL, NULL, NULL, 'mac')",
            2500 + pages
        ));
        let Some(earlier) = page.attribute("nav.actions a.button", "href") else { break };
        path = earlier;
    }
    let expected: Vec<i64> = (1..=250).rev().map(|n| n * 10).collect();
    assert_eq!((pages, seen), (5, expected));

    let file = owner.browser.get("/admin/activity/download").await;
    assert_eq!(file.body.trim_end().split("\r\n").count(), 1 + 2505);
    let file = owner.browser.get("/admin/activity/download?subject=DE&actor=2").await;
    assert_eq!(file.body.trim_end().split("\r\n").count(), 1 + 25, "{}", file.body);
    let file = owner.browser.get("/admin/activity/download?actor=nobody%40example.com").await;
    assert_eq!(file.body.trim_end().split("\r\n").count(), 1);

    // Each filter finds its rows by an index.
    app.database.run("ANALYZE audit");
    let moment = chrono::DateTime::from_timestamp(1_700_000_000, 0);
    let some = |text: &str| Some(vec![text.to_owned()]);
    for filter in [
        store::Filter::default(),
        store::Filter { actor: Some("operator:7".to_owned()), ..store::Filter::default() },
        store::Filter { act: Some("unproven_stopped".to_owned()), ..store::Filter::default() },
        store::Filter { subject: some("country:ET"), ..store::Filter::default() },
        store::Filter { from: moment, until: moment, ..store::Filter::default() },
        store::Filter { before: Some(100), ..store::Filter::default() },
    ] {
        let told = format!("{filter:?}");
        let whole = app.database.read_whole_by(|conn| drop(store::list(conn, &filter, 51).unwrap()));
        assert_eq!(whole, "", "{told}");
    }
}
