//! The role that the service runs under can do its work, and neither change tables nor the audit trail (CFG-02, A-8).

use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query};
use latchkey::features::housekeeping;
use url::Url;

use crate::support::{
    PUBLIC_URL, SECRET_KEY, TestApp,
    database::Database,
    environment,
    fake_twilio::FakeTwilio,
    operator::{Ended, run_with},
    owners::Owner,
    people, pseudonym,
    resets::NEW_PASSWORD,
};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A role of the test's own. It goes with the cluster.
struct Role {
    name: String,
    owner: String,
}

impl Role {
    /// With a name that nobody should put into a statement as it is.
    fn create(database: &Database) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("run \"it\"; DROP TABLE users; -- {} {number}", std::process::id());
        let role = Self { name, owner: database.url() };
        database.run(&format!("CREATE ROLE {role} LOGIN"));
        role
    }

    /// Where it connects.
    fn url(&self) -> String {
        let mut url = Url::parse(&self.owner).unwrap();
        let query: Vec<&str> =
            url.query().unwrap_or_default().split('&').filter(|it| !it.starts_with("user=")).collect();
        let name: String = self.name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!("{}&user={name}", query.join("&"));
        url.set_query(Some(&query));
        url.to_string()
    }

    fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url()).unwrap()
    }

    /// `latchkey migrate --runtime-role`, as the owner.
    fn migrate(&self, role: &str) -> Ended {
        let variables = environment("messaging", &FakeTwilio::start(), &self.owner);
        run_with(&variables, &["migrate", "--runtime-role", role])
    }

    /// What the role is told about a statement.
    #[track_caller]
    fn is_denied(&self, sql: &str) {
        let refused = sql_query(sql).execute(&mut self.connect()).expect_err(sql).to_string();
        assert!(refused.contains("permission denied") || refused.contains("must be owner"), "{sql}: {refused}");
    }
}

/// As it stands in a statement.
impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.name.replace('"', "\"\""))
    }
}

#[actix_web::test]
async fn cfg_02_a_8_the_service_works_under_a_role_that_can_alter_neither_tables_nor_the_audit_trail() {
    let database = Database::create();
    let role = Role::create(&database);
    role.migrate(&role.name).does(&["granted: ", "nothing to apply"]);
    // Twice is as once.
    role.migrate(&role.name).does(&["granted: "]);

    let (twilio, url) = (FakeTwilio::start(), role.url());
    let app = TestApp::start_on(twilio, database, "messaging", &[("DATABASE_URL", &url)]).await;

    let owner = Owner::administrator(&app).await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let browser = salma.proves_phone(&app).await;
    browser.submit("/password-reset/password", &[("password", NEW_PASSWORD)]).await.redirects_to("/login");
    let browser = app.browser();
    salma.remembering(NEW_PASSWORD).signs_in(&browser).await.redirects_to("/account");
    for path in ["/account", "/account/devices", "/account/activity", "/account/data"] {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
    for path in ["/admin/activity", "/admin/activity/download", "/admin/countries", "/admin/countries/ET"] {
        assert_eq!(owner.browser.get(path).await.status, 200, "{path}");
    }
    owner.browser.submit("/admin/countries/stop-unproven", &[]).await.redirects_to("/admin/countries");
    assert_eq!(app.database.count("audit"), 1);
    housekeeping::tidy(&mut role.connect(), &pseudonym()).unwrap();
    app.makes_administrator("marta@example.com", "lantern orchard seventy pebbles").does(&["made"]);
    app.operator(&["audit", "verify"]).does(&["whole: 2 row(s)"]);
    for line in app.log() {
        assert!(!line.contains("permission denied"), "{line}");
    }

    for sql in [
        "UPDATE audit SET actor = 'operator:nobody'",
        "UPDATE audit SET mac = mac WHERE false",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DROP TABLE audit",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "SELECT FROM audit FOR UPDATE",
        "CREATE TABLE own (id integer)",
        "CREATE VIEW own AS SELECT 1",
        "CREATE FUNCTION own() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA own",
        "ALTER TABLE users ADD COLUMN own integer",
        "ALTER TABLE users DISABLE TRIGGER ALL",
        "CREATE INDEX own ON users (id)",
        "DROP INDEX users_verified_phone",
        "TRUNCATE users",
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('2')",
        "DELETE FROM __diesel_schema_migrations",
        "CREATE ROLE own",
    ] {
        role.is_denied(sql);
    }
    assert_eq!(app.database.count("audit"), 2);

    // What a later migration makes is there for it too, without another command.
    app.database.run("CREATE TABLE later (id serial PRIMARY KEY, word text)");
    for sql in ["INSERT INTO later (word) VALUES ('a')", "UPDATE later SET word = 'b'", "DELETE FROM later"] {
        sql_query(sql).execute(&mut role.connect()).unwrap();
    }
    role.is_denied("TRUNCATE later");
}

#[actix_web::test]
async fn cfg_02_a_role_that_could_take_more_is_refused_and_one_that_may_too_much_is_told_of() {
    let database = Database::create();
    let role = Role::create(&database);
    role.migrate("nobody at all").refuses(&["there is no role \"nobody at all\"", "CREATE ROLE"]);
    database.run(&format!("ALTER ROLE {role} SUPERUSER"));
    role.migrate(&role.name).refuses(&["is a superuser"]);
    database.run(&format!("ALTER ROLE {role} NOSUPERUSER CREATEROLE"));
    role.migrate(&role.name).refuses(&["may make roles"]);
    database.run(&format!("ALTER ROLE {role} NOCREATEROLE"));
    let owner = database.text("SELECT tableowner FROM pg_tables WHERE tablename = 'audit'").unwrap();
    database.run(&format!("GRANT \"{owner}\" TO {role}"));
    role.migrate(&role.name).refuses(&["owns the tables, or is a member of the role that does"]);
    database.run(&format!("REVOKE \"{owner}\" FROM {role}"));
    database.run(&format!("GRANT pg_write_all_data TO {role}"));
    role.migrate(&role.name).refuses(&["may still alter the audit trail"]);
    // Nothing of it was kept.
    role.is_denied("SELECT FROM users");
    database.run(&format!("REVOKE pg_write_all_data FROM {role}"));
    // More than it should have goes away again.
    database.run(&format!("GRANT ALL ON audit TO {role}"));
    role.migrate(&role.name).does(&["granted: "]);
    role.is_denied("DELETE FROM audit");

    let twilio = FakeTwilio::start();
    let public = |url: &str| {
        let mut variables = environment("messaging", &twilio, url);
        variables.retain(|(name, _)| name != "LATCHKEY_BASE_URL");
        for (name, value) in [("LATCHKEY_BASE_URL", PUBLIC_URL), ("LATCHKEY_SECRET_KEY", SECRET_KEY)] {
            variables.push((name.to_owned(), value.to_owned()));
        }
        variables
    };
    run_with(&public(&database.url()), &["check"]).does(&["warn  database role", "--runtime-role"]);
    run_with(&public(&role.url()), &["check"]).does(&["ok    database role", "reads and writes rows, no more"]);

    let (base, key) = (("LATCHKEY_BASE_URL", PUBLIC_URL), ("LATCHKEY_SECRET_KEY", SECRET_KEY));
    let app = TestApp::start_with("messaging", &[base, key]).await;
    app.logged("event=database_role_may_too_much").await;
    let url = role.url();
    let app = TestApp::start_with("messaging", &[base, key, ("DATABASE_URL", &url)]).await;
    assert!(!app.log().iter().any(|line| line.contains("may_too_much")), "{:?}", app.log());
}
