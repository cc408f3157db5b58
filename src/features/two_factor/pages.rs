//! What the pages about the second factor show.

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use super::Method;
use super::app::Qr;
use super::backup_codes::FEW;
use crate::features::users::Number;
use crate::web::clock::Clock;
use crate::web::form::FormErrors;
use crate::web::markup::{Parts, Sentence};
use crate::web::page::{Area, Chrome, Notice};
use crate::web::words::Words;

/// Lines of the text file end as every editor of every system reads them.
const LINE_END: &str = "\r\n";

/// `GET /account/two-factor`
#[derive(Template)]
#[template(path = "two_factor/two_factor.html")]
pub struct TwoFactorPage {
    /// The frame.
    pub chrome: Chrome,
    /// The method that is on.
    pub method: Option<Method>,
    /// Whether nothing else opens before one is.
    pub required: bool,
    /// The number of the account. Shown masked.
    pub number: Option<Number>,
    /// Backup codes that still work.
    pub codes_left: i64,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl TwoFactorPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "two-factor-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }

    fn is_off(&self) -> bool {
        self.method.is_none()
    }

    fn by_app(&self) -> bool {
        self.method == Some(Method::App)
    }

    fn by_text(&self) -> bool {
        self.method == Some(Method::Sms)
    }

    fn number(&self, number: &Number) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&number.phone);
        parts.put_into(&number)
    }

    fn sms_text(&self, number: &Number) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&number.phone);
        parts.put_into(&fl!(self.chrome.words.0, "two-factor-sms-text", number = number))
    }

    fn sms_contested(&self, number: &Number) -> Sentence {
        let mut parts = Parts::new();
        let number = parts.left_to_right(&number.phone);
        let (help, end) = (parts.link("/help"), parts.end());
        parts.put_into(&fl!(self.chrome.words.0, "two-factor-contested", number = number, help = help, end = end))
    }

    fn few(&self) -> bool {
        self.codes_left <= FEW
    }

    fn left(&self) -> String {
        left(self.codes_left, &self.chrome.words)
    }

    fn few_title(&self) -> String {
        few_title(self.codes_left, &self.chrome.words)
    }
}

fn left(codes: i64, words: &Words) -> String {
    fl!(words.0, "backup-codes-left", left = codes)
}

fn few_title(codes: i64, words: &Words) -> String {
    fl!(words.0, "backup-codes-few", left = codes)
}

/// `GET /account/two-factor/app`, and the answer to a refused code: an app to be set up. Shows the secret, so nothing
/// may keep it.
#[derive(Template)]
#[template(path = "two_factor/app.html")]
pub struct AppPage {
    /// The frame.
    pub chrome: Chrome,
    /// The picture that holds the secret.
    pub qr: Qr,
    /// The secret in groups of four.
    pub secret: Vec<String>,
    /// What opens the app when it is on this phone, `otpauth://totp/…`.
    pub uri: String,
    /// Whether codes come another way at the moment, which this one replaces.
    pub replaces: bool,
    /// What is wrong, on `code`.
    pub errors: FormErrors,
}

impl AppPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "two-factor-app-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }
}

/// `GET /account/two-factor/backup-codes`: how many are left. The codes themselves are never shown again.
#[derive(Template)]
#[template(path = "two_factor/backup_codes.html")]
pub struct BackupCodesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The method that is on; without one there are no backup codes.
    pub method: Option<Method>,
    /// Backup codes that still work.
    pub codes_left: i64,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl BackupCodesPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "backup-codes-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }

    fn few(&self) -> bool {
        self.codes_left <= FEW
    }

    fn left(&self) -> String {
        left(self.codes_left, &self.chrome.words)
    }

    fn few_title(&self) -> String {
        few_title(self.codes_left, &self.chrome.words)
    }
}

/// The answer that makes ten new backup codes, shown this once.
#[derive(Template)]
#[template(path = "two_factor/new_backup_codes.html")]
pub struct NewBackupCodesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The codes, each in groups of four.
    pub codes: Vec<String>,
    /// Whose they are, as their owner signs in; goes on paper with them.
    pub account: String,
    /// When they were made.
    pub made_at: DateTime<Utc>,
    /// Whose clock tells the day.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl NewBackupCodesPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "new-backup-codes-title"))
    }

    fn area(&self) -> Area {
        Area::TwoFactor
    }

    fn date(&self) -> String {
        self.clock.date(self.made_at, &self.chrome.words)
    }

    fn whose(&self) -> Sentence {
        let mut parts = Parts::new();
        let account = parts.left_to_right(&self.account);
        parts.put_into(&fl!(self.chrome.words.0, "new-backup-codes-whose", account = account, date = self.date()))
    }

    /// The codes as a text file inside the address, so that no second answer has to hold them.
    fn download(&self) -> String {
        let words = &self.chrome.words;
        let account = self.account.as_str();
        let mut lines = vec![
            fl!(words.0, "new-backup-codes-whose", account = account, date = self.date()),
            fl!(words.0, "new-backup-codes-once"),
            String::new(),
        ];
        lines.extend(self.codes.iter().zip(1..).map(|(code, number)| format!("{number}. {code}")));
        lines.push(String::new());
        let file = lines.join(LINE_END);
        // A form writes a space as "+", which stands for itself in any other address; a "+" of the text is "%2B" here.
        let encoded: String = url::form_urlencoded::byte_serialize(file.as_bytes()).collect();
        format!("data:text/plain;charset=utf-8,{}", encoded.replace('+', "%20"))
    }
}

#[cfg(test)]
mod tests {
    use scraper::{ElementRef, Html, Selector};

    use super::*;
    use crate::features::two_factor::app::TotpSecret;

    fn chrome() -> Chrome {
        Chrome::signed_in(Words::english(), false)
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

    fn page(method: Option<Method>, contested: bool, codes_left: i64) -> Html {
        let phone = crate::domain::phone_number::PhoneNumber::from_stored("+251912984567".to_owned());
        let number = Some(Number { phone, since: crate::web::clock::now(), contested });
        read(&TwoFactorPage { chrome: chrome(), method, required: false, number, codes_left, notice: None })
    }

    fn posts(page: &Html) -> Vec<String> {
        all(page, "main form").iter().filter_map(|it| it.value().attr("action").map(str::to_owned)).collect()
    }

    const APP: &str = "/account/two-factor/app";
    const SMS: &str = "/account/two-factor/sms";
    const OFF: &str = "/account/two-factor/off";

    #[test]
    fn each_state_offers_what_it_can_become_and_the_app_first() {
        assert_eq!(posts(&page(None, false, 0)), [APP, SMS]);
        assert_eq!(posts(&page(Some(Method::Sms), false, 10)), [APP, OFF]);
        assert_eq!(posts(&page(Some(Method::App), false, 10)), [APP, SMS, OFF]);
        assert_eq!(text(&page(Some(Method::App), false, 10), "p > .state"), "On, with your app");
    }

    #[test]
    fn a_contested_number_gets_no_codes_and_the_page_says_why() {
        assert_eq!(posts(&page(None, true, 0)), [APP]);
        assert_eq!(posts(&page(Some(Method::App), true, 10)), [APP, OFF]);
        let off = page(None, true, 0);
        assert!(text(&off, ".panel").contains("Somebody else has proven your number *****4567."));
        assert_eq!(all(&page(Some(Method::Sms), true, 10), ".notice.bad[role='alert']").len(), 1);
    }

    #[test]
    fn few_backup_codes_are_a_warning() {
        assert!(all(&page(Some(Method::App), false, 4), ".notice.wait").is_empty());
        assert_eq!(text(&page(Some(Method::App), false, 3), ".notice.wait h2"), "You have 3 backup codes left");
        assert_eq!(text(&page(Some(Method::Sms), false, 0), ".notice.wait h2"), "You have no backup codes left");
        assert!(all(&page(None, false, 0), ".notice").is_empty(), "without two-factor there are none to miss");
    }

    #[test]
    fn tot_03_the_secret_is_there_as_picture_text_and_link() {
        let secret = TotpSecret::generate().expect("randomness");
        let uri = secret.uri("hanna@example.com");
        let qr = Qr::of(&uri).expect("a code");
        let errors = FormErrors::on("code", "wrong");
        let page =
            read(&AppPage { chrome: chrome(), qr, secret: secret.groups(), uri: uri.clone(), replaces: false, errors });
        assert_eq!(text(&page, ".secret"), secret.groups().join(" "));
        assert_eq!(all(&page, "a[href^='otpauth:']")[0].value().attr("href"), Some(uri.as_str()));
        assert_eq!(all(&page, ".qr svg[role='img'] title, .qr svg path[d]").len(), 2);
        assert_eq!(all(&page, "#code[autofocus]")[0].value().attr("value"), None);
    }

    #[test]
    fn the_text_file_holds_what_the_page_shows() {
        let made_at = "2025-11-22T11:31:00Z".parse().expect("a moment");
        let codes = vec!["7KQ2-M9XD-4HTR-W6PA".to_owned(), "B3VN-0YQE-71SK-JZ8C".to_owned()];
        let account = "hanna+1@example.com".to_owned();
        let page =
            read(&NewBackupCodesPage { chrome: chrome(), codes, account, made_at, clock: Clock::UTC, notice: None });
        assert_eq!(all(&page, ".codes li").len(), 2);
        let href = all(&page, "a[download]")[0].value().attr("href").expect("an address");
        let file = "Latchkey%20backup%20codes%20of%20hanna%2B1%40example.com%2C%20made%20on%2022%20November%202025.%0D%0A\
                    Each%20works%20once.%0D%0A%0D%0A\
                    1.%207KQ2-M9XD-4HTR-W6PA%0D%0A2.%20B3VN-0YQE-71SK-JZ8C%0D%0A";
        assert_eq!(href.strip_prefix("data:text/plain;charset=utf-8,"), Some(file));
    }
}
