//! one_time_code
