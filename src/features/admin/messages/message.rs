//! What `/admin/messages/{id}` shows: one message's whole story.

use std::time::Duration;

use askama::Template;
use chrono::{DateTime, Utc};
use i18n_embed_fl::fl;

use super::{errors, words};
use crate::{
    domain::message_reference::MessageReference,
    features::messages::{
        Kind,
        search::{End, Occasion},
        story::Story,
    },
    sms::{DeliveryStatus, ProviderChoice},
    web::{
        clock::Clock,
        page::{AdminArea, Chrome},
    },
};

/// `GET /admin/messages/{id}`
#[derive(Template)]
#[template(path = "admin/message.html")]
pub struct MessagePage {
    /// The frame.
    pub chrome: Chrome,
    /// What there is to tell.
    pub story: Story,
    /// Whose clock the page shows.
    pub clock: Clock,
}

/// One thing that happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When; none for what stands between two others.
    at: Option<DateTime<Utc>>,
    /// What.
    what: String,
    /// What there is to say about it.
    more: Vec<String>,
}

impl MessagePage {
    fn title(&self) -> String {
        self.chrome.title(&self.heading())
    }

    fn area(&self) -> AdminArea {
        AdminArea::Messages
    }

    fn reference(&self) -> String {
        MessageReference::of(self.story.text.id).to_string()
    }

    fn heading(&self) -> String {
        fl!(self.chrome.words.0, "admin-message-title", reference = self.reference())
    }

    fn purpose(&self) -> String {
        words::occasion(self.story.text.occasion, &self.chrome.words)
    }

    fn number(&self) -> String {
        words::number(self.story.text.to.as_ref(), &self.chrome.words)
    }

    fn country(&self) -> String {
        words::country(self.story.text.country, &self.chrome.words)
    }

    fn end(&self) -> String {
        words::end(self.story.text.end, &self.chrome.words)
    }

    fn tone(&self) -> &'static str {
        words::tone(self.story.text.end)
    }

    fn account(&self) -> Option<String> {
        self.story.account.map(|user| format!("{}/{user}", AdminArea::Accounts.path()))
    }

    fn limits(&self) -> String {
        let words = &self.chrome.words;
        match (self.story.charged, self.is_notice()) {
            (_, true) => fl!(words.0, "admin-message-allowed-notice"),
            (true, false) => fl!(words.0, "admin-message-charged"),
            (false, false) => fl!(words.0, "admin-message-given-back"),
        }
    }

    fn price(&self) -> String {
        let price = words::money(self.story.text.spent_micros);
        fl!(self.chrome.words.0, "admin-message-price-counts", price = price)
    }

    fn bill(&self) -> Option<String> {
        let (micros, unit) = self.story.price.as_ref()?;
        Some(fl!(self.chrome.words.0, "admin-message-price-bill", price = words::money(*micros), unit = unit.as_str()))
    }

    fn segments(&self) -> Option<String> {
        let segments = self.story.segments?;
        Some(fl!(self.chrome.words.0, "admin-message-price-segments", segments = i64::from(segments)))
    }

    fn caption(&self) -> String {
        let words = &self.chrome.words;
        fl!(words.0, "admin-message-caption", clock = self.clock.note(words))
    }

    fn date(&self, moment: &DateTime<Utc>) -> String {
        self.clock.date(*moment, &self.chrome.words)
    }

    fn time(&self, moment: &DateTime<Utc>) -> String {
        self.clock.time_to_the_second(*moment)
    }

    fn is_notice(&self) -> bool {
        self.story.text.occasion == Occasion::Notice
    }

    /// From the decision that allowed it to the last that was heard.
    fn steps(&self) -> Vec<Step> {
        let mut steps = vec![self.asked(), self.decided()];
        steps.extend(self.in_vain());
        steps.extend(self.taken());
        steps.extend(self.settled());
        steps.extend(self.reports());
        steps.extend(self.entered());
        steps
    }

    fn asked(&self) -> Step {
        let words = &self.chrome.words;
        let by = match (self.story.by_stranger, self.is_notice()) {
            (_, true) => fl!(words.0, "admin-message-asked-notice"),
            (true, false) => fl!(words.0, "admin-message-asked-stranger"),
            (false, false) => fl!(words.0, "admin-message-asked-owner"),
        };
        let is_code = matches!(self.story.kind, Some(Kind::Code(_)));
        let send = is_code.then(|| fl!(words.0, "admin-message-send", number = i64::from(self.story.send)));
        Step {
            at: Some(self.story.text.created_at),
            what: fl!(words.0, "admin-message-asked"),
            more: [by].into_iter().chain(send).collect(),
        }
    }

    fn decided(&self) -> Step {
        let words = &self.chrome.words;
        let (what, more) = match (self.story.text.end, &self.story.text.brake) {
            (End::Held, Some(brake)) => {
                let brake = fl!(words.0, "admin-message-held-brake", reference = brake.as_str());
                (
                    fl!(words.0, "admin-message-held"),
                    [brake].into_iter().chain(self.story.held_because.clone()).collect(),
                )
            }
            (End::Held, None) => {
                (fl!(words.0, "admin-message-held"), vec![errors::in_words(self.story.text.why, words)])
            }
            (End::Withheld, _) => {
                (fl!(words.0, "admin-message-withheld"), vec![fl!(words.0, "admin-message-withheld-text")])
            }
            _ if self.is_notice() => {
                (fl!(words.0, "admin-message-allowed"), vec![fl!(words.0, "admin-message-allowed-notice")])
            }
            _ => (fl!(words.0, "admin-message-allowed"), vec![fl!(words.0, "admin-message-allowed-text")]),
        };
        let would_hold =
            self.story.would_hold.map(|it| fl!(words.0, "admin-message-would-hold", reference = it.to_string()));
        Step { at: None, what, more: more.into_iter().chain(would_hold).collect() }
    }

    fn in_vain(&self) -> impl Iterator<Item = Step> {
        let words = &self.chrome.words;
        self.story.in_vain.iter().map(move |attempt| {
            let provider = words::way(attempt.provider, self.story.sender.as_deref(), words);
            let number = i64::from(attempt.number);
            let why = match attempt.why {
                crate::features::message_hours::Why::NotTold => fl!(words.0, "admin-message-attempt-not-reached"),
                why => fl!(words.0, "admin-message-attempt-refused", why = errors::in_words(why, words)),
            };
            Step {
                at: Some(attempt.ended_at),
                what: fl!(words.0, "admin-message-attempt", number = number, provider = provider),
                more: vec![why],
            }
        })
    }

    fn taken(&self) -> Option<Step> {
        let words = &self.chrome.words;
        if let Some(next) = self.story.next_attempt_at.filter(|_| self.story.settled_at.is_none()) {
            let what = fl!(words.0, "admin-message-waits");
            return Some(Step { at: Some(next), what, more: vec![fl!(words.0, "admin-message-waits-text")] });
        }
        let is_handed_over = !matches!(self.story.text.end, End::Held | End::Withheld | End::Superseded);
        let claimed_at = self.story.claimed_at.filter(|_| is_handed_over)?;
        let provider = words::way(self.story.text.provider, self.story.sender.as_deref(), words);
        Some(Step {
            at: Some(claimed_at),
            what: fl!(words.0, "admin-message-taken", provider = provider),
            more: vec![fl!(words.0, "admin-message-taken-text", number = i64::from(self.story.attempts))],
        })
    }

    fn settled(&self) -> Option<Step> {
        let words = &self.chrome.words;
        let (what, more) = match self.story.text.end {
            End::Underway | End::Held | End::Withheld => return None,
            End::Refused => (fl!(words.0, "admin-message-refused"), vec![errors::in_words(self.story.text.why, words)]),
            End::Unknown => (fl!(words.0, "admin-message-unknown"), vec![fl!(words.0, "admin-message-unknown-text")]),
            End::Superseded => {
                (fl!(words.0, "admin-message-superseded"), vec![fl!(words.0, "admin-message-superseded-text")])
            }
            End::Sent | End::Delivered | End::Undelivered => {
                let is_silent = self.story.text.provider != Some(ProviderChoice::Messaging);
                let silent = is_silent.then(|| fl!(words.0, "admin-message-no-reports"));
                (fl!(words.0, "admin-message-sent"), self.sid().into_iter().chain(silent).collect())
            }
        };
        Some(Step { at: self.story.settled_at, what, more })
    }

    /// The name of a verification is left out: with our credentials a code is checked by it.
    fn sid(&self) -> Option<String> {
        let sid = self.story.provider_sid.as_deref().filter(|sid| sid.starts_with("SM") || sid.starts_with("MM"))?;
        Some(fl!(self.chrome.words.0, "admin-message-sid", sid = sid))
    }

    fn reports(&self) -> impl Iterator<Item = Step> {
        let words = &self.chrome.words;
        self.story.reports.iter().map(move |(status, at)| {
            let status_in_words = match status {
                DeliveryStatus::Accepted => fl!(words.0, "admin-message-status-accepted"),
                DeliveryStatus::Scheduled => fl!(words.0, "admin-message-status-scheduled"),
                DeliveryStatus::Queued => fl!(words.0, "admin-message-status-queued"),
                DeliveryStatus::Sending => fl!(words.0, "admin-message-status-sending"),
                DeliveryStatus::Sent => fl!(words.0, "admin-message-status-sent"),
                DeliveryStatus::Canceled => fl!(words.0, "admin-message-status-canceled"),
                DeliveryStatus::Delivered => fl!(words.0, "admin-message-report-delivered"),
                DeliveryStatus::Undelivered | DeliveryStatus::Failed => fl!(words.0, "admin-message-report-failed"),
            };
            let more = match status {
                DeliveryStatus::Delivered => self.arrived(),
                status if status.is_final() => Some(errors::in_words(self.story.text.why, words)),
                _ => None,
            };
            Step {
                at: Some(*at),
                what: fl!(words.0, "admin-message-report", status = status_in_words),
                more: more.into_iter().collect(),
            }
        })
    }

    fn arrived(&self) -> Option<String> {
        let words = &self.chrome.words;
        let took = Duration::from_millis(u64::try_from(self.story.text.arrived_ms?).ok()?);
        Some(fl!(words.0, "admin-message-report-delivered-in", time = words::took(took, words)))
    }

    fn entered(&self) -> Option<Step> {
        let what = fl!(self.chrome.words.0, "admin-message-entered");
        self.story.entered_at.map(|at| Step { at: Some(at), what, more: Vec::new() })
    }
}
