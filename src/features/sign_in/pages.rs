//! What the pages of a sign-in show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::country::Country;
use crate::domain::phone_number::PhoneNumber;
pub use crate::features::phone_verifications::pages::TextState;
use crate::features::phone_verifications::pages::{Telling, Unsent};
use crate::features::two_factor::Method;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Chrome, Notice};

/// `GET /login`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "sign_in/login.html")]
pub struct LoginPage {
    /// The frame.
    pub chrome: Chrome,
    /// What was typed. A new form has [`LoginEcho::default`].
    pub form: LoginEcho,
    /// What is wrong with it, on `identifier`, `country`, `password`. A refused sign-in stands on `password`, whatever
    /// was wrong.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What a sign-in form shows again. A password never is.
#[derive(Clone, Debug)]
pub struct LoginEcho {
    /// As typed.
    pub identifier: String,
    /// The choice, or the country the form starts with.
    pub country: Country,
    /// The page that the person wanted, one of ours.
    pub next: Option<String>,
}

impl Default for LoginEcho {
    fn default() -> Self {
        let [country, ..] = Country::HOME;
        Self { identifier: String::new(), country, next: None }
    }
}

impl LoginPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "login-title"))
    }
}

/// `GET /login/verify`, and the answer to a refused code or resend.
#[derive(Template)]
#[template(path = "sign_in/second_step.html")]
pub struct SecondStepPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where the code comes from.
    pub method: Method,
    /// The number of the account. Shown masked, and only where the code comes in a text.
    pub phone: Option<PhoneNumber>,
    /// How the text stands. None for an app, and while no text was sent: then the page offers one.
    pub text: Option<TextState>,
    /// Whether the box that trusts this device was ticked.
    pub remember: bool,
    /// Whether a device can be trusted at all.
    pub may_trust: bool,
    /// Until when it would be.
    pub trust_until: DateTime<Utc>,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows: that of the number's country.
    pub clock: Clock,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl SecondStepPage {
    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &self.heading())
    }

    fn heading(&self) -> String {
        let words = &self.chrome.words;
        let usual = fl!(words.0, "second-step-title");
        match self.text {
            Some(text) => text.code.heading(usual, words),
            None if self.awaits_text() => fl!(words.0, "second-step-ask-title"),
            None => usual,
        }
    }

    fn telling(&self) -> Option<Telling<'_>> {
        let phone = self.phone.as_ref()?;
        Some(Telling { words: &self.chrome.words, phone, now: self.now, clock: self.clock })
    }

    fn lead(&self) -> Sentence {
        let words = &self.chrome.words;
        let mut parts = Parts::new();
        match (self.method, self.text) {
            (Method::App, _) => parts.put_into(&fl!(words.0, "second-step-app-lead")),
            (Method::Sms, None) => {
                let number = self.phone.as_ref().map(|phone| parts.tag(phone)).unwrap_or_default();
                parts.put_into(&fl!(words.0, "second-step-ask-lead", number = number))
            }
            (Method::Sms, Some(text)) => {
                self.telling().and_then(|telling| telling.code(text.code)).unwrap_or_else(|| {
                    let number = self.phone.as_ref().map(|phone| parts.tag(phone)).unwrap_or_default();
                    parts.put_into(&fl!(words.0, "second-step-unsent-lead", number = number))
                })
            }
        }
    }

    fn by_app(&self) -> bool {
        self.method == Method::App
    }

    /// The code comes in a text, and none was sent: the one thing to do is to ask for it.
    fn awaits_text(&self) -> bool {
        !self.by_app() && self.text.is_none()
    }

    /// Whether there is a code that can be entered. A dead one keeps its field while the page says so beside it.
    fn takes_a_code(&self) -> bool {
        self.by_app() || self.text.is_some_and(|text| text.code.is_live()) || self.errors.of("code").is_some()
    }

    fn unsent(&self) -> Option<Unsent> {
        self.text.and_then(|text| text.code.unsent())
    }

    fn can_send(&self) -> bool {
        self.awaits_text() || self.text.is_some_and(TextState::can_send)
    }

    fn send_is_next(&self) -> bool {
        self.awaits_text() || self.text.is_some_and(TextState::asks_for_new_code)
    }

    /// No code is there, and none can come: only a backup code goes on from here.
    fn backup_code_is_next(&self) -> bool {
        !self.takes_a_code() && !self.can_send()
    }

    fn resend_title(&self) -> String {
        let words = &self.chrome.words;
        if self.send_is_next() || !self.takes_a_code() {
            fl!(words.0, "verify-resend-dead-title")
        } else {
            fl!(words.0, "verify-resend-title")
        }
    }

    fn resend_text(&self) -> Option<Sentence> {
        let told = self.telling()?.resend(self.text?.resend);
        Some(told.unwrap_or_else(|sends| {
            let mut parts = Parts::new();
            let (login, end) = (parts.link("/login"), parts.end());
            let words = &self.chrome.words;
            parts.put_into(&fl!(words.0, "second-step-resend-over", sends = sends, login = login, end = end))
        }))
    }

    fn trust_hint(&self) -> String {
        let date = self.clock.date(self.trust_until, &self.chrome.words);
        fl!(self.chrome.words.0, "second-step-trust-hint", date = date)
    }
}

/// `GET /login/backup-code`, and the answer to a refused code.
#[derive(Template)]
#[template(path = "sign_in/backup_code.html")]
pub struct BackupCodePage {
    /// The frame.
    pub chrome: Chrome,
    /// Where codes come from usually: the way back.
    pub method: Method,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl BackupCodePage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "login-backup-code-title"))
    }

    /// Where the way back leads. To the other code, unless the page has just said that it does not count.
    fn back(&self) -> (&'static str, String) {
        let words = &self.chrome.words;
        if matches!(self.notice, Some(Notice::OnlyBackupCode | Notice::CodeNotPossible)) {
            return ("/login", fl!(words.0, "second-step-again"));
        }
        let label = match self.method {
            Method::Sms => fl!(words.0, "login-backup-code-use-text"),
            Method::App => fl!(words.0, "login-backup-code-use-app"),
        };
        ("/login/verify", label)
    }

    fn help(&self) -> Sentence {
        let mut parts = Parts::new();
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "login-backup-code-none", help = help, end = end))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use scraper::{ElementRef, Html, Selector};

    use super::*;
    use crate::features::phone_verifications::pages::{CodeState, Resend};
    use crate::web::form::Problem;
    use crate::web::words::Words;

    fn now() -> DateTime<Utc> {
        "2025-11-22T11:31:00Z".parse().expect("a moment")
    }

    fn chrome() -> Chrome {
        Chrome::new(Words::english(), false)
    }

    fn read(page: &impl Template) -> Html {
        Html::parse_document(&page.render().expect("a page"))
    }

    fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
        page.select(&Selector::parse(selector).expect("a selector")).collect()
    }

    fn text(page: &Html, selector: &str) -> String {
        let texts = all(page, selector).into_iter().flat_map(|it| it.text().collect::<Vec<_>>());
        texts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn second_step(method: Method, text: Option<TextState>) -> SecondStepPage {
        SecondStepPage {
            chrome: chrome(),
            method,
            phone: Some(PhoneNumber::from_stored("+251912984567".to_owned())),
            text,
            remember: false,
            may_trust: true,
            trust_until: now() + TimeDelta::days(30),
            now: now(),
            clock: Clock::of(Country::HOME[0]),
            errors: FormErrors::new(),
            notice: None,
        }
    }

    fn sent() -> SecondStepPage {
        let code = CodeState::Sent { expires_at: now() + TimeDelta::minutes(5) };
        second_step(Method::Sms, Some(TextState { code, resend: Resend::Now }))
    }

    fn dead(code: CodeState, resend: Resend) -> Html {
        read(&second_step(Method::Sms, Some(TextState { code, resend })))
    }

    fn refused_login() -> Html {
        let errors = FormErrors::on("password", Problem::SignInWrong.in_words(&Words::english()));
        let (country, next) = (Country::HOME[2], Some("/account/devices".to_owned()));
        let form = LoginEcho { identifier: "0501234567".to_owned(), country, next };
        read(&LoginPage { chrome: chrome(), form, errors, notice: None })
    }

    #[test]
    fn a_refused_sign_in_comes_back_as_typed_but_without_the_password() {
        let page = refused_login();
        assert_eq!(all(&page, "#identifier")[0].value().attr("value"), Some("0501234567"));
        assert_eq!(all(&page, "#country option[selected]")[0].value().attr("value"), Some("AE"));
        assert_eq!(all(&page, "[type='hidden'][name='next']")[0].value().attr("value"), Some("/account/devices"));
        let password = all(&page, "#password[autofocus]")[0].value();
        assert_eq!(password.attr("value"), None);
        assert_eq!(password.attr("autocomplete"), Some("current-password"));
        assert_eq!(password.attr("aria-describedby"), Some("password-hint password-error"));
        assert_eq!(text(&page, "#password-error"), "That does not fit. Check what you typed, and try again.");
    }

    #[test]
    fn a_sign_in_asks_who_then_where_then_the_password() {
        let page =
            read(&LoginPage { chrome: chrome(), form: LoginEcho::default(), errors: FormErrors::new(), notice: None });
        let names: Vec<_> =
            all(&page, "form [name]").iter().filter_map(|it| it.value().attr("name").map(str::to_owned)).collect();
        assert_eq!(names, ["identifier", "country", "password"]);
        assert!(all(&page, "[autofocus], [value]:not(option)").is_empty());
        assert_eq!(all(&page, "a[href='/register']").len(), 1);
    }

    #[test]
    fn the_second_step_says_where_the_text_went_and_how_long_a_device_is_trusted() {
        let page = read(&sent());
        assert_eq!(text(&page, ".lead"), "It went to *****4567 and works for 5 minutes, until 14:36.");
        let hint = "Until 22 December 2025 we will not ask for a code here. Only for a device that nobody else uses.";
        assert_eq!(text(&page, "#remember_device-hint"), hint);
        assert!(all(&page, "#remember_device[checked], #remember_device[required]").is_empty());
        assert_eq!(all(&page, "form[action='/login/verify'] a[href='/login/backup-code']").len(), 1);
        assert_eq!(all(&page, "a.up[href='/login']").len(), 1);
        assert_eq!(all(&page, "[action='/login/resend'] button.second").len(), 1);
    }

    #[test]
    fn a_ticked_box_stays_ticked_and_a_device_that_cannot_be_trusted_has_none() {
        let errors = FormErrors::on("code", "wrong");
        let page = read(&SecondStepPage { remember: true, errors, ..sent() });
        assert_eq!(all(&page, "#remember_device[checked][value='yes']").len(), 1);
        assert_eq!(all(&page, "#code[autofocus]")[0].value().attr("value"), None);
        let page = read(&SecondStepPage { may_trust: false, remember: true, ..sent() });
        assert!(all(&page, "#remember_device, #remember_device-hint").is_empty());
    }

    #[test]
    fn an_app_needs_no_text() {
        let page = read(&second_step(Method::App, None));
        assert_eq!(text(&page, ".lead"), "Open the app and read the six digits for Latchkey.");
        assert!(all(&page, "[action='/login/resend'], .tag").is_empty());
        assert_eq!(all(&page, "#code").len(), 1);
    }

    #[test]
    fn a_text_that_was_not_sent_yet_is_offered() {
        let page = read(&second_step(Method::Sms, None));
        assert!(all(&page, "#code").is_empty());
        assert_eq!(text(&page, "[action='/login/resend'] button:not(.second)"), "Text me a code");
        assert_eq!(all(&page, "a[href='/login/backup-code']").len(), 1);
    }

    #[test]
    fn a_dead_code_leads_to_a_new_one_or_to_a_backup_code() {
        for code in [CodeState::Expired, CodeState::OutOfGuesses, CodeState::Unsent(Unsent::Later)] {
            let page = dead(code, Resend::Now);
            assert!(all(&page, "#code").is_empty(), "{code:?}");
            assert_eq!(all(&page, "[action='/login/resend'] button:not(.second)").len(), 1, "{code:?}");
            assert_eq!(all(&page, "a[href='/login/backup-code']").len(), 1, "{code:?}");
            let page = dead(code, Resend::Over { sends: 4 });
            assert_eq!(all(&page, "a.button[href='/login/backup-code']").len(), 1, "{code:?}");
        }
        for why in [Unsent::BadNumber, Unsent::NoSms, Unsent::Country] {
            let page = dead(CodeState::Unsent(why), Resend::Now);
            assert!(all(&page, "[action='/login/resend'], #code").is_empty(), "{why:?}");
            assert_eq!(all(&page, "a.button[href='/login/backup-code']").len(), 1, "{why:?}");
        }
    }

    #[test]
    fn a_backup_code_can_be_typed_with_letters_and_the_way_back_leads_where_it_helps() {
        let page =
            |method, notice| read(&BackupCodePage { chrome: chrome(), method, errors: FormErrors::new(), notice });
        let by_app = page(Method::App, None);
        assert_eq!(all(&by_app, "#code")[0].value().attr("inputmode"), None);
        assert_eq!(text(&by_app, "a.up[href='/login/verify']"), "Use the code from your app");
        let contested = page(Method::Sms, Some(Notice::CodeNotPossible));
        assert_eq!(all(&contested, "a.up[href='/login']").len(), 1);
    }
}
