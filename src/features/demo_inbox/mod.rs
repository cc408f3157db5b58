//! The texts of demo mode, on a page: only with the demo provider, which starts only on a loopback origin (ARC-03).

pub mod handlers;
pub mod pages;
