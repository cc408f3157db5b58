//! What happened to an account, written in the transaction of the act.

use diesel::{PgConnection, dsl::IntervalDsl as _, prelude::*};

use crate::{
    db::{self, DbError},
    domain::ids::UserId,
    schema::activity,
};

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The account was opened with a proven number.
    Registered,
    /// Somebody else has proven the account's number and moved it to an account of theirs.
    NumberContested,
    /// A browser was signed out by hand.
    SignedOut,
}

impl Event {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::NumberContested => "number_contested",
            Self::SignedOut => "signed_out",
        }
    }
}

/// Writes it down, with the coarse address of whoever did it; none when it was done to the account from outside.
pub fn record(conn: &mut PgConnection, user: UserId, event: Event, address: Option<&str>) -> Result<(), DbError> {
    diesel::insert_into(activity::table)
        .values((activity::user_id.eq(user), activity::event.eq(event.as_str()), activity::address.eq(address)))
        .execute(conn)?;
    Ok(())
}

/// Removes what happened more than a year ago, for housekeeping (DAT-03).
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let old = activity::happened_at.lt(db::now() - 1.year());
    Ok(diesel::delete(activity::table.filter(old)).execute(conn)?)
}
