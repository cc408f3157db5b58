//! People who set a new password with a text to their number.

use super::{
    TestApp,
    browser::{Browser, Page},
    owners::Owner,
    people::{self, Person},
};

/// A password that nobody here has yet.
pub const NEW_PASSWORD: &str = "copper lantern under nine";

/// Resets that were used.
pub const USED: &str = "SELECT count(*) FROM password_resets WHERE used_at IS NOT NULL";

/// A sponsor with an account, opened so long ago that its own texts count no more.
pub async fn old_account(app: &TestApp) -> Person {
    let salma = people::sponsor();
    salma.has_account(app).await;
    app.let_pass("25 hours");
    salma
}

impl Person {
    /// Asks for a text in a new browser, and reads it.
    pub async fn forgets(&self, app: &TestApp) -> (Browser, String) {
        let browser = app.browser();
        browser.forgets(&self.phone).await.redirects_to("/password-reset/verify");
        (browser, app.twilio.next_code_to(&self.phone).await)
    }

    /// A new browser that may set the password, or has come as far as a text alone leads.
    pub async fn proves_phone(&self, app: &TestApp) -> Browser {
        let (browser, code) = self.forgets(app).await;
        browser.proves(&code).await.redirects_to(&self.next_step(app));
        browser
    }

    /// Where a right code leads: what the account asks for decides.
    fn next_step(&self, app: &TestApp) -> String {
        let two_factor = format!("SELECT count(*) FROM users WHERE {} AND two_factor_method <> 'none'", row_of(self));
        let step = if app.database.number(&two_factor) == 1 { "second-step" } else { "password" };
        format!("/password-reset/{step}")
    }

    /// The same person, who remembers the new password.
    pub fn remembering(&self, password: &str) -> Self {
        Self { password: password.to_owned(), ..self.clone() }
    }
}

/// The condition that finds somebody's row in `users`.
pub fn row_of(person: &Person) -> String {
    if person.email.is_empty() {
        format!("phone_number = '{}'", person.phone)
    } else {
        format!("email = '{}'", person.email)
    }
}

/// What is stored of somebody's password.
pub fn hash_of(app: &TestApp, person: &Person) -> String {
    app.database.text(&format!("SELECT password_hash FROM users WHERE {}", row_of(person))).expect("an account")
}

/// How often something happened in somebody's account.
pub fn events_of(app: &TestApp, person: &Person, event: &str) -> i64 {
    app.database.number(&format!(
        "SELECT count(*) FROM activity WHERE event = '{event}' AND user_id = (SELECT id FROM users WHERE {})",
        row_of(person)
    ))
}

/// Changes somebody's row in `users`.
pub fn change(app: &TestApp, person: &Person, changes: &str) {
    app.database.run(&format!("UPDATE users SET {changes} WHERE {}", row_of(person)));
}

/// What has reached a number and says `words`, once nothing is under way.
pub async fn texts_to(app: &TestApp, phone: &str, words: &str) -> Vec<String> {
    app.texts_sent().await;
    let texts = app.twilio.messages_to(phone).into_iter().map(|text| text.body);
    texts.filter(|body| body.contains(words)).collect()
}

impl Owner {
    /// A new browser that has shown the code of a reset's text and owes the other factor.
    pub async fn proves_phone(&self, app: &TestApp) -> Browser {
        self.person.proves_phone(app).await
    }
}

impl Browser {
    /// Asks for a text that sets a new password.
    pub async fn forgets(&self, phone: &str) -> Page {
        self.submit("/password-reset", &[("country", "ET"), ("phone", phone)]).await
    }

    /// Types the code of that text.
    pub async fn proves(&self, code: &str) -> Page {
        self.submit("/password-reset/verify", &[("code", code)]).await
    }

    /// Asks for another one.
    pub async fn forgets_again(&self) -> Page {
        self.submit("/password-reset/resend", &[]).await
    }

    /// Shows the other factor.
    pub async fn adds(&self, code: &str) -> Page {
        self.submit("/password-reset/second-step", &[("code", code)]).await
    }

    /// Sets the password.
    pub async fn chooses(&self, password: &str) -> Page {
        self.submit("/password-reset/password", &[("password", password)]).await
    }
}
