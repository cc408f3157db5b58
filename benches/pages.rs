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

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
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
    let (process, ours) = start(&database.url());
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

/// Ends with the value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program as it is deployed, but for the loopback origin.
fn start(database_url: &str) -> (Running, SocketAddr) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.env_clear().current_dir(env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null()).stderr(Stdio::piped());
    command.envs([
        ("DATABASE_URL", database_url),
        ("LATCHKEY_BIND", "127.0.0.1:0"),
        ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1"),
        ("RUST_LOG", "info"),
    ]);
    let mut process = Running(command.spawn().unwrap());
    let mut lines = BufReader::new(process.0.stderr.take().unwrap()).lines();
    let address = lines.by_ref().find_map(|line| {
        let line = line.unwrap();
        line.split_once("event=listening address=")?.1.split(' ').next()?.parse().ok()
    });
    // Whoever writes a log and is not read stands still.
    thread::spawn(move || lines.for_each(drop));
    (process, address.unwrap())
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

/// One request, from an address of its own so that the fence of each stays open. Answers the body and the time.
fn fetch(socket: &mut TcpStream, path: &str) -> (Vec<u8>, Duration) {
    static ADDRESS: AtomicU32 = AtomicU32::new(0);
    let [_, a, b, c] = (ADDRESS.fetch_add(1, Ordering::Relaxed) / 100).to_be_bytes();
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost:8080\r\nx-forwarded-for: 10.{a}.{b}.{c}\r\n\r\n");
    let started = Instant::now();
    socket.write_all(head.as_bytes()).unwrap();
    let (mut answer, mut piece) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let length = socket.read(&mut piece).unwrap();
        assert!(length > 0, "the server ended the connection");
        answer.extend_from_slice(&piece[..length]);
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
        assert!(head.starts_with("http/1.1 200"), "{head}");
        let body: usize =
            head.split_once("content-length: ").unwrap().1.lines().next().unwrap().trim().parse().unwrap();
        if answer.len() == end + 4 + body {
            return (answer.split_off(end + 4), started.elapsed());
        }
    }
}
