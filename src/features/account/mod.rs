//! The account's overview, and signing out.

pub mod handlers;
pub mod pages;
