//! What all pages share.

pub mod assets;
pub mod body;
pub mod chart;
pub mod client_address;
pub mod clock;
pub mod cookies;
pub mod cross_site;
pub mod devices;
pub mod error;
pub mod error_page;
pub mod fence;
pub mod figures;
pub mod form;
pub mod headers;
pub mod host;
pub mod log;
pub mod markup;
pub mod next;
pub mod page;
pub mod principal;
pub mod request;
pub mod words;
