//! What `/help`, `/privacy` and `/terms` show.

use askama::Template;
use i18n_embed_fl::fl;

use crate::web::markup::{Parts, Sentence};
use crate::web::page::Chrome;
use crate::web::words::Words;

/// The pages of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// `/help`
    Help,
    /// `/privacy`
    Privacy,
    /// `/terms`
    Terms,
}

/// A page of headings and paragraphs.
#[derive(Template)]
#[template(path = "information/information.html")]
pub struct InformationPage {
    /// The frame.
    pub chrome: Chrome,
    /// Which page.
    pub topic: Topic,
}

/// A heading and what stands under it.
struct Section {
    title: String,
    paragraphs: Vec<Sentence>,
}

/// A section from the ids of its words.
macro_rules! section {
    ($words:ident, $title:literal, $($paragraph:literal),+) => {
        Section { title: fl!($words.0, $title), paragraphs: vec![$(linked(&fl!($words.0, $paragraph))),+] }
    };
}

/// The pages that help leads to, by the marks that stand for them in its words: `[reset]Set a new one[/]`.
const LINKS: [(&str, &str); 5] = [
    ("[reset]", "/password-reset"),
    ("[stop]", "/stop"),
    ("[recovery]", "/recovery"),
    ("[account]", "/account"),
    ("[data]", "/account/data"),
];

fn linked(text: &str) -> Sentence {
    let mut parts = Parts::new();
    let mut marked = text.to_owned();
    for (mark, path) in LINKS {
        if marked.contains(mark) {
            marked = marked.replace(mark, &parts.link(path));
        }
    }
    if marked.contains("[/]") {
        marked = marked.replace("[/]", &parts.end());
    }
    parts.put_into(&marked)
}

impl InformationPage {
    fn title(&self) -> String {
        self.chrome.title(&self.heading())
    }

    fn heading(&self) -> String {
        let words = &self.chrome.words;
        match self.topic {
            Topic::Help => fl!(words.0, "help-title"),
            Topic::Privacy => fl!(words.0, "privacy-title"),
            Topic::Terms => fl!(words.0, "terms-title"),
        }
    }

    fn lead(&self) -> String {
        let words = &self.chrome.words;
        match self.topic {
            Topic::Help => fl!(words.0, "help-lead"),
            Topic::Privacy => fl!(words.0, "privacy-lead"),
            Topic::Terms => fl!(words.0, "terms-lead"),
        }
    }

    fn sections(&self) -> Vec<Section> {
        let words = &self.chrome.words;
        match self.topic {
            Topic::Help => help(words),
            Topic::Privacy => privacy(words),
            Topic::Terms => terms(words),
        }
    }
}

fn help(words: &Words) -> Vec<Section> {
    vec![
        section!(words, "help-no-text-title", "help-no-text-1", "help-no-text-2", "help-no-text-3", "help-no-text-4"),
        section!(words, "help-code-title", "help-code-1", "help-code-2"),
        section!(words, "help-password-title", "help-password-1", "help-password-2"),
        section!(words, "help-lost-title", "help-lost-1", "help-lost-2", "help-lost-3"),
        section!(words, "help-stop-title", "help-stop-1"),
        section!(words, "help-number-title", "help-number-1", "help-number-2", "help-number-3"),
        section!(words, "help-leave-title", "help-leave-1", "help-leave-2"),
        section!(words, "help-shared-title", "help-shared-1"),
        section!(words, "help-who-title", "help-who-1"),
    ]
}

fn privacy(words: &Words) -> Vec<Section> {
    vec![
        section!(
            words,
            "privacy-keep-title",
            "privacy-keep-1",
            "privacy-keep-2",
            "privacy-keep-3",
            "privacy-keep-4",
            "privacy-keep-5"
        ),
        section!(words, "privacy-why-title", "privacy-why-1"),
        section!(words, "privacy-long-title", "privacy-long-1", "privacy-long-2", "privacy-long-3"),
        section!(words, "privacy-who-title", "privacy-who-1", "privacy-who-2"),
        section!(words, "privacy-cookies-title", "privacy-cookies-1", "privacy-cookies-2"),
        section!(words, "privacy-rights-title", "privacy-rights-1", "privacy-rights-2"),
    ]
}

fn terms(words: &Words) -> Vec<Section> {
    vec![
        section!(words, "terms-you-title", "terms-you-1", "terms-you-2", "terms-you-3"),
        section!(words, "terms-us-title", "terms-us-1", "terms-us-2", "terms-us-3"),
        section!(words, "terms-end-title", "terms-end-1"),
        section!(words, "terms-who-title", "terms-who-1"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_leads_to_the_pages_that_help() {
        let page = InformationPage { chrome: Chrome::new(Words::english(), false), topic: Topic::Help };
        let html = page.render().expect("a page");
        for (mark, path) in LINKS {
            assert!(html.contains(&format!("<a href=\"{path}\">")), "{path}");
            assert!(!html.contains(mark));
        }
        assert!(!html.contains("[/]"));
    }
}
