//! What the forms on a person's pages send. None of them takes a password, a code or anything else that opens an account.

use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::{
    domain::{
        country::Country,
        phone_number::PhoneNumber,
        remark::{NotARemark, Remark},
    },
    features::registration::forms::read_number,
    web::{form::FormErrors, words::Words},
};

/// Every act but one.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ReasonForm {
    pub(super) reason: String,
}

impl ReasonForm {
    /// Reads why.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, words: &Words) -> Result<Remark, FormErrors> {
        let mut errors = FormErrors::new();
        read_reason(&self.reason, &mut errors, words).ok_or(errors)
    }
}

/// Starting a recovery.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryForm {
    pub(super) country: String,
    pub(super) phone: String,
    pub(super) reason: String,
}

impl RecoveryForm {
    /// Reads number and reason.
    ///
    /// # Errors
    /// What is wrong, in the order of the page.
    pub fn parse(&self, words: &Words) -> Result<(Country, PhoneNumber, Remark), FormErrors> {
        let mut errors = FormErrors::new();
        let number = read_number(&self.country, &self.phone, &mut errors, words);
        let reason = read_reason(&self.reason, &mut errors, words);
        match (number, reason) {
            (Some((country, phone)), Some(reason)) => Ok((country, phone, reason)),
            _ => Err(errors),
        }
    }
}

fn read_reason(typed: &str, errors: &mut FormErrors, words: &Words) -> Option<Remark> {
    match Remark::parse(typed) {
        Ok(reason) => Some(reason),
        Err(not) => {
            errors.add("reason", reason_problem(not, words));
            None
        }
    }
}

/// What a reason that is none needs.
pub fn reason_problem(not: NotARemark, words: &Words) -> String {
    match not {
        NotARemark::Empty => fl!(words.0, "admin-accounts-reason-missing"),
        NotARemark::TooLong => fl!(words.0, "admin-accounts-reason-long", most = Remark::MOST),
        NotARemark::Unreadable => fl!(words.0, "admin-accounts-reason-unreadable"),
    }
}
