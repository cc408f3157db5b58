//! The page of the settings.
//!
//! - One form has all of them, and one button saves them: what is out of bounds is told beside its field, and then
//!   nothing at all is saved.
//! - The form carries the version that it was made of. When somebody else has saved since, it comes back with what was
//!   typed and with what holds now; pressing the button again is a decision then.
//! - Each change is written down with what was and what is.
//! - Credentials are the environment's. The page says which are there, and lets one try whether they work.

pub mod forms;
pub mod handlers;
pub mod pages;
