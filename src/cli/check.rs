//! `latchkey check`: what a deployment needs, looked at without changing or sending anything.

use super::{Failed, say};
use crate::{
    config::Config,
    db,
    features::health::findings::{self, Finding},
    sms::SmsProvider,
};

pub(super) fn run(config: &Config) -> Result<(), Failed> {
    // That the configuration can be used is known by now.
    let mut found = vec![Finding::new("configuration", Ok("read and checked".to_owned()))];
    match db::connect(config.database_url()) {
        Err(error) => found.push(Finding::unreachable(&error)),
        Ok(mut conn) => found.extend(findings::of_database(&mut conn)),
    }
    match SmsProvider::from_config(&config.sms) {
        Err(error) => found.push(Finding::new("sms providers", Err(error.to_string()))),
        Ok(sms) => found.extend(actix_web::rt::System::new().block_on(findings::of_providers(&sms))),
    }
    found.iter().for_each(report);
    let all_well = found.iter().all(|finding| finding.found.is_ok());
    if all_well { Ok(()) } else { Err("something above needs your attention".into()) }
}

fn report(Finding { what, found }: &Finding) {
    match found {
        Ok(found) => say(&format!("ok    {what:14} {found}")),
        Err(wrong) => say(&format!("wrong {what:14} {wrong}")),
    }
}
