//! The address that Twilio reports to.

use actix_web::HttpResponse;

use super::{
    hear::{Heard, hear},
    signed::SignedByTwilio,
};
use crate::{
    db::DbError,
    domain::ids::MessageId,
    sms::{DeliveryStatus, Report},
};

/// `POST /webhooks/twilio/status`: 204 to whatever Twilio has signed, so that it is not repeated; 503 when the database
/// does not answer, so that it is.
pub async fn report_status(twilio: SignedByTwilio) -> HttpResponse {
    let message = twilio.of_query("message").and_then(|id| id.parse().ok()).map(MessageId);
    let Some((message, report)) = message.zip(report(&twilio)) else {
        log::debug!("event=report_of_no_use");
        return HttpResponse::NoContent().finish();
    };
    let status = report.status.as_str();
    let heard = twilio.app.db.run(move |conn| Ok::<_, DbError>((hear(conn, message, &report)?, report))).await;
    match heard {
        Ok((Heard::News, Report { error_code: Some(code), .. })) => {
            log::warn!("event=sms_report message={message} status={status} code={code}");
        }
        Ok((Heard::News, _)) => log::info!("event=sms_report message={message} status={status}"),
        Ok((Heard::Nothing, _)) => log::debug!("event=sms_report message={message} status={status} news=no"),
        Err(error) => {
            log::error!("event=report_lost message={message} error={:?}", error.to_string());
            return HttpResponse::ServiceUnavailable().finish();
        }
    }
    HttpResponse::NoContent().finish()
}

/// What the form says. None when it is about something else, or in words that Twilio has invented since.
fn report(twilio: &SignedByTwilio) -> Option<Report> {
    let sid = twilio.field("MessageSid").or_else(|| twilio.field("SmsSid"))?;
    let status = twilio.field("MessageStatus").or_else(|| twilio.field("SmsStatus"))?;
    let is_sid = sid.len() == 34 && sid.is_ascii();
    is_sid.then_some(())?;
    Some(Report {
        sid: sid.to_owned(),
        status: DeliveryStatus::parse(status)?,
        error_code: twilio.field("ErrorCode").and_then(|code| code.parse().ok()),
        segments: None,
        price: None,
    })
}
