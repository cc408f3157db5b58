//! Requests byte by byte, for what no browser and no library would send.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// All that came back on one connection.
pub struct Exchange {
    pub text: String,
    /// Whether the server ended the connection, rather than waiting for more.
    pub closed: bool,
}

/// Sends the bytes and reads until the server closes the connection, or says nothing more for a second.
pub fn exchange(server: SocketAddr, bytes: impl AsRef<[u8]>) -> Exchange {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    // A server that refuses early may have closed its side already.
    let _ = stream.write_all(bytes.as_ref());
    let (mut answer, mut part) = (Vec::new(), [0; 16 * 1024]);
    let closed = loop {
        match stream.read(&mut part) {
            Ok(0) => break true,
            Ok(length) => answer.extend_from_slice(&part[..length]),
            Err(error) => break error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    };
    Exchange { text: String::from_utf8_lossy(&answer).into_owned(), closed }
}

impl Exchange {
    /// The statuses of all answers, in their order.
    pub fn statuses(&self) -> Vec<u16> {
        let heads = self.text.split("HTTP/1.").skip(1);
        heads.filter_map(|head| head.split(' ').nth(1)?.parse().ok()).collect()
    }
}
