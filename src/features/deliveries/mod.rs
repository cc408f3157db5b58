//! Deliveries: what becomes of a text after Twilio has taken it.
//!
//! - Twilio reports to `/webhooks/twilio/status`. A report counts only with a signature over the address that we gave
//!   Twilio, which names the message (SMS-12). It is asked for where Twilio can reach us, over https, and where the auth
//!   token is known that signs it.
//! - Reports come late, twice, in any order, or before the answer to the call that they are about. The status only moves
//!   forward; what is unknown changes nothing and is answered like the rest, so that Twilio does not repeat it.
//! - What never came, and the price, which Twilio knows only later, is asked for ([`look_up`]).
//! - Nothing about codes or accounts hangs on any of it: what a carrier claims is a claim. One thing follows: a message
//!   of which nobody knew whether Twilio had it was sent, if Twilio speaks of it.

pub mod count;
pub mod handlers;
pub mod hear;
pub mod look_up;
pub mod signed;
pub mod store;

/// Where Twilio reports to.
pub const PATH: &str = "/webhooks/twilio/status";

/// The address for reports about a message, on our origin.
///
/// By default Twilio repeats a report only when it could not connect, once. The fragment, which Twilio neither sends nor
/// signs, asks for three tries also after a timeout and after our own faults. Source: Twilio, "Connection overrides".
pub fn report_to(origin: &str, message: crate::domain::ids::MessageId) -> String {
    format!("{origin}{PATH}?message={message}#rc=3&rp=5xx,ct,rt")
}
