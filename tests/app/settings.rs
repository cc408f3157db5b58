//! Settings while the service runs: each changes what happens, on every instance and within a second (AUZ-08).

use std::time::{Duration, Instant};

use latchkey::features::alerts::{self, Alert, Kind};

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    eventually,
    owners::Owner,
    people::{self, other_than},
    receiver::{Receiver, SECRET},
    settings::PAGE,
};

/// Two processes on one database, and somebody who runs them.
async fn two_instances(extra: &[(&str, &str)]) -> (TestApp, Owner) {
    let mut app = TestApp::start_with("messaging", extra).await;
    app.start_another_instance();
    let admin = Owner::administrator(&app).await;
    app.texts_sent().await;
    (app, admin)
}

/// Saves at the first process, and waits until the second has heard of it, for a second at most.
async fn set(app: &TestApp, admin: &Owner, changes: &[(&str, &str)]) {
    admin.browser.sets(changes).await;
    let saved = Instant::now();
    let version = format!("event=settings_read version={}", app.database.number("SELECT version FROM settings"));
    for process in 0..2 {
        while !app.log_of(process).iter().any(|line| line.contains(&version)) {
            assert!(saved.elapsed() < Duration::from_secs(1), "process {process} has not heard of {changes:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// The same as whoever writes to the database by hand.
async fn store(app: &TestApp, changed: &str) {
    app.database.run(&format!("UPDATE settings SET changed = '{changed}', version = version + 1"));
    app.database.run("SELECT pg_notify('settings_saved', '')");
    app.logged(&format!("version={}", app.database.number("SELECT version FROM settings"))).await;
}

async fn chooses(browser: &Browser, password: &str) -> Page {
    browser.submit("/register", &people::maid().fields_with("password", password)).await
}

#[actix_web::test]
async fn auz_08_a_change_holds_on_every_instance_within_a_second() {
    let (app, admin) = two_instances(&[]).await;
    for (round, length) in [12_usize, 9, 24].into_iter().enumerate() {
        let least = length.to_string();
        admin.browser.sets(&[("password_least", &least)]).await;
        let saved = Instant::now();
        // At the process that saved it holds with the answer.
        assert_eq!(least_password(&app, 0).await, least);
        while least_password(&app, 1).await != least {
            assert!(saved.elapsed() < Duration::from_secs(1), "round {round}");
        }
        let password: String = "QVXJTMWZKPLDQBNHYCRSGFWK".chars().take(length).collect();
        for process in 0..2 {
            let browser = app.browser_at(process);
            let refused = chooses(&browser, &password[1..]).await;
            refused.shows(422, &format!("Use {length} characters or more."));
            chooses(&browser, &password).await.redirects_to("/register/verify");
        }
    }
    // Nobody sets less for administrators than fifteen.
    let fields = [("current_password", admin.person.password.as_str()), ("password", "QVXJTMWZKPLDQB")];
    set(&app, &admin, &[("password_least", "8")]).await;
    admin.browser.submit("/account/password", &fields).await.shows(422, "Use 15 characters or more.");
}

async fn least_password(app: &TestApp, process: usize) -> String {
    app.browser_at(process).get("/register").await.attribute("#password", "minlength").unwrap()
}

#[actix_web::test]
async fn sms_04_codes_work_for_as_long_as_it_is_set_and_their_texts_say_so() {
    let (app, admin) = two_instances(&[]).await;
    set(&app, &admin, &[("verification_minutes", "7"), ("second_step_minutes", "3")]).await;
    let lasts =
        "SELECT extract(epoch FROM expires_at - created_at) FROM phone_verifications WHERE purpose = 'registration'
                 ORDER BY created_at DESC LIMIT 1";
    for process in 0..2 {
        let (person, browser) = (people::maid(), app.browser_at(process));
        let code = person.begins(&app, &browser).await;
        let text = app.twilio.messages_to(&person.phone).pop().unwrap().body;
        assert!(text.contains("Valid for 7 minutes."), "{text}");
        assert_eq!(app.database.number(lasts), 420);
        app.let_pass("6 minutes 50 seconds");
        browser.enters(&other_than(&code)).await.shows(422, "Invalid code.");
        app.let_pass("11 seconds");
        browser.enters(&code).await.shows(422, "This code has expired. Request a new code.");
        browser.resends().await.redirects_to("/register/verify");
        let code = app.twilio.next_code_to(&person.phone).await;
        browser.enters(&code).await.redirects_to("/account");

        browser.submit("/account/two-factor/sms", &[]).await.shows(200, "Your backup codes");
        app.texts_sent().await;
        let second = app.browser_at(process);
        person.signs_in(&second).await.redirects_to("/login/verify");
        let code = app.twilio.next_code_to(&person.phone).await;
        let text = app.twilio.messages_to(&person.phone).pop().unwrap().body;
        assert!(text.contains("Valid for 3 minutes."), "{text}");
        app.let_pass("3 minutes 1 second");
        second.gives(&code).await.shows(422, "This code has expired. Request a new code.");
    }
}

#[actix_web::test]
async fn sms_08_texts_to_one_number_are_as_many_as_it_is_set() {
    let (app, admin) = two_instances(&[("TWILIO_MAX_SMS_PER_HOUR", "4"), ("TWILIO_MAX_SMS_PER_DAY", "6")]).await;
    app.database.codes_were_entered_elsewhere();
    let form = admin.browser.settings().await;
    assert_eq!((form.value("sms_per_hour"), form.value("sms_per_day")), (Some("4"), Some("6")), "the environment's");
    async fn asked(app: &TestApp, times: usize) -> Vec<u16> {
        let person = people::maid();
        let mut statuses = Vec::new();
        for n in 0..times {
            statuses.push(person.asks(&app.browser_at(n % 2)).await.status.as_u16());
        }
        statuses
    }
    assert_eq!(asked(&app, 5).await, [303, 303, 303, 303, 429]);
    set(&app, &admin, &[("sms_per_hour", "2")]).await;
    assert_eq!(asked(&app, 4).await, [303, 303, 429, 429]);
    set(&app, &admin, &[("sms_per_hour", "4"), ("sms_per_day", "4")]).await;
    assert_eq!(app.database.text("SELECT changed::text FROM settings").as_deref(), Some(r#"{"sms_per_day": 4}"#));
    let person = people::maid();
    for n in 0..4 {
        assert_eq!(person.asks(&app.browser_at(n % 2)).await.status, 303);
    }
    app.let_pass("2 hours");
    assert_eq!(person.asks(&app.browser_at(1)).await.status, 429, "a day is longer");
    app.database.run("UPDATE sessions SET created_at = now(), last_seen_at = now(), confirmed_at = now()");

    // From one address, and in all.
    set(&app, &admin, &[("sms_per_address", "3"), ("sms_in_all", "10000")]).await;
    for (n, status) in [303, 303, 303, 429].into_iter().enumerate() {
        let browser = app.browser_at(n % 2).from("10.99.0.1");
        assert_eq!(people::maid().asks(&browser).await.status, status, "{n}");
    }
    app.database.run("UPDATE sms_messages SET created_at = created_at - interval '2 days'");
    set(&app, &admin, &[("sms_in_all", "10")]).await;
    for n in 0..11 {
        let status = people::maid().asks(&app.browser_at(n % 2)).await.status;
        assert_eq!(status, if n < 10 { 303 } else { 429 }, "{n}");
    }
}

#[actix_web::test]
async fn aut_01_wrong_passwords_and_codes_rest_as_it_is_set() {
    let (app, admin) = two_instances(&[]).await;
    let (ada, eve) = (people::sponsor(), Owner::with_app(&app).await);
    ada.has_account(&app).await;
    set(&app, &admin, &[("wrong_passwords", "3"), ("longest_rest_minutes", "1"), ("wrong_codes", "5")]).await;
    for process in 0..2 {
        app.database.run("DELETE FROM password_guesses");
        let browser = app.browser_at(process);
        for _ in 0..3 {
            ada.signs_in_wrongly(&browser).await.shows(422, "");
        }
        let rests = ada.signs_in_wrongly(&browser).await;
        assert_eq!(rests.status, 429);
        assert!(rests.retry_after() <= 30, "{}", rests.retry_after());
        // By now it would have doubled to a quarter of an hour.
        app.database.run("UPDATE password_guesses SET wrong = 15, rests_until = now() - interval '2 minutes'");
        ada.signs_in_wrongly(&browser).await.shows(422, "");
        let rests = ada.signs_in_wrongly(&browser).await;
        assert_eq!(rests.status, 429);
        assert!((50..=60).contains(&rests.retry_after()), "{}", rests.retry_after());
        // Waits that are over are not forgotten with them: the next wrong one waits again.
        app.database.run("UPDATE password_guesses SET rests_until = now() - interval '10 minutes'");
        ada.signs_in_wrongly(&browser).await.shows(422, "");
        assert_eq!(ada.signs_in_wrongly(&browser).await.status, 429);

        eve.set(&app, "wrong_second_factors = 0, second_factor_rests_until = NULL");
        let browser = app.browser_at(process);
        eve.begins_in(&browser).await;
        let wrong = other_than(&eve.app().code().await);
        for left in [4, 3, 2] {
            browser.gives(&wrong).await.shows(422, &format!("{left} attempts remaining"));
        }
        browser.gives(&wrong).await.shows(422, "1 attempt remaining");
        browser.gives(&wrong).await.shows(422, "That was the last attempt for 15 minutes");
        assert_eq!(browser.gives(&wrong).await.status, 429);
        assert_eq!(eve.wrong(&app), 5);
    }
}

#[actix_web::test]
async fn aut_05_whoever_has_to_have_a_second_factor_is_led_to_it_and_nothing_else_opens() {
    let (app, admin) = two_instances(&[]).await;
    let (sponsor, maid) = (people::sponsor(), people::maid());
    let browsers = [sponsor.has_account(&app).await, maid.has_account(&app).await];
    let pages =
        ["/account", "/account/profile", "/account/phone", "/account/password", "/account/data", "/account/activity"];
    for (required, asked, spared) in [("require_sponsor", 0, 1), ("require_maid", 1, 0)] {
        set(&app, &admin, &[(required, "yes")]).await;
        for process in 0..2 {
            let [asked, spared] = [asked, spared].map(|of: usize| browsers[of].at(app.address_of(process)));
            for page in pages {
                asked.get(page).await.redirects_to("/account/two-factor");
                assert_eq!(spared.get(page).await.status, 200, "{page}");
            }
            asked
                .submit("/account/profile", &[("full_name", "Somebody Else")])
                .await
                .redirects_to("/account/two-factor");
            asked.submit("/account/delete", &[]).await.redirects_to("/account/two-factor");
            asked.get("/account/two-factor").await.shows(200, "Your account needs two-factor now");
            for open in ["/account/two-factor", "/account/devices", "/help", "/confirm?next=/account/two-factor"] {
                assert_ne!(asked.get(open).await.location(), Some("/account/two-factor"), "{open}");
            }
        }
        set(&app, &admin, &[(required, "")]).await;
        assert_eq!(browsers[asked].get("/account").await.status, 200);
    }
    // With texts or the app everything opens again, and switching it off leads back.
    let again = [app.browser_at(0), app.browser_at(1)];
    sponsor.signs_in(&again[0]).await.redirects_to("/account");
    maid.signs_in(&again[1]).await.redirects_to("/account");
    set(&app, &admin, &[("require_sponsor", "yes"), ("require_maid", "yes")]).await;
    for browser in &again {
        browser.get("/account").await.redirects_to("/account/two-factor");
        browser.submit("/account/two-factor/sms", &[]).await.shows(200, "Your backup codes");
        assert_eq!(browser.get("/account").await.status, 200);
        browser.submit("/account/two-factor/off", &[]).await.redirects_to("/account/two-factor");
        browser.get("/account").await.redirects_to("/account/two-factor");
    }
    again[0].submit("/logout", &[]).await.redirects_to("/login");
    assert!(!again[0].is_signed_in().await);
    // Somebody new gets as far.
    let (new, browser) = (people::maid(), app.browser_at(1));
    new.registers(&app, &browser).await;
    browser.get("/account").await.redirects_to("/account/two-factor");
}

#[actix_web::test]
async fn sms_09_a_cap_holds_as_it_is_set() {
    let (app, admin) = two_instances(&[]).await;
    app.database.run("DELETE FROM spending");
    set_caps(&app, &admin, "1").await;
    let mut statuses = Vec::new();
    for n in 0..3 {
        statuses.push(people::maid().asks(&app.browser_at(n % 2)).await.status.as_u16());
    }
    // Seven tenths of a dollar at 35 cents each.
    assert_eq!(statuses, [303, 303, 429]);
    set_caps(&app, &admin, "2").await;
    assert_eq!(people::maid().asks(&app.browser_at(1)).await.status, 303);

    // What somebody has set by hand is shown as it is, stays as it is and can be put right.
    for (cap, shown) in [("150000", "0.15"), ("NULL", ""), ("0", "0")] {
        app.database.run(&format!("UPDATE budgets SET hour_micros = {cap} WHERE scope = 'ALL'"));
        let form = admin.browser.settings().await;
        assert_eq!(form.value("cap_hour"), Some(shown));
        let other = if form.value("wrong_codes") == Some("9") { "8" } else { "9" };
        form.with("wrong_codes", other).sent_by(&admin.browser).await.redirects_to(PAGE);
        let kept =
            app.database.number(&format!("SELECT count(*) FROM budgets WHERE hour_micros IS NOT DISTINCT FROM {cap}"));
        assert_eq!(kept, 1, "{cap}");
    }
    set_caps(&app, &admin, "50").await;
    assert_eq!(app.database.number("SELECT hour_micros FROM budgets WHERE scope = 'ALL'"), 50_000_000);
}

/// Caps are read where they hold, in the database: nobody has to hear of them.
async fn set_caps(app: &TestApp, admin: &Owner, dollars: &str) {
    let version = app.database.number("SELECT version FROM settings");
    admin.browser.sets(&[("cap_hour", dollars)]).await;
    assert_eq!(app.database.number("SELECT version FROM settings"), version + 1);
}

#[actix_web::test]
async fn sms_10_texts_read_as_it_is_set_where_a_country_pays_for_them() {
    let (app, admin) = two_instances(&[]).await;
    let wording = "Latchkey says {code}, for {minutes} minutes.";
    set(&app, &admin, &[("text_en_verification", wording), ("verification_minutes", "6")]).await;
    async fn text(app: &TestApp, process: usize) -> String {
        let person = people::maid();
        let code = person.begins(app, &app.browser_at(process)).await;
        app.twilio.messages_to(&person.phone).pop().unwrap().body.replace(&code, "000000")
    }
    for process in 0..2 {
        assert_eq!(text(&app, process).await, "Latchkey says 000000, for 6 minutes.");
    }
    // One that has grown too dear since is not sent: ours is.
    app.database.run("UPDATE country_policies SET most_segments = 2");
    set(&app, &admin, &[("text_en_verification", &format!("Latchkey {{code}} {}", "word ".repeat(40)))]).await;
    assert!(text(&app, 1).await.starts_with("Latchkey 000000 word word"));
    app.database.run("UPDATE country_policies SET most_segments = 1");
    assert_eq!(text(&app, 1).await, "Your Latchkey verification code is: 000000. Valid for 6 minutes.");
    set(&app, &admin, &[("text_en_verification", "")]).await;
    assert_eq!(text(&app, 0).await, "Your Latchkey verification code is: 000000. Valid for 6 minutes.");
}

#[actix_web::test]
async fn alerts_go_where_it_is_set_and_else_where_the_environment_says() {
    let (by_environment, by_setting) = (Receiver::start(), Receiver::start());
    let url = by_environment.url();
    let (app, admin) = two_instances(&[("LATCHKEY_ALERT_URL", &url), ("LATCHKEY_ALERT_SECRET", SECRET)]).await;
    let raise = |provider| {
        alerts::raise(&mut app.database.connect(), &Alert::new(Kind::ProviderDown).of_provider(provider)).unwrap()
    };
    raise("one");
    assert_eq!(by_environment.has(1).await[0].genuine()["subject"], "one");
    set(&app, &admin, &[("alert_url", &by_setting.url())]).await;
    raise("two");
    assert_eq!(by_setting.has(1).await[0].genuine()["subject"], "two");
    set(&app, &admin, &[("alert_url", "")]).await;
    raise("three");
    assert_eq!(by_environment.has(2).await[1].genuine()["subject"], "three");
    assert_eq!(by_setting.posted().len(), 1);
}

#[actix_web::test]
async fn auz_08_what_is_stored_beyond_its_bounds_is_logged_and_never_holds() {
    let (app, admin) = two_instances(&[]).await;
    let changed = r#"{"wrong_passwords": 0, "verification_minutes": 2147483648, "second_step_minutes": "soon",
        "password_least": 0, "sms_per_hour": 0, "wrong_codes": 1e400, "require_sponsor": "perhaps", "alert_url": "file:///etc/passwd",
        "text_en_verification": "No code at all", "of_another_release": [1, 2, 3]}"#;
    store(&app, changed).await;
    for key in ["wrong_passwords", "wrong_codes", "second_step_minutes", "text_en_verification", "alert_url"] {
        app.logged(&format!("event=setting_unusable setting={key}")).await;
    }
    assert!(!app.log().iter().any(|line| line.contains("/etc/passwd")), "what is stored may be anything");
    // People get in and texts go out.
    eventually("both have read it", async || {
        least_password(&app, 0).await == "8" && least_password(&app, 1).await == "8"
    })
    .await;
    for process in 0..2 {
        let (person, browser) = (people::maid(), app.browser_at(process));
        let code = person.begins(&app, &browser).await;
        let text = app.twilio.messages_to(&person.phone).pop().unwrap().body;
        assert_eq!(text, format!("Your Latchkey verification code is: {code}. Valid for 10 minutes."));
        browser.enters(&code).await.redirects_to("/account");
        for _ in 0..3 {
            person.signs_in_wrongly(&app.browser_at(process)).await.shows(422, "");
        }
    }
    // A save puts right what this release knows, and leaves what it does not.
    let form = admin.browser.settings().await;
    assert_eq!((form.value("wrong_passwords"), form.value("second_step_minutes")), (Some("3"), Some("5")));
    form.with("wrong_codes", "9").sent_by(&admin.browser).await.redirects_to(PAGE);
    let stored = app.database.text("SELECT changed::text FROM settings").unwrap();
    assert!(
        stored.contains("of_another_release") && !stored.contains("soon") && !stored.contains("perhaps"),
        "{stored}"
    );
}

#[actix_web::test]
async fn auz_08_a_change_that_was_missed_is_read_as_soon_as_the_listener_is_back() {
    let (app, _) = two_instances(&[]).await;
    // Nobody hears of this one.
    app.database.run(r#"UPDATE settings SET changed = '{"password_least": 33}', version = 2"#);
    app.database.run(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%FROM settings %'",
    );
    eventually("both have read it", async || {
        least_password(&app, 0).await == "33" && least_password(&app, 1).await == "33"
    })
    .await;
    // And a process that starts knows it before it answers.
    let mut app = app;
    app.start_another_instance();
    assert_eq!(least_password(&app, 2).await, "33");
}

#[actix_web::test]
async fn a_page_costs_no_query_more_for_the_settings() {
    let (app, admin) = two_instances(&[]).await;
    app.texts_sent().await;
    let reads =
        "SELECT coalesce(seq_scan + coalesce(idx_scan, 0), 0) FROM pg_stat_user_tables WHERE relname = 'settings'";
    let settled = async || {
        // What a connection has read is told with a delay.
        let mut before = -1;
        eventually("the count stands still", async || {
            tokio::time::sleep(Duration::from_millis(1200)).await;
            let now = app.database.number(reads);
            std::mem::replace(&mut before, now) == now
        })
        .await;
        before
    };
    let before = settled().await;
    for _ in 0..20 {
        app.browser().get("/register").await.shows(200, "");
        admin.browser.get("/account").await.shows(200, "");
        people::maid().signs_in_wrongly(&app.browser_at(1)).await.shows(422, "");
    }
    // Once a minute each process reads them by itself.
    assert!(settled().await - before < 20);
}
