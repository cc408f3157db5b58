//! Proving once more to be the owner, before a sensitive change (RFC 9470; ASVS 7.5.1).
//!
//! - The password, and with two-factor on also a code: of the app, of a text that the page sends when asked, or a backup
//!   code. A trusted device excuses from nothing here (DEV-01).
//! - Wrong passwords have a count of their own for each account, which strangers at the sign-in cannot use up; wrong codes
//!   count on the account's one counter.
//! - A right proof gives the session a new token and holds for 5 minutes; it belongs to this session's row.
//! - The person returns to the page they came from.

pub mod confirm;
pub mod forms;
pub mod handlers;
pub mod pages;
pub mod text_code;
