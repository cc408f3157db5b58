//! How often a page waits for PostgreSQL. Each wait is a network's delay in a real installation, so they are counted on the
//! wire itself.

use crate::support::{
    TestApp,
    browser::Page,
    database::Database,
    fake_twilio::FakeTwilio,
    people::{self, WRONG_PASSWORD, signs_in_as},
    proxy::Proxy,
};

/// A program whose questions to its database are counted.
async fn start() -> (TestApp, Proxy) {
    let database = Database::create();
    let (wire, url) = Proxy::to_database(&database.url());
    let app = TestApp::start_on(FakeTwilio::start(), database, "messaging", &[("DATABASE_URL", &url)]).await;
    (app, wire)
}

/// The round trips of one request: what most of many cost. Some meet the background's own questions, or a connection on
/// which a statement is not prepared yet.
async fn cost(wire: &Proxy, mut ask: impl AsyncFnMut() -> Page) -> usize {
    let mut costs = Vec::new();
    for _ in 0..24 {
        let before = wire.round_trips();
        ask().await;
        costs.push(wire.round_trips() - before);
        // What is written down after an answer belongs to no other.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    costs.drain(..4);
    costs.sort_unstable();
    costs[costs.len() / 2]
}

#[actix_web::test]
async fn a_sign_in_waits_three_times_a_signed_in_page_once_and_a_strangers_page_never() {
    let (app, wire) = start().await;
    let salma = people::sponsor();
    let known = salma.has_account(&app).await;
    let forget = || app.database.run("TRUNCATE password_guesses, address_guesses");

    let from_anywhere = async || {
        let page = salma.signs_in(&app.browser()).await;
        page.redirects_to("/account");
        page
    };
    assert_eq!(cost(&wire, from_anywhere).await, 3, "charge, session, settle");
    let again_in_the_same = async || {
        let page = salma.signs_in(&known).await;
        page.redirects_to("/account");
        page
    };
    assert_eq!(cost(&wire, again_in_the_same).await, 3);
    let refused = async || {
        forget();
        let page = signs_in_as(&app.browser(), &people::new_phone(), WRONG_PASSWORD).await;
        page.shows(422, "That does not fit");
        page
    };
    assert_eq!(cost(&wire, refused).await, 1);
    let signed_in = async || {
        let page = known.get("/account").await;
        page.shows(200, "Salma");
        page
    };
    assert_eq!(cost(&wire, signed_in).await, 1);
    let stranger = app.browser();
    for path in ["/login", "/", "/register", "/account", "/nowhere"] {
        assert_eq!(cost(&wire, async || stranger.get(path).await).await, 0, "{path}");
    }
}
