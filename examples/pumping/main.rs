//! What the limits, the budget and the brake do to attackers and to people: generated days against the rules of the
//! program itself on a real database. `./dev simulate` runs it on a cluster of its own;
//! `cargo run --release --example pumping` wants an empty database in `DATABASE_URL`.
//!
//! The same seed plays the same days.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs,
    reason = "an experiment, not the product"
)]

mod attack;
mod installation;
mod people;
mod scenarios;
mod simulation;

use std::{process::ExitCode, time::Instant};

use clap::Parser;

use installation::{Installation, Why};
use simulation::Tally;

/// What a text costs the assumed price aside, in US dollars: a usual price in bulk.
const LOW_PRICE: f64 = 0.05;

/// Plays days of honest people and of attackers against Latchkey's rules, and prints what they cost and whom they refuse.
///
/// Wants an empty PostgreSQL database in DATABASE_URL, which it fills; ./dev simulate brings one.
#[derive(Parser)]
struct Arguments {
    /// Plays only scenarios whose name has this in it
    only: Option<String>,
    /// Other days of the same kind
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Prints rows of Markdown
    #[arg(long)]
    markdown: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Ok(url) = std::env::var("DATABASE_URL") else {
        eprintln!("DATABASE_URL names no database. ./dev simulate brings one.");
        return ExitCode::FAILURE;
    };
    let mut installation = match Installation::open(&url) {
        Ok(installation) => installation,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
    };
    print_head(arguments.markdown);
    for scenario in scenarios::named(arguments.only.as_deref().unwrap_or_default()) {
        let started = Instant::now();
        let tally = simulation::run(&mut installation, &scenario, arguments.seed);
        print_row(scenario.name, &tally, arguments.markdown);
        eprintln!("  ({} seconds)", started.elapsed().as_secs());
    }
    ExitCode::SUCCESS
}

const COLUMNS: [&str; 9] = [
    "scenario",
    "people",
    "refused",
    "by rule",
    "never got in",
    "pumped",
    "lost, assumed price",
    "lost, at $0.05",
    "before brake",
];

fn print_head(markdown: bool) {
    let columns: Vec<&str> = COLUMNS.into_iter().chain(["opens again after"]).collect();
    if markdown {
        println!("| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
    } else {
        println!("{}", columns.join("; "));
    }
}

fn print_row(name: &str, tally: &Tally, markdown: bool) {
    let refused: usize = tally.refused.values().sum();
    let by_rule: Vec<String> =
        tally.refused.iter().map(|(why, number)| format!("{number} {}", in_words(*why))).collect();
    let attacked = tally.pumped > 0;
    let dollars = |amount: f64| if attacked { format!("${amount:.2}") } else { String::new() };
    let row = [
        name.to_owned(),
        tally.people.to_string(),
        refused.to_string(),
        by_rule.join(", "),
        tally.lost.to_string(),
        if attacked { tally.pumped.to_string() } else { String::new() },
        dollars(tally.lost_dollars),
        dollars(tally.pumped as f64 * LOW_PRICE),
        tally.before_brake.map_or_else(String::new, |lost| format!("${lost:.2}")),
        tally.reopened_after.map_or_else(String::new, |after| format!("{} min", after.as_secs() / 60)),
    ];
    if markdown {
        println!("| {} |", row.join(" | "));
    } else {
        println!("{}", row.join("; "));
    }
}

fn in_words(why: Why) -> &'static str {
    match why {
        Why::BrakeOnCountry => "country",
        Why::BrakeOnRange => "range",
        Why::Limit => "limit",
        Why::Budget => "budget",
    }
}
