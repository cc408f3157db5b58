//! Authenticator apps: six digits that app and server work out of a shared secret and the time (TOTP, RFC 6238).
//!
//! - The secret has 160 bits and is made here, never by the person. It is shown once, as a QR code and as text. TOT-03.
//! - It is stored sealed, and opens for its account only. TOT-04.
//! - A code counts in its 30 seconds and in the 30 after them: people type slowly, and clocks differ. TOT-02.
//! - What was accepted is a step, not a text: a code works once, in whatever spelling. TOT-01.
//! - SHA-1, six digits and 30 seconds, for these are what every app understands.

mod code;
mod qr;
mod secret;

pub use code::{PERIOD, TotpStep, matching_step};
pub use qr::{NotDrawn, Qr};
pub use secret::{OpenedSecret, TotpSecret};

pub fn check(_: &mut diesel::PgConnection, _: &crate::crypto::keys::KeyRing, _: crate::domain::ids::UserId, _: &crate::domain::one_time_code::OneTimeCode, _: chrono::DateTime<chrono::Utc>) -> Result<Option<TotpStep>, crate::db::DbError> { todo!() }
pub fn consume(_: &mut diesel::PgConnection, _: crate::domain::ids::UserId, _: TotpStep) -> Result<bool, crate::db::DbError> { todo!() }
