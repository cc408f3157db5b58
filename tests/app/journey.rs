//! The whole way in a real browser: Chromium at the width of a small phone, with JavaScript switched off (WEB-10).
//!
//! Needs a WebDriver, which `./dev test` starts; without one the test says that it was skipped. With
//! `LATCHKEY_TEST_SCREENSHOTS` set to a folder it leaves a picture of every page there.

use std::{io::Write as _, net::TcpListener, panic::AssertUnwindSafe, path::PathBuf, time::Duration};

use futures_util::FutureExt as _;
use serde_json::json;
use thirtyfour::prelude::*;

use crate::support::{TestApp, authenticator::Authenticator, people};

/// A browser window and where it keeps its pictures.
struct Window {
    driver: WebDriver,
    origin: String,
    pictures: Option<PathBuf>,
}

impl Window {
    async fn open(webdriver: &str, origin: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut wanted = DesiredCapabilities::chrome();
        if let Ok(binary) = std::env::var("LATCHKEY_TEST_CHROMIUM") {
            wanted.set_binary(&binary).unwrap();
        }
        for argument in
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]
        {
            wanted.add_arg(argument).unwrap();
        }
        let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
        wanted.add_experimental_option("prefs", off).unwrap();
        let driver = WebDriver::new(webdriver, wanted).await.unwrap();
        // A window cannot be made this narrow.
        driver.set_implicit_wait_timeout(Duration::from_secs(5)).await.unwrap();
        let pictures = std::env::var_os("LATCHKEY_TEST_SCREENSHOTS").map(PathBuf::from);
        let window = Self { driver, origin: origin.to_owned(), pictures };
        window.show_at(360, 780, "light").await;
        window
    }

    async fn visit(&self, path: &str) {
        self.driver.goto(format!("{}{path}", self.origin)).await.unwrap();
    }

    async fn fill(&self, selector: &str, text: &str) {
        // A press returns before the next page is there; what is found on the old one is stale a moment later.
        for _ in 0..50 {
            let field = self.driver.find(By::Css(selector)).await.unwrap();
            if field.clear().await.is_ok() && field.send_keys(text).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{selector} cannot be filled in");
    }

    async fn press(&self, selector: &str) {
        let control = self.driver.find(By::Css(selector)).await.unwrap();
        control.click().await.unwrap();
    }

    async fn text(&self, selector: &str) -> String {
        for _ in 0..50 {
            if let Ok(text) = self.driver.find(By::Css(selector)).await.unwrap().text().await {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{selector} cannot be read");
    }

    /// Waits for the page: clearing what the browser has stored may take it a moment.
    async fn is_at(&self, path: &str) {
        for _ in 0..300 {
            if self.driver.current_url().await.unwrap().path() == path {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not at {path} but at {}", self.driver.current_url().await.unwrap());
    }

    /// Nothing lies beside the window: nobody has to scroll sideways.
    async fn fits(&self) {
        let measured = self.driver.cdp().send_raw("Page.getLayoutMetrics", json!({})).await.unwrap();
        let width = |what: &str| measured[what]["width"].as_f64().or(measured[what]["clientWidth"].as_f64()).unwrap();
        assert!(width("cssContentSize") <= width("cssLayoutViewport"), "{measured}");
    }

    /// A phone and a desk, by day and by night; the phone by day stays.
    async fn picture(&self, name: &str) {
        let Some(folder) = &self.pictures else { return };
        for (width, height, scheme) in
            [(1280, 900, "dark"), (1280, 900, "light"), (360, 780, "dark"), (360, 780, "light")]
        {
            self.show_at(width, height, scheme).await;
            self.driver.screenshot(&folder.join(format!("{name}-{width}-{scheme}.png"))).await.unwrap();
        }
    }

    async fn show_at(&self, width: u32, height: u32, scheme: &str) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
    }
}

#[actix_web::test]
async fn web_10_a_person_registers_in_a_browser_without_javascript() {
    walk(async |window, _| register_and_leave(window).await).await;
}

#[actix_web::test]
async fn web_10_a_person_uses_two_factor_in_a_browser_without_javascript() {
    walk(async |window, _| use_two_factor(window).await).await;
}

#[actix_web::test]
async fn web_10_a_person_gets_back_in_in_a_browser_without_javascript() {
    walk(async |window, _| get_back_in(window).await).await;
}

#[actix_web::test]
async fn web_10_a_person_runs_an_account_in_a_browser_without_javascript() {
    walk(async |window, _| run_the_account(window).await).await;
}

#[actix_web::test]
async fn web_10_an_administrator_helps_a_person_in_a_browser_without_javascript() {
    walk(async |window, app| help_a_person(window, app).await).await;
}

#[actix_web::test]
async fn web_10_an_administrator_comes_from_the_sign_in_to_the_overview_without_javascript() {
    walk(async |window, app| see_the_overview(window, app).await).await;
}

/// Opens a window at a program in demo mode and goes the way, if there is a browser.
async fn walk(way: impl AsyncFnOnce(&Window, &TestApp)) {
    let Ok(webdriver) = std::env::var("LATCHKEY_TEST_WEBDRIVER_URL") else {
        writeln!(std::io::stderr(), "SKIPPED: there is no browser; ./dev test says why").ok();
        return;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let origin = format!("http://localhost:{port}");
    let bind = format!("127.0.0.1:{port}");
    let app = TestApp::start_with("demo", &[("LATCHKEY_BASE_URL", &origin), ("LATCHKEY_BIND", &bind)]).await;
    let window = Window::open(&webdriver, &origin).await;

    let walked = AssertUnwindSafe(way(&window, &app)).catch_unwind().await;
    // Also after a failure: a browser that is left open is waited for, for minutes.
    window.driver.quit().await.unwrap();
    if let Err(failure) = walked {
        std::panic::resume_unwind(failure);
    }
}

async fn register_and_leave(window: &Window) {
    let hanna = people::maid();
    window.visit("/").await;
    window.picture("1-home").await;
    window.press("a.button[href='/register']").await;
    window.is_at("/register").await;

    window.press("[name=role][value=maid]").await;
    window.fill("[name=full_name]", "Hanna Tesfaye").await;
    window.fill("[name=email]", "hanna@home").await;
    window.fill("[name=phone]", "0911 2345").await;
    window.fill("[name=password]", "password123").await;
    window.press("[name=accept_terms]").await;
    window.picture("2-register").await;
    window.press("form[action='/register'] button").await;
    window.is_at("/register").await;
    assert!(window.text(".notice.bad").await.contains("2 answers"), "{}", window.text(".notice.bad").await);
    window.picture("3-register-errors").await;
    let kept = window.driver.find(By::Css("[name=full_name]")).await.unwrap().value().await.unwrap();
    assert_eq!(kept.as_deref(), Some("Hanna Tesfaye"));

    let local = hanna.phone.replacen("+251", "0", 1);
    window.fill("[name=email]", "").await;
    window.fill("[name=phone]", &local).await;
    window.fill("[name=password]", &hanna.password).await;
    window.press("form[action='/register'] button").await;
    window.is_at("/register/verify").await;
    window.picture("4-verify").await;

    window.visit("/demo/inbox").await;
    let code = window.text(".big").await.replace(' ', "");
    window.picture("5-inbox").await;
    window.visit("/register/verify").await;
    window.fill("#code", &people::other_than(&code)).await;
    window.press("form[action='/register/verify'] button").await;
    assert_eq!(window.text("#code-error").await, "Invalid code. 2 attempts remaining.");
    window.picture("6-verify-error").await;
    window.press("form[action='/register/resend'] button").await;
    window.picture("7-resend-too-early").await;

    window.fill("#code", &code).await;
    window.press("form[action='/register/verify'] button").await;
    window.is_at("/account").await;
    assert_eq!(window.text("h1").await, "Hello, Hanna");
    window.picture("8-account").await;

    window.driver.back().await.unwrap();
    window.visit("/register").await;
    window.is_at("/account").await;
    window.press("form[action='/logout'] button").await;
    window.is_at("/login").await;
    window.picture("9-signed-out").await;
    window.visit("/account").await;
    window.is_at("/login").await;
}

async fn use_two_factor(window: &Window) {
    let salma = people::sponsor();
    register(window, &salma).await;

    window.visit("/account/two-factor").await;
    window.picture("10-two-factor").await;
    window.press("form[action='/account/two-factor/app'] button").await;
    window.is_at("/account/two-factor/app").await;
    window.picture("11-app").await;
    let secret = window.text(".secret").await.replace(char::is_whitespace, "");
    let app = Authenticator::with_secret(&secret);
    let enrolled_with = app.code().await;
    window.fill("#code", &enrolled_with).await;
    window.press("form[action='/account/two-factor/app'] button").await;
    let backup_code = window.text("ol.codes li").await;
    assert_eq!(window.text("h1").await, "Your backup codes");
    window.picture("12-backup-codes").await;

    sign_in(window, &salma).await;
    window.is_at("/login/verify").await;
    window.picture("13-second-step").await;
    window.fill("#code", &app.code_after(&enrolled_with).await).await;
    window.press("[name=remember_device]").await;
    window.press("form[action='/login/verify'] button").await;
    window.is_at("/account").await;

    sign_in(window, &salma).await;
    window.is_at("/account").await;
    window.visit("/account/devices").await;
    window.picture("14-devices").await;
    window.visit("/account/activity").await;
    window.picture("15-activity").await;

    window.driver.delete_all_cookies().await.unwrap();
    sign_in(window, &salma).await;
    window.is_at("/login/verify").await;
    window.press("a[href='/login/backup-code']").await;
    window.is_at("/login/backup-code").await;
    window.fill("#code", &backup_code.to_lowercase()).await;
    window.picture("16-backup-code").await;
    window.press("form[action='/login/backup-code'] button").await;
    window.is_at("/account").await;
    window.picture("17-account").await;
}

/// From the forgotten password to a new one, another number, and its undoing.
async fn get_back_in(window: &Window) {
    let salma = people::sponsor();
    register(window, &salma).await;
    window.press("form[action='/logout'] button").await;
    window.is_at("/login").await;
    window.picture("20-login").await;

    window.press("a[href='/password-reset']").await;
    window.is_at("/password-reset").await;
    window.picture("21-reset").await;
    window.fill("[name=phone]", &salma.national()).await;
    window.press("form[action='/password-reset'] button").await;
    window.is_at("/password-reset/verify").await;
    window.picture("22-reset-code").await;
    let code = newest_code(window).await;
    window.visit("/password-reset/verify").await;
    window.fill("#code", &people::other_than(&code)).await;
    window.press("form[action='/password-reset/verify'] button").await;
    assert_eq!(window.text("#code-error").await, "Invalid code. 2 attempts remaining.");
    window.fill("#code", &code).await;
    window.press("form[action='/password-reset/verify'] button").await;
    window.is_at("/password-reset/password").await;
    window.fill("[name=password]", "password123").await;
    window.press("form[action='/password-reset/password'] button").await;
    window.text("#password-error").await;
    window.picture("23-reset-password-weak").await;
    let salma = people::Person { password: "copper lantern under nine".to_owned(), ..salma };
    window.fill("[name=password]", &salma.password).await;
    window.press("form[action='/password-reset/password'] button").await;
    window.is_at("/login").await;
    assert_eq!(window.text(".notice h2").await, "Your new password is set");
    window.picture("24-password-set").await;
    sign_in(window, &salma).await;
    window.is_at("/account").await;

    window.visit("/account/phone").await;
    window.picture("25-phone").await;
    let there = salma.at(&people::new_phone());
    window.fill("[name=phone]", &there.national()).await;
    window.press("form[action='/account/phone'] button").await;
    window.is_at("/account/phone/verify").await;
    window.picture("26-phone-code").await;
    let code = newest_code(window).await;
    window.visit("/account/phone/verify").await;
    window.fill("#code", &code).await;
    window.press("form[action='/account/phone/verify'] button").await;
    window.is_at("/account/phone").await;
    window.picture("27-phone-changed").await;

    window.visit("/demo/inbox").await;
    window.picture("28-inbox-notices").await;
    let inbox = window.text("main").await;
    let (_, after) = inbox.split_once("open Stop a change and enter ").expect("the code that undoes it");
    let undo: String = after.chars().take(19).collect();
    // At another phone, which has not asked for three texts in this minute.
    window.driver.delete_all_cookies().await.unwrap();
    window.visit("/stop").await;
    window.fill("#code", &undo).await;
    window.picture("29-stop").await;
    window.press("form[action='/stop'] button").await;
    window.is_at("/login").await;
    window.picture("30-stopped").await;

    window.visit("/password-reset").await;
    window.fill("[name=phone]", &salma.national()).await;
    window.press("form[action='/password-reset'] button").await;
    window.is_at("/password-reset/verify").await;
    let code = newest_code(window).await;
    window.visit("/password-reset/verify").await;
    window.fill("#code", &code).await;
    window.press("form[action='/password-reset/verify'] button").await;
    window.is_at("/password-reset/wait").await;
    window.picture("31-reset-wait").await;
    for (page, name) in [("/help", "32-help"), ("/recovery", "33-recovery")] {
        window.visit(page).await;
        window.picture(name).await;
    }
}

/// Profile, email, password, data, leaving and staying.
async fn run_the_account(window: &Window) {
    let salma = people::sponsor();
    register(window, &salma).await;
    window.visit("/account/profile").await;
    window.fill("[name=city]", "Jeddah").await;
    window.fill("[name=about]", "Two children and a garden.").await;
    window.fill("[name=household_size]", "4").await;
    window.picture("40-profile").await;
    window.press("form[action='/account/profile'] button").await;
    window.is_at("/account/profile").await;
    assert_eq!(window.text(".notice h2").await, "Your profile is saved");

    window.visit("/account/email").await;
    window.fill("[name=email]", "salma@home").await;
    window.press("form[action='/account/email'] button").await;
    window.text("#email-error").await;
    window.picture("41-email").await;
    window.visit("/account/password").await;
    window.fill("[name=current_password]", people::WRONG_PASSWORD).await;
    window.fill("[name=password]", "copper lantern under nine").await;
    window.press("form[action='/account/password'] button").await;
    window.text("#current_password-error").await;
    window.picture("42-password").await;

    window.visit("/account").await;
    window.picture("43-account").await;
    window.visit("/account/data").await;
    window.picture("44-data").await;
    window.visit("/account/delete").await;
    window.fill("[name=password]", &salma.password).await;
    window.picture("45-delete").await;
    window.press("form[action='/account/delete'] button").await;
    window.is_at("/login").await;
    window.picture("46-deletion-requested").await;
    sign_in(window, &salma).await;
    window.is_at("/account").await;
    window.picture("47-account-to-be-deleted").await;
    window.press("form[action='/account/delete/cancel'] button").await;
    window.is_at("/account").await;
    assert_eq!(window.text(".notice h2").await, "Your account stays");
    window.visit("/account/activity").await;
    window.picture("48-activity").await;
}

/// Finds somebody by their number and signs out all their devices.
async fn help_a_person(window: &Window, app: &TestApp) {
    let (salma, omar) = (people::sponsor(), people::sponsor());
    register(window, &salma).await;
    window.driver.delete_all_cookies().await.unwrap();
    register(window, &omar).await;
    window.visit("/account/two-factor").await;
    window.press("form[action='/account/two-factor/app'] button").await;
    window.is_at("/account/two-factor/app").await;
    let secret = window.text(".secret").await.replace(char::is_whitespace, "");
    window.fill("#code", &Authenticator::with_secret(&secret).code().await).await;
    window.press("form[action='/account/two-factor/app'] button").await;
    assert_eq!(window.text("h1").await, "Your backup codes");
    app.database.run(&format!("UPDATE users SET role = 'administrator' WHERE email = '{}'", omar.email));

    window.visit("/admin/accounts").await;
    window.picture("60-admin-accounts").await;
    window.fill("#q", &salma.national()).await;
    window.press("form[role='search'] button").await;
    assert!(window.text("caption").await.contains("the newest first"));
    window.picture("61-admin-accounts-found").await;
    window.press("tbody a").await;
    assert_eq!(window.text("h1").await, salma.name);
    window.picture("62-admin-person").await;
    window.press("a[href$='/recovery/start']").await;
    assert_eq!(window.text("h1").await, "Start a recovery");
    window.picture("63-admin-recovery").await;
    window.driver.back().await.unwrap();
    window.press("a[href$='/end-sessions']").await;
    assert_eq!(window.text("h1").await, "Sign out all devices");
    window.fill("#reason", " ").await;
    window.press("main form button").await;
    assert_eq!(window.text("#reason-error").await, "Please say why, in a few words.");
    window.picture("64-admin-end-sessions").await;
    window.fill("#reason", "her phone was stolen; she called from her mother’s").await;
    window.press("main form button").await;
    assert_eq!(window.text(".notice h2").await, "All devices are signed out");
    window.picture("65-admin-signed-out").await;
    let sessions = "SELECT count(*) FROM sessions AS s JOIN users AS u ON u.id = s.user_id WHERE u.role = 'sponsor'";
    assert_eq!(app.database.number(sessions), 0);
}

/// From the first sign-in, which asks for an app, to the figures of the month.
async fn see_the_overview(window: &Window, app: &TestApp) {
    let salma = people::sponsor();
    register(window, &salma).await;
    app.database.run("UPDATE users SET role = 'administrator'");
    window.visit("/admin").await;
    window.is_at("/account/two-factor").await;
    window.press("form[action='/account/two-factor/app'] button").await;
    window.is_at("/account/two-factor/app").await;
    let secret = window.text(".secret").await.replace(char::is_whitespace, "");
    let authenticator = Authenticator::with_secret(&secret);
    let enrolled_with = authenticator.code().await;
    window.fill("#code", &enrolled_with).await;
    window.press("form[action='/account/two-factor/app'] button").await;
    window.press("main .actions a.button[href='/admin']").await;
    window.is_at("/admin").await;

    window.press("form[action='/logout'] button").await;
    window.is_at("/login").await;
    sign_in(window, &salma).await;
    window.is_at("/login/verify").await;
    window.fill("#code", &authenticator.code_after(&enrolled_with).await).await;
    window.press("form[action='/login/verify'] button").await;
    window.is_at("/admin").await;
    assert_eq!(window.text("h1").await, "Overview");
    window.picture("60-admin").await;
    window.fits().await;
    window.press("details summary").await;
    assert!(window.text("table caption").await.contains("Hour by hour"));
    window.fits().await;
    window.press("a[href='/admin?days=30']").await;
    assert!(window.text("#main").await.contains("Last 30 days"));
    window.fits().await;
    window.picture("61-admin-month").await;
    window.press("main a[href='/account']").await;
    window.is_at("/account").await;
    window.press("a.brand").await;
    window.is_at("/admin").await;
}

/// Opens an account; the window is signed in then.
async fn register(window: &Window, person: &people::Person) {
    window.visit("/register").await;
    window.press("[name=role][value=sponsor]").await;
    window.fill("[name=full_name]", &person.name).await;
    window.fill("[name=email]", &person.email).await;
    window.fill("[name=phone]", &person.national()).await;
    window.fill("[name=password]", &person.password).await;
    window.press("[name=accept_terms]").await;
    window.press("form[action='/register'] button").await;
    window.is_at("/register/verify").await;
    let code = newest_code(window).await;
    window.visit("/register/verify").await;
    window.fill("#code", &code).await;
    window.press("form[action='/register/verify'] button").await;
    window.is_at("/account").await;
}

/// The code of the newest text, once it is in the inbox.
async fn newest_code(window: &Window) -> String {
    window.visit("/demo/inbox").await;
    window.text(".big").await.replace(' ', "")
}

/// Signs out, if that is still to be done, and in again.
async fn sign_in(window: &Window, person: &people::Person) {
    window.visit("/account").await;
    if window.driver.current_url().await.unwrap().path() == "/account" {
        window.press("form[action='/logout'] button").await;
    }
    window.is_at("/login").await;
    window.fill("[name=identifier]", &person.email).await;
    window.fill("[name=password]", &person.password).await;
    window.press("form[action='/login'] button").await;
}
