//! `/admin/activity`: the audit trail, the newest first, to look through and to take along.
//!
//! - It is read only, like the trail itself. Looking at it is not an act.
//! - Who did something is told by email address as long as the account is there, and by the account's id afterwards.
//! - An act or a subject that this release does not know is shown by its name.
//! - The file has the same rows as the page, all of them; what a spreadsheet would take for a formula is none in it.

pub mod csv;
pub mod forms;
pub mod handlers;
pub mod pages;
