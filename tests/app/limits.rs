//! How many texts may be sent: limits that are exact and never say which of them was reached (SMS-08, SMS-13, S-2,
//! S-3, L-1, L-3, L-4, L-6, R-5).

use std::collections::BTreeSet;

use diesel::PgConnection;
use latchkey::{
    domain::{
        client_address::ClientAddress,
        country::Country,
        ids::{BrowserId, ChallengeId, UserId},
        phone_number::PhoneNumber,
    },
    features::{
        messages::reserve::{self, Asker, Limits, NotReserved, Text},
        phone_verifications::{self, Purpose},
    },
    sms::TextKind,
};
use proptest::prelude::*;

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    database::Database,
    fake_twilio::Behaviour,
    people::{self, Person, other_than},
};

const NUMBERS_ROWS: [&str; 3] = ["sms_messages", "registrations", "phone_verifications"];

#[track_caller]
fn is_too_many(page: &Page) {
    page.shows(429, "Please wait a little");
    assert!(page.retry_after() > 0 && page.retry_after().is_multiple_of(30), "{}", page.retry_after());
}

/// Somebody new asks for a text to this number.
async fn stranger_asks(app: &TestApp, phone: &str) -> Page {
    people::maid().at(phone).asks(&app.browser()).await
}

async fn strangers_ask(app: &TestApp, phone: &str, times: usize) {
    for _ in 0..times {
        stranger_asks(app, phone).await.redirects_to("/register/verify");
    }
}

#[actix_web::test]
async fn sms_08_a_number_gets_5_texts_an_hour_and_10_a_day() {
    let app = TestApp::start().await;
    let phone = people::new_phone();
    strangers_ask(&app, &phone, 5).await;
    is_too_many(&stranger_asks(&app, &phone).await);

    app.let_pass("59 minutes");
    is_too_many(&stranger_asks(&app, &phone).await);
    app.let_pass("1 minute");
    strangers_ask(&app, &phone, 5).await;

    app.let_pass("2 hours");
    is_too_many(&stranger_asks(&app, &phone).await);
    app.let_pass("20 hours 59 minutes");
    is_too_many(&stranger_asks(&app, &phone).await);
    app.let_pass("1 minute");
    strangers_ask(&app, &phone, 5).await;

    assert_eq!(app.texts_sent().await, 15);
    strangers_ask(&app, &people::new_phone(), 1).await;
}

#[actix_web::test]
async fn l_6_the_hour_slides() {
    let app = TestApp::start().await;
    let phone = people::new_phone();
    strangers_ask(&app, &phone, 1).await;
    app.let_pass("58 minutes");
    strangers_ask(&app, &phone, 4).await;
    is_too_many(&stranger_asks(&app, &phone).await);
    // The first has left the window, the other four have not.
    app.let_pass("3 minutes");
    strangers_ask(&app, &phone, 1).await;
    is_too_many(&stranger_asks(&app, &phone).await);
}

#[actix_web::test]
async fn l_1_all_spellings_of_a_number_are_one_number() {
    let app = TestApp::start().await;
    let phone = people::new_phone();
    let local = phone.strip_prefix("+251").unwrap();
    let arabic = |text: &str| {
        let digit =
            |letter: char| letter.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).unwrap_or(letter);
        text.chars().map(digit).collect::<String>()
    };
    let spellings = [
        phone.clone(),
        format!("0{local}"),
        format!("00251{local}"),
        format!("{} {} {}", &phone[..4], &phone[4..7], &phone[7..]),
        arabic(&format!("0{local}")),
        format!("(0) {}-{}", &local[..3], &local[3..]),
        format!("\u{a0}{phone}\u{200b}"),
    ];
    let mut accepted = 0;
    for spelling in &spellings {
        let page = stranger_asks(&app, spelling).await;
        match page.status.as_u16() {
            303 => accepted += 1,
            422 => assert!(page.error_of("phone").is_some(), "{spelling:?}"),
            _ => is_too_many(&page),
        }
    }
    assert_eq!((accepted, app.texts_sent().await), (5, 5));
    assert_eq!(app.database.number("SELECT count(DISTINCT phone_number) FROM sms_messages"), 1);
    is_too_many(&stranger_asks(&app, &spellings[1]).await);
}

#[actix_web::test]
async fn sms_08_an_address_gets_as_many_texts_as_codes_were_entered_there_and_at_least_5() {
    let app = TestApp::start().await;
    let hostel = "203.0.113.7";
    let new_here = || app.browser().from(hostel);
    for _ in 0..5 {
        people::maid().registers(&app, &new_here()).await;
    }
    is_too_many(&people::maid().asks(&new_here()).await);
    people::maid().asks(&app.browser()).await.redirects_to("/register/verify");

    app.let_pass("1 hour");
    for _ in 0..5 {
        people::maid().registers(&app, &new_here()).await;
    }
    // Ten codes entered in a day: ten texts an hour, of which five are used.
    for _ in 0..5 {
        people::maid().asks(&new_here()).await.redirects_to("/register/verify");
    }
    is_too_many(&people::maid().asks(&new_here()).await);

    // What was finished a day ago no longer counts.
    app.let_pass("25 hours");
    for _ in 0..5 {
        people::maid().asks(&new_here()).await.redirects_to("/register/verify");
    }
    is_too_many(&people::maid().asks(&new_here()).await);
}

#[actix_web::test]
async fn l_3_an_ipv6_network_of_64_bits_is_one_address_and_48_bits_are_four() {
    let app = TestApp::start().await;
    let asks_from = |address: String| {
        let browser = app.browser().from(&address);
        async move { people::maid().asks(&browser).await }
    };
    for host in 1..=5 {
        asks_from(format!("2001:db8:1:1::{host}")).await.redirects_to("/register/verify");
    }
    is_too_many(&asks_from("2001:db8:1:1:ffff::9".to_owned()).await);
    for network in 2..=16 {
        asks_from(format!("2001:db8:1:{network:x}::1")).await.redirects_to("/register/verify");
    }
    is_too_many(&asks_from("2001:db8:1:ffff::1".to_owned()).await);
    asks_from("2001:db8:2:1::1".to_owned()).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn l_4_an_address_that_the_client_claims_counts_for_nothing() {
    let app = TestApp::start_with("messaging", &[("LATCHKEY_TRUSTED_PROXIES", "")]).await;
    let claims = ["x-forwarded-for", "forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip", "x-forwarded-for"];
    for (index, header) in claims.into_iter().enumerate() {
        let browser = app.browser();
        let form = browser.form("/register").header(header, format!("198.51.100.{index}"));
        let hanna = people::maid();
        let page = browser.send(form.form(&hanna.fields())).await;
        if index < 5 {
            page.redirects_to("/register/verify");
        } else {
            is_too_many(&page);
        }
    }
}

#[actix_web::test]
async fn sms_08_a_browser_gets_3_texts_a_minute() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().begins(&app, &browser).await;
    for _ in 0..2 {
        browser.corrects_to(&people::new_phone()).await.redirects_to("/register/verify");
    }
    // Also from another address, as a phone changes between networks.
    let elsewhere = browser.clone().from("198.51.100.9");
    is_too_many(&elsewhere.corrects_to(&people::new_phone()).await);
    app.let_pass("1 minute");
    elsewhere.corrects_to(&people::new_phone()).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn sms_08_a_refused_send_costs_nothing_and_changes_nothing() {
    let app = TestApp::start().await;
    let phone = people::new_phone();
    strangers_ask(&app, &phone, 5).await;
    let browser = app.browser();
    let hanna = people::maid();
    let code = hanna.begins(&app, &browser).await;
    let before = NUMBERS_ROWS.map(|table| app.database.count(table));

    is_too_many(&stranger_asks(&app, &phone).await);
    is_too_many(&browser.corrects_to(&phone).await);

    assert_eq!(NUMBERS_ROWS.map(|table| app.database.count(table)), before);
    browser.get("/register/verify").await.shows(200, &hanna.phone[9..]);
    browser.enters(&code).await.redirects_to("/account");
}

#[actix_web::test]
async fn err_02_the_page_of_a_limit_never_tells_which_one() {
    let app = TestApp::start().await;
    let (phone, address) = (people::new_phone(), "203.0.113.9");
    strangers_ask(&app, &phone, 5).await;
    for _ in 0..5 {
        people::maid().asks(&app.browser().from(address)).await.redirects_to("/register/verify");
    }
    let browser = app.browser();
    for _ in 0..3 {
        people::maid().asks(&browser).await.redirects_to("/register/verify");
    }
    app.let_pass("10 seconds");

    let by_number = stranger_asks(&app, &phone).await;
    let by_address = people::maid().asks(&app.browser().from(address)).await;
    let by_browser = people::maid().asks(&browser).await;

    for page in [&by_number, &by_address, &by_browser] {
        is_too_many(page);
    }
    let words = |page: &Page| {
        let text = page.text();
        let (before, rest) = text.split_once("Try again in").unwrap();
        format!("{before}{}", rest.split_once("(UTC)").or(rest.split_once("Nothing is lost")).unwrap().1)
    };
    assert_eq!(words(&by_number), words(&by_address));
    assert_eq!(words(&by_number), words(&by_browser));
}

// Everybody at once.

/// No fault of ours, no knot that PostgreSQL had to cut, and the rest refused.
#[track_caller]
fn so_many_of(pages: &[Page], app: &TestApp, accepted: usize) {
    let with = |status: u16| pages.iter().filter(|page| page.status == status).count();
    assert_eq!((with(303), with(429)), (accepted, pages.len() - accepted));
    assert_eq!(app.database.deadlocks(), 0);
}

async fn ask_at_once(asking: &[(Person, Browser)]) -> Vec<Page> {
    at_once(asking.iter().map(|(person, browser)| person.asks(browser))).await
}

#[actix_web::test]
async fn r_5_200_who_ask_at_once_for_one_number_get_5_texts_sent() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let phone = people::new_phone();
    let asking: Vec<_> = app.browsers(200).into_iter().map(|browser| (people::maid().at(&phone), browser)).collect();

    let pages = ask_at_once(&asking).await;

    so_many_of(&pages, &app, 5);
    assert_eq!(NUMBERS_ROWS.map(|table| app.database.count(table)), [5, 5, 5]);
    assert_eq!((app.texts_sent().await, app.twilio.messages_to(&phone).len()), (5, 5));
}

#[actix_web::test]
async fn r_5_200_numbers_asked_for_at_once_from_one_address_get_5_texts() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let one_address = |browser: Browser| (people::maid(), browser.from("203.0.113.7"));
    let asking: Vec<_> = app.browsers(200).into_iter().map(one_address).collect();

    let pages = ask_at_once(&asking).await;

    so_many_of(&pages, &app, 5);
    assert_eq!(NUMBERS_ROWS.map(|table| app.database.count(table)), [5, 5, 5]);
    assert_eq!(app.texts_sent().await, 5);
}

#[actix_web::test]
async fn r_5_60_who_correct_their_number_to_one_at_once_get_5_texts_and_the_others_keep_theirs() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let asking: Vec<_> = app.browsers(60).into_iter().map(|browser| (people::maid(), browser)).collect();
    so_many_of(&ask_at_once(&asking).await, &app, 60);
    let phone = people::new_phone();

    let pages = at_once(asking.iter().map(|(_, browser)| browser.corrects_to(&phone))).await;

    so_many_of(&pages, &app, 5);
    assert_eq!((app.texts_sent().await, app.twilio.messages_to(&phone).len()), (65, 5));
    let open = "SELECT count(*) FROM phone_verifications WHERE closed_at IS NULL";
    assert_eq!(app.database.number(open), 60, "one live challenge each");
}

#[actix_web::test]
async fn r_5_50_resends_at_once_are_one() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let browser = app.browser();
    people::maid().begins(&app, &browser).await;
    app.let_pass("60 seconds");
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().map(Browser::resends)).await;

    so_many_of(&pages, &app, 1);
    assert_eq!(app.texts_sent().await, 2);
}

// Numbers that have an owner.

/// An account whose own text is long past, and its number.
async fn owned_number(app: &TestApp) -> String {
    let owner = people::maid();
    owner.registers(app, &app.browser()).await;
    app.let_pass("25 hours");
    owner.phone
}

#[actix_web::test]
async fn s_2_strangers_get_3_texts_an_hour_sent_to_an_owned_number_and_answers_stay_the_same() {
    let app = TestApp::start().await;
    let (owned, free) = (owned_number(&app).await, people::new_phone());

    for round in 1..=6 {
        let (at_owned, at_free) = (app.browser(), app.browser());
        let one = people::maid().at(&owned).asks(&at_owned).await;
        let other = people::maid().at(&free).asks(&at_free).await;
        same(&one, &other);
        if round > 5 {
            is_too_many(&one);
            continue;
        }
        same(&at_owned.get("/register/verify").await, &at_free.get("/register/verify").await);
        same(&at_owned.resends().await, &at_free.resends().await);
        let guess = other_than(&app.twilio.messages_to(&free).pop().unwrap().code());
        for _ in 0..4 {
            same(&at_owned.enters(&guess).await, &at_free.enters(&guess).await);
        }
        same(&at_owned.get("/register/verify").await, &at_free.get("/register/verify").await);
    }

    app.texts_sent().await;
    assert_eq!((app.twilio.messages_to(&owned).len(), app.twilio.messages_to(&free).len()), (1 + 3, 5));
    let withheld = format!("SELECT count(*) FROM sms_messages WHERE state = 'withheld' AND phone_number = '{owned}'");
    assert_eq!(app.database.number(&withheld), 2);
}

/// Status, header names, cookie names and words are equal.
#[track_caller]
fn same(one: &Page, other: &Page) {
    let names = |page: &Page| page.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!((one.status, names(one), one.location()), (other.status, names(other), other.location()));
    assert_eq!(one.text_without_digits(), other.text_without_digits());
}

#[actix_web::test]
async fn s_2_a_withheld_text_can_be_asked_for_again_like_any_other() {
    let app = TestApp::start().await;
    let owned = owned_number(&app).await;
    strangers_ask(&app, &owned, 3).await;
    let browser = app.browser();
    people::maid().at(&owned).asks(&browser).await.redirects_to("/register/verify");
    browser.resends().await.shows(429, "Not yet");
    app.let_pass("60 seconds");
    browser.resends().await.redirects_to("/register/verify");
    browser.get("/register/verify").await.shows(200, "A new code is on its way");
    assert_eq!(app.texts_sent().await, 1 + 3);
    // When strangers may send again, so may this one.
    app.let_pass("1 hour");
    strangers_ask(&app, &owned, 1).await;
    assert_eq!(app.texts_sent().await, 1 + 4);
}

#[actix_web::test]
async fn s_2_a_withheld_text_takes_as_long_as_one_that_is_sent() {
    let app = TestApp::start().await;
    let owned = owned_number(&app).await;
    app.twilio.always(Behaviour::DelayMs(600));
    strangers_ask(&app, &owned, 3).await;

    let begun = std::time::Instant::now();
    strangers_ask(&app, &owned, 1).await;

    assert!(begun.elapsed().as_millis() >= 500, "a quick answer says that the number has an account");
    assert_eq!(app.texts_sent().await, 1 + 3);
}

#[actix_web::test]
async fn s_3_a_day_of_strangers_leaves_the_owner_texts() {
    let app = TestApp::start().await;
    let owned = owned_number(&app).await;
    for _ in 0..4 {
        for _ in 0..5 {
            stranger_asks(&app, &owned).await;
        }
        app.let_pass("61 minutes");
    }
    let sent = app.texts_sent().await;
    assert_eq!(sent, 1 + 6, "three an hour, and six of the ten of a day");

    let mut desk = Desk::at(&app.database);
    let owner = Asker::Owner { user: desk.some_user(), browser: BrowserId::generate() };
    let number = PhoneNumber::from_stored(owned);
    for _ in 0..4 {
        desk.reserve(&owner, &number).unwrap();
        app.let_pass("1 minute");
    }
    assert!(desk.reserve(&owner, &number).is_err(), "ten a day in all");
}

// The reservation itself, where no page leads to the limit yet or HTTP would be slow.

/// Reserves texts on a connection of its own.
struct Desk {
    conn: PgConnection,
    limits: Limits,
}

impl Desk {
    fn at(database: &Database) -> Self {
        Self { conn: latchkey::db::connect(&database.url()).unwrap(), limits: Limits::new(5, 10) }
    }

    /// As a request does: challenge and text in one transaction.
    fn reserve(&mut self, asker: &Asker, to: &PhoneNumber) -> Result<(), NotReserved> {
        let limits = self.limits;
        latchkey::db::transaction(&mut self.conn, |conn| {
            let challenge = ChallengeId::generate();
            phone_verifications::store::insert(
                conn,
                &self.limits.lifetimes,
                challenge,
                Purpose::Registration,
                to,
                None,
            )?;
            let (to, locale) = (to.clone(), "en".to_owned());
            let text = Text { kind: TextKind::Verification, to, locale, challenge, send: 1, decoy: false };
            reserve::reserve(conn, &limits, asker, &text).map(|_| ())
        })
    }

    fn some_user(&mut self) -> UserId {
        use diesel::prelude::*;
        latchkey::schema::users::table.select(latchkey::schema::users::id).first(&mut self.conn).unwrap()
    }
}

fn stranger() -> Asker {
    let address = ClientAddress(std::net::Ipv4Addr::from_bits(rand::random()).into());
    Asker::Stranger { address, browser: BrowserId::generate() }
}

fn new_number() -> PhoneNumber {
    PhoneNumber::parse(&people::new_phone(), Country::parse("ET").unwrap()).unwrap()
}

/// How long a refusal says to wait, in seconds.
#[track_caller]
fn wait_of(refused: Result<(), NotReserved>) -> f64 {
    match refused {
        Err(NotReserved::TooMany { wait }) => wait.as_secs_f64(),
        other => panic!("{other:?}"),
    }
}

#[actix_web::test]
async fn sms_08_an_account_gets_6_texts_an_hour() {
    let app = TestApp::start().await;
    people::maid().registers(&app, &app.browser()).await;
    let mut desk = Desk::at(&app.database);
    let user = desk.some_user();
    let owner = || Asker::Owner { user, browser: BrowserId::generate() };
    for _ in 0..6 {
        desk.reserve(&owner(), &new_number()).unwrap();
    }
    assert!(wait_of(desk.reserve(&owner(), &new_number())) > 3590.0);
    desk.reserve(&stranger(), &new_number()).unwrap();
    app.let_pass("60 minutes");
    desk.reserve(&owner(), &new_number()).unwrap();
}

#[test]
fn sms_08_the_installation_has_a_cap() {
    let database = Database::create();
    let mut desk = Desk::at(&database);
    desk.limits.installation_per_hour = 20;
    for _ in 0..20 {
        desk.reserve(&stranger(), &new_number()).unwrap();
    }
    assert!(wait_of(desk.reserve(&stranger(), &new_number())) > 3590.0);
    assert_eq!((database.count("sms_messages"), database.count("phone_verifications")), (20, 20));
    database.let_pass("60 minutes");
    desk.reserve(&stranger(), &new_number()).unwrap();
}

#[test]
fn r_5_200_reservations_at_once_on_connections_of_their_own_are_5() {
    let database = Database::create();
    let number = new_number();
    let reserved: usize = std::thread::scope(|scope| {
        let clerk = || {
            let mut desk = Desk::at(&database);
            (0..20).filter(|_| desk.reserve(&stranger(), &number).is_ok()).count()
        };
        let clerks: Vec<_> = (0..10).map(|_| scope.spawn(clerk)).collect();
        clerks.into_iter().map(|clerk| clerk.join().unwrap()).sum()
    });
    assert_eq!((reserved, database.count("sms_messages"), database.deadlocks()), (5, 5, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whenever people ask, no 60 minutes hold more than 5 texts and no day more than 10; and nobody is refused as long
    /// as there is room.
    #[test]
    fn l_6_no_window_holds_more_than_its_limit_and_none_is_left_unused(
        pauses in prop::collection::vec(prop_oneof![4 => 0_u64..15, 1 => 15_u64..200, 1 => Just(60_u64)], 40)
    ) {
        let database = Database::create();
        let (mut desk, number) = (Desk::at(&database), new_number());
        let (mut clock, mut sent) = (0, Vec::<u64>::new());
        for pause in pauses {
            clock += pause;
            database.let_pass(&format!("{pause} minutes"));
            let within = |minutes: u64| sent.iter().filter(|at| **at + minutes > clock).count();
            let room = within(60) < 5 && within(24 * 60) < 10;
            match desk.reserve(&stranger(), &number) {
                Ok(()) => {
                    prop_assert!(room, "one too many at minute {clock}: {sent:?}");
                    sent.push(clock);
                }
                refused => {
                    prop_assert!(!room, "refused at minute {clock}: {sent:?}");
                    let oldest = |most: usize, minutes: u64| {
                        sent.iter().rev().nth(most - 1).map_or(0, |at| (at + minutes).saturating_sub(clock))
                    };
                    let wait = oldest(5, 60).max(oldest(10, 24 * 60)) * 60;
                    prop_assert!((wait_of(refused) - wait as f64).abs() < 20.0, "minute {clock}: {sent:?}");
                }
            }
        }
    }
}
