//! The tests of the program as a whole, one file a feature, linked into one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]

mod claims;
mod codes;
mod housekeeping;
mod limits;
mod out_of_order;
mod races;
mod registration;
mod support;
mod twilio_contract;
mod twilio_failures;
mod verify_provider;
