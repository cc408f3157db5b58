//! The tests of the program as a whole, one file a feature, linked into one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]

mod bad_input;
mod cookies;
mod cross_site;
mod enumeration;
mod error_pages;
mod hosts_and_headers;
mod log_lines;
mod passwords;
mod registration;
mod static_files;
mod support;
mod twilio_contract;
mod twilio_failures;
