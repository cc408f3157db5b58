//! How many texts can be reserved in a second under all limits, beside plain inserts with as many round trips. In
//! turns, so that whatever else the machine does hits all alike.

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

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use diesel::{PgConnection, RunQueryDsl as _, sql_query};
use latchkey::{
    db::{self, DbError},
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

const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_millis(1500);
const CONNECTIONS: usize = 8;
/// As many texts of the last hour as a busy installation has; the limits are counted over them.
const BUSY_HOUR: &str = "
    INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, browser_id, address, stranger, state)
    SELECT gen_random_uuid(), 1, 'verification', '+25170000' || n, 'en', gen_random_uuid(), '10.200.0.' || n, true, 'sent'
    FROM generate_series(1001, 1900) AS n";

/// What would stop texts here is not what is measured: no budget, and a day on which ten million codes were entered.
const NOTHING_STOPS_THEM: [&str; 2] = [
    "DELETE FROM budgets",
    "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
     VALUES ('ET', '', date_trunc('hour', now(), 'UTC') - interval '2 days', 10000000, 10000000)",
];

fn main() {
    let database = database::Database::create();
    NOTHING_STOPS_THEM.iter().for_each(|sql| database.run(sql));
    database
        .run("CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text, at timestamptz)");
    let [mut ours, mut locked, mut free] = [0.0; 3];
    for _ in 0..ROUNDS {
        database.run("DELETE FROM sms_messages");
        database.run(BUSY_HOUR);
        ours += turn(&database, reserve_one) / ROUNDS as f64;
        locked += turn(&database, |conn| insert_one(conn, true)) / ROUNDS as f64;
        free += turn(&database, |conn| insert_one(conn, false)) / ROUNDS as f64;
    }
    println!("{CONNECTIONS} connections, one transaction for each text");
    println!("{:48} {:>10} {:>12}", "", "texts/s", "this / ours");
    for (name, rate) in [
        ("reserved under all limits", ours),
        ("plain inserts, as many round trips, one lock", locked),
        ("plain inserts, as many round trips, no lock", free),
    ] {
        println!("{name:48} {rate:10.0} {:12.2}", rate / ours);
    }
}

/// How often in a second, on all connections together.
fn turn(database: &database::Database, one: impl Fn(&mut PgConnection) -> Result<(), NotReserved> + Sync) -> f64 {
    let mut conns: Vec<_> = (0..CONNECTIONS).map(|_| db::connect(&database.url()).unwrap()).collect();
    let (started, done) = (Instant::now(), AtomicU32::new(0));
    thread::scope(|scope| {
        for conn in &mut conns {
            scope.spawn(|| {
                while started.elapsed() < TURN {
                    one(conn).unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    f64::from(done.load(Ordering::Relaxed)) / started.elapsed().as_secs_f64()
}

/// A challenge and its text, for a number, an address and a browser of their own: no limit but the installation's is
/// near, and that one is set out of reach.
fn reserve_one(conn: &mut PgConnection) -> Result<(), NotReserved> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let limits = Limits { installation_per_hour: u16::MAX, ..Limits::new(5, 10) };
    let address = ClientAddress(IpAddr::V4(Ipv4Addr::from_bits(10 << 24 | number)));
    let asker = Asker::Stranger { address, browser: BrowserId::generate() };
    let text = Text {
        kind: TextKind::Verification,
        // Each in the next range: a range has a brake of its own.
        to: PhoneNumber::from_stored(format!("+2519{:04}{:04}", number % 10_000, number / 10_000)),
        locale: "en".to_owned(),
        challenge: ChallengeId::generate(),
        send: 1,
        decoy: false,
    };
    db::transaction(conn, |conn| {
        phone_verifications::store::insert(
            conn,
            &limits.lifetimes,
            text.challenge,
            Purpose::Registration,
            &text.to,
            None,
        )?;
        reserve::reserve(conn, &limits, &asker, &text).map(drop)
    })
}

/// Two inserts and three questions, like a reservation, about nothing.
fn insert_one(conn: &mut PgConnection, lock: bool) -> Result<(), NotReserved> {
    let question = if lock { "SELECT pg_advisory_xact_lock(1)" } else { "SELECT 1" };
    db::transaction(conn, |conn| {
        let insert = "INSERT INTO plain (number, at) VALUES ('+251911234567', clock_timestamp())";
        for statement in [insert, question, "SELECT 1", "SELECT 1", insert] {
            sql_query(statement).execute(conn).map_err(DbError::from)?;
        }
        Ok(())
    })
}
