//! A wire between the program and what it depends on, which a test can cut and mend.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::net::TcpSocket;
use url::Url;

/// Forwards connections from a port of its own. Cut, it ends those there are and refuses new ones; frozen, it keeps them
/// all and nothing arrives.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
    /// Bound and not listening: while the wire is cut a connection is refused, and nobody else is given the port.
    _port: TcpSocket,
}

struct Shared {
    target: Target,
    speaks: Speaks,
    cut: AtomicBool,
    frozen: Arc<AtomicBool>,
    /// What was asked of PostgreSQL: messages after which a client waits for the answer.
    round_trips: Arc<AtomicUsize>,
    connections: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

#[derive(Clone, Copy)]
enum Speaks {
    Anything,
    Postgres,
}

enum Target {
    Port(SocketAddr),
    Socket(PathBuf),
}

impl Proxy {
    /// To a server on loopback.
    pub fn to(address: SocketAddr) -> Self {
        Self::start(Target::Port(address), Speaks::Anything)
    }

    /// To PostgreSQL, and the URL of the same database through this wire.
    pub fn to_database(url: &str) -> (Self, String) {
        let mut url = Url::parse(url).unwrap();
        // A socket's folder stands in the query, or escaped in the place of the host.
        let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let folder = query.iter().find(|(name, _)| name == "host").map(|(_, folder)| folder.clone());
        url.query_pairs_mut().clear().extend_pairs(query.iter().filter(|(name, _)| name != "host"));
        if url.query() == Some("") {
            url.set_query(None);
        }
        let host = folder.unwrap_or_else(|| url.host_str().unwrap_or_default().replace("%2F", "/"));
        let port = url.port().unwrap_or(5432);
        let target = if host.starts_with('/') {
            Target::Socket(PathBuf::from(host).join(format!(".s.PGSQL.{port}")))
        } else {
            Target::Port(format!("{host}:{port}").parse().unwrap())
        };
        let proxy = Self::start(target, Speaks::Postgres);
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(proxy.address.port())).unwrap();
        (proxy, url.to_string())
    }

    fn start(target: Target, speaks: Speaks) -> Self {
        let (port, address) = super::kept_port();
        let (cut, frozen, round_trips, connections) = Default::default();
        let shared = Arc::new(Shared { target, speaks, cut, frozen, round_trips, connections });
        let mut proxy = Self { address, shared, listening: None, _port: port };
        proxy.mend();
        proxy
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends every connection and refuses new ones.
    pub fn cut(&mut self) {
        let Some(listening) = self.listening.take() else { return };
        self.shared.cut.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees the flag.
        TcpStream::connect(self.address).unwrap();
        listening.join().unwrap();
        for end in self.shared.connections.lock().unwrap().drain(..) {
            end();
        }
    }

    /// How often somebody has waited for PostgreSQL's answer so far, but for the opening of connections.
    pub fn round_trips(&self) -> usize {
        self.shared.round_trips.load(Ordering::SeqCst)
    }

    /// Lets nothing through in either direction, as a dead switch on the way would.
    pub fn freeze(&self) {
        self.shared.frozen.store(true, Ordering::SeqCst);
    }

    /// Lets through what was held back and all that follows.
    pub fn thaw(&self) {
        self.shared.frozen.store(false, Ordering::SeqCst);
    }

    /// Forwards again.
    pub fn mend(&mut self) {
        self.shared.cut.store(false, Ordering::SeqCst);
        let listener = TcpListener::bind(self.address).unwrap();
        let shared = Arc::clone(&self.shared);
        self.listening = Some(thread::spawn(move || {
            for client in listener.incoming() {
                if shared.cut.load(Ordering::SeqCst) {
                    return;
                }
                // What is at the other end may be gone too; the client hears of it by the end of its connection.
                if let Ok(end) = client.and_then(|client| shared.forward(client)) {
                    shared.connections.lock().unwrap().push(end);
                }
            }
        }));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.thaw();
        self.cut();
    }
}

impl Shared {
    /// Joins a client to a new connection to the target; the answer ends both.
    fn forward(&self, client: TcpStream) -> io::Result<Box<dyn Fn() + Send>> {
        client.set_nodelay(true)?;
        match &self.target {
            Target::Port(address) => self.join(client, TcpStream::connect(address)?),
            Target::Socket(path) => self.join(client, UnixStream::connect(path)?),
        }
    }

    fn join<W: Wire>(&self, client: TcpStream, server: W) -> io::Result<Box<dyn Fn() + Send>> {
        let mut asked = match self.speaks {
            Speaks::Postgres => Some(Asked::default()),
            Speaks::Anything => None,
        };
        let round_trips = Arc::clone(&self.round_trips);
        self.pump(client.twin()?, server.twin()?, move |piece| {
            let ended = asked.as_mut().map_or(0, |asked| asked.round_trips_in(piece));
            round_trips.fetch_add(ended, Ordering::SeqCst);
        });
        self.pump(server.twin()?, client.twin()?, |_| {});
        Ok(Box::new(move || {
            client.end();
            server.end();
        }))
    }

    fn pump(&self, mut from: impl Wire, mut to: impl Wire, mut look: impl FnMut(&[u8]) + Send + 'static) {
        let frozen = Arc::clone(&self.frozen);
        thread::spawn(move || {
            let mut piece = [0; 16 * 1024];
            while let Ok(length @ 1..) = from.read(&mut piece) {
                while frozen.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(10));
                }
                look(&piece[..length]);
                if to.write_all(&piece[..length]).is_err() {
                    break;
                }
            }
            to.end();
        });
    }
}

/// Reads along what a client of PostgreSQL sends. Source: PostgreSQL's documentation, "Frontend/Backend Protocol".
#[derive(Default)]
struct Asked {
    unread: Vec<u8>,
    has_started: bool,
}

impl Asked {
    /// Requests for another kind of connection, which come before the one that starts it.
    const ENCRYPTION: [[u8; 4]; 2] = [80_877_103_u32.to_be_bytes(), 80_877_104_u32.to_be_bytes()];

    /// How many messages that end a round trip, a simple query or a sync, have become complete with this piece.
    fn round_trips_in(&mut self, piece: &[u8]) -> usize {
        self.unread.extend_from_slice(piece);
        let mut ended = 0;
        loop {
            // The messages of the start have no letter for their kind.
            let kind = usize::from(self.has_started);
            let Some(length) = self.unread.get(kind..kind + 4) else { return ended };
            let end = kind + u32::from_be_bytes(length.try_into().unwrap()) as usize;
            if self.unread.len() < end {
                return ended;
            }
            let message: Vec<u8> = self.unread.drain(..end).collect();
            if self.has_started {
                ended += usize::from(matches!(message[0], b'Q' | b'S'));
            } else {
                self.has_started = !Self::ENCRYPTION.iter().any(|code| message[4..] == *code);
            }
        }
    }
}

trait Wire: Read + Write + Send + Sized + 'static {
    fn twin(&self) -> io::Result<Self>;
    fn end(&self);
}

impl Wire for TcpStream {
    fn twin(&self) -> io::Result<Self> {
        self.try_clone()
    }

    fn end(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}

impl Wire for UnixStream {
    fn twin(&self) -> io::Result<Self> {
        self.try_clone()
    }

    fn end(&self) {
        let _ = self.shutdown(Shutdown::Both);
    }
}
