//! Clients that take their time, by weakness or on purpose, are cut and hold up nobody (ARC-07, attack X-1).

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{TestApp, at_once, people};

/// Sends `first` at once and a byte of `trickle` each half second, until the server ends the connection. Answers what
/// it said, and how long it looked on.
async fn stall(server: SocketAddr, first: &str, trickle: &str) -> (String, Duration) {
    let started = Instant::now();
    let mut socket = TcpStream::connect(server).await.unwrap();
    socket.write_all(first.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = socket.into_split();
    let mut rest = trickle.bytes();
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    while started.elapsed() < Duration::from_secs(30) {
        match timeout(Duration::from_millis(500), reading.read(&mut piece)).await {
            // The end, or a reset because it had stopped reading.
            Ok(Ok(0) | Err(_)) => break,
            Ok(Ok(length)) => heard.extend_from_slice(&piece[..length]),
            Err(_) => {
                if let Some(byte) = rest.next() {
                    let _ = writing.write_all(&[byte]).await;
                }
            }
        }
    }
    (String::from_utf8_lossy(&heard).into_owned(), started.elapsed())
}

#[actix_web::test]
async fn arc_07_stalled_heads_and_bodies_are_cut_while_others_are_served() {
    let app = TestApp::start().await;
    let (server, browser) = (app.address_of(0), app.browser());
    let post = browser.head_of_form("/register", 400);
    let (half_a_head, _) = post.split_at(40);
    let long = "x".repeat(60);
    let silent_heads = at_once((0..100).map(|_| stall(server, half_a_head, "")));
    let slow_heads = at_once((0..50).map(|_| stall(server, half_a_head, &long)));
    let one_byte = format!("{post}r");
    let silent_bodies = at_once((0..100).map(|_| stall(server, &one_byte, "")));
    let slow_bodies = at_once((0..50).map(|_| stall(server, &one_byte, "ole=maid&full_name=Hanna&country=ET")));
    let others = async {
        let (mut slowest, until) = (Duration::ZERO, Instant::now() + Duration::from_secs(10));
        while Instant::now() < until {
            let started = Instant::now();
            app.browser().get("/register").await.shows(200, "Create your account");
            slowest = slowest.max(started.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        people::maid().registers(&app, &app.browser()).await;
        slowest
    };
    let (silent_heads, slow_heads, silent_bodies, slow_bodies, slowest) =
        futures_util::join!(silent_heads, slow_heads, silent_bodies, slow_bodies, others);

    for (answer, took) in silent_heads.into_iter().chain(slow_heads) {
        assert!(took < Duration::from_secs(8), "a head may take 5 seconds; it took {took:?}: {answer}");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    for (answer, took) in silent_bodies.into_iter().chain(slow_bodies) {
        assert!(took < Duration::from_secs(15), "a body may take 10 seconds; it took {took:?}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("That took too long"), "a page, not a bare status: {answer}");
    }
    assert!(slowest < Duration::from_secs(1), "others waited {slowest:?}");
    assert_eq!(app.database.count("registrations"), 0, "only the one that is an account by now");
}
