//! Making backup codes and showing them once (BKP-02, BKP-03, R-7e). What one opens is in `second_step`.

use futures_util::FutureExt as _;

use crate::support::{
    TestApp, at_once,
    authenticator::{backup_codes, enable_sms},
    crowd::{app_with, meet, nothing_broke, saying},
    owners::Owner,
    people,
};

const CODES: &str = "/account/two-factor/backup-codes";

#[actix_web::test]
async fn bkp_03_the_page_shows_how_many_are_left_and_none_of_them() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let page = owner.browser.get(CODES).await;
    page.shows(200, "10 of 10 left");
    assert!(!page.has(".codes") && !page.has("a[download]"));
    owner.begins(&app).await.gives_backup(&owner.backup_codes[3]).await.redirects_to("/account");
    owner.browser.get(CODES).await.shows(200, "9 of 10 left");
    app.database.run("UPDATE two_factor_backup_codes SET used_at = now()");
    owner.browser.get(CODES).await.shows(200, "You have no backup codes left");
}

#[actix_web::test]
async fn bkp_03_the_text_to_keep_comes_with_the_page_and_holds_the_same_codes() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let page = owner.browser.submit(CODES, &[]).await;
    assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, Some("no-store")));
    let text = page.attribute("a[download]", "href").unwrap();
    let codes = backup_codes(&page);
    assert_eq!(codes.len(), 10);
    assert!(text.starts_with("data:text/plain") && codes.iter().all(|code| text.contains(code)));
    assert!(page.text().contains(&owner.person.email), "whose they are");
    // Coming back makes and shows nothing.
    let again = owner.browser.get(CODES).await;
    assert!(codes.iter().all(|code| !again.body.contains(code)));
}

#[actix_web::test]
async fn bkp_03_without_two_factor_there_are_none_to_make() {
    let app = TestApp::start().await;
    let owner = people::sponsor().has_account(&app).await;
    owner.get(CODES).await.shows(200, "They come with two-factor.");
    owner.submit(CODES, &[]).await.redirects_to("/account/two-factor");
    assert_eq!(app.database.count("two_factor_backup_codes"), 0);
    assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE notice"), 0);
}

#[actix_web::test]
async fn rec_07_new_ones_ask_for_a_proof_first() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let hashes = "SELECT string_agg(code_hash::text, '' ORDER BY code_hash) FROM two_factor_backup_codes";
    let before = app.database.text(hashes);
    app.let_pass("6 minutes");
    owner.browser.submit(CODES, &[]).await.redirects_to("/confirm?next=/account/two-factor/backup-codes");
    assert_eq!(app.database.text(hashes), before);
}

#[actix_web::test]
async fn aut_08_every_new_set_is_told_and_signs_nobody_out() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let other = owner.begins(&app).await;
    other.gives(&owner.text_code(&app).await).await.redirects_to("/account");
    app.database.run(
        "INSERT INTO sms_messages (id, send_number, kind, phone_number, locale, browser_id, stranger, state)
         SELECT gen_random_uuid(), 1, 'sign_in', phone_number, 'en', gen_random_uuid(), false, 'sent'
         FROM users, generate_series(1, 10)",
    );
    for made in 1..=2 {
        owner.browser.submit(CODES, &[]).await.shows(200, "Your backup codes");
        let told = app.database.number("SELECT count(*) FROM sms_messages WHERE kind = 'backup_codes_made'");
        let noted = app.database.number("SELECT count(*) FROM activity WHERE event = 'backup_codes_made'");
        assert_eq!((told, noted), (made, made));
    }
    assert!(owner.browser.is_signed_in().await && other.is_signed_in().await);
}

#[actix_web::test]
async fn bkp_02_codes_are_kept_as_hashes_of_one_salt() {
    let app = TestApp::start().await;
    let browser = people::sponsor().has_account(&app).await;
    let codes = enable_sms(&browser).await;
    let salts =
        "SELECT count(DISTINCT salt) FROM two_factor_backup_codes WHERE salt LIKE '$argon2id$v=19$m=19456,t=2,p=1%'";
    let hashes = "SELECT count(DISTINCT code_hash) FROM two_factor_backup_codes WHERE octet_length(code_hash) = 32";
    assert_eq!((app.database.number(salts), app.database.number(hashes)), (1, 10));
    for kept in [app.database.dump(), app.log().join("\n")] {
        for code in &codes {
            let plain = code.replace('-', "");
            let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!kept.contains(code) && !kept.contains(&plain) && !kept.contains(&hex), "{code}");
        }
    }
}

#[actix_web::test]
async fn r_10_sets_made_at_once_leave_one_and_it_was_shown() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_app(&app).await;
    let pages = at_once(app.copies(&owner.browser, 8).iter().map(|tab| tab.submit(CODES, &[]))).await;
    nothing_broke(&app, &pages, &[200]);
    assert_eq!((owner.count(&app, "two_factor_backup_codes"), owner.backup_codes_left(&app)), (10, 10));
    let salts = "SELECT count(DISTINCT salt) FROM two_factor_backup_codes";
    assert_eq!(app.database.number(salts), 1, "no set is mixed with another");
    let mut working = 0;
    for page in &pages {
        let browser = owner.begins(&app).await;
        working += usize::from(browser.gives_backup(&backup_codes(page)[0]).await.location() == Some("/account"));
    }
    assert_eq!(working, 1);
}

#[actix_web::test]
async fn r_7e_new_ones_that_wait_for_a_use_of_an_old_one_come_whole_after_it() {
    let app = app_with(2, &[]).await;
    let owner = Owner::with_sms(&app).await;
    let signing_in = owner.begins(&app).await.at(app.address_of(1));
    let (entering, making, code) = (signing_in.clone(), owner.browser.clone(), owner.backup_codes[0].clone());
    let requests = vec![
        async move { entering.gives_backup(&code).await }.boxed_local(),
        async move { making.submit(CODES, &[]).await }.boxed_local(),
    ];
    // The first has used its code and is about to start the session; the second waits for the account.
    let pages = meet(&app, "LOCK TABLE activity IN EXCLUSIVE MODE", requests).await;
    nothing_broke(&app, &pages, &[200, 303]);
    pages[0].redirects_to("/account");
    assert_eq!(saying(&pages, "Your backup codes"), 1);
    assert_eq!((owner.count(&app, "two_factor_backup_codes"), owner.backup_codes_left(&app)), (10, 10));
}
