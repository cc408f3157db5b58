//! `latchkey audit`: whether the record of what was done to the service is as it was written.

use clap::Subcommand;

use super::{Failed, environment, say};
use crate::{
    config::Config,
    crypto::keys::{KeyRing, KeyUse},
    db,
    features::audit::verify::{self, Mark},
};

#[derive(Subcommand)]
pub(super) enum Step {
    /// Walk through all of it, and end with 1 if a row was altered, removed or slipped in.
    #[command(after_help = environment())]
    Verify {
        /// A row that must be there, as an earlier run or the log has noted it: rows missing at the end show in no other way.
        #[arg(long, value_name = "NUMBER:MAC")]
        last: Option<String>,
    },
}

pub(super) fn run(config: &Config, step: &Step) -> Result<(), Failed> {
    let Step::Verify { last } = step;
    let noted = last.as_deref().map(Mark::parse).transpose().map_err(|why| format!("--last: {why}"))?;
    let mut conn = db::connect(config.database_url())?;
    let found = verify::verify(&mut conn, &KeyRing::derive(&config.secret_key, KeyUse::Audit), noted.as_ref())?;
    say(&format!("whole: {} row(s), each as it was written", found.rows));
    if found.last.number > 0 {
        say(&format!("last: '{}'", found.last));
        say("Keep this line somewhere else: with --last it shows later whether rows are missing at the end.");
    }
    Ok(())
}
