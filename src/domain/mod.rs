//! Values that are right by construction, one type a file, no input or output.
//!
//! Whatever a person types becomes one of these at the edge, once, in its one canonical form (D-8); from there on the
//! type is the proof. Refusals are enums without words: pages put them into the reader's language.

pub mod action_code;
pub mod backup_code;
pub mod brake_reference;
pub mod browser_name;
mod characters;
pub mod city;
pub mod client_address;
pub mod count;
pub mod country;
pub mod email_address;
pub mod full_name;
pub mod ids;
pub mod message_reference;
pub mod one_time_code;
pub mod password;
pub mod phone_number;
pub mod prose;
pub mod remark;
pub mod role;
pub mod text;
