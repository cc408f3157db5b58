//! Finding texts for whoever runs the service: by how they ended, where they went, what they were for, and by name.
//!
//! - The newest first, page by page by their ids, which are in the order in which texts were asked for: however many new
//!   ones arrive meanwhile, none is shown twice and none is missed.
//! - One index holds the three things to search by in a fixed order. Where one of them is left open, the newest of each of
//!   its values are put together, of which there are few; so any search reads some pages of the index, however rare what
//!   it looks for is among millions.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};
use uuid::Uuid;

use crate::{
    db::{DbError, Statement, statement},
    domain::{
        brake_reference::BrakeReference,
        country::Country,
        ids::{MessageId, UserId},
        phone_number::PhoneNumber,
    },
    features::message_hours::Why,
    sms::{Fault, ProviderChoice},
    web::clock,
};

/// How a text stands, or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// Queued, or being handed over.
    Underway,
    /// The provider has it; no carrier has said more, or none ever does.
    Sent,
    /// It has arrived, as the carrier says.
    Delivered,
    /// The carrier could not or would not deliver it.
    Undelivered,
    /// The provider did not take it.
    Refused,
    /// A brake was on, or the country is closed: no provider has heard of it.
    Held,
    /// Nobody knows whether it left.
    Unknown,
    /// It only had to look as if it were sent.
    Withheld,
    /// Its code was replaced, used or too old before it left.
    Superseded,
}

impl End {
    /// Every end.
    pub const ALL: [Self; 9] = [
        Self::Underway,
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::Refused,
        Self::Held,
        Self::Unknown,
        Self::Withheld,
        Self::Superseded,
    ];

    /// What the database's `sms_outcome` calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Underway => "underway",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Refused => "refused",
            Self::Held => "held",
            Self::Unknown => "unknown",
            Self::Withheld => "withheld",
            Self::Superseded => "superseded",
        }
    }

    /// The end of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == name)
    }
}

/// What a text is for, coarsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// Somebody opens an account.
    Registration,
    /// The second step of a sign-in.
    SignIn,
    /// Proving it again before a change.
    StepUp,
    /// A new password.
    PasswordReset,
    /// Another number.
    PhoneChange,
    /// It tells an owner what happened, and brings no six-digit code.
    Notice,
}

impl Occasion {
    /// Every occasion.
    pub const ALL: [Self; 6] =
        [Self::Registration, Self::SignIn, Self::StepUp, Self::PasswordReset, Self::PhoneChange, Self::Notice];

    /// What the database's `sms_purpose` calls it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::SignIn => "sign_in",
            Self::StepUp => "step_up",
            Self::PasswordReset => "password_reset",
            Self::PhoneChange => "phone_change",
            Self::Notice => "notice",
        }
    }

    /// The occasion of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.as_str() == name)
    }
}

/// A name that somebody has read out or copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// Of one text, or of the few that share a reference.
    Ids(RangeInclusive<Uuid>),
    /// Of the brake that held texts.
    Brake(BrakeReference),
    /// Twilio's name for a text.
    Sid(String),
    /// The account that a text was sent to, or for.
    Account(UserId),
}

/// What is looked for. What is left open fits all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// How it ended.
    pub ends: Option<Vec<End>>,
    /// Where it went.
    pub country: Option<Country>,
    /// What it was for.
    pub occasion: Option<Occasion>,
    /// What it is called.
    pub name: Option<Name>,
}

/// A text as a list shows it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The text.
    pub id: MessageId,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Where it went; none once that is forgotten.
    pub to: Option<PhoneNumber>,
    /// The number's country.
    pub country: Option<Country>,
    /// How it stands.
    pub end: End,
    /// What it was for.
    pub occasion: Occasion,
    /// Who carried it.
    pub provider: Option<ProviderChoice>,
    /// Why it did not arrive.
    pub why: Why,
    /// How long it took to arrive, where that is known.
    pub arrived_ms: Option<i32>,
    /// What it cost, in millionths of a US dollar.
    pub spent_micros: i64,
    /// The brake that held it.
    pub brake: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Uuid)]
    id: MessageId,
    #[diesel(sql_type = t::Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    phone_number: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    country: Option<String>,
    #[diesel(sql_type = t::Text)]
    outcome: String,
    #[diesel(sql_type = t::Text)]
    purpose: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    provider: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    error_code: Option<i32>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    fault: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    arrived_ms: Option<i32>,
    #[diesel(sql_type = t::BigInt)]
    spent_micros: i64,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    brake: Option<String>,
}

impl From<Row> for Found {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            created_at: row.created_at,
            to: row.phone_number.map(PhoneNumber::from_stored),
            country: row.country.and_then(|code| Country::parse(&code).ok()),
            // The functions answer nothing else; what a newer release has added stands as what it may be.
            end: End::parse(&row.outcome).unwrap_or(End::Unknown),
            occasion: Occasion::parse(&row.purpose).unwrap_or(Occasion::Notice),
            provider: row.provider.as_deref().and_then(ProviderChoice::parse),
            why: Why::of(row.error_code, row.fault.as_deref().and_then(Fault::parse)),
            arrived_ms: row.arrived_ms,
            spent_micros: row.spent_micros,
            brake: row.brake,
        }
    }
}

/// What a list shows of each text `m`.
macro_rules! shown {
    () => {
        "SELECT m.id, m.created_at, m.phone_number, m.country, m.provider, m.error_code, m.fault, m.arrived_ms,
             m.spent_micros, sms_outcome(m.state, m.arrival, m.fault, m.error_code) AS outcome,
             sms_purpose(m.kind, m.notice) AS purpose, (SELECT reference FROM brakes AS b WHERE b.id = m.brake_id) AS brake "
    };
}

/// That a text `m`, which is found in another way, fits the lists of the first three parameters.
macro_rules! fits {
    () => {
        "sms_outcome(m.state, m.arrival, m.fault, m.error_code) = ANY ($1) AND coalesce(m.country, '') = ANY ($2)
         AND sms_purpose(m.kind, m.notice) = ANY ($3) "
    };
}

const ALL: &str = concat!(shown!(), "FROM sms_messages AS m WHERE m.id < $1 ORDER BY m.id DESC LIMIT $2");

/// The newest texts of each of some ends, countries and occasions, put together; `$places` says which ends and countries.
macro_rules! newest_of {
    ($places:literal) => {
        concat!(
            $places,
            shown!(),
            "FROM (
                 SELECT newest.id
                 FROM places, unnest($3) AS an_occasion, LATERAL (
                     SELECT f.id FROM sms_messages AS f
                     WHERE sms_outcome(f.state, f.arrival, f.fault, f.error_code) = an_end
                         AND coalesce(f.country, '') = a_country AND sms_purpose(f.kind, f.notice) = an_occasion
                         AND f.id < $4 AND f.id >= $6
                     ORDER BY f.id DESC LIMIT $5) AS newest
                 WHERE a_country IS NOT NULL
                 ORDER BY newest.id DESC LIMIT $5
             ) AS found JOIN sms_messages AS m USING (id) ORDER BY m.id DESC"
        )
    };
}

const IN_COUNTRIES: &str =
    newest_of!("WITH places AS (SELECT an_end, a_country FROM unnest($1) AS an_end, unnest($2) AS a_country) ");

/// Of all the countries there are few have texts with an end, and the index leads from one of them to the next.
const ANYWHERE: &str = newest_of!(
    "WITH RECURSIVE places AS (
         SELECT an_end, (
             SELECT coalesce(f.country, '') FROM sms_messages AS f
             WHERE sms_outcome(f.state, f.arrival, f.fault, f.error_code) = an_end
             ORDER BY coalesce(f.country, '') LIMIT 1) AS a_country
         FROM unnest($1) AS an_end
         UNION ALL
         SELECT an_end, (
             SELECT coalesce(f.country, '') FROM sms_messages AS f
             WHERE sms_outcome(f.state, f.arrival, f.fault, f.error_code) = an_end AND coalesce(f.country, '') > a_country
             ORDER BY coalesce(f.country, '') LIMIT 1)
         FROM places WHERE a_country = ANY ($2)
     ) "
);

const OF_BRAKE: &str = concat!(
    shown!(),
    "FROM sms_messages AS m WHERE m.brake_id = (SELECT b.id FROM brakes AS b WHERE b.reference = $5) AND ",
    fits!(),
    "AND m.id < $4 ORDER BY m.id DESC LIMIT $6"
);

const BY_ID: &str = concat!(
    shown!(),
    "FROM sms_messages AS m WHERE m.id >= $5 AND m.id <= $6 AND ",
    fits!(),
    "AND m.id < $4 ORDER BY m.id DESC LIMIT $7"
);

const BY_SID: &str = concat!(
    shown!(),
    "FROM sms_messages AS m WHERE m.id = (SELECT d.message_id FROM deliveries AS d WHERE d.provider_sid = $5) AND ",
    fits!(),
    "AND m.id < $4 ORDER BY m.id DESC LIMIT $6"
);

const OF_ACCOUNT: &str = concat!(
    shown!(),
    "FROM sms_messages AS m WHERE m.user_id = $5 AND ",
    fits!(),
    "AND m.id < $4 ORDER BY m.id DESC LIMIT $6"
);

/// Lists at most so many texts that are wanted, those before a text if one is given.
pub fn list(
    conn: &mut PgConnection,
    wanted: &Wanted,
    before: Option<MessageId>,
    most: i64,
) -> Result<Vec<Found>, DbError> {
    let before = before.map_or(Uuid::max(), |id| id.0);
    let rows: Vec<Row> = match &wanted.name {
        None if wanted.ends.is_none() && wanted.country.is_none() && wanted.occasion.is_none() => {
            statement(ALL).bind::<t::Uuid, _>(before).bind::<t::BigInt, _>(most).get_results(conn)?
        }
        None => newest(conn, wanted, before, most)?,
        Some(Name::Brake(reference)) => fitting(OF_BRAKE, wanted, before)
            .bind::<t::Text, _>(reference.to_string())
            .bind::<t::BigInt, _>(most)
            .get_results(conn)?,
        Some(Name::Ids(ids)) => fitting(BY_ID, wanted, before)
            .bind::<t::Uuid, _>(*ids.start())
            .bind::<t::Uuid, _>(*ids.end())
            .bind::<t::BigInt, _>(most)
            .get_results(conn)?,
        Some(Name::Sid(sid)) => fitting(BY_SID, wanted, before)
            .bind::<t::Text, _>(sid.clone())
            .bind::<t::BigInt, _>(most)
            .get_results(conn)?,
        Some(Name::Account(user)) => fitting(OF_ACCOUNT, wanted, before)
            .bind::<t::Uuid, _>(*user)
            .bind::<t::BigInt, _>(most)
            .get_results(conn)?,
    };
    Ok(rows.into_iter().map(Found::from).collect())
}

/// Finds one text.
pub fn find(conn: &mut PgConnection, id: MessageId) -> Result<Option<Found>, DbError> {
    let row: Option<Row> = statement(concat!(shown!(), "FROM sms_messages AS m WHERE m.id = $1"))
        .bind::<t::Uuid, _>(id)
        .get_result(conn)
        .optional()?;
    Ok(row.map(Found::from))
}

/// How far back is looked at first, in milliseconds: of what there is much of, the newest are found in the last minutes,
/// and whatever has gone by before that is left alone. What is rare is looked for further back, and then is little.
const STEPS_BACK: [u128; 3] = [10 * 60 * 1000, 3 * 60 * 60 * 1000, 3 * 24 * 60 * 60 * 1000];

fn newest(conn: &mut PgConnection, wanted: &Wanted, before: Uuid, most: i64) -> Result<Vec<Row>, DbError> {
    let sql = if wanted.country.is_some() { IN_COUNTRIES } else { ANYWHERE };
    // Ids begin with their millisecond.
    let latest = (before.as_u128() >> 80).min(u128::try_from(clock::now().timestamp_millis()).unwrap_or_default());
    let bounds = STEPS_BACK.map(|back| Uuid::from_u128(latest.saturating_sub(back) << 80));
    let mut rows = Vec::new();
    for since in bounds.into_iter().chain([Uuid::nil()]) {
        rows = fitting(sql, wanted, before).bind::<t::BigInt, _>(most).bind::<t::Uuid, _>(since).get_results(conn)?;
        if i64::try_from(rows.len()).is_ok_and(|found| found >= most) {
            break;
        }
    }
    Ok(rows)
}

/// A query with what is wanted as its first parameters, every value of what is left open, and the text before which it is.
fn fitting(sql: &'static str, wanted: &Wanted, before: Uuid) -> Statement {
    let ends = wanted.ends.as_deref().unwrap_or(&End::ALL);
    let countries = match wanted.country {
        Some(country) => vec![country.code().to_owned()],
        None => Country::all().map(|country| country.code().to_owned()).chain([String::new()]).collect(),
    };
    let occasions = wanted.occasion.map_or(Occasion::ALL.to_vec(), |occasion| vec![occasion]);
    let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
    statement(sql)
        .bind::<t::Array<t::Text>, _>(names(ends.iter().map(|end| end.as_str()).collect()))
        .bind::<t::Array<t::Text>, _>(countries)
        .bind::<t::Array<t::Text>, _>(names(occasions.iter().map(|occasion| occasion.as_str()).collect()))
        .bind::<t::Uuid, _>(before)
}
