//! The password: who it lets in, and who owes a second factor.

use std::time::Duration;

use diesel::PgConnection;

use super::store;
use crate::{
    app::App,
    crypto::{
        hasher::{Busy, HashFailed, Verified},
        token::{NoRandomness, Token},
    },
    db::{self, DbError},
    domain::{
        ids::{SignInId, UserId},
        password::TypedPassword,
    },
    features::{
        activity::{self, Event, Origin},
        messages::notices::{self, Recipient},
        passwords::guesses::{self, Charged, Found, NotCharged, Receipt, Try},
        sessions::{self, Proof, StartFailed},
        trusted_devices, users,
    },
    metrics::{self, SignIn},
    sms::NoticeKind,
    web::next::Next,
};

/// When a wrong password is written down: surely after the answer, which would be measurably later otherwise.
const AFTER_THE_ANSWER: Duration = Duration::from_millis(500);

/// Somebody at the door.
pub struct Entering {
    /// What is tried and counted.
    pub attempt: Try,
    /// The password.
    pub password: TypedPassword,
    /// Who it is, for the owner to read.
    pub origin: Origin,
    /// The session that this browser had before.
    pub replaces: Option<Token>,
    /// The page that the person wants.
    pub next: Next,
}

/// What a right password leads to.
pub enum Entered {
    /// A session.
    SignedIn {
        /// The account.
        user: UserId,
        /// The session's.
        session: Token,
        /// By which the browser is known from now on.
        device: Token,
    },
    /// The second step.
    Pending(SignInId),
}

impl Entered {
    fn counted(outcome: &Result<Self, NotEntered>) -> SignIn {
        match outcome {
            Ok(Self::SignedIn { .. }) => SignIn::SignedIn,
            Ok(Self::Pending(_)) => SignIn::SecondStep,
            Err(NotEntered::Wrong) => SignIn::Wrong,
            Err(NotEntered::NotCharged(NotCharged::TooMany { .. })) => SignIn::TooMany,
            Err(NotEntered::Busy(_)) => SignIn::Busy,
            Err(_) => SignIn::Fault,
        }
    }
}

/// Why nobody was let in.
#[derive(Debug, thiserror::Error)]
pub enum NotEntered {
    /// Unknown, wrong, disabled or counted out: all the same.
    #[error("wrong")]
    Wrong,
    /// A limit is reached.
    #[error(transparent)]
    NotCharged(#[from] NotCharged),
    /// Too many passwords are being hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of ours.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// No session could be started.
    #[error(transparent)]
    Start(#[from] StartFailed),
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl From<DbError> for NotEntered {
    fn from(error: DbError) -> Self {
        Self::NotCharged(error.into())
    }
}

/// Charges, compares, and lets in: one hash and three round trips where the password is all the account asks for.
///
/// # Errors
/// [`NotEntered`]. The try stays paid for unless a limit refused it.
pub async fn enter(app: &App, entering: Entering) -> Result<Entered, NotEntered> {
    let entered = enter_uncounted(app, entering).await;
    metrics::sign_in(Entered::counted(&entered));
    entered
}

async fn enter_uncounted(app: &App, entering: Entering) -> Result<Entered, NotEntered> {
    let Entering { attempt, password, origin, replaces, next } = entering;
    let rests = app.settings.current().rests();
    let (attempt, charged) = app
        .db
        .run(move |conn| {
            let charged = guesses::charge(conn, rests, &attempt)?;
            Ok::<_, NotCharged>((attempt, charged))
        })
        .await?;
    let Charged { account, may_compare, wrong_before, receipt } = charged;
    let (account, verified, rehashed) = app
        .hasher
        .run(move |slot| {
            let verified = match &account {
                Some(found) if may_compare => slot.verify(&password, &found.password_hash)?,
                // Nobody must see from the time it takes that there is nothing to compare with.
                _ => {
                    slot.verify_decoy(&password)?;
                    Verified::No
                }
            };
            let rehashed = matches!(verified, Verified::YesOutdated).then(|| slot.rehash(&password)).transpose()?;
            Ok::<_, HashFailed>((account, verified, rehashed))
        })
        .await??;
    let found = match (account, verified) {
        (Some(found), Verified::Yes | Verified::YesOutdated) if found.active => found,
        (account, _) => {
            if let Some(found) = account {
                note_wrong(app, found.user.id, origin);
            }
            return Err(NotEntered::Wrong);
        }
    };
    let known = attempt.known.into_iter().find(|(user, _)| *user == found.user.id).map(|(_, hash)| hash);
    let device = Token::generate()?;
    let device_hash = device.hash();
    let pending = found.two_factor.is_some() && !found.trusted;
    let let_in = app.db.run(move |conn| {
        let user = found.user.id;
        if wrong_before >= guesses::WORTH_TELLING {
            tell_of_unusual_sign_in(conn, &found)?;
        }
        if let Some(hash) = rehashed {
            users::store::replace_hash(conn, found.user.id, &found.password_hash, &hash)?;
        }
        if pending {
            let id = begin_second_step(conn, &found, &receipt, next)?;
            return Ok::<_, NotEntered>((user, Err(id)));
        }
        let event = if found.trusted { Event::SignedInFromTrustedDevice } else { Event::SignedIn };
        let proof = Proof { event, complete: !found.trusted, origin: &origin, replaces: replaces.as_ref() };
        let session = sessions::start(conn, found.user, proof)?;
        guesses::settle(conn, &receipt)?;
        if let (true, Some(old)) = (found.trusted, known) {
            trusted_devices::store::renew_token(conn, user, &old, &device_hash)?;
        }
        Ok((user, Ok(session)))
    });
    Ok(match let_in.await? {
        (user, Ok(session)) => Entered::SignedIn { user, session, device },
        (_, Err(id)) => Entered::Pending(id),
    })
}

/// After the answer: writing it down before would tell by its time that there is an account.
fn note_wrong(app: &App, user: UserId, origin: Origin) {
    let db = app.db.clone();
    actix_web::rt::spawn(async move {
        tokio::time::sleep(AFTER_THE_ANSWER).await;
        let noted = db.run(move |conn| activity::record(conn, user, Event::PasswordWrong, Some(&origin))).await;
        if let Err(error) = noted {
            log::error!("event=activity_not_written user={user} error={:?}", error.to_string());
        }
    });
}

fn begin_second_step(
    conn: &mut PgConnection,
    found: &Found,
    receipt: &Receipt,
    next: Next,
) -> Result<SignInId, DbError> {
    let id = SignInId::generate();
    store::insert(conn, id, found.user, next)?;
    guesses::settle(conn, receipt)?;
    Ok(id)
}

/// Many wrong passwords and then the right one, in a browser that the account does not know: AUT-06.
fn tell_of_unusual_sign_in(conn: &mut PgConnection, found: &Found) -> Result<(), DbError> {
    let Some(phone) = found.phone.clone() else { return Ok(()) };
    let owner = Recipient { user: found.user.id, phone, locale: found.locale.clone() };
    db::transaction(conn, |conn| notices::notify(conn, &owner, NoticeKind::UnusualSignIn))
}
