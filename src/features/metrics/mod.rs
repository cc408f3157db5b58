//! The page that Prometheus reads: everything that [`crate::metrics`] has counted in this process, and what waits in
//! the database.
//!
//! - It has a listener of its own on a loopback address, and shows nothing that is about a person.
//! - The tables are asked every few seconds at most, however often somebody reads.
//! - A database that is away makes the page say so, and nothing else.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{HttpResponse, http::header, web::Data};
use diesel::PgConnection;
use tokio::sync::Mutex;

use crate::{
    app::App,
    db::DbError,
    features::{alerts, messages},
    metrics::{self, Listing, Waiting},
};

/// How long what the tables said is good enough.
const GOOD_FOR: Duration = Duration::from_secs(5);

/// What the page is made of. Cheap to clone.
#[derive(Clone)]
pub struct Page {
    app: App,
    listing: Listing,
    /// When the tables were last asked. Whoever comes while they are being asked waits for the answer.
    asked: Arc<Mutex<Option<Instant>>>,
}

impl Page {
    /// The page of this process.
    pub fn new(app: App, listing: Listing) -> Self {
        Self { app, listing, asked: Arc::default() }
    }

    async fn look_at_tables(&self) {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < GOOD_FOR) {
            return;
        }
        metrics::waiting(self.app.db.run(count_waiting).await.ok());
        *asked = Some(Instant::now());
    }
}

/// `GET /metrics`, in the text form of Prometheus. Source: Prometheus, "Exposition formats", version 0.0.4.
pub async fn show(page: Data<Page>) -> HttpResponse {
    page.look_at_tables().await;
    let (running, waiting) = page.app.hasher.load();
    metrics::hashes(running, waiting);
    let (in_use, idle) = page.app.db.load();
    metrics::connections(in_use, idle);
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(page.listing.render())
}

/// Runs until the program stops.
pub async fn keep_tidy(page: Page) {
    let mut ticks = tokio::time::interval(GOOD_FOR);
    while !page.app.outcomes.is_stopping() {
        ticks.tick().await;
        page.listing.tidy();
    }
}

fn count_waiting(conn: &mut PgConnection) -> Result<Waiting, DbError> {
    let (texts, oldest_text) = messages::store::count_queued(conn)?;
    Ok(Waiting { texts, oldest_text, alerts: alerts::store::count_waiting(conn)? })
}
