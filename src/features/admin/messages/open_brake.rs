//! Opening a brake.

use diesel::PgConnection;
use serde_json::json;

use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::{brake_reference::BrakeReference, ids::UserId},
    features::{
        audit::{self, Act, Actor, Entry, Subject},
        brakes::{self, Noted},
    },
};

/// Lets texts through again that a brake holds back. Answers the brake; none when it holds nothing back any more.
///
/// # Errors
/// The database's.
pub fn open_brake(
    conn: &mut PgConnection,
    trail: &KeyRing,
    by: UserId,
    reference: BrakeReference,
) -> Result<Option<Noted>, DbError> {
    db::transaction(conn, |conn| {
        let Some(opened) = brakes::open(conn, reference)? else { return Ok(None) };
        let entry = Entry {
            by: Actor::Administrator(by),
            act: Act::BrakeOpened,
            subject: Some(Subject::Brake(reference.to_string())),
            reason: None,
            before: Some(json!({ "on_since": opened.began_at.to_rfc3339(), "why": opened.why })),
            after: Some(json!({ "opened_at": opened.opened_at.map(|at| at.to_rfc3339()) })),
        };
        audit::record(conn, trail, &entry)?;
        Ok(Some(opened))
    })
}
