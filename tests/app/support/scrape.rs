//! The listing of metrics, read as Prometheus reads it.

use std::{collections::BTreeMap, net::SocketAddr};

use latchkey::metrics::{ALL, Metric};

use super::TestApp;

/// What makes a process listen for Prometheus.
pub const METRICS: (&str, &str) = ("LATCHKEY_METRICS_BIND", "127.0.0.1:0");

/// One line of the listing.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// As it is written, `_bucket` and the like included.
    pub name: String,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

impl Series {
    /// The declaration that it comes from.
    pub fn metric(&self) -> &'static Metric {
        let plain = |suffix: &str| self.name.strip_suffix(suffix).unwrap_or(&self.name).to_owned();
        let names = [self.name.clone(), plain("_bucket"), plain("_sum"), plain("_count")];
        let declared = ALL.iter().find(|metric| names.iter().any(|name| name == metric.name));
        declared.unwrap_or_else(|| panic!("{} is not declared", self.name))
    }
}

/// The whole listing.
#[derive(Clone, Debug)]
pub struct Listing {
    pub text: String,
    pub series: Vec<Series>,
}

impl Listing {
    pub async fn of(app: &TestApp, index: usize) -> Self {
        let answer = reqwest::get(format!("http://{}/metrics", address(app, index))).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        Self::parse(answer.text().await.unwrap())
    }

    fn parse(text: String) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let series = lines.map(parse).collect();
        Self { text, series }
    }

    /// The sum of all series of that name that have at least these labels.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |series: &Series| {
            labels.iter().all(|(label, value)| series.labels.get(*label).is_some_and(|said| said == value))
        };
        self.series.iter().filter(|series| series.name == name && has(series)).map(|series| series.value).sum()
    }
}

/// Where process `index` listens for Prometheus.
pub fn address(app: &TestApp, index: usize) -> SocketAddr {
    let log = app.log_of(index);
    let line = log.iter().find_map(|line| line.split_once("event=metrics_listening address=")).expect("a listener");
    line.1.trim().parse().unwrap()
}

fn parse(line: &str) -> Series {
    let (head, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
    let (name, labels) = match head.split_once('{') {
        Some((name, rest)) => (name, rest.strip_suffix('}').unwrap()),
        None => (head, ""),
    };
    let mut pairs = BTreeMap::new();
    let mut rest = labels;
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
        let (said, after) = after.split_once('"').unwrap_or_else(|| panic!("{line}"));
        assert!(pairs.insert(label.to_owned(), said.to_owned()).is_none(), "twice: {line}");
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Series { name: name.to_owned(), labels: pairs, value: value.parse().unwrap() }
}
