//! Owners of accounts that ask for a second factor, and what they do with it.

use super::{
    TestApp,
    authenticator::{self, Authenticator},
    browser::{Browser, Page},
    people::{self, Person},
};

/// Somebody whose account asks for a second factor.
pub struct Owner {
    pub person: Person,
    /// Signed in, and proven within the last minutes.
    pub browser: Browser,
    pub backup_codes: Vec<String>,
    authenticator: Option<Authenticator>,
}

impl Owner {
    /// With an authenticator app.
    pub async fn with_app(app: &TestApp) -> Self {
        let person = people::sponsor();
        let browser = person.has_account(app).await;
        let (authenticator, backup_codes) = authenticator::enrol_app(app, &browser).await;
        Self { person, browser, backup_codes, authenticator: Some(authenticator) }
    }

    /// Somebody who runs the service: with an authenticator app, as all of them.
    pub async fn administrator(app: &TestApp) -> Self {
        let owner = Self::with_app(app).await;
        owner.set(app, "role = 'administrator'");
        owner
    }

    /// The account.
    pub fn id(&self, app: &TestApp) -> String {
        app.database.text(&format!("SELECT id::text FROM users WHERE {}", self.condition())).unwrap()
    }

    /// With texts.
    pub async fn with_sms(app: &TestApp) -> Self {
        let person = people::sponsor();
        let browser = person.has_account(app).await;
        let backup_codes = authenticator::enable_sms(&browser).await;
        Self { person, browser, backup_codes, authenticator: None }
    }

    /// The authenticator app.
    pub fn app(&self) -> &Authenticator {
        self.authenticator.as_ref().expect("an authenticator app")
    }

    /// A new browser in which the password was accepted.
    pub async fn begins(&self, app: &TestApp) -> Browser {
        let browser = app.browser();
        self.begins_in(&browser).await;
        browser
    }

    /// The same in a browser that there is.
    pub async fn begins_in(&self, browser: &Browser) {
        self.person.signs_in(browser).await.redirects_to("/login/verify");
    }

    /// A new browser in which the password was accepted, and the code that came by text.
    pub async fn begins_with_text(&self, app: &TestApp) -> (Browser, String) {
        let browser = self.begins(app).await;
        (browser, self.text_code(app).await)
    }

    /// The code of the next text.
    pub async fn text_code(&self, app: &TestApp) -> String {
        app.twilio.next_code_to(&self.person.phone).await
    }

    /// A browser that is trusted, and signed in through the second step of an app's code.
    pub async fn trusts_a_browser(&self, app: &TestApp) -> Browser {
        let browser = app.browser();
        self.trusts(app, &browser).await;
        browser
    }

    /// Signs in with a code of the app and has the browser trusted.
    pub async fn trusts(&self, app: &TestApp, browser: &Browser) {
        self.begins_in(browser).await;
        let code = self.app().code().await;
        let fields = [("code", code.as_str()), ("remember_device", "yes")];
        browser.submit("/login/verify", &fields).await.redirects_to("/account");
        authenticator::let_code_be_used_again(app);
    }

    /// A number about the owner's row in `users`.
    pub fn number(&self, app: &TestApp, column: &str) -> i64 {
        app.database.number(&format!("SELECT {column} FROM users WHERE {}", self.condition()))
    }

    /// Changes the owner's row in `users`.
    pub fn set(&self, app: &TestApp, changes: &str) {
        app.database.run(&format!("UPDATE users SET {changes} WHERE {}", self.condition()));
    }

    /// How many rows of a table are the owner's.
    pub fn count(&self, app: &TestApp, table: &str) -> i64 {
        app.database.number(&format!(
            "SELECT count(*) FROM {table} WHERE user_id = (SELECT id FROM users WHERE {})",
            self.condition()
        ))
    }

    /// Wrong second factors in a row.
    pub fn wrong(&self, app: &TestApp) -> i64 {
        self.number(app, "wrong_second_factors")
    }

    /// Backup codes that still work.
    pub fn backup_codes_left(&self, app: &TestApp) -> i64 {
        self.count(app, "(SELECT * FROM two_factor_backup_codes WHERE used_at IS NULL) AS unused")
    }

    fn condition(&self) -> String {
        format!("email = '{}'", self.person.email)
    }
}

impl Browser {
    /// Gives a code at the second step.
    pub async fn gives(&self, code: &str) -> Page {
        self.submit("/login/verify", &[("code", code)]).await
    }

    /// Gives a backup code in its place.
    pub async fn gives_backup(&self, code: &str) -> Page {
        self.submit("/login/backup-code", &[("code", code)]).await
    }

    /// Asks for another text at the second step.
    pub async fn asks_again(&self) -> Page {
        self.submit("/login/resend", &[]).await
    }

    /// Proves once more to be the owner, on the way to the account.
    pub async fn confirms(&self, password: &str, code: &str) -> Page {
        self.submit("/confirm", &[("password", password), ("code", code), ("next", "/account/two-factor")]).await
    }

    /// Whether the browser is signed in.
    pub async fn is_signed_in(&self) -> bool {
        self.get("/account").await.status == 200
    }
}
