//! Programmable Messaging: our words, with a code of ours or none.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

use super::client::{self, Client};
use crate::sms::config::{Sender, TwilioConfig};
use crate::sms::delivery::{DeliveryStatus, Price, Report};
use crate::sms::outcome::{Accepted, ConnectionFault, SendFailure};
use crate::sms::{Outgoing, refused_connection};

/// Twilio drops a message that waited longer; it accepts 1 to 36 000 seconds.
const LONGEST_VALIDITY: u64 = 36_000;

/// The Messages resource of one account, and the sender.
#[derive(Clone)]
pub struct Messaging {
    client: Client,
    from: Sender,
    base: Url,
    account_sid: String,
    messages: Url,
}

/// What we need of a Message. All other fields may come, go and be null.
#[derive(Deserialize)]
struct Message {
    sid: String,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    error_code: Option<u32>,
    #[serde(default)]
    num_segments: Option<String>,
    #[serde(default)]
    price: Option<String>,
    #[serde(default)]
    price_unit: Option<String>,
}

impl Message {
    /// None for a status that Twilio has invented since.
    fn report(self) -> Option<Report> {
        let status = DeliveryStatus::parse(&self.status?)?;
        let segments = self.num_segments.and_then(|number| number.parse().ok()).filter(|number| *number > 0);
        let price = self.price.zip(self.price_unit).and_then(|(amount, unit)| Price::parse(&amount, &unit));
        Some(Report { sid: self.sid, status, error_code: self.error_code, segments, price })
    }
}

impl Messaging {
    /// Sends as `from` through the account of `twilio`.
    pub(in crate::sms) fn new(client: Client, twilio: &TwilioConfig, from: Sender) -> Self {
        // Without `.json` this API answers in XML.
        let segments = ["2010-04-01", "Accounts", &twilio.account_sid, "Messages.json"];
        Self {
            client,
            from,
            base: twilio.api_base.clone(),
            account_sid: twilio.account_sid.clone(),
            messages: client::url(&twilio.api_base, &segments),
        }
    }

    /// Hands one text to Twilio.
    pub(in crate::sms) async fn send(&self, text: &Outgoing, body: &str) -> Result<Accepted, SendFailure> {
        let validity = validity_period(text.valid_for);
        let sender = match text.sender.as_ref().unwrap_or(&self.from) {
            Sender::PhoneNumber(from) | Sender::Alphanumeric(from) => ("From", from.as_str()),
            Sender::MessagingService(sid) => ("MessagingServiceSid", sid.as_str()),
        };
        let mut form = vec![
            ("To", text.to.e164()),
            sender,
            ("Body", body),
            ("ValidityPeriod", &validity),
            // Twilio's own protection against SMS pumping, behind ours.
            ("RiskCheck", "enable"),
        ];
        form.extend(text.report_to.as_deref().map(|url| ("StatusCallback", url)));
        let message: Message = self.client.post("messages.create", self.messages.clone(), &form).await?;
        let (sid, status) = (Some(message.sid.clone()), message.status.clone().unwrap_or_default());
        Ok(Accepted { sid, status, report: message.report() })
    }

    /// Fetches one message of the account.
    pub(in crate::sms) async fn fetch(&self, sid: &str) -> Result<Option<Report>, SendFailure> {
        let segments = ["2010-04-01", "Accounts", &self.account_sid, "Messages", &format!("{sid}.json")];
        let url = client::url(&self.base, &segments);
        let message: Message = self.client.get("messages.fetch", url).await?;
        Ok(message.report().filter(|report| report.sid == sid))
    }

    /// Asks for one message of the account, which changes nothing.
    pub(in crate::sms) async fn check_connection(&self) -> Result<(), ConnectionFault> {
        let mut url = self.messages.clone();
        url.query_pairs_mut().append_pair("PageSize", "1");
        match self.client.get::<IgnoredAny>("messages.list", url).await {
            Ok(_) => Ok(()),
            Err(failure) => Err(refused_connection(failure, ConnectionFault::AccountUnknown)),
        }
    }
}

/// A text that still waits when its code has expired, or its news is old, is of no use to anybody.
fn validity_period(life: Duration) -> String {
    life.as_secs().clamp(1, LONGEST_VALIDITY).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_validity_period_stays_within_what_twilio_takes() {
        for (life, period) in [(0, "1"), (1, "1"), (600, "600"), (36_000, "36000"), (86_400, "36000")] {
            assert_eq!(validity_period(Duration::from_secs(life)), period);
        }
    }
}
