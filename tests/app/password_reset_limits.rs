//! How many texts can be asked for to set a new password, by whom and how soon (SMS-06, SMS-08, SMS-13, L-1, L-9, R-5, S-3).

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    crowd::app_with,
    owners::Owner,
    people,
    resets::{NEW_PASSWORD, old_account},
};

const ROWS: &str = "SELECT count(*) FROM sms_messages WHERE kind = 'password_reset'";
const SENT: &str = "SELECT count(*) FROM sms_messages WHERE kind = 'password_reset' AND state = 'sent'";

#[track_caller]
fn is_too_many(page: &Page) {
    page.shows(429, "Please wait a little");
    assert!(page.retry_after() > 0 && page.retry_after().is_multiple_of(30), "{}", page.retry_after());
    assert!(page.has("a[href='/password-reset']"));
}

/// No fault of ours, no knot that PostgreSQL had to cut, and the rest refused.
#[track_caller]
fn so_many_of(pages: &[Page], app: &TestApp, accepted: usize) {
    let with = |status: u16| pages.iter().filter(|page| page.status == status).count();
    assert_eq!((with(303), with(429)), (accepted, pages.len() - accepted));
    assert_eq!(app.database.deadlocks(), 0);
}

#[actix_web::test]
async fn r_5_l_1_100_who_ask_at_once_in_many_spellings_get_5_answers_and_3_texts() {
    let app = app_with(2, &[]).await;
    let (known, nobody) = (old_account(&app).await.phone, people::new_phone());
    for (phone, sent) in [(known, 3), (nobody, 0)] {
        let local = phone.strip_prefix("+251").unwrap();
        let arabic: String = local.chars().map(|digit| char::from_u32(digit as u32 - 0x30 + 0x660).unwrap()).collect();
        let spellings = [
            phone.clone(),
            format!("0{local}"),
            format!("00251{local}"),
            format!("{} {} {}", &phone[..4], &phone[4..7], &phone[7..]),
            format!("٠{arabic}"),
        ];
        let browsers = app.browsers(100);
        let before = (app.database.number(ROWS), app.database.number(SENT));

        let pages = at_once(
            browsers.iter().enumerate().map(|(index, browser)| browser.forgets(&spellings[index % spellings.len()])),
        )
        .await;

        so_many_of(&pages, &app, 5);
        app.texts_sent().await;
        let after = (app.database.number(ROWS) - before.0, app.database.number(SENT) - before.1);
        assert_eq!(after, (5, sent), "{phone}");
        assert_eq!(app.database.count("password_resets"), app.database.number(ROWS), "a refusal leaves nothing behind");
    }
}

#[actix_web::test]
async fn l_1_what_is_no_number_is_refused_and_costs_nothing() {
    let app = TestApp::start().await;
    let phone = people::new_phone();
    let browser = app.browser();
    for typed in [
        String::new(),
        "salma@example.com".to_owned(),
        "+251911".to_owned(),
        format!("{phone};ext=1"),
        format!("+251{phone}"),
        "%2B251911234567".to_owned(),
    ] {
        let page = browser.forgets(&typed).await;
        assert_eq!((page.status.as_u16(), page.focused().as_deref()), (422, Some("phone")), "{typed:?}");
        assert_eq!(page.attribute("input[name=phone]", "value").unwrap_or_default(), typed, "what was typed is kept");
    }
    assert_eq!(app.database.number(ROWS), 0);
    browser.forgets(&phone).await.redirects_to("/password-reset/verify");
}

#[actix_web::test]
async fn sms_08_a_browser_gets_3_texts_a_minute_and_an_address_5_an_hour() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for _ in 0..3 {
        browser.forgets(&people::new_phone()).await.redirects_to("/password-reset/verify");
    }
    is_too_many(&browser.forgets(&people::new_phone()).await);
    app.let_pass("1 minute");
    browser.forgets(&people::new_phone()).await.redirects_to("/password-reset/verify");

    // Decoys count like texts.
    let hostel = "203.0.113.7";
    for _ in 0..5 {
        app.browser().from(hostel).forgets(&people::new_phone()).await.redirects_to("/password-reset/verify");
    }
    is_too_many(&app.browser().from(hostel).forgets(&people::new_phone()).await);
    is_too_many(&app.browser().from(hostel).forgets(&old_account_number(&app).await).await);
}

/// The number of an account, opened elsewhere just now.
async fn old_account_number(app: &TestApp) -> String {
    let hanna = people::maid();
    hanna.has_account(app).await;
    hanna.phone
}

#[actix_web::test]
async fn sms_06_a_new_code_is_possible_after_60_120_and_300_seconds_and_then_a_new_request() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    for phone in [salma.phone.clone(), people::new_phone()] {
        let browser = app.browser();
        browser.forgets(&phone).await.redirects_to("/password-reset/verify");
        for wait in [60_u64, 120, 300] {
            app.let_pass(&format!("{} seconds", wait - 5));
            let early = browser.forgets_again().await;
            early.shows(429, "Not yet: the last code was sent just now");
            assert!((1..=6).contains(&early.retry_after()), "{}", early.retry_after());
            app.let_pass("5 seconds");
            browser.forgets_again().await.redirects_to("/password-reset/verify");
            browser.get("/password-reset/verify").await.shows(200, "A new code is on its way");
        }
        let over = browser.forgets_again().await;
        over.shows(429, "We send at most 4 codes for one request");
        assert!(!over.has("form[action='/password-reset/resend']") && over.has("a[href='/password-reset']"));
        // That link helps, also for the same number: what is left of its hour is one text.
        let before = app.database.number(ROWS);
        browser.forgets(&phone).await.redirects_to("/password-reset/verify");
        assert_eq!(app.database.number(ROWS), before + 1);
        let page = browser.get("/password-reset/verify").await;
        page.shows(200, "a text with six digits is on its way");
        assert!(page.has("form[action='/password-reset/resend']"));
    }
}

#[actix_web::test]
async fn inp_13_whoever_comes_back_with_the_same_number_finds_the_page_and_no_second_text_goes_out() {
    let app = TestApp::start().await;
    let salma = old_account(&app).await;
    let (browser, code) = salma.forgets(&app).await;
    for typed in [&salma.phone, &salma.national()] {
        browser.forgets(typed).await.redirects_to("/password-reset/verify");
    }
    assert_eq!(app.database.number(ROWS), 1);
    // Another number is another reset.
    let other = browser.fork();
    other.forgets(&people::new_phone()).await.redirects_to("/password-reset/verify");
    assert_eq!(app.database.number(ROWS), 2);
    browser.proves(&code).await.redirects_to("/password-reset/password");
    // And so is the same one, once its code is used.
    browser.forgets(&salma.phone).await.redirects_to("/password-reset/verify");
    assert_eq!(app.database.number(ROWS), 3);
}

#[actix_web::test]
async fn r_5_50_resends_at_once_are_one() {
    let app = app_with(2, &[]).await;
    let salma = old_account(&app).await;
    let (browser, _) = salma.forgets(&app).await;
    app.let_pass("60 seconds");
    let copies = app.copies(&browser, 50);

    let pages = at_once(copies.iter().map(Browser::forgets_again)).await;

    so_many_of(&pages, &app, 1);
    assert_eq!(app.database.number(ROWS), 2);
}

#[actix_web::test]
async fn l_9_s_3_sms_13_strangers_who_use_up_their_part_leave_the_owner_texts_sign_in_and_sessions() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    app.let_pass("25 hours");
    for _ in 0..8 {
        let stranger = app.browser();
        let page = stranger.forgets(&owner.person.phone).await;
        if page.status == 303 {
            for _ in 0..4 {
                stranger.proves("000000").await.shows(422, "");
            }
        } else {
            is_too_many(&page);
        }
    }
    app.texts_sent().await;
    assert_eq!((app.database.number(ROWS), app.database.number(SENT)), (5, 3));
    let before = app.twilio.messages_to(&owner.person.phone).len();
    let browser = owner.begins(&app).await;
    app.texts_sent().await;
    let texts = app.twilio.messages_to(&owner.person.phone);
    assert_eq!(texts.len(), before + 1);
    browser.gives(&texts.last().unwrap().code()).await.redirects_to("/account");
    assert!(owner.browser.is_signed_in().await);
    assert_eq!((owner.wrong(&app), owner.number(&app, "wrong_reset_factors")), (0, 0));
}

#[actix_web::test]
async fn l_7_no_step_of_a_reset_looks_at_a_secret_that_nobody_has_paid_for() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let (stranger, signed_in) = (app.browser(), owner.browser.clone());
    for browser in [&stranger, &signed_in] {
        for _ in 0..20 {
            browser.proves("123456").await.redirects_to("/password-reset");
            browser.adds("123456").await.redirects_to("/password-reset");
            browser.chooses(NEW_PASSWORD).await.redirects_to("/password-reset");
            browser.forgets_again().await.redirects_to("/password-reset");
        }
    }
    assert_eq!(app.database.number(ROWS), 0);
    // Being signed in helps with nothing: the same steps, the same texts.
    let browser = signed_in.fork();
    app.let_pass("25 hours");
    browser.forgets(&owner.person.phone).await.redirects_to("/password-reset/verify");
    let code = app.twilio.next_code_to(&owner.person.phone).await;
    browser.proves(&code).await.redirects_to("/password-reset/second-step");
}
