//! Country policies on their pages: bounds, versions, the audit trail, and the one button (A-4, SMS-09).

use serde_json::{Value, json};

use crate::support::{TestApp, at_once, browser::Page, owners::Owner, people};

const PATH: &str = "/admin/countries/ET";

/// The fields of Ethiopia as they are at first, with some of them changed.
fn fields<'a>(version: &'a str, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("version", version),
        ("unproven", "yes"),
        ("proven", "yes"),
        ("sender", ""),
        ("providers", ""),
        ("origin_line", "yes"),
        ("most_segments", "1"),
        ("price", "0.35"),
        ("cap_hour", ""),
        ("cap_day", ""),
        ("cap_month", ""),
    ];
    for (name, value) in changes {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    // An empty box is not sent.
    fields.retain(|(name, value)| !(["unproven", "proven", "origin_line"].contains(name) && value.is_empty()));
    fields
}

/// A country's row and caps, in one line.
fn stored(app: &TestApp, country: &str) -> String {
    app.database
        .text(&format!(
            "SELECT concat_ws(' ', unproven, proven, coalesce(sender, '-'), providers, origin_line, most_segments,
                 price_micros, version, coalesce(hour_micros, -1), coalesce(day_micros, -1), coalesce(month_micros, -1))
             FROM country_policies LEFT JOIN budgets ON scope = country WHERE country = '{country}'"
        ))
        .unwrap_or_default()
}

/// What was done last and to what, how it was before, and how it is since.
fn last_act(app: &TestApp) -> (String, Value, Value) {
    let of_the_last =
        |column: &str| app.database.text(&format!("SELECT {column} FROM audit ORDER BY number DESC LIMIT 1"));
    let json = |column| of_the_last(column).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    (of_the_last("concat_ws(' ', act, subject)").unwrap_or_default(), json("before"), json("after"))
}

fn value(page: &Page, field: &str) -> String {
    page.attribute(&format!("input[name={field}]"), "value").unwrap_or_default()
}

#[actix_web::test]
async fn a_4_a_policy_is_changed_with_old_and_new_in_the_trail_and_holds_at_once_everywhere() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let owner = Owner::administrator(&app).await;
    let page = owner.browser.get("/admin/countries").await;
    page.shows(200, "Ethiopia");
    assert!(page.has("table.cards a[href='/admin/countries/ET']"));
    let page = owner.browser.get(PATH).await;
    page.shows(200, "Ethiopia");
    assert_eq!((value(&page, "price"), value(&page, "version")), ("0.35".to_owned(), "1".to_owned()));

    // The same once more changes nothing.
    owner.browser.submit(PATH, &fields("1", &[])).await.redirects_to(PATH);
    assert_eq!((stored(&app, "ET").as_str(), app.database.count("audit")), ("t t - {} t 1 350000 1 -1 -1 -1", 0));

    let changed = [
        ("unproven", ""),
        ("sender", "Latchkey"),
        ("providers", "verify,messaging"),
        ("origin_line", ""),
        ("most_segments", "2"),
        ("price", "0.4"),
        ("cap_hour", "12.5"),
        ("cap_month", "0"),
    ];
    owner.browser.submit(PATH, &fields("1", &changed)).await.redirects_to(PATH);
    owner.browser.get(PATH).await.shows(200, "Saved");
    assert_eq!(stored(&app, "ET"), "f t Latchkey {verify,messaging} f 2 400000 2 12500000 -1 0");
    let (act, before, after) = last_act(&app);
    assert_eq!(act, "country_changed country:ET");
    assert_eq!(
        before,
        json!({
            "unproven": true, "proven": true, "sender": null, "providers": [], "origin_line": true, "most_segments": 1,
            "price": "0.35", "cap_hour": null, "cap_day": null, "cap_month": null,
        })
    );
    assert_eq!(
        after,
        json!({
            "unproven": false, "proven": true, "sender": "Latchkey", "providers": ["verify", "messaging"],
            "origin_line": false, "most_segments": 2, "price": "0.4", "cap_hour": "12.5", "cap_day": null, "cap_month": "0",
        })
    );
    // On the instance that nobody has told.
    let page = app.browser_at(1).submit("/register", &people::maid().fields()).await;
    page.shows(422, "We cannot send texts to Ethiopia at the moment.");
    owner.browser.submit(PATH, &fields("2", &[])).await.redirects_to(PATH);
    assert_eq!(stored(&app, "ET"), "t t - {} t 1 350000 3 -1 -1 -1");
    assert_eq!(app.database.number("SELECT count(*) FROM budgets WHERE scope = 'ET'"), 0);
    app.browser_at(1).submit("/register", &people::maid().fields()).await.redirects_to("/register/verify");
    app.operator(&["audit", "verify"]).does(&["whole: 2 row(s)"]);
}

#[actix_web::test]
async fn a_4_values_below_above_and_malformed_are_refused_at_their_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let owner = Owner::administrator(&app).await;
    let before = stored(&app, "ET");
    let too_much = ["-1", "20000.000001", "2147483648", "9223372036854775808", "1e9", "NaN", "1,5", "a lot", "\u{0}"];
    for (field, wrong) in [
        (
            "price",
            &["", "0", "0.0009", "5.000001", "-1", "NaN", "1e1", "0,35", "2147483648", "9223372036854775808"][..],
        ),
        ("most_segments", &["", "0", "4", "-1", "1.5", "NaN", "2147483648", "9223372036854775808", "many"]),
        ("cap_hour", &["500.000001", "-1", "NaN", "1e9", "9223372036854775808"]),
        ("cap_day", &["2000.000001", "-0", "inf", "2147483648"]),
        ("cap_month", &too_much[..8]),
        ("sender", &["L@tchkey", "TwelveLetters", "+0911234567", "<b>x</b>", "123456789"]),
        ("providers", &["verify,verify", "demo", "messaging,verify,messaging", "pigeon"]),
        ("unproven", &["no", "1", "maybe"]),
        ("proven", &["on"]),
        ("origin_line", &["YES"]),
    ] {
        for typed in wrong.iter().copied() {
            let page = owner
                .browser
                .submit(
                    PATH,
                    &fields("1", &[(field, typed), ("cap_day", "7")][..if field == "cap_day" { 1 } else { 2 }]),
                )
                .await;
            assert_eq!(page.status, 422, "{field} {typed:?}: {}", page.text());
            assert!(page.error_of(field).is_some(), "{field} {typed:?}: {}", page.text());
            assert_eq!(page.focused().as_deref(), Some(field), "{typed:?}");
            assert!(page.title().starts_with("Please check"), "{}", page.title());
            if !["unproven", "proven", "origin_line", "providers"].contains(&field) {
                assert_eq!(value(&page, field), typed, "{field}");
            }
            if field != "cap_day" {
                assert_eq!(value(&page, "cap_day"), "7");
            }
        }
    }
    // Everything at once: a list of links, and the first field has the focus.
    let all = [("sender", "L@tchkey"), ("most_segments", "9"), ("price", "free"), ("cap_hour", "x")];
    let page = owner.browser.submit(PATH, &fields("1", &all)).await;
    assert_eq!((page.status.as_u16(), page.focused().as_deref()), (422, Some("sender")));
    assert!(page.has(".notice.bad a[href='#cap_hour']"));
    // Fields that the form does not have.
    for extra in ["price_micros", "country", "changed_at", "auth_token"] {
        assert_eq!(owner.browser.submit(PATH, &fields("1", &[(extra, "1")])).await.status, 400, "{extra}");
    }
    for path in ["/admin/countries/et", "/admin/countries/XX", "/admin/countries/E", "/admin/countries/%45%54'"] {
        assert_eq!(owner.browser.get(path).await.status, 404, "{path}");
        assert_eq!(owner.browser.submit(path, &fields("1", &[])).await.status, 404, "{path}");
    }
    assert_eq!((stored(&app, "ET"), app.database.count("audit")), (before, 0));
    // The bounds themselves are allowed.
    let bounds =
        [("price", "5"), ("most_segments", "3"), ("cap_hour", "500"), ("cap_day", "2000"), ("cap_month", "20000")];
    owner.browser.submit(PATH, &fields("1", &bounds)).await.redirects_to(PATH);
    let bounds = [("price", "0.001"), ("cap_hour", "0"), ("cap_day", "0.000001")];
    owner.browser.submit(PATH, &fields("2", &bounds)).await.redirects_to(PATH);
}

#[actix_web::test]
async fn a_4_of_two_administrators_the_second_sees_what_the_first_has_saved() {
    let app = TestApp::start().await;
    let (first, second) = (Owner::administrator(&app).await, Owner::administrator(&app).await);
    first.browser.submit(PATH, &fields("1", &[("price", "0.5"), ("unproven", "")])).await.redirects_to(PATH);
    let typed = fields("1", &[("price", "0.6"), ("sender", "Latchkey")]);
    let page = second.browser.submit(PATH, &typed).await;
    page.shows(422, "Somebody else has changed this policy");
    assert_eq!(page.error_of("price").as_deref(), Some("Price of a segment: somebody else has saved 0.5."));
    assert_eq!(
        page.error_of("unproven").as_deref(),
        Some("Numbers that nobody has proven: somebody else has saved this as not ticked.")
    );
    assert_eq!(page.error_of("sender").as_deref(), Some("Sender: somebody else has saved this as empty."));
    assert_eq!(page.error_of("proven"), None);
    assert_eq!((value(&page, "price"), value(&page, "version")), ("0.6".to_owned(), "2".to_owned()));
    assert_eq!(stored(&app, "ET"), "f t - {} t 1 500000 2 -1 -1 -1");
    // Seen, it may be replaced.
    let typed = fields("2", &[("price", "0.6"), ("sender", "Latchkey")]);
    second.browser.submit(PATH, &typed).await.redirects_to(PATH);
    assert_eq!(stored(&app, "ET"), "t t Latchkey {} t 1 600000 3 -1 -1 -1");

    // At once: one wins.
    let prices: Vec<String> = (1..=8).map(|number| format!("0.7{number}")).collect();
    let browsers = app.copies(&first.browser, prices.len());
    let pages = at_once(browsers.iter().zip(&prices).map(|(browser, price)| async move {
        browser.submit(PATH, &fields("3", &[("price", price)])).await.status.as_u16()
    }))
    .await;
    assert_eq!(pages.iter().filter(|status| **status == 303).count(), 1, "{pages:?}");
    assert_eq!(pages.iter().filter(|status| **status == 422).count(), 7, "{pages:?}");
    for version in ["", "0", "-1", "x", "99", "9223372036854775808", "4 "] {
        let page = first.browser.submit(PATH, &fields(version, &[("price", "0.9")])).await;
        page.shows(422, "Somebody else has changed this policy");
    }
    assert_eq!(app.database.count("audit"), 3);
}

#[actix_web::test]
async fn sms_09_a_country_without_a_policy_is_opened_by_its_form_and_once_only() {
    let app = TestApp::start().await;
    let owner = Owner::administrator(&app).await;
    let path = "/admin/countries/DE";
    owner.browser.get("/admin/countries?country=de").await.redirects_to(path);
    owner.browser.get("/admin/countries?country=nowhere").await.shows(200, "Add a country");
    let page = owner.browser.get(path).await;
    page.shows(200, "This country has no policy yet");
    assert_eq!(value(&page, "version"), "0");
    // No price is made up.
    let page = owner.browser.submit(path, &fields("0", &[("price", "")])).await;
    assert!(page.error_of("price").is_some() && stored(&app, "DE").is_empty());
    let browsers = app.copies(&owner.browser, 4);
    let pages = at_once(browsers.iter().map(|browser| async move {
        browser.submit(path, &fields("0", &[("price", "0.11"), ("cap_day", "5")])).await.status.as_u16()
    }))
    .await;
    assert_eq!(pages.iter().filter(|status| **status == 303).count(), 1, "{pages:?}");
    assert_eq!(stored(&app, "DE"), "t t - {} t 1 110000 1 -1 5000000 -1");
    let (act, before, after) = last_act(&app);
    assert_eq!((act.as_str(), before, &after["cap_day"]), ("country_added country:DE", Value::Null, &json!("5")));
    owner.browser.get("/admin/countries").await.shows(200, "Germany");
    let person = people::maid().at("+4915123456789");
    let page = app.browser().submit("/register", &person.fields_with("country", "DE")).await;
    page.redirects_to("/register/verify");
}

#[actix_web::test]
async fn one_button_stops_all_texts_to_unproven_numbers_and_its_counterpart_opens_what_was_open_before() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let owner = Owner::administrator(&app).await;
    let member = people::sponsor();
    member.has_account(&app).await;
    app.database.run("UPDATE country_policies SET unproven = false WHERE country = 'JO'");
    let (stop, resume) = ("/admin/countries/stop-unproven", "/admin/countries/resume-unproven");
    // Asked for again, whoever has not proven themselves of late.
    let stale = Owner::administrator(&app).await;
    app.database.run(&format!(
        "UPDATE sessions SET confirmed_at = now() - interval '6 minutes' WHERE user_id = '{}'",
        stale.id(&app)
    ));
    stale.browser.submit(stop, &[]).await.redirects_to("/confirm?next=/admin/countries");
    stale.browser.submit(PATH, &[]).await.redirects_to("/confirm?next=/admin/countries/ET");

    let open =
        || app.database.text("SELECT string_agg(country, ' ' ORDER BY country) FROM country_policies WHERE unproven");
    owner.browser.submit(stop, &[]).await.redirects_to("/admin/countries");
    let page = owner.browser.get("/admin/countries").await;
    page.shows(200, "Texts to unproven numbers are stopped");
    page.shows(200, "Stopped by this button");
    assert!(!page.has("form[action$='stop-unproven']") && page.has("form[action$='resume-unproven']"));
    assert_eq!(open(), None);
    let (act, before, after) = last_act(&app);
    assert_eq!((act.as_str(), after), ("unproven_stopped", json!({ "open": [] })));
    assert_eq!(before, json!({ "open": ["AE", "BH", "ET", "KW", "LB", "OM", "QA", "SA"] }));
    for instance in [0, 1] {
        let page = app.browser_at(instance).submit("/register", &people::maid().fields()).await;
        page.shows(422, "We cannot send texts to Ethiopia at the moment.");
    }
    // People who have an account get theirs.
    member.forgets(&app).await;
    // Twice is once.
    owner.browser.submit(stop, &[]).await.redirects_to("/admin/countries");
    assert_eq!(app.database.count("audit"), 1);
    // A change of something else leaves it stopped, and what is opened by hand is open.
    let page = owner.browser.get(PATH).await;
    page.shows(200, "By the button that stops all of them");
    let version = value(&page, "version");
    owner.browser.submit(PATH, &fields(&version, &[("unproven", ""), ("price", "0.4")])).await.redirects_to(PATH);
    let version = value(&owner.browser.get("/admin/countries/SA").await, "version");
    let by_hand = fields(&version, &[("price", "0.15"), ("origin_line", "")]);
    owner.browser.submit("/admin/countries/SA", &by_hand).await.redirects_to("/admin/countries/SA");
    assert_eq!(open().as_deref(), Some("SA"));

    owner.browser.submit(resume, &[]).await.redirects_to("/admin/countries");
    assert_eq!(open().as_deref(), Some("AE BH ET KW LB OM QA SA"));
    let (act, before, _) = last_act(&app);
    assert_eq!(
        (act.as_str(), before),
        ("unproven_resumed", json!({ "stopped": ["AE", "BH", "ET", "KW", "LB", "OM", "QA"] }))
    );
    owner.browser.submit(resume, &[]).await.redirects_to("/admin/countries");
    assert_eq!(app.database.count("audit"), 4);
    app.browser_at(1).submit("/register", &people::maid().fields()).await.redirects_to("/register/verify");
}
