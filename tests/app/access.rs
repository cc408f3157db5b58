//! Who may come where: every route of the program's own table by every kind of visitor (AUZ-01, AUZ-02, INP-11).

use std::collections::BTreeMap;

use latchkey::{
    routes::{self, Entry},
    web::{next::Next, principal::Who},
};

use crate::support::{
    TestApp,
    authenticator::enrol_app,
    browser::{Browser, Page},
    owners::Owner,
    people,
};

/// A visitor of each kind, anew for each request: what one request does must not colour the next.
async fn visitors(app: &TestApp) -> BTreeMap<&'static str, Browser> {
    let registering = app.browser();
    people::maid().begins(app, &registering).await;
    let resetting = app.browser();
    resetting.submit("/password-reset", &[("country", "ET"), ("phone", &people::new_phone())]).await;
    let signed_in = people::sponsor().has_account(app).await;
    let stale = people::sponsor().has_account(app).await;
    let owner = people::sponsor();
    enrol_app(app, &owner.has_account(app).await).await;
    let pending = app.browser();
    owner.signs_in(&pending).await.redirects_to("/login/verify");
    let administrator = Owner::administrator(app).await;
    let stale_administrator = Owner::administrator(app).await;
    let without_app = people::sponsor();
    let administrator_without_app = without_app.has_account(app).await;
    app.database.run(&format!("UPDATE users SET role = 'administrator' WHERE email = '{}'", without_app.email));
    app.database.run(&format!(
        "UPDATE sessions SET confirmed_at = now() - interval '6 minutes'
         WHERE user_id = '{}' OR user_id = (SELECT id FROM users ORDER BY created_at OFFSET 1 LIMIT 1)",
        stale_administrator.id(app)
    ));
    let recovering = app.browser();
    let (lost, phone) = (people::maid(), people::new_phone());
    lost.has_account(app).await;
    app.starts_recovery(&lost.phone, &phone);
    app.ends_the_wait_of_recoveries();
    let code = app.recovery_code_to(&phone).await;
    recovering.submit("/recovery", &[("code", &code)]).await.redirects_to("/recovery/password");
    BTreeMap::from([
        ("stranger", app.browser()),
        ("registering", registering),
        ("resetting", resetting),
        ("recovering", recovering),
        ("pending", pending),
        ("signed in, stale", stale),
        ("signed in, fresh", signed_in),
        ("administrator", administrator.browser),
        ("administrator, stale", stale_administrator.browser),
        ("administrator without the app", administrator_without_app),
    ])
}

/// Whether a visitor gets past the principal of a route.
fn may(visitor: &str, entry: Entry) -> bool {
    let is_signed_in = visitor.starts_with("signed in") || visitor.starts_with("administrator");
    let is_stale = visitor.ends_with("stale");
    match entry.who {
        Who::Visitor => true,
        Who::Registering => visitor == "registering",
        Who::Resetting => visitor == "resetting",
        Who::Recovering => visitor == "recovering",
        Who::PendingSignIn => visitor == "pending",
        Who::SignedIn => is_signed_in && !owes_the_app(visitor, entry),
        Who::Fresh => is_signed_in && !is_stale && !owes_the_app(visitor, entry),
        Who::Administrator => matches!(visitor, "administrator" | "administrator, stale"),
        Who::FreshAdministrator => visitor == "administrator",
        Who::Twilio => false,
    }
}

/// Whether a visitor has to set up the app before this page opens.
fn owes_the_app(visitor: &str, entry: Entry) -> bool {
    let open = ["/account/two-factor", "/confirm", "/account/devices"];
    let is_on_the_way = open.iter().any(|page| entry.path.starts_with(page));
    visitor == "administrator without the app" && !is_on_the_way
}

/// Where those who may not come are sent. None: for them the page is not there.
fn elsewhere(visitor: &str, entry: Entry) -> Option<String> {
    let page = Next::of_request(&path(entry)).path();
    let signed_in = visitor.starts_with("signed in") || visitor.starts_with("administrator");
    match entry.who {
        Who::Visitor | Who::Twilio => None,
        Who::Registering => Some("/register".to_owned()),
        Who::Resetting => Some("/password-reset".to_owned()),
        Who::Recovering => Some("/recovery".to_owned()),
        Who::PendingSignIn => Some("/login".to_owned()),
        Who::FreshAdministrator if visitor == "administrator, stale" => Some(format!("/confirm?next={page}")),
        Who::SignedIn | Who::Fresh | Who::Administrator | Who::FreshAdministrator if owes_the_app(visitor, entry) => {
            Some("/account/two-factor".to_owned())
        }
        Who::Administrator | Who::FreshAdministrator => None,
        Who::Fresh if signed_in => Some(format!("/confirm?next={page}")),
        Who::SignedIn | Who::Fresh if page == "/account" => Some("/login".to_owned()),
        Who::SignedIn | Who::Fresh => Some(format!("/login?next={page}")),
    }
}

fn path(entry: Entry) -> String {
    entry
        .path
        .replace("{id}", "00000000-0000-7000-8000-000000000000")
        .replace("{name}", "nothing.css")
        .replace("{code}", "ET")
}

async fn asks(browser: &Browser, entry: Entry) -> Page {
    match entry.method {
        "GET" => browser.get(&path(entry)).await,
        _ => browser.submit(&path(entry), &[]).await,
    }
}

#[actix_web::test]
async fn auz_02_every_route_lets_in_whom_it_names_and_nobody_else() {
    let app = TestApp::start_with("messaging", &[]).await;
    let visitors = visitors(&app).await;
    // When a session was last seen is written once a minute, by whoever is let in anywhere.
    let row = "(to_jsonb(t) - 'last_seen_at')::text";
    let before = |table| app.database.text(&format!("SELECT string_agg({row}, ',' ORDER BY {row}) FROM {table} AS t"));
    for entry in routes::table() {
        for (visitor, browser) in &visitors {
            if may(visitor, entry) {
                continue;
            }
            let (users, sessions) = (before("users"), before("sessions"));
            let page = asks(&browser.fork(), entry).await;
            let told = format!("{visitor}: {} {}", entry.method, entry.path);
            match elsewhere(visitor, entry) {
                Some(place) => assert_eq!((page.status.as_u16(), page.location()), (303, Some(&*place)), "{told}"),
                None if entry.who == Who::Twilio => assert_eq!(page.status, 403, "{told}"),
                None => assert_eq!(page.status, 404, "{told}"),
            }
            assert_eq!((users, sessions), (before("users"), before("sessions")), "{told}");
        }
    }
}

#[actix_web::test]
async fn auz_02_whoever_may_come_is_never_sent_away_by_the_door() {
    for entry in routes::table() {
        // One visitor does many things here; signing out comes last by not coming at all.
        if entry.path == "/logout" {
            continue;
        }
        let app = TestApp::start().await;
        for (visitor, browser) in &visitors(&app).await {
            if !may(visitor, entry) || entry.who == Who::Visitor {
                continue;
            }
            let page = asks(browser, entry).await;
            let told = format!("{visitor}: {} {} {}", entry.method, entry.path, page.status);
            let away = page.location().is_some_and(|to| {
                to.starts_with("/login?")
                    || to.starts_with("/confirm") && matches!(entry.who, Who::Fresh | Who::FreshAdministrator)
            });
            assert!(!away && page.status.as_u16() < 500, "{told} {:?}", page.location());
        }
    }
}

#[test]
fn web_11_the_pages_one_can_be_led_to_are_the_pages_that_ask_for_a_sign_in() {
    let asking =
        |entry: &Entry| entry.method == "GET" && matches!(entry.who, Who::SignedIn | Who::Fresh | Who::Administrator);
    let table = routes::table();
    let mut asked: Vec<_> = table.iter().filter(|entry| asking(entry)).map(|entry| entry.path).collect();
    // One is on the way there, and leads on by itself.
    asked.retain(|path| *path != "/confirm");
    let mut next: Vec<_> = Next::PAGES.to_vec();
    asked.sort_unstable();
    next.sort_unstable();
    assert_eq!(asked, next);
}
