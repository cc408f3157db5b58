//! Somebody who earns on every text. Knows the rules: what is refused tells which of them it was, which no page does.

use std::{collections::HashMap, net::Ipv4Addr, time::Duration};

use latchkey::domain::{
    client_address::ClientAddress,
    ids::{BrowserId, ChallengeId},
    phone_number::PhoneNumber,
};
use rand::{RngExt as _, rngs::StdRng};

use super::{
    installation::{Moment, Why, Wish},
    people,
};

/// How long to leave a range alone that refused.
const RANGE_RESTS: Duration = Duration::from_secs(10 * 60);
/// The same for a whole country.
const COUNTRY_RESTS: Duration = Duration::from_secs(3 * 60);

/// An attack.
#[derive(Clone)]
pub struct Attack {
    /// Numbers, by country and range.
    pub ranges: Vec<(usize, String)>,
    /// How many of a range's ten thousand are used.
    pub numbers_per_range: u32,
    pub addresses: Addresses,
    /// The time between two attempts, on average.
    pub pace: Duration,
    pub begins: Moment,
    pub ends: Moment,
    /// The part of the codes that is entered: the numbers are real phones of the attacker's.
    pub enters: f64,
}

/// Where the attempts come from.
#[derive(Clone, Copy)]
pub enum Addresses {
    /// So many, which nobody else has.
    Own(u32),
    /// Those of the carriers that people share.
    OfPeople,
}

/// What is left alone until when.
#[derive(Default)]
pub struct Memory {
    ranges: HashMap<usize, Moment>,
    countries: HashMap<usize, Moment>,
}

impl Attack {
    /// The next text to ask for, if any is worth the attempt, and its range.
    pub fn next(&self, now: Moment, memory: &Memory, random: &mut StdRng) -> Option<(usize, Wish)> {
        let rests = |until: Option<&Moment>| until.is_some_and(|until| *until > now);
        let range = (0..50)
            .map(|_| random.random_range(0..self.ranges.len()))
            .find(|range| !rests(memory.ranges.get(range)) && !rests(memory.countries.get(&self.ranges[*range].0)))?;
        let (country, start) = &self.ranges[range];
        let number = random.random_range(0..self.numbers_per_range);
        let from = match self.addresses {
            Addresses::Own(many) => {
                let bits = 45 << 24 | random.random_range(0..many);
                ClientAddress(Ipv4Addr::from_bits(bits).into())
            }
            Addresses::OfPeople => people::some_address(*country, random),
        };
        let wish = Wish {
            to: PhoneNumber::from_stored(format!("{start}{number:04}")),
            from,
            browser: BrowserId::generate(),
            challenge: ChallengeId::generate(),
            send: 1,
        };
        Some((range, wish))
    }

    /// Learns from a refusal.
    pub fn learn(&self, range: usize, why: Why, now: Moment, memory: &mut Memory) {
        let (places, place, rest) = match why {
            Why::BrakeOnRange => (&mut memory.ranges, range, RANGE_RESTS),
            Why::BrakeOnCountry | Why::Budget => (&mut memory.countries, self.ranges[range].0, COUNTRY_RESTS),
            // Each place that comes free is worth an attempt, and an attempt costs nothing.
            Why::BrakeEverywhere | Why::Limit => return,
        };
        places.insert(place, now + rest);
    }
}

/// Ranges of a country.
pub fn ranges_of(country: usize, many: usize, random: &mut StdRng) -> Vec<(usize, String)> {
    (0..many).map(|_| (country, people::some_number(country, random).range().to_owned())).collect()
}
