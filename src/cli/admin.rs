//! `latchkey admin`: who runs the service. There is no other way to make the first one.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::Subcommand;
use zeroize::Zeroizing;

use super::{Failed, environment, operator, say};
use crate::{
    config::Config,
    crypto::{
        hasher::Hasher,
        keys::{KeyRing, KeyUse},
    },
    db::{self, migrations},
    domain::{
        email_address::EmailAddress,
        password::{ADMINISTRATOR_MIN_LENGTH, NotAPassword, Password},
        remark::Remark,
    },
    features::{
        administrators::{
            make::{self, NotMade},
            remove,
        },
        users::administrators,
    },
};

/// The most bytes that are read as a password: more than its longest form has.
const MOST_BYTES: u64 = 4096;

#[derive(Subcommand)]
pub(super) enum Step {
    /// Make one. The password is asked for, or read from standard input, one line.
    #[command(after_help = environment())]
    Create {
        /// What they sign in with.
        #[arg(long, value_name = "EMAIL")]
        email: String,
    },
    /// List them.
    #[command(after_help = environment())]
    List,
    /// Disable one's account. Never the last one's.
    #[command(after_help = environment())]
    Remove {
        /// What they sign in with.
        #[arg(long, value_name = "EMAIL")]
        email: String,
        /// Why.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

pub(super) fn run(config: &Config, step: &Step) -> Result<(), Failed> {
    // Read before the database is asked for anything.
    match step {
        Step::Create { email } => create(config, &address(email)?),
        Step::List => list(config),
        Step::Remove { email, reason } => {
            let reason = Remark::parse(reason).map_err(|why| format!("--reason: {why}"))?;
            take_away(config, &address(email)?, &reason)
        }
    }
}

fn address(typed: &str) -> Result<EmailAddress, Failed> {
    Ok(EmailAddress::parse(typed).map_err(|why| format!("--email: this is no email address: {why}"))?)
}

fn create(config: &Config, email: &EmailAddress) -> Result<(), Failed> {
    let mut conn = connect(config)?;
    make::refuse_taken(&mut conn, email)?;
    let password = read_password()?;
    let hasher = Hasher::new(&config.secret_key);
    let hash = actix_web::rt::System::new().block_on(make::hash(&hasher, email, password))?;
    // Thinking up a password takes longer than an idle connection may last.
    let mut conn = connect(config)?;
    make::make(&mut conn, &ring(config), operator(), email, &hash)?;
    say(&format!("made: administrator {}", email.as_str()));
    say(&format!(
        "Next: sign in at {}/login. The authenticator app is set up there, before any page of the administration opens.",
        config.base_url.origin()
    ));
    Ok(())
}

fn list(config: &Config) -> Result<(), Failed> {
    let listed = administrators::list(&mut connect(config)?)?;
    if listed.is_empty() {
        say("there is no administrator; make one: latchkey admin create --email EMAIL");
    }
    for one in listed {
        let state = if one.is_active { "active" } else { "disabled" };
        let app = if one.has_app { "app set up" } else { "app not set up yet" };
        say(&format!("{}  {state}, {app}, made {}", one.email.as_str(), one.made_at.format("%Y-%m-%d %H:%M UTC")));
    }
    Ok(())
}

fn take_away(config: &Config, email: &EmailAddress, reason: &Remark) -> Result<(), Failed> {
    remove::remove(&mut connect(config)?, &ring(config), operator(), email, reason)?;
    say(&format!("removed: administrator {}. The account is disabled, and signed out everywhere.", email.as_str()));
    Ok(())
}

fn connect(config: &Config) -> Result<diesel::PgConnection, Failed> {
    let mut conn = db::connect(config.database_url())?;
    match migrations::pending(&mut conn)?.len() {
        0 => Ok(conn),
        missing => Err(format!("the database lacks {missing} migration(s); run: latchkey migrate").into()),
    }
}

fn ring(config: &Config) -> KeyRing {
    KeyRing::derive(&config.secret_key, KeyUse::Audit)
}

/// A password from the terminal, twice and unseen, or else the first line of standard input.
fn read_password() -> Result<Password, Failed> {
    let typed = if io::stdin().is_terminal() {
        let typed = Zeroizing::new(rpassword::prompt_password(format!(
            "Password ({ADMINISTRATOR_MIN_LENGTH} characters at least): "
        ))?);
        let again = Zeroizing::new(rpassword::prompt_password("The same again: ")?);
        if *typed != *again {
            return Err("the two are not the same; nothing was made".into());
        }
        typed
    } else {
        read_line(io::stdin().lock())?
    };
    Password::parse(&typed).map_err(|why| match why {
        NotAPassword::TooShort => NotMade::TooShort(typed.chars().count()).into(),
        why => format!("the password on standard input: {why}").into(),
    })
}

/// The first line, without its end.
fn read_line(from: impl io::BufRead) -> Result<Zeroizing<String>, Failed> {
    let mut line = Zeroizing::new(String::new());
    from.take(MOST_BYTES).read_line(&mut line).map_err(|why| format!("the password on standard input: {why}"))?;
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_as_it_is() {
        for (input, password) in
            [(" kettle window \nrope", " kettle window "), ("kettle\r\n", "kettle"), ("kettle", "kettle"), ("", "")]
        {
            assert_eq!(read_line(input.as_bytes()).expect("a line").as_str(), password, "{input:?}");
        }
        assert!(read_line(&b"\xff\xfe\n"[..]).is_err());
    }
}
