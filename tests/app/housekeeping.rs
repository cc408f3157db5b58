//! What is over goes, and was worth nothing before it went (DAT-03, D-3).

use latchkey::features::housekeeping::{self, Removed};

use crate::support::{
    TestApp,
    everything::of_everything,
    fake_twilio::Behaviour,
    people::{self, Person},
    pseudonym,
};

#[actix_web::test]
async fn dat_03_a_pending_registration_is_gone_after_an_hour() {
    let app = TestApp::start().await;
    let (salma, browser) = (people::sponsor(), app.browser());
    salma.begins(&app, &browser).await;

    app.let_pass("59 minutes");
    app.tidy();
    browser.get("/register/verify").await.shows(200, "You need a new code");

    app.let_pass("1 minute");
    assert_eq!(app.database.count("registrations"), 1, "nobody has tidied up yet");
    browser.get("/register/verify").await.redirects_to("/register");
    browser.resends().await.redirects_to("/register");

    app.tidy();
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
    app.tidy();
    assert_eq!(app.database.count("phone_verifications"), 1, "its address still widens a limit");
    app.let_pass("11 minutes");
    app.tidy();
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
        app.tidy();
        if app.database.number("SELECT count(*) FROM sessions WHERE created_at > now() - interval '30 days'") == 1 {
            browser.get("/account").await.shows(200, "Hello");
        }
    }
    app.let_pass("1 hour");
    idle.get("/account").await.redirects_to("/login");
    app.tidy();
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
    app.tidy();
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
    app.tidy();
    assert_eq!(app.database.count("throttles"), 2, "each proof that carries an email is counted");
    app.let_pass("2 hours");
    app.tidy();
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
    app.tidy();
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE state = 'sending'"), 1);
    app.let_pass("15 seconds");
    app.tidy();

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
    assert_eq!(app.tidy(), Removed::default());
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

/// Makes the rows of a table older.
fn let_grow_old(app: &TestApp, table: &str, column: &str, age: &str) {
    app.database.run(&format!("UPDATE {table} SET {column} = {column} - interval '{age}'"));
}

#[actix_web::test]
async fn dat_03_a_text_forgets_number_and_address_after_30_days_and_is_gone_after_90() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    hanna.registers(&app, &app.browser()).await;
    app.let_pass("20 days");
    app.tidy();
    people::maid().begins(&app, &app.browser()).await;
    app.let_pass("9 days 23 hours");
    app.tidy();
    let named = "SELECT count(*) FROM sms_messages WHERE phone_number IS NOT NULL AND address IS NOT NULL";
    assert_eq!(app.database.number(named), 2);
    app.let_pass("1 hour");
    app.tidy();
    assert_eq!(app.database.number(named), 1, "the younger one is left as it is");
    let forgotten = "SELECT count(*) FROM sms_messages WHERE phone_number IS NULL AND address IS NULL AND address_block IS NULL
                         AND browser_id IS NULL AND octet_length(phone_hash) = 32 AND state = 'sent' AND kind = 'verification'";
    assert_eq!(app.database.number(forgotten), 1, "how it ended stays");
    app.let_pass("30 days");
    app.tidy();
    assert_eq!(app.database.number(forgotten), 2);
    assert_eq!(app.database.number("SELECT count(DISTINCT phone_hash) FROM sms_messages"), 2);
    app.let_pass("29 days 23 hours");
    app.tidy();
    assert_eq!(app.database.count("sms_messages"), 2);
    app.let_pass("1 hour");
    app.tidy();
    assert_eq!(app.database.count("sms_messages"), 1);
    assert!(
        !app.database.text("SELECT string_agg(t::text, ' ') FROM sms_messages AS t").unwrap().contains(&hanna.phone)
    );
}

#[actix_web::test]
async fn dat_03_the_same_number_is_forgotten_under_the_same_hash_which_is_not_its_own() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    for _ in 0..2 {
        hanna.begins(&app, &app.browser()).await;
    }
    app.let_pass("30 days 1 minute");
    app.tidy();
    let hashes = "SELECT string_agg(DISTINCT encode(phone_hash, 'hex'), ' ') FROM sms_messages";
    let hash = app.database.text(hashes).unwrap();
    assert_eq!(hash.len(), 64, "one hash for both: {hash}");
    let plain = app.database.text(&format!("SELECT encode(sha256('{}'), 'hex')", hanna.phone)).unwrap();
    assert_ne!(hash, plain, "numbers are few: without a key each could be tried");
}

/// A text that nobody could send for a month: its number is gone, and the worker goes on with the others.
#[actix_web::test]
async fn a_queued_text_that_has_forgotten_its_number_holds_up_no_other() {
    let app = TestApp::start().await;
    people::maid().begins(&app, &app.browser()).await;
    app.texts_sent().await;
    app.let_pass("31 days");
    app.tidy();
    app.database.run("UPDATE sms_messages SET state = 'queued', next_attempt_at = now() - interval '1 hour'");
    people::maid().registers(&app, &app.browser()).await;
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE state = 'queued'"), 1);
}

#[actix_web::test]
async fn dat_03_what_happened_is_kept_for_13_months() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    browser.submit("/logout", &[]).await;
    app.database.run("UPDATE activity SET happened_at = now() - interval '13 months' + interval '1 hour'");
    app.tidy();
    assert_eq!(app.database.count("activity"), 2);
    let_grow_old(&app, "activity", "happened_at", "2 hours");
    app.tidy();
    assert_eq!((app.database.count("activity"), app.database.count("users")), (0, 1));
}

#[actix_web::test]
async fn dat_03_what_was_begun_is_gone_after_its_hour() {
    let app = TestApp::start().await;
    of_everything(&app).await;
    let under_way = ["password_resets", "phone_changes", "sign_ins"];
    app.database.run("UPDATE sessions SET created_at = now(), last_seen_at = now()");
    for table in under_way {
        app.database.run(&format!("UPDATE {table} SET expires_at = now() + interval '30 seconds'"));
    }
    app.tidy();
    assert_eq!(under_way.map(|table| app.database.count(table)), [1; 3]);
    app.let_pass("31 seconds");
    app.tidy();
    assert_eq!(under_way.map(|table| app.database.count(table)), [0; 3]);
}

#[actix_web::test]
async fn dat_03_a_wait_is_kept_while_its_end_counts() {
    let app = TestApp::start().await;
    of_everything(&app).await;
    let_grow_old(&app, "password_reset_waits", "began_at", "29 days 23 hours");
    app.tidy();
    assert_eq!(app.database.count("password_reset_waits"), 1);
    let_grow_old(&app, "password_reset_waits", "began_at", "2 hours");
    app.tidy();
    assert_eq!(app.database.count("password_reset_waits"), 0);
}

#[actix_web::test]
async fn dat_03_a_long_code_is_gone_when_it_is_over_and_that_of_a_recovery_with_the_recovery() {
    let app = TestApp::start().await;
    of_everything(&app).await;
    app.database.run(
        "INSERT INTO action_codes (id, user_id, act, phone_number, expires_at)
         SELECT id, id, 'stop_reset', phone_number, now() + interval '10 days' FROM users",
    );
    app.tidy();
    assert_eq!(app.database.count("action_codes"), 2);
    let_grow_old(&app, "action_codes", "expires_at", "11 days");
    app.tidy();
    assert_eq!((app.database.count("action_codes"), app.database.count("recoveries")), (1, 1));
    let_grow_old(&app, "recoveries", "started_at", "13 months 1 day");
    app.tidy();
    assert_eq!((app.database.count("action_codes"), app.database.count("recoveries")), (0, 0));
}

#[actix_web::test]
async fn dat_03_counts_of_wrong_passwords_are_gone_after_a_quiet_quarter_of_an_hour() {
    let app = TestApp::start().await;
    people::sponsor().signs_in_wrongly(&app.browser()).await.shows(422, "That does not fit");
    app.let_pass("14 minutes 50 seconds");
    app.tidy();
    assert_eq!((app.database.count("password_guesses"), app.database.count("address_guesses")), (2, 1));
    app.let_pass("20 seconds");
    app.tidy();
    assert_eq!((app.database.count("password_guesses"), app.database.count("address_guesses")), (0, 0));
}

#[actix_web::test]
async fn arc_03_a_backlog_goes_part_by_part_and_at_once() {
    let mut app = TestApp::start().await;
    // Its own first round may come at any moment.
    app.instance(0).kill();
    app.database.run(
        "INSERT INTO throttles (rule, key_hash, happened_at)
         SELECT 'email_disclosed', '\\x00', now() - interval '2 days' FROM generate_series(1, 12000)",
    );
    assert_eq!(app.tidy().to_string(), "throttles=5000");
    assert_eq!(app.database.count("throttles"), 7000);
    // Half a minute lies between two rounds, but not between two parts.
    app.kill_and_restart(0);
    app.database.becomes("SELECT count(*) FROM throttles", 0).await;
}

#[actix_web::test]
async fn arc_03_housekeeping_passes_over_what_somebody_has_in_hand() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        people::maid().registers(&app, &app.browser()).await;
    }
    // The codes are gone already: they take their texts' rows in hand when they go.
    app.let_pass("2 days");
    app.tidy();
    app.let_pass("38 days");
    let held = app.database.hold(
        "SELECT FROM sessions WHERE id = (SELECT id FROM sessions ORDER BY id LIMIT 1) FOR UPDATE;
         SELECT FROM sms_messages WHERE id = (SELECT id FROM sms_messages ORDER BY id LIMIT 1) FOR UPDATE",
    );
    let began = std::time::Instant::now();
    app.tidy();
    assert!(began.elapsed() < std::time::Duration::from_secs(1), "it waited {:?}", began.elapsed());
    let named = "SELECT count(*) FROM sms_messages WHERE phone_number IS NOT NULL";
    assert_eq!((app.database.count("sessions"), app.database.number(named)), (1, 1));
    held.release();
    app.tidy();
    assert_eq!((app.database.count("sessions"), app.database.number(named)), (0, 0));
}

#[actix_web::test]
async fn arc_03_several_instances_tidy_up_at_once_without_waiting_for_each_other() {
    let app = TestApp::start().await;
    people::maid().registers(&app, &app.browser()).await;
    app.database.run(
        "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, browser_id, stranger, state, created_at)
         SELECT gen_random_uuid(), 1, 'verification', '+251911000000', 'en', gen_random_uuid(), true, 'sent',
             now() - interval '31 days' FROM generate_series(1, 4000)",
    );
    app.database.run(
        "INSERT INTO activity (user_id, event, happened_at) SELECT id, 'signed_in', now() - interval '2 years'
         FROM users, generate_series(1, 4000)",
    );
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| app.tidy());
        }
    });
    app.tidy();
    assert_eq!(app.database.deadlocks(), 0);
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE phone_hash IS NOT NULL"), 4000);
    assert_eq!(app.database.count("activity"), 1);
}

#[actix_web::test]
async fn arc_03_housekeeping_reads_no_table_whole() {
    let app = TestApp::start().await;
    of_everything(&app).await;
    app.database.run("UPDATE users SET deletion_due_at = now()");
    app.let_pass("100 days");
    let whole = app.database.read_whole_by(|conn| drop(housekeeping::tidy(conn, &pseudonym()).unwrap()));
    assert_eq!(whole, "");
}

/// Without one, each row that goes would have PostgreSQL look for what hangs on it by reading a table whole.
#[actix_web::test]
async fn arc_03_whatever_hangs_on_a_row_is_found_by_an_index() {
    let app = TestApp::start().await;
    let without = app.database.text(
        "SELECT string_agg(conrelid::regclass || '.' || attname, ' ') FROM pg_constraint AS c
             JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         WHERE contype = 'f' AND NOT EXISTS (
             SELECT FROM pg_index AS i WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1]
                 AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) = '(' || attname || ' IS NOT NULL)'))",
    );
    assert_eq!(without, None);
}
