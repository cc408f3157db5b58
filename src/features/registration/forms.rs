//! What the forms of a registration send, and how it is read: every answer checked, every mistake named at its field.

use serde::Deserialize;

use super::pages::{self, ChangeEcho, RegisterEcho};
use crate::{
    domain::{
        country::Country,
        email_address::{EmailAddress, NotAnEmailAddress},
        full_name::{FullName, NotAName},
        one_time_code::OneTimeCode,
        password::{MAX_LENGTH, NotAPassword, Password},
        phone_number::{NotAPhoneNumber, PhoneNumber},
        role::Role,
    },
    features::passwords::TooEasy,
    web::{
        form::{FormErrors, Problem},
        words::Words,
    },
};

/// `POST /register`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RegisterForm {
    pub(super) role: String,
    pub(super) full_name: String,
    pub(super) email: String,
    pub(super) country: String,
    pub(super) phone: String,
    password: String,
    pub(super) accept_terms: String,
}

/// A registration form whose answers can all be used; only the password's strength is still to be rated.
pub struct Filled {
    /// Sponsor or maid.
    pub role: Role,
    /// The name.
    pub full_name: FullName,
    /// Optional for maids.
    pub email: Option<EmailAddress>,
    /// The chosen country.
    pub country: Country,
    /// The number.
    pub phone: PhoneNumber,
    /// The password.
    pub password: Password,
}

impl RegisterForm {
    /// What the page shows again. The password never is.
    pub fn echo(&self) -> RegisterEcho {
        let blank = RegisterEcho::default();
        RegisterEcho {
            role: Role::parse(&self.role),
            full_name: self.full_name.clone(),
            email: self.email.clone(),
            country: Country::parse(&self.country).unwrap_or(blank.country),
            phone: self.phone.clone(),
            accept_terms: !self.accept_terms.is_empty(),
        }
    }

    /// Reads all answers. A password needs `least` characters.
    ///
    /// # Errors
    /// Each wrong field with what is wrong and what to do, in the order of the page.
    pub fn parse(&self, least: usize, words: &Words) -> Result<Filled, FormErrors> {
        let mut errors = FormErrors::new();
        let role = Role::parse(&self.role);
        if role.is_none() {
            errors.add("role", pages::role_missing(words));
        }
        let full_name = FullName::parse(&self.full_name);
        if let Err(problem) = full_name {
            errors.say("full_name", name_problem(problem), words);
        }
        let email = match EmailAddress::parse(&self.email) {
            Ok(email) => Some(email),
            Err(NotAnEmailAddress::Empty) if role != Some(Role::Sponsor) => None,
            Err(problem) => {
                errors.say("email", email_problem(problem), words);
                None
            }
        };
        let number = read_number(&self.country, &self.phone, &mut errors, words);
        let password = Password::of_at_least(least, &self.password);
        if let Err(problem) = password {
            errors.say("password", password_problem(problem, least), words);
        }
        if !matches!(self.accept_terms.as_str(), "yes" | "on" | "true" | "1") {
            errors.add("accept_terms", pages::terms_missing(words));
        }
        match (role, full_name, number, password) {
            (Some(role), Ok(full_name), Some((country, phone)), Ok(password)) if errors.is_empty() => {
                Ok(Filled { role, full_name, email, country, phone, password })
            }
            _ => Err(errors),
        }
    }
}

/// `POST /register/verify`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct CodeForm {
    code: String,
}

impl CodeForm {
    /// Reads the code. What is no code of six digits costs no guess.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(&self, words: &Words) -> Result<OneTimeCode, FormErrors> {
        OneTimeCode::parse(&self.code).map_err(|_| {
            let problem = if self.code.trim().is_empty() { Problem::CodeMissing } else { Problem::CodeUnreadable };
            FormErrors::on("code", problem.in_words(words))
        })
    }
}

/// `POST /register/phone`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct NumberForm {
    pub(super) country: String,
    pub(super) phone: String,
}

impl NumberForm {
    /// What the page shows again.
    pub fn echo(&self, otherwise: Country) -> ChangeEcho {
        ChangeEcho { country: Country::parse(&self.country).unwrap_or(otherwise), phone: self.phone.clone() }
    }

    /// Reads the number.
    ///
    /// # Errors
    /// What is wrong with country or number.
    pub fn parse(&self, words: &Words) -> Result<(Country, PhoneNumber), FormErrors> {
        let mut errors = FormErrors::new();
        read_number(&self.country, &self.phone, &mut errors, words).ok_or(errors)
    }
}

/// `POST /register/claim`
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ClaimForm {
    choice: String,
}

/// What to do about a number that has an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The account there is belongs to the same person.
    SignIn,
    /// The number has a new holder.
    Move,
}

impl ClaimForm {
    /// Reads the answer; none if nothing was chosen.
    pub fn parse(&self) -> Option<Choice> {
        match self.choice.as_str() {
            "sign_in" => Some(Choice::SignIn),
            "move" => Some(Choice::Move),
            _ => None,
        }
    }
}

/// A number and the country that it is read in; what is wrong with either goes to the errors.
pub(in crate::features) fn read_number(
    country: &str,
    phone: &str,
    errors: &mut FormErrors,
    words: &Words,
) -> Option<(Country, PhoneNumber)> {
    let Ok(country) = Country::parse(country) else {
        errors.say("country", Problem::CountryMissing, words);
        return None;
    };
    match PhoneNumber::parse(phone, country) {
        Ok(phone) => Some((country, phone)),
        Err(problem) => {
            errors.say("phone", phone_problem(problem, country), words);
            None
        }
    }
}

/// What a name that cannot be one needs.
pub(in crate::features) fn name_problem(problem: NotAName) -> Problem {
    match problem {
        NotAName::Empty => Problem::NameMissing,
        NotAName::TooLong => Problem::NameTooLong,
        NotAName::Unreadable => Problem::NameUnreadable,
    }
}

/// What an email address that cannot be one needs.
pub(in crate::features) fn email_problem(problem: NotAnEmailAddress) -> Problem {
    match problem {
        NotAnEmailAddress::Empty => Problem::EmailMissing,
        NotAnEmailAddress::TooLong => Problem::EmailTooLong,
        NotAnEmailAddress::Malformed | NotAnEmailAddress::NotAscii => Problem::EmailUnreadable,
    }
}

fn phone_problem(problem: NotAPhoneNumber, country: Country) -> Problem {
    match problem {
        NotAPhoneNumber::Empty => Problem::PhoneMissing,
        NotAPhoneNumber::Unreadable => Problem::PhoneUnreadable,
        NotAPhoneNumber::TooShort => Problem::PhoneTooShort(country),
        NotAPhoneNumber::TooLong => Problem::PhoneTooLong(country),
        NotAPhoneNumber::NotInPlan => Problem::PhoneNotInPlan(country),
        NotAPhoneNumber::Landline | NotAPhoneNumber::CostsExtra => Problem::PhoneNotMobile,
    }
}

/// What a new password that cannot be one needs, where it needs `least` characters.
pub(in crate::features) fn password_problem(problem: NotAPassword, least: usize) -> Problem {
    match problem {
        NotAPassword::Empty => Problem::PasswordMissing,
        NotAPassword::TooShort => Problem::PasswordTooShort { least },
        NotAPassword::TooLong => Problem::PasswordTooLong { most: MAX_LENGTH },
        NotAPassword::Unreadable => Problem::PasswordUnreadable,
    }
}

/// What the rater's verdict asks for.
pub(in crate::features) fn easy_problem(verdict: TooEasy) -> Problem {
    match verdict {
        TooEasy::Personal => Problem::PasswordPersonal,
        TooEasy::Common | TooEasy::Pattern | TooEasy::Guessable => Problem::PasswordWeak,
    }
}
