//! What the page of a confirmation shows.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::phone_number::PhoneNumber;
use crate::features::phone_verifications::pages::{Telling, TextState, Unsent};
use crate::features::two_factor::Method;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::next::Next;
use crate::web::page::{Chrome, Notice};

/// `GET /confirm`, and the answer to a refused `POST` or resend.
#[derive(Template)]
#[template(path = "step_up/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person signs in with. Read by password managers, never shown.
    pub username: String,
    /// The second factor; without one the password is enough.
    pub method: Option<Method>,
    /// The number of the account. Shown masked, and only where the code comes in a text.
    pub phone: Option<PhoneNumber>,
    /// Whether somebody else has proven the number since: then no code goes there.
    pub contested: bool,
    /// How the text stands. None while no text was sent: then the page offers one.
    pub text: Option<TextState>,
    /// Where the person came from and goes on to: one of our own paths.
    pub next: Next,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What is wrong, on `password` and `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl ConfirmPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "confirm-title"))
    }

    /// Whether the code can come in a text.
    fn by_text(&self) -> bool {
        self.method == Some(Method::Sms) && !self.contested
    }

    /// How the text stands, where the code can come in one.
    fn sent(&self) -> Option<TextState> {
        self.text.filter(|_| self.by_text())
    }

    fn can_send(&self) -> bool {
        self.by_text() && self.text.is_none_or(TextState::can_send)
    }

    /// The one thing to do next is to ask for a code: this stands above the form then.
    fn send_is_next(&self) -> bool {
        self.by_text() && self.text.is_none_or(TextState::asks_for_new_code)
    }

    fn send_title(&self) -> String {
        let words = &self.chrome.words;
        match (self.send_is_next(), self.sent()) {
            (true, None) => fl!(words.0, "confirm-text-title"),
            (true, Some(_)) => fl!(words.0, "verify-resend-dead-title"),
            (false, _) => fl!(words.0, "verify-resend-title"),
        }
    }

    fn send_label(&self) -> String {
        let words = &self.chrome.words;
        if self.sent().is_some() { fl!(words.0, "verify-resend") } else { fl!(words.0, "text-me-a-code") }
    }

    /// Where the text went, or will go.
    fn text_lead(&self) -> Sentence {
        let words = &self.chrome.words;
        self.sent().and_then(|text| self.telling()?.code(text.code)).unwrap_or_else(|| {
            let mut parts = Parts::new();
            let number = self.phone.as_ref().map(|phone| parts.tag(phone)).unwrap_or_default();
            parts.put_into(&match self.sent() {
                Some(_) => fl!(words.0, "confirm-unsent", number = number),
                None => fl!(words.0, "confirm-text", number = number),
            })
        })
    }

    fn send_text(&self) -> Option<Sentence> {
        let told = self.telling()?.resend(self.sent()?.resend);
        Some(told.unwrap_or_else(|sends| {
            Parts::new().put_into(&fl!(self.chrome.words.0, "confirm-resend-over", sends = sends))
        }))
    }

    fn unsent(&self) -> Option<Unsent> {
        self.sent().and_then(|text| text.code.unsent())
    }

    fn telling(&self) -> Option<Telling<'_>> {
        let phone = self.phone.as_ref()?;
        Some(Telling { words: &self.chrome.words, phone, now: self.now, clock: self.clock })
    }

    fn code_label(&self) -> Option<String> {
        let words = &self.chrome.words;
        Some(match self.method? {
            Method::Sms if self.contested => fl!(words.0, "backup-code-label"),
            Method::Sms => fl!(words.0, "confirm-code-sms"),
            Method::App => fl!(words.0, "confirm-code-app"),
        })
    }

    fn code_hint(&self) -> String {
        let words = &self.chrome.words;
        match self.method {
            Some(Method::App) => fl!(words.0, "confirm-code-app-hint"),
            _ if self.contested => fl!(words.0, "confirm-code-contested-hint"),
            _ => fl!(words.0, "confirm-code-sms-hint"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use scraper::{ElementRef, Html, Selector};

    use super::*;
    use crate::features::phone_verifications::pages::{CodeState, Resend};
    use crate::web::words::Words;

    fn now() -> DateTime<Utc> {
        "2025-11-22T11:31:00Z".parse().expect("a moment")
    }

    fn chrome() -> Chrome {
        Chrome::signed_in(Words::english(), false)
    }

    fn read(page: &impl Template) -> Html {
        Html::parse_document(&page.render().expect("a page"))
    }

    fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
        page.select(&Selector::parse(selector).expect("a selector")).collect()
    }

    fn confirm(method: Option<Method>, text: Option<TextState>) -> ConfirmPage {
        ConfirmPage {
            chrome: chrome(),
            username: "hanna@example.com".to_owned(),
            method,
            phone: Some(PhoneNumber::from_stored("+251912984567".to_owned())),
            contested: false,
            text,
            next: Next::of_request("/account/two-factor"),
            now: now(),
            clock: Clock::UTC,
            errors: FormErrors::new(),
            notice: None,
        }
    }

    #[test]
    fn without_two_factor_the_password_is_enough() {
        let page = read(&confirm(None, None));
        assert!(all(&page, "[name='code'], [action='/confirm/resend']").is_empty());
        assert_eq!(all(&page, "form[action='/confirm'] [name]").len(), 2, "the password and where to go on");
        assert_eq!(all(&page, "a.up[href='/account/two-factor']").len(), 1);
    }

    #[test]
    fn the_user_name_is_there_for_password_managers_only() {
        let page = read(&confirm(None, None));
        let name = all(&page, "[autocomplete='username']")[0].value();
        assert_eq!(name.attr("value"), Some("hanna@example.com"));
        assert_eq!((name.attr("name"), name.attr("tabindex")), (None, Some("-1")));
    }

    #[test]
    fn the_code_of_an_app_and_a_backup_code_go_into_one_field() {
        let page = read(&confirm(Some(Method::App), None));
        let code = all(&page, "#code")[0].value();
        assert_eq!(code.attr("autocomplete"), Some("one-time-code"));
        assert_eq!(code.attr("inputmode"), None, "a keyboard of digits could not write a backup code");
        assert!(all(&page, "[action='/confirm/resend']").is_empty());
    }

    #[test]
    fn a_text_is_asked_for_before_the_rest_is_filled_in() {
        let page = read(&confirm(Some(Method::Sms), None));
        let forms: Vec<_> =
            all(&page, "main form").iter().map(|it| it.value().attr("action").map(str::to_owned)).collect();
        assert_eq!(forms, [Some("/confirm/resend".to_owned()), Some("/confirm".to_owned())]);
        assert_eq!(all(&page, "[action='/confirm/resend'] button:not(.second)").len(), 1);
        assert_eq!(all(&page, "[name='next'][value='/account/two-factor']").len(), 2);
        let code = CodeState::Sent { expires_at: now() + TimeDelta::minutes(5) };
        let page = read(&confirm(Some(Method::Sms), Some(TextState { code, resend: Resend::Now })));
        let forms: Vec<_> =
            all(&page, "main form").iter().map(|it| it.value().attr("action").map(str::to_owned)).collect();
        assert_eq!(forms, [Some("/confirm".to_owned()), Some("/confirm/resend".to_owned())]);
    }

    #[test]
    fn nothing_is_texted_to_a_number_that_somebody_else_has_proven() {
        let code = CodeState::Sent { expires_at: now() + TimeDelta::minutes(5) };
        let text = Some(TextState { code, resend: Resend::Now });
        let page = read(&ConfirmPage { contested: true, ..confirm(Some(Method::Sms), text) });
        assert!(all(&page, "[action='/confirm/resend'], .tag").is_empty());
        assert_eq!(all(&page, "label[for='code']")[0].inner_html(), "Backup code");
    }
}
