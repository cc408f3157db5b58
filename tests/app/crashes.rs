//! Power cuts and polite ends: what was acknowledged stays, nothing is used or sent twice (ARC-09, attack R-8).

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rand::RngExt as _;

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    eventually,
    fake_twilio::{Behaviour, FakeTwilio, Operation},
    people,
};

/// Somebody's registration as the browser saw it.
#[derive(Default)]
struct Story {
    phone: String,
    /// Only wrong codes were ever entered.
    imposter: bool,
    /// The account was acknowledged.
    opened: bool,
    /// The cookies of the moment before, to try it again with.
    before: BTreeMap<String, String>,
    code: String,
}

/// A program that is killed and started again somewhere else, as its people see it.
#[derive(Clone)]
struct Place {
    server: Arc<Mutex<SocketAddr>>,
    over: Arc<AtomicBool>,
}

impl Place {
    /// Submits a form until somebody answers. What got no answer is simply sent again.
    async fn submit(&self, browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Option<Page> {
        for _ in 0..200 {
            let browser = browser.at(*self.server.lock().unwrap());
            let request = browser.form(path).form(fields).timeout(Duration::from_secs(8));
            if let Ok(page) = browser.try_send(request).await {
                return Some(page);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        None
    }
}

/// People who register one after the other, every fourth without ever having seen the right code.
async fn people_keep_coming(place: Place, twilio: FakeTwilio) -> Vec<Story> {
    let mut stories = Vec::new();
    while !place.over.load(Ordering::SeqCst) {
        let person = people::maid();
        let browser = Browser::new(*place.server.lock().unwrap());
        let mut story = Story { phone: person.phone.clone(), imposter: stories.len() % 4 == 3, ..Story::default() };
        let begun = place.submit(&browser, "/register", &person.fields()).await;
        if begun.is_some_and(|page| page.location() == Some("/register/verify")) {
            let asked = Instant::now();
            // A call in which the program was killed may have left no text.
            while asked.elapsed() < Duration::from_secs(2) {
                if let Some(newest) = twilio.messages_to(&person.phone).last() {
                    story.code = newest.code();
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            story.before = browser.cookies();
            let entered = if story.imposter { people::other_than(&story.code) } else { story.code.clone() };
            if !story.code.is_empty() {
                let answer = place.submit(&browser, "/register/verify", &[("code", &entered)]).await;
                story.opened = answer.is_some_and(|page| page.location() == Some("/account"));
            }
        }
        stories.push(story);
    }
    stories
}

#[actix_web::test]
async fn r_8_killed_at_random_moments_nothing_acknowledged_is_lost_or_possible_twice() {
    let mut app = TestApp::start().await;
    let twilio = app.twilio.clone();
    // Taken at once and answered late: the most dangerous moment becomes the most frequent one.
    twilio.always(Behaviour::DelayMs(60));
    let place = Place { server: Arc::new(Mutex::new(app.address_of(0))), over: Arc::default() };
    let people: Vec<_> =
        (0..4).map(|_| actix_web::rt::spawn(people_keep_coming(place.clone(), twilio.clone()))).collect();

    let killing = place.clone();
    let killer = tokio::task::spawn_blocking(move || {
        for _ in 0..8 {
            std::thread::sleep(Duration::from_millis(rand::rng().random_range(300..1200)));
            app.kill_and_restart(0);
            *killing.server.lock().unwrap() = app.address_of(0);
        }
        killing.over.store(true, Ordering::SeqCst);
        app
    });
    let mut app = killer.await.unwrap();
    let mut stories = Vec::new();
    for person in people {
        stories.extend(person.await.unwrap());
    }

    let opened = stories.iter().filter(|story| story.opened).count();
    println!("{} registrations under 8 kills, {opened} acknowledged", stories.len());
    assert!(opened >= 8, "too little happened: {opened}");
    for story in &stories {
        let Story { phone, .. } = story;
        let accounts = app.database.number(&format!("SELECT count(*) FROM users WHERE phone_number = '{phone}'"));
        if story.imposter {
            assert_eq!(accounts, 0, "an account without a proven number");
        } else if story.opened {
            assert_eq!(accounts, 1, "an acknowledged account is lost");
        } else {
            assert!(accounts <= 1);
        }
        let used = "SELECT count(*) FROM phone_verifications WHERE used_at IS NOT NULL AND phone_number";
        assert_eq!(app.database.number(&format!("{used} = '{phone}'")), accounts, "one code for one account");
        let reserved = format!("SELECT count(*) FROM sms_messages WHERE phone_number = '{phone}'");
        let accepted = twilio.messages_to(phone).len();
        assert!(i64::try_from(accepted).unwrap() <= app.database.number(&reserved), "a text was sent twice");
    }
    for table in ["maid_profiles", "activity"] {
        assert_eq!(app.database.count(table), app.database.count("users"), "half an account");
    }
    assert_eq!(app.database.number("SELECT count(*) FROM users WHERE phone_verified_at IS NULL"), 0);

    // With the cookies of before and the same code: an account is never opened twice.
    let accounts = app.database.count("users");
    for story in stories.iter().filter(|story| story.opened) {
        let browser = app.browser();
        browser.set_cookies(story.before.clone());
        browser.submit("/register/verify", &[("code", &story.code)]).await;
    }
    assert_eq!(app.database.count("users"), accounts);

    // What a kill left in the middle of a call is settled as unknown and never sent again.
    let abandoned = app.database.number("SELECT count(*) FROM sms_messages WHERE state = 'sending'");
    println!("{abandoned} texts were left in the middle of a call");
    let calls = twilio.calls_of(Operation::SendMessage).len();
    app.let_pass("61 seconds");
    app.kill_and_restart(0);
    let unsettled = "SELECT count(*) FROM sms_messages WHERE state IN ('sending', 'queued')";
    eventually("all is settled", async || app.database.number(unsettled) == 0).await;
    assert_eq!(twilio.calls_of(Operation::SendMessage).len(), calls);
}

/// Somebody who forgets the password again and again. Answers the password that is theirs in the end, and those before.
async fn passwords_keep_being_set(place: Place, twilio: FakeTwilio, person: people::Person) -> Vec<String> {
    let mut passwords = vec![person.password.clone()];
    while !place.over.load(Ordering::SeqCst) {
        let browser = Browser::new(*place.server.lock().unwrap());
        let number = [("country", "ET"), ("phone", person.phone.as_str())];
        let Some(code) = place.asks_for_code(&browser, &twilio, "/password-reset", &number, &person.phone).await else {
            continue;
        };
        place.submit(&browser, "/password-reset/verify", &[("code", &code)]).await;
        let new = format!("copper lantern under {}", people::new_phone());
        let answer = place.submit(&browser, "/password-reset/password", &[("password", &new)]).await;
        // Whoever hears that it is set may rely on it, also when the first answer was lost on the way.
        if answer.is_some_and(|page| page.location() == Some("/login")) {
            passwords.push(new);
        }
    }
    passwords
}

/// Somebody who changes the number again and again. Answers the numbers that may be theirs now.
async fn numbers_keep_changing(place: Place, twilio: FakeTwilio, person: people::Person) -> Vec<String> {
    let mut possible = vec![person.phone.clone()];
    // An account gets six texts in an hour.
    for _ in 0..5 {
        let browser = Browser::new(*place.server.lock().unwrap());
        let identifier = [("identifier", person.email.as_str()), ("password", &person.password), ("country", "ET")];
        place.submit(&browser, "/login", &identifier).await;
        let there = people::new_phone();
        let number = [("country", "ET"), ("phone", there.as_str())];
        let Some(code) = place.asks_for_code(&browser, &twilio, "/account/phone", &number, &there).await else {
            continue;
        };
        let answer = place.submit(&browser, "/account/phone/verify", &[("code", &code)]).await;
        if answer.is_some_and(|page| page.location() == Some("/account/phone")) {
            possible.clear();
        }
        // The first answer may have been lost with the session's new token: then the new number is only likely.
        possible.push(there);
    }
    possible
}

impl Place {
    /// Asks for a text and answers its code, unless the program was killed in the call.
    async fn asks_for_code(
        &self,
        browser: &Browser,
        twilio: &FakeTwilio,
        path: &str,
        fields: &[(&str, &str)],
        phone: &str,
    ) -> Option<String> {
        let codes = || twilio.messages_to(phone).into_iter().filter(|text| text.has_code()).collect::<Vec<_>>();
        let before = codes().len();
        self.submit(browser, path, fields).await?;
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(2) {
            if let Some(newest) = codes().get(before..).and_then(<[_]>::last) {
                return Some(newest.code());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        None
    }
}

#[actix_web::test]
async fn r_8_killed_while_passwords_and_numbers_change_an_account_has_one_of_each_and_the_acknowledged_one() {
    let kills = std::env::var("LATCHKEY_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(5);
    let many = [("TWILIO_MAX_SMS_PER_HOUR", "100"), ("TWILIO_MAX_SMS_PER_DAY", "100")];
    let app = TestApp::start_with("messaging", &many).await;
    let twilio = app.twilio.clone();
    let place = Place { server: Arc::new(Mutex::new(app.address_of(0))), over: Arc::default() };
    let (forgetful, moving) = (people::sponsor(), people::sponsor());
    for person in [&forgetful, &moving] {
        person.has_account(&app).await;
    }
    let passwords = actix_web::rt::spawn(passwords_keep_being_set(place.clone(), twilio.clone(), forgetful.clone()));
    let numbers = actix_web::rt::spawn(numbers_keep_changing(place.clone(), twilio.clone(), moving.clone()));

    let mut app = app;
    let killing = place.clone();
    let killer = tokio::task::spawn_blocking(move || {
        for _ in 0..kills {
            std::thread::sleep(Duration::from_millis(rand::rng().random_range(200..900)));
            app.kill_and_restart(0);
            *killing.server.lock().unwrap() = app.address_of(0);
        }
        killing.over.store(true, Ordering::SeqCst);
        app
    });
    let app = killer.await.unwrap();
    let (mut passwords, numbers) = (passwords.await.unwrap(), numbers.await.unwrap());
    println!("{} passwords were set, {} numbers are possible under {kills} kills", passwords.len() - 1, numbers.len());

    let set = app.database.number("SELECT count(*) FROM password_resets WHERE used_at IS NOT NULL");
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'password_set'"), set);
    let newest = passwords.pop().unwrap();
    let newest = people::Person { password: newest, ..forgetful.clone() };
    newest.signs_in(&app.browser()).await.redirects_to("/account");
    if let Some(older) = passwords.pop() {
        people::signs_in_as(&app.browser(), newest.identifier(), &older).await.shows(422, "");
    }

    let of_moving = |column: &str| format!("SELECT {column} FROM users WHERE email = '{}'", moving.email);
    let number = app.database.text(&of_moving("phone_number")).unwrap();
    assert!(numbers.contains(&number), "{number} is none of {numbers:?}");
    assert_eq!(app.database.number(&of_moving("count(phone_verified_at)")), 1, "a number, and it is proven");
    let changes = app.database.number("SELECT count(*) FROM activity WHERE event = 'phone_changed'");
    assert_eq!(app.database.number("SELECT count(*) FROM action_codes WHERE act = 'undo_phone_change'"), changes);
}

#[actix_web::test]
async fn arc_09_killed_in_the_call_a_text_is_not_sent_again_and_the_person_can_ask_again() {
    let mut app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    hanna.begins(&app, &browser).await;
    app.let_pass("61 seconds");
    app.twilio.script([Behaviour::DelayMs(2000)]);
    let asking = actix_web::rt::spawn({
        let browser = browser.clone();
        async move { browser.try_send(browser.form("/register/resend").form(&[("", ""); 0])).await.is_ok() }
    });
    let lost = app.twilio.next_code_to(&hanna.phone).await;
    app.kill_and_restart(0);
    assert!(!asking.await.unwrap(), "the request died with the program");

    let browser = browser.at(app.address_of(0));
    let state = "SELECT state FROM sms_messages ORDER BY created_at DESC LIMIT 1";
    assert_eq!(app.database.text(state).as_deref(), Some("sending"));
    app.let_pass("2 minutes");
    app.kill_and_restart(0);
    eventually("it is settled", async || app.database.text(state).as_deref() == Some("unknown")).await;
    assert_eq!(app.twilio.calls_of(Operation::SendMessage).len(), 2, "one for each reservation");

    let browser = browser.at(app.address_of(0));
    browser.get("/register/verify").await.shows(200, "may come late or not at all");
    browser.submit("/register/resend", &[]).await.redirects_to("/register/verify");
    let newest = app.twilio.next_code_to(&hanna.phone).await;
    assert_eq!(app.twilio.calls_of(Operation::SendMessage).len(), 3);
    if newest != lost {
        browser.submit("/register/verify", &[("code", &lost)]).await.shows(422, "Invalid code");
    }
    browser.submit("/register/verify", &[("code", &newest)]).await.redirects_to("/account");
}

#[actix_web::test]
async fn arc_09_a_text_that_was_queued_when_the_program_was_killed_goes_out_afterwards_once() {
    let mut app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    app.twilio.script([Behaviour::TooManyRequests(2)]);
    let fields = hanna.fields();
    let asking = actix_web::rt::spawn({
        let request = browser.form("/register").form(&fields);
        let browser = browser.clone();
        async move { browser.try_send(request).await.is_ok() }
    });
    app.logged("event=sms_failed").await;
    let waiting = "SELECT count(*) FROM sms_messages WHERE state = 'queued'";
    eventually("it waits for its time", async || app.database.number(waiting) == 1).await;
    app.kill_and_restart(0);
    assert!(!asking.await.unwrap());
    app.twilio.next_code_to(&hanna.phone).await;
    eventually("it is recorded", async || {
        app.database.text("SELECT state FROM sms_messages").as_deref() == Some("sent")
    })
    .await;
    assert_eq!(app.twilio.messages_to(&hanna.phone).len(), 1);
}

#[actix_web::test]
async fn arc_09_asked_to_end_the_program_finishes_what_is_under_way() {
    let mut app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    app.twilio.script([Behaviour::DelayMs(1500)]);
    let fields = hanna.fields();
    let asking = actix_web::rt::spawn({
        let request = browser.form("/register").form(&fields);
        let browser = browser.clone();
        async move { browser.send(request).await }
    });
    let code = app.twilio.next_code_to(&hanna.phone).await;
    let idle = app.browser();
    idle.get("/").await.shows(200, "Latchkey");

    let started = Instant::now();
    let ending = tokio::task::spawn_blocking(move || {
        let ended_well = app.instance(0).terminate();
        (app, ended_well)
    });
    asking.await.unwrap().redirects_to("/register/verify");
    let (mut app, ended_well) = ending.await.unwrap();
    assert!(ended_well, "{}", app.log().join("\n"));
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    app.logged("event=stopped").await;
    assert_eq!(app.database.text("SELECT state FROM sms_messages").as_deref(), Some("sent"), "the outcome is recorded");

    app.kill_and_restart(0);
    let browser = browser.at(app.address_of(0));
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    let codes: BTreeSet<_> = app.twilio.messages_to(&hanna.phone).iter().map(|text| text.code()).collect();
    assert_eq!(codes.len(), 1);
}
