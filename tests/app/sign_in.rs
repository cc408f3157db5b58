//! Signing in with a password: who is let in and to where, what a refused form shows, and what it tells nobody.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use latchkey::{
    crypto::keys::{KeyRing, KeyUse, SecretKey},
    web::next::Next,
};
use reqwest::Method;

use crate::{
    enumeration::{Seen, seen},
    support::{
        TestApp,
        browser::Page,
        owners::Owner,
        people::{self, Person, WRONG_PASSWORD, signs_in_as},
        raw,
    },
};

const WRONG: &str = "That does not fit. Check what you typed, and try again.";

/// As if nobody had ever tried a password.
fn forget_guesses(app: &TestApp) {
    app.database.run("TRUNCATE password_guesses, address_guesses");
}

/// Takes every wait away and leaves the counts.
fn end_rests(app: &TestApp) {
    app.database.run("UPDATE password_guesses SET rests_until = now()");
}

/// Everything that was counted.
fn counted(app: &TestApp) -> i64 {
    app.database.count("password_guesses") + app.database.count("address_guesses")
}

/// A sponsor whose address is as long as everybody else's, so that answers have the same length.
fn sponsor_of_equal_length() -> Person {
    let sponsor = people::sponsor();
    Person { email: format!("s{}@example.com", &sponsor.phone[4..]), ..sponsor }
}

#[actix_web::test]
async fn the_email_and_the_number_in_every_spelling_sign_in() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let spelled = |from: &str, to: &str| salma.phone.replacen(from, to, 1);
    let (country, rest) = salma.phone.split_at(4);
    for identifier in [
        salma.email.clone(),
        salma.email.to_uppercase(),
        format!("  {}\t", salma.email),
        salma.phone.clone(),
        salma.national(),
        spelled("+", "00"),
        spelled("+251", "+251 (0)"),
        format!(" {country} {} {}-{} ", &rest[..2], &rest[2..5], &rest[5..]),
        rest.to_owned(),
    ] {
        let browser = app.browser();
        let page = signs_in_as(&browser, &identifier, &salma.password).await;
        assert_eq!((page.status.as_u16(), page.location()), (303, Some("/account")), "{identifier:?}");
        browser.get("/account").await.shows(200, "Hello, Salma");
    }
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'signed_in'"), 9);
}

#[actix_web::test]
async fn the_country_counts_for_a_number_without_its_own() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    hanna.has_account(&app).await;
    let signs_in = async |identifier: &str, country: &str| {
        let fields = [("identifier", identifier), ("password", hanna.password.as_str()), ("country", country)];
        app.browser().submit("/login", &fields).await
    };
    signs_in(&hanna.national(), "ET").await.redirects_to("/account");
    signs_in(&hanna.phone, "KE").await.redirects_to("/account");
    assert_eq!(signs_in(&hanna.national(), "KE").await.status, 422);
    // The page offers a country; whoever sends none, or nonsense, means the first.
    signs_in(&hanna.national(), "").await.redirects_to("/account");
    signs_in(&hanna.national(), "XX").await.redirects_to("/account");
    let fields = [("identifier", hanna.phone.as_str()), ("password", &hanna.password)];
    app.browser().submit("/login", &fields).await.redirects_to("/account");
}

#[actix_web::test]
async fn l_2_all_spellings_of_an_identifier_share_one_count_and_plus_tags_are_others() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let (local, domain) = salma.email.split_once('@').unwrap();
    let number = |from: &str, to: &str| salma.phone.replacen(from, to, 1);
    let eastern: String =
        salma.national().chars().map(|digit| char::from_u32(0x660 + digit.to_digit(10).unwrap()).unwrap()).collect();
    let wide: String =
        salma.national().chars().map(|digit| char::from_u32(0xFF10 + digit.to_digit(10).unwrap()).unwrap()).collect();
    let spellings = [
        vec![
            salma.email.clone(),
            salma.email.to_uppercase(),
            format!(" {}\u{a0}", salma.email),
            format!("{local}@EXAMPLE.com"),
            format!("{local}@{domain}."),
            format!("\"{local}\"@{domain}"),
            format!("{local}(home)@{domain}"),
            format!("{local}@\u{ff45}xample.com"),
            format!("{local}@exam\u{ad}ple.com"),
        ],
        vec![
            salma.phone.clone(),
            salma.national(),
            number("+", "00"),
            number("+251", "+251 (0)"),
            number("+251", "(0)"),
            number("+", "\u{ff0b}"),
            number("+251", "+251+251"),
            number("+251", "+251\u{200b}"),
            number("+251", "+251\u{a0}"),
            format!("{};ext=1", salma.phone),
            format!("{} ext. 1", salma.phone),
            eastern,
            wide,
        ],
    ];
    for spellings in spellings {
        forget_guesses(&app);
        let mut read = 0;
        for spelling in &spellings {
            let page = signs_in_as(&app.browser(), spelling, WRONG_PASSWORD).await;
            assert_eq!(page.status, 422, "{spelling:?}: {}", page.text());
            read += i64::from(page.error_of("identifier").is_none());
            end_rests(&app);
        }
        assert!(read >= 4, "{read} of {spellings:?}");
        let of_identifiers = "SELECT count(*) FROM password_guesses WHERE key LIKE 'identifier:%'";
        assert_eq!(app.database.number(of_identifiers), 1, "{spellings:?}");
        let wrong = "SELECT wrong FROM password_guesses WHERE key LIKE 'identifier:%'";
        assert_eq!(app.database.number(wrong), read, "{spellings:?}");
    }

    forget_guesses(&app);
    for domain in ["b\u{fc}cher.example", "B\u{dc}CHER.example", "bu\u{308}cher.example", "xn--bcher-kva.example"] {
        signs_in_as(&app.browser(), &format!("lena@{domain}"), WRONG_PASSWORD).await.shows(422, WRONG);
    }
    assert_eq!(app.database.number("SELECT wrong FROM password_guesses WHERE key LIKE 'identifier:%'"), 4);

    forget_guesses(&app);
    let one_address = app.browser();
    for tag in ["", "+a", "+b"] {
        signs_in_as(&one_address, &format!("{local}{tag}@{domain}"), WRONG_PASSWORD).await.shows(422, WRONG);
    }
    assert_eq!(app.database.number("SELECT count(*) FROM password_guesses WHERE key LIKE 'identifier:%'"), 3);
    assert_eq!(app.database.number("SELECT cardinality(guessed_at) FROM address_guesses"), 3, "but one address");
}

// Where a sign-in leads.

const HOSTILE: [&str; 32] = [
    "",
    "/",
    "//evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/%0d%0aset-cookie:%20a=b",
    "/\t/evil.example",
    "\t//evil.example",
    "/\r\n/evil.example",
    "/account\r\nset-cookie: a=b",
    "/account\u{2028}",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://localhost:8080@evil.example",
    "http://localhost:8080.evil.example/account",
    "http://localhost:8080/account",
    "/..//evil.example",
    "/.//evil.example",
    "/;//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/account%00",
    "/account\0",
    "/account/../../evil",
    "/logout",
    "/account/two-factor/off",
    "/account?next=//evil.example",
    " /account/devices",
];

#[actix_web::test]
async fn o_1_web_11_only_our_own_pages_are_led_to() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let (signed_in, other) = (hanna.has_account(&app).await, app.browser());
    let long = format!("/{}", "a".repeat(10 * 1024));
    let encoded = |next: &str| serde_urlencoded::to_string([("next", next)]).unwrap();

    for next in HOSTILE {
        let path = format!("/login?{}", encoded(next));
        let page = app.browser().get(&path).await;
        assert_eq!(page.status, 200, "{next:?}");
        assert!(!page.has("input[name=next]") && !page.body.contains("evil"), "{next:?}");
        signed_in.get(&path).await.redirects_to("/account");
        let fields = [("identifier", hanna.identifier()), ("password", &hanna.password), ("next", next)];
        let page = other.submit("/login", &fields).await;
        assert_eq!((page.status.as_u16(), page.location()), (303, Some("/account")), "{next:?}");
        assert!(page.header("set-cookie").is_some_and(|cookie| !cookie.starts_with("a=")), "{next:?}");
        let fields = [("identifier", hanna.identifier()), ("password", WRONG_PASSWORD), ("next", next)];
        let page = app.browser().submit("/login", &fields).await;
        assert!(!page.has("input[name=next]") && !page.body.contains("evil"), "{next:?}");
        forget_guesses(&app);
    }
    for page in [
        app.browser().get(&format!("/login?{}", encoded(&long))).await,
        signed_in.get(&format!("/login?{}", encoded(&long))).await,
        app.browser().get("/login?next=/account/devices&next=//evil.example").await,
        app.browser().get("/login?next[]=//evil.example").await,
    ] {
        assert!(page.location().is_none_or(|to| to == "/account") && !page.body.contains("evil"), "{:?}", page.status);
    }
    let form =
        serde_urlencoded::to_string([("identifier", hanna.identifier()), ("password", &hanna.password)]).unwrap();
    for (tail, status) in [
        ("next=%2Faccount&next=%2Faccount".to_owned(), 400),
        ("next=%2Faccount&next=%2F%2Fevil.example".to_owned(), 400),
        ("next%5B%5D=%2Faccount".to_owned(), 400),
        (encoded(&long), 413),
    ] {
        let page = app.browser().submit_raw("/login", format!("{form}&{tail}")).await;
        assert_eq!((page.status.as_u16(), page.location()), (status, None), "{tail:.60}");
    }
    let query = app.browser().submit("/login?next=/account/devices", &[("identifier", "a"), ("password", "b")]).await;
    assert_eq!(query.status, 400, "fields stand in the body");
}

#[actix_web::test]
async fn the_page_that_somebody_wanted_comes_after_the_sign_in() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let signed_in = hanna.has_account(&app).await;
    for next in Next::PAGES.into_iter().filter(|page| !page.starts_with("/admin")) {
        let browser = app.browser();
        let page = browser.get(next).await;
        let login = page.location().unwrap().to_owned();
        assert_eq!(login, if next == "/account" { "/login".to_owned() } else { format!("/login?next={next}") });
        let login = browser.get(&login).await;
        let next_field = login.attribute("input[name=next]", "value");
        assert_eq!(next_field.as_deref(), (next != "/account").then_some(next));
        let next_field = next_field.unwrap_or_default();
        let wrong = [("identifier", hanna.identifier()), ("password", WRONG_PASSWORD), ("next", &next_field)];
        let refused = browser.submit("/login", &wrong).await;
        assert_eq!(refused.attribute("input[name=next]", "value").unwrap_or_default(), next_field);
        let right = [("identifier", hanna.identifier()), ("password", &hanna.password), ("next", &next_field)];
        browser.submit("/login", &right).await.redirects_to(next);
        assert!(browser.get(next).await.status.as_u16() < 400);
        signed_in.get(&format!("/login?next={next}")).await.redirects_to(next);
    }
}

#[actix_web::test]
async fn whoever_is_signed_in_does_not_see_the_form() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    browser.get("/login").await.redirects_to("/account");
    app.database.run("DELETE FROM sessions");
    browser.get("/login").await.shows(200, "Sign in");
}

#[actix_web::test]
async fn signing_in_to_another_account_leaves_the_first() {
    let app = TestApp::start().await;
    let (hanna, salma) = (people::maid(), people::sponsor());
    salma.has_account(&app).await;
    let browser = hanna.has_account(&app).await;
    let before = browser.fork();
    salma.signs_in(&browser).await.redirects_to("/account");
    browser.get("/account").await.shows(200, "Hello, Salma");
    before.get("/account").await.redirects_to("/login");
    // And the browser is still known to both.
    assert_eq!(app.database.count("sessions"), 2, "the one of Salma's registration, and this");
}

// A refused form.

#[actix_web::test]
async fn a_refused_form_keeps_what_was_typed_but_the_password() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let long = "x".repeat(257);
    let cases = [
        ("", "", "identifier"),
        ("", WRONG_PASSWORD, "identifier"),
        ("   ", "", "identifier"),
        ("hello", WRONG_PASSWORD, "identifier"),
        ("12", "", "identifier"),
        ("a@b", WRONG_PASSWORD, "identifier"),
        (&salma.email, "", "password"),
        (&salma.email, &long, "password"),
    ];
    for (identifier, password, focused) in cases {
        let fields = [("identifier", identifier), ("password", password), ("country", "SA")];
        let page = app.browser().submit("/login", &fields).await;
        assert_eq!(page.status, 422, "{identifier:?}");
        assert_eq!(page.focused().as_deref(), Some(focused), "{identifier:?} {password:.9}");
        assert!(page.error_of(focused).is_some_and(|error| !error.is_empty()));
        keeps(&page, identifier, password);
        if identifier.trim().is_empty() && password.is_empty() {
            assert!(page.error_of("password").is_some(), "both are told at once");
        }
    }
    assert_eq!(counted(&app), 0, "what cannot be a sign-in is no try");

    let fields = [("identifier", salma.email.as_str()), ("password", WRONG_PASSWORD), ("country", "SA")];
    let page = app.browser().submit("/login", &fields).await;
    page.shows(422, WRONG);
    assert_eq!((page.focused().as_deref(), page.error_of("password").as_deref()), (Some("password"), Some(WRONG)));
    keeps(&page, &salma.email, WRONG_PASSWORD);
    let marked = "<b>\"'&@example.com";
    let page = signs_in_as(&app.browser(), marked, WRONG_PASSWORD).await;
    assert_eq!(page.attribute("#identifier", "value").as_deref(), Some(marked));
    assert!(!page.body.contains("<b>"));
}

#[track_caller]
fn keeps(page: &Page, identifier: &str, password: &str) {
    assert_eq!(page.attribute("#identifier", "value").unwrap_or_default(), identifier);
    assert_eq!(page.attribute("#country option[selected]", "value").as_deref(), Some("SA"));
    assert_eq!(page.attribute("#password", "value").unwrap_or_default(), "");
    assert!(password.is_empty() || !page.body.contains(password));
}

#[actix_web::test]
async fn i_2_d_8_bytes_that_are_no_text_are_refused_before_any_work() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let email = salma.email.replace('@', "%40");
    for bytes in ["%FF", "%FE", "%C0%80", "%ED%A0%80", "%EF%BF%BD", "%00", "%1B", "%7F"] {
        let page = app.browser().submit_raw("/login", format!("identifier={email}&password=kettle{bytes}")).await;
        assert_eq!((page.status.as_u16(), page.focused().as_deref()), (422, Some("password")), "{bytes}");
        for identifier in
            [format!("{bytes}{email}"), format!("sal{bytes}{email}"), format!("{}{bytes}", salma.national())]
        {
            let page = app.browser().submit_raw("/login", format!("identifier={identifier}&password=kettle")).await;
            assert_eq!((page.status.as_u16(), page.focused().as_deref()), (422, Some("identifier")), "{identifier}");
        }
    }
    assert_eq!(counted(&app), 0);
}

#[actix_web::test]
async fn i_5_i_6_fields_that_the_form_does_not_have_are_refused() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    hanna.has_account(&app).await;
    let form =
        serde_urlencoded::to_string([("identifier", hanna.identifier()), ("password", &hanna.password)]).unwrap();
    for tail in
        ["role=administrator", "user_id=1", "remember_device=yes", "identifier=a", "password=b", "password%5B%5D=b"]
    {
        let page = app.browser().submit_raw("/login", format!("{form}&{tail}")).await;
        assert_eq!(page.status, 400, "{tail}");
    }
    assert_eq!(counted(&app), 0);
}

// Passwords.

#[actix_web::test]
async fn pwd_06_a_password_is_compared_as_sent() {
    let app = TestApp::start().await;
    let salma = Person { password: "caf\u{e9} Kettle seven ropE".to_owned(), ..people::sponsor() };
    salma.has_account(&app).await;
    let right = &salma.password;
    for wrong in [
        format!(" {right}"),
        format!("{right} "),
        right.to_lowercase(),
        right.to_uppercase(),
        right.replace("ropE", "ropF"),
        right[..right.len() - 1].to_owned(),
        right.replace(' ', ""),
        right.replace(' ', "\u{a0}"),
        right.replace('\u{e9}', "e"),
        format!("{right}{}", "x".repeat(200)),
    ] {
        forget_guesses(&app);
        signs_in_as(&app.browser(), &salma.email, &wrong).await.shows(422, WRONG);
    }
    forget_guesses(&app);
    signs_in_as(&app.browser(), &salma.email, right).await.redirects_to("/account");
    let decomposed = right.replace('\u{e9}', "e\u{301}");
    signs_in_as(&app.browser(), &salma.email, &decomposed).await.redirects_to("/account");
}

/// What an earlier version with lower settings would have kept of a password.
fn cheap_hash(password: &str) -> String {
    let pepper = KeyRing::derive(&SecretKey::for_development(), KeyUse::PasswordPepper).current;
    let (salt, mut hash) = ([7; 16], [0; 32]);
    let params = Params::new(8 * 1024, 1, 1, Some(hash.len())).unwrap();
    let argon2 = Argon2::new_with_secret(pepper.expose(), Algorithm::Argon2id, Version::V0x13, params).unwrap();
    argon2.hash_password_into(password.as_bytes(), &salt, &mut hash).unwrap();
    let [key_id, salt, hash] = [pepper.id.0.as_bytes(), &salt, &hash].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    format!("$argon2id$v=19$m=8192,t=1,p=1,keyid={key_id}${salt}${hash}")
}

#[actix_web::test]
async fn pwd_08_a_hash_of_lower_cost_is_made_anew_by_the_right_password() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let cheap = cheap_hash(&salma.password);
    app.database.run(&format!("UPDATE users SET password_hash = '{cheap}'"));
    let kept = || app.database.text("SELECT password_hash FROM users").unwrap();

    salma.signs_in_wrongly(&app.browser()).await.shows(422, WRONG);
    assert_eq!(kept(), cheap);
    salma.signs_in(&app.browser()).await.redirects_to("/account");

    let anew = kept();
    assert!(anew.contains("m=19456,t=2,p=1"), "{anew}");
    salma.signs_in(&app.browser()).await.redirects_to("/account");
    assert_eq!(kept(), anew, "once is enough");
    salma.signs_in_wrongly(&app.browser()).await.shows(422, WRONG);
}

// What strangers learn.

/// Everything about an answer that can be told from another, also the order of its headers as they came over the wire.
async fn answer(app: &TestApp, person: &Person, identifier: &str, password: &str) -> (Seen, Vec<String>) {
    let browser = app.browser();
    let page = signs_in_as(&browser, identifier, password).await;
    assert!(matches!(page.status.as_u16(), 422 | 429), "{identifier}: {} {}", page.status, page.text());
    let body = serde_urlencoded::to_string([("identifier", identifier), ("password", password)]).unwrap();
    let head = browser.head_of_form("/login", body.len());
    let over_the_wire = raw::exchange(app.address(), format!("{head}{body}")).text;
    let (head, _) = over_the_wire.split_once("\r\n\r\n").unwrap();
    let names = head.lines().skip(1).map(|line| line.split(':').next().unwrap_or_default().to_owned());
    (seen(&page, person), names.collect())
}

#[actix_web::test]
async fn e_1_aut_09_unknown_wrong_disabled_and_counted_out_are_one_answer() {
    let app = TestApp::start().await;
    let new = async || {
        let person = sponsor_of_equal_length();
        person.has_account(&app).await;
        person
    };
    let set = |person: &Person, changes: &str| {
        app.database.run(&format!("UPDATE users SET {changes} WHERE email = '{}'", person.email));
    };
    let (unknown, wrong, disabled) = (sponsor_of_equal_length(), new().await, new().await);
    let (contested, counted_out) = (new().await, new().await);
    set(&disabled, "status = 'disabled'");
    set(&contested, "phone_verified_at = NULL, phone_contested_at = now()");
    for _ in 0..5 {
        signs_in_as(&app.browser(), &counted_out.email, WRONG_PASSWORD).await.shows(422, WRONG);
    }
    let second_factor = Owner::with_sms(&app).await.person;
    let second_factor_number = Person { email: second_factor.email.clone(), ..second_factor };

    let expected = answer(&app, &unknown, &unknown.email, WRONG_PASSWORD).await;
    for (person, password) in [(&wrong, WRONG_PASSWORD), (&disabled, WRONG_PASSWORD), (&disabled, &disabled.password)] {
        assert_eq!(answer(&app, person, &person.email, password).await, expected, "{person:?} {password}");
    }
    let expected = answer(&app, &unknown, &unknown.phone, WRONG_PASSWORD).await;
    for (person, password) in [
        (&wrong, WRONG_PASSWORD),
        (&disabled, &disabled.password),
        (&contested, &contested.password),
        (&counted_out, &counted_out.password),
        (&second_factor_number, WRONG_PASSWORD),
    ] {
        assert_eq!(answer(&app, person, &person.phone, password).await, expected, "{person:?} {password}");
    }
    assert_eq!(app.texts_sent().await, 5 + 1, "of the registrations, and of two-factor");
}

#[actix_web::test]
async fn e_5_known_and_unknown_identifiers_are_refused_alike_at_the_limit_and_beyond() {
    let app = TestApp::start().await;
    let (known, unknown) = (sponsor_of_equal_length(), sponsor_of_equal_length());
    known.has_account(&app).await;
    for by_phone in [false, true] {
        forget_guesses(&app);
        for round in 0..12 {
            let mut answers = Vec::new();
            for person in [&known, &unknown] {
                let identifier = if by_phone { &person.phone } else { &person.email };
                let page = signs_in_as(&app.browser(), identifier, WRONG_PASSWORD).await;
                let wait = page.header("retry-after").map(|wait| wait.parse::<i64>().unwrap());
                answers.push((seen(&page, person), wait));
            }
            let [(one, one_wait), (other, other_wait)] = answers.try_into().unwrap();
            assert_eq!(one, other, "{round}");
            assert_eq!(one_wait.is_some(), round >= 5 && (round - 5) % 2 == 0, "{round}: {one_wait:?}");
            assert!(one_wait.unwrap_or_default().abs_diff(other_wait.unwrap_or_default()) <= 1, "{round}");
            if one_wait.is_some() {
                end_rests(&app);
            }
        }
    }
}

#[actix_web::test]
async fn a_password_that_is_refused_without_being_compared_costs_a_hash_too() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let fastest = async |identifier: &str| {
        let mut times = Vec::new();
        for _ in 0..5 {
            forget_guesses(&app);
            // Behind the email the account is counted out, so nothing is compared for the number.
            app.database.run(
                "INSERT INTO password_guesses SELECT 'account:' || id, 9, now() + interval '10 minutes' FROM users",
            );
            let begun = std::time::Instant::now();
            signs_in_as(&app.browser(), identifier, &salma.password).await.shows(422, WRONG);
            times.push(begun.elapsed());
        }
        times.into_iter().min().unwrap()
    };
    let (counted_out, unknown) = (fastest(&salma.phone).await, fastest(&people::new_phone()).await);
    assert!(counted_out > unknown / 2, "{counted_out:?} and {unknown:?}");
}

// Cookies that were planted.

#[actix_web::test]
async fn p_8_ses_03_whatever_was_planted_is_replaced_at_sign_in_and_dead_afterwards() {
    let app = TestApp::start().await;
    let (salma, attacker) = (people::sponsor(), Owner::with_sms(&app).await);
    salma.has_account(&app).await;
    // A session, a known browser, and a second step that is owed: each in the browser that the victim then uses.
    let signed_in = attacker.browser.fork();
    let half_finished = attacker.begins(&app).await;
    let both = signed_in.fork();
    attacker.begins_in(&both).await;
    for planted in [signed_in, half_finished, both] {
        let victim = planted.fork();
        salma.signs_in(&victim).await.redirects_to("/account");

        for (name, value) in planted.cookies() {
            assert_ne!(victim.cookies().get(&name), Some(&value), "{name}");
        }
        victim.get("/account").await.shows(200, "Hello, Salma");
        victim.get("/login/verify").await.redirects_to("/login");
        // The attacker's session has ended with the victim's sign-in, and is not the victim's.
        planted.get("/account").await.redirects_to("/login");
        // Nor is the planted browser one that the victim's account knows.
        for _ in 0..5 {
            salma.signs_in_wrongly(&app.browser()).await.shows(422, WRONG);
        }
        assert_eq!(salma.signs_in(&planted.fork()).await.status, 429);
        salma.signs_in(&victim).await.redirects_to("/account");
        forget_guesses(&app);
    }
}

#[actix_web::test]
async fn p_8_a_session_in_an_address_is_none() {
    let app = TestApp::start().await;
    let browser = people::maid().has_account(&app).await;
    let value = &browser.cookies()["latchkey"];
    for name in ["session", "latchkey", "token"] {
        let query = serde_urlencoded::to_string([(name, value)]).unwrap();
        app.browser().get(&format!("/account?{query}")).await.redirects_to("/login");
    }
}

#[actix_web::test]
async fn c_2_another_site_signs_nobody_in() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    hanna.has_account(&app).await;
    let victim = app.browser();
    let fields = [("identifier", hanna.identifier()), ("password", &hanna.password)];
    for site in ["cross-site", "same-site", "none", "x"] {
        let request = victim.bare(Method::POST, "/login").header("sec-fetch-site", site).form(&fields);
        assert_eq!(victim.send(request).await.status, 403, "{site}");
    }
    assert!(victim.cookies().is_empty());
    assert_eq!(counted(&app), 0);
}
