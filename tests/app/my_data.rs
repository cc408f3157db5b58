//! What is kept about an account: known column by column, and given to its owner whole (DAT-01, SES-10).

use std::{collections::BTreeSet, time::Duration};

use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types::Text};
use latchkey::{
    domain::ids::UserId,
    features::my_data::{
        inventory::{TABLES, Table},
        store,
    },
};
use scraper::Selector;
use serde_json::Value;

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    database::Database,
    everything::{ABOUT, REASON, of_everything},
    people,
};

const STALE: &str = "UPDATE sessions SET confirmed_at = now() - interval '6 minutes'";
const DOWNLOAD: &str = "/account/data/download";

async fn downloads(browser: &Browser, format: &str) -> Page {
    browser.submit(DOWNLOAD, &[("format", format)]).await
}

async fn downloads_json(browser: &Browser) -> Value {
    let page = downloads(browser, "json").await;
    assert_eq!(page.status, 200, "{}", page.body);
    serde_json::from_str(&page.body).unwrap_or_else(|error| panic!("{error}: {}", page.body))
}

fn rows<'a>(file: &'a Value, table: &str) -> &'a Vec<Value> {
    file["tables"][table]["rows"].as_array().unwrap_or_else(|| panic!("{table} is not in {file}"))
}

/// Names that a query answers.
fn names(database: &Database, sql: &str) -> BTreeSet<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let rows: Vec<Row> = sql_query(sql).get_results(&mut database.connect()).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

fn owned() -> impl Iterator<Item = &'static Table> {
    TABLES.iter().filter(|table| table.own.is_some())
}

#[actix_web::test]
async fn dat_01_every_column_of_the_live_schema_has_a_class() {
    let live = names(
        &TestApp::start().await.database,
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'",
    );
    let known: Vec<String> = TABLES
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| format!("{}.{}", table.name, column.name)))
        .collect();
    assert_eq!(
        known.iter().cloned().collect::<BTreeSet<_>>(),
        live,
        "src/features/my_data/inventory.rs is not the schema"
    );
    assert_eq!(known.len(), live.len(), "a column stands there twice");
}

#[actix_web::test]
async fn dat_01_every_table_that_belongs_to_an_account_is_in_its_owners_file() {
    let app = TestApp::start().await;
    let direct = names(
        &app.database,
        "SELECT table_name::text AS name FROM information_schema.columns
         WHERE table_schema = 'public' AND column_name = 'user_id'
         UNION SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confrelid = 'users'::regclass",
    );
    let through_others = names(
        &app.database,
        "WITH RECURSIVE hanging (id) AS (
             SELECT 'users'::regclass::oid
             UNION SELECT conrelid FROM pg_constraint JOIN hanging ON confrelid = hanging.id WHERE contype = 'f')
         SELECT id::regclass::text AS name FROM hanging",
    );
    let in_the_file: BTreeSet<String> = owned().map(|table| table.name.to_owned()).collect();
    for table in direct {
        assert!(in_the_file.contains(&table), "{table} belongs to an account and is not in its owner's file");
    }
    for table in through_others {
        // It hangs on a code, which hangs on a session for another purpose than its own.
        let excused = table == "registrations";
        assert!(in_the_file.contains(&table) || excused, "{table} hangs on an account and is not in its owner's file");
    }
}

#[actix_web::test]
async fn dat_01_the_file_has_every_row_about_the_account_and_none_about_others() {
    let app = TestApp::start().await;
    let other = of_everything(&app).await;
    let owner = of_everything(&app).await;
    let file = downloads_json(&owner.browser).await;
    for table in owned().filter(|table| table.name != "maid_profiles") {
        let (name, own) = (table.name, table.own.unwrap());
        let user = format!("(SELECT id FROM users WHERE email = '{}')", owner.person.email);
        let own = own.split(" ORDER BY").next().unwrap().replace("$1", &user);
        let there = app.database.number(&format!("SELECT count(*) FROM {name} AS t WHERE {own}"));
        assert!(there > 0, "{name} has nothing to prove it with");
        assert_eq!(rows(&file, name).len() as i64, there, "{name}");
    }
    assert!(rows(&file, "maid_profiles").is_empty());
    let said = file.to_string();
    for own in [owner.person.email.as_str(), &owner.person.phone, ABOUT, REASON, "data_downloaded"] {
        assert!(said.contains(own), "{own}");
    }
    let stranger = app.database.text(&format!("SELECT id FROM users WHERE email = '{}'", other.person.email)).unwrap();
    for others in [other.person.email.as_str(), &other.person.phone, &stranger] {
        assert!(!said.contains(others), "{others}");
    }
}

#[actix_web::test]
async fn dat_01_no_secret_is_in_the_file_and_each_is_named() {
    let app = TestApp::start().await;
    let owner = of_everything(&app).await;
    let (json, html) = (downloads(&owner.browser, "json").await.body, downloads(&owner.browser, "html").await.body);
    let secrets = names(
        &app.database,
        "SELECT password_hash AS name FROM users UNION SELECT encode(token_hash, 'hex') FROM sessions
         UNION SELECT encode(token_hash, 'hex') FROM trusted_devices UNION SELECT sealed_secret FROM totp_secrets
         UNION SELECT salt FROM two_factor_backup_codes UNION SELECT encode(code_hash, 'hex') FROM two_factor_backup_codes
         UNION SELECT encode(code_hash, 'hex') FROM action_codes UNION SELECT code_mac FROM phone_verifications
             WHERE code_mac IS NOT NULL
         UNION SELECT 'VEsecret' UNION SELECT 'argon2' UNION SELECT 'hmac-sha256' UNION SELECT '\\x'",
    );
    assert!(secrets.len() > 15);
    for secret in secrets.iter().chain(&owner.backup_codes) {
        assert!(!json.contains(secret.as_str()) && !html.contains(secret.as_str()), "{secret}");
    }
    let file: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(file["tables"]["users"]["kept_but_not_shown"], serde_json::json!(["password_hash"]));
    assert_eq!(file["tables"]["totp_secrets"]["kept_but_not_shown"], serde_json::json!(["sealed_secret"]));
    for told in ["your password, in a form that cannot be read back", "the secret of the app, encrypted"] {
        assert!(html.contains(told), "{told}");
    }
}

#[actix_web::test]
async fn dat_01_a_number_that_is_not_the_accounts_is_masked() {
    let app = TestApp::start().await;
    let owner = of_everything(&app).await;
    let there = app.database.text("SELECT phone_number FROM phone_changes").unwrap();
    for format in ["json", "html"] {
        let file = downloads(&owner.browser, format).await.body;
        assert!(!file.contains(&there[4..]), "{format}");
        assert!(file.contains(&format!("*****{}", &there[there.len() - 4..])), "{format}");
        assert!(file.contains(&owner.person.phone), "{format}");
    }
}

#[actix_web::test]
async fn dat_01_the_page_to_read_stands_alone_and_says_what_it_is_in_words() {
    let app = TestApp::start().await;
    let owner = of_everything(&app).await;
    let page = downloads(&owner.browser, "html").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let disposition = page.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment; filename=\"latchkey-data-2") && disposition.ends_with(".html\""));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let html = page.html();
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    for outside in ["script", "[src]", "[href]", "link", "form", "[onload]", "iframe", "object", "base"] {
        assert!(html.select(&Selector::parse(outside).unwrap()).next().is_none(), "{outside}");
    }
    assert!(!page.body.contains("url(") && !page.body.contains("@import") && !page.body.contains("No localization"));
    let text = page.text();
    for told in [
        "Everything Latchkey keeps about you",
        "You are A sponsor",
        "Full name Salma Haddad",
        "On, with your app",
        ABOUT,
        "Signed in with the password and the app",
        "All data of the account was downloaded",
        "Finishes a recovery",
        REASON,
        "We keep it for 13 months.",
        "We keep it for 90 days. After 30 days the number is unreadable",
        "Ethiopia",
        "Times are for Addis Ababa.",
    ] {
        assert!(text.contains(told), "{told:?} is not in:\n{text}");
    }
    let json = downloads(&owner.browser, "json").await;
    assert_eq!(json.header("content-type"), Some("application/json"));
    assert!(json.header("content-disposition").unwrap().ends_with(".json\""));
}

#[actix_web::test]
async fn inp_01_what_people_typed_stays_text_in_the_file() {
    let app = TestApp::start().await;
    let browser = people::sponsor().has_account(&app).await;
    let hostile = r#"</dl><script>alert("x")</script> {{ 1 }}"#;
    app.database.run(&format!("UPDATE sponsor_profiles SET about = '{hostile}'"));
    let page = downloads(&browser, "html").await;
    assert!(!page.has("script") && page.text().contains(hostile), "{}", page.text());
    assert_eq!(rows(&downloads_json(&browser).await, "sponsor_profiles")[0]["about"], hostile);
}

/// Somebody who has typed other people's numbers must not learn from the file which of them have accounts.
#[actix_web::test]
async fn e_3_the_file_does_not_tell_whether_a_number_that_was_tried_has_an_account() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let tried = |id: &str, kind: &str, withheld: bool, state: &str, sid: &str| {
        app.database.run(&format!(
            "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, user_id, browser_id, address, stranger,
                 withheld, state, provider, provider_sid, attempts, created_at, next_attempt_at, claimed_at, settled_at)
             SELECT '{id}', 1, '{kind}', '+251911999888', 'en', id, id, '10.1.2.3', true, {withheld}, '{state}', 'messaging',
                 {sid}, 1, moment, moment, moment + interval '12 milliseconds', moment + interval '77 milliseconds'
             FROM users, date_trunc('second', now()) AS moment WHERE email = '{}'",
            salma.email
        ));
    };
    tried("00000000-0000-7000-8000-000000000001", "phone_change", false, "sent", "'SM1'");
    tried("00000000-0000-7000-8000-000000000002", "phone_change_taken", false, "sent", "'SM2'");
    tried("00000000-0000-7000-8000-000000000003", "phone_change_taken", true, "withheld", "NULL");
    let file = downloads_json(&browser).await;
    let mut texts: Vec<Value> = rows(&file, "sms_messages").clone();
    texts.retain(|text| text["phone_number"] == "*****9888");
    assert_eq!(texts.len(), 3);
    for text in &mut texts {
        text["id"].take();
        for moment in ["created_at", "next_attempt_at", "claimed_at", "settled_at"] {
            text[moment].take();
        }
    }
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:#?}");
    let html = downloads(&browser, "html").await.body;
    assert!(!html.contains("withheld") && !html.contains("taken"));
}

#[actix_web::test]
async fn rec_07_ses_10_without_a_fresh_proof_there_is_no_file_but_the_way_to_prove_it() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let page = browser.get("/account/data").await;
    assert!(page.has("form[action='/account/data/download']") && !page.has("a[href^='/confirm']"));
    app.database.run(STALE);
    let page = browser.get("/account/data").await;
    page.shows(200, "please prove once more");
    assert!(!page.has("form[action='/account/data/download']"));
    assert!(page.has("a.button[href='/confirm?next=/account/data']"));
    let before = app.database.dump();
    downloads(&browser, "json").await.redirects_to("/confirm?next=/account/data");
    assert_eq!(app.database.dump(), before);
    let proof = [("password", salma.password.as_str()), ("next", "/account/data")];
    browser.submit("/confirm", &proof).await.redirects_to("/account/data");
    assert_eq!(downloads(&browser, "json").await.status, 200);
    app.browser().submit(DOWNLOAD, &[("format", "json")]).await.redirects_to("/login?next=/account/data");
}

#[actix_web::test]
async fn a_download_is_written_down_and_can_be_had_ten_times_an_hour() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    let other = people::maid().has_account(&app).await;
    for _ in 0..10 {
        assert_eq!(downloads(&browser, "html").await.status, 200);
    }
    let page = downloads(&browser, "html").await;
    page.shows(429, "Please wait a little").shows(429, "Back to your data");
    assert!(page.retry_after() <= 3630);
    assert_eq!(downloads(&other, "html").await.status, 200, "another account's count is its own");
    let written = "SELECT count(*) FROM activity WHERE event = 'data_downloaded' AND browser IS NOT NULL";
    assert_eq!(app.database.number(written), 11);
    browser.get("/account/activity").await.shows(200, "All data of the account was downloaded");
    app.let_pass("61 minutes");
    let proof = [("password", people::maid().password), ("next", "/account/data".to_owned())];
    let proof: Vec<_> = proof.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.submit("/confirm", &proof).await.redirects_to("/account/data");
    assert_eq!(downloads(&browser, "html").await.status, 200);
}

#[actix_web::test]
async fn inp_02_a_format_that_no_button_sends_is_refused() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    assert_eq!(downloads(&browser, "xml").await.status, 400);
    assert_eq!(browser.submit(DOWNLOAD, &[("format", "json"), ("user", "1")]).await.status, 400);
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'data_downloaded'"), 0);
}

/// Thirteen months of somebody who is tried every few minutes: the most that the limits let happen.
#[actix_web::test]
async fn arc_03_a_long_life_makes_a_large_file_and_nobody_else_waits_for_it() {
    let app = TestApp::start().await;
    let browser = people::sponsor().has_account(&app).await;
    app.database.run(
        "INSERT INTO activity (user_id, event, address, browser, happened_at)
         SELECT id, 'password_wrong', '196.188.12.0/24', 'chrome/android', now() - n * interval '5 minutes'
         FROM users, generate_series(1, 60000) AS n",
    );
    for format in ["json", "html"] {
        let asking = {
            let browser = browser.clone();
            actix_web::rt::spawn(async move { downloads(&browser, format).await })
        };
        let mut longest = Duration::ZERO;
        while !asking.is_finished() {
            let began = std::time::Instant::now();
            assert_eq!(app.browser().get("/healthz").await.status, 200);
            longest = longest.max(began.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let page = asking.await.unwrap();
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.body.len() < 25_000_000, "{format}: {} bytes", page.body.len());
        let what = if format == "json" { "\"password_wrong\"" } else { "A wrong password was entered" };
        assert_eq!(page.body.matches(what).count(), 60_000);
        assert!(longest < Duration::from_secs(1), "somebody waited {longest:?} for a file {format}");
    }
}

#[actix_web::test]
async fn arc_03_the_file_is_read_by_indexes() {
    let app = TestApp::start().await;
    of_everything(&app).await;
    let id: uuid::Uuid = app.database.text("SELECT id FROM users").unwrap().parse().unwrap();
    let whole = app.database.read_whole_by(|conn| {
        for table in owned() {
            store::list_rows(conn, table, UserId(id)).unwrap();
        }
    });
    assert_eq!(whole, "");
}

#[actix_web::test]
async fn the_page_says_what_is_kept_and_for_how_long() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    let page = browser.get("/account/data").await;
    for told in
        ["for 14 days after you ask us", "at most 14 days after your last visit", "for 13 months", "for 90 days"]
    {
        page.shows(200, told);
    }
    assert!(page.has("a[href='/account/delete']"));
    assert!(browser.get("/account").await.has("main a[href='/account/data']"));
}
