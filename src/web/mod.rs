//! What all pages share.

pub mod assets;
pub mod clock;
pub mod error_page;
pub mod form;
pub mod markup;
pub mod page;
pub mod words;
