//! One function for each GET and POST.

use super::pages::{InformationPage, Topic};
use crate::{
    features::sessions::principals::Visitor,
    web::{error::Answer, page},
};

/// `GET /help`
pub async fn show_help(visitor: Visitor) -> Answer {
    page::ok(InformationPage { chrome: visitor.chrome(), topic: Topic::Help })
}

/// `GET /privacy`
pub async fn show_privacy(visitor: Visitor) -> Answer {
    page::ok(InformationPage { chrome: visitor.chrome(), topic: Topic::Privacy })
}

/// `GET /terms`
pub async fn show_terms(visitor: Visitor) -> Answer {
    page::ok(InformationPage { chrome: visitor.chrome(), topic: Topic::Terms })
}
