//! Which passwords the register form takes, and what becomes of them.

use std::time::{Duration, Instant};

use crate::support::{TestApp, at_once, browser::Page, people};

/// Sends the form with a password, by somebody new each time.
async fn choose(app: &TestApp, password: &str) -> Page {
    app.browser().submit("/register", &people::maid().fields_with("password", password)).await
}

async fn refuses(app: &TestApp, password: &str, words: &str) {
    is_refused(&choose(app, password).await, password, words);
}

#[track_caller]
fn is_refused(page: &Page, password: &str, words: &str) {
    assert_eq!(page.status, 422, "{password}");
    let told = page.error_of("password").unwrap();
    assert!(told.contains(words), "{told}");
    assert_eq!(page.focused().as_deref(), Some("password"));
}

#[actix_web::test]
async fn pwd_01_from_10_to_256_characters() {
    let app = TestApp::start().await;
    let long = |length: usize| "kettle window seven rope ".chars().cycle().take(length).collect::<String>();
    refuses(&app, "QVXJTMWZK", "Use 10 characters or more").await;
    refuses(&app, &long(257), "Use 256 characters or fewer").await;
    refuses(&app, "🦒🧺🌶🪁🧂🦉🪜🥁🧊", "Use 10 characters or more").await;
    refuses(&app, "", "Please choose a password").await;
    choose(&app, "QVXJTMWZKP").await.redirects_to("/register/verify");
    choose(&app, &long(256)).await.redirects_to("/register/verify");
    choose(&app, "🦒🧺🌶🪁🧂🦉🪜🥁🧊🐫").await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn pwd_03_common_and_breached_passwords_are_refused() {
    let app = TestApp::start().await;
    let breached = include_str!("../data/breached_passwords.txt").lines().filter(|line| line.chars().count() >= 10);
    for password in breached.step_by(100) {
        refuses(&app, password, "easy to guess").await;
    }
    for password in ["aaaaaaaaaaaa", "qwertyuiop12", "Latchkey2026!", "addis ababa 24"] {
        refuses(&app, password, "easy to guess").await;
    }
    assert_eq!(app.database.count("registrations"), 0);
    assert!(app.twilio.calls().is_empty());
}

#[actix_web::test]
async fn aut_02_passwords_made_of_the_person_are_refused() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let national = format!("0{}aa", &salma.phone[4..]);
    for password in ["Salma.Haddad1", "haddadsalma12", salma.email.as_str(), salma.phone.as_str(), national.as_str()] {
        let page = app.browser().submit("/register", &salma.fields_with("password", password)).await;
        is_refused(&page, password, "close to your name, email or number");
    }
}

#[actix_web::test]
async fn pwd_04_no_classes_of_characters_are_asked_for() {
    let app = TestApp::start().await;
    for password in
        ["kettlemarbleorchid", "8305716294", "ሰማያዊ ጀበና ሶስት ፍየል", "برتقالةزرقاءتطير", "  kettle  marble  ", "$#(^)!~&*%"]
    {
        let page = choose(&app, password).await;
        assert_eq!(page.status, 303, "{password}: {:?}", page.error_of("password"));
    }
}

#[actix_web::test]
async fn pwd_05_browsers_know_what_the_field_is() {
    let app = TestApp::start().await;
    let page = app.browser().get("/register").await;
    assert_eq!(page.attribute("#password", "type").as_deref(), Some("password"));
    assert_eq!(page.attribute("#password", "autocomplete").as_deref(), Some("new-password"));
    assert_eq!(page.attribute("#password", "maxlength"), None, "a longer one would be cut in silence");
}

#[actix_web::test]
async fn pwd_06_bytes_that_are_no_text_are_refused() {
    let app = TestApp::start().await;
    let fields: Vec<_> = people::maid().fields().into_iter().filter(|(name, _)| *name != "password").map(own).collect();
    let rest = serde_urlencoded::to_string(&fields).unwrap();
    for bytes in ["%FF", "%FE", "%C0%80", "%EF%BF%BD"] {
        let page = app.browser().submit_raw("/register", format!("{rest}&password=kettle+marble+orchid{bytes}")).await;
        is_refused(&page, bytes, "cannot read");
    }
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[actix_web::test]
async fn pwd_08_cry_03_only_a_slow_hash_with_its_key_is_kept() {
    let app = TestApp::start().await;
    people::maid().registers(&app, &app.browser()).await;
    people::maid().registers(&app, &app.browser()).await;
    let (lower, higher) = ("SELECT min(password_hash) FROM users", "SELECT max(password_hash) FROM users");
    let (one, other) = (app.database.text(lower).unwrap(), app.database.text(higher).unwrap());
    assert_ne!(one, other, "one password, two salts");
    for hash in [one, other] {
        assert!(hash.contains("argon2id") && hash.contains("m=19456") && hash.contains("t=2"), "{hash}");
    }
    assert!(!app.database.dump().contains("kettle"));
}

#[actix_web::test]
async fn pwd_09_i_10_passwords_that_are_costly_to_rate_stop_nobody_else() {
    let app = TestApp::start().await;
    let costly: String = "4@8({[<369!10$5+7%2".chars().cycle().take(256).collect();
    let started = Instant::now();
    let rated = async {
        for page in at_once((0..8).map(|_| choose(&app, &costly))).await {
            assert!(matches!(page.status.as_u16(), 303 | 422 | 503), "{}", page.status);
        }
        started.elapsed()
    };
    let looked = async {
        let browser = app.browser();
        for _ in 0..20 {
            let asked = Instant::now();
            assert_eq!(browser.get("/healthz").await.status, 200);
            assert!(asked.elapsed() < Duration::from_millis(500), "{:?}", asked.elapsed());
        }
    };
    let (rated, ()) = futures_util::future::join(rated, looked).await;
    assert!(rated < Duration::from_secs(8), "{rated:?}: one alone took seconds when all of it was rated");
}
