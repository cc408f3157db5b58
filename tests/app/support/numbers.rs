//! Changing an account's number, and the long codes that texts carry.

use super::{
    TestApp,
    browser::{Browser, Page},
    people,
};

impl Browser {
    /// Asks for a code to a new number of the account.
    pub async fn wants_number(&self, phone: &str) -> Page {
        self.submit("/account/phone", &[("country", "ET"), ("phone", phone)]).await
    }

    /// Enters the code that came to it.
    pub async fn proves_number(&self, code: &str) -> Page {
        self.submit("/account/phone/verify", &[("code", code)]).await
    }

    /// Enters the code of a text that told of a change.
    pub async fn stops(&self, code: &str) -> Page {
        self.submit("/stop", &[("code", code)]).await
    }
}

/// Asks for a code to a number, as far as it comes. The browser is signed in and fresh.
pub async fn code_for(app: &TestApp, browser: &Browser, phone: &str) -> String {
    browser.wants_number(phone).await.redirects_to("/account/phone/verify");
    app.twilio.next_code_to(phone).await
}

/// Gives the account of a browser that is signed in and fresh this number.
pub async fn change_to(app: &TestApp, browser: &Browser, phone: &str) {
    let code = code_for(app, browser, phone).await;
    browser.proves_number(&code).await.redirects_to("/account/phone");
}

/// The same with a number that nobody has. Answers which.
pub async fn change(app: &TestApp, browser: &Browser) -> String {
    let phone = people::new_phone();
    change_to(app, browser, &phone).await;
    phone
}

/// The long code of the newest text to a number that says `part`.
pub async fn long_code(app: &TestApp, phone: &str, part: &str) -> String {
    app.texts_sent().await;
    let texts = app.twilio.messages_to(phone);
    let text = texts.iter().rev().find(|text| text.body.contains(part)).expect("the text with a code");
    let (_, after) = text.body.split_once("enter ").expect("a code to enter");
    after.chars().take(19).collect()
}

/// The code that undoes the newest change away from a number.
pub async fn undo_code(app: &TestApp, phone: &str) -> String {
    long_code(app, phone, "your account has another phone number").await
}

/// How many notices of a kind went to a number.
pub fn notices_to(app: &TestApp, phone: &str, kind: &str) -> i64 {
    let of = format!("notice AND phone_number = '{phone}' AND kind = '{kind}'");
    app.database.number(&format!("SELECT count(*) FROM sms_messages WHERE {of}"))
}

/// A column of the account with an email address.
pub fn column_of(app: &TestApp, email: &str, column: &str) -> Option<String> {
    app.database.text(&format!("SELECT {column} FROM users WHERE email = '{email}'"))
}
