//! One function for each GET and POST.

use super::pages::HomePage;
use crate::{
    features::sessions::principals::Visitor,
    web::{
        error::Answer,
        page::{self, see_other},
    },
};

/// `GET /`. Whoever is signed in is at home elsewhere.
pub async fn show(visitor: Visitor) -> Answer {
    if let Some(live) = visitor.live_session().await? {
        return Ok(see_other(&visitor.home_of(live.account.role).path()));
    }
    page::ok(HomePage { chrome: visitor.chrome(), notice: visitor.cookies.take_notice() })
}
