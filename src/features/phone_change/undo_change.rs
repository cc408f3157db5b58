//! The code from the number before: it becomes the account's again.

use diesel::PgConnection;

use crate::{
    db::{self, DbError},
    features::{
        action_codes::{self, Act, Found},
        activity::{self, Event, Origin},
        messages::notices,
        phone_verifications::VerifiedPhone,
        users,
    },
    sms::NoticeKind,
};

/// Why the number did not come back.
#[derive(Debug, thiserror::Error)]
pub enum NotUndone {
    /// The code was used at this very moment, or the account is disabled or gone.
    #[error("the code works no more")]
    Over,
    /// Another account has proven the number meanwhile. The code stays what it was.
    #[error("the number belongs to another account")]
    Taken,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Uses the code up and puts the number back that it was sent to. Raising the epoch ends all sessions and trusted devices.
///
/// # Errors
/// [`NotUndone`]; then everything is as before.
pub fn undo_change(conn: &mut PgConnection, found: &Found, origin: &Origin) -> Result<(), NotUndone> {
    db::transaction(conn, |conn| {
        let before = users::store::lock_active(conn, found.user)?.ok_or(NotUndone::Over)?;
        if !action_codes::store::consume(conn, found.id)? {
            return Err(NotUndone::Over);
        }
        let phone = VerifiedPhone::proven_earlier(found.phone.clone());
        // The account is held and its epoch known, so another owner of the number is all that can be in the way.
        users::store::change_number(conn, before.user, &phone)?.ok_or(NotUndone::Taken)?;
        action_codes::store::revoke_since(conn, found.user, Act::UndoPhoneChange, found.id)?;
        activity::record(conn, found.user, Event::PhoneRestored, Some(origin))?;
        notices::notify(conn, &before.at(found.phone.clone()), NoticeKind::PhoneRestored)?;
        if let Some(newer) = before.owner().filter(|newer| newer.phone != found.phone) {
            notices::notify(conn, &newer, NoticeKind::PhoneRestored)?;
        }
        Ok(())
    })
}
