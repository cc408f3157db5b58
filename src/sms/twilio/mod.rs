//! Twilio over the wire: Programmable Messaging and Verify.

mod client;
pub mod errors;
mod messaging;
pub mod signature;
mod verify;

pub use client::NoClient;
pub use messaging::Messaging;
pub use verify::Verify;

pub(super) use client::Client;
