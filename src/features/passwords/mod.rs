//! What makes a password good enough.
//!
//! - Length and characters are the business of [`Password`](crate::domain::password::Password): 10 to 256, anything
//!   goes, nothing is asked for (no classes, no rotation, no hints). PWD-01, PWD-04.
//! - A password that is easy to guess is refused, with advice on why: one that rates below 3 of 4, or that is known
//!   from breaches. PWD-03.
//! - The rater knows the person (name, email address, phone number, all in parts) and the words that people here choose
//!   first: Latchkey's own, places, names, months. A long phrase may contain any of them. AUT-02.

pub mod guesses;
mod local_words;
mod strength;

pub use strength::{PersonalWords, TooEasy, rate};
