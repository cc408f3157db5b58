//! What `/` shows.

use askama::Template;
use i18n_embed_fl::fl;

use crate::web::page::{Chrome, Notice};

/// `GET /`
#[derive(Template)]
#[template(path = "home/home.html")]
pub struct HomePage {
    /// The frame.
    pub chrome: Chrome,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl HomePage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "home-title"))
    }
}
