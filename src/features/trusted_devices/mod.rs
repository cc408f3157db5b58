pub mod store;
pub const LIFETIME_DAYS: i32 = 30;
