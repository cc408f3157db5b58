//! The brake against pumping: exact, said by its reference, in nobody's way who has proven a number, and open again by
//! itself (SMS-09, S-1, AUT-11).

use std::{
    net::Ipv4Addr,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use latchkey::{
    db,
    domain::{
        client_address::ClientAddress,
        ids::{BrowserId, ChallengeId},
        phone_number::PhoneNumber,
    },
    features::{
        brakes,
        messages::reserve::{self, Asker, Limits, NotReserved, Text},
        phone_verifications::{self, Purpose},
    },
    sms::TextKind,
};
use regex::Regex;

use crate::{
    enumeration::seen,
    support::{
        TestApp, at_once,
        browser::Page,
        crowd::{app_with, leading_to, nothing_broke, saying},
        database::Database,
        fake_twilio::{Behaviour, Operation},
        owners::Owner,
        people::{self, Person},
    },
};

const PAUSED: &str = "We cannot text this number just now. Please try again later.";

/// The country has had texts for longer than its first days.
fn is_not_new(database: &Database) {
    database.run(
        "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
         VALUES ('ET', '', date_trunc('hour', now(), 'UTC') - interval '15 days', 1, 1)",
    );
}

/// The hours of the last day are still to be written down.
fn nothing_is_written(database: &Database) {
    database.run("UPDATE sms_hours_written SET until = date_trunc('hour', now(), 'UTC') - interval '1 day'");
}

async fn app_after_the_first_days(processes: usize) -> TestApp {
    let app = app_with(processes, &[]).await;
    is_not_new(&app.database);
    app
}

/// Somebody whose number is in a range that nobody else's is in.
fn somebody() -> Person {
    static RANGE: AtomicU32 = AtomicU32::new(200);
    people::maid().at(&format!("+25191{}4567", RANGE.fetch_add(1, Ordering::Relaxed)))
}

/// So many texts that went out `age` ago, each to a range of its own, and of which somebody entered the code or nobody.
fn texts(database: &Database, number: u32, age: &str, entered: bool, address: &str) {
    let used = if entered { format!("now(), '{address}'") } else { "NULL, NULL".to_owned() };
    database.run(&format!(
        "WITH challenge AS (
             INSERT INTO phone_verifications (id, purpose, phone_number, expires_at, used_at, used_from)
             SELECT gen_random_uuid(), 'registration', '+2519' || 30000000 + n * 10000, now(), {used}
             FROM generate_series(1, {number}) AS n RETURNING id, phone_number
         )
         INSERT INTO sms_messages (id, verification_id, send_number, kind, phone_number, country, locale, browser_id,
                                   address, stranger, state, provider, created_at)
         SELECT gen_random_uuid(), id, 1, 'verification', phone_number, 'ET', 'en', gen_random_uuid(), '{address}', true,
                'sent', 'messaging', clock_timestamp() - interval '{age}' FROM challenge"
    ));
    nothing_is_written(database);
}

fn open(database: &Database, number: u32, age: &str) {
    texts(database, number, age, false, "10.250.0.1");
}

async fn asks(app: &TestApp) -> Page {
    somebody().asks(&app.browser()).await
}

fn sent(app: &TestApp) -> usize {
    app.twilio.calls_of(Operation::SendMessage).len()
}

async fn settled(app: &TestApp) {
    app.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending')", 0).await;
}

/// What the page tells the person to tell.
#[track_caller]
fn reference(page: &Page) -> String {
    page.shows(422, PAUSED);
    let reference = Regex::new("ask for help and tell them ([A-Z]{2}-[0-9]{4})").unwrap();
    reference.captures(&page.error_of("phone").unwrap()).unwrap()[1].to_owned()
}

fn of(app: &TestApp, reference: &str, column: &str) -> Option<String> {
    app.database.text(&format!("SELECT {column} FROM brakes WHERE reference = '{reference}'"))
}

#[actix_web::test]
async fn sms_09_a_country_where_nobody_enters_codes_gets_twelve_texts_an_hour() {
    let app = app_after_the_first_days(1).await;
    for _ in 0..12 {
        asks(&app).await.redirects_to("/register/verify");
    }
    let page = asks(&app).await;
    let told = reference(&page);
    assert_eq!(page.focused().as_deref(), Some("phone"));
    assert_eq!(reference(&asks(&app).await), told, "one decision, told to everybody whom it refuses");
    settled(&app).await;
    assert_eq!(sent(&app), 12);
    assert_eq!(of(&app, &told, "country || number_range || rule").as_deref(), Some("ETcountry_hour"));
    let why = of(&app, &told, "why").unwrap();
    assert!(
        why.starts_with("12 texts of the last hour to ET wait for their code to be entered, and 12 may: "),
        "{why}"
    );
    assert_eq!((of(&app, &told, "alert_only").as_deref(), of(&app, &told, "ended_at")), (Some("false"), None));
    app.logged(&format!("event=brake_on reference={told} country=ET scope=country rule=country_hour")).await;
    assert_eq!(app.database.count("registrations"), 12, "who was refused leaves nothing behind");
}

#[actix_web::test]
async fn sms_09_a_country_where_nobody_enters_codes_gets_ten_texts_a_day() {
    let app = app_after_the_first_days(1).await;
    open(&app.database, 9, "3 hours");
    asks(&app).await.redirects_to("/register/verify");
    open(&app.database, 1, "6 minutes");
    let told = reference(&asks(&app).await);
    assert_eq!(of(&app, &told, "rule").as_deref(), Some("country_day"));
    // The same once those hours are written down.
    app.tidy();
    assert!(app.database.count("sms_hours WHERE hour > now() - interval '1 day'") > 0);
    assert_eq!(reference(&asks(&app).await), told);
}

#[actix_web::test]
async fn sms_09_texts_of_the_last_minutes_are_left_to_the_hours_rule() {
    let app = app_after_the_first_days(1).await;
    open(&app.database, 11, "4 minutes");
    asks(&app).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn sms_09_a_range_gets_five_texts_an_hour_and_others_are_served() {
    let app = app_after_the_first_days(1).await;
    for _ in 0..5 {
        people::maid().asks(&app.browser()).await.redirects_to("/register/verify");
    }
    let told = reference(&people::maid().asks(&app.browser()).await);
    assert_eq!(of(&app, &told, "number_range || ' ' || rule").as_deref(), Some("+25191100 range_hour"));
    assert!(of(&app, &told, "why").unwrap().starts_with("5 texts of the last hour to one range of numbers in ET wait"));
    asks(&app).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn s_1_of_sixty_numbers_of_one_range_five_get_a_text_and_other_countries_are_served() {
    let app = app_after_the_first_days(1).await;
    let mut pages = Vec::new();
    for _ in 0..60 {
        pages.push(people::maid().asks(&app.browser()).await);
    }
    assert_eq!((leading_to(&pages, "/register/verify"), saying(&pages, PAUSED)), (5, 55));
    let elsewhere = people::maid().at("+966512345678");
    app.browser().submit("/register", &elsewhere.fields_with("country", "SA")).await.redirects_to("/register/verify");
    settled(&app).await;
    assert_eq!(sent(&app), 6);
}

#[actix_web::test]
async fn sms_09_entering_codes_opens_it_at_once() {
    let app = app_after_the_first_days(1).await;
    let people: Vec<_> = (0..5).map(|_| (people::maid(), app.browser())).collect();
    let mut codes = Vec::new();
    for (person, browser) in &people {
        codes.push(person.begins(&app, browser).await);
    }
    let told = reference(&people::maid().asks(&app.browser()).await);
    people[0].1.enters(&codes[0]).await.redirects_to("/account");
    people::maid().asks(&app.browser()).await.redirects_to("/register/verify");
    assert!(of(&app, &told, "ended_at").is_some());
    app.logged(&format!("event=brake_off reference={told} country=ET")).await;
    // Five are open again, and the code of one allows for no sixth.
    let again = reference(&people::maid().asks(&app.browser()).await);
    assert_ne!(again, told);
}

#[actix_web::test]
async fn sms_09_time_opens_it_and_housekeeping_notes_it_where_nobody_asks() {
    let app = app_after_the_first_days(1).await;
    for _ in 0..5 {
        people::maid().asks(&app.browser()).await;
    }
    let told = reference(&people::maid().asks(&app.browser()).await);
    app.let_pass("59 minutes");
    app.tidy();
    assert_eq!(of(&app, &told, "ended_at"), None);
    app.let_pass("2 minutes");
    app.tidy();
    assert!(of(&app, &told, "ended_at").is_some());
    for _ in 0..3 {
        people::maid().asks(&app.browser()).await.redirects_to("/register/verify");
    }
    // The day's rule is the narrower one by now.
    app.let_pass("6 minutes");
    let day = reference(&people::maid().asks(&app.browser()).await);
    assert_eq!(of(&app, &day, "rule").as_deref(), Some("range_day"));
    app.let_pass("24 hours");
    people::maid().asks(&app.browser()).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn sms_09_in_a_home_countrys_first_14_days_decisions_are_written_down_and_only_a_flood_is_held_back() {
    let app = TestApp::start().await;
    open(&app.database, 20, "20 minutes");
    app.database.codes_were_entered_elsewhere();
    asks(&app).await.redirects_to("/register/verify");
    let decision = "SELECT rule || alert_only || (ended_at IS NULL) FROM brakes";
    assert_eq!(app.database.text(decision).as_deref(), Some("country_hourtruetrue"));
    open(&app.database, 75, "20 minutes");
    app.database.codes_were_entered_elsewhere();
    let told = reference(&asks(&app).await);
    assert_eq!(of(&app, &told, "alert_only").as_deref(), Some("false"));
    assert_eq!(app.database.count("brakes WHERE alert_only AND ended_at IS NOT NULL"), 1, "the warning has given way");
    // The flood is over, and what is left is worth a warning.
    app.let_pass("41 minutes");
    open(&app.database, 20, "20 minutes");
    app.database.codes_were_entered_elsewhere();
    app.database.run("DELETE FROM sms_messages WHERE created_at < now() - interval '1 hour'");
    asks(&app).await.redirects_to("/register/verify");
    assert_eq!(app.database.count("brakes WHERE alert_only AND ended_at IS NULL"), 1);
    // After the first days the same is no warning any more.
    is_not_new(&app.database);
    reference(&asks(&app).await);
}

#[actix_web::test]
async fn sms_09_a_country_that_somebody_opened_has_no_first_days() {
    let app = TestApp::start().await;
    app.database.run(
        "INSERT INTO country_policies (country, unproven, proven, price_micros) VALUES ('DE', true, true, 100000)",
    );
    open(&app.database, 12, "20 minutes");
    app.database.run("UPDATE sms_messages SET country = 'DE'");
    let page =
        app.browser().submit("/register", &people::maid().at("+4915123456789").fields_with("country", "DE")).await;
    reference(&page);
}

#[actix_web::test]
async fn sms_09_proven_numbers_get_their_texts_while_the_brake_is_on() {
    let app = app_after_the_first_days(1).await;
    let owner = Owner::with_sms(&app).await;
    open(&app.database, 50, "20 minutes");
    reference(&asks(&app).await);

    let (pending, code) = owner.begins_with_text(&app).await;
    pending.gives(&code).await.redirects_to("/account");
    app.database.run("UPDATE sessions SET confirmed_at = now() - interval '6 minutes'");
    owner.browser.submit("/confirm/resend", &[]).await;
    assert!(!owner.text_code(&app).await.is_empty());
    let reset = [("country", "ET"), ("phone", owner.person.phone.as_str())];
    app.browser().submit("/password-reset", &reset).await.redirects_to("/password-reset/verify");
    assert!(!owner.text_code(&app).await.is_empty());
    reference(&asks(&app).await);
}

#[actix_web::test]
async fn aut_11_a_number_with_an_account_and_one_without_are_answered_alike_while_the_brake_is_on() {
    let app = app_after_the_first_days(1).await;
    let owner = people::maid();
    owner.has_account(&app).await;
    open(&app.database, 50, "20 minutes");
    let answer = async |phone: &str| {
        let person = people::maid().at(phone);
        let page = person.asks(&app.browser()).await;
        reference(&page);
        seen(&page, &person)
    };
    assert_eq!(answer(&owner.phone).await, answer(&people::new_phone()).await);
}

#[actix_web::test]
async fn sms_09_a_hundred_at_once_get_exactly_what_is_allowed() {
    for processes in [1, 2] {
        for (one_range, allowed) in [(true, 5), (false, 12)] {
            let app = app_after_the_first_days(processes).await;
            let new = || if one_range { people::maid() } else { somebody() };
            let people: Vec<_> = app.browsers(100).into_iter().map(|browser| (new(), browser)).collect();
            let pages = at_once(people.iter().map(|(person, browser)| person.asks(browser))).await;
            nothing_broke(&app, &pages, &[303, 422]);
            assert_eq!(leading_to(&pages, "/register/verify"), allowed, "{processes} processes");
            assert_eq!(saying(&pages, PAUSED), 100 - allowed);
            settled(&app).await;
            assert_eq!((sent(&app), app.database.count("brakes")), (allowed, 1));
        }
    }
}

/// Open texts to many countries, none of which has had enough to be braked.
fn open_abroad(database: &Database, number: u32, age: &str) {
    open(database, number, age);
    database.run(
        "UPDATE sms_messages AS m SET country = (ARRAY['SA', 'AE', 'KW', 'QA', 'BH', 'OM'])[1 + n % 6]
         FROM (SELECT id, row_number() OVER () AS n FROM sms_messages WHERE country = 'ET') AS t WHERE t.id = m.id",
    );
}

#[actix_web::test]
async fn sms_09_all_countries_together_get_25_texts_an_hour_where_nobody_enters_codes() {
    let app = app_after_the_first_days(1).await;
    open_abroad(&app.database, 24, "4 minutes");
    asks(&app).await.redirects_to("/register/verify");
    let told = reference(&asks(&app).await);
    assert_eq!(of(&app, &told, "country || number_range || rule").as_deref(), Some("ALLeverywhere_hour"));
    let why = of(&app, &told, "why").unwrap();
    assert!(
        why.starts_with("25 texts of the last hour to all countries wait for their code to be entered, and 25"),
        "{why}"
    );
    app.logged(&format!("event=brake_on reference={told} country=ALL scope=everywhere rule=everywhere_hour")).await;
    // Where one person has entered a code the next is served.
    texts(&app.database, 1, "5 hours", true, "10.77.0.1");
    let shared = || app.browser().from("10.77.0.1");
    somebody().asks(&shared()).await.redirects_to("/register/verify");
    assert_eq!(reference(&somebody().asks(&shared()).await), told);
    app.database.run("DELETE FROM sms_messages WHERE address = '10.250.0.1'");
    app.tidy();
    assert!(of(&app, &told, "ended_at").is_some());
}

#[actix_web::test]
async fn sms_09_all_countries_together_get_ten_texts_a_day_where_nobody_enters_codes_also_in_the_first_days() {
    let app = TestApp::start().await;
    open_abroad(&app.database, 9, "3 hours");
    asks(&app).await.redirects_to("/register/verify");
    open_abroad(&app.database, 1, "6 minutes");
    let told = reference(&asks(&app).await);
    assert_eq!(of(&app, &told, "rule || alert_only").as_deref(), Some("everywhere_dayfalse"));
    // The same once those hours are written down.
    app.tidy();
    assert!(app.database.count("sms_hours WHERE hour > now() - interval '1 day'") > 0);
    assert_eq!(reference(&asks(&app).await), told);
}

#[actix_web::test]
async fn sms_09_a_hundred_at_once_share_what_is_left_of_all_countries_exactly() {
    for processes in [1, 2] {
        let app = app_after_the_first_days(processes).await;
        open_abroad(&app.database, 15, "4 minutes");
        let people: Vec<_> = app.browsers(100).into_iter().map(|browser| (somebody(), browser)).collect();
        let pages = at_once(people.iter().map(|(person, browser)| person.asks(browser))).await;
        nothing_broke(&app, &pages, &[303, 422]);
        assert_eq!(leading_to(&pages, "/register/verify"), 10, "{processes} processes");
        settled(&app).await;
        assert_eq!((sent(&app), app.database.count("brakes")), (10, 1));
    }
}

#[actix_web::test]
async fn texts_that_an_address_vouches_for_count_for_their_range_alone() {
    let app = app_after_the_first_days(1).await;
    open(&app.database, 50, "20 minutes");
    app.database.run("UPDATE sms_messages SET vouched = true");
    asks(&app).await.redirects_to("/register/verify");
    app.database.run("UPDATE sms_messages SET created_at = created_at - interval '3 hours'");
    // The program's own housekeeping may have been here before these texts were so old.
    app.database.run("UPDATE sms_hours_written SET until = date_trunc('hour', now(), 'UTC') - interval '5 hours'");
    brakes::store::write_hours(&mut app.database.connect()).unwrap();
    let written = |scope: &str| app.database.count(&format!("sms_hours WHERE number_range {scope} '' AND sent <> 1"));
    let ranges = app.database.count("sms_hours WHERE number_range <> ''");
    assert_eq!((written("="), ranges), (0, 51));
}

#[actix_web::test]
async fn what_is_refused_calls_nobody_costs_nothing_and_counts_for_the_asker_alone() {
    let app = app_after_the_first_days(1).await;
    open(&app.database, 50, "20 minutes");
    let browser = app.browser();
    for _ in 0..3 {
        reference(&somebody().asks(&browser).await);
    }
    somebody().asks(&browser).await.shows(429, "Please wait a little");
    settled(&app).await;
    assert_eq!(sent(&app), 0);
    assert_eq!(app.database.count("spending WHERE micros <> 0"), 0);
    assert_eq!(
        app.database.count("sms_messages WHERE brake_id IS NOT NULL AND state = 'failed' AND fault = 'paused'"),
        3
    );
    // What was refused is not open: the brake feeds on nothing of its own.
    app.database.run("DELETE FROM sms_messages WHERE brake_id IS NULL");
    asks(&app).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn a_new_code_is_refused_with_the_reference_and_its_page_stays() {
    let app = app_after_the_first_days(1).await;
    let browser = app.browser();
    let code = somebody().begins(&app, &browser).await;
    browser.enters("000000").await.shows(422, "Invalid code");
    open(&app.database, 50, "20 minutes");
    app.let_pass("61 seconds");
    let guesses = app.database.number("SELECT sum(guesses_left) FROM phone_verifications");
    let page = browser.resends().await;
    let told = reference(&page);
    assert_eq!(
        app.database.number("SELECT sum(guesses_left) FROM phone_verifications"),
        guesses,
        "no guess is won by it"
    );
    assert!(page.has("form[action='/register/phone'] #phone"), "{}", page.text());
    browser.get("/register/verify").await.shows(200, "Send a new code");
    assert_eq!(of(&app, &told, "rule").as_deref(), Some("country_hour"));
    // The text before may only be slow: its code is all that the person has.
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn a_new_code_for_a_change_of_number_is_refused_with_the_reference_and_the_one_before_works_on() {
    let app = app_after_the_first_days(1).await;
    let owner = Owner::with_sms(&app).await;
    let phone = somebody().phone;
    owner.browser.wants_number(&phone).await.redirects_to("/account/phone/verify");
    let code = app.twilio.next_code_to(&phone).await;
    open(&app.database, 50, "20 minutes");
    app.let_pass("61 seconds");
    let page = owner.browser.submit("/account/phone/resend", &[]).await;
    page.shows(422, PAUSED);
    assert!(page.error_of("code").is_some_and(|error| error.contains(PAUSED)), "{}", page.text());
    owner.browser.proves_number(&code).await.redirects_to("/account/phone");
}

#[actix_web::test]
async fn sms_09_an_address_where_codes_are_entered_vouches_for_its_people_but_not_for_a_range() {
    let app = app_after_the_first_days(1).await;
    texts(&app.database, 8, "5 hours", true, "10.77.0.1");
    open(&app.database, 50, "20 minutes");
    reference(&asks(&app).await);
    let shared = || app.browser().from("10.77.0.1");
    for _ in 0..2 {
        somebody().asks(&shared()).await.redirects_to("/register/verify");
    }
    // Two are open, and one and a fifth of eight are no three.
    reference(&somebody().asks(&shared()).await);
    assert_eq!(app.database.count("brakes WHERE country = 'ET' AND ended_at IS NULL"), 1);

    texts(&app.database, 80, "5 hours", true, "10.77.0.2");
    let shared = || app.browser().from("10.77.0.2");
    for _ in 0..5 {
        people::maid().asks(&shared()).await.redirects_to("/register/verify");
    }
    let told = reference(&people::maid().asks(&shared()).await);
    assert_eq!(of(&app, &told, "rule").as_deref(), Some("range_hour"));
}

#[test]
fn hours_are_written_once_also_by_two_at_once() {
    let database = Database::create();
    open(&database, 7, "2 hours");
    texts(&database, 3, "2 hours", true, "10.250.0.1");
    open(&database, 4, "3 hours");
    open(&database, 5, "1 minute");
    let write = || brakes::store::write_hours(&mut database.connect()).unwrap();
    let written: Vec<usize> = std::thread::scope(|scope| {
        let clerks: Vec<_> = (0..8).map(|_| scope.spawn(write)).collect();
        clerks.into_iter().map(|clerk| clerk.join().unwrap()).collect()
    });
    assert_eq!(written.iter().filter(|rows| **rows > 0).count(), 1, "{written:?}");
    let sum = |what: &str, scope: &str| {
        database.number(&format!("SELECT coalesce(sum({what}), 0) FROM sms_hours WHERE number_range {scope} ''"))
    };
    // What is less than two hours old by the clock's hours may still be left to the messages.
    let due = |entered: &str| {
        database.number(&format!(
            "SELECT count(*) FROM sms_messages JOIN phone_verifications AS pv ON pv.id = verification_id
             WHERE sms_messages.created_at < (SELECT until FROM sms_hours_written) AND pv.used_at IS {entered} NULL"
        ))
    };
    for scope in ["=", "<>"] {
        assert_eq!(sum("sent - entered", scope), due(""));
        assert_eq!(sum("entered", scope), due("NOT"));
    }
    assert!((4..=11).contains(&due("")), "{}", due(""));
    let hours = database.count("sms_hours");
    assert_eq!(write(), 0);
    assert_eq!(database.count("sms_hours"), hours);
}

#[actix_web::test]
async fn texts_that_were_withheld_refused_or_never_left_count_nowhere() {
    let app = app_after_the_first_days(1).await;
    open(&app.database, 50, "20 minutes");
    for uncounted in [
        "withheld = true, state = 'withheld'",
        "withheld = false, state = 'failed', fault = 'bad_number'",
        "state = 'superseded'",
        "state = 'sent', kind = 'sign_in'",
        "kind = 'password_reset'",
    ] {
        app.database.run(&format!("UPDATE sms_messages SET {uncounted} WHERE address = '10.250.0.1'"));
        asks(&app).await.redirects_to("/register/verify");
    }
    for counted in
        ["kind = 'phone_change', state = 'unknown'", "kind = 'verification_taken'", "kind = 'phone_change_taken'"]
    {
        app.database.run(&format!("UPDATE sms_messages SET {counted} WHERE address = '10.250.0.1'"));
        reference(&asks(&app).await);
    }
    app.database.run(
        "UPDATE sms_messages SET created_at = created_at - interval '3 hours', state = 'failed', fault = 'no_sms'",
    );
    nothing_is_written(&app.database);
    brakes::store::write_hours(&mut app.database.connect()).unwrap();
    assert_eq!(app.database.count("sms_hours WHERE hour > now() - interval '1 day'"), 0);
}

#[actix_web::test]
async fn a_text_that_the_provider_refuses_is_not_open() {
    let app = app_after_the_first_days(1).await;
    for _ in 0..14 {
        app.twilio.script_on(Operation::SendMessage, [Behaviour::Refuse(400, 21614)]);
        asks(&app).await.shows(422, "cannot receive text messages");
    }
    asks(&app).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn a_code_that_is_entered_settles_every_text_that_was_sent_for_it() {
    let app = app_after_the_first_days(1).await;
    let browser = app.browser();
    let hanna = somebody();
    hanna.begins(&app, &browser).await;
    for wait in ["61 seconds", "121 seconds"] {
        app.let_pass(wait);
        browser.resends().await.redirects_to("/register/verify");
        app.twilio.next_code_to(&hanna.phone).await;
    }
    open(&app.database, 9, "20 minutes");
    reference(&asks(&app).await);
    let code = app.twilio.messages_to(&hanna.phone).pop().unwrap().code();
    browser.enters(&code).await.redirects_to("/account");
    asks(&app).await.redirects_to("/register/verify");
}

/// The limits and the brake stand in one order behind one lock: what one of them reads, everybody waits for.
#[test]
fn among_a_hundred_thousand_texts_a_reservation_reads_few_rows_and_no_table_from_end_to_end() {
    let database = Database::create();
    fill(&database);
    // What connections have read is reported when they end.
    std::thread::sleep(Duration::from_millis(500));
    database.run("SELECT pg_stat_reset()");
    reserve_one(&database).unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while reads(&database).1 == 0 {
        assert!(Instant::now() < deadline, "no report");
        std::thread::sleep(Duration::from_millis(50));
    }
    let (tables, rows) = reads(&database);
    assert_eq!(tables, 0, "tables read from end to end");
    assert!(rows < 2500, "{rows} rows read");
}

/// Thirty days of texts, a thirtieth of them of the last day, and the hours that go with them.
fn fill(database: &Database) {
    is_not_new(database);
    for sql in [
        "ALTER TABLE sms_messages DISABLE TRIGGER USER",
        "INSERT INTO phone_verifications (id, purpose, phone_number, expires_at, used_at, used_from)
         SELECT gen_random_uuid(), 'registration', '+2519' || 10000000 + n * 997, now(),
                CASE WHEN n % 10 > 0 THEN now() END, CASE WHEN n % 10 > 0 THEN '10.250.0.' || n % 50 END
         FROM generate_series(1, 4000) AS n",
        "INSERT INTO sms_messages (id, verification_id, send_number, kind, phone_number, country, locale, browser_id,
                                   address, stranger, state, provider, created_at)
         SELECT gen_random_uuid(), pv.id, 1, 'verification', '+2519' || 10000000 + n * 997, 'ET', 'en',
                gen_random_uuid(), '10.250.0.' || n % 50, true, 'sent', 'messaging', now() - n * interval '26 seconds'
         FROM generate_series(1, 100000) AS n LEFT JOIN phone_verifications AS pv
             ON pv.phone_number = '+2519' || 10000000 + n * 997",
        "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
         SELECT country, '', date_trunc('hour', now(), 'UTC') - n * interval '1 hour', 140, 126
         FROM generate_series(2, 9000) AS n, unnest(ARRAY['ET', 'SA', 'AE']) AS country ON CONFLICT DO NOTHING",
        "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
         SELECT 'ET', '+2519' || 1000 + n % 7919, date_trunc('hour', now(), 'UTC') - (2 + n % 300) * interval '1 hour', 1, 1
         FROM generate_series(1, 90000) AS n ON CONFLICT DO NOTHING",
        "UPDATE sms_hours_written SET until = date_trunc('hour', now(), 'UTC') - interval '1 hour'",
        "ANALYZE",
    ] {
        database.run(sql);
    }
}

/// How often tables were read from end to end, and how many rows were fetched.
fn reads(database: &Database) -> (i64, i64) {
    let of = |what: &str| {
        database.number(&format!(
            "SELECT sum({what}) FROM pg_stat_user_tables
             WHERE relname IN ('sms_messages', 'sms_hours', 'phone_verifications')"
        ))
    };
    (of("seq_scan"), of("coalesce(idx_tup_fetch, 0) + seq_tup_read"))
}

fn reserve_one(database: &Database) -> Result<(), NotReserved> {
    let address = ClientAddress(Ipv4Addr::new(10, 250, 0, 7).into());
    let text = Text {
        kind: TextKind::Verification,
        to: PhoneNumber::from_stored("+251919994567".to_owned()),
        locale: "en".to_owned(),
        challenge: ChallengeId::generate(),
        send: 1,
        decoy: false,
    };
    let asker = Asker::Stranger { address, browser: BrowserId::generate() };
    db::transaction(&mut db::connect(&database.url()).unwrap(), |conn| {
        phone_verifications::store::insert(
            conn,
            &phone_verifications::Lifetimes::default(),
            text.challenge,
            Purpose::Registration,
            &text.to,
            None,
        )?;
        reserve::reserve(conn, &Limits::new(5, 10), &asker, &text).map(drop)
    })
}
