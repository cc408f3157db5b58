//! What every page that asks for a code from a text has in common: how the code stands, when a new one can be asked
//! for, and both in words.

use std::time::Duration;

use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use super::{CodeRefused, MOST_SENDS, store::Standing};
use crate::app::App;
use crate::domain::country::Country;
use crate::domain::ids::MessageId;
use crate::domain::phone_number::PhoneNumber;
use crate::features::brakes;
use crate::features::messages::outcomes::Listening;
use crate::features::messages::reserve::Reserved;
use crate::features::messages::{self, OUTCOME_WAIT, Outcome};
use crate::sms::Fault;
use crate::web::clock::Clock;
use crate::web::error::PageError;
use crate::web::form::{FormErrors, Problem};
use crate::web::markup::{Parts, Sentence};
use crate::web::words::Words;

/// How a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// The text is still with us.
    Sending {
        /// When the code dies.
        expires_at: DateTime<Utc>,
    },
    /// The provider has the text.
    Sent {
        /// When the code dies.
        expires_at: DateTime<Utc>,
    },
    /// Nobody knows whether the text went out: it may still come.
    Late {
        /// When the code dies.
        expires_at: DateTime<Utc>,
    },
    /// The text surely did not go out.
    Unsent(Unsent),
    /// The code is too old.
    Expired,
    /// No guesses are left.
    OutOfGuesses,
}

/// Why a text did not go out, as far as it tells the person what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// No such number.
    BadNumber,
    /// A landline, for instance.
    NoSms,
    /// The holder told us to stop.
    OptedOut,
    /// We send no texts to that country.
    Country,
    /// Asking again later may work.
    Later,
    /// Our account, sender or request is at fault.
    Ours,
}

/// Whether and when a new code can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// Now.
    Now,
    /// From this moment on.
    At(DateTime<Utc>),
    /// Not for this challenge: so many were sent.
    Over {
        /// How many.
        sends: u32,
    },
}

/// A text to the number of an account: how its code stands, and whether there can be another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextState {
    /// How the code stands.
    pub code: CodeState,
    /// Whether and when a new one can be asked for.
    pub resend: Resend,
}

impl CodeState {
    /// Whether there is a code that can be entered.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Sent { .. } | Self::Sending { .. } | Self::Late { .. })
    }

    /// Why the text did not go out.
    pub fn unsent(self) -> Option<Unsent> {
        match self {
            Self::Unsent(why) => Some(why),
            _ => None,
        }
    }

    /// The heading of the page; `usual` while a code is to be entered.
    pub fn heading(self, usual: String, words: &Words) -> String {
        match self {
            Self::Sent { .. } | Self::Late { .. } => usual,
            Self::Sending { .. } => fl!(words.0, "verify-sending-title"),
            Self::Unsent(_) => fl!(words.0, "verify-unsent-title"),
            Self::Expired | Self::OutOfGuesses => fl!(words.0, "verify-dead-title"),
        }
    }
}

impl Unsent {
    /// What happened.
    pub fn title(self, words: &Words) -> String {
        match self {
            Self::BadNumber => fl!(words.0, "unsent-bad-number"),
            Self::NoSms => fl!(words.0, "unsent-no-sms"),
            Self::OptedOut => fl!(words.0, "unsent-opted-out"),
            Self::Country => fl!(words.0, "unsent-country"),
            Self::Later => fl!(words.0, "unsent-later"),
            Self::Ours => fl!(words.0, "unsent-ours"),
        }
    }

    /// What to do where another number can be given.
    pub fn text(self, words: &Words) -> String {
        match self {
            Self::BadNumber => fl!(words.0, "unsent-bad-number-text"),
            Self::NoSms => fl!(words.0, "unsent-no-sms-text"),
            Self::OptedOut => fl!(words.0, "unsent-opted-out-text"),
            Self::Country => fl!(words.0, "unsent-country-text"),
            Self::Later => fl!(words.0, "unsent-later-text"),
            Self::Ours => fl!(words.0, "unsent-ours-text"),
        }
    }

    /// What to do where only the number of the account is texted: no other number can be given, but there are backup
    /// codes.
    pub fn text_for_account(self, words: &Words) -> String {
        match self {
            Self::BadNumber | Self::NoSms | Self::Country => fl!(words.0, "unsent-use-backup-code"),
            Self::OptedOut => fl!(words.0, "unsent-opted-out-or-backup-code"),
            Self::Later => fl!(words.0, "unsent-later-or-backup-code"),
            Self::Ours => fl!(words.0, "unsent-ours-or-backup-code"),
        }
    }

    /// Whether another number is the one thing that helps: a new text to this one would not arrive either.
    pub fn asks_for_another_number(self) -> bool {
        matches!(self, Self::BadNumber | Self::NoSms | Self::Country)
    }
}

impl Resend {
    /// Whether there can be another text at all.
    pub fn is_possible(self) -> bool {
        !matches!(self, Self::Over { .. })
    }
}

impl TextState {
    /// The one thing to do next is to ask for a new code: its button is the filled one.
    pub fn asks_for_new_code(self) -> bool {
        !self.code.is_live() && self.can_send()
    }

    /// Whether a new text is possible and can help.
    pub fn can_send(self) -> bool {
        self.resend.is_possible() && !self.code.unsent().is_some_and(Unsent::asks_for_another_number)
    }
}

/// What the sentences about a text depend on.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    /// The words.
    pub words: &'a Words,
    /// Where the text goes. Shown masked.
    pub phone: &'a PhoneNumber,
    /// What the database's clock shows.
    pub now: DateTime<Utc>,
    /// Whose clock tells the times.
    pub clock: Clock,
}

impl Telling<'_> {
    /// Where the text went and until when its code works. What it means that nothing was sent is the page's to say.
    pub fn code(&self, code: CodeState) -> Option<Sentence> {
        let words = self.words;
        let mut parts = Parts::new();
        let number = parts.tag(self.phone);
        let sentence = match code {
            CodeState::Sent { expires_at } => {
                let (wait, time) = (words.lasting(self.left(expires_at)), parts.time(expires_at, self.clock));
                fl!(words.0, "verify-lead", number = number, wait = wait, time = time)
            }
            CodeState::Sending { expires_at } => {
                let (wait, time) = (words.lasting(self.left(expires_at)), parts.time(expires_at, self.clock));
                fl!(words.0, "verify-sending-lead", number = number, wait = wait, time = time)
            }
            CodeState::Late { expires_at } => {
                let time = parts.time(expires_at, self.clock);
                fl!(words.0, "verify-late-lead", number = number, time = time)
            }
            CodeState::Expired => fl!(words.0, "verify-expired-lead", number = number),
            CodeState::OutOfGuesses => fl!(words.0, "verify-spent-lead", number = number),
            CodeState::Unsent(_) => return None,
        };
        Some(parts.put_into(&sentence))
    }

    /// When a new code can be asked for.
    ///
    /// # Errors
    /// How many were sent, when there can be no more. What to do then is the page's to say.
    pub fn resend(&self, resend: Resend) -> Result<Sentence, u32> {
        let words = self.words;
        let mut parts = Parts::new();
        let sentence = match resend {
            Resend::At(moment) if moment > self.now => {
                let (wait, time) = (words.wait(self.left(moment)), parts.time_from(moment, self.clock));
                fl!(words.0, "verify-resend-at", wait = wait, time = time)
            }
            Resend::Now | Resend::At(_) => fl!(words.0, "verify-resend-now"),
            Resend::Over { sends } => return Err(sends),
        };
        Ok(parts.put_into(&sentence))
    }

    fn left(&self, moment: DateTime<Utc>) -> Duration {
        (moment - self.now).to_std().unwrap_or(Duration::ZERO)
    }
}

/// How the code of a challenge stands, for its page.
pub fn code_state(standing: &Standing, outcome: Option<Outcome>) -> CodeState {
    let expires_at = standing.expires_at;
    match outcome {
        Some(Outcome::Refused(fault)) => CodeState::Unsent(Unsent::from(fault)),
        _ if expires_at <= standing.now => CodeState::Expired,
        _ if standing.guesses_left == 0 => CodeState::OutOfGuesses,
        Some(Outcome::Underway) => CodeState::Sending { expires_at },
        Some(Outcome::Unknown) => CodeState::Late { expires_at },
        Some(Outcome::Sent) | None => CodeState::Sent { expires_at },
    }
}

/// Whether and when a new code can be asked for.
pub fn resend_state(standing: &Standing) -> Resend {
    match standing.resend_at {
        None => Resend::Over { sends: MOST_SENDS.unsigned_abs().into() },
        Some(at) if at <= standing.now => Resend::Now,
        Some(at) => Resend::At(at),
    }
}

impl From<Fault> for Unsent {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::BadNumber => Self::BadNumber,
            Fault::NoSms => Self::NoSms,
            Fault::OptedOut => Self::OptedOut,
            Fault::Country => Self::Country,
            Fault::TryLater | Fault::TooMany | Fault::Paused => Self::Later,
            Fault::WrongCode | Fault::Expired | Fault::Ours => Self::Ours,
        }
    }
}

/// A refused code in words. What is our fault goes on.
///
/// # Errors
/// The database's.
pub fn explain(refusal: CodeRefused, words: &Words) -> Result<FormErrors, PageError> {
    let problem = match refusal {
        CodeRefused::Wrong { guesses_left } => Problem::CodeWrong { left: guesses_left.unsigned_abs().into() },
        CodeRefused::OutOfGuesses => Problem::CodeTooMany,
        CodeRefused::Expired => Problem::CodeExpired,
        CodeRefused::Unchecked => Problem::CodeUnchecked,
        CodeRefused::Db(fault) => return Err(fault.into()),
    };
    Ok(FormErrors::on("code", problem.in_words(words)))
}

/// What is said of a further text that is refused before any provider hears of it, if it is: the page of the code does not
/// say then that one was sent. For numbers that are proven; those are refused for their country alone.
pub fn refused_at_once(reserved: &Reserved, to: Option<&PhoneNumber>, words: &Words) -> Option<FormErrors> {
    let country = to?.country().filter(|_| reserved.refused == Some(Fault::Country))?;
    Some(FormErrors::on("code", Problem::CountryClosedForNow(country).in_words(words)))
}

/// Waits a little for the outcome of a text to a number that the person typed: who mistyped it should hear of it at once.
///
/// # Errors
/// The database's.
pub async fn await_refusal(
    app: &App,
    listening: Listening,
    message: MessageId,
    country: Country,
) -> Result<Option<Problem>, PageError> {
    listening.settled(message, OUTCOME_WAIT).await;
    let outcome = app.db.run(move |conn| messages::store::find_outcome(conn, message)).await;
    match outcome? {
        Some(Outcome::Refused(Fault::Paused)) => {
            let reference = app.db.run(move |conn| brakes::store::find_reference(conn, message)).await;
            Ok(reference?.map(Problem::PhonePaused))
        }
        Some(Outcome::Refused(fault)) => Ok(refused_number_problem(fault, country)),
        _ => Ok(None),
    }
}

/// What a number that the provider refused needs, where the person can do something about it.
fn refused_number_problem(fault: Fault, country: Country) -> Option<Problem> {
    match fault {
        Fault::BadNumber => Some(Problem::PhoneNotInPlan(country)),
        Fault::NoSms => Some(Problem::PhoneNotMobile),
        Fault::OptedOut => Some(Problem::PhoneOptedOut),
        Fault::Country => Some(Problem::CountryClosed(country)),
        Fault::TryLater | Fault::TooMany | Fault::Paused | Fault::WrongCode | Fault::Expired | Fault::Ours => None,
    }
}
