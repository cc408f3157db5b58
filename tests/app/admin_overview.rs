//! What whoever runs the service sees first: what needs attention, and how the day goes.

use diesel::Connection as _;
use latchkey::features::{
    activity::hours::{self, Every},
    admin::overview::look::{self, Period},
    message_hours,
};
use scraper::{ElementRef, Selector};

use crate::support::{
    TestApp, authenticator::let_code_be_used_again, browser::Page, database::Database, owners::Owner, people,
};

/// The rows about what needs attention, as state, sentence and where they lead.
fn rows(page: &Page) -> Vec<(String, String, String)> {
    let (html, selector) = (page.html(), selector("a.row"));
    let row = |row: ElementRef<'_>| {
        let part = |part: &str| words(row.select(&self::selector(part)).next().unwrap());
        (part("b"), part("a > span"), row.attr("href").unwrap().to_owned())
    };
    html.select(&selector).map(row).collect()
}

/// The figure and the notes of a tile.
fn tile(page: &Page, label: &str) -> Vec<String> {
    let (html, tiles, term, notes) = (page.html(), selector(".tiles > div"), selector("dt"), selector("dd"));
    let tile = html.select(&tiles).find(|tile| tile.select(&term).any(|term| words(term) == label)).unwrap();
    tile.select(&notes).map(words).collect()
}

fn selector(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn count(page: &Page, parts: &str) -> usize {
    page.html().select(&selector(parts)).count()
}

/// What a chart says to whoever does not see it.
fn says(page: &Page, chart: &str) -> String {
    words(page.html().select(&selector(&format!("#{chart}-says"))).next().unwrap())
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Leaves of what the program has counted so far nothing.
fn forget(app: &TestApp) {
    app.database.run("DELETE FROM sms_messages");
    for table in ["activity", "activity_hours", "message_hours", "message_days", "spending"] {
        app.database.run(&format!("DELETE FROM {table}"));
    }
}

/// Something that happened so often so long ago.
fn happened(database: &Database, event: &str, times: usize, age: &str) {
    database.run(&format!(
        "INSERT INTO activity (user_hash, event, happened_at)
         SELECT '\\x00', '{event}', now() - interval '{age}' FROM generate_series(1, {times})"
    ));
}

/// Has housekeeping write all hours anew.
fn write_hours_anew(database: &Database) {
    database.run(
        "WITH gone AS (DELETE FROM activity_hours)
         UPDATE activity_hours_written SET until = date_trunc('hour', now() - interval '70 days', 'UTC')",
    );
}

/// Texts of an hour, of which all were codes, at a cent and a half.
fn texts(database: &Database, age: &str, sent: i32, delivered: i32, failed: i32, entered: i32) {
    database.run(&format!(
        "INSERT INTO message_hours VALUES (date_trunc('hour', now() - interval '{age}', 'UTC'), 'ET', 'messaging', '',
             'verification', {sent}, {sent}, {delivered}, {failed}, 0, 0, {entered}, {sent} * 15000,
             '{{0,0,0,{delivered},0,0,0,0,0,0,0,0,0,0,0,0}}', now())"
    ));
    let hour = format!("date_trunc('hour', now() - interval '{age}', 'UTC') AT TIME ZONE 'UTC'");
    let hour = database.text(&format!("SELECT to_char({hour}, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")).unwrap();
    let counted =
        database.connect().transaction(|conn| message_hours::store::count_day_of(conn, hour.parse().unwrap()));
    counted.unwrap();
}

#[actix_web::test]
async fn figures_are_told_beside_those_of_the_time_before() {
    let app = TestApp::start().await;
    let who = Owner::administrator(&app).await;
    forget(&app);
    for (age, times) in [("5 hours", 3), ("30 hours", 1), ("10 days", 5), ("40 days", 20)] {
        happened(&app.database, "registered", times, age);
        happened(&app.database, "signed_in_by_app", times, age);
        happened(&app.database, "signed_in", 1000, age);
        happened(&app.database, "password_wrong", times, age);
        happened(&app.database, "profile_changed", times, age);
    }
    write_hours_anew(&app.database);
    texts(&app.database, "5 hours", 1000, 961, 20, 800);
    texts(&app.database, "6 hours", 200, 200, 0, 176);
    texts(&app.database, "30 hours", 1500, 1500, 0, 1500);
    texts(&app.database, "40 days", 10, 10, 0, 5);
    app.database.run("UPDATE budgets SET hour_micros = 15000000, day_micros = NULL WHERE scope = 'ALL'");

    // First counted where it stands, then written down by hours: that is the same.
    for _ in 0..2 {
        let day = who.browser.get("/admin").await;
        day.shows(200, "Last 24 hours");
        assert_eq!(tile(&day, "Registrations"), ["3", "2 more than the day before"]);
        assert_eq!(tile(&day, "Sign-ins"), ["1,003", "3 wrong passwords and codes", "2 more than the day before"]);
        assert_eq!(tile(&day, "Codes sent"), ["1,200", "0 texts waiting now", "300 less than the day before"]);
        let delivered = ["96.8 %", "half of them within 3.5 s", "3.2 points less than the day before"];
        assert_eq!(tile(&day, "Delivered"), delivered);
        let entered = ["81.3 %", "976 of 1,200 codes", "18.7 points less than the day before"];
        assert_eq!(tile(&day, "Entered"), entered);
        let spent = ["18.00 USD", "1.50 cents a text", "4.50 USD less than the day before"];
        assert_eq!(tile(&day, "Spent"), spent);
        assert!(says(&day, "registrations").starts_with("3 in one hour alone, "), "{}", says(&day, "registrations"));
        let codes = says(&day, "codes");
        assert!(codes.starts_with("From 0 to 1,000 an hour, 1,200 in all. Most at "), "{codes}");
        assert!(codes.ends_with(" 976 of them were entered."), "{codes}");
        let spent = says(&day, "spent");
        assert!(spent.ends_with("The cap of 15.00 USD an hour was reached in one hour."), "{spent}");
        assert!(day.has("#spent-says ~ path.cap") && day.text().contains("cap: 15.00 USD an hour"));
        assert_eq!(count(&day, "tbody tr"), 24);

        let month = who.browser.get("/admin?days=30").await;
        month.shows(200, "Last 30 days");
        assert_eq!(tile(&month, "Registrations"), ["9", "11 less than the 30 days before"]);
        assert_eq!(tile(&month, "Sign-ins")[0], "3,009");
        assert_eq!(tile(&month, "Codes sent")[0], "2,700");
        assert_eq!(tile(&month, "Entered")[2], "41.7 points more than the 30 days before");
        assert!(!month.has("#spent-says ~ path.cap"), "nothing bounds a day");
        assert_eq!(count(&month, "tbody tr"), 30);
        app.tidy();
    }
    assert!(app.database.count("activity_hours") >= 16);
    for (query, view) in [("?days=31", "24 hours"), ("?days=30&days=1", "30 days"), ("?days=", "24 hours")] {
        let page = who.browser.get(&format!("/admin{query}")).await;
        page.shows(200, &format!("Last {view}"));
    }
}

#[actix_web::test]
async fn where_nothing_happens_the_page_says_so() {
    let app = TestApp::start().await;
    let who = Owner::administrator(&app).await;
    forget(&app);
    for path in ["/admin", "/admin?days=30"] {
        let page = who.browser.get(path).await;
        page.shows(200, "Nothing. Texts leave, and nobody waits for you.");
        assert_eq!(rows(&page), []);
        for chart in ["registrations", "sign-ins", "codes", "texts", "spent"] {
            assert_eq!(says(&page, chart), "Nothing in this time.");
        }
        assert_eq!(tile(&page, "Delivered")[0], "–");
        assert!(!page.has("figure > svg > path.part") && !page.has("figure > svg > path.all"));
    }
}

#[actix_web::test]
async fn what_needs_attention_leads_to_where_it_is_solved() {
    let app = TestApp::start().await;
    let who = Owner::administrator(&app).await;
    let (lost, phone) = (people::maid(), people::new_phone());
    lost.has_account(&app).await;
    let another = people::maid();
    another.has_account(&app).await;
    let lost_id = app.database.text(&format!("SELECT id FROM users WHERE phone_number = '{}'", lost.phone)).unwrap();
    forget(&app);
    app.starts_recovery(&lost.phone, &phone);
    app.all_due_are_sent().await;
    app.database.run(
        "INSERT INTO brakes (id, reference, country, number_range, rule, why, alert_only) VALUES
             (gen_random_uuid(), 'KT-4821', 'ET', '', 'country_hour', '41 texts wait, and 12 may', false),
             (gen_random_uuid(), 'KT-4822', 'SA', '+96651234', 'range_hour', '9 texts wait, and 5 may', true)",
    );
    app.database.run("DELETE FROM spending");
    app.database.run("UPDATE budgets SET hour_micros = 1000000, day_micros = 10000000, month_micros = 900000000");
    app.database.run(
        "INSERT INTO spending SELECT 'ALL', period, date_trunc(period, now(), 'UTC'), micros, unproven FROM (VALUES
             ('hour', 1000000, 0), ('day', 6000000, 6090000), ('month', 300000000, 0)) AS v (period, micros, unproven)",
    );
    app.database.run(
        "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, stranger, state, provider, fault, claimed_at,
             settled_at, attempts)
         SELECT gen_random_uuid(), 1, 'verification', '+251911000001', 'en', true, 'failed', 'verify', 'ours', now(), now(), 1
         FROM generate_series(1, 7)",
    );
    // Without a number nobody takes it.
    app.database.run(
        "INSERT INTO sms_messages (id, send_number, kind, phone_hash, locale, stranger, next_attempt_at)
         VALUES (gen_random_uuid(), 1, 'verification', '\\x00', 'en', true, now() - interval '4 minutes')",
    );
    app.database.run(
        "INSERT INTO provider_circuits VALUES
             ('messaging', 'SA', 'open', 'calls', '4 of the last 6 calls failed', 1, now(), now(), 60, NULL),
             ('verify', '', 'closed', 'calls', 'long ago', 1, now(), now(), 60, now())",
    );
    let alert = |kind: &str, rest: &str| {
        app.database.run(&format!(
            "INSERT INTO alerts (id, kind, subject, detail, reference, created_at, attempts, next_attempt_at, delivered_at,
                 given_up_at) VALUES (gen_random_uuid(), '{kind}', '', '{{}}', 'LK-1', now() - interval '2 days', 9, {rest})"
        ));
    };
    alert("audit_failure", "NULL, now(), NULL");
    alert("signatures_refused", "now() + interval '1 hour', NULL, NULL");
    alert("sign_ins_refused", "NULL, NULL, now() - interval '1 day'");
    alert("sign_ins_refused", "NULL, NULL, now() - interval '8 days'");
    texts(&app.database, "0 hours", 20, 8, 12, 8);

    let page = who.browser.get("/admin").await;
    page.shows(200, "Needs attention");
    let rows = rows(&page);
    let found = |state: &str, parts: &[&str], path: &str| {
        let is_it = |row: &&(String, String, String)| {
            row.0 == state && row.2 == path && parts.iter().all(|part| row.1.contains(part))
        };
        assert_eq!(rows.iter().filter(is_it).count(), 1, "{state} {parts:?} {path}: {rows:#?}");
    };
    found("Audit trail broken", &["the record of what administrators did"], "/admin/activity");
    found("Brake on", &["Ethiopia, since ", "41 texts wait, and 12 may. Reference KT-4821"], "/admin/messages#on");
    found("Brake would be on", &["Saudi Arabia", "KT-4822"], "/admin/messages#on");
    found("Budget used up", &["1.00 of 1.00 USD spent this hour.", "refused until"], "/admin/settings#cap_hour");
    let unproven = ["6.09 of 7.00 USD spent today on numbers that are not proven."];
    found("Budget 87 %", &unproven, "/admin/settings#cap_day");
    found("Twilio does not answer", &["7 calls in a row", "verify"], "/admin/settings");
    found("Provider left alone", &["Twilio messaging, Saudi Arabia", "4 of the last 6"], "/admin/messages");
    found("Texts fail", &["12 of the last 20 texts"], "/admin/messages?outcome=failed");
    found("Texts wait", &["1 text waits to be sent, the oldest for 4 minutes."], "/admin/messages?outcome=underway");
    found("1 recovery", &["72 hours and opens at "], &format!("/admin/accounts/{lost_id}"));
    found("Alerts undelivered", &["1 alert was tried in vain"], "/admin/settings#alert_url");
    found("Alerts undelivered", &["1 alert was given up"], "/admin/settings#alert_url");
    assert_eq!(rows.len(), 12, "{rows:#?}");
    let tones: Vec<_> =
        page.html().select(&selector("a.row .state")).map(|it| it.attr("class").unwrap().to_owned()).collect();
    assert!(tones.is_sorted(), "what is bad stands before what waits, as in the alphabet: {tones:?}");
    for number in [&lost.phone, &phone, &who.person.phone, "96651234"] {
        assert!(!page.text().contains(&number.trim_start_matches('+')[3..]), "a number is shown: {}", page.text());
    }

    app.starts_recovery(&another.phone, &people::new_phone());
    let page = who.browser.get("/admin?days=30").await;
    let recoveries = self::rows(&page).into_iter().find(|(state, ..)| state == "2 recoveries").unwrap();
    assert_eq!(recoveries.2, "/admin/accounts");
}

#[actix_web::test]
async fn administrators_land_where_they_work() {
    let app = TestApp::start_with("messaging", &[("LATCHKEY_ADMIN_ADDRESSES", "192.0.2.0/24")]).await;
    let owner = Owner::administrator(&app).await;
    let (here, elsewhere) = (app.browser().from("192.0.2.7"), app.browser().from("198.51.100.7"));
    for (browser, home) in [(&here, "/admin"), (&elsewhere, "/account")] {
        owner.begins_in(browser).await;
        browser.gives(&owner.app().code().await).await.redirects_to(home);
        let_code_be_used_again(&app);
        browser.get("/").await.redirects_to(home);
        browser.get("/login").await.redirects_to(home);
        let account = browser.get("/account").await;
        assert_eq!(account.attribute("a.brand", "href").as_deref(), Some(home));
        assert_eq!(account.has("a.row[href='/admin']"), home == "/admin");
    }
    assert_eq!(here.get("/admin").await.attribute("a.brand", "href").as_deref(), Some("/admin"));
    elsewhere.get("/admin").await.shows(404, "");

    let wanted = app.browser().from("192.0.2.7");
    let fields = owner.person.identifier().to_owned();
    let fields = [("identifier", &*fields), ("password", &owner.person.password), ("next", "/account/devices")];
    wanted.submit("/login", &fields).await.redirects_to("/login/verify");
    wanted.gives(&owner.app().code().await).await.redirects_to("/account/devices");
    let sponsor = people::sponsor().has_account(&app).await;
    sponsor.get("/").await.redirects_to("/account");
    for nobody in [sponsor.from("192.0.2.8"), app.browser().from("192.0.2.9")] {
        assert_eq!(nobody.get("/admin").await.status, 404);
    }
}

#[test]
fn nothing_on_the_page_is_counted_from_all_rows() {
    let database = Database::create();
    for (event, age) in [("signed_in", "3 minutes"), ("signed_in", "26 hours"), ("registered", "40 days")] {
        happened(&database, event, 2, age);
    }
    let read = database.read_whole_by(|conn| {
        for period in [Period::Day, Period::Month] {
            look::look(conn, period).unwrap();
        }
        assert!(hours::is_behind(conn).is_ok());
        hours::write(conn).unwrap();
        hours::remove_expired(conn).unwrap();
    });
    let small = ["activity_hours_written", "message_hours_counted", "budgets", "provider_circuits"];
    let whole: Vec<_> = read.split(' ').filter(|table| !table.is_empty() && !small.contains(table)).collect();
    assert_eq!(whole, <[&str; 0]>::default());
}

#[test]
fn an_hour_is_written_once_and_counted_once_whoever_writes_it() {
    let database = Database::create();
    for (age, times) in [("1 minute", 1), ("2 hours", 2), ("3 days", 3), ("59 days", 4)] {
        happened(&database, "registered", times, age);
    }
    write_hours_anew(&database);
    let told = |database: &Database| {
        let days = hours::list(&mut database.connect(), Every::Day, 60).unwrap();
        assert_eq!(days.len(), 60);
        days.iter().map(|(_, happened)| happened.registrations).sum::<i64>()
    };
    assert_eq!(told(&database), 10);
    let writers = || {
        let conn = &mut database.connect();
        while hours::is_behind(conn).unwrap() {
            hours::write(conn).unwrap();
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(writers);
        }
    });
    assert_eq!(told(&database), 10);
    assert_eq!(database.number("SELECT sum(times) FROM activity_hours WHERE event = 'registered'"), 9);
    // What happened in an hour that is written is not read again.
    happened(&database, "registered", 5, "3 days");
    assert_eq!(told(&database), 10);
    let hours = hours::list(&mut database.connect(), Every::Hour, 24).unwrap();
    assert_eq!(hours.iter().map(|(_, happened)| happened.registrations).sum::<i64>(), 3);
    assert!(hours.windows(2).all(|two| (two[1].0 - two[0].0).num_hours() == 1));

    database
        .run("UPDATE activity_hours SET hour = hour - interval '14 months' WHERE hour < now() - interval '50 days'");
    assert_eq!(hours::remove_expired(&mut database.connect()).unwrap(), 1);
}
