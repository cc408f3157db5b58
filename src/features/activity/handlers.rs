//! One function for each GET.

use actix_web::HttpRequest;

use super::{pages::ActivityPage, store};
use crate::{
    features::sessions::principals::SignedIn,
    web::{error::Answer, page},
};

/// Entries on one page.
const PAGE: usize = 50;

/// `GET /account/activity`, and with `?before=` what happened earlier.
pub async fn show(signed_in: SignedIn, request: HttpRequest) -> Answer {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let before = query.into_iter().find(|(name, _)| name == "before").and_then(|(_, id)| id.parse::<i64>().ok());
    let user = signed_in.account.id;
    // One more than a page tells whether there is another.
    let most = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let found = signed_in.visitor.app.db.run(move |conn| store::list(conn, user, before, most));
    let mut entries = found.await?;
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let earlier = entries.last().map(|last| last.id).filter(|_| has_more);
    page::ok(ActivityPage {
        chrome: signed_in.chrome(),
        entries,
        earlier,
        is_first: before.is_none(),
        clock: signed_in.clock(),
    })
}
