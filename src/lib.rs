//! Latchkey: accounts that open with a proven phone number.
//!
//! Where things are, from the bottom up; what stands on one floor uses only the floors below it.
//!
//! - [`domain`]: values that are right by construction. [`config`]: the environment, read and checked once.
//!   [`metrics`]: what is counted for Prometheus.
//! - [`crypto`], [`db`], [`sms`], [`web`]: keys and hashes, the database, who carries texts, what all pages share.
//! - [`features`]: one folder a feature; building blocks (users, sessions, codes, messages) below the flows that people
//!   walk through (registration). In each: `mod.rs` has the rules in prose, `handlers.rs` one function per GET or POST,
//!   `pages.rs` what is shown, `store.rs` the SQL, and one file for each use case.
//! - [`app`]: what a handler may ask for. [`routes`]: every URL on one screen. [`server`]: runs it all. [`cli`]: the
//!   commands.

pub mod app;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod db;
pub mod domain;
pub mod features;
pub mod metrics;
pub mod routes;
#[allow(missing_docs, reason = "written by `diesel print-schema`; the migrations say what the columns mean")]
pub mod schema;
pub mod server;
pub mod sms;
pub mod web;
