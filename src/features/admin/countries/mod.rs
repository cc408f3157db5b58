//! `/admin/countries`: where texts may go, from whom, and what they may cost; and the one button that stops all texts to
//! numbers that nobody has proven.
//!
//! - A change holds at once on every instance: the policy is read for each text.
//! - Every field has bounds in code, which no form gets around.
//! - Of two administrators who change one country at once the second sees what the first has saved, and what is typed
//!   stays on the page.
//! - Each change is in the audit trail, with how it was before and how it is since.

pub mod forms;
pub mod handlers;
pub mod pages;
