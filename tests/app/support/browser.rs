//! A browser without JavaScript: keeps cookies, sends the headers of a same-origin form, follows nothing by itself.

use std::{
    collections::BTreeMap,
    io::Write as _,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use reqwest::{Method, RequestBuilder, StatusCode, header::HeaderMap, redirect::Policy};
use scraper::{Html, Selector};

use super::BASE_URL;

static NUMBER: AtomicU32 = AtomicU32::new(1);

/// Clones share their cookies, like tabs.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    server: SocketAddr,
    origin: String,
    pub address: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub fn new(server: SocketAddr) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let [_, a, b, c] = number.to_be_bytes();
        // The client wants one even for plain http; a second browser finds it installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            client: reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().unwrap(),
            server,
            origin: BASE_URL.to_owned(),
            address: format!("10.{a}.{b}.{c}"),
            cookies: Arc::default(),
        }
    }

    /// The same browser seen from another address.
    pub fn from(mut self, address: &str) -> Self {
        self.address = address.to_owned();
        self
    }

    /// A browser that was led to another origin than [`BASE_URL`], such as that of a public installation.
    pub fn believing_in(mut self, origin: &str) -> Self {
        self.origin = origin.to_owned();
        self
    }

    /// The same cookies at another process.
    pub fn at(&self, server: SocketAddr) -> Self {
        Self { server, ..self.clone() }
    }

    /// A copy whose cookies go their own way from here on.
    pub fn fork(&self) -> Self {
        let cookies = self.cookies.lock().unwrap().clone();
        Self { cookies: Arc::new(Mutex::new(cookies)), ..self.clone() }
    }

    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.lock().unwrap().clone()
    }

    pub fn set_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.lock().unwrap() = cookies;
    }

    /// A request without any of a browser's headers but host, address and cookies.
    pub fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let (_, host) = self.origin.split_once("://").unwrap();
        let mut request = self
            .client
            .request(method, format!("http://{}{path}", self.server))
            .header("host", host)
            .header("x-forwarded-for", &self.address);
        let cookies = self.cookies();
        if !cookies.is_empty() {
            let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", pairs.join("; "));
        }
        request
    }

    /// Sends a request and keeps the cookies of its answer.
    pub async fn send(&self, request: RequestBuilder) -> Page {
        self.try_send(request).await.unwrap()
    }

    /// The same where the server may go away.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Page> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() || cookie.to_str().unwrap().contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(Page { status, headers, body: response.text().await? })
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.bare(Method::GET, path).header("sec-fetch-dest", "document")).await
    }

    /// Submits a form of our own page.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(self.form(path).form(fields)).await
    }

    /// A POST of our own page, whose body is still to be given.
    pub fn form(&self, path: &str) -> RequestBuilder {
        self.bare(Method::POST, path).header("sec-fetch-site", "same-origin").header("sec-fetch-dest", "document")
    }

    /// The head of such a POST as it goes over the wire, for tests that write the rest in their own way.
    pub fn head_of_form(&self, path: &str, length: usize) -> String {
        let request = self.form(path).build().unwrap();
        let headers = request.headers().iter();
        let lines: String = headers.map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap())).collect();
        format!(
            "POST {path} HTTP/1.1\r\n{lines}content-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\n\r\n"
        )
    }

    /// Types a code on the page that proves the phone.
    pub async fn enters(&self, code: &str) -> Page {
        self.submit("/register/verify", &[("code", code)]).await
    }

    /// Asks for a new code.
    pub async fn resends(&self) -> Page {
        self.submit("/register/resend", &[]).await
    }

    /// Gives another number.
    pub async fn corrects_to(&self, phone: &str) -> Page {
        self.submit("/register/phone", &[("country", "ET"), ("phone", phone)]).await
    }

    /// Answers whose a taken number is.
    pub async fn claims(&self, choice: &str) -> Page {
        self.submit("/register/claim", &[("choice", choice)]).await
    }

    /// Submits a form and closes the socket without waiting for a word.
    pub fn submits_and_hangs_up(&self, path: &str, fields: &[(&str, &str)]) {
        let request = self.form(path).form(fields).build().unwrap();
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap();
        let mut head = format!("POST {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in request.headers() {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        let mut socket = std::net::TcpStream::connect(self.server).unwrap();
        socket.write_all(&[head.as_bytes(), b"\r\n", body].concat()).unwrap();
    }

    /// Submits a body exactly as given.
    pub async fn submit_raw(&self, path: &str, body: impl Into<reqwest::Body>) -> Page {
        let request = self.form(path).header("content-type", "application/x-www-form-urlencoded").body(body);
        self.send(request).await
    }
}

impl Page {
    #[track_caller]
    pub fn redirects_to(&self, path: &str) -> &Self {
        assert_eq!((self.status.as_u16(), self.location()), (303, Some(path)), "{}", self.body);
        self
    }

    #[track_caller]
    pub fn shows(&self, status: u16, text: &str) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert!(self.text().contains(text), "{text:?} is not on the page:\n{}", self.text());
        self
    }

    pub fn location(&self) -> Option<&str> {
        self.header("location")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Every cookie that the answer sets, whole.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect()
    }

    /// What the browser shows on its tab, and a screen reader says first.
    pub fn title(&self) -> String {
        self.html().select(&Selector::parse("title").unwrap()).next().unwrap().text().collect()
    }

    /// The name of the field that has the focus.
    pub fn focused(&self) -> Option<String> {
        self.attribute("[autofocus]", "name")
    }

    /// What a reader sees, in one line.
    pub fn text(&self) -> String {
        let words: Vec<String> = self.html().root_element().text().map(str::to_owned).collect();
        words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// Whether the page has an element that the selector finds.
    pub fn has(&self, selector: &str) -> bool {
        self.html().select(&Selector::parse(selector).unwrap()).next().is_some()
    }

    /// What a reader sees, with every digit hidden: times, waits and the ends of numbers differ from page to page.
    pub fn text_without_digits(&self) -> String {
        self.text().chars().map(|letter| if letter.is_ascii_digit() { '#' } else { letter }).collect()
    }

    /// `Retry-After` in seconds.
    pub fn retry_after(&self) -> u64 {
        self.header("retry-after").expect("Retry-After").parse().unwrap()
    }

    /// An attribute of the first element that a selector finds.
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        let element = Selector::parse(selector).unwrap();
        self.html().select(&element).next()?.value().attr(name).map(str::to_owned)
    }

    /// The text of the message beside a field.
    pub fn error_of(&self, field: &str) -> Option<String> {
        let selector = Selector::parse(&format!("#{field}-error")).unwrap();
        self.html().select(&selector).next().map(|element| element.text().collect::<String>().trim().to_owned())
    }
}
