//! `latchkey migrate`

use super::{Failed, say};
use crate::{
    config::Config,
    db::{self, migrations, roles},
};

pub(super) fn run(config: &Config, runtime_role: Option<&str>) -> Result<(), Failed> {
    let mut conn = db::connect(config.database_url())?;
    let applied = migrations::apply(&mut conn)?;
    for name in &applied {
        say(&format!("applied {name}"));
    }
    if applied.is_empty() {
        say("nothing to apply");
    }
    if let Some(role) = runtime_role {
        roles::grant_runtime(&mut conn, role).map_err(|why| format!("--runtime-role: {why}"))?;
        say(&format!("granted: {role} may read and write rows, and may neither change tables nor the audit trail"));
    }
    Ok(())
}
