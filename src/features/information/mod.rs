//! Help, privacy notice and terms: short, plain, and true to what the program does.
//!
//! Whoever changes how long something is kept, or who sees it, changes these pages in the same commit.

pub mod pages;
