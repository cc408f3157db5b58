//! A change of the account against what it must end, at the same moment (attack R-7). What comes of it equals one order or
//! the other, and nothing of the older epoch survives.

use crate::support::{
    TestApp,
    authenticator::let_code_be_used_again,
    browser::Browser,
    crowd::{meet, nothing_broke},
    owners::Owner,
    people,
};

/// Both orders of the two, each held at the account's row by the test until both wait there.
async fn in_both_orders(
    app: &TestApp,
    owner: &Owner,
    first: (&Browser, &'static str, Vec<(&'static str, String)>),
    second: (&Browser, &'static str, Vec<(&'static str, String)>),
) -> Vec<u16> {
    let hold = format!("SELECT FROM users WHERE email = '{}' FOR UPDATE", owner.person.email);
    let requests = [first, second].map(|(browser, path, fields)| {
        let browser = browser.fork();
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let page = browser.submit(path, &fields).await;
            (browser, page)
        }
    });
    let kept = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let requests = requests.into_iter().map(|request| {
        let kept = std::rc::Rc::clone(&kept);
        async move {
            let (browser, page) = request.await;
            kept.borrow_mut().push(browser);
            page
        }
    });
    let pages = meet(app, &hold, requests.collect()).await;
    nothing_broke(app, &pages, &[200, 303, 422, 429]);
    pages.iter().map(|page| page.status.as_u16()).collect()
}

/// Sessions whose epoch is not the account's open nothing; so only those that carry it are counted.
fn live_sessions(app: &TestApp, owner: &Owner) -> i64 {
    app.database.number(&format!(
        "SELECT count(*) FROM sessions AS s JOIN users AS u ON u.id = s.user_id AND u.auth_epoch = s.auth_epoch
         WHERE u.email = '{}'",
        owner.person.email
    ))
}

#[actix_web::test]
async fn r_7a_two_factor_off_against_a_second_step_ends_in_one_order_or_the_other() {
    let app = TestApp::start().await;
    for off_first in [true, false] {
        let owner = Owner::with_app(&app).await;
        let pending = owner.begins(&app).await;
        let code = owner.app().code().await;
        let off = (&owner.browser, "/account/two-factor/off", Vec::new());
        let step = (&pending, "/login/verify", vec![("code", code)]);
        if off_first {
            in_both_orders(&app, &owner, off, step).await;
        } else {
            in_both_orders(&app, &owner, step, off).await;
        }
        // The change comes last or the sign-in never happened: either way one session is left, the one that changed it.
        assert_eq!(live_sessions(&app, &owner), 1, "off first: {off_first}");
        assert!(!pending.is_signed_in().await);
        let_code_be_used_again(&app);
    }
}

#[actix_web::test]
async fn r_7b_a_new_password_against_a_second_step_begun_with_the_old_one_leaves_the_changer_alone_in() {
    let app = TestApp::start().await;
    for change_first in [true, false] {
        let owner = Owner::with_app(&app).await;
        let pending = owner.begins(&app).await;
        let code = owner.app().code().await;
        let fields = vec![
            ("current_password", owner.person.password.clone()),
            ("password", "copper lantern under nine".to_owned()),
        ];
        let change = (&owner.browser, "/account/password", fields);
        let step = (&pending, "/login/verify", vec![("code", code)]);
        if change_first {
            in_both_orders(&app, &owner, change, step).await;
        } else {
            in_both_orders(&app, &owner, step, change).await;
        }
        assert_eq!(live_sessions(&app, &owner), 1, "change first: {change_first}");
        assert!(!pending.is_signed_in().await);
        let_code_be_used_again(&app);
    }
}

#[actix_web::test]
async fn r_7d_end_others_against_a_change_by_another_browser_leaves_one_of_the_two() {
    let app = TestApp::start().await;
    for _ in 0..2 {
        let owner = Owner::with_sms(&app).await;
        let other = app.browser();
        owner.begins_in(&other).await;
        other.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
        let end = (&owner.browser, "/account/devices/end-others", Vec::new());
        let off = (&other, "/account/two-factor/off", Vec::new());
        in_both_orders(&app, &owner, end, off).await;
        assert_eq!(live_sessions(&app, &owner), 1, "whoever came second was out already");
    }
}

#[actix_web::test]
async fn r_7c_a_number_that_is_left_sets_no_password_whichever_came_first() {
    let app = TestApp::start().await;
    for change_first in [true, false] {
        let salma = people::sponsor();
        let browser = salma.has_account(&app).await;
        let there = people::new_phone();
        let fields = [("country", "ET"), ("phone", there.as_str())];
        browser.submit("/account/phone", &fields).await.redirects_to("/account/phone/verify");
        let new_code = app.twilio.next_code_to(&there).await;
        let thief = app.browser();
        let fields = [("country", "ET"), ("phone", salma.phone.as_str())];
        thief.submit("/password-reset", &fields).await.redirects_to("/password-reset/verify");
        let old_code = app.twilio.next_code_to(&salma.phone).await;

        let hold = format!("SELECT FROM users WHERE email = '{}' FOR UPDATE", salma.email);
        let change = {
            let browser = browser.clone();
            async move { browser.submit("/account/phone/verify", &[("code", &new_code)]).await }
        };
        let reset = {
            let thief = thief.clone();
            async move { thief.submit("/password-reset/verify", &[("code", &old_code)]).await }
        };
        let requests: Vec<std::pin::Pin<Box<dyn Future<Output = _>>>> = if change_first {
            vec![Box::pin(change), Box::pin(reset)]
        } else {
            vec![Box::pin(reset), Box::pin(change)]
        };
        let pages = meet(&app, &hold, requests).await;
        nothing_broke(&app, &pages, &[303, 422]);

        let hash = format!("SELECT password_hash FROM users WHERE email = '{}'", salma.email);
        let before = app.database.text(&hash);
        thief.submit("/password-reset/password", &[("password", "copper lantern under nine")]).await;
        assert_eq!(app.database.text(&hash), before, "change first: {change_first}");
    }
}

#[actix_web::test]
async fn r_7f_disabling_against_a_second_step_leaves_nobody_in() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let pending = owner.begins(&app).await;
    let code = owner.app().code().await;
    let held =
        app.database.hold(&format!("UPDATE users SET status = 'disabled' WHERE email = '{}'", owner.person.email));
    let step = {
        let pending = pending.clone();
        actix_web::rt::spawn(async move { pending.gives(&code).await })
    };
    app.database.waiting(1).await;
    held.keep();
    step.await.unwrap();
    assert!(!pending.is_signed_in().await);
    assert!(!owner.browser.is_signed_in().await);
}
