//! Whose pages these are: hosts that are not ours, headers on every answer, methods, and requests that two servers
//! could read in two ways.

use std::collections::BTreeSet;

use reqwest::Method;

use crate::support::{
    BASE_URL, TestApp, answers::one_of_each_kind, browser::Browser, owners::Owner, people, raw::exchange, routes,
};

#[actix_web::test]
async fn o_2_a_foreign_host_gets_nothing() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    for host in [
        "evil.example",
        "localhost",
        "localhost:8081",
        "localhost.:8080",
        "localhost:8080.evil.example",
        "evil.example:8080",
        "localhost:8080@evil.example",
        "evil.example@localhost:8080",
        "localhost:8080, evil.example",
        "127.0.0.1:8080",
        "",
    ] {
        for (method, path) in [(Method::GET, "/"), (Method::GET, "/account"), (Method::POST, "/register")] {
            let foreign = browser.fork().believing_in(&format!("http://{host}"));
            let mut request = foreign.bare(method.clone(), path).header("sec-fetch-site", "same-origin");
            if method == Method::POST {
                request = request.form(&hanna.fields());
            }
            let page = foreign.send(request).await;
            assert!(matches!(page.status.as_u16(), 400 | 421), "{host:?}: {}", page.status);
            assert!(
                page.set_cookies().is_empty() && page.location().is_none() && !page.body.contains("evil"),
                "{host}"
            );
        }
    }
    assert_eq!(app.database.count("registrations"), 0);
    for path in ["/healthz", "/readyz"] {
        let probe = browser.fork().believing_in("http://10.0.0.7:9000");
        assert_eq!(probe.get(path).await.status, 200, "a load balancer knows an address only");
    }
}

#[actix_web::test]
async fn o_2_two_hosts_in_one_request_are_refused() {
    let app = TestApp::start().await;
    let get = |head: &str| exchange(app.address(), format!("{head}\r\nConnection: close\r\n\r\n"));

    assert_eq!(get("GET / HTTP/1.1\r\nHost: localhost:8080").statuses(), [200]);
    assert_eq!(get("GET http://localhost:8080/ HTTP/1.1\r\nHost: localhost:8080").statuses(), [200]);
    for head in [
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nHost: evil.example",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: localhost:8080",
        "GET / HTTP/1.1\r\nHost: localhost:8080\r\nHost: localhost:8080",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost:8080",
        "GET http://localhost:8080/ HTTP/1.1\r\nHost: evil.example",
        "GET http://localhost:8080@evil.example/ HTTP/1.1\r\nHost: localhost:8080",
        "GET / HTTP/1.1",
        "GET / HTTP/1.0",
    ] {
        let answer = get(head);
        assert!(matches!(answer.statuses()[..], [400 | 421]), "{head}: {}", answer.text);
        assert!(!answer.text.contains("evil"), "{}", answer.text);
    }
}

#[actix_web::test]
async fn o_2_no_forwarding_header_gets_into_a_page_a_link_or_a_text() {
    let app = TestApp::start().await;
    let (hanna, browser) = (people::maid(), app.browser());
    let forged = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-server", "evil.example"),
        ("x-forwarded-port", "6666"),
        ("forwarded", "host=evil.example;proto=https"),
        ("x-host", "evil.example"),
        ("x-original-url", "/account"),
        ("x-rewrite-url", "/account"),
        ("x-http-method-override", "GET"),
    ];
    let add =
        |request: reqwest::RequestBuilder| forged.iter().fold(request, |it, (name, value)| it.header(*name, *value));

    let begun = browser.send(add(browser.form("/register")).form(&hanna.fields())).await;
    begun.redirects_to("/register/verify");
    let page = browser.send(add(browser.bare(Method::GET, "/register/verify"))).await;
    page.shows(200, "code");
    app.twilio.next_code_to(&hanna.phone).await;
    let text = &app.twilio.messages_to(&hanna.phone)[0].body;
    for told in [format!("{:?}", begun.headers), format!("{:?}", page.headers), page.body.clone(), text.clone()] {
        assert!(!told.contains("evil") && !told.contains("6666"), "{told}");
    }
}

#[actix_web::test]
async fn web_03_on_https_every_answer_keeps_the_browser_there() {
    let app = TestApp::start_public().await;
    let mut kinds = one_of_each_kind(&app).await;
    kinds.push(("home", app.browser().get("/").await));
    for (kind, page) in kinds {
        let told = page.header("strict-transport-security");
        assert_eq!(told, Some("max-age=63072000; includeSubDomains"), "{kind}");
    }
    let other = app.browser().believing_in(BASE_URL);
    assert_eq!(other.get("/").await.status, 421);
    assert!(app.browser().get("/account").await.location().is_some_and(|path| !path.contains("//")));

    let plain = TestApp::start().await;
    assert_eq!(plain.browser().get("/").await.header("strict-transport-security"), None);
}

#[actix_web::test]
async fn web_05_06_07_08_12_cfg_05_every_answer_carries_the_protecting_headers_and_names_no_software() {
    const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
        frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
    let app = TestApp::start().await;
    for (kind, page) in one_of_each_kind(&app).await {
        for (name, value) in [
            ("content-security-policy", CSP),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), Some(value), "{name} of {kind}");
            assert_eq!(page.headers.get_all(name).iter().count(), 1, "{name} of {kind}");
        }
        for name in ["server", "x-powered-by", "via", "x-version"] {
            assert_eq!(page.header(name), None, "{kind}");
        }
        let keeps = if kind == "static file" { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(page.header("cache-control"), Some(keeps), "{kind}");
        if !page.body.is_empty() {
            let media_type = page.header("content-type").unwrap();
            assert!(media_type.contains("charset=utf-8") || media_type.starts_with("image/"), "{kind}: {media_type}");
        }
    }
}

#[actix_web::test]
async fn web_05_web_10_no_page_has_a_script_or_a_style_of_its_own() {
    let app = TestApp::start_demo().await;
    let browser = app.browser();
    browser.submit("/register", &people::maid().fields()).await.redirects_to("/register/verify");
    let mut pages = vec![browser.submit("/register", &[]).await, browser.get("/nowhere").await];
    for path in routes::readable() {
        pages.push(browser.get(path).await);
    }
    for page in pages.iter().filter(|page| !page.body.is_empty()) {
        for element in page.html().root_element().descendants().filter_map(scraper::ElementRef::wrap) {
            let name = element.value().name();
            assert!(
                !["script", "style", "iframe", "object", "embed", "base"].contains(&name),
                "<{name}> on {}",
                page.title()
            );
            for (attribute, value) in element.value().attrs() {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{attribute} on {}", page.title());
                let leads = ["href", "src", "action"].contains(&attribute);
                assert!(!leads || value.starts_with(['/', '#']) && !value.starts_with("//"), "{attribute}={value}");
            }
        }
    }
}

#[actix_web::test]
async fn inp_16_each_route_takes_the_methods_it_declares_and_no_others() {
    let app = TestApp::start().await;
    let (browser, administrator) = (app.browser(), Owner::administrator(&app).await.browser);
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];
    let paths: BTreeSet<_> = routes::all().into_iter().map(|route| route.path).collect();
    for path in paths {
        let allowed = match (routes::readable().contains(&path), routes::writable().contains(&path)) {
            (true, true) => "GET, HEAD, POST",
            (true, false) => "GET, HEAD",
            (false, _) => "POST",
        };
        for method in methods {
            let method_of_request = Method::from_bytes(method.as_bytes()).unwrap();
            let asks = async |browser: &Browser| {
                let request = browser.bare(method_of_request.clone(), path);
                browser.send(request.header("sec-fetch-site", "same-origin")).await
            };
            let mut page = asks(&browser).await;
            if path.starts_with("/admin") {
                assert_eq!((page.status.as_u16(), page.header("allow")), (404, None), "{method} {path} by a stranger");
                page = asks(&administrator).await;
            }
            let told = format!("{method} {path}: {}", page.status);
            if allowed.split(", ").any(|allowed| allowed == method) {
                assert_ne!(page.status, 405, "{told}");
            } else {
                assert_eq!((page.status.as_u16(), page.header("allow")), (405, Some(allowed)), "{told}");
            }
        }
    }
    for method in methods {
        let request = browser.bare(Method::from_bytes(method.as_bytes()).unwrap(), "/nowhere");
        assert_eq!(browser.send(request.header("sec-fetch-site", "same-origin")).await.status, 404, "{method}");
    }
}

#[actix_web::test]
async fn inp_16_head_answers_as_get_without_the_body() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in routes::readable() {
        let got = browser.get(path).await;
        let head = browser.send(browser.bare(Method::HEAD, path)).await;
        assert_eq!((head.status, head.body.as_str()), (got.status, ""), "{path}");
        assert_eq!(head.header("content-type"), got.header("content-type"), "{path}");
        assert_eq!(head.header("location"), got.header("location"), "{path}");
    }
}

#[actix_web::test]
async fn c_6_no_other_spelling_of_a_path_is_a_page() {
    let app = TestApp::start().await;
    let browser = app.browser();
    people::maid().registers(&app, &browser).await;
    let cookie = format!("latchkey={}", browser.cookies()["latchkey"]);
    for path in [
        "/account/a.css",
        "/account%2fa.css",
        "/account;a.css",
        "/account.css",
        "/static/../account",
        "/static/%2e%2e/account",
        "/static/..%2faccount",
        "//account",
        "/./account",
        "/ACCOUNT",
        "/account/",
        "/account%00",
        "/account%20",
        "/account\\",
    ] {
        let head =
            format!("GET {path} HTTP/1.1\r\nHost: localhost:8080\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
        let answer = exchange(app.address(), head);
        assert!(matches!(answer.statuses()[..], [404 | 400]), "{path}: {}", answer.text);
        assert!(!answer.text.contains("Hanna"), "{path}");
        assert!(
            answer.statuses() == [400] || answer.text.contains("cache-control: no-store"),
            "{path}: {}",
            answer.text
        );
    }
}

#[actix_web::test]
async fn o_5_a_request_that_two_servers_read_differently_is_refused() {
    let app = TestApp::start().await;
    // What would be smuggled: were the first request to end early, this would be the next one.
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n";
    let post = "POST /logout HTTP/1.1\r\nHost: localhost:8080\r\nSec-Fetch-Site: same-origin\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n";
    for (name, head, body) in [
        ("both lengths", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("both, the other way round", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
        ("two different lengths", "Content-Length: 0\r\nContent-Length: 5\r\n", "a=b&c"),
        ("a list of lengths", "Content-Length: 0, 5\r\n", "a=b&c"),
        ("a signed length", "Content-Length: +0\r\n", ""),
        ("a negative length", "Content-Length: -1\r\n", ""),
        ("a hexadecimal length", "Content-Length: 0x5\r\n", "a=b&c"),
        ("an unknown coding", "Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        ("chunked and not last", "Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("a space before the colon", "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        ("a folded line", "X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        ("a chunk size with a sign", "Transfer-Encoding: chunked\r\n", "+0\r\n\r\n"),
        ("a chunk size with 0x", "Transfer-Encoding: chunked\r\n", "0x0\r\n\r\n"),
        ("an overflowing chunk size", "Transfer-Encoding: chunked\r\n", "10000000000000000\r\n\r\n"),
    ] {
        let answer = exchange(app.address(), format!("{post}{head}\r\n{body}{smuggled}"));
        assert!(matches!(answer.statuses()[..], [400 | 411 | 501]) && answer.closed, "{name}: {}", answer.text);
    }
}

#[actix_web::test]
async fn i_3_heads_without_end_are_refused() {
    let app = TestApp::start().await;
    let many: String = (0..1000).map(|number| format!("X-{number}: y\r\n")).collect();
    let heads = [
        format!("GET / HTTP/1.1\r\nHost: localhost:8080\r\n{many}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: localhost:8080\r\nX: {}\r\n\r\n", "y".repeat(1 << 20)),
        format!("GET /{} HTTP/1.1\r\nHost: localhost:8080\r\n\r\n", "a".repeat(16 << 20)),
    ];
    for head in heads {
        let answer = exchange(app.address(), &head);
        assert!(matches!(answer.statuses()[..], [] | [400 | 414 | 431]) && answer.closed, "{}", answer.text);
    }
    assert_eq!(app.browser().get("/healthz").await.status, 200);
}
