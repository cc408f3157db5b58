//! Setting a new password with a text: the plain way, what it ends, and who hears of it (REC-02, SMS-04, AUT-08, P-4,
//! PWD-01 to PWD-09).

use crate::support::{
    TestApp, at_once,
    authenticator::let_code_be_used_again,
    browser::Page,
    owners::Owner,
    people::{self, WRONG_PASSWORD, signs_in_as},
    resets::{NEW_PASSWORD, USED, events_of, hash_of, old_account, row_of, texts_to},
};

const IS_SET: &str = "Your new password is set";
/// What the owner is texted.
const TOLD: &str =
    "Latchkey: a new password was set by text message. Was it not you? Reset it at once, and ask us for help.";

#[track_caller]
fn is_refused(page: &Page, why: &str) {
    page.shows(422, why);
    assert_eq!(page.focused().as_deref(), Some("password"));
    assert!(page.error_of("password").is_some_and(|error| error.contains(why)), "{:?}", page.error_of("password"));
}

#[actix_web::test]
async fn sms_04_a_text_sets_a_new_password_and_signs_nobody_in() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let browser = app.browser();
    browser.get("/login").await.shows(200, "Sign in");
    let page = browser.get("/password-reset").await;
    assert!(page.has("form[action='/password-reset'] input[name=phone][autocomplete~=tel], input[name=phone]"));

    browser.forgets(&salma.national()).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&salma.phone).await;
    let text = app.twilio.messages_to(&salma.phone).pop().unwrap().body;
    let first = format!("Your Latchkey reset code is: {code}. Valid for 10 minutes.");
    assert!(text == first || text == format!("{first}\n@localhost #{code}"), "{text:?}");
    let page = browser.get("/password-reset/verify").await;
    page.shows(200, &format!("If *****{} has an account", &salma.phone[salma.phone.len() - 4..]));
    assert!(!page.body.contains(&salma.phone) && !page.body.contains(&salma.national()));
    assert!(page.has("input[name=code][autocomplete=one-time-code][inputmode=numeric]"));

    browser.proves(&code).await.redirects_to("/password-reset/password");
    let page = browser.get("/password-reset/password").await;
    page.shows(200, "Choose your new password");
    assert!(page.has("input[name=password][type=password][autocomplete=new-password]"));
    assert_eq!(page.attribute("input[autocomplete=username]", "value"), Some(salma.phone.clone()));
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");

    assert!(!browser.is_signed_in().await);
    browser.get("/login").await.shows(200, IS_SET);
    assert!(!browser.get("/login").await.text().contains(IS_SET), "said once");
    salma.signs_in(&app.browser()).await.shows(422, "That does not fit");
    salma.remembering(NEW_PASSWORD).signs_in(&browser).await.redirects_to("/account");
}

#[actix_web::test]
async fn rec_02_p_4_a_new_password_ends_all_that_was_granted_and_touches_no_factor() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (trusted, pending) = (owner.trusts_a_browser(&app).await, owner.begins(&app).await);
    let other = app.browser();
    owner.begins_in(&other).await;
    other.gives(&owner.app().code().await).await.redirects_to("/account");
    let_code_be_used_again(&app);
    let factors = || {
        let of_owner = format!("user_id = (SELECT id FROM users WHERE {})", row_of(&owner.person));
        app.database.text(&format!(
            "SELECT concat_ws(' ', (SELECT two_factor_method FROM users WHERE {}),
                 (SELECT string_agg(t::text, ',') FROM (SELECT id, sealed_secret FROM totp_secrets WHERE {of_owner}) AS t),
                 (SELECT string_agg(b::text, ',') FROM two_factor_backup_codes AS b WHERE {of_owner}))",
            row_of(&owner.person)
        ))
    };
    let before = factors();

    let browser = owner.proves_phone(&app).await;
    browser.adds(&owner.app().code().await).await.redirects_to("/password-reset/password");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");

    assert_eq!(factors(), before);
    let_code_be_used_again(&app);
    for browser in [&owner.browser, &other, &trusted] {
        browser.get("/account").await.redirects_to("/login");
    }
    pending.get("/login/verify").await.redirects_to("/login");
    pending.gives(&owner.app().code().await).await.redirects_to("/login");
    // The browser that was trusted owes the second step again, as does the one that has just set the password (B-9).
    let remembering = owner.person.remembering(NEW_PASSWORD);
    for browser in [&trusted, &browser, &app.browser()] {
        remembering.signs_in(browser).await.redirects_to("/login/verify");
    }
    browser.gives(&owner.app().code().await).await.redirects_to("/account");
}

#[actix_web::test]
async fn aut_08_the_owner_is_told_also_at_a_number_that_was_left_within_7_days() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let left = |since: &str, used: &str| {
        let phone = people::new_phone();
        app.database.run(&format!(
            "INSERT INTO action_codes (id, user_id, act, phone_number, expires_at, used_at)
             SELECT gen_random_uuid(), id, 'undo_phone_change', '{phone}', now() - interval '{since}' + interval '7 days', {used}
             FROM users WHERE {}",
            row_of(&salma)
        ));
        phone
    };
    let (lately, long_ago, undone) = (left("6 days", "NULL"), left("8 days", "NULL"), left("1 day", "now()"));

    let browser = salma.proves_phone(&app).await;
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");

    for (phone, told) in [(&salma.phone, 1), (&lately, 1), (&long_ago, 0), (&undone, 0)] {
        let notices = texts_to(&app, phone, "new password").await;
        assert_eq!(notices, vec![TOLD.to_owned(); told], "{phone}");
    }
    assert_eq!(events_of(&app, &salma, "password_set"), 1);
    let browser = app.browser();
    salma.remembering(NEW_PASSWORD).signs_in(&browser).await.redirects_to("/account");
    browser.get("/account/activity").await.shows(200, "A new password was set");
}

#[actix_web::test]
async fn aut_08_the_owner_is_told_when_all_codes_of_the_number_are_used_up() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    for _ in 0..4 {
        app.browser().forgets(&salma.phone).await.redirects_to("/password-reset/verify");
    }
    assert_eq!(app.browser().forgets(&salma.phone).await.status, 429);
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!(texts_to(&app, &salma.phone, "new password").await.len(), 1);
}

#[actix_web::test]
async fn aut_01_whoever_has_set_a_new_password_need_not_wait_for_the_wrong_ones_of_before() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    for identifier in [&salma.email, &salma.phone] {
        for _ in 0..5 {
            signs_in_as(&app.browser(), identifier, WRONG_PASSWORD).await;
        }
        assert_eq!(signs_in_as(&app.browser(), identifier, &salma.password).await.status, 429);
    }
    salma.proves_phone(&app).await.chooses(NEW_PASSWORD).await.redirects_to("/login");
    for identifier in [&salma.email, &salma.phone] {
        signs_in_as(&app.browser(), identifier, NEW_PASSWORD).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn pwd_01_pwd_03_aut_02_a_password_that_is_too_easy_is_refused_and_nothing_is_lost() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    let (before, epoch) = (hash_of(&app, &salma), format!("SELECT auth_epoch FROM users WHERE {}", row_of(&salma)));
    let local = salma.email.split('@').next().unwrap();
    for (password, why) in [
        (String::new(), ""),
        ("nine char".to_owned(), "Use 10 characters or more"),
        ("x".repeat(257), "too long"),
        ("password123".to_owned(), ""),
        ("Salma Haddad 1".to_owned(), ""),
        (format!("{local}{local}"), ""),
        (format!("{}!!", salma.national()), ""),
        ("Latchkey2026!".to_owned(), ""),
    ] {
        let page = browser.chooses(&password).await;
        is_refused(&page, why);
        assert!(password.is_empty() || !page.body.contains(&password), "never shown again");
    }
    assert_eq!((hash_of(&app, &salma), app.database.number(&epoch)), (before, 1));
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    assert_eq!(app.database.number(&epoch), 2);
}

#[actix_web::test]
async fn pwd_09_a_flood_of_new_passwords_is_shed_and_the_right_to_set_one_lives_on() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    let costly = "4@8({[<369!10$5+7%2".repeat(6);
    let copies: Vec<_> =
        (0..200).map(|n| browser.fork().from(&format!("198.51.{}.{}", n / 250, n % 250 + 1))).collect();

    let pages = at_once(copies.iter().map(|copy| copy.chooses(&costly[..20]))).await;

    let shed: Vec<&Page> = pages.iter().filter(|page| page.status == 503).collect();
    assert!(!shed.is_empty(), "none of {} was shed", pages.len());
    shed[0].shows(503, "We are very busy just now");
    assert!(shed.iter().all(|page| page.retry_after() > 0));
    let landed = pages.iter().filter(|page| [422, 303].contains(&page.status.as_u16())).count();
    assert_eq!(landed + shed.len(), pages.len());
    if app.database.number(USED) == 0 {
        browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    }
    assert_eq!(app.database.number(USED), 1);
}

#[actix_web::test]
async fn inp_12_a_fault_in_the_middle_changes_nothing_and_the_right_lives_on() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    let before = hash_of(&app, &salma);
    for table in ["activity", "sms_messages", "password_guesses"] {
        app.database.run(&format!("ALTER TABLE {table} RENAME TO away"));
        browser.chooses(NEW_PASSWORD).await.shows(500, "Sorry");
        app.database.run(&format!("ALTER TABLE away RENAME TO {table}"));
        assert_eq!((hash_of(&app, &salma), app.database.number(USED)), (before.clone(), 0), "{table}");
    }
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
}

#[actix_web::test]
async fn log_03_no_code_number_or_password_of_a_reset_is_in_the_log() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    browser.proves(&people::other_than(&code)).await.shows(422, "Invalid code");
    browser.proves(&code).await.redirects_to("/password-reset/password");
    browser.chooses("Salma Haddad 1").await.shows(422, "");
    browser.chooses(NEW_PASSWORD).await.redirects_to("/login");
    app.logged("event=password_set").await;
    let log = app.log().join("\n");
    for secret in [&code, &salma.phone[1..], &salma.national()[1..], &salma.email, NEW_PASSWORD, "Salma Haddad"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    for event in ["reset_begun", "code_refused", "reset_proven", "password_set"] {
        assert!(log.contains(&format!("event={event}")), "{event}");
    }
}
