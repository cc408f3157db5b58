//! Requests that another site causes.

use reqwest::{Method, RequestBuilder};

use crate::support::{BASE_URL, TestApp, browser::Browser, people, routes};

const SITES: [Option<&str>; 6] =
    [None, Some("same-origin"), Some("same-site"), Some("cross-site"), Some("none"), Some("same-origin, same-origin")];
const ORIGINS: [Option<&str>; 7] = [
    None,
    Some(BASE_URL),
    Some("null"),
    Some("https://localhost:8080"),
    Some("http://localhost:8081"),
    Some("http://localhost:8080.evil.example"),
    Some("https://evil.example"),
];
const REFERERS: [Option<&str>; 5] = [
    None,
    Some("http://localhost:8080/register"),
    Some("http://localhost:8080.evil.example/"),
    Some("http://localhost:8080@evil.example/"),
    Some(""),
];

/// The first header that is present decides.
fn is_ours(site: Option<&str>, origin: Option<&str>, referer: Option<&str>) -> bool {
    match (site, origin) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == BASE_URL,
        (None, None) => referer == Some("http://localhost:8080/register"),
    }
}

fn with(request: RequestBuilder, name: &str, value: Option<&str>) -> RequestBuilder {
    match value {
        Some(value) => request.header(name, value),
        None => request,
    }
}

#[actix_web::test]
async fn web_01_c_1_every_post_refuses_other_sites() {
    let app = TestApp::start().await;
    let (owner, owners_browser) = (people::sponsor(), app.browser());
    owner.registers(&app, &owners_browser).await;
    let (hanna, browser) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &browser).await;
    let (rows, calls) = (app.database.dump(), app.twilio.calls().len());

    for path in routes::writable() {
        // What would be done if it came from us: each form filled in as it should be.
        let (browser, fields) = match path {
            "/register" => (&browser, people::maid().fields().into_iter().map(own).collect()),
            "/register/verify" => (&browser, vec![own(("code", &code))]),
            "/register/phone" => (&browser, vec![own(("country", "ET")), own(("phone", &people::new_phone()))]),
            "/register/claim" => (&browser, vec![own(("choice", "move"))]),
            "/register/resend" => (&browser, vec![]),
            _ => (&owners_browser, vec![]),
        };
        let browser = browser.fork().from(&app.browser().address);
        for site in SITES {
            for origin in ORIGINS {
                for referer in REFERERS {
                    let mut request = browser.bare(Method::POST, path);
                    for (name, value) in [("sec-fetch-site", site), ("origin", origin), ("referer", referer)] {
                        request = with(request, name, value);
                    }
                    let told = format!("{path} {site:?} {origin:?} {referer:?}");
                    if is_ours(site, origin, referer) {
                        // Comes through as far as the reading of the form, or to where nothing is for its owner.
                        let page = browser.send(request.form(&[("unknown", "1")])).await;
                        let through: &[u16] = if path.starts_with("/admin") { &[404] } else { &[303, 400] };
                        assert!(through.contains(&page.status.as_u16()), "{told}: {}", page.status);
                    } else {
                        let page = browser.send(request.form(&fields)).await;
                        assert_eq!(page.status, 403, "{told}");
                    }
                }
            }
        }
    }

    assert_eq!(app.database.dump(), rows, "nothing has changed");
    assert_eq!(app.twilio.calls().len(), calls, "nothing was sent");
    owners_browser.get("/account").await.shows(200, "Hello, Salma");
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
}

fn own((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[actix_web::test]
async fn web_01_a_header_that_is_there_twice_is_refused() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for (name, value) in
        [("sec-fetch-site", "same-origin"), ("origin", BASE_URL), ("referer", "http://localhost:8080/")]
    {
        let once = browser.bare(Method::POST, "/register").header(name, value);
        assert_eq!(browser.send(once.form(&[("role", "")])).await.status, 422, "{name}");
        let twice = browser.bare(Method::POST, "/register").header(name, value).header(name, value);
        assert_eq!(browser.send(twice.form(&[("role", "")])).await.status, 403, "{name}");
    }
}

#[actix_web::test]
async fn c_1_bodies_that_other_sites_can_send_are_refused_before_they_are_read() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let fields = serde_urlencoded::to_string(people::maid().fields()).unwrap();
    for content_type in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
        let request =
            || browser.bare(Method::POST, "/register").header("content-type", content_type).body(fields.clone());
        assert_eq!(browser.send(request().header("sec-fetch-site", "cross-site")).await.status, 403);
        assert_eq!(browser.send(request().header("sec-fetch-site", "same-origin")).await.status, 415);
    }
    assert_eq!(app.database.count("registrations"), 0);
}

#[actix_web::test]
async fn web_02_c_3_reading_changes_nothing_wherever_it_is_asked_from() {
    let app = TestApp::start().await;
    let (owner, signed_in) = (people::sponsor(), app.browser());
    owner.registers(&app, &signed_in).await;
    let (hanna, registering) = (people::maid(), app.browser());
    let code = hanna.begins(&app, &registering).await;
    let (rows, calls) = (app.database.dump(), app.twilio.calls().len());

    for browser in [&signed_in, &registering, &app.browser()] {
        for path in routes::readable() {
            for method in [Method::GET, Method::GET, Method::HEAD] {
                let site = if method == Method::HEAD { "same-origin" } else { "cross-site" };
                browser.send(browser.bare(method, path).header("sec-fetch-site", site)).await;
            }
        }
    }

    assert_eq!(app.database.dump(), rows);
    assert_eq!(app.twilio.calls().len(), calls);
    signed_in.get("/account").await.shows(200, "Hello, Salma");
    registering.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
}

#[actix_web::test]
async fn web_08_c_7_pages_open_as_documents_only() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;
    let load = async |path: &str, dest: &str| {
        browser.send(browser.bare(Method::GET, path).header("sec-fetch-dest", dest)).await.status.as_u16()
    };
    for path in routes::readable() {
        for dest in
            ["image", "script", "style", "iframe", "frame", "object", "embed", "font", "worker", "video", "x", ""]
        {
            assert_eq!(load(path, dest).await, 403, "{path} as {dest:?}");
        }
        for dest in ["document", "empty"] {
            assert_ne!(load(path, dest).await, 403, "{path} as {dest:?}");
        }
    }
    let stylesheet = browser.get("/account").await.attribute("link[rel=stylesheet]", "href").unwrap();
    assert_eq!(load(&stylesheet, "style").await, 200);
}

#[actix_web::test]
async fn web_04_no_other_origin_is_let_in() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in routes::all().into_iter().map(|route| route.path) {
        for method in [Method::OPTIONS, Method::GET, Method::POST] {
            let request = browser
                .bare(method, path)
                .header("origin", "https://evil.example")
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "content-type");
            let page = browser.send(request).await;
            let cors = page.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(cors, None, "{path}");
        }
    }
}

#[actix_web::test]
async fn web_07_c_9_a_proxy_browser_that_keeps_only_the_referer_can_register() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let submit = async |browser: &Browser, path: &str, page: &str, fields: &[(&str, &str)]| {
        let request = browser.bare(Method::POST, path).header("referer", format!("{BASE_URL}{page}"));
        browser.send(request.form(fields)).await
    };

    submit(&browser, "/register", "/register", &hanna.fields()).await.redirects_to("/register/verify");
    let code = app.twilio.next_code_to(&hanna.phone).await;
    submit(&browser, "/register/verify", "/register/verify", &[("code", &code)]).await.redirects_to("/account");
    submit(&browser, "/logout", "/account", &[]).await.redirects_to("/login");
}

#[actix_web::test]
async fn c_9_a_browser_that_says_nothing_is_told_what_to_do() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let page = browser.send(browser.bare(Method::POST, "/register").form(&hanna.fields())).await;
    page.shows(403, "Open the page here again and send the form from there.").shows(403, "referrer");
    assert_eq!(app.database.count("registrations"), 0);
}
