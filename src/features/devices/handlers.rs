//! One function for each GET and POST.

use actix_web::web::Path;
use diesel::PgConnection;
use uuid::Uuid;

use super::pages::DevicesPage;
use crate::{
    crypto::token::Token,
    db::{self, DbError},
    domain::ids::{SessionId, TrustedDeviceId},
    features::{
        activity::{self, Event, Origin},
        sessions::{
            self, StartFailed,
            principals::{ENTRANCE, Fresh, SignedIn},
        },
        trusted_devices,
        users::{self, UserEpoch},
    },
    web::{
        body::{Form, NoFields},
        clock,
        error::{Answer, PageError},
        page::{self, Notice, see_other},
    },
};

const LIST: &str = "/account/devices";

/// `GET /account/devices`
pub async fn show(signed_in: SignedIn) -> Answer {
    let user = signed_in.account.epoch();
    let found = signed_in.visitor.app.db.run(move |conn| {
        let sessions = sessions::store::list(conn, user)?;
        Ok::<_, DbError>((sessions, trusted_devices::store::list(conn, user)?))
    });
    let (sessions, trusted) = found.await?;
    page::ok(DevicesPage {
        chrome: signed_in.chrome(),
        sessions,
        this: signed_in.session,
        trusted,
        now: clock::now(),
        clock: signed_in.clock(),
        notice: signed_in.visitor.cookies.take_notice(),
    })
}

/// `POST /account/devices/sessions/{id}/end`
pub async fn end_session(fresh: Fresh, id: Path<String>, _: Form<NoFields>) -> Answer {
    let Fresh(signed_in) = fresh;
    let session = SessionId(read_id(&id)?);
    let (visitor, user, origin) = (&signed_in.visitor, signed_in.account.id, signed_in.visitor.origin());
    let is_this = session == signed_in.session;
    let event = if is_this { Event::SignedOut } else { Event::SessionEnded };
    let ended = visitor.app.db.run(move |conn| {
        db::transaction(conn, |conn| {
            let ended = sessions::store::end(conn, user, session)?;
            if ended {
                activity::record(conn, user, event, Some(&origin))?;
            }
            Ok::<_, DbError>(ended)
        })
    });
    if !ended.await? {
        return Err(PageError::NotFound);
    }
    if is_this {
        visitor.cookies.sign_out();
        visitor.cookies.say_next(Notice::SignedOut);
        return Ok(see_other(ENTRANCE));
    }
    visitor.cookies.say_next(Notice::SessionEnded);
    Ok(see_other(LIST))
}

/// `POST /account/devices/trusted/{id}/forget`
pub async fn forget_device(fresh: Fresh, id: Path<String>, _: Form<NoFields>) -> Answer {
    let Fresh(signed_in) = fresh;
    let device = TrustedDeviceId(read_id(&id)?);
    let (visitor, user, origin) = (&signed_in.visitor, signed_in.account.id, signed_in.visitor.origin());
    let forgotten = visitor.app.db.run(move |conn| {
        db::transaction(conn, |conn| {
            let forgotten = trusted_devices::store::forget(conn, user, device)?;
            if forgotten {
                activity::record(conn, user, Event::DeviceForgotten, Some(&origin))?;
            }
            Ok::<_, DbError>(forgotten)
        })
    });
    if !forgotten.await? {
        return Err(PageError::NotFound);
    }
    visitor.cookies.say_next(Notice::DeviceForgotten);
    Ok(see_other(LIST))
}

fn read_id(text: &str) -> Result<Uuid, PageError> {
    Uuid::try_parse(text).map_err(|_| PageError::NotFound)
}

/// `POST /account/devices/end-others`
pub async fn end_others(fresh: Fresh, _: Form<NoFields>) -> Answer {
    let Fresh(signed_in) = fresh;
    let (visitor, session) = (&signed_in.visitor, signed_in.session);
    let (user, origin) = (signed_in.account.epoch(), visitor.origin());
    match visitor.app.db.run(move |conn| keep_only(conn, user, session, &origin)).await {
        Ok(token) => {
            visitor.cookies.renew_session(&token);
            visitor.cookies.say_next(Notice::OthersEnded);
            Ok(see_other(LIST))
        }
        // Another tab or browser was faster: the list shows how things stand, if this browser may still see it.
        Err(StartFailed::Changed) => Ok(see_other(LIST)),
        Err(StartFailed::Db(error)) => Err(error.into()),
        Err(StartFailed::NoRandomness(error)) => Err(PageError::fault(error)),
    }
}

/// Raises the epoch, which ends all that was granted, and lets this session go on.
fn keep_only(
    conn: &mut PgConnection,
    user: UserEpoch,
    session: SessionId,
    origin: &Origin,
) -> Result<Token, StartFailed> {
    db::transaction(conn, |conn| {
        let user = users::store::raise_epoch(conn, user)?.ok_or(StartFailed::Changed)?;
        activity::record(conn, user.id, Event::OthersEnded, Some(origin))?;
        sessions::renew(conn, session, user)
    })
}
