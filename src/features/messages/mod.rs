//! Text messages: `sms_messages` is queue and ledger in one.
//!
//! - A request reserves a row in its own transaction ([`reserve::reserve`]); the limits are exact, also in parallel and
//!   across instances.
//! - A worker in the same binary makes the code, marks the row `sending` and calls the provider ([`worker`]). What may
//!   have been sent is never sent again by itself.
//! - What surely was not sent and was not the asker's fault is given back to the limits.

use std::time::Duration;

use crate::sms::{Fault, TextKind};

pub mod outcomes;
pub mod reserve;
pub mod store;
pub mod worker;

/// How long a request waits for a text's outcome where people typed their own number.
pub const OUTCOME_WAIT: Duration = Duration::from_secs(3);

/// How a message ended, as far as its page needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Queued or being sent.
    Underway,
    /// The provider took it.
    Sent,
    /// Nobody knows whether it left.
    Unknown,
    /// The provider refused it.
    Refused(Fault),
}

/// The name of a kind of text in the database.
pub fn kind_name(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Verification => "verification",
        TextKind::VerificationOfTakenNumber => "verification_taken",
    }
}

/// The kind of text with that name.
pub fn kind_named(name: &str) -> Option<TextKind> {
    [TextKind::Verification, TextKind::VerificationOfTakenNumber].into_iter().find(|kind| kind_name(*kind) == name)
}
