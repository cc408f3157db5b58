//! One folder a feature. The flows people walk through use the building blocks, which know nothing of flows.

pub mod account;
pub mod action_codes;
pub mod activity;
pub mod admin;
pub mod administrators;
pub mod alerts;
pub mod audit;
pub mod brakes;
pub mod budget;
pub mod circuits;
pub mod countries;
pub mod deliveries;
pub mod demo_inbox;
pub mod devices;
pub mod email_change;
pub mod health;
pub mod home;
pub mod housekeeping;
pub mod information;
pub mod message_hours;
pub mod messages;
pub mod metrics;
pub mod my_data;
pub mod password_change;
pub mod password_reset;
pub mod passwords;
pub mod phone_change;
pub mod phone_verifications;
pub mod profile;
pub mod recovery;
pub mod registration;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod step_up;
pub mod stopping;
pub mod throttles;
pub mod trusted_devices;
pub mod two_factor;
pub mod users;

#[cfg(test)]
mod all_pages;
