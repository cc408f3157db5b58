//! The second factor, which comes after the password.

pub mod app;
