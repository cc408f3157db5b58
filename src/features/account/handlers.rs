//! One function for each GET and POST.

use actix_web::http::header::HeaderName;

use super::pages::WelcomePage;
use crate::{
    db::{self, DbError},
    features::{
        activity::{self, Event},
        sessions::{
            self,
            principals::{ENTRANCE, SignedIn, Visitor},
        },
        users,
    },
    web::{
        body::{Form, NoFields},
        clock::Clock,
        error::{Answer, PageError},
        page::{self, Chrome, Notice, see_other},
    },
};

/// `GET /account`
pub async fn show(signed_in: SignedIn) -> Answer {
    let (visitor, user) = (signed_in.visitor, signed_in.user);
    let found = visitor.app.db.run(move |conn| users::store::find_overview(conn, user)).await;
    let overview = found?.ok_or(PageError::Elsewhere(ENTRANCE))?;
    let clock = overview.phone.country().map_or(Clock::UTC, Clock::of);
    page::ok(WelcomePage {
        chrome: Chrome::signed_in(visitor.words.clone(), visitor.app.config.is_demo()),
        first_name: overview.full_name.first_name().to_owned(),
        role: overview.role,
        phone: overview.phone,
        proven_on: overview.phone_since,
        contested: overview.phone_contested,
        clock,
        notice: visitor.cookies.take_notice(),
    })
}

/// `POST /logout`. Whoever is not signed in is signed out all the same.
pub async fn sign_out(visitor: Visitor, _: Form<NoFields>) -> Answer {
    if let Some(live) = visitor.live_session().await? {
        let address = visitor.address.coarse();
        let ended = visitor.app.db.run(move |conn| {
            db::transaction(conn, |conn| {
                if let Some(user) = sessions::store::end(conn, live.session)? {
                    activity::record(conn, user, Event::SignedOut, Some(&address))?;
                }
                Ok::<_, DbError>(())
            })
        });
        ended.await?;
        log::info!("event=signed_out user={} session={} request={}", live.user, live.session, visitor.reference);
        visitor.cookies.sign_out();
        visitor.cookies.say_next(Notice::SignedOut);
    }
    let mut answer = see_other(ENTRANCE);
    // Not "cookies": that would erase what other hosts of the same site keep (SES-05).
    let stored = actix_web::http::header::HeaderValue::from_static("\"cache\", \"storage\"");
    answer.headers_mut().insert(HeaderName::from_static("clear-site-data"), stored);
    Ok(answer)
}
