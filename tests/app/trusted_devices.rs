//! Browsers that are excused from the second step, and what ends that (DEV-01 to DEV-03, P-5, R-7).

use crate::support::{
    TestApp, at_once,
    authenticator::{enable_sms, enrol_app, let_code_be_used_again},
    browser::{Browser, Page},
    crowd::{app_with, nothing_broke},
    owners::Owner,
    people,
};

const DEVICE: &str = "latchkey-device";

/// A new browser with nothing but the device cookie of another.
fn with_device_of(app: &TestApp, browser: &Browser) -> Browser {
    let bare = app.browser();
    let cookies = browser.cookies();
    let device = cookies.get(DEVICE).expect("a device cookie").clone();
    bare.set_cookies([(DEVICE.to_owned(), device)].into());
    bare
}

/// Whether the owner gets in with nothing but the password.
async fn is_trusted(owner: &Owner, browser: &Browser) -> bool {
    let page = owner.person.signs_in(browser).await;
    match page.location() {
        Some("/account") => true,
        Some("/login/verify") => false,
        other => panic!("{other:?}: {}", page.text()),
    }
}

#[actix_web::test]
async fn dev_01_a_trusted_device_skips_the_second_step_and_nothing_else() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.trusts_a_browser(&app).await;
    let device = with_device_of(&app, &browser);
    let page = people::signs_in_as(&device, &owner.person.email, "not my password at all").await;
    assert_eq!(page.status, 422);
    assert!(is_trusted(&owner, &device).await);
    device.get("/account").await.shows(200, "Hello, Salma");
    let noted = owner.count(&app, "(SELECT * FROM activity WHERE event = 'signed_in_from_trusted_device') AS trusted");
    assert_eq!(noted, 1);
    // And a browser that was not to be trusted is not.
    let other = owner.begins(&app).await;
    other.gives(&owner.app().code().await).await.redirects_to("/account");
    assert!(!is_trusted(&owner, &with_device_of(&app, &other)).await);
}

#[actix_web::test]
async fn dev_01_with_texts_a_trusted_device_costs_no_text() {
    let app = TestApp::start().await;
    let owner = Owner::with_sms(&app).await;
    let (browser, code) = owner.begins_with_text(&app).await;
    let fields = [("code", code.as_str()), ("remember_device", "yes")];
    browser.submit("/login/verify", &fields).await.redirects_to("/account");
    let sent = app.texts_sent().await;
    let device = with_device_of(&app, &browser);
    assert!(is_trusted(&owner, &device).await);
    assert_eq!(app.texts_sent().await, sent);
    device.submit("/account/two-factor/off", &[]).await.redirects_to("/confirm?next=/account/two-factor");
}

#[actix_web::test]
async fn b_7_dev_01_administrators_have_no_trusted_devices() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.trusts_a_browser(&app).await;
    owner.set(&app, "role = 'administrator'");
    assert!(!is_trusted(&owner, &with_device_of(&app, &browser)).await, "not even one of before");
    app.database.run("DELETE FROM trusted_devices");
    let browser = app.browser();
    owner.begins_in(&browser).await;
    let page = browser.get("/login/verify").await;
    assert!(page.status == 200 && !page.has("input[name=remember_device]"));
    let_code_be_used_again(&app);
    let code = owner.app().code().await;
    let page = browser.submit("/login/verify", &[("code", &code), ("remember_device", "yes")]).await;
    assert_eq!(page.status, 303, "{}", page.text());
    assert_eq!(owner.count(&app, "trusted_devices"), 0);
    assert!(!is_trusted(&owner, &with_device_of(&app, &browser)).await);
}

#[actix_web::test]
async fn dev_02_a_device_belongs_to_one_account() {
    let app = TestApp::start().await;
    let (owner, other) = (Owner::with_app(&app).await, Owner::with_app(&app).await);
    let browser = owner.trusts_a_browser(&app).await;
    assert!(!is_trusted(&other, &with_device_of(&app, &browser)).await);
    // Both may trust one browser, each for themselves.
    let shared = with_device_of(&app, &browser);
    other.trusts(&app, &shared).await;
    let shared = with_device_of(&app, &shared);
    assert!(is_trusted(&owner, &shared).await && is_trusted(&other, &shared).await);
}

#[actix_web::test]
async fn dev_02_a_device_that_is_forged_or_planted_is_worth_nothing() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let trusted = owner.trusts_a_browser(&app).await;
    let value = trusted.cookies()[DEVICE].clone();
    let (head, tail) = value.split_at(value.len() / 2);
    let flipped = if tail.starts_with('A') { "B" } else { "A" };
    for forged in [format!("{head}{flipped}{}", &tail[1..]), head.to_owned(), "x".to_owned(), format!("{value}{value}")]
    {
        let browser = app.browser();
        browser.set_cookies([(DEVICE.to_owned(), forged.clone())].into());
        assert!(!is_trusted(&owner, &browser).await, "{forged}");
    }
    // The value of the session cookie under the name of the device's, and the other way round.
    let crossed = app.browser();
    let cookies = trusted.cookies();
    crossed.set_cookies([(DEVICE.to_owned(), cookies["latchkey"].clone()), ("latchkey".to_owned(), value)].into());
    assert!(!crossed.is_signed_in().await);
    assert!(!is_trusted(&owner, &crossed).await);

    // What an attacker has planted before the owner trusts the browser is not what is trusted.
    let planted = owner.begins(&app).await;
    planted.gives(&owner.app().code().await).await.redirects_to("/account");
    let_code_be_used_again(&app);
    let kept = with_device_of(&app, &planted);
    owner.trusts(&app, &with_device_of(&app, &planted)).await;
    assert!(!is_trusted(&owner, &kept).await);
}

#[actix_web::test]
async fn dev_02_every_sign_in_gives_the_device_a_new_token() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.trusts_a_browser(&app).await;
    let (device, copied) = (with_device_of(&app, &browser), with_device_of(&app, &browser));
    assert!(is_trusted(&owner, &device).await);
    assert!(!is_trusted(&owner, &copied).await, "the token of before is dead");
    assert!(is_trusted(&owner, &with_device_of(&app, &device)).await);
    assert_eq!(owner.count(&app, "trusted_devices"), 1);
}

#[actix_web::test]
async fn dev_02_an_account_trusts_at_most_five_devices() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let mut devices = Vec::new();
    for _ in 0..6 {
        devices.push(owner.trusts_a_browser(&app).await);
    }
    assert_eq!(owner.count(&app, "trusted_devices"), 5);
    assert!(!is_trusted(&owner, &with_device_of(&app, &devices[0])).await, "the oldest made room");
    for device in &devices[1..] {
        assert!(is_trusted(&owner, &with_device_of(&app, device)).await);
    }
}

#[actix_web::test]
async fn dev_02_a_get_signs_nobody_in() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let device = with_device_of(&app, &owner.trusts_a_browser(&app).await);
    let sessions = app.database.count("sessions");
    for path in ["/", "/login", "/account", "/login/verify"] {
        device.get(path).await;
    }
    assert!(!device.is_signed_in().await);
    assert_eq!(app.database.count("sessions"), sessions);
}

#[actix_web::test]
async fn dev_03_p_5_trust_ends_after_30_days_and_use_does_not_extend_it() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.trusts_a_browser(&app).await;
    app.let_pass("29 days 23 hours");
    let device = with_device_of(&app, &browser);
    assert!(is_trusted(&owner, &device).await);
    app.let_pass("1 hour");
    assert!(!is_trusted(&owner, &with_device_of(&app, &device)).await);
}

/// Something that must end all trust.
async fn ends_trust(what: &str, change: impl AsyncFn(&TestApp, &Owner)) {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let device = with_device_of(&app, &owner.trusts_a_browser(&app).await);
    change(&app, &owner).await;
    let_code_be_used_again(&app);
    assert!(!is_trusted(&owner, &device).await, "{what}");
    let live =
        "SELECT count(*) FROM trusted_devices AS d JOIN users AS u ON u.id = d.user_id AND u.auth_epoch = d.auth_epoch";
    assert_eq!(app.database.number(live), 0, "{what}");
}

#[actix_web::test]
async fn dev_03_p_5_a_change_of_factor_ends_all_trust() {
    ends_trust("over to texts", async |_, owner| {
        owner.browser.submit("/account/two-factor/sms", &[]).await;
    })
    .await;
    ends_trust("another app", async |app, owner| {
        enrol_app_again(app, owner).await;
    })
    .await;
    ends_trust("off and on again", async |app, owner| {
        owner.browser.submit("/account/two-factor/off", &[]).await.redirects_to("/account/two-factor");
        enrol_app(app, &owner.browser).await;
    })
    .await;
}

async fn enrol_app_again(app: &TestApp, owner: &Owner) {
    use crate::support::authenticator::Authenticator;
    owner.browser.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
    let newer = Authenticator::reading(&owner.browser.get("/account/two-factor/app").await);
    let code = newer.code().await;
    let page = owner.browser.submit("/account/two-factor/app", &[("code", &code)]).await;
    assert!([200, 303].contains(&page.status.as_u16()), "{}", page.text());
    let_code_be_used_again(app);
}

#[actix_web::test]
async fn dev_03_p_5_a_backup_code_a_new_epoch_and_ending_the_others_end_all_trust() {
    ends_trust("a backup code", async |app, owner| {
        owner.begins(app).await.gives_backup(&owner.backup_codes[0]).await.redirects_to("/account");
    })
    .await;
    ends_trust("what a new password does", async |app, owner| owner.set(app, "auth_epoch = auth_epoch + 1")).await;
    ends_trust("ending the others", async |_, owner| {
        assert_eq!(owner.browser.submit("/account/devices/end-others", &[]).await.status, 303);
    })
    .await;
    ends_trust("forgetting it", async |app, owner| {
        let id = app.database.text("SELECT id FROM trusted_devices").unwrap();
        let path = format!("/account/devices/trusted/{id}/forget");
        owner.browser.submit(&path, &[]).await.redirects_to("/account/devices");
    })
    .await;
}

#[actix_web::test]
async fn ses_05_signing_out_leaves_trust_and_ends_the_session() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let browser = owner.trusts_a_browser(&app).await;
    let kept = browser.fork();
    browser.submit("/logout", &[]).await;
    assert!(!kept.is_signed_in().await);
    assert!(is_trusted(&owner, &browser).await);
}

#[actix_web::test]
async fn e_8_a_device_of_somebody_else_is_unknown() {
    let app = TestApp::start().await;
    let (owner, other) = (Owner::with_app(&app).await, Owner::with_app(&app).await);
    let device = with_device_of(&app, &owner.trusts_a_browser(&app).await);
    let id = app.database.text("SELECT id FROM trusted_devices").unwrap();
    let foreign = other.browser.submit(&format!("/account/devices/trusted/{id}/forget"), &[]).await;
    let unknown = "/account/devices/trusted/00000000-0000-7000-8000-000000000000/forget";
    let unknown = other.browser.submit(unknown, &[]).await;
    assert_eq!((foreign.status, foreign.location()), (unknown.status, unknown.location()));
    assert_eq!(foreign.text_without_digits().len(), unknown.text_without_digits().len());
    assert!(is_trusted(&owner, &device).await);
}

// Change against use.

const ROUNDS: usize = 20;

/// Sends two at the same time to two processes, now the one and now the other a little earlier.
async fn clash(
    round: usize,
    one: impl Future<Output = Page> + 'static,
    other: impl Future<Output = Page> + 'static,
) -> [Page; 2] {
    use futures_util::FutureExt as _;
    let late = |ahead: bool| std::time::Duration::from_millis(if ahead { (round as u64 * 7) % 60 } else { 0 });
    let (first, second) = (late(round.is_multiple_of(2)), late(!round.is_multiple_of(2)));
    let one = async move {
        tokio::time::sleep(first).await;
        one.await
    };
    let other = async move {
        tokio::time::sleep(second).await;
        other.await
    };
    at_once([one.boxed_local(), other.boxed_local()]).await.try_into().unwrap()
}

/// Every session and device that is accepted has the account's present epoch, by the program's own word.
fn sessions_of_now(app: &TestApp, owner: &Owner) -> i64 {
    owner.count(
        app,
        "(SELECT s.* FROM sessions AS s JOIN users AS u ON u.id = s.user_id AND u.auth_epoch = s.auth_epoch) AS of_now",
    )
}

#[actix_web::test]
async fn r_7a_two_factor_off_against_a_second_step() {
    let app = app_with(2, &[]).await;
    for round in 0..ROUNDS {
        let owner = Owner::with_app(&app).await;
        let stranger = owner.begins(&app).await.at(app.address_of(1));
        let code = owner.app().code().await;
        let (changing, entering) = (owner.browser.clone(), stranger.clone());
        let pages = clash(round, async move { changing.submit("/account/two-factor/off", &[]).await }, async move {
            entering.gives(&code).await
        });
        let pages = pages.await;

        nothing_broke(&app, &pages, &[303]);
        pages[0].redirects_to("/account/two-factor");
        assert!(["/account", "/login"].contains(&pages[1].location().unwrap()), "{:?}", pages[1].location());
        assert!(owner.browser.is_signed_in().await);
        assert!(!stranger.is_signed_in().await, "whoever came in before the change is out after it");
        assert_eq!((sessions_of_now(&app, &owner), owner.count(&app, "totp_secrets")), (1, 0));
        owner.person.signs_in(&app.browser()).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn r_7d_ending_the_others_against_what_they_do() {
    let app = app_with(2, &[]).await;
    for round in 0..ROUNDS {
        let owner = Owner::with_app(&app).await;
        let other = owner.begins(&app).await;
        other.gives(&owner.app().code().await).await.redirects_to("/account");
        let other = other.at(app.address_of(1));
        // A change that raises the epoch itself, one that does not, and one that any session may ask for.
        let path =
            ["/account/two-factor/off", "/account/two-factor/backup-codes", "/account/devices/end-others"][round % 3];
        let (ending, acting) = (owner.browser.clone(), other.clone());
        let pages = clash(round, async move { ending.submit("/account/devices/end-others", &[]).await }, async move {
            acting.submit(path, &[]).await
        });
        let pages = pages.await;

        nothing_broke(&app, &pages, &[200, 303]);
        let signed_in = (owner.browser.is_signed_in().await, other.is_signed_in().await);
        assert!(signed_in.0 != signed_in.1, "{path}: one goes on and the other is out: {signed_in:?}");
        assert_eq!(sessions_of_now(&app, &owner), 1, "{path}");
        if path.ends_with("backup-codes") {
            assert!(signed_in.0 && owner.backup_codes_left(&app) == 10);
        }
    }
}

#[actix_web::test]
async fn r_7e_new_backup_codes_against_an_old_one() {
    let app = app_with(2, &[]).await;
    for round in 0..ROUNDS {
        let owner = Owner::with_app(&app).await;
        let other = owner.begins(&app).await.at(app.address_of(1));
        let code = owner.backup_codes[0].clone();
        let (making, entering) = (owner.browser.clone(), other.clone());
        let pages =
            clash(round, async move { making.submit("/account/two-factor/backup-codes", &[]).await }, async move {
                entering.gives_backup(&code).await
            });
        let pages = pages.await;

        nothing_broke(&app, &pages, &[200, 303, 422]);
        pages[0].shows(200, "Your backup codes");
        // The old one came first and was used, or too late and was refused; of the new set none is used.
        assert_eq!((owner.count(&app, "two_factor_backup_codes"), owner.backup_codes_left(&app)), (10, 10));
        let again = owner.begins(&app).await;
        assert_eq!(again.gives_backup(&owner.backup_codes[1]).await.status, 422);
        let newer = crate::support::authenticator::backup_codes(&pages[0]);
        again.gives_backup(&newer[0]).await.redirects_to("/account");
    }
}

#[actix_web::test]
async fn r_7f_disabling_against_a_second_step() {
    let app = app_with(2, &[]).await;
    for round in 0..ROUNDS {
        let owner = Owner::with_app(&app).await;
        let other = owner.begins(&app).await.at(app.address_of(1));
        let code = owner.app().code().await;
        let url = app.database.url();
        let email = owner.person.email.clone();
        let disable = tokio::task::spawn_blocking(move || {
            use diesel::{Connection as _, connection::SimpleConnection as _};
            std::thread::sleep(std::time::Duration::from_millis((round as u64 * 7) % 60));
            let sql =
                format!("UPDATE users SET status = 'disabled', auth_epoch = auth_epoch + 1 WHERE email = '{email}'");
            diesel::PgConnection::establish(&url).unwrap().batch_execute(&sql).unwrap();
        });
        let page = other.gives(&code).await;
        disable.await.unwrap();

        nothing_broke(&app, std::slice::from_ref(&page), &[303]);
        assert!(["/account", "/login"].contains(&page.location().unwrap()));
        assert!(!other.is_signed_in().await && !owner.browser.is_signed_in().await);
        assert_eq!(sessions_of_now(&app, &owner), 0);
        let refused = owner.person.signs_in(&app.browser()).await;
        assert_eq!(refused.status, 422, "as if it were unknown");
    }
}

#[actix_web::test]
async fn r_10_two_methods_switched_on_at_once_leave_one_of_them_and_one_set_of_codes() {
    let app = app_with(2, &[]).await;
    for round in 0..10 {
        let person = people::sponsor();
        let browser = person.has_account(&app).await;
        browser.submit("/account/two-factor/app", &[]).await.redirects_to("/account/two-factor/app");
        let authenticator =
            crate::support::authenticator::Authenticator::reading(&browser.get("/account/two-factor/app").await);
        let code = authenticator.code().await;
        let (by_app, by_sms) = (browser.fork(), browser.fork().at(app.address_of(1)));
        let (one, other) = (by_app.clone(), by_sms.clone());
        let pages =
            clash(round, async move { one.submit("/account/two-factor/app", &[("code", &code)]).await }, async move {
                other.submit("/account/two-factor/sms", &[]).await
            });
        let pages = pages.await;

        nothing_broke(&app, &pages, &[200, 303, 409, 422]);
        let id = app.database.text(&format!("SELECT id FROM users WHERE email = '{}'", person.email)).unwrap();
        let number = |sql: &str| app.database.number(&sql.replace("{id}", &id));
        let method = app.database.text(&format!("SELECT two_factor_method FROM users WHERE id = '{id}'")).unwrap();
        let secrets = number("SELECT count(*) FROM totp_secrets WHERE user_id = '{id}' AND confirmed_at IS NOT NULL");
        assert_eq!(secrets, i64::from(method == "app"), "{method}");
        assert_eq!(number("SELECT count(*) FROM two_factor_backup_codes WHERE user_id = '{id}'"), 10);
        // The set that was shown last is the set that works.
        let shown: Vec<Vec<String>> =
            pages.iter().map(crate::support::authenticator::backup_codes).filter(|codes| !codes.is_empty()).collect();
        let mut working = 0;
        for codes in &shown {
            let browser = app.browser();
            person.signs_in(&browser).await.redirects_to("/login/verify");
            working += usize::from(browser.gives_backup(&codes[0]).await.location() == Some("/account"));
        }
        assert_eq!(working, 1, "{} sets were shown, {method}", shown.len());
    }
}

#[actix_web::test]
async fn dev_03_texts_switched_on_again_trust_nobody_of_before() {
    let app = TestApp::start().await;
    let owner = Owner::with_app(&app).await;
    let device = with_device_of(&app, &owner.trusts_a_browser(&app).await);
    owner.browser.submit("/account/two-factor/off", &[]).await.redirects_to("/account/two-factor");
    enable_sms(&owner.browser).await;
    assert!(!is_trusted(&owner, &device).await);
}
