//! Verify: Twilio's code in Twilio's words, and Twilio compares.
//!
//! Twilio keeps one code per number, whatever it is asked for, and sends the same one again for ten minutes. So what is
//! pending is cancelled before another is started, and a code is checked by the SID of its verification, never by the
//! number (SMS-14).

use serde::Deserialize;
use url::Url;

use super::client::{self, Client};
use super::errors;
use crate::domain::one_time_code::OneTimeCode;
use crate::domain::phone_number::PhoneNumber;
use crate::sms::config::TwilioConfig;
use crate::sms::outcome::{Accepted, CheckFailure, Checked, ConnectionFault, Fault, Refusal, SendFailure};
use crate::sms::refused_connection;

/// The length of our codes; a Verify service can be set to 4 to 10 digits.
const CODE_LENGTH: u32 = 6;

/// One Verify service.
#[derive(Clone)]
pub struct Verify {
    client: Client,
    base: Url,
    service_sid: String,
}

/// What we need of a Verification and of a VerificationCheck.
#[derive(Deserialize)]
struct Verification {
    sid: String,
    status: String,
}

#[derive(Deserialize)]
struct Service {
    code_length: u32,
}

impl Verify {
    /// Uses the service `service_sid` of the account of `twilio`.
    pub(in crate::sms) fn new(client: Client, twilio: &TwilioConfig, service_sid: String) -> Self {
        Self { client, base: twilio.verify_base.clone(), service_sid }
    }

    /// Has Twilio make a code and send it. What the code is for Twilio does not learn: its text is the same for all.
    pub(in crate::sms) async fn start(
        &self,
        to: &PhoneNumber,
        language: &str,
        replaces: &[String],
    ) -> Result<Accepted, SendFailure> {
        for earlier in replaces {
            self.cancel(earlier).await.map_err(nothing_sent)?;
        }
        match self.create(to, Some(language)).await {
            // Twilio answers 404 to a language that it does not have; left out, it goes by the number's country.
            Err(SendFailure::Refused(Refusal { http_status: 404, .. })) => self.create(to, None).await,
            outcome => outcome,
        }
    }

    async fn create(&self, to: &PhoneNumber, language: Option<&str>) -> Result<Accepted, SendFailure> {
        let mut form = vec![("To", to.e164()), ("Channel", "sms"), ("RiskCheck", "enable")];
        form.extend(language.map(|tag| ("Locale", tag)));
        let started: Verification =
            self.client.post("verifications.create", self.url(&["Verifications"]), &form).await?;
        // Verify reports nothing by itself.
        Ok(Accepted { sid: Some(started.sid), status: started.status, report: None })
    }

    /// Asks Twilio whether `code` is the one it sent for the verification `sid`. Each call costs one of five checks.
    pub(in crate::sms) async fn check(&self, sid: &str, code: &OneTimeCode) -> Result<Checked, CheckFailure> {
        let form = [("VerificationSid", sid), ("Code", code.expose())];
        let answer = self.client.post("verification_check.create", self.url(&["VerificationCheck"]), &form).await;
        let checked: Verification = match answer {
            Ok(checked) => checked,
            Err(CheckFailure::Refused(refusal)) => {
                return match errors::of_check(refusal) {
                    Fault::WrongCode => Ok(Checked::Wrong),
                    Fault::Expired => Ok(Checked::Gone),
                    Fault::TooMany => Ok(Checked::OutOfChecks),
                    fault => Err(CheckFailure::Refused(Refusal { fault, ..refusal })),
                };
            }
            Err(failure) => return Err(failure),
        };
        match checked.status.as_str() {
            // Twilio should not answer for another verification; if it ever does, that proves nothing here.
            "approved" if checked.sid == sid => Ok(Checked::Approved),
            "approved" => Err(CheckFailure::Unknown { why: "answer about another verification" }),
            "pending" => Ok(Checked::Wrong),
            "max_attempts_reached" => Ok(Checked::OutOfChecks),
            _ => Ok(Checked::Gone),
        }
    }

    /// Makes a pending verification's code worthless. One that is already gone is as good.
    pub(in crate::sms) async fn cancel(&self, sid: &str) -> Result<(), SendFailure> {
        let url = self.url(&["Verifications", sid]);
        match self.client.post::<Verification>("verifications.update", url, &[("Status", "canceled")]).await {
            Ok(_) | Err(SendFailure::Refused(Refusal { http_status: 404, .. })) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Fetches the service, which changes nothing.
    pub(in crate::sms) async fn check_connection(&self) -> Result<(), ConnectionFault> {
        match self.client.get::<Service>("services.fetch", self.url(&[])).await {
            Ok(service) if service.code_length != CODE_LENGTH => Err(ConnectionFault::CodeLength(service.code_length)),
            Ok(_) => Ok(()),
            Err(failure) => Err(refused_connection(failure, ConnectionFault::ServiceUnknown)),
        }
    }

    fn url(&self, rest: &[&str]) -> Url {
        client::url(&self.base, &[&["v2", "Services", &self.service_sid], rest].concat())
    }
}

/// However the cancelling ended, nothing was sent after it, and cancelling may be repeated freely.
fn nothing_sent(failure: SendFailure) -> SendFailure {
    match failure {
        SendFailure::Unknown { why } => SendFailure::NotReached { retry_after: None, why },
        known => known,
    }
}
