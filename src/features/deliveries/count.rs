//! Counting what reports tell.

use diesel::PgConnection;

use crate::{
    domain::ids::MessageId,
    features::messages,
    metrics,
    sms::{DeliveryStatus, Report, twilio::errors},
};

/// How something became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Learnt {
    /// Twilio has reported it by itself.
    Told,
    /// We have asked, at a time of our own choosing, which says nothing about when it happened.
    ByAsking,
}

/// Counts a status that is news, once it is committed. Counting that fails is no fault of the report.
pub fn news(conn: &mut PgConnection, message: MessageId, report: &Report, learnt: Learnt) {
    if !metrics::is_on() {
        return;
    }
    match messages::store::find_heard_of(conn, message) {
        Ok(Some(text)) => {
            let timely = report.status == DeliveryStatus::Delivered && learnt == Learnt::Told;
            let arrived_after = text.asked_for.filter(|_| timely);
            let error = errors::counted(report.error_code);
            metrics::delivery(text.to.as_ref(), report.status.as_str(), error, arrived_after);
        }
        Ok(None) => {}
        Err(error) => log::warn!("event=report_not_counted message={message} error={:?}", error.to_string()),
    }
}
