//! `latchkey migrate`

use super::{Failed, say};
use crate::{
    config::Config,
    db::{self, migrations},
};

pub(super) fn run(config: &Config) -> Result<(), Failed> {
    let mut conn = db::connect(config.database_url())?;
    let applied = migrations::apply(&mut conn)?;
    for name in &applied {
        say(&format!("applied {name}"));
    }
    if applied.is_empty() {
        say("nothing to apply");
    }
    Ok(())
}
