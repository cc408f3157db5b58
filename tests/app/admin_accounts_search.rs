//! How administrators find people: by address, number, name and reference, harmlessly and page by page (I-8).

use scraper::Selector;

use crate::support::{
    TestApp,
    browser::{Browser, Page},
    owners::Owner,
    people::{self, Person},
    resets::row_of,
};

async fn looks_for(browser: &Browser, q: &str) -> Page {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish();
    browser.get(&format!("/admin/accounts?{query}")).await
}

/// The ids on a page, from above.
fn ids(page: &Page) -> Vec<String> {
    let selector = Selector::parse("tbody a[href^='/admin/accounts/']").unwrap();
    let html = page.html();
    let hrefs = html.select(&selector).filter_map(|link| link.value().attr("href"));
    hrefs.map(|href| href["/admin/accounts/".len()..].to_owned()).collect()
}

fn id_of(app: &TestApp, person: &Person) -> String {
    app.database.text(&format!("SELECT id::text FROM users WHERE {}", row_of(person))).unwrap()
}

#[actix_web::test]
async fn an_account_is_found_by_address_number_name_and_id() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let hanna = Person { name: "Hanna Tesfaye-Bekele".to_owned(), ..people::maid() };
    let fatima =
        Person { name: "ፋጢማ O'Neil".to_owned(), email: "Fatima.Ali@Example.com".to_owned(), ..people::sponsor() };
    hanna.has_account(&app).await;
    fatima.has_account(&app).await;
    let stored = Person { email: "fatima.ali@example.com".to_owned(), ..fatima.clone() };
    let (hanna_id, fatima_id) = (id_of(&app, &hanna), id_of(&app, &stored));
    let national = hanna.national();
    let rest = &national[1..];
    let arabic: String = national.chars().map(|c| char::from_u32(0x0660 + c.to_digit(10).unwrap()).unwrap()).collect();
    let spaced = format!("+251 {} {}-{}", &rest[..2], &rest[2..5], &rest[5..]);
    let abroad = format!("00251{rest}");
    let bare = format!("251{rest}");
    let of_hanna = [
        hanna.phone.as_str(),
        &national,
        &arabic,
        &spaced,
        &abroad,
        &bare,
        "hanna",
        "HANNA TES",
        "tesf",
        "Bekele Hanna",
        "hanna & bek",
        " hanna | ",
        &hanna_id,
    ];
    for q in of_hanna {
        let page = looks_for(&omar.browser, q).await;
        assert_eq!(ids(&page), std::slice::from_ref(&hanna_id), "{q}: {}", page.text());
        page.shows(200, &format!("*****{}", &hanna.phone[9..]));
        assert!(!page.body.contains(&hanna.phone[4..]) || q.len() < 20 && page.body.matches(rest).count() <= 1, "{q}");
    }
    for q in ["FATIMA.ali@EXAMPLE.com", "ፋጢማ", "ፋጢ", "o'neil", "neil ፋ", &fatima_id.to_uppercase()] {
        assert_eq!(ids(&looks_for(&omar.browser, q).await), std::slice::from_ref(&fatima_id), "{q}");
    }
    for q in ["hanna fatima", "anna", "fatima.ali@example.co", "+251900000000", "Zz", &fatima_id.replace('0', "1")] {
        let page = looks_for(&omar.browser, q).await;
        page.shows(200, "No account fits.");
        assert!(ids(&page).is_empty(), "{q}");
    }
    looks_for(&omar.browser, "LK-7F3K-92QM").await.shows(200, "They stand in the log, and nowhere else.");
    let page = looks_for(&omar.browser, "kt-4821").await;
    page.shows(200, "a decision to hold texts back");
    assert!(page.has("main a[href='/admin/messages']"));

    // Somebody else proves the number: both are found by it.
    let other = people::sponsor().at(&hanna.phone);
    let browser = app.browser();
    app.let_pass("25 hours");
    omar.begins_in(&omar.browser).await;
    omar.browser.gives(&omar.app().code().await).await.redirects_to("/admin");
    let code = other.begins(&app, &browser).await;
    browser.enters(&code).await.redirects_to("/register/claim");
    browser.claims("move").await.redirects_to("/account");
    let page = looks_for(&omar.browser, &national).await;
    assert_eq!(ids(&page), [id_of(&app, &other), hanna_id.clone()], "the newest first");
    page.shows(200, "Number contested");
    // An account whose day has come is nobody's.
    app.database.run(&format!("UPDATE users SET deletion_due_at = now() WHERE id = '{hanna_id}'"));
    for q in ["hanna", &hanna_id] {
        assert!(ids(&looks_for(&omar.browser, q).await).is_empty());
    }
    assert_eq!(ids(&looks_for(&omar.browser, &national).await).len(), 1);

    let log = app.log().join("\n");
    for q in ["FATIMA", "Bekele", rest, "neil", "q="] {
        assert!(!log.contains(q), "{q} is in the log");
    }
}

#[actix_web::test]
async fn i_8_no_character_of_a_search_means_anything_to_the_database() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    people::sponsor().has_account(&app).await;
    for q in [
        "%",
        "_",
        "%a%",
        "'",
        "''",
        "\\",
        "\\'",
        "&",
        "|",
        "!",
        "!a",
        ":*",
        "a:*b",
        "<->",
        "()",
        "((",
        "a & ",
        "\"",
        ";",
        "'; DROP TABLE users; --",
        "' OR 1=1 --",
        "\u{0}",
        "a\u{0}b",
        "\u{202e}",
        "\u{fffd}",
        "🙂",
        "ሐ%",
        "$1",
        "{}",
        "[]",
        "@",
        "%@%",
        "a@b",
        "+",
        "+251",
        "0",
        "-1",
        "--",
        "/*",
        "LK-",
        "KT-",
        "KT-+482",
        "null",
        "NaN",
        "1e9",
    ] {
        let page = looks_for(&omar.browser, q).await;
        assert_eq!(page.status, 200, "{q:?}");
        assert!(ids(&page).is_empty(), "{q:?} finds {}", page.text());
        assert_eq!(
            page.attribute("#q", "value").as_deref(),
            Some(q).filter(|_| !q.contains('\0')).or(page.attribute("#q", "value").as_deref())
        );
    }
    let long = "a ".repeat(2000);
    assert_eq!(looks_for(&omar.browser, &long).await.status, 200);
    for query in
        ["q[]=a", "q=%FF", "q=%00", "q=a&q=b", "before=x", "before=-1", "before=", "q", "&&&", "q=hanna&before=%27"]
    {
        assert_eq!(omar.browser.get(&format!("/admin/accounts?{query}")).await.status, 200, "{query}");
    }
    let errors = app.log().into_iter().filter(|line| line.contains(" ERROR ")).collect::<Vec<_>>();
    assert!(errors.is_empty(), "{errors:?}");
}

/// Makes accounts whose ids are as old as they are numbered: the first is the oldest.
fn make(app: &TestApp, name: &str, from: u32, to: u32) {
    app.database.run(&format!(
        "WITH made AS (
             INSERT INTO users (id, role, email, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at)
             SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, CASE n % 2 WHEN 0 THEN 'maid' ELSE 'sponsor' END,
                 'n' || n || '@example.com', 'x', 'en', '+2519' || (30000000 + n), now(), now()
             FROM generate_series({from}, {to}) AS n RETURNING id, role
         ), s AS (
             INSERT INTO sponsor_profiles (user_id, full_name) SELECT id, '{name}' FROM made WHERE role = 'sponsor'
         )
         INSERT INTO maid_profiles (user_id, full_name) SELECT id, '{name}' FROM made WHERE role = 'maid'"
    ));
}

/// All pages of a search, each as what it has.
async fn pages(browser: &Browser, q: &str) -> Vec<Vec<String>> {
    let mut page = looks_for(browser, q).await;
    let mut all = vec![ids(&page)];
    while let Some(earlier) = page.attribute("main .actions a.button", "href") {
        page = browser.get(&earlier).await;
        assert_eq!(page.status, 200);
        all.push(ids(&page));
        assert!(all.len() < 50, "it never ends");
    }
    all
}

#[actix_web::test]
async fn a_list_is_paged_by_key_the_newest_first_and_misses_nobody() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    make(&app, "Fatima Ahmed", 1, 60);
    make(&app, "Zenebech", 61, 61);
    let found = pages(&omar.browser, "fatima").await;
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 10]);
    let all = found.concat();
    let mut ordered = all.clone();
    ordered.sort_unstable_by(|one, other| other.cmp(one));
    ordered.dedup();
    assert_eq!(all, ordered);
    let everybody = pages(&omar.browser, "").await.concat();
    assert_eq!(everybody.len(), 62);
    assert_eq!(everybody[0], omar.id(&app), "the newest");

    // A name that was frequent once, behind more accounts than are looked through, is found by its index.
    make(&app, "Somebody Else", 1000, 13_000);
    app.database.run("ANALYZE");
    assert_eq!(pages(&omar.browser, "fatima").await.concat(), all);
    assert_eq!(pages(&omar.browser, "zen").await.concat().len(), 1);
    // One that was too frequent for that is looked for further and further back; nobody is missed.
    make(&app, "Genet", 20_000, 31_000);
    make(&app, "Abebe", 40_000, 51_000);
    let far = looks_for(&omar.browser, "genet").await;
    far.shows(200, "None of the newest accounts fits. Look among earlier ones.");
    let mut page = far;
    while ids(&page).is_empty() {
        page = omar.browser.get(&page.attribute("main .actions a.button", "href").unwrap()).await;
    }
    assert!(ids(&page)[0].ends_with(&format!("{:012x}", 31_000)), "{:?}", ids(&page));
    assert_eq!(ids(&page).len(), 25);
}
