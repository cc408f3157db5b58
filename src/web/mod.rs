//! What all pages share.

pub mod assets;
pub mod form;
pub mod markup;
pub mod page;
pub mod words;
