//! One folder a feature.

pub mod account;
pub mod demo_inbox;
pub mod home;
pub mod information;
pub mod passwords;
pub mod registration;

#[cfg(test)]
mod all_pages;
