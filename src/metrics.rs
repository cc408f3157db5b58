//! What is counted about the running program, for Prometheus to collect.
//!
//! - Counts are this process's own and begin at zero with it; Prometheus adds the instances up. They decide nothing.
//! - A label is a word of ours, a country, a route, a status, or an error code of Twilio's that we know: each metric
//!   says which, and tests hold every series to it. No number, account, address, id or free text ever becomes one.
//! - Unless somebody listens ([`install`]), recording is one look at a flag.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use metrics::{Label, counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::domain::{country::Country, phone_number::PhoneNumber};

static ON: AtomicBool = AtomicBool::new(false);

/// One thing that is counted or measured.
#[derive(Debug)]
pub struct Metric {
    /// Its name at Prometheus.
    pub name: &'static str,
    /// How it is counted.
    pub kind: Kind,
    /// What it is, for whoever reads the listing.
    pub about: &'static str,
    /// Its labels, and what each may say.
    pub labels: &'static [(&'static str, Values)],
}

/// How something is counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Seconds, sorted into buckets with these upper bounds.
    Histogram(&'static [f64]),
}

/// What a label may say.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A word of the program: a purpose, a kind of text, an operation.
    Word,
    /// A country's ISO 3166 code, or `other`.
    Country,
    /// An error code of Twilio's dictionary, `other`, or `none` where there was none.
    Code,
    /// A status of HTTP.
    Status,
    /// A route as `routes.rs` writes it, never a path that somebody has typed; `none` where there is no route.
    Route,
    /// The program's version.
    Version,
}

impl Values {
    /// Whether a label may say this.
    pub fn accepts(self, said: &str) -> bool {
        let digits = |length: std::ops::RangeInclusive<usize>| {
            length.contains(&said.len()) && said.bytes().all(|byte| byte.is_ascii_digit())
        };
        let consists_of = |others: &[u8]| {
            let fits = |byte: u8| byte.is_ascii_lowercase() || others.contains(&byte);
            !said.is_empty() && said.bytes().all(fits)
        };
        match self {
            Self::OneOf(words) => words.contains(&said),
            Self::Word => consists_of(b"_."),
            Self::Country => said == "other" || said.len() == 2 && said.bytes().all(|byte| byte.is_ascii_uppercase()),
            Self::Code => matches!(said, "other" | "none") || digits(5..=6),
            Self::Status => digits(3..=3),
            Self::Route => said == "none" || said.starts_with('/') && consists_of(b"/-_.{}"),
            Self::Version => said == env!("CARGO_PKG_VERSION"),
        }
    }
}

const fn metric(
    kind: Kind,
    name: &'static str,
    about: &'static str,
    labels: &'static [(&'static str, Values)],
) -> Metric {
    Metric { name, kind, about, labels }
}

const COUNTRY: (&str, Values) = ("country", Values::Country);
const PURPOSE: (&str, Values) = ("purpose", Values::Word);
const CARRIERS: &[&str] = &["demo", "messaging", "verify"];
const PROVIDER: (&str, Values) = ("provider", Values::OneOf(CARRIERS));

/// A page, a hash, a wait for a connection.
const SHORT: Kind = Kind::Histogram(&[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
/// A text on its way to a phone.
const LONG: Kind = Kind::Histogram(&[1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0]);

#[rustfmt::skip]
mod declared {
    use super::{COUNTRY, Kind::{Counter, Gauge}, LONG, Metric, PROVIDER, PURPOSE, SHORT, Values, metric};

    pub(super) const BUILD: Metric = metric(Gauge, "latchkey_build_info",
        "1, with the version that runs", &[("version", Values::Version)]);

    // Texts.
    pub(super) const TEXTS: Metric = metric(Counter, "latchkey_texts_total",
        "Texts by how the last call for them ended",
        &[COUNTRY, ("kind", Values::Word), PROVIDER, ("outcome", Values::OneOf(&["sent", "refused", "unknown", "not_reached", "withheld"]))]);
    pub(super) const CODES_SENT: Metric = metric(Counter, "latchkey_codes_sent_total",
        "Codes that the provider has taken", &[COUNTRY, PURPOSE]);
    pub(super) const CODES_ENTERED: Metric = metric(Counter, "latchkey_codes_entered_total",
        "Codes that were entered rightly and used up", &[COUNTRY, PURPOSE]);
    pub(super) const CODE_CHECKS: Metric = metric(Counter, "latchkey_code_checks_total",
        "Codes that somebody typed, by what came of it",
        &[PURPOSE, ("outcome", Values::OneOf(&["right", "wrong", "expired", "out_of_guesses", "unchecked"]))]);
    pub(super) const DELIVERIES: Metric = metric(Counter, "latchkey_deliveries_total",
        "What Twilio has told about texts that it had taken",
        &[COUNTRY, ("status", Values::OneOf(&["accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled"]))]);
    pub(super) const DELIVERY_ERRORS: Metric = metric(Counter, "latchkey_delivery_errors_total",
        "Texts that did not arrive, by Twilio's error code", &[("code", Values::Code)]);
    pub(super) const DELIVERY_SECONDS: Metric = metric(LONG, "latchkey_delivery_seconds",
        "From asking for a code to the report that the phone has it", &[COUNTRY]);
    pub(super) const QUEUE_SECONDS: Metric = metric(SHORT, "latchkey_text_queue_seconds",
        "From the moment a text may leave to the call for it", &[PROVIDER]);
    pub(super) const QUEUE_DEPTH: Metric = metric(Gauge, "latchkey_text_queue_depth",
        "Texts of all instances that may leave and have not", &[]);
    pub(super) const QUEUE_OLDEST: Metric = metric(Gauge, "latchkey_text_queue_oldest_seconds",
        "How long the oldest of them has waited", &[]);
    pub(super) const LIMITS: Metric = metric(Counter, "latchkey_limits_reached_total",
        "Texts that were refused, by the limit that has to wait longest",
        &[("rule", Values::OneOf(&["number", "address", "browser", "account", "installation", "country", "brake", "budget"]))]);

    // Twilio.
    pub(super) const CALLS: Metric = metric(Counter, "latchkey_provider_calls_total",
        "Calls to Twilio by how they ended",
        &[("operation", Values::Word), ("outcome", Values::OneOf(&["done", "refused", "not_now", "not_reached", "unknown"]))]);
    pub(super) const CALL_SECONDS: Metric = metric(SHORT, "latchkey_provider_call_seconds",
        "How long a call to Twilio took", &[("operation", Values::Word)]);
    pub(super) const CALL_ERRORS: Metric = metric(Counter, "latchkey_provider_errors_total",
        "Calls that Twilio has refused, by its error code", &[("code", Values::Code)]);
    pub(super) const REACHABLE: Metric = metric(Gauge, "latchkey_provider_reachable",
        "1 if the last call to it was answered, 0 if not; nothing before the first", &[PROVIDER]);
    pub(super) const UNSIGNED: Metric = metric(Counter, "latchkey_unsigned_reports_total",
        "Reports of delivery that were not signed by Twilio, and refused", &[]);

    // People at the door.
    pub(super) const SIGN_INS: Metric = metric(Counter, "latchkey_sign_ins_total",
        "Passwords given at the door, by what came of it",
        &[("outcome", Values::OneOf(&["signed_in", "second_step", "wrong", "too_many", "busy", "fault"]))]);
    pub(super) const SECOND_FACTORS: Metric = metric(Counter, "latchkey_second_factors_total",
        "Second factors that were given, by what came of it",
        &[("method", Values::OneOf(&["app", "text", "backup_code"])), ("outcome", Values::OneOf(&["right", "wrong", "over", "rests", "busy", "fault"]))]);

    // The machine.
    pub(super) const REQUESTS: Metric = metric(Counter, "latchkey_http_requests_total",
        "Requests by how they were answered",
        &[("route", Values::Route), ("method", Values::OneOf(&["GET", "HEAD", "POST", "other"])), ("status", Values::Status)]);
    pub(super) const REQUEST_SECONDS: Metric = metric(SHORT, "latchkey_http_request_seconds",
        "How long an answer took", &[("route", Values::Route)]);
    pub(super) const HASHES: Metric = metric(Gauge, "latchkey_hashes",
        "Passwords and codes that are being hashed, and that wait for it", &[("state", Values::OneOf(&["running", "waiting"]))]);
    pub(super) const HASHES_REFUSED: Metric = metric(Counter, "latchkey_hashes_refused_total",
        "Hashes that were not begun because too many waited", &[]);
    pub(super) const POOL: Metric = metric(Gauge, "latchkey_database_connections",
        "Connections of this instance to the database", &[("state", Values::OneOf(&["in_use", "idle"]))]);
    pub(super) const POOL_SECONDS: Metric = metric(SHORT, "latchkey_database_wait_seconds",
        "How long somebody waited for a connection", &[]);
    pub(super) const POOL_REFUSED: Metric = metric(Counter, "latchkey_database_refused_total",
        "Waits for a connection that were in vain", &[]);
    pub(super) const DATABASE: Metric = metric(Gauge, "latchkey_database_reachable",
        "1 if the database answered when it was last asked, 0 if not", &[]);
    pub(super) const HOUSEKEEPING: Metric = metric(Counter, "latchkey_housekeeping_runs_total",
        "Rounds of removing what is over", &[("outcome", Values::OneOf(&["done", "failed"]))]);
    pub(super) const ALERTS: Metric = metric(Counter, "latchkey_alerts_total",
        "Alerts of Latchkey's own, by what became of them",
        &[("kind", Values::Word), ("outcome", Values::OneOf(&["raised", "delivered", "failed", "given_up"]))]);
    pub(super) const ALERTS_WAITING: Metric = metric(Gauge, "latchkey_alerts_waiting",
        "Alerts of all instances that are not delivered yet", &[]);
}

use declared::*;

/// Everything that is counted.
pub const ALL: &[Metric] = &[
    BUILD,
    TEXTS,
    CODES_SENT,
    CODES_ENTERED,
    CODE_CHECKS,
    DELIVERIES,
    DELIVERY_ERRORS,
    DELIVERY_SECONDS,
    QUEUE_SECONDS,
    QUEUE_DEPTH,
    QUEUE_OLDEST,
    LIMITS,
    CALLS,
    CALL_SECONDS,
    CALL_ERRORS,
    REACHABLE,
    UNSIGNED,
    SIGN_INS,
    SECOND_FACTORS,
    REQUESTS,
    REQUEST_SECONDS,
    HASHES,
    HASHES_REFUSED,
    POOL,
    POOL_SECONDS,
    POOL_REFUSED,
    DATABASE,
    HOUSEKEEPING,
    ALERTS,
    ALERTS_WAITING,
];

/// What is read out when Prometheus comes.
#[derive(Clone)]
pub struct Listing(PrometheusHandle);

impl Listing {
    /// All series in Prometheus' text form.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Sorts what was measured into its buckets. Between two visits of Prometheus single values would pile up.
    pub fn tidy(&self) {
        self.0.run_upkeep();
    }
}

/// Why nothing is recorded.
#[derive(Debug, thiserror::Error)]
#[error("metrics cannot be recorded: {0}")]
pub struct NotInstalled(#[from] BuildError);

/// Begins to record, once in a process.
///
/// # Errors
/// When something records already.
pub fn install() -> Result<Listing, NotInstalled> {
    let with_buckets = |builder: PrometheusBuilder, metric: &Metric| match metric.kind {
        Kind::Histogram(bounds) => builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), bounds),
        Kind::Counter | Kind::Gauge => Ok(builder),
    };
    let handle = ALL.iter().try_fold(PrometheusBuilder::new(), with_buckets)?.install_recorder()?;
    ON.store(true, Ordering::Relaxed);
    for metric in ALL {
        metric.describe();
        metric.begin_at_zero();
    }
    BUILD.set(&[Word(env!("CARGO_PKG_VERSION"))], 1.0);
    Ok(Listing(handle))
}

/// What a label says. A number here is a status or a code; nothing else has a way in.
#[derive(Clone, Copy)]
enum Said<'a> {
    Word(&'a str),
    Number(u32),
}

use Said::{Number, Word};

impl Metric {
    fn describe(&self) {
        match self.kind {
            Kind::Counter => metrics::describe_counter!(self.name, self.about),
            Kind::Gauge => metrics::describe_gauge!(self.name, self.about),
            Kind::Histogram(_) => metrics::describe_histogram!(self.name, self.about),
        }
    }

    /// A counter that first appears with its first event has no rise that Prometheus could see. Those whose series are
    /// known beforehand are there from the start.
    fn begin_at_zero(&self) {
        let words = |(_, values): &(_, Values)| match values {
            Values::OneOf(words) => Some(*words),
            _ => None,
        };
        let all: Option<Vec<&[&'static str]>> = self.labels.iter().map(words).collect();
        let (Kind::Counter, Some(all)) = (self.kind, all) else { return };
        let with_next = |series: Vec<Vec<Said<'static>>>, words: &[&'static str]| {
            let with = |said: &Vec<_>, word| said.iter().copied().chain([Word(word)]).collect();
            series.iter().flat_map(|said| words.iter().map(move |word| with(said, word))).collect()
        };
        for said in all.into_iter().fold(vec![Vec::new()], with_next) {
            counter!(self.name, self.labelled(&said)).increment(0);
        }
    }

    fn count(&self, said: &[Said<'_>]) {
        if is_on() {
            counter!(self.name, self.labelled(said)).increment(1);
        }
    }

    fn set(&self, said: &[Said<'_>], value: f64) {
        if is_on() {
            gauge!(self.name, self.labelled(said)).set(value);
        }
    }

    fn measure(&self, said: &[Said<'_>], took: Duration) {
        if is_on() {
            histogram!(self.name, self.labelled(said)).record(took.as_secs_f64());
        }
    }

    fn labelled(&self, said: &[Said<'_>]) -> Vec<Label> {
        debug_assert_eq!(said.len(), self.labels.len(), "{}", self.name);
        let label = |((name, _), said): (&(&'static str, Values), &Said<'_>)| match said {
            Word(word) => Label::new(*name, (*word).to_owned()),
            Number(number) => Label::new(*name, number.to_string()),
        };
        self.labels.iter().zip(said).map(label).collect()
    }
}

/// Whether anything is recorded; what costs a query to find out need not be found out otherwise.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

fn country(number: Option<&PhoneNumber>) -> Said<'static> {
    Word(number.and_then(PhoneNumber::country).map_or("other", Country::code))
}

/// How the last call for a text ended.
#[derive(Debug, Clone, Copy)]
pub enum TextEnd {
    /// The provider took it.
    Sent,
    /// The provider refused it.
    Refused,
    /// Nobody knows.
    Unknown,
    /// The provider was not reached, or had no time.
    NotReached,
    /// It was not to be sent.
    Withheld,
}

/// A text has been dealt with.
pub fn text(to: &PhoneNumber, kind: &'static str, provider: &'static str, end: TextEnd) {
    if !is_on() {
        return;
    }
    let outcome = match end {
        TextEnd::Sent => "sent",
        TextEnd::Refused => "refused",
        TextEnd::Unknown => "unknown",
        TextEnd::NotReached => "not_reached",
        TextEnd::Withheld => "withheld",
    };
    TEXTS.count(&[country(Some(to)), Word(kind), Word(provider), Word(outcome)]);
}

/// A text has waited so long for its call, beyond the time before which it was not to leave.
pub fn text_waited(provider: &'static str, waited: Duration) {
    QUEUE_SECONDS.measure(&[Word(provider)], waited);
}

/// The provider has taken a code.
pub fn code_sent(to: &PhoneNumber, purpose: &'static str) {
    if is_on() {
        CODES_SENT.count(&[country(Some(to)), Word(purpose)]);
    }
}

/// A code was entered and used up.
pub fn code_entered(number: &PhoneNumber, purpose: &'static str) {
    if is_on() {
        CODES_ENTERED.count(&[country(Some(number)), Word(purpose)]);
    }
}

/// What came of a code that somebody typed.
#[derive(Debug, Clone, Copy)]
pub enum CodeCheck {
    /// It was right.
    Right,
    /// It was wrong.
    Wrong,
    /// Too old, used, or replaced.
    Expired,
    /// There was no guess left, or this was the last.
    OutOfGuesses,
    /// Twilio could not be asked.
    Unchecked,
}

/// Somebody has typed a code.
pub fn code_checked(purpose: &'static str, check: CodeCheck) {
    let outcome = match check {
        CodeCheck::Right => "right",
        CodeCheck::Wrong => "wrong",
        CodeCheck::Expired => "expired",
        CodeCheck::OutOfGuesses => "out_of_guesses",
        CodeCheck::Unchecked => "unchecked",
    };
    CODE_CHECKS.count(&[Word(purpose), Word(outcome)]);
}

/// An error code of Twilio's, as far as it may be a label: Twilio can invent as many as it likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// One that we know.
    Known(u32),
    /// Any other.
    Other,
    /// There was none.
    None,
}

impl ErrorCode {
    fn said(self) -> Said<'static> {
        match self {
            Self::Known(code) => Number(code),
            Self::Other => Word("other"),
            Self::None => Word("none"),
        }
    }
}

/// Twilio has told what became of a text; of a code that arrived also how long that took.
pub fn delivery(to: Option<&PhoneNumber>, status: &'static str, error: ErrorCode, arrived_after: Option<Duration>) {
    if !is_on() {
        return;
    }
    DELIVERIES.count(&[country(to), Word(status)]);
    if error != ErrorCode::None {
        DELIVERY_ERRORS.count(&[error.said()]);
    }
    if let Some(took) = arrived_after {
        DELIVERY_SECONDS.measure(&[country(to)], took);
    }
}

/// Which limit has to wait longest when a text is refused. Known to counters and log alone: told to people it would
/// tell them how to get around it (ERR-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Texts to the number.
    Number,
    /// Texts from the address.
    Address,
    /// Texts from the browser.
    Browser,
    /// Texts for the account.
    Account,
    /// Texts of the installation.
    Installation,
    /// The country gets none.
    Country,
    /// The country or the range is braked.
    Brake,
    /// The budget is used up.
    Budget,
}

impl Limit {
    /// Its name in SQL, log and counter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Address => "address",
            Self::Browser => "browser",
            Self::Account => "account",
            Self::Installation => "installation",
            Self::Country => "country",
            Self::Brake => "brake",
            Self::Budget => "budget",
        }
    }
}

/// A text was refused by a limit.
pub fn limit_reached(limit: Limit) {
    LIMITS.count(&[Word(limit.as_str())]);
}

/// How a call to Twilio ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallEnd {
    /// Done.
    Done,
    /// Refused, with a code or without.
    Refused(ErrorCode),
    /// Twilio asks to come again later.
    NotNow,
    /// No connection stood.
    NotReached,
    /// It may have been done or not.
    Unknown,
}

/// A call to `provider` has ended.
pub fn provider_called(provider: &'static str, operation: &'static str, end: CallEnd, took: Duration) {
    let outcome = match end {
        CallEnd::Done => "done",
        CallEnd::Refused(_) => "refused",
        CallEnd::NotNow => "not_now",
        CallEnd::NotReached => "not_reached",
        CallEnd::Unknown => "unknown",
    };
    CALLS.count(&[Word(operation), Word(outcome)]);
    CALL_SECONDS.measure(&[Word(operation)], took);
    let was_answered = !matches!(end, CallEnd::NotReached | CallEnd::Unknown);
    REACHABLE.set(&[Word(provider)], f64::from(was_answered));
    if let CallEnd::Refused(code) = end {
        CALL_ERRORS.count(&[code.said()]);
    }
}

/// Somebody has reported a delivery who is not Twilio.
pub fn unsigned_report() {
    UNSIGNED.count(&[]);
}

/// What came of a password at the door.
#[derive(Debug, Clone, Copy)]
pub enum SignIn {
    /// A session.
    SignedIn,
    /// The second step.
    SecondStep,
    /// Unknown, wrong or disabled.
    Wrong,
    /// A limit is reached.
    TooMany,
    /// Too many hashes wait.
    Busy,
    /// A fault of ours.
    Fault,
}

/// Somebody has given a password at the door.
pub fn sign_in(outcome: SignIn) {
    SIGN_INS.count(&[Word(match outcome {
        SignIn::SignedIn => "signed_in",
        SignIn::SecondStep => "second_step",
        SignIn::Wrong => "wrong",
        SignIn::TooMany => "too_many",
        SignIn::Busy => "busy",
        SignIn::Fault => "fault",
    })]);
}

/// A kind of second factor.
#[derive(Debug, Clone, Copy)]
pub enum Factor {
    /// A code of the app.
    App,
    /// A code of a text.
    Text,
    /// A backup code.
    BackupCode,
}

/// What came of a second factor.
#[derive(Debug, Clone, Copy)]
pub enum FactorCheck {
    /// It was right.
    Right,
    /// It was wrong.
    Wrong,
    /// Its code, or the sign-in, is over.
    Over,
    /// Too many wrong ones before it.
    Rests,
    /// Too many hashes wait.
    Busy,
    /// A fault of ours.
    Fault,
}

/// Somebody has given a second factor.
pub fn second_factor(factor: Factor, check: FactorCheck) {
    let method = match factor {
        Factor::App => "app",
        Factor::Text => "text",
        Factor::BackupCode => "backup_code",
    };
    let outcome = match check {
        FactorCheck::Right => "right",
        FactorCheck::Wrong => "wrong",
        FactorCheck::Over => "over",
        FactorCheck::Rests => "rests",
        FactorCheck::Busy => "busy",
        FactorCheck::Fault => "fault",
    };
    SECOND_FACTORS.count(&[Word(method), Word(outcome)]);
}

/// A request was answered. `route` is the pattern that it matched.
pub fn request(route: &str, method: &str, status: u16, took: Duration) {
    // Anybody can send any method.
    let method = if matches!(method, "GET" | "HEAD" | "POST") { method } else { "other" };
    REQUESTS.count(&[Word(route), Word(method), Number(u32::from(status))]);
    REQUEST_SECONDS.measure(&[Word(route)], took);
}

/// How many hashes run and wait.
pub fn hashes(running: usize, waiting: usize) {
    HASHES.set(&[Word("running")], running as f64);
    HASHES.set(&[Word("waiting")], waiting as f64);
}

/// A hash was not begun.
pub fn hash_refused() {
    HASHES_REFUSED.count(&[]);
}

/// How many connections to the database there are.
pub fn connections(in_use: u32, idle: u32) {
    POOL.set(&[Word("in_use")], f64::from(in_use));
    POOL.set(&[Word("idle")], f64::from(idle));
}

/// Somebody has got a connection after so long, or has not got one.
pub fn connection_awaited(waited: Duration, got_one: bool) {
    if got_one {
        POOL_SECONDS.measure(&[], waited);
    } else {
        POOL_REFUSED.count(&[]);
    }
}

/// What the tables say about what waits, or nothing when they could not be asked.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// Texts that may leave.
    pub texts: i64,
    /// How long the oldest of them has waited, in seconds.
    pub oldest_text: f64,
    /// Alerts that are not delivered.
    pub alerts: i64,
}

/// What waits in the database.
pub fn waiting(waiting: Option<Waiting>) {
    DATABASE.set(&[], f64::from(waiting.is_some()));
    // An old number would look like a new one.
    let (texts, oldest, alerts) = waiting.map_or((f64::NAN, f64::NAN, f64::NAN), |waiting| {
        (waiting.texts as f64, waiting.oldest_text, waiting.alerts as f64)
    });
    QUEUE_DEPTH.set(&[], texts);
    QUEUE_OLDEST.set(&[], oldest);
    ALERTS_WAITING.set(&[], alerts);
}

/// A round of housekeeping has ended.
pub fn housekeeping(well: bool) {
    HOUSEKEEPING.count(&[Word(if well { "done" } else { "failed" })]);
}

/// What became of an alert.
#[derive(Debug, Clone, Copy)]
pub enum AlertEnd {
    /// It was raised here.
    Raised,
    /// The receiver has it, or the log where there is no receiver.
    Delivered,
    /// A try to deliver it failed.
    Failed,
    /// No more tries.
    GivenUp,
}

/// Something has happened to an alert.
pub fn alert(kind: &'static str, end: AlertEnd) {
    let outcome = match end {
        AlertEnd::Raised => "raised",
        AlertEnd::Delivered => "delivered",
        AlertEnd::Failed => "failed",
        AlertEnd::GivenUp => "given_up",
    };
    ALERTS.count(&[Word(kind), Word(outcome)]);
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::*;

    const DASHBOARD: &str = include_str!("../deploy/grafana/latchkey.json");
    const RULES: &str = include_str!("../deploy/prometheus/alerts.yml");

    #[test]
    fn every_metric_is_declared_once_and_named_as_prometheus_names_things() {
        assert_eq!(ALL.iter().map(|metric| metric.name).collect::<HashSet<_>>().len(), ALL.len());
        for Metric { name, kind, about, labels } in ALL {
            assert!(name.starts_with("latchkey_") && Values::Word.accepts(name), "{name}");
            assert_eq!(name.ends_with("_total"), *kind == Kind::Counter, "{name}");
            assert_eq!(name.ends_with("_seconds"), matches!(kind, Kind::Histogram(_)) || name.contains("oldest"));
            assert!(!about.is_empty() && !about.ends_with('.'), "{name}");
            assert!(labels.iter().all(|(label, _)| Values::Word.accepts(label)), "{name}");
            if let Kind::Histogram(bounds) = kind {
                assert!(bounds.is_sorted() && bounds.iter().all(|bound| *bound < 1000.0), "{name}");
            }
        }
    }

    #[test]
    fn log_03_no_label_can_say_a_number_an_address_or_an_id() {
        let all = [
            Values::OneOf(&["sent"]),
            Values::Word,
            Values::Country,
            Values::Code,
            Values::Status,
            Values::Route,
            Values::Version,
        ];
        for personal in [
            "+251911234567",
            "0911234567",
            "1234567",
            "203.0.113.7",
            "2001:db8::1",
            "hanna@example.com",
            "0198a7c2-5f1e-7000-8000-000000000000",
            "/account/devices/sessions/0198a7c2/end",
            "Hanna",
            "",
        ] {
            assert!(all.iter().all(|values| !values.accepts(personal)), "{personal}");
        }
        for (values, said) in [
            (Values::Word, "password_reset"),
            (Values::Country, "ET"),
            (Values::Country, "other"),
            (Values::Code, "30005"),
            (Values::Code, "575001"),
            (Values::Status, "303"),
            (Values::Route, "/account/devices/sessions/{id}/end"),
        ] {
            assert!(values.accepts(said), "{said}");
        }
    }

    /// The names of metrics in a text, without what Prometheus adds to those of histograms.
    fn names(text: &'static str) -> BTreeSet<&'static str> {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let of_histogram =
            |word: &'static str| ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end));
        let named = words.filter(|word| word.starts_with("latchkey_"));
        named.map(|word| of_histogram(word).unwrap_or(word)).collect()
    }

    #[test]
    fn every_metric_that_rules_and_dashboard_name_exists() {
        let known: BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
        for (file, text) in [("the dashboard", DASHBOARD), ("the rules", RULES)] {
            let named = names(text);
            assert!(named.len() > 10, "{file}: {named:?}");
            assert!(named.is_subset(&known), "{file}: {:?}", named.difference(&known).collect::<Vec<_>>());
        }
        // What nobody looks at need not be counted.
        let shown: BTreeSet<_> = names(DASHBOARD).union(&names(RULES)).copied().collect();
        assert!(
            known.is_subset(&shown),
            "on no panel and in no rule: {:?}",
            known.difference(&shown).collect::<Vec<_>>()
        );
    }

    #[test]
    fn the_dashboard_is_one_that_grafana_can_read() {
        let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).expect("JSON");
        let panels = dashboard["panels"].as_array().expect("panels");
        let ids: HashSet<_> = panels.iter().map(|panel| panel["id"].as_u64().expect("an id")).collect();
        assert_eq!(ids.len(), panels.len());
        for panel in panels.iter().filter(|panel| panel["type"] != "row") {
            let title = panel["title"].as_str().expect("a title");
            let targets = panel["targets"].as_array().expect(title);
            assert!(
                targets.iter().all(|target| target["expr"].as_str().is_some_and(|expr| !expr.is_empty())),
                "{title}"
            );
            assert!(
                panel["description"].as_str().is_some_and(|text| text.ends_with('.')),
                "{title} says what it shows"
            );
        }
    }
}
