//! `/admin`: what needs attention, then how the day or the month goes.
//!
//! - What needs attention stands first, the worst of it at the head, and each of it leads to where it is solved. When there is
//!   nothing, the page says so.
//! - Figures are told for 24 hours beside the 24 before, and for 30 days beside the 30 before; the hour or day that runs is
//!   the last of them.
//! - No figure is counted from what may be millions of rows: texts and what happened to accounts are kept by hours.
//! - Each chart says in words what it shows, and all figures stand in a table too.
//! - Nobody is named here, and no number is shown.

pub mod handlers;
pub mod look;
pub mod pages;
