//! Browsers that are excused from the second step.
//!
//! - Only where the person asked for it, after a real second factor, never for administrators and never by a backup code.
//! - For 30 days from then on, whatever happens in between; an account has at most 5, and one more ends the oldest.
//! - They carry the account's epoch: every change of password, number or factor ends them all, and so does the use of a
//!   backup code. DEV-01 to DEV-03, BKP-04.
//! - They excuse from the second step only; a confirmation asks for the real factor.

pub mod store;

/// Days for which a browser is excused.
pub const LIFETIME_DAYS: i32 = 30;
/// Trusted devices of one account.
pub const MOST_DEVICES: i64 = 5;
