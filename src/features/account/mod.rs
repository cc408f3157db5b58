//! The overview of an account.

pub mod pages;
