//! The role that the service runs under. It reads and writes rows and cannot change what tables there are, nor an entry of
//! the audit trail: whoever gets at the service's connection gets no further than that (CFG-02). The owner migrates.

use diesel::{
    OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_types::{Bool, Nullable, Text},
};

use super::{DbError, statement, transaction};

/// Why a role got nothing.
#[derive(Debug, thiserror::Error)]
pub enum NotGranted {
    /// Nobody has made it.
    #[error("there is no role {0:?}; make it first: CREATE ROLE … LOGIN")]
    NoSuchRole(String),
    /// Grants do not bind it.
    #[error("{0:?} is a superuser: no grant binds it. The service needs a role of its own")]
    Superuser(String),
    /// It may take what it was not given.
    #[error("{0:?} may make roles, and with them give itself what it was not given: ALTER ROLE … NOCREATEROLE")]
    MakesRoles(String),
    /// It owns the tables, or is a member of the role that does.
    #[error(
        "{0:?} owns the tables, or is a member of the role that does: it may change anything. \
         Migrate as the owner, and let the service run under another role"
    )]
    Owner(String),
    /// It may create things in the schema, and the migrating role cannot change that.
    #[error(
        "{0:?} may still create things in the schema. As the schema's owner or a superuser: \
         REVOKE CREATE ON SCHEMA public FROM PUBLIC"
    )]
    StillCreates(String),
    /// It has the right from a role that it is a member of.
    #[error("{0:?} may still alter the audit trail, by a role that it is a member of: REVOKE that one from it")]
    StillAlters(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What a role may do that the service never needs.
#[derive(Debug, QueryableByName)]
pub struct Powers {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// It may do anything.
    #[diesel(sql_type = Bool)]
    pub is_superuser: bool,
    /// It may make roles.
    #[diesel(sql_type = Bool)]
    pub makes_roles: bool,
    /// It owns the tables, or is a member of the role that does.
    #[diesel(sql_type = Bool)]
    pub is_owner: bool,
    /// It may create things in the schema.
    #[diesel(sql_type = Bool)]
    pub creates: bool,
    /// It may change or remove entries of the audit trail.
    #[diesel(sql_type = Bool)]
    pub alters_audit: bool,
    #[diesel(sql_type = Text)]
    quoted_role: String,
    #[diesel(sql_type = Text)]
    quoted_schema: String,
}

impl Powers {
    /// What it may do too much, in words; nothing, when it is as it should be.
    pub fn too_much(&self) -> Option<&'static str> {
        if self.is_superuser {
            Some("is a superuser")
        } else if self.is_owner {
            Some("owns the tables")
        } else if self.alters_audit {
            Some("may alter the audit trail")
        } else if self.creates {
            Some("may create tables")
        } else {
            None
        }
    }
}

/// What a role may do, the connection's own when none is named. None where there is no such role, or no table yet.
///
/// # Errors
/// The database's.
pub fn powers(conn: &mut PgConnection, role: Option<&str>) -> Result<Option<Powers>, DbError> {
    Ok(statement(
        "SELECT r.rolname::text AS role, r.rolsuper AS is_superuser, r.rolcreaterole AS makes_roles,
             pg_has_role(r.oid, c.relowner, 'MEMBER') AS is_owner,
             has_schema_privilege(r.oid, n.oid, 'CREATE') AS creates,
             has_any_column_privilege(r.oid, c.oid, 'UPDATE') OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE')
                 AS alters_audit,
             quote_ident(r.rolname) AS quoted_role, quote_ident(n.nspname) AS quoted_schema
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         CROSS JOIN pg_roles AS r
         WHERE c.oid = to_regclass('audit') AND r.rolname = coalesce($1, current_user)",
    )
    .bind::<Nullable<Text>, _>(role.map(str::to_owned))
    .get_result(conn)
    .optional()?)
}

/// Gives a role what the service needs on every table there is and on those that later migrations make, and takes away all
/// else. Done twice, it is as done once.
///
/// # Errors
/// [`NotGranted`]; then nothing has changed.
pub fn grant_runtime(conn: &mut PgConnection, role: &str) -> Result<(), NotGranted> {
    transaction(conn, |conn| {
        // Two at once would be in each other's way in PostgreSQL's own tables.
        statement("SELECT pg_advisory_xact_lock(hashtext('latchkey migrations'))")
            .execute(conn)
            .map_err(DbError::from)?;
        let name = || role.to_owned();
        let before = powers(conn, Some(role))?.ok_or_else(|| NotGranted::NoSuchRole(name()))?;
        match before {
            Powers { is_superuser: true, .. } => return Err(NotGranted::Superuser(name())),
            Powers { is_owner: true, .. } => return Err(NotGranted::Owner(name())),
            Powers { makes_roles: true, .. } => return Err(NotGranted::MakesRoles(name())),
            _ => {}
        }
        conn.batch_execute(&grants(&before.quoted_schema, &before.quoted_role)).map_err(DbError::from)?;
        match powers(conn, Some(role))? {
            Some(Powers { creates: true, .. }) => Err(NotGranted::StillCreates(name())),
            Some(Powers { alters_audit: true, .. }) => Err(NotGranted::StillAlters(name())),
            _ => Ok(()),
        }
    })
}

/// The grants, with both names as PostgreSQL itself has quoted them.
fn grants(schema: &str, role: &str) -> String {
    format!(
        "GRANT USAGE ON SCHEMA {schema} TO {role};
         REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role};
         REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
         REVOKE UPDATE, DELETE ON {schema}.audit FROM {role};
         REVOKE INSERT, UPDATE, DELETE ON {schema}.__diesel_schema_migrations FROM {role};
         REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role};
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
         ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role};
         ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {role};"
    )
}
