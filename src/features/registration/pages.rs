//! What the pages of registration show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use crate::domain::country::Country;
use crate::domain::phone_number::PhoneNumber;
use crate::domain::role::Role;
use crate::features::phone_verifications::pages::{CodeState, Resend, Telling, Unsent};
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Chrome, Notice};
use crate::web::words::Words;

/// `GET /register`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "registration/register.html")]
pub struct RegisterPage {
    /// The frame.
    pub chrome: Chrome,
    /// What was typed. A new form has [`RegisterEcho::default`].
    pub form: RegisterEcho,
    /// What is wrong with it, on `role`, `full_name`, `email`, `country`, `phone`, `password`, `accept_terms`.
    pub errors: FormErrors,
    /// How many characters a password needs.
    pub least_password: usize,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What a registration form shows again. A password never is.
#[derive(Clone, Debug)]
pub struct RegisterEcho {
    /// The choice, when one was made.
    pub role: Option<Role>,
    /// As typed.
    pub full_name: String,
    /// As typed.
    pub email: String,
    /// The choice, or the country the form starts with.
    pub country: Country,
    /// As typed.
    pub phone: String,
    /// Whether the box was ticked.
    pub accept_terms: bool,
}

impl Default for RegisterEcho {
    fn default() -> Self {
        let [country, ..] = Country::HOME;
        Self {
            role: None,
            full_name: String::new(),
            email: String::new(),
            country,
            phone: String::new(),
            accept_terms: false,
        }
    }
}

impl RegisterPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "register-title"))
    }

    fn terms(&self) -> Sentence {
        let mut parts = Parts::new();
        let (terms, privacy, end) = (parts.link("/terms"), parts.link("/privacy"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "register-terms", terms = terms, privacy = privacy, end = end))
    }
}

/// The words for a role that was not chosen.
pub fn role_missing(words: &Words) -> String {
    fl!(words.0, "register-role-missing")
}

/// The words for terms that were not accepted.
pub fn terms_missing(words: &Words) -> String {
    fl!(words.0, "register-terms-missing")
}

/// The words for a claim without a choice.
pub fn choice_missing(words: &Words) -> String {
    fl!(words.0, "claim-missing")
}

/// `GET /register/verify`, and the answer to a refused code, resend or correction of the number.
#[derive(Template)]
#[template(path = "registration/verify.html")]
pub struct VerifyPage {
    /// The frame.
    pub chrome: Chrome,
    /// The number the text goes to. Shown masked.
    pub phone: PhoneNumber,
    /// How the code stands.
    pub code: CodeState,
    /// Whether and when a new code can be asked for.
    pub resend: Resend,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows: that of the number's country.
    pub clock: Clock,
    /// What is wrong, on `code`, or on `country` and `phone` of the correction.
    pub errors: FormErrors,
    /// What the form that corrects the number shows.
    pub change: ChangeEcho,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What the form that corrects the number shows.
#[derive(Clone, Debug)]
pub struct ChangeEcho {
    /// The choice, or the country of the number.
    pub country: Country,
    /// As typed.
    pub phone: String,
}

impl VerifyPage {
    fn title(&self) -> String {
        self.errors.title(&self.chrome.words, &self.heading())
    }

    fn heading(&self) -> String {
        let words = &self.chrome.words;
        self.code.heading(fl!(words.0, "verify-title"), words)
    }

    fn telling(&self) -> Telling<'_> {
        Telling { words: &self.chrome.words, phone: &self.phone, now: self.now, clock: self.clock }
    }

    fn lead(&self) -> Sentence {
        self.telling().code(self.code).unwrap_or_else(|| {
            let mut parts = Parts::new();
            let number = parts.tag(&self.phone);
            parts.put_into(&fl!(self.chrome.words.0, "verify-unsent-lead", number = number))
        })
    }

    /// Whether there is a code that can be entered. A dead one keeps its field while the page says so beside it.
    fn takes_a_code(&self) -> bool {
        self.code.is_live() || self.errors.of("code").is_some()
    }

    fn unsent(&self) -> Option<Unsent> {
        self.code.unsent()
    }

    /// The one thing to do next is to ask for a new code: its button is the filled one.
    fn resend_is_next(&self) -> bool {
        match self.code {
            CodeState::Expired | CodeState::OutOfGuesses => true,
            CodeState::Unsent(_) => !self.change_is_next(),
            CodeState::Sent { .. } | CodeState::Sending { .. } | CodeState::Late { .. } => false,
        }
    }

    /// The form that corrects the number is open where it has a message or is what helps.
    fn change_is_open(&self) -> bool {
        self.errors.of("country").is_some() || self.errors.of("phone").is_some() || self.change_is_next()
    }

    /// The one thing to do next is to give another number: a new text to this one would not arrive either.
    fn change_is_next(&self) -> bool {
        self.unsent().is_some_and(Unsent::asks_for_another_number)
    }

    fn resend_title(&self) -> String {
        let words = &self.chrome.words;
        if self.takes_a_code() && !self.resend_is_next() {
            fl!(words.0, "verify-resend-title")
        } else {
            fl!(words.0, "verify-resend-dead-title")
        }
    }

    fn resend_text(&self) -> Sentence {
        self.telling().resend(self.resend).unwrap_or_else(|sends| {
            let mut parts = Parts::new();
            let (register, end) = (parts.link("/register"), parts.end());
            let words = &self.chrome.words;
            parts.put_into(&fl!(words.0, "verify-resend-over", sends = sends, register = register, end = end))
        })
    }

    fn can_resend(&self) -> bool {
        self.resend.is_possible()
    }

    fn change_current(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&self.phone);
        parts.put_into(&fl!(self.chrome.words.0, "verify-change-current", number = number))
    }
}

/// `GET /register/claim`: the code was right, and the number belongs to an account.
#[derive(Template)]
#[template(path = "registration/claim.html")]
pub struct ClaimPage {
    /// The frame.
    pub chrome: Chrome,
    /// The proven number. Shown masked.
    pub phone: PhoneNumber,
    /// What is wrong, on `choice`.
    pub errors: FormErrors,
}

impl ClaimPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "claim-title"))
    }

    fn lead(&self) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.tag(&self.phone);
        parts.put_into(&fl!(self.chrome.words.0, "claim-lead", number = number))
    }
}

/// The number is proven, but the email address has an account. Shown to nobody who has not proven their number.
#[derive(Template)]
#[template(path = "registration/email_taken.html")]
pub struct EmailTakenPage {
    /// The frame.
    pub chrome: Chrome,
}

impl EmailTakenPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "email-taken-title"))
    }
}

/// Somebody was faster with the same number or email address. Does not say with which.
#[derive(Template)]
#[template(path = "registration/cannot_open.html")]
pub struct CannotOpenPage {
    /// The frame.
    pub chrome: Chrome,
}

impl CannotOpenPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "cannot-open-title"))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use scraper::{ElementRef, Html, Selector};

    use super::*;
    use crate::web::form::Problem;

    fn now() -> DateTime<Utc> {
        "2025-11-22T11:31:08Z".parse().expect("a moment")
    }

    fn chrome() -> Chrome {
        Chrome::new(Words::english(), false)
    }

    fn verify(code: CodeState, resend: Resend) -> VerifyPage {
        let country = Country::HOME[0];
        VerifyPage {
            chrome: chrome(),
            phone: PhoneNumber::from_stored("+251912984567".to_owned()),
            code,
            resend,
            now: now(),
            clock: Clock::of(country),
            errors: FormErrors::new(),
            change: ChangeEcho { country, phone: String::new() },
            notice: None,
        }
    }

    fn sent() -> VerifyPage {
        let expires_at = now() + TimeDelta::minutes(10);
        verify(CodeState::Sent { expires_at }, Resend::At(now() + TimeDelta::minutes(1)))
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

    fn refused_register() -> Html {
        let words = Words::english();
        let mut errors = FormErrors::new();
        errors.say("phone", Problem::PhoneTooShort(Country::HOME[0]), &words);
        errors.say("password", Problem::PasswordWeak, &words);
        let form = RegisterEcho {
            role: Some(Role::Maid),
            full_name: "Hanna Tesfaye".to_owned(),
            country: Country::HOME[1],
            phone: "0911 23".to_owned(),
            accept_terms: true,
            ..RegisterEcho::default()
        };
        read(&RegisterPage { chrome: chrome(), form, errors, least_password: 10, notice: None })
    }

    #[test]
    fn a_refused_form_comes_back_as_typed() {
        let page = refused_register();
        assert_eq!(all(&page, "#full_name")[0].value().attr("value"), Some("Hanna Tesfaye"));
        assert_eq!(all(&page, "#phone")[0].value().attr("value"), Some("0911 23"));
        assert_eq!(all(&page, "[name='role'][checked]")[0].value().attr("value"), Some("maid"));
        assert_eq!(all(&page, "#country option[selected]").len(), 1);
        assert_eq!(all(&page, "#country option[selected]")[0].value().attr("value"), Some(Country::HOME[1].code()));
        assert_eq!(all(&page, "#accept_terms[checked]").len(), 1);
        assert_eq!(all(&page, "#country option").len(), Country::all().count());
    }

    #[test]
    fn pwd_a_password_is_never_on_a_page_and_the_page_says_why() {
        let page = refused_register();
        assert_eq!(all(&page, "#password")[0].value().attr("value"), None);
        assert!(text(&page, "#password-hint").ends_with("Type your password again: we never keep it on a page."));
    }

    #[test]
    fn a_field_reads_label_hint_error_control() {
        let page = refused_register();
        let password = all(&page, "#password")[0].parent().and_then(ElementRef::wrap).expect("the field");
        let order: Vec<_> = password
            .child_elements()
            .map(|it| it.value().attr("class").unwrap_or(it.value().name()).to_owned())
            .collect();
        assert_eq!(order, ["label", "hint", "error", "input", "fix"]);
        assert_eq!(all(&page, "#password")[0].value().attr("aria-describedby"), Some("password-hint password-error"));
        assert_eq!(all(&page, "#full_name")[0].value().attr("aria-describedby"), None);
    }

    #[test]
    fn a_new_form_starts_with_nothing_chosen_but_the_country() {
        let form = RegisterEcho::default();
        let errors = FormErrors::new();
        let page = read(&RegisterPage { chrome: chrome(), form, errors, least_password: 10, notice: None });
        assert!(all(&page, "[checked], input[value]:not([type='radio']):not([type='checkbox'])").is_empty());
        assert_eq!(all(&page, "#country option[selected]")[0].value().attr("value"), Some("ET"));
        assert_eq!(all(&page, "label.check a").len(), 2);
        assert!(!text(&page, "#password-hint").contains("again"));
    }

    #[test]
    fn the_code_page_says_where_the_text_went_and_until_when() {
        let page = read(&sent());
        assert_eq!(text(&page, ".lead"), "It went to *****4567 and works for 10 minutes, until 14:41.");
        assert_eq!(text(&page, "section > p"), "You can ask for a new code in 1 minute, at 14:33.");
        assert!(text(&page, "aside").ends_with("Times are for Addis Ababa."));
        let code = all(&page, "#code")[0].value();
        assert_eq!(code.attr("autocomplete"), Some("one-time-code"));
        assert_eq!(code.attr("inputmode"), Some("numeric"));
        assert_eq!(code.attr("maxlength"), None);
        assert!(all(&page, "details[open]").is_empty());
    }

    #[test]
    fn a_dead_code_leads_to_a_new_one() {
        for dead in [CodeState::Expired, CodeState::OutOfGuesses, CodeState::Unsent(Unsent::Later)] {
            let page = read(&verify(dead, Resend::Now));
            assert!(all(&page, "#code").is_empty(), "{dead:?}");
            assert_eq!(all(&page, "[action='/register/resend'] button:not(.second)").len(), 1, "{dead:?}");
        }
        let page = read(&verify(CodeState::Expired, Resend::Over { sends: 4 }));
        assert!(all(&page, "[action='/register/resend']").is_empty());
        assert_eq!(all(&page, "section a[href='/register']").len(), 1);
    }

    #[test]
    fn a_number_that_takes_no_texts_leads_to_another_number() {
        for why in [Unsent::BadNumber, Unsent::NoSms, Unsent::Country] {
            let page = read(&verify(CodeState::Unsent(why), Resend::Now));
            assert_eq!(all(&page, "details[open] form[action='/register/phone'] button:not(.second)").len(), 1);
            assert!(all(&page, "#code, [action='/register/resend']").is_empty(), "{why:?}");
            assert_eq!(all(&page, ".notice.bad[role='alert']").len(), 1);
        }
    }

    #[test]
    fn a_refused_correction_opens_its_form_with_what_was_typed() {
        let errors = FormErrors::on("phone", "wrong");
        let change = ChangeEcho { country: Country::HOME[2], phone: "0711".to_owned() };
        let page = read(&VerifyPage { errors, change, ..sent() });
        assert_eq!(all(&page, "details[open] #phone[autofocus]")[0].value().attr("value"), Some("0711"));
        assert_eq!(all(&page, "details option[selected]")[0].value().attr("value"), Some(Country::HOME[2].code()));
    }
}
