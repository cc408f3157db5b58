//! Every route of the program, from its own table: a new one is at once part of the tests that are about all.

use latchkey::{routes, web::principal::Who};

/// Those whose URL is one page: neither files, whose names are not known beforehand, nor single rows.
pub fn all() -> Vec<routes::Entry> {
    routes::table().into_iter().filter(|route| !route.path.contains('{')).collect()
}

/// The pages, and what machines ask.
pub fn readable() -> Vec<&'static str> {
    all().into_iter().filter(|route| route.method == "GET").map(|route| route.path).collect()
}

/// The forms. What Twilio reports is none: it comes from no page, and is signed.
pub fn writable() -> Vec<&'static str> {
    let posted = |route: &routes::Entry| route.method == "POST" && route.who != Who::Twilio;
    all().into_iter().filter(posted).map(|route| route.path).collect()
}
