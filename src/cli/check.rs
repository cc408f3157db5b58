//! `latchkey check`: what a deployment needs, looked at without changing or sending anything.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Text, Timestamptz},
};

use super::{Failed, say};
use crate::{
    config::Config,
    db::{self, DbError, migrations, roles},
    server,
    sms::{ProviderChoice, SmsProvider},
    web::clock,
};

/// How far the clocks of this machine and of the database may be apart. TOT-02.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(5);

pub(super) fn run(config: &Config) -> Result<(), Failed> {
    // That the configuration can be used is known by now.
    let mut all_well = report("configuration", Ok("read and checked".to_owned()));
    match db::connect(config.database_url()) {
        Err(error) => all_well &= report("database", Err(error.to_string())),
        Ok(mut conn) => {
            all_well &= report("database", Ok("reachable".to_owned()));
            all_well &= report("durability", durability(&mut conn));
            all_well &= report("migrations", pending(&mut conn));
            all_well &= report("clock", clocks(&mut conn));
            all_well &= role(&mut conn, config);
            all_well &= report("messages", language(&mut conn));
        }
    }
    all_well &= providers(config);
    if all_well { Ok(()) } else { Err("something above needs your attention".into()) }
}

fn report(what: &str, finding: Result<String, String>) -> bool {
    match &finding {
        Ok(found) => say(&format!("ok    {what:14} {found}")),
        Err(wrong) => say(&format!("wrong {what:14} {wrong}")),
    }
    finding.is_ok()
}

fn durability(conn: &mut PgConnection) -> Result<String, String> {
    server::refuse_fsync_off(conn).map(|()| "fsync is on".to_owned()).map_err(|error| error.to_string())
}

fn pending(conn: &mut PgConnection) -> Result<String, String> {
    match migrations::pending(conn) {
        Ok(names) if names.is_empty() => Ok("all applied".to_owned()),
        Ok(names) => Err(format!("{} to apply; run: latchkey migrate", names.len())),
        Err(error) => Err(error.to_string()),
    }
}

/// A role that may do too much is worth a word, and no reason to stop a deployment that works.
fn role(conn: &mut PgConnection, config: &Config) -> bool {
    match roles::powers(conn, None) {
        Err(error) => report("database role", Err(error.to_string())),
        Ok(Some(powers)) => match powers.too_much() {
            Some(too_much) if !config.base_url.is_loopback() => {
                let role = &powers.role;
                say(&format!(
                    "warn  database role  {role} {too_much}; run the service under another: latchkey migrate --runtime-role NAME"
                ));
                true
            }
            Some(too_much) => {
                report("database role", Ok(format!("{} {too_much}, as is usual in development", powers.role)))
            }
            None => report("database role", Ok(format!("{} reads and writes rows, no more", powers.role))),
        },
        // What is missing is told of above.
        Ok(None) => true,
    }
}

/// What went wrong in the database is told apart by its words: in another language a timeout would count as a fault of ours.
fn language(conn: &mut PgConnection) -> Result<String, String> {
    #[derive(QueryableByName)]
    struct Language {
        #[diesel(sql_type = Text)]
        language: String,
    }
    let asked = sql_query("SELECT current_setting('lc_messages') AS language").get_result(conn);
    let Language { language } = asked.map_err(|error| DbError::from(error).to_string())?;
    let english =
        ["", "C", "POSIX"].contains(&language.as_str()) || ["C.", "en"].iter().any(|it| language.starts_with(it));
    if english {
        Ok("the database speaks English".to_owned())
    } else {
        Err(format!("the database's are in {language}; as a superuser: ALTER ROLE … SET lc_messages = 'C'"))
    }
}

fn clocks(conn: &mut PgConnection) -> Result<String, String> {
    #[derive(QueryableByName)]
    struct Now {
        #[diesel(sql_type = Timestamptz)]
        now: DateTime<Utc>,
    }
    let asked = sql_query("SELECT clock_timestamp() AS now").get_result(conn);
    let Now { now } = asked.map_err(|error| DbError::from(error).to_string())?;
    let apart = (clock::now() - now).abs();
    if apart <= CLOCK_TOLERANCE {
        Ok("this machine and the database agree".to_owned())
    } else {
        Err(format!("this machine and the database are {} s apart; the database's decides", apart.num_seconds()))
    }
}

/// One line for each provider that is configured: which of them carries codes is each country's to say.
fn providers(config: &Config) -> bool {
    let sms = match SmsProvider::from_config(&config.sms) {
        Ok(sms) => sms,
        Err(error) => return report("sms providers", Err(error.to_string())),
    };
    let asked = actix_web::rt::System::new();
    let configured = ProviderChoice::ALL.into_iter().filter(|provider| sms.is_configured(*provider));
    configured.fold(true, |all_well, provider| {
        let finding = asked.block_on(sms.check_connection(provider));
        let found = finding.map(|()| ready(&sms, provider)).map_err(|error| error.to_string());
        report(&format!("sms {}", provider.as_str()), found) && all_well
    })
}

fn ready(sms: &SmsProvider, provider: ProviderChoice) -> String {
    let codes = if sms.first() == provider { "codes" } else { "codes where a country's order names it" };
    let notices = if sms.for_notices() == Some(provider) { ", and notices" } else { "" };
    format!("{} is ready: carries {codes}{notices}", provider.as_str())
}
