//! Latchkey.

pub mod config;
pub mod crypto;
pub mod db;
pub mod domain;
pub mod features;
pub mod sms;
pub mod web;
