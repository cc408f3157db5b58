//! SQL for `country_policies`.

use diesel::{PgConnection, dsl::min, prelude::*};

use super::Policy;
use crate::{
    db::DbError,
    domain::country::Country,
    schema::country_policies as p,
    sms::{ProviderChoice, Sender},
};

/// Finds a country's policy.
pub fn find(conn: &mut PgConnection, country: Country) -> Result<Option<Policy>, DbError> {
    type Row = (bool, bool, Option<String>, Vec<Option<String>>, bool, i16, i64);
    let row: Option<Row> = p::table
        .filter(p::country.eq(country.code()))
        .select((p::unproven, p::proven, p::sender, p::providers, p::origin_line, p::most_segments, p::price_micros))
        .first(conn)
        .optional()?;
    let Some((unproven, proven, sender, providers, origin_line, most_segments, price_micros)) = row else {
        return Ok(None);
    };
    let malformed = || DbError::Fault(format!("country_policies {country}: a stored value is malformed"));
    let sender = sender.map(|sender| Sender::parse(&sender)).transpose().map_err(|_| malformed())?;
    // A name that only a newer release knows is left out, as one that is not configured would be.
    let providers = providers.iter().flatten().filter_map(|name| ProviderChoice::parse(name)).collect();
    let most_segments = u16::try_from(most_segments).map_err(|_| malformed())?;
    Ok(Some(Policy { unproven, proven, sender, providers, origin_line, most_segments, price_micros }))
}

/// In how many segments a text may be billed wherever texts go.
///
/// # Errors
/// Only the database's.
pub fn least_segments(conn: &mut PgConnection) -> Result<u16, DbError> {
    let least: Option<i16> = p::table.filter(p::unproven.or(p::proven)).select(min(p::most_segments)).first(conn)?;
    Ok(least.and_then(|segments| u16::try_from(segments).ok()).unwrap_or(1))
}
