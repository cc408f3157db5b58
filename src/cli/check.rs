//! `latchkey check`: what a deployment needs, looked at without changing or sending anything.

use super::{Failed, say};
use crate::{
    config::Config,
    db::{self, roles, roles::Powers},
    features::health::findings::{self, Finding},
    sms::SmsProvider,
};

pub(super) fn run(config: &Config) -> Result<(), Failed> {
    // That the configuration can be used is known by now.
    let mut role = None;
    let mut found = vec![Finding::new("configuration", Ok("read and checked".to_owned()))];
    match db::connect(config.database_url()) {
        Err(error) => found.push(Finding::unreachable(&error)),
        Ok(mut conn) => {
            found.extend(findings::of_database(&mut conn));
            role = roles::powers(&mut conn, None)?;
        }
    }
    match SmsProvider::from_config(&config.sms) {
        Err(error) => found.push(Finding::new("sms providers", Err(error.to_string()))),
        Ok(sms) => found.extend(actix_web::rt::System::new().block_on(findings::of_providers(&sms))),
    }
    found.iter().for_each(report);
    if let Some(role) = role {
        report_role(&role, config);
    }
    let all_well = found.iter().all(|finding| finding.found.is_ok());
    if all_well { Ok(()) } else { Err("something above needs your attention".into()) }
}

fn report(Finding { what, found }: &Finding) {
    match found {
        Ok(found) => say(&format!("ok    {what:14} {found}")),
        Err(wrong) => say(&format!("wrong {what:14} {wrong}")),
    }
}

/// A role that may do too much is worth a word, and no reason to stop a deployment that works.
fn report_role(powers: &Powers, config: &Config) {
    let role = &powers.role;
    let told = match powers.too_much() {
        None => format!("ok    database role  {role} reads and writes rows, no more"),
        Some(too_much) if config.base_url.is_loopback() => {
            format!("ok    database role  {role} {too_much}, as is usual in development")
        }
        Some(too_much) => format!(
            "warn  database role  {role} {too_much}; run the service under another: latchkey migrate --runtime-role NAME"
        ),
    };
    say(&told);
}
