//! SQL for `settings`.

use diesel::{PgConnection, prelude::*, sql_types as t};
use serde_json::{Map, Value};

use crate::db::{DbError, statement};

/// On which every instance hears that something was saved.
pub const CHANNEL: &str = "settings_saved";

/// What is stored.
#[derive(Debug)]
pub struct Stored {
    /// Rises with each save.
    pub version: i32,
    /// What differs from the defaults.
    pub changed: Map<String, Value>,
}

/// Finds the one row. Without it, should somebody have removed it, nothing differs from the defaults.
pub fn find(conn: &mut PgConnection) -> Result<Stored, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Integer)]
        version: i32,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        key: Option<String>,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        value: Option<String>,
    }
    let rows: Vec<Row> =
        statement("SELECT version, key, value::text FROM settings LEFT JOIN LATERAL jsonb_each(changed) ON true")
            .get_results(conn)?;
    let version = rows.first().map_or(0, |row| row.version);
    // One by one: PostgreSQL keeps numbers that no type of ours holds, and one of them must not cost the others. Nothing
    // is no value of any setting.
    let read = |value: &str| serde_json::from_str(value).unwrap_or(Value::Null);
    let changed = rows.into_iter().filter_map(|row| Some((row.key?, read(&row.value?)))).collect();
    Ok(Stored { version, changed })
}

/// Stores `changed` in the place of all `known` keys, if nobody has saved since `version`. Answers whether it did. Other
/// instances hear of it with the commit.
pub fn replace(
    conn: &mut PgConnection,
    version: i32,
    known: Vec<String>,
    changed: Map<String, Value>,
) -> Result<bool, DbError> {
    let replaced = statement(
        "WITH saved AS (
             UPDATE settings SET version = version + 1, saved_at = now(), changed = (changed - $2) || $3::jsonb
             WHERE version = $1
             RETURNING version
         )
         SELECT pg_notify($4, version::text) FROM saved",
    )
    .bind::<t::Integer, _>(version)
    .bind::<t::Array<t::Text>, _>(known)
    .bind::<t::Text, _>(Value::Object(changed).to_string())
    .bind::<t::Text, _>(CHANNEL)
    .execute(conn)?;
    Ok(replaced == 1)
}
