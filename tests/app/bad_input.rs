//! What nobody types: broken bytes, endless fields, forms that are not ours. Nothing of it is kept, nothing sent.

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    people::{self, Person},
    raw::exchange,
};

/// Bytes that no field takes, percent-encoded as a form sends them.
const BAD_BYTES: [&str; 12] = [
    "%00",       // NUL
    "%0A",       // line feed
    "%1B%5B31m", // escape
    "%7F",       // delete
    "%C2%85",    // next line
    "%FF",       // no UTF-8
    "%FE",       // no UTF-8
    "%C0%80",    // overlong NUL
    "%ED%A0%80", // a surrogate
    "%EF%BF%BD", // U+FFFD as itself
    "%E2%80%AE", // U+202E
    "%E2%80%A8", // line separator
];

/// A form with fields that would do, in a browser that may send it.
struct Filled {
    path: &'static str,
    browser: Browser,
    fields: Vec<(&'static str, String)>,
}

impl Filled {
    /// The body with one field changed: `change` gets its value, encoded.
    fn body_with(&self, name: &str, change: impl Fn(&str) -> String) -> String {
        let pair = |(field, value): &(&str, String)| {
            let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            format!("{field}={}", if *field == name { change(&value) } else { value })
        };
        self.fields.iter().map(pair).collect::<Vec<_>>().join("&")
    }

    fn body(&self) -> String {
        self.body_with("", str::to_owned)
    }

    async fn send(&self, body: String) -> Page {
        self.browser.submit_raw(self.path, body).await
    }
}

fn encoded(person: &Person) -> Vec<(&'static str, String)> {
    let names = ["role", "full_name", "email", "country", "phone", "password", "accept_terms"];
    names.into_iter().zip(person.fields().into_iter().map(|(_, value)| value.to_owned())).collect()
}

/// Every form of a registration, each at a point where it would be accepted.
async fn forms(app: &TestApp) -> Vec<Filled> {
    let (owner, claiming) = (people::sponsor(), app.browser());
    owner.registers(app, &app.browser()).await;
    app.let_pass("61 minutes");
    let code = Person { phone: owner.phone, ..people::sponsor() }.begins(app, &claiming).await;
    claiming.submit("/register/verify", &[("code", &code)]).await.redirects_to("/register/claim");
    let proving = app.browser();
    let code = people::maid().begins(app, &proving).await;
    let number = vec![("country", "ET".to_owned()), ("phone", people::new_phone())];
    vec![
        Filled { path: "/register", browser: app.browser(), fields: encoded(&people::sponsor()) },
        Filled { path: "/register/verify", browser: proving.clone(), fields: vec![("code", code)] },
        Filled { path: "/register/phone", browser: proving.clone(), fields: number },
        Filled { path: "/register/resend", browser: proving, fields: vec![] },
        Filled { path: "/register/claim", browser: claiming, fields: vec![("choice", "move".to_owned())] },
        Filled { path: "/logout", browser: app.browser(), fields: vec![] },
    ]
}

/// What exists, to compare with later: every row and every call to Twilio.
fn state(app: &TestApp) -> (String, usize) {
    (app.database.dump(), app.twilio.calls().len())
}

#[actix_web::test]
async fn i_2_bad_bytes_are_refused_in_every_field() {
    let app = TestApp::start().await;
    let forms = forms(&app).await;
    let before = state(&app);
    for form in &forms {
        for (name, _) in &form.fields {
            for bytes in BAD_BYTES {
                for (change, body) in [
                    ("after", form.body_with(name, |value| format!("{value}{bytes}"))),
                    ("before", form.body_with(name, |value| format!("{bytes}{value}"))),
                ] {
                    let page = form.send(body).await;
                    assert_eq!(page.status, 422, "{bytes} {change} {name} at {}", form.path);
                    assert!(page.error_of(name).is_some() || *name == "choice", "{bytes} in {name}: {}", page.text());
                }
            }
        }
    }
    assert_eq!(state(&app), before);
    // And the same forms without them are taken.
    let [register, verify, ..] = &forms[..] else { unreachable!() };
    register.send(register.body()).await.redirects_to("/register/verify");
    verify.send(verify.body()).await.redirects_to("/account");
}

#[actix_web::test]
async fn i_2_bad_bytes_in_names_of_fields_are_refused() {
    let app = TestApp::start().await;
    let forms = forms(&app).await;
    let before = state(&app);
    for form in &forms {
        for bytes in BAD_BYTES {
            let with_another = format!("{}&x{bytes}=1", form.body());
            assert_eq!(form.send(with_another).await.status, 400, "{bytes} at {}", form.path);
        }
    }
    assert_eq!(state(&app), before);
}

#[actix_web::test]
async fn i_5_i_6_doubled_bracketed_unknown_and_query_borne_fields_are_refused() {
    let app = TestApp::start().await;
    let forms = forms(&app).await;
    let before = state(&app);
    for form in &forms {
        let body = form.body();
        let mut bodies = vec![format!("{body}&unknown=1"), format!("{body}&="), format!("{body}&lang=en")];
        for (name, value) in &form.fields {
            bodies.push(format!("{body}&{name}={value}"));
            bodies.push(format!("{name}=&{body}"));
            for bracketed in [format!("{name}[]"), format!("{name}[0]"), format!("{name}%5B%5D"), format!("{name}.0")] {
                bodies.push(format!("{body}&{bracketed}=x"));
                bodies.push(body.replace(&format!("{name}="), &format!("{bracketed}=")));
            }
            bodies.push(body.replace(&format!("{name}="), &format!("{}=", name.to_uppercase())));
        }
        for column in
            ["status", "phone_verified_at", "auth_epoch", "two_factor_method", "id", "user_id", "password_hash"]
        {
            bodies.push(format!("{body}&{column}=1"));
        }
        for body in bodies {
            let page = form.send(body.clone()).await;
            assert_eq!(page.status, 400, "{body} at {}", form.path);
        }
        for query in ["?role=maid", "?unknown=1", "?code=123456", "?x"] {
            let page = form.browser.submit_raw(&format!("{}{query}", form.path), body.clone()).await;
            assert_eq!(page.status, 400, "{query} at {}", form.path);
        }
    }
    assert_eq!(state(&app), before);
}

#[actix_web::test]
async fn i_6_nobody_registers_as_more_than_sponsor_or_maid() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for role in ["admin", "administrator", "Maid", "SPONSOR", "maid ", "maid,sponsor", "0", ""] {
        let page = browser.submit("/register", &people::sponsor().fields_with("role", role)).await;
        assert_eq!(page.status, 422, "{role:?}");
        assert_eq!(page.focused().as_deref(), Some("role"));
    }
    assert_eq!(app.database.count("registrations"), 0);
}

#[actix_web::test]
async fn i_4_inp_18_other_bodies_than_plain_forms_are_refused() {
    let app = TestApp::start().await;
    let forms = forms(&app).await;
    let before = state(&app);
    for form in &forms {
        let send = async |headers: &[(&str, &str)]| {
            let request =
                headers.iter().fold(form.browser.form(form.path), |it, (name, value)| it.header(*name, *value));
            form.browser.send(request.body(form.body())).await.status.as_u16()
        };
        for content_type in [
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/json",
            "application/xml",
            "application/x-www-form-urlencodedx",
            "application/x-www-form-urlencoded, text/plain",
            "",
        ] {
            assert_eq!(send(&[("content-type", content_type)]).await, 415, "{content_type:?} at {}", form.path);
        }
        assert_eq!(send(&[]).await, 415, "no type at {}", form.path);
        for encoding in ["gzip", "br", "zstd", "deflate", "identity", "x"] {
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("content-encoding", encoding)];
            assert_eq!(send(&headers).await, 415, "{encoding} at {}", form.path);
        }
    }
    assert_eq!(state(&app), before);
    let typed =
        forms[0].browser.form("/register").header("content-type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8");
    forms[0].browser.send(typed.body(forms[0].body())).await.redirects_to("/register/verify");
}

#[actix_web::test]
async fn i_3_a_body_of_more_than_8_kib_is_refused() {
    let app = TestApp::start().await;
    let forms = forms(&app).await;
    let before = state(&app);
    for form in &forms {
        let padded = |length: usize| format!("x={}", "a".repeat(length - 2));
        assert_eq!(form.send(padded(8 * 1024)).await.status, 400, "{}", form.path);
        assert_eq!(form.send(padded(8 * 1024 + 1)).await.status, 413, "{}", form.path);
        assert_eq!(form.send("a=b&".repeat(10_000)).await.status, 413, "{}", form.path);
        assert_eq!(form.send("a=b&".repeat(2000)).await.status, 400, "{}", form.path);
        assert_eq!(form.send("&".repeat(8000)).await.status, form.send(String::new()).await.status, "{}", form.path);
    }
    for name in forms[0].fields.iter().map(|(name, _)| *name) {
        let page = forms[0].send(forms[0].body_with(name, |_| "a".repeat(1 << 20))).await;
        assert_eq!(page.status, 413, "{name}");
    }
    assert_eq!(state(&app), before);
}

#[actix_web::test]
async fn i_3_an_endless_body_is_refused_before_its_end() {
    let app = TestApp::start().await;
    let head = "POST /register HTTP/1.1\r\nHost: localhost:8080\r\nSec-Fetch-Site: same-origin\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n";
    let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
    for body in [
        format!("Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(64)),
        format!("Content-Length: 1073741824\r\n\r\n{chunk}"),
    ] {
        let answer = exchange(app.address(), format!("{head}{body}"));
        assert_eq!(answer.statuses(), [413], "{}", answer.text);
    }
    assert_eq!(app.browser().get("/healthz").await.status, 200);
}

#[actix_web::test]
async fn inp_10_every_field_is_asked_for_and_bounded() {
    let app = TestApp::start().await;
    let forms = forms(&app).await;
    let before = state(&app);
    for form in forms.iter().filter(|form| !form.fields.is_empty()) {
        for (name, _) in &form.fields {
            let without =
                form.fields.iter().filter(|(field, _)| field != name).map(|(field, value)| (*field, value.as_str()));
            let missing = form.browser.submit(form.path, &without.collect::<Vec<_>>()).await;
            let mut wrong = vec![("missing", missing)];
            for (what, value) in [
                ("empty", String::new()),
                ("blank", "+%C2%A0".to_owned()),
                ("long", "a".repeat(300)),
                ("digits", "1".repeat(3000)),
            ] {
                wrong.push((what, form.send(form.body_with(name, |_| value.clone())).await));
            }
            for (what, page) in wrong {
                assert_eq!(page.status, 422, "{name} {what} at {}", form.path);
                assert!(page.title().starts_with("Please check:"), "{name} {what}: {}", page.title());
                assert_eq!(page.focused().as_deref(), Some(*name), "{what}");
                assert!(page.error_of(name).is_some_and(|message| message.ends_with('.')), "{name} {what}");
            }
        }
    }
    assert_eq!(state(&app), before);
}

#[actix_web::test]
async fn inp_10_lengths_hold_to_the_character() {
    let app = TestApp::start().await;
    let (salma, browser) = (people::sponsor(), app.browser());
    let refusal = async |name: &str, value: &str| {
        // The terms stay open, so that nothing is taken.
        let fields: Vec<(&str, &str)> =
            salma.fields_with(name, value).into_iter().filter(|(name, _)| *name != "accept_terms").collect();
        browser.submit("/register", &fields).await.error_of(name)
    };
    for (name, longest, too_long) in [
        ("full_name", "ሐ".repeat(100), "ሐ".repeat(101)),
        ("email", format!("{}@example.com", "a".repeat(64)), format!("{}@example.com", "a".repeat(65))),
    ] {
        assert_eq!(refusal(name, &longest).await, None);
        assert!(refusal(name, &too_long).await.unwrap().contains("too long"));
    }
}

#[actix_web::test]
async fn a_refused_form_keeps_what_was_typed_but_never_password_and_code() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let typed = [
        ("role", "maid"),
        ("full_name", "Hanna <b>\"Tesfaye\" & 'Co'"),
        ("email", "not an address"),
        ("country", "SA"),
        ("phone", "0501 23"),
        ("password", "kettle window seven rope"),
        ("accept_terms", "yes"),
    ];
    let page = browser.submit("/register", &typed).await;
    page.shows(422, "Please check");
    assert_eq!(page.attribute("#full_name", "value").as_deref(), Some(typed[1].1));
    assert_eq!(page.attribute("#email", "value").as_deref(), Some(typed[2].1));
    assert_eq!(page.attribute("#country [selected]", "value").as_deref(), Some("SA"));
    assert_eq!(page.attribute("#phone", "value").as_deref(), Some(typed[4].1));
    assert_eq!(page.attribute("[name=role][checked]", "value").as_deref(), Some("maid"));
    assert!(page.attribute("#accept_terms", "checked").is_some());
    assert_eq!(page.attribute("#password", "value"), None);
    assert!(!page.body.contains("kettle") && !page.body.contains("<b>\""));
    assert_eq!(page.focused().as_deref(), Some("email"), "the first that is wrong");
    assert_eq!(page.attribute("[role=alert] a", "href").as_deref(), Some("#email"));

    people::maid().begins(&app, &browser).await;
    for code in ["98765", "987654"] {
        let page = browser.submit("/register/verify", &[("code", code)]).await;
        assert!(page.status == 422 && !page.body.contains(code), "{code}");
        assert_eq!(page.focused().as_deref(), Some("code"));
        assert!(page.title().starts_with("Please check:"));
    }
    let page = browser.submit("/register/phone", &[("country", "KW"), ("phone", "12 34")]).await;
    assert_eq!(page.attribute("#phone", "value").as_deref(), Some("12 34"));
    assert_eq!(page.attribute("#country [selected]", "value").as_deref(), Some("KW"));
    assert!(page.attribute("details", "open").is_some(), "the form with the mistake is open");
}

#[actix_web::test]
async fn inp_02_what_is_typed_is_shown_as_text() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for payload in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus onfocus=alert(1) x='",
        "</title><svg onload=alert(1)>",
        "{{7*7}}${7*7}#{7*7}<%= 7*7 %>",
        "&lt;script&gt;",
        "javascript:alert(1)",
    ] {
        let filled_with =
            |text| ["role", "full_name", "email", "country", "phone", "accept_terms"].map(|name| (name, text));
        let clean = browser.submit("/register", &filled_with("x")).await;
        let page = browser.submit("/register", &filled_with(payload)).await;
        assert_eq!(page.attribute("#full_name", "value").as_deref(), Some(payload));
        assert_eq!(page.attribute("#phone", "value").as_deref(), Some(payload));
        let known: Vec<String> = names(&clean);
        let new: Vec<String> = names(&page).into_iter().filter(|name| !known.contains(name)).collect();
        assert_eq!(new, [""; 0], "{payload}");
    }
}

/// The names of all elements and of all attributes on them.
fn names(page: &Page) -> Vec<String> {
    let html = page.html();
    let elements = html.root_element().descendants().filter_map(scraper::ElementRef::wrap);
    let names = elements.flat_map(|it| {
        let attributes = it.value().attrs().map(|(name, _)| name.to_owned());
        std::iter::once(it.value().name().to_owned()).chain(attributes).collect::<Vec<_>>()
    });
    names.collect()
}

#[actix_web::test]
async fn phn_04_twenty_spellings_are_one_number_at_the_wire() {
    let generous = [("TWILIO_MAX_SMS_PER_HOUR", "100"), ("TWILIO_MAX_SMS_PER_DAY", "1000")];
    let app = TestApp::start_with("messaging", &generous).await;
    let spellings = [
        "+251911234567",
        "0911234567",
        "911234567",
        "251911234567",
        "00251911234567",
        "0911 234 567",
        "0911-234-567",
        "0911.234.567",
        "(0911) 23/45/67",
        "+251 (0)91 123 4567",
        "00251 0911 234 567",
        " 0911234567 ",
        "0911\u{a0}234\u{2009}567",
        "0911–234—567",
        "٠٩١١٢٣٤٥٦٧",
        "+٢٥١ ٩١١ ٢٣٤ ٥٦٧",
        "۰۹۱۱۲۳۴۵۶۷",
        "０９１１２３４５６７",
        "\u{202a}+251 911 234 567\u{202c}",
        "\u{200e}0911\u{200b}234567\u{feff}",
    ];
    for typed in spellings {
        let page = app.browser().submit("/register", &people::maid().fields_with("phone", typed)).await;
        assert_eq!(page.status, 303, "{typed:?}: {}", page.text());
    }
    assert_eq!(app.twilio.messages_to("+251911234567").len(), spellings.len());
    assert!(app.twilio.calls().iter().all(|call| call.field("To") == Some("+251911234567")));
    assert_eq!(app.database.number("SELECT count(DISTINCT phone_number) FROM sms_messages"), 1);
}

#[actix_web::test]
async fn phn_04_numbers_that_take_no_texts_or_cost_extra_are_refused_in_words() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for (country, number, words) in [
        ("ET", "011 111 2345", "cannot receive text messages"),
        ("SA", "011 234 5678", "cannot receive text messages"),
        ("LB", "01 123 456", "cannot receive text messages"),
        ("ET", "+966 9200 12345", "cannot receive text messages"),
        ("ET", "+44 9012 345678", "cannot receive text messages"),
        ("ET", "+1 900 234 5678", "cannot receive text messages"),
        ("ET", "+881612345678", "cannot receive text messages"),
        ("ET", "0911 23 45", "too short for Ethiopia"),
        ("ET", "0911 234 567 89", "too long for Ethiopia"),
        ("ET", "0211 234 567", "no such number in Ethiopia"),
        ("ET", "0911 234 567 ext. 5", "Please write digits only"),
        ("ET", "0911 CALL ME", "Please write digits only"),
        ("ET", "+251+911234567", "Please write digits only"),
        ("ET", "0911234567;phone-context=evil", "Please write digits only"),
    ] {
        let fields = [("country", country), ("phone", number)];
        let page = browser.submit("/register", &fields).await;
        assert_eq!(page.status, 422);
        let told = page.error_of("phone").unwrap();
        assert!(told.contains(words), "{number}: {told}");
    }
    assert!(app.twilio.calls().is_empty());
}

#[actix_web::test]
async fn i_9_what_is_no_code_costs_no_guess() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    let (head, tail) = code.split_at(3);
    for typed in [
        "12345".to_owned(),
        "1234567".to_owned(),
        "+12345".to_owned(),
        "1e5".to_owned(),
        "-0".to_owned(),
        "0x1F".to_owned(),
        "42".to_owned(),
        format!("{code}\n"),
        format!("\t{code}"),
        format!("{code}0"),
        format!("{head},{tail}"),
        format!("{head}.{tail}"),
        format!("{code}'"),
        format!("{code} OR 1=1"),
        format!("{code}{}", " ".repeat(64)),
        "1".repeat(7000),
        "፩፪፫፬፭፮".to_owned(),
        "½½½½½½".to_owned(),
        String::new(),
    ] {
        let page = browser.submit("/register/verify", &[("code", &typed)]).await;
        assert_eq!(page.status, 422, "{typed:?}");
        assert!(!page.text().contains("Invalid code"), "{typed:?}");
    }
    assert_eq!(app.database.number("SELECT guesses_left FROM phone_verifications"), 3);
    browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
}

#[actix_web::test]
async fn i_9_a_code_is_understood_in_the_digits_and_groups_people_write() {
    let app = TestApp::start().await;
    let in_digits_from = |zero: char, code: &str| -> String {
        code.chars().map(|c| char::from_u32(u32::from(zero) + c.to_digit(10).unwrap()).unwrap()).collect()
    };
    let spellings: [&dyn Fn(&str) -> String; 5] = [
        &|code| in_digits_from('٠', code),
        &|code| in_digits_from('۰', code),
        &|code| format!(" {} {} ", &code[..3], &code[3..]),
        &|code| format!("{}-{}", &code[..3], &code[3..]),
        &|code| format!("\u{2068}{code}\u{2069}"),
    ];
    for spell in spellings {
        let browser = app.browser();
        let code = spell(&people::maid().begins(&app, &browser).await);
        browser.submit("/register/verify", &[("code", &code)]).await.redirects_to("/account");
    }
}
