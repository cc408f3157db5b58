//! One function for each GET and POST.

use actix_web::{HttpRequest, web::Path};
use uuid::Uuid;

use super::{
    forms::Filter,
    message::MessagePage,
    open_brake,
    pages::{Figured, MessagesPage},
};
use crate::{
    db::DbError,
    domain::{brake_reference::BrakeReference, ids::MessageId},
    features::{
        brakes,
        messages::{search, story},
        sessions::principals::{Administrator, FreshAdministrator},
    },
    web::{
        body::{Form, NoFields},
        error::{Answer, PageError},
        form::FormErrors,
        page::{self, Notice, see_other},
    },
};

/// The list.
pub const LIST: &str = "/admin/messages";
/// Messages on one page of it.
const PAGE: usize = 50;
/// On the first, where figures follow.
const FIRST_PAGE: usize = 20;
/// So many brakes are shown; more at once are one attack.
const BRAKES: i64 = 50;

/// `GET /admin/messages`, with what to look for in its query.
pub async fn show(who: Administrator, request: HttpRequest) -> Answer {
    let Administrator(signed_in) = &who;
    let filter = Filter::of_query(request.query_string());
    let words = &signed_in.visitor.words;
    let with_figures = filter.is_open() && filter.before.is_none();
    let (wanted, errors) = match filter.wanted(words) {
        Ok(wanted) => (Some(wanted), FormErrors::new()),
        Err(errors) => (None, errors),
    };
    let (before, span, fits) = (filter.before, filter.span(), if with_figures { FIRST_PAGE } else { PAGE });
    let found = signed_in.visitor.app.db.run(move |conn| {
        let on = brakes::store::list_on(conn, BRAKES)?;
        // One more than a page tells whether there is another.
        let most = i64::try_from(fits + 1).unwrap_or(i64::MAX);
        let found = wanted.map(|wanted| search::list(conn, &wanted, before, most)).transpose()?.unwrap_or_default();
        let figured = if with_figures { Some(Figured::read(conn, span, BRAKES)?) } else { None };
        Ok::<_, DbError>((on, found, figured))
    });
    let (on, mut found, figured) = found.await?;
    let has_more = found.len() > fits;
    found.truncate(fits);
    let shown = MessagesPage {
        chrome: who.chrome(),
        older: found.last().map(|last| last.id).filter(|_| has_more),
        filter,
        errors,
        found,
        on,
        figured,
        clock: signed_in.clock(),
        notice: signed_in.visitor.cookies.take_notice(),
    };
    if shown.errors.is_empty() { page::ok(shown) } else { page::refused(shown) }
}

/// `GET /admin/messages/{id}`
pub async fn show_message(who: Administrator, id: Path<String>) -> Answer {
    let Administrator(signed_in) = &who;
    let id = MessageId(Uuid::try_parse(&id).map_err(|_| PageError::NotFound)?);
    let story = signed_in.visitor.app.db.run(move |conn| story::find(conn, id)).await?;
    let Some(story) = story else { return Err(PageError::NotFound) };
    page::ok(MessagePage { chrome: who.chrome(), story, clock: signed_in.clock() })
}

/// `POST /admin/messages/brakes/{reference}/open`
pub async fn open_brake(who: FreshAdministrator, reference: Path<String>, _: Form<NoFields>) -> Answer {
    let FreshAdministrator(signed_in) = who;
    let reference = BrakeReference::parse(&reference).ok_or(PageError::NotFound)?;
    let (visitor, by) = (&signed_in.visitor, signed_in.account.id);
    let trail = visitor.app.keys.audit.clone();
    let opened = visitor.app.db.run(move |conn| {
        let opened = open_brake::open_brake(conn, &trail, by, reference)?;
        let is_known = opened.is_some() || brakes::store::find(conn, reference)?.is_some();
        Ok::<_, DbError>(is_known.then_some(opened.is_some()))
    });
    let opened = opened.await?.ok_or(PageError::NotFound)?;
    visitor.cookies.say_next(if opened { Notice::BrakeOpened } else { Notice::BrakeNotOn });
    Ok(see_other(LIST))
}
