//! Help, privacy and terms: what every footer leads to.

pub mod handlers;
pub mod pages;
