//! Notices: texts without a code that tell owners what happened to their account (AUT-06, AUT-08).
//!
//! - A notice goes to a number that the account's owner has proven, and never to a contested one: somebody else holds
//!   that phone now. A recovery also tells the number that whoever runs the service was given.
//! - It has a quota of its own. What codes may be sent is not less for it, and no asking for codes uses it up.
//! - A number gets at most 10 in a day, and of each kind that an attempt sets off at most one. What surely was not sent
//!   does not count. What tells of a recovery leaves in any case: the wait is worth nothing if the owner does not hear,
//!   and all of it if the code does not come. So does what else whoever runs the service sets off, and nobody else can.
//! - Those with a code that stops or undoes something have 10 of their own: whoever is in an account could busy it with
//!   small changes first, and the owner would never get the code against the grave one.
//! - The quota is the cap as well: notices go to proven numbers only, each of which cost a code under the installation's
//!   cap to prove, so the bill for a day is never more than twenty texts for each account that there is. A cap of all
//!   notices together would let whoever busies many accounts silence those of one.

use std::time::Duration;

use diesel::PgConnection;

use super::{
    Kind,
    store::{self, NewNotice},
};
use crate::{
    db::{self, DbError},
    domain::{
        ids::{ActionCodeId, MessageId, UserId},
        phone_number::PhoneNumber,
    },
    features::countries::{self, Class},
    sms::NoticeKind,
};

/// Notices to one number in a day, those without a code together and those with one. Nobody changes so much in an account
/// in one day.
pub const NUMBER_PER_DAY: u16 = 10;

/// Who is told.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The account that it happened to.
    pub user: UserId,
    /// Proven by the account's owner and not contested; after a change of number also the one before, and for a recovery
    /// also the one that is to come.
    pub phone: PhoneNumber,
    /// Language, BCP 47.
    pub locale: String,
}

/// Queues a notice, unless the number has had its part for the day. Stands in the transaction of what it tells of, so
/// that both happen or neither.
///
/// It takes the number's lock, as the last lock of the transaction: after the rows of `users` and `sessions`, and after
/// a reservation where the same transaction has one. So two that tell one number wait for each other, and never in a
/// circle.
///
/// # Errors
/// Only the database's. A full quota is no error: what happened has happened, and the account's own pages tell of it.
pub fn notify(conn: &mut PgConnection, to: &Recipient, kind: NoticeKind) -> Result<(), DbError> {
    queue(conn, to, kind, None, Duration::ZERO).map(drop)
}

/// Queues a text that tells nothing but that texts arrive, and answers which one it is. None where the number gets none.
///
/// # Errors
/// Only the database's.
pub fn send_test(conn: &mut PgConnection, to: &Recipient) -> Result<Option<MessageId>, DbError> {
    db::transaction(conn, |conn| queue(conn, to, NoticeKind::Test, None, Duration::ZERO))
}

/// The same for a notice that carries a long code, and that may wait before it leaves. Whether it was queued.
///
/// # Errors
/// Only the database's.
pub fn notify_with_code(
    conn: &mut PgConnection,
    to: &Recipient,
    kind: NoticeKind,
    code: ActionCodeId,
    after: Duration,
) -> Result<bool, DbError> {
    queue(conn, to, kind, Some(code), after).map(|queued| queued.is_some())
}

fn queue(
    conn: &mut PgConnection,
    to: &Recipient,
    kind: NoticeKind,
    code: Option<ActionCodeId>,
    after: Duration,
) -> Result<Option<MessageId>, DbError> {
    if !countries::policy_for(conn, &to.phone)?.allows(Class::Proven) {
        log::warn!(
            "event=notice_not_queued user={} kind={} why=\"closed country\"",
            to.user,
            Kind::Notice(kind).as_str()
        );
        return Ok(None);
    }
    store::lock_notices(conn, &to.phone)?;
    let name = Kind::Notice(kind).as_str();
    let once = once_a_day(kind).then_some(name);
    if !always(kind) && store::notices_are_full(conn, &to.phone, NUMBER_PER_DAY, code.is_some(), once)? {
        log::warn!("event=notice_not_queued user={} kind={name} why=\"too many in a day\"", to.user);
        return Ok(None);
    }
    let message = MessageId::generate();
    store::insert_notice(conn, message, &NewNotice { to, kind: name, code, after })?;
    Ok(Some(message))
}

/// Whether an attempt alone sets it off, which can be repeated at will: then once a day says all there is to say.
fn once_a_day(kind: NoticeKind) -> bool {
    matches!(kind, NoticeKind::WrongCodes | NoticeKind::SecondFactorRests | NoticeKind::UnusualSignIn)
}

/// Whether it leaves however many went before.
fn always(kind: NoticeKind) -> bool {
    matches!(kind, NoticeKind::RecoveryStarted | NoticeKind::RecoveryCode) || kind.is_of_ours()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aut_06_what_attempts_set_off_is_told_once_a_day_and_every_change_is_told() {
        let once = NoticeKind::ALL.into_iter().filter(|kind| once_a_day(*kind));
        assert_eq!(
            once.collect::<Vec<_>>(),
            [NoticeKind::WrongCodes, NoticeKind::SecondFactorRests, NoticeKind::UnusualSignIn]
        );
    }
}
