//! An authenticator app: its codes come from the library alone, not from the code under test.

use std::time::{SystemTime, UNIX_EPOCH};

use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::{
    TestApp,
    browser::{Browser, Page},
};

/// An app that has been set up for one account.
pub struct Authenticator(Totp);

impl Authenticator {
    /// Sets the app up with the text that the page of the enrolment shows.
    pub fn reading(page: &Page) -> Self {
        let uri = page.attribute("a[href^='otpauth:']", "href").expect("a link to the app");
        let uri = url::Url::parse(&uri).unwrap();
        let (_, secret) = uri.query_pairs().find(|(name, _)| name == "secret").unwrap();
        Self::with_secret(&secret)
    }

    /// Sets the app up with a secret that was typed in.
    pub fn with_secret(base32: &str) -> Self {
        let secret = Secret::try_from_base32(base32).unwrap();
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(30);
        Self(builder.with_secret(secret).build_noncompliant())
    }

    /// The code of this moment. Waits for the next step where this one is about to end, so that it lasts.
    pub async fn code(&self) -> String {
        while now() % 30 > 24 {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        self.code_of(0)
    }

    /// The next code after one that was used: waits for its step.
    pub async fn code_after(&self, used: &str) -> String {
        while self.code_of(0) == used {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        self.code().await
    }

    /// The code of so many steps later, or earlier.
    pub fn code_of(&self, steps: i64) -> String {
        self.0.generate(u64::try_from(now() + 30 * steps).unwrap()).to_string()
    }
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// The backup codes on a page.
pub fn backup_codes(page: &Page) -> Vec<String> {
    let items = scraper::Selector::parse("ol.codes li").unwrap();
    page.html().select(&items).map(|item| item.text().collect::<String>().trim().to_owned()).collect()
}

/// Switches two-factor on with an app. The browser is signed in and has proven itself within the last minutes.
pub async fn enrol_app(app: &TestApp, browser: &Browser) -> (Authenticator, Vec<String>) {
    browser.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
    let authenticator = Authenticator::reading(&browser.get("/account/two-factor/app").await);
    let code = authenticator.code().await;
    let page = browser.submit("/account/two-factor/app", &[("code", &code)]).await;
    page.shows(200, "Your backup codes");
    // The code of the enrolment is spent; the next one would be half a minute away.
    let_code_be_used_again(app);
    (authenticator, backup_codes(&page))
}

/// Switches two-factor on with texts. Answers the backup codes.
pub async fn enable_sms(browser: &Browser) -> Vec<String> {
    let page = browser.submit("/account/two-factor/sms", &[]).await;
    page.shows(200, "Your backup codes");
    backup_codes(&page)
}

/// As if the steps of all codes so far were long over.
pub fn let_code_be_used_again(app: &TestApp) {
    app.database.run("UPDATE totp_secrets SET last_step = last_step - 100");
}
