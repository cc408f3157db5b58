//! The one button against an attack: no texts to numbers that nobody has proven, anywhere, until it is over.
//!
//! - It closes every country that is open to them, and remembers which these were. Texts to people who have an account go
//!   on.
//! - Its counterpart opens exactly those again, but for what somebody has opened or closed one by one meanwhile.

use diesel::PgConnection;
use serde_json::json;

use super::store;
use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::country::Country,
    features::audit::{self, Act, Actor, Entry},
};

/// Stops them. Answers where; nowhere, when they were all closed before, which is no act.
///
/// # Errors
/// The database's.
pub fn stop(conn: &mut PgConnection, ring: &KeyRing, by: Actor) -> Result<Vec<Country>, DbError> {
    db::transaction(conn, |conn| {
        let stopped = store::stop_unproven(conn)?;
        record(conn, ring, by, Act::UnprovenStopped, &stopped)?;
        Ok(stopped)
    })
}

/// Lets them go again where [`stop`] has stopped them.
///
/// # Errors
/// The database's.
pub fn resume(conn: &mut PgConnection, ring: &KeyRing, by: Actor) -> Result<Vec<Country>, DbError> {
    db::transaction(conn, |conn| {
        let resumed = store::resume_unproven(conn)?;
        record(conn, ring, by, Act::UnprovenResumed, &resumed)?;
        Ok(resumed)
    })
}

fn record(conn: &mut PgConnection, ring: &KeyRing, by: Actor, act: Act, countries: &[Country]) -> Result<(), DbError> {
    if countries.is_empty() {
        return Ok(());
    }
    let mut codes: Vec<&str> = countries.iter().map(|country| country.code()).collect();
    codes.sort_unstable();
    let name = if act == Act::UnprovenStopped { "open" } else { "stopped" };
    let (before, after) = (Some(json!({ name: codes })), Some(json!({ name: [] })));
    audit::record(conn, ring, &Entry { by, act, subject: None, reason: None, before, after })
}
