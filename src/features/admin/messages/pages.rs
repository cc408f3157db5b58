//! What `/admin/messages` shows.

use std::time::Duration;

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use i18n_embed_fl::fl;

use super::{
    errors,
    forms::{Filter, Outcome},
    words,
};
use crate::{
    db::DbError,
    domain::{country::Country, ids::MessageId, message_reference::MessageReference},
    features::{
        brakes::{self, Noted},
        message_hours::{self, Figures, Span, Way, Why},
        messages::search::{End, Found, Occasion},
    },
    web::{
        clock::Clock,
        form::FormErrors,
        page::{AdminArea, Chrome, Notice},
    },
};

/// `GET /admin/messages`
#[derive(Template)]
#[template(path = "admin/messages.html")]
pub struct MessagesPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is looked for.
    pub filter: Filter,
    /// What is wrong with it.
    pub errors: FormErrors,
    /// The messages of the page, the newest first.
    pub found: Vec<Found>,
    /// Before which the next page begins, if there is one.
    pub older: Option<MessageId>,
    /// The brakes that are on.
    pub on: Vec<Noted>,
    /// The figures, on the first page of all.
    pub figured: Option<Figured>,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// What became of the messages of a span.
pub struct Figured {
    /// By country, provider and sender, where most went first.
    pub ways: Vec<(Way, Figures)>,
    /// Why messages failed or were held.
    pub whys: Vec<(Why, Option<Country>, i64)>,
    /// Hour by hour or day by day, the latest first.
    pub times: Vec<(Time, Figures)>,
    /// Brakes that were on lately.
    pub recent: Vec<Noted>,
}

/// A stretch of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// The hour that begins then.
    Hour(DateTime<Utc>),
    /// A day.
    Day(NaiveDate),
}

impl Figured {
    /// Reads them.
    ///
    /// # Errors
    /// The database's.
    pub fn read(conn: &mut PgConnection, span: Span, most_brakes: i64) -> Result<Self, DbError> {
        let mut times: Vec<_> = match span {
            Span::Month => message_hours::by_day(conn)?.into_iter().map(|(day, it)| (Time::Day(day), it)).collect(),
            _ => message_hours::by_hour(conn)?.into_iter().map(|(hour, it)| (Time::Hour(hour), it)).collect(),
        };
        times.reverse();
        Ok(Self {
            ways: message_hours::by_country(conn, span)?,
            whys: message_hours::errors(conn, span)?,
            times,
            recent: brakes::store::list_recent(conn, most_brakes)?,
        })
    }
}

impl MessagesPage {
    fn title(&self) -> String {
        let words = &self.chrome.words;
        self.chrome.title(&self.errors.title(words, &fl!(words.0, "admin-messages-title")))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Messages
    }

    fn outcomes(&self) -> Vec<(&'static str, String, bool)> {
        let words = &self.chrome.words;
        let label = |outcome| match outcome {
            Outcome::Delivered => words::end(End::Delivered, words),
            Outcome::Underway => fl!(words.0, "admin-messages-outcome-underway"),
            Outcome::Failed => fl!(words.0, "admin-messages-outcome-failed"),
            Outcome::Held => words::end(End::Held, words),
            Outcome::Unknown => words::end(End::Unknown, words),
            Outcome::Withheld => words::end(End::Withheld, words),
            Outcome::Superseded => words::end(End::Superseded, words),
        };
        let chosen = self.filter.outcome;
        Outcome::ALL.into_iter().map(|it| (it.as_str(), label(it), chosen == Some(it))).collect()
    }

    fn purposes(&self) -> Vec<(&'static str, String, bool)> {
        let chosen = self.filter.purpose;
        let choice = |it: Occasion| (it.as_str(), words::occasion(it, &self.chrome.words), chosen == Some(it));
        Occasion::ALL.into_iter().map(choice).collect()
    }

    fn is_country(&self, country: &Country) -> bool {
        self.filter.country == Some(*country)
    }

    fn is_first(&self) -> bool {
        self.filter.before.is_none()
    }

    fn caption(&self) -> String {
        let words = &self.chrome.words;
        fl!(words.0, "admin-messages-caption", clock = self.clock.note(words))
    }

    fn older(&self) -> Option<String> {
        self.older.map(|before| self.filter.address(Some(before)))
    }

    fn newest(&self) -> String {
        self.filter.address(None)
    }

    fn number(&self, found: &Found) -> String {
        words::number(found.to.as_ref(), &self.chrome.words)
    }

    fn country(&self, country: &Option<Country>) -> String {
        words::country(*country, &self.chrome.words)
    }

    fn end(&self, found: &Found) -> String {
        words::end(found.end, &self.chrome.words)
    }

    fn tone(&self, found: &Found) -> &'static str {
        words::tone(found.end)
    }

    fn why(&self, found: &Found) -> Option<String> {
        let has_a_reason = matches!(found.end, End::Undelivered | End::Refused | End::Held);
        has_a_reason.then(|| errors::in_words(found.why, &self.chrome.words))
    }

    fn occasion(&self, found: &Found) -> String {
        words::occasion(found.occasion, &self.chrome.words)
    }

    fn date(&self, moment: &DateTime<Utc>) -> String {
        self.clock.date(*moment, &self.chrome.words)
    }

    fn time(&self, moment: &DateTime<Utc>) -> String {
        self.clock.time_to_the_second(*moment)
    }

    fn date_and_time(&self, moment: &DateTime<Utc>) -> String {
        self.clock.date_and_time(*moment, &self.chrome.words)
    }

    fn arrived(&self, found: &Found) -> String {
        let took = found.arrived_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        words::took_or_nothing(took, &self.chrome.words)
    }

    fn price(&self, found: &Found) -> String {
        words::money(found.spent_micros)
    }

    fn reference(&self, found: &Found) -> String {
        MessageReference::of(found.id).to_string()
    }

    fn way(&self, way: &Way) -> String {
        words::way(way.provider, way.sender.as_deref(), &self.chrome.words)
    }

    fn total(&self, figured: &Figured) -> Figures {
        figured.ways.iter().fold(Figures::default(), |sum, (_, figures)| sum + *figures)
    }

    fn percent(&self, share: Option<f64>) -> String {
        let words = &self.chrome.words;
        share.map_or_else(
            || fl!(words.0, "admin-messages-nothing"),
            |share| fl!(words.0, "admin-messages-percent", percent = format!("{share:.1}")),
        )
    }

    fn delivered(&self, figures: &Figures) -> String {
        let share = self.percent(figures.delivery());
        fl!(self.chrome.words.0, "admin-messages-of", count = figures.delivered.to_string(), share = share)
    }

    fn entered(&self, figures: &Figures) -> String {
        let share = self.percent(figures.conversion());
        fl!(self.chrome.words.0, "admin-messages-of", count = figures.entered.to_string(), share = share)
    }

    fn median(&self, figures: &Figures) -> String {
        self.within(figures.median())
    }

    fn slow(&self, figures: &Figures) -> String {
        self.within(figures.slow())
    }

    /// Beyond the last step nobody has counted.
    fn within(&self, time: Option<Duration>) -> String {
        let words = &self.chrome.words;
        let told = words::took_or_nothing(time, words);
        let is_beyond = time >= Some(message_hours::LAST_BOUND);
        if is_beyond { fl!(words.0, "admin-messages-more-than", time = told) } else { told }
    }

    fn spent(&self, figures: &Figures) -> String {
        words::sum(figures.spent_micros)
    }

    fn reason(&self, why: &Why) -> String {
        errors::in_words(*why, &self.chrome.words)
    }

    fn stretch(&self, time: &Time) -> String {
        match time {
            Time::Hour(hour) => Clock::UTC.time(*hour),
            Time::Day(day) => {
                let begin = day.and_time(chrono::NaiveTime::MIN).and_utc();
                Clock::UTC.date(begin, &self.chrome.words)
            }
        }
    }

    fn place(&self, brake: &Noted) -> String {
        let words = &self.chrome.words;
        let country = words::country(brake.country, words);
        if brake.number_range.is_empty() {
            fl!(words.0, "admin-messages-brake-country", country = country)
        } else {
            fl!(words.0, "admin-messages-brake-range", country = country, start = range_start(&brake.number_range))
        }
    }

    fn since(&self, brake: &Noted) -> String {
        fl!(self.chrome.words.0, "admin-messages-brake-since", at = self.date_and_time(&brake.began_at))
    }

    fn ended(&self, brake: &Noted) -> String {
        let words = &self.chrome.words;
        let at = brake.ended_at.map_or_else(String::new, |at| self.date_and_time(&at));
        match (brake.opened_at, brake.alert_only) {
            (Some(_), _) => fl!(words.0, "admin-messages-brake-by-hand", at = at),
            (None, true) => fl!(words.0, "admin-messages-brake-only-noted", at = at),
            (None, false) => fl!(words.0, "admin-messages-brake-by-itself", at = at),
        }
    }

    fn open_label(&self, brake: &Noted) -> String {
        fl!(self.chrome.words.0, "admin-messages-brake-open-label", reference = brake.reference.as_str())
    }

    fn held_by(&self, brake: &Noted) -> String {
        Filter { reference: brake.reference.clone(), ..Filter::default() }.address(None)
    }
}

/// A range is a number without its last four digits; so much of it as says who has it.
fn range_start(range: &str) -> String {
    range.chars().take(7).chain("…".chars()).collect()
}
