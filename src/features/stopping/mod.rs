//! Stopping a change that a text told of, with the long code in it.
//!
//! - Anybody may, signed in or not: whoever reads a number's texts can object to what happens to the account of it. The
//!   code names the account; it proves nothing and signs nobody in.
//! - A change of number is undone ([`super::phone_change`]). A new password or a recovery that waits is over: what was
//!   begun before has to begin again, with its whole wait.
//! - The code that finishes a recovery is none of these; the page says where it belongs.
//! - A code works once, and no other code of the same wait works after it. Unknown, used and expired ones are answered
//!   alike.
//! - Long codes can be tried 20 times in an hour from one address, here and where a recovery is finished together.

pub mod forms;
pub mod handlers;
pub mod pages;
pub mod stop;
