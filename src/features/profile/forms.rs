//! What the form of a profile sends, and how it is read.

use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{OfRole, Profile};
use crate::{
    domain::{
        city::{self, City},
        count::{Count, NotACount},
        full_name::FullName,
        prose::Prose,
        role::Role,
        text::NotText,
    },
    features::registration::forms::name_problem,
    web::{form::FormErrors, words::Words},
};

/// `POST /account/profile`, of either role: fields of the other one must not be there.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileForm {
    pub(super) full_name: String,
    pub(super) city: String,
    pub(super) about: String,
    pub(super) household_size: Option<String>,
    pub(super) skills: Option<String>,
    pub(super) experience_years: Option<String>,
}

impl ProfileForm {
    /// Whether the page of a role sends nothing else.
    pub fn is_of(&self, role: Role) -> bool {
        match role {
            Role::Sponsor => self.skills.is_none() && self.experience_years.is_none(),
            Role::Maid => self.household_size.is_none(),
            Role::Administrator => false,
        }
    }

    /// Reads all answers, as the page of a role asks for them.
    ///
    /// # Errors
    /// Each wrong field with what is wrong and what to do, in the order of the page.
    pub fn parse(&self, role: Role, words: &Words) -> Result<Profile, FormErrors> {
        let mut errors = FormErrors::new();
        let full_name = FullName::parse(&self.full_name);
        if let Err(problem) = full_name {
            errors.say("full_name", name_problem(problem), words);
        }
        let city = if_any("city", City::parse(&self.city), |not| told(not, city::MAX_LENGTH, words), &mut errors);
        let of_role = if role == Role::Maid {
            let skills = read_prose("skills", self.skills.as_deref(), &mut errors, words);
            let experience_years = read_count("experience_years", self.experience_years.as_deref(), &mut errors, words);
            OfRole::Maid { skills, experience_years }
        } else {
            let household_size = read_count("household_size", self.household_size.as_deref(), &mut errors, words);
            OfRole::Sponsor { household_size }
        };
        let about = read_prose("about", Some(&self.about), &mut errors, words);
        match full_name {
            Ok(full_name) if errors.is_empty() => Ok(Profile { full_name, city, about, of_role }),
            _ => Err(errors),
        }
    }
}

/// The value of a field that may be empty; what is wrong with it goes to the errors.
fn if_any<T, E>(
    field: &'static str,
    read: Result<T, E>,
    told: impl FnOnce(E) -> Option<String>,
    errors: &mut FormErrors,
) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(not) => {
            if let Some(message) = told(not) {
                errors.add(field, message);
            }
            None
        }
    }
}

fn read_prose<const MOST: usize>(
    field: &'static str,
    typed: Option<&str>,
    errors: &mut FormErrors,
    words: &Words,
) -> Option<Prose<MOST>> {
    if_any(field, Prose::parse(typed.unwrap_or_default()), |not| told(not, MOST, words), errors)
}

fn read_count<const LEAST: i16, const MOST: i16>(
    field: &'static str,
    typed: Option<&str>,
    errors: &mut FormErrors,
    words: &Words,
) -> Option<Count<LEAST, MOST>> {
    let told = |not| match not {
        NotACount::Empty => None,
        NotACount::OutOfBounds => Some(fl!(words.0, "profile-not-a-count", least = LEAST, most = MOST)),
    };
    if_any(field, Count::parse(typed.unwrap_or_default()), told, errors)
}

fn told(not: NotText, most: usize, words: &Words) -> Option<String> {
    match not {
        NotText::Empty => None,
        NotText::TooLong => Some(fl!(words.0, "profile-too-long", most = most)),
        NotText::Unreadable => Some(fl!(words.0, "profile-unreadable")),
    }
}
