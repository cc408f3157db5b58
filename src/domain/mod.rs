//! Values that are right by construction, one type a file, no input or output.

pub mod country;
pub mod email_address;
pub mod full_name;
pub mod ids;
pub mod one_time_code;
pub mod password;
pub mod phone_number;
pub mod role;
