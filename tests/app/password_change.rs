//! Changing the password (PWD-01 to PWD-06, REC-07, L-7, P-3, P-4, R-7).

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    owners::Owner,
    people::{self, Person, WRONG_PASSWORD, signs_in_as},
};

const PAGE: &str = "/account/password";
const NEW: &str = "copper lantern under nine";
const OTHER: &str = "violet anchor seldom rains";
const STALE: &str = "UPDATE sessions SET confirmed_at = now() - interval '6 minutes'";

async fn changes(browser: &Browser, from: &str, to: &str) -> Page {
    browser.submit(PAGE, &[("current_password", from), ("password", to)]).await
}

#[track_caller]
fn says(page: &Page, field: &str, message: &str) {
    assert_eq!(page.status, 422, "{}", page.text());
    let told = page.error_of(field);
    assert!(told.as_ref().is_some_and(|told| told.contains(message)), "{message:?} and not {told:?}");
    assert_eq!(page.focused().as_deref(), Some(field));
    assert!(!page.has("[type='password'][value]"), "a password is never shown again");
}

fn events(app: &TestApp, event: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) FROM activity WHERE event = '{event}'"))
}

fn notices(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) FROM sms_messages WHERE kind = 'password_changed'")
}

fn hash_of(app: &TestApp, person: &Person) -> String {
    app.database.text(&format!("SELECT password_hash FROM users WHERE phone_number = '{}'", person.phone)).unwrap()
}

#[actix_web::test]
async fn pwd_02_p_4_the_password_changes_with_the_present_one_and_all_others_are_out() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let (browser, elsewhere) = (salma.has_account(&app).await, app.browser());
    salma.signs_in(&elsewhere).await.redirects_to("/account");
    let before = browser.fork();
    app.database.run(STALE);

    says(&changes(&browser, "", NEW).await, "current_password", "Please enter your password.");
    says(&browser.submit(PAGE, &[("password", NEW)]).await, "current_password", "Please enter your password.");
    assert_eq!(app.database.count("password_guesses"), 0, "nothing was compared");
    let wrong = changes(&browser, WRONG_PASSWORD, NEW).await;
    says(&wrong, "current_password", "This is not your password. Check what you typed, and try again.");
    assert_eq!((events(&app, "password_wrong"), events(&app, "password_changed"), notices(&app)), (1, 0, 0));

    changes(&browser, &salma.password, NEW).await.redirects_to("/account");
    browser.get("/account").await.shows(200, "Your password is changed");
    assert!(!elsewhere.is_signed_in().await && !before.is_signed_in().await);
    assert_eq!((events(&app, "password_changed"), notices(&app)), (1, 1));
    assert_eq!(app.database.count("password_guesses"), 0, "what was wrong before is forgotten");
    app.texts_sent().await;
    let told = app.twilio.messages_to(&salma.phone).pop().unwrap();
    assert!(told.body.starts_with("Latchkey: your password was changed"), "{}", told.body);
    salma.signs_in(&app.browser()).await.shows(422, "That does not fit");
    signs_in_as(&app.browser(), &salma.email, NEW).await.redirects_to("/account");
    // Whoever has just given the password has proven enough for what comes next.
    browser.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
}

#[actix_web::test]
async fn pwd_05_programs_that_keep_passwords_know_the_fields() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let page = salma.has_account(&app).await.get(PAGE).await;
    let of = |selector: &str, name: &str| page.attribute(selector, name);
    assert_eq!(of("#current_password", "autocomplete").as_deref(), Some("current-password"));
    assert_eq!(of("#password", "autocomplete").as_deref(), Some("new-password"));
    assert_eq!((of("#password", "type").as_deref(), of("#password", "maxlength")), (Some("password"), None));
    assert_eq!(of("#password", "minlength").as_deref(), Some("10"));
    assert_eq!(of("[autocomplete='username']", "value").as_deref(), Some(salma.email.as_str()));
    assert_eq!(of("[autocomplete='username']", "name"), None, "it is not sent");
}

#[actix_web::test]
async fn pwd_01_pwd_03_aut_02_the_new_one_is_rated_as_everywhere() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let hash = hash_of(&app, &salma);
    let long = "kettle window seven rope ".chars().cycle().take(257).collect::<String>();
    for (new, message) in [
        ("", "Please choose a password"),
        ("QVXJTMWZK", "Use 10 characters or more"),
        (long.as_str(), "Use 256 characters or fewer"),
        ("copper lantern\u{7} under", "cannot read"),
        (salma.password.as_str(), "This is the password that you have"),
        ("qwertyuiop12", "easy to guess"),
        ("Salma.Haddad1", "close to your name, email or number"),
        (salma.email.as_str(), "close to your name, email or number"),
    ] {
        says(&changes(&browser, &salma.password, new).await, "password", message);
    }
    let breached = include_str!("../data/breached_passwords.txt").lines().filter(|line| line.chars().count() >= 10);
    for new in breached.step_by(400) {
        says(&changes(&browser, &salma.password, new).await, "password", "easy to guess");
    }
    let page = changes(&browser, "", "short").await;
    page.shows(422, "Please check 2 answers");
    assert_eq!(page.focused().as_deref(), Some("current_password"));
    assert_eq!((hash_of(&app, &salma), app.database.count("password_guesses")), (hash, 0));
}

#[actix_web::test]
async fn pwd_06_bytes_that_are_no_text_are_refused_in_both_fields() {
    let app = TestApp::start().await;
    let browser = people::sponsor().has_account(&app).await;
    for bytes in ["%FF", "%00", "%EF%BF%BD", "%E2%80%AE"] {
        let new = browser.submit_raw(PAGE, format!("current_password=a&password=kettle+marble+orchid{bytes}")).await;
        says(&new, "password", "cannot read");
        let now = browser.submit_raw(PAGE, format!("current_password=a{bytes}&password=kettle+marble+orchid")).await;
        says(&now, "current_password", "cannot read");
    }
    for unknown in ["username", "new_password", "code", "next"] {
        let fields = [("current_password", "a"), ("password", NEW), (unknown, "")];
        assert_eq!(browser.submit(PAGE, &fields).await.status, 400, "{unknown}");
    }
    assert_eq!(app.database.count("password_guesses"), 0);
}

#[actix_web::test]
async fn pwd_01_an_administrator_needs_15_characters() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    owner.set(&app, "role = 'administrator', two_factor_method = 'app'");
    owner.browser.get(PAGE).await.shows(200, "15 characters or more");
    let password = &owner.person.password;
    says(&changes(&owner.browser, password, "QVXJTMWZKPUHRB").await, "password", "Use 15 characters or more");
    says(&changes(&owner.browser, password, "QVXJT").await, "password", "Use 15 characters or more");
    changes(&owner.browser, password, "QVXJTMWZKPUHRBG").await.redirects_to("/account");
}

#[actix_web::test]
async fn l_7_the_page_is_no_side_door_its_guesses_are_those_of_confirmations() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    for _ in 0..4 {
        says(&changes(&browser, WRONG_PASSWORD, NEW).await, "current_password", "This is not your password");
    }
    browser
        .submit("/confirm", &[("password", WRONG_PASSWORD), ("next", "/account")])
        .await
        .shows(422, "not your password");
    for password in [WRONG_PASSWORD, salma.password.as_str()] {
        let page = changes(&browser, password, NEW).await;
        page.shows(429, "Please wait a little");
        assert!(page.has("a[href='/account/password']"), "{}", page.body);
        let page = browser.submit("/confirm", &[("password", password), ("next", "/account")]).await;
        page.shows(429, "Please wait a little");
    }
    assert_eq!((events(&app, "password_wrong"), events(&app, "password_changed")), (5, 0));
    app.let_pass("31 seconds");
    changes(&browser, &salma.password, NEW).await.redirects_to("/account");
}

#[actix_web::test]
async fn l_7_wrong_ones_at_once_on_two_processes_are_paid_for_one_by_one() {
    let app = app_with(2, &[]).await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let copies = app.copies(&browser, 12);
    let pages = at_once(copies.iter().map(|browser| changes(browser, WRONG_PASSWORD, NEW))).await;
    nothing_broke(&app, &pages, &[422, 429, 503]);
    assert!(saying(&pages, "not your password") <= 5, "{}", saying(&pages, "not your password"));
}

#[actix_web::test]
async fn rec_07_with_two_factor_the_password_alone_changes_nothing() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (browser, password) = (&owner.browser, owner.person.password.as_str());
    assert!(browser.get(PAGE).await.has("form[action='/account/password']"));
    app.database.run(STALE);
    let page = browser.get(PAGE).await;
    assert!(
        !page.has("form[action='/account/password']") && page.has("a.button[href='/confirm?next=/account/password']")
    );
    let hash = hash_of(&app, &owner.person);
    for from in [password, WRONG_PASSWORD, ""] {
        changes(browser, from, NEW).await.redirects_to("/confirm?next=/account/password");
    }
    assert_eq!((hash_of(&app, &owner.person), app.database.count("password_guesses")), (hash, 0));

    let code = owner.app().code().await;
    let fields = [("password", password), ("code", &code), ("next", PAGE)];
    browser.submit("/confirm", &fields).await.redirects_to(PAGE);
    says(&changes(browser, WRONG_PASSWORD, NEW).await, "current_password", "This is not your password");
    changes(browser, password, NEW).await.redirects_to("/account");
}

#[actix_web::test]
async fn p_3_rec_02_a_change_ends_pending_sign_ins_trusted_devices_and_resets_and_keeps_the_factor() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let trusted = owner.trusts_a_browser(&app).await;
    let pending = owner.begins(&app).await;
    let resetting = app.browser();
    let number = [("country", "ET"), ("phone", owner.person.phone.as_str())];
    resetting.submit("/password-reset", &number).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&owner.person.phone).await;
    let verify = "/password-reset/verify";
    resetting.submit(verify, &[("code", &code)]).await.redirects_to("/password-reset/second-step");

    changes(&owner.browser, &owner.person.password, NEW).await.redirects_to("/account");

    pending.gives(&owner.app().code().await).await.redirects_to("/login");
    let hash = hash_of(&app, &owner.person);
    let codes = [("code", owner.backup_codes[0].as_str())];
    resetting.submit("/password-reset/second-step", &codes).await.redirects_to("/password-reset");
    resetting.submit("/password-reset/password", &[("password", OTHER)]).await.redirects_to("/password-reset");
    assert_eq!(hash_of(&app, &owner.person), hash);
    assert!(!trusted.is_signed_in().await);
    signs_in_as(&trusted, &owner.person.email, NEW).await.redirects_to("/login/verify");
}

#[actix_web::test]
async fn r_7_of_two_browsers_that_change_it_at_once_one_wins() {
    let app = app_with(2, &[]).await;
    for _ in 0..3 {
        let salma = people::sponsor();
        let (browser, other) = (salma.has_account(&app).await, app.browser_at(1));
        salma.signs_in(&other).await.redirects_to("/account");
        let hold = format!("SELECT FROM users WHERE email = '{}' FOR UPDATE", salma.email);
        let requests: Vec<_> = [(browser.clone(), NEW), (other.clone(), OTHER)]
            .into_iter()
            .map(|(browser, new)| {
                let now = salma.password.clone();
                async move { changes(&browser, &now, new).await }
            })
            .collect();
        let pages = meet(&app, &hold, requests).await;
        nothing_broke(&app, &pages, &[303]);
        assert_eq!(leading_to(&pages, "/account"), 1);
        pages[1].redirects_to("/login?next=/account/password");
        assert!(browser.is_signed_in().await && !other.is_signed_in().await);
        signs_in_as(&app.browser(), &salma.email, NEW).await.redirects_to("/account");
        signs_in_as(&app.browser(), &salma.email, OTHER).await.shows(422, "That does not fit");
    }
    assert_eq!(events(&app, "password_changed"), 3);
}

#[actix_web::test]
async fn of_two_tabs_of_one_browser_one_wins_and_the_other_is_no_error() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let (first, second) = (browser.fork(), browser.fork());
    let requests: Vec<_> = [(first.clone(), NEW), (second.clone(), OTHER)]
        .into_iter()
        .map(|(browser, new)| {
            let now = salma.password.clone();
            async move { changes(&browser, &now, new).await }
        })
        .collect();
    let pages = meet(&app, "SELECT FROM users FOR UPDATE", requests).await;
    pages[0].redirects_to("/account");
    pages[1].redirects_to("/login?next=/account/password");
    assert!(pages[1].set_cookies().is_empty(), "the winner's new token stays in the browser that both share");
    assert!(first.is_signed_in().await);
    assert_eq!(events(&app, "password_changed"), 1);
}

#[actix_web::test]
async fn a_double_click_says_twice_that_it_is_changed_and_does_it_once() {
    let app = TestApp::start().await;
    for held in [true, false] {
        let salma = people::sponsor();
        let browser = salma.has_account(&app).await;
        let (first, second) = (browser.fork(), browser.fork());
        let requests: Vec<_> = [first.clone(), second.clone()]
            .into_iter()
            .map(|browser| {
                let now = salma.password.clone();
                async move { changes(&browser, &now, NEW).await }
            })
            .collect();
        let pages = if held {
            let hold = format!("SELECT FROM users WHERE email = '{}' FOR UPDATE", salma.email);
            meet(&app, &hold, requests).await
        } else {
            at_once(requests).await
        };
        nothing_broke(&app, &pages, &[303]);
        assert_eq!(leading_to(&pages, "/account"), 2);
        let alive = [first.is_signed_in().await, second.is_signed_in().await];
        assert_eq!(alive.iter().filter(|alive| **alive).count(), 1, "one session, and one token at a time");
        assert!(!held || alive[1], "the answer that came last opens the account");
        signs_in_as(&app.browser(), &salma.email, NEW).await.redirects_to("/account");
    }
    assert_eq!((events(&app, "password_changed"), notices(&app)), (2, 2));
    assert_eq!(events(&app, "password_wrong"), 0);
}

#[actix_web::test]
async fn a_press_after_the_change_leads_to_the_right_place() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let second = browser.fork();
    changes(&browser, &salma.password, NEW).await.redirects_to("/account");
    changes(&second, &salma.password, NEW).await.redirects_to("/login?next=/account/password");
    browser.get("/login?next=/account/password").await.redirects_to(PAGE);
    says(&changes(&browser, &salma.password, NEW).await, "current_password", "This is not your password");
}
