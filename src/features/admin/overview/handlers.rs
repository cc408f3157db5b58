//! One function for each GET.

use actix_web::HttpRequest;

use super::{
    look::{self, Period},
    pages::OverviewPage,
};
use crate::{
    features::sessions::principals::Administrator,
    web::{error::Answer, page},
};

/// `GET /admin`, and with `?days=30` the month in the day's place.
pub async fn show(who: Administrator, request: HttpRequest) -> Answer {
    let mut query = url::form_urlencoded::parse(request.query_string().as_bytes());
    let is_month = query.any(|(name, days)| name == "days" && days == "30");
    let period = if is_month { Period::Month } else { Period::Day };
    let look = who.0.visitor.app.db.run(move |conn| look::look(conn, period)).await?;
    page::ok(OverviewPage {
        chrome: who.chrome(),
        look,
        clock: who.0.clock(),
        notice: who.0.visitor.cookies.take_notice(),
    })
}
