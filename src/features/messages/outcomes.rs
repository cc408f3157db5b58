//! Hearing from PostgreSQL what happens on whichever instance: a message is queued or settled, settings are saved.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use diesel::{PgConnection, RunQueryDsl as _, sql_query};
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

use crate::{
    db::{self, DbError},
    domain::ids::MessageId,
    features::settings::{Live, store::CHANNEL as SETTINGS_SAVED},
};

/// How often the socket is looked at. A look sends nothing: it reads what has arrived.
const POLL: Duration = Duration::from_millis(20);
/// How long to wait before connecting again.
const RECONNECT: Duration = Duration::from_secs(1);
/// How often the worker looks by itself, for retries that have come due and for notices that were missed.
const SWEEP: Duration = Duration::from_secs(1);
/// How often the settings are read by themselves, for a save that was missed.
const REREAD: Duration = Duration::from_secs(60);

/// What is heard.
#[derive(Clone)]
pub struct Outcomes {
    settled: broadcast::Sender<MessageId>,
    /// Wakes the worker.
    pub queued: Arc<Notify>,
    settings: Live,
    stopping: Arc<AtomicBool>,
}

/// A place to hear of one message, taken before it is queued so that nothing is missed.
pub struct Listening(broadcast::Receiver<MessageId>);

impl Outcomes {
    /// Starts the thread that listens on a connection of its own.
    pub fn listen(database_url: String, settings: Live) -> Self {
        let (settled, queued) = (broadcast::channel(1024).0, Arc::default());
        let outcomes = Self { settled, queued, settings, stopping: Arc::default() };
        let thread_side = outcomes.clone();
        thread::Builder::new()
            .name("listener".to_owned())
            .spawn(move || thread_side.run(&database_url))
            .map_or_else(|error| log::error!("event=listener_not_started error={error}"), drop);
        outcomes
    }

    /// Begins to listen.
    pub fn subscribe(&self) -> Listening {
        Listening(self.settled.subscribe())
    }

    /// Ends the thread soon.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.queued.notify_one();
    }

    fn run(&self, url: &str) {
        while !self.is_stopping() {
            if let Err(error) = self.listen_until_it_breaks(url) {
                log::warn!("event=listener_reconnects error={:?}", error.to_string());
                thread::sleep(RECONNECT);
            }
        }
    }

    /// Whether the program is about to end.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn listen_until_it_breaks(&self, url: &str) -> Result<(), DbError> {
        let mut conn: PgConnection = db::connect(url)?;
        sql_query("LISTEN sms_queued").execute(&mut conn)?;
        sql_query("LISTEN sms_settled").execute(&mut conn)?;
        sql_query(format!("LISTEN {SETTINGS_SAVED}")).execute(&mut conn)?;
        let (mut swept, mut read) = (None::<Instant>, None::<Instant>);
        while !self.is_stopping() {
            for notification in conn.notifications_iter() {
                let notification = notification?;
                match (notification.channel.as_str(), Uuid::parse_str(&notification.payload)) {
                    // Nobody waiting is the usual case.
                    ("sms_settled", Ok(id)) => drop(self.settled.send(MessageId(id))),
                    (SETTINGS_SAVED, _) => read = None,
                    _ => self.queued.notify_one(),
                }
            }
            if read.is_none_or(|at| at.elapsed() >= REREAD) {
                self.settings.reload(&mut conn)?;
                read = Some(Instant::now());
            }
            if swept.is_none_or(|at| at.elapsed() >= SWEEP) {
                self.queued.notify_one();
                swept = Some(Instant::now());
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Listening {
    /// Waits until the message is settled, at most for `most`.
    pub async fn settled(mut self, id: MessageId, most: Duration) {
        let heard = async {
            loop {
                match self.0.recv().await {
                    Ok(settled) if settled != id => {}
                    // Settled, or so much was settled that this one may have been missed: the row knows.
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => break,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        let _ = tokio::time::timeout(most, heard).await;
    }
}
