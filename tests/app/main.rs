//! The tests of the program as a whole, one file a feature, linked into one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]
#![allow(clippy::disallowed_methods, reason = "the tests start the program, and Twilio's fake has a clock of its own")]

mod claims;
mod codes;
mod commands;
mod crashes;
mod database_faults;
mod hash_queue;
mod housekeeping;
mod journey;
mod limits;
mod out_of_order;
mod provider_faults;
mod races;
mod registration;
mod slow_clients;
mod support;
mod twilio_contract;
mod twilio_failures;
mod verify_provider;
