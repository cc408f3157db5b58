//! What setting a new password tells about who has an account: nothing, before a code has shown who holds the phone
//! (AUT-11, E-4, E-5, REC-08).

use std::time::Duration;

use crate::{
    enumeration::{Seen, seen},
    support::{
        TestApp,
        browser::{Browser, Page},
        fake_twilio::{Behaviour, Delivery, Operation},
        owners::Owner,
        people::{self, Person},
        resets::{change, old_account},
    },
};

/// A number of each kind, and a browser that asks about it.
struct Case {
    kind: &'static str,
    person: Person,
    browser: Browser,
    is_texted: bool,
}

/// The first has no account. All others are held to it.
async fn cases(app: &TestApp) -> Vec<Case> {
    let nobody = people::sponsor();
    let known = people::sponsor();
    known.has_account(app).await;
    let (by_app, by_sms) = (Owner::with_app(app).await, Owner::with_sms(app).await);
    let mut others = Vec::new();
    for changes in [
        "role = 'administrator'",
        "owner_seen_at = now() - interval '181 days'",
        "phone_changed_at = now()",
        "status = 'disabled'",
        "phone_verified_at = NULL, phone_contested_at = now()",
    ] {
        let person = people::sponsor();
        person.has_account(app).await;
        others.push((person, changes));
    }
    app.let_pass("25 hours");
    for (person, changes) in &others {
        change(app, person, changes);
    }
    let mut others = others.into_iter().map(|(person, _)| person);
    let mut next = || others.next().unwrap();
    [
        ("none", nobody, false),
        ("known", known, true),
        ("with an app", by_app.person, true),
        ("with texts", by_sms.person, true),
        ("an administrator's", next(), true),
        ("dormant", next(), true),
        ("new to its account", next(), true),
        ("disabled", next(), false),
        ("contested", next(), false),
    ]
    .into_iter()
    .map(|(kind, person, is_texted)| Case { kind, person, browser: app.browser(), is_texted })
    .collect()
}

/// Does one step for every number, and holds the answers to that for the number without an account.
async fn all_alike(step: &str, cases: &[Case], ask: impl AsyncFn(&Case) -> Page) -> Page {
    let mut first: Option<(Page, Seen)> = None;
    for case in cases {
        let page = ask(case).await;
        let answer = seen(&page, &case.person);
        match &first {
            None => first = Some((page, answer)),
            Some((_, nobody)) => assert_eq!(nobody, &answer, "{step}: {} and {}", cases[0].kind, case.kind),
        }
    }
    first.unwrap().0
}

/// A code that is no newest one of any of them.
fn wrong_for_all(app: &TestApp, cases: &[Case]) -> String {
    let texts = cases.iter().flat_map(|case| app.twilio.messages_to(&case.person.phone));
    let codes: Vec<String> = texts.filter(|text| text.has_code()).map(|text| text.code()).collect();
    (0..).map(|number| format!("{number:06}")).find(|code| !codes.contains(code)).unwrap()
}

/// How many codes have reached the number since its account was opened.
fn texts(app: &TestApp, case: &Case) -> usize {
    let texts = app.twilio.messages_to(&case.person.phone).into_iter().filter(Delivery::has_code).count();
    if case.kind == "none" { texts } else { texts - 1 }
}

async fn every_step_is_alike(app: &TestApp) {
    let cases = cases(app).await;
    all_alike("the form", &cases, async |case| case.browser.get("/password-reset").await).await;
    let page = all_alike("asking", &cases, async |case| case.browser.forgets(&case.person.phone).await).await;
    page.redirects_to("/password-reset/verify");
    for path in ["/password-reset/verify", "/password-reset"] {
        all_alike(path, &cases, async |case| case.browser.get(path).await).await.shows(200, "");
    }
    for path in ["/password-reset/second-step", "/password-reset/wait", "/password-reset/password"] {
        let page = all_alike(path, &cases, async |case| case.browser.get(path).await).await;
        page.redirects_to("/password-reset/verify");
    }
    let page = all_alike("asking twice", &cases, async |case| case.browser.forgets(&case.person.phone).await).await;
    page.redirects_to("/password-reset/verify");
    for (step, code) in [("nothing", ""), ("letters", "abcdef")] {
        all_alike(step, &cases, async |case| case.browser.proves(code).await).await.shows(422, "");
    }
    let page = all_alike("too early", &cases, async |case| case.browser.forgets_again().await).await;
    page.shows(429, "Not yet: the last code was sent just now");

    for (send, wait) in [(2, 60), (3, 120), (4, 300)] {
        app.let_pass(&format!("{wait} seconds"));
        let page = all_alike("resend", &cases, async |case| case.browser.forgets_again().await).await;
        page.redirects_to("/password-reset/verify");
        let page = all_alike("resent", &cases, async |case| case.browser.get("/password-reset/verify").await).await;
        page.shows(200, "A new code is on its way");
        app.texts_sent().await;
        for case in &cases {
            // Three of an hour are sent to an owner; the fourth is only answered.
            assert_eq!(texts(app, case), if case.is_texted { send.min(3) } else { 0 }, "{}: {send}", case.kind);
        }
        let wrong = wrong_for_all(app, &cases);
        for guess in 1..=4 {
            let page = all_alike("wrong code", &cases, async |case| case.browser.proves(&wrong).await).await;
            let left = ["2 attempts remaining", "1 attempt remaining", "Too many attempts", "Too many attempts"];
            page.shows(422, left[guess - 1]);
        }
        let page = all_alike("spent", &cases, async |case| case.browser.get("/password-reset/verify").await).await;
        page.shows(200, "was entered wrongly too often");
    }
    let page = all_alike("no sends left", &cases, async |case| case.browser.forgets_again().await).await;
    page.shows(429, "We send at most 4 codes for one request");

    app.let_pass("10 minutes");
    let page = all_alike("expired", &cases, async |case| case.browser.get("/password-reset/verify").await).await;
    page.shows(200, "has expired");
    let page = all_alike("an expired code", &cases, async |case| case.browser.proves("123456").await).await;
    page.shows(422, "This code has expired");
    app.let_pass("1 hour");
    let page = all_alike("over", &cases, async |case| case.browser.get("/password-reset/verify").await).await;
    page.redirects_to("/password-reset");
    all_alike("over", &cases, async |case| case.browser.get("/password-reset").await).await.shows(200, "begin again");
}

#[actix_web::test]
async fn aut_11_e_4_rec_08_every_number_is_answered_alike_at_every_step() {
    every_step_is_alike(&TestApp::start().await).await;
}

#[actix_web::test]
async fn aut_11_s_11_the_same_where_verify_makes_the_codes() {
    every_step_is_alike(&TestApp::start_with_verify().await).await;
}

#[actix_web::test]
async fn e_5_the_limit_comes_at_the_same_count_with_the_same_wait_whatever_the_number() {
    let app = TestApp::start().await;
    let mut cases = cases(&app).await;
    for round in 1..=6 {
        let page = all_alike("asking", &cases, async |case| case.browser.forgets(&case.person.phone).await).await;
        if round == 6 {
            page.shows(429, "Please wait a little");
            let mut waits = Vec::new();
            for case in &cases {
                waits.push(case.browser.forgets(&case.person.phone).await.retry_after());
            }
            assert!(waits.iter().all(|wait| wait.abs_diff(waits[0]) <= 30), "{waits:?}");
        } else {
            page.redirects_to("/password-reset/verify");
            app.texts_sent().await;
            for case in &cases {
                assert_eq!(texts(&app, case), if case.is_texted { round.min(3) } else { 0 }, "{}", case.kind);
            }
        }
        for case in &mut cases {
            case.browser = app.browser();
        }
    }
    // A decoy counts like a text, and is never one.
    let rows = |case: &Case| {
        app.database.text(&format!(
            "SELECT string_agg(concat_ws(' ', state, charged, stranger, attempts), ', ' ORDER BY created_at) FROM sms_messages
             WHERE kind = 'password_reset' AND phone_number = '{}'",
            case.person.phone
        ))
    };
    assert_eq!(rows(&cases[0]).unwrap(), ["withheld t t 1"; 5].join(", "));
    assert_eq!(rows(&cases[7]), rows(&cases[0]));
    assert_eq!(rows(&cases[1]).unwrap(), [["sent t t 1"; 3].join(", "), ["withheld t t 1"; 2].join(", ")].join(", "));
}

/// Asks about a number without an account and one with an account for as long as it is let, and tells how often that was.
async fn asks_until_refused(app: &TestApp, phone: &str) -> usize {
    for round in 0..10 {
        let page = app.browser().forgets(phone).await;
        if page.status == 429 {
            return round;
        }
        page.redirects_to("/password-reset/verify");
        app.texts_sent().await;
    }
    panic!("no limit");
}

#[actix_web::test]
async fn e_4_e_5_a_text_that_twilio_does_not_take_tells_nothing() {
    let app = TestApp::start().await;
    for behaviour in [
        // A fault of ours, of the number's, and none of either's.
        Behaviour::Refuse(401, 20003),
        Behaviour::Refuse(400, 21614),
        Behaviour::TooManyRequests(3600),
        Behaviour::AcceptThenFail(500),
        Behaviour::Html(502),
    ] {
        let (known, nobody) = (old_account(&app).await, people::sponsor());
        app.twilio.always(behaviour.clone());
        let cases = [("none", nobody, false), ("known", known, true)];
        let cases = cases.map(|(kind, person, is_texted)| Case { kind, person, browser: app.browser(), is_texted });
        all_alike("asking", &cases, async |case| case.browser.forgets(&case.person.phone).await).await;
        app.texts_sent().await;
        let page = all_alike("the page", &cases, async |case| case.browser.get("/password-reset/verify").await).await;
        page.shows(200, "has an account, a text with six digits is on its way");
        all_alike("a wrong code", &cases, async |case| case.browser.proves("123456").await).await;
        all_alike("too early", &cases, async |case| case.browser.forgets_again().await).await.shows(429, "Not yet");
        let mut asked = Vec::new();
        for case in &cases {
            asked.push(asks_until_refused(&app, &case.person.phone).await);
        }
        assert_eq!(asked, [4, 4], "{behaviour:?}: none and known");
        app.twilio.always(Behaviour::Ok);
        app.let_pass("25 hours");
    }
}

#[actix_web::test]
async fn sms_11_s_3_what_twilio_did_not_take_keeps_no_later_text_from_the_owner() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("25 hours");
    app.twilio.always(Behaviour::Refuse(401, 20003));
    for _ in 0..4 {
        app.browser().forgets(&owner.person.phone).await.redirects_to("/password-reset/verify");
        app.texts_sent().await;
    }
    app.twilio.always(Behaviour::Ok);
    owner.proves_phone(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    browser.gives(&code).await.redirects_to("/account");
    for _ in 0..3 {
        owner.begins(&app).await;
    }
    // The one of the reset and four of the owner's are the five of the hour.
    assert_eq!(owner.person.signs_in(&app.browser()).await.status, 429);
}

#[actix_web::test]
async fn s_11_with_verify_a_check_that_twilio_does_not_answer_tells_nothing() {
    let app = TestApp::start_with_verify().await;
    let (known, nobody) = (old_account(&app).await, people::sponsor());
    let cases = [("none", nobody, false), ("known", known, true)];
    let cases = cases.map(|(kind, person, is_texted)| Case { kind, person, browser: app.browser(), is_texted });
    all_alike("asking", &cases, async |case| case.browser.forgets(&case.person.phone).await).await;
    app.texts_sent().await;
    for (guess, behaviour) in
        [Behaviour::Html(502), Behaviour::Refuse(404, 20404), Behaviour::TooManyRequests(1)].into_iter().enumerate()
    {
        app.twilio.script_on(Operation::CheckVerification, [behaviour]);
        let page = all_alike("unanswered", &cases, async |case| case.browser.proves("123456").await).await;
        page.shows(422, if guess < 2 { "Invalid code." } else { "Too many attempts." });
    }
    app.let_pass("60 seconds");
    all_alike("resend", &cases, async |case| case.browser.forgets_again().await).await;
    app.texts_sent().await;
    let code = app.twilio.messages_to(&cases[1].person.phone).pop().unwrap().code();
    cases[1].browser.proves(&code).await.redirects_to("/password-reset/password");
}

/// The same browser asks about a number, and then somebody asks for another text to it.
async fn older_page_after(app: &TestApp, cases: &[Case], ask: impl AsyncFn(&Case)) -> Page {
    app.let_pass("25 hours");
    let mut asking = Vec::new();
    for case in cases {
        let browser = app.browser();
        browser.forgets(&case.person.phone).await.redirects_to("/password-reset/verify");
        asking.push(browser);
    }
    app.texts_sent().await;
    for case in cases {
        ask(case).await;
    }
    app.texts_sent().await;
    let cases: Vec<Case> = cases
        .iter()
        .zip(asking)
        .map(|(case, browser)| Case { browser, person: case.person.clone(), ..*case })
        .collect();
    let page = all_alike("the older page", &cases, async |case| case.browser.get("/password-reset/verify").await).await;
    all_alike("the older code", &cases, async |case| case.browser.proves("123456").await).await;
    page
}

#[actix_web::test]
async fn s_11_sms_14_with_verify_another_text_to_the_number_ends_the_older_code_whether_it_was_sent_or_not() {
    let app = TestApp::start_with_verify().await;
    let cases = cases(&app).await;
    let page = older_page_after(&app, &cases, async |case| {
        app.browser().forgets(&case.person.phone).await.redirects_to("/password-reset/verify");
    })
    .await;
    page.shows(200, "has expired");
    let page = older_page_after(&app, &cases, async |case| {
        let person = people::maid().at(&case.person.phone);
        app.browser().submit("/register", &person.fields()).await.redirects_to("/register/verify");
    })
    .await;
    page.shows(200, "has expired");
    // Beyond what strangers get sent, too.
    let page = older_page_after(&app, &cases, async |case| {
        for _ in 0..3 {
            app.browser().forgets(&case.person.phone).await.redirects_to("/password-reset/verify");
            app.texts_sent().await;
        }
    })
    .await;
    page.shows(200, "has expired");
}

#[actix_web::test]
async fn s_3_with_verify_what_is_withheld_from_an_owner_ends_no_code_of_the_owners() {
    let app = TestApp::start_with_verify().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("25 hours");
    for _ in 0..3 {
        app.browser().forgets(&owner.person.phone).await.redirects_to("/password-reset/verify");
        app.texts_sent().await;
    }
    let browser = owner.begins(&app).await;
    app.texts_sent().await;
    let code = app.twilio.messages_to(&owner.person.phone).pop().unwrap().code();
    for _ in 0..2 {
        app.browser().forgets(&owner.person.phone).await.redirects_to("/password-reset/verify");
        app.texts_sent().await;
    }
    browser.gives(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn e_2_with_verify_a_wrong_code_takes_as_long_for_a_decoy_as_twilio_takes_to_compare_one() {
    let app = TestApp::start_with_verify().await;
    let (known, nobody) = (old_account(&app).await, people::sponsor());
    let ask = async |phone: &str| {
        let browser = app.browser();
        browser.forgets(phone).await.redirects_to("/password-reset/verify");
        app.texts_sent().await;
        browser
    };
    let (at_known, at_nobody) = (ask(&known.phone).await, ask(&nobody.phone).await);
    let timed = async |browser: &Browser| {
        let begun = std::time::Instant::now();
        assert_eq!(browser.proves("123456").await.status, 422);
        begun.elapsed()
    };
    // Sending was quick, comparing is slow.
    app.twilio.script_on(Operation::CheckVerification, [const { Behaviour::DelayMs(700) }; 3]);
    let mut took = Vec::new();
    for _ in 0..3 {
        took.push(timed(&at_known).await);
    }
    let decoy = timed(&at_nobody).await;
    assert!(took.iter().all(|took| took.abs_diff(decoy) < Duration::from_millis(250)), "{took:?} and {decoy:?}");
    assert_eq!(app.twilio.calls_of(Operation::CheckVerification).len(), 1 + 3, "nobody was asked about the decoy");
}
