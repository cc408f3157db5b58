//! SQL for `trusted_devices`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};

use super::{LIFETIME_DAYS, MOST_DEVICES};
use crate::{
    db::{self, DbError, batch_of, statement},
    domain::{
        browser_name::BrowserName,
        ids::{TrustedDeviceId, UserId},
    },
    features::{activity::Origin, users::UserEpoch},
    schema::trusted_devices as d,
};

/// A trusted device as its owner's list shows it.
pub struct Listed {
    /// The row.
    pub id: TrustedDeviceId,
    /// Browser and system.
    pub browser: BrowserName,
    /// The address without its end.
    pub address: String,
    /// Until when it is trusted.
    pub expires_at: DateTime<Utc>,
}

/// Trusts a browser; the oldest of too many is forgotten.
pub fn insert(conn: &mut PgConnection, user: UserEpoch, token_hash: Vec<u8>, origin: &Origin) -> Result<(), DbError> {
    statement(
        "WITH surplus AS (
             DELETE FROM trusted_devices WHERE id IN (
                 SELECT id FROM trusted_devices WHERE user_id = $1 ORDER BY created_at DESC, id DESC OFFSET $2 - 1)
         )
         INSERT INTO trusted_devices (id, user_id, auth_epoch, token_hash, browser, address, expires_at)
         VALUES ($3, $1, $4, $5, $6, $7, now() + make_interval(days => $8))",
    )
    .bind::<t::Uuid, _>(user.id)
    .bind::<t::BigInt, _>(MOST_DEVICES)
    .bind::<t::Uuid, _>(TrustedDeviceId::generate())
    .bind::<t::Integer, _>(user.auth_epoch)
    .bind::<t::Binary, _>(token_hash)
    .bind::<t::Text, _>(origin.browser.as_stored())
    .bind::<t::Text, _>(origin.address.clone())
    .bind::<t::Integer, _>(LIFETIME_DAYS)
    .execute(conn)?;
    Ok(())
}

/// Gives a trusted device its new token. Its end stays where it was.
pub fn renew_token(conn: &mut PgConnection, user: UserId, before: &[u8], after: &[u8]) -> Result<(), DbError> {
    let own = d::table.filter(d::user_id.eq(user)).filter(d::token_hash.eq(before));
    diesel::update(own).set(d::token_hash.eq(after)).execute(conn)?;
    Ok(())
}

/// Those that excuse from anything, the latest first.
pub fn list(conn: &mut PgConnection, user: UserEpoch) -> Result<Vec<Listed>, DbError> {
    let live = d::user_id.eq(user.id).and(d::auth_epoch.eq(user.auth_epoch)).and(d::expires_at.gt(db::now()));
    let rows: Vec<(TrustedDeviceId, String, String, DateTime<Utc>)> = d::table
        .filter(live)
        .order((d::created_at.desc(), d::id.desc()))
        .select((d::id, d::browser, d::address, d::expires_at))
        .get_results(conn)?;
    let listed = |(id, browser, address, expires_at): (_, String, _, _)| Listed {
        id,
        browser: BrowserName::from_stored(&browser),
        address,
        expires_at,
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Forgets one of an account. Answers whether it had it: others' devices are as unknown as none.
pub fn forget(conn: &mut PgConnection, user: UserId, id: TrustedDeviceId) -> Result<bool, DbError> {
    Ok(diesel::delete(d::table.filter(d::id.eq(id)).filter(d::user_id.eq(user))).execute(conn)? == 1)
}

/// Forgets all of an account.
pub fn forget_all(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    diesel::delete(d::table.filter(d::user_id.eq(user))).execute(conn)?;
    Ok(())
}

/// Removes those whose time is over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(batch_of!("trusted_devices", "expires_at < now()").execute(conn)?)
}
