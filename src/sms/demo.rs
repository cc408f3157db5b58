//! The provider for trying Latchkey out: texts go to an inbox on a page. It lives in memory, so that no code is ever at
//! rest, and answers Twilio's magic numbers as Twilio's test credentials do.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::twilio::errors;
use super::{Accepted, Refusal, SendFailure, Subject};
use crate::domain::phone_number::PhoneNumber;
use crate::web::clock;

/// The oldest text beyond these goes.
const KEPT: usize = 50;

/// Numbers that Twilio's test credentials refuse, and with which code.
/// Source: Twilio, "Test credentials", magic input for `To`.
const MAGIC_NUMBERS: [(&str, u32); 5] = [
    ("+15005550001", 21211),
    ("+15005550002", 21612),
    ("+15005550003", 21408),
    ("+15005550004", 21610),
    ("+15005550009", 21614),
];

/// The newest texts, shared by all clones.
#[derive(Clone, Default)]
pub struct DemoInbox(Arc<Mutex<VecDeque<DemoMessage>>>);

/// One text as it would have come to the phone. No `Debug`: it may hold a code.
#[derive(Clone)]
pub struct DemoMessage {
    /// Who would have got it.
    pub number: PhoneNumber,
    /// What it is about, and the code in it.
    pub subject: Subject,
    /// The text.
    pub body: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Whether a newer text of this kind to this number has made its code worthless. A notice is never replaced.
    pub replaced: bool,
}

impl DemoMessage {
    fn has_a_code_of_the_kind_of(&self, newer: &Subject) -> bool {
        match (&self.subject, newer) {
            (Subject::Code { kind, .. }, Subject::Code { kind: newer, .. }) => kind == newer,
            _ => false,
        }
    }
}

impl DemoInbox {
    /// What came, the newest first.
    pub fn messages(&self) -> Vec<DemoMessage> {
        self.lock().iter().cloned().collect()
    }

    /// Takes a text in, or refuses it as Twilio would.
    pub(super) fn receive(&self, to: &PhoneNumber, subject: &Subject, body: &str) -> Result<Accepted, SendFailure> {
        if let Some((_, code)) = MAGIC_NUMBERS.iter().find(|(number, _)| *number == to.e164()) {
            let (code, http_status) = (Some(*code), 400);
            let fault = errors::of_answer(code, http_status);
            return Err(SendFailure::Refused(Refusal { code, http_status, fault }));
        }
        let mut messages = self.lock();
        for older in messages.iter_mut().filter(|it| it.number == *to && it.has_a_code_of_the_kind_of(subject)) {
            older.replaced = true;
        }
        messages.push_front(DemoMessage {
            number: to.clone(),
            subject: subject.clone(),
            body: body.to_owned(),
            received_at: clock::now(),
            replaced: false,
        });
        messages.truncate(KEPT);
        Ok(Accepted { sid: None, status: "delivered".to_owned(), report: None })
    }

    /// No code runs under the lock that could leave the list half-changed, so a poisoned one is as good as any.
    fn lock(&self) -> MutexGuard<'_, VecDeque<DemoMessage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::country::Country;
    use crate::domain::one_time_code::OneTimeCode;
    use crate::sms::{Fault, NoticeKind, TextKind};

    fn number(typed: &str) -> PhoneNumber {
        PhoneNumber::parse(typed, Country::parse("ET").expect("a country")).expect("a number")
    }

    fn receive(inbox: &DemoInbox, to: &str, code: &str, kind: TextKind) -> Result<Accepted, SendFailure> {
        let subject = Subject::Code { kind, code: OneTimeCode::parse(code).expect("a code") };
        inbox.receive(&number(to), &subject, &format!("Your code is: {code}."))
    }

    #[test]
    fn the_newest_text_comes_first_and_replaces_older_ones_of_its_kind() {
        let inbox = DemoInbox::default();
        for (to, code, kind) in [
            ("+251911234567", "000001", TextKind::Verification),
            ("+251911234568", "000002", TextKind::Verification),
            ("+251911234567", "000003", TextKind::VerificationOfTakenNumber),
            ("+251911234567", "000004", TextKind::Verification),
        ] {
            receive(&inbox, to, code, kind).expect("accepted");
        }
        let seen: Vec<_> = inbox.messages().iter().map(|message| (message.body.clone(), message.replaced)).collect();
        let expected = [("000004", false), ("000003", false), ("000002", false), ("000001", true)]
            .map(|(code, replaced)| (format!("Your code is: {code}."), replaced));
        assert_eq!(seen, expected);
    }

    #[test]
    fn fifty_texts_are_kept_and_clones_share_them() {
        let inbox = DemoInbox::default();
        let page = inbox.clone();
        for number in 0..60 {
            let code = format!("{number:06}");
            receive(&inbox, "+251911234567", &code, TextKind::Verification).expect("accepted");
        }
        let messages = page.messages();
        assert_eq!(messages.len(), 50);
        assert_eq!(messages[49].body, "Your code is: 000010.");
    }

    #[test]
    fn magic_numbers_answer_as_twilios_test_credentials_do() {
        let inbox = DemoInbox::default();
        for (to, code, fault) in [
            ("+15005550001", 21211, Fault::BadNumber),
            ("+15005550002", 21612, Fault::Country),
            ("+15005550003", 21408, Fault::Country),
            ("+15005550004", 21610, Fault::OptedOut),
            ("+15005550009", 21614, Fault::NoSms),
        ] {
            let refused = receive(&inbox, to, "123456", TextKind::Verification);
            let expected = Refusal { code: Some(code), http_status: 400, fault };
            assert_eq!(refused, Err(SendFailure::Refused(expected)));
        }
        assert!(inbox.messages().is_empty());
        assert!(receive(&inbox, "+15005550006", "123456", TextKind::Verification).is_ok());
    }

    #[test]
    fn a_notice_replaces_nothing_and_is_replaced_by_nothing() {
        let inbox = DemoInbox::default();
        let notice = Subject::Notice(NoticeKind::BackupCodeUsed);
        receive(&inbox, "+251911234567", "000001", TextKind::SignIn).expect("accepted");
        for _ in 0..2 {
            inbox.receive(&number("+251911234567"), &notice, "It was used.").expect("accepted");
        }
        receive(&inbox, "+251911234567", "000002", TextKind::StepUp).expect("accepted");
        let replaced: Vec<_> = inbox.messages().iter().map(|message| message.replaced).collect();
        assert_eq!(replaced, [false; 4]);
    }
}
