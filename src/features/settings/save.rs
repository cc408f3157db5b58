//! Saving what an administrator has set, all of it or nothing.

use diesel::PgConnection;
use serde_json::Value;

use super::{Settings, store};
use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::ids::UserId,
    features::{
        audit::{self, Act, Actor, Entry, Subject},
        budget::{self, Caps, Period},
    },
};

/// Everything as it stands, with the version under which it can be saved.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Rises with each save.
    pub version: i32,
    /// The settings.
    pub settings: Settings,
    /// What texts may cost.
    pub caps: Caps,
}

/// Why nothing was saved.
#[derive(Debug, thiserror::Error)]
pub enum NotSaved {
    /// Somebody has saved since.
    #[error("somebody else was faster")]
    Stale,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// How everything stands in the database, which may know more than this instance does yet.
///
/// # Errors
/// The database's.
pub fn find_standing(conn: &mut PgConnection, defaults: &Settings) -> Result<Standing, DbError> {
    let stored = store::find(conn)?;
    let (settings, _) = Settings::read(&stored.changed, defaults);
    Ok(Standing { version: stored.version, settings, caps: budget::store::find_caps(conn, budget::Scope::InAll)? })
}

/// Saves what is wanted under the version that it was made of, and writes down each change. Answers how many there were;
/// with none, nothing is touched and the version stays.
///
/// # Errors
/// [`NotSaved`].
pub fn save(
    conn: &mut PgConnection,
    ring: &KeyRing,
    defaults: &Settings,
    by: UserId,
    wanted: &Standing,
) -> Result<usize, NotSaved> {
    db::transaction(conn, |conn| {
        let before = find_standing(conn, defaults)?;
        if before.version != wanted.version {
            return Err(NotSaved::Stale);
        }
        let changes = changes(&before, wanted);
        if changes.is_empty() {
            return Ok(0);
        }
        let known = defaults.entries().into_iter().map(|(key, _)| key).collect();
        if !store::replace(conn, wanted.version, known, wanted.settings.changed(defaults))? {
            return Err(NotSaved::Stale);
        }
        if wanted.caps != before.caps {
            budget::store::set_caps(conn, budget::Scope::InAll, wanted.caps)?;
        }
        for Change { key, before, after } in &changes {
            let entry = Entry {
                by: Actor::Administrator(by),
                act: Act::SettingChanged,
                subject: Some(Subject::Setting(key.clone())),
                reason: None,
                before: Some(before.clone()),
                after: Some(after.clone()),
            };
            audit::record(conn, ring, &entry)?;
        }
        Ok(changes.len())
    })
}

struct Change {
    key: String,
    before: Value,
    after: Value,
}

/// What differs, setting by setting.
fn changes(before: &Standing, after: &Standing) -> Vec<Change> {
    let (was, is) = (entries(before), entries(after));
    let pairs = was.into_iter().zip(is);
    pairs
        .filter(|((_, before), (_, after))| before != after)
        .map(|((key, before), (_, after))| Change { key, before, after })
        .collect()
}

/// Settings and caps, always in the same order.
fn entries(standing: &Standing) -> Vec<(String, Value)> {
    let dollars = |cap: Option<i64>| cap.map_or(Value::Null, |micros| budget::in_dollars(micros).into());
    let caps = Period::ALL.into_iter().map(|period| (period.key().to_owned(), dollars(standing.caps.of(period))));
    standing.settings.entries().into_iter().chain(caps).collect()
}
