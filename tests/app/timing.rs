//! A measurement: can a stranger tell by its time whether an answer is about an account that there is (AUT-09, AUT-11, E-2)?
//!
//! In the suite a small sample finds only what is gross, such as a hash that was left out, so that a busy machine makes no
//! false alarm. For the measurement itself, on a quiet machine with a release build, see CONTRIBUTING.md.

use std::{
    fmt,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use rand::RngExt as _;

use crate::support::{
    TestApp,
    browser::Browser,
    people::{self, WRONG_PASSWORD},
    resets::old_account,
};

/// Pairs of the sample in the suite.
const FEW: usize = 60;
/// Pairs before those that count.
const WARM_UP: usize = 10;
/// With how many pairs to measure by hand.
const PAIRS: &str = "LATCHKEY_TEST_TIMING_PAIRS";

/// One connection that is kept, so that its opening is no part of what is measured.
struct Client {
    stream: TcpStream,
    /// What all requests have in common.
    browser: Browser,
    number: u32,
}

impl Client {
    fn at(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self { stream, browser: Browser::new(address), number: 0 }
    }

    /// The time from the last byte of a sign-in to the last byte of its refusal.
    fn is_refused_within(&mut self, identifier: &str) -> Duration {
        self.is_answered_within("/login", &[("identifier", identifier), ("password", WRONG_PASSWORD)], 422)
    }

    /// The time from the last byte of a form to the last byte of its answer.
    fn is_answered_within(&mut self, path: &str, fields: &[(&str, &str)], status: u16) -> Duration {
        // An address of its own, so that no count of addresses fills or is found.
        self.number += 1;
        let [_, a, b, c] = self.number.to_be_bytes();
        let browser = self.browser.clone().from(&format!("11.{a}.{b}.{c}"));
        let body = serde_urlencoded::to_string(fields).unwrap();
        let request = format!("{}{body}", browser.head_of_form(path, body.len()));
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes()).unwrap();
        let answer = self.answer();
        let took = begun.elapsed();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        took
    }

    fn answer(&mut self) -> String {
        let (mut answer, mut part) = (Vec::new(), [0; 16 * 1024]);
        loop {
            let length = self.stream.read(&mut part).unwrap();
            assert_ne!(length, 0, "closed: {}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&part[..length]);
            let text = String::from_utf8_lossy(&answer);
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                let head_length = head.len() + 4;
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
                if answer.len() >= head_length + length.parse::<usize>().unwrap() {
                    return text.into_owned();
                }
            }
        }
    }
}

/// What two groups of times tell apart.
struct Comparison {
    pairs: usize,
    /// Medians in milliseconds.
    medians: [f64; 2],
    /// How likely a time of the first group is longer than one of the second: the area under the curve of the classifier
    /// that draws one line between shorter and longer times.
    auc: f64,
    /// The half of its 95 % interval, by DeLong's estimate of the variance.
    margin: f64,
}

impl Comparison {
    fn of(one: &[f64], other: &[f64]) -> Self {
        let longer = sorted(other);
        let shorter = sorted(one);
        let below = |sorted: &[f64], time: f64| {
            let (less, not_more) = (sorted.partition_point(|it| *it < time), sorted.partition_point(|it| *it <= time));
            (less + not_more) as f64 / 2.0 / sorted.len() as f64
        };
        let of_one: Vec<f64> = one.iter().map(|time| below(&longer, *time)).collect();
        let of_other: Vec<f64> = other.iter().map(|time| 1.0 - below(&shorter, *time)).collect();
        let variance = variance(&of_one) / one.len() as f64 + variance(&of_other) / other.len() as f64;
        Self {
            pairs: one.len(),
            medians: [shorter[shorter.len() / 2], longer[longer.len() / 2]],
            auc: mean(&of_one),
            margin: 1.96 * variance.sqrt(),
        }
    }

    /// The interval, counted from one half upwards whichever group is slower.
    fn interval(&self) -> [f64; 2] {
        [(self.auc - self.margin).max(0.0), (self.auc + self.margin).min(1.0)]
    }

    fn is_equal_enough(&self) -> bool {
        let [low, high] = self.interval();
        low >= 0.48 && high <= 0.52 && (self.medians[0] - self.medians[1]).abs() < 0.5
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([one, other], [low, high]) = (self.medians, self.interval());
        write!(
            f,
            "{} pairs: median {one:.3} ms with an account, {other:.3} ms without, {:+.3} ms apart; AUC {:.4}, 95 % of \
             {low:.4} to {high:.4}; E-2 (0.48 to 0.52, below 0.5 ms) is {}",
            self.pairs,
            one - other,
            self.auc,
            if self.is_equal_enough() { "met" } else { "not shown" }
        )
    }
}

fn sorted(times: &[f64]) -> Vec<f64> {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// So many accounts with addresses `k1@example.com` and so on, each as good as registered.
fn open_accounts(app: &TestApp, number: usize) {
    app.database.run(&format!(
        "INSERT INTO users (id, role, email, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at)
         SELECT gen_random_uuid(), role, 'k' || lpad(n::text, 7, '0') || '@example.com', password_hash, locale,
             '+2519' || lpad((20000000 + n)::text, 8, '0'), now(), now()
         FROM users, generate_series(1, {number}) AS n"
    ));
    app.database.run("ANALYZE users");
}

/// Wrong passwords for accounts and for addresses that have none, in pairs of random order. Every identifier and every
/// address is used once, so that no count has a row before.
async fn compare(app: &TestApp, pairs: usize) -> Comparison {
    people::sponsor().has_account(app).await;
    open_accounts(app, pairs + WARM_UP);
    let mut client = Client::at(app.address());
    in_pairs(pairs, |has_account, number| {
        let identifier = format!("{}{number:07}@example.com", if has_account { 'k' } else { 'u' });
        // What is written down after an answer is over before the next is asked for.
        std::thread::sleep(Duration::from_millis(5));
        client.is_refused_within(&identifier)
    })
}

/// So many pairs of random order; `ask` is told whether it is about an account, and the number of its pair.
fn in_pairs(pairs: usize, mut ask: impl FnMut(bool, usize) -> Duration) -> Comparison {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for number in 1..=pairs + WARM_UP {
        let mut turns = [true, false];
        if rand::rng().random_bool(0.5) {
            turns.reverse();
        }
        for has_account in turns {
            let milliseconds = ask(has_account, number).as_secs_f64() * 1000.0;
            if number > WARM_UP {
                if has_account { &mut with } else { &mut without }.push(milliseconds);
            }
        }
    }
    Comparison::of(&with, &without)
}

/// Asking for a text to numbers with an account and to numbers without.
async fn compare_asking(app: &TestApp, pairs: usize) -> Comparison {
    people::sponsor().has_account(app).await;
    open_accounts(app, pairs + WARM_UP);
    let mut client = Client::at(app.address());
    in_pairs(pairs, |has_account, number| {
        // No limit fills, and what is done after an answer is over before the next is asked for.
        app.database.run("DELETE FROM sms_messages WHERE state NOT IN ('queued', 'sending')");
        std::thread::sleep(Duration::from_millis(60));
        let phone = format!("+2519{:08}", if has_account { 20_000_000 } else { 30_000_000 } + number);
        client.is_answered_within("/password-reset", &[("country", "ET"), ("phone", &phone)], 303)
    })
}

/// Wrong codes for a number with an account and for one without.
async fn compare_wrong_codes(app: &TestApp, pairs: usize) -> Comparison {
    let salma = old_account(app).await;
    let (known, unknown) = (app.browser(), app.browser());
    known.forgets(&salma.phone).await.redirects_to("/password-reset/verify");
    unknown.forgets(&people::new_phone()).await.redirects_to("/password-reset/verify");
    app.texts_sent().await;
    let (browsers, mut client) = ([known, unknown], Client::at(app.address()));
    in_pairs(pairs, |has_account, _| {
        app.database.run("UPDATE phone_verifications SET guesses_left = 3");
        std::thread::sleep(Duration::from_millis(5));
        client.browser = browsers[usize::from(!has_account)].clone();
        client.is_answered_within("/password-reset/verify", &[("code", "000000")], 422)
    })
}

fn told(what: &str, comparison: &Comparison) {
    writeln!(std::io::stderr(), "{what}: {comparison}").ok();
    assert!((0.1..=0.9).contains(&comparison.auc), "{what}: {comparison}");
}

#[actix_web::test]
async fn aut_11_e_2_the_time_of_a_reset_does_not_tell_which_number_has_an_account() {
    let pairs = std::env::var(PAIRS).ok().map(|pairs| pairs.parse().expect("a number of pairs")).unwrap_or(FEW);
    let app = TestApp::start().await;
    told("asking", &compare_asking(&app, pairs).await);
    told("a wrong code", &compare_wrong_codes(&app, pairs).await);
}

#[actix_web::test]
async fn aut_09_e_2_the_time_of_a_refusal_does_not_tell_who_has_an_account() {
    let pairs = std::env::var(PAIRS).ok().map(|pairs| pairs.parse().expect("a number of pairs"));
    let app = TestApp::start().await;
    let comparison = compare(&app, pairs.unwrap_or(FEW)).await;
    writeln!(std::io::stderr(), "{comparison}").ok();
    assert!((0.1..=0.9).contains(&comparison.auc), "{comparison}");
}

#[test]
fn a_difference_is_found_and_none_is_not() {
    let times = |from: usize| (0..500).map(|index| (from + index * 37 % 101) as f64).collect::<Vec<_>>();
    let same = Comparison::of(&times(100), &times(100));
    assert!((same.auc - 0.5).abs() < 1e-9 && same.margin > 0.02, "{same}");
    assert!(!same.is_equal_enough(), "500 pairs are too few to say so");
    let apart = Comparison::of(&times(300), &times(100));
    assert!(apart.auc > 0.999 && apart.margin < 1e-9, "{apart}");
    assert!(Comparison::of(&times(100), &times(300)).auc < 0.001);
    // A tenth of the spread apart.
    let little = Comparison::of(&times(110), &times(100));
    let [low, _] = little.interval();
    assert!((0.55..0.7).contains(&little.auc) && low > 0.5, "{little}");
}
