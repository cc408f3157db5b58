//! phone_number
