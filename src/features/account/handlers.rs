//! One function for each GET and POST.

use actix_web::{HttpResponse, http::header::HeaderName};

use super::pages::OverviewPage;
use crate::{
    db::{self, DbError},
    features::{
        activity::{self, Event},
        my_data::pages::Due,
        sessions::{
            self,
            principals::{ENTRANCE, SignedIn, Visitor},
        },
    },
    web::{
        body::{Form, NoFields},
        error::Answer,
        page::{self, Notice, see_other},
    },
};

/// `GET /account`
pub async fn show(signed_in: SignedIn) -> Answer {
    let account = &signed_in.account;
    let first_name = account.full_name.as_ref().map(|name| name.first_name().to_owned());
    page::ok(OverviewPage {
        chrome: signed_in.chrome(),
        first_name: first_name.unwrap_or_else(|| account.identifier()),
        role: account.role,
        number: account.number.clone(),
        two_factor: account.two_factor,
        codes_left: account.backup_codes_left,
        email: account.email.as_ref().map(|email| email.as_str().to_owned()),
        glance: signed_in.glance.clone(),
        clock: signed_in.clock(),
        due: account.deletion_due_at.map(|at| Due { at, clock: signed_in.clock() }),
        notice: signed_in.visitor.cookies.take_notice(),
    })
}

/// `POST /logout`. Whoever is not signed in is signed out all the same.
pub async fn sign_out(visitor: Visitor, _: Form<NoFields>) -> Answer {
    if let Some(live) = visitor.live_session().await? {
        let (origin, user, session) = (visitor.origin(), live.account.id, live.session);
        let ended = visitor.app.db.run(move |conn| {
            db::transaction(conn, |conn| {
                if sessions::store::end(conn, user, session)? {
                    activity::record(conn, user, Event::SignedOut, Some(&origin))?;
                }
                Ok::<_, DbError>(())
            })
        });
        ended.await?;
        log::info!("event=signed_out user={} session={} request={}", user, session, visitor.reference);
        visitor.cookies.sign_out();
        visitor.cookies.say_next(Notice::SignedOut);
    }
    Ok(to_the_entrance())
}

/// Leads to the sign-in after signing out, and has the browser forget the pages of before.
pub fn to_the_entrance() -> HttpResponse {
    let mut answer = see_other(ENTRANCE);
    // Not "cookies": that would erase what other hosts of the same site keep (SES-05).
    let stored = actix_web::http::header::HeaderValue::from_static("\"cache\", \"storage\"");
    answer.headers_mut().insert(HeaderName::from_static("clear-site-data"), stored);
    answer
}
