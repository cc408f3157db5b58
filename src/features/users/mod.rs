//! The row for both roles.
//!
//! - One proven number belongs to one account, whatever its role; so does one email address.
//! - Whoever proves a number that has an account gets no right over that account. The number can be moved away from
//!   it: then it is *contested* there, and the account keeps everything but the use of the number.

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use crate::domain::{
    email_address::EmailAddress, full_name::FullName, ids::UserId, phone_number::PhoneNumber, role::Role,
};
use crate::{
    crypto::hasher::PasswordHash,
    db::DbError,
    features::{
        action_codes::{self, Act},
        messages::notices::Recipient,
        phone_verifications::VerifiedPhone,
        two_factor::Method,
    },
};

pub mod administrators;
mod contest;
pub mod store;

pub use contest::contest;

/// What a new account is made of. The number is a proven one by type.
pub struct NewUser {
    /// Sponsor or maid; cannot be changed.
    pub role: Role,
    /// As the person writes it; goes to the profile of the role.
    pub full_name: FullName,
    /// Optional for maids.
    pub email: Option<EmailAddress>,
    /// Proven.
    pub phone: VerifiedPhone,
    /// Argon2id.
    pub password_hash: PasswordHash,
    /// Language of pages and texts, BCP 47.
    pub locale: String,
    /// When the terms were accepted.
    pub terms_accepted_at: DateTime<Utc>,
}

/// Why an account could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The number is proven for another account.
    Number,
    /// The email address belongs to another account.
    Email,
}

/// An account as its owner's pages show it. Loaded with the session, in the same query.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account.
    pub id: UserId,
    /// Raised by every change that must end what was granted before.
    pub auth_epoch: i32,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// As the person writes it. Administrators have no profile.
    pub full_name: Option<FullName>,
    /// Optional for maids.
    pub email: Option<EmailAddress>,
    /// Language of pages and texts, BCP 47.
    pub locale: String,
    /// The account's number. Only administrators can be without one.
    pub number: Option<Number>,
    /// How it asks for a second factor; none when it does not.
    pub two_factor: Option<Method>,
    /// Backup codes that are not used yet.
    pub backup_codes_left: i64,
    /// When it will be deleted, if its owner has asked for that.
    pub deletion_due_at: Option<DateTime<Utc>>,
}

impl Account {
    /// The account with the epoch that it was loaded with.
    pub fn epoch(&self) -> UserEpoch {
        UserEpoch { id: self.id, auth_epoch: self.auth_epoch }
    }

    /// The number, while it is proven for this account.
    pub fn proven_phone(&self) -> Option<&PhoneNumber> {
        self.number.as_ref().filter(|number| !number.contested).map(|number| &number.phone)
    }

    /// Whether somebody else has proven the number since: then it opens this account no more.
    pub fn is_contested(&self) -> bool {
        self.number.as_ref().is_some_and(|number| number.contested)
    }

    /// Who is told what happens to the account.
    pub fn owner(&self) -> Option<Recipient> {
        let phone = self.proven_phone()?.clone();
        Some(Recipient { user: self.id, phone, locale: self.locale.clone() })
    }

    /// The owner at every number at which they hear what happens; see [`numbers`].
    ///
    /// # Errors
    /// The database's.
    pub fn owner_everywhere(&self, conn: &mut PgConnection) -> Result<Vec<Recipient>, DbError> {
        let at = |phone| Recipient { user: self.id, phone, locale: self.locale.clone() };
        Ok(numbers(conn, self.id, self.proven_phone())?.into_iter().map(at).collect())
    }

    /// What the person signs in with, for password managers and lists of backup codes: the email address, or else the
    /// number.
    pub fn identifier(&self) -> String {
        let email = self.email.as_ref().map(EmailAddress::as_str);
        let number = self.number.as_ref().map(|number| number.phone.e164());
        email.or(number).unwrap_or_default().to_owned()
    }
}

/// An account's number, as its owner's pages show it.
#[derive(Debug, Clone)]
pub struct Number {
    /// The number.
    pub phone: PhoneNumber,
    /// When it was proven, or when it was contested.
    pub since: DateTime<Utc>,
    /// Whether somebody else has proven it since: then it opens this account no more.
    pub contested: bool,
}

/// The numbers at which an owner hears what happens: the account's proven one, and those that it left within 7 days. Of
/// these none that has another owner by now.
///
/// # Errors
/// The database's.
pub fn numbers(
    conn: &mut PgConnection,
    user: UserId,
    proven: Option<&PhoneNumber>,
) -> Result<Vec<PhoneNumber>, DbError> {
    let mut numbers: Vec<PhoneNumber> = proven.cloned().into_iter().collect();
    for left in action_codes::store::list_phones(conn, user, Act::UndoPhoneChange)? {
        if Some(&left) != proven && !store::owns_number(conn, &left)? {
            numbers.push(left);
        }
    }
    Ok(numbers)
}

/// An account that has a number, or had it.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The account.
    pub id: UserId,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// When somebody else proved the number, if somebody has.
    pub contested_at: Option<DateTime<Utc>>,
}

/// An account as it stands while its row is held until the transaction ends. Being contested raises no epoch, so whoever
/// tells or changes its number looks here.
pub struct Held {
    /// The account.
    pub user: UserEpoch,
    /// Its number, while it is proven for this account; else it is contested, or there is none.
    pub phone: Option<PhoneNumber>,
    /// Language of texts.
    pub locale: String,
}

impl Held {
    /// Who is told what happens to the account, while the number is proven for it.
    pub fn owner(&self) -> Option<Recipient> {
        self.phone.clone().map(|phone| self.at(phone))
    }

    /// The same at another number of theirs.
    pub fn at(&self, phone: PhoneNumber) -> Recipient {
        Recipient { user: self.user.id, phone, locale: self.locale.clone() }
    }
}

/// An account as it stands while its row is held until the transaction ends, for whoever acts on it from the administration.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The account.
    pub user: UserEpoch,
    /// Sponsor, maid or administrator.
    pub role: Role,
    /// Whether it is not disabled.
    pub active: bool,
    /// Whether its password opens nothing until another is set.
    pub owes_a_password: bool,
    /// How it asks for a second factor.
    pub two_factor: Option<Method>,
    /// Backup codes that are not used yet.
    pub backup_codes_left: i64,
    /// Its number, while it is proven for this account.
    pub phone: Option<PhoneNumber>,
    /// Language of texts.
    pub locale: String,
}

impl Standing {
    /// The owner at every number at which they hear what happens; see [`numbers`].
    ///
    /// # Errors
    /// The database's.
    pub fn owner_everywhere(&self, conn: &mut PgConnection) -> Result<Vec<Recipient>, DbError> {
        let numbers = numbers(conn, self.user.id, self.phone.as_ref())?;
        Ok(numbers.into_iter().map(|phone| self.at(phone)).collect())
    }

    /// The owner at one number.
    pub fn at(&self, phone: PhoneNumber) -> Recipient {
        Recipient { user: self.user.id, phone, locale: self.locale.clone() }
    }
}

/// An account and the epoch that everything granted to it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserEpoch {
    /// The account.
    pub id: UserId,
    /// Raised by every change that must end what was granted before.
    pub auth_epoch: i32,
}
