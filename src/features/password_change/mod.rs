//! Changing the password with the one before (PWD-02).
//!
//! - The present password is asked for in any case, paid for like a confirmation before it is compared, and out of the same
//!   account: this page is no side door for guessing (L-7). Without two-factor it is the proof; with two-factor a fresh
//!   proof is needed besides.
//! - The new one is rated as everywhere and must differ from the present one.
//! - It ends all other sessions, half-finished sign-ins, resets and trusted devices; this session goes on with a new token,
//!   and the owner is told on every number.
//! - Of two changes at once one wins. A second press of the same button finds what the first has done and says so.
//! - `/.well-known/change-password` leads here, for programs that keep passwords.

pub mod change_password;
pub mod forms;
pub mod handlers;
pub mod pages;
