//! Authenticator apps: six digits that app and server work out of a shared secret and the time (TOTP, RFC 6238).
//!
//! - The secret has 160 bits and is made here, never by the person. It is shown once, as a QR code and as text. TOT-03.
//! - It is stored sealed, and opens for its account only. TOT-04.
//! - A code counts in its 30 seconds and in the 30 after them: people type slowly, and clocks differ. TOT-02.
//! - What was accepted is a step, not a text: a code works once, in whatever spelling. TOT-01.
//! - SHA-1, six digits and 30 seconds, for these are what every app understands.

mod check;
mod code;
pub mod enrol;
mod qr;
mod secret;
pub mod store;

pub use check::{CheckFailed, check};
pub use code::{PERIOD, TotpStep, matching_step};
pub use qr::{NotDrawn, Qr};
pub use secret::{OpenedSecret, TotpSecret};
