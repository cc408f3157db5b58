//! The tests of the program as a whole, one file a feature, linked into one binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it stands")]
#![allow(clippy::disallowed_methods, reason = "the tests start the program, and Twilio's fake has a clock of its own")]

mod access;
mod authenticator_tools;
mod backup_codes;
mod bad_input;
mod brakes;
mod budget;
mod changes;
mod claims;
mod codes;
mod commands;
mod cookies;
mod countries;
mod crashes;
mod cross_site;
mod database_faults;
mod deliveries;

mod enumeration;
mod error_pages;
mod hash_queue;
mod hosts_and_headers;
mod housekeeping;
mod journey;
mod limits;
mod log_lines;
mod notices;
mod out_of_order;
mod ownership;
mod passwords;
mod provider_faults;
mod races;
mod registration;
mod round_trips;
mod second_step;
mod sessions;
mod sign_in;
mod sign_in_limits;
mod slow_clients;
mod static_files;
mod step_up;
mod support;
mod timing;
mod trusted_devices;
mod twilio_contract;
mod twilio_failures;
mod two_factor;
mod verify_provider;
mod verify_sign_in;
