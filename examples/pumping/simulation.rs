//! What happens when: people come, texts arrive or do not, codes are entered, attacks run, housekeeping tidies.

use std::{collections::BTreeMap, time::Duration};

use latchkey::domain::{client_address::ClientAddress, country::Country, ids::ChallengeId};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    attack::{Attack, Memory},
    installation::{Answer, Installation, Moment, Why, Wish},
    people::{self, Person},
    scenarios::{DAY, Scenario},
};

/// After a refusal people come back so often, and then no more.
const COMES_BACK: u32 = 3;
/// The waits before a second, third and fourth text.
const RESEND_WAITS: [Duration; 3] = [Duration::from_secs(60), Duration::from_secs(120), Duration::from_secs(300)];
/// The part of the people whose address does not vouch for them: of texts before the first day only theirs are remembered.
const UNVOUCHED: f64 = 0.45;
/// How often housekeeping comes, in earnest twice a minute.
const HOUSEKEEPING: Duration = Duration::from_secs(60);
/// How often the database counts its rows.
const ANALYZED: Duration = Duration::from_secs(2 * 3600);
/// How long to wait for the brake to open again.
const PATIENCE: Duration = Duration::from_secs(30 * 3600);

enum Event {
    Asks(usize),
    Enters { person: usize, challenge: ChallengeId, send: i16 },
    Doubts { person: usize, challenge: ChallengeId, send: i16 },
    Pumps,
    PumpEnters { challenge: ChallengeId, from: ClientAddress },
    Tidies,
}

/// What came of it.
#[derive(Default)]
pub struct Tally {
    /// People whom the figures are about.
    pub people: usize,
    /// Those who met a refusal, by the first one's rule.
    pub refused: BTreeMap<Why, usize>,
    /// Those who came back in vain.
    pub lost: usize,
    /// Texts that people had sent.
    pub texts: usize,
    /// Texts that the attacker had sent.
    pub pumped: usize,
    /// What those are assumed to cost, in US dollars.
    pub lost_dollars: f64,
    /// Of that, what was lost before the brake first refused the attacker.
    pub before_brake: Option<f64>,
    /// How long after the attack's end nothing is held back any more.
    pub reopened_after: Option<Duration>,
}

pub struct Simulation<'a> {
    installation: &'a mut Installation,
    random: StdRng,
    events: BTreeMap<(Moment, u64), Event>,
    scheduled: u64,
    people: Vec<Person>,
    attack: Option<(Attack, Memory)>,
    lost: f64,
    tally: Tally,
}

/// Plays a scenario through.
pub fn run(installation: &mut Installation, scenario: &Scenario, seed: u64) -> Tally {
    installation.start_again(scenario.budgets);
    let mut simulation = Simulation {
        installation,
        random: StdRng::seed_from_u64(seed),
        events: BTreeMap::new(),
        scheduled: 0,
        people: Vec::new(),
        attack: None,
        lost: scenario.lost,
        tally: Tally::default(),
    };
    simulation.remember(scenario);
    simulation.invite(scenario);
    if let Some(plan) = &scenario.attack {
        let attack = plan(&mut simulation.random);
        simulation.schedule(attack.begins, Event::Pumps);
        simulation.attack = Some((attack, Memory::default()));
    }
    simulation.schedule(Moment::ZERO, Event::Tidies);
    simulation.play(scenario.lasts);
    simulation.conclude()
}

impl Simulation<'_> {
    fn schedule(&mut self, at: Moment, event: Event) {
        self.scheduled += 1;
        self.events.insert((at, self.scheduled), event);
    }

    /// The days before the first, as housekeeping has written them down.
    fn remember(&mut self, scenario: &Scenario) {
        for (place, country) in Country::HOME.into_iter().enumerate() {
            for hours_ago in 1..=scenario.days_before * 24 {
                let hour = 24 - hours_ago.rem_euclid(24);
                let mean =
                    scenario.people_before * UNVOUCHED * people::SHARES[place] * people::part_of_day(hour as usize);
                let sent = people::poisson(mean * 1.1, &mut self.random);
                let entered = (0..sent).filter(|_| self.random.random_bool(0.9)).count();
                if sent > 0 {
                    self.installation.remember(country, hours_ago, sent as i32, entered as i32);
                }
            }
        }
    }

    fn invite(&mut self, scenario: &Scenario) {
        for hour in 0..(scenario.lasts.as_secs() / 3600) as u32 {
            for country in 0..Country::HOME.len() {
                let mean = (scenario.people)(hour) * people::SHARES[country];
                for at in people::arrivals(hour, mean, &mut self.random) {
                    let from = people::some_address(country, &mut self.random);
                    self.person_comes(at, country, from, scenario);
                }
            }
        }
        for at in scenario.agency.iter().copied() {
            self.person_comes(at, 0, people::AGENCY, scenario);
        }
    }

    fn person_comes(&mut self, at: Moment, country: usize, from: ClientAddress, scenario: &Scenario) {
        let mut person = Person::new(country, from, &mut self.random);
        // Where there is an agency, the scenario is about its people.
        let is_of_those = scenario.agency.is_empty() || from == people::AGENCY;
        person.counts = scenario.about.contains(&at) && is_of_those;
        self.people.push(person);
        self.schedule(at, Event::Asks(self.people.len() - 1));
    }

    fn play(&mut self, lasts: Duration) {
        while let Some(((now, _), event)) = self.events.pop_first() {
            let attack_ends = self.attack.as_ref().map_or(Moment::ZERO, |(attack, _)| attack.ends);
            let is_over = now >= lasts && (self.attack.is_none() || self.tally.reopened_after.is_some());
            if is_over || now >= attack_ends.max(lasts) + PATIENCE {
                return;
            }
            self.installation.set_clock(now);
            match event {
                Event::Asks(person) => self.asks(person, now),
                Event::Enters { person, challenge, send } => self.enters(person, challenge, send),
                Event::Doubts { person, challenge, send } => self.doubts(person, challenge, send, now),
                Event::Pumps => self.pumps(now),
                Event::PumpEnters { challenge, from } => self.installation.enter(challenge, from),
                Event::Tidies => {
                    self.installation.tidy();
                    if now.as_secs().is_multiple_of(ANALYZED.as_secs()) {
                        self.installation.analyze();
                    }
                    self.schedule(now + HOUSEKEEPING, Event::Tidies);
                    let is_after = self.attack.is_some() && now >= attack_ends;
                    if is_after && self.tally.reopened_after.is_none() && self.installation.brakes() == 0 {
                        self.tally.reopened_after = Some(now - attack_ends);
                    }
                }
            }
        }
    }

    /// The form is sent, for the first time or once more.
    fn asks(&mut self, index: usize, now: Moment) {
        let person = &mut self.people[index];
        (person.challenge, person.sends) = (ChallengeId::generate(), 1);
        self.has_sent(index, now);
    }

    fn has_sent(&mut self, index: usize, now: Moment) {
        let person = &self.people[index];
        let wish = Wish {
            to: person.mistyped.as_ref().unwrap_or(&person.number).clone(),
            from: person.address,
            browser: person.browser,
            challenge: person.challenge,
            send: person.sends,
        };
        let (challenge, send) = (wish.challenge, wish.send);
        match self.installation.ask(&wish) {
            Answer::Refused(why) => self.is_refused(index, why, now),
            Answer::Sent if person.mistyped.is_some() => {
                // A stranger has the text; a while later the person looks at the number again.
                self.tally.texts += usize::from(person.counts);
                self.people[index].mistyped = None;
                let notices = now + Duration::from_secs(self.random.random_range(90..240));
                self.schedule(notices, Event::Asks(index));
            }
            Answer::Sent => {
                self.tally.texts += usize::from(person.counts);
                let fate = people::fate(self.lost, &mut self.random);
                if let Some(after) = fate.entered_after {
                    self.schedule(now + after, Event::Enters { person: index, challenge, send });
                }
                if let Some(after) = fate.doubted_after {
                    self.schedule(now + after, Event::Doubts { person: index, challenge, send });
                }
            }
        }
    }

    fn is_refused(&mut self, index: usize, why: Why, now: Moment) {
        let person = &mut self.people[index];
        person.first_refusal.get_or_insert(why);
        person.refusals += 1;
        if person.refusals <= COMES_BACK {
            let later = now + Duration::from_secs(self.random.random_range(20 * 60..60 * 60));
            self.schedule(later, Event::Asks(index));
        }
    }

    fn enters(&mut self, index: usize, challenge: ChallengeId, send: i16) {
        let person = &mut self.people[index];
        if !person.is_done && (person.challenge, person.sends) == (challenge, send) {
            person.is_done = true;
            self.installation.enter(challenge, person.address);
        }
    }

    fn doubts(&mut self, index: usize, challenge: ChallengeId, send: i16, now: Moment) {
        let person = &mut self.people[index];
        if person.is_done || (person.challenge, person.sends) != (challenge, send) {
            return;
        }
        if RESEND_WAITS.get(send as usize - 1).is_some() {
            person.sends += 1;
            self.has_sent(index, now);
        }
    }

    fn pumps(&mut self, now: Moment) {
        let Some((attack, mut memory)) = self.attack.take() else { return };
        if let Some((range, wish)) = attack.next(now, &memory, &mut self.random) {
            match self.installation.ask(&wish) {
                Answer::Sent => {
                    self.tally.pumped += 1;
                    self.tally.lost_dollars += self.installation.price(Country::HOME[attack.ranges[range].0]);
                    if self.random.random_bool(attack.enters) {
                        let reads = now + Duration::from_secs(20);
                        self.schedule(reads, Event::PumpEnters { challenge: wish.challenge, from: wish.from });
                    }
                }
                Answer::Refused(why) => {
                    if matches!(why, Why::BrakeEverywhere | Why::BrakeOnCountry | Why::BrakeOnRange) {
                        self.tally.before_brake.get_or_insert(self.tally.lost_dollars);
                    }
                    attack.learn(range, why, now, &mut memory);
                }
            }
        }
        let pause = -attack.pace.as_secs_f64() * (1.0 - self.random.random::<f64>()).ln();
        let next = now + Duration::from_secs_f64(pause);
        if next < attack.ends {
            self.schedule(next, Event::Pumps);
        }
        self.attack = Some((attack, memory));
    }

    fn conclude(mut self) -> Tally {
        for person in self.people.iter().filter(|person| person.counts) {
            self.tally.people += 1;
            if let Some(why) = person.first_refusal {
                *self.tally.refused.entry(why).or_default() += 1;
                self.tally.lost += usize::from(person.refusals > COMES_BACK);
            }
        }
        self.tally
    }
}

/// A day's people spread over its hours.
pub fn spread(people_a_day: f64) -> impl Fn(u32) -> f64 {
    move |hour| people_a_day * people::part_of_day(hour as usize % 24)
}

/// The day that the figures are about, after one in which everything settles.
pub fn second_day() -> std::ops::Range<Moment> {
    DAY..2 * DAY
}
