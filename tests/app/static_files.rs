//! Files, and addresses that scanners try.

use reqwest::Method;

use crate::support::{TestApp, browser::Browser, people, routes};

/// The files that a page asks for.
async fn files(browser: &Browser) -> Vec<String> {
    let page = browser.get("/").await;
    ["link[rel=stylesheet]", "link[rel=icon]"].map(|link| page.attribute(link, "href").unwrap()).to_vec()
}

#[actix_web::test]
async fn web_12_files_are_kept_for_a_year_under_names_that_change_with_them() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in files(&browser).await {
        let file = browser.get(&path).await;
        assert_eq!(file.status, 200);
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(file.set_cookies().is_empty());

        let tag = file.header("etag").unwrap();
        let again = browser.send(browser.bare(Method::GET, &path).header("if-none-match", tag)).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""));

        let (stem, rest) = path.split_once('.').unwrap();
        let (hash, extension) = rest.split_once('.').unwrap();
        assert_eq!(hash.len(), 12);
        for other in [format!("{stem}.{extension}"), format!("{stem}.000000000000.{extension}"), format!("{path}.map")]
        {
            let page = browser.get(&other).await;
            assert_eq!((page.status.as_u16(), page.header("cache-control")), (404, Some("no-store")), "{other}");
        }
    }
}

#[actix_web::test]
async fn files_are_sent_as_small_as_the_browser_takes_them() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in files(&browser).await {
        let plain = browser.get(&path).await.body.len();
        for encoding in ["br", "gzip"] {
            let request = browser.bare(Method::GET, &path).header("accept-encoding", encoding);
            let response = request.send().await.unwrap();
            assert_eq!(response.headers()["content-encoding"], encoding);
            assert_eq!(response.headers()["vary"].to_str().unwrap().to_ascii_lowercase(), "accept-encoding");
            assert!(response.bytes().await.unwrap().len() < plain, "{path} {encoding}");
        }
    }
}

#[actix_web::test]
async fn cfg_04_nothing_else_is_served() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in [
        "/.git/config",
        "/.env",
        "/.well-known/../.env",
        "/Cargo.toml",
        "/static",
        "/static/",
        "/static/.",
        "/static/latchkey.css",
        "/static/..%2fCargo.toml",
        "/static/%2e%2e%2fCargo.toml",
        "/metrics",
        "/debug",
        "/server-status",
        "/admin",
        "/wp-login.php",
        "/index.html",
        "/demo",
    ] {
        let page = browser.get(path).await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (404, Some("no-store")), "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        let page = browser.get(path).await;
        assert!(page.status == 200 && page.body.len() < 20, "says well or not, and no more: {}", page.body);
    }
}

#[actix_web::test]
async fn arc_03_outside_demo_mode_there_is_no_inbox_and_no_banner() {
    let messaging = TestApp::start().await;
    let verify = TestApp::start_with_verify().await;
    for app in [&messaging, &verify] {
        let browser = app.browser();
        browser.get("/demo/inbox").await.shows(404, "There is no such page");
        for path in routes::readable() {
            assert!(!browser.get(path).await.body.contains("Demo"), "{path}");
        }
    }
}

#[actix_web::test]
async fn arc_03_in_demo_mode_every_page_says_so_and_the_inbox_has_the_codes() {
    let app = TestApp::start_demo().await;
    let (hanna, browser) = (people::maid(), app.browser());
    browser.get("/demo/inbox").await.shows(200, "Nothing here yet.");
    let mut pages = vec![browser.submit("/register", &hanna.fields()).await.redirects_to("/register/verify").clone()];
    let inbox = browser.get("/demo/inbox").await;
    inbox.shows(200, "Your Latchkey verification code is:").shows(200, &format!("*****{}", &hanna.phone[9..]));
    assert!(!inbox.body.contains(&hanna.phone[1..]), "numbers are masked here too");
    let text = inbox.text();
    let (_, rest) = text.split_once("verification code is: ").unwrap();
    let code = &rest[..6];
    assert!(!app.log().iter().any(|line| line.contains(code)), "the log has no code");

    pages.push(browser.submit("/register/verify", &[("code", "x")]).await);
    browser.submit("/register/verify", &[("code", code)]).await.redirects_to("/account");
    pages.push(browser.get("/nowhere").await);
    pages.push(browser.get("/account").await);
    let stranger = app.browser();
    for path in routes::readable() {
        pages.push(stranger.get(path).await);
    }
    let html = pages.iter().filter(|page| page.header("content-type").is_some_and(|it| it.starts_with("text/html")));
    let mut shown = 0;
    for page in html {
        assert_eq!(page.attribute("aside.demo a", "href").as_deref(), Some("/demo/inbox"), "{}", page.title());
        shown += 1;
    }
    assert!(shown >= 8, "{shown}");
    assert!(app.twilio.calls().is_empty());
}
