//! What to look for among the messages, as it stands in the page's address.

use i18n_embed_fl::fl;
use url::form_urlencoded;
use uuid::Uuid;

use super::handlers::LIST;
use crate::{
    domain::{
        brake_reference::BrakeReference,
        country::Country,
        ids::{MessageId, UserId},
        message_reference::MessageReference,
    },
    features::{
        message_hours::Span,
        messages::search::{End, Name, Occasion, Wanted},
    },
    web::{clock, form::FormErrors, words::Words},
};

/// The outcomes to choose from, some of several ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It arrived.
    Delivered,
    /// In the queue or with the provider.
    Underway,
    /// Refused or not delivered.
    Failed,
    /// No provider was to hear of it.
    Held,
    /// Nobody knows.
    Unknown,
    /// It only looked as if it were sent.
    Withheld,
    /// It was not needed any more.
    Superseded,
}

impl Outcome {
    /// In the order of the choice.
    pub const ALL: [Self; 7] =
        [Self::Delivered, Self::Underway, Self::Failed, Self::Held, Self::Unknown, Self::Withheld, Self::Superseded];

    /// Its name in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Underway => "underway",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Unknown => "unknown",
            Self::Withheld => "withheld",
            Self::Superseded => "superseded",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }

    fn ends(self) -> Vec<End> {
        match self {
            Self::Delivered => vec![End::Delivered],
            Self::Underway => vec![End::Underway, End::Sent],
            Self::Failed => vec![End::Undelivered, End::Refused],
            Self::Held => vec![End::Held],
            Self::Unknown => vec![End::Unknown],
            Self::Withheld => vec![End::Withheld],
            Self::Superseded => vec![End::Superseded],
        }
    }
}

/// What the address asks for. What it says in no known word is left open; only a reference is typed, and told of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// How a message ended.
    pub outcome: Option<Outcome>,
    /// Where it went.
    pub country: Option<Country>,
    /// What it was for.
    pub purpose: Option<Occasion>,
    /// A name, as it was typed.
    pub reference: String,
    /// Whether the figures are those of 30 days.
    pub month: bool,
    /// The message before which the page begins.
    pub before: Option<MessageId>,
}

impl Filter {
    /// Reads a query.
    pub fn of_query(query: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "outcome" => filter.outcome = Outcome::parse(&value),
                "country" => filter.country = Country::parse(&value).ok(),
                "purpose" => filter.purpose = Occasion::parse(&value),
                "reference" => filter.reference = value.trim().to_owned(),
                "figures" => filter.month = value == "month",
                "before" => filter.before = Uuid::try_parse(&value).ok().map(MessageId),
                _ => {}
            }
        }
        filter
    }

    /// Whether something is looked for.
    pub fn is_open(&self) -> bool {
        self.outcome.is_none() && self.country.is_none() && self.purpose.is_none() && self.reference.is_empty()
    }

    /// The span of the figures.
    pub fn span(&self) -> Span {
        if self.month { Span::Month } else { Span::Day }
    }

    /// What that means to the store.
    ///
    /// # Errors
    /// A message for the reference when it is none.
    pub fn wanted(&self, words: &Words) -> Result<Wanted, FormErrors> {
        let name = if self.reference.is_empty() {
            None
        } else {
            let unknown = || FormErrors::on("reference", fl!(words.0, "admin-messages-reference-unknown"));
            Some(name(&self.reference).ok_or_else(unknown)?)
        };
        Ok(Wanted { ends: self.outcome.map(Outcome::ends), country: self.country, occasion: self.purpose, name })
    }

    /// The address of the page of what is looked for that begins before a message, or of the first.
    pub fn address(&self, before: Option<MessageId>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        };
        add("outcome", self.outcome.map_or("", Outcome::as_str));
        add("country", self.country.map_or("", Country::code));
        add("purpose", self.purpose.map_or("", Occasion::as_str));
        add("reference", &self.reference);
        add("before", &before.map_or(String::new(), |id| id.to_string()));
        let query = query.finish();
        if query.is_empty() { LIST.to_owned() } else { format!("{LIST}?{query}") }
    }
}

/// What somebody has read out or copied: a message's reference, a brake's, an id out of the log, Twilio's name, or an
/// account as the audit trail writes it.
fn name(typed: &str) -> Option<Name> {
    // Nothing that is one is longer, and none has more spaces than that.
    if typed.chars().nth(60).is_some() {
        return None;
    }
    let upper = typed.to_uppercase();
    if let Some(brake) = BrakeReference::parse(&upper).filter(|brake| brake.to_string() == upper) {
        return Some(Name::Brake(brake));
    }
    if let Some(account) = typed.strip_prefix("account:") {
        return Uuid::try_parse(account).ok().map(UserId).map(Name::Account);
    }
    if let Ok(id) = Uuid::try_parse(typed) {
        return Some(Name::Ids(id..=id));
    }
    let is_sid = |text: &str| text.len() == 34 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_sid(typed) {
        return Some(Name::Sid(typed.to_owned()));
    }
    MessageReference::parse(typed).map(|reference| Name::Ids(reference.ids(clock::now())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_read_out_is_understood() {
        assert!(matches!(name("kt-4821"), Some(Name::Brake(_))));
        assert!(matches!(name("4f7k 92qd"), Some(Name::Ids(_))));
        assert!(matches!(name("019ac2f0-0000-7000-8000-000000000001"), Some(Name::Ids(_))));
        assert!(matches!(name("SM0123456789abcdef0123456789abcdef"), Some(Name::Sid(_))));
        assert!(matches!(name("account:019ac2f0-0000-7000-8000-000000000001"), Some(Name::Account(_))));
        for none in ["account:1", "KT-48211", "hello", "+251911234567", "' OR 1=1 --", "ፊደል", &"4".repeat(200)] {
            assert_eq!(name(none), None, "{none}");
        }
    }

    #[test]
    fn an_address_says_what_is_looked_for() {
        let query =
            "outcome=failed&country=ET&purpose=sign_in&reference=+KT-4821+&before=019ac2f0-0000-7000-8000-000000000001";
        let filter = Filter::of_query(query);
        assert_eq!(filter.address(filter.before), format!("{LIST}?{}", query.replace('+', "")));
        assert!(!filter.is_open() && Filter::of_query("outcome=&country=&purpose=&reference=").is_open());
        assert_eq!(Filter::of_query("outcome=lost&country=XX&purpose=%00&before=1&next=//e").address(None), LIST);
    }
}
