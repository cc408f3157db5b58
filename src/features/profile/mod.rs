//! What the owner writes about a household, or about work in one.
//!
//! - Sponsors and maids have a profile each of their own kind, with fields of its own; administrators have none. The role
//!   stands in no form and cannot be changed.
//! - The name is needed, all else may be empty. What is left empty is forgotten.
//! - Of two windows that save, the last one wins, with all its fields: a profile opens no door, and asking which of two
//!   texts is meant would help nobody.
//! - It tells of no change where nothing has changed.

use crate::domain::{
    city::City,
    count::{ExperienceYears, HouseholdSize},
    full_name::FullName,
    prose::{About, Skills},
};

pub mod forms;
pub mod handlers;
pub mod pages;
pub mod save;
pub mod store;

/// A profile: what all have, and what the role adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// As the person writes it.
    pub full_name: FullName,
    /// Where they live.
    pub city: Option<City>,
    /// In their own words.
    pub about: Option<About>,
    /// What only their role has.
    pub of_role: OfRole,
}

/// What only one role has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfRole {
    /// A household.
    Sponsor {
        /// How many people live in it.
        household_size: Option<HouseholdSize>,
    },
    /// Somebody who works in one.
    Maid {
        /// What they can do.
        skills: Option<Skills>,
        /// For how many years they have done it.
        experience_years: Option<ExperienceYears>,
    },
}
