//! The first page.

pub mod pages;
