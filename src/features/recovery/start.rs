//! Starting a recovery: whoever runs the service has checked the person.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::PgConnection;

use super::{Grounds, LIFETIME, Owner, WAIT, cancel, store};
use crate::{
    db::{self, DbError},
    domain::{
        ids::{RecoveryId, UserId},
        phone_number::PhoneNumber,
    },
    features::{
        action_codes::{self, Act, NewCode},
        activity::{self, Event},
        countries::{self, Class},
        messages::notices,
        users,
    },
    sms::NoticeKind,
};

/// Days for which an account that is to be deleted is kept: until the code is over, and one more.
const KEPT_DAYS: i32 = 11;

/// A recovery that has begun to wait.
#[derive(Debug)]
pub struct Started {
    /// The row.
    pub id: RecoveryId,
    /// When the code leaves.
    pub opens_at: DateTime<Utc>,
    /// When it is over.
    pub expires_at: DateTime<Utc>,
    /// Who has been told.
    pub told: Vec<PhoneNumber>,
    /// Whether it took the place of another.
    pub replaced: bool,
}

/// Why a recovery was not started.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// Somebody has decided that nobody is to get in.
    #[error("the account is disabled")]
    Disabled,
    /// The code would never leave.
    #[error("no texts go to the country of that number; country_policies says so")]
    CountryClosed,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Starts one, in the place of any before, and tells every number.
///
/// # Errors
/// [`NotStarted`]; then everything is as before.
pub fn start(
    conn: &mut PgConnection,
    user: UserId,
    phone: &PhoneNumber,
    grounds: &Grounds,
) -> Result<Started, NotStarted> {
    db::transaction(conn, |conn| {
        if !countries::policy_for(conn, phone)?.allows(Class::Proven) {
            return Err(NotStarted::CountryClosed);
        }
        store::lock_turn(conn, user)?;
        // The recovery, its code, the account: in this order, as whoever finishes one does.
        let replaced = cancel::end(conn, user, grounds)?;
        let owner = match store::lock_account(conn, user)? {
            Some((owner, true)) => owner,
            Some((_, false)) => return Err(NotStarted::Disabled),
            None => return Err(NotStarted::NoAccount),
        };
        let finishing = NewCode { user, act: Act::Recover, phone, opens_in: WAIT, lifetime: LIFETIME };
        let code = action_codes::store::insert(conn, &finishing)?;
        let row = store::insert(conn, user, code, grounds)?;
        users::store::put_off_deletion(conn, user, KEPT_DAYS)?;
        activity::record(conn, user, Event::RecoveryStarted, None)?;
        let told = tell(conn, &owner, phone)?;
        notices::notify_with_code(conn, &owner.at(phone.clone()), NoticeKind::RecoveryCode, code, WAIT)?;
        Ok(Started { id: row.id, opens_at: row.opens_at, expires_at: row.expires_at, told, replaced })
    })
}

/// Tells the account's number, those that it left a few days ago and the one that is to come, each with a code that stops
/// it. Answers whom it could tell: no text goes to a closed country.
fn tell(conn: &mut PgConnection, owner: &Owner, phone: &PhoneNumber) -> Result<Vec<PhoneNumber>, DbError> {
    let user = owner.user.id;
    let mut told = Vec::new();
    for phone in numbers(conn, owner, phone)? {
        let stopping = NewCode {
            user,
            act: Act::StopRecovery,
            phone: &phone,
            opens_in: Duration::ZERO,
            lifetime: WAIT + LIFETIME,
        };
        let code = action_codes::store::insert(conn, &stopping)?;
        let to = owner.at(phone.clone());
        if notices::notify_with_code(conn, &to, NoticeKind::RecoveryStarted, code, Duration::ZERO)? {
            told.push(phone);
        }
    }
    Ok(told)
}

/// Every number that a recovery concerns, each once, in one order for all: each is a lock.
pub(super) fn numbers(
    conn: &mut PgConnection,
    owner: &Owner,
    phone: &PhoneNumber,
) -> Result<Vec<PhoneNumber>, DbError> {
    let mut numbers = action_codes::store::list_phones(conn, owner.user.id, Act::UndoPhoneChange)?;
    numbers.push(phone.clone());
    numbers.extend(owner.phone.clone().filter(|_| owner.phone_proven));
    numbers.sort_by(|one, other| one.e164().cmp(other.e164()));
    numbers.dedup();
    Ok(numbers)
}
