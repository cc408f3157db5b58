//! One function for each GET and POST.

use super::pages::{InboxMessage, InboxPage, MessageKind};
use crate::{
    domain::country::Country,
    features::sessions::principals::Visitor,
    sms::{SmsProvider, TextKind},
    web::{
        clock::Clock,
        error::{Answer, PageError},
        page,
    },
};

/// `GET /demo/inbox`
pub async fn show(visitor: Visitor) -> Answer {
    let SmsProvider::Demo(inbox) = &visitor.app.sms else { return Err(PageError::NotFound) };
    let messages = inbox.messages().into_iter().map(|message| InboxMessage {
        kind: match message.kind {
            TextKind::Verification | TextKind::VerificationOfTakenNumber => MessageKind::Verification,
            TextKind::SignIn => MessageKind::SignIn,
            TextKind::StepUp => MessageKind::StepUp,
        },
        phone: message.number,
        body: message.body,
        code: message.code.map(|code| code.grouped()),
        at: message.received_at,
        replaced: message.replaced,
    });
    let messages = messages.collect();
    page::ok(InboxPage { chrome: visitor.chrome(), messages, clock: Clock::of(Country::HOME[0]) })
}
