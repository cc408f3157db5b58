//! Giving the account an email address, another one, or none.
//!
//! - The address signs in beside the number, so it is changed with a fresh proof only, ends all other sessions and trusted
//!   devices, and the owner is told on every number (REC-07).
//! - Maids may leave it empty, but not while somebody else has proven their number: then nothing would open the account.
//! - An address that belongs to another account is refused in words, and whoever asks three times in a day is not answered
//!   any more, whatever they ask for: nobody tests an address book here (AUT-10).
//! - Nothing is sent to the address, and it is not proven: it gives no right to anything but this account's sign-in (B-11).

pub mod change_email;
pub mod handlers;
pub mod pages;
