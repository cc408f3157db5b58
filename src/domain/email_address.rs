//! email_address
