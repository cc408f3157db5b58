//! The commands, one file each.

use std::{fmt::Write as _, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{Config, VARIABLES},
    features::audit::Actor,
    web::log,
};

mod admin;
mod audit;
mod check;
mod migrate;
mod recovery;
mod seed;
mod serve;

/// Accounts that open with a proven phone number.
#[derive(Parser)]
#[command(version, about, after_help = environment(), subcommand_help_heading = "Commands")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages (the default).
    #[command(after_help = environment())]
    Serve,
    /// Apply the migrations that the database lacks.
    #[command(after_help = environment())]
    Migrate {
        /// The role that the service runs under: it gets what it needs on the tables, and no more.
        #[arg(long, value_name = "NAME")]
        runtime_role: Option<String>,
    },
    /// Make, list and remove administrators.
    #[command(subcommand, after_help = environment())]
    Admin(admin::Step),
    /// Check the record of what administrators did.
    #[command(subcommand, after_help = environment())]
    Audit(audit::Step),
    /// Make ready-made accounts for development; refused unless the origin is loopback.
    #[command(after_help = environment())]
    Seed,
    /// Give an account back to somebody who has lost everything, and see who waits for theirs.
    #[command(subcommand, after_help = environment())]
    Recovery(recovery::Step),
    /// Say what is wrong with configuration, database and Twilio, and end with 1 if something is.
    #[command(after_help = environment())]
    Check,
}

fn environment() -> String {
    let mut help = "Environment, also read from .env in the working directory:\n".to_owned();
    for variable in VARIABLES {
        let _ = writeln!(help, "  {:29} {}", variable.name, variable.about);
    }
    help
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // A missing .env is the usual case in production; one that cannot be read is a mistake.
    if let Err(error) = dotenvy::from_path(".env")
        && !error.not_found()
    {
        return fail(&format!(".env: {error}"));
    }
    log::init();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(mistakes) => return fail(&mistakes.to_string()),
    };
    let done = match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(config),
        Command::Migrate { runtime_role } => migrate::run(&config, runtime_role.as_deref()),
        Command::Admin(step) => admin::run(&config, &step),
        Command::Audit(step) => audit::run(&config, &step),
        Command::Seed => seed::run(config),
        Command::Recovery(step) => recovery::run(&config, &step),
        Command::Check => check::run(&config),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

/// What any command may end with; each error says what to do.
type Failed = Box<dyn std::error::Error>;

/// Who is at the command line, as the system calls them.
fn operator() -> Actor {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@+".contains(&byte);
    let is_a_name = |name: &String| (1..=32).contains(&name.len()) && name.bytes().all(is_plain);
    Actor::Operator(std::env::var("USER").ok().filter(is_a_name).unwrap_or_else(|| "unknown".to_owned()))
}

#[expect(clippy::print_stderr, reason = "a command's last word goes to the terminal, whatever RUST_LOG says")]
fn fail(why: &str) -> ExitCode {
    eprintln!("latchkey: {why}");
    ExitCode::FAILURE
}

#[expect(clippy::print_stdout, reason = "what a command was asked for goes to standard output")]
fn say(line: &str) {
    println!("{line}");
}
