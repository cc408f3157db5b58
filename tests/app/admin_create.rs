//! Making the first administrator, and the others: at the host's command line and nowhere else.

use crate::support::{
    TestApp,
    authenticator::enrol_app,
    people::{self, signs_in_as},
    routes,
};

const EMAIL: &str = "marta@example.com";
const PASSWORD: &str = "lantern orchard seventy pebbles";

/// How many administrators there are, and how many acts are written down.
fn counts(app: &TestApp) -> (i64, i64) {
    (app.database.number("SELECT count(*) FROM users WHERE role = 'administrator'"), app.database.count("audit"))
}

#[actix_web::test]
async fn a_7_an_administrator_is_made_once_with_a_good_password_and_an_address_of_their_own() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    app.operator(&["admin", "list"]).does(&["there is no administrator", "latchkey admin create --email"]);

    for (email, password, reason) in [
        (EMAIL, "", "empty"),
        (EMAIL, "short", "the password has 5 characters; an administrator's has 15 at least"),
        (EMAIL, "fourteen chars", "the password has 14 characters"),
        (EMAIL, "passwordpassword", "too easy to guess"),
        (EMAIL, "marta@example.com", "too easy to guess"),
        (EMAIL, &"kettle ".repeat(40), "too long"),
        (EMAIL, "lantern orchard \u{7} seventy", "cannot be read"),
        ("marta", PASSWORD, "--email: this is no email address: malformed"),
        ("", PASSWORD, "--email: this is no email address: empty"),
        ("márta@example.com", PASSWORD, "letters beyond ASCII"),
        (&salma.email, PASSWORD, "a sponsor's account has this email address"),
    ] {
        let ended = app.makes_administrator(email, password);
        ended.refuses(&[reason]);
        assert!(password.is_empty() || email == password || !ended.said.contains(password), "{}", ended.said);
    }
    assert_eq!(counts(&app), (0, 0));

    // Of two that make the same one at once, one does.
    let create = ["admin", "create", "--email", EMAIL];
    let typed = format!("{PASSWORD}\n");
    let ended = app.operators_typing(&[(&create, &typed), (&create, &typed), (&create, &typed)]);
    assert_eq!(ended.iter().filter(|ended| ended.well).count(), 1, "{ended:?}");
    let made = ended.iter().find(|ended| ended.well).unwrap();
    made.does(&["made: administrator marta@example.com", "http://localhost:8080/login", "authenticator app"]);
    for other in ended.iter().filter(|ended| !ended.well) {
        other.refuses(&["there is an administrator with this email address already"]);
    }
    assert_eq!(counts(&app), (1, 1));
    // Said before a password is asked for, in any spelling.
    app.operator(&["admin", "create", "--email", "Marta@EXAMPLE.com"]).refuses(&["already"]);

    let row = |column: &str| app.database.text(&format!("SELECT {column} FROM users WHERE email = '{EMAIL}'"));
    assert!(row("password_hash").unwrap().starts_with("$argon2id$"));
    assert_eq!((row("phone_number"), row("two_factor_method").as_deref()), (None, Some("none")));
    let written = app.database.text("SELECT concat_ws(' ', actor, act, subject) FROM audit").unwrap();
    assert_eq!(written, format!("operator:unknown administrator_made account:{}", row("id").unwrap()));
    app.operator(&["admin", "list"]).does(&["marta@example.com  active, app not set up yet, made 20"]);
}

#[actix_web::test]
async fn a_7_no_page_makes_an_administrator_when_there_is_none() {
    let app = TestApp::start().await;
    let stranger = app.browser();
    for path in ["/setup", "/install", "/admin", "/admin/setup", "/admin/create", "/admin/activity", "/admin/countries"]
    {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
        assert_eq!(stranger.submit(path, &[("email", EMAIL), ("password", PASSWORD)]).await.status, 404, "{path}");
    }
    let mut forger = people::sponsor();
    forger.role = "administrator".to_owned();
    assert_eq!(stranger.submit("/register", &forger.fields()).await.status, 422);
    assert_eq!(counts(&app), (0, 0));
}

#[actix_web::test]
async fn a_7_the_first_sign_in_leads_through_the_app_to_the_administration() {
    let app = TestApp::start().await;
    app.makes_administrator(EMAIL, PASSWORD).does(&["made"]);
    let browser = app.browser();
    signs_in_as(&browser, EMAIL, PASSWORD).await.redirects_to("/account");
    for path in ["/admin", "/admin/activity", "/admin/countries", "/account", "/account/data"] {
        browser.get(path).await.redirects_to("/account/two-factor");
    }
    let page = browser.get("/account/two-factor").await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.has("form[action='/account/two-factor/sms']"), "{}", page.text());
    // No number to text to, whatever is sent.
    assert!(browser.submit("/account/two-factor/sms", &[]).await.status.as_u16() < 500);
    browser.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
    let (authenticator, codes) = enrol_app(&app, &browser).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(browser.get("/admin/activity").await.status, 200);
    app.operator(&["admin", "list"]).does(&["active, app set up"]);

    // Every page that there is, for somebody without a number.
    for path in routes::readable() {
        let path = path.replace("{id}", "00000000-0000-7000-8000-000000000000").replace("{code}", "ET");
        let page = browser.get(&path.replace("{name}", "nothing.css")).await;
        assert!(page.status.as_u16() < 500, "{path}: {}", page.text());
        assert!(!path.starts_with("/account") || page.status != 404, "{path}");
    }
    for path in routes::writable().into_iter().filter(|path| path.starts_with("/account") || path.starts_with("/admin"))
    {
        let path = path.replace("{id}", "00000000-0000-7000-8000-000000000000").replace("{code}", "ET");
        let other = browser.fork();
        assert!(other.submit(&path, &[]).await.status.as_u16() < 500, "{path}");
        // Some of them end sessions.
        if browser.get("/account").await.status != 200 {
            signs_in_as(&browser, EMAIL, PASSWORD).await;
            browser.gives(&authenticator.code().await).await;
            crate::support::authenticator::let_code_be_used_again(&app);
        }
    }

    // The second time the code of the app is asked for, in a new browser.
    app.database.run("UPDATE users SET two_factor_method = 'app'");
    let again = app.browser();
    signs_in_as(&again, EMAIL, PASSWORD).await.redirects_to("/login/verify");
    assert_eq!(again.get("/admin/activity").await.status, 404);
}

#[actix_web::test]
async fn a_6_the_last_active_administrator_stays() {
    let app = TestApp::start().await;
    let remove = |email| ["admin", "remove", "--email", email, "--reason", "left the company"];
    app.operator(&remove(EMAIL)).refuses(&["there is no administrator with this email address"]);
    app.makes_administrator(EMAIL, PASSWORD).does(&["made"]);
    app.operator(&remove(EMAIL)).refuses(&["the last active administrator", "latchkey admin create"]);

    app.makes_administrator("sara@example.com", PASSWORD).does(&["made"]);
    let browser = app.browser();
    signs_in_as(&browser, "sara@example.com", PASSWORD).await.redirects_to("/account");
    app.operator(&["admin", "remove", "--email", EMAIL, "--reason", " "]).refuses(&["--reason"]);
    // Two that remove each other: one stays.
    let ended = app.operators(&[&remove(EMAIL), &remove("sara@example.com")]);
    assert_eq!(ended.iter().filter(|ended| ended.well).count(), 1, "{ended:?}");
    let active = app.database.text("SELECT string_agg(email, ' ') FROM users WHERE status = 'active'").unwrap();
    let removed = if active == EMAIL { "sara@example.com" } else { EMAIL };
    let written = "SELECT concat_ws(' ', actor, act, reason, before, after) FROM audit ORDER BY number DESC LIMIT 1";
    assert_eq!(
        app.database.text(written).unwrap(),
        "operator:unknown administrator_removed left the company {\"status\":\"active\"} {\"status\":\"disabled\"}"
    );
    app.operator(&remove(removed)).refuses(&["disabled already"]);
    app.operator(&["admin", "create", "--email", removed]).refuses(&["disabled; another one can enable the account"]);
    app.operator(&["admin", "list"]).does(&["disabled", "active"]);
    // Signed out at once, and not let in again.
    let is_in = browser.get("/account/two-factor").await.status == 200;
    assert_eq!(is_in, removed == EMAIL);
    signs_in_as(&app.browser(), removed, PASSWORD).await.shows(422, "That does not fit");
}
