//! SQL for `sponsor_profiles` and `maid_profiles`, whose rows come into being with the account.

use diesel::{PgConnection, prelude::*};

use super::{OfRole, Profile};
use crate::{
    db::DbError,
    domain::{
        city::City,
        count::{ExperienceYears, HouseholdSize},
        full_name::FullName,
        ids::UserId,
        prose::{About, Skills},
        role::Role,
    },
    schema::{maid_profiles as m, sponsor_profiles as s},
};

/// The profile of an account.
pub fn find(conn: &mut PgConnection, user: UserId, role: Role) -> Result<Option<Profile>, DbError> {
    match role {
        Role::Sponsor => find_sponsor(conn, user),
        Role::Maid => find_maid(conn, user),
        Role::Administrator => Ok(None),
    }
}

fn find_sponsor(conn: &mut PgConnection, user: UserId) -> Result<Option<Profile>, DbError> {
    type Row = (String, Option<String>, Option<String>, Option<i16>);
    let columns = (s::full_name, s::city, s::about, s::household_size);
    let row: Option<Row> = s::table.find(user).select(columns).first(conn).optional()?;
    Ok(row.map(|(full_name, city, about, household_size)| Profile {
        full_name: FullName::from_stored(full_name),
        city: city.map(City::from_stored),
        about: about.map(About::from_stored),
        of_role: OfRole::Sponsor { household_size: household_size.map(HouseholdSize::from_stored) },
    }))
}

fn find_maid(conn: &mut PgConnection, user: UserId) -> Result<Option<Profile>, DbError> {
    type Row = (String, Option<String>, Option<String>, Option<String>, Option<i16>);
    let columns = (m::full_name, m::city, m::about, m::skills, m::experience_years);
    let row: Option<Row> = m::table.find(user).select(columns).first(conn).optional()?;
    Ok(row.map(|(full_name, city, about, skills, experience_years)| Profile {
        full_name: FullName::from_stored(full_name),
        city: city.map(City::from_stored),
        about: about.map(About::from_stored),
        of_role: OfRole::Maid {
            skills: skills.map(Skills::from_stored),
            experience_years: experience_years.map(ExperienceYears::from_stored),
        },
    }))
}

/// Puts a profile in the place of the account's. Answers whether anything is different now.
pub fn replace(conn: &mut PgConnection, user: UserId, profile: &Profile) -> Result<bool, DbError> {
    let full_name = profile.full_name.as_str();
    let (city, about) = (profile.city.as_ref().map(City::as_str), profile.about.as_ref().map(About::as_str));
    let changed = match &profile.of_role {
        OfRole::Sponsor { household_size } => {
            let household_size = household_size.map(HouseholdSize::get);
            let differs = s::full_name
                .ne(full_name)
                .or(s::city.is_distinct_from(city))
                .or(s::about.is_distinct_from(about))
                .or(s::household_size.is_distinct_from(household_size));
            diesel::update(s::table.filter(s::user_id.eq(user)).filter(differs))
                .set((
                    s::full_name.eq(full_name),
                    s::city.eq(city),
                    s::about.eq(about),
                    s::household_size.eq(household_size),
                ))
                .execute(conn)?
        }
        OfRole::Maid { skills, experience_years } => {
            let skills = skills.as_ref().map(Skills::as_str);
            let experience_years = experience_years.map(ExperienceYears::get);
            let differs = m::full_name
                .ne(full_name)
                .or(m::city.is_distinct_from(city))
                .or(m::about.is_distinct_from(about))
                .or(m::skills.is_distinct_from(skills))
                .or(m::experience_years.is_distinct_from(experience_years));
            diesel::update(m::table.filter(m::user_id.eq(user)).filter(differs))
                .set((
                    m::full_name.eq(full_name),
                    m::city.eq(city),
                    m::about.eq(about),
                    m::skills.eq(skills),
                    m::experience_years.eq(experience_years),
                ))
                .execute(conn)?
        }
    };
    Ok(changed == 1)
}
