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
    if visitor.live_session().await?.is_some() {
        return Ok(see_other("/account"));
    }
    page::ok(HomePage { chrome: visitor.chrome(), notice: visitor.cookies.take_notice() })
}
