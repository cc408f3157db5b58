//! The texts that demo mode did not send, for whoever tries Latchkey out on their own computer.

pub mod pages;
