//! SQL for `registrations`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*};

use super::{Details, Pending};
use crate::{
    crypto::hasher::PasswordHash,
    db::{self, DbError, batch_of},
    domain::{
        country::Country,
        email_address::EmailAddress,
        full_name::FullName,
        ids::{ChallengeId, RegistrationId},
        phone_number::PhoneNumber,
        role::Role,
    },
    schema::registrations as r,
};

/// Inserts one with its challenge.
pub fn insert(
    conn: &mut PgConnection,
    id: RegistrationId,
    challenge: ChallengeId,
    details: &Details,
) -> Result<(), DbError> {
    diesel::insert_into(r::table)
        .values((
            r::id.eq(id),
            r::role.eq(details.role.as_str()),
            r::full_name.eq(details.full_name.as_str()),
            r::email.eq(details.email.as_ref().map(|email| email.as_str())),
            r::country.eq(details.country.code()),
            r::phone_number.eq(details.phone.e164()),
            r::password_hash.eq(details.password_hash.as_stored()),
            r::locale.eq(&details.locale),
            r::verification_id.eq(challenge),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = r)]
struct Row {
    id: RegistrationId,
    role: String,
    full_name: String,
    email: Option<String>,
    country: String,
    phone_number: String,
    password_hash: String,
    locale: String,
    terms_accepted_at: DateTime<Utc>,
    verification_id: ChallengeId,
    phone_proven_at: Option<DateTime<Utc>>,
}

/// Finds one that has not expired.
pub fn find_live(conn: &mut PgConnection, id: RegistrationId) -> Result<Option<Pending>, DbError> {
    let live = r::table.filter(r::id.eq(id)).filter(r::expires_at.gt(db::now()));
    live.select(Row::as_select()).first(conn).optional()?.map(Pending::try_from).transpose()
}

/// As [`find_live`], held until the transaction ends.
pub fn lock(conn: &mut PgConnection, id: RegistrationId) -> Result<Option<Pending>, DbError> {
    let live = r::table.filter(r::id.eq(id)).filter(r::expires_at.gt(db::now()));
    live.select(Row::as_select()).for_update().first(conn).optional()?.map(Pending::try_from).transpose()
}

/// Gives it another number and that number's challenge; nothing is proven any more.
pub fn change_number(
    conn: &mut PgConnection,
    id: RegistrationId,
    challenge: ChallengeId,
    details: &Details,
) -> Result<(), DbError> {
    diesel::update(r::table.filter(r::id.eq(id)))
        .set((
            r::country.eq(details.country.code()),
            r::phone_number.eq(details.phone.e164()),
            r::verification_id.eq(challenge),
            r::phone_proven_at.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Notes that the number is proven while a question is open.
pub fn mark_proven(conn: &mut PgConnection, id: RegistrationId) -> Result<(), DbError> {
    diesel::update(r::table.filter(r::id.eq(id))).set(r::phone_proven_at.eq(db::now().nullable())).execute(conn)?;
    Ok(())
}

/// Removes one that has become an account or was given up.
pub fn remove(conn: &mut PgConnection, id: RegistrationId) -> Result<(), DbError> {
    diesel::delete(r::table.filter(r::id.eq(id))).execute(conn)?;
    Ok(())
}

/// Removes those whose hour is over, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    Ok(batch_of!("registrations", "expires_at < now()").execute(conn)?)
}

impl TryFrom<Row> for Pending {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let id = row.id;
        let malformed = || DbError::Fault(format!("registrations {id}: a stored value is malformed"));
        Ok(Self {
            id,
            details: Details {
                role: Role::parse(&row.role).ok_or_else(malformed)?,
                full_name: FullName::parse(&row.full_name).map_err(|_| malformed())?,
                email: row.email.map(|email| EmailAddress::parse(&email)).transpose().map_err(|_| malformed())?,
                country: Country::parse(&row.country).map_err(|_| malformed())?,
                phone: PhoneNumber::from_stored(row.phone_number),
                password_hash: PasswordHash::from_stored(row.password_hash),
                locale: row.locale,
            },
            terms_accepted_at: row.terms_accepted_at,
            challenge: row.verification_id,
            phone_proven_at: row.phone_proven_at,
        })
    }
}
