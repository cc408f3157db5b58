//! The database: a bounded pool, work on blocking threads, transactions, and one error type.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use diesel::{
    IntoSql as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::{Connection as _, SimpleConnection as _},
    dsl::{self, AsExprOf},
    r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection, R2D2Connection as _},
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::{Text, Timestamptz},
};

mod batch;
pub mod columns;
pub mod migrations;
pub mod roles;
mod statement;

use crate::metrics;
pub use batch::BATCH;
pub(crate) use batch::batch_of;
pub use statement::{Statement, statement};

/// How long a request waits for a connection. ARC-04.
pub const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// Connections of one instance. More only queue inside PostgreSQL; two instances and a worker stay below its 100.
pub const POOL_SIZE: u32 = 16;

/// What every connection is given before its first query. A database that loses acknowledged commits gives used codes
/// back, so `synchronous_commit` is not left to the server's configuration (D-4). No query of ours runs for so long that
/// compiling it first would pay; where the planner expects many rows it does, and that alone takes a tenth of a second. The
/// language of messages is a superuser's to choose; where the service has a role of its own, `latchkey check` says what to do.
const SETTINGS: &str = "SET statement_timeout = '5s'; SET lock_timeout = '2s'; \
    SET idle_in_transaction_session_timeout = '10s'; SET synchronous_commit = on; SET jit = off; \
    SET timezone = 'UTC'; SET application_name = 'latchkey'; \
    DO $$ BEGIN SET lc_messages = 'C'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$";

/// How long a request waits for the database in all: for a connection, and then as long as one statement may take.
/// A database that falls silent, without ending its connections, would keep people hanging else. X-4.
const PATIENCE: Duration = Duration::from_secs(7);
/// A server that has gone without a word is noticed by its silence, within some ten seconds; PostgreSQL's library would
/// wait for hours. What `DATABASE_URL` says itself is left as it is.
const NETWORK: [(&str, u32); 5] = [
    ("connect_timeout", 3),
    ("keepalives_idle", 5),
    ("keepalives_interval", 2),
    ("keepalives_count", 2),
    ("tcp_user_timeout", 10_000),
];

/// How often somebody who waits for a connection looks whether there is still something to wait for.
const LOOK: Duration = Duration::from_millis(50);

/// The pool.
#[derive(Clone)]
pub struct Db {
    pool: Pool<Connector>,
    reachable: Arc<AtomicBool>,
}

/// Makes the pool's connections and tells those that have ended. Notes whether connecting works, so that nobody waits
/// for a database that is known to be gone.
struct Connector {
    url: String,
    reachable: Arc<AtomicBool>,
}

impl ManageConnection for Connector {
    type Connection = PgConnection;
    type Error = DbError;

    fn connect(&self) -> Result<PgConnection, DbError> {
        let connected = connect(&self.url);
        match &connected {
            Ok(_) if !self.reachable.swap(true, Ordering::Relaxed) => log::info!("event=database_reachable"),
            Err(error) if self.reachable.swap(false, Ordering::Relaxed) => {
                log::error!("event=database_unreachable error={:?}", error.to_string());
            }
            _ => {}
        }
        connected
    }

    /// Reads what has arrived and asks nothing of the server, so a look costs no round trip. Without it every
    /// connection that ended with the server's restart would cost somebody a page.
    fn is_valid(&self, conn: &mut PgConnection) -> Result<(), DbError> {
        // The first look may find the server's last words; then the second finds the end.
        for _ in 0..2 {
            for unexpected in conn.notifications_iter() {
                drop(unexpected?);
            }
        }
        Ok(())
    }

    fn has_broken(&self, conn: &mut PgConnection) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}

impl Db {
    /// A pool for `url`. Does not wait for the database: connections are made in the background.
    pub fn new(url: &str) -> Self {
        let reachable = Arc::new(AtomicBool::new(true));
        let pool = Pool::builder()
            .max_size(POOL_SIZE)
            .min_idle(Some(2))
            .connection_timeout(ACQUIRE_TIMEOUT)
            .test_on_check_out(true)
            // The connector has logged it, once.
            .error_handler(Box::new(NopErrorHandler))
            .build_unchecked(Connector { url: url.to_owned(), reachable: Arc::clone(&reachable) });
        Self { pool, reachable }
    }

    /// Runs `work` with a connection on a blocking thread.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection can be had, [`DbError::TimedOut`] when the database falls silent:
    /// then `work` may still be done after all, as after a lost connection. Else what `work` answers.
    pub async fn run<T, E>(&self, work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let db = self.clone();
        let done = tokio::task::spawn_blocking(move || db.run_blocking(work));
        let Ok(done) = tokio::time::timeout(PATIENCE, done).await else {
            return Err(DbError::TimedOut("no answer".to_owned()).into());
        };
        match done {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(DbError::Unavailable("the runtime is shutting down".to_owned()).into()),
            },
        }
    }

    /// As [`Db::run`], on the thread that calls it: for commands and threads of our own.
    ///
    /// # Errors
    /// As [`Db::run`].
    pub fn run_blocking<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        work(&mut *self.acquire()?)
    }

    fn acquire(&self) -> Result<PooledConnection<Connector>, DbError> {
        let started = Instant::now();
        let acquired = self.acquire_by(started + ACQUIRE_TIMEOUT);
        metrics::connection_awaited(started.elapsed(), acquired.is_ok());
        acquired
    }

    fn acquire_by(&self, deadline: Instant) -> Result<PooledConnection<Connector>, DbError> {
        loop {
            if self.is_known_to_be_gone() {
                return Err(DbError::Unavailable("not reachable".to_owned()));
            }
            match self.pool.get_timeout(LOOK) {
                Ok(conn) => return Ok(conn),
                Err(error) if Instant::now() >= deadline => return Err(DbError::Unavailable(error.to_string())),
                Err(_) => {}
            }
        }
    }

    /// How many connections are in use and how many idle, for the listing of metrics.
    pub fn load(&self) -> (u32, u32) {
        let state = self.pool.state();
        (state.connections - state.idle_connections.min(state.connections), state.idle_connections)
    }

    /// The last attempt to connect failed and no connection is left: waiting would only keep people waiting.
    fn is_known_to_be_gone(&self) -> bool {
        !self.reachable.load(Ordering::Relaxed) && self.pool.state().connections == 0
    }
}

/// The database's clock, which decides every expiry (D-3).
pub fn now() -> AsExprOf<dsl::now, Timestamptz> {
    dsl::now.into_sql::<Timestamptz>()
}

/// What the database's clock shows: in a transaction, when that began.
///
/// # Errors
/// The database's.
pub fn moment(conn: &mut PgConnection) -> Result<DateTime<Utc>, DbError> {
    Ok(diesel::select(now()).get_result(conn)?)
}

/// Opens a connection of one's own, with the settings of the pool's.
///
/// # Errors
/// When the database does not answer.
pub fn connect(url: &str) -> Result<PgConnection, DbError> {
    let mut conn = PgConnection::establish(&with_network_settings(url))
        .map_err(|error| DbError::Unavailable(error.to_string()))?;
    conn.batch_execute(SETTINGS)?;
    Ok(conn)
}

/// Whether the server writes through to the disk what it acknowledges (D-4).
///
/// # Errors
/// When the database does not answer.
pub fn is_durable(conn: &mut PgConnection) -> Result<bool, DbError> {
    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        fsync: String,
    }
    let Setting { fsync } = statement("SELECT current_setting('fsync') AS fsync").get_result(conn)?;
    Ok(fsync == "on")
}

/// A URL or a list of `name=value`, as libpq takes both, with [`NETWORK`].
fn with_network_settings(url: &str) -> String {
    let is_url = url.starts_with("postgres://") || url.starts_with("postgresql://");
    NETWORK.iter().filter(|(name, _)| !url.contains(name)).fold(url.to_owned(), |url, (name, value)| {
        let separator = match (is_url, url.contains('?')) {
            (true, true) if url.ends_with(['?', '&']) => "",
            (true, true) => "&",
            (true, false) => "?",
            (false, _) => " ",
        };
        format!("{url}{separator}{name}={value}")
    })
}

/// Runs `work` in one transaction and rolls back on any `Err`.
///
/// # Errors
/// What `work` answers, or the database's own.
pub fn transaction<T, E: From<DbError>>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    enum Rollback<E> {
        Wanted(E),
        Failed(DieselError),
    }
    impl<E> From<DieselError> for Rollback<E> {
        fn from(error: DieselError) -> Self {
            Self::Failed(error)
        }
    }
    conn.transaction(|conn| work(conn).map_err(Rollback::Wanted)).map_err(|rollback| match rollback {
        Rollback::Wanted(error) => error,
        Rollback::Failed(error) => DbError::from(error).into(),
    })
}

/// What can go wrong with the database, by what it means to the person who waits.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection: the page says to try again in a moment.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// A statement or a lock took too long: the same.
    #[error("database timed out: {0}")]
    TimedOut(String),
    /// A fault in the program or the data.
    #[error("database: {0}")]
    Fault(String),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            DieselError::DatabaseError(kind, info) => {
                let message = info.message();
                match kind {
                    DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                        Self::Unavailable(message.to_owned())
                    }
                    // Diesel keeps no SQLSTATE of these; the messages are English by lc_messages above.
                    _ if GONE.iter().any(|text| message.contains(text)) => Self::Unavailable(message.to_owned()),
                    _ if message.contains("timeout") => Self::TimedOut(message.to_owned()),
                    _ => Self::Fault(format!("{kind:?}: {message} ({:?})", info.constraint_name())),
                }
            }
            _ => Self::Fault(error.to_string()),
        }
    }
}

const GONE: [&str; 6] = [
    "terminating connection",
    "server closed the connection",
    "connection to server",
    "could not receive data",
    "no connection to the server",
    "the database system is",
];

#[cfg(test)]
mod tests {
    use super::with_network_settings;

    #[test]
    fn network_settings_join_both_forms_and_leave_what_is_set() {
        let settings =
            "connect_timeout=3&keepalives_idle=5&keepalives_interval=2&keepalives_count=2&tcp_user_timeout=10000";
        for form in ["postgres://u@h/d", "postgresql:///d"] {
            assert_eq!(with_network_settings(form), format!("{form}?{settings}"));
            assert_eq!(with_network_settings(&format!("{form}?")), format!("{form}?{settings}"));
        }
        let more = settings.replace("connect_timeout=3&", "");
        let url = "postgres://u@h/d?connect_timeout=9";
        assert_eq!(with_network_settings(url), format!("{url}&{more}"));
        assert_eq!(with_network_settings("host=h"), format!("host=h {}", settings.replace('&', " ")));
    }
}
