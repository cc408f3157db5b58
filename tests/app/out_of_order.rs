//! Steps out of order, twice, in two tabs, and back (INP-11, INP-13, D-10).

use reqwest::Method;

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    owners::Owner,
    people::{self, Person},
    resets::old_account,
};

/// What a browser may try, and where it must end up: the location of a 303, or a status.
enum Step {
    Get(&'static str),
    Post(&'static str, &'static [(&'static str, &'static str)]),
}

use Step::{Get, Post};

const CODE: &[(&str, &str)] = &[("code", "123456")];
const NUMBER: &[(&str, &str)] = &[("country", "ET"), ("phone", "0911999999")];
const MOVE: &[(&str, &str)] = &[("choice", "move")];

/// Each step leads there, and none changes a row or sends a text.
async fn leads(app: &TestApp, browser: &Browser, steps: &[(Step, &str)]) {
    let (before, calls) = (app.database.dump(), app.twilio.calls().len());
    for (step, expected) in steps {
        let (path, page) = match step {
            Get(path) => (path, browser.get(path).await),
            Post(path, fields) => (path, browser.submit(path, fields).await),
        };
        match expected.parse::<u16>() {
            Ok(status) => assert_eq!(page.status.as_u16(), status, "{path}: {}", page.text()),
            Err(_) => {
                page.redirects_to(expected);
            }
        }
    }
    assert_eq!(app.database.dump(), before);
    assert_eq!(app.twilio.calls().len(), calls);
}

#[actix_web::test]
async fn inp_11_without_a_registration_every_later_step_leads_to_the_first() {
    let app = TestApp::start().await;
    let steps = [
        (Get("/register"), "200"),
        (Get("/register/verify"), "/register"),
        (Post("/register/verify", CODE), "/register"),
        (Post("/register/resend", &[]), "/register"),
        (Post("/register/phone", NUMBER), "/register"),
        (Get("/register/claim"), "/register"),
        (Post("/register/claim", MOVE), "/register"),
        (Get("/register/resend"), "405"),
        (Get("/register/phone"), "405"),
        (Get("/account"), "/login"),
        (Post("/logout", &[]), "/login"),
    ];
    leads(&app, &app.browser(), &steps).await;
}

#[actix_web::test]
async fn inp_11_before_the_code_there_is_nothing_to_claim() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().begins(&app, &browser).await;
    let steps = [
        (Get("/register"), "200"),
        (Get("/register/verify"), "200"),
        (Get("/register/claim"), "/register/verify"),
        (Post("/register/claim", MOVE), "/register/verify"),
        (Post("/register/claim", &[("choice", "sign_in")]), "/register/verify"),
        (Post("/register/claim", &[]), "/register/verify"),
        (Post("/register/verify", &[]), "422"),
        (Post("/register/phone", &[]), "422"),
        (Get("/account"), "/login"),
    ];
    leads(&app, &browser, &steps).await;
}

#[actix_web::test]
async fn inp_11_once_a_taken_number_is_proven_the_code_is_over() {
    let app = TestApp::start().await;
    let (owner, browser) = (people::maid(), app.browser());
    owner.registers(&app, &app.browser()).await;
    let code = people::sponsor().at(&owner.phone).begins(&app, &browser).await;
    browser.enters(&code).await.redirects_to("/register/claim");
    let steps = [
        (Get("/register"), "200"),
        (Get("/register/verify"), "/register/claim"),
        (Post("/register/verify", CODE), "/register/claim"),
        (Post("/register/resend", &[]), "/register/claim"),
        (Get("/register/claim"), "200"),
        (Post("/register/claim", &[]), "422"),
        (Get("/account"), "/login"),
    ];
    leads(&app, &browser, &steps).await;
}

#[actix_web::test]
async fn inp_11_after_its_hour_a_registration_begins_anew_and_the_page_says_so() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().begins(&app, &browser).await;
    app.let_pass("1 hour");
    let steps = [
        (Get("/register/verify"), "/register"),
        (Post("/register/verify", CODE), "/register"),
        (Post("/register/resend", &[]), "/register"),
        (Post("/register/phone", NUMBER), "/register"),
        (Get("/register/claim"), "/register"),
        (Post("/register/claim", MOVE), "/register"),
        (Get("/register"), "200"),
    ];
    leads(&app, &browser, &steps).await;
    let page = browser.get("/register").await;
    page.shows(200, "Please start again");
    assert_eq!(page.attribute("input[name=full_name]", "value").unwrap_or_default(), "");
    people::maid().registers(&app, &browser).await;
}

const CHOSEN: &[(&str, &str)] = &[("password", "copper lantern under nine")];

/// Every later step of a reset, and where each leads.
fn steps_of_a_reset(leading_to: &'static str) -> Vec<(Step, &'static str)> {
    vec![
        (Get("/password-reset"), "200"),
        (Get("/password-reset/verify"), leading_to),
        (Post("/password-reset/verify", CODE), leading_to),
        (Post("/password-reset/resend", &[]), leading_to),
        (Get("/password-reset/second-step"), leading_to),
        (Post("/password-reset/second-step", CODE), leading_to),
        (Get("/password-reset/wait"), leading_to),
        (Get("/password-reset/password"), leading_to),
        (Post("/password-reset/password", CHOSEN), leading_to),
        (Get("/password-reset/resend"), "405"),
        (Get("/account"), "/login"),
    ]
}

/// The same but for the pages and forms of the step that is next.
fn steps_but(of: &[&str], leading_to: &'static str) -> Vec<(Step, &'static str)> {
    let path = |step: &Step| match step {
        Get(path) | Post(path, _) => *path,
    };
    let mut steps = steps_of_a_reset(leading_to);
    steps.retain(|(step, expected)| *expected != leading_to || !of.contains(&path(step)));
    steps
}

#[actix_web::test]
async fn inp_11_without_a_reset_every_later_step_leads_to_the_first() {
    let app = TestApp::start().await;
    leads(&app, &app.browser(), &steps_of_a_reset("/password-reset")).await;
}

#[actix_web::test]
async fn inp_11_b_4_before_the_code_of_a_reset_every_later_step_leads_to_it() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    for phone in [salma.phone, people::new_phone()] {
        let browser = app.browser();
        browser.forgets(&phone).await.redirects_to("/password-reset/verify");
        app.texts_sent().await;
        let mut steps = steps_but(&["/password-reset/verify", "/password-reset/resend"], "/password-reset/verify");
        steps.extend([(Get("/password-reset/verify"), "200"), (Post("/password-reset/verify", &[]), "422")]);
        steps.push((Post("/password-reset/resend", &[]), "429"));
        leads(&app, &browser, &steps).await;
    }
}

#[actix_web::test]
async fn inp_11_b_4_each_later_step_of_a_reset_leads_to_the_one_that_is_next() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    // What became of the texts so far would be asked for at any moment from here on.
    app.database.run("UPDATE deliveries SET next_look_at = NULL");
    app.let_pass("25 hours");
    let browser = owner.proves_phone(&app).await;
    let mut steps = steps_but(&["/password-reset/second-step"], "/password-reset/second-step");
    steps.extend([(Get("/password-reset/second-step"), "200"), (Post("/password-reset/second-step", &[]), "422")]);
    leads(&app, &browser, &steps).await;

    browser.adds(&owner.app().code().await).await.redirects_to("/password-reset/password");
    let mut steps = steps_but(&["/password-reset/password"], "/password-reset/password");
    steps.extend([(Get("/password-reset/password"), "200"), (Post("/password-reset/password", &[]), "422")]);
    leads(&app, &browser, &steps).await;

    browser.chooses("copper lantern under nine").await.redirects_to("/login");
    app.texts_sent().await;
    leads(&app, &browser, &steps_of_a_reset("/login")).await;

    app.database.run("UPDATE users SET two_factor_method = 'none', owner_seen_at = now() - interval '181 days'");
    let waiting = app.browser();
    waiting.forgets(&owner.person.phone).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&owner.person.phone).await;
    waiting.proves(&code).await.redirects_to("/password-reset/wait");
    app.texts_sent().await;
    let mut steps = steps_but(&["/password-reset/wait"], "/password-reset/wait");
    steps.push((Get("/password-reset/wait"), "200"));
    leads(&app, &waiting, &steps).await;
}

#[actix_web::test]
async fn inp_11_after_its_hour_a_reset_begins_anew_and_the_page_says_so() {
    let app = TestApp::start().await;
    let browser = app.browser();
    browser.forgets(&people::new_phone()).await.redirects_to("/password-reset/verify");
    app.texts_sent().await;
    app.let_pass("1 hour");
    leads(&app, &browser.fork(), &steps_of_a_reset("/password-reset")).await;
    browser.get("/password-reset/verify").await.redirects_to("/password-reset");
    browser.get("/password-reset").await.shows(200, "Please begin again");
}

#[actix_web::test]
async fn inp_11_somebody_who_is_signed_in_is_led_to_their_account() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;
    let steps = [
        (Get("/register"), "/account"),
        (Post("/register", NUMBER), "/account"),
        (Get("/register/verify"), "/register"),
        (Post("/register/verify", CODE), "/register"),
        (Post("/register/resend", &[]), "/register"),
        (Post("/register/phone", NUMBER), "/register"),
        (Get("/register/claim"), "/register"),
        (Post("/register/claim", MOVE), "/register"),
        (Get("/account"), "200"),
    ];
    leads(&app, &browser, &steps).await;
    browser.submit("/register", &people::maid().fields()).await.redirects_to("/account");
    assert_eq!((app.database.count("registrations"), app.texts_sent().await), (0, 1));
}

#[actix_web::test]
async fn d_10_a_cookie_put_back_is_worth_what_the_database_says() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let kept = browser.cookies();
    browser.enters(&code).await.redirects_to("/account");

    let signed_in = browser.cookies();
    browser.set_cookies(kept);
    browser.enters(&code).await.redirects_to("/register");
    browser.get("/account").await.redirects_to("/login");

    browser.set_cookies(signed_in.clone());
    browser.submit("/logout", &[]).await.redirects_to("/login");
    browser.set_cookies(signed_in);
    browser.get("/account").await.redirects_to("/login");
}

// The same form twice.

/// Presses a button twice: two requests at once from one browser, which keeps the cookies of both answers.
async fn twice(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Vec<Page> {
    let mut statuses = at_once((0..2).map(|_| browser.submit(path, fields))).await;
    statuses.sort_by_key(|page| page.status);
    statuses
}

fn statuses(pages: &[Page]) -> Vec<u16> {
    pages.iter().map(|page| page.status.as_u16()).collect()
}

#[actix_web::test]
async fn inp_13_details_sent_twice_can_be_proven_once() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let pages = twice(&browser, "/register", &hanna.fields()).await;
    assert_eq!(statuses(&pages), [303, 303]);
    let codes = [app.twilio.next_code_to(&hanna.phone).await, app.twilio.next_code_to(&hanna.phone).await];
    // The browser goes on with the registration of the later answer; one of the two codes is its.
    let entered = [browser.enters(&codes[0]).await, browser.enters(&codes[1]).await];
    assert_eq!(entered.iter().filter(|page| page.location() == Some("/account")).count(), 1);
    browser.get("/account").await.shows(200, "Hello, Hanna");
    assert_eq!(app.database.count("users"), 1);
}

#[actix_web::test]
async fn inp_13_a_code_sent_twice_signs_in_once_and_the_browser_stays_signed_in() {
    let app = TestApp::start().await;
    // The second click may come before, while and after the first one is being answered.
    for round in 1..=8 {
        let browser = app.browser();
        let code = people::maid().begins(&app, &browser).await;
        let pages = twice(&browser, "/register/verify", &[("code", &code)]).await;
        assert_eq!(statuses(&pages), [303, 303], "{} {}", pages[0].text(), pages[1].text());
        browser.get("/account").await.shows(200, "Hello, Hanna");
        assert_eq!((app.database.count("users"), app.database.count("sessions")), (round, round));
    }
}

#[actix_web::test]
async fn inp_13_a_new_code_asked_for_twice_is_sent_once() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;
    app.let_pass("60 seconds");
    assert_eq!(statuses(&twice(&browser, "/register/resend", &[]).await), [303, 429]);
    let code = app.twilio.next_code_to(&hanna.phone).await;
    assert_eq!(app.texts_sent().await, 2);
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn inp_13_a_correction_sent_twice_is_one() {
    let app = TestApp::start().await;
    let (phone, browser) = (people::new_phone(), app.browser());
    people::maid().begins(&app, &browser).await;
    let fields = [("country", "ET"), ("phone", phone.as_str())];
    assert_eq!(statuses(&twice(&browser, "/register/phone", &fields).await), [303, 429]);
    let code = app.twilio.next_code_to(&phone).await;
    assert_eq!(app.texts_sent().await, 2);
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn inp_13_a_claim_sent_twice_is_one() {
    for choice in ["move", "sign_in"] {
        let app = TestApp::start().await;
        let (owner, browser) = (people::maid(), app.browser());
        owner.registers(&app, &app.browser()).await;
        let code = people::sponsor().at(&owner.phone).begins(&app, &browser).await;
        browser.enters(&code).await.redirects_to("/register/claim");
        assert_eq!(statuses(&twice(&browser, "/register/claim", &[("choice", choice)]).await), [303, 303]);
        let moved = choice == "move";
        assert_eq!(browser.get("/account").await.status == 200, moved);
        assert_eq!(app.database.count("users"), 1 + i64::from(moved));
    }
}

#[actix_web::test]
async fn inp_13_signing_out_twice_is_signing_out() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;
    assert_eq!(statuses(&twice(&browser, "/logout", &[]).await), [303, 303]);
    browser.get("/account").await.redirects_to("/login");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'signed_out'"), 1);
}

// Tabs and the back button.

#[actix_web::test]
async fn of_two_tabs_the_one_that_began_last_counts() {
    let app = TestApp::start().await;
    let (hanna, almaz) = (people::maid(), Person { name: "Almaz Bekele".to_owned(), ..people::maid() });
    let tab = app.browser();
    let first = hanna.begins(&app, &tab).await;
    let second = almaz.begins(&app, &tab.clone()).await;
    if first != second {
        tab.enters(&first).await.shows(422, "Invalid code. 2 attempts remaining.");
    }
    tab.enters(&second).await.redirects_to("/account");
    tab.get("/account").await.shows(200, "Hello, Almaz");
    assert_eq!(app.database.count("users"), 1);
}

#[actix_web::test]
async fn a_code_sent_to_the_number_before_the_correction_is_refused() {
    let app = TestApp::start().await;
    let (hanna, phone, tab) = (people::maid(), people::new_phone(), app.browser());
    let before = hanna.begins(&app, &tab).await;
    tab.corrects_to(&phone).await.redirects_to("/register/verify");
    let page = tab.get("/register/verify").await;
    page.shows(200, "We texted the new number").shows(200, &phone[9..]);
    let after = app.twilio.next_code_to(&phone).await;
    if before != after {
        tab.enters(&before).await.shows(422, "Invalid code. 2 attempts remaining.");
    }
    tab.enters(&after).await.redirects_to("/account");
    assert_eq!(app.database.text("SELECT phone_number FROM users"), Some(phone));
}

#[actix_web::test]
async fn the_same_number_again_is_a_resend_with_its_wait() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    browser.corrects_to(&hanna.phone).await.shows(429, "Not yet");
    browser.corrects_to(&hanna.phone.replace("+251", "0")).await.shows(429, "Not yet");
    assert_eq!((app.texts_sent().await, app.database.count("phone_verifications")), (1, 1));
    browser.get("/register/verify").await.shows(200, "Enter the code we texted you");
    app.let_pass("60 seconds");
    browser.corrects_to(&hanna.phone).await.redirects_to("/register/verify");
    let newer = app.twilio.next_code_to(&hanna.phone).await;
    if code != newer {
        browser.enters(&code).await.shows(422, "Invalid code");
    }
    browser.enters(&newer).await.redirects_to("/account");
}

#[actix_web::test]
async fn going_back_shows_what_was_typed_but_not_the_password() {
    let app = TestApp::start().await;
    let (salma, browser) = (people::sponsor(), app.browser());
    salma.begins(&app, &browser).await;

    let page = browser.get("/register").await;
    let value = |name: &str| page.attribute(&format!("input[name={name}]"), "value").unwrap_or_default();
    assert_eq!((value("full_name"), value("email")), (salma.name.clone(), salma.email.clone()));
    assert_eq!(value("phone").replace(' ', ""), salma.phone);
    assert!(page.has("input[name=role][value=sponsor][checked]") && page.has("input[name=accept_terms][checked]"));
    assert!(page.has("option[value=ET][selected]"));
    assert_eq!(value("password"), "");
    assert!(!page.body.contains(&salma.password));

    // What is shown can be sent as it stands.
    app.let_pass("1 minute");
    let again = Person { phone: value("phone"), ..salma.clone() };
    browser.submit("/register", &again.fields()).await.redirects_to("/register/verify");
    app.twilio.next_code_to(&salma.phone).await;
}

#[actix_web::test]
async fn going_back_after_signing_in_leads_to_the_account() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    browser.enters(&code).await.redirects_to("/account");
    for path in ["/register/verify", "/register/claim"] {
        browser.get(path).await.redirects_to("/register");
    }
    browser.enters(&code).await.redirects_to("/register");
    browser.get("/register").await.redirects_to("/account");
    let head = browser.send(browser.bare(Method::HEAD, "/register")).await;
    head.redirects_to("/account");
}
