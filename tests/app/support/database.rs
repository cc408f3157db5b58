//! A database for each test, copied from a template that is migrated once.

use std::{
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_query,
    sql_types::BigInt,
};
use latchkey::db::migrations;
use url::Url;

/// One test's database. Dropped some time after the value.
pub struct Database {
    name: String,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let name = format!("latchkey_template_{}", std::process::id());
    run_on_server(&format!("CREATE DATABASE {name}"));
    migrations::apply(&mut connect(&name)).unwrap();
    name
});

impl Database {
    pub fn create() -> Self {
        let name = format!("latchkey_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run_on_server(&format!("CREATE DATABASE {name} TEMPLATE {}", *TEMPLATE));
        Self { name }
    }

    pub fn create_empty() -> Self {
        let name = format!("latchkey_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run_on_server(&format!("CREATE DATABASE {name}"));
        Self { name }
    }

    pub fn url(&self) -> String {
        url_of(&self.name)
    }

    pub fn connect(&self) -> PgConnection {
        connect(&self.name)
    }

    /// Runs one statement. One that touches many rows may meet the program in the middle of its own and is repeated.
    pub fn run(&self, sql: &str) {
        let conn = &mut self.connect();
        let done = (0..10).any(|_| match sql_query(sql).execute(conn) {
            Ok(_) => true,
            Err(error) if error.to_string().contains("deadlock") => false,
            Err(error) => panic!("{error}: {sql}"),
        });
        assert!(done, "deadlocks again and again: {sql}");
    }

    /// The number that a query answers, `SELECT count(*) FROM …`.
    pub fn number(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            number: i64,
        }
        sql_query(format!("SELECT ({sql})::bigint AS number")).get_result::<Row>(&mut self.connect()).unwrap().number
    }

    /// The text that a query answers.
    pub fn text(&self, sql: &str) -> Option<String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
            text: Option<String>,
        }
        sql_query(format!("SELECT ({sql})::text AS text")).get_result::<Row>(&mut self.connect()).unwrap().text
    }

    /// Another country had a good day: all countries together may have many texts open.
    pub fn codes_were_entered_elsewhere(&self) {
        self.run("UPDATE sms_hours_written SET until = date_trunc('hour', now(), 'UTC') - interval '1 hour'");
        self.run(
            "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
             VALUES ('SA', '', date_trunc('hour', now(), 'UTC') - interval '3 hours', 10000, 10000) ON CONFLICT DO NOTHING",
        );
    }

    /// How many rows a table has.
    pub fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}"))
    }

    /// Everything in the database as text, for searching.
    pub fn dump(&self) -> String {
        #[derive(QueryableByName)]
        struct Table {
            #[diesel(sql_type = diesel::sql_types::Text)]
            name: String,
        }
        let conn = &mut self.connect();
        let tables: Vec<Table> =
            sql_query("SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'")
                .get_results(conn)
                .unwrap();
        let rows = |Table { name }| self.text(&format!("SELECT string_agg(t::text, E'\\n') FROM {name} AS t"));
        tables.into_iter().filter_map(rows).collect::<Vec<_>>().join("\n")
    }

    /// Runs one statement in a transaction of the test's own and keeps what it locks until the value is released.
    pub fn hold(&self, sql: &str) -> Held {
        let mut conn = self.connect();
        conn.batch_execute("BEGIN").unwrap();
        conn.batch_execute(sql).unwrap();
        Held(conn)
    }

    /// Waits until so many connections wait for a lock.
    pub async fn waiting(&self, connections: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.becomes(waiting, connections).await;
    }

    /// Waits until a query answers this number.
    pub async fn becomes(&self, sql: &str, number: i64) {
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.number(sql) != number {
            assert!(Instant::now() < deadline, "{sql}: {} and not {number}", self.number(sql));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The tables that `work` reads whole although that is as good as forbidden: it has no index to go by. What it does is
    /// taken back.
    pub fn read_whole_by(&self, work: impl FnOnce(&mut PgConnection)) -> String {
        #[derive(QueryableByName)]
        struct Read {
            #[diesel(sql_type = diesel::sql_types::Text)]
            tables: String,
        }
        let conn = &mut self.connect();
        conn.batch_execute("SET enable_seqscan = off").unwrap();
        // In one transaction, which alone knows what it has read.
        let read = conn.test_transaction::<_, diesel::result::Error, _>(|conn| {
            work(conn);
            sql_query(
                "SELECT coalesce(string_agg(relname, ' '), '') AS tables FROM pg_stat_xact_user_tables WHERE seq_scan > 0",
            )
            .get_result::<Read>(conn)
        });
        read.tables
    }

    /// How often PostgreSQL has ended a transaction because two waited for each other.
    pub fn deadlocks(&self) -> i64 {
        self.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    }

    /// Moves every moment in every table into the past. What was spent in which hour follows from the texts, and so do their
    /// figures, which the next count finds; and the audit trail notices when somebody touches it. The hours of
    /// texts go there by way of the Middle Ages: on the direct way one would meet the other. They need not begin with an
    /// hour of the clock any more, and nobody minds.
    pub fn let_pass(&self, time: &str) {
        self.run(&format!(
            "DO $$ DECLARE c record; BEGIN
               FOR c IN SELECT table_name, string_agg(format('%1$I = %1$I - interval %2$L', column_name, '{time}'), ', ')
                            AS changes
                        FROM information_schema.columns
                        WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND table_name NOT IN
                            ('spending', 'sms_hours', 'message_hours', 'message_days', 'message_hour_errors', 'activity_hours', 'audit')
                        GROUP BY table_name
               LOOP EXECUTE format('UPDATE %I SET %s', c.table_name, c.changes); END LOOP;
               UPDATE sms_hours SET hour = hour - interval '365250 days';
               UPDATE sms_hours SET hour = hour + interval '365250 days' - interval '{time}';
               DELETE FROM message_hours;
               DELETE FROM message_days;
               DELETE FROM message_hour_errors;
               UPDATE message_hours_counted SET until = date_trunc('hour', least(until, (SELECT min(created_at) FROM sms_messages)), 'UTC');
               DELETE FROM activity_hours;
               UPDATE activity_hours_written SET until = date_trunc('hour', least(until, (SELECT min(happened_at) FROM activity)), 'UTC');
               DELETE FROM spending;
               INSERT INTO spending
                   SELECT scope, period, date_trunc(period, created_at, 'UTC'), sum(spent_micros),
                          coalesce(sum(spent_micros) FILTER (WHERE kind LIKE 'verification%' OR kind LIKE 'phone_change%'), 0)
                   FROM sms_messages, unnest(ARRAY['ALL', country]) AS scope, unnest(ARRAY['hour', 'day', 'month']) AS period
                   WHERE scope IS NOT NULL GROUP BY scope, period, date_trunc(period, created_at, 'UTC');
               UPDATE address_guesses SET guessed_at = array(SELECT m - interval '{time}' FROM unnest(guessed_at) AS m);
               UPDATE totp_secrets SET last_step = last_step - floor(extract(epoch FROM interval '{time}') / 30)::bigint;
             END $$"
        ));
    }
}

/// Locks that a test holds.
pub struct Held(PgConnection);

impl Held {
    /// Keeps what the test did and lets go of the locks.
    pub fn keep(mut self) {
        self.0.batch_execute("COMMIT").unwrap();
    }

    /// Takes back what the test did and lets go of the locks.
    pub fn release(mut self) {
        self.0.batch_execute("ROLLBACK").unwrap();
    }
}

/// Databases of tests that are over.
static OVER: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How many of those are kept until they are dropped together: every drop waits for a checkpoint, and the second of two
/// finds little to write. What is left at the end goes with the cluster.
const OVER_TOGETHER: usize = 20;

impl Drop for Database {
    fn drop(&mut self) {
        let mut over = OVER.lock().unwrap_or_else(PoisonError::into_inner);
        over.push(std::mem::take(&mut self.name));
        let together = if over.len() < OVER_TOGETHER { Vec::new() } else { std::mem::take(&mut *over) };
        // Whoever else is over need not wait for these.
        drop(over);
        for name in together {
            run_on_server(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn server_url() -> Url {
    let url = std::env::var("LATCHKEY_TEST_DATABASE_URL")
        .expect("LATCHKEY_TEST_DATABASE_URL is not set: run the tests with ./dev test");
    Url::parse(&url).unwrap()
}

fn url_of(database: &str) -> String {
    let mut url = server_url();
    url.set_path(database);
    url.to_string()
}

fn connect(database: &str) -> PgConnection {
    PgConnection::establish(&url_of(database)).unwrap()
}

fn run_on_server(sql: &str) {
    sql_query(sql).execute(&mut PgConnection::establish(server_url().as_str()).unwrap()).unwrap();
}
