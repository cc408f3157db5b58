//! Programmable Messaging: our words, with a code of ours or none.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use url::Url;

use super::client::{self, Client};
use crate::domain::phone_number::PhoneNumber;
use crate::sms::config::{Sender, TwilioConfig};
use crate::sms::outcome::{Accepted, ConnectionFault, SendFailure};
use crate::sms::refused_connection;

/// Twilio drops a message that waited longer; it accepts 1 to 36 000 seconds.
const LONGEST_VALIDITY: u64 = 36_000;

/// The Messages resource of one account, and the sender.
#[derive(Clone)]
pub struct Messaging {
    client: Client,
    from: Sender,
    messages: Url,
}

/// What we need of a Message. All other fields may come, go and be null.
#[derive(Deserialize)]
struct Message {
    sid: String,
    #[serde(default)]
    status: Option<String>,
}

impl Messaging {
    /// Sends as `from` through the account of `twilio`.
    pub(in crate::sms) fn new(client: Client, twilio: &TwilioConfig, from: Sender) -> Self {
        // Without `.json` this API answers in XML.
        let segments = ["2010-04-01", "Accounts", &twilio.account_sid, "Messages.json"];
        Self { client, from, messages: client::url(&twilio.api_base, &segments) }
    }

    /// Hands one text to Twilio.
    pub(in crate::sms) async fn send(
        &self,
        to: &PhoneNumber,
        body: &str,
        valid_for: Duration,
    ) -> Result<Accepted, SendFailure> {
        let validity = validity_period(valid_for);
        let sender = match &self.from {
            Sender::PhoneNumber(from) | Sender::Alphanumeric(from) => ("From", from.as_str()),
            Sender::MessagingService(sid) => ("MessagingServiceSid", sid.as_str()),
        };
        let form = [
            ("To", to.e164()),
            sender,
            ("Body", body),
            ("ValidityPeriod", &validity),
            // Twilio's own protection against SMS pumping, behind ours.
            ("RiskCheck", "enable"),
        ];
        let message: Message = self.client.post("messages.create", self.messages.clone(), &form).await?;
        Ok(Accepted { sid: Some(message.sid), status: message.status.unwrap_or_default() })
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
