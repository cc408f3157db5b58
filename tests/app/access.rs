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
    people,
};

/// A visitor of each kind, anew for each request: what one request does must not colour the next.
async fn visitors(app: &TestApp) -> BTreeMap<&'static str, Browser> {
    let registering = app.browser();
    people::maid().begins(app, &registering).await;
    let resetting = app.browser();
    resetting.submit("/password-reset", &[("country", "ET"), ("phone", &people::new_phone())]).await;
    let signed_in = people::sponsor().has_account(app).await;
    let administrator = people::sponsor().has_account(app).await;
    let stale = people::sponsor().has_account(app).await;
    let owner = people::sponsor();
    enrol_app(app, &owner.has_account(app).await).await;
    let pending = app.browser();
    owner.signs_in(&pending).await.redirects_to("/login/verify");
    app.database.run(
        "UPDATE users SET role = 'administrator' WHERE id = (SELECT id FROM users ORDER BY created_at OFFSET 1 LIMIT 1)",
    );
    app.database.run(
        "UPDATE sessions SET confirmed_at = now() - interval '6 minutes'
         WHERE user_id = (SELECT id FROM users ORDER BY created_at OFFSET 2 LIMIT 1)",
    );
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
        ("administrator", administrator),
    ])
}

/// Whether a visitor gets past the principal of a route.
fn may(visitor: &str, who: Who) -> bool {
    match who {
        Who::Visitor => true,
        Who::Registering => visitor == "registering",
        Who::Resetting => visitor == "resetting",
        Who::Recovering => visitor == "recovering",
        Who::PendingSignIn => visitor == "pending",
        Who::SignedIn => visitor.starts_with("signed in") || visitor == "administrator",
        Who::Fresh => matches!(visitor, "signed in, fresh" | "administrator"),
        Who::Administrator => visitor == "administrator",
        Who::Twilio => false,
    }
}

/// Where those who may not come are sent. None: for them the page is not there.
fn elsewhere(visitor: &str, entry: Entry) -> Option<String> {
    let page = Next::of_request(entry.path).path();
    let signed_in = visitor.starts_with("signed in") || visitor == "administrator";
    match entry.who {
        Who::Visitor | Who::Administrator | Who::Twilio => None,
        Who::Registering => Some("/register".to_owned()),
        Who::Resetting => Some("/password-reset".to_owned()),
        Who::Recovering => Some("/recovery".to_owned()),
        Who::PendingSignIn => Some("/login".to_owned()),
        Who::Fresh if signed_in => Some(format!("/confirm?next={page}")),
        Who::SignedIn | Who::Fresh if page == "/account" => Some("/login".to_owned()),
        Who::SignedIn | Who::Fresh => Some(format!("/login?next={page}")),
    }
}

async fn asks(browser: &Browser, entry: Entry) -> Page {
    let path = entry.path.replace("{id}", "00000000-0000-7000-8000-000000000000").replace("{name}", "nothing.css");
    match entry.method {
        "GET" => browser.get(&path).await,
        _ => browser.submit(&path, &[]).await,
    }
}

#[actix_web::test]
async fn auz_02_every_route_lets_in_whom_it_names_and_nobody_else() {
    let app = TestApp::start_with("messaging", &[]).await;
    let visitors = visitors(&app).await;
    let before =
        |table| app.database.text(&format!("SELECT string_agg(t::text, ',' ORDER BY t::text) FROM {table} AS t"));
    for entry in routes::table() {
        for (visitor, browser) in &visitors {
            if may(visitor, entry.who) {
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
            if !may(visitor, entry.who) || entry.who == Who::Visitor {
                continue;
            }
            let page = asks(browser, entry).await;
            let told = format!("{visitor}: {} {} {}", entry.method, entry.path, page.status);
            let away = page
                .location()
                .is_some_and(|to| to.starts_with("/login?") || to.starts_with("/confirm") && entry.who == Who::Fresh);
            assert!(!away && page.status.as_u16() < 500, "{told} {:?}", page.location());
        }
    }
}

#[test]
fn web_11_the_pages_one_can_be_led_to_are_the_pages_that_ask_for_a_sign_in() {
    let asking = |entry: &Entry| entry.method == "GET" && matches!(entry.who, Who::SignedIn | Who::Fresh);
    let table = routes::table();
    let mut asked: Vec<_> = table.iter().filter(|entry| asking(entry)).map(|entry| entry.path).collect();
    // One is on the way there, and leads on by itself.
    asked.retain(|path| *path != "/confirm");
    let mut next: Vec<_> = Next::PAGES.map(Next::path).to_vec();
    asked.sort_unstable();
    next.sort_unstable();
    assert_eq!(asked, next);
}
