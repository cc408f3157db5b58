//! Bars, drawn on the server as SVG by `templates/components/chart.html`.
//!
//! - A picture has a title and says in words what it shows, for whoever cannot see it. The figures stand beside it too.
//! - No colours here: the stylesheet gives them to the classes `grid`, `all`, `part` and `cap`, by day and by night.
//! - The axis begins with nothing, and its steps are 1, 2 or 5 times a power of ten.

use std::fmt::Write as _;

use i18n_embed_fl::fl;

use super::{figures, words::Words};

/// Width and height of the picture in its own measure.
const SIZE: (f64, f64) = (360.0, 190.0);
/// Where nothing and where the most is drawn.
const BASE: f64 = 164.0;
const TOP: f64 = 24.0;
/// Steps of the axis at most.
const STEPS: f64 = 4.0;
/// A cap so many times higher than the highest bar is told and not drawn: the bars would vanish below it.
const CAP_IN_SIGHT: i64 = 4;
/// Room for a letter of the axis.
const LETTER: f64 = 7.0;
/// However little there was, it shows.
const LEAST_HEIGHT: f64 = 1.5;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things that happen.
    Times,
    /// US dollars, in millionths.
    Dollars,
}

impl Unit {
    /// One of them, in the numbers of a series.
    fn one(self) -> f64 {
        match self {
            Self::Times => 1.0,
            Self::Dollars => 1_000_000.0,
        }
    }

    /// A number in words.
    pub fn told(self, number: i64, words: &Words) -> String {
        match self {
            Self::Times => figures::count(number),
            Self::Dollars => fl!(words.0, "chart-dollars", amount = figures::dollars(number)),
        }
    }
}

/// How long each bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// An hour.
    Hour,
    /// A day.
    Day,
}

/// When a bar was: `14:00`, `24 October`, and short below the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// In a sentence.
    pub told: String,
    /// Below the axis.
    pub short: String,
}

/// Numbers in the order of time, none below nothing.
#[derive(Debug, Clone)]
pub struct Series {
    /// What they count.
    pub unit: Unit,
    /// How long each bar is.
    pub length: Length,
    /// When each was.
    pub when: Vec<When>,
    /// All of it.
    pub all: Vec<i64>,
    /// A part of that, which is drawn in front of it.
    pub part: Option<Vec<i64>>,
    /// What all of it may come to.
    pub cap: Option<i64>,
}

/// A chart with its words.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Told apart from others on the page by this: `registrations`.
    pub name: &'static str,
    /// Above it.
    pub caption: String,
    /// What it is, for whoever does not see it.
    pub title: String,
    /// What it shows, for whoever does not see it.
    pub says: String,
    /// What the colours mean: all, and the part of it. Without a part nothing needs to be said.
    pub legend: Option<(String, String)>,
    /// The cap in words, where there is one.
    pub cap: Option<String>,
    /// The picture.
    pub drawing: Drawing,
}

/// Something to write at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// From the left.
    pub x: String,
    /// From the top.
    pub y: String,
    /// What.
    pub text: String,
}

/// The picture, in the measure of its `viewBox`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The lines of the axis, as one path.
    pub grid: String,
    /// What each of them stands for.
    pub steps: Vec<Label>,
    /// Bars of all, as one path.
    pub all: String,
    /// Bars of the part, or of all where there is no part.
    pub part: String,
    /// The line of the cap.
    pub cap: Option<String>,
    /// When some of the bars were.
    pub times: Vec<Label>,
}

impl Series {
    fn most(&self) -> i64 {
        self.all.iter().copied().max().unwrap_or(0).max(0)
    }

    /// The cap, if it is low enough to be drawn.
    fn cap_in_sight(&self) -> Option<i64> {
        self.cap.filter(|cap| self.most() > 0 && *cap <= self.most().saturating_mul(CAP_IN_SIGHT))
    }

    /// The picture. Every so many bars one is named, from the first on.
    pub fn draw(&self, name_every: usize) -> Drawing {
        let axis = Axis::up_to(self.most().max(self.cap_in_sight().unwrap_or(0)) as f64 / self.unit.one(), self.unit);
        let labels = axis.labels();
        let left = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0) as f64 * LETTER + 10.0;
        let height = |number: i64| (number.max(0) as f64 / self.unit.one() / axis.top()) * (BASE - TOP);
        let level = |share: f64| BASE - share * (BASE - TOP);

        let (mut grid, mut steps) = (String::new(), Vec::new());
        for (step, text) in labels.into_iter().enumerate() {
            let y = level(step as f64 / axis.steps);
            let _ = write!(grid, "M{} {}H{}", place(left), place(y), place(SIZE.0));
            steps.push(Label { x: place(left - 6.0), y: place(y + 4.0), text });
        }

        let slot = (SIZE.0 - left) / self.all.len().max(1) as f64;
        let width = (slot * 0.72).min(40.0);
        let begin = |index: usize| left + slot * index as f64 + (slot - width) / 2.0;
        let bars = |numbers: &[i64]| {
            let mut path = String::new();
            for (index, number) in numbers.iter().enumerate().filter(|(_, number)| **number > 0) {
                let (x, up) = (place(begin(index)), place(height(*number).max(LEAST_HEIGHT)));
                let _ = write!(path, "M{x} {}v-{up}h{}v{up}z", place(BASE), place(width));
            }
            path
        };
        let times = self.when.iter().enumerate().step_by(name_every.max(1));
        Drawing {
            grid,
            steps,
            all: if self.part.is_some() { bars(&self.all) } else { String::new() },
            part: bars(self.part.as_ref().unwrap_or(&self.all)),
            cap: self
                .cap_in_sight()
                .map(|cap| format!("M{} {}H{}", place(left), place(BASE - height(cap)), place(SIZE.0))),
            times: times
                .map(|(index, when)| Label { x: place(begin(index)), y: place(SIZE.1 - 8.0), text: when.short.clone() })
                .collect(),
        }
    }

    /// What the picture shows: its range, its highest bar, and whether it rises.
    pub fn in_words(&self, words: &Words) -> String {
        let told = |number: i64| self.unit.told(number, words);
        let sum = total(&self.all);
        let highest = self.all.iter().enumerate().rev().max_by_key(|(_, number)| **number);
        let Some((at, most)) = highest.filter(|(_, most)| **most > 0) else { return fl!(words.0, "chart-nothing") };
        let when = self.when.get(at).map(|when| when.told.clone()).unwrap_or_default();
        let only = self.all.iter().filter(|number| **number > 0).count() == 1;
        let mut sentences = Vec::new();
        if only {
            sentences.push(match self.length {
                Length::Hour => fl!(words.0, "chart-only-hour", sum = told(sum), when = when),
                Length::Day => fl!(words.0, "chart-only-day", sum = told(sum), when = when),
            });
        } else {
            let (least, most) = (told(self.all.iter().copied().min().unwrap_or(0)), told(*most));
            sentences.push(match self.length {
                Length::Hour => {
                    fl!(words.0, "chart-range-hour", least = least, most = most, sum = told(sum), when = when)
                }
                Length::Day => {
                    fl!(words.0, "chart-range-day", least = least, most = most, sum = told(sum), when = when)
                }
            });
            sentences.push(self.trend(words));
        }
        if let Some(cap) = self.cap {
            let reached = self.all.iter().filter(|number| **number >= cap).count();
            sentences.push(match self.length {
                Length::Hour => fl!(words.0, "chart-cap-reached-hour", cap = told(cap), times = reached),
                Length::Day => fl!(words.0, "chart-cap-reached-day", cap = told(cap), times = reached),
            });
        }
        sentences.join(" ")
    }

    /// Whether the second half had more than the first.
    fn trend(&self, words: &Words) -> String {
        let (early, late) = self.all.split_at(self.all.len() / 2);
        let (early, late) = (total(early), total(late));
        let (first, second) = (self.unit.told(early, words), self.unit.told(late, words));
        // A quarter more or less is what chance does too.
        if late.saturating_mul(4) > early.saturating_mul(5) {
            fl!(words.0, "chart-rises", late = second, early = first)
        } else if early.saturating_mul(4) > late.saturating_mul(5) {
            fl!(words.0, "chart-falls", late = second, early = first)
        } else {
            fl!(words.0, "chart-stays", late = second, early = first)
        }
    }
}

fn total(numbers: &[i64]) -> i64 {
    numbers.iter().fold(0, |sum, number| sum.saturating_add(*number))
}

/// The axis, from nothing up.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Axis {
    step: f64,
    steps: f64,
}

impl Axis {
    /// With the fewest steps that reach as far, of a round size.
    fn up_to(most: f64, unit: Unit) -> Self {
        if most <= 0.0 {
            return Self { step: 1.0, steps: 1.0 };
        }
        let rough = most / STEPS;
        let power = 10_f64.powf(rough.log10().floor());
        // What is a hair's breadth too large comes from dividing, and fits.
        let round =
            [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|step| *step >= rough * 0.999_999);
        let step = round.unwrap_or(10.0 * power);
        // Nothing happens half a time.
        let step = if unit == Unit::Times { step.max(1.0) } else { step };
        Self { step, steps: (most / step - 1e-6).ceil().max(1.0) }
    }

    fn top(&self) -> f64 {
        self.step * self.steps
    }

    /// What each line stands for, from nothing up, all of them in one measure.
    fn labels(&self) -> Vec<String> {
        let (measure, letter) = match self.top() {
            top if top >= 1e9 => (1e9, "G"),
            top if top >= 1e6 => (1e6, "M"),
            top if top >= 1e4 => (1e3, "k"),
            _ => (1.0, ""),
        };
        let step = self.step / measure;
        let decimals = (-(step.log10() + 1e-9).floor()).clamp(0.0, 6.0) as usize;
        let label = |index: u32| match index {
            0 => "0".to_owned(),
            _ if measure == 1.0 && decimals == 0 => figures::count((step * f64::from(index)) as i64),
            _ => format!("{:.decimals$}{letter}", step * f64::from(index)),
        };
        (0..=STEPS as u32).take_while(|index| f64::from(*index) <= self.steps).map(label).collect()
    }
}

/// A place to a tenth, as short as it can be written.
fn place(at: f64) -> String {
    let written = format!("{at:.1}");
    written.strip_suffix(".0").map(str::to_owned).unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(all: &[i64]) -> Series {
        let when =
            (0..all.len()).map(|hour| When { told: format!("{hour:02}:00"), short: format!("{hour}") }).collect();
        let all = all.to_vec();
        Series { unit: Unit::Times, length: Length::Hour, when, all, part: None, cap: None }
    }

    fn dollars(all: &[i64], cap: i64) -> Series {
        Series { unit: Unit::Dollars, length: Length::Day, cap: Some(cap), ..series(all) }
    }

    fn labels(most: f64, unit: Unit) -> Vec<String> {
        Axis::up_to(most, unit).labels()
    }

    #[test]
    fn steps_are_round_and_reach_just_above_the_most() {
        assert_eq!(labels(61.0, Unit::Times), ["0", "20", "40", "60", "80"]);
        assert_eq!(labels(1.0, Unit::Times), ["0", "1"]);
        assert_eq!(labels(3.0, Unit::Times), ["0", "1", "2", "3"]);
        assert_eq!(labels(4.0, Unit::Times), ["0", "1", "2", "3", "4"]);
        assert_eq!(labels(5.0, Unit::Times), ["0", "2", "4", "6"]);
        assert_eq!(labels(100.0, Unit::Times), ["0", "50", "100"]);
        assert_eq!(labels(941.0, Unit::Times), ["0", "500", "1,000"]);
        assert_eq!(labels(9_999.0, Unit::Times), ["0", "5k", "10k"]);
        assert_eq!(labels(1_234_567.0, Unit::Times), ["0", "0.5M", "1.0M", "1.5M"]);
        assert_eq!(labels(8e9, Unit::Times), ["0", "2G", "4G", "6G", "8G"]);
        assert_eq!(labels(0.03, Unit::Dollars), ["0", "0.01", "0.02", "0.03"]);
        assert_eq!(labels(8.7, Unit::Dollars), ["0", "5", "10"]);
        assert_eq!(labels(0.0, Unit::Dollars), ["0", "1"]);
    }

    #[test]
    fn every_axis_has_few_steps_of_1_2_or_5() {
        for exponent in -40..80 {
            let most = 1.37_f64.powi(exponent);
            for unit in [Unit::Times, Unit::Dollars] {
                let axis = Axis::up_to(most, unit);
                assert!((1.0..=STEPS).contains(&axis.steps), "{most}: {axis:?}");
                assert!(
                    axis.top() >= most * 0.999_99 && axis.labels().len() as f64 == axis.steps + 1.0,
                    "{most}: {axis:?}"
                );
                let digit = axis.step / 10_f64.powf((axis.step.log10() + 1e-9).floor());
                assert!([1.0, 2.0, 5.0].iter().any(|round| (digit - round).abs() < 1e-6), "{most}: {axis:?}");
            }
        }
    }

    #[test]
    fn nothing_is_an_axis_without_bars_and_is_told() {
        for nothing in [series(&[0; 24]), series(&[])] {
            let drawing = nothing.draw(6);
            assert_eq!((drawing.all.as_str(), drawing.part.as_str()), ("", ""));
            assert_eq!(nothing.in_words(&Words::english()), "Nothing in this time.");
        }
        assert_eq!(dollars(&[0, 0], 10_000_000).in_words(&Words::english()), "Nothing in this time.");
    }

    #[test]
    fn one_bar_is_drawn_once_and_told_with_its_time() {
        let one = series(&[0, 0, 7, 0]);
        let drawing = one.draw(2);
        assert_eq!(drawing.part.matches('M').count(), 1);
        assert_eq!(drawing.times.iter().map(|time| time.text.as_str()).collect::<Vec<_>>(), ["0", "2"]);
        assert_eq!(one.in_words(&Words::english()), "7 in one hour alone, 02:00.");
    }

    #[test]
    fn a_part_stands_in_front_of_all_and_none_higher() {
        let both = Series { part: Some(vec![0, 4, 8]), ..series(&[2, 4, 8]) };
        let drawing = both.draw(1);
        assert_eq!((drawing.all.matches('M').count(), drawing.part.matches('M').count()), (3, 2));
        assert!(drawing.all.contains(&format!("v-{}", BASE - TOP)), "the most reaches the top: {}", drawing.all);
        assert!(drawing.all.ends_with('z') && drawing.part.ends_with('z'));
    }

    #[test]
    fn huge_and_tiny_bars_stay_in_the_picture() {
        for all in [vec![1, 9_000_000_000_000], vec![i64::MAX, 0], vec![1, 1]] {
            let drawing = series(&all).draw(1);
            for number in drawing.part.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|it| !it.is_empty()) {
                let number: f64 = number.parse().expect("a number");
                assert!((0.0..=SIZE.0).contains(&number), "{}", drawing.part);
            }
            assert!(drawing.steps.iter().all(|step| step.x.parse::<f64>().is_ok_and(|x| x > 0.0)), "{drawing:?}");
        }
    }

    #[test]
    fn a_cap_is_drawn_where_the_bars_are_still_seen_below_it() {
        let words = Words::english();
        let near = dollars(&[3_100_000, 8_700_000], 10_000_000);
        assert_eq!(near.draw(1).cap.as_deref(), Some("M24 24H360"));
        assert_eq!(
            near.in_words(&words),
            "From 3.10 USD to 8.70 USD a day, 11.80 USD in all. Most on 01:00. The second half had more than the first: \
             8.70 USD and 3.10 USD. The cap of 10.00 USD a day was never reached."
        );
        let far = dollars(&[30_000, 20_000], 200_000_000);
        assert_eq!(far.draw(1).cap, None);
        let full = dollars(&[10_000_000, 12_000_000, 1], 10_000_000);
        assert!(full.in_words(&words).ends_with("The cap of 10.00 USD a day was reached on 2 days."));
        assert!(full.draw(1).cap.is_some());
    }

    #[test]
    fn a_trend_is_told_where_there_is_one() {
        let words = Words::english();
        let said = |all: &[i64]| series(all).in_words(&words);
        assert!(said(&[1, 2, 8, 9]).ends_with("The second half had more than the first: 17 and 3."));
        assert!(said(&[9, 8, 2, 1]).ends_with("The second half had less than the first: 3 and 17."));
        assert!(said(&[5, 6, 6, 5]).ends_with("Both halves had about as much: 11 and 11."));
        assert!(said(&[5, 6, 6, 1_200]).starts_with("From 5 to 1,200 an hour, 1,217 in all. Most at 03:00."));
    }
}
