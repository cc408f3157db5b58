//! SQL for the rows of `users` that are administrators'. They have no profile, and mostly no number.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*};

use super::store::{is_kept, release};
use crate::{
    crypto::hasher::PasswordHash,
    db::{self, DbError},
    domain::{email_address::EmailAddress, ids::UserId, role::Role},
    features::administrators::{Administrator, Holder},
    schema::users,
};

/// Whose an email address is.
pub fn find_holder(conn: &mut PgConnection, email: &EmailAddress) -> Result<Option<Holder>, DbError> {
    let found: Option<(String, String)> = users::table
        .filter(users::email.eq(email.as_str()))
        .filter(is_kept())
        .select((users::role, users::status))
        .first(conn)
        .optional()?;
    let Some((role, status)) = found else { return Ok(None) };
    let role = Role::from_stored(&role).ok_or_else(|| DbError::Fault(format!("users: role {role:?}")))?;
    Ok(Some(Holder { role, is_active: status == "active" }))
}

/// Inserts one, unless the address is an account's. Whoever inserts the same at this moment is waited for.
pub fn insert(conn: &mut PgConnection, email: &EmailAddress, hash: &PasswordHash) -> Result<Option<UserId>, DbError> {
    release(conn, None, Some(email))?;
    Ok(diesel::insert_into(users::table)
        .values((
            users::id.eq(UserId::generate()),
            users::role.eq(Role::Administrator.as_str()),
            users::email.eq(email.as_str()),
            users::password_hash.eq(hash.as_stored()),
            users::locale.eq("en"),
            users::terms_accepted_at.eq(db::now()),
        ))
        .on_conflict_do_nothing()
        .returning(users::id)
        .get_result(conn)
        .optional()?)
}

type Row = (UserId, Option<String>, String, String, DateTime<Utc>);
const COLUMNS: (users::id, users::email, users::status, users::two_factor_method, users::created_at) =
    (users::id, users::email, users::status, users::two_factor_method, users::created_at);

fn administrator((id, email, status, method, made_at): Row) -> Administrator {
    Administrator {
        id,
        email: EmailAddress::from_stored(email.unwrap_or_default()),
        is_active: status == "active",
        has_app: method == "app",
        made_at,
    }
}

/// Everyone, the oldest first.
pub fn list(conn: &mut PgConnection) -> Result<Vec<Administrator>, DbError> {
    let all = users::table.filter(users::role.eq("administrator")).order(users::id).select(COLUMNS);
    Ok(all.load::<Row>(conn)?.into_iter().map(administrator).collect())
}

/// The same, held until the transaction ends.
pub fn lock_all(conn: &mut PgConnection) -> Result<Vec<Administrator>, DbError> {
    let all = users::table.filter(users::role.eq("administrator")).order(users::id).select(COLUMNS);
    Ok(all.for_no_key_update().load::<Row>(conn)?.into_iter().map(administrator).collect())
}

/// Disables an account. Everything that was granted to it is worth nothing from here on.
pub fn disable(conn: &mut PgConnection, id: UserId) -> Result<(), DbError> {
    diesel::update(users::table.filter(users::id.eq(id)))
        .set((users::status.eq("disabled"), users::auth_epoch.eq(users::auth_epoch + 1)))
        .execute(conn)?;
    Ok(())
}

/// The email addresses of accounts, where there are any.
pub fn list_emails(conn: &mut PgConnection, ids: &[UserId]) -> Result<Vec<(UserId, EmailAddress)>, DbError> {
    let found = users::table.filter(users::id.eq_any(ids)).filter(users::email.is_not_null());
    let rows: Vec<(UserId, Option<String>)> = found.select((users::id, users::email)).load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, email)| Some((id, EmailAddress::from_stored(email?)))).collect())
}
