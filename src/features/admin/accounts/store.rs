//! SQL for finding accounts and for a person's page.

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};
use uuid::Uuid;

use super::search::NameWords;
use crate::{
    db::{DbError, statement},
    domain::{ids::UserId, phone_number::PhoneNumber, role::Role},
    features::{
        password_reset::needs,
        profile::{self, Profile},
        recovery,
        sessions::{self, store::Listed as Session},
        trusted_devices::{self, store::Listed as TrustedDevice},
        two_factor::Method,
        users::{Number, UserEpoch},
    },
};

/// Of the newest accounts of each role so many are looked through for a name.
const NEWEST: i64 = 2000;
/// So many accounts with a name are put in order.
const MOST_BY_INDEX: i64 = 5000;

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = t::Uuid)]
    id: UserId,
}

fn ids(rows: Vec<IdRow>) -> Vec<UserId> {
    rows.into_iter().map(|row| row.id).collect()
}

/// The id that all accounts are before, or the given one.
fn end(before: Option<UserId>) -> Uuid {
    before.map_or(Uuid::max(), |id| id.0)
}

/// The newest accounts. Their ids are made in the order of time.
pub fn list_newest(conn: &mut PgConnection, before: Option<UserId>, most: i64) -> Result<Vec<UserId>, DbError> {
    let rows = statement(
        "SELECT id FROM users WHERE id < $1 AND coalesce(deletion_due_at, 'infinity') > now() ORDER BY id DESC LIMIT $2",
    )
    .bind::<t::Uuid, _>(end(before))
    .bind::<t::BigInt, _>(most)
    .get_results(conn)?;
    Ok(ids(rows))
}

/// The accounts that have one of the numbers, or had it until somebody else proved it.
pub fn list_holders(
    conn: &mut PgConnection,
    numbers: &[PhoneNumber],
    before: Option<UserId>,
    most: i64,
) -> Result<Vec<UserId>, DbError> {
    let numbers: Vec<String> = numbers.iter().map(|phone| phone.e164().to_owned()).collect();
    let rows = statement(
        // Two halves, each with an index of its own.
        "SELECT id FROM (
             SELECT id FROM users WHERE phone_number = ANY ($1) AND phone_verified_at IS NOT NULL
             UNION ALL
             SELECT id FROM users WHERE phone_number = ANY ($1) AND phone_contested_at IS NOT NULL
         ) AS holders WHERE id < $2 ORDER BY id DESC LIMIT $3",
    )
    .bind::<t::Array<t::Text>, _>(numbers)
    .bind::<t::Uuid, _>(end(before))
    .bind::<t::BigInt, _>(most)
    .get_results(conn)?;
    Ok(ids(rows))
}

/// What a look through the newest accounts has found.
pub struct AmongNewest {
    /// The newest first.
    pub ids: Vec<UserId>,
    /// Where the look ended; none if it went through all there are.
    pub end: Option<UserId>,
}

/// Looks through the newest accounts for a name. What lies before the end of the look into either table is left out: there
/// the other may have newer ones.
pub fn find_name_among_newest(
    conn: &mut PgConnection,
    words: &NameWords,
    before: Option<UserId>,
) -> Result<AmongNewest, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Array<t::Uuid>)]
        ids: Vec<UserId>,
        #[diesel(sql_type = t::Nullable<t::Uuid>)]
        until: Option<UserId>,
    }
    let row: Row = statement(
        // One after the other from the newest on, until there are enough. What is searched for is spelled otherwise than in
        // the index, which would first gather all there are.
        "WITH look AS MATERIALIZED (
             SELECT greatest(
                 (SELECT user_id FROM sponsor_profiles WHERE user_id < $2 ORDER BY user_id DESC OFFSET $3 - 1 LIMIT 1),
                 (SELECT user_id FROM maid_profiles WHERE user_id < $2 ORDER BY user_id DESC OFFSET $3 - 1 LIMIT 1)) AS until
         )
         SELECT until, array(
             SELECT user_id FROM (
                 SELECT user_id, full_name FROM sponsor_profiles UNION ALL SELECT user_id, full_name FROM maid_profiles
             ) AS named
             WHERE user_id < $2 AND user_id >= coalesce(until, '00000000-0000-0000-0000-000000000000')
                 AND to_tsvector('simple', full_name || '') @@ to_tsquery('simple', $1)
             ORDER BY user_id DESC LIMIT $4) AS ids
         FROM look",
    )
    .bind::<t::Text, _>(words.as_query().to_owned())
    .bind::<t::Uuid, _>(end(before))
    .bind::<t::BigInt, _>(NEWEST)
    .bind::<t::BigInt, _>(i64::try_from(super::PAGE + 1).unwrap_or(i64::MAX))
    .get_result(conn)?;
    Ok(AmongNewest { ids: row.ids, end: row.until })
}

/// All accounts with a name, in no order. None if there are too many to be put in one.
pub fn find_name_by_index(
    conn: &mut PgConnection,
    words: &NameWords,
    before: Option<UserId>,
) -> Result<Option<Vec<UserId>>, DbError> {
    let rows: Vec<IdRow> = statement(
        "(SELECT user_id AS id FROM sponsor_profiles
          WHERE to_tsvector('simple', full_name) @@ to_tsquery('simple', $1) AND user_id < $2 LIMIT $3 + 1)
         UNION ALL
         (SELECT user_id FROM maid_profiles
          WHERE to_tsvector('simple', full_name) @@ to_tsquery('simple', $1) AND user_id < $2 LIMIT $3 + 1)",
    )
    .bind::<t::Text, _>(words.as_query().to_owned())
    .bind::<t::Uuid, _>(end(before))
    .bind::<t::BigInt, _>(MOST_BY_INDEX)
    .get_results(conn)?;
    let is_all = i64::try_from(rows.len()).is_ok_and(|found| found <= MOST_BY_INDEX);
    Ok(is_all.then(|| ids(rows)))
}

/// An account in a list.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The account.
    pub id: UserId,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// Administrators have none.
    pub name: Option<String>,
    /// Optional for maids.
    pub email: Option<String>,
    /// Only administrators can be without one.
    pub phone: Option<PhoneNumber>,
    /// How it stands.
    pub state: State,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
}

/// How an account stands, in one word: the first of these that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody can sign in.
    Disabled,
    /// Its owner has asked for that.
    ToBeDeleted,
    /// Its password opens nothing until another is set.
    OwesAPassword,
    /// Somebody else has proven its number.
    Contested,
    /// Nothing is the matter.
    Active,
}

impl State {
    fn of(active: bool, deletion_due: bool, owes_a_password: bool, contested: bool) -> Self {
        match (active, deletion_due, owes_a_password, contested) {
            (false, ..) => Self::Disabled,
            (_, true, ..) => Self::ToBeDeleted,
            (_, _, true, _) => Self::OwesAPassword,
            (.., true) => Self::Contested,
            _ => Self::Active,
        }
    }
}

#[derive(QueryableByName)]
struct HitRow {
    #[diesel(sql_type = t::Uuid)]
    id: UserId,
    #[diesel(sql_type = t::Text)]
    role: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    name: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    email: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    phone_number: Option<String>,
    #[diesel(sql_type = t::Bool)]
    active: bool,
    #[diesel(sql_type = t::Bool)]
    deletion_due: bool,
    #[diesel(sql_type = t::Bool)]
    owes_a_password: bool,
    #[diesel(sql_type = t::Bool)]
    contested: bool,
    #[diesel(sql_type = t::Timestamptz)]
    opened_at: DateTime<Utc>,
}

/// These accounts, the newest first. Not those whose day has come.
pub fn list(conn: &mut PgConnection, ids: &[UserId]) -> Result<Vec<Hit>, DbError> {
    let rows: Vec<HitRow> = statement(
        "SELECT u.id, u.role, coalesce(sp.full_name, mp.full_name) AS name, u.email, u.phone_number,
             u.status = 'active' AS active, u.deletion_due_at IS NOT NULL AS deletion_due,
             u.password_reset_required_at IS NOT NULL AS owes_a_password, u.phone_contested_at IS NOT NULL AS contested,
             u.created_at AS opened_at
         FROM users AS u LEFT JOIN sponsor_profiles AS sp ON sp.user_id = u.id LEFT JOIN maid_profiles AS mp ON mp.user_id = u.id
         WHERE u.id = ANY ($1) AND coalesce(u.deletion_due_at, 'infinity') > now() ORDER BY u.id DESC",
    )
    .bind::<t::Array<t::Uuid>, _>(ids.to_vec())
    .get_results(conn)?;
    let hit = |row: HitRow| {
        let role = Role::from_stored(&row.role).ok_or_else(|| malformed(row.id))?;
        Ok(Hit {
            id: row.id,
            role,
            name: row.name,
            email: row.email,
            phone: row.phone_number.map(PhoneNumber::from_stored),
            state: State::of(row.active, row.deletion_due, row.owes_a_password, row.contested),
            opened_at: row.opened_at,
        })
    };
    rows.into_iter().map(hit).collect()
}

/// An account as its page for administrators shows it.
pub struct Person {
    /// The account.
    pub id: UserId,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// Whether it is not disabled.
    pub active: bool,
    /// Optional for maids.
    pub email: Option<String>,
    /// Its number. Only administrators can be without one.
    pub number: Option<Number>,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When somebody last proved to be the owner.
    pub owner_seen_at: DateTime<Utc>,
    /// When it will be deleted, if its owner has asked for that.
    pub deletion_due_at: Option<DateTime<Utc>>,
    /// Since when its password opens nothing, if that is so.
    pub owes_a_password_since: Option<DateTime<Utc>>,
    /// Until when no second factor is taken, after too many wrong ones.
    pub factors_rest_until: Option<DateTime<Utc>>,
    /// Since when somebody who has proven the number waits to set a password.
    pub reset_waits_since: Option<DateTime<Utc>>,
    /// The recovery under way.
    pub recovery: Option<recovery::Listed>,
    /// How it asks for a second factor.
    pub two_factor: Option<Method>,
    /// Since when the app is enrolled.
    pub app_since: Option<DateTime<Utc>>,
    /// Backup codes that are not used yet.
    pub backup_codes_left: i64,
    /// What the owner says of themselves. Administrators have none.
    pub profile: Option<Profile>,
    /// Where it is signed in.
    pub sessions: Vec<Session>,
    /// Browsers that are excused from the second step.
    pub trusted: Vec<TrustedDevice>,
}

impl Person {
    /// How it stands, in one word.
    pub fn state(&self) -> State {
        let contested = self.number.as_ref().is_some_and(|number| number.contested);
        State::of(self.active, self.deletion_due_at.is_some(), self.owes_a_password_since.is_some(), contested)
    }

    /// Whether its owner can set a password by text.
    pub fn can_reset(&self) -> bool {
        self.number.as_ref().is_some_and(|number| !number.contested)
            && needs::can_reset(self.role, self.two_factor, self.backup_codes_left > 0)
    }

    /// What the person is called: the name, or else the address.
    pub fn name(&self) -> &str {
        let name = self.profile.as_ref().map(|profile| profile.full_name.as_str());
        name.or(self.email.as_deref()).unwrap_or_default()
    }
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = t::Integer)]
    auth_epoch: i32,
    #[diesel(sql_type = t::Text)]
    role: String,
    #[diesel(sql_type = t::Bool)]
    active: bool,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    email: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    phone_number: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    phone_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Bool)]
    contested: bool,
    #[diesel(sql_type = t::Timestamptz)]
    opened_at: DateTime<Utc>,
    #[diesel(sql_type = t::Timestamptz)]
    owner_seen_at: DateTime<Utc>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    deletion_due_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    owes_a_password_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    factors_rest_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    reset_waits_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Text)]
    two_factor_method: String,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    app_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::BigInt)]
    backup_codes_left: i64,
}

/// One account with all that its page shows, unless its day has come.
pub fn find(conn: &mut PgConnection, id: UserId) -> Result<Option<Person>, DbError> {
    let row: Option<PersonRow> = statement(
        "SELECT u.auth_epoch, u.role, u.status = 'active' AS active, u.email, u.phone_number,
             coalesce(u.phone_verified_at, u.phone_contested_at) AS phone_since, u.phone_contested_at IS NOT NULL AS contested,
             u.created_at AS opened_at, u.owner_seen_at, u.deletion_due_at,
             u.password_reset_required_at AS owes_a_password_since,
             CASE WHEN u.second_factor_rests_until > now() THEN u.second_factor_rests_until END AS factors_rest_until,
             (SELECT w.began_at FROM password_reset_waits AS w WHERE w.user_id = u.id AND w.auth_epoch = u.auth_epoch
                  AND w.began_at > greatest(u.owner_seen_at, u.objected_at, now() - interval '10 days')) AS reset_waits_since,
             u.two_factor_method,
             (SELECT s.confirmed_at FROM totp_secrets AS s WHERE s.user_id = u.id AND s.confirmed_at IS NOT NULL) AS app_since,
             (SELECT count(*) FROM two_factor_backup_codes AS b WHERE b.user_id = u.id AND b.used_at IS NULL)
                 AS backup_codes_left
         FROM users AS u WHERE u.id = $1 AND coalesce(u.deletion_due_at, 'infinity') > now()",
    )
    .bind::<t::Uuid, _>(id)
    .get_result(conn)
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let role = Role::from_stored(&row.role).ok_or_else(|| malformed(id))?;
    let user = UserEpoch { id, auth_epoch: row.auth_epoch };
    let number = row.phone_number.zip(row.phone_since);
    Ok(Some(Person {
        id,
        role,
        active: row.active,
        email: row.email,
        number: number.map(|(phone, since)| Number {
            phone: PhoneNumber::from_stored(phone),
            since,
            contested: row.contested,
        }),
        opened_at: row.opened_at,
        owner_seen_at: row.owner_seen_at,
        deletion_due_at: row.deletion_due_at,
        owes_a_password_since: row.owes_a_password_since,
        factors_rest_until: row.factors_rest_until,
        reset_waits_since: row.reset_waits_since,
        recovery: recovery::store::find_open(conn, id)?,
        two_factor: Method::from_stored(&row.two_factor_method),
        app_since: row.app_since,
        backup_codes_left: row.backup_codes_left,
        profile: profile::store::find(conn, id, role)?,
        sessions: sessions::store::list(conn, user)?,
        trusted: trusted_devices::store::list(conn, user)?,
    }))
}

fn malformed(id: UserId) -> DbError {
    DbError::Fault(format!("users {id}: a stored value is malformed"))
}
