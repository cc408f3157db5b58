//! Runs the HTTP server, the listener for metrics, the workers and housekeeping, and ends them in that order.

use std::{fs::File, io::BufReader, net::SocketAddr, time::Duration};

use actix_web::{
    App as ActixApp, HttpResponse, HttpServer,
    dev::ServerHandle,
    guard,
    middleware::{Compress, from_fn},
    rt,
    web::{Data, PayloadConfig, resource, route},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

use crate::{
    app::App,
    config::{Config, TlsFiles},
    db::{self, DbError, migrations, roles},
    features::{
        alerts, audit, circuits, countries, deliveries, housekeeping, message_hours,
        messages::{Kind, worker},
        metrics as listing,
    },
    metrics, routes,
    sms::{
        NoProvider,
        texts::{self, UnfitText},
    },
    web::{cookies, cross_site, fence, headers, host, request, words::Words},
};

/// How long a client may take for the head of a request. ARC-07.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long requests under way may go on after the signal to stop, in seconds. A call to Twilio lasts 10 at most.
const SHUTDOWN_SECONDS: u64 = 12;

/// Why the server did not start, or ended badly.
#[derive(Debug, thiserror::Error)]
pub enum ServeFailed {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Migrations are missing in production.
    #[error("the database lacks {0} migration(s); run: latchkey migrate")]
    MigrationsPending(usize),
    /// `fsync=off`.
    #[error("PostgreSQL runs with fsync=off: a crash would give used codes back. Switch it on")]
    FsyncOff,
    /// The SMS provider.
    #[error(transparent)]
    NoProvider(#[from] NoProvider),
    /// A text that would lock people out.
    #[error(transparent)]
    UnfitText(#[from] UnfitText),
    /// TLS files.
    #[error("LATCHKEY_TLS_CERT, LATCHKEY_TLS_KEY: {0}")]
    Tls(String),
    /// The socket.
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, std::io::Error),
    /// The metrics' socket.
    #[error("LATCHKEY_METRICS_BIND: cannot listen on {0}: {1}")]
    BindMetrics(SocketAddr, std::io::Error),
    /// The recorder of metrics.
    #[error(transparent)]
    Metrics(#[from] metrics::NotInstalled),
    /// The server's end.
    #[error("the server ended: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves until a signal ends it.
///
/// # Errors
/// [`ServeFailed`].
pub async fn serve(config: Config) -> Result<(), ServeFailed> {
    prepare_database(&config)?;
    let tls = config.tls.as_ref().map(tls_config).transpose()?;
    let bind = config.bind;
    let recorded = config.metrics_bind.map(|bind| Ok::<_, ServeFailed>((bind, metrics::install()?))).transpose()?;
    let app = App::new(config)?;
    app.settings.reload(&mut db::connect(app.config.database_url())?)?;
    proofread_texts(&app)?;
    let governor = fence::governor(&app);

    let for_workers = app.clone();
    let server = HttpServer::new(move || {
        let app = for_workers.clone();
        // What is registered last sees the request first.
        ActixApp::new()
            .wrap(cookies::middleware(&app.config))
            .wrap(from_fn(cookies::drop_doubled))
            .wrap(from_fn(cross_site::refuse))
            .wrap(fence::fence(&governor))
            .wrap(from_fn(host::refuse_foreign))
            .wrap(Compress::default())
            .wrap(from_fn(headers::add))
            .wrap(from_fn(request::log))
            .app_data(Data::new(app))
            .app_data(PayloadConfig::new(crate::web::body::MOST_BYTES))
            .configure(routes::configure)
    })
    .client_request_timeout(HEAD_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(SHUTDOWN_SECONDS);
    let server = match tls {
        Some(tls) => server.bind_rustls_0_23(bind, tls),
        None => server.bind(bind),
    };
    let server = server.map_err(|error| ServeFailed::Bind(bind, error))?;
    // Before the pages: whoever waits for these finds both.
    let listing = recorded.map(|(bind, listing)| serve_metrics(&app, bind, listing)).transpose()?;
    for address in server.addrs() {
        let origin = app.config.base_url.origin();
        log::info!("event=listening address={address} origin={origin} provider={}", app.sms.first().as_str());
    }

    let worker = rt::spawn(worker::run(app.clone()));
    let housekeeping = rt::spawn(housekeeping::run(app.clone()));
    let look_ups = rt::spawn(deliveries::look_up::run(app.clone()));
    let alerts = [rt::spawn(alerts::deliver::run(app.clone())), rt::spawn(alerts::watch::run(app.clone()))];
    let audit = rt::spawn(audit::watch::run(app.clone()));
    let arrivals = rt::spawn(circuits::watch::run(app.clone()));
    let figures = rt::spawn(message_hours::count::run(app.clone()));
    let ended = server.run().await;
    app.outcomes.stop();
    if let Some(listing) = listing {
        listing.stop(false).await;
    }
    alerts.iter().for_each(rt::task::JoinHandle::abort);
    housekeeping.abort();
    audit.abort();
    look_ups.abort();
    arrivals.abort();
    figures.abort();
    let _ = worker.await;
    log::info!("event=stopped");
    Ok(ended?)
}

/// A listener of its own for `GET /metrics`, with none of what surrounds the pages.
fn serve_metrics(app: &App, bind: SocketAddr, listing: metrics::Listing) -> Result<ServerHandle, ServeFailed> {
    let page = listing::Page::new(app.clone(), listing);
    rt::spawn(listing::keep_tidy(page.clone()));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(Data::new(page.clone()))
            .service(resource("/metrics").guard(guard::Get()).to(listing::show))
            .default_service(route().to(HttpResponse::NotFound))
    });
    let server = server.workers(1).client_request_timeout(HEAD_TIMEOUT).disable_signals().bind(bind);
    let server = server.map_err(|error| ServeFailed::BindMetrics(bind, error))?;
    for address in server.addrs() {
        log::info!("event=metrics_listening address={address}");
    }
    let server = server.run();
    let handle = server.handle();
    rt::spawn(server);
    Ok(handle)
}

/// In development the server migrates by itself; in production that is a step of its own, with a role of its own.
fn prepare_database(config: &Config) -> Result<(), ServeFailed> {
    let mut conn = db::connect(config.database_url())?;
    refuse_fsync_off(&mut conn)?;
    let pending = migrations::pending(&mut conn)?.len();
    if config.base_url.is_loopback() && pending > 0 {
        for name in migrations::apply(&mut conn)? {
            log::info!("event=migrated name={name}");
        }
        return Ok(());
    }
    if pending > 0 {
        return Err(ServeFailed::MigrationsPending(pending));
    }
    if !config.base_url.is_loopback()
        && let Some(powers) = roles::powers(&mut conn, None)?
        && let Some(too_much) = powers.too_much()
    {
        log::warn!(
            "event=database_role_may_too_much role={:?} why={too_much:?} see=\"latchkey migrate --runtime-role\"",
            powers.role
        );
    }
    Ok(())
}

/// Before anybody asks for one.
fn proofread_texts(app: &App) -> Result<(), ServeFailed> {
    let mut conn = db::connect(app.config.database_url())?;
    let most_segments = countries::store::least_segments(&mut conn)?;
    let host = app.origin_host();
    for kind in texts::proofread(&Words::english().0, host.as_deref(), most_segments)? {
        log::warn!("event=last_line_left_out kind={} why=\"no room\"", Kind::Code(kind).as_str());
    }
    Ok(())
}

/// A database that loses what it has acknowledged gives used codes back (D-4).
///
/// # Errors
/// [`ServeFailed::FsyncOff`].
fn refuse_fsync_off(conn: &mut diesel::PgConnection) -> Result<(), ServeFailed> {
    if db::is_durable(conn)? { Ok(()) } else { Err(ServeFailed::FsyncOff) }
}

fn tls_config(files: &TlsFiles) -> Result<rustls::ServerConfig, ServeFailed> {
    let unusable = |what: &std::path::Path, error: &dyn std::fmt::Display| {
        ServeFailed::Tls(format!("{}: {error}", what.display()))
    };
    let open = |path: &std::path::Path| File::open(path).map(BufReader::new).map_err(|error| unusable(path, &error));
    let chain = CertificateDer::pem_reader_iter(open(&files.certificate)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(&files.certificate, &error))?;
    let key = PrivateKeyDer::from_pem_reader(open(&files.key)?).map_err(|error| unusable(&files.key, &error))?;
    rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| unusable(&files.certificate, &error))
}
