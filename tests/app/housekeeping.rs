//! What is over goes, and was worth nothing before it went (DAT-03, D-3).

use latchkey::features::housekeeping::{self, Removed};

use crate::support::{
    TestApp,
    fake_twilio::Behaviour,
    people::{self, Person},
};

fn tidy(app: &TestApp) -> Removed {
    housekeeping::tidy(&mut app.database.connect()).unwrap()
}

#[actix_web::test]
async fn dat_03_a_pending_registration_is_gone_after_an_hour() {
    let app = TestApp::start().await;
    let (salma, browser) = (people::sponsor(), app.browser());
    salma.begins(&app, &browser).await;

    app.let_pass("59 minutes");
    tidy(&app);
    browser.get("/register/verify").await.shows(200, "You need a new code");

    app.let_pass("1 minute");
    assert_eq!(app.database.count("registrations"), 1, "nobody has tidied up yet");
    browser.get("/register/verify").await.redirects_to("/register");
    browser.resends().await.redirects_to("/register");

    tidy(&app);
    assert_eq!(app.database.count("registrations"), 0);
    let left = app.database.dump();
    for gone in [&salma.email, &salma.name, "argon2"] {
        assert!(!left.contains(gone), "{gone} is left: {left}");
    }
}

#[actix_web::test]
async fn dat_03_a_challenge_is_gone_after_a_day_and_its_text_stays_in_the_ledger() {
    let app = TestApp::start().await;
    people::maid().registers(&app, &app.browser()).await;
    app.let_pass("1 day");
    tidy(&app);
    assert_eq!(app.database.count("phone_verifications"), 1, "its address still widens a limit");
    app.let_pass("11 minutes");
    tidy(&app);
    assert_eq!(app.database.count("phone_verifications"), 0);
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE verification_id IS NULL"), 1);
}

#[actix_web::test]
async fn dat_03_a_session_ends_after_14_idle_days_and_30_in_all() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;

    app.let_pass("13 days 23 hours");
    browser.get("/account").await.shows(200, "Hello");
    let idle = browser.fork();
    for _ in 0..2 {
        app.let_pass("8 days");
        tidy(&app);
        if app.database.number("SELECT count(*) FROM sessions WHERE created_at > now() - interval '30 days'") == 1 {
            browser.get("/account").await.shows(200, "Hello");
        }
    }
    app.let_pass("1 hour");
    idle.get("/account").await.redirects_to("/login");
    tidy(&app);
    assert_eq!((app.database.count("sessions"), app.database.count("users")), (0, 1));
}

#[actix_web::test]
async fn dat_03_an_idle_session_is_refused_before_it_is_removed() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;
    app.let_pass("14 days");
    browser.get("/account").await.redirects_to("/login");
    assert_eq!(app.database.count("sessions"), 1);
    tidy(&app);
    assert_eq!(app.database.count("sessions"), 0);
}

#[actix_web::test]
async fn dat_03_what_no_rule_looks_at_is_gone_after_a_day() {
    let app = TestApp::start().await;
    let (owner, browser) = (people::sponsor(), app.browser());
    owner.registers(&app, &app.browser()).await;
    let code = Person { phone: people::new_phone(), ..owner }.begins(&app, &browser).await;
    browser.enters(&code).await.shows(422, "This email address has an account already");
    app.let_pass("23 hours");
    tidy(&app);
    assert_eq!(app.database.count("throttles"), 2, "each proof that carries an email is counted");
    app.let_pass("2 hours");
    tidy(&app);
    assert_eq!(app.database.count("throttles"), 0);
}

#[actix_web::test]
async fn d_5_a_text_that_a_crash_left_in_the_middle_becomes_unknown_and_is_not_sent_again() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    app.database.run("UPDATE sms_messages SET state = 'sending', settled_at = NULL, provider_sid = NULL");
    browser.get("/register/verify").await.shows(200, "We are sending you a code");

    app.let_pass("50 seconds");
    tidy(&app);
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE state = 'sending'"), 1);
    app.let_pass("15 seconds");
    tidy(&app);

    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE state = 'unknown'"), 1);
    browser.get("/register/verify").await.shows(200, "may come late or not at all");
    assert_eq!(app.texts_sent().await, 1);
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn dat_03_what_lives_is_left_alone() {
    let app = TestApp::start().await;
    people::maid().registers(&app, &app.browser()).await;
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    app.twilio.script([Behaviour::Refuse(400, 21614)]);
    people::maid().asks(&app.browser()).await.shows(422, "cannot receive text messages");
    let before = app.database.dump();
    assert_eq!(tidy(&app), Removed::default());
    assert_eq!(app.database.dump(), before);
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn dat_03_the_server_tidies_up_by_itself() {
    let mut app = TestApp::start().await;
    people::maid().begins(&app, &app.browser()).await;
    app.let_pass("2 hours");
    // The first round is at the start.
    app.kill_and_restart(0);
    app.logged("event=housekeeping registrations=1").await;
    assert_eq!(app.database.count("registrations"), 0);
}
