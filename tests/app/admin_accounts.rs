//! What administrators do to accounts, and what nobody can do with their pages (A-1 to A-6, AUZ-05, REC-04, I-7). How people
//! are found is in `admin_accounts_search.rs`.

use latchkey::{routes, web::principal::Who};
use reqwest::Method;

use crate::support::{
    TestApp, at_once,
    authenticator::{enrol_app, let_code_be_used_again},
    browser::{Browser, Page},
    crowd::{meet, nothing_broke},
    operator::end,
    owners::Owner,
    people::{self, Person, signs_in_as},
    resets::{NEW_PASSWORD, events_of, hash_of},
};

const WRONG: &str = "That does not fit";
const REASON: &str = "she called, and knew her last three sign-ins";
/// Every act that takes a reason alone.
const ACTS: [&str; 6] = ["disable", "enable", "end-sessions", "require-reset", "remove-factor", "recovery/cancel"];

/// The account that has proven the number first.
fn id_of(app: &TestApp, person: &Person) -> String {
    let holders = format!("SELECT id::text FROM users WHERE phone_number = '{}' ORDER BY id LIMIT 1", person.phone);
    app.database.text(&holders).unwrap()
}

/// What has reached a number and says `words`, once all that is due has left.
async fn told(app: &TestApp, phone: &str, words: &str) -> usize {
    app.all_due_are_sent().await;
    app.twilio.messages_to(phone).into_iter().filter(|text| text.body.contains(words)).count()
}

fn page_of(id: &str) -> String {
    format!("/admin/accounts/{id}")
}

async fn acts(browser: &Browser, id: &str, act: &str) -> Page {
    browser.submit(&format!("/admin/accounts/{id}/{act}"), &[("reason", REASON)]).await
}

/// Acts, and sees on the person's page that it is done.
async fn does(browser: &Browser, id: &str, act: &str, says: &str) {
    acts(browser, id, act).await.redirects_to(&page_of(id));
    browser.get(&page_of(id)).await.shows(200, says);
}

/// Finds that there is nothing to do.
async fn does_nothing(browser: &Browser, id: &str, act: &str) {
    does(browser, id, act, "Nothing was done").await;
}

async fn starts_recovery(browser: &Browser, id: &str, phone: &str) -> Page {
    let fields = [("country", "ET"), ("phone", phone), ("reason", REASON)];
    browser.submit(&format!("/admin/accounts/{id}/recovery/start"), &fields).await
}

fn audited(app: &TestApp, act: &str) -> i64 {
    app.database.number(&format!("SELECT count(*) FROM audit WHERE act = '{act}'"))
}

/// What the audit trail says of an act: who, to whom, why, before and after.
fn audit_row(app: &TestApp, act: &str) -> String {
    let sql = format!("SELECT concat_ws(' | ', actor, subject, reason, before, after) FROM audit WHERE act = '{act}'");
    app.database.text(&sql).unwrap()
}

/// Everything that an act may change.
fn everything(app: &TestApp) -> String {
    let tables = ["users", "sessions", "trusted_devices", "recoveries", "activity", "audit", "two_factor_backup_codes"];
    let rows =
        |table| app.database.text(&format!("SELECT string_agg(t::text, ',' ORDER BY t::text) FROM {table} AS t"));
    tables.into_iter().filter_map(rows).collect()
}

#[actix_web::test]
async fn a_1_a_stale_administrator_finds_the_way_to_confirm_in_the_place_of_each_form() {
    let app = TestApp::start().await;
    let (omar, salma) = (Owner::administrator(&app).await, Owner::with_app(&app).await);
    let id = salma.id(&app);
    app.database.run(&format!(
        "UPDATE sessions SET confirmed_at = now() - interval '6 minutes' WHERE user_id = '{}'",
        omar.id(&app)
    ));
    let before = everything(&app);
    for act in ["disable", "end-sessions", "require-reset", "remove-factor", "recovery/start"] {
        let path = format!("{}/{act}", page_of(&id));
        let page = omar.browser.get(&path).await;
        page.shows(200, "Confirm it is you");
        assert!(!page.has("main form") && page.has(&format!("a[href='/confirm?next={path}']")), "{act}");
        acts(&omar.browser, &id, act).await.redirects_to(&format!("/confirm?next={path}"));
    }
    assert_eq!(everything(&app), before);
    let code = omar.app().code().await;
    let path = format!("{}/disable", page_of(&id));
    let fields = [("password", omar.person.password.as_str()), ("code", &code), ("next", &path)];
    omar.browser.submit("/confirm", &fields).await.redirects_to(&path);
    assert!(omar.browser.get(&path).await.has("main form"));
}

#[actix_web::test]
async fn a_2_what_is_not_exactly_an_accounts_id_is_not_there() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let id = id_of(&app, &salma);
    let session = app.database.text(&format!("SELECT id::text FROM sessions WHERE user_id = '{id}'")).unwrap();
    let bare = id.replace('-', "");
    let mut others = vec![session, bare, id.to_uppercase(), format!("%7B{id}%7D"), format!("urn:uuid:{id}")];
    others.extend(
        ["00000000-0000-0000-0000-000000000000", "-1", "0", "[]", "null", "..", "%00", "%FF"].map(str::to_owned),
    );
    others.extend([format!("{id}[]"), format!("{id}%20"), format!("{id},{id}"), format!("{id};a")]);
    let before = everything(&app);
    for other in &others {
        assert_eq!(omar.browser.get(&page_of(other)).await.status, 404, "{other}");
        for act in ACTS {
            let page = omar.browser.get(&format!("/admin/accounts/{other}/{act}")).await;
            assert_eq!(page.status, 404, "{other} {act}");
            assert_eq!(acts(&omar.browser, other, act).await.status, 404, "{other} {act}");
        }
        assert_eq!(starts_recovery(&omar.browser, other, &people::new_phone()).await.status, 404, "{other}");
    }
    assert_eq!(omar.browser.get(&format!("{}/delete", page_of(&id))).await.status, 404, "no such act");
    // An account whose day has come is nobody's.
    app.database.run(&format!("UPDATE users SET deletion_due_at = now() WHERE id = '{id}'"));
    assert_eq!(omar.browser.get(&page_of(&id)).await.status, 404);
    assert_eq!(acts(&omar.browser, &id, "disable").await.status, 404);
    app.database.run(&format!("UPDATE users SET deletion_due_at = NULL WHERE id = '{id}'"));
    assert_eq!(everything(&app), before);
}

#[actix_web::test]
async fn a_3_rec_04_no_form_of_the_administration_takes_a_role_a_password_or_a_code() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let id = id_of(&app, &salma);
    let forms = routes::table().into_iter().filter(|entry| entry.who == Who::FreshAdministrator);
    let paths: Vec<_> = forms.map(|entry| entry.path.replace("{id}", &id)).collect();
    assert!(paths.len() >= 7, "{paths:?}");
    let before = everything(&app);
    for path in paths {
        for field in ["role", "password", "current_password", "code", "status", "password_hash", "auth_epoch"] {
            let fields = [("reason", REASON), ("country", "ET"), ("phone", "0911234567"), (field, "administrator")];
            let page = omar.browser.submit(&path, &fields).await;
            assert_eq!(page.status, 400, "{path} {field}");
        }
    }
    assert_eq!(everything(&app), before);
}

#[actix_web::test]
async fn a_5_phn_05_no_page_shows_a_secret_or_a_whole_number() {
    let app = TestApp::start().await;
    let (omar, salma) = (Owner::administrator(&app).await, Owner::with_app(&app).await);
    salma.trusts_a_browser(&app).await;
    let (id, phone) = (salma.id(&app), people::new_phone());
    starts_recovery(&omar.browser, &id, &phone).await.redirects_to(&page_of(&id));
    let mut secrets = salma.backup_codes.clone();
    secrets.extend([salma.person.phone[4..].to_owned(), phone[4..].to_owned(), salma.person.password.clone()]);
    for column in [
        "SELECT password_hash FROM users WHERE id = '{id}'",
        "SELECT sealed_secret FROM totp_secrets WHERE user_id = '{id}'",
        "SELECT encode(token_hash, 'hex') FROM sessions WHERE user_id = '{id}' LIMIT 1",
        "SELECT encode(token_hash, 'hex') FROM trusted_devices WHERE user_id = '{id}'",
    ] {
        secrets.push(app.database.text(&column.replace("{id}", &id)).unwrap());
    }
    let national = salma.person.national();
    let mut pages = vec![
        omar.browser.get("/admin/accounts").await,
        omar.browser.get(&format!("/admin/accounts?q={id}")).await,
        omar.browser.get(&page_of(&id)).await,
    ];
    for act in ACTS.into_iter().chain(["recovery/start"]) {
        pages.push(omar.browser.get(&format!("{}/{act}", page_of(&id))).await);
    }
    pages.push(omar.browser.submit(&format!("{}/disable", page_of(&id)), &[("reason", " ")]).await);
    for page in &pages {
        let shown: String = page.body.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        for secret in &secrets {
            let secret: String = secret.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            assert!(!shown.contains(&secret), "{secret} in {}", page.text());
        }
        assert!(!shown.contains(&national) && page.header("cache-control") == Some("no-store"));
    }
    pages[2].shows(200, &format!("*****{}", &salma.person.phone[9..]));
    pages[2].shows(200, "Authenticator app, since");
    pages[2].shows(200, "Backup codes left 10");
}

#[actix_web::test]
async fn a_6_administrators_who_shut_each_other_out_at_once_leave_one() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let in_charge = "SELECT count(*) FROM users WHERE role = 'administrator' AND status = 'active'
                         AND two_factor_method = 'app' AND password_reset_required_at IS NULL";
    for (one_does, other_does) in [("disable", "disable"), ("disable", "remove-factor"), ("require-reset", "disable")] {
        app.database.run("UPDATE users SET role = 'sponsor' WHERE role = 'administrator'");
        let (one, other) = (Owner::administrator(&app).await, Owner::administrator(&app).await);
        let (one_id, other_id) = (one.id(&app), other.id(&app));
        let (first, second) = (one.browser.clone(), other.browser.at(app.address_of(1)));
        let against = |browser: Browser, id: &str, act: &'static str| {
            let id = id.to_owned();
            async move { acts(&browser, &id, act).await }
        };
        let both = [against(first, &other_id, one_does), against(second, &one_id, other_does)].map(Box::pin);
        let pages = meet(&app, "SELECT FROM users WHERE role = 'administrator' FOR UPDATE", both.into()).await;
        nothing_broke(&app, &pages, &[303]);
        assert_eq!(app.database.number(in_charge), 1, "{one_does} {other_does}");
        let left = [&one, &other].into_iter().filter(|owner| {
            owner.number(
                &app,
                "(status = 'active' AND two_factor_method = 'app' AND password_reset_required_at IS NULL)::int",
            ) == 1
        });
        for owner in left {
            assert_eq!(owner.browser.get("/admin/accounts").await.status, 200, "who is left gets in");
        }
    }

    // At the command line one is removed who at this moment disables the other on the page: whoever comes first, one stays.
    for _ in 0..4 {
        app.database.run("UPDATE users SET role = 'sponsor' WHERE role = 'administrator'");
        let (one, other) = (Owner::administrator(&app).await, Owner::administrator(&app).await);
        let held = app.database.hold("SELECT FROM users WHERE role = 'administrator' FOR UPDATE");
        let (browser, other_id) = (one.browser.clone(), other.id(&app));
        let remove = ["admin", "remove", "--email", &one.person.email, "--reason", "left the company"];
        let operator = app.operator_starts(&remove);
        let page = actix_web::rt::spawn(async move { acts(&browser, &other_id, "disable").await });
        app.database.waiting(2).await;
        held.release();
        page.await.unwrap();
        let stays = if end(operator).well { &other } else { &one };
        assert_eq!((app.database.number(in_charge), stays.number(&app, "(status = 'active')::int")), (1, 1));
    }

    // Three in a circle.
    app.database.run("UPDATE users SET role = 'sponsor' WHERE role = 'administrator'");
    let three = [Owner::administrator(&app).await, Owner::administrator(&app).await, Owner::administrator(&app).await];
    let ids = [three[1].id(&app), three[2].id(&app), three[0].id(&app)];
    let pages = at_once(three.iter().zip(&ids).map(|(owner, id)| acts(&owner.browser, id, "disable"))).await;
    nothing_broke(&app, &pages, &[303, 404]);
    assert!(app.database.number(in_charge) >= 1);
}

#[actix_web::test]
async fn a_6_nobody_acts_on_their_own_account_and_the_last_administrator_stays() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let id = omar.id(&app);
    let page = omar.browser.get(&page_of(&id)).await;
    page.shows(200, "This is your own account.");
    let before = everything(&app);
    for act in ACTS {
        assert!(!page.has(&format!("a[href$='/{act}']")), "{act}");
        let form = omar.browser.get(&format!("{}/{act}", page_of(&id))).await;
        form.shows(200, "This is your own account.");
        assert!(!form.has("main form"), "{act}");
        does_nothing(&omar.browser, &id, act).await;
    }
    starts_recovery(&omar.browser, &id, &people::new_phone()).await.redirects_to(&page_of(&id));
    omar.browser.submit("/account/delete", &[("password", &omar.person.password)]).await;
    assert_eq!(everything(&app), before);
    assert_eq!(omar.number(&app, "(deletion_due_at IS NULL AND status = 'active')::int"), 1);
}

#[actix_web::test]
async fn auz_05_whoever_is_disabled_or_demoted_is_out_with_the_next_request() {
    let app = TestApp::start().await;
    let (omar, sara, lina) =
        (Owner::administrator(&app).await, Owner::administrator(&app).await, Owner::administrator(&app).await);
    let hanna = people::maid();
    let browser = hanna.has_account(&app).await;
    does(&omar.browser, &id_of(&app, &hanna), "disable", "The account is disabled").await;
    browser.get("/account").await.redirects_to("/login");

    let sara_id = sara.id(&app);
    does(&omar.browser, &sara_id, "disable", "The account is disabled").await;
    lina.set(&app, "role = 'sponsor'");
    for out in [&sara, &lina] {
        for path in ["/admin/accounts", &page_of(&sara_id)] {
            assert_eq!(out.browser.get(path).await.status, 404);
        }
        assert_eq!(acts(&out.browser, &omar.id(&app), "disable").await.status, 404);
    }
    assert_eq!((lina.browser.is_signed_in().await, sara.browser.is_signed_in().await), (true, false));
    assert_eq!(omar.browser.get("/admin/accounts").await.status, 200);
}

#[actix_web::test]
async fn a_disabled_account_opens_for_nobody_and_its_owner_is_told_at_every_number() {
    let app = TestApp::start().await;
    let (omar, mut salma) = (Owner::administrator(&app).await, Owner::with_app(&app).await);
    let (id, left, here) = (salma.id(&app), salma.person.phone.clone(), people::new_phone());
    salma.browser.submit("/account/phone", &[("country", "ET"), ("phone", &here)]).await;
    let code = app.twilio.next_code_to(&here).await;
    salma.browser.submit("/account/phone/verify", &[("code", &code)]).await.redirects_to("/account/phone");
    salma.person = salma.person.at(&here);
    let (trusted, pending) = (salma.trusts_a_browser(&app).await, salma.begins(&app).await);
    let resetting = salma.proves_phone(&app).await;
    let phone = people::new_phone();
    starts_recovery(&omar.browser, &id, &phone).await.redirects_to(&page_of(&id));

    does(&omar.browser, &id, "disable", "The account is disabled").await;
    for browser in [&salma.browser, &trusted] {
        assert!(!browser.is_signed_in().await);
    }
    assert_eq!((salma.count(&app, "sessions"), salma.count(&app, "trusted_devices")), (0, 0));
    pending.get("/login/verify").await.redirects_to("/login");
    resetting.get("/password-reset/second-step").await.redirects_to("/password-reset");
    let right = salma.person.signs_in(&app.browser()).await;
    let wrong = salma.person.signs_in_wrongly(&app.browser()).await;
    right.shows(422, WRONG);
    assert_eq!(right.text_without_digits(), wrong.text_without_digits(), "as for a wrong password");
    app.ends_the_wait_of_recoveries();
    app.all_due_are_sent().await;
    assert!(app.recovery_codes_to(&phone).is_empty(), "its recovery is over");
    starts_recovery(&omar.browser, &id, &phone).await.redirects_to(&page_of(&id));
    for number in [&left, &here] {
        let heard = told(&app, number, "we have closed your account for now").await;
        assert_eq!(heard, 1, "told at {number}");
    }
    let row = audit_row(&app, "account_disabled");
    let expected = format!(
        r#"administrator:{} | account:{id} | {REASON} | {{"status":"active"}} | {{"status":"disabled"}}"#,
        omar.id(&app)
    );
    assert_eq!(row, expected);
    let page = omar.browser.get(&page_of(&id)).await;
    page.shows(200, "Enable the account");
    assert!(!page.text().contains("Disable the account") && !page.text().contains("Start a recovery"));
    for act in ["disable", "end-sessions", "require-reset", "remove-factor"] {
        does_nothing(&omar.browser, &id, act).await;
    }

    does(&omar.browser, &id, "enable", "The account is enabled").await;
    assert!(!salma.browser.is_signed_in().await && !trusted.is_signed_in().await, "what was signed in stays out");
    let browser = salma.begins(&app).await;
    browser.gives(&salma.app().code().await).await.redirects_to("/account");
    let activity = browser.get("/account/activity").await;
    activity.shows(200, "We disabled this account");
    activity.shows(200, "We enabled this account again");
    assert_eq!(told(&app, &here, "your account is open again").await, 1);
    assert_eq!((audited(&app, "account_disabled"), audited(&app, "account_enabled")), (1, 1));
}

#[actix_web::test]
async fn all_devices_are_signed_out_and_the_owner_can_sign_in_again() {
    let app = TestApp::start().await;
    let (omar, salma) = (Owner::administrator(&app).await, Owner::with_app(&app).await);
    let id = salma.id(&app);
    let trusted = salma.trusts_a_browser(&app).await;
    does(&omar.browser, &id, "end-sessions", "All devices are signed out").await;
    assert!(!salma.browser.is_signed_in().await && !trusted.is_signed_in().await);
    salma.person.signs_in(&trusted).await.redirects_to("/login/verify");
    assert_eq!(told(&app, &salma.person.phone, "we have signed out all your devices").await, 1);
    assert_eq!(events_of(&app, &salma.person, "devices_signed_out"), 1);
    let row = audit_row(&app, "devices_signed_out");
    assert!(row.ends_with(r#"{"sessions":2,"trusted_devices":1} | {"sessions":0,"trusted_devices":0}"#), "{row}");
    does_nothing(&omar.browser, &id, "end-sessions").await;
    assert_eq!(audited(&app, "devices_signed_out"), 1);
}

#[actix_web::test]
async fn a_password_that_has_to_be_set_anew_opens_nothing_and_a_text_sets_another() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let salma = people::sponsor();
    let browser = salma.has_account(&app).await;
    let (id, before) = (id_of(&app, &salma), hash_of(&app, &salma));
    does(&omar.browser, &id, "require-reset", "A new password is asked for").await;
    assert!(!browser.is_signed_in().await);
    assert_eq!(hash_of(&app, &salma), before, "nobody set one");
    let (right, wrong) = (salma.signs_in(&app.browser()).await, salma.signs_in_wrongly(&app.browser()).await);
    right.shows(422, WRONG);
    assert_eq!(right.text_without_digits(), wrong.text_without_digits(), "a thief does not learn that it is right");
    omar.browser.get(&page_of(&id)).await.shows(200, "Has to set a new password");
    assert_eq!(told(&app, &salma.phone, "your password no longer works").await, 1);
    assert_eq!((events_of(&app, &salma, "reset_required"), audited(&app, "reset_required")), (1, 1));
    does_nothing(&omar.browser, &id, "require-reset").await;

    let resetting = salma.proves_phone(&app).await;
    resetting.chooses(NEW_PASSWORD).await.redirects_to("/login");
    let browser = app.browser();
    salma.remembering(NEW_PASSWORD).signs_in(&browser).await.redirects_to("/account");
    browser.get("/account/activity").await.shows(200, "We asked for a new password");
    assert!(!omar.browser.get(&page_of(&id)).await.text().contains("Has to set a new password"));

    // Whose number is not proven any more could set none: a recovery is offered in its place.
    let other = people::maid().at(&salma.phone);
    let claiming = app.browser();
    app.let_pass("25 hours");
    omar.begins_in(&omar.browser).await;
    omar.browser.gives(&omar.app().code().await).await.redirects_to("/admin");
    let code = other.begins(&app, &claiming).await;
    claiming.enters(&code).await.redirects_to("/register/claim");
    claiming.claims("move").await.redirects_to("/account");
    let page = omar.browser.get(&format!("{}/require-reset", page_of(&id))).await;
    page.shows(200, "A recovery is what helps.");
    assert!(!page.has("main form") && page.has(&format!("a[href='{}/recovery/start']", page_of(&id))));
    does_nothing(&omar.browser, &id, "require-reset").await;
    assert_eq!(audited(&app, "reset_required"), 1);
}

#[actix_web::test]
async fn a_factor_is_removed_and_an_administrator_has_to_enrol_anew() {
    let app = TestApp::start().await;
    let (omar, salma, sara) =
        (Owner::administrator(&app).await, Owner::with_app(&app).await, Owner::administrator(&app).await);
    let trusted = salma.trusts_a_browser(&app).await;
    let id = salma.id(&app);
    does(&omar.browser, &id, "remove-factor", "Two-factor is off").await;
    assert!(!salma.browser.is_signed_in().await && !trusted.is_signed_in().await);
    for table in ["totp_secrets", "two_factor_backup_codes", "trusted_devices"] {
        assert_eq!(salma.count(&app, table), 0, "{table}");
    }
    let browser = app.browser();
    salma.person.signs_in(&browser).await.redirects_to("/account");
    browser.get("/account/activity").await.shows(200, "We switched two-factor off");
    assert_eq!(told(&app, &salma.person.phone, "we have switched two-factor off").await, 1);
    let row = audit_row(&app, "factor_removed");
    assert!(
        row.ends_with(r#"{"two_factor":"app","backup_codes":10} | {"two_factor":"none","backup_codes":0}"#),
        "{row}"
    );
    does_nothing(&omar.browser, &id, "remove-factor").await;

    omar.browser.get(&format!("{}/remove-factor", page_of(&sara.id(&app)))).await.shows(200, "set up an app anew");
    does(&omar.browser, &sara.id(&app), "remove-factor", "Two-factor is off").await;
    assert_eq!(sara.browser.get("/admin/accounts").await.status, 404);
    let browser = app.browser();
    sara.person.signs_in(&browser).await;
    browser.get("/admin/accounts").await.redirects_to("/account/two-factor");
    enrol_app(&app, &browser).await;
    assert_eq!(browser.get("/admin/accounts").await.status, 200);
}

#[actix_web::test]
async fn rec_03_a_recovery_is_started_with_its_72_hours_and_cancelled() {
    let app = TestApp::start().await;
    let (omar, salma) = (Owner::administrator(&app).await, Owner::with_app(&app).await);
    let (id, phone) = (salma.id(&app), people::new_phone());
    let start = format!("{}/recovery/start", page_of(&id));
    for (fields, field, message) in [
        ([("country", "ET"), ("phone", ""), ("reason", REASON)], "phone", "Please write your phone number."),
        ([("country", "??"), ("phone", &phone), ("reason", REASON)], "country", "country"),
        ([("country", "DE"), ("phone", "+4915123456789"), ("reason", REASON)], "phone", "Germany"),
        ([("country", "ET"), ("phone", &phone), ("reason", "")], "reason", "Please say why"),
    ] {
        let page = omar.browser.submit(&start, &fields).await;
        assert_eq!((page.status.as_u16(), page.focused().as_deref()), (422, Some(field)), "{}", page.text());
        assert!(page.error_of(field).unwrap().contains(message), "{}", page.text());
        let [_, (_, typed), _] = fields;
        assert_eq!(page.attribute("#phone", "value").unwrap_or_default(), typed);
    }
    assert_eq!(audited(&app, "recovery_started"), 0);

    starts_recovery(&omar.browser, &id, &phone).await.redirects_to(&page_of(&id));
    let page = omar.browser.get(&page_of(&id)).await;
    page.shows(200, "The recovery is started");
    page.shows(200, &format!("To *****{} : the code leaves on", &phone[9..]));
    page.shows(200, REASON);
    app.all_due_are_sent().await;
    for number in [&salma.person.phone, &phone] {
        assert_eq!(app.stop_codes_to(number).len(), 1);
    }
    omar.browser.get("/admin/accounts").await.shows(200, "Recoveries under way");
    app.operator(&["recovery", "list"]).does(&[&id, &format!("administrator:{}", omar.id(&app))]);
    let row = audit_row(&app, "recovery_started");
    assert!(row.contains(&format!("account:{id} | {REASON}")) && !row.contains(&phone[4..]), "{row}");
    starts_recovery(&omar.browser, &id, &people::new_phone()).await.redirects_to(&page_of(&id));
    assert_eq!((audited(&app, "recovery_started"), app.database.count("recoveries")), (1, 1));

    does(&omar.browser, &id, "recovery/cancel", "The recovery is cancelled").await;
    for number in [&salma.person.phone, &phone] {
        assert_eq!(told(&app, number, "we have stopped the recovery").await, 1);
    }
    app.ends_the_wait_of_recoveries();
    app.all_due_are_sent().await;
    assert!(app.recovery_codes_to(&phone).is_empty());
    does_nothing(&omar.browser, &id, "recovery/cancel").await;
    assert_eq!((audited(&app, "recovery_cancelled"), events_of(&app, &salma.person, "recovery_stopped")), (1, 1));
    assert!(salma.browser.is_signed_in().await, "it changes nothing for the owner");

    // Another time nobody objects.
    starts_recovery(&omar.browser, &id, &phone).await.redirects_to(&page_of(&id));
    app.ends_the_wait_of_recoveries();
    let browser = app.browser();
    let code = app.recovery_code_to(&phone).await;
    browser.submit("/recovery", &[("code", &code)]).await.redirects_to("/recovery/password");
    browser.submit("/recovery/password", &[("password", NEW_PASSWORD)]).await.redirects_to("/login");
    signs_in_as(&browser, &phone, NEW_PASSWORD).await.redirects_to("/account");
}

#[actix_web::test]
async fn r_two_administrators_and_double_clicks_act_once() {
    let mut app = TestApp::start().await;
    app.start_another_instance();
    let (omar, sara) = (Owner::administrator(&app).await, Owner::administrator(&app).await);
    for (act, audit, text) in [
        ("end-sessions", "devices_signed_out", "we have signed out all your devices"),
        ("require-reset", "reset_required", "your password no longer works"),
        ("remove-factor", "factor_removed", "we have switched two-factor off"),
        ("disable", "account_disabled", "we have closed your account"),
        ("recovery/start", "recovery_started", "we recover your account"),
        ("recovery/cancel", "recovery_cancelled", "we have stopped the recovery"),
    ] {
        let salma = Owner::with_app(&app).await;
        let (id, phone) = (salma.id(&app), people::new_phone());
        if act == "recovery/cancel" {
            starts_recovery(&omar.browser, &id, &phone).await.redirects_to(&page_of(&id));
        }
        let fields = match act {
            "recovery/start" => vec![("country", "ET"), ("phone", phone.as_str()), ("reason", REASON)],
            _ => vec![("reason", REASON)],
        };
        let mut before = audited(&app, audit);
        let browsers = [app.copies(&omar.browser, 3), app.copies(&sara.browser, 3)].concat();
        let path = format!("{}/{act}", page_of(&id));
        let pages = at_once(browsers.iter().map(|browser| browser.submit(&path, &fields))).await;
        nothing_broke(&app, &pages, &[303]);
        before += 1;
        assert_eq!(audited(&app, audit), before, "{act}");
        assert_eq!(told(&app, &salma.person.phone, text).await, 1, "{act}");
        let event = if act == "recovery/cancel" { "recovery_stopped" } else { audit };
        assert_eq!(events_of(&app, &salma.person, event), 1, "{act}");
        let after = at_once(browsers.iter().map(|browser| browser.get(pages[0].location().unwrap()))).await;
        assert_eq!(after.iter().filter(|page| page.text().contains("Nothing was done")).count(), 5, "{act}");
        let_code_be_used_again(&app);
    }
}

#[actix_web::test]
async fn every_act_needs_a_reason_of_one_line() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let id = id_of(&app, &salma);
    let before = everything(&app);
    let path = format!("{}/disable", page_of(&id));
    let long = "a".repeat(501);
    for (reason, message) in [
        ("", "Please say why, in a few words."),
        (" . ", "Please say why, in a few words."),
        ("one\ntwo", "Please write one line, without special characters."),
        ("a\u{1b}[31m", "Please write one line, without special characters."),
        (&long, "This is too long. Please use 500 characters at most."),
    ] {
        let page = omar.browser.submit(&path, &[("reason", reason)]).await;
        assert_eq!((page.status.as_u16(), page.error_of("reason").as_deref()), (422, Some(message)), "{reason:?}");
        assert_eq!(page.focused().as_deref(), Some("reason"));
        assert!(page.title().starts_with("Please check: "));
    }
    let page = omar.browser.submit(&path, &[("reason", &long)]).await;
    assert_eq!(page.attribute("#reason", "value"), Some(long), "nothing typed is lost");
    assert_eq!(omar.browser.submit(&path, &[]).await.status, 422);
    assert_eq!(everything(&app), before);
}

#[actix_web::test]
async fn i_7_what_people_write_is_inert_for_their_administrators_and_for_themselves() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let names = |page: &Page| -> Vec<String> {
        let html = page.html();
        let elements = html.root_element().descendants().filter_map(scraper::ElementRef::wrap);
        let names = elements.flat_map(|it| {
            let attributes = it.value().attrs().map(|(name, _)| name.to_owned());
            std::iter::once(it.value().name().to_owned()).chain(attributes).collect::<Vec<_>>()
        });
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let mut clean: Vec<Vec<String>> = Vec::new();
    for payload in [
        "plain",
        "<script>alert(1)</script>x",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus onfocus=alert(1) x='",
        "</title></textarea><svg onload=alert(1)>",
        "{{7*7}}${7*7}#{7*7}<%= 7*7 %>a",
        "&lt;script&gt;",
        "javascript:alert(1)",
        "\u{10F800}\u{10F801}a",
    ] {
        let mut hanna = people::maid();
        hanna.email = format!("a!#$%&'*+-/=?^_`{{|}}~{}@example.com", &hanna.phone[8..]);
        let browser = hanna.has_account(&app).await;
        let fields = [
            ("full_name", payload),
            ("city", payload),
            ("about", payload),
            ("skills", payload),
            ("experience_years", "3"),
        ];
        let saved = browser.submit("/account/profile", &fields).await;
        let is_saved = saved.status == 303;
        let odd = browser.form("/login").header("user-agent", payload.escape_default().to_string());
        let signed_in = [("identifier", hanna.phone.as_str()), ("password", &hanna.password), ("country", "ET")];
        browser.send(odd.form(&signed_in)).await;
        let id = id_of(&app, &hanna);
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", payload).finish();
        let reason = format!("{payload} reason");
        omar.browser.submit(&format!("{}/end-sessions", page_of(&id)), &[("reason", &reason)]).await;
        let owner = app.browser();
        hanna.signs_in(&owner).await;
        let mut pages = vec![
            omar.browser.get(&page_of(&id)).await,
            omar.browser.get(&format!("/admin/accounts?{query}")).await,
            omar.browser.get("/admin/accounts").await,
            omar.browser.get(&format!("{}/disable", page_of(&id))).await,
            omar.browser.get(&format!("{}/recovery/start", page_of(&id))).await,
            owner.get("/account").await,
            owner.get("/account/profile").await,
            owner.get("/account/devices").await,
            owner.get("/account/activity").await,
        ];
        // A form that comes back shows what was typed too.
        pages.push(omar.browser.submit(&format!("{}/disable", page_of(&id)), &[("reason", &reason.repeat(100))]).await);
        for (at, page) in pages.iter().enumerate() {
            assert!(page.status == 200 || page.status == 422, "{payload} {at}: {}", page.status);
            match clean.get(at) {
                // What no clean page has, a hostile one has not either.
                Some(clean) => {
                    let new: Vec<_> = names(page).into_iter().filter(|name| !clean.contains(name)).collect();
                    let known = ["role", "class", "span", "p", "i", "aria-invalid", "small"];
                    assert!(new.iter().all(|name| known.contains(&name.as_str())), "{payload} {at}: {new:?}");
                }
                None => clean.push(names(page)),
            }
        }
        if is_saved && !payload.starts_with('\u{10F800}') {
            pages[0].shows(200, payload);
        }
    }
}

#[actix_web::test]
async fn what_happened_is_paged_and_a_get_changes_nothing() {
    let app = TestApp::start().await;
    let omar = Owner::administrator(&app).await;
    let salma = people::sponsor();
    salma.has_account(&app).await;
    let id = id_of(&app, &salma);
    app.database.run(&format!(
        "INSERT INTO activity (user_id, event, happened_at)
         SELECT '{id}', 'signed_out', now() - n * interval '1 minute' FROM generate_series(50, 1, -1) AS n"
    ));
    let before = everything(&app);
    let rows = |page: &Page| {
        let selector = scraper::Selector::parse("#happened li").unwrap();
        page.html().select(&selector).count()
    };
    let mut page = omar.browser.get(&page_of(&id)).await;
    let mut seen = vec![rows(&page)];
    while let Some(earlier) = page.attribute("#happened .actions a.button", "href") {
        page = omar.browser.get(&earlier).await;
        seen.push(rows(&page));
    }
    assert_eq!(seen, [20, 20, 11]);
    for before in ["x", "-1", "99999999999999999999", "1%27"] {
        assert_eq!(omar.browser.get(&format!("{}?before={before}", page_of(&id))).await.status, 200);
    }
    for act in ACTS {
        let path = format!("{}/{act}", page_of(&id));
        omar.browser.get(&path).await;
        omar.browser.send(omar.browser.bare(Method::HEAD, &path)).await;
    }
    assert_eq!(everything(&app), before);
}
