//! The tests of the program as a whole, one file a feature, linked into one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]
#![allow(clippy::disallowed_methods, reason = "the tests start the program, and Twilio's fake has a clock of its own")]

mod commands;
mod crashes;
mod database_faults;
mod hash_queue;
mod journey;
mod provider_faults;
mod registration;
mod slow_clients;
mod support;
mod twilio_contract;
mod twilio_failures;
