//! Everything that is kept about an account: for its owner to see and to take along, and the way out.
//!
//! - `/account/data` says in plain words what is kept and for how long. Whoever has just proven to be the owner can
//!   download all of it, as a page to read or as a file for programs (SES-10). [`inventory`] decides what is in it: every
//!   row about the account, but no secret, and nothing that tells of other people's accounts.
//! - Deleting asks for a fresh proof and for the password. It signs everybody out, tells the owner on every number there is,
//!   and waits 14 days. In that time all works as before, and whoever signs in is asked to keep the account: a sign-in proves
//!   the owner, for the request has ended everything that was signed in before it.
//! - When the time is over the account is nobody's, from that moment on and not only once housekeeping has come: it is not
//!   signed in to, gets no text that opens it, and its number and its email address are free.
//! - What happened to it stays as long as for others, under a keyed hash that says nobody's name.
//! - Administrators' accounts are not deleted here: somebody has to run the service.

pub mod cancel_deletion;
pub mod delete;
pub mod download;
pub mod file;
pub mod forms;
pub mod handlers;
pub mod inventory;
pub mod kept;
pub mod pages;
pub mod request_deletion;
pub mod store;

/// Days for which an account is kept after its owner has asked for its deletion.
pub const DELETION_DAYS: i32 = 14;
