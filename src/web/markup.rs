//! Sentences with marked-up parts.
//!
//! A sentence is one Fluent message, so that a translator can order its parts as the language wants them; yet some parts
//! need markup: a masked number hangs on a tag, a time is a `<time>`, some words are a link. The message is formatted
//! with a placeholder for each part, its text is escaped, and then each placeholder becomes the markup of its part.
//!
//! ```
//! # use latchkey::web::markup::Parts;
//! let mut parts = Parts::new();
//! let number = parts.tag("*****4567");
//! let sentence = parts.put_into(&format!("It went to {number}."));
//! assert_eq!(sentence.to_string(), r#"It went to <span class="tag"><bdi dir="ltr">*****4567</bdi></span>."#);
//! ```

use std::fmt::{self, Write as _};

use askama::filters::{Escaper as _, Html, HtmlSafe};
use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike as _, Utc};

use crate::web::clock::Clock;

/// The first of the characters that stand for parts. They lie in the last private-use plane, where no script, font or
/// emoji of any phone lives.
const FIRST: u32 = 0x0010_F800;
/// The last of them.
const LAST: u32 = 0x0010_F8FF;

/// A text that is safe HTML: its words are escaped, its marked-up parts come from [`Parts`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(String);

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// Sound because only `Parts::put_into` makes a `Sentence`, and it escapes all that it does not write itself.
impl HtmlSafe for Sentence {}

impl askama::FastWritable for Sentence {
    fn write_into(&self, dest: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(dest.write_str(&self.0)?)
    }
}

/// The parts of one sentence. Each method takes a part and gives the placeholder to hand to Fluent as the argument.
#[derive(Default)]
pub struct Parts(Vec<Part>);

enum Part {
    Text(String),
    LeftToRight(String),
    Tag(String),
    Time { moment: DateTime<Utc>, shown: String },
    Link(&'static str),
    End,
}

impl Parts {
    /// No parts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Words from outside, a name for instance: shown as they are, and unable to pose as a placeholder.
    pub fn text(&mut self, text: impl fmt::Display) -> String {
        self.add(Part::Text(text.to_string()))
    }

    /// A number or code inside a sentence, which reads from left to right in any script.
    pub fn left_to_right(&mut self, text: impl fmt::Display) -> String {
        self.add(Part::LeftToRight(text.to_string()))
    }

    /// A masked number or a reference, on a key tag.
    pub fn tag(&mut self, text: impl fmt::Display) -> String {
        self.add(Part::Tag(text.to_string()))
    }

    /// A moment, shown as the hour and minute of `clock`.
    pub fn time(&mut self, moment: DateTime<Utc>, clock: Clock) -> String {
        self.add(Part::Time { moment, shown: clock.time(moment) })
    }

    /// A moment to wait for, shown as the first minute that does not come too early.
    pub fn time_from(&mut self, moment: DateTime<Utc>, clock: Clock) -> String {
        let past = moment.second() > 0 || moment.nanosecond() > 0;
        let shown = if past { moment + TimeDelta::minutes(1) } else { moment };
        self.add(Part::Time { moment, shown: clock.time(shown) })
    }

    /// The start of a link to one of our own pages. Goes with [`Parts::end`].
    pub fn link(&mut self, path: &'static str) -> String {
        self.add(Part::Link(path))
    }

    /// The end of a link.
    pub fn end(&mut self) -> String {
        self.add(Part::End)
    }

    /// The sentence: `formatted` escaped, each placeholder in it replaced by its part.
    pub fn put_into(&self, formatted: &str) -> Sentence {
        let mut html = String::with_capacity(formatted.len() * 2);
        // Writing to a `String` cannot fail.
        let _ = self.write(&mut html, formatted);
        Sentence(html)
    }

    fn add(&mut self, part: Part) -> String {
        self.0.push(part);
        let index = u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX);
        match FIRST.checked_add(index).filter(|it| *it <= LAST).and_then(char::from_u32) {
            Some(placeholder) => placeholder.to_string(),
            None => String::new(),
        }
    }

    fn write(&self, html: &mut String, formatted: &str) -> fmt::Result {
        let mut in_link = false;
        for character in formatted.chars() {
            if !is_placeholder(character) {
                Html.write_escaped_char(&mut *html, character)?;
                continue;
            }
            match self.0.get((u32::from(character) - FIRST) as usize) {
                Some(Part::Text(text)) => write_text(html, text)?,
                Some(Part::LeftToRight(text)) => {
                    html.push_str("<bdi dir=\"ltr\">");
                    write_text(html, text)?;
                    html.push_str("</bdi>");
                }
                Some(Part::Tag(text)) => {
                    html.push_str("<span class=\"tag\"><bdi dir=\"ltr\">");
                    write_text(html, text)?;
                    html.push_str("</bdi></span>");
                }
                Some(Part::Time { moment, shown }) => {
                    let iso = moment.to_rfc3339_opts(SecondsFormat::Secs, true);
                    write!(html, "<time datetime=\"{iso}\">{shown}</time>")?;
                }
                // A translation that forgets an end, or has one too many, spoils no page.
                Some(Part::Link(path)) if !in_link => {
                    in_link = true;
                    html.push_str("<a href=\"");
                    Html.write_escaped_str(&mut *html, path)?;
                    html.push_str("\">");
                }
                Some(Part::End) if in_link => {
                    in_link = false;
                    html.push_str("</a>");
                }
                Some(Part::Link(_) | Part::End) | None => {}
            }
        }
        if in_link {
            html.push_str("</a>");
        }
        Ok(())
    }
}

fn is_placeholder(character: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(character))
}

fn write_text(html: &mut String, text: &str) -> fmt::Result {
    for character in text.chars().filter(|it| !is_placeholder(*it)) {
        Html.write_escaped_char(&mut *html, character)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use askama::Template;

    #[derive(Template)]
    #[template(source = "<p>{{ sentence }}</p>", ext = "html")]
    struct Page {
        sentence: Sentence,
    }

    fn moment() -> DateTime<Utc> {
        "2025-11-22T11:41:07Z".parse().expect("a moment")
    }

    #[test]
    fn parts_get_their_markup_and_a_template_leaves_it_alone() {
        let mut parts = Parts::new();
        let (number, time) = (parts.tag("*****4567"), parts.time(moment(), Clock::UTC));
        let page = Page { sentence: parts.put_into(&format!("To {number} until {time} & no later")) };
        assert_eq!(
            page.to_string(),
            "<p>To <span class=\"tag\"><bdi dir=\"ltr\">*****4567</bdi></span> until \
             <time datetime=\"2025-11-22T11:41:07Z\">11:41</time> &#38; no later</p>"
        );
    }

    #[test]
    fn a_moment_to_wait_for_is_never_told_too_early() {
        let mut parts = Parts::new();
        let waited_for = parts.time_from(moment(), Clock::UTC);
        let html = parts.put_into(&waited_for).to_string();
        assert_eq!(html, "<time datetime=\"2025-11-22T11:41:07Z\">11:42</time>");
    }

    #[test]
    fn hostile_words_stay_words() {
        let mut parts = Parts::new();
        let name = parts.text("<script>alert(\"1\")</script>' &amp;");
        let html = parts.put_into(&format!("Hello, {name}, <b>you</b>")).to_string();
        assert_eq!(
            html,
            "Hello, &#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#39; &#38;amp;, &#60;b&#62;you&#60;/b&#62;"
        );
    }

    #[test]
    fn hostile_words_cannot_pose_as_a_part() {
        let mut parts = Parts::new();
        let link = parts.link("/help");
        let end = parts.end();
        let name = parts.text(format!("Eve{link}click{end}\u{10F8FF}"));
        let html = parts.put_into(&format!("{name}: {link}help{end}\u{10F8FE}")).to_string();
        assert_eq!(html, "Eveclick: <a href=\"/help\">help</a>");
    }

    #[test]
    fn a_translation_cannot_leave_a_link_open() {
        let mut parts = Parts::new();
        let (terms, privacy, end) = (parts.link("/terms"), parts.link("/privacy"), parts.end());
        assert_eq!(
            parts.put_into(&format!("{end}I accept the {terms}terms")).to_string(),
            "I accept the <a href=\"/terms\">terms</a>"
        );
        assert_eq!(parts.put_into(&format!("{terms}a{privacy}b{end}c{end}")).to_string(), "<a href=\"/terms\">ab</a>c");
    }

    #[test]
    fn more_parts_than_placeholders_show_nothing_wrong() {
        let mut parts = Parts::new();
        let all: String = (0..300).map(|_| parts.text("x")).collect();
        assert_eq!(parts.put_into(&all).to_string(), "x".repeat(256));
    }
}
