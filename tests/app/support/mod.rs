//! What the tests stand on: the real binary, a database of its own for each test, Twilio faked at its wire.

pub mod answers;
pub mod authenticator;
pub mod browser;
pub mod crowd;
pub mod database;
pub mod everything;
pub mod fake_twilio;
pub mod numbers;
pub mod operator;
pub mod owners;
pub mod people;
pub mod proxy;
pub mod raw;
pub mod receiver;
pub mod resets;
pub mod routes;
pub mod scrape;
pub mod settings;

use std::{
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use latchkey::{
    crypto::keys::{KeyRing, KeyUse, SecretKey},
    features::housekeeping::{self, Removed},
};
use tokio::net::TcpSocket;

use self::{
    browser::Browser,
    database::Database,
    fake_twilio::{FakeTwilio, Operation},
};

/// The origin that every instance under test believes in, wherever it listens.
pub const BASE_URL: &str = "http://localhost:8080";

/// The origin of [`TestApp::start_public`].
pub const PUBLIC_URL: &str = "https://id.example.com";
/// A secret key that is as good as any.
pub const SECRET_KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

/// A running Latchkey with everything around it. All of it ends with the value.
pub struct TestApp {
    pub twilio: FakeTwilio,
    pub database: Database,
    instances: Vec<Instance>,
    environment: Vec<(String, String)>,
}

/// One process.
pub struct Instance {
    process: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

impl TestApp {
    /// With Programmable Messaging, so that codes are ours and texts arrive at the fake.
    pub async fn start() -> Self {
        Self::start_with("messaging", &[]).await
    }

    /// With Twilio Verify.
    pub async fn start_with_verify() -> Self {
        Self::start_with("verify", &[]).await
    }

    /// With the inbox page.
    pub async fn start_demo() -> Self {
        Self::start_with("demo", &[]).await
    }

    /// As in production: on a public https origin behind a proxy, with a secret key. Its browsers believe in
    /// [`PUBLIC_URL`].
    pub async fn start_public() -> Self {
        Self::start_with("messaging", &[("LATCHKEY_BASE_URL", PUBLIC_URL), ("LATCHKEY_SECRET_KEY", SECRET_KEY)]).await
    }

    /// With a provider and variables of the test's own, which win.
    pub async fn start_with(provider: &str, extra: &[(&str, &str)]) -> Self {
        Self::start_on(FakeTwilio::start(), Database::create(), provider, extra).await
    }

    /// The same around a fake and a database that the test has made.
    pub async fn start_on(twilio: FakeTwilio, database: Database, provider: &str, extra: &[(&str, &str)]) -> Self {
        let mut environment = environment(provider, &twilio, &database.url());
        set(&mut environment, extra);
        let first = Instance::start(&environment);
        Self { twilio, database, instances: vec![first], environment }
    }

    /// One more process on the same database. Browsers made by [`TestApp::browser_at`] can choose it.
    pub fn start_another_instance(&mut self) {
        self.instances.push(Instance::start(&self.environment));
    }

    /// The same with variables that differ from the first process's.
    pub fn start_another_instance_with(&mut self, extra: &[(&str, &str)]) {
        let mut environment = self.environment.clone();
        set(&mut environment, extra);
        self.instances.push(Instance::start(&environment));
    }

    /// Ends a process as a power cut would and starts it again.
    pub fn kill_and_restart(&mut self, index: usize) {
        self.instances[index].kill();
        self.instances[index] = Instance::start(&self.environment);
    }

    /// Where process `index` listens.
    pub fn address_of(&self, index: usize) -> SocketAddr {
        self.instances[index].address
    }

    /// A new browser at the first process, with an address of its own.
    pub fn browser(&self) -> Browser {
        self.browser_at(0)
    }

    /// A new browser at process `index`.
    pub fn browser_at(&self, index: usize) -> Browser {
        let (_, origin) = self.environment.iter().find(|(name, _)| name == "LATCHKEY_BASE_URL").unwrap();
        Browser::new(self.instances[index].address).believing_in(origin)
    }

    /// Where the first process listens.
    pub fn address(&self) -> SocketAddr {
        self.instances[0].address
    }

    /// So many new browsers, spread over the processes.
    pub fn browsers(&self, number: usize) -> Vec<Browser> {
        self.instances.iter().cycle().take(number).map(|instance| Browser::new(instance.address)).collect()
    }

    /// Copies of a browser, spread over the processes. Each keeps its cookies to itself, so that each answer stands
    /// alone.
    pub fn copies(&self, browser: &Browser, number: usize) -> Vec<Browser> {
        self.instances.iter().cycle().take(number).map(|instance| browser.fork().at(instance.address)).collect()
    }

    pub fn instance(&mut self, index: usize) -> &mut Instance {
        &mut self.instances[index]
    }

    /// How many texts the provider was asked to send, once nothing is under way any more.
    pub async fn texts_sent(&self) -> usize {
        self.database.becomes("SELECT count(*) FROM sms_messages WHERE state IN ('queued', 'sending')", 0).await;
        let calls = |operation| self.twilio.calls_of(operation).len();
        calls(Operation::SendMessage) + calls(Operation::StartVerification)
    }

    /// Lets time pass by moving every moment in the database into the past. `time` is a PostgreSQL interval.
    pub fn let_pass(&self, time: &str) {
        self.database.let_pass(time);
    }

    /// One round of housekeeping, with the key of the processes.
    pub fn tidy(&self) -> Removed {
        housekeeping::tidy(&mut self.database.connect(), &pseudonym()).unwrap()
    }

    /// All that the processes have logged so far.
    pub fn log(&self) -> Vec<String> {
        self.instances.iter().flat_map(Instance::log).collect()
    }

    /// The same of one process.
    pub fn log_of(&self, index: usize) -> Vec<String> {
        self.instances[index].log()
    }

    /// Waits until a line with `part` is logged.
    pub async fn logged(&self, part: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(line) = self.log().into_iter().find(|line| line.contains(part)) {
                return line;
            }
            assert!(Instant::now() < deadline, "nothing with {part:?} was logged:\n{}", self.log().join("\n"));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The key under which the processes keep what stands for a person.
pub fn pseudonym() -> KeyRing {
    KeyRing::derive(&SecretKey::for_development(), KeyUse::Pseudonym)
}

/// Waits until `happened`, for 10 seconds at most.
pub async fn eventually(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !happened().await {
        assert!(Instant::now() < deadline, "not within 10 seconds: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn set(environment: &mut Vec<(String, String)>, extra: &[(&str, &str)]) {
    for (name, value) in extra {
        environment.retain(|(known, _)| known != name);
        environment.push(((*name).to_owned(), (*value).to_owned()));
    }
}

/// The environment of a process under test, complete: nothing is inherited but what finds programs and libraries.
pub fn environment(provider: &str, twilio: &FakeTwilio, database_url: &str) -> Vec<(String, String)> {
    let mut environment = vec![
        ("DATABASE_URL", database_url.to_owned()),
        ("LATCHKEY_BASE_URL", BASE_URL.to_owned()),
        ("LATCHKEY_BIND", "127.0.0.1:0".to_owned()),
        ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ("SMS_PROVIDER", provider.to_owned()),
        ("RUST_LOG", "info".to_owned()),
    ];
    if provider != "demo" {
        environment.extend([
            ("TWILIO_ACCOUNT_SID", twilio.account_sid().to_owned()),
            ("TWILIO_AUTH_TOKEN", twilio.auth_token().to_owned()),
            ("TWILIO_PHONE_NUMBER", twilio.from().to_owned()),
            ("TWILIO_VERIFY_SERVICE_SID", twilio.service_sid().to_owned()),
            ("TWILIO_API_BASE_URL", twilio.url()),
            ("TWILIO_VERIFY_BASE_URL", twilio.url()),
            ("TWILIO_LOOKUPS_BASE_URL", twilio.url()),
        ]);
    }
    environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The binary with that environment and no other, in a folder without a `.env`.
pub fn latchkey(environment: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.env_clear().envs(environment.iter().cloned()).current_dir(env!("CARGO_TARGET_TMPDIR"));
    command.stdin(Stdio::null());
    command
}

impl Instance {
    fn start(environment: &[(String, String)]) -> Self {
        let mut process =
            latchkey(environment).arg("serve").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = collect_lines(process.stderr.take().unwrap());
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let listening = log.lock().unwrap().iter().find_map(|line| {
                let (_, rest) = line.split_once("event=listening address=")?;
                rest.split(' ').next()?.parse::<SocketAddr>().ok()
            });
            if let Some(address) = listening {
                return Self { process, address, log };
            }
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none() && Instant::now() < deadline, "no start: {}", log.lock().unwrap().join("\n"));
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// SIGTERM; answers whether the process ended well.
    pub fn terminate(&mut self) -> bool {
        let id = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.process.wait().unwrap().success()
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
    }
}

fn collect_lines(from: impl Read + Send + 'static) -> Arc<Mutex<Vec<String>>> {
    let lines = Arc::<Mutex<Vec<String>>>::default();
    let kept = Arc::clone(&lines);
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            kept.lock().unwrap().push(line);
        }
    });
    lines
}

/// A port that nobody listens on, kept for whoever binds it with `SO_REUSEADDR`, as servers do, while the value lives.
pub fn kept_port() -> (TcpSocket, SocketAddr) {
    let port = TcpSocket::new_v4().unwrap();
    port.set_reuseaddr(true).unwrap();
    port.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = port.local_addr().unwrap();
    (port, address)
}

/// Sends all of them at the same time and answers in the same order.
pub async fn at_once<T>(all: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(all).await
}
