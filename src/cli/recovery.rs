//! `latchkey recovery`: for those who run the service, once they have checked who somebody is. What they do is written
//! down under their name; what the person gets they never see.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use diesel::PgConnection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Failed, environment, say};
use crate::{
    config::Config,
    crypto::keys::{KeyRing, KeyUse},
    db,
    domain::{
        country::Country,
        email_address::EmailAddress,
        ids::UserId,
        phone_number::PhoneNumber,
        remark::{NotARemark, Remark},
    },
    features::{
        audit::{self, Act, Actor, Entry, Subject},
        recovery::{Grounds, Listed, Sent, cancel, start, store},
        users::{self, Holder},
    },
    sms::SmsProvider,
};

#[derive(Subcommand)]
pub(super) enum Step {
    /// Start one: every number is told at once, and after 72 hours the person gets a code.
    #[command(after_help = environment())]
    Start {
        /// The account: its email address, its number as +251911234567, or its id.
        #[arg(long, value_name = "EMAIL_OR_NUMBER")]
        account: String,
        /// The mobile number that the person has now, as +251911234567.
        #[arg(long, value_name = "NUMBER")]
        phone: String,
        /// Who checked the person.
        #[arg(long, value_name = "NAME")]
        by: String,
        /// How they were checked.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Cancel the one that is under way.
    #[command(after_help = environment())]
    Cancel {
        /// The account: its email address, its number as +251911234567, or its id.
        #[arg(long, value_name = "EMAIL_OR_NUMBER")]
        account: String,
        /// Who cancels it.
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List those that are under way.
    #[command(after_help = environment())]
    List,
}

pub(super) fn run(config: &Config, step: &Step) -> Result<(), Failed> {
    // Read before the database is asked for anything.
    match step {
        Step::Start { account, phone, by, reason } => {
            let (account, grounds) = (Name::parse(account)?, grounds(by, reason)?);
            let phone = number(phone).map_err(|why| format!("--phone: {why}"))?;
            begin(config, &account, &phone, &grounds)
        }
        Step::Cancel { account, by, reason } => {
            let (account, grounds) = (Name::parse(account)?, grounds(by, reason)?);
            end(config, &account, &grounds)
        }
        Step::List => list(config),
    }
}

fn begin(config: &Config, account: &Name, phone: &PhoneNumber, grounds: &Grounds) -> Result<(), Failed> {
    if SmsProvider::from_config(&config.sms)?.for_notices().is_none() {
        return Err("the code of a recovery cannot be sent: Verify sends its own codes only. \
                    Set TWILIO_PHONE_NUMBER or TWILIO_MESSAGING_SERVICE_SID, for the server too"
            .into());
    }
    let mut conn = db::connect(config.database_url())?;
    let user = account.find(&mut conn)?;
    let started = db::transaction(&mut conn, |conn| {
        let started = start::start(conn, user, phone, grounds)?;
        let after =
            json!({ "recovery": started.id, "to": phone.to_string(), "opens_at": started.opens_at.to_rfc3339() });
        record(conn, config, Act::RecoveryStarted, user, grounds, &after)?;
        Ok::<_, Failed>(started)
    })?;
    if started.replaced {
        say("the recovery before is cancelled");
    }
    say(&format!("started: account {user}"));
    say(&format!("told now: {}", started.told.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")));
    say(&format!("code: to {phone} on {}, works until {}", moment(started.opens_at), moment(started.expires_at)));
    say(&format!(
        "Ask the person whether our text has come to {phone} by now. If not, the number is wrong: start again with the right one."
    ));
    Ok(())
}

fn end(config: &Config, account: &Name, grounds: &Grounds) -> Result<(), Failed> {
    let mut conn = db::connect(config.database_url())?;
    let user = account.find(&mut conn)?;
    db::transaction(&mut conn, |conn| {
        if !cancel::cancel(conn, user, grounds)? {
            return Err("no recovery is under way for this account".into());
        }
        record(conn, config, Act::RecoveryCancelled, user, grounds, &json!({ "recovery": null }))
    })?;
    say(&format!("cancelled: account {user}"));
    Ok(())
}

fn record(
    conn: &mut PgConnection,
    config: &Config,
    act: Act,
    user: UserId,
    grounds: &Grounds,
    after: &Value,
) -> Result<(), Failed> {
    let entry = Entry {
        by: Actor::Operator(grounds.by.to_string()),
        act,
        subject: Some(Subject::Account(user)),
        reason: Some(&grounds.reason),
        before: None,
        after: Some(after.clone()),
    };
    let ring = KeyRing::derive(&config.secret_key, KeyUse::Audit);
    Ok(audit::record(conn, &ring, &entry)?)
}

fn list(config: &Config) -> Result<(), Failed> {
    let listed = store::list_open(&mut db::connect(config.database_url())?)?;
    if listed.is_empty() {
        say("no recovery is under way");
    }
    for Listed { user, role, phone, grounds, started_at, opens_at, expires_at, sent, .. } in listed {
        let text = match sent {
            Sent::NotYet => format!("leaves on {}", moment(opens_at)),
            Sent::Left => "has left".to_owned(),
            Sent::Refused => "could not be sent: start again".to_owned(),
        };
        say(&format!("account {user} ({})", role.as_str()));
        say(&format!("  started {} by {}: {}", moment(started_at), grounds.by, grounds.reason));
        say(&format!("  code    to {phone}, {text}; works until {}", moment(expires_at)));
    }
    Ok(())
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn grounds(by: &str, reason: &str) -> Result<Grounds, Failed> {
    let read = |name, typed| Remark::parse(typed).map_err(|why: NotARemark| format!("--{name}: {why}"));
    Ok(Grounds { by: read("by", by)?, reason: read("reason", reason)? })
}

/// A number as it is written anywhere in the world. What was typed is not repeated: it may be somebody's number.
fn number(typed: &str) -> Result<PhoneNumber, String> {
    if !typed.trim_start().starts_with('+') {
        return Err("expected a number with its country, such as +251911234567".to_owned());
    }
    let [any, ..] = Country::HOME;
    PhoneNumber::parse(typed, any).map_err(|why| format!("this is no mobile number: {why}"))
}

/// What an account is called by.
enum Name {
    Email(EmailAddress),
    Phone(PhoneNumber),
    Id(UserId),
}

impl Name {
    fn parse(typed: &str) -> Result<Self, Failed> {
        if let Ok(id) = Uuid::parse_str(typed.trim()) {
            return Ok(Self::Id(UserId(id)));
        }
        if typed.contains('@') {
            return Ok(Self::Email(EmailAddress::parse(typed).map_err(|why| format!("--account: {why}"))?));
        }
        Ok(Self::Phone(number(typed).map_err(|why| format!("--account: {why}"))?))
    }

    fn find(&self, conn: &mut PgConnection) -> Result<UserId, Failed> {
        let found = match self {
            // Whether there is such an account comes out later.
            Self::Id(id) => Some(*id),
            Self::Email(email) => users::store::find_by_email(conn, email)?,
            Self::Phone(phone) => match users::store::list_holders(conn, phone)?.as_slice() {
                [] => None,
                [one] => Some(one.id),
                // The number has changed hands. Guessing would give one person the other's account.
                several => return Err(which_of(several).into()),
            },
        };
        found.ok_or_else(|| start::NotStarted::NoAccount.to_string().into())
    }
}

fn which_of(holders: &[Holder]) -> String {
    let mut told = "several accounts have or had this number; name the right one by its id:".to_owned();
    for Holder { id, role, opened_at, contested_at } in holders {
        let number = match contested_at {
            None => "has the number now".to_owned(),
            Some(at) => format!("had the number until {}", moment(*at)),
        };
        told += &format!("\n  {id}  {}, opened {}, {number}", role.as_str(), moment(*opened_at));
    }
    told
}
