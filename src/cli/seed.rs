//! `latchkey seed`: accounts for development, the same ones each time.

use super::{Failed, operator, say};
use crate::{
    app::App,
    config::Config,
    crypto::hasher::PasswordHash,
    db::{self, migrations},
    domain::{
        country::Country, email_address::EmailAddress, full_name::FullName, password::Password,
        phone_number::PhoneNumber, role::Role,
    },
    features::{
        administrators::make::{self, NotMade},
        phone_verifications::VerifiedPhone,
        users::{self, NewUser},
    },
    web::clock,
};

const PASSWORD: &str = "development kettle window";

const ACCOUNTS: [(Role, &str, Option<&str>, &str); 2] = [
    (Role::Sponsor, "Salma Haddad", Some("salma@example.com"), "+966512345678"),
    (Role::Maid, "Hanna Tesfaye", None, "+251911234567"),
];

const ADMINISTRATOR: &str = "admin@example.com";

pub(super) fn run(config: Config) -> Result<(), Failed> {
    if !config.base_url.is_loopback() {
        return Err(
            "seed makes accounts with a known password: refused, since LATCHKEY_BASE_URL is not loopback".into()
        );
    }
    let mut conn = db::connect(config.database_url())?;
    migrations::apply(&mut conn)?;
    let app = App::new(config)?;
    let made = seed_administrator(&app, &mut conn)?;
    let state = if made { "made" } else { "there already" };
    say(&format!("{state}: administrator {ADMINISTRATOR}, password: {PASSWORD}; sets up the app at the first sign-in"));
    for (role, name, email, phone) in ACCOUNTS {
        let made = seed_one(&app, &mut conn, role, name, email, phone);
        let state = if made? { "made" } else { "there already" };
        say(&format!("{state}: {} {name}, {}, password: {PASSWORD}", role.as_str(), email.unwrap_or(phone)));
    }
    app.outcomes.stop();
    Ok(())
}

fn seed_administrator(app: &App, conn: &mut diesel::PgConnection) -> Result<bool, Failed> {
    let (email, hash) = (EmailAddress::parse(ADMINISTRATOR)?, hash(app)?);
    match make::make(conn, &app.keys.audit, operator(), &email, &hash) {
        Ok(_) => Ok(true),
        Err(NotMade::Taken(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn seed_one(
    app: &App,
    conn: &mut diesel::PgConnection,
    role: Role,
    name: &str,
    email: Option<&str>,
    phone: &str,
) -> Result<bool, Failed> {
    let phone = PhoneNumber::parse(phone, Country::HOME[0])?;
    let user = NewUser {
        role,
        full_name: FullName::parse(name)?,
        email: email.map(EmailAddress::parse).transpose()?,
        // Nobody has shown a code for it: on this machine the texts stay in the inbox anyway.
        phone: VerifiedPhone::proven_earlier(phone),
        password_hash: hash(app)?,
        locale: "en".to_owned(),
        terms_accepted_at: clock::now(),
    };
    let made = db::transaction(conn, |conn| users::store::insert(conn, &user))?;
    Ok(made.is_ok())
}

fn hash(app: &App) -> Result<PasswordHash, Failed> {
    let password = Password::parse(PASSWORD)?;
    let hashed = actix_web::rt::System::new().block_on(app.hasher.run(move |slot| slot.hash(&password)));
    Ok(hashed??)
}
