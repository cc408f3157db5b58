//! Notices to owners: a quota of their own, exact also in parallel, that codes cannot use up (AUT-06, AUT-08).

use diesel::PgConnection;
use latchkey::{
    domain::{country::Country, ids::UserId, phone_number::PhoneNumber},
    features::messages::notices::{self, Recipient},
    sms::NoticeKind,
};

use crate::support::{TestApp, database::Database, fake_twilio::Operation, people};

const NOTICES: &str = "SELECT count(*) FROM sms_messages WHERE notice";
const PROVIDERS: [&str; 3] = ["messaging", "verify", "demo"];

/// Somebody with an account, as a use case knows them.
fn owner_of(phone: &str, conn: &mut PgConnection) -> Recipient {
    use diesel::prelude::*;
    let user: UserId = latchkey::schema::users::table.select(latchkey::schema::users::id).first(conn).unwrap();
    let phone = PhoneNumber::parse(phone, Country::parse("ET").unwrap()).unwrap();
    Recipient { user, phone, locale: "en".to_owned() }
}

fn tell(conn: &mut PgConnection, to: &Recipient, kind: NoticeKind) {
    latchkey::db::transaction(conn, |conn| notices::notify(conn, to, kind)).unwrap();
}

/// An account on a database that no worker looks at.
fn account(database: &Database) -> Recipient {
    database.run(
        "INSERT INTO users (id, role, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at)
         VALUES (gen_random_uuid(), 'maid', '', 'en', '+251911234567', now(), now())",
    );
    owner_of("+251911234567", &mut database.connect())
}

#[test]
fn aut_08_a_number_gets_10_notices_a_day() {
    let database = Database::create();
    let (owner, mut conn) = (account(&database), database.connect());
    for _ in 0..12 {
        tell(&mut conn, &owner, NoticeKind::BackupCodesMade);
    }
    assert_eq!(database.number(NOTICES), 10);
    database.let_pass("23 hours 59 minutes");
    tell(&mut conn, &owner, NoticeKind::TwoFactorOff);
    assert_eq!(database.number(NOTICES), 10);
    database.let_pass("1 minute");
    tell(&mut conn, &owner, NoticeKind::TwoFactorOff);
    assert_eq!(database.number(NOTICES), 11);
}

#[test]
fn aut_06_what_an_attempt_sets_off_is_told_once_a_day() {
    let database = Database::create();
    let (owner, mut conn) = (account(&database), database.connect());
    let attempts = [NoticeKind::WrongCodes, NoticeKind::SecondFactorRests, NoticeKind::UnusualSignIn];
    for kind in [attempts, attempts].concat() {
        tell(&mut conn, &owner, kind);
    }
    assert_eq!(database.number(NOTICES), 3);
    database.run("UPDATE sms_messages SET state = 'failed' WHERE kind = 'wrong_codes'");
    tell(&mut conn, &owner, NoticeKind::WrongCodes);
    assert_eq!(database.number(NOTICES), 4, "what surely was not sent does not count");
    database.let_pass("1 day");
    tell(&mut conn, &owner, NoticeKind::WrongCodes);
    assert_eq!(database.number(NOTICES), 5);
}

#[test]
fn aut_06_100_notices_at_once_on_connections_of_their_own_are_10_and_of_an_attempt_1() {
    let database = Database::create();
    let owner = account(&database);
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                let mut conn = database.connect();
                for _ in 0..5 {
                    tell(&mut conn, &owner, NoticeKind::WrongCodes);
                    tell(&mut conn, &owner, NoticeKind::BackupCodeUsed);
                }
            });
        }
    });
    let wrong_codes = database.number("SELECT count(*) FROM sms_messages WHERE kind = 'wrong_codes'");
    assert_eq!((database.number(NOTICES), wrong_codes, database.deadlocks()), (10, 1, 0));
}

#[actix_web::test]
async fn aut_08_a_notice_leaves_with_every_provider_and_costs_no_code_its_place() {
    for provider in PROVIDERS {
        let app = TestApp::start_with(provider, &[]).await;
        let phone = people::new_phone();
        app.database.run(&format!(
            "INSERT INTO users (id, role, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at)
             VALUES (gen_random_uuid(), 'maid', '', 'en', '{phone}', now(), now())"
        ));
        let mut conn = app.database.connect();
        let owner = owner_of(&phone, &mut conn);
        tell(&mut conn, &owner, NoticeKind::TwoFactorOn);
        let sent = "SELECT count(*) FROM sms_messages WHERE notice AND state = 'sent' AND NOT charged";
        app.database.becomes(sent, 1).await;
        if provider == "demo" {
            app.browser().get("/demo/inbox").await.shows(200, "Latchkey: two-factor was switched on");
        } else {
            let calls = app.twilio.calls_of(Operation::SendMessage);
            assert_eq!((calls.len(), calls[0].field("ValidityPeriod")), (1, Some("14400")), "{provider}");
            assert!(calls[0].field("Body").unwrap().starts_with("Latchkey: two-factor was switched on"), "{provider}");
        }
        let by = if provider == "verify" { "messaging" } else { provider };
        assert_eq!(app.database.text("SELECT provider FROM sms_messages WHERE notice").as_deref(), Some(by));
        assert_eq!(app.database.number("SELECT count(*) FROM sms_messages WHERE charged"), 0);
    }
}

#[actix_web::test]
async fn aut_08_a_refused_notice_is_not_charged_to_the_owners_codes() {
    let app = TestApp::start().await;
    app.database.run(
        "INSERT INTO users (id, role, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at)
         VALUES (gen_random_uuid(), 'maid', '', 'en', '+15005550004', now(), now())",
    );
    let mut conn = app.database.connect();
    let owner = owner_of("+15005550004", &mut conn);
    tell(&mut conn, &owner, NoticeKind::TwoFactorOff);
    let failed = "SELECT count(*) FROM sms_messages WHERE state = 'failed' AND fault = 'opted_out' AND NOT charged";
    app.database.becomes(failed, 1).await;
}

#[actix_web::test]
async fn aut_08_verify_without_a_sender_says_so_once_and_settles_notices() {
    let app = TestApp::start_with("verify", &[("TWILIO_PHONE_NUMBER", ""), ("TWILIO_MESSAGING_SERVICE_SID", "")]).await;
    app.logged("event=notices_cannot_be_sent").await;
    let owner = account(&app.database);
    tell(&mut app.database.connect(), &owner, NoticeKind::TwoFactorOn);
    let failed = "SELECT count(*) FROM sms_messages WHERE state = 'failed' AND fault = 'ours' AND NOT charged";
    app.database.becomes(failed, 1).await;
    assert_eq!(app.texts_sent().await, 0);
}
