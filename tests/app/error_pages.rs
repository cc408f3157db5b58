//! What people see when something does not work.

use std::time::Duration;

use regex::Regex;

use crate::support::{TestApp, answers::one_of_each_kind, browser::Page};

/// The reference on an error page.
fn reference(page: &Page) -> Option<String> {
    let text = page.text();
    let at = text.find("LK-")?;
    Some(text[at..at + "LK-7F3K-92QM".len()].to_owned())
}

#[actix_web::test]
async fn o_6_err_01_every_error_page_has_a_reference_that_is_in_the_log_and_tells_no_more() {
    let app = TestApp::start().await;
    let mut seen = Vec::new();
    for (kind, page) in one_of_each_kind(&app).await {
        tells_nothing_of_its_making(kind, &page);
        says_when_to_come_back(kind, &page);
        let status = page.status.as_u16();
        if status < 400 || matches!(kind, "422" | "429 limit" | "429 early") {
            continue;
        }
        let reference = reference(&page).unwrap_or_else(|| panic!("{kind} has no reference: {}", page.text()));
        let why = app.logged(&format!("event=refused status={status} request={reference}")).await;
        assert!(why.contains("why=\""), "{why}");
        if kind != "404 static" {
            // Files and probes would fill the log.
            let ended = Regex::new(&format!("event=request .* status={status} .* request={reference} ")).unwrap();
            assert!(app.log().iter().any(|line| ended.is_match(line)), "{kind}");
        }
        let severity = if status >= 500 { " ERROR " } else { " WARN " };
        assert!(why.contains(severity), "{why}");
        assert!(!page.title().is_empty() && page.attribute("main a", "href").is_some(), "{kind} leads on");
        seen.push((status, reference));
    }
    let statuses: Vec<u16> = seen.iter().map(|(status, _)| *status).collect();
    for status in [400, 403, 404, 405, 413, 415, 421, 500, 503] {
        assert!(statuses.contains(&status), "{status}");
    }
    seen.dedup_by(|one, other| one.1 == other.1);
    assert_eq!(seen.len(), statuses.len(), "each has its own");
}

fn tells_nothing_of_its_making(kind: &str, page: &Page) {
    let told = format!("{:?} {}", page.headers, page.body).to_lowercase();
    for inside in [
        "postgres",
        "diesel",
        "select *",
        "\\\"select",
        "relation ",
        "registrations",
        "lock timeout",
        "panick",
        ".rs",
        "actix",
        "rust/",
        "0.1.0",
    ] {
        assert!(kind == "static file" || !told.contains(inside), "{inside:?} in {kind}");
    }
}

fn says_when_to_come_back(kind: &str, page: &Page) {
    let wait: Option<u64> = page.header("retry-after").map(|seconds| seconds.parse().unwrap());
    if matches!(page.status.as_u16(), 429 | 503) {
        assert!(wait.is_some_and(|seconds| (1..=3600).contains(&seconds)), "{kind}: {wait:?}");
    } else {
        assert_eq!(wait, None, "{kind}");
    }
}

#[actix_web::test]
async fn arc_07_a_body_that_does_not_come_is_not_waited_for_long() {
    use std::io::{Read as _, Write as _};
    let app = TestApp::start().await;
    let mut stream = std::net::TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = "POST /register HTTP/1.1\r\nHost: localhost:8080\r\nSec-Fetch-Site: same-origin\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nrole=";
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    tokio::task::spawn_blocking(move || {
        let _ = stream.read_to_string(&mut answer);
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("That took too long"), "{answer}");
    })
    .await
    .unwrap();
}
