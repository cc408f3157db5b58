//! People: finding them, seeing how their accounts stand, and helping who is stuck.
//!
//! - They are found by email address, by number in any spelling (also where somebody else has proven it since), by the words
//!   of their names and how these begin, and by the account's id. What was looked for is not in the log.
//! - A person's page shows no secret and no whole number, and has nothing that sets one (REC-04).
//! - An act is a page of its own: what it does, what the owner hears, and why. It happens once, in one transaction with the
//!   rows that tell of it, and the owner is told at every number. Of two who press at once the second finds that it is done.
//! - The account that acts and the one that is acted on are held in one order, and whoever acts still has to be in then. Nobody
//!   acts on their own account here. So whoever acted last is left and can enter: no number of administrators who shut each
//!   other out at once ends with none. Administrators cannot be deleted, and no form changes a role.
//! - Who has the right password for an account that is disabled, or that has to set a new one, hears what everybody hears who
//!   has a wrong one. Else a thief would learn that it is right.
//! - A recovery is what `latchkey recovery` starts, with its 72 hours; here one under way is cancelled before another starts.

pub mod act;
pub mod deed;
pub mod forms;
pub mod handlers;
pub mod pages;
pub mod search;
pub mod start_recovery;
pub mod store;

/// Accounts on one page.
pub const PAGE: usize = 25;
/// Things that happened, on one page.
pub const PAGE_OF_EVENTS: usize = 20;
