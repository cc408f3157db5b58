//! What must hold however many come at once, at one process or at several (R-1, R-2, R-6, R-9, ARC-05, ARC-10).
//!
//! A crowd finds a lost update mostly, two requests that meet at a row which the test itself holds find it every time.

use futures_util::FutureExt as _;

use crate::support::{
    TestApp, at_once,
    browser::{Browser, Page},
    crowd::{app_with, leading_to, meet, nothing_broke, saying},
    people::{self, Person, other_than},
};

/// Nobody saw a fault of ours, and PostgreSQL had no knot to cut.
#[track_caller]
fn all_ordinary(app: &TestApp, pages: &[Page]) {
    nothing_broke(app, pages, &[303, 422]);
}

#[track_caller]
fn one_account(app: &TestApp) {
    let profiles = app.database.count("sponsor_profiles") + app.database.count("maid_profiles");
    let rows = (app.database.count("users"), profiles, app.database.count("sessions"));
    assert_eq!(rows, (1, 1, 1), "users, profiles, sessions");
}

async fn one_right_code_sent_100_times(app: TestApp) {
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    let copies = app.copies(&browser, 100);

    let pages = at_once(copies.iter().map(|copy| copy.enters(&code))).await;

    all_ordinary(&app, &pages);
    one_account(&app);
    assert_eq!(leading_to(&pages, "/account"), 1);
    let accounts = at_once(copies.iter().map(|copy| copy.get("/account"))).await;
    assert_eq!(accounts.iter().filter(|page| page.status == 200).count(), 1, "one browser is signed in");
    assert_eq!(app.database.number("SELECT count(*) FROM phone_verifications WHERE used_at IS NOT NULL"), 1);
}

#[actix_web::test]
async fn r_1_a_right_code_sent_100_times_at_once_opens_one_account() {
    one_right_code_sent_100_times(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_a_right_code_sent_100_times_to_two_processes_opens_one_account() {
    one_right_code_sent_100_times(app_with(2, &[]).await).await;
}

async fn two_hundred_wrong_codes_at_once(app: TestApp) {
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    let wrong: Vec<String> = (0..201).map(|number| format!("{number:06}")).filter(|other| *other != code).collect();
    let copies = app.copies(&browser, 200);

    let pages = at_once(copies.iter().zip(&wrong).map(|(copy, wrong)| copy.enters(wrong))).await;

    all_ordinary(&app, &pages);
    let verdicts = [
        "Invalid code. 2 attempts remaining.",
        "Invalid code. 1 attempt remaining.",
        "Too many attempts. Request a new code.",
    ];
    assert_eq!(verdicts.map(|verdict| saying(&pages, verdict)), [1, 1, 198]);
    assert_eq!(app.database.number("SELECT guesses_left FROM phone_verifications"), 0);
    browser.enters(&code).await.shows(422, "Too many attempts. Request a new code.");
    assert_eq!(app.database.count("users"), 0);
}

#[actix_web::test]
async fn r_2_of_200_wrong_codes_at_once_three_are_compared() {
    two_hundred_wrong_codes_at_once(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_of_200_wrong_codes_at_two_processes_three_are_compared() {
    two_hundred_wrong_codes_at_once(app_with(2, &[]).await).await;
}

/// Browsers with a code each, about to open an account.
async fn ready(app: &TestApp, people: Vec<Person>) -> Vec<(Browser, String)> {
    app.database.codes_were_entered_elsewhere();
    let browsers = app.browsers(people.len());
    let mut ready = Vec::new();
    for (person, browser) in people.iter().zip(browsers) {
        // One by one: where they share a number, the next text to it is this browser's.
        let code = person.begins(app, &browser).await;
        ready.push((browser, code));
    }
    ready
}

async fn enter_all(ready: &[(Browser, String)]) -> Vec<Page> {
    at_once(ready.iter().map(|(browser, code)| browser.enters(code))).await
}

async fn fifty_race_for_one_email(app: TestApp) {
    let salma = people::sponsor();
    let ready = ready(&app, (0..50).map(|_| salma.at(&people::new_phone())).collect()).await;

    let pages = enter_all(&ready).await;

    all_ordinary(&app, &pages);
    one_account(&app);
    assert_eq!(leading_to(&pages, "/account"), 1);
    assert_eq!(saying(&pages, "This email address has an account already"), 49);
}

#[actix_web::test]
async fn r_6_of_50_who_race_for_one_email_one_wins() {
    fifty_race_for_one_email(app_with(1, &[]).await).await;
}

#[actix_web::test]
async fn r_9_of_50_who_race_for_one_email_at_two_processes_one_wins() {
    fifty_race_for_one_email(app_with(2, &[]).await).await;
}

/// Limits that let 50 texts go to one number.
const GENEROUS: [(&str, &str); 2] = [("TWILIO_MAX_SMS_PER_HOUR", "60"), ("TWILIO_MAX_SMS_PER_DAY", "60")];

async fn fifty_race_for_one_number(app: TestApp, person: fn() -> Person) {
    let phone = people::new_phone();
    let ready = ready(&app, (0..50).map(|_| person().at(&phone)).collect()).await;

    let pages = enter_all(&ready).await;

    all_ordinary(&app, &pages);
    one_account(&app);
    assert_eq!((leading_to(&pages, "/account"), leading_to(&pages, "/register/claim")), (1, 49));

    // And those who were slower may all say at once that the number is theirs. With an email address in the form the
    // number has used up what it may learn about addresses today, so then nobody gets on.
    let slower: Vec<&Browser> =
        ready.iter().zip(&pages).filter(|(_, page)| page.location() != Some("/account")).map(|((b, _), _)| b).collect();
    let moved = at_once(slower.iter().map(|browser| browser.claims("move"))).await;
    all_ordinary(&app, &moved);
    let (opened, asked_again) = (leading_to(&moved, "/account"), leading_to(&moved, "/register/claim"));
    let not_today = saying(&moved, "This account could not be opened");
    assert_eq!(opened + asked_again + not_today, 49, "{opened} opened, {asked_again} are asked again");
    assert_eq!(not_today == 0, person().email.is_empty(), "{not_today}");
    let holders = "SELECT count(*) FROM users WHERE phone_verified_at IS NOT NULL";
    let (users, holders) = (app.database.count("users"), app.database.number(holders));
    assert_eq!((users, holders), (1 + opened as i64, 1), "never two holders");
}

#[actix_web::test]
async fn r_6_of_50_who_race_for_one_number_one_wins() {
    fifty_race_for_one_number(app_with(1, &GENEROUS).await, people::sponsor).await;
    fifty_race_for_one_number(app_with(1, &GENEROUS).await, people::maid).await;
}

#[actix_web::test]
async fn r_9_of_50_who_race_for_one_number_at_two_processes_one_wins() {
    fifty_race_for_one_number(app_with(2, &GENEROUS).await, people::maid).await;
}

fn entering(browser: &Browser, code: &str) -> impl Future<Output = Page> + use<> {
    let (browser, code) = (browser.fork(), code.to_owned());
    async move { browser.enters(&code).await }
}

#[actix_web::test]
async fn r_1_two_right_codes_that_meet_before_the_charge_open_one_account() {
    let app = app_with(2, &[]).await;
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    let requests = app.copies(&browser, 2).iter().map(|copy| entering(copy, &code)).collect();

    let pages = meet(&app, "SELECT FROM phone_verifications FOR UPDATE", requests).await;

    all_ordinary(&app, &pages);
    one_account(&app);
    assert_eq!(leading_to(&pages, "/account"), 1);
}

#[actix_web::test]
async fn r_1_two_right_codes_that_meet_after_the_comparison_open_one_account() {
    let app = app_with(2, &[]).await;
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    let requests = app.copies(&browser, 2).iter().map(|copy| entering(copy, &code)).collect();

    // Both guesses are paid and compared; who consumes?
    let pages = meet(&app, "SELECT FROM registrations FOR UPDATE", requests).await;

    all_ordinary(&app, &pages);
    one_account(&app);
    assert_eq!(leading_to(&pages, "/account"), 1);
}

#[actix_web::test]
async fn r_2_two_last_guesses_that_meet_are_one_guess() {
    let app = app_with(2, &[]).await;
    let browser = app.browser();
    let code = people::maid().begins(&app, &browser).await;
    app.database.run("UPDATE phone_verifications SET guesses_left = 1");
    let requests = [other_than(&code), code].iter().map(|code| entering(&browser, code)).collect();

    let pages = meet(&app, "SELECT FROM phone_verifications FOR UPDATE", requests).await;

    // Whoever came first had the guess, and that was the wrong one.
    assert_eq!(saying(&pages, "Too many attempts. Request a new code."), 2);
    assert_eq!(app.database.count("users"), 0);
}

#[actix_web::test]
async fn r_6_two_registrations_that_meet_at_one_number_make_one_account() {
    let app = app_with(2, &[]).await;
    let phone = people::new_phone();
    let ready = ready(&app, vec![people::sponsor().at(&phone), people::sponsor().at(&phone)]).await;
    let requests = ready.iter().map(|(browser, code)| entering(browser, code)).collect();
    // A third one is about to take the number, and then does not.
    let third = format!(
        "INSERT INTO users (id, role, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at)
         VALUES (gen_random_uuid(), 'maid', '', 'en', '{phone}', now(), now())"
    );

    let pages = meet(&app, &third, requests).await;

    all_ordinary(&app, &pages);
    one_account(&app);
    assert_eq!((leading_to(&pages, "/account"), leading_to(&pages, "/register/claim")), (1, 1));
}

#[actix_web::test]
async fn r_7_a_right_code_and_a_correction_that_meet_end_in_one_order_or_the_other() {
    for correction_first in [true, false] {
        let app = app_with(2, &[]).await;
        let browser = app.browser();
        let code = people::maid().begins(&app, &browser).await;
        let other = people::new_phone();
        let correction = || {
            let (browser, other) = (app.copies(&browser, 2).remove(1), other.clone());
            async move { browser.corrects_to(&other).await }.boxed_local()
        };
        let entry = || entering(&browser, &code).boxed_local();
        let requests = if correction_first { vec![correction(), entry()] } else { vec![entry(), correction()] };

        let pages = meet(&app, "SELECT FROM registrations FOR UPDATE", requests).await;

        all_ordinary(&app, &pages);
        let (users, texts) = (app.database.count("users"), app.texts_sent().await);
        assert!([(0, 2), (1, 1)].contains(&(users, texts)), "accounts and texts: {users}, {texts}");
        assert_eq!(leading_to(&pages, "/account"), usize::try_from(users).unwrap());
    }
}

#[actix_web::test]
async fn r_7_a_right_code_and_a_resend_that_meet_end_in_one_order_or_the_other() {
    for resend_first in [true, false] {
        let app = app_with(1, &[]).await;
        let browser = app.browser();
        let code = people::maid().begins(&app, &browser).await;
        app.let_pass("60 seconds");
        let resend = || {
            let browser = browser.fork();
            async move { browser.resends().await }.boxed_local()
        };
        let entry = || entering(&browser, &code).boxed_local();
        let requests = if resend_first { vec![resend(), entry()] } else { vec![entry(), resend()] };

        // Here the code has been compared already: what was right a moment ago may have been replaced since.
        let pages = meet(&app, "SELECT FROM registrations FOR UPDATE", requests).await;

        all_ordinary(&app, &pages);
        // Not the texts are counted: one that is not needed any more does not leave.
        let sends = app.database.number("SELECT sends FROM phone_verifications");
        let users = app.database.count("users");
        assert!([(0, 2), (1, 1)].contains(&(users, sends)), "accounts and sends: {users}, {sends}");
    }
}

#[actix_web::test]
async fn r_7_two_corrections_that_meet_leave_one_challenge_open() {
    let app = app_with(2, &[]).await;
    let browser = app.browser();
    people::maid().begins(&app, &browser).await;
    let numbers = [people::new_phone(), people::new_phone()];
    let requests = app.copies(&browser, 2).into_iter().zip(numbers.clone());
    let requests = requests.map(|(copy, phone)| async move { copy.corrects_to(&phone).await }).collect();

    let pages = meet(&app, "SELECT FROM registrations FOR UPDATE", requests).await;

    all_ordinary(&app, &pages);
    app.texts_sent().await;
    let open = "SELECT count(*) FROM phone_verifications WHERE closed_at IS NULL";
    assert_eq!(app.database.number(open), 1);
    let stands = "SELECT count(*) FROM registrations AS r JOIN phone_verifications AS pv ON pv.id = r.verification_id
                  WHERE pv.closed_at IS NULL AND pv.phone_number = r.phone_number";
    assert_eq!(app.database.number(stands), 1);
}

#[actix_web::test]
async fn r_1_two_claims_that_meet_move_the_number_once() {
    let app = app_with(2, &[]).await;
    let (owner, new) = (people::maid(), app.browser());
    owner.registers(&app, &app.browser()).await;
    let code = people::sponsor().at(&owner.phone).begins(&app, &new).await;
    new.enters(&code).await.redirects_to("/register/claim");
    let requests = app.copies(&new, 2).into_iter().map(|copy| async move { copy.claims("move").await }).collect();

    let pages = meet(&app, "SELECT FROM registrations FOR UPDATE", requests).await;

    all_ordinary(&app, &pages);
    assert_eq!(leading_to(&pages, "/account"), 1);
    assert_eq!((app.database.count("users"), app.database.count("sessions")), (2, 2));
    assert_eq!(app.database.number("SELECT count(*) FROM activity WHERE event = 'number_contested'"), 1);
}
