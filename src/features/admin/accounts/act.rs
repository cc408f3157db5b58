//! Doing something to an account: all of it, once, or nothing.

use diesel::PgConnection;
use serde_json::{Value, json};

use super::deed::Deed;
use crate::{
    crypto::keys::KeyRing,
    db::{self, DbError},
    domain::{ids::UserId, phone_number::PhoneNumber, remark::Remark, role::Role},
    features::{
        activity,
        audit::{self, Actor, Entry, Subject},
        messages::notices,
        password_reset::needs,
        recovery::{self, Grounds},
        sessions, trusted_devices,
        two_factor::{Method, app, backup_codes},
        users::{self, Standing, UserEpoch},
    },
};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// Whoever acts is not in any more, or has changed their own account meanwhile.
    #[error("the administrator's account has changed")]
    Out,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// Whoever acts would shut themselves out.
    #[error("it is their own account")]
    OwnAccount,
    /// It is so already, or is not possible as the account stands.
    #[error("the account stands otherwise")]
    Otherwise,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// How an account was and how it is.
type Change = (Value, Value);

/// Does it, and tells owner and audit trail.
///
/// # Errors
/// [`NotDone`]; then everything is as before.
pub fn act(
    conn: &mut PgConnection,
    ring: &KeyRing,
    by: UserEpoch,
    on: UserId,
    deed: Deed,
    reason: &Remark,
) -> Result<(), NotDone> {
    db::transaction(conn, |conn| {
        let (held, mut numbers, (before, after)) = if deed == Deed::CancelRecovery {
            cancel_recovery(conn, by, on, reason)?
        } else {
            let held = hold(conn, by, on)?;
            let change = change(conn, &held, deed)?.ok_or(NotDone::Otherwise)?;
            (held, Vec::new(), change)
        };
        if let Some(event) = deed.event() {
            // The epoch has ended them; what is dead need not lie about.
            sessions::store::end_all(conn, on)?;
            trusted_devices::store::forget_all(conn, on)?;
            activity::record(conn, on, event, None)?;
        }
        numbers.extend(users::numbers(conn, on, held.phone.as_ref())?);
        tell(conn, &held, deed, numbers)?;
        let entry = Entry {
            by: Actor::Administrator(by.id),
            act: deed.audited(),
            subject: Some(Subject::Account(on)),
            reason: Some(reason),
            before: Some(before),
            after: Some(after),
        };
        Ok(audit::record(conn, ring, &entry)?)
    })
}

/// Holds both accounts. Whoever acts has to be in still: of two who shut each other out at once, one is.
pub(super) fn hold(conn: &mut PgConnection, by: UserEpoch, on: UserId) -> Result<Standing, NotDone> {
    let pair = users::store::lock_pair(conn, by.id, on)?;
    let is_in = |one: &Standing| one.user == by && one.active && one.role == Role::Administrator;
    if !pair.iter().any(is_in) {
        return Err(NotDone::Out);
    }
    if on == by.id {
        return Err(NotDone::OwnAccount);
    }
    pair.into_iter().find(|one| one.user.id == on).ok_or(NotDone::NoAccount)
}

/// Changes the account and raises its epoch, which ends whatever was granted before and all that waits. None if there is
/// nothing to change.
fn change(conn: &mut PgConnection, held: &Standing, deed: Deed) -> Result<Option<Change>, DbError> {
    let id = held.user.id;
    if !held.active && deed != Deed::Enable {
        return Ok(None);
    }
    Ok(match deed {
        Deed::Disable | Deed::Enable => {
            let named = |active| json!({ "status": if active { "active" } else { "disabled" } });
            let active = deed == Deed::Enable;
            users::store::set_active(conn, id, active)?.then(|| (named(!active), named(active)))
        }
        Deed::EndSessions => {
            let browsers = sessions::store::list(conn, held.user)?.len();
            let trusted = trusted_devices::store::list(conn, held.user)?.len();
            let raised = browsers + trusted > 0 && users::store::raise_epoch(conn, held.user)?.is_some();
            let counted = |browsers, trusted| json!({ "sessions": browsers, "trusted_devices": trusted });
            raised.then(|| (counted(browsers, trusted), counted(0, 0)))
        }
        Deed::RequireReset => {
            let is_possible = held.phone.is_some()
                && needs::can_reset(held.role, held.two_factor, held.backup_codes_left > 0)
                && users::store::require_reset(conn, id)?;
            is_possible.then(|| (json!({ "password": "opens" }), json!({ "password": "to be set anew" })))
        }
        Deed::RemoveFactor => remove_factor(conn, held)?,
        Deed::CancelRecovery => None,
    })
}

fn remove_factor(conn: &mut PgConnection, held: &Standing) -> Result<Option<Change>, DbError> {
    let Some(method) = held.two_factor else { return Ok(None) };
    if users::store::change_two_factor(conn, held.user, None)?.is_none() {
        return Ok(None);
    }
    backup_codes::store::remove_all(conn, held.user.id)?;
    app::store::remove_confirmed(conn, held.user.id)?;
    let factors = |method: Option<Method>, codes: i64| json!({ "two_factor": method.map_or("none", Method::as_str), "backup_codes": codes });
    Ok(Some((factors(Some(method), held.backup_codes_left), factors(None, 0))))
}

/// Ends a recovery. Its row and its code come before the account, as for whoever finishes one. Answers also the number that
/// the person waits at.
fn cancel_recovery(
    conn: &mut PgConnection,
    by: UserEpoch,
    on: UserId,
    reason: &Remark,
) -> Result<(Standing, Vec<PhoneNumber>, Change), NotDone> {
    recovery::store::lock_turn(conn, on)?;
    let open = recovery::store::find_open(conn, on)?;
    recovery::cancel::end(conn, on, &Grounds::of_administrator(by.id, reason.clone()))?;
    let held = hold(conn, by, on)?;
    let open = open.ok_or(NotDone::Otherwise)?;
    let change = (json!({ "recovery": open.id, "to": open.phone.to_string() }), json!({ "recovery": null }));
    Ok((held, vec![open.phone], change))
}

/// Tells the owner at every number, each once, in one order for all: each is a lock.
fn tell(conn: &mut PgConnection, held: &Standing, deed: Deed, mut numbers: Vec<PhoneNumber>) -> Result<(), DbError> {
    numbers.sort_by(|one, other| one.e164().cmp(other.e164()));
    numbers.dedup();
    for phone in numbers {
        notices::notify(conn, &held.at(phone), deed.told())?;
    }
    Ok(())
}
