//! Our pages over HTTP, from the release binary with all its middleware, beside a bare Actix page with the same bytes.
//! In turns, so that whatever else the machine does hits all alike.

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
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};

const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_millis(1500);
/// Kept open, each with one request at a time.
const CONNECTIONS: usize = 8;

fn main() {
    let database = database::Database::create();
    let (process, ours) = server::start(&database.url());
    let (register, _) = fetch(&mut TcpStream::connect(ours).unwrap(), "/register");
    let bare = start_bare(String::from_utf8(register).unwrap());

    let mut table =
        [("GET / of ours", ours, "/"), ("GET /register of ours", ours, "/register"), ("a bare Actix page", bare, "/")]
            .map(|(name, server, path)| (name, server, path, Vec::new()));
    for _ in 0..ROUNDS {
        for (_, server, path, times) in &mut table {
            times.extend(load(*server, path));
        }
    }
    drop(process);

    let rate = |times: &[Duration]| times.len() as f64 / (ROUNDS as f64 * TURN.as_secs_f64());
    let bare = rate(&table[2].3);
    println!("{CONNECTIONS} connections, the load and both servers on the same machine");
    println!("{:24} {:>10} {:>10} {:>10} {:>12}", "", "requests/s", "p50 in ms", "p99 in ms", "bare / this");
    for (name, _, _, times) in &mut table {
        times.sort();
        let percentile = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
        let rate = rate(times);
        println!("{name:24} {rate:10.0} {:10.2} {:10.2} {:12.2}", percentile(50), percentile(99), bare / rate);
    }
}

/// The least that Actix can do for the same bytes.
fn start_bare(body: String) -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let server = HttpServer::new(move || {
            let body = body.clone();
            App::new().route(
                "/",
                web::get().to(move || {
                    let body = body.clone();
                    async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body) }
                }),
            )
        });
        let server = server.bind("127.0.0.1:0").unwrap();
        tell.send(server.addrs()[0]).unwrap();
        actix_web::rt::System::new().block_on(server.run()).unwrap();
    });
    told.recv().unwrap()
}

/// How long each request took that fitted into a turn.
fn load(server: SocketAddr, path: &str) -> Vec<Duration> {
    let until = Instant::now() + TURN;
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                scope.spawn(move || {
                    let mut socket = TcpStream::connect(server).unwrap();
                    socket.set_nodelay(true).unwrap();
                    let mut times = Vec::new();
                    while Instant::now() < until {
                        times.push(fetch(&mut socket, path).1);
                    }
                    times
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

fn fetch(socket: &mut TcpStream, path: &str) -> (Vec<u8>, Duration) {
    let answer = server::ask(socket, &format!("GET {path}"), "", "");
    assert!(answer.head.starts_with("HTTP/1.1 200"), "{}", answer.head);
    (answer.body, answer.took)
}
