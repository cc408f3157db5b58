//! How an account stands at a glance, and the one thing to do next (REC-06, REC-08).

use crate::support::{
    TestApp,
    authenticator::enable_sms,
    browser::{Browser, Page},
    owners::Owner,
    people,
};

/// What stands in the panel of the next thing to do.
fn next(page: &Page) -> String {
    let selector = scraper::Selector::parse(".panel.next h2").unwrap();
    page.html().select(&selector).flat_map(|element| element.text()).collect::<String>()
}

/// What stands in the row that leads to a page.
fn row(page: &Page, path: &str) -> String {
    let selector = scraper::Selector::parse(&format!(".rows a[href='{path}'] > span")).unwrap();
    let html = page.html();
    let text: String = html.select(&selector).flat_map(|element| element.text()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn overview(browser: &Browser) -> Page {
    let page = browser.get("/account").await;
    page.shows(200, "How your account stands");
    page
}

#[actix_web::test]
async fn everything_about_the_account_stands_on_one_page_and_leads_on() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    owner.trusts_a_browser(&app).await;
    let page = overview(&owner.browser).await;
    assert!(row(&page, "/account/phone").starts_with("*****"), "{}", row(&page, "/account/phone"));
    assert_eq!(row(&page, "/account/email"), owner.person.email);
    assert_eq!(row(&page, "/account/two-factor"), "On, with your app");
    assert_eq!(row(&page, "/account/two-factor/backup-codes"), "10 of 10 left");
    assert_eq!(row(&page, "/account/devices"), "2 signed in, 1 trusted");
    let last = row(&page, "/account/activity");
    assert!(last.starts_with("A device was trusted for 30 days, ") || last.starts_with("Signed in with"), "{last}");
    assert!(last.contains(" at "), "{last}");
    for area in ["profile", "phone", "password", "two-factor", "devices", "activity", "data"] {
        let link = format!("a.row[href='/account/{area}']");
        assert!(page.has(&link), "on a phone the rows are the only way: {area}");
        assert!(page.has(&format!(".margin a[href='/account/{area}']")), "{area}");
    }
    assert_eq!(next(&page), "", "all is well");
    owner.browser.submit("/account/devices/end-others", &[]).await.redirects_to("/account/devices");
    assert_eq!(
        row(&overview(&owner.browser).await, "/account/devices"),
        "1 signed in, 0 trusted",
        "what holds no more"
    );
}

#[actix_web::test]
async fn rec_06_the_next_thing_is_the_most_pressing_one() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let browser = hanna.has_account(&app).await;
    assert_eq!(next(&overview(&browser).await), "Next: make your account safer");
    enable_sms(&browser).await;
    let page = overview(&browser).await;
    assert_eq!(next(&page), "Next: add your email address", "the last of all");
    assert!(page.has(".next a[href='/account/email']"));

    let spend = |left: i64| {
        app.database.run(&format!(
            "UPDATE two_factor_backup_codes SET used_at = CASE WHEN code_hash IN (
                 SELECT code_hash FROM two_factor_backup_codes ORDER BY code_hash LIMIT {left}) THEN NULL ELSE now() END"
        ));
    };
    spend(4);
    assert_eq!(next(&overview(&browser).await), "Next: add your email address");
    spend(3);
    let page = overview(&browser).await;
    assert_eq!(next(&page), "Next: make new backup codes");
    page.shows(200, "You have 3 backup codes left");
    assert!(!page.has(".notice.wait"), "said once");
    spend(0);
    overview(&browser).await.shows(200, "You have no backup codes left");

    app.database.run("UPDATE users SET phone_verified_at = NULL, phone_contested_at = now()");
    let page = overview(&browser).await;
    assert_eq!(next(&page), "Next: give us another number");
    assert!(page.has(".next a.button[href='/account/phone']") && page.has(".notice.bad[role='alert']"));
    assert!(page.has(".notice.wait a[href='/account/two-factor/backup-codes']"), "the warning stays");
}

#[actix_web::test]
async fn rec_08_a_reset_or_recovery_that_waits_is_told_and_stopped_by_a_proof() {
    let app = TestApp::start().await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let begin = |what: &str| match what {
        "reset" => app.database.run(
            "INSERT INTO password_reset_waits (user_id, auth_epoch, began_at) SELECT id, auth_epoch, now() FROM users
             ON CONFLICT (user_id) DO UPDATE SET began_at = now(), auth_epoch = excluded.auth_epoch",
        ),
        _ => drop(app.starts_recovery(&salma.email, &people::new_phone())),
    };
    for (what, title) in
        [("reset", "Did you ask for a new password?"), ("recovery", "Did you ask us to recover your account?")]
    {
        app.let_pass("1 hour");
        begin(what);
        let page = overview(&browser).await;
        assert_eq!(next(&page), title);
        assert!(page.has(".next a.button[href='/confirm?next=/account']"));
        let fields = [("password", salma.password.as_str()), ("next", "/account")];
        browser.submit("/confirm", &fields).await.redirects_to("/account");
        assert_eq!(next(&overview(&browser).await), "Next: make your account safer", "{what} is stopped");
    }
}

#[actix_web::test]
async fn auz_03_a_glance_shows_nothing_of_others() {
    let app = TestApp::start().await;
    let hanna = people::maid();
    let browser = hanna.has_account(&app).await;
    let other = Owner::with_app(&app).await;
    other.trusts_a_browser(&app).await;
    let page = overview(&browser).await;
    assert_eq!(row(&page, "/account/devices"), "1 signed in, 0 trusted");
    assert!(row(&page, "/account/activity").starts_with("You opened this account, "));
}
