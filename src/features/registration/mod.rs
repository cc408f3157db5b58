//! registration

pub mod pages;
