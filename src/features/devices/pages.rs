//! What `/account/devices` shows.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use i18n_embed_fl::fl;

use crate::domain::browser_name::BrowserName;
use crate::domain::ids::SessionId;
use crate::features::sessions::store::Listed as Session;
use crate::features::trusted_devices::store::Listed as TrustedDevice;
use crate::web::clock::Clock;
use crate::web::page::{Area, Chrome, Notice};
use crate::web::words::Words;

/// `GET /account/devices`
#[derive(Template)]
#[template(path = "devices/devices.html")]
pub struct DevicesPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where the account is signed in, this browser among them.
    pub sessions: Vec<Session>,
    /// The session that looks at the page.
    pub this: SessionId,
    /// The browsers that are excused from the second step.
    pub trusted: Vec<TrustedDevice>,
    /// The moment of the page.
    pub now: DateTime<Utc>,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

impl DevicesPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "devices-title"))
    }

    fn area(&self) -> Area {
        Area::Devices
    }

    fn is_this(&self, session: &Session) -> bool {
        session.id == self.this
    }

    fn name(&self, browser: &BrowserName) -> String {
        self.chrome.words.browser(browser)
    }

    fn place(&self, address: &str) -> String {
        place(address, &self.chrome.words)
    }

    fn since(&self, session: &Session) -> String {
        used(session, self.now, self.clock, &self.chrome.words)
    }

    fn until(&self, device: &TrustedDevice) -> String {
        trusted_until(device, self.clock, &self.chrome.words)
    }

    fn end_label(&self, browser: &BrowserName) -> String {
        fl!(self.chrome.words.0, "devices-end-label", browser = self.name(browser))
    }

    fn forget_label(&self, browser: &BrowserName) -> String {
        fl!(self.chrome.words.0, "devices-forget-label", browser = self.name(browser))
    }
}

/// Where a browser is, as far as that is kept.
pub fn place(address: &str, words: &Words) -> String {
    fl!(words.0, "devices-place", start = words.address_start(address))
}

/// Since when a browser is signed in, and when it was last used.
pub fn used(session: &Session, now: DateTime<Utc>, clock: Clock, words: &Words) -> String {
    let since = clock.date(session.created_at, words);
    // The row is written once a minute at most.
    if now - session.last_seen_at < TimeDelta::minutes(2) {
        return fl!(words.0, "devices-used-now", since = since);
    }
    let (date, time) = (clock.date(session.last_seen_at, words), clock.time(session.last_seen_at));
    fl!(words.0, "devices-used", since = since, date = date, time = time)
}

/// Until when a browser is trusted.
pub fn trusted_until(device: &TrustedDevice, clock: Clock, words: &Words) -> String {
    fl!(words.0, "devices-trusted-until", date = clock.date(device.expires_at, words))
}
