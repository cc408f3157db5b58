//! A proven number that belongs to another account, and an email address that does (PHN-03, AUT-10, S-9, B-11).

use crate::support::{
    TestApp,
    browser::Browser,
    people::{self, Person},
};

/// An owner signed in at a browser of their own, and somebody else who has proven the owner's number.
struct Taken {
    owner: Person,
    owners_browser: Browser,
    newcomer: Person,
    browser: Browser,
}

async fn taken_number(app: &TestApp) -> Taken {
    let (owner, owners_browser) = (people::maid(), app.browser());
    owner.registers(app, &owners_browser).await;
    let (newcomer, browser) = (people::sponsor().at(&owner.phone), app.browser());
    let code = newcomer.begins(app, &browser).await;
    browser.enters(&code).await.redirects_to("/register/claim");
    Taken { owner, owners_browser, newcomer, browser }
}

#[actix_web::test]
async fn aut_10_the_text_to_a_taken_number_says_so_to_its_owner_alone() {
    let app = TestApp::start().await;
    let (owner, stranger) = (people::maid(), app.browser());
    owner.registers(&app, &app.browser()).await;

    let code = people::maid().at(&owner.phone).begins(&app, &stranger).await;
    let text = app.twilio.messages_to(&owner.phone).pop().unwrap().body;
    assert_eq!(
        text,
        format!(
            "This number has a Latchkey account: sign in or reset your password. \
             To open a new account, your verification code is: {code}."
        )
    );
    let page = stranger.get("/register/verify").await;
    assert!(!page.text().contains("account already"), "{}", page.text());

    // The same words after a resend, and the usual ones to a free number.
    app.let_pass("1 minute");
    stranger.resends().await;
    app.twilio.next_code_to(&owner.phone).await;
    assert!(app.twilio.messages_to(&owner.phone).pop().unwrap().body.starts_with("This number has"));
    let free = people::maid();
    let code = free.begins(&app, &app.browser()).await;
    let text = app.twilio.messages_to(&free.phone).pop().unwrap().body;
    assert_eq!(text, format!("Your Latchkey verification code is: {code}. Valid for 10 minutes."));
}

#[actix_web::test]
async fn phn_03_proving_a_taken_number_opens_and_changes_nothing_yet() {
    let app = TestApp::start().await;
    let Taken { owners_browser, browser, .. } = taken_number(&app).await;

    browser.get("/register/claim").await.shows(200, "This number has an account already");
    browser.get("/account").await.redirects_to("/login");
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (1, 1));
    owners_browser.get("/account").await.shows(200, "proven on");
    for choice in ["", "both", "MOVE"] {
        let page = browser.claims(choice).await;
        assert_eq!(
            (page.status.as_u16(), page.error_of("choice").as_deref()),
            (422, Some("Please choose one of the two."))
        );
    }
    assert_eq!(app.database.count("users"), 1);
}

#[actix_web::test]
async fn s_9_moving_a_number_gives_it_to_the_new_account_and_the_old_one_keeps_all_else() {
    let app = TestApp::start().await;
    let Taken { owner, owners_browser, newcomer, browser } = taken_number(&app).await;

    browser.claims("move").await.redirects_to("/account");

    browser.get("/account").await.shows(200, "Hello, Salma").shows(200, "proven on");
    let of = |role: &str, what: &str| app.database.text(&format!("SELECT {what} FROM users WHERE role = '{role}'"));
    assert_eq!(of("sponsor", "phone_number").as_deref(), Some(newcomer.phone.as_str()));
    assert_eq!(of("sponsor", "phone_verified_at IS NOT NULL AND phone_contested_at IS NULL").as_deref(), Some("true"));
    assert_eq!(of("maid", "phone_verified_at IS NULL AND phone_contested_at IS NOT NULL").as_deref(), Some("true"));
    assert_eq!(of("maid", "phone_number").as_deref(), Some(owner.phone.as_str()));
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (2, 2));
    assert_eq!((app.database.count("registrations"), app.database.count("maid_profiles")), (0, 1));

    // The owner stays signed in and is told.
    owners_browser.get("/account").await.shows(200, "Hello, Hanna").shows(200, "Somebody else has proven your number");
    let told = "SELECT string_agg(event, ' ' ORDER BY activity.id) FROM activity JOIN users ON users.id = user_id WHERE role = 'maid'";
    assert_eq!(app.database.text(told).as_deref(), Some("registered number_contested"));
}

#[actix_web::test]
async fn s_9_the_old_account_can_be_contested_again_and_again() {
    let app = TestApp::start().await;
    let phone = people::new_phone();
    people::maid().at(&phone).registers(&app, &app.browser()).await;
    for holders in 2..=4 {
        let browser = app.browser();
        let code = people::sponsor().at(&phone).begins(&app, &browser).await;
        browser.enters(&code).await.redirects_to("/register/claim");
        browser.claims("move").await.redirects_to("/account");
        assert_eq!(app.database.count("users"), holders);
        assert_eq!(app.database.number("SELECT count(*) FROM users WHERE phone_verified_at IS NOT NULL"), 1);
        app.let_pass("2 hours");
    }
}

#[actix_web::test]
async fn s_9_codes_from_before_the_move_prove_the_phone_and_no_more() {
    let app = TestApp::start().await;
    let (phone, early) = (people::new_phone(), app.browser());
    // Begun while the number was free, entered when it is somebody's.
    let code = people::maid().at(&phone).begins(&app, &early).await;
    people::sponsor().at(&phone).registers(&app, &app.browser()).await;
    early.enters(&code).await.redirects_to("/register/claim");
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (1, 1));
}

#[actix_web::test]
async fn phn_03_whoever_keeps_the_old_account_leaves_nothing_new_behind() {
    let app = TestApp::start().await;
    let Taken { owners_browser, browser, .. } = taken_number(&app).await;

    browser.claims("sign_in").await.redirects_to("/login");

    assert_eq!((app.database.count("users"), app.database.count("registrations")), (1, 0));
    browser.get("/account").await.redirects_to("/login");
    browser.claims("move").await.redirects_to("/register");
    owners_browser.get("/account").await.shows(200, "proven on");
}

#[actix_web::test]
async fn phn_03_a_claim_without_proof_leads_back_to_the_code() {
    let app = TestApp::start().await;
    let owner = people::maid();
    owner.registers(&app, &app.browser()).await;
    let thief = app.browser();
    people::maid().at(&owner.phone).begins(&app, &thief).await;

    thief.get("/register/claim").await.redirects_to("/register/verify");
    for choice in ["move", "sign_in"] {
        thief.claims(choice).await.redirects_to("/register/verify");
    }
    assert_eq!(app.database.number("SELECT count(*) FROM users WHERE phone_verified_at IS NOT NULL"), 1);
    assert_eq!(app.database.count("registrations"), 1);
}

#[actix_web::test]
async fn phn_03_a_proof_does_not_carry_over_to_another_number() {
    let app = TestApp::start().await;
    let victim = people::maid();
    victim.registers(&app, &app.browser()).await;
    let Taken { browser, .. } = taken_number(&app).await;

    browser.corrects_to(&victim.phone).await.redirects_to("/register/verify");

    browser.claims("move").await.redirects_to("/register/verify");
    let holders = "SELECT count(*) FROM users WHERE phone_verified_at IS NOT NULL";
    assert_eq!((app.database.number(holders), app.database.count("users")), (2, 2));
}

#[actix_web::test]
async fn phn_03_a_proof_ends_with_its_registration() {
    let app = TestApp::start().await;
    let Taken { browser, .. } = taken_number(&app).await;
    app.let_pass("1 hour");
    browser.claims("move").await.redirects_to("/register");
    assert_eq!(app.database.count("users"), 1);
}

#[actix_web::test]
async fn phn_03_a_number_that_has_become_free_meanwhile_is_simply_taken() {
    let app = TestApp::start().await;
    let Taken { browser, .. } = taken_number(&app).await;
    app.database.run("UPDATE users SET phone_verified_at = NULL, phone_contested_at = now()");
    browser.claims("move").await.redirects_to("/account");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'number_contested'"), 0);
}

const EMAIL_TAKEN: &str = "This email address has an account already";
const CANNOT_OPEN: &str = "This account could not be opened";

#[actix_web::test]
async fn aut_10_a_taken_email_is_told_only_to_somebody_who_has_proven_a_number() {
    let app = TestApp::start().await;
    let owner = people::sponsor();
    owner.registers(&app, &app.browser()).await;
    let browser = app.browser();
    let spelled = Person { email: owner.email.to_uppercase(), ..owner.at(&people::new_phone()) };

    let code = spelled.begins(&app, &browser).await;
    let before = browser.get("/register/verify").await;
    assert!(!before.text().contains("account already"), "{}", before.text());
    browser.enters(&people::other_than(&code)).await.shows(422, "Invalid code");
    browser.enters(&code).await.shows(422, EMAIL_TAKEN);

    browser.get("/account").await.redirects_to("/login");
    assert_eq!((app.database.count("users"), app.database.count("sponsor_profiles")), (1, 1));
}

#[actix_web::test]
async fn aut_10_one_number_learns_of_3_email_addresses_a_day() {
    let app = TestApp::start().await;
    let phone = people::new_phone();
    let owner = people::sponsor();
    owner.registers(&app, &app.browser()).await;
    for (round, told) in [EMAIL_TAKEN, EMAIL_TAKEN, EMAIL_TAKEN, CANNOT_OPEN, CANNOT_OPEN].into_iter().enumerate() {
        let browser = app.browser();
        let code = owner.at(&phone).begins(&app, &browser).await;
        browser.enters(&code).await.shows(422, told);
        assert!(round < 3 || !browser.get("/register/claim").await.text().contains("email address has an account"));
    }
    let other = app.browser();
    let code = owner.at(&people::new_phone()).begins(&app, &other).await;
    other.enters(&code).await.shows(422, EMAIL_TAKEN);
    app.let_pass("24 hours");
    let later = app.browser();
    let code = owner.at(&phone).begins(&app, &later).await;
    later.enters(&code).await.shows(422, EMAIL_TAKEN);
}

#[actix_web::test]
async fn aut_10_asking_again_about_one_email_counts_too() {
    let app = TestApp::start().await;
    let owner = people::sponsor();
    owner.registers(&app, &app.browser()).await;
    let browser = app.browser();
    let code = owner.at(&people::new_phone()).begins(&app, &browser).await;
    browser.enters(&code).await.shows(422, EMAIL_TAKEN);
    for told in [EMAIL_TAKEN, EMAIL_TAKEN, CANNOT_OPEN] {
        browser.claims("move").await.shows(422, told);
    }
}

#[actix_web::test]
async fn aut_10_with_number_and_email_taken_the_move_is_refused_and_the_number_stays() {
    let app = TestApp::start().await;
    let (has_email, has_number) = (people::sponsor(), people::maid());
    has_email.registers(&app, &app.browser()).await;
    has_number.registers(&app, &app.browser()).await;
    let browser = app.browser();
    let code = has_email.at(&has_number.phone).begins(&app, &browser).await;

    browser.enters(&code).await.redirects_to("/register/claim");
    browser.claims("move").await.shows(422, EMAIL_TAKEN);

    let holders = "SELECT count(*) FROM users WHERE phone_verified_at IS NOT NULL AND phone_contested_at IS NULL";
    assert_eq!((app.database.count("users"), app.database.number(holders)), (2, 2));
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'number_contested'"), 0);
    // What stands open is the way to the old account.
    browser.get("/register/claim").await.shows(200, "This number has an account already");
    browser.claims("sign_in").await.redirects_to("/login");
}

#[actix_web::test]
async fn b_11_an_unfinished_registration_reserves_nothing() {
    let app = TestApp::start().await;
    let victim = people::sponsor();
    let attacker = app.browser();
    let prepared = Person { password: "attackers own seven ropes".to_owned(), ..victim.clone() };
    let attackers_code = prepared.begins(&app, &attacker).await;

    let browser = app.browser();
    victim.registers(&app, &browser).await;
    browser.get("/account").await.shows(200, "Hello, Salma");

    // Even somebody who then reads the victim's texts gets no account of the victim's.
    attacker.enters(&attackers_code).await.redirects_to("/register/claim");
    attacker.claims("move").await.shows(422, EMAIL_TAKEN);
    attacker.get("/account").await.redirects_to("/login");
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (1, 1));
}

#[actix_web::test]
async fn b_11_an_email_taken_by_somebody_else_gives_no_right_and_there_is_a_way_out() {
    let app = TestApp::start().await;
    let victim = people::sponsor();
    victim.at(&people::new_phone()).registers(&app, &app.browser()).await;

    let browser = app.browser();
    let code = victim.begins(&app, &browser).await;
    browser.enters(&code).await.shows(422, "start again with another email address");
    let begins_again = browser.get("/register").await;
    begins_again.shows(200, "Create your account");
    let other = Person { email: "salma.of.the.house@example.com".to_owned(), ..victim };
    other.registers(&app, &browser).await;
    assert_eq!(app.database.count("users"), 2);
}
