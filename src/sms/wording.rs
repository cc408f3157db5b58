//! Texts with a code as an administrator has worded them, in the place of ours.

use super::{
    TextKind,
    texts::{self, LONGEST_MINUTES, Unfit},
};
use crate::domain::one_time_code::OneTimeCode;

/// Stands for the code.
pub const CODE: &str = "{code}";
/// Stands for how many minutes it works.
pub const MINUTES: &str = "{minutes}";
/// Every text names it, so that people know whose code it is.
const PRODUCT: &str = "Latchkey";
/// The most characters of a wording, generously: what is sent is counted in segments.
const MOST: usize = 480;

/// A text in which [`CODE`] stands for the code and [`MINUTES`], where it stands at all, for how long it works. It has
/// the code once, no link and no other number that looks like a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording(String);

impl Wording {
    /// Proofreads what was typed, as the program's own texts are at the start. White space becomes single spaces: a line
    /// of its own could be taken for the last line, which is ours.
    ///
    /// # Errors
    /// [`Unfit`], the first thing that is wrong.
    pub fn parse(typed: &str, most_segments: u16) -> Result<Self, Unfit> {
        if typed.chars().nth(4 * MOST).is_some() {
            return Err(Unfit::Unreadable);
        }
        let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text.chars().nth(MOST).is_some() || text.chars().any(is_unreadable) {
            return Err(Unfit::Unreadable);
        }
        match text.matches(CODE).count() {
            1 => {}
            times => return Err(Unfit::Codes(times)),
        }
        let around = text.replace(CODE, "").replace(MINUTES, "");
        if around.contains(['{', '}']) {
            return Err(Unfit::Placeholder);
        }
        if has_link(&text) {
            return Err(Unfit::Link);
        }
        if !text.contains(PRODUCT) {
            return Err(Unfit::Nameless);
        }
        if has_long_number(&text) {
            return Err(Unfit::Number);
        }
        let wording = Self(text);
        let code = OneTimeCode::generate();
        texts::check(&wording.fill(&code, LONGEST_MINUTES), Some(code.expose()), most_segments)?;
        Ok(wording)
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with its code; see [`texts::body`].
    pub fn body(&self, code: &OneTimeCode, minutes: u16, origin_host: Option<&str>) -> String {
        texts::bound(self.fill(code, minutes), code, origin_host)
    }

    fn fill(&self, code: &OneTimeCode, minutes: u16) -> String {
        self.0.replace(MINUTES, &minutes.to_string()).replace(CODE, code.expose())
    }
}

/// What phones make a link of, and what opens the line that is ours: `name.tld`, `a/b`, `@`, `#`.
fn has_link(text: &str) -> bool {
    let joined = |(before, after): (char, char)| before.is_alphanumeric() && after.is_alphanumeric();
    let mut dots = text.char_indices().filter(|(_, c)| *c == '.');
    let has_name = dots.any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + 1..].chars().next());
        before.zip(after).is_some_and(joined)
    });
    has_name || text.contains(['/', '@', '#', '\\']) || text.to_lowercase().contains("www")
}

/// Whether some number beside the code could be entered in its place.
fn has_long_number(text: &str) -> bool {
    text.split(|c: char| !c.is_numeric() && !matches!(c, ' ' | '-')).any(|run| {
        let digits = run.chars().filter(|c| c.is_numeric()).count();
        digits >= 4
    })
}

/// What no phone shows, or shows in another order than it was written.
fn is_unreadable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{FFFD}' | '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The first character that a segment of 160 has no room for: with it a segment holds 70.
pub fn first_costly(text: &str) -> Option<char> {
    text.chars().find(|c| texts::gsm_7_units(*c).is_none())
}

/// All texts that are worded otherwise than by us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wordings(Vec<(&'static str, &'static str, Wording)>);

impl Wordings {
    /// The wording of a text in a language, BCP 47, if it is not ours.
    pub fn find(&self, language: &str, kind: TextKind) -> Option<&Wording> {
        let is_it = |(of, slot_of, _): &&(&str, &str, Wording)| *of == language && *slot_of == slot(kind);
        self.0.iter().find(is_it).map(|(_, _, wording)| wording)
    }

    /// Words a text, or with none leaves it to us.
    pub fn set(&mut self, language: &'static str, kind: TextKind, wording: Option<Wording>) {
        self.0.retain(|(of, slot_of, _)| *of != language || *slot_of != slot(kind));
        self.0.extend(wording.map(|wording| (language, slot(kind), wording)));
        self.0.sort_by_key(|(of, slot_of, _)| (*of, *slot_of));
    }
}

/// The name of what can be worded: kinds that read alike share one.
pub fn slot(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Verification | TextKind::PhoneChange => "verification",
        TextKind::VerificationOfTakenNumber => "verification_taken",
        TextKind::SignIn => "sign_in",
        TextKind::StepUp => "step_up",
        TextKind::PasswordReset => "password_reset",
        TextKind::PhoneChangeOfTakenNumber => "phone_change_taken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(typed: &str) -> Result<String, Unfit> {
        Wording::parse(typed, 1).map(|wording| wording.0)
    }

    #[test]
    fn a_fit_text_is_taken_with_its_white_space_made_plain() {
        for typed in [
            "Latchkey: {code}",
            "Your Latchkey code is {code}. It works for {minutes} minutes.",
            "{code} is your Latchkey code. Do not give it to anybody, not even to your employer.",
            "Latchkey {code}: 24 h, 3 tries, 10 minutes.",
            "የLatchkey ኮድዎ {code} ነው። ለ{minutes} ደቂቃ ይሠራል።",
            "رمز Latchkey الخاص بك هو {code}.",
        ] {
            assert_eq!(parse(typed), Ok(typed.to_owned()), "{typed}");
        }
        assert_eq!(parse("  Latchkey:\r\n {code}\t"), Ok("Latchkey: {code}".to_owned()));
    }

    #[test]
    fn sms_10_what_would_lock_people_out_or_mislead_them_is_refused_with_its_reason() {
        for (typed, why) in [
            ("", Unfit::Unreadable),
            ("Latchkey \u{202e}{code}", Unfit::Unreadable),
            ("Latchkey \0{code}", Unfit::Unreadable),
            ("Your Latchkey code.", Unfit::Codes(0)),
            ("Latchkey: {code}, again {code}.", Unfit::Codes(2)),
            ("Latchkey: { code }.", Unfit::Codes(0)),
            ("Latchkey: {code} for {name}.", Unfit::Placeholder),
            ("Latchkey: {{code}}.", Unfit::Placeholder),
            ("Your code: {code}", Unfit::Nameless),
            ("Latchkey: {code}. See https://example.com", Unfit::Link),
            ("Latchkey: {code}. See example.com", Unfit::Link),
            ("Latchkey: {code}. See WWW example", Unfit::Link),
            ("Latchkey: {code} @id #1", Unfit::Link),
            ("Latchkey: {code}. Or call 0911 22 33 44.", Unfit::Number),
            ("Latchkey: {code}. Or enter 123456.", Unfit::Number),
            ("Latchkey: {code}. Or enter ١٢٣٤٥٦.", Unfit::Number),
        ] {
            assert_eq!(parse(typed), Err(why), "{typed}");
        }
        assert_eq!(parse(&format!("Latchkey {{code}} {}", "a".repeat(146))), Err(Unfit::Segments(2)));
        assert_eq!(parse(&format!("Latchkey {{code}} “{}”", "a".repeat(60))), Err(Unfit::Segments(2)));
        assert!(Wording::parse(&format!("Latchkey {{code}} {}", "a".repeat(146)), 2).is_ok());
        assert_eq!(Wording::parse(&"a".repeat(1 << 20), 9), Err(Unfit::Unreadable));
    }

    #[test]
    fn the_room_is_counted_with_the_code_and_the_minutes_in_their_places() {
        // 160 characters with six digits and two.
        let most = format!("Latchkey {{code}} {{minutes}} {}", "a".repeat(160 - 9 - 6 - 1 - 2 - 1));
        let wording = Wording::parse(&most, 1).expect("one segment");
        let code = OneTimeCode::parse("012345").expect("a code");
        assert_eq!(wording.body(&code, 10, None).len(), 160);
        assert_eq!(wording.body(&code, 5, Some("id.example.com")), wording.body(&code, 5, None), "no room");
        assert_eq!(parse(&format!("{most}a")), Err(Unfit::Segments(2)));
    }

    #[test]
    fn a_wording_is_filled_in_and_bound_to_our_host() {
        let wording = Wording::parse("Latchkey: {code}, {minutes} min", 1).expect("fit");
        let code = OneTimeCode::parse("012345").expect("a code");
        assert_eq!(wording.body(&code, 7, None), "Latchkey: 012345, 7 min");
        let bound = wording.body(&code, 7, Some("id.example.com"));
        assert_eq!(bound, "Latchkey: 012345, 7 min\n@id.example.com #012345");
    }

    #[test]
    fn kinds_that_read_alike_are_worded_together() {
        let mut wordings = Wordings::default();
        let wording = Wording::parse("Latchkey: {code}", 1).expect("fit");
        wordings.set("en", TextKind::Verification, Some(wording.clone()));
        assert_eq!(wordings.find("en", TextKind::PhoneChange), Some(&wording));
        assert_eq!(wordings.find("am", TextKind::Verification), None);
        wordings.set("en", TextKind::Verification, None);
        assert_eq!(wordings, Wordings::default());
        for kind in TextKind::ALL {
            assert_eq!(slot(kind), slot(kind.worded_as()));
        }
    }

    #[test]
    fn the_character_that_costs_is_named() {
        assert_eq!(first_costly("Latchkey’s {code}"), Some('’'));
        assert_eq!(first_costly("Latchkey's {code}"), None);
    }
}
