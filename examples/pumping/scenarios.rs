//! What is played.

use std::{ops::Range, time::Duration};

use latchkey::domain::country::Country;
use rand::rngs::StdRng;

use super::{
    attack::{Addresses, Attack, ranges_of},
    installation::Moment,
    simulation::{second_day, spread},
};

pub const DAY: Duration = Duration::from_secs(24 * 3600);
const HOUR: Duration = Duration::from_secs(3600);

/// Makes an attack.
pub type Plan = Box<dyn Fn(&mut StdRng) -> Attack>;

/// One thing that may happen.
pub struct Scenario {
    pub name: &'static str,
    /// Whole days with texts before the first.
    pub days_before: i32,
    /// How many people came on each of them.
    pub people_before: f64,
    /// How many people are expected in an hour, counted from the first day's midnight.
    pub people: Box<dyn Fn(u32) -> f64>,
    /// When people of an agency come on top of that, all from its address.
    pub agency: Vec<Moment>,
    /// Which people the figures are about, by when they come.
    pub about: Range<Moment>,
    pub lasts: Duration,
    /// The part of the texts that never arrives.
    pub lost: f64,
    /// How many times the budget of a new installation.
    pub budgets: i64,
    pub attack: Option<Plan>,
}

impl Scenario {
    /// Two ordinary days after two ordinary weeks; the figures are about the second.
    fn ordinary(name: &'static str, people_a_day: f64) -> Self {
        Self {
            name,
            days_before: 20,
            people_before: people_a_day,
            people: Box::new(spread(people_a_day)),
            agency: Vec::new(),
            about: second_day(),
            lasts: 2 * DAY,
            lost: 0.02,
            budgets: if people_a_day > 100.0 { 50 } else { 1 },
            attack: None,
        }
    }

    fn attacked(self, attack: impl Fn(&mut StdRng) -> Attack + 'static) -> Self {
        Self { attack: Some(Box::new(attack)), lasts: 3 * DAY, ..self }
    }

    /// The evening in which 600 people come within an hour.
    fn launch(self) -> Self {
        let usual = self.people;
        Self {
            people: Box::new(move |hour| usual(hour) + if hour == 24 + 18 { 600.0 } else { 0.0 }),
            about: DAY + 18 * HOUR..DAY + 19 * HOUR,
            budgets: 50,
            ..self
        }
    }
}

/// All of a day, from a thousand addresses with ten thousand numbers.
fn pump(ranges: Vec<(usize, String)>) -> Attack {
    let numbers_per_range = 10_000 / ranges.len() as u32;
    Attack {
        ranges,
        numbers_per_range,
        addresses: Addresses::Own(1000),
        pace: Duration::from_secs(5),
        begins: DAY,
        ends: 2 * DAY,
        enters: 0.0,
    }
}

fn ranges_everywhere(each: usize, random: &mut StdRng) -> Vec<(usize, String)> {
    (0..Country::HOME.len()).flat_map(|country| ranges_of(country, each, random)).collect()
}

/// Everything that is played, in the order of the table.
pub fn all() -> Vec<Scenario> {
    const USUAL: f64 = 1000.0;
    vec![
        Scenario::ordinary("normal day, 100 people", 100.0),
        Scenario::ordinary("normal day, 1,000 people", USUAL),
        Scenario::ordinary("normal day, 3,000 people", 3000.0),
        Scenario {
            days_before: 0,
            people: Box::new(|_| 0.0),
            ..Scenario::ordinary("launch: 600 in the first hour", 0.0)
        }
        .launch(),
        Scenario::ordinary("600 in an hour after two quiet weeks", 20.0).launch(),
        Scenario {
            agency: (0..20).map(|maid| DAY + 10 * HOUR + Duration::from_secs(60) * maid).collect(),
            ..Scenario::ordinary("agency: 20 from one address in 20 minutes", 100.0)
        },
        Scenario { lost: 0.1, ..Scenario::ordinary("bad routes: a tenth of the texts never arrives", USUAL) },
        Scenario { lost: 0.2, ..Scenario::ordinary("bad routes: a fifth of the texts never arrives", USUAL) },
        Scenario::ordinary("pump on one range", USUAL).attacked(|random| pump(ranges_of(0, 1, random))),
        Scenario::ordinary("pump on 200 ranges of one country", USUAL)
            .attacked(|random| pump(ranges_of(0, 200, random))),
        Scenario::ordinary("pump across all home countries", USUAL)
            .attacked(|random| pump(ranges_everywhere(22, random))),
        Scenario::ordinary("the same, among 100 people a day", 100.0)
            .attacked(|random| pump(ranges_everywhere(22, random))),
        Scenario::ordinary("slow pump: 9 a day in each country", USUAL)
            .attacked(|random| Attack { pace: DAY / 9 / 9, ..pump(ranges_everywhere(22, random)) }),
        Scenario::ordinary("pump that enters a tenth of its codes", USUAL)
            .attacked(|random| Attack { enters: 0.1, ..pump(ranges_everywhere(22, random)) }),
        Scenario::ordinary("pump through the carriers' own addresses", USUAL)
            .attacked(|random| Attack { addresses: Addresses::OfPeople, ..pump(ranges_everywhere(22, random)) }),
        Scenario { days_before: 0, ..Scenario::ordinary("pump in the first days, among 100 people", 100.0) }
            .attacked(|random| pump(ranges_everywhere(22, random))),
        Scenario { days_before: 0, ..Scenario::ordinary("pump on one range in the first days", 100.0) }
            .attacked(|random| pump(ranges_of(0, 1, random))),
    ]
}

/// Some of them.
pub fn named(part: &str) -> Vec<Scenario> {
    all().into_iter().filter(|scenario| scenario.name.contains(part)).collect()
}
