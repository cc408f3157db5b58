//! People who want an account, as far as their texts show it.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use latchkey::domain::{
    client_address::ClientAddress,
    ids::{BrowserId, ChallengeId},
    phone_number::PhoneNumber,
};
use rand::{RngExt as _, rngs::StdRng};

use super::installation::{Moment, Why};

/// Of a hundred people so many live in each of the home countries.
pub const SHARES: [f64; 9] = [0.40, 0.15, 0.12, 0.08, 0.06, 0.04, 0.04, 0.06, 0.05];
/// Mobile numbers: what they begin with, and how many digits follow.
const MOBILES: [(&str, u32); 9] = [
    ("+2519", 8),
    ("+9665", 8),
    ("+97150", 7),
    ("+9655", 7),
    ("+9743", 7),
    ("+9733", 7),
    ("+9689", 7),
    ("+96170", 6),
    ("+96279", 7),
];
/// When people come, hour by hour.
const HOURS: [f64; 24] = [
    1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 6.0, 8.0, 9.0, 9.0, 8.0, 7.0, 7.0, 7.0, 7.0, 7.0, 8.0, 9.0, 10.0, 9.0, 7.0, 4.0,
    2.0,
];
/// So many share one of their carrier's addresses; the others have one to themselves.
const SHARING: f64 = 0.7;
/// Addresses that a country's carriers share out.
const SHARED_ADDRESSES: u32 = 8;

/// Where an agency's people come from.
pub const AGENCY: ClientAddress = ClientAddress(IpAddr::V4(Ipv4Addr::new(196, 188, 1, 1)));

/// Somebody on the way to an account.
pub struct Person {
    pub number: PhoneNumber,
    /// What was typed at first, where that was another number.
    pub mistyped: Option<PhoneNumber>,
    pub address: ClientAddress,
    pub browser: BrowserId,
    pub challenge: ChallengeId,
    pub sends: i16,
    pub is_done: bool,
    /// Times that the person was refused.
    pub refusals: u32,
    pub first_refusal: Option<Why>,
    /// Whether the figures are about this person.
    pub counts: bool,
}

/// What becomes of a text that was sent.
pub struct Fate {
    /// When its code is entered, if ever.
    pub entered_after: Option<Duration>,
    /// When the person asks for another, if nothing was entered by then.
    pub doubted_after: Option<Duration>,
}

impl Person {
    pub fn new(country: usize, address: ClientAddress, random: &mut StdRng) -> Self {
        let number = some_number(country, random);
        Self {
            mistyped: random.random_bool(0.03).then(|| some_number(country, random)),
            number,
            address,
            browser: BrowserId::generate(),
            challenge: ChallengeId::generate(),
            sends: 0,
            is_done: false,
            refusals: 0,
            first_refusal: None,
            counts: true,
        }
    }
}

/// Some texts never arrive, and three of a hundred take minutes; of a hundred people three lose heart.
pub fn fate(lost: f64, random: &mut StdRng) -> Fate {
    let seconds =
        |random: &mut StdRng, least: f64, most: f64| Duration::from_secs_f64(random.random_range(least..most));
    let travels = match random.random::<f64>() {
        lot if lot < lost => None,
        lot if lot < lost + 0.03 => Some(seconds(random, 60.0, 300.0)),
        _ => Some(seconds(random, 3.0, 25.0)),
    };
    let types = seconds(random, 15.0, 90.0);
    let loses_heart = random.random_bool(0.03);
    let doubts = random.random_bool(0.6);
    let patience = seconds(random, 60.0, 180.0);
    Fate {
        entered_after: travels.filter(|_| !loses_heart).map(|travels| travels + types),
        doubted_after: (doubts && !loses_heart).then_some(patience),
    }
}

/// A number of a country, such as people have.
pub fn some_number(country: usize, random: &mut StdRng) -> PhoneNumber {
    let (start, digits) = MOBILES[country];
    let rest = random.random_range(0..10_u64.pow(digits));
    PhoneNumber::from_stored(format!("{start}{rest:0width$}", width = digits as usize))
}

/// Where somebody comes from.
pub fn some_address(country: usize, random: &mut StdRng) -> ClientAddress {
    let bits = if random.random_bool(SHARING) {
        10 << 24 | (country as u32) << 16 | random.random_range(0..SHARED_ADDRESSES)
    } else {
        (100 << 24) + random.random_range(0..1 << 24)
    };
    ClientAddress(Ipv4Addr::from_bits(bits).into())
}

/// How many of a day's people come in an hour of it.
pub fn part_of_day(hour: usize) -> f64 {
    HOURS[hour % 24] / HOURS.iter().sum::<f64>()
}

/// As many as come where `mean` are expected.
pub fn poisson(mean: f64, random: &mut StdRng) -> u32 {
    let (mut number, mut product) = (0, random.random::<f64>());
    while product > (-mean).exp() {
        number += 1;
        product *= random.random::<f64>();
    }
    number
}

/// Moments within an hour at which `mean` people are expected, in their order of being drawn.
pub fn arrivals(hour: u32, mean: f64, random: &mut StdRng) -> Vec<Moment> {
    let begins = Duration::from_secs(3600) * hour;
    (0..poisson(mean, random)).map(|_| begins + Duration::from_secs_f64(random.random_range(0.0..3600.0))).collect()
}
