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

/// A price of texts in US dollars, besides the one that is assumed.
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

/// What is printed, and how wide.
const COLUMNS: [(&str, usize); 10] = [
    ("scenario", 46),
    ("people", 6),
    ("texts", 5),
    ("refused", 26),
    ("never in", 8),
    ("pumped", 6),
    ("lost", 8),
    ("at $0.05", 8),
    ("before brake", 12),
    ("opens after", 11),
];

fn print_head(markdown: bool) {
    print_cells(COLUMNS.map(|(name, _)| name.to_owned()), markdown);
    if markdown {
        println!("|{}", "---|".repeat(COLUMNS.len()));
    }
}

fn print_row(name: &str, tally: &Tally, markdown: bool) {
    let refused: usize = tally.refused.values().sum();
    let rules: Vec<_> = tally.refused.iter().map(|(why, number)| format!("{number} {}", in_words(*why))).collect();
    let rules = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    let is_attack = tally.pumped > 0;
    let dollars = |amount: f64| if is_attack { format!("${amount:.2}") } else { String::new() };
    let cells = [
        name.to_owned(),
        tally.people.to_string(),
        tally.texts.to_string(),
        format!("{refused}{rules}"),
        tally.lost.to_string(),
        if is_attack { tally.pumped.to_string() } else { String::new() },
        dollars(tally.lost_dollars),
        dollars(tally.pumped as f64 * LOW_PRICE),
        tally.before_brake.map_or_else(String::new, dollars),
        tally.reopened_after.map_or_else(String::new, |after| format!("{} min", after.as_secs() / 60)),
    ];
    print_cells(cells, markdown);
}

fn print_cells(cells: [String; 10], markdown: bool) {
    let padded = cells.iter().zip(COLUMNS).map(|(cell, (_, width))| format!("{cell:width$}"));
    let between = if markdown { " | " } else { "  " };
    let line = padded.collect::<Vec<_>>().join(between);
    println!("{}", if markdown { format!("| {line} |") } else { line.trim_end().to_owned() });
}

fn in_words(why: Why) -> &'static str {
    match why {
        Why::BrakeEverywhere => "all",
        Why::BrakeOnCountry => "country",
        Why::BrakeOnRange => "range",
        Why::Limit => "limit",
        Why::Budget => "budget",
    }
}
