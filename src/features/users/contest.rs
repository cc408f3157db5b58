//! Taking a number from the account that has it.

use diesel::PgConnection;

use super::store;
use crate::{
    db::DbError,
    domain::ids::UserId,
    features::{
        action_codes::{self, Act},
        activity::{self, Event},
        messages::notices::{self, Recipient},
        phone_verifications::VerifiedPhone,
    },
    sms::NoticeKind,
};

/// Takes a number that somebody else has proven from the account that has it. The account keeps everything else. Its owner
/// reads of it on the account's pages and at every number that the account left a few days ago; never at this one, whose
/// phone somebody else holds. Answers whose the number was.
///
/// # Errors
/// The database's.
pub fn contest(conn: &mut PgConnection, phone: &VerifiedPhone) -> Result<Option<UserId>, DbError> {
    let Some((user, locale)) = store::contest_number(conn, phone.number())? else { return Ok(None) };
    activity::record(conn, user, Event::NumberContested, None)?;
    for other in action_codes::store::list_phones(conn, user, Act::UndoPhoneChange)? {
        if other != *phone.number() {
            let owner = Recipient { user, phone: other, locale: locale.clone() };
            notices::notify(conn, &owner, NoticeKind::NumberContested)?;
        }
    }
    Ok(Some(user))
}
