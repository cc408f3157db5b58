//! The one cookie, and what happens when an old, foreign or broken one comes back.

use std::collections::BTreeMap;

use reqwest::Method;

use crate::support::{
    SECRET_KEY, TestApp,
    browser::{Browser, Page},
    people::{self, other_than},
    resets::NEW_PASSWORD,
    routes,
};

const NAME: &str = "latchkey";

fn holding(browser: &Browser, name: &str, value: &str) -> Browser {
    let browser = browser.fork();
    browser.set_cookies(BTreeMap::from([(name.to_owned(), value.to_owned())]));
    browser
}

#[track_caller]
fn is_a_strangers(page: &Page) {
    page.redirects_to("/login");
}

/// Registers with mistakes on the way, signs out, sets a new password, and answers with every page that was shown.
async fn a_whole_journey(app: &TestApp) -> Vec<Page> {
    let (hanna, browser) = (people::maid(), app.browser());
    let mut pages = vec![
        browser.get("/register").await,
        browser.submit("/register", &hanna.fields_with("password", "short")).await,
        browser.submit("/register", &hanna.fields()).await,
        browser.get("/register/verify").await,
        browser.submit("/register/resend", &[]).await,
    ];
    let code = app.twilio.next_code_to(&hanna.phone).await;
    pages.push(browser.submit("/register/verify", &[("code", &other_than(&code))]).await);
    pages.push(browser.submit("/register/verify", &[("code", &code)]).await);
    pages.push(browser.get("/account").await);
    pages.push(browser.get("/account").await);
    pages.push(browser.submit("/logout", &[]).await);
    pages.push(browser.get("/").await);
    pages.push(browser.forgets(&hanna.phone).await);
    let code = app.twilio.next_code_to(&hanna.phone).await;
    pages.push(browser.forgets_again().await);
    pages.push(browser.proves(&code).await);
    pages.push(browser.chooses(NEW_PASSWORD).await);
    pages.push(browser.get("/login").await);
    pages
}

#[actix_web::test]
async fn ses_12_every_cookie_is_ours_alone_and_out_of_reach_of_scripts() {
    let plain = TestApp::start().await;
    let public = TestApp::start_public().await;
    for (app, name, is_secure) in [(&plain, NAME, false), (&public, "__Host-latchkey", true)] {
        let pages = a_whole_journey(app).await;
        let cookies: Vec<&str> = pages.iter().flat_map(Page::set_cookies).collect();
        assert!(cookies.len() >= 4, "{cookies:?}");
        for cookie in cookies {
            let mut parts = cookie.split("; ");
            let its_name = parts.next().unwrap().split('=').next().unwrap();
            assert!(its_name == name || its_name == format!("{name}-device"), "{cookie}");
            let attributes: Vec<&str> = parts.collect();
            for expected in ["HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(attributes.contains(&expected), "{expected} is missing: {cookie}");
            }
            assert_eq!(attributes.contains(&"Secure"), is_secure, "{cookie}");
            assert!(!attributes.iter().any(|attribute| attribute.starts_with("Domain")), "{cookie}");
            assert!(cookie.len() < 4096);
        }
    }
}

#[actix_web::test]
async fn ses_12_a_stranger_who_only_reads_gets_no_cookie() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in routes::readable() {
        assert_eq!(browser.get(path).await.set_cookies(), [""; 0], "{path}");
    }
}

#[actix_web::test]
async fn web_13_a_cookie_shows_nothing_of_what_it_holds() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;
    let cookie = browser.cookies()[NAME].clone();
    for id in ["registrations", "phone_verifications"] {
        let id = app.database.text(&format!("SELECT id FROM {id}")).unwrap();
        assert!(!cookie.contains(&id) && !cookie.contains("registration"));
    }
    hanna.registers(&app, &app.browser()).await;
    assert!(!app.database.dump().contains(&cookie));
}

#[actix_web::test]
async fn d_10_p_9_an_old_cookie_gives_no_guesses_back() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let before = browser.fork();
    for _ in 0..3 {
        browser.submit("/register/verify", &[("code", &other_than(&code))]).await;
    }

    before.submit("/register/verify", &[("code", &code)]).await.shows(422, "Too many attempts.");

    assert_eq!(app.database.count("users"), 0);
    is_a_strangers(&before.get("/account").await);
}

#[actix_web::test]
async fn d_10_p_9_cookies_of_earlier_steps_open_nothing() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let of_the_code = browser.fork();
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");

    is_a_strangers(&of_the_code.get("/account").await);
    of_the_code.get("/register/verify").await.redirects_to("/register");
    of_the_code.submit("/register/verify", &[("code", &code)]).await.redirects_to("/register");
    of_the_code.submit("/register/resend", &[]).await.redirects_to("/register");
    of_the_code.submit("/register/claim", &[("choice", "move")]).await.redirects_to("/register");
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (1, 1));
}

#[actix_web::test]
async fn d_10_p_9_an_old_cookie_does_not_undo_a_corrected_number() {
    let app = TestApp::start().await;
    let (mut hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let before = browser.fork();
    hanna.phone = people::new_phone();
    browser
        .submit("/register/phone", &[("country", "ET"), ("phone", &hanna.phone)])
        .await
        .redirects_to("/register/verify");
    app.twilio.next_code_to(&hanna.phone).await;

    assert_eq!(before.submit("/register/verify", &[("code", &code)]).await.status, 422);
    assert_eq!(app.database.count("users"), 0);
}

#[actix_web::test]
async fn tok_01_whoever_breaks_a_cookie_is_a_stranger() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.registers(&app, &browser).await;
    let good = browser.cookies()[NAME].clone();
    let flipped = |at: usize| {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };

    let broken = [
        String::new(),
        "x".to_owned(),
        "%FF%00".to_owned(),
        good[..good.len() / 2].to_owned(),
        good[..good.len() - 4].to_owned(),
        format!("{good}A"),
        flipped(0),
        flipped(good.len() / 2),
        flipped(good.len() - 6),
        format!("{{\"session\":\"{}\"}}", "a".repeat(43)),
        "A".repeat(8000),
    ];
    for value in broken {
        let page = holding(&browser, NAME, &value).get("/account").await;
        assert_eq!((page.status.as_u16(), page.location()), (303, Some("/login")), "{value:?}");
    }
    is_a_strangers(&holding(&browser, "session", &good).get("/account").await);
    browser.get("/account").await.shows(200, "Hello, Hanna");
}

#[actix_web::test]
async fn tok_01_a_cookie_of_another_key_is_a_strangers() {
    let mut app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.registers(&app, &browser).await;
    app.start_another_instance();
    app.start_another_instance_with(&[("LATCHKEY_SECRET_KEY", SECRET_KEY)]);

    let at = |app: &mut TestApp, index| browser.at(app.instance(index).address).fork();
    at(&mut app, 1).get("/account").await.shows(200, "Hello, Hanna");
    is_a_strangers(&at(&mut app, 2).get("/account").await);
}

#[actix_web::test]
async fn ses_12_on_https_a_cookie_without_the_prefix_counts_for_nothing() {
    let app = TestApp::start_public().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.registers(&app, &browser).await;
    browser.get("/account").await.shows(200, "Hello, Hanna");
    let value = browser.cookies()["__Host-latchkey"].clone();
    is_a_strangers(&holding(&browser, NAME, &value).get("/account").await);
}

#[actix_web::test]
async fn c_8_two_cookies_of_the_name_are_none() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.registers(&app, &browser).await;
    let good = browser.cookies()[NAME].clone();
    let mine = app.browser();
    people::maid().registers(&app, &mine).await;
    let tossed = mine.cookies()[NAME].clone();

    let with = async |lines: &[String]| {
        let mut request = app.browser().bare(Method::GET, "/account");
        for line in lines {
            request = request.header("cookie", line);
        }
        app.browser().send(request).await
    };
    let one = |value: &str| format!("{NAME}={value}");
    with(&[one(&good)]).await.shows(200, "Hello, Hanna");
    for (first, second) in [(&good, &tossed), (&tossed, &good), (&good, &good), (&good, &"x".to_owned())] {
        is_a_strangers(&with(&[format!("{}; {}", one(first), one(second))]).await);
        is_a_strangers(&with(&[one(first), one(second)]).await);
    }
    let sixty: Vec<String> = (0..60).map(|number| format!("c{number}=x")).chain([one(&good)]).collect();
    with(&[sixty.join("; ")]).await.shows(200, "Hello, Hanna");
}

#[actix_web::test]
async fn ses_02_the_server_decides() {
    let app = TestApp::start().await;
    for change in [
        "DELETE FROM sessions",
        "UPDATE sessions SET token_hash = sha256(token_hash)",
        "UPDATE users SET auth_epoch = auth_epoch + 1",
        "UPDATE users SET status = 'disabled'",
    ] {
        let browser = app.browser();
        people::maid().registers(&app, &browser).await;
        browser.get("/account").await.shows(200, "Hello, Hanna");
        app.database.run(change);
        is_a_strangers(&browser.get("/account").await);
        browser.get("/register").await.shows(200, "Full name");
    }
}

#[actix_web::test]
async fn ses_03_a_cookie_from_before_the_proof_is_not_signed_in_by_it() {
    let app = TestApp::start().await;
    let (hanna, attacker) = (people::maid(), app.browser());
    people::maid().begins(&app, &attacker).await;
    // The attacker's cookie is put into the victim's browser, which then registers.
    let victim = attacker.fork();
    let before = victim.cookies();
    hanna.registers(&app, &victim).await;

    assert_ne!(victim.cookies(), before);
    victim.get("/account").await.shows(200, "Hello, Hanna");
    is_a_strangers(&attacker.get("/account").await);
}

#[actix_web::test]
async fn ses_04_a_session_ends_after_14_idle_days_and_after_30_in_any_case() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;

    app.let_pass("13 days 23 hours");
    browser.get("/account").await.shows(200, "Hello, Hanna");
    app.let_pass("13 days 23 hours");
    browser.get("/account").await.shows(200, "Hello, Hanna");
    app.let_pass("2 days 3 hours");
    app.database.run("UPDATE sessions SET last_seen_at = now()");
    is_a_strangers(&browser.get("/account").await);

    let idle = app.browser();
    people::maid().registers(&app, &idle).await;
    app.let_pass("14 days 1 second");
    is_a_strangers(&idle.get("/account").await);
}

#[actix_web::test]
async fn ses_05_signing_out_ends_every_copy_of_the_session() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;
    let copy = browser.fork();
    copy.get("/account").await.shows(200, "Hello, Hanna");

    let page = browser.submit("/logout", &[]).await;
    assert_eq!(page.redirects_to("/login").header("clear-site-data"), Some("\"cache\", \"storage\""));

    assert_eq!(app.database.count("sessions"), 0);
    is_a_strangers(&copy.get("/account").await);
    copy.submit("/logout", &[]).await.redirects_to("/login");
    is_a_strangers(&browser.get("/account").await);
    browser.get("/login").await.shows(200, "signed out");
}

#[actix_web::test]
async fn ses_11_no_reading_starts_a_session() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    for path in routes::readable() {
        for path in [path.to_owned(), format!("{path}?code={code}"), format!("{path}?{}", people::maid().phone)] {
            browser.get(&path).await;
        }
    }
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (0, 0));
}
