//! Text messages: the providers that carry them and every text we send.

pub mod twilio;
