//! Wrong passwords, counted before they are compared (AUT-01, AUT-12).
//!
//! - An identifier as it is typed may be tried wrongly 5 times, then every further try waits: 30 seconds, doubling to 15
//!   minutes, never for good. Fifteen quiet minutes after a wait begin anew. Administrators may set how many are free and
//!   the longest wait ([`Rests`]).
//! - Behind both identifiers of an account a silent count does the same: when that one is spent, even a right password is
//!   answered like a wrong one, so that email and number together allow no more guesses and tell nothing of each other.
//! - An address may be wrong 50 times in 15 minutes, a /48 of IPv6 four times as often; a right password gives its try back.
//! - A browser that signed in to the account before counts by itself and by nothing else: strangers cannot shut its owner
//!   out. So do the confirmations of whoever is signed in already.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{PgConnection, QueryResult, RunQueryDsl as _, prelude::*, sql_types as t};

use crate::{
    crypto::{hasher::PasswordHash, keys::KeyRing, mac},
    db::{DbError, batch_of, statement},
    domain::{
        client_address::{AddressKeys, ClientAddress},
        email_address::EmailAddress,
        ids::UserId,
        phone_number::PhoneNumber,
        role::Role,
    },
    features::{two_factor::Method, users::UserEpoch},
};

/// Wrong passwords that cost no wait, unless administrators say otherwise.
pub const FREE: u16 = 5;
/// So many wrong ones before the right one, from a browser that is new, are worth telling the owner of.
pub const WORTH_TELLING: i32 = 5;
/// The first wait. It doubles with each further wrong password.
pub const FIRST_WAIT: Duration = Duration::from_secs(30);
/// The quiet time after which counting begins anew. It stays as it is however short the longest wait is made: waits that
/// are forgotten as soon as they are over would be none.
pub const QUIET: Duration = Duration::from_secs(15 * 60);
/// Wrong passwords from one address within [`QUIET`]. A carrier's customers share one.
pub const BY_ADDRESS: i64 = 50;

/// What wrong passwords cost, as administrators may set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rests {
    /// Wrong ones that cost no wait.
    pub free: u16,
    /// The longest wait.
    pub longest: Duration,
}

/// What somebody signs in with, in its one canonical form (D-8).
#[derive(Debug, Clone)]
pub enum Identifier {
    /// An email address.
    Email(EmailAddress),
    /// A number.
    Phone(PhoneNumber),
}

impl Identifier {
    /// The canonical text, for the key of its counter.
    pub fn canonical(&self) -> &str {
        match self {
            Self::Email(email) => email.as_str(),
            Self::Phone(phone) => phone.e164(),
        }
    }
}

/// A try, before anything is known about it.
pub struct Try {
    /// What was typed.
    pub identifier: Identifier,
    /// A keyed hash of it.
    pub identifier_key: [u8; 32],
    /// Where it comes from.
    pub address: ClientAddress,
    /// Accounts that this browser signed in to before, with the hashes of their tokens.
    pub known: Vec<(UserId, Vec<u8>)>,
}

/// A try that has been paid for.
pub struct Charged {
    /// The account of the identifier.
    pub account: Option<Found>,
    /// Whether the account's silent count allows to compare. If not, the answer is "wrong" whatever the password.
    pub may_compare: bool,
    /// Wrong passwords for the account before this try, where the browser is a new one.
    pub wrong_before: i32,
    /// What was charged, to be given back if the password was right.
    pub receipt: Receipt,
}

/// What has been charged for a try.
#[derive(Debug, Clone)]
pub struct Receipt {
    keys: Vec<String>,
    addresses: Vec<String>,
    moment: DateTime<Utc>,
}

/// An account as its identifier finds it.
pub struct Found {
    /// The account, with the epoch of this moment.
    pub user: UserEpoch,
    /// What to compare with.
    pub password_hash: PasswordHash,
    /// Whether its password opens it: not while it is disabled, and not while a new one has to be set. Whoever has the right
    /// one hears no word of that, for it would tell a thief that it is right.
    pub active: bool,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// What the second step asks for.
    pub two_factor: Option<Method>,
    /// The number, while it is proven for this account.
    pub phone: Option<PhoneNumber>,
    /// Language.
    pub locale: String,
    /// Whether this browser is excused from the second step.
    pub trusted: bool,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCharged {
    /// A limit is reached. Which one is nobody's business (ERR-02).
    #[error("too many wrong passwords")]
    TooMany {
        /// Until there is room again.
        wait: Duration,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    id: Option<UserId>,
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    auth_epoch: Option<i32>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    password_hash: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Bool>)]
    active: Option<bool>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    role: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    two_factor_method: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    proven_phone: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    locale: Option<String>,
    #[diesel(sql_type = t::Bool)]
    trusted: bool,
    #[diesel(sql_type = t::Array<t::Text>)]
    keys: Vec<String>,
    #[diesel(sql_type = t::Array<t::Text>)]
    charged: Vec<String>,
    #[diesel(sql_type = t::Array<t::Text>)]
    addresses: Vec<String>,
    #[diesel(sql_type = t::Array<t::Text>)]
    charged_addresses: Vec<String>,
    #[diesel(sql_type = t::Nullable<t::Integer>)]
    wrong: Option<i32>,
    #[diesel(sql_type = t::Timestamptz)]
    moment: DateTime<Utc>,
}

/// Pays for one try under every count that it falls under, and finds the account: one statement, committed before
/// anything is compared. Known and unknown identifiers cause the same writes.
///
/// # Errors
/// [`NotCharged::TooMany`] costs nothing.
pub fn charge(conn: &mut PgConnection, rests: Rests, attempt: &Try) -> Result<Charged, NotCharged> {
    let (email, phone) = match &attempt.identifier {
        Identifier::Email(email) => (Some(email.as_str().to_owned()), None),
        Identifier::Phone(phone) => (None, Some(phone.e164().to_owned())),
    };
    let AddressKeys { address, block } = attempt.address.keys();
    let (users, tokens): (Vec<UserId>, Vec<Vec<u8>>) = attempt.known.iter().cloned().unzip();
    let row: Row = statement(
        "WITH account AS (
             SELECT * FROM (
                 SELECT * FROM users WHERE email = $1
                 UNION ALL
                 SELECT * FROM users WHERE phone_number = $2 AND phone_verified_at IS NOT NULL
             ) AS found WHERE coalesce(deletion_due_at, 'infinity') > now()
         ), known AS (
             SELECT k.token_hash FROM account JOIN unnest($3, $4) AS k (user_id, token_hash) ON k.user_id = account.id LIMIT 1
         ), keys AS (
             SELECT 'browser:' || encode(token_hash, 'hex') AS key FROM known
             UNION ALL
             SELECT key FROM unnest(ARRAY[
                 'identifier:' || encode($5, 'hex'),
                 'account:' || coalesce((SELECT id::text FROM account), encode($5, 'hex'))
             ]) AS key WHERE NOT EXISTS (SELECT FROM known)
         ), addresses AS (
             SELECT address, most FROM (VALUES ($6, $8), ($7, 4 * $8)) AS a (address, most)
             WHERE address IS NOT NULL AND NOT EXISTS (SELECT FROM known)
         ), by_address AS (
             INSERT INTO address_guesses AS a (address, guessed_at, last_at)
             SELECT address, ARRAY[now()], now() FROM addresses ORDER BY address
             ON CONFLICT (address) DO UPDATE SET last_at = now(), guessed_at = array_append(array(
                 SELECT moment FROM unnest(a.guessed_at) AS moment
                 WHERE moment > clock_timestamp() - make_interval(secs => $9)), now())
             WHERE (SELECT count(*) FROM unnest(a.guessed_at) AS moment
                    WHERE moment > clock_timestamp() - make_interval(secs => $9))
                 < CASE WHEN a.address = $7 THEN 4 * $8 ELSE $8 END
             RETURNING address
         ), by_key AS (
             INSERT INTO password_guesses AS g (key, wrong, rests_until)
             SELECT key, 1, clock_timestamp() FROM keys ORDER BY key
             ON CONFLICT (key) DO UPDATE SET (wrong, rests_until) = (
                 SELECT now_wrong, clock_timestamp() + CASE WHEN now_wrong < $10 THEN interval '0'
                     ELSE make_interval(secs => least($11 * 2 ^ least(now_wrong - $10, 20), $12)) END
                 FROM (SELECT CASE WHEN g.rests_until < clock_timestamp() - make_interval(secs => $9) THEN 1
                     ELSE g.wrong + 1 END AS now_wrong) AS n)
             WHERE g.rests_until <= clock_timestamp()
             RETURNING key, wrong
         )
         SELECT a.id, a.auth_epoch, a.password_hash, a.status = 'active' AND a.password_reset_required_at IS NULL AS active, a.role, a.two_factor_method,
             CASE WHEN a.phone_verified_at IS NOT NULL THEN a.phone_number END AS proven_phone, a.locale,
             EXISTS (SELECT FROM trusted_devices AS d JOIN known ON d.token_hash = known.token_hash
                     WHERE d.user_id = a.id AND d.auth_epoch = a.auth_epoch AND d.expires_at > now()
                         AND a.role <> 'administrator') AS trusted,
             array(SELECT key FROM keys) AS keys, array(SELECT key FROM by_key) AS charged,
             array(SELECT address FROM addresses) AS addresses, array(SELECT address FROM by_address) AS charged_addresses,
             (SELECT wrong FROM by_key WHERE key LIKE 'account:%') AS wrong, now() AS moment
         FROM (SELECT 1) AS one LEFT JOIN account AS a ON true",
    )
    .bind::<t::Nullable<t::Text>, _>(email)
    .bind::<t::Nullable<t::Text>, _>(phone)
    .bind::<t::Array<t::Uuid>, _>(users)
    .bind::<t::Array<t::Binary>, _>(tokens)
    .bind::<t::Binary, _>(attempt.identifier_key.to_vec())
    .bind::<t::Text, _>(address)
    .bind::<t::Nullable<t::Text>, _>(block)
    .bind::<t::BigInt, _>(BY_ADDRESS)
    .bind::<t::Double, _>(QUIET.as_secs_f64())
    .bind::<t::Integer, _>(i32::from(rests.free))
    .bind::<t::Double, _>(FIRST_WAIT.as_secs_f64())
    .bind::<t::Double, _>(rests.longest.as_secs_f64())
    .get_result(conn)
    .map_err(DbError::from)?;

    let is_charged = |kind: &str| row.charged.iter().any(|key| key.starts_with(kind));
    let visible = is_charged("browser:") || is_charged("identifier:");
    let receipt = Receipt { keys: row.charged.clone(), addresses: row.charged_addresses.clone(), moment: row.moment };
    if !visible || row.charged_addresses.len() < row.addresses.len() {
        give_back(conn, &receipt).map_err(DbError::from)?;
        return Err(NotCharged::TooMany { wait: wait_for(conn, &row.keys, &row.addresses)? });
    }
    let may_compare = is_charged("browser:") || is_charged("account:");
    let wrong_before = row.wrong.map_or(0, |wrong| wrong - 1);
    Ok(Charged { account: Found::of(row)?, may_compare, wrong_before, receipt })
}

impl Found {
    fn of(row: Row) -> Result<Option<Self>, DbError> {
        let Some(id) = row.id else { return Ok(None) };
        let malformed = || DbError::Fault(format!("users {id}: a stored value is malformed"));
        Ok(Some(Self {
            user: UserEpoch { id, auth_epoch: row.auth_epoch.ok_or_else(malformed)? },
            password_hash: PasswordHash::from_stored(row.password_hash.ok_or_else(malformed)?),
            active: row.active.ok_or_else(malformed)?,
            role: row.role.as_deref().and_then(Role::from_stored).ok_or_else(malformed)?,
            two_factor: row.two_factor_method.as_deref().and_then(Method::from_stored),
            phone: row.proven_phone.map(PhoneNumber::from_stored),
            locale: row.locale.ok_or_else(malformed)?,
            trusted: row.trusted,
        }))
    }
}

/// Takes a charge back for which nothing was compared.
fn give_back(conn: &mut PgConnection, receipt: &Receipt) -> QueryResult<usize> {
    statement(
        "WITH by_address AS (
             UPDATE address_guesses SET guessed_at = array_remove(guessed_at, $3) WHERE address = ANY ($2)
         )
         UPDATE password_guesses SET wrong = greatest(wrong - 1, 0), rests_until = clock_timestamp() WHERE key = ANY ($1)",
    )
    .bind::<t::Array<t::Text>, _>(receipt.keys.clone())
    .bind::<t::Array<t::Text>, _>(receipt.addresses.clone())
    .bind::<t::Timestamptz, _>(receipt.moment)
    .execute(conn)
}

fn wait_for(conn: &mut PgConnection, keys: &[String], addresses: &[String]) -> Result<Duration, DbError> {
    #[derive(QueryableByName)]
    struct Wait {
        #[diesel(sql_type = t::Double)]
        wait: f64,
    }
    let Wait { wait } = statement(
        "SELECT coalesce(greatest(
             (SELECT extract(epoch FROM max(rests_until) - clock_timestamp()) FROM password_guesses
              WHERE key = ANY ($1) AND key NOT LIKE 'account:%'),
             (SELECT extract(epoch FROM min(moment) - clock_timestamp()) + $3 FROM address_guesses, unnest(guessed_at) AS moment
              WHERE address = ANY ($2) AND cardinality(guessed_at) >= $4
                  AND moment > clock_timestamp() - make_interval(secs => $3)), 0), 0)::float8 AS wait",
    )
    .bind::<t::Array<t::Text>, _>(keys.to_vec())
    .bind::<t::Array<t::Text>, _>(addresses.to_vec())
    .bind::<t::Double, _>(QUIET.as_secs_f64())
    .bind::<t::BigInt, _>(BY_ADDRESS)
    .get_result(conn)?;
    Ok(Duration::from_secs_f64(wait.max(1.0)))
}

/// Forgets the wrong passwords after a right one. What others did from the same address stays counted.
pub fn settle(conn: &mut PgConnection, receipt: &Receipt) -> Result<(), DbError> {
    statement(
        "WITH by_address AS (
             UPDATE address_guesses SET guessed_at = array_remove(guessed_at, $3) WHERE address = ANY ($2)
         )
         DELETE FROM password_guesses WHERE key = ANY ($1)",
    )
    .bind::<t::Array<t::Text>, _>(receipt.keys.clone())
    .bind::<t::Array<t::Text>, _>(receipt.addresses.clone())
    .bind::<t::Timestamptz, _>(receipt.moment)
    .execute(conn)?;
    Ok(())
}

/// Pays for one confirmation by somebody who is signed in to the account, and finds the password to compare with.
///
/// # Errors
/// [`NotCharged::TooMany`] costs nothing.
pub fn charge_confirmation(
    conn: &mut PgConnection,
    rests: Rests,
    user: UserId,
) -> Result<(PasswordHash, Receipt), NotCharged> {
    #[derive(QueryableByName)]
    struct Confirming {
        #[diesel(sql_type = t::Text)]
        password_hash: String,
        #[diesel(sql_type = t::Nullable<t::Text>)]
        charged: Option<String>,
        #[diesel(sql_type = t::Timestamptz)]
        moment: DateTime<Utc>,
    }
    let row: Confirming = statement(
        "WITH by_key AS (
             INSERT INTO password_guesses AS g (key, wrong, rests_until) VALUES ('confirmation:' || $1::text, 1, clock_timestamp())
             ON CONFLICT (key) DO UPDATE SET (wrong, rests_until) = (
                 SELECT now_wrong, clock_timestamp() + CASE WHEN now_wrong < $2 THEN interval '0'
                     ELSE make_interval(secs => least($3 * 2 ^ least(now_wrong - $2, 20), $5)) END
                 FROM (SELECT CASE WHEN g.rests_until < clock_timestamp() - make_interval(secs => $4) THEN 1
                     ELSE g.wrong + 1 END AS now_wrong) AS n)
             WHERE g.rests_until <= clock_timestamp()
             RETURNING key
         )
         SELECT password_hash, (SELECT key FROM by_key) AS charged, now() AS moment FROM users WHERE id = $1",
    )
    .bind::<t::Uuid, _>(user)
    .bind::<t::Integer, _>(i32::from(rests.free))
    .bind::<t::Double, _>(FIRST_WAIT.as_secs_f64())
    .bind::<t::Double, _>(QUIET.as_secs_f64())
    .bind::<t::Double, _>(rests.longest.as_secs_f64())
    .get_result(conn)
    .map_err(DbError::from)?;
    match row.charged {
        Some(key) => {
            let receipt = Receipt { keys: vec![key], addresses: Vec::new(), moment: row.moment };
            Ok((PasswordHash::from_stored(row.password_hash), receipt))
        }
        None => Err(NotCharged::TooMany { wait: wait_for(conn, &[format!("confirmation:{user}")], &[])? }),
    }
}

/// The keys under which what an account is signed in with is counted.
pub fn identifier_keys(ring: &KeyRing, email: Option<&EmailAddress>, phone: Option<&PhoneNumber>) -> Vec<[u8; 32]> {
    let identifiers = [email.map(EmailAddress::as_str), phone.map(PhoneNumber::e164)];
    identifiers.into_iter().flatten().map(|identifier| mac::lookup_key(ring, &[identifier.as_bytes()])).collect()
}

/// Forgets all wrong passwords for an account and for what it is signed in with: its password is another now.
pub fn forget(conn: &mut PgConnection, user: UserId, identifiers: &[[u8; 32]]) -> Result<(), DbError> {
    statement(
        "DELETE FROM password_guesses WHERE key = ANY (ARRAY['account:' || $1::text, 'confirmation:' || $1::text]
             || ARRAY(SELECT 'identifier:' || encode(identifier, 'hex') FROM unnest($2) AS identifier))",
    )
    .bind::<t::Uuid, _>(user)
    .bind::<t::Array<t::Binary>, _>(identifiers.iter().map(|key| key.to_vec()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}

/// How many wrong passwords there were of late from browsers that the account did not know, whether there is such an
/// account or not.
pub fn count_recent(conn: &mut PgConnection, within: Duration) -> Result<i64, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::BigInt)]
        wrong: i64,
    }
    // A /48 counts what its addresses count already.
    let Row { wrong } = statement(
        "SELECT count(*) AS wrong FROM address_guesses, unnest(guessed_at) AS moment
         WHERE last_at > now() - make_interval(secs => $1) AND moment > now() - make_interval(secs => $1)
             AND address NOT LIKE '%/48'",
    )
    .bind::<t::Double, _>(within.as_secs_f64())
    .get_result(conn)?;
    Ok(wrong)
}

/// Removes what counts no more, for housekeeping.
pub fn remove_expired(conn: &mut PgConnection) -> Result<usize, DbError> {
    let quiet = batch_of!("password_guesses", "rests_until < now() - make_interval(secs => $2)");
    let by_address = batch_of!("address_guesses", "last_at < now() - make_interval(secs => $2)");
    let quiet = quiet.bind::<t::Double, _>(QUIET.as_secs_f64()).execute(conn)?;
    Ok(quiet + by_address.bind::<t::Double, _>(QUIET.as_secs_f64()).execute(conn)?)
}
