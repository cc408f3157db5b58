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
        let phone = json!({ "width": 360, "height": 780, "deviceScaleFactor": 1, "mobile": false });
        driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", phone).await.unwrap();
        driver.set_implicit_wait_timeout(Duration::from_secs(5)).await.unwrap();
        let pictures = std::env::var_os("LATCHKEY_TEST_SCREENSHOTS").map(PathBuf::from);
        Self { driver, origin: origin.to_owned(), pictures }
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
        for _ in 0..100 {
            if self.driver.current_url().await.unwrap().path() == path {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("not at {path} but at {}", self.driver.current_url().await.unwrap());
    }

    async fn picture(&self, name: &str) {
        if let Some(folder) = &self.pictures {
            self.driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
        }
    }
}

#[actix_web::test]
async fn web_10_a_person_registers_in_a_browser_without_javascript() {
    walk(async |window| register_and_leave(window).await).await;
}

#[actix_web::test]
async fn web_10_a_person_uses_two_factor_in_a_browser_without_javascript() {
    walk(async |window| use_two_factor(window).await).await;
}

/// Opens a window at a program in demo mode and goes the way, if there is a browser.
async fn walk(way: impl AsyncFnOnce(&Window)) {
    let Ok(webdriver) = std::env::var("LATCHKEY_TEST_WEBDRIVER_URL") else {
        writeln!(std::io::stderr(), "SKIPPED: there is no browser; ./dev test says why").ok();
        return;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let origin = format!("http://localhost:{port}");
    let bind = format!("127.0.0.1:{port}");
    let _app = TestApp::start_with("demo", &[("LATCHKEY_BASE_URL", &origin), ("LATCHKEY_BIND", &bind)]).await;
    let window = Window::open(&webdriver, &origin).await;

    let walked = AssertUnwindSafe(way(&window)).catch_unwind().await;
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
    window.visit("/register").await;
    window.press("[name=role][value=sponsor]").await;
    window.fill("[name=full_name]", &salma.name).await;
    window.fill("[name=email]", &salma.email).await;
    window.fill("[name=phone]", &salma.phone.replacen("+251", "0", 1)).await;
    window.fill("[name=password]", &salma.password).await;
    window.press("[name=accept_terms]").await;
    window.press("form[action='/register'] button").await;
    window.is_at("/register/verify").await;
    window.visit("/demo/inbox").await;
    let code = window.text(".big").await.replace(' ', "");
    window.visit("/register/verify").await;
    window.fill("#code", &code).await;
    window.press("form[action='/register/verify'] button").await;
    window.is_at("/account").await;

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
