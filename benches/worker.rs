//! How many texts the worker hands to the provider in a second, and how long one waits from the queue to the call, before
//! a Twilio that answers at once and one that takes 300 ms. The program itself, the real database, Twilio at its wire.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement, not the product"
)]

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../tests/app/support/database.rs"]
mod database;
#[path = "../tests/app/support/fake_twilio.rs"]
mod fake_twilio;
#[allow(dead_code, reason = "other measurements use all of it")]
#[path = "support/server.rs"]
mod server;

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types};
use latchkey::{
    db,
    domain::{
        client_address::ClientAddress,
        ids::{BrowserId, ChallengeId},
        phone_number::PhoneNumber,
    },
    features::{
        messages::reserve::{self, Asker, Limits, NotReserved, Text},
        phone_verifications::{self, Purpose},
    },
    sms::TextKind,
};

use self::{
    database::Database,
    fake_twilio::{Behaviour, Call, FakeTwilio, Operation},
};

/// Texts that wait when the worker starts.
const QUEUED: usize = 300;
/// Texts that come one by one, and how far apart: more slowly than calls end, so that none waits for another.
const SINGLE: usize = 100;
const APART: Duration = Duration::from_millis(60);

fn main() {
    println!("{QUEUED} texts queued beforehand for the throughput, {SINGLE} one by one for the latency");
    println!(
        "{:32} {:>12} {:>10} {:>10} {:>10} {:>10}",
        "the country's order", "Twilio takes", "texts/s", "median ms", "95 % ms", "max ms"
    );
    for (name, order) in [
        ("Messaging", "messaging"),
        ("Messaging, Verify", "messaging,verify"),
        ("Verify, Messaging", "verify,messaging"),
        ("Verify (down), Messaging", "down"),
    ] {
        for takes in [0, 300] {
            let behaviour = if takes == 0 { Behaviour::Ok } else { Behaviour::DelayMs(takes) };
            let rate = throughput(order, behaviour.clone());
            let waits = latencies(order, behaviour);
            let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
            println!(
                "{name:32} {:>12} {rate:10.0} {:10.1} {:10.1} {:10.1}",
                format!("{takes} ms"),
                at(0.5),
                at(0.95),
                at(1.0)
            );
        }
    }
}

/// Texts in a second, from the first call to the last.
fn throughput(order: &str, behaviour: Behaviour) -> f64 {
    let (database, twilio) = ready(order, behaviour);
    let conn = &mut db::connect(&database.url()).unwrap();
    for _ in 0..QUEUED {
        reserve_one(conn);
    }
    let _running = start(&database, &twilio);
    let calls = calls(&database, &twilio, QUEUED);
    let (first, last) = (calls.iter().map(|call| call.at).min(), calls.iter().map(|call| call.at).max());
    (QUEUED - 1) as f64 / last.unwrap().duration_since(first.unwrap()).unwrap().as_secs_f64()
}

/// From the moment each text was reserved to its call, the shortest first.
fn latencies(order: &str, behaviour: Behaviour) -> Vec<Duration> {
    let (database, twilio) = ready(order, behaviour);
    let _running = start(&database, &twilio);
    let conn = &mut db::connect(&database.url()).unwrap();
    for _ in 0..SINGLE {
        reserve_one(conn);
        thread::sleep(APART);
    }
    let called: HashMap<String, SystemTime> = calls(&database, &twilio, SINGLE)
        .into_iter()
        .map(|call| (call.field("To").unwrap().to_owned(), call.at))
        .collect();
    let mut waits: Vec<Duration> = reserved_at(conn)
        .into_iter()
        .map(|reserved| called[&reserved.phone_number].duration_since(reserved.created_at.into()).unwrap_or_default())
        .collect();
    waits.sort();
    waits
}

fn ready(order: &str, behaviour: Behaviour) -> (Database, FakeTwilio) {
    let (database, twilio) = (Database::create(), FakeTwilio::start());
    database.run("UPDATE budgets SET hour_micros = NULL, day_micros = NULL, month_micros = NULL");
    let is_down = order == "down";
    let providers = if is_down { "verify,messaging" } else { order };
    database.run(&format!("UPDATE country_policies SET providers = '{{{providers}}}' WHERE country = 'ET'"));
    if is_down {
        database.run(
            "INSERT INTO provider_circuits (provider, country, state, cause, reason, openings, probe_at, rest_seconds)
             VALUES ('verify', 'ET', 'open', 'calls', 'for the measurement', 9, now() + interval '1 hour', 900)",
        );
    }
    twilio.always(behaviour);
    (database, twilio)
}

fn start(database: &Database, twilio: &FakeTwilio) -> server::Running {
    let url = twilio.url();
    let (running, _) = server::start_with(
        &database.url(),
        &[
            ("SMS_PROVIDER", "messaging"),
            ("TWILIO_ACCOUNT_SID", twilio.account_sid()),
            ("TWILIO_AUTH_TOKEN", twilio.auth_token()),
            ("TWILIO_PHONE_NUMBER", twilio.from()),
            ("TWILIO_VERIFY_SERVICE_SID", twilio.service_sid()),
            ("TWILIO_API_BASE_URL", &url),
            ("TWILIO_VERIFY_BASE_URL", &url),
            ("TWILIO_LOOKUPS_BASE_URL", &url),
        ],
    );
    running
}

/// Every call that sends, once all texts are settled.
fn calls(database: &Database, twilio: &FakeTwilio, expected: usize) -> Vec<Call> {
    while database.count("sms_messages WHERE state IN ('queued', 'sending')") > 0 {
        thread::sleep(Duration::from_millis(50));
    }
    let sends = [Operation::SendMessage, Operation::StartVerification].map(|operation| twilio.calls_of(operation));
    let sends = sends.concat();
    assert_eq!((sends.len(), database.count("sms_messages WHERE state = 'sent'") as usize), (expected, expected));
    sends
}

#[derive(QueryableByName)]
struct Reserved {
    #[diesel(sql_type = sql_types::Text)]
    phone_number: String,
    #[diesel(sql_type = sql_types::Timestamptz)]
    created_at: DateTime<Utc>,
}

fn reserved_at(conn: &mut PgConnection) -> Vec<Reserved> {
    sql_query("SELECT phone_number, created_at FROM sms_messages").get_results(conn).unwrap()
}

/// A challenge and its text, for a number, an address and a browser of their own.
fn reserve_one(conn: &mut PgConnection) {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let limits = Limits { installation_per_hour: u16::MAX, ..Limits::new(5, 10) };
    let address = ClientAddress(IpAddr::V4(Ipv4Addr::from_bits(10 << 24 | number)));
    let text = Text {
        kind: TextKind::Verification,
        to: PhoneNumber::from_stored(format!("+2519{:08}", 11_000_000 + number)),
        locale: "en".to_owned(),
        challenge: ChallengeId::generate(),
        send: 1,
        decoy: false,
    };
    let asker = Asker::Stranger { address, browser: BrowserId::generate() };
    let reserved: Result<_, NotReserved> = db::transaction(conn, |conn| {
        phone_verifications::store::insert(
            conn,
            &limits.lifetimes,
            text.challenge,
            Purpose::Registration,
            &text.to,
            None,
        )?;
        reserve::reserve(conn, &limits, &asker, &text).map(drop)
    });
    reserved.unwrap();
}
