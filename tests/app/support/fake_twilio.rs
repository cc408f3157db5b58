//! Twilio at its wire: a small HTTP server on loopback with the Messages and Verify resources, its rules for sends and
//! checks, its magic numbers, and every way of failing that a network and a provider have. `twilio_contract` holds its
//! answers against the official description.
//!
//! It is written on plain sockets because a server library would not let a test drop or reset a connection half-way.

#![allow(dead_code, reason = "it offers what a test may want to know of a call, whether or not one asks today")]

use std::collections::{HashMap, VecDeque};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use latchkey::sms::config::{CALL_TIMEOUT, CONNECT_TIMEOUT, Credentials};
use latchkey::sms::{ProviderChoice, Sender, SmsConfig, TwilioConfig};
use secrecy::SecretString;
use serde_json::{Value, json};
use sha1::Sha1;
use url::Url;

const ACCOUNT_SID: &str = "AC0123456789abcdef0123456789abcdef";
const AUTH_TOKEN: &str = "a made-up auth token";
const API_KEY: (&str, &str) = ("SK0123456789abcdef0123456789abcdef", "a made-up API key secret");
const SERVICE_SID: &str = "VA0123456789abcdef0123456789abcdef";
/// The sender of Twilio's test credentials.
const MAGIC_FROM: &str = "+15005550006";

/// How long Twilio keeps a verification's code.
const CODE_LIFETIME: Duration = Duration::from_secs(600);
const SENDS_PER_VERIFICATION: u32 = 5;
const CHECKS_PER_VERIFICATION: u32 = 5;
/// Some of the languages that Verify speaks. Amharic is not one of them.
const LOCALES: [&str; 6] = ["en", "en-GB", "ar", "fr", "hi", "id"];

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Call {
    pub operation: Operation,
    pub method: String,
    pub path: String,
    pub query: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub form: Vec<(String, String)>,
    pub at: SystemTime,
}

impl Call {
    /// The value of one form field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    SendMessage,
    ListMessages,
    FetchMessage,
    FetchService,
    StartVerification,
    UpdateVerification,
    CheckVerification,
    Other,
}

/// A report of Twilio's about one message. What a test changes before it is signed, Twilio would have said.
#[derive(Clone, Debug)]
pub struct StatusReport {
    pub url: String,
    pub fields: Vec<(String, String)>,
    pub token: String,
}

impl StatusReport {
    /// What `X-Twilio-Signature` says. Twilio, "Webhooks security".
    pub fn signature(&self) -> String {
        let mut fields = self.fields.clone();
        fields.sort();
        fields.dedup();
        let signed = fields.iter().fold(self.url.clone(), |signed, (name, value)| format!("{signed}{name}{value}"));
        let mac = Hmac::<Sha1>::new_from_slice(self.token.as_bytes()).expect("a key").chain_update(signed);
        STANDARD.encode(mac.finalize().into_bytes())
    }

    pub fn body(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }

    /// Where it goes, without the origin.
    pub fn path(&self) -> String {
        let url = Url::parse(&self.url).expect("an address");
        format!("{}?{}", url.path(), url.query().unwrap_or_default())
    }
}

/// One text that reached a phone.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub sid: String,
    pub to: String,
    pub body: String,
    pub at: SystemTime,
}

impl Delivery {
    /// The six digits in the text.
    pub fn code(&self) -> String {
        self.find_code().expect("a text with a code").to_owned()
    }

    /// Whether it is more than a notice.
    pub fn has_code(&self) -> bool {
        self.find_code().is_some()
    }

    fn find_code(&self) -> Option<&str> {
        let mut runs = self.body.split(|letter: char| !letter.is_ascii_digit());
        runs.rfind(|run| run.len() == 6)
    }
}

/// How a request is treated.
#[derive(Clone, Debug)]
pub enum Behaviour {
    /// As Twilio would.
    Ok,
    /// Refused with this HTTP status and Twilio code.
    Refuse(u16, u32),
    /// 429 with `Retry-After` in seconds.
    TooManyRequests(u64),
    /// Read, and left without an answer for so long; nothing is done.
    Hang(Duration),
    /// Done, but answered so late.
    DelayMs(u64),
    /// Done, and the connection closed without an answer.
    AcceptThenDrop,
    /// Done, and this status with an error answered all the same.
    AcceptThenFail(u16),
    /// Done, and answered without a body.
    Empty2xx,
    /// A page of whatever stands in front of Twilio; nothing is done.
    Html(u16),
    /// 302 to another address; nothing is done.
    Redirect(String),
    /// The connection is reset while the request is still being read; nothing is done.
    Reset,
}

/// The running fake. Clones are the same one; it stops with the last.
#[derive(Clone)]
pub struct FakeTwilio(Arc<Server>);

struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    stopped: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    deliveries: Vec<Delivery>,
    read: HashMap<String, usize>,
    messages: Vec<Value>,
    /// Where to report a message, by its SID.
    callbacks: HashMap<String, String>,
    verifications: Vec<Verification>,
    /// How far tests have turned the clock.
    ahead: Duration,
    next_sid: u128,
    next_code: u64,
    always: Option<Behaviour>,
    always_on: HashMap<Operation, Behaviour>,
    queued: VecDeque<Behaviour>,
    queued_on: HashMap<Operation, VecDeque<Behaviour>>,
}

struct Verification {
    sid: String,
    to: String,
    code: String,
    status: &'static str,
    started: Instant,
    started_at: DateTime<Utc>,
    sends: Vec<Value>,
    checks: u32,
}

struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl FakeTwilio {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let shared = Arc::new(Shared::default());
        let served = shared.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                if served.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), served) = (stream, served.clone()) else { continue };
                // A client that goes away in the middle is one of the things being tested.
                thread::spawn(move || serve(stream, &served).ok());
            }
        });
        Self(Arc::new(Server { address, shared }))
    }

    /// The base URL of every API.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    pub fn account_sid(&self) -> &'static str {
        ACCOUNT_SID
    }

    pub fn auth_token(&self) -> &'static str {
        AUTH_TOKEN
    }

    /// SID and secret of an API key, which is accepted as well.
    pub fn api_key(&self) -> (&'static str, &'static str) {
        API_KEY
    }

    pub fn service_sid(&self) -> &'static str {
        SERVICE_SID
    }

    /// A sender that is accepted.
    pub fn from(&self) -> &'static str {
        MAGIC_FROM
    }

    /// The configuration of a program that uses this fake.
    pub fn sms_config(&self, provider: ProviderChoice) -> SmsConfig {
        let base = Url::parse(&self.url()).expect("our own address");
        let twilio = TwilioConfig {
            account_sid: ACCOUNT_SID.to_owned(),
            auth_tokens: vec![SecretString::from(AUTH_TOKEN)],
            credentials: Credentials { user: ACCOUNT_SID.to_owned(), password: SecretString::from(AUTH_TOKEN) },
            from: Some(Sender::PhoneNumber(MAGIC_FROM.to_owned())),
            verify_service_sid: Some(SERVICE_SID.to_owned()),
            api_base: base.clone(),
            verify_base: base.clone(),
            lookups_base: base,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: CALL_TIMEOUT,
        };
        SmsConfig { provider, twilio: Some(twilio) }
    }

    /// Every request so far, also those that were refused or dropped.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// The requests of one kind.
    pub fn calls_of(&self, operation: Operation) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.operation == operation).collect()
    }

    /// Every text that reached the phone with this number.
    pub fn messages_to(&self, e164: &str) -> Vec<Delivery> {
        self.state().deliveries.iter().filter(|delivery| delivery.to == e164).cloned().collect()
    }

    /// Waits for the next text with a code to this number that no call has read yet, and reads it.
    pub async fn next_code_to(&self, e164: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(5);
        loop {
            if let Some(delivery) = self.read_next(e164) {
                return delivery.code();
            }
            assert!(Instant::now() < deadline, "no new text to {e164} within 5 seconds");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn read_next(&self, e164: &str) -> Option<Delivery> {
        let mut state = self.state();
        let read = state.read.get(e164).copied().unwrap_or(0);
        let mut codes = state.deliveries.iter().filter(|delivery| delivery.to == e164 && delivery.has_code());
        let delivery = codes.nth(read).cloned()?;
        state.read.insert(e164.to_owned(), read + 1);
        Some(delivery)
    }

    /// Treats the next requests, whatever they ask for, in these ways.
    pub fn script(&self, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state().queued.extend(behaviours);
    }

    /// Treats the next requests of one kind in these ways.
    pub fn script_on(&self, operation: Operation, behaviours: impl IntoIterator<Item = Behaviour>) {
        self.state().queued_on.entry(operation).or_default().extend(behaviours);
    }

    /// Treats every request that no script is about in this way.
    pub fn always(&self, behaviour: Behaviour) {
        self.state().always = Some(behaviour);
    }

    /// Treats every request of one kind that no script is about in this way.
    pub fn always_on(&self, operation: Operation, behaviour: Behaviour) {
        self.state().always_on.insert(operation, behaviour);
    }

    /// The SID of the newest message to a number.
    pub fn newest_sid_to(&self, e164: &str) -> String {
        self.messages_to(e164).pop().expect("a message").sid
    }

    /// Lets a message come so far.
    pub fn becomes(&self, sid: &str, status: &str, changes: Value) {
        let mut state = self.state();
        let message = state.messages.iter_mut().find(|message| message["sid"] == sid).expect("a message");
        message["status"] = json!(status);
        for (name, value) in changes.as_object().expect("an object") {
            message[name] = value.clone();
        }
    }

    /// The report of a message's status as Twilio would send it; `more` are fields that Twilio may add.
    pub fn report(&self, sid: &str, status: &str, more: &[(&str, &str)]) -> StatusReport {
        let (to, url) = {
            let state = self.state();
            let delivery = state.deliveries.iter().find(|delivery| delivery.sid == sid).expect("a message");
            (delivery.to.clone(), state.callbacks.get(sid).expect("a message that is to be reported").clone())
        };
        let mut fields = vec![
            ("AccountSid", ACCOUNT_SID),
            ("ApiVersion", "2010-04-01"),
            ("From", MAGIC_FROM),
            ("MessageSid", sid),
            ("MessageStatus", status),
            ("SmsSid", sid),
            ("SmsStatus", status),
            ("To", &to),
        ];
        fields.extend(more);
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        // The fragment says how to call; it is neither sent nor signed.
        let url = url.split('#').next().unwrap_or_default().to_owned();
        StatusReport { url, fields, token: AUTH_TOKEN.to_owned() }
    }

    /// Lets Twilio's clock, by which verifications expire, run ahead.
    pub fn let_pass(&self, time: Duration) {
        self.state().ahead += time;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.shared)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener, so that it sees the flag.
        TcpStream::connect(self.address).ok();
    }
}

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.state.lock().expect("no panic under the lock")
}

/// One request, one answer, one connection: kept open, it might close just when a test's next request sets out.
fn serve(mut stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let Some(mut call) = read_head(&mut stream)? else { return Ok(()) };
    let behaviour = lock(shared).behaviour(call.operation);
    if let Behaviour::Reset = behaviour {
        lock(shared).calls.push(call);
        // The body stays unread in the socket: closing it now sends a reset.
        return Ok(());
    }
    call.form = read_form(&mut stream, &call)?;
    lock(shared).calls.push(call.clone());
    let answer = match behaviour {
        Behaviour::Ok => lock(shared).act(&call),
        Behaviour::Refuse(status, code) => refuse(status, code),
        Behaviour::TooManyRequests(seconds) => {
            Answer { headers: format!("Retry-After: {seconds}\r\n"), ..refuse(429, 20429) }
        }
        Behaviour::Hang(time) => {
            thread::sleep(time);
            return Ok(());
        }
        Behaviour::DelayMs(time) => {
            let answer = lock(shared).act(&call);
            thread::sleep(Duration::from_millis(time));
            answer
        }
        Behaviour::AcceptThenDrop => {
            lock(shared).act(&call);
            return Ok(());
        }
        Behaviour::AcceptThenFail(status) => {
            lock(shared).act(&call);
            refuse(status, 20500)
        }
        Behaviour::Empty2xx => Answer { body: String::new(), ..lock(shared).act(&call) },
        Behaviour::Html(status) => Answer {
            status,
            headers: "Content-Type: text/html\r\n".to_owned(),
            body: "<!doctype html><title>Sorry</title><h1>The gateway is unwell</h1>".to_owned(),
        },
        Behaviour::Redirect(to) => Answer { status: 302, headers: format!("Location: {to}\r\n"), body: String::new() },
        Behaviour::Reset => return Ok(()),
    };
    let Answer { status, headers, body } = answer;
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} Twilio\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")?;
    stream.flush()
}

/// Reads up to the empty line and not a byte further. `None` for a connection on which nothing came.
fn read_head(stream: &mut TcpStream) -> std::io::Result<Option<Call>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let target = first.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())).collect();
    let operation = Operation::of(&method, path);
    let (path, query) = (path.to_owned(), query.to_owned());
    Ok(Some(Call { operation, method, path, query, headers, form: Vec::new(), at: SystemTime::now() }))
}

fn read_form(stream: &mut TcpStream, call: &Call) -> std::io::Result<Vec<(String, String)>> {
    let length = call.headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(url::form_urlencoded::parse(&body).into_owned().collect())
}

impl Operation {
    fn of(method: &str, path: &str) -> Self {
        let segments: Vec<_> = path.split('/').skip(1).collect();
        match (method, segments.as_slice()) {
            ("POST", ["2010-04-01", "Accounts", _, "Messages.json"]) => Self::SendMessage,
            ("GET", ["2010-04-01", "Accounts", _, "Messages.json"]) => Self::ListMessages,
            ("GET", ["2010-04-01", "Accounts", _, "Messages", _]) => Self::FetchMessage,
            ("GET", ["v2", "Services", _]) => Self::FetchService,
            ("POST", ["v2", "Services", _, "Verifications"]) => Self::StartVerification,
            ("POST", ["v2", "Services", _, "Verifications", _]) => Self::UpdateVerification,
            ("POST", ["v2", "Services", _, "VerificationCheck"]) => Self::CheckVerification,
            _ => Self::Other,
        }
    }
}

impl State {
    fn behaviour(&mut self, operation: Operation) -> Behaviour {
        let scripted = self.queued_on.get_mut(&operation).and_then(VecDeque::pop_front);
        let scripted = scripted.or_else(|| self.queued.pop_front());
        let standing = self.always_on.get(&operation).or(self.always.as_ref());
        scripted.or_else(|| standing.cloned()).unwrap_or(Behaviour::Ok)
    }

    fn act(&mut self, call: &Call) -> Answer {
        if !is_known(call.headers.get("authorization")) {
            return refuse(401, 20003);
        }
        let owner = call.path.split('/').nth(3).unwrap_or_default();
        let expected = if call.path.starts_with("/v2/") { SERVICE_SID } else { ACCOUNT_SID };
        if owner != expected {
            return refuse(404, 20404);
        }
        match call.operation {
            Operation::SendMessage => self.send_message(call),
            Operation::ListMessages => self.list_messages(call),
            Operation::FetchMessage => self.fetch_message(call),
            Operation::FetchService => answer(200, &service()),
            Operation::StartVerification => self.start_verification(call),
            Operation::UpdateVerification => self.update_verification(call),
            Operation::CheckVerification => self.check_verification(call),
            Operation::Other => refuse(404, 20404),
        }
    }

    fn send_message(&mut self, call: &Call) -> Answer {
        if let Err(code) = judge_message(call) {
            return refuse(400, code);
        }
        let (to, body) = (call.field("To").unwrap_or_default(), call.field("Body").unwrap_or_default());
        let sid = self.sid("SM");
        self.deliver(&sid, to, body);
        let path = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}");
        let date = self.now().to_rfc2822();
        let service = call.field("MessagingServiceSid");
        if let Some(url) = call.field("StatusCallback") {
            self.callbacks.insert(sid.clone(), url.to_owned());
        }
        let message = json!({
            "account_sid": ACCOUNT_SID,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": date,
            "date_sent": null,
            "date_updated": date,
            "direction": "outbound-api",
            "error_code": null,
            "error_message": null,
            "from": call.field("From"),
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": if service.is_some() { "0" } else { "1" },
            "price": null,
            "price_unit": "USD",
            "sid": sid,
            "status": if service.is_some() { "accepted" } else { "queued" },
            "subresource_uris": { "media": format!("{path}/Media.json") },
            "to": to,
            "uri": format!("{path}.json"),
        });
        self.messages.push(message.clone());
        answer(201, &message)
    }

    fn list_messages(&self, call: &Call) -> Answer {
        let asked: HashMap<_, _> = url::form_urlencoded::parse(call.query.as_bytes()).into_owned().collect();
        let size = asked.get("PageSize").and_then(|size| size.parse().ok()).unwrap_or(50);
        let fits = |message: &&Value| asked.get("To").is_none_or(|to| message["to"] == to.as_str());
        let messages: Vec<_> = self.messages.iter().rev().filter(fits).take(size).collect();
        let page = format!("{}?PageSize={size}&Page=0", call.path);
        let list = json!({
            "end": messages.len().saturating_sub(1),
            "first_page_uri": page,
            "next_page_uri": null,
            "page": 0,
            "page_size": size,
            "previous_page_uri": null,
            "start": 0,
            "uri": page,
            "messages": messages,
        });
        answer(200, &list)
    }

    fn fetch_message(&self, call: &Call) -> Answer {
        let named = call.path.rsplit('/').next().and_then(|name| name.strip_suffix(".json"));
        let found = self.messages.iter().find(|message| message["sid"].as_str() == named);
        found.map_or_else(|| refuse(404, 20404), |message| answer(200, message))
    }

    fn start_verification(&mut self, call: &Call) -> Answer {
        let (Some(to), Some("sms")) = (call.field("To"), call.field("Channel")) else { return refuse(400, 60200) };
        if !is_e164(to) {
            return refuse(400, 60200);
        }
        if call.field("Locale").is_some_and(|locale| !LOCALES.contains(&locale)) {
            return refuse(404, 20404);
        }
        let now = self.now();
        let attempt = json!({ "time": iso(now), "channel": "SMS", "attempt_sid": self.sid("VL") });
        if !self.pending().any(|verification| verification.to == to) {
            let verification = Verification {
                sid: self.sid("VE"),
                to: to.to_owned(),
                code: self.code(),
                status: "pending",
                started: Instant::now() + self.ahead,
                started_at: now,
                sends: Vec::new(),
                checks: 0,
            };
            self.verifications.push(verification);
        }
        let Some(verification) = self.pending_mut().find(|verification| verification.to == to) else {
            return refuse(500, 20500);
        };
        if verification.sends.len() as u32 >= SENDS_PER_VERIFICATION {
            return refuse(429, 60203);
        }
        verification.sends.push(attempt);
        let (sid, json) = (verification.sid.clone(), verification.json());
        let body = format!("Your Latchkey verification code is: {}", verification.code);
        self.deliver(&sid, to, &body);
        answer(201, &json)
    }

    fn update_verification(&mut self, call: &Call) -> Answer {
        let sid = call.path.rsplit('/').next().unwrap_or_default();
        let status = match call.field("Status") {
            Some("canceled") => "canceled",
            Some("approved") => "approved",
            _ => return refuse(400, 60200),
        };
        let Some(verification) = self.pending_mut().find(|verification| verification.sid == sid) else {
            return refuse(404, 20404);
        };
        verification.status = status;
        answer(200, &verification.json())
    }

    fn check_verification(&mut self, call: &Call) -> Answer {
        let Some(code) = call.field("Code").filter(|code| (4..=10).contains(&code.len())) else {
            return refuse(400, 60200);
        };
        let (sid, to) = (call.field("VerificationSid"), call.field("To"));
        if sid.is_none() && to.is_none() {
            return refuse(400, 60221);
        }
        let named = |verification: &&mut Verification| match sid {
            Some(sid) => verification.sid == sid,
            None => Some(verification.to.as_str()) == to,
        };
        let Some(verification) = self.pending_mut().find(named) else { return refuse(404, 20404) };
        if verification.checks >= CHECKS_PER_VERIFICATION {
            verification.status = "max_attempts_reached";
            return refuse(429, 60202);
        }
        verification.checks += 1;
        if verification.code == code {
            verification.status = "approved";
        }
        answer(200, &verification.check_json())
    }

    fn pending(&self) -> impl Iterator<Item = &Verification> {
        let now = Instant::now() + self.ahead;
        self.verifications.iter().filter(move |verification| verification.is_pending(now))
    }

    fn pending_mut(&mut self) -> impl Iterator<Item = &mut Verification> {
        let now = Instant::now() + self.ahead;
        self.verifications.iter_mut().filter(move |verification| verification.is_pending(now))
    }

    fn deliver(&mut self, sid: &str, to: &str, body: &str) {
        let (sid, to, body) = (sid.to_owned(), to.to_owned(), body.to_owned());
        self.deliveries.push(Delivery { sid, to, body, at: SystemTime::now() });
    }

    fn sid(&mut self, prefix: &str) -> String {
        self.next_sid += 1;
        format!("{prefix}{:032x}", self.next_sid)
    }

    /// Codes look random, never repeat within a test and come out the same in every run.
    fn code(&mut self) -> String {
        self.next_code += 1;
        format!("{:06}", (self.next_code * 387_413 + 61_231) % 1_000_000)
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from(SystemTime::now() + self.ahead)
    }
}

impl Verification {
    fn is_pending(&self, now: Instant) -> bool {
        self.status == "pending" && now < self.started + CODE_LIFETIME
    }

    fn json(&self) -> Value {
        json!({
            "sid": self.sid,
            "service_sid": SERVICE_SID,
            "account_sid": ACCOUNT_SID,
            "to": self.to,
            "channel": "sms",
            "status": self.status,
            "valid": self.status == "approved",
            "date_created": iso(self.started_at),
            "date_updated": iso(self.started_at),
            "lookup": {},
            "amount": null,
            "payee": null,
            "send_code_attempts": self.sends,
            "sna": null,
            "url": format!("https://verify.twilio.com/v2/Services/{SERVICE_SID}/Verifications/{}", self.sid),
        })
    }

    fn check_json(&self) -> Value {
        json!({
            "sid": self.sid,
            "service_sid": SERVICE_SID,
            "account_sid": ACCOUNT_SID,
            "to": self.to,
            "channel": "sms",
            "status": self.status,
            "valid": self.status == "approved",
            "amount": null,
            "payee": null,
            "sna_attempts_error_codes": [],
            "date_created": iso(self.started_at),
            "date_updated": iso(self.started_at),
        })
    }
}

/// What is wrong with a message, in the order in which Twilio looks.
fn judge_message(call: &Call) -> Result<(), u32> {
    let to = call.field("To").filter(|to| !to.is_empty()).ok_or(21604_u32)?;
    let body = call.field("Body").filter(|body| !body.is_empty()).ok_or(21602_u32)?;
    match (call.field("From"), call.field("MessagingServiceSid")) {
        (None, None) => return Err(21603),
        (Some("+15005550001"), _) => return Err(21212),
        (Some("+15005550007"), _) => return Err(21606),
        (Some("+15005550008"), _) => return Err(21611),
        (Some(from), _) if from != MAGIC_FROM && from.starts_with('+') => return Err(21606),
        _ => {}
    }
    match to {
        "+15005550001" => return Err(21211),
        "+15005550002" => return Err(21612),
        "+15005550003" => return Err(21408),
        "+15005550004" => return Err(21610),
        "+15005550009" => return Err(21614),
        number if !is_e164(number) => return Err(21211),
        _ => {}
    }
    if body.chars().count() > 1600 {
        return Err(21617);
    }
    let validity = call.field("ValidityPeriod").map(str::parse::<u32>);
    if validity.is_some_and(|period| !period.is_ok_and(|period| (1..=36_000).contains(&period))) {
        return Err(90007);
    }
    Ok(())
}

fn is_e164(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else { return false };
    (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_known(authorization: Option<&String>) -> bool {
    [(ACCOUNT_SID, AUTH_TOKEN), API_KEY].iter().any(|(user, password)| {
        authorization == Some(&format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    })
}

fn service() -> Value {
    let url = format!("https://verify.twilio.com/v2/Services/{SERVICE_SID}");
    json!({
        "sid": SERVICE_SID,
        "account_sid": ACCOUNT_SID,
        "friendly_name": "Latchkey",
        "code_length": 6,
        "lookup_enabled": false,
        "psd2_enabled": false,
        "skip_sms_to_landlines": true,
        "dtmf_input_required": false,
        "tts_name": null,
        "do_not_share_warning_enabled": true,
        "custom_code_enabled": false,
        "push": { "include_date": false, "apn_credential_sid": null, "fcm_credential_sid": null },
        "totp": { "issuer": null, "time_step": null, "code_length": null, "skew": null },
        "whatsapp": { "msg_service_sid": null, "from": null },
        "passkeys": {
            "relying_party": { "id": null, "name": null, "origins": null },
            "authenticator_attachment": null,
            "discoverable_credentials": null,
            "user_verification": null,
        },
        "default_template_sid": null,
        "verify_event_subscription_enabled": false,
        "date_created": "2026-01-01T00:00:00Z",
        "date_updated": "2026-01-01T00:00:00Z",
        "url": url,
        "links": {
            "verification_checks": format!("{url}/VerificationCheck"),
            "verifications": format!("{url}/Verifications"),
        },
    })
}

fn iso(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn answer(status: u16, body: &Value) -> Answer {
    Answer { status, headers: "Content-Type: application/json\r\n".to_owned(), body: body.to_string() }
}

fn refuse(status: u16, code: u32) -> Answer {
    // Twilio's own messages often name the number; so does this one, for the tests that search the log for numbers.
    answer(
        status,
        &json!({
            "code": code,
            "message": format!("Error {code} about the number +251911234567"),
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status,
        }),
    )
}
