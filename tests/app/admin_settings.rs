//! The page of the settings: bounds, versions, the audit trail, credentials (A-4, AUZ-08).

use crate::support::{
    PUBLIC_URL, SECRET_KEY, TestApp, at_once,
    browser::Page,
    fake_twilio::{Behaviour, Operation},
    owners::Owner,
    receiver::SECRET,
    settings::{PAGE, SettingsForm},
};

/// Each number with its bounds as the page promises them.
const NUMBERS: [(&str, u32, u32); 13] = [
    ("verification_minutes", 5, 10),
    ("second_step_minutes", 3, 10),
    ("sms_per_hour", 1, 10),
    ("sms_per_day", 1, 20),
    ("sms_per_address", 3, 50),
    ("sms_in_all", 10, 10_000),
    ("wrong_passwords", 3, 10),
    ("longest_rest_minutes", 1, 15),
    ("wrong_codes", 5, 10),
    ("password_least", 8, 64),
    ("cap_hour", 1, 500),
    ("cap_day", 1, 2000),
    ("cap_month", 10, 20_000),
];

const VERSION: &str = "SELECT version FROM settings";
const STORED: &str = "SELECT changed::text FROM settings";
const AUDITED: &str = "SELECT count(*) FROM audit WHERE act = 'setting_changed'";

/// The changes in the audit trail: subject, before, after.
fn audited(app: &TestApp) -> Vec<String> {
    let rows = "SELECT string_agg(concat_ws(' ', subject, before, after), E'\\n' ORDER BY number) FROM audit
                WHERE act = 'setting_changed'";
    app.database.text(rows).unwrap_or_default().lines().map(str::to_owned).collect()
}

fn all_with(form: &SettingsForm, value: impl Fn(&(&str, u32, u32)) -> String) -> SettingsForm {
    NUMBERS.iter().fold(form.clone(), |form, number| form.with(number.0, &value(number)))
}

#[track_caller]
fn refuses(page: &Page, field: &str, words: &str) {
    assert_eq!(page.status, 422, "{field}: {}", page.text());
    let told = page.error_of(field).unwrap_or_else(|| panic!("nothing beside {field}: {}", page.text()));
    assert!(told.contains(words), "{field}: {told}");
}

#[actix_web::test]
async fn a_4_limits_out_of_bounds_are_refused() {
    let app = TestApp::start().await;
    let admin = Owner::administrator(&app).await;
    let browser = &admin.browser;
    let form = browser.settings().await;
    let before =
        (app.database.number(VERSION), app.database.text(STORED), app.database.text("SELECT b::text FROM budgets b"));
    for nonsense in [
        "0",
        "-1",
        "+7",
        "2147483648",
        "9223372036854775808",
        "1000000000",
        "1e9",
        "NaN",
        "inf",
        "",
        " ",
        "1.5",
        "1,5",
        "0x7",
        "seven",
        "7 7",
        "7\0",
        "\u{202e}7",
        "' OR 1=1",
        "<script>alert(1)</script>",
    ] {
        let page = all_with(&form, |_| nonsense.to_owned()).sent_by(browser).await;
        for (field, least, most) in NUMBERS {
            refuses(&page, field, &format!("Please write a whole number from {least} to {most}."));
        }
        assert_eq!(page.focused().as_deref(), Some("verification_minutes"));
        assert!(page.title().starts_with("Please check"), "{}", page.title());
        assert!(!page.has("script"), "{nonsense}");
    }
    for beyond in [-1, 1] {
        let page = all_with(&form, |(_, least, most)| {
            (if beyond < 0 { i64::from(*least) } else { i64::from(*most) } + beyond).to_string()
        });
        let page = page.sent_by(browser).await;
        for (field, ..) in NUMBERS {
            refuses(&page, field, "Please write a whole number from");
        }
    }
    // One that is wrong keeps all others from being saved, and what was typed stays.
    let page = form.clone().with("verification_minutes", "7").with("wrong_codes", "4").sent_by(browser).await;
    refuses(&page, "wrong_codes", "from 5 to 10");
    let shown = SettingsForm::on(&page);
    assert_eq!((shown.value("verification_minutes"), shown.value("wrong_codes")), (Some("7"), Some("4")));
    assert_eq!(page.focused().as_deref(), Some("wrong_codes"));

    let page = form.clone().with("sms_per_hour", "6").with("sms_per_day", "5").sent_by(browser).await;
    refuses(&page, "sms_per_day", "This is less than the 6 in an hour. Write 6 or more.");

    let after =
        (app.database.number(VERSION), app.database.text(STORED), app.database.text("SELECT b::text FROM budgets b"));
    assert_eq!((before, 0), (after, app.database.number(AUDITED)));
}

#[actix_web::test]
async fn a_4_what_lies_at_the_bounds_is_saved_and_each_change_is_written_down() {
    let app = TestApp::start().await;
    let admin = Owner::administrator(&app).await;
    let browser = &admin.browser;
    let form = browser.settings().await;
    form.sent_by(browser).await.redirects_to(PAGE);
    browser.get(PAGE).await.shows(200, "Nothing was changed");
    assert_eq!((app.database.number(VERSION), app.database.number(AUDITED)), (1, 0));

    all_with(&form, |(_, least, _)| least.to_string()).sent_by(browser).await.redirects_to(PAGE);
    let page = browser.get(PAGE).await;
    page.shows(200, "Your changes are saved");
    let least = SettingsForm::on(&page);
    assert_eq!(least.value("version"), Some("2"));
    all_with(&least, |(_, _, most)| most.to_string()).sent_by(browser).await.redirects_to(PAGE);
    let most = browser.settings().await;
    for (field, low, high) in NUMBERS {
        assert_eq!((least.value(field), most.value(field)), (Some(&*low.to_string()), Some(&*high.to_string())));
    }
    let trail = audited(&app);
    assert!(trail.contains(&"setting:verification_minutes 10 5".to_owned()), "{trail:?}");
    assert!(trail.contains(&"setting:verification_minutes 5 10".to_owned()), "{trail:?}");
    assert!(trail.contains(&"setting:cap_day \"200\" \"1\"".to_owned()), "{trail:?}");
    assert!(trail.contains(&"setting:cap_day \"1\" \"2000\"".to_owned()), "{trail:?}");
    assert_eq!(trail.len(), 2 * NUMBERS.len());
    let by = format!("SELECT count(*) FROM audit WHERE actor = 'administrator:{}'", admin.id(&app));
    assert_eq!(app.database.number(&by), app.database.number(AUDITED));
    let stored = app.database.text(STORED).unwrap();
    assert!(!stored.contains("verification_minutes"), "only what differs is stored: {stored}");
    assert_eq!(app.database.text("SELECT month_micros FROM budgets WHERE scope = 'ALL'").unwrap(), "20000000000");

    // Digits of other scripts are digits.
    browser.sets(&[("password_least", "١٢"), ("cap_hour", "፵፪"), ("verification_minutes", " ۷ ")]).await;
    let read = browser.settings().await;
    assert_eq!(
        ["password_least", "cap_hour", "verification_minutes"].map(|field| read.value(field).unwrap()),
        ["12", "42", "7"]
    );
}

#[actix_web::test]
async fn a_4_what_the_page_does_not_have_is_refused_and_what_is_missing_is_not_emptied() {
    let app = TestApp::start().await;
    let admin = Owner::administrator(&app).await;
    let browser = &admin.browser;
    browser.sets(&[("text_en_sign_in", "Latchkey: {code}"), ("password_least", "12")]).await;
    let form = browser.settings().await;
    for unknown in ["DATABASE_URL", "TWILIO_AUTH_TOKEN", "argon2_memory", "base_url", "Verification_minutes", ""] {
        assert_eq!(form.clone().with(unknown, "8").sent_by(browser).await.status, 400, "{unknown}");
    }
    assert_eq!(form.clone().twice("password_least").sent_by(browser).await.status, 400);
    assert_eq!(form.clone().twice("version").sent_by(browser).await.status, 400);
    for (field, _) in NUMBERS.iter().map(|(field, ..)| (*field, ())).chain([("text_en_sign_in", ()), ("alert_url", ())])
    {
        let page = form.clone().without(field).sent_by(browser).await;
        refuses(&page, field, "This answer was not sent");
        assert_eq!(SettingsForm::on(&page).value(field), form.value(field), "{field}");
    }
    for version in ["", "x", "0", "1", "3", "-1", "2147483648", "2.0"] {
        let page = form.clone().with("version", version).with("password_least", "20").sent_by(browser).await;
        page.shows(422, "Somebody has changed these meanwhile");
    }
    form.clone().without("version").sent_by(browser).await.shows(422, "Somebody has changed these meanwhile");
    assert_eq!(app.database.number(VERSION), 2);
    assert_eq!(browser.settings().await.value("password_least"), Some("12"));
}

#[actix_web::test]
async fn auz_08_of_two_administrators_at_once_one_wins_and_the_other_sees_what_holds() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let (ada, eve) = (Owner::administrator(&app).await, Owner::administrator(&app).await);
    let browsers = [ada.browser.clone(), eve.browser.at(app.address_of(1))];

    let form = browsers[1].settings().await;
    browsers[0].sets(&[("wrong_codes", "7"), ("require_maid", "yes")]).await;
    let mine = form.with("wrong_codes", "8").with("password_least", "12").with("text_en_sign_in", "Mine <b>");
    let page = mine.sent_by(&browsers[1]).await;
    page.shows(422, "Somebody has changed these meanwhile").shows(422, "It is 7 now.").shows(422, "It is ticked now.");
    page.shows(422, "It is 10 now.").shows(422, "It is empty now.").shows(422, "This text has no code");
    let kept = SettingsForm::on(&page);
    assert_eq!((kept.value("wrong_codes"), kept.value("password_least")), (Some("8"), Some("12")));
    assert_eq!((kept.value("version"), kept.value("text_en_sign_in")), (Some("2"), Some("Mine <b>")));
    assert!(!page.has("main b:not(li b)"), "what was typed stays text");
    assert_eq!(app.database.number(VERSION), 2);
    kept.with("text_en_sign_in", "").sent_by(&browsers[1]).await.redirects_to(PAGE);
    assert_eq!(browsers[0].settings().await.value("wrong_codes"), Some("8"));

    for round in 0..10 {
        let (form, audited_before) = (browsers[0].settings().await, app.database.number(AUDITED));
        let value = |n: usize| (20 + (2 * round + n) % 40).to_string();
        let forms: Vec<_> = (0..2).map(|n| form.clone().with("password_least", &value(n))).collect();
        let pages = at_once(forms.iter().zip(&browsers).map(|(form, browser)| form.sent_by(browser))).await;
        let mut statuses: Vec<_> = pages.iter().map(|page| page.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422]);
        let winner = pages.iter().position(|page| page.status == 303).unwrap();
        assert_eq!(browsers[1].settings().await.value("password_least"), Some(&*value(winner)));
        assert_eq!(app.database.number(AUDITED), audited_before + 1);
    }

    // The two that meet at the row.
    let (form, held) = (browsers[0].settings().await, app.database.hold("SELECT * FROM settings FOR UPDATE"));
    let forms = [form.clone().with("password_least", "63"), form.with("password_least", "64")];
    let sent = at_once(forms.iter().zip(&browsers).map(|(form, browser)| form.sent_by(browser)));
    let (pages, ()) = futures_util::future::join(sent, async {
        app.database.waiting(2).await;
        held.release();
    })
    .await;
    assert_eq!(pages.iter().filter(|page| page.status == 303).count(), 1);
    assert_eq!(pages.iter().filter(|page| page.status == 422).count(), 1);
}

#[actix_web::test]
async fn auz_08_saving_takes_a_fresh_administrator_and_nobody_else_sees_the_page() {
    let app = TestApp::start().await;
    let admin = Owner::administrator(&app).await;
    let form = admin.browser.settings().await.with("password_least", "8");
    let sponsor = Owner::with_app(&app).await;
    assert_eq!(sponsor.browser.get(PAGE).await.status, 404);
    assert_eq!(form.sent_by(&sponsor.browser).await.status, 404);
    assert_eq!(form.sent_by(&app.browser()).await.status, 404);
    app.database.run("UPDATE sessions SET confirmed_at = now() - interval '6 minutes'");
    form.sent_by(&admin.browser).await.redirects_to("/confirm?next=/admin/settings");
    let page = admin.browser.get(PAGE).await;
    assert!(page.has("a[href='/confirm?next=/admin/settings']") && !page.has("main button"), "{}", page.text());
    for path in ["/admin/settings/test-message", "/admin/settings/check-connection"] {
        admin.browser.submit(path, &[]).await.redirects_to("/confirm?next=/admin/settings");
    }
    assert_eq!(app.database.number(VERSION), 1);
}

#[actix_web::test]
async fn sms_10_a_text_that_is_not_fit_is_refused_with_its_reason() {
    let app = TestApp::start().await;
    let admin = Owner::administrator(&app).await;
    let browser = &admin.browser;
    let form = browser.settings().await;
    let long = format!("Latchkey {{code}} {}", "a".repeat(160));
    for (text, why) in [
        ("Latchkey sends no code.", "This text has no code, so nobody could enter it. Write {code} where it belongs."),
        ("Latchkey: {code} and {code}", "This text has the code 2 times. Write {code} once."),
        (&long, "This text takes 2 segments, and at most 1 is paid for everywhere. Please shorten it."),
        (
            "Latchkey’s code is {code}. Give it to nobody, also not to whoever you work for, please.",
            "It has ’, which leaves room for 70 characters only.",
        ),
        ("Latchkey: {code}. See https://example.com", "This text has a link"),
        ("Latchkey: {code}. See example.com", "This text has a link"),
        ("Your code is {code}", "This text does not name Latchkey."),
        ("Latchkey: {code}, {name}", "Braces stand for {code} and {minutes} only."),
        ("Latchkey: {code}, not 123456", "another number"),
        ("Latchkey: {code} \u{202e}", "characters that phones do not show"),
    ] {
        for field in ["text_en_verification", "text_en_password_reset"] {
            let page = form.clone().with(field, text).sent_by(browser).await;
            refuses(&page, field, why);
            assert_eq!(SettingsForm::on(&page).value(field), Some(text));
        }
    }
    assert_eq!(app.database.number(VERSION), 1);
    // Where every open country pays for two segments, a text may have two.
    app.database.run("UPDATE country_policies SET most_segments = 2");
    form.with("text_en_verification", &long).sent_by(browser).await.redirects_to(PAGE);
}

#[actix_web::test]
async fn o_1_alerts_go_to_https_or_to_this_machine_and_no_secret_is_kept_in_their_address() {
    let app = TestApp::start_with("messaging", &[("LATCHKEY_ALERT_SECRET", SECRET)]).await;
    let admin = Owner::administrator(&app).await;
    let browser = &admin.browser;
    let form = browser.settings().await;
    for address in [
        "http://example.com/hook",
        "ftp://example.com",
        "//example.com",
        "example.com",
        "javascript:alert(1)",
        "https://",
        "http://127.0.0.1.example.com/",
        "file:///etc/passwd",
        &format!("https://example.com/{}", "a".repeat(500)),
    ] {
        let page = form.clone().with("alert_url", address).sent_by(browser).await;
        refuses(&page, "alert_url", "Please write an https address");
    }
    for address in ["https://ada:secret@example.com/", "https://example.com/?key=1", "https://example.com/#key"] {
        let page = form.clone().with("alert_url", address).sent_by(browser).await;
        refuses(&page, "alert_url", "belongs in LATCHKEY_ALERT_URL");
    }
    for address in ["https://alerts.example.com/latchkey", "http://127.0.0.1:9/hook", "http://localhost:9/"] {
        browser.sets(&[("alert_url", address)]).await;
        assert_eq!(browser.settings().await.value("alert_url"), Some(address));
    }
    assert!(
        audited(&app).contains(&"setting:alert_url \"http://127.0.0.1:9/hook\" \"http://localhost:9/\"".to_owned())
    );

    let unsigned = TestApp::start().await;
    let admin = Owner::administrator(&unsigned).await;
    let form = admin.browser.settings().await.with("alert_url", "https://alerts.example.com/");
    refuses(&form.sent_by(&admin.browser).await, "alert_url", "Put LATCHKEY_ALERT_SECRET into the environment first");
}

#[actix_web::test]
async fn a_4_credentials_are_present_or_missing_and_never_shown() {
    let hook = "https://hooks.example.com/very-secret-path";
    let app = TestApp::start_with(
        "messaging",
        &[
            ("LATCHKEY_BASE_URL", PUBLIC_URL),
            ("LATCHKEY_SECRET_KEY", SECRET_KEY),
            ("LATCHKEY_ALERT_URL", hook),
            ("LATCHKEY_ALERT_SECRET", SECRET),
        ],
    )
    .await;
    let admin = Owner::administrator(&app).await;
    let mut pages = vec![admin.browser.get(PAGE).await];
    pages.push(admin.browser.settings().await.with("password_least", "0").sent_by(&admin.browser).await);
    pages.push(admin.browser.settings().await.with("version", "0").sent_by(&admin.browser).await);
    pages.push(admin.browser.submit("/admin/settings/check-connection", &[]).await);
    for page in &pages {
        let database = app.database.url();
        for secret in
            [app.twilio.auth_token(), app.twilio.account_sid(), SECRET_KEY, SECRET, hook, "very-secret", &database]
        {
            assert!(!page.body.contains(secret), "{secret} is on the page");
        }
        let text = page.text().replace("_ ", "_");
        for (name, state) in [
            ("LATCHKEY_SECRET_KEY", "Present"),
            ("LATCHKEY_ALERT_URL", "Present"),
            ("TWILIO_AUTH_TOKEN", "Present"),
            ("TWILIO_API_KEY_SECRET", "Missing"),
            ("TWILIO_MESSAGING_SERVICE_SID", "Missing"),
        ] {
            assert!(text.contains(&format!("{name} {state}")), "{name} is {state}: {text}");
        }
        assert!(!page.body.contains(&admin.person.phone), "the number is masked");
    }
}

#[actix_web::test]
async fn a_test_message_goes_to_the_administrators_own_number_and_says_how_it_went() {
    const SEND: &str = "/admin/settings/test-message";
    let app = TestApp::start().await;
    let admin = Owner::administrator(&app).await;
    app.texts_sent().await;
    let to_me =
        || app.twilio.messages_to(&admin.person.phone).into_iter().filter(|text| text.body.contains("test message"));
    admin.browser.submit(SEND, &[]).await.redirects_to(PAGE);
    admin.browser.get(PAGE).await.shows(200, "The test message is on its way");
    assert_eq!(to_me().count(), 1);

    app.twilio.script_on(Operation::SendMessage, [Behaviour::Refuse(400, 21211)]);
    admin.browser.submit(SEND, &[]).await.shows(422, "The provider says that your number takes no texts.");
    app.twilio.script_on(Operation::SendMessage, [Behaviour::Refuse(401, 20003)]);
    admin.browser.submit(SEND, &[]).await.shows(422, "account, sender or credentials are at fault");
    app.database.run("UPDATE country_policies SET proven = false WHERE country = 'ET'");
    admin.browser.submit(SEND, &[]).await.shows(422, "country gets no texts");
    app.database.run("UPDATE country_policies SET proven = true WHERE country = 'ET'");
    let fields = [("phone", "+15005550006")];
    assert_eq!(admin.browser.submit(SEND, &fields).await.status, 400, "nobody else gets one");
    admin.set(&app, "phone_number = NULL, phone_verified_at = NULL");
    admin.browser.submit(SEND, &[]).await.shows(422, "Your account has no proven number.");
    let page = admin.browser.get(PAGE).await;
    assert!(page.has("a[href='/account/phone']") && !page.has(&format!("form[action='{SEND}']")), "{}", page.text());
    assert_eq!(to_me().count(), 1);
}

#[actix_web::test]
async fn a_look_at_the_connections_says_what_answers_and_what_does_not() {
    const CHECK: &str = "/admin/settings/check-connection";
    let app = TestApp::start().await;
    let admin = Owner::administrator(&app).await;
    let sent = app.texts_sent().await;
    let page = admin.browser.submit(CHECK, &[]).await;
    page.shows(200, "Everything answers")
        .shows(200, "database reachable")
        .shows(200, "sms messaging messaging is ready");
    app.twilio.always(Behaviour::Refuse(401, 20003));
    let page = admin.browser.submit(CHECK, &[]).await;
    page.shows(200, "Something needs your attention").shows(200, "database reachable");
    assert!(page.has(".notice.bad .state.bad"));
    assert_eq!(app.texts_sent().await, sent, "a look sends nothing");
}
