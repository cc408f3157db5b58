//! Figures about texts: they say what the texts say, whenever it became known and however many count.

use std::thread;

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use latchkey::{
    db,
    domain::{country::Country, ids::MessageId},
    features::{
        deliveries::{count::Learnt, hear, store as deliveries},
        message_hours::{self, Figures, Span, Why, count::count_due},
        messages,
    },
    sms::{DeliveryStatus, Fault, ProviderChoice, Report},
};

use crate::support::database::Database;

/// A text that was asked for so long ago, and what is known of it, as columns and values.
fn text(database: &Database, age: &str, known: &[(&str, &str)]) -> MessageId {
    let id = MessageId::generate();
    let (names, values): (Vec<&str>, Vec<&str>) = known.iter().copied().unzip();
    let extra = |list: Vec<&str>| list.iter().map(|item| format!(", {item}")).collect::<String>();
    database.run(&format!(
        "INSERT INTO sms_messages (id, send_number, phone_number, locale, stranger, created_at, claimed_at{})
         VALUES ('{id}', 1, '+251911000001', 'en', true, now() - interval '{age}', now() - interval '{age}'{})",
        extra(names),
        extra(values)
    ));
    id
}

const CODE: (&str, &str) = ("kind", "'verification'");
const SENT: (&str, &str) = ("state", "'sent'");
const ET: (&str, &str) = ("country", "'ET'");
const MESSAGING: (&str, &str) = ("provider", "'messaging'");
const PRICE: (&str, &str) = ("spent_micros", "350000");

fn count(database: &Database) -> PgConnection {
    let mut conn = db::connect(&database.url()).unwrap();
    assert!(count_due(&mut conn).unwrap() >= 3, "nothing was due");
    conn
}

fn begin_before(database: &Database, age: &str) {
    database
        .run(&format!("UPDATE message_hours_counted SET until = date_trunc('hour', now() - interval '{age}', 'UTC')"));
}

fn report(message: MessageId, status: DeliveryStatus, error_code: Option<u32>) -> Report {
    let sid = format!("SM{}", message.0.simple());
    Report { sid, status, error_code, segments: None, price: None }
}

#[test]
fn figures_say_what_became_of_each_text() {
    let database = Database::create();
    begin_before(&database, "31 days");
    database.run(
        "INSERT INTO phone_verifications (id, purpose, phone_number, sends, last_send_at, guesses_left, expires_at, used_at)
         SELECT '00000000-0000-4000-8000-000000000001', 'registration', '+251911000001', 2, now(), 3, now(), now()",
    );
    let of_challenge = ("verification_id", "'00000000-0000-4000-8000-000000000001'");
    let arrived = |ms: &'static str| [("arrival", "'delivered'"), ("arrived_ms", ms)];
    // Two texts of one challenge, whose code was entered: it counts once, with the last.
    let first = [&[CODE, SENT, ET, MESSAGING, PRICE, of_challenge][..], &arrived("2500")].concat();
    text(&database, "1 minute", &first);
    let second = [&[CODE, SENT, ET, MESSAGING, PRICE, of_challenge][..], &arrived("2500")].concat();
    let second = text(&database, "1 minute", &second);
    database.run(&format!("UPDATE sms_messages SET send_number = 2 WHERE id = '{second}'"));
    text(
        &database,
        "1 minute",
        &[CODE, SENT, ET, MESSAGING, PRICE, ("arrival", "'undelivered'"), ("error_code", "30003")],
    );
    text(
        &database,
        "1 minute",
        &[CODE, ("state", "'failed'"), ET, MESSAGING, ("fault", "'no_sms'"), ("error_code", "21614")],
    );
    text(&database, "1 minute", &[CODE, ("state", "'failed'"), ET, ("fault", "'paused'")]);
    text(&database, "1 minute", &[CODE, ("state", "'unknown'"), ET, ("provider", "'verify'"), PRICE]);
    text(&database, "1 minute", &[CODE, ("state", "'withheld'"), ET, MESSAGING]);
    text(&database, "1 minute", &[CODE, ("state", "'queued'"), ET]);
    text(
        &database,
        "1 minute",
        &[("kind", "'sign_in'"), SENT, ("country", "'SA'"), MESSAGING, ("sender", "'Latchkey'")],
    );
    let notice = [("kind", "'password_set'"), ("notice", "true"), SENT, ("country", "'SA'"), MESSAGING];
    text(&database, "1 minute", &[&notice[..], &arrived("45000")].concat());
    text(&database, "30 hours", &[CODE, SENT, ET, MESSAGING, PRICE]);
    text(&database, "10 days", &[CODE, SENT, ET, MESSAGING, PRICE]);

    let conn = &mut count(&database);
    let day = message_hours::totals(conn, Span::Day).unwrap();
    let expected = Figures {
        texts: 10,
        sent: 6,
        codes: 5,
        delivered: 3,
        failed: 2,
        unknown: 1,
        held: 1,
        entered: 1,
        spent_micros: 4 * 350_000,
        arrivals: day.arrivals,
    };
    assert_eq!(day, expected);
    assert_eq!(day.arrivals.known(), 3);
    let median = day.median().unwrap().as_secs_f64();
    assert!((2.0..3.0).contains(&median), "{median}");
    let slow = day.slow().unwrap().as_secs_f64();
    assert!((30.0..=60.0).contains(&slow), "{slow}");
    assert_eq!(message_hours::totals(conn, Span::DayBefore).unwrap().sent, 1);
    assert_eq!(message_hours::totals(conn, Span::Month).unwrap().texts, 12);

    let ways = message_hours::by_country(conn, Span::Day).unwrap();
    let of = |country: &str, provider, sender: Option<&str>| {
        let country = Country::parse(country).ok();
        let wanted = |way: &message_hours::Way| {
            way.country == country && way.provider == provider && way.sender.as_deref() == sender
        };
        ways.iter().find(|(way, _)| wanted(way)).map(|(_, figures)| figures.texts)
    };
    assert_eq!(of("ET", Some(ProviderChoice::Messaging), None), Some(5));
    assert_eq!(of("ET", Some(ProviderChoice::Verify), None), Some(1));
    assert_eq!(of("ET", None, None), Some(2), "held, and still queued");
    assert_eq!(of("SA", Some(ProviderChoice::Messaging), Some("Latchkey")), Some(1));
    assert_eq!(ways.iter().map(|(_, figures)| figures.texts).sum::<i64>(), 10);

    let et = Country::parse("ET").ok();
    let mut errors = message_hours::errors(conn, Span::Day).unwrap();
    errors.sort_by_key(|(why, ..)| format!("{why:?}"));
    let whys = [Why::Code(21614), Why::Code(30003), Why::Fault(Fault::Paused)];
    assert_eq!(errors, whys.map(|why| (why, et, 1)));

    let hours = message_hours::by_hour(conn).unwrap();
    assert_eq!(hours.len(), 24);
    assert_eq!(hours.iter().map(|(_, figures)| figures.texts).sum::<i64>(), 10);
    assert!(hours.is_sorted_by_key(|(hour, _)| *hour) && hours[23].0 <= Utc::now());
    let days = message_hours::by_day(conn).unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(days.iter().map(|(_, figures)| figures.texts).sum::<i64>(), 12);
    assert_eq!(days[19].1.sent, 1, "ten days ago: {days:?}");
}

#[test]
fn what_becomes_known_late_is_counted_in_its_own_hour() {
    let database = Database::create();
    begin_before(&database, "40 hours");
    let told = text(&database, "26 hours", &[CODE, SENT, ET, MESSAGING, PRICE]);
    let asked = text(&database, "26 hours", &[CODE, SENT, ET, MESSAGING, PRICE]);
    let lost = text(&database, "26 hours", &[CODE, SENT, ET, MESSAGING, PRICE]);
    let conn = &mut count(&database);
    let before = message_hours::totals(conn, Span::DayBefore).unwrap();
    assert_eq!((before.sent, before.delivered, before.spent_micros), (3, 0, 3 * 350_000));

    for _ in 0..2 {
        hear::hear(conn, told, &report(told, DeliveryStatus::Delivered, None)).unwrap();
        hear::hear(conn, lost, &report(lost, DeliveryStatus::Undelivered, Some(30005))).unwrap();
    }
    // After the last word nothing else counts.
    hear::hear(conn, lost, &report(lost, DeliveryStatus::Delivered, None)).unwrap();
    messages::store::name(conn, asked, &report(asked, DeliveryStatus::Delivered, None).sid).unwrap();
    deliveries::advance(conn, asked, &report(asked, DeliveryStatus::Delivered, None), Learnt::ByAsking).unwrap();
    latchkey::features::budget::count(conn, told, 410_000).unwrap();

    count(&database);
    let after = message_hours::totals(conn, Span::DayBefore).unwrap();
    assert_eq!((after.sent, after.delivered, after.failed), (3, 2, 1));
    assert_eq!(after.spent_micros, 2 * 350_000 + 410_000);
    assert_eq!(after.arrivals.known(), 1, "when we ask, nobody knows when it arrived");
    let errors = message_hours::errors(conn, Span::DayBefore).unwrap();
    assert_eq!(errors, [(Why::Code(30005), Country::parse("ET").ok(), 1)]);
    assert_eq!(database.count("message_hours_changed"), 0);

    // An hour that has nothing new is not looked at again, and its notes come from texts that are old.
    text(&database, "1 minute", &[CODE, SENT, ET, MESSAGING]);
    database.run("UPDATE sms_messages SET arrival = 'delivered' WHERE created_at > now() - interval '10 minutes'");
    assert_eq!(database.count("message_hours_changed"), 0);
}

#[test]
fn a_text_that_changes_its_provider_moves_and_is_not_counted_twice() {
    let database = Database::create();
    let id = text(&database, "1 minute", &[CODE, ("state", "'queued'"), ET]);
    let conn = &mut count(&database);
    database.run(&format!(
        "UPDATE sms_messages SET state = 'failed', provider = 'messaging', fault = 'ours' WHERE id = '{id}'"
    ));
    count(&database);
    database
        .run(&format!("UPDATE sms_messages SET state = 'sent', provider = 'verify', fault = NULL WHERE id = '{id}'"));
    count(&database);
    let ways = message_hours::by_country(conn, Span::Day).unwrap();
    assert_eq!(ways.len(), 1);
    assert_eq!((ways[0].0.provider, ways[0].1.texts, ways[0].1.sent), (Some(ProviderChoice::Verify), 1, 1));
    assert_eq!(message_hours::errors(conn, Span::Day).unwrap(), []);
}

#[test]
fn a_code_that_was_entered_stays_counted_when_its_challenge_is_gone() {
    let database = Database::create();
    database.run(
        "INSERT INTO phone_verifications (id, purpose, phone_number, sends, last_send_at, guesses_left, expires_at, used_at)
         SELECT '00000000-0000-4000-8000-000000000001', 'registration', '+251911000001', 1, now(), 3, now(), now()",
    );
    let challenge = ("verification_id", "'00000000-0000-4000-8000-000000000001'");
    text(&database, "1 minute", &[CODE, SENT, ET, MESSAGING, challenge]);
    let conn = &mut count(&database);
    database.run("DELETE FROM phone_verifications");
    count(&database);
    let figures = message_hours::totals(conn, Span::Day).unwrap();
    assert_eq!((figures.entered, figures.conversion()), (1, Some(100.0)));
}

#[test]
fn however_many_count_at_once_each_text_is_counted_once() {
    let database = Database::create();
    begin_before(&database, "26 hours");
    for hours in 0..24 {
        for _ in 0..3 {
            text(&database, &format!("{hours} hours"), &[CODE, SENT, ET, MESSAGING, PRICE]);
        }
    }
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let conn = &mut db::connect(&database.url()).unwrap();
                for _ in 0..5 {
                    count_due(conn).unwrap();
                }
            });
        }
        // Whoever sends meanwhile waits for none of them.
        scope.spawn(|| {
            for _ in 0..30 {
                text(&database, "1 minute", &[CODE, SENT, ET, MESSAGING, PRICE]);
            }
        });
    });
    let conn = &mut count(&database);
    let figures = message_hours::totals(conn, Span::Month).unwrap();
    assert_eq!((figures.texts, figures.spent_micros), (72 + 30, 102 * 350_000));
    assert_eq!(database.deadlocks(), 0);
}

#[test]
fn nothing_waits_for_who_counts() {
    let database = Database::create();
    begin_before(&database, "5 hours");
    let id = text(&database, "3 hours", &[CODE, SENT, ET, MESSAGING]);
    // Somebody counts, and takes a long time over it.
    let held = database.hold(
        "SELECT pg_advisory_xact_lock(hashtext('message hours'));
         DELETE FROM message_hours_changed;
         UPDATE message_hours_counted SET until = until",
    );
    let conn = &mut db::connect(&database.url()).unwrap();
    hear::hear(conn, id, &report(id, DeliveryStatus::Delivered, None)).unwrap();
    assert_eq!(count_due(conn).unwrap(), 0, "the other one counts");
    held.keep();
    count(&database);
    assert_eq!(message_hours::totals(conn, Span::Day).unwrap().delivered, 1);
}

#[test]
fn old_figures_go_and_hours_are_read_by_their_index() {
    let database = Database::create();
    let hour = |age: &str| {
        database.run(&format!(
            "INSERT INTO message_hours VALUES (date_trunc('hour', now() - interval '{age}', 'UTC'), 'ET', 'messaging', '',
                 'registration', 1, 1, 1, 0, 0, 0, 1, 1, array_fill(0, ARRAY[16]), now())"
        ));
    };
    hour("14 months");
    hour("12 months");
    let conn = &mut db::connect(&database.url()).unwrap();
    assert_eq!(message_hours::store::remove_expired(conn).unwrap(), 1);
    assert_eq!(database.count("message_hours"), 1);

    let read = database.read_whole_by(|conn| {
        let _: Vec<DateTime<Utc>> = message_hours::store::list_due(conn).unwrap();
        for span in [Span::Day, Span::DayBefore, Span::Month] {
            message_hours::totals(conn, span).unwrap();
            message_hours::by_country(conn, span).unwrap();
            message_hours::errors(conn, span).unwrap();
        }
        message_hours::by_hour(conn).unwrap();
        message_hours::by_day(conn).unwrap();
    });
    assert!(!read.contains("message_hours ") && !read.contains("sms_messages"), "{read}");
}
