//! The present password compared, the new one rated and hashed, and put in its place.

use diesel::PgConnection;

use crate::{
    app::App,
    crypto::{
        hasher::{Busy, HashFailed, PasswordHash, Verified},
        token::{NoRandomness, Token},
    },
    db::{self, DbError},
    domain::{
        ids::SessionId,
        password::{Password, TypedPassword},
    },
    features::{
        activity::{self, Event, Origin},
        messages::notices,
        passwords::{
            self, PersonalWords, TooEasy,
            guesses::{self, NotCharged},
        },
        sessions::{self, StartFailed},
        users::{self, Account},
    },
    sms::NoticeKind,
};

/// Somebody who is signed in and changes the password.
#[derive(Clone)]
pub struct Changing {
    /// The account.
    pub account: Account,
    /// The session that goes on.
    pub session: SessionId,
    /// What was typed as the present password.
    pub current: TypedPassword,
    /// The new one.
    pub new: Password,
    /// Who it is, for the owner to read.
    pub origin: Origin,
}

/// Why the password is as before.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// The present one is wrong, and paid for.
    #[error("wrong password")]
    Wrong,
    /// The new one is easy to guess.
    #[error("too easy")]
    TooEasy(TooEasy),
    /// Another tab or browser was faster: the account is not as this one saw it.
    #[error("overtaken")]
    Overtaken,
    /// A limit is reached.
    #[error(transparent)]
    NotCharged(#[from] NotCharged),
    /// Too many hashes are under way.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of ours.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// The operating system gave no token.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<DbError> for NotChanged {
    fn from(error: DbError) -> Self {
        Self::NotCharged(error.into())
    }
}

impl From<StartFailed> for NotChanged {
    fn from(error: StartFailed) -> Self {
        match error {
            StartFailed::Changed => Self::Overtaken,
            StartFailed::NoRandomness(error) => error.into(),
            StartFailed::Db(error) => error.into(),
        }
    }
}

/// Changes it. Of several at once one wins; one that wanted the same in the same browser is told that it is done.
///
/// # Errors
/// [`NotChanged`]. What was compared is paid for.
pub async fn change_password(app: &App, changing: Changing) -> Result<Token, NotChanged> {
    let Account { id: user, email, number, .. } = changing.account.clone();
    let rests = app.settings.current().rests();
    let (stored, receipt) = app.db.run(move |conn| guesses::charge_confirmation(conn, rests, user)).await?;
    let hash = match hash(app, &changing, stored).await {
        Err(NotChanged::Wrong) => return repeated(app, changing, NotChanged::Wrong).await,
        Err(NotChanged::TooEasy(verdict)) => {
            app.db.run(move |conn| guesses::settle(conn, &receipt)).await?;
            return Err(NotChanged::TooEasy(verdict));
        }
        hashed => hashed?,
    };
    let phone = number.map(|number| number.phone);
    let identifiers = guesses::identifier_keys(&app.keys.throttle_key, email.as_ref(), phone.as_ref());
    let replacing = changing.clone();
    match app.db.run(move |conn| replace(conn, &replacing, &hash, &identifiers)).await {
        Err(NotChanged::Overtaken) => repeated(app, changing, NotChanged::Overtaken).await,
        replaced => replaced,
    }
}

/// The new password's hash, if the present one was right and the new one is not easy to guess: one turn at the hasher.
async fn hash(app: &App, changing: &Changing, stored: PasswordHash) -> Result<PasswordHash, NotChanged> {
    let Changing { account, current, new, .. } = changing.clone();
    let phone = account.number.as_ref().map(|number| &number.phone);
    let about = PersonalWords::new(account.full_name.as_ref(), account.email.as_ref(), phone);
    let hashed = app.hasher.run(move |slot| {
        if matches!(slot.verify(&current, &stored)?, Verified::No) {
            return Err(NotChanged::Wrong);
        }
        passwords::rate(&new, &about).map_err(NotChanged::TooEasy)?;
        Ok(slot.hash(&new)?)
    });
    hashed.await?
}

fn replace(
    conn: &mut PgConnection,
    changing: &Changing,
    hash: &PasswordHash,
    identifiers: &[[u8; 32]],
) -> Result<Token, NotChanged> {
    let Changing { account, session, origin, .. } = changing;
    db::transaction(conn, |conn| {
        let raised = users::store::set_password(conn, account.epoch(), hash)?;
        let user = raised.ok_or(NotChanged::Overtaken)?;
        guesses::forget(conn, user.id, identifiers)?;
        activity::record(conn, user.id, Event::PasswordChanged, Some(origin))?;
        let token = sessions::confirm(conn, *session, user)?;
        for owner in account.owner_everywhere(conn)? {
            notices::notify(conn, &owner, NoticeKind::PasswordChanged)?;
        }
        Ok(token)
    })
}

/// Whether this very session has changed the password to the same one a moment ago, as the second press of a double click
/// finds it. Browsers forget what answers the first press, so the session gets a token once more.
async fn repeated(app: &App, changing: Changing, refused: NotChanged) -> Result<Token, NotChanged> {
    let Changing { account, session, new, origin, .. } = changing;
    let (before, user) = (account.epoch(), account.id);
    let Some(now) = app.db.run(move |conn| sessions::store::find_renewed(conn, session, before)).await? else {
        if matches!(refused, NotChanged::Wrong) {
            app.db.run(move |conn| activity::record(conn, user, Event::PasswordWrong, Some(&origin))).await?;
        }
        return Err(refused);
    };
    // Another comparison, so another charge.
    let rests = app.settings.current().rests();
    let (stored, receipt) = app.db.run(move |conn| guesses::charge_confirmation(conn, rests, user)).await?;
    let is_done = app.hasher.run(move |slot| slot.verify(&new.to_typed(), &stored)).await??;
    if matches!(is_done, Verified::No) {
        return Err(NotChanged::Overtaken);
    }
    let renewed = app.db.run(move |conn| {
        let token = sessions::confirm(conn, session, now)?;
        guesses::settle(conn, &receipt)?;
        Ok(token)
    });
    renewed.await
}
