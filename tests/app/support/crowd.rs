//! Many at once, and two that meet.

use super::{TestApp, at_once, browser::Page};

/// An app with one process or several on one database.
pub async fn app_with(processes: usize, extra: &[(&str, &str)]) -> TestApp {
    let mut app = TestApp::start_with("messaging", extra).await;
    for _ in 1..processes {
        app.start_another_instance();
    }
    app
}

pub fn leading_to(pages: &[Page], path: &str) -> usize {
    pages.iter().filter(|page| page.location() == Some(path)).count()
}

pub fn saying(pages: &[Page], text: &str) -> usize {
    pages.iter().filter(|page| page.text().contains(text)).count()
}

/// Nobody saw a fault of ours, and PostgreSQL had no knot to cut.
#[track_caller]
pub fn nothing_broke(app: &TestApp, pages: &[Page], statuses: &[u16]) {
    for page in pages {
        assert!(statuses.contains(&page.status.as_u16()), "{}: {}", page.status, page.text());
    }
    assert_eq!(app.database.deadlocks(), 0);
}

/// Lets requests meet at what `sql` locks: each in its order, and all wait before any goes on. First the worker finishes
/// what it has, which else might be one of those that wait.
pub async fn meet(app: &TestApp, sql: &str, requests: Vec<impl Future<Output = Page> + 'static>) -> Vec<Page> {
    app.all_due_are_sent().await;
    let held = app.database.hold(sql);
    let mut waiting = Vec::new();
    for request in requests {
        waiting.push(actix_web::rt::spawn(request));
        app.database.waiting(waiting.len() as i64).await;
    }
    held.release();
    at_once(waiting.into_iter().map(|answer| async { answer.await.unwrap() })).await
}
