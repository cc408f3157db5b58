//! One answer of each kind that the program gives, for what holds for all of them.

use diesel::connection::SimpleConnection as _;
use reqwest::Method;

use super::{TestApp, browser::Page, people};

/// Answers under their names: pages, redirects, files, and every refusal.
pub async fn one_of_each_kind(app: &TestApp) -> Vec<(&'static str, Page)> {
    let stranger = app.browser();
    let stylesheet = stranger.get("/").await.attribute("link[rel=stylesheet]", "href").unwrap();
    let form = |path| stranger.form(path).header("content-type", "application/x-www-form-urlencoded");
    let embedded = stranger.bare(Method::GET, "/").header("sec-fetch-dest", "image");
    let foreign = stranger.fork().believing_in("http://evil.example");
    let (busy, signed_in) = (app.browser(), app.browser());
    for _ in 0..3 {
        busy.submit("/register", &people::maid().fields()).await.redirects_to("/register/verify");
    }
    people::maid().registers(app, &signed_in).await;
    vec![
        ("page", stranger.get("/").await),
        ("signed-in page", signed_in.get("/account").await),
        ("static file", stranger.get(&stylesheet).await),
        ("for machines", stranger.get("/healthz").await),
        ("redirect", stranger.get("/account").await),
        ("sign-out", signed_in.submit("/logout", &[]).await),
        ("400", stranger.submit("/register", &[("role", "maid"), ("role", "maid")]).await),
        ("403 cross-site", stranger.send(stranger.bare(Method::POST, "/register").form(&[("role", "maid")])).await),
        ("403 embedded", stranger.send(embedded).await),
        ("404", stranger.get("/nowhere").await),
        ("404 static", stranger.get("/static/nothing.css").await),
        ("405", stranger.get("/logout").await),
        ("413", stranger.send(form("/register").body(format!("role={}", "a".repeat(9000)))).await),
        ("415", stranger.send(stranger.form("/register").header("content-type", "text/plain").body("a=b")).await),
        ("421", foreign.get("/").await),
        ("422", stranger.submit("/register", &[]).await),
        ("429 limit", busy.submit("/register", &people::maid().fields()).await),
        ("429 early", busy.submit("/register/resend", &[]).await),
        ("500", while_away(app, || busy.get("/register/verify")).await),
        ("503", while_locked(app, || busy.get("/register/verify")).await),
    ]
}

/// Asks while a table is missing.
async fn while_away<F: Future<Output = Page>>(app: &TestApp, ask: impl FnOnce() -> F) -> Page {
    app.database.run("ALTER TABLE registrations RENAME TO registrations_away");
    let page = ask().await;
    app.database.run("ALTER TABLE registrations_away RENAME TO registrations");
    page
}

/// Asks while the database does not answer in time.
async fn while_locked<F: Future<Output = Page>>(app: &TestApp, ask: impl FnOnce() -> F) -> Page {
    let mut holder = app.database.connect();
    holder.batch_execute("BEGIN; LOCK TABLE registrations IN ACCESS EXCLUSIVE MODE").unwrap();
    let page = ask().await;
    holder.batch_execute("ROLLBACK").unwrap();
    page
}
