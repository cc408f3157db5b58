//! How often a page waits for PostgreSQL. Each wait is a network's delay in a real installation, so they are counted on the
//! wire itself.

use crate::support::{
    TestApp,
    authenticator::let_code_be_used_again,
    browser::Page,
    database::Database,
    fake_twilio::FakeTwilio,
    owners::Owner,
    people::{self, WRONG_PASSWORD, signs_in_as},
    proxy::Proxy,
    resets::NEW_PASSWORD,
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
        is_quiet(wire).await;
    }
    costs.drain(..4);
    costs.sort_unstable();
    costs[costs.len() / 2]
}

/// Waits until nothing was asked for a moment: what is written down after an answer, and what the worker does with a text,
/// belongs to no other request.
async fn is_quiet(wire: &Proxy) {
    for _ in 0..20 {
        let before = wire.round_trips();
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        if wire.round_trips() == before {
            return;
        }
    }
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

#[actix_web::test]
async fn aut_11_a_reset_waits_as_often_for_a_number_with_an_account_as_for_one_without() {
    let (app, wire) = start().await;
    let owner = Owner::with_app(&app).await;
    let forget = || app.database.run("DELETE FROM sms_messages");
    let stranger = app.browser();
    assert_eq!(cost(&wire, async || stranger.get("/password-reset").await).await, 0);

    for phone in [owner.person.phone.clone(), people::new_phone()] {
        let asking = async || {
            forget();
            let page = app.browser().forgets(&phone).await;
            page.redirects_to("/password-reset/verify");
            page
        };
        let told = "begin, challenge, reset, owner, lock, limits, policy, budget, part, text, its price, commit";
        assert_eq!(cost(&wire, asking).await, 12, "{told}");
        let browser = app.browser();
        browser.forgets(&phone).await.redirects_to("/password-reset/verify");
        assert_eq!(cost(&wire, async || browser.forgets(&phone).await).await, 2, "reset, challenge");
        assert_eq!(cost(&wire, async || browser.get("/password-reset/verify").await).await, 2);
        assert_eq!(cost(&wire, async || browser.get("/password-reset/password").await).await, 1);
        assert_eq!(cost(&wire, async || browser.forgets_again().await).await, 9);
        let wrong = async || {
            app.database.run("UPDATE phone_verifications SET guesses_left = 3");
            let page = browser.proves("000000").await;
            page.shows(422, "Invalid code");
            page
        };
        assert_eq!(cost(&wire, wrong).await, 3, "reset, charge, challenge");
        let resend = async || {
            forget();
            app.database
                .run("UPDATE phone_verifications SET last_send_at = last_send_at - interval '1 hour', sends = 1");
            let page = browser.forgets_again().await;
            page.redirects_to("/password-reset/verify");
            page
        };
        assert_eq!(cost(&wire, resend).await, 15);
    }
}

#[actix_web::test]
async fn the_later_steps_of_a_reset_wait_this_often() {
    let (app, wire) = start().await;
    let owner = Owner::with_app(&app).await;
    let (browser, code) = owner.person.forgets(&app).await;
    app.texts_sent().await;
    let right_code = async || {
        app.database.run(
            "WITH fresh AS (UPDATE phone_verifications SET used_at = NULL, guesses_left = 3)
             UPDATE password_resets SET user_id = NULL, auth_epoch = NULL, proven_at = NULL, granted_at = NULL",
        );
        let page = browser.proves(&code).await;
        page.redirects_to("/password-reset/second-step");
        page
    };
    let told = "reset, charge; begin, reset held and read, account held and read, challenge, proof, commit";
    assert_eq!(cost(&wire, right_code).await, 10, "{told}");
    assert_eq!(cost(&wire, async || browser.get("/password-reset/second-step").await).await, 1);
    let other_factor = async || {
        app.database.run("UPDATE password_resets SET granted_at = NULL");
        let_code_be_used_again(&app);
        let page = browser.adds(&owner.app().code().await).await;
        page.redirects_to("/password-reset/password");
        page
    };
    assert_eq!(cost(&wire, other_factor).await, 8);
    assert_eq!(cost(&wire, async || browser.get("/password-reset/password").await).await, 1);
    let password = async || {
        app.database.run(
            "UPDATE password_resets SET used_at = NULL, auth_epoch = (SELECT auth_epoch FROM users),
                 expires_at = now() + interval '10 minutes'",
        );
        app.database.run("DELETE FROM sms_messages WHERE notice");
        let page = browser.chooses(NEW_PASSWORD).await;
        page.redirects_to("/login");
        page
    };
    let told =
        "reset; begin, reset held, account held, reset read, right, password, wait, counts, what happened, numbers; the
                notice's policy, lock, count and text; commit";
    assert_eq!(cost(&wire, password).await, 16, "{told}");
}
