//! Assisted recovery of an account.

pub mod store;
