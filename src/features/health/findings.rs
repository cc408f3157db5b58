//! What a deployment needs, looked at without changing or sending anything: for `latchkey check` and for the page of the
//! settings. In English, as the log is: whoever reads it knows these words.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Text, Timestamptz},
};

use crate::{
    db::{self, DbError, migrations},
    sms::{ProviderChoice, SmsProvider},
    web::clock,
};

/// How far the clocks of this machine and of the database may be apart. TOT-02.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(5);

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// In one or two words.
    pub what: String,
    /// That it is well, or what is wrong. No secret is in it.
    pub found: Result<String, String>,
}

impl Finding {
    /// One finding.
    pub fn new(what: impl Into<String>, found: Result<String, String>) -> Self {
        Self { what: what.into(), found }
    }

    /// That the database answers no call.
    pub fn unreachable(error: &DbError) -> Self {
        Self::new("database", Err(error.to_string()))
    }
}

/// Looks at a database that is reached.
pub fn of_database(conn: &mut PgConnection) -> Vec<Finding> {
    vec![
        Finding::new("database", Ok("reachable".to_owned())),
        Finding::new("durability", durability(conn)),
        Finding::new("migrations", pending(conn)),
        Finding::new("clock", clocks(conn)),
        Finding::new("messages", language(conn)),
    ]
}

fn durability(conn: &mut PgConnection) -> Result<String, String> {
    match db::is_durable(conn) {
        Ok(true) => Ok("fsync is on".to_owned()),
        Ok(false) => Err("fsync is off: a crash would give used codes back. Switch it on".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn pending(conn: &mut PgConnection) -> Result<String, String> {
    match migrations::pending(conn) {
        Ok(names) if names.is_empty() => Ok("all applied".to_owned()),
        Ok(names) => Err(format!("{} to apply; run: latchkey migrate", names.len())),
        Err(error) => Err(error.to_string()),
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
    let is_english =
        ["", "C", "POSIX"].contains(&language.as_str()) || ["C.", "en"].iter().any(|it| language.starts_with(it));
    if is_english {
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

/// Asks each provider that is configured: which of them carries codes is each country's to say.
pub async fn of_providers(sms: &SmsProvider) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in ProviderChoice::ALL.into_iter().filter(|provider| sms.is_configured(*provider)) {
        let asked = sms.check_connection(provider).await;
        let found = asked.map(|()| ready(sms, provider)).map_err(|error| error.to_string());
        findings.push(Finding::new(format!("sms {}", provider.as_str()), found));
    }
    findings
}

fn ready(sms: &SmsProvider, provider: ProviderChoice) -> String {
    let codes = if sms.first() == provider { "codes" } else { "codes where a country's order names it" };
    let notices = if sms.for_notices() == Some(provider) { ", and notices" } else { "" };
    format!("{} is ready: carries {codes}{notices}", provider.as_str())
}
