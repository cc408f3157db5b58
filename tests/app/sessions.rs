//! Sessions of those who signed in: how they begin, how long they last, and what ends them. See `cookies.rs` for what a
//! cookie can be made to do.

use diesel::connection::SimpleConnection as _;

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    owners::Owner,
    people::{self, Person},
    routes,
};

#[track_caller]
fn is_out(page: &Page) {
    page.redirects_to("/login");
}

/// Somebody with an account, in a browser that signed in.
async fn signed_in(app: &TestApp) -> (Person, Browser) {
    let salma = people::sponsor();
    salma.has_account(app).await;
    app.database.run("DELETE FROM sessions");
    let browser = app.browser();
    salma.signs_in(&browser).await.redirects_to("/account");
    (salma, browser)
}

#[actix_web::test]
async fn ses_02_the_server_decides_about_every_session() {
    let app = TestApp::start().await;
    for change in [
        "DELETE FROM sessions",
        "UPDATE sessions SET token_hash = sha256(token_hash)",
        "UPDATE sessions SET auth_epoch = auth_epoch + 1",
        "UPDATE sessions SET auth_epoch = auth_epoch - 1",
        "UPDATE users SET auth_epoch = auth_epoch + 1",
        "UPDATE users SET status = 'disabled'",
    ] {
        let (_, browser) = signed_in(&app).await;
        browser.get("/account").await.shows(200, "Hello, Salma");
        app.database.run(change);
        is_out(&browser.get("/account").await);
        browser.get("/login").await.shows(200, "Sign in");
    }
}

#[actix_web::test]
async fn ses_02_neither_rows_nor_hashes_are_tokens() {
    let app = TestApp::start().await;
    let (_, browser) = signed_in(&app).await;
    for column in ["id::text", "encode(token_hash, 'hex')", "encode(token_hash, 'base64')"] {
        let value = app.database.text(&format!("SELECT {column} FROM sessions")).unwrap();
        assert!(!browser.cookies()["latchkey"].contains(&value));
        let forged = browser.fork();
        forged.set_cookies([("latchkey".to_owned(), value)].into());
        is_out(&forged.get("/account").await);
    }
}

#[actix_web::test]
async fn ses_03_every_earlier_cookie_is_dead_after_the_next_sign_in() {
    let app = TestApp::start().await;
    let (salma, browser) = signed_in(&app).await;
    let mut earlier = Vec::new();
    for _ in 0..3 {
        earlier.push(browser.fork());
        salma.signs_in(&browser).await.redirects_to("/account");
    }
    for old in earlier {
        for (name, value) in old.cookies() {
            assert_ne!(browser.cookies()[&name], value, "{name}");
        }
        is_out(&old.get("/account").await);
    }
    browser.get("/account").await.shows(200, "Hello, Salma");
    assert_eq!(app.database.count("sessions"), 1);
}

#[actix_web::test]
async fn ses_04_a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let app = TestApp::start().await;
    let bounds = [
        ("sponsor", "last_seen_at", "13 days 23:59:00", "14 days 00:00:01"),
        ("sponsor", "created_at", "29 days 23:59:00", "30 days 00:00:01"),
        ("administrator", "last_seen_at", "14 minutes 50 seconds", "15 minutes 1 second"),
        ("administrator", "created_at", "7 hours 59 minutes 50 seconds", "8 hours 1 second"),
    ];
    for (role, moment, within, beyond) in bounds {
        let (salma, browser) = signed_in(&app).await;
        let method = if role == "administrator" { "app" } else { "none" };
        let change = format!("role = '{role}', two_factor_method = '{method}'");
        app.database.run(&format!("UPDATE users SET {change} WHERE email = '{}'", salma.email));
        let age = |age: &str| app.database.run(&format!("UPDATE sessions SET {moment} = now() - interval '{age}'"));
        age(within);
        browser.get("/account").await.shows(200, "Salma");
        age(beyond);
        is_out(&browser.get("/account").await);
        is_out(&browser.get("/account").await);
        browser.get("/login").await.shows(200, "Sign in");
    }
}

#[actix_web::test]
async fn ses_04_a_visit_is_noted_at_most_once_a_minute_and_keeps_the_session() {
    let app = TestApp::start().await;
    let (_, browser) = signed_in(&app).await;
    let seen = || app.database.text("SELECT last_seen_at FROM sessions").unwrap();
    let first = seen();
    browser.get("/account").await.shows(200, "Salma");
    assert_eq!(seen(), first);
    for _ in 0..2 {
        app.let_pass("13 days");
        let before = seen();
        browser.get("/account").await.shows(200, "Salma");
        assert!(seen() > before);
    }
    app.let_pass("5 days");
    is_out(&browser.get("/account").await);
}

#[actix_web::test]
async fn ses_05_signing_out_ends_the_session_and_leaves_the_browser_known() {
    let app = TestApp::start().await;
    let (salma, browser) = signed_in(&app).await;
    let (copy, elsewhere) = (browser.fork(), app.browser());
    salma.signs_in(&elsewhere).await.redirects_to("/account");
    let device = browser.cookies()["latchkey-device"].clone();

    let page = browser.submit("/logout", &[]).await;
    page.redirects_to("/login");
    assert_eq!(page.header("clear-site-data"), Some("\"cache\", \"storage\""));
    assert_eq!(browser.cookies().get("latchkey-device"), Some(&device));
    browser.get("/login").await.shows(200, "signed out");

    is_out(&copy.get("/account").await);
    is_out(&copy.submit("/logout", &[]).await);
    elsewhere.get("/account").await.shows(200, "Salma");
    for _ in 0..5 {
        salma.signs_in_wrongly(&app.browser()).await.shows(422, "That does not fit");
    }
    assert_eq!(salma.signs_in(&app.browser()).await.status, 429);
    salma.signs_in(&browser).await.redirects_to("/account");
}

#[actix_web::test]
async fn ses_06_whoever_is_disabled_is_out_at_the_next_request() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let pending = owner.begins(&app).await;
    let code = owner.app().code().await;
    owner.set(&app, "status = 'disabled'");

    is_out(&owner.browser.get("/account").await);
    is_out(&pending.fork().get("/login/verify").await);
    is_out(&pending.fork().gives(&code).await);
    is_out(&pending.fork().gives_backup(&owner.backup_codes[0]).await);
    owner.person.signs_in(&app.browser()).await.shows(422, "That does not fit");
    assert_eq!(owner.count(&app, "sessions"), 1, "only the dead one");
}

#[actix_web::test]
async fn r_7_whoever_is_disabled_between_password_and_session_gets_none() {
    let app = TestApp::start().await;
    for change in ["status = 'disabled'", "auth_epoch = auth_epoch + 1"] {
        let (salma, browser) = signed_in(&app).await;
        app.database.run("DELETE FROM sessions");
        let mut administrator = app.database.connect();
        administrator.batch_execute(&format!("BEGIN; UPDATE users SET {change}")).unwrap();
        let entering = {
            let (salma, browser) = (salma.clone(), browser.clone());
            actix_web::rt::spawn(async move { salma.signs_in(&browser).await })
        };
        app.database.waiting(1).await;
        administrator.batch_execute("COMMIT").unwrap();

        is_out(&entering.await.unwrap());
        assert_eq!(app.database.count("sessions"), 0);
        is_out(&browser.get("/account").await);
    }
}

#[actix_web::test]
async fn ses_01_the_21st_session_ends_the_oldest() {
    let app = TestApp::start().await;
    let (salma, first) = signed_in(&app).await;
    let mut others = Vec::new();
    for _ in 0..19 {
        let browser = app.browser();
        salma.signs_in(&browser).await.redirects_to("/account");
        others.push(browser);
    }
    // A new one in the place of one's own ends no other.
    salma.signs_in(&others[18]).await.redirects_to("/account");
    assert_eq!(app.database.count("sessions"), 20);
    first.get("/account").await.shows(200, "Salma");

    let last = app.browser();
    salma.signs_in(&last).await.redirects_to("/account");

    is_out(&first.get("/account").await);
    for browser in others.iter().chain([&last]) {
        browser.get("/account").await.shows(200, "Salma");
    }
    assert_eq!(app.database.count("sessions"), 20);
}

#[actix_web::test]
async fn ses_01_many_sign_ins_at_once_end_with_20_sessions_at_the_next() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let (salma, _) = signed_in(&app).await;
    let browsers = app.browsers(40);
    let pages = crate::support::at_once(browsers.iter().map(|browser| salma.signs_in(browser))).await;
    crate::support::crowd::nothing_broke(&app, &pages, &[303, 422, 429]);
    app.database.run("TRUNCATE password_guesses");
    salma.signs_in(&app.browser()).await.redirects_to("/account");
    assert!(app.database.count("sessions") <= 20);
}

#[actix_web::test]
async fn ses_11_no_reading_starts_a_session_whatever_the_browser_carries() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let trusted = owner.trusts_a_browser(&app).await;
    trusted.submit("/logout", &[]).await.redirects_to("/login");
    let pending = owner.begins(&app).await;
    let before = app.database.count("sessions");
    for browser in [&trusted, &pending] {
        for path in routes::readable() {
            browser.fork().get(path).await;
            browser.fork().get(&format!("{path}?next=/account/devices&code=123456")).await;
        }
    }
    assert_eq!(app.database.count("sessions"), before);
    assert!(!trusted.is_signed_in().await && !pending.is_signed_in().await);
}

#[actix_web::test]
async fn ses_12_every_cookie_of_a_sign_in_is_out_of_reach() {
    let plain = TestApp::start().await;
    let public = TestApp::start_public().await;
    for (app, prefix, is_secure) in [(&plain, "", false), (&public, "__Host-", true)] {
        let browser = app.browser();
        let mut pages = Vec::new();
        // More accounts than a browser remembers.
        for _ in 0..6 {
            let salma = people::sponsor();
            let at = app.browser();
            let code = salma.begins(app, &at).await;
            pages.push(at.enters(&code).await);
            pages.push(browser.get("/login").await);
            pages.push(salma.signs_in_wrongly(&browser).await);
            pages.push(salma.signs_in(&browser).await);
        }
        let owner = Owner::with_app(app).await;
        pages.push(owner.person.signs_in(&browser).await);
        let code = owner.app().code().await;
        pages.push(browser.submit("/login/verify", &[("code", &code), ("remember_device", "yes")]).await);
        pages.push(browser.get("/account").await);
        pages.push(browser.submit("/logout", &[]).await);
        pages.push(browser.get("/login").await);

        let cookies: Vec<&str> = pages.iter().flat_map(Page::set_cookies).collect();
        for name in ["latchkey", "latchkey-device"] {
            let name = format!("{prefix}{name}=");
            assert!(cookies.iter().filter(|cookie| cookie.starts_with(&name)).count() >= 7, "{name}");
        }
        for cookie in cookies {
            let (name, rest) = cookie.split_once('=').unwrap();
            assert!(
                [format!("{prefix}latchkey"), format!("{prefix}latchkey-device")].contains(&name.to_owned()),
                "{name}"
            );
            let attributes: Vec<&str> = rest.split("; ").skip(1).collect();
            for expected in ["HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(attributes.contains(&expected), "{expected} is missing: {cookie}");
            }
            assert_eq!(attributes.contains(&"Secure"), is_secure, "{cookie}");
            assert!(!attributes.iter().any(|attribute| attribute.starts_with("Domain")), "{cookie}");
            assert!(cookie.len() < 4096, "{}", cookie.len());
        }
    }
}

#[actix_web::test]
async fn ses_12_on_https_a_device_cookie_without_the_prefix_counts_for_nothing() {
    let app = TestApp::start_public().await;
    let salma = people::sponsor();
    let known = salma.has_account(&app).await;
    for _ in 0..5 {
        salma.signs_in_wrongly(&app.browser()).await.shows(422, "That does not fit");
    }
    let tossed = app.browser();
    tossed.set_cookies([("latchkey-device".to_owned(), known.cookies()["__Host-latchkey-device"].clone())].into());
    assert_eq!(salma.signs_in(&tossed).await.status, 429);
    salma.signs_in(&known).await.redirects_to("/account");
}

#[actix_web::test]
async fn web_13_the_device_cookie_shows_nothing_of_what_it_holds() {
    let app = TestApp::start().await;
    let (_, browser) = signed_in(&app).await;
    let cookie = browser.cookies()["latchkey-device"].clone();
    assert!(!cookie.contains(&app.database.text("SELECT id FROM users").unwrap()));
    assert!(!app.database.dump().contains(&cookie));
}
