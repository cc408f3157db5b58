//! A receiver of alerts: a small HTTP server that keeps what it is sent and answers as a test wants.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

use super::{TestApp, eventually};

/// What sender and receiver share.
pub const SECRET: &str = "sixteen letters and more";

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Posted {
    pub head: String,
    pub body: String,
}

impl Posted {
    /// The body, once its signature was found to be right.
    #[track_caller]
    pub fn genuine(&self) -> Value {
        assert!(self.head.starts_with("POST /hooks/latchkey HTTP/1.1\r\n"), "{}", self.head);
        assert_eq!(self.header("content-type"), Some("application/json"));
        let (at, signature) = self.header("x-latchkey-signature").unwrap().split_once(",v1=").unwrap();
        let at = at.strip_prefix("t=").unwrap();
        let age = chrono::Utc::now().timestamp() - at.parse::<i64>().unwrap();
        assert!((-5..=60).contains(&age), "signed {age} s ago");
        assert_eq!(signature, mac(SECRET, at, &self.body));
        assert_ne!(signature, mac("another secret, of others", at, &self.body));
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(header, value)| if header.eq_ignore_ascii_case(name) { Some(value) } else { None })
    }
}

fn mac(secret: &str, at: &str, body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(format!("{at}.{body}"));
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How the next request is answered; 204 when nothing is said.
#[derive(Clone, Debug)]
pub enum Manner {
    Status(u16),
    /// To another address.
    Redirect(String),
    /// No answer for so long.
    Hang(Duration),
}

/// The running receiver.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    posted: Arc<Mutex<Vec<Posted>>>,
    manners: Arc<Mutex<VecDeque<Manner>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver =
            Self { address: listener.local_addr().unwrap(), posted: Arc::default(), manners: Arc::default() };
        let served = receiver.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let served = served.clone();
                thread::spawn(move || served.serve(stream));
            }
        });
        receiver
    }

    /// The address that alerts are to go to.
    pub fn url(&self) -> String {
        format!("http://{}/hooks/latchkey", self.address)
    }

    /// An app that tells this receiver.
    pub async fn app(&self, extra: &[(&str, &str)]) -> TestApp {
        let url = self.url();
        let told = [("LATCHKEY_ALERT_URL", url.as_str()), ("LATCHKEY_ALERT_SECRET", SECRET)];
        TestApp::start_with("messaging", &[&told, extra].concat()).await
    }

    pub fn behave(&self, manners: impl IntoIterator<Item = Manner>) {
        self.manners.lock().unwrap().extend(manners);
    }

    pub fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }

    /// Waits until so many requests have come, and answers all of them.
    pub async fn has(&self, number: usize) -> Vec<Posted> {
        eventually(&format!("{number} alerts"), async || self.posted().len() >= number).await;
        self.posted()
    }

    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                if !matches!(reader.read_line(&mut head), Ok(1..)) {
                    return;
                }
            }
            let posted = Posted { head, body: String::new() };
            let length = posted.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_err() {
                return;
            }
            let manner = self.manners.lock().unwrap().pop_front();
            self.posted.lock().unwrap().push(Posted { body: String::from_utf8(body).unwrap(), ..posted });
            let answer = match manner {
                None => "204 No Content\r\n".to_owned(),
                Some(Manner::Status(status)) => format!("{status} So\r\ncontent-length: 0\r\n"),
                Some(Manner::Redirect(to)) => format!("307 Elsewhere\r\nlocation: {to}\r\ncontent-length: 0\r\n"),
                Some(Manner::Hang(time)) => {
                    thread::sleep(time);
                    return;
                }
            };
            if write!(&stream, "HTTP/1.1 {answer}\r\n").is_err() {
                return;
            }
        }
    }
}
