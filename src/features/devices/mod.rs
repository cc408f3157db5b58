//! Where an account is signed in, and which browsers it trusts, for its owner to see and end (SES-09).
//!
//! - Only what still holds is shown.
//! - Ending and forgetting ask for a fresh proof: whoever finds a phone unlocked must not shut its owner out elsewhere.
//! - Another account's session or device is as unknown as none (AUZ-03).

pub mod handlers;
pub mod pages;
