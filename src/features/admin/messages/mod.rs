//! How texts travel and what they cost: the newest of them, what becomes of them by country and sender, one's whole story,
//! and the brakes.
//!
//! - Numbers are masked, and forgotten after 30 days like everywhere.
//! - A text is found by its own reference, by that of the brake that held it, which the person sees on the page and can read
//!   out, or by Twilio's name for it.
//! - Opening a brake holds: the rule counts anew from then. Of two administrators who press at once one opens it.

pub mod errors;
pub mod forms;
pub mod handlers;
pub mod message;
pub mod open_brake;
pub mod pages;
pub mod words;
