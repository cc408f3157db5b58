//! The tests of the program as a whole, one file a feature, linked into one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]

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
