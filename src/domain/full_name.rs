//! full_name
