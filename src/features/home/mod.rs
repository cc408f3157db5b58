//! The first page.

pub mod handlers;
pub mod pages;
