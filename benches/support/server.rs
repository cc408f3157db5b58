//! The program as it is deployed, but for the loopback origin, and requests to it without a client in between.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Ends with the value.
pub struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it.
pub fn start(database_url: &str) -> (Running, SocketAddr) {
    start_with(database_url, &[])
}

/// The same with more variables.
pub fn start_with(database_url: &str, more: &[(&str, &str)]) -> (Running, SocketAddr) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.env_clear().current_dir(env!("CARGO_TARGET_TMPDIR")).stdin(Stdio::null()).stderr(Stdio::piped());
    command.envs([
        ("DATABASE_URL", database_url),
        ("LATCHKEY_BIND", "127.0.0.1:0"),
        ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1"),
        ("RUST_LOG", "info"),
    ]);
    command.envs(more.iter().copied());
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

/// What came back.
pub struct Answer {
    pub head: String,
    pub body: Vec<u8>,
    pub took: Duration,
}

/// One request, from an address of its own so that the fence of each stays open.
pub fn ask(socket: &mut TcpStream, request_line: &str, headers: &str, body: &str) -> Answer {
    static ADDRESS: AtomicU32 = AtomicU32::new(0);
    let [_, a, b, c] = (ADDRESS.fetch_add(1, Ordering::Relaxed) / 40).to_be_bytes();
    let request = format!(
        "{request_line} HTTP/1.1\r\nhost: localhost:8080\r\nx-forwarded-for: 10.{a}.{b}.{c}\r\n{headers}\r\n{body}"
    );
    let started = Instant::now();
    socket.write_all(request.as_bytes()).unwrap();
    let (mut answer, mut piece) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let length = socket.read(&mut piece).unwrap();
        assert!(length > 0, "the server ended the connection");
        answer.extend_from_slice(&piece[..length]);
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let told =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.trim().parse().ok());
        let body: usize = told.unwrap_or(0);
        if answer.len() == end + 4 + body {
            return Answer { head, body: answer.split_off(end + 4), took: started.elapsed() };
        }
    }
}
