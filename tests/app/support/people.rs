//! Ready-made people: what they type, and how they get to an account.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use super::{
    TestApp,
    browser::{Browser, Page},
};

/// A password that nobody here has.
pub const WRONG_PASSWORD: &str = "kettle window seven robe";

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Somebody with a phone of their own.
#[derive(Clone, Debug)]
pub struct Person {
    pub role: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub password: String,
}

/// A maid without email, at an Ethiopian number that nobody else has.
pub fn maid() -> Person {
    Person {
        role: "maid".to_owned(),
        name: "Hanna Tesfaye".to_owned(),
        email: String::new(),
        phone: new_phone(),
        password: "kettle window seven rope".to_owned(),
    }
}

/// A sponsor with an address of their own.
pub fn sponsor() -> Person {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Person {
        role: "sponsor".to_owned(),
        name: "Salma Haddad".to_owned(),
        email: format!("salma{number}@example.com"),
        ..maid()
    }
}

/// A valid Ethiopian mobile number in E.164 form.
pub fn new_phone() -> String {
    format!("+2519{:08}", 11_000_000 + NUMBER.fetch_add(1, Ordering::Relaxed))
}

impl Person {
    /// The fields of `POST /register`.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        vec![
            ("role", &self.role),
            ("full_name", &self.name),
            ("email", &self.email),
            ("country", "ET"),
            ("phone", &self.phone),
            ("password", &self.password),
            ("accept_terms", "yes"),
        ]
    }

    /// The fields with one of them changed.
    pub fn fields_with<'a>(&'a self, name: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
        let changed = |(field, old)| (field, if field == name { value } else { old });
        self.fields().into_iter().map(changed).collect()
    }

    /// Fills in the form and answers the code that came by text.
    pub async fn begins(&self, app: &TestApp, browser: &Browser) -> String {
        browser.submit("/register", &self.fields()).await.redirects_to("/register/verify");
        app.twilio.next_code_to(&self.phone).await
    }

    /// Sends the form, again while the server says that too many passwords are being hashed.
    pub async fn asks(&self, browser: &Browser) -> Page {
        loop {
            let page = browser.submit("/register", &self.fields()).await;
            if page.status != 503 {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Registers to the end. The browser is signed in then.
    pub async fn registers(&self, app: &TestApp, browser: &Browser) {
        let code = self.begins(app, browser).await;
        browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    }
}

impl Person {
    /// What the person signs in with.
    pub fn identifier(&self) -> &str {
        if self.email.is_empty() { &self.phone } else { &self.email }
    }

    /// Fills in the sign-in.
    pub async fn signs_in(&self, browser: &Browser) -> Page {
        signs_in_as(browser, self.identifier(), &self.password).await
    }

    /// The same with a password that is surely not this person's.
    pub async fn signs_in_wrongly(&self, browser: &Browser) -> Page {
        signs_in_as(browser, self.identifier(), WRONG_PASSWORD).await
    }

    /// The number as people of its country write it.
    pub fn national(&self) -> String {
        self.phone.replacen("+251", "0", 1)
    }

    /// Registers. Answers the browser that is signed in.
    pub async fn has_account(&self, app: &TestApp) -> Browser {
        let browser = app.browser();
        self.registers(app, &browser).await;
        browser
    }

    /// The same person with another number.
    pub fn at(&self, phone: &str) -> Self {
        Self { phone: phone.to_owned(), ..self.clone() }
    }
}

/// A code that is surely not `code`.
pub fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// Fills in the sign-in.
pub async fn signs_in_as(browser: &Browser, identifier: &str, password: &str) -> Page {
    browser.submit("/login", &[("identifier", identifier), ("password", password), ("country", "ET")]).await
}
