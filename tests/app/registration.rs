//! Opening an account, from the first page to the account and back out.

use crate::support::{TestApp, people};

#[actix_web::test]
async fn a_person_registers_and_is_signed_in_to_an_account_that_did_not_exist_before() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());

    let code = hanna.begins(&app, &browser).await;
    assert_eq!(app.database.count("users"), 0, "nothing exists before the code is right");
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");

    browser.get("/account").await.shows(200, "Hello, Hanna");
    assert_eq!(app.database.count("users"), 1);
    assert_eq!(app.database.count("maid_profiles"), 1);
    assert_eq!(app.database.count("registrations"), 0);
    browser.submit("/logout", &[]).await.redirects_to("/login");
    browser.get("/account").await.redirects_to("/login");
}
