//! The migrations, embedded in the binary.

use diesel::{PgConnection, RunQueryDsl as _, sql_query};
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

/// The names of the migrations that have not been applied.
///
/// # Errors
/// When the database does not answer.
pub fn pending(conn: &mut PgConnection) -> Result<Vec<String>, DbError> {
    let pending = conn.pending_migrations(MIGRATIONS).map_err(|error| DbError::Fault(error.to_string()))?;
    Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
}
