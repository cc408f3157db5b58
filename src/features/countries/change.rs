//! Changing a country's policy and its caps.

use diesel::PgConnection;
use serde_json::{Value, json};

use super::{Policy, Standing, store};
use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::country::Country,
    features::{
        audit::{self, Act, Actor, Entry, Subject},
        budget::{self, Caps, in_dollars},
    },
    sms::{ProviderChoice, Sender},
};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// Somebody else has changed it since it was looked at.
    #[error("changed by somebody else meanwhile")]
    Stale,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What is to hold, and what was seen before: the version, 0 of a country without a policy.
#[derive(Debug, Clone)]
pub struct Change {
    /// Where.
    pub country: Country,
    /// What was seen.
    pub version: i32,
    /// What is to hold.
    pub policy: Policy,
    /// What texts there may cost.
    pub caps: Caps,
}

/// Changes it at once for every instance, which read it for each text. What is the same already stays as it is, and is no
/// act.
///
/// # Errors
/// [`NotChanged`]; then everything is as before.
pub fn change(conn: &mut PgConnection, ring: &KeyRing, by: Actor, change: &Change) -> Result<(), NotChanged> {
    let Change { country, version, policy, caps } = change;
    db::transaction(conn, |conn| {
        let before = store::lock(conn, *country)?;
        let caps_before = budget::store::find_caps(conn, budget::Scope::Country(*country))?;
        if before.as_ref().map_or(0, |before| before.version) != *version {
            return Err(NotChanged::Stale);
        }
        if before.as_ref().is_some_and(|before| before.policy == *policy) && caps_before == *caps {
            return Ok(());
        }
        if !store::save(conn, *country, *version, policy)? {
            return Err(NotChanged::Stale);
        }
        budget::store::set_caps(conn, budget::Scope::Country(*country), *caps)?;
        let entry = Entry {
            by,
            act: if before.is_some() { Act::CountryChanged } else { Act::CountryAdded },
            subject: Some(Subject::Country(*country)),
            reason: None,
            before: before.map(|Standing { policy, .. }| written(&policy, &caps_before)),
            after: Some(written(policy, caps)),
        };
        Ok(audit::record(conn, ring, &entry)?)
    })
}

/// As the audit trail has it, under the names of the form.
fn written(policy: &Policy, caps: &Caps) -> Value {
    let cap = |micros: Option<i64>| micros.map(in_dollars);
    json!({
        "unproven": policy.unproven,
        "proven": policy.proven,
        "sender": policy.sender.as_ref().map(Sender::as_str),
        "providers": policy.providers.iter().map(|provider| ProviderChoice::as_str(*provider)).collect::<Vec<_>>(),
        "origin_line": policy.origin_line,
        "most_segments": policy.most_segments,
        "price": in_dollars(policy.price_micros),
        "cap_hour": cap(caps.hour),
        "cap_day": cap(caps.day),
        "cap_month": cap(caps.month),
    })
}
