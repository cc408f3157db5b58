//! The migrations, embedded in the binary.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    migration::MigrationSource,
    pg::Pg,
    sql_query,
    sql_types::{Bool, Text},
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::DbError;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// Applies what is missing and returns the names of what was applied.
///
/// Instances that start together wait for each other here.
///
/// # Errors
/// When the database refuses one; those before it stay applied.
pub fn apply(conn: &mut PgConnection) -> Result<Vec<String>, DbError> {
    // Waiting for another instance's migrations may take longer than a request may.
    sql_query("SET lock_timeout = '60s'").execute(conn)?;
    sql_query("SET statement_timeout = '10min'").execute(conn)?;
    sql_query("SELECT pg_advisory_lock(hashtext('latchkey migrations'))").execute(conn)?;
    let applied = conn
        .run_pending_migrations(MIGRATIONS)
        .map(|versions| versions.iter().map(ToString::to_string).collect())
        .map_err(|error| DbError::Fault(error.to_string()));
    sql_query("SELECT pg_advisory_unlock(hashtext('latchkey migrations'))").execute(conn)?;
    applied
}

/// The names of the migrations that have not been applied. Only reads: a runtime role may not be able to do more.
///
/// # Errors
/// When the database does not answer.
pub fn pending(conn: &mut PgConnection) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Applied {
        #[diesel(sql_type = Text)]
        version: String,
    }
    #[derive(QueryableByName)]
    struct Known {
        #[diesel(sql_type = Bool)]
        known: bool,
    }
    let Known { known } =
        sql_query("SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS known").get_result(conn)?;
    let applied: Vec<Applied> =
        if known { sql_query("SELECT version FROM __diesel_schema_migrations").get_results(conn)? } else { Vec::new() };
    let all = MigrationSource::<Pg>::migrations(&MIGRATIONS).map_err(|error| DbError::Fault(error.to_string()))?;
    let names = all.iter().map(|migration| migration.name());
    let missing = names.filter(|name| !applied.iter().any(|applied| applied.version == name.version().to_string()));
    Ok(missing.map(ToString::to_string).collect())
}
