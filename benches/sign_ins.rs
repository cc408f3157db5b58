//! Sign-ins over HTTP, from the release binary with all its middleware and a real database, beside raw Argon2 with the same
//! cost on the same cores; and a signed-in page beside a bare Actix page with the same bytes. In turns.

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
#[path = "support/server.rs"]
mod server;

use std::{
    net::{SocketAddr, TcpStream},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use latchkey::{
    crypto::{
        hasher::{Hasher, LANES, MEMORY_KIB, PASSES},
        keys::SecretKey,
    },
    domain::password::Password,
};

const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_secs(3);
const CONNECTIONS: usize = 8;
const PASSWORD: &str = "kettle window seven rope";
/// More accounts than sign-ins that fit into all turns, so that each is somebody's first.
const ACCOUNTS: usize = 2000;

fn main() {
    let cores = thread::available_parallelism().unwrap().get();
    let database = database::Database::create();
    let (process, ours) = server::start(&database.url());
    fill(&database);
    let cookie = sign_in(&mut TcpStream::connect(ours).unwrap(), 0).1;
    let account = server::ask(&mut TcpStream::connect(ours).unwrap(), "GET /account", &cookie, "");
    let bare = start_bare(String::from_utf8(account.body).unwrap());

    let next = AtomicUsize::new(1);
    let mut raw = 0;
    let mut table = [("sign-ins", Vec::new()), ("GET /account", Vec::new()), ("a bare Actix page", Vec::new())];
    for _ in 0..ROUNDS {
        raw += raw_argon2(cores);
        table[0].1.extend(load(ours, |socket| sign_in(socket, next.fetch_add(1, Ordering::Relaxed)).0));
        table[1].1.extend(load(ours, |socket| page(socket, "GET /account", &cookie)));
        table[2].1.extend(load(bare, |socket| page(socket, "GET /", "")));
    }
    drop(process);

    let seconds = ROUNDS as f64 * TURN.as_secs_f64();
    let raw = raw as f64 / seconds;
    let bare = table[2].1.len() as f64 / seconds;
    println!("{CONNECTIONS} connections, {cores} cores; load, server and database on the same machine");
    println!("{:20} {:>10} {:>10} {:>10} {:>22}", "", "a second", "p50 in ms", "p99 in ms", "of the limit");
    println!("{:20} {raw:10.1}", "raw Argon2id");
    for (name, times) in &mut table {
        times.sort();
        let percentile = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        let rate = times.len() as f64 / seconds;
        let (limit, of) = if *name == "sign-ins" { (raw, "raw Argon2id") } else { (bare, "a bare page") };
        println!("{name:20} {rate:10.1} {:10.2} {:10.2} {:8.2} of {of}", percentile(50), percentile(99), rate / limit);
    }
}

/// Sponsors with one password, made by the program's own hasher.
fn fill(database: &database::Database) {
    let hasher = Hasher::new(&SecretKey::for_development());
    let password = Password::parse(PASSWORD).unwrap();
    let hash = actix_web::rt::System::new().block_on(hasher.run(move |slot| slot.hash(&password)));
    let hash = hash.unwrap().unwrap();
    database.run(&format!(
        "WITH made AS (
             INSERT INTO users (id, role, email, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at)
             SELECT gen_random_uuid(), 'sponsor', 'bench' || n || '@example.com', '{}', 'en',
                 '+2519' || (20000000 + n), now(), now() FROM generate_series(0, {ACCOUNTS}) AS n
             RETURNING id
         )
         INSERT INTO sponsor_profiles (user_id, full_name) SELECT id, 'Salma Haddad' FROM made",
        hash.as_stored()
    ));
    database.run("ANALYZE");
}

/// Answers the time and the session cookie.
fn sign_in(socket: &mut TcpStream, number: usize) -> (Duration, String) {
    assert!(number <= ACCOUNTS, "more sign-ins than accounts");
    let body = format!("identifier=bench{number}%40example.com&password={}", PASSWORD.replace(' ', "+"));
    let headers = format!(
        "sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
        body.len()
    );
    let answer = server::ask(socket, "POST /login", &headers, &body);
    assert!(answer.head.starts_with("HTTP/1.1 303"), "{}", answer.head);
    let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: latchkey=")).unwrap();
    (answer.took, format!("cookie: latchkey={}\r\n", cookie.split(';').next().unwrap()))
}

fn page(socket: &mut TcpStream, request_line: &str, headers: &str) -> Duration {
    let answer = server::ask(socket, request_line, headers, "");
    assert!(answer.head.starts_with("HTTP/1.1 200"), "{}", answer.head);
    answer.took
}

/// How many hashes all cores make in a turn, each core with memory of its own.
fn raw_argon2(cores: usize) -> usize {
    let until = Instant::now() + TURN;
    thread::scope(|scope| {
        let made: Vec<_> = (0..cores)
            .map(|_| {
                scope.spawn(move || {
                    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).unwrap();
                    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                    let mut memory = vec![Block::new(); MEMORY_KIB as usize];
                    let (mut out, mut made) = ([0; 32], 0);
                    while Instant::now() < until {
                        argon2
                            .hash_password_into_with_memory(
                                PASSWORD.as_bytes(),
                                b"sixteen of salt.",
                                &mut out,
                                &mut memory,
                            )
                            .unwrap();
                        made += 1;
                    }
                    made
                })
            })
            .collect();
        made.into_iter().map(|made| made.join().unwrap()).sum()
    })
}

/// The least that Actix can do for the same bytes.
fn start_bare(body: String) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let server = HttpServer::new(move || {
            let body = body.clone();
            let show = move || {
                let body = body.clone();
                async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body) }
            };
            App::new().route("/", web::get().to(show))
        });
        let server = server.bind("127.0.0.1:0").unwrap();
        tell.send(server.addrs()[0]).unwrap();
        actix_web::rt::System::new().block_on(server.run()).unwrap();
    });
    told.recv().unwrap()
}

/// How long each request took that fitted into a turn.
fn load(server: SocketAddr, request: impl Fn(&mut TcpStream) -> Duration + Sync) -> Vec<Duration> {
    let until = Instant::now() + TURN;
    let request = &request;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(move || {
                    let mut socket = TcpStream::connect(server).unwrap();
                    socket.set_nodelay(true).unwrap();
                    let mut times = Vec::new();
                    while Instant::now() < until {
                        times.push(request(&mut socket));
                    }
                    times
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}
