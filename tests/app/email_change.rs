//! Adding, changing and removing the email address (REC-07, AUT-10, I-1, B-5, P-4).

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    crowd::{leading_to, meet, nothing_broke},
    owners::Owner,
    people::{self, Person, signs_in_as},
};

const PAGE: &str = "/account/email";
const STALE: &str = "UPDATE sessions SET confirmed_at = now() - interval '6 minutes'";

async fn changes(browser: &Browser, to: &str) -> Page {
    browser.submit(PAGE, &[("email", to)]).await
}

fn emails(app: &TestApp) -> String {
    app.database.text("SELECT string_agg(coalesce(email, '-'), ' ' ORDER BY created_at) FROM users").unwrap()
}

fn events(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) FROM activity WHERE event = 'email_changed'")
}

fn notices(app: &TestApp) -> String {
    let sql = "SELECT string_agg(phone_number, ' ' ORDER BY created_at) FROM sms_messages WHERE kind = 'email_changed'";
    app.database.text(sql).unwrap_or_default()
}

#[actix_web::test]
async fn rec_07_b_5_p_4_another_address_needs_a_fresh_proof_and_ends_all_other_sessions() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let (browser, elsewhere) = (salma.has_account(&app).await, app.browser());
    salma.signs_in(&elsewhere).await.redirects_to("/account");
    app.database.run(STALE);
    let page = browser.get(PAGE).await;
    page.shows(200, &salma.email);
    assert!(!page.has("form[action='/account/email']"));
    assert!(page.has("a.button[href='/confirm?next=/account/email']"));
    changes(&browser, "new@example.com").await.redirects_to("/confirm?next=/account/email");
    assert_eq!((emails(&app), events(&app)), (salma.email.clone(), 0));

    let fields = [("password", salma.password.as_str()), ("next", PAGE)];
    browser.submit("/confirm", &fields).await.redirects_to(PAGE);
    assert!(browser.get(PAGE).await.has("#email[type='email'][autocomplete='email'][required]"));
    let before = browser.fork();
    changes(&browser, " New@Example.COM ").await.redirects_to(PAGE);

    browser.get(PAGE).await.shows(200, "Your email address is changed").shows(200, "new@example.com");
    assert!(!elsewhere.is_signed_in().await && !before.is_signed_in().await);
    assert_eq!((emails(&app).as_str(), events(&app), notices(&app)), ("new@example.com", 1, salma.phone.clone()));
    app.texts_sent().await;
    let told = app.twilio.messages_to(&salma.phone).pop().unwrap();
    assert!(told.body.starts_with("Latchkey: the email address of your account was changed"), "{}", told.body);
    signs_in_as(&app.browser(), &salma.email, &salma.password).await.shows(422, "That does not fit");
    signs_in_as(&app.browser(), "new@example.com", &salma.password).await.redirects_to("/account");
}

#[actix_web::test]
async fn dev_03_a_change_of_address_ends_trusted_devices_and_pending_sign_ins() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let trusted = owner.trusts_a_browser(&app).await;
    let pending = owner.begins(&app).await;
    changes(&owner.browser, "new@example.com").await.redirects_to(PAGE);
    assert!(!trusted.is_signed_in().await);
    pending.gives(&owner.app().code().await).await.redirects_to("/login");
    signs_in_as(&trusted, "new@example.com", &owner.person.password).await.redirects_to("/login/verify");
}

#[actix_web::test]
async fn a_maid_adds_an_address_and_takes_it_away_again_and_a_sponsor_keeps_one() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let browser = hanna.has_account(&app).await;
    let page = browser.get(PAGE).await;
    page.shows(200, "Add my email address");
    assert!(!page.has("#email[required]"));
    changes(&browser, "").await.redirects_to(PAGE);
    assert_eq!(events(&app), 0, "nothing is nothing");
    changes(&browser, "hanna@example.com").await.redirects_to(PAGE);
    signs_in_as(&app.browser(), "hanna@example.com", &hanna.password).await.redirects_to("/account");
    changes(&browser, "hanna@example.com").await.redirects_to(PAGE);
    assert_eq!(events(&app), 1, "the same again is no change");
    changes(&browser, "  ").await.redirects_to(PAGE);
    browser.get(PAGE).await.shows(200, "Your email address is removed");
    assert_eq!((emails(&app).as_str(), events(&app)), ("-", 2));
    signs_in_as(&app.browser(), "hanna@example.com", &hanna.password).await.shows(422, "That does not fit");

    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    changes(&browser, " ").await.shows(422, "Please write your email address");
    assert_eq!(emails(&app), format!("- {}", salma.email));
}

#[actix_web::test]
async fn phn_03_a_maid_whose_number_is_contested_keeps_the_address_that_lets_her_in() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let browser = hanna.has_account(&app).await;
    changes(&browser, "hanna@example.com").await.redirects_to(PAGE);
    app.database.run("UPDATE users SET phone_verified_at = NULL, phone_contested_at = now()");
    let (told, sessions) = (notices(&app), app.database.count("sessions"));
    let page = changes(&browser, "").await;
    page.shows(422, "Somebody else has proven your number.");
    assert_eq!(page.focused().as_deref(), Some("email"));
    assert_eq!((emails(&app).as_str(), app.database.count("sessions")), ("hanna@example.com", sessions));
    assert!(browser.is_signed_in().await, "nothing has changed");
    changes(&browser, "other@example.com").await.redirects_to(PAGE);
    assert_eq!(notices(&app), told, "nobody is told at a number that is somebody else's");
}

#[actix_web::test]
async fn i_1_what_looks_like_an_address_is_refused_or_another_one() {
    let app = TestApp::start().await;
    let (victim, browser) = (people::sponsor(), people::maid().has_account(&app).await);
    Person { email: "victim@example.com".to_owned(), ..victim }.has_account(&app).await;
    let before = (emails(&app), app.database.count("throttles"));
    for typed in [
        "vıctim@example.com",
        "ｖｉｃｔｉｍ@example.com",
        "vi\u{441}tim@example.com",
        "victim\u{301}@example.com",
        "victim@",
        "@example.com",
        "victim",
        "victim@home",
        "vic tim@example.com",
        "\"victim\"@example.com",
        "victim@[127.0.0.1]",
        "victim@example.com\nbcc:x@example.com",
        "a@b@example.com",
        "<victim@example.com>",
        "victim@example.com\u{202e}",
    ] {
        let page = changes(&browser, typed).await;
        page.shows(422, "This is not an email address");
        assert_eq!(page.focused().as_deref(), Some("email"));
        assert_eq!(page.attribute("#email", "value").as_deref(), Some(typed), "as it was typed");
    }
    let long = format!("{}@example.com", "a".repeat(65));
    changes(&browser, &long).await.shows(422, "too long");
    changes(&browser, "\"><script>x</script>@example.com").await.shows(422, "not an email address");
    assert_eq!((emails(&app), app.database.count("throttles")), before, "what is no address costs nothing");
    // These are the victim's address in other spellings, and so are refused as taken.
    for typed in ["VICTIM@example.com", "victim@EXAMPLE.com.", "victim@ｅｘａｍｐｌｅ.com"] {
        changes(&browser, typed).await.shows(422, "belongs to another account");
    }
}

#[actix_web::test]
async fn aut_10_an_account_is_told_three_times_a_day_whether_an_address_is_taken() {
    let app = TestApp::start().await;
    let (salma, other) = (people::sponsor(), people::sponsor());
    let (browser, elsewhere) = (salma.has_account(&app).await, other.has_account(&app).await);
    let taken = other.email.as_str();
    for _ in 0..2 {
        let page = changes(&browser, taken).await;
        page.shows(422, "This email address belongs to another account.");
        assert_eq!(page.attribute("#email", "value").as_deref(), Some(taken));
    }
    changes(&browser, "free@example.com").await.redirects_to(PAGE);
    for address in [taken, "also-free@example.com"] {
        let page = changes(&browser, address).await;
        page.shows(429, "Please wait a little");
        let hours = page.retry_after() / 3600;
        assert!((23..=24).contains(&hours), "{}", page.retry_after());
        assert!(page.has("a[href='/account/email']"));
    }
    assert_eq!(emails(&app), format!("free@example.com {taken}"));
    changes(&elsewhere, "third@example.com").await.redirects_to(PAGE);
    app.let_pass("23 hours 58 minutes");
    app.database.run("UPDATE sessions SET confirmed_at = now(), last_seen_at = now(), created_at = now()");
    changes(&browser, "also-free@example.com").await.shows(429, "");
    app.let_pass("3 minutes");
    changes(&browser, "also-free@example.com").await.redirects_to(PAGE);
}

#[actix_web::test]
async fn aut_08_a_number_that_was_left_within_the_week_hears_of_it_unless_it_has_another_owner() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let (left, given_away) = (people::new_phone(), people::maid());
    given_away.has_account(&app).await;
    let leave = |phone: &str, expires: &str| {
        app.database.run(&format!(
            "INSERT INTO action_codes (id, user_id, act, phone_number, expires_at)
             SELECT gen_random_uuid(), id, 'undo_phone_change', '{phone}', now() + interval '{expires}'
             FROM users WHERE email = '{}'",
            salma.email
        ));
    };
    leave(&left, "6 days");
    leave(&given_away.phone, "6 days");
    leave(&people::new_phone(), "-1 minute");
    changes(&browser, "new@example.com").await.redirects_to(PAGE);
    assert_eq!(notices(&app), format!("{} {left}", salma.phone));
}

#[actix_web::test]
async fn r_7_of_two_browsers_that_change_the_address_at_once_one_wins() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let (browser, other) = (salma.has_account(&app).await, app.browser());
    salma.signs_in(&other).await.redirects_to("/account");
    let requests: Vec<_> = [(browser.clone(), "one@example.com"), (other.clone(), "two@example.com")]
        .into_iter()
        .map(|(browser, address)| async move { changes(&browser, address).await })
        .collect();
    let pages = meet(&app, "SELECT FROM users FOR UPDATE", requests).await;
    nothing_broke(&app, &pages, &[303]);
    assert_eq!((emails(&app).as_str(), events(&app)), ("one@example.com", 1));
    assert!(browser.is_signed_in().await && !other.is_signed_in().await);
}

#[actix_web::test]
async fn r_6_one_free_address_goes_to_one_of_many_accounts_and_two_who_swap_get_neither() {
    let app = TestApp::start().await;
    let mut browsers = Vec::new();
    let mut people = Vec::new();
    for _ in 0..6 {
        let person = people::sponsor();
        browsers.push(person.has_account(&app).await);
        people.push(person);
    }
    let pages = at_once(browsers.iter().map(|browser| changes(browser, "free@example.com"))).await;
    nothing_broke(&app, &pages, &[303, 422]);
    assert_eq!(leading_to(&pages, PAGE), 1);
    assert_eq!((events(&app), emails(&app).matches("free@example.com").count()), (1, 1));

    let losers: Vec<usize> = (0..6).filter(|index| pages[*index].status == 422).collect();
    let (a, b) = (losers[0], losers[1]);
    let swaps = [(a, b), (b, a)].map(|(who, whose)| changes(&browsers[who], &people[whose].email));
    let pages = at_once(swaps).await;
    nothing_broke(&app, &pages, &[422]);
    assert_eq!(events(&app), 1);
}

#[actix_web::test]
async fn a_second_press_ends_where_the_first_did() {
    let app = TestApp::start().await;
    let browser = people::sponsor().has_account(&app).await;
    let second = browser.fork();
    changes(&browser, "new@example.com").await.redirects_to(PAGE);
    // The token of before is dead; whoever has the new one is led on from there.
    changes(&second, "new@example.com").await.redirects_to("/login?next=/account/email");
    browser.get("/login?next=/account/email").await.redirects_to(PAGE);
    changes(&browser, "new@example.com").await.redirects_to(PAGE);
    assert_eq!(events(&app), 1);
}
