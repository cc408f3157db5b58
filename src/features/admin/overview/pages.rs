//! What `/admin` shows, in words.

use std::{borrow::Cow, time::Duration};

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use i18n_embed_fl::fl;

use super::look::{Look, Period, Slice};
use crate::{
    domain::country::Country,
    features::{
        activity::hours::Happened,
        budget::{UNPROVEN_PERCENT, store::Fill},
        message_hours::Figures,
        recovery::Listed,
    },
    web::{
        chart::{Chart, Length, Series, Unit, When},
        clock::Clock,
        figures,
        page::{AdminArea, Chrome, Notice, Tone},
        words::Words,
    },
};

/// `GET /admin`
#[derive(Template)]
#[template(path = "admin/overview.html")]
pub struct OverviewPage {
    /// The frame.
    pub chrome: Chrome,
    /// All that is shown.
    pub look: Look,
    /// Whose clock the page shows.
    pub clock: Clock,
    /// What has just happened.
    pub notice: Option<Notice>,
}

/// Something that needs attention, and where it is solved.
struct Row {
    tone: Tone,
    state: String,
    says: String,
    path: Cow<'static, str>,
}

/// A figure, and what to compare it with.
struct Tile {
    label: String,
    figure: String,
    notes: Vec<String>,
}

/// A figure of an hour or a day.
type Figure = fn(&Slice) -> i64;

impl OverviewPage {
    fn title(&self) -> String {
        self.chrome.title(&fl!(self.chrome.words.0, "admin-area-overview"))
    }

    fn area(&self) -> AdminArea {
        AdminArea::Overview
    }

    fn words(&self) -> &Words {
        &self.chrome.words
    }

    fn is_month(&self) -> bool {
        self.look.period == Period::Month
    }

    /// The period as a selector of words.
    fn period(&self) -> &'static str {
        match self.look.period {
            Period::Day => "day",
            Period::Month => "month",
        }
    }

    /// The time alone where it is today's, else with its day.
    fn at(&self, moment: DateTime<Utc>) -> String {
        let (words, time) = (self.words(), self.clock.time(moment));
        let date = self.clock.date(moment, words);
        if date == self.clock.date(self.look.now, words) {
            return time;
        }
        fl!(words.0, "admin-overview-date-and-time", date = date, time = time)
    }

    fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        self.add_audit(&mut rows);
        self.add_brakes(&mut rows);
        rows.extend(self.look.attention.budgets.iter().map(|fill| self.budget(fill)));
        self.add_providers(&mut rows);
        self.add_queue(&mut rows);
        self.add_recoveries(&mut rows);
        self.add_alerts(&mut rows);
        // The worst at the head; what is equally bad stays in order.
        rows.sort_by_key(|row| row.tone != Tone::Bad);
        rows
    }

    fn add_audit(&self, rows: &mut Vec<Row>) {
        let Some(at) = self.look.attention.audit_failed_at else { return };
        let words = self.words();
        rows.push(Row {
            tone: Tone::Bad,
            state: fl!(words.0, "admin-overview-audit"),
            says: fl!(words.0, "admin-overview-audit-text", at = self.at(at)),
            path: AdminArea::Activity.path().into(),
        });
    }

    fn add_brakes(&self, rows: &mut Vec<Row>) {
        let words = self.words();
        for brake in &self.look.attention.brakes {
            let (country, since) = (self.place(brake.country), self.at(brake.began_at));
            let (reference, why) = (brake.reference.as_str(), brake.why.as_str());
            let says = fl!(
                words.0,
                "admin-overview-brake-text",
                country = country,
                why = why,
                reference = reference,
                since = since
            );
            let (tone, state) = if brake.alert_only {
                (Tone::Wait, fl!(words.0, "admin-overview-brake-alert-only"))
            } else {
                (Tone::Bad, fl!(words.0, "admin-overview-brake"))
            };
            // Where they are opened.
            rows.push(Row { tone, state, says, path: at_messages("#on") });
        }
    }

    fn place(&self, country: Option<Country>) -> String {
        country
            .map_or_else(|| fl!(self.words().0, "admin-overview-everywhere"), |country| self.words().country(country))
    }

    fn budget(&self, fill: &Fill) -> Row {
        let words = self.words();
        let scope = Country::parse(&fill.scope).ok();
        let (country, is_country) = (self.place(scope), if scope.is_some() { "yes" } else { "no" });
        let pace = Pace::of(fill, self.look.now);
        let (spent, cap) = (figures::dollars(pace.spent), figures::dollars(pace.cap));
        let stands = if pace.of_unproven {
            fl!(
                words.0,
                "admin-overview-budget-unproven",
                spent = spent,
                cap = cap,
                period = fill.period.as_str(),
                one = is_country,
                country = country
            )
        } else {
            fl!(
                words.0,
                "admin-overview-budget-all",
                spent = spent,
                cap = cap,
                period = fill.period.as_str(),
                one = is_country,
                country = country
            )
        };
        let ends = if fill.is_full {
            fl!(words.0, "admin-overview-budget-until", until = self.at(fill.ends_at))
        } else if let Some(at) = pace.used_up_at {
            fl!(words.0, "admin-overview-budget-pace", at = self.at(at))
        } else {
            fl!(words.0, "admin-overview-budget-lasts", until = self.at(fill.ends_at))
        };
        let (tone, state) = if fill.is_full {
            (Tone::Bad, fl!(words.0, "admin-overview-budget-full"))
        } else {
            (Tone::Wait, fl!(words.0, "admin-overview-budget", percent = fill.percent))
        };
        let path = match scope {
            Some(_) => AdminArea::Countries.path().into(),
            None => format!("{}#cap_{}", AdminArea::Settings.path(), fill.period).into(),
        };
        Row { tone, state, says: format!("{stands} {ends}"), path }
    }

    fn add_providers(&self, rows: &mut Vec<Row>) {
        let words = self.words();
        for streak in &self.look.attention.down {
            let provider = streak.provider.as_str();
            rows.push(Row {
                tone: Tone::Bad,
                state: fl!(words.0, "admin-overview-down"),
                says: fl!(words.0, "admin-overview-down-text", provider = provider, calls = streak.failures),
                path: AdminArea::Settings.path().into(),
            });
        }
        for circuit in &self.look.attention.circuits {
            let (provider, country) = (circuit.scope.provider.as_str(), self.place(circuit.scope.of_country()));
            let (reason, since) = (circuit.reason.as_str(), self.at(circuit.opened_at));
            rows.push(Row {
                tone: Tone::Wait,
                state: fl!(words.0, "admin-overview-circuit"),
                says: fl!(
                    words.0,
                    "admin-overview-circuit-text",
                    provider = provider,
                    country = country,
                    reason = reason,
                    since = since
                ),
                path: AdminArea::Messages.path().into(),
            });
        }
        if let Some((failed, tried)) = self.look.attention.failed {
            let (failed, tried) = (figures::count(failed), figures::count(tried));
            rows.push(Row {
                tone: Tone::Wait,
                state: fl!(words.0, "admin-overview-failed"),
                says: fl!(words.0, "admin-overview-failed-text", failed = failed, tried = tried),
                path: at_messages("?outcome=failed"),
            });
        }
    }

    fn add_queue(&self, rows: &mut Vec<Row>) {
        let Some((waiting, oldest)) = self.look.attention.late else { return };
        let words = self.words();
        rows.push(Row {
            tone: Tone::Wait,
            state: fl!(words.0, "admin-overview-queue"),
            says: fl!(words.0, "admin-overview-queue-text", waiting = waiting, oldest = words.lasting(oldest)),
            path: at_messages("?outcome=underway"),
        });
    }

    fn add_recoveries(&self, rows: &mut Vec<Row>) {
        let words = self.words();
        let (waiting, stuck) = (&self.look.attention.recoveries, &self.look.attention.stuck_recoveries);
        if !stuck.is_empty() {
            rows.push(Row {
                tone: Tone::Bad,
                state: fl!(words.0, "admin-overview-stuck", number = stuck.len()),
                says: fl!(words.0, "admin-overview-stuck-text", number = stuck.len()),
                path: to_account(stuck),
            });
        }
        if let Some(first) = waiting.first() {
            rows.push(Row {
                tone: Tone::Wait,
                state: fl!(words.0, "admin-overview-recoveries", number = waiting.len()),
                says: fl!(
                    words.0,
                    "admin-overview-recoveries-text",
                    number = waiting.len(),
                    at = self.at(first.opens_at)
                ),
                path: to_account(waiting),
            });
        }
    }

    fn add_alerts(&self, rows: &mut Vec<Row>) {
        let words = self.words();
        let alerts = self.look.attention.alerts;
        let path = format!("{}#alert_url", AdminArea::Settings.path());
        let state = || fl!(words.0, "admin-overview-alerts");
        if alerts.waiting > 0 {
            let says = fl!(words.0, "admin-overview-alerts-waiting", number = alerts.waiting);
            rows.push(Row { tone: Tone::Bad, state: state(), says, path: path.clone().into() });
        }
        if alerts.given_up > 0 {
            let says = fl!(words.0, "admin-overview-alerts-given-up", number = alerts.given_up);
            rows.push(Row { tone: Tone::Bad, state: state(), says, path: path.clone().into() });
        }
    }

    fn tiles(&self) -> Vec<Tile> {
        let words = self.words();
        let happened: Happened = self.look.slices.iter().map(|slice| slice.happened).sum();
        let (before, texts, earlier) = (self.look.happened_before, &self.look.texts, &self.look.texts_before);
        let mut tiles = vec![
            Tile {
                label: fl!(words.0, "admin-overview-registrations"),
                figure: figures::count(happened.registrations),
                notes: vec![self.compared(Unit::Times, happened.registrations, before.registrations)],
            },
            Tile {
                label: fl!(words.0, "admin-overview-sign-ins"),
                figure: figures::count(happened.sign_ins),
                notes: vec![
                    fl!(words.0, "admin-overview-refused", number = figures::count(happened.refused)),
                    self.compared(Unit::Times, happened.sign_ins, before.sign_ins),
                ],
            },
        ];
        tiles.push(Tile {
            label: fl!(words.0, "admin-overview-codes"),
            figure: figures::count(texts.codes),
            notes: vec![
                fl!(words.0, "admin-overview-waiting", number = figures::count(self.look.waiting)),
                self.compared(Unit::Times, texts.codes, earlier.codes),
            ],
        });
        tiles.push(self.delivered(texts, earlier));
        let (entered, codes) = (figures::count(texts.entered), figures::count(texts.codes));
        tiles.push(self.share(
            fl!(words.0, "admin-overview-entered"),
            texts.conversion(),
            earlier.conversion(),
            Some(fl!(words.0, "admin-overview-entered-of", part = entered, all = codes)).filter(|_| texts.codes > 0),
        ));
        let mut notes = vec![self.compared(Unit::Dollars, texts.spent_micros, earlier.spent_micros)];
        if texts.sent > 0 {
            let cents = format!("{:.2}", texts.spent_micros as f64 / texts.sent as f64 / 10_000.0);
            notes.insert(0, fl!(words.0, "admin-overview-each", cents = cents));
        }
        let (label, figure) = (fl!(words.0, "admin-overview-spent"), Unit::Dollars.told(texts.spent_micros, words));
        tiles.push(Tile { label, figure, notes });
        tiles
    }

    fn delivered(&self, texts: &Figures, earlier: &Figures) -> Tile {
        let words = self.words();
        let heard = |texts: &Figures| texts.delivery().filter(|_| texts.delivered + texts.failed > 0);
        let note = match texts.median() {
            Some(median) => Some(fl!(words.0, "admin-overview-half-within", time = seconds(median))),
            None => {
                Some(fl!(words.0, "admin-overview-nothing-heard")).filter(|_| texts.sent > 0 && texts.delivered == 0)
            }
        };
        self.share(fl!(words.0, "admin-overview-delivered"), heard(texts), heard(earlier), note)
    }

    /// A part of a hundred, beside that of the period before.
    fn share(&self, label: String, share: Option<f64>, earlier: Option<f64>, note: Option<String>) -> Tile {
        let words = self.words();
        let mut notes: Vec<String> = note.into_iter().collect();
        if let (Some(share), Some(earlier)) = (share, earlier) {
            let points = share - earlier;
            let told = figures::tenth(points.abs());
            let period = self.period();
            notes.push(match points {
                points if points >= 0.05 => fl!(words.0, "admin-overview-points-more", points = told, period = period),
                points if points <= -0.05 => fl!(words.0, "admin-overview-points-less", points = told, period = period),
                _ => fl!(words.0, "admin-overview-as-before", period = period),
            });
        }
        let figure = share.map_or_else(
            || fl!(words.0, "admin-overview-none"),
            |share| fl!(words.0, "admin-overview-percent", percent = figures::tenth(share)),
        );
        Tile { label, figure, notes }
    }

    fn compared(&self, unit: Unit, now: i64, before: i64) -> String {
        let (words, period) = (self.words(), self.period());
        let difference = unit.told(now.abs_diff(before).try_into().unwrap_or(i64::MAX), words);
        match now.cmp(&before) {
            std::cmp::Ordering::Greater => {
                fl!(words.0, "admin-overview-more", difference = difference, period = period)
            }
            std::cmp::Ordering::Less => fl!(words.0, "admin-overview-less", difference = difference, period = period),
            std::cmp::Ordering::Equal => fl!(words.0, "admin-overview-as-before", period = period),
        }
    }

    fn charts(&self) -> Vec<Chart> {
        let words = self.words();
        vec![
            self.chart(
                "registrations",
                fl!(words.0, "admin-overview-chart-registrations", period = self.period()),
                Unit::Times,
                |slice| slice.happened.registrations,
                None,
                None,
            ),
            self.chart(
                "sign-ins",
                fl!(words.0, "admin-overview-chart-sign-ins", period = self.period()),
                Unit::Times,
                |slice| slice.happened.sign_ins + slice.happened.refused,
                Some((
                    |slice| slice.happened.sign_ins,
                    fl!(words.0, "admin-overview-legend-tries"),
                    fl!(words.0, "admin-overview-legend-signed-in"),
                )),
                None,
            ),
            self.chart(
                "codes",
                fl!(words.0, "admin-overview-chart-codes", period = self.period()),
                Unit::Times,
                |slice| slice.texts.codes,
                Some((
                    |slice| slice.texts.entered,
                    fl!(words.0, "admin-overview-legend-sent"),
                    fl!(words.0, "admin-overview-legend-entered"),
                )),
                None,
            ),
            self.chart(
                "texts",
                fl!(words.0, "admin-overview-chart-texts", period = self.period()),
                Unit::Times,
                |slice| slice.texts.sent,
                Some((
                    |slice| slice.texts.delivered,
                    fl!(words.0, "admin-overview-legend-sent"),
                    fl!(words.0, "admin-overview-legend-delivered"),
                )),
                None,
            ),
            self.chart(
                "spent",
                fl!(words.0, "admin-overview-chart-spent", period = self.period()),
                Unit::Dollars,
                |slice| slice.texts.spent_micros,
                None,
                if self.is_month() { self.look.caps.day } else { self.look.caps.hour },
            ),
        ]
    }

    fn chart(
        &self,
        name: &'static str,
        caption: String,
        unit: Unit,
        all: Figure,
        part: Option<(Figure, String, String)>,
        cap: Option<i64>,
    ) -> Chart {
        let words = self.words();
        let slices = &self.look.slices;
        let series = Series {
            unit,
            length: if self.is_month() { Length::Day } else { Length::Hour },
            when: slices.iter().map(|slice| self.when(slice)).collect(),
            all: slices.iter().map(all).collect(),
            part: part.as_ref().map(|(part, ..)| slices.iter().map(part).collect()),
            cap,
        };
        let mut says = series.in_words(words);
        let legend = part.map(|(_, all, part)| (all, part));
        if let Some(part) = series.part.as_ref().filter(|_| series.all.iter().any(|number| *number > 0)) {
            let part = unit.told(part.iter().sum(), words);
            says = format!("{says} {}", fl!(words.0, "admin-overview-of-these", chart = name, part = part));
        }
        let told =
            cap.map(|cap| fl!(words.0, "admin-overview-cap", cap = unit.told(cap, words), period = self.period()));
        let title = fl!(words.0, "admin-overview-chart-title", caption = caption.as_str(), period = self.period());
        let drawing = series.draw(if self.is_month() { 10 } else { 6 });
        Chart { name, caption, title, says, legend, cap: told, drawing }
    }

    /// Days are those of UTC whatever the reader's clock says, and noon is on the same day nearly everywhere.
    fn when(&self, slice: &Slice) -> When {
        let words = self.words();
        if self.is_month() {
            let noon = slice.start + TimeDelta::hours(12);
            return When { told: Clock::UTC.date(noon, words), short: Clock::UTC.short_date(noon, words) };
        }
        let time = self.clock.time(slice.start);
        When { told: time.clone(), short: time }
    }

    /// The newest first.
    fn table(&self) -> impl Iterator<Item = &Slice> {
        self.look.slices.iter().rev()
    }

    fn count(&self, number: &i64) -> String {
        figures::count(*number)
    }

    fn dollars(&self, micros: &i64) -> String {
        figures::dollars(*micros)
    }
}

/// A place or a choice among the messages.
fn at_messages(place: &str) -> Cow<'static, str> {
    format!("{}{place}", AdminArea::Messages.path()).into()
}

/// One of them is led to; of several, all.
fn to_account(recoveries: &[Listed]) -> Cow<'static, str> {
    match recoveries {
        [one] => format!("{}/{}", AdminArea::Accounts.path(), one.user).into(),
        _ => AdminArea::Accounts.path().into(),
    }
}

fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 10.0 { format!("{seconds:.1}") } else { format!("{seconds:.0}") }
}

/// How a budget is used up: the whole, or the part that numbers which nobody has proven may use, whichever is fuller.
struct Pace {
    spent: i64,
    cap: i64,
    of_unproven: bool,
    used_up_at: Option<DateTime<Utc>>,
}

impl Pace {
    fn of(fill: &Fill, now: DateTime<Utc>) -> Self {
        let part = fill.cap / 100 * UNPROVEN_PERCENT;
        let of_unproven = i128::from(fill.unproven) * i128::from(fill.cap) > i128::from(fill.spent) * i128::from(part);
        let (spent, cap) = if of_unproven { (fill.unproven, part) } else { (fill.spent, fill.cap) };
        Self { spent, cap, of_unproven, used_up_at: used_up_at(fill, spent, cap, now) }
    }
}

/// When it is used up if it goes on like this; none when that is not before its period ends.
fn used_up_at(fill: &Fill, spent: i64, cap: i64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let since = (now - fill.starts_at).as_seconds_f64();
    if spent <= 0 || since <= 0.0 {
        return None;
    }
    let left = cap.saturating_sub(spent).max(0) as f64 / spent as f64 * since;
    let until_end = (fill.ends_at - now).as_seconds_f64();
    (left < until_end).then(|| now + TimeDelta::seconds(left as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(spent: i64, unproven: i64) -> Fill {
        Fill {
            scope: "ALL".to_owned(),
            period: "day".to_owned(),
            starts_at: "2026-11-28T00:00:00Z".parse().expect("a moment"),
            ends_at: "2026-11-29T00:00:00Z".parse().expect("a moment"),
            cap: 10_000_000,
            spent,
            unproven,
            percent: 0,
            is_full: false,
        }
    }

    #[test]
    fn a_pace_says_when_a_budget_is_used_up() {
        let noon = "2026-11-28T12:00:00Z".parse().expect("a moment");
        let at = |spent, unproven| Pace::of(&fill(spent, unproven), noon).used_up_at.map(|at| at.to_string());
        assert_eq!(at(8_000_000, 0).as_deref(), Some("2026-11-28 15:00:00 UTC"));
        assert_eq!(at(5_000_000, 0), None, "it lasts to the minute");
        assert_eq!(at(0, 0), None);
        assert_eq!(at(12_000_000, 0).as_deref(), Some("2026-11-28 12:00:00 UTC"));
        // Of 7 for numbers that nobody has proven 6 are spent, which is more than 6.50 of 10.
        assert_eq!(at(6_500_000, 6_000_000).as_deref(), Some("2026-11-28 14:00:00 UTC"));
        let pace = Pace::of(&fill(6_500_000, 6_000_000), noon);
        assert!(pace.of_unproven && (pace.spent, pace.cap) == (6_000_000, 7_000_000));
        assert!(!Pace::of(&fill(6_500_000, 4_000_000), noon).of_unproven);
    }
}
