//! What registration tells about who has an account: nothing, until a number is proven.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    fake_twilio::{Behaviour, Operation},
    people::{self, Person, other_than},
};

/// All that somebody can tell two answers apart by.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    status: u16,
    headers: BTreeMap<String, Option<String>>,
    /// Name, length of the value, attributes.
    cookies: BTreeSet<(String, usize, String)>,
    length: usize,
    body: String,
}

/// An answer without what the person typed and without the moment.
pub fn seen(page: &Page, person: &Person) -> Seen {
    let masked = |text: &str| {
        let moments = Regex::new(r#"datetime="[^"]*"|\d{1,2}:\d\d|LK-\w{4}-\w{4}"#).unwrap();
        let tail = &person.phone[person.phone.len() - 4..];
        let text = if person.email.is_empty() { text.to_owned() } else { text.replace(&person.email, "<email>") };
        let text = text.replace(&person.phone, "<phone>").replace(tail, "<tail>");
        moments.replace_all(&text, "<moment>").into_owned()
    };
    let telling_time = ["date", "retry-after", "set-cookie"];
    let header = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
        let value = (!telling_time.contains(&name.as_str())).then(|| value.to_str().unwrap().to_owned());
        (name.to_string(), value)
    };
    let cookie = |cookie: &str| {
        let (name, rest) = cookie.split_once('=').unwrap();
        let (value, attributes) = rest.split_once(';').unwrap();
        // Some characters of the sealed value are written as three.
        let length = value.len() - 2 * value.matches('%').count();
        (name.to_owned(), length, attributes.to_owned())
    };
    Seen {
        status: page.status.as_u16(),
        headers: page.headers.iter().map(header).collect(),
        cookies: page.set_cookies().into_iter().map(cookie).collect(),
        length: page.body.len(),
        body: masked(&page.body),
    }
}

/// Somebody who registers with a number and an address that may have accounts.
struct Case {
    person: Person,
    /// What the number is corrected to.
    corrected: String,
    browser: Browser,
}

/// Free and taken number, each with a free and a taken address.
async fn cases(app: &TestApp) -> Vec<Case> {
    let mut cases = Vec::new();
    for (number_taken, email_taken) in [(false, false), (false, true), (true, false), (true, true)] {
        let (mut person, mut corrected) = (people::sponsor(), people::new_phone());
        person.email = format!("s{}@example.com", &person.phone[5..]);
        if email_taken || number_taken {
            let owner = Person { phone: people::new_phone(), ..person.clone() };
            owner.registers(app, &app.browser()).await;
            if number_taken {
                person.phone = owner.phone;
            }
            if !email_taken {
                person.email = format!("f{}@example.com", &person.phone[5..]);
            }
        }
        if number_taken {
            let owner = people::sponsor();
            owner.registers(app, &app.browser()).await;
            corrected = owner.phone;
        }
        cases.push(Case { person, corrected, browser: app.browser() });
    }
    // What the owners were sent is long ago.
    app.let_pass("25 hours");
    cases
}

/// Holds the answers of one step to each other.
fn same(step: &str, cases: &[Case], pages: &[Page]) {
    let seen: Vec<Seen> = cases.iter().zip(pages).map(|(case, page)| seen(page, &case.person)).collect();
    for (other, taken) in seen.iter().skip(1).zip(["address", "number", "number and address"]) {
        assert_eq!(&seen[0], other, "{step}: free and taken {taken} differ");
    }
}

#[actix_web::test]
async fn aut_10_e_3_registration_answers_alike_for_free_and_taken_numbers_and_addresses() {
    let app = TestApp::start().await;
    let mut cases = cases(&app).await;
    let before: Vec<usize> = cases.iter().map(|case| app.twilio.messages_to(&case.person.phone).len()).collect();
    let texts = |cases: &[Case]| -> Vec<usize> {
        let now = cases.iter().map(|case| app.twilio.messages_to(&case.person.phone).len());
        now.zip(&before).map(|(now, before)| now - before).collect()
    };

    let mut pages = Vec::new();
    for case in &cases {
        pages.push(case.browser.submit("/register", &case.person.fields()).await);
    }
    same("register", &cases, &pages);
    pages[0].redirects_to("/register/verify");
    assert_eq!(texts(&cases), [1; 4]);

    for (path, is_get) in [("/register/verify", true), ("/register", true), ("/register/resend", false)] {
        let mut pages = Vec::new();
        for case in &cases {
            let answer = if is_get { case.browser.get(path).await } else { case.browser.submit(path, &[]).await };
            pages.push(answer);
        }
        same(path, &cases, &pages);
    }
    assert_eq!(texts(&cases), [1; 4], "too early for another one");

    app.let_pass("61 seconds");
    let mut pages = Vec::new();
    for case in &cases {
        pages.push(case.browser.submit("/register/resend", &[]).await);
    }
    same("resend", &cases, &pages);
    pages[0].redirects_to("/register/verify");
    assert_eq!(texts(&cases), [2; 4]);

    let mut right = Vec::new();
    for case in &cases {
        right.push(app.twilio.messages_to(&case.person.phone).last().unwrap().code());
    }
    for guess in 1..=5 {
        let mut pages = Vec::new();
        for (case, right) in cases.iter().zip(&right) {
            pages.push(case.browser.submit("/register/verify", &[("code", &other_than(right))]).await);
        }
        same(&format!("wrong code {guess}"), &cases, &pages);
        pages[0].shows(422, if guess < 3 { "Invalid code." } else { "Too many attempts." });
    }

    let mut pages = Vec::new();
    for case in &cases {
        let fields = [("country", "ET"), ("phone", case.corrected.as_str())];
        pages.push(case.browser.submit("/register/phone", &fields).await);
    }
    same("correction", &cases, &pages);
    pages[0].redirects_to("/register/verify");
    assert_eq!(texts(&cases), [2; 4]);
    let mut pages = Vec::new();
    for case in &mut cases {
        case.person.phone.clone_from(&case.corrected);
        pages.push(case.browser.get("/register/verify").await);
    }
    same("corrected", &cases, &pages);
}

#[actix_web::test]
async fn e_3_a_number_that_twilio_refuses_is_refused_alike() {
    let app = TestApp::start().await;
    let cases = cases(&app).await;
    let mut pages = Vec::new();
    for case in &cases {
        app.twilio.script_on(Operation::SendMessage, [Behaviour::Refuse(400, 21614)]);
        pages.push(case.browser.submit("/register", &case.person.fields()).await);
    }
    same("refused by Twilio", &cases, &pages);
    pages[0].shows(422, "This number cannot receive text messages.");
}

#[actix_web::test]
async fn err_02_the_page_of_a_reached_limit_does_not_say_which() {
    let app = TestApp::start().await;
    let last = async |begin: &dyn Fn() -> (Person, Browser), times: usize| {
        for _ in 0..times {
            let (person, browser) = begin();
            browser.submit("/register", &person.fields()).await.redirects_to("/register/verify");
        }
        let (person, browser) = begin();
        let page = browser.submit("/register", &person.fields()).await;
        (page, person)
    };

    let one = app.browser();
    let (by_browser, first) = last(&|| (people::maid(), one.clone()), 3).await;
    let address = app.browser().address;
    let (by_address, second) = last(&|| (people::maid(), app.browser().from(&address)), 5).await;
    let hanna = people::maid();
    let (by_number, third) = last(&|| (hanna.clone(), app.browser()), 5).await;

    let words = |page: &Page, person: &Person| {
        assert_eq!(page.status, 429);
        let wait: u64 = page.header("retry-after").unwrap().parse().unwrap();
        assert_eq!(wait % 30, 0, "a finer wait would tell which limit it is");
        let body = seen(page, person).body;
        Regex::new(r"in \d+ (seconds|minutes?|hours?)").unwrap().replace_all(&body, "in <wait>").into_owned()
    };
    let browser = words(&by_browser, &first);
    assert_eq!(browser, words(&by_address, &second));
    assert_eq!(browser, words(&by_number, &third));
}
