//! The right code: whose number it is, and what else is needed.

use std::time::Duration;

use diesel::PgConnection;

use super::{
    Owner, Stage,
    needs::{self, Needs},
    store,
};
use crate::{
    db::{self, DbError},
    domain::{client_address::ClientAddress, ids::PasswordResetId, phone_number::PhoneNumber},
    features::{
        action_codes::{self, Act, NewCode},
        activity::{self, Event, Origin},
        messages::notices,
        phone_verifications::{self, CodeRefused, Compared},
        users,
    },
    sms::NoticeKind,
};

/// Uses the code up and finds out what a new password needs besides. None, and the reset is over, where no account has had
/// the number since before it began: the number has come to somebody meanwhile, or was taken away, or somebody has guessed
/// the code of a decoy.
///
/// # Errors
/// [`CodeRefused::Expired`] when the code was used or replaced since it was compared.
pub fn prove_phone(
    conn: &mut PgConnection,
    id: PasswordResetId,
    compared: Compared,
    from: ClientAddress,
    origin: &Origin,
) -> Result<Option<Needs>, CodeRefused> {
    db::transaction(conn, |conn| {
        let begun = store::lock(conn, id)?.filter(|begun| matches!(begun.stage, Stage::Code));
        let begun = begun.ok_or(CodeRefused::Expired)?;
        let Some(owner) = store::lock_owner(conn, id)? else {
            store::end(conn, id)?;
            return Ok(None);
        };
        phone_verifications::consume(conn, compared, &from.keys().address)?;
        let needs = needs::decide(&owner.facts, owner.now);
        store::mark_proven(conn, id, owner.user, needs == Needs::Nothing)?;
        if let Needs::Wait { begins: true, .. } = needs {
            begin_wait(conn, &owner, &begun.phone, origin)?;
        }
        Ok(Some(needs))
    })
}

/// Tells the owner at every number there is, each with a code that stops it.
fn begin_wait(conn: &mut PgConnection, owner: &Owner, phone: &PhoneNumber, origin: &Origin) -> Result<(), DbError> {
    let user = owner.user;
    store::begin_wait(conn, user, needs::is_disputed(&owner.facts, owner.now))?;
    activity::record(conn, user.id, Event::ResetWaits, Some(origin))?;
    for phone in users::numbers(conn, user.id, Some(phone))? {
        let new = NewCode {
            user: user.id,
            act: Act::StopReset,
            phone: &phone,
            opens_in: Duration::ZERO,
            lifetime: lifetime_of_objection(),
        };
        let code = action_codes::store::insert(conn, &new)?;
        notices::notify_with_code(conn, &owner.at(phone), NoticeKind::ResetWaits, code, Duration::ZERO)?;
    }
    Ok(())
}

fn lifetime_of_objection() -> Duration {
    (needs::WAIT + needs::WAITED_COUNTS).to_std().unwrap_or_default()
}
