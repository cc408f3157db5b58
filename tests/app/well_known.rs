//! Addresses that programs know beforehand. Source: W3C, A Well-Known URL for Changing Passwords.

use reqwest::Method;

use crate::support::{TestApp, people};

const CHANGE_PASSWORD: &str = "/.well-known/change-password";

#[actix_web::test]
async fn a_program_that_keeps_passwords_finds_where_to_change_one() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let (stranger, owner) = (app.browser(), salma.has_account(&app).await);
    for browser in [&stranger, &owner] {
        let page = browser.get(CHANGE_PASSWORD).await;
        page.redirects_to("/account/password");
        assert!(page.set_cookies().is_empty());
    }
    // As a program asks: without a word of where it comes from.
    let bare = stranger.send(stranger.bare(Method::GET, CHANGE_PASSWORD)).await;
    bare.redirects_to("/account/password");
    owner.get("/account/password").await.shows(200, "Change my password");
    stranger.get("/account/password").await.redirects_to("/login?next=/account/password");
    let fields = [("identifier", salma.email.as_str()), ("password", &salma.password), ("next", "/account/password")];
    stranger.submit("/login", &fields).await.redirects_to("/account/password");
}

#[actix_web::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in [
        "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200",
        "/.well-known/",
        "/.well-known",
        "/.well-known/change-password/",
        "/.well-known/openid-configuration",
    ] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
    assert_eq!(browser.submit(CHANGE_PASSWORD, &[]).await.status, 405);
}
