//! SQL for `country_policies`.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, dsl::min, prelude::*};

use super::{Policy, Standing};
use crate::{
    db::{self, DbError},
    domain::country::Country,
    schema::country_policies as p,
    sms::{ProviderChoice, Sender},
};

/// A policy as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = p)]
struct Stored {
    unproven: bool,
    proven: bool,
    sender: Option<String>,
    providers: Vec<Option<String>>,
    origin_line: bool,
    most_segments: i16,
    price_micros: i64,
}

impl Stored {
    fn read(self, country: &str) -> Result<Policy, DbError> {
        let malformed = || DbError::Fault(format!("country_policies {country}: a stored value is malformed"));
        let sender = self.sender.map(|sender| Sender::parse(&sender)).transpose().map_err(|_| malformed())?;
        // A name that only a newer release knows is left out, as one that is not configured would be.
        let providers = self.providers.iter().flatten().filter_map(|name| ProviderChoice::parse(name)).collect();
        Ok(Policy {
            unproven: self.unproven,
            proven: self.proven,
            sender,
            providers,
            origin_line: self.origin_line,
            most_segments: u16::try_from(self.most_segments).map_err(|_| malformed())?,
            price_micros: self.price_micros,
        })
    }
}

/// The policy with what its page shows beside it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = p)]
struct StoredStanding {
    country: String,
    #[diesel(embed)]
    policy: Stored,
    version: i32,
    changed_at: DateTime<Utc>,
    stopped_at: Option<DateTime<Utc>>,
}

impl StoredStanding {
    fn read(self) -> Result<Standing, DbError> {
        let Self { country: code, policy, version, changed_at, stopped_at } = self;
        let country = Country::parse(&code).map_err(|_| DbError::Fault(format!("country_policies {code:?}")))?;
        Ok(Standing { country, policy: policy.read(&code)?, version, changed_at, stopped_at })
    }
}

/// Finds a country's policy.
pub fn find(conn: &mut PgConnection, country: Country) -> Result<Option<Policy>, DbError> {
    let row: Option<Stored> =
        p::table.filter(p::country.eq(country.code())).select(Stored::as_select()).first(conn).optional()?;
    row.map(|row| row.read(country.code())).transpose()
}

/// The same, with all that its page shows.
pub fn find_standing(conn: &mut PgConnection, country: Country) -> Result<Option<Standing>, DbError> {
    let row = p::table.filter(p::country.eq(country.code())).select(StoredStanding::as_select());
    row.first(conn).optional()?.map(StoredStanding::read).transpose()
}

/// The same, held until the transaction ends.
pub fn lock(conn: &mut PgConnection, country: Country) -> Result<Option<Standing>, DbError> {
    let row = p::table.filter(p::country.eq(country.code())).select(StoredStanding::as_select());
    row.for_no_key_update().first(conn).optional()?.map(StoredStanding::read).transpose()
}

/// All of them, in the order of their codes. There are no more than there are countries.
pub fn list(conn: &mut PgConnection) -> Result<Vec<Standing>, DbError> {
    let rows: Vec<StoredStanding> = p::table.order(p::country).select(StoredStanding::as_select()).load(conn)?;
    rows.into_iter().map(StoredStanding::read).collect()
}

/// Puts a policy in the place of the one of that version; of version 0 there is none yet. Answers whether it was so.
pub fn save(conn: &mut PgConnection, country: Country, version: i32, policy: &Policy) -> Result<bool, DbError> {
    let providers: Vec<Option<&str>> = policy.providers.iter().map(|provider| Some(provider.as_str())).collect();
    let columns = (
        p::unproven.eq(policy.unproven),
        p::proven.eq(policy.proven),
        p::sender.eq(policy.sender.as_ref().map(Sender::as_str)),
        p::providers.eq(providers),
        p::origin_line.eq(policy.origin_line),
        p::most_segments.eq(i16::try_from(policy.most_segments).unwrap_or(i16::MAX)),
        p::price_micros.eq(policy.price_micros),
    );
    let saved = if version == 0 {
        diesel::insert_into(p::table)
            .values((p::country.eq(country.code()), columns))
            .on_conflict_do_nothing()
            .execute(conn)?
    } else {
        let seen = p::table.filter(p::country.eq(country.code()).and(p::version.eq(version)));
        // One that stays closed may still be opened by the button's counterpart.
        let stopped = diesel::dsl::case_when(
            diesel::dsl::not(policy.unproven.into_sql::<diesel::sql_types::Bool>()),
            p::stopped_at,
        );
        diesel::update(seen)
            .set((columns, p::stopped_at.eq(stopped), p::version.eq(p::version + 1), p::changed_at.eq(db::now())))
            .execute(conn)?
    };
    Ok(saved == 1)
}

/// Closes every country that is open to unproven numbers, and remembers that it was. Answers which these are.
pub fn stop_unproven(conn: &mut PgConnection) -> Result<Vec<Country>, DbError> {
    let codes: Vec<String> = diesel::update(p::table.filter(p::unproven))
        .set((
            p::unproven.eq(false),
            p::stopped_at.eq(db::now().nullable()),
            p::version.eq(p::version + 1),
            p::changed_at.eq(db::now()),
        ))
        .returning(p::country)
        .get_results(conn)?;
    Ok(codes.iter().filter_map(|code| Country::parse(code).ok()).collect())
}

/// Opens those again. Answers which these are.
pub fn resume_unproven(conn: &mut PgConnection) -> Result<Vec<Country>, DbError> {
    let codes: Vec<String> = diesel::update(p::table.filter(p::stopped_at.is_not_null()))
        .set((
            p::unproven.eq(true),
            p::stopped_at.eq(None::<DateTime<Utc>>),
            p::version.eq(p::version + 1),
            p::changed_at.eq(db::now()),
        ))
        .returning(p::country)
        .get_results(conn)?;
    Ok(codes.iter().filter_map(|code| Country::parse(code).ok()).collect())
}

/// In how many segments a text may be billed wherever texts go.
///
/// # Errors
/// Only the database's.
pub fn least_segments(conn: &mut PgConnection) -> Result<u16, DbError> {
    let least: Option<i16> = p::table.filter(p::unproven.or(p::proven)).select(min(p::most_segments)).first(conn)?;
    Ok(least.and_then(|segments| u16::try_from(segments).ok()).unwrap_or(1))
}
