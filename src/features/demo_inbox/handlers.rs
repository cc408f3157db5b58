//! One function for each GET and POST.

use super::pages::{InboxMessage, InboxPage, MessageKind};
use crate::{
    domain::country::Country,
    features::sessions::principals::Visitor,
    sms::{DemoMessage, SmsProvider, Subject},
    web::{
        clock::Clock,
        error::{Answer, PageError},
        page,
    },
};

/// `GET /demo/inbox`
pub async fn show(visitor: Visitor) -> Answer {
    let SmsProvider::Demo(inbox) = &visitor.app.sms else { return Err(PageError::NotFound) };
    let messages = inbox.messages().into_iter().map(shown).collect();
    page::ok(InboxPage { chrome: visitor.chrome(), messages, clock: Clock::of(Country::HOME[0]) })
}

fn shown(message: DemoMessage) -> InboxMessage {
    let (kind, code) = match message.subject {
        Subject::Code { kind, code } => (MessageKind::of(kind), Some(code.grouped())),
        Subject::Notice(_) => (MessageKind::Notice, None),
    };
    let DemoMessage { number: phone, body, received_at: at, replaced, .. } = message;
    InboxMessage { kind, phone, body, code, at, replaced }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{one_time_code::OneTimeCode, phone_number::PhoneNumber},
        sms::{NoticeKind, TextKind},
    };

    fn received(subject: Subject) -> DemoMessage {
        DemoMessage {
            number: PhoneNumber::from_stored("+251911234567".to_owned()),
            subject,
            body: "What it says.".to_owned(),
            received_at: crate::web::clock::now(),
            replaced: false,
        }
    }

    #[test]
    fn aut_08_a_notice_is_shown_without_a_code() {
        let notice = shown(received(Subject::Notice(NoticeKind::TwoFactorOff)));
        assert_eq!((notice.kind, notice.code, notice.body.as_str()), (MessageKind::Notice, None, "What it says."));
    }

    #[test]
    fn a_code_is_shown_with_what_it_is_for() {
        for (kind, expected) in [
            (TextKind::Verification, MessageKind::Verification),
            (TextKind::VerificationOfTakenNumber, MessageKind::Verification),
            (TextKind::SignIn, MessageKind::SignIn),
            (TextKind::StepUp, MessageKind::StepUp),
        ] {
            let code = OneTimeCode::parse("077254").expect("a code");
            let text = shown(received(Subject::Code { kind, code }));
            assert_eq!((text.kind, text.code.as_deref()), (expected, Some("077 254")));
        }
    }
}
