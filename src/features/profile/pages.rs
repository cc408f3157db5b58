//! What the page of a profile shows.

use askama::Template;
use i18n_embed_fl::fl;

use super::forms::ProfileForm;
use super::{OfRole, Profile};
use crate::domain::count::{Count, ExperienceYears, HouseholdSize};
use crate::domain::prose::{About, Skills};
use crate::domain::role::Role;
use crate::web::form::FormErrors;
use crate::web::page::{Area, Chrome, Notice};

/// `GET /account/profile`, and the answer to a refused `POST`.
#[derive(Template)]
#[template(path = "profile/profile.html")]
pub struct ProfilePage {
    /// The frame.
    pub chrome: Chrome,
    /// Whose profile it is.
    pub role: Role,
    /// What stands in the form.
    pub form: ProfileEcho,
    /// The account's email address.
    pub email: Option<String>,
    /// What is wrong.
    pub errors: FormErrors,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What the form shows: the profile, or what was typed.
#[derive(Clone, Debug, Default)]
pub struct ProfileEcho {
    /// The name.
    pub full_name: String,
    /// The city.
    pub city: String,
    /// About the person.
    pub about: String,
    /// Of a household: how many live in it.
    pub household_size: String,
    /// Of a maid: what she can do.
    pub skills: String,
    /// Of a maid: for how long she has done it.
    pub experience_years: String,
}

impl ProfileEcho {
    /// What is kept.
    pub fn of(profile: &Profile) -> Self {
        fn number<const LEAST: i16, const MOST: i16>(count: Option<Count<LEAST, MOST>>) -> String {
            count.map(|count| count.get().to_string()).unwrap_or_default()
        }
        let common = Self {
            full_name: profile.full_name.as_str().to_owned(),
            city: profile.city.as_ref().map(|city| city.as_str().to_owned()).unwrap_or_default(),
            about: profile.about.as_ref().map(|about| about.as_str().to_owned()).unwrap_or_default(),
            ..Self::default()
        };
        match &profile.of_role {
            OfRole::Sponsor { household_size } => Self { household_size: number(*household_size), ..common },
            OfRole::Maid { skills, experience_years } => Self {
                skills: skills.as_ref().map(|skills| skills.as_str().to_owned()).unwrap_or_default(),
                experience_years: number(*experience_years),
                ..common
            },
        }
    }

    /// What was typed.
    pub fn typed(form: ProfileForm) -> Self {
        Self {
            full_name: form.full_name,
            city: form.city,
            about: form.about,
            household_size: form.household_size.unwrap_or_default(),
            skills: form.skills.unwrap_or_default(),
            experience_years: form.experience_years.unwrap_or_default(),
        }
    }
}

impl ProfilePage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.errors.title(words, &fl!(words.0, "profile-title"))
    }

    fn area(&self) -> Area {
        Area::Profile
    }

    fn is_maid(&self) -> bool {
        self.role == Role::Maid
    }

    fn lead(&self) -> String {
        let words = &self.chrome.words;
        if self.is_maid() { fl!(words.0, "profile-lead-maid") } else { fl!(words.0, "profile-lead-sponsor") }
    }

    fn about_label(&self) -> String {
        let words = &self.chrome.words;
        if self.is_maid() { fl!(words.0, "profile-about-maid") } else { fl!(words.0, "profile-about-sponsor") }
    }

    fn about_hint(&self) -> String {
        fl!(self.chrome.words.0, "profile-most", most = About::MAX_LENGTH)
    }

    fn skills_hint(&self) -> String {
        fl!(self.chrome.words.0, "profile-skills-hint", most = Skills::MAX_LENGTH)
    }

    fn household_hint(&self) -> String {
        fl!(self.chrome.words.0, "profile-count-hint", least = HouseholdSize::LEAST, most = HouseholdSize::MOST)
    }

    fn experience_hint(&self) -> String {
        fl!(self.chrome.words.0, "profile-count-hint", least = ExperienceYears::LEAST, most = ExperienceYears::MOST)
    }
}
