//! `/admin/messages`: what it says is what the texts say, nothing on it names a person, and a brake that is opened stays
//! open (AUZ-*, A-5, SMS-09).

use std::collections::BTreeSet;

use latchkey::{
    db,
    domain::{ids::MessageId, message_reference::MessageReference},
    features::{
        message_hours::count::count_due,
        messages::search::{self, End, Occasion, Wanted},
    },
};
use scraper::Selector;

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    database::Database,
    fake_twilio::Behaviour,
    owners::Owner,
    people,
};

const LIST: &str = "/admin/messages";

/// An administrator, and no text yet: those that made the account are gone.
async fn administrator(app: &TestApp) -> Browser {
    let owner = Owner::administrator(app).await;
    app.all_due_are_sent().await;
    app.database.run("DELETE FROM sms_messages");
    owner.browser
}

/// A text of some age with these columns and values.
fn text(database: &Database, age: &str, known: &[(&str, &str)]) -> MessageId {
    let id = MessageId::generate();
    let (names, values): (Vec<&str>, Vec<&str>) = known.iter().copied().unzip();
    let extra = |list: Vec<&str>| list.iter().map(|item| format!(", {item}")).collect::<String>();
    database.run(&format!(
        "INSERT INTO sms_messages (id, send_number, phone_number, locale, stranger, attempts, created_at, claimed_at, settled_at{})
         VALUES ('{id}', 1, '+251911004567', 'en', true, 1, now() - interval '{age}', now() - interval '{age}',
                 now() - interval '{age}'{})",
        extra(names),
        extra(values)
    ));
    id
}

const REGISTRATION: (&str, &str) = ("kind", "'verification'");
const ET: (&str, &str) = ("country", "'ET'");
const MESSAGING: (&str, &str) = ("provider", "'messaging'");
const SENT: (&str, &str) = ("state", "'sent'");
const DELIVERED: [(&str, &str); 3] = [SENT, ("arrival", "'delivered'"), ("arrived_ms", "3240")];

/// The messages of a page, by the links to their stories.
fn listed(page: &Page) -> Vec<String> {
    let links = Selector::parse("td a[href^='/admin/messages/0']").unwrap();
    let html = page.html();
    html.select(&links).filter_map(|link| Some(link.value().attr("href")?.rsplit_once('/')?.1.to_owned())).collect()
}

/// The rows of the table under a heading, cell by cell.
fn rows(page: &Page, heading: &str) -> Vec<Vec<String>> {
    let section = Selector::parse(&format!("section[aria-labelledby='{heading}'] tbody tr")).unwrap();
    let cells = Selector::parse("th, td").unwrap();
    let text = |cell: scraper::ElementRef<'_>| {
        cell.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    page.html().select(&section).map(|row| row.select(&cells).map(text).collect()).collect()
}

fn count(app: &TestApp) {
    // The program counts as well, and whoever comes second passes.
    let conn = &mut db::connect(&app.database.url()).unwrap();
    assert!((0..100).any(|_| count_due(conn).unwrap() >= 3), "never its turn");
}

#[actix_web::test]
async fn figures_and_reasons_are_those_of_the_texts() {
    let app = TestApp::start().await;
    let browser = administrator(&app).await;
    app.database.run("DELETE FROM message_hours; ");
    app.database.run("DELETE FROM message_days");
    browser.get(LIST).await.shows(200, "No message was asked for in this time.").shows(200, "No brake was on");
    browser.get(LIST).await.shows(200, "No message has been asked for yet.");

    let price = ("spent_micros", "350000");
    for _ in 0..3 {
        text(&app.database, "1 minute", &[&[REGISTRATION, ET, MESSAGING, price][..], &DELIVERED].concat());
    }
    text(
        &app.database,
        "1 minute",
        &[REGISTRATION, ET, MESSAGING, price, SENT, ("arrival", "'undelivered'"), ("error_code", "30003")],
    );
    text(&app.database, "1 minute", &[REGISTRATION, ET, ("state", "'failed'"), ("fault", "'paused'")]);
    let named = [("sender", "'Latchkey'"), ("kind", "'sign_in'"), ("country", "'SA'"), MESSAGING];
    text(&app.database, "20 days", &[&named[..], &DELIVERED].concat());
    app.database.run("UPDATE message_hours_counted SET until = date_trunc('hour', now() - interval '21 days', 'UTC')");
    count(&app);

    let page = browser.get(LIST).await;
    let delivery = rows(&page, "delivery");
    assert_eq!(
        delivery[0],
        ["All", "4", "3 (75.0 %)", "1", "1", "3.5 s", "4.0 s", "0 (0.0 %)", "1.40"],
        "{delivery:?}"
    );
    assert_eq!(delivery[1][..3], ["Ethiopia Twilio Messaging, our usual sender", "4", "3 (75.0 %)"]);
    assert_eq!(delivery[2][..2], ["Ethiopia never handed to a provider", "0"]);
    assert_eq!(delivery.len(), 3);
    let whys = rows(&page, "why");
    assert_eq!(whys, [["Phone off or out of reach (30003)", "Ethiopia", "1"], ["Held by a brake", "Ethiopia", "1"]]);
    let times = rows(&page, "times");
    assert_eq!(times.len(), 24);
    assert_eq!(times.iter().filter_map(|row| row[1].parse::<i64>().ok()).sum::<i64>(), 4);

    let month = browser.get(&format!("{LIST}?figures=month")).await;
    let delivery = rows(&month, "delivery");
    assert_eq!(delivery[0][..3], ["All", "5", "4 (80.0 %)"]);
    assert_eq!(delivery.len(), 4);
    assert!(delivery.iter().any(|row| row[0] == "Saudi Arabia Twilio Messaging, Latchkey"), "{delivery:?}");
    assert_eq!(rows(&month, "times").len(), 30);
}

#[actix_web::test]
async fn filters_find_what_fits_alone_and_together_and_a_reference_finds_its_text() {
    let app = TestApp::start().await;
    let browser = administrator(&app).await;
    let database = &app.database;
    database.run(
        "INSERT INTO brakes (id, reference, country, number_range, rule, why, alert_only, ended_at)
         VALUES ('00000000-0000-7000-8000-00000000000b', 'KT-4821', 'ET', '', 'country_hour', 'Too many are open', false, now())",
    );
    let ends: [(&str, &[(&str, &str)]); 8] = [
        ("delivered", &DELIVERED),
        ("underway", &[("state", "'queued'"), ("next_attempt_at", "now() + interval '1 day'")]),
        ("underway", &[SENT]),
        ("failed", &[SENT, ("arrival", "'undelivered'")]),
        ("failed", &[("state", "'failed'"), ("fault", "'ours'")]),
        ("unknown", &[("state", "'unknown'")]),
        ("withheld", &[("state", "'withheld'"), ("withheld", "true")]),
        ("superseded", &[("state", "'superseded'")]),
    ];
    let kinds: [(&str, &[(&str, &str)]); 3] = [
        ("registration", &[REGISTRATION]),
        ("password_reset", &[("kind", "'password_reset'")]),
        ("notice", &[("kind", "'phone_changed'"), ("notice", "true")]),
    ];
    let mut all = Vec::new();
    for (outcome, end) in ends {
        for (purpose, kind) in kinds {
            for country in ["ET", "KW", ""] {
                let stored = if country.is_empty() { "NULL".to_owned() } else { format!("'{country}'") };
                let known = [end, kind, &[MESSAGING, ("country", &stored)]].concat();
                let id = text(database, "1 minute", &known).to_string();
                all.push((outcome, purpose, country, id));
            }
        }
    }
    let held = [
        REGISTRATION,
        ET,
        ("state", "'failed'"),
        ("fault", "'paused'"),
        ("brake_id", "'00000000-0000-7000-8000-00000000000b'"),
    ];
    let held = text(database, "1 minute", &held).to_string();
    all.push(("held", "registration", "ET", held.clone()));

    let choices = |values: &[&'static str]| [&[""], values].concat();
    for outcome in choices(&["delivered", "underway", "failed", "held", "unknown", "withheld", "superseded"]) {
        for purpose in choices(&["registration", "password_reset", "notice", "step_up"]) {
            for country in choices(&["ET", "KW", "SA"]) {
                let page = browser
                    .get(&format!("{LIST}?outcome={outcome}&purpose={purpose}&country={country}&reference="))
                    .await;
                let fits = |part: &str, wanted: &str| wanted.is_empty() || part == wanted;
                let expected: Vec<_> = all
                    .iter()
                    .filter(|(o, p, c, _)| fits(o, outcome) && fits(p, purpose) && fits(c, country))
                    .map(|(.., id)| id.clone())
                    .rev()
                    .collect();
                let most = if [outcome, purpose, country].concat().is_empty() { 20 } else { 50 };
                let told = format!("{outcome} {purpose} {country}");
                assert_eq!(listed(&page), expected[..expected.len().min(most)], "{told}");
                assert_eq!(page.has("a[href*='before=']"), expected.len() > most, "{told}");
                if expected.is_empty() {
                    page.shows(200, "No messages fit.");
                }
            }
        }
    }

    let reference = MessageReference::of(MessageId(held.parse().unwrap())).to_string();
    database.run(&format!(
        "INSERT INTO deliveries (message_id, provider_sid, status) VALUES ('{held}', 'SM0123456789abcdef0123456789abcdef', 'sent')"
    ));
    for name in [
        &*reference,
        &reference.to_lowercase().replace('-', "+"),
        "kt-4821",
        &held,
        "SM0123456789abcdef0123456789abcdef",
    ] {
        let page = browser.get(&format!("{LIST}?reference={name}")).await;
        assert!(listed(&page).contains(&held) && listed(&page).len() <= 2, "{name}: {}", page.text());
        page.shows(200, &reference);
        let page = browser.get(&format!("{LIST}?reference={name}&country=ET&outcome=held&purpose=registration")).await;
        assert_eq!(listed(&page), std::slice::from_ref(&held), "{name}");
        let page = browser.get(&format!("{LIST}?reference={name}&country=KW")).await;
        assert!(!listed(&page).contains(&held), "{name}");
    }
    for none in ["hello", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%2B251911004567", "%27+OR+1%3D1"] {
        let page = browser.get(&format!("{LIST}?reference={none}&country=ET")).await;
        assert_eq!((page.status.as_u16(), listed(&page).len()), (422, 0), "{none}");
        assert_eq!(
            page.error_of("reference").as_deref(),
            Some("This is no reference. It looks like 4F7K-92QD for a message or KT-4821 for a brake.")
        );
        assert_eq!(page.focused().as_deref(), Some("reference"));
        assert_eq!(page.attribute("option[value='ET']", "selected").as_deref(), Some(""), "what was chosen stays");
        assert!(!page.has("main script"));
    }
    browser.get(&format!("{LIST}?reference=ZZ-9999")).await.shows(200, "No messages fit.");
    for nobody in ["0198c2f0-0000-7000-8000-000000000001", "1", "..%2f"] {
        assert_eq!(browser.get(&format!("{LIST}/{nobody}")).await.status, 404, "{nobody}");
    }
}

#[actix_web::test]
async fn pages_by_key_show_each_text_once_while_new_ones_arrive() {
    let app = TestApp::start().await;
    let browser = administrator(&app).await;
    let expected: BTreeSet<_> = (0..130)
        .map(|_| {
            text(&app.database, "1 minute", &[&[REGISTRATION, ET, MESSAGING][..], &DELIVERED].concat()).to_string()
        })
        .collect();
    for start in
        [LIST.to_owned(), format!("{LIST}?outcome=delivered"), format!("{LIST}?country=ET&purpose=registration")]
    {
        let (mut seen, mut next, mut pages) = (Vec::new(), Some(start.clone()), 0);
        while let Some(path) = next {
            let page = browser.get(&path).await;
            seen.extend(listed(&page));
            next = page.attribute("nav.actions a[href*='before=']", "href");
            pages += 1;
            text(&app.database, "0 seconds", &[&[REGISTRATION, ET, MESSAGING][..], &DELIVERED].concat());
        }
        let once: BTreeSet<_> = seen.iter().cloned().collect();
        assert_eq!(once.len(), seen.len(), "{start}: one is shown twice");
        assert!(expected.is_subset(&once), "{start}: one is missing");
        assert!(seen.is_sorted_by(|newer, older| newer > older), "{start}");
        assert!(pages >= 3, "{start}");
    }
}

/// What a story tells, step by step.
fn story(page: &Page) -> String {
    page.shows(200, "What happened to it, first to last");
    page.text()
}

#[track_caller]
fn tells(page: &Page, parts: &[&str]) {
    let story = story(page);
    let mut rest = story.as_str();
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { panic!("no {part:?} where it belongs: {story}") };
        rest = after;
    }
}

async fn newest(app: &TestApp, browser: &Browser, phone: &str) -> Page {
    app.all_due_are_sent().await;
    let id = format!("SELECT id FROM sms_messages WHERE phone_number = '{phone}' ORDER BY id DESC LIMIT 1");
    browser.get(&format!("{LIST}/{}", app.database.text(&id).unwrap())).await
}

#[actix_web::test]
async fn a_story_tells_how_a_text_really_went() {
    let app = TestApp::start_public().await;
    let browser = administrator(&app).await;

    // Delivered, and its code is entered.
    let hanna = people::maid();
    let hers = app.browser();
    let code = hanna.begins(&app, &hers).await;
    let sid = app.twilio.newest_sid_to(&hanna.phone);
    app.database.becomes(&format!("SELECT count(*) FROM deliveries WHERE provider_sid = '{sid}'"), 1).await;
    for status in ["sent", "delivered"] {
        reports(&app, &sid, status, &[]).await;
    }
    hers.enters(&code).await;
    let page = newest(&app, &browser, &hanna.phone).await;
    let of_sid = format!("Twilio’s name for it: {sid}");
    tells(
        &page,
        &[
            "Delivered",
            "Registration",
            "in the budget",
            "It counts for the limits",
            "Asked for",
            "not signed in",
            "Text 1 of its code",
            "Allowed",
            "All limits had room",
            "Handed over: Twilio Messaging, our usual sender",
            "Attempt 1",
            "Taken by the provider",
            &of_sid,
            "Twilio reports: queued",
            "Twilio reports: sent to the carrier",
            "Twilio reports: Delivered",
            "after it was asked for",
            "A code of its challenge was entered",
        ],
    );

    // Not delivered, and a brake would have held it.
    let almaz = people::maid();
    almaz.begins(&app, &app.browser()).await;
    let sid = app.twilio.newest_sid_to(&almaz.phone);
    app.database.becomes(&format!("SELECT count(*) FROM deliveries WHERE provider_sid = '{sid}'"), 1).await;
    app.database.run(
        "INSERT INTO brakes (id, reference, country, number_range, rule, why, alert_only, began_at, ended_at)
         VALUES ('00000000-0000-7000-8000-00000000000c', 'AC-0001', 'ET', '', 'country_hour', 'Too many are open', true,
                 now() - interval '1 hour', now() + interval '1 hour')",
    );
    reports(&app, &sid, "undelivered", &[("ErrorCode", "30005")]).await;
    tells(
        &newest(&app, &browser, &almaz.phone).await,
        &[
            "Not delivered",
            "Allowed",
            "Brake AC-0001 would have held it",
            "Twilio reports: Not delivered",
            "Number not in service (30005)",
        ],
    );

    // Refused.
    let salma = people::maid();
    app.twilio.script([Behaviour::Refuse(400, 21614)]);
    salma.asks(&app.browser()).await;
    tells(
        &newest(&app, &browser, &salma.phone).await,
        &["Refused", "0.0000 USD in the budget", "Handed over", "Refused", "Not a mobile number (21614)"],
    );

    // Nobody knows.
    let tigist = people::maid();
    app.twilio.script([Behaviour::Refuse(503, 20503)]);
    tigist.asks(&app.browser()).await;
    tells(
        &newest(&app, &browser, &tigist.phone).await,
        &["Unknown", "Handed over", "Nobody knows whether it left", "not sent again by itself"],
    );

    // Held by a brake, and by a closed country; withheld; replaced; waiting after an attempt in vain.
    let held = [
        REGISTRATION,
        ET,
        ("state", "'failed'"),
        ("fault", "'paused'"),
        ("brake_id", "'00000000-0000-7000-8000-00000000000c'"),
    ];
    let held = text(&app.database, "1 minute", &held);
    tells(
        &browser.get(&format!("{LIST}/{held}")).await,
        &["Held, and no provider heard of it", "Brake AC-0001 was on", "Too many are open"],
    );
    let closed = text(
        &app.database,
        "1 minute",
        &[REGISTRATION, ("state", "'failed'"), ("fault", "'country'"), ("country", "'FR'")],
    );
    tells(
        &browser.get(&format!("{LIST}/{closed}")).await,
        &["France", "Held, and no provider heard of it", "Our policy for the country"],
    );
    let withheld = text(
        &app.database,
        "1 minute",
        &[("kind", "'password_reset'"), ET, MESSAGING, ("state", "'withheld'"), ("withheld", "true")],
    );
    let page = browser.get(&format!("{LIST}/{withheld}")).await;
    tells(&page, &["Only looked as if sent", "Treated like any other, and not sent", "Whoever asked cannot tell"]);
    assert!(!page.text().contains("Handed over"));
    let replaced = text(&app.database, "1 minute", &[REGISTRATION, ET, MESSAGING, ("state", "'superseded'")]);
    tells(
        &browser.get(&format!("{LIST}/{replaced}")).await,
        &["Replaced before it left", "Not sent: not needed any more"],
    );
    let waits = text(
        &app.database,
        "1 minute",
        &[REGISTRATION, ET, MESSAGING, ("state", "'queued'"), ("next_attempt_at", "now() + interval '1 day'")],
    );
    app.database.run(&format!("UPDATE sms_messages SET settled_at = NULL WHERE id = '{waits}';"));
    app.database
        .run(&format!("INSERT INTO message_attempts VALUES ('{waits}', 1, 'verify', now(), 20429, 'try_later')"));
    tells(
        &browser.get(&format!("{LIST}/{waits}")).await,
        &[
            "On its way to the provider",
            "Attempt 1: Twilio Verify",
            "Too many requests to Twilio at once (20429). Tried again.",
            "In the queue",
        ],
    );
    // A number that is forgotten.
    app.database.run(&format!("UPDATE sms_messages SET phone_number = NULL, phone_hash = '\\x01' WHERE id = '{held}'"));
    browser.get(&format!("{LIST}/{held}")).await.shows(200, "number forgotten");
}

async fn reports(app: &TestApp, sid: &str, status: &str, more: &[(&str, &str)]) {
    let report = app.twilio.report(sid, status, more);
    let browser = app.browser();
    let request = browser
        .bare(reqwest::Method::POST, &report.path())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", report.signature());
    assert_eq!(browser.send(request.body(report.body())).await.status, 204);
}

#[actix_web::test]
async fn an_attempt_in_vain_is_written_down_when_it_is_tried_again() {
    let app = TestApp::start().await;
    let browser = administrator(&app).await;
    let hanna = people::maid();
    app.twilio.script([Behaviour::TooManyRequests(1)]);
    hanna.asks(&app.browser()).await;
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state = 'sent'", 1).await;
    tells(
        &newest(&app, &browser, &hanna.phone).await,
        &["Attempt 1: Twilio Messaging", "Tried again", "Handed over", "Attempt 2", "Taken by the provider"],
    );
}

#[actix_web::test]
async fn a_5_no_page_shows_a_whole_number_a_code_or_what_is_kept_of_it() {
    let app = TestApp::start().await;
    let browser = administrator(&app).await;
    let hanna = people::maid();
    let code = hanna.begins(&app, &app.browser()).await;
    app.all_due_are_sent().await;
    app.database.run("UPDATE sms_messages SET sender = '+15005550006'");
    let id = app.database.text("SELECT id FROM sms_messages").unwrap();
    let mac = app.database.text("SELECT code_mac FROM phone_verifications WHERE used_at IS NULL").unwrap();
    let address = app.database.text("SELECT address FROM sms_messages").unwrap();
    count(&app);
    let digits = hanna.phone.trim_start_matches('+').to_owned();
    for path in [LIST.to_owned(), format!("{LIST}?figures=month"), format!("{LIST}?country=ET"), format!("{LIST}/{id}")]
    {
        let page = browser.get(&path).await;
        page.shows(200, &format!("*****{}", &digits[digits.len() - 4..]));
        // References and ids are left out: they hold six digits by chance.
        let text = page.text();
        for secret in [&*digits, &digits[3..], &mac, &address, "15005550006", "5005550006", "AC00", "SK00"] {
            assert!(!page.body.contains(secret), "{path} shows {secret}");
        }
        assert!(!text.split_whitespace().any(|word| word == code), "{path} shows the code");
    }
}

/// The country has had texts for longer than its first days, and nobody enters codes: the next is held. Answers the brake.
async fn braked(app: &TestApp) -> String {
    app.database.run(
        "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
         VALUES ('ET', '', date_trunc('hour', now(), 'UTC') - interval '15 days', 1, 1)",
    );
    for _ in 0..12 {
        asks(app).await.redirects_to("/register/verify");
    }
    asks(app).await.shows(422, "We cannot text this number just now");
    app.database.text("SELECT reference FROM brakes WHERE ended_at IS NULL").unwrap()
}

/// Somebody whose number is in a range that nobody else's is in.
async fn asks(app: &TestApp) -> Page {
    static RANGE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(600);
    let range = RANGE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    people::maid().at(&format!("+25191{range}4567")).asks(&app.browser()).await
}

#[actix_web::test]
async fn sms_09_an_administrator_opens_a_brake_and_it_stays_open_until_the_rule_is_broken_anew() {
    let app = TestApp::start().await;
    let browser = administrator(&app).await;
    let reference = braked(&app).await;
    let page = browser.get(LIST).await;
    page.shows(200, "Brakes that are on").shows(200, &reference).shows(200, "12 texts of the last hour to ET");
    let open = format!("{LIST}/brakes/{reference}/open");
    assert!(page.has(&format!("form[action='{open}'] button")));
    browser.get(&format!("{LIST}?reference={reference}")).await.shows(200, "Held by a brake");

    browser.submit(&open, &[]).await.redirects_to(LIST);
    let page = browser.get(LIST).await;
    page.shows(200, "The brake is open.");
    assert!(!page.has(&format!("form[action='{open}']")));
    assert!(rows(&page, "brakes")[0].iter().any(|cell| cell.contains("by an administrator")), "{}", page.text());
    for _ in 0..12 {
        app.tidy();
        asks(&app).await.redirects_to("/register/verify");
    }
    asks(&app).await.shows(422, "We cannot text this number just now");
    let second = app.database.text("SELECT reference FROM brakes WHERE ended_at IS NULL").unwrap();
    assert_ne!(second, reference);

    // Once more is no fault, and writes nothing.
    browser.submit(&open, &[]).await.redirects_to(LIST);
    browser.get(LIST).await.shows(200, "This brake holds nothing back.");
    assert_eq!(browser.submit(&format!("{LIST}/brakes/ZZ-0000/open"), &[]).await.status, 404);
    assert_eq!(browser.submit(&format!("{LIST}/brakes/hello/open"), &[]).await.status, 404);
    let audited = "SELECT string_agg(act || ' ' || subject || ' ' || (actor LIKE 'administrator:%'), ',') FROM audit WHERE act = 'brake_opened'";
    assert_eq!(app.database.text(audited).as_deref(), Some(&*format!("brake_opened brake:{reference} true")));
    assert_eq!(app.database.count(&format!("alerts WHERE kind = 'brake_off' AND reference = '{reference}'")), 1);
}

#[actix_web::test]
async fn two_administrators_who_press_at_once_open_a_brake_once() {
    let app = TestApp::start().await;
    let browsers = [administrator(&app).await, administrator(&app).await];
    let reference = braked(&app).await;
    let open = format!("{LIST}/brakes/{reference}/open");
    let pages = at_once((0..6).map(|n| {
        let (browser, open) = (browsers[n % 2].fork(), open.clone());
        async move { browser.submit(&open, &[]).await }
    }))
    .await;
    for page in &pages {
        page.redirects_to(LIST);
    }
    assert_eq!(app.database.count("audit WHERE act = 'brake_opened'"), 1);
    assert_eq!(app.database.count(&format!("alerts WHERE kind = 'brake_off' AND reference = '{reference}'")), 1);
    assert_eq!(app.database.deadlocks(), 0);

    // What is only written down cannot be opened, and says so.
    app.database.run("UPDATE brakes SET alert_only = true, ended_at = NULL, opened_at = NULL");
    let page = browsers[0].get(LIST).await;
    page.shows(200, "Only written down");
    assert!(!page.has(&format!("form[action='{open}']")));
    browsers[0].submit(&open, &[]).await.redirects_to(LIST);
    assert_eq!(app.database.count("brakes WHERE ended_at IS NULL"), 1);
}

#[test]
fn every_search_goes_by_an_index() {
    let database = Database::create();
    for _ in 0..3 {
        text(&database, "1 minute", &[REGISTRATION, ET, MESSAGING, SENT]);
    }
    database.run("ANALYZE sms_messages");
    let open = Wanted::default();
    let country = latchkey::domain::country::Country::parse("ET").ok();
    let searches = [
        open.clone(),
        Wanted { ends: Some(vec![End::Refused, End::Undelivered]), ..open.clone() },
        Wanted { country, ..open.clone() },
        Wanted { occasion: Some(Occasion::SignIn), ..open.clone() },
        Wanted { ends: Some(vec![End::Held]), country, occasion: Some(Occasion::Registration), ..open },
    ];
    let read = database.read_whole_by(|conn| {
        for wanted in &searches {
            search::list(conn, wanted, Some(MessageId::generate()), 51).unwrap();
        }
    });
    assert!(!read.contains("sms_messages"), "{read}");
}
