//! What owners write about themselves (INP-02, INP-10, I-2, I-5, R-7d).

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    crowd::{meet, nothing_broke},
    people,
};

const PAGE: &str = "/account/profile";

/// Somebody who opens the service's own account.
async fn administrator(app: &TestApp) -> Browser {
    let browser = people::sponsor().has_account(app).await;
    app.database.run("UPDATE users SET role = 'administrator', two_factor_method = 'app'");
    browser
}

fn value(page: &Page, field: &str) -> String {
    page.attribute(&format!("#{field}"), "value").unwrap_or_default()
}

fn written(page: &Page, field: &str) -> String {
    let selector = scraper::Selector::parse(&format!("textarea#{field}")).unwrap();
    let html = page.html();
    let text: String = html.select(&selector).next().unwrap().text().collect();
    // A browser drops the line break after the tag; the parser here does, too, where it is the first.
    text.strip_prefix('\n').unwrap_or(&text).to_owned()
}

fn changes(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) FROM activity WHERE event = 'profile_changed'")
}

const FULL_OF_SPONSOR: [(&str, &str); 4] = [
    ("full_name", "Salma Haddad"),
    ("city", "Jeddah"),
    ("about", "Two children\r\nand a garden."),
    ("household_size", "4"),
];

const FULL_OF_MAID: [(&str, &str); 5] = [
    ("full_name", "Hanna Tesfaye"),
    ("city", "አዲስ አበባ"),
    ("skills", "Cooking\r\nIroning"),
    ("experience_years", "0"),
    ("about", "I like children."),
];

fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(field, old)| (*field, if *field == name { value } else { *old })).collect()
}

#[actix_web::test]
async fn a_sponsor_tells_of_a_household_and_takes_it_back() {
    let app = TestApp::start().await;
    let browser = people::sponsor().has_account(&app).await;
    let page = browser.get(PAGE).await;
    page.shows(200, "About your household");
    assert_eq!(value(&page, "full_name"), "Salma Haddad");
    assert!(page.has("#household_size[inputmode='numeric']") && !page.has("#skills, #experience_years, [name='role']"));

    browser.submit(PAGE, &FULL_OF_SPONSOR).await.redirects_to(PAGE);
    let page = browser.get(PAGE).await;
    page.shows(200, "Your profile is saved");
    assert_eq!((value(&page, "city"), value(&page, "household_size")), ("Jeddah".to_owned(), "4".to_owned()));
    assert_eq!(written(&page, "about"), "Two children\nand a garden.");
    assert_eq!(changes(&app), 1);

    browser.submit(PAGE, &FULL_OF_SPONSOR).await.redirects_to(PAGE);
    assert_eq!(changes(&app), 1, "saved again, but nothing has changed");
    browser.submit(PAGE, &[("full_name", "Salma  H.")]).await.redirects_to(PAGE);
    let kept = "SELECT concat_ws('|', full_name, city, about, household_size) FROM sponsor_profiles";
    assert_eq!(app.database.text(kept).as_deref(), Some("Salma H."), "what is left empty is forgotten");
    assert_eq!(changes(&app), 2);
    browser.get("/account").await.shows(200, "Hello, Salma");
    browser.get("/account/activity").await.shows(200, "The profile was changed");
}

#[actix_web::test]
async fn a_maid_tells_of_her_work_in_her_own_script() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    assert!(!browser.get(PAGE).await.has("#household_size"));
    browser.submit(PAGE, &FULL_OF_MAID).await.redirects_to(PAGE);
    let page = browser.get(PAGE).await;
    assert_eq!((value(&page, "city"), value(&page, "experience_years")), ("አዲስ አበባ".to_owned(), "0".to_owned()));
    assert_eq!(written(&page, "skills"), "Cooking\nIroning");
    for (typed, years) in [("١٢", "12"), ("፲፪", "12"), ("۷", "7"), (" 60 ", "60"), ("", "")] {
        browser.submit(PAGE, &with(&FULL_OF_MAID, "experience_years", typed)).await.redirects_to(PAGE);
        assert_eq!(value(&browser.get(PAGE).await, "experience_years"), years, "{typed:?}");
    }
}

#[actix_web::test]
async fn inp_10_every_bad_answer_is_told_at_its_field_and_nothing_is_saved() {
    let app = TestApp::start().await;
    let (sponsor, maid) = (people::sponsor().has_account(&app).await, people::maid().has_account(&app).await);
    let before = app.database.dump();
    let refused = async |browser: &Browser, fields: &[(&str, &str)], field: &str, value: &str, told: &str| {
        let page = browser.submit(PAGE, &with(fields, field, value)).await;
        assert_eq!(page.status, 422, "{field} {value:?}");
        assert!(
            page.error_of(field).is_some_and(|message| message.contains(told)),
            "{field} {value:?}: {}",
            page.text()
        );
        assert_eq!(page.focused().as_deref(), Some(field));
        assert!(page.title().starts_with("Please check:"));
        page
    };
    for (field, value, told) in [
        ("full_name", String::new(), "Please write your name"),
        ("full_name", "ሐ".repeat(101), "too long"),
        ("city", "ሐ".repeat(81), "80 characters or fewer"),
        ("city", "Jeddah\nMecca".to_owned(), "cannot keep"),
        ("about", "ሐ".repeat(1001), "1000 characters or fewer"),
        ("about", "bell \u{7}".to_owned(), "cannot keep"),
        ("household_size", "0".to_owned(), "from 1 to 50"),
        ("household_size", "51".to_owned(), "from 1 to 50"),
        ("household_size", "four".to_owned(), "from 1 to 50"),
        ("household_size", "-1".to_owned(), "from 1 to 50"),
        ("household_size", "፻".to_owned(), "from 1 to 50"),
        ("household_size", "½".to_owned(), "from 1 to 50"),
    ] {
        let page = refused(&sponsor, &FULL_OF_SPONSOR, field, &value, told).await;
        assert_eq!(written(&page, "about").is_empty(), field == "about" && value.is_empty(), "what was typed is kept");
    }
    for (field, value, told) in [
        ("skills", "ሐ".repeat(501), "500 characters or fewer"),
        ("skills", "\u{202e}sdrawkcab".to_owned(), "cannot keep"),
        ("experience_years", "61".to_owned(), "from 0 to 60"),
        ("experience_years", "1.5".to_owned(), "from 0 to 60"),
        ("experience_years", "९९".to_owned(), "from 0 to 60"),
    ] {
        refused(&maid, &FULL_OF_MAID, field, &value, told).await;
    }
    let many = [("full_name", ""), ("city", "12"), ("skills", "\0"), ("experience_years", "x"), ("about", "\0")];
    let page = maid.submit(PAGE, &many).await;
    page.shows(422, "Please check 5 answers");
    assert_eq!(page.focused().as_deref(), Some("full_name"));
    assert_eq!(app.database.dump(), before);
}

#[actix_web::test]
async fn inp_10_the_longest_answers_of_any_script_fit_and_a_longer_body_is_refused() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    let (name, city, skills, about) = ("ሐ".repeat(100), "ሐ".repeat(80), "🧺".repeat(500), "🧺\r\n".repeat(500));
    let fields: Vec<(&str, &str)> =
        vec![("full_name", &name), ("city", &city), ("skills", &skills), ("about", &about), ("experience_years", "60")];
    browser.submit(PAGE, &fields).await.redirects_to(PAGE);
    assert_eq!(app.database.number("SELECT char_length(about) FROM maid_profiles"), 999, "the last line has no end");
    assert_eq!(browser.submit(PAGE, &[("about", &"a".repeat(24 * 1024))]).await.status, 413);
}

#[actix_web::test]
async fn i_2_bad_bytes_are_refused_in_every_field() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    let before = app.database.dump();
    for field in ["full_name", "city", "skills", "experience_years", "about"] {
        for bytes in
            ["%00", "%1B%5B31m", "%7F", "%C2%85", "%FF", "%C0%80", "%ED%A0%80", "%EF%BF%BD", "%E2%80%AE", "%0D"]
        {
            let name = if field == "full_name" { "" } else { "full_name=Hanna&" };
            let page = browser.submit_raw(PAGE, format!("{name}{field}=a{bytes}b")).await;
            assert_eq!(page.status, 422, "{bytes} in {field}");
            assert!(page.error_of(field).is_some(), "{bytes} in {field}: {}", page.text());
        }
    }
    assert_eq!(app.database.dump(), before);
}

#[actix_web::test]
async fn i_5_fields_of_the_other_role_and_of_no_role_are_refused() {
    let app = TestApp::start().await;
    let (sponsor, maid) = (people::sponsor().has_account(&app).await, people::maid().has_account(&app).await);
    let before = app.database.dump();
    for (browser, fields, foreign) in [
        (&sponsor, &FULL_OF_SPONSOR[..], &["skills", "experience_years"][..]),
        (&maid, &FULL_OF_MAID[..], &["household_size"][..]),
    ] {
        let others = ["role", "email", "phone", "phone_number", "status", "user_id", "two_factor_method", "about[]"];
        for unknown in foreign.iter().copied().chain(others) {
            for value in ["", "1", "maid"] {
                let mut fields = fields.to_vec();
                fields.push((unknown, value));
                assert_eq!(browser.submit(PAGE, &fields).await.status, 400, "{unknown}={value}");
            }
        }
        let mut doubled = fields.to_vec();
        doubled.push(("city", "Riyadh"));
        assert_eq!(browser.submit(PAGE, &doubled).await.status, 400);
    }
    assert_eq!(app.database.dump(), before);
}

#[actix_web::test]
async fn inp_02_markup_in_a_profile_is_shown_as_it_was_typed_and_nothing_else() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    let hostile = "</textarea><script>x()</script><img src=x onerror=x()> \" autofocus onfocus=\"x {{ 7*7 }} &lt;";
    let fields = [("full_name", hostile), ("city", "\"><b>"), ("skills", hostile), ("about", hostile)];
    let harmless = |page: &Page| {
        assert!(!page.has("main script, main img, main b:not(.row b), [onerror], [onfocus]"), "{}", page.body);
    };
    browser.submit(PAGE, &fields).await.redirects_to(PAGE);
    let page = browser.get(PAGE).await;
    harmless(&page);
    assert_eq!((value(&page, "full_name").as_str(), value(&page, "city").as_str()), (hostile, "\"><b>"));
    assert_eq!((written(&page, "skills").as_str(), written(&page, "about").as_str()), (hostile, hostile));
    harmless(&browser.get("/account").await);
    let mut refused = fields.to_vec();
    refused.push(("experience_years", "\"><b>"));
    let page = browser.submit(PAGE, &refused).await;
    page.shows(422, "from 0 to 60");
    harmless(&page);
    assert_eq!(value(&page, "experience_years"), "\"><b>");
}

#[actix_web::test]
async fn administrators_have_no_profile_and_no_way_to_one() {
    let app = TestApp::start().await;
    let browser = administrator(&app).await;
    browser.get(PAGE).await.redirects_to("/account");
    browser.submit(PAGE, &FULL_OF_SPONSOR).await.redirects_to("/account");
    assert_eq!(app.database.text("SELECT city FROM sponsor_profiles"), None);
    for path in ["/account", "/account/email", "/account/password"] {
        assert!(!browser.get(path).await.has("a[href='/account/profile']"), "{path}");
    }
}

#[actix_web::test]
async fn of_two_windows_the_last_one_wins() {
    let app = TestApp::start().await;
    let browser = people::sponsor().has_account(&app).await;
    let other = browser.fork();
    browser.submit(PAGE, &with(&FULL_OF_SPONSOR, "city", "Riyadh")).await.redirects_to(PAGE);
    other.submit(PAGE, &with(&FULL_OF_SPONSOR, "city", "Mecca")).await.redirects_to(PAGE);
    assert_eq!(value(&browser.get(PAGE).await, "city"), "Mecca");
}

#[actix_web::test]
async fn r_7d_a_browser_that_is_being_put_out_saves_before_that_or_never() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    for save_first in [true, false] {
        let owner = if save_first { salma.has_account(&app).await } else { app.browser() };
        if !save_first {
            salma.signs_in(&owner).await.redirects_to("/account");
        }
        let other = app.browser();
        salma.signs_in(&other).await.redirects_to("/account");
        app.database.run("UPDATE sponsor_profiles SET city = NULL");
        let save = {
            let other = other.clone();
            async move { other.submit(PAGE, &FULL_OF_SPONSOR).await }
        };
        let end = {
            let owner = owner.clone();
            async move { owner.submit("/account/devices/end-others", &[]).await }
        };
        let requests: Vec<std::pin::Pin<Box<dyn Future<Output = _>>>> =
            if save_first { vec![Box::pin(save), Box::pin(end)] } else { vec![Box::pin(end), Box::pin(save)] };
        let pages = meet(&app, "SELECT FROM users FOR UPDATE", requests).await;
        nothing_broke(&app, &pages, &[303]);
        let city = app.database.text("SELECT city FROM sponsor_profiles");
        assert_eq!(city.is_some(), save_first, "save first: {save_first}");
        assert!(!other.is_signed_in().await);
    }
}
